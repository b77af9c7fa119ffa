"""Growth is earned by orders and events, and taken back with what is refunded."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import ledger
from huitou.benefit.rules import growth as rules
from huitou.benefit.rules.growth import Earning
from huitou.benefit.store import growth as store
from huitou.benefit.store import tiers
from huitou.benefit.store.growth import Earned
from huitou.benefit.types.ledger import Leg, Posting, Reversal
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
    spent = {rules.order_key(each.order_id): each for each in orders.spending(tx, order_ids)}
    if plan is not None and plan.growth is not None and plan.growth.per_yuan:
        first = store.list_first_given(tx, [each.position for each in spent.values()])
        per_yuan = plan.growth.per_yuan
        earnings = [
            _earning(key, each, first[each.position], per_yuan)
            for key, each in spent.items()
            if each.position in first
        ]
        store.add_earnings(tx, earnings, version)
    _settle(tx, store.lock_earned(tx, list(spent)), spent)


def settle_events(tx: Tx, after: int, upto: int, plan: TierPlan, version: int) -> list[UUID]:
    """What the events of the log's positions `(after, upto]` earn; returns of whom."""
    assert plan.growth is not None
    entries = events.log_slice(tx, after, upto, rules.types_of(plan.growth))
    if not entries:
        return []
    tx.lock(LOCK)
    customers = {
        each.position: each.first_customer_id for each in identities.given(tx, after, upto)
    }
    zone = merchants.get_merchant(tx).zone
    earnings = rules.event_earnings(entries, customers, plan.growth, zone)
    store.add_earnings(tx, earnings, version)
    _settle(tx, store.lock_earned(tx, [each.key for each in earnings]), {})
    return sorted({each.customer_id for each in earnings})


def follow(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Identity gave events to other customers (a split, another rule): growth goes where they went.

    A merge, and taking it back, moves nothing: accounts stay with whom they were opened for.
    """
    tx.lock(LOCK)
    roots = sorted(set(identities.canonical(tx, customer_ids).values()))
    members = sorted(tiers.list_members(tx, roots))
    goes = {each.key: each.to_id for each in store.list_misplaced(tx, members)}
    held = store.lock_earned(tx, list(goes))
    back = [each for each in held if each.transaction_id and each.reversed < each.amount]
    ledger.reverse(
        tx,
        [
            Reversal(
                original_id=each.transaction_id,
                idempotency_key=f"growth:{each.key}:{each.moves}:moved",
                at=each.at,
                detail={"key": each.key, "to": str(goes[each.key])},
            )
            for each in back
            if each.transaction_id is not None
        ],
    )
    moved = [
        replace(
            each, customer_id=goes[each.key], moves=each.moves + 1, transaction_id=None, reversed=0
        )
        for each in held
    ]
    store.set_earned(tx, moved)
    order_ids = [each.order_id for each in moved if each.order_id is not None]
    spent = {rules.order_key(each.order_id): each for each in orders.spending(tx, order_ids)}
    _settle(tx, moved, spent)


def _settle(tx: Tx, earned: Sequence[Earned], spent: dict[str, Spent]) -> None:
    given = _give(tx, earned)
    settled = _take_back(tx, given, spent)
    changed = [after for before, after in zip(earned, settled, strict=True) if after != before]
    if changed:
        store.set_earned(tx, changed)


def _earning(key: str, spent: Spent, customer_id: UUID, per_yuan: int) -> Earning:
    return Earning(
        key=key,
        customer_id=customer_id,
        position=spent.position,
        order_id=spent.order_id,
        amount=rules.growth_of(spent.paid_fen, per_yuan),
        per_yuan=per_yuan,
        at=spent.paid_at,
    )


def _give(tx: Tx, earned: Sequence[Earned]) -> list[Earned]:
    due = [each for each in earned if each.transaction_id is None and each.amount]
    postings = [
        Posting(
            idempotency_key=f"growth:{each.key}:{each.moves}",
            kind="growth",
            ref_kind="order" if each.order_id else "event",
            ref_id=str(each.order_id or each.position),
            at=each.at,
            legs=(
                Leg("customer", each.customer_id, GROWTH, each.amount),
                Leg("merchant", tx.merchant, GROWTH, -each.amount),
            ),
            detail={"key": each.key, "plan": each.plan_version},
        )
        for each in due
    ]
    posted = {
        each.key: done.transaction_id
        for each, done in zip(due, ledger.post(tx, postings), strict=True)
    }
    return [
        replace(each, transaction_id=posted.get(each.key, each.transaction_id)) for each in earned
    ]


def _take_back(tx: Tx, earned: Sequence[Earned], spent: dict[str, Spent]) -> list[Earned]:
    """Refunds are taken back one by one in the order of their time, so that each counts when it
    was: what came late is dated like what came in time."""
    reversals, after = [], []
    for each in earned:
        order = spent.get(each.key)
        if order is None or each.transaction_id is None:
            after.append(each)
            continue
        upto, refunded_fen = each.reversed, 0
        for at, fen in zip(order.refund_ats, order.refund_fens, strict=True):
            refunded_fen += fen
            due = rules.reversed_upto(order.paid_fen, refunded_fen, each.per_yuan)
            if due > upto:
                reversals.append(
                    Reversal(
                        original_id=each.transaction_id,
                        idempotency_key=f"growth:{each.key}:{each.moves}:{due}",
                        at=at,
                        amount=due - upto,
                        detail={"key": each.key},
                    )
                )
                upto = due
        after.append(replace(each, reversed=upto))
    ledger.reverse(tx, reversals)
    return after
