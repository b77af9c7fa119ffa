"""Bringing payments up to what their orders are: taken once the order is paid, let go when nobody paid
in time, given back as far as the order was refunded. The same however often it runs, and whichever
event, notice or request comes first."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import ledger, lots
from huitou.benefit.rules import payments as rules
from huitou.benefit.store import lots as lot_store
from huitou.benefit.store import payments as store
from huitou.benefit.types.ledger import BONUS, POINTS, PRINCIPAL, Leg, Posting, Reversal
from huitou.benefit.types.payments import (
    ORDER,
    PAYMENT,
    Known,
    OrderKey,
    Part,
    Payment,
    PaymentState,
    ToldRefund,
)
from huitou.merchant import reads as merchants

_LOCK = "benefit.payments"
_RECENT = timedelta(minutes=10)
_AT_ONCE = 500


def settle_orders(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Orders (≤ 1,000) were paid."""
    _settle_alone(tx, store.list_keys_of_orders(tx, order_ids))


def settle_refunds(tx: Tx, refund_ids: Sequence[UUID]) -> None:
    """Refunds (≤ 1,000) were applied."""
    _settle_alone(tx, store.list_keys_of_refunds(tx, refund_ids))


def settle_due(tx: Tx) -> int:
    """What is over, and what a notice went past while it was being written; returns how many."""
    due = store.list_due(tx, tx.now - _RECENT, _AT_ONCE)
    _settle_alone(tx, due)
    return len(due)


def settle(tx: Tx, keys: Sequence[OrderKey]) -> None:
    """Bring all payments of these orders up to date; the caller holds the orders' locks."""
    payments = store.list_payments(tx, keys)
    if not payments:
        return
    known = {each.key: each for each in store.list_known(tx, keys)}
    due = _due_to_be_paid(payments, known)
    pay_held(tx, due, known)
    after = store.list_payments(tx, keys) if due else payments
    over = [each for each in after if each.state == "held" and _is_over(each, tx.now)]
    let_go(tx, over, "lapsed")
    told: dict[OrderKey, list[ToldRefund]] = defaultdict(list)
    for refund in store.list_refunds(tx, keys):
        told[refund.key].append(refund)
    refunded = [each for each in after if each.state == "paid" and each.key in told]
    if refunded:
        _give_back(tx, refunded, told, known)


def pay_held(
    tx: Tx, payments: Sequence[Payment], known: Mapping[OrderKey, Known] | None = None
) -> None:
    """Take what these hold, all in one call. What was let go because the order came late is taken
    anew: it was paid in time, and what the customer used elsewhere meanwhile is owed."""
    due = {each.id: each for each in payments if each.state != "paid"}
    if not due:
        return
    parts = store.list_parts(tx, list(due))
    held = {
        each.id: each
        for each in lot_store.find_holds(tx, [part.hold_id for part in parts if part.hold_id])
    }
    postings = []
    for part in parts:
        payment = due[part.payment_id]
        order = (known or {}).get(payment.key)
        at = tx.now if order is None else max(payment.held_at, min(order.paid_at, tx.now))
        detail = {"payment": str(payment.id)}
        hold = held.get(part.hold_id) if part.hold_id else None
        if hold is not None and hold.state == "open":
            postings.append(
                lots.capturing(tx, hold, part.amount, kind=PAYMENT, at=at, detail=detail)
            )
        else:
            postings.append(_late(tx, payment, part, at))
    posted = ledger.post(tx, postings)
    store.set_parts(
        tx,
        [
            replace(part, transaction_id=done.transaction_id)
            for part, done in zip(parts, posted, strict=True)
        ],
    )
    store.set_ended(tx, list(due), "paid")


def let_go(tx: Tx, payments: Sequence[Payment], state: PaymentState) -> None:
    """What those that are held hold is free again."""
    held = [each.id for each in payments if each.state == "held"]
    if held:
        parts = store.list_parts(tx, held)
        lots.void(tx, [part.hold_id for part in parts if part.hold_id])
        store.set_ended(tx, held, state)


def _settle_alone(tx: Tx, keys: Sequence[OrderKey]) -> None:
    if not keys:
        return
    # One of these at a time, with all their accounts from the start: it moves those of many customers
    # in several calls.
    tx.lock(_LOCK)
    store.lock_orders(tx, keys)
    customer_ids = [each.customer_id for each in store.list_payments(tx, keys) if each.customer_id]
    lots.lock(tx, customer_ids, (POINTS, PRINCIPAL, BONUS))
    settle(tx, keys)


def _due_to_be_paid(payments: Sequence[Payment], known: Mapping[OrderKey, Known]) -> list[Payment]:
    """Of each order that was paid: what is held for it, or what lapsed although it was paid in time."""
    found: dict[OrderKey, Payment] = {}
    for each in payments:
        order = known.get(each.key)
        if order is None or each.state == "voided":
            continue
        if each.state == "lapsed" and not _was_in_time(each, order):
            continue
        before = found.get(each.key)
        if before is None or before.state == "lapsed":
            found[each.key] = each
    return [each for each in found.values() if each.state != "paid"]


def _was_in_time(payment: Payment, order: Known) -> bool:
    """Of one that lapsed: was the order paid before? Nobody owes for the forgotten."""
    until = payment.expires_at
    return payment.customer_id is not None and until is not None and order.paid_at <= until


def _is_over(payment: Payment, now: datetime) -> bool:
    return payment.expires_at is not None and payment.expires_at <= now


def _late(tx: Tx, payment: Payment, part: Part, at: datetime) -> Posting:
    assert payment.customer_id is not None, "what the forgotten held was let go for good"
    return Posting(
        f"{PAYMENT}:{payment.id}:{part.asset}",
        PAYMENT,
        ORDER,
        payment.key.ref,
        at,
        (
            Leg("customer", payment.customer_id, part.asset, -part.amount),
            Leg("merchant", tx.merchant, part.asset, part.amount),
        ),
        {"payment": str(payment.id)},
        may_overdraw=True,
    )


def _give_back(
    tx: Tx,
    payments: Sequence[Payment],
    told: Mapping[OrderKey, Sequence[ToldRefund]],
    known: Mapping[OrderKey, Known],
) -> None:
    parts: dict[UUID, list[Part]] = defaultdict(list)
    for part in store.list_parts(tx, [each.id for each in payments]):
        parts[part.payment_id].append(part)
    grace: dict[UUID, int] = {}
    reversals, changed = [], []
    for payment in payments:
        order = known.get(payment.key)
        paid_fen = order.paid_fen if order else 0
        share = rules.share_refunded(told[payment.key], paid_fen, payment.order_fen)
        backs = rules.backs(parts[payment.id], share)
        if payment.unit_id not in grace:
            grace[payment.unit_id] = merchants.setting(
                tx, "benefit.refund_grace_days", payment.unit_id
            )
        for part in parts[payment.id]:
            upto = backs[part.asset]
            if upto > part.back and part.transaction_id is not None:
                reversals.append(
                    Reversal(
                        part.transaction_id,
                        f"{PAYMENT}:{payment.id}:{part.asset}:{upto}",
                        tx.now,
                        upto - part.back,
                        {"payment": str(payment.id)},
                        grace[payment.unit_id],
                    )
                )
                changed.append(replace(part, back=upto))
    if reversals:
        ledger.reverse(tx, reversals)
        store.set_parts(tx, changed)
