"""How much growth an order earns, and what keeps an event from earning twice. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from huitou.benefit.types.earnings import Due, Earning
from huitou.benefit.types.tier_plans import GROWTH, GrowthRules
from huitou.event.types import LogEntry
from huitou.kernel.time import DEFAULT_ZONE, day_of
from huitou.order.types import Spent

_FEN_A_YUAN = 100


def growth_of(paid_fen: int, per_yuan: int) -> int:
    """Each whole yuan counts."""
    return paid_fen // _FEN_A_YUAN * per_yuan


def reversed_upto(paid_fen: int, refunded_fen: int, per_yuan: int) -> int:
    """What has to be taken back by now: what is left keeps what it alone would have earned.

    Of all that was refunded so far, not of each refund: the steps do not matter, and a whole refund
    leaves nothing.
    """
    return growth_of(paid_fen, per_yuan) - growth_of(paid_fen - refunded_fen, per_yuan)


def order_key(order_id: UUID) -> str:
    return f"order:{order_id}"


def order_earning(order: Spent, customer_id: UUID, per_yuan: int) -> Earning:
    """What an order earns, before anything of it is given back."""
    return Earning(
        asset=GROWTH,
        key=order_key(order.order_id),
        customer_id=customer_id,
        position=order.position,
        order_id=order.order_id,
        amount=growth_of(order.paid_fen, per_yuan),
        basis={"per_yuan": per_yuan},
        at=order.paid_at,
    )


def dues_of(order: Spent, per_yuan: int) -> list[Due]:
    """What has to be taken back after each refund, in the order of time."""
    dues, refunded_fen = [], 0
    for at, fen in zip(order.refund_ats, order.refund_fens, strict=True):
        refunded_fen += fen
        dues.append(Due(at, reversed_upto(order.paid_fen, refunded_fen, per_yuan)))
    return dues


def event_earnings(
    entries: Iterable[LogEntry],
    customers: Mapping[int, UUID],
    rules: GrowthRules,
    zone: str = DEFAULT_ZONE,
) -> list[Earning]:
    """What these events earn. One that counts once a day (or ever) has the customer and the day for
    its key, so that a second one is the same earning."""
    by_type = {event.type: event for event in rules.events}
    found: dict[str, Earning] = {}
    for entry in entries:
        event, customer_id = by_type.get(entry.type), customers.get(entry.position)
        if event is None or customer_id is None:
            continue
        key = event_key(event.limit, customer_id, entry, zone)
        found.setdefault(
            key,
            Earning(
                GROWTH, key, customer_id, entry.position, None, event.growth, {}, entry.occurred_at
            ),
        )
    return list(found.values())


def types_of(rules: GrowthRules) -> Sequence[str]:
    return [event.type for event in rules.events]


def event_key(limit: str, customer_id: UUID, entry: LogEntry, zone: str) -> str:
    """What keeps an event from earning twice: itself, its day, or its type once ever."""
    if limit == "each":
        return f"event:{entry.position}"
    if limit == "once":
        return f"{entry.type}:{customer_id}"
    return f"{entry.type}:{customer_id}:{day_of(entry.occurred_at, zone).isoformat()}"
