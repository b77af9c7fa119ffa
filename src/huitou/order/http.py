"""Orders and totals over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from huitou.base.http import Moment, Reading, Router, needs
from huitou.kernel.ids import ids_in
from huitou.kernel.page import PAGE_MAX, Page
from huitou.order import reads
from huitou.order.types import CustomerTotals, Order, ReviewRow, RfmSegmentTotal

router = Router(prefix="/v1", tags=["order"])

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


@router.get("/orders", dependencies=[needs("customer.read")])
def list_orders(
    tx: Reading,
    customer: UUID | None = None,
    unit: str | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Page[Order]:
    """Orders with their lines, newest first; `unit` is a code and stands for its subtree."""
    return reads.list_orders(
        tx,
        customer_id=customer,
        unit=unit,
        since=since,
        until=until,
        cursor=cursor,
        limit=limit,
    )


@router.get("/customers/{customer_id}/orders", dependencies=[needs("customer.read")])
def list_orders_of(
    tx: Reading, customer_id: UUID, cursor: str | None = None, limit: Limit = 50
) -> Page[Order]:
    """All orders of a customer whom the asker may see, at whatever unit."""
    return reads.orders_of(tx, customer_id, cursor=cursor, limit=limit)


@router.get("/customers/{customer_id}/totals", dependencies=[needs("customer.read")])
def get_totals_of(tx: Reading, customer_id: UUID) -> CustomerTotals:
    """RFM, stage, and totals per category."""
    return reads.totals_of(tx, customer_id)


@router.get("/totals", dependencies=[needs("customer.read")])
def list_totals(tx: Reading, customers: str) -> Page[CustomerTotals]:
    """Totals of up to 200 customers, ids joined by commas; those out of sight are left out."""
    return Page(reads.totals_for(tx, ids_in(customers)))


@router.get("/reviews", dependencies=[needs("task.manage")])
def list_reviews(
    tx: Reading,
    unit: str | None = None,
    rating_max: Annotated[int, Query(ge=1, le=5)] = 5,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Page[ReviewRow]:
    """How bills were rated in the asker's units, newest first, with the associate named;
    `rating_max=3` lists those to look after."""
    return reads.list_reviews(tx, unit=unit, rating_max=rating_max, cursor=cursor, limit=limit)


@router.get("/rfm/segments", dependencies=[needs("customer.read")])
def list_rfm_segments(tx: Reading) -> Page[RfmSegmentTotal]:
    """The named RFM segments: customers in the asker's scope, their orders and net spend."""
    return Page(reads.rfm_segments(tx))
