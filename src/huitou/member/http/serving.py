"""Serving whoever stands at the counter: their code, shown some minutes ago, stands for their leave.

The same verbs as `/v1/payments`, `/v1/recharges` and `/v1/offers/best`, for customers in nobody's or another's
book.
"""

from time import monotonic
from typing import Annotated
from uuid import UUID

from pydantic import Field

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.benefit.actions import payments, stored
from huitou.benefit.reads import payments as quotes
from huitou.benefit.types.payments import PaymentShown, Quote, Wanted
from huitou.benefit.types.stored import Recharged
from huitou.member.actions import visits
from huitou.offer.reads import carts
from huitou.offer.reads.carts import WantedLine
from huitou.offer.types.answers import Priced
from huitou.offer.types.carts import UNITS_MAX
from huitou.offer.types.documents import FEN_MAX

router = Router(prefix="/v1/counter", tags=["member"], dependencies=[needs("benefit.use")])

BUDGET_MS = 100

Id = Annotated[UUID, Field(strict=False)]
Fen = Annotated[int, Field(ge=1, le=1_000_000_000)]
Ids = Annotated[
    list[Annotated[str, Field(max_length=100)]], Field(max_length=50, default_factory=list)
]
Number = Annotated[str, Field(min_length=1, max_length=100)]


class AskCounterQuote(Body):
    """`order_fen` is what is due before points and stored value."""

    visit: Id
    order_fen: Fen


class PayAtCounter(AskCounterQuote):
    """Points (pieces) and stored value (fen) for the bill with this number."""

    order_no: Number
    points: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0
    stored_fen: Annotated[int, Field(ge=0, le=1_000_000_000)] = 0


class RechargeAtCounter(Body):
    """`payment_no` is the receipt's number; it is booked once."""

    visit: Id
    paid_fen: Annotated[int, Field(ge=1, le=100_000_000)]
    payment_no: Number


class CounterLine(Body):
    """`list_fen` of a piece; left out: the catalogue's."""

    line_no: Annotated[int, Field(ge=1, le=100_000)]
    sku: Number
    quantity: Annotated[int, Field(ge=1, le=UNITS_MAX)]
    list_fen: Annotated[int, Field(ge=0, le=FEN_MAX)] | None = None


class BestAtCounter(Body):
    """What lies on the counter; `pinned` has to be used, `refused` must not."""

    visit: Id
    lines: Annotated[list[CounterLine], Field(min_length=1, max_length=UNITS_MAX)]
    pinned: Ids
    refused: Ids


@router.post("/best")
def best_at_counter(tx: Reading, body: BestAtCounter) -> Priced:
    """The cheapest way for the customer to buy what lies on the counter, and why the rest is not used.
    Refuses `member.visit_over`, and as `/v1/offers/best`."""
    visit, unit = visits.get_present(tx, body.visit)
    lines = tuple(
        WantedLine(each.line_no, each.sku, each.quantity, each.list_fen) for each in body.lines
    )
    return carts.best(
        tx,
        carts.Wanted(unit, lines, customer=visit.customer_id),
        clock=monotonic,
        budget_ms=BUDGET_MS,
        pinned=body.pinned,
        refused=body.refused,
    )


@router.post("/quote")
def quote_at_counter(tx: Reading, body: AskCounterQuote) -> Quote:
    """What of a bill the customer may pay with points and stored value. Refuses
    `member.visit_over`."""
    visit, unit = visits.get_present(tx, body.visit)
    return quotes.quote(tx, visit.customer_id, unit, body.order_fen)


@router.post("/pay")
def pay_at_counter(tx: Writing, body: PayAtCounter) -> PaymentShown:
    """Take points and stored value for a bill now, once for its number. Refuses
    `member.visit_over`, and as `/v1/payments`."""
    visit, unit = visits.get_present(tx, body.visit)
    wanted = Wanted(body.order_fen, body.points, body.stored_fen)
    return payments.pay(tx, visit.customer_id, unit, body.order_no, wanted)


@router.post("/recharge")
def recharge_at_counter(tx: Writing, body: RechargeAtCounter) -> Recharged:
    """Book money that was paid in; the balance is there at once. Refuses `member.visit_over`, and
    as `/v1/recharges`."""
    visit, unit = visits.get_present(tx, body.visit)
    return stored.recharge(tx, visit.customer_id, unit, body.paid_fen, body.payment_no)
