"""What a slice of the log says about customers, as facts to keep."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from huitou.event.types import OWN_SOURCE, LogEntry

_ACTS = frozenset({"link.opened", "product.viewed", "cart.added"})
"""Of what we record ourselves, the customer's own acts; the rest was done to them."""
CONTACTS = frozenset({"contact.added", "contact.removed"})
_CONSENTS = {"consent.given": "given", "consent.withdrawn": "withdrawn"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What one source saw of one customer. The first purchase in a store outranks one online."""

    customer_id: UUID
    source: str
    last_seen_at: datetime
    joined_at: datetime | None = None
    bought_at: datetime | None = None
    bought_unit_id: UUID | None = None
    bought_in_store: bool | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    position: int
    customer_id: UUID
    staff_id: UUID
    identifier_id: int | None
    is_added: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    position: int
    customer_id: UUID
    channel: str
    purpose: str
    state: str
    at: datetime
    proof: dict[str, object]


@dataclass(frozen=True, slots=True)
class Facts:
    seen: list[Seen]
    contacts: list[Contact]
    decisions: list[Decision]
    strangers: list[int]
    """Positions of contacts with somebody who is not on the staff list."""


def name_text(name: str) -> str:
    """What is hashed to find a customer by the whole name."""
    return "name|" + "".join(name.split()).casefold()


def gather(
    entries: Iterable[LogEntry],
    customers: Mapping[int, UUID],
    staff: Mapping[str, UUID],
    stores: frozenset[UUID],
    external_ids: frozenset[int],
) -> Facts:
    """Facts of a slice. `customers` gives the first customer of a position, `staff` the ids by
    WeCom user, `stores` the units with a counter, `external_ids` the external_userid identifiers.

    Order does not matter: each fact carries its own time, and `seen` is a maximum and minima.
    """
    seen: dict[tuple[UUID, str], Seen] = {}
    facts = Facts([], [], [], [])
    for entry in entries:
        customer = customers.get(entry.position)
        if customer is None:
            continue
        if entry.source != OWN_SOURCE or entry.type in _ACTS:
            key = (customer, entry.source)
            seen[key] = _and(seen.get(key), _seen(entry, customer, stores))
        if entry.source == OWN_SOURCE:
            continue
        if entry.type in CONTACTS:
            contact = _contact(entry, customer, staff, external_ids)
            if contact is None:
                facts.strangers.append(entry.position)
            else:
                facts.contacts.append(contact)
        elif entry.type in _CONSENTS:
            facts.decisions.append(_decision(entry, customer))
    facts.seen.extend(seen.values())
    return facts


def _seen(entry: LogEntry, customer: UUID, stores: frozenset[UUID]) -> Seen:
    saw = Seen(customer, entry.source, entry.occurred_at)
    if entry.type == "member.joined":
        return replace(saw, joined_at=entry.occurred_at)
    if entry.type == "order.paid" and entry.unit_id is not None:
        return replace(
            saw,
            bought_at=entry.occurred_at,
            bought_unit_id=entry.unit_id,
            bought_in_store=entry.unit_id in stores,
        )
    return saw


def _and(one: Seen | None, other: Seen) -> Seen:
    if one is None:
        return other
    joined = [at for at in (one.joined_at, other.joined_at) if at is not None]
    first = one
    if other.bought_at is not None and (
        one.bought_at is None
        or (not other.bought_in_store, other.bought_at) < (not one.bought_in_store, one.bought_at)
    ):
        first = other
    return Seen(
        one.customer_id,
        one.source,
        max(one.last_seen_at, other.last_seen_at),
        min(joined) if joined else None,
        first.bought_at,
        first.bought_unit_id,
        first.bought_in_store,
    )


def _contact(
    entry: LogEntry, customer: UUID, staff: Mapping[str, UUID], external_ids: frozenset[int]
) -> Contact | None:
    staff_id = staff.get(entry.properties["staff"])
    if staff_id is None:
        return None
    external = next((each for each in entry.identifier_ids if each in external_ids), None)
    is_added = entry.type == "contact.added"
    return Contact(entry.position, customer, staff_id, external, is_added, entry.occurred_at)


def _decision(entry: LogEntry, customer: UUID) -> Decision:
    proof = {"event": entry.id, "source": entry.source, "position": entry.position}
    said = entry.properties.get("proof")
    return Decision(
        entry.position,
        customer,
        entry.properties["channel"],
        entry.properties.get("purpose", "marketing"),
        _CONSENTS[entry.type],
        entry.occurred_at,
        proof | ({"proof": said} if said else {}),
    )
