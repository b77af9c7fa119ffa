"""What of a customer's orders and growth counts for a plan. Pure."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from huitou.benefit.types.tier_plans import TierPlan
from huitou.benefit.types.tiers import Fact, TakenBack
from huitou.order.types import Spent

GrowthLine = tuple[UUID, UUID | None, int, datetime]
"""Transaction, the one it takes back, amount, moment."""


def of_orders(orders: Iterable[Spent], plan: TierPlan) -> list[Fact]:
    """Fen that were paid (with shipping), or orders that are worth counting."""
    if plan.metric == "orders":
        return [
            fact for order in orders if (fact := _counted(order, plan.min_order_fen)) is not None
        ]
    return [
        Fact(
            order.paid_at,
            str(order.order_id),
            order.paid_fen,
            tuple(
                TakenBack(at, fen)
                for at, fen in zip(order.refund_ats, order.refund_fens, strict=True)
                if fen
            ),
        )
        for order in orders
    ]


def of_growth(lines: Iterable[GrowthLine]) -> list[Fact]:
    """What the ledger gave, each with what it took back of it."""
    given: dict[UUID, tuple[datetime, int]] = {}
    back: dict[UUID, list[TakenBack]] = {}
    for transaction_id, reverses, amount, at in lines:
        if reverses is None:
            given[transaction_id] = at, amount
        else:
            back.setdefault(reverses, []).append(TakenBack(at, -amount))
    return [
        Fact(
            at,
            str(id_),
            amount,
            tuple(sorted(back.get(id_, []), key=lambda taken: (taken.at, taken.amount))),
        )
        for id_, (at, amount) in given.items()
    ]


def _counted(order: Spent, min_order_fen: int) -> Fact | None:
    """One order, until refunds leave less than is worth counting."""
    least, left = max(min_order_fen, 1), order.paid_fen
    if left < least:
        return None
    for at, fen in zip(order.refund_ats, order.refund_fens, strict=True):
        left -= fen
        if left < least:
            return Fact(order.paid_at, str(order.order_id), 1, (TakenBack(at, 1),))
    return Fact(order.paid_at, str(order.order_id), 1)
