"""What events earn, and what keeps an order or an event from earning twice. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from huitou.benefit.types.earnings import Earning, Earns
from huitou.benefit.types.ledger import Terms
from huitou.event.types import LogEntry
from huitou.kernel.time import DEFAULT_ZONE, day_of


def order_key(order_id: UUID) -> str:
    return f"order:{order_id}"


def event_earnings(
    asset: str,
    entries: Iterable[LogEntry],
    customers: Mapping[int, UUID],
    earns: Iterable[Earns],
    *,
    terms_of: Callable[[datetime], Terms] | None = None,
    zone: str = DEFAULT_ZONE,
) -> list[Earning]:
    """What these events earn. One that counts once a day (or ever) has the customer and the day for
    its key, so that a second one is the same earning. With `terms_of` each makes a lot."""
    by_type = {each.type: each for each in earns}
    found: dict[str, Earning] = {}
    for entry in entries:
        earning, customer_id = by_type.get(entry.type), customers.get(entry.position)
        if earning is None or customer_id is None:
            continue
        key, at = _key(earning, customer_id, entry, zone), entry.occurred_at
        found.setdefault(
            key,
            Earning(
                asset=asset,
                key=key,
                customer_id=customer_id,
                position=entry.position,
                order_id=None,
                amount=earning.amount,
                basis={},
                at=at,
                terms=terms_of(at) if terms_of else None,
            ),
        )
    return list(found.values())


def _key(earns: Earns, customer_id: UUID, entry: LogEntry, zone: str) -> str:
    if earns.limit == "each":
        return f"event:{entry.position}"
    if earns.limit == "once":
        return f"{entry.type}:{customer_id}"
    return f"{entry.type}:{customer_id}:{day_of(entry.occurred_at, zone).isoformat()}"
