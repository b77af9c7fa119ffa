"""What a slice of the log says about customers, as facts to keep."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from huitou.event.types import OWN_SOURCE, LogEntry

_ACTS = frozenset({"link.opened", "product.viewed", "cart.added"})
"""Of what we record ourselves, the customer's own acts; the rest was done to them."""
CONTACTS = frozenset({"contact.added", "contact.removed"})
_CONSENTS = {"consent.given": "given", "consent.withdrawn": "withdrawn"}


@dataclass(slots=True)
class Seen:
    """What a slice saw of one customer. The first purchase in a store outranks one online."""

    customer_id: UUID
    last_seen_at: datetime
    sources: set[str] = field(default_factory=set)
    """Other than ourselves."""
    joined_at: datetime | None = None
    bought_at: datetime | None = None
    bought_unit_id: UUID | None = None
    bought_in_store: bool | None = None

    def add(self, entry: LogEntry, stores: frozenset[UUID]) -> None:
        """An event more."""
        at = entry.occurred_at
        self.last_seen_at = max(self.last_seen_at, at)
        if entry.source != OWN_SOURCE:
            self.sources.add(entry.source)
        if entry.type == "member.joined":
            self.joined_at = at if self.joined_at is None else min(self.joined_at, at)
        elif entry.type == "order.paid" and entry.unit_id is not None:
            is_in_store = entry.unit_id in stores
            if self.bought_at is None or (
                (not is_in_store, at) < (not self.bought_in_store, self.bought_at)
            ):
                self.bought_at, self.bought_unit_id = at, entry.unit_id
                self.bought_in_store = is_in_store


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
    seen: dict[UUID, Seen] = {}
    facts = Facts([], [], [], [])
    for entry in entries:
        customer = customers.get(entry.position)
        if customer is None:
            continue
        if entry.source != OWN_SOURCE or entry.type in _ACTS:
            if customer not in seen:
                seen[customer] = Seen(customer, entry.occurred_at)
            seen[customer].add(entry, stores)
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
