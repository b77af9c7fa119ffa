"""Commissions over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from huitou.base.http import Moment, Reading, Router, needs
from huitou.commission import reads
from huitou.commission.types import Money, ShownLine
from huitou.kernel.page import PAGE_MAX, Page

router = Router(prefix="/v1", tags=["commission"])

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


@router.get("/commissions", dependencies=[needs("result.read")])
def list_commissions(
    tx: Reading,
    customer: UUID | None = None,
    associate: UUID | None = None,
    unit: str | None = None,
    campaign: UUID | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Page[ShownLine]:
    """Commission lines with their evidence, latest first; `unit` is a code and its subtree."""
    return reads.list_lines(
        tx,
        customer_id=customer,
        staff_id=associate,
        unit=unit,
        campaign_id=campaign,
        since=since,
        until=until,
        cursor=cursor,
        limit=limit,
    )


@router.get("/associates/{staff_id}/money", dependencies=[needs("result.read")])
def get_money(tx: Reading, staff_id: UUID) -> Money:
    """Sales and commission of today and of the month, of oneself or of staff in one's units."""
    return reads.money(tx, staff_id)
