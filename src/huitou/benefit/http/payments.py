"""Paying orders with points and stored value over HTTP: checkouts and tills."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.benefit.actions import payments as actions
from huitou.benefit.reads import payments as reads
from huitou.benefit.types.payments import PaymentShown, Quote, Wanted
from huitou.profile import reads as profile

router = Router(prefix="/v1", tags=["payments"])

FEN_MAX = 1_000_000_000
POINTS_MAX = 1_000_000_000

Id = Annotated[UUID, Field(strict=False)]
Unit = Annotated[str, Field(min_length=1, max_length=64)]
OrderNo = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
Fen = Annotated[int, Field(ge=1, le=FEN_MAX)]
Pieces = Annotated[int, Field(ge=1, le=POINTS_MAX)]


class OfOrder(Body):
    unit: Unit
    order_no: OrderNo


class AskQuote(Body):
    """`order_fen` is what is due before points and stored value."""

    customer: Id
    unit: Unit
    order_fen: Fen


class Pay(OfOrder):
    """Points (pieces) and stored value (fen); at least one of them."""

    customer: Id
    order_fen: Fen
    points: Pieces | None = None
    stored_fen: Fen | None = None

    def wanted(self) -> Wanted:
        return Wanted(self.order_fen, self.points or 0, self.stored_fen or 0)


class Freeze(Pay):
    minutes: Annotated[int, Field(ge=1, le=1_440)] = 30


class Refund(OfOrder):
    """`refund_fen` of `order_fen`; left out: all that is left."""

    refund_no: OrderNo
    refund_fen: Fen | None = None


@router.post("/payments/quote", dependencies=[needs("benefit.use")])
def quote_payment(tx: Reading, body: AskQuote) -> Quote:
    """What of an order a customer may pay with points and stored value."""
    root_id = profile.get_visible_root(tx, body.customer)
    return reads.quote(tx, root_id, body.unit, body.order_fen)


@router.post("/payments/freeze", dependencies=[needs("benefit.use")])
def freeze_payment(tx: Writing, body: Freeze) -> PaymentShown:
    """An order holds points and stored value until it is paid or given up. It is paid with them when
    it is captured, or by itself when the order's event arrives."""
    profile.get_visible_root(tx, body.customer)
    return actions.freeze(
        tx,
        body.customer,
        body.unit,
        body.order_no,
        body.wanted(),
        lasts=timedelta(minutes=body.minutes),
    )


@router.post("/payments/capture", dependencies=[needs("benefit.use")])
def capture_payment(tx: Writing, body: OfOrder) -> PaymentShown:
    """The order is paid: what it holds is taken."""
    return actions.capture(tx, body.unit, body.order_no)


@router.post("/payments/void", dependencies=[needs("benefit.use")])
def void_payment(tx: Writing, body: OfOrder) -> PaymentShown:
    """The order was given up: what it holds is free again."""
    return actions.void(tx, body.unit, body.order_no)


@router.post("/payments/refund", dependencies=[needs("benefit.use")])
def refund_payment(tx: Writing, body: Refund) -> PaymentShown:
    """Give back the refunded share of an order whose refunds no event tells."""
    return actions.refund(tx, body.unit, body.order_no, body.refund_no, body.refund_fen)


@router.post("/payments", dependencies=[needs("benefit.use")])
def pay_order(tx: Writing, body: Pay) -> PaymentShown:
    """Take points and stored value for an order now."""
    profile.get_visible_root(tx, body.customer)
    return actions.pay(tx, body.customer, body.unit, body.order_no, body.wanted())


@router.get("/payments", dependencies=[needs("benefit.use")])
def list_order_payments(
    tx: Reading, unit: Unit, order_no: Annotated[str, Query(min_length=1, max_length=100)]
) -> list[PaymentShown]:
    """The payments of an order by unit and number, earliest first, also those given up."""
    return reads.payments_of(tx, unit, order_no)


@router.get("/orders/{order_id}/payments", dependencies=[needs("benefit.use")])
def list_payments_of_order(tx: Reading, order_id: UUID) -> list[PaymentShown]:
    """The points and stored value that an order was paid with."""
    return reads.of_order(tx, order_id)
