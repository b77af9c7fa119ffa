"""Placing and cancelling orders: what they cost is kept, what they take of offers is counted."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import redeeming
from huitou.benefit.types.redeeming import Basket
from huitou.kernel.ids import new_id
from huitou.merchant import reads as merchants
from huitou.offer.reads import carts
from huitou.offer.reads import orders as reads
from huitou.offer.reads.carts import Wanted
from huitou.offer.reads.usable import usable
from huitou.offer.rules import proofs
from huitou.offer.rules.choosing import check_usable, named_in, over_budget
from huitou.offer.rules.pricing import price
from huitou.offer.rules.uses import uses_of
from huitou.offer.store import orders as store
from huitou.offer.types.answers import BudgetUsed
from huitou.offer.types.carts import Decision, PriceProof
from huitou.offer.types.contexts import Asked, Usable
from huitou.offer.types.orders import (
    BadMoment,
    Kept,
    OrderPaid,
    OrderShown,
    OtherOrder,
    PriceChanged,
)

LATE_MAX = timedelta(hours=24)
"""So much later a till without a network may tell an order."""
EARLY_MAX = timedelta(minutes=5)
AT_ONCE = 200


def place(
    tx: Tx,
    wanted: Wanted,
    order_no: str,
    decision: Decision,
    *,
    request: bytes,
    payable_fen: int | None = None,
    holds_for: timedelta | None = None,
) -> OrderShown:
    """Price an order and keep its proof; count what it takes of offers; with `holds_for`, hold its coupons.

    Asked again with the same `request` (a hash of all that was asked), the first answer. Limits and budgets
    are exact: whoever would exceed one is refused. Refuses `offer.other_order`, `offer.not_usable`,
    `offer.bad_decision`, `offer.price_changed` when `payable_fen` is not what is due, `offer.budget_used`,
    `offer.bad_moment`, as `carts.best` and as `redeeming.freeze`.
    """
    unit = str(wanted.unit)
    unit_id = redeeming.place_of(tx, unit).unit_id
    _lock(tx, unit_id, order_no)
    known = store.find_latest(tx, unit_id, order_no)
    if known is not None and known.state != "cancelled":
        if bytes(known.request) != request:
            raise OtherOrder()
        return reads.shown(tx, known, is_new=False)
    if wanted.at is not None and not -EARLY_MAX <= tx.now - wanted.at <= LATE_MAX:
        raise BadMoment()
    asked = carts.ask(tx, wanted, order_no=order_no)
    # Under these locks nobody else takes of the same limits and budgets until this is kept.
    if asked.customer_id is not None:
        tx.lock(f"offer.customer:{asked.customer_id}")
    named = named_in(decision)
    for offer_id in store.list_budgeted(tx, _offer_ids(named)):
        tx.lock(f"offer.budget:{offer_id}")
    found = usable(tx, asked)
    check_usable(found, named)
    proof = price(asked.cart, found.rules, decision)
    if payable_fen is not None and payable_fen != proof.payable_fen:
        raise PriceChanged(payable_fen=proof.payable_fen)
    for id_ in over_budget(found, proof):
        raise BudgetUsed(id=id_, name=found.known[id_].name)
    if holds_for is not None and decision.coupons:
        redeeming.freeze(tx, decision.coupons, unit, order_no, Basket(), lasts=holds_for)
    kept = _kept(tx, asked, order_no, found, proof, request)
    store.add_proof(tx, kept)
    uses = uses_of(proof, found.rules, found.versions)
    store.add_uses(tx, kept.id, kept.customer_id, uses)
    # Its events may have come before.
    take_returned(tx, store.set_paid_if_known(tx, [kept.id]))
    return replace(reads.get_order(tx, unit, order_no), is_new=True)


def cancel(tx: Tx, unit: str, order_no: str) -> OrderShown:
    """The order was given up: its offers have it again, the coupons it holds are free. Asked again, the
    same answer; an order may then be placed anew.

    Refuses `offer.no_order`, `offer.order_paid`, `merchant.no_unit`.
    """
    unit_id = redeeming.place_of(tx, unit).unit_id
    _lock(tx, unit_id, order_no)
    kept = reads.get_kept(tx, unit, order_no)
    store.set_paid_if_known(tx, [kept.id])
    kept = reads.get_kept(tx, unit, order_no)
    if kept.state == "paid":
        raise OrderPaid()
    if kept.state == "placed":
        _give_up(tx, kept, unit)
    return reads.get_order(tx, unit, order_no)


def lapse(tx: Tx) -> bool:
    """Give up orders that were not paid for the days of the setting, the next block; returns whether there
    may be more."""
    days = int(merchants.setting(tx, "offer.unpaid_days"))
    if days == 0:
        return False
    found = store.list_unpaid(tx, tx.now - timedelta(days=days), AT_ONCE)
    for due in found:
        _lock(tx, due.unit_id, due.order_no)
    store.set_paid_if_known(tx, [due.id for due in found])
    units = merchants.find_units(tx, {due.unit_id for due in found})
    for due in found:
        unit = units[due.unit_id].code
        kept = reads.get_kept(tx, unit, due.order_no)
        # Seen again under its lock: it may be paid, cancelled or placed anew by now.
        if kept.id == due.id and kept.state == "placed":
            _give_up(tx, kept, unit)
    return len(found) == AT_ONCE


def take_paid(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """These orders of the order room are paid: what they took stays taken."""
    store.set_paid(tx, order_ids)


def take_returned(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Of these orders of the order room those that came back whole: limits and budgets have them again."""
    store.give_back_uses(tx, store.list_returned(tx, order_ids))


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """No proof and no use names these customers any more."""
    store.remove_customers(tx, customer_ids)


def _lock(tx: Tx, unit_id: UUID, order_no: str) -> None:
    tx.lock(f"offer.order:{unit_id}/{order_no}")


def _give_up(tx: Tx, kept: Kept, unit: str) -> None:
    store.set_cancelled(tx, kept.id)
    store.give_back_uses(tx, [kept.id])
    redeeming.release(tx, unit, kept.order_no)


def _kept(
    tx: Tx, asked: Asked, order_no: str, found: Usable, proof: PriceProof, request: bytes
) -> Kept:
    return Kept(
        id=new_id(),
        unit_id=asked.place.unit_id,
        order_no=order_no,
        customer_id=asked.customer_id,
        state="placed",
        request=request,
        rules_hash=proofs.hash_of(found.rules),
        engine=proofs.ENGINE,
        payable_fen=proof.payable_fen,
        document=_document(asked, found, proof),
        placed_at=tx.now,
        cancelled_at=None,
        by=tx.principal,
    )


def _document(asked: Asked, found: Usable, proof: PriceProof) -> dict[str, Any]:
    """The proof, when, where and through whom it holds, and what the instruments that took part were called."""
    took_part = {step.id for step in proof.steps}
    return proofs.kept(asked.cart, found.rules, proof) | {
        "at": asked.at.isoformat(),
        "channel": asked.place.channel,
        "promoter": str(asked.promoter_id) if asked.promoter_id else None,
        "known": {
            id_: {"kind": each.kind, "name": each.name, **asdict(each.sentence)}
            for id_, each in found.known.items()
            if id_ in took_part
        },
    }


def _offer_ids(named: Sequence[str]) -> list[UUID]:
    """Coupons and tiers' prices are no offers."""
    found = []
    for id_ in named:
        try:
            found.append(UUID(id_))
        except ValueError:
            continue
    return found
