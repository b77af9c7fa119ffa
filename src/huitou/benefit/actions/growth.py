"""Growth is earned by orders and events, and taken back with what is refunded."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import earnings
from huitou.benefit.rules import earnings as events_earn
from huitou.benefit.rules import growth as rules
from huitou.benefit.rules.earnings import order_key
from huitou.benefit.store import earnings as store
from huitou.benefit.types.earnings import Due, Earned, Earns
from huitou.benefit.types.tier_plans import GROWTH, TierPlan
from huitou.event import reads as events
from huitou.identity import reads as identities
from huitou.merchant import reads as merchants
from huitou.order import reads as orders
from huitou.order.types import Spent

LOCK = "benefit.tiers"
"""Growth and tiers of a merchant change one after another, so that nobody decides on what another
is changing."""


def settle_orders(tx: Tx, order_ids: Sequence[UUID], plan: TierPlan | None, version: int) -> None:
    """Bring the growth of these orders (≤ 1,000) up to what they are now: give what is due, take
    back the rest. The same however often it runs, and whichever notice comes first. The rate is that
    of the plan in force when the order was first seen."""
    tx.lock(LOCK)
    per_yuan = plan.growth.per_yuan if plan is not None and plan.growth is not None else 0
    if not per_yuan:
        # No order earns: only what earned once is looked at.
        ids = {order_key(id_): id_ for id_ in order_ids}
        order_ids = [ids[key] for key in store.list_known(tx, GROWTH, list(ids))]
    if not order_ids:
        return
    spent = {order_key(each.order_id): each for each in orders.spending(tx, order_ids)}
    if per_yuan:
        first = store.list_first_given(tx, [each.position for each in spent.values()])
        found = [
            rules.order_earning(each, first[each.position], per_yuan)
            for each in spent.values()
            if each.position in first
        ]
        store.add_earnings(tx, found, version)
    earned = store.lock_earned(tx, GROWTH, list(spent))
    earnings.settle(tx, earned, _dues(earned, spent))


def settle_events(tx: Tx, after: int, upto: int, plan: TierPlan, version: int) -> list[UUID]:
    """What the events of the log's positions `(after, upto]` earn; returns of whom."""
    assert plan.growth is not None
    earns = [Earns(each.type, each.growth, each.limit) for each in plan.growth.events]
    entries = events.log_slice(tx, after, upto, [each.type for each in earns])
    if not entries:
        return []
    tx.lock(LOCK)
    customers = {
        each.position: each.first_customer_id for each in identities.given(tx, after, upto)
    }
    zone = merchants.get_merchant(tx).zone
    found = events_earn.event_earnings(GROWTH, entries, customers, earns, zone=zone)
    store.add_earnings(tx, found, version)
    earnings.settle(tx, store.lock_earned(tx, GROWTH, [each.key for each in found]), {})
    return sorted({each.customer_id for each in found})


def follow(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Growth goes where identity gave its events."""
    tx.lock(LOCK)
    moved = earnings.follow(tx, GROWTH, customer_ids)
    order_ids = [each.order_id for each in moved if each.order_id is not None]
    spent = {order_key(each.order_id): each for each in orders.spending(tx, order_ids)}
    earnings.settle(tx, moved, _dues(moved, spent))


def _dues(earned: Sequence[Earned], spent: Mapping[str, Spent]) -> dict[str, list[Due]]:
    return {
        each.key: rules.dues_of(spent[each.key], each.basis["per_yuan"])
        for each in earned
        if each.key in spent
    }
