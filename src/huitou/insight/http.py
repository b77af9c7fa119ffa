"""Figures over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from huitou.base.http import Moment, Reading, Router, needs
from huitou.insight import reads
from huitou.insight.metrics import METRICS
from huitou.insight.types import Behind, Metric, Overview, Results, Stage, StoreToday
from huitou.kernel.page import PAGE_MAX, Page

router = Router(prefix="/v1", tags=["insight"])


@router.get("/overview", dependencies=[needs("result.read")])
def get_overview(tx: Reading, unit: str | None = None) -> Overview:
    """Today, 7 and 30 days in the asker's scope; `unit` is a code and stands for its subtree."""
    return reads.overview(tx, unit)


@router.get("/overview/new-customers", dependencies=[needs("result.read")])
def list_new_customers(
    tx: Reading,
    since: Moment,
    until: Moment | None = None,
    unit: str | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[Behind]:
    """The customers behind the overview's new customers, each with their first order."""
    return reads.new_customers(tx, since=since, until=until, unit=unit, cursor=cursor, limit=limit)


@router.get("/results", dependencies=[needs("result.read")])
def get_results(
    tx: Reading,
    campaign: UUID | None = None,
    unit: str | None = None,
    staff: UUID | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
) -> Results:
    """The funnel by store and associate, with the measured increment beside the credit."""
    return reads.results(
        tx, campaign_id=campaign, unit=unit, staff_id=staff, since=since, until=until
    )


@router.get("/results/customers", dependencies=[needs("result.read")])
def list_behind(
    tx: Reading,
    stage: Stage,
    campaign: UUID | None = None,
    unit: str | None = None,
    staff: UUID | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[Behind]:
    """The customers behind a number of the funnel."""
    return reads.behind(
        tx,
        stage,
        campaign_id=campaign,
        unit=unit,
        staff_id=staff,
        since=since,
        until=until,
        cursor=cursor,
        limit=limit,
    )


@router.get("/stores/{unit_id}/today", dependencies=[needs("result.read")])
def get_store_today(tx: Reading, unit_id: UUID) -> StoreToday:
    """A store's day: sales, work by associate, unsent tasks, who is away."""
    return reads.store_today(tx, unit_id)


@router.get("/metrics", dependencies=[needs("result.read")])
def list_metrics(tx: Reading) -> Page[Metric]:
    """What every number means."""
    return Page(METRICS)
