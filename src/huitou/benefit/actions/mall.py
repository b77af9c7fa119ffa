"""The points mall: items, exchanges, handing over, cancelling."""

from dataclasses import replace
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import coupons, ledger
from huitou.benefit.reads import mall as reads
from huitou.benefit.reads import templates
from huitou.benefit.rules import mall as rules
from huitou.benefit.store import mall as store
from huitou.benefit.types.ledger import POINTS, Leg, Posting, Reversal
from huitou.benefit.types.points import (
    Exchange,
    ExchangeEnded,
    MallClosed,
    MallItem,
    MallItemChanged,
    NoExchange,
    NoMallItem,
)
from huitou.identity import reads as identities
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants
from huitou.merchant import reads as units


def add_item(tx: Tx, item: MallItem) -> MallItem:
    """Put an item into the mall. Refuses `coupon.no_template`."""
    if item.template_id is not None:
        templates.get_template(tx, item.template_id)
    store.add_item(tx, item)
    merchants.audit(tx, "points.item_added", str(item.id), points=item.points)
    return reads.get_item(tx, item.id)


def set_item(tx: Tx, item: MallItem) -> MallItem:
    """Change it; `stock` is what is left from now on. Exchanges made stay as they were.

    Refuses `points.no_item`, `points.item_changed`.
    """
    before = reads.get_item(tx, item.id)
    if not store.set_item(tx, item):
        raise MallItemChanged()
    points = {"before": before.points, "after": item.points}
    merchants.audit(tx, "points.item_changed", str(item.id), points=points)
    return reads.get_item(tx, item.id)


def exchange(tx: Tx, item_id: UUID, customer_id: UUID, quantity: int, *, key: str) -> Exchange:
    """Give points for an item: points go, stock goes, a coupon comes; all or nothing, once for a key.

    Refuses `points.no_item`, `points.item_closed`, `points.sold_out`, `points.enough`,
    `benefit.below_floor`, and what keeps a coupon from being given.
    """
    item = store.lock_item(tx, item_id)
    if item is None:
        raise NoMallItem()
    known = store.find_by_key(tx, key)
    if known is not None:
        return known
    rules.check(item, quantity, had=_had(tx, item, customer_id), now=tx.now)
    exchange_id, points = new_id(), item.points * quantity
    posting = Posting(
        f"exchange:{exchange_id}",
        "exchange",
        "exchange",
        str(exchange_id),
        tx.now,
        (
            Leg("customer", customer_id, POINTS, -points),
            Leg("merchant", tx.merchant, POINTS, points),
        ),
        {"item": str(item.id), "quantity": quantity},
    )
    transaction_id = ledger.post(tx, [posting])[0].transaction_id
    store.add_taken(tx, item.id, quantity)
    made = Exchange(
        exchange_id,
        item.id,
        item.name,
        customer_id,
        quantity,
        points,
        "waiting" if item.kind == "goods" else "done",
        tx.now,
        transaction_id,
        None,
        None if item.kind == "goods" else tx.now,
        None if item.kind == "goods" else tx.principal,
    )
    store.add_exchange(tx, made, key)
    if item.template_id is not None:
        _give_coupons(tx, item.template_id, made)
    return made


def hand_over(tx: Tx, exchange_id: UUID, unit_code: str) -> Exchange:
    """The goods were handed over at a unit. Refuses `points.no_exchange`, `points.exchange_ended`."""
    found = _lock_waiting(tx, exchange_id)
    unit = units.get_unit_by_code(tx, unit_code)
    store.set_exchange(tx, exchange_id, "done", unit.id)
    return replace(found, state="done", unit_id=unit.id, done_at=tx.now, done_by=tx.principal)


def cancel(tx: Tx, exchange_id: UUID) -> Exchange:
    """Points go back to their own lots, the item into stock.

    Refuses `points.no_exchange`, `points.exchange_ended` (handed over, or a coupon).
    """
    found = _lock_waiting(tx, exchange_id)
    store.lock_item(tx, found.item_id)
    back = Reversal(found.transaction_id, f"exchange:{exchange_id}:cancelled", tx.now)
    ledger.reverse(tx, [back])
    store.add_taken(tx, found.item_id, -found.quantity)
    store.set_exchange(tx, exchange_id, "cancelled", None)
    return replace(found, state="cancelled", done_at=tx.now, done_by=tx.principal)


def _had(tx: Tx, item: MallItem, customer_id: UUID) -> int:
    if item.each_max is None:
        return 0
    members = [member.id for member in identities.members_of(tx, customer_id)] or [customer_id]
    return store.count_had(tx, item.id, members)


def _give_coupons(tx: Tx, template_id: UUID, made: Exchange) -> None:
    for number in range(made.quantity):
        issued = coupons.issue(
            tx, template_id, [made.customer_id], key=f"exchange:{made.id}:{number}"
        )
        if issued.answers[0].outcome != "issued":
            raise MallClosed()


def _lock_waiting(tx: Tx, exchange_id: UUID) -> Exchange:
    found = store.lock_exchange(tx, exchange_id)
    if found is None:
        raise NoExchange()
    if found.state != "waiting":
        raise ExchangeEnded()
    return found
