"""What orders cost, over HTTP."""

from datetime import timedelta
from hashlib import sha256
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.kernel.page import PAGE_MAX, Page
from huitou.offer.actions import orders as actions
from huitou.offer.http.carts import CartBody, DecisionBody, Fen, LineNo, Pieces
from huitou.offer.reads import orders as reads
from huitou.offer.types.carts import UNITS_MAX
from huitou.offer.types.orders import OffersChecked, OrderShown, PlacedOrder, Replayed
from huitou.offer.types.refunds import Refund, Returned

router = Router(prefix="/v1/offers/orders", tags=["offers"])
customers = Router(prefix="/v1/customers", tags=["offers"])

Unit = Annotated[str, Field(min_length=1, max_length=64)]
OrderNo = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]


class PlaceOrder(CartBody):
    """`payable_fen` is what the customer was told; `hold_minutes`: the order holds its coupons so long."""

    order_no: OrderNo
    decision: DecisionBody
    payable_fen: Fen | None = None
    hold_minutes: Annotated[int, Field(ge=1, le=1_440)] | None = None


class OfOrder(Body):
    unit: Unit
    order_no: OrderNo


class BeforeBody(Body):
    """Of a line: pieces that came back, and what was given back for them."""

    line_no: LineNo
    pieces: Annotated[int, Field(ge=0, le=UNITS_MAX)]
    fen: Fen


class NowBody(Body):
    line_no: LineNo
    pieces: Pieces


class RefundBody(OfOrder):
    before: Annotated[list[BeforeBody], Field(max_length=UNITS_MAX, default_factory=list)]
    now: Annotated[list[NowBody], Field(min_length=1, max_length=UNITS_MAX)]


@router.put("", dependencies=[needs("benefit.use")])
def place_order(tx: Writing, body: PlaceOrder) -> OrderShown:
    """Price an order as it was decided and keep the proof. The same body again is answered the same;
    another one for the same order is 409."""
    return actions.place(
        tx,
        body.wanted(),
        body.order_no,
        body.decision.decision(),
        request=sha256(body.model_dump_json().encode()).digest(),
        payable_fen=body.payable_fen,
        holds_for=timedelta(minutes=body.hold_minutes) if body.hold_minutes else None,
    )


@router.get("", dependencies=[needs("offer.read")])
def get_order(
    tx: Reading, unit: Unit, order_no: Annotated[str, Query(min_length=1, max_length=100)]
) -> OrderShown:
    """What an order cost and how that came about."""
    return reads.get_order(tx, unit, order_no)


@router.post("/cancel", dependencies=[needs("benefit.use")])
def cancel_order(tx: Writing, body: OfOrder) -> OrderShown:
    """The order was given up: limits and budgets have it again, coupons it holds are free."""
    return actions.cancel(tx, body.unit, body.order_no)


@router.post("/replay", dependencies=[needs("offer.read")])
def replay_order(tx: Reading, body: OfOrder) -> Replayed:
    """The order priced again from what was kept of it."""
    return reads.replay(tx, body.unit, body.order_no)


@router.post("/refund", dependencies=[needs("offer.read")])
def quote_refund(tx: Reading, body: RefundBody) -> Refund:
    """What pieces that come back give back, line by line; nothing is kept of it."""
    return reads.refund(
        tx,
        body.unit,
        body.order_no,
        {each.line_no: Returned(each.pieces, each.fen) for each in body.before},
        {each.line_no: each.pieces for each in body.now},
    )


@router.get("/check", dependencies=[needs("offer.edit")])
def check_orders(
    tx: Reading,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 100,
) -> OffersChecked:
    """Orders priced again from what was kept, page by page, and tallies beside their uses: an empty list of
    faults is sound."""
    return reads.check(tx, cursor=cursor, limit=limit)


@customers.get("/{customer_id}/priced-orders", dependencies=[needs("offer.read")])
def list_priced_orders(
    tx: Reading,
    customer_id: UUID,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[PlacedOrder]:
    """A customer's orders of which is kept what they cost and why, latest first."""
    return reads.list_placed(tx, customer_id, cursor=cursor, limit=limit)
