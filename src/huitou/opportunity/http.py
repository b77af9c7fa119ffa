"""Opportunities over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from huitou.base.http import Reading, Router, Writing, needs
from huitou.kernel.page import PAGE_MAX, Page
from huitou.opportunity import actions, reads
from huitou.opportunity.types import KindSummary, ListName, Refreshed, Shown

router = Router(prefix="/v1/opportunities", tags=["opportunity"])


@router.get("/kinds", dependencies=[needs("task.read")])
def list_kinds(tx: Reading) -> list[KindSummary]:
    """The lists headquarters picks from, with counts in the asker's scope."""
    return reads.kinds(tx)


@router.get("", dependencies=[needs("task.read")])
def list_opportunities(
    tx: Reading,
    kind: ListName | Literal["repurchase_due"] = "predicted",
    unit: str | None = None,
    associate: UUID | None = None,
    customer: UUID | None = None,
    category: str | None = None,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[Shown]:
    """Open opportunities, best first; with `customer`, all of theirs."""
    return reads.list_opportunities(
        tx,
        name="predicted" if kind == "repurchase_due" else kind,
        unit=unit,
        staff_id=associate,
        customer_id=customer,
        category=category,
        cursor=cursor,
        limit=limit,
    )


@router.post("/refresh", dependencies=[needs("campaign.edit")])
def refresh(tx: Writing) -> Refreshed:
    """Look for opportunities now instead of at the next turn."""
    return actions.refresh(tx)


@router.get("/{opportunity_id}", dependencies=[needs("task.read")])
def get_opportunity(tx: Reading, opportunity_id: UUID) -> Shown:
    """One opportunity with the facts behind it."""
    return reads.get_opportunity(tx, opportunity_id)
