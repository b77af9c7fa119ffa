"""Standings follow orders, growth, time and plans."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from huitou.base.db import Tx
from huitou.benefit.actions import growth
from huitou.benefit.actions.growth import LOCK
from huitou.benefit.reads import tiers as reads
from huitou.benefit.store import earnings as earned
from huitou.benefit.store import tiers as store
from huitou.benefit.types.tier_plans import GROWTH, TierPlan
from huitou.benefit.types.tiers import (
    Membership,
    NoPaidTier,
    NoPlanInForce,
    PlanVersion,
    Purchase,
    RefReused,
    Standing,
    TierChange,
    TiersChanged,
)
from huitou.event import actions as log
from huitou.event.types import Recorded
from huitou.identity import reads as identities
from huitou.kernel.ids import derived_id, new_id
from huitou.merchant import actions as merchants
from huitou.order import reads as orders
from huitou.profile import actions as profiles
from huitou.profile import reads as visible
from huitou.segment.types.vocabulary import WrittenTrait, publish_trait

TRAIT = "tier"
publish_trait(TRAIT, WrittenTrait("会员等级", "Tier"))
SOURCE = "benefit"
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found for a customer, beside what was stored before."""

    customer_id: UUID
    before: Membership | None
    standing: Standing


def take_orders(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Orders came, or something of them was refunded: growth, then the tiers of their customers."""
    plan = reads.find_plan_in_force(tx)
    growth.settle_orders(tx, order_ids, plan.plan if plan else None, plan.version if plan else 0)
    if plan is not None:
        _evaluate_all(
            tx,
            [
                order.customer_id
                for order in orders.spending(tx, order_ids)
                if order.customer_id is not None
            ],
        )


def take_events(tx: Tx, after: int, upto: int) -> None:
    """Growth that events of the log earn, and the tiers it gives."""
    plan = reads.find_plan_in_force(tx)
    if plan is None or plan.plan.growth is None or not plan.plan.growth.events:
        return
    customer_ids = growth.settle_events(tx, after, upto, plan.plan, plan.version)
    if plan.plan.metric == "growth":
        _evaluate_all(tx, customer_ids)


def follow_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Customers were merged or split: growth follows its events, tiers are those of who answers
    now."""
    tx.lock(LOCK)
    growth.follow(tx, customer_ids)
    _evaluate_all(tx, customer_ids, is_told_again=True)


def evaluate_due(tx: Tx) -> int:
    """Whose standing time may have changed, a block of them; returns how many."""
    tx.lock(LOCK)
    due = store.list_due(tx, AT_ONCE)
    evaluate(tx, due)
    return len(due)


def evaluate(
    tx: Tx, customer_ids: Sequence[UUID], *, is_told_again: bool = False, by_plan: bool = False
) -> list[Outcome]:
    """Bring the stored tiers of these customers (≤ 1,000) up to what their history gives.

    Tells TiersChanged; publishes the trait `tier`; records `tier.changed`. With `is_told_again`
    the trait is published also where the tier is the same. Without a plan in force nothing is done.
    """
    tx.lock(LOCK)
    plan = reads.find_plan_in_force(tx)
    if plan is None or not customer_ids:
        return []
    roots = sorted(set(identities.canonical(tx, customer_ids).values()))
    before = store.list_memberships(tx, sorted({*customer_ids, *roots}))
    found = reads.standings(tx, roots, plan.plan, plan.version)
    gone = [id_ for id_ in before if id_ not in found]
    if gone:
        # A trait that holds nothing: whoever answers for themselves and has no history left.
        store.remove_memberships(tx, gone)
        profiles.set_traits(tx, [(id_, TRAIT, []) for id_ in gone if id_ in roots], source=SOURCE)
    kept = {id_: _membership(id_, standing, plan) for id_, standing in found.items()}
    store.set_memberships(tx, [kept[id_] for id_ in sorted(kept) if before.get(id_) != kept[id_]])
    _tell(tx, plan, before, found, is_told_again=is_told_again, by_plan=by_plan)
    return [Outcome(id_, before.get(id_), standing) for id_, standing in sorted(found.items())]


def backfill(tx: Tx, root_ids: Sequence[UUID], plan: PlanVersion) -> None:
    """Growth of orders that were paid before the plan was published."""
    if plan.plan.growth is None or not plan.plan.growth.per_yuan:
        return
    tx.lock(LOCK)
    waiting = earned.list_orders_without(tx, GROWTH, root_ids)
    for start in range(0, len(waiting), AT_ONCE):
        growth.settle_orders(tx, waiting[start : start + AT_ONCE], plan.plan, plan.version)


def buy(tx: Tx, customer_id: UUID, *, offer: str, ref: str) -> Purchase:
    """Record that a customer paid for a tier: from now, or after what they have of it already.

    `ref` is the seller's own number: the same purchase again answers with the first. Refuses
    `NoSuchCustomer`, `NoPlanInForce`, `NoPaidTier`, `RefReused`.
    """
    tx.lock(LOCK)
    root_id = visible.get_visible_root(tx, customer_id)
    members = sorted({root_id, *(each.id for each in identities.members_of(tx, root_id))})
    known = store.find_purchase(tx, ref)
    if known is not None:
        if known.customer_id not in members or known.offer != offer:
            raise RefReused(ref=ref)
        return known
    plan = reads.find_plan_in_force(tx)
    if plan is None:
        raise NoPlanInForce()
    sold = next((each for each in plan.plan.paid if each.code == offer), None)
    if sold is None:
        raise NoPaidTier(code=offer)
    ends = [row.until for row in store.list_bought(tx, members) if row.tier == sold.tier]
    since = max([tx.now, *ends])
    purchase = Purchase(
        id=new_id(),
        customer_id=root_id,
        offer=offer,
        tier=sold.tier,
        since=since,
        until=since + timedelta(days=sold.days),
        price_fen=sold.price_fen,
        ref=ref,
        at=tx.now,
        by=tx.principal,
    )
    store.add_purchase(tx, purchase)
    merchants.audit(tx, "tier.bought", f"customer:{root_id}", offer=offer, price_fen=sold.price_fen)
    evaluate(tx, [root_id])
    return purchase


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """No standing is kept of a forgotten customer; growth and purchases stay in the books."""
    tx.lock(LOCK)
    store.remove_memberships(tx, customer_ids)


def _evaluate_all(tx: Tx, customer_ids: Sequence[UUID], *, is_told_again: bool = False) -> None:
    ids = sorted(set(customer_ids))
    for start in range(0, len(ids), AT_ONCE):
        evaluate(tx, ids[start : start + AT_ONCE], is_told_again=is_told_again)


def _membership(customer_id: UUID, standing: Standing, plan: PlanVersion) -> Membership:
    return Membership(
        customer_id=customer_id,
        tier=standing.tier,
        earned=standing.earned,
        since=standing.since,
        valid_until=standing.valid_until,
        grace_until=standing.grace_until,
        due_at=standing.due_at,
        plan_version=plan.version,
        evidence=_plain(standing),
    )


def _tell(
    tx: Tx,
    plan: PlanVersion,
    before: dict[UUID, Membership],
    found: dict[UUID, Standing],
    *,
    is_told_again: bool,
    by_plan: bool,
) -> None:
    changes = [
        TierChange(
            id=new_id(),
            customer_id=id_,
            from_tier=before[id_].tier if id_ in before else None,
            to_tier=standing.tier,
            at=tx.now,
            plan_version=plan.version,
            evidence=_plain(standing),
        )
        for id_, standing in sorted(found.items())
        if id_ not in before or before[id_].tier != standing.tier
    ]
    traits = (
        [(id_, TRAIT, standing.tier) for id_, standing in sorted(found.items())]
        if is_told_again
        else [(each.customer_id, TRAIT, each.to_tier) for each in changes]
    )
    if traits:
        profiles.set_traits(tx, traits, source=SOURCE)
    if not changes:
        return
    store.add_changes(tx, changes)
    tx.tell(TiersChanged(tuple(each.customer_id for each in changes), by_plan))
    log.record(
        tx,
        [
            Recorded(
                id=str(derived_id("benefit.tier_change", str(each.id))),
                type="tier.changed",
                customer_id=each.customer_id,
                occurred_at=tx.now,
                properties=_said(each, plan.plan),
            )
            for each in changes
        ],
    )


def _said(change: TierChange, plan: TierPlan) -> dict[str, Any]:
    """The codes, and what the tiers are called then, for whoever reads the customer's history."""
    called = {step.code: step for step in plan.tiers}
    told: dict[str, Any] = {"from": change.from_tier, "to": change.to_tier}
    for word in ("from", "to"):
        if step := called.get(told[word]):
            told |= {f"{word}_zh": step.zh, f"{word}_en": step.en}
    return told | {"plan": change.plan_version}


def _plain(standing: Standing) -> dict[str, Any]:
    """Evidence as it is kept and compared: JSON's own types."""
    found: dict[str, Any] = msgspec.to_builtins(asdict(standing.evidence))
    return found
