"""Paying orders with points and stored value: at once, or frozen until the order is paid; and giving
back what refunds give back."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import ledger, lots, settling
from huitou.benefit.reads import payments as reads
from huitou.benefit.reads import stored
from huitou.benefit.rules import payments as rules
from huitou.benefit.store import payments as store
from huitou.benefit.store.stored import lock_stored
from huitou.benefit.types.ledger import POINTS, Holding, Leg, Posting
from huitou.benefit.types.payments import (
    ORDER,
    PAYMENT,
    AlreadyPaid,
    IsPaid,
    NoPayment,
    NotHeld,
    OrderKey,
    OtherRefund,
    OverRefunded,
    Part,
    Payment,
    PaymentShown,
    Wanted,
)
from huitou.identity import reads as identities
from huitou.identity.types import NoSuchCustomer
from huitou.kernel.ids import new_id

HOLD_MAX = timedelta(hours=24)
_HOLD_MARGIN = timedelta(hours=1)
"""The ledger's holds outlast the payment: whether it lapses or was paid in time is decided here,
under the order's lock."""


def freeze(
    tx: Tx, customer_id: UUID, unit: str, order_no: str, wanted: Wanted, *, lasts: timedelta
) -> PaymentShown:
    """Hold points and stored value for an order until it is paid, given up, or `lasts` is over.

    Asked again for the same, the first answer. An order that is known to be paid is paid with it at
    once. Refuses `payment.nothing`, `payment.bad_step`, `payment.over_share`, `payment.too_much`,
    `payment.points_off`, `payment.other_body`, `benefit.below_floor`, `merchant.no_unit`,
    `identity.no_such_customer`.
    """
    key = _locked(tx, unit, order_no)
    known = _active(tx, key, customer_id, wanted)
    if known is not None:
        return _answer(tx, known.id)
    until = tx.now + min(max(lasts, timedelta(minutes=1)), HOLD_MAX)
    payment, parts = _new(tx, key, customer_id, wanted, until)
    lots.lock(tx, [customer_id], [part.asset for part in parts])
    holds = [
        lots.hold(
            tx,
            Holding(
                f"{PAYMENT}:{payment.id}:{part.asset}",
                customer_id,
                part.asset,
                part.amount,
                until + _HOLD_MARGIN,
                ORDER,
                key.ref,
            ),
        )
        for part in parts
    ]
    held = [replace(part, hold_id=hold.id) for part, hold in zip(parts, holds, strict=True)]
    store.add_payment(tx, payment, held)
    settling.settle(tx, [key])
    return _answer(tx, payment.id, is_new=True)


def pay(tx: Tx, customer_id: UUID, unit: str, order_no: str, wanted: Wanted) -> PaymentShown:
    """Take points and stored value for an order now; what is frozen for the same is captured.

    Asked again for the same, the first answer. Refuses as `freeze`.
    """
    key = _locked(tx, unit, order_no)
    known = _active(tx, key, customer_id, wanted)
    if known is not None:
        settling.pay_held(tx, [known])
        settling.settle(tx, [key])
        return _answer(tx, known.id)
    payment, parts = _new(tx, key, customer_id, wanted, None)
    posted = ledger.post(tx, [_posting(tx, key, payment, part) for part in parts])
    paid = [
        replace(part, transaction_id=done.transaction_id)
        for part, done in zip(parts, posted, strict=True)
    ]
    store.add_payment(tx, payment, paid)
    settling.settle(tx, [key])
    return _answer(tx, payment.id, is_new=True)


def capture(tx: Tx, unit: str, order_no: str) -> PaymentShown:
    """The order is paid: what it holds is taken. Asked again, the same answer.

    Refuses `payment.none`, and `payment.not_held` when it was given up or is over.
    """
    key = _locked(tx, unit, order_no)
    payment = _latest(tx, key)
    if payment.state not in ("held", "paid"):
        raise NotHeld()
    settling.pay_held(tx, [payment])
    settling.settle(tx, [key])
    return _answer(tx, payment.id)


def void(tx: Tx, unit: str, order_no: str) -> PaymentShown:
    """The order was given up: what it holds is free again. Asked again, the same answer.

    Refuses `payment.none`, and `payment.paid` when the order was paid meanwhile.
    """
    key = _locked(tx, unit, order_no)
    settling.settle(tx, [key])
    payment = _latest(tx, key)
    if payment.state == "paid":
        raise IsPaid()
    settling.let_go(tx, [payment], "voided")
    return _answer(tx, payment.id)


def refund(
    tx: Tx, unit: str, order_no: str, refund_no: str, refund_fen: int | None
) -> PaymentShown:
    """Give back the share that `refund_fen` is of the order (None: all that is left).

    For orders whose refunds no event tells, above all those paid wholly with points; a number that
    an event tells too is one refund. Asked again for the same, the same answer. Refuses
    `payment.none`, `payment.not_held`, `payment.refund_reused`, `payment.over_refunded`.
    """
    key = _locked(tx, unit, order_no)
    settling.settle(tx, [key])
    payment = _latest(tx, key)
    if payment.state != "paid":
        raise NotHeld()
    told = store.list_refunds(tx, [key])
    known = [each for each in told if each.refund_no == refund_no]
    if known:
        asked = [each.refund_fen for each in known if not each.is_event]
        if asked and refund_fen not in (None, asked[0]):
            raise OtherRefund()
        return _answer(tx, payment.id)
    left_fen = payment.order_fen - rules.asked_fen(told)
    size_fen = left_fen if refund_fen is None else refund_fen
    if not 0 < size_fen <= left_fen:
        raise OverRefunded(left_fen=left_fen)
    store.add_refund(tx, key, refund_no, size_fen)
    settling.settle(tx, [key])
    return _answer(tx, payment.id, is_new=True)


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """What is held for these customers' orders is free; no payment names them."""
    keys = store.list_held_by(tx, customer_ids)
    store.lock_orders(tx, keys)
    settling.settle(tx, keys)
    open_ones = [each for each in store.list_payments(tx, keys) if each.state == "held"]
    settling.let_go(tx, open_ones, "voided")
    store.remove_customers(tx, customer_ids)


def _locked(tx: Tx, unit: str, order_no: str) -> OrderKey:
    key = OrderKey(reads.unit_of(tx, unit).id, order_no)
    store.lock_orders(tx, [key])
    return key


def _active(tx: Tx, key: OrderKey, customer_id: UUID, wanted: Wanted) -> Payment | None:
    """The payment that holds for the order, if it is the one that is asked for."""
    root = identities.get_root(tx, customer_id)
    if root.state != "live":
        raise NoSuchCustomer()
    settling.settle(tx, [key])
    for payment in store.list_payments(tx, [key]):
        if payment.state in ("held", "paid"):
            parts = store.list_parts(tx, [payment.id])
            points = sum(part.amount for part in parts if part.asset == POINTS)
            stored_fen = sum(part.amount for part in parts if part.asset != POINTS)
            by = payment.customer_id
            is_same_customer = by is not None and identities.get_root(tx, by).id == root.id
            if not is_same_customer or wanted != Wanted(payment.order_fen, points, stored_fen):
                raise AlreadyPaid()
            return payment
    return None


def _latest(tx: Tx, key: OrderKey) -> Payment:
    """The one that holds, or else the last one."""
    found = store.list_payments(tx, [key])
    if not found:
        raise NoPayment()
    return max(found, key=lambda each: (each.state in ("held", "paid"), each.held_at, each.id))


def _new(
    tx: Tx, key: OrderKey, customer_id: UUID, wanted: Wanted, until: datetime | None
) -> tuple[Payment, list[Part]]:
    """A payment that is held until then, or (None) paid now, and what is taken of which asset: stored
    value is split as the customer has it now. Refuses what cannot be paid."""
    rate = reads.rate_of(tx, key.unit_id)
    points_fen = rules.checked(wanted, rate)
    payment = Payment(
        id=new_id(),
        unit_id=key.unit_id,
        order_no=key.order_no,
        customer_id=customer_id,
        order_fen=wanted.order_fen,
        points_per_yuan=rate.per_yuan or 1,
        state="paid" if until is None else "held",
        held_at=tx.now,
        expires_at=until,
        ended_at=tx.now if until is None else None,
        by=tx.principal,
    )
    amounts = {POINTS: (wanted.points, points_fen)} if wanted.points else {}
    if wanted.stored_fen:
        lock_stored(tx, customer_id)
        principal, bonus = reads.stored_of(tx, customer_id)
        order = stored.spend_order(tx)
        split = rules.split_stored(wanted.stored_fen, principal, bonus, order)
        amounts |= {asset: (fen, fen) for asset, fen in split.items()}
    parts = [
        Part(payment.id, asset, amount, fen, hold_id=None, transaction_id=None, back=0)
        for asset, (amount, fen) in amounts.items()
    ]
    return payment, parts


def _posting(tx: Tx, key: OrderKey, payment: Payment, part: Part) -> Posting:
    assert payment.customer_id is not None
    return Posting(
        f"{PAYMENT}:{payment.id}:{part.asset}",
        PAYMENT,
        ORDER,
        key.ref,
        payment.held_at,
        (
            Leg("customer", payment.customer_id, part.asset, -part.amount),
            Leg("merchant", tx.merchant, part.asset, part.amount),
        ),
        {"payment": str(payment.id)},
    )


def _answer(tx: Tx, payment_id: UUID, *, is_new: bool = False) -> PaymentShown:
    found = store.find_payment(tx, payment_id)
    return reads.shown(tx, [found], payment_id if is_new else None)[0]
