"""Learn from the log, and keep what files, staff and customers themselves tell."""

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import timedelta
from typing import Any
from uuid import UUID

from huitou.base.db import Tx
from huitou.event import actions as log
from huitou.event import reads as events
from huitou.event.types import LogEntry, Recorded
from huitou.identity import reads as identities
from huitou.kernel.ids import new_id
from huitou.kernel.time import is_zone
from huitou.merchant import reads as merchants
from huitou.profile import reads
from huitou.profile.rules import facts as rules
from huitou.profile.store import facts, library, state, waiting
from huitou.profile.types import (
    ALL_CHANNELS,
    CHANNELS,
    PURPOSES,
    TAG_MAX,
    BadTag,
    ConsentChange,
    Described,
    Description,
    NotYourTag,
    RuleTag,
    TagChanged,
    TagKind,
    TagTaken,
    UnknownChannel,
    UnknownZone,
)

_AWAITED = timedelta(days=7)
_COUNTER_KINDS = ("store", "dealer")


def learn(tx: Tx, after: int, upto: int) -> None:
    """Facts of the log's positions `(after, upto]`, and the state that follows from them."""
    given = identities.given(tx, after, upto)
    entries = events.log_slice(tx, after, upto)
    found = _gather(tx, entries, {each.position: each.first_customer_id for each in given})
    log.set_aside(
        tx, "profile", [(position, "profile.no_such_staff") for position in found.strangers]
    )
    root_of = {each.first_customer_id: each.customer_id for each in given}
    anew, met = _add(tx, found)
    befriended = {root_of[each.customer_id] for each in found.contacts}
    if befriended:
        state.derive_friendships(tx, befriended)
    if found.decisions:
        state.derive_consents(tx, {root_of[each.customer_id] for each in found.decisions})
    joined = _joined(entries, {each.position: each.first_customer_id for each in given})
    tagged = waiting.take_awaited(tx, joined)
    if tagged:
        state.derive_tags(tx, {root_of[customer_id] for customer_id in tagged})
    changed = befriended | {root_of[each] for each in anew.union(who for *_, who in joined)}
    if changed:
        state.derive_customers(tx, changed, merchants.get_merchant(tx).zone)
    state.add_sources(tx, _sources(found.seen, root_of, met, changed))
    state.see_all(tx, {root for first, root in root_of.items() if first != root} - changed)


def _sources(
    seen: Iterable[rules.Seen], root_of: Mapping[UUID, UUID], met: Set[UUID], but: Set[UUID]
) -> dict[UUID, set[str]]:
    """Which sources met the customers, of those who are not derived."""
    sources: dict[UUID, set[str]] = {}
    for each in seen:
        root_id = root_of[each.customer_id]
        if each.customer_id in met and root_id not in but:
            sources.setdefault(root_id, set()).update(each.sources)
    return sources


def _joined(
    entries: Sequence[LogEntry], customers: Mapping[int, UUID]
) -> list[tuple[str, str, UUID]]:
    """`(source, id, customer)` of the events by which somebody joined."""
    return [
        (entry.source, entry.id, customers[entry.position])
        for entry in entries
        if entry.type == "member.joined" and entry.position in customers
    ]


def describe(tx: Tx, descriptions: Sequence[Description], *, source: str = "import") -> Described:
    """What a merchant's file says of customers, found by an identifier each.

    Fields left empty keep their value. Who is not met yet (the event was only just sent) is described
    when the stream reads the event named; without one the description is dropped as `unknown`.
    """
    holders = identities.find_holders(
        tx, [(each.kind, each.scope, each.value) for each in descriptions]
    )
    pairs = list(zip(descriptions, holders, strict=True))
    known = {holder: each for each, holder in pairs if holder is not None}
    awaited = {each.event_id: each for each, holder in pairs if not holder and each.event_id}
    facts.set_descriptions(tx, known, source=source)
    waiting.add_awaited(tx, awaited, source=source)
    state.derive_customers(tx, known, merchants.get_merchant(tx).zone)
    if facts.add_told_tags(tx, known, source=source):
        state.derive_tags(tx, known)
    described = sum(holder is not None for holder in holders)
    return Described(described, len(awaited), len(pairs) - described - len(awaited))


def assign(tx: Tx, customer_ids: Iterable[UUID], staff_id: UUID) -> None:
    """Put customers into somebody's book by hand."""
    owner = merchants.get_staff(tx, staff_id)
    told = {
        customer_id: Description("", None, "", owner_staff_id=owner.id, home_unit_id=None)
        for customer_id in identities.canonical(tx, customer_ids).values()
    }
    facts.set_descriptions(tx, told, source=tx.principal)
    state.derive_customers(tx, told, merchants.get_merchant(tx).zone)


def set_consents(tx: Tx, changes: Sequence[ConsentChange]) -> None:
    """Decisions taken here, in force at once; each is also recorded in the log.

    Refuses `UnknownChannel`.
    """
    for change in changes:
        if change.channel not in (*CHANNELS, ALL_CHANNELS):
            raise UnknownChannel(channel=change.channel)
        if change.purpose not in PURPOSES:
            raise UnknownChannel(channel=change.purpose)
    roots = identities.canonical(tx, {change.customer_id for change in changes})
    facts.add_changes(tx, changes)
    state.derive_consents(tx, roots.values())
    log.record(
        tx,
        [
            Recorded(
                id=str(new_id()),
                type=f"consent.{change.state}",
                customer_id=roots[change.customer_id],
                occurred_at=change.at,
                properties={"channel": change.channel, "purpose": change.purpose},
            )
            for change in changes
        ],
    )


def set_tags(
    tx: Tx,
    customer_ids: Iterable[UUID],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    source: str | None = None,
) -> None:
    """Label customers: by hand, or by a `source` that is no person.

    Refuses `BadTag`; by hand also `RuleTag` and `NotYourTag`.
    """
    for name in (*add, *remove):
        if not 1 <= len(name.strip()) <= TAG_MAX:
            raise BadTag()
    on, off = {name.strip() for name in add}, {name.strip() for name in remove}
    if source is None:
        _check_by_hand(tx, on | off)
    told = source or tx.principal
    roots = set(identities.canonical(tx, customer_ids).values())
    facts.add_tags(tx, roots, on, is_on=True, source=told)
    facts.add_tags(tx, roots, off, is_on=False, source=told)
    state.derive_tags(tx, roots)


def _check_by_hand(tx: Tx, names: set[str]) -> None:
    hidden = library.list_hidden(tx) & names
    for name in sorted(hidden):
        raise NotYourTag(name=name)
    for kind in library.list_kinds_named(tx, names):
        if kind.segment_id is not None:
            raise RuleTag(name=kind.name)


def add_tag_kind(
    tx: Tx, name: str, *, group: str = "", units: Sequence[str] = (), segment_id: UUID | None = None
) -> TagKind:
    """Put a tag into the library, for everybody or the units (codes) it is sent to.

    Refuses `BadTag`, `TagTaken`, `NoUnit`.
    """
    name = name.strip()
    if not 1 <= len(name) <= TAG_MAX:
        raise BadTag()
    if library.list_kinds_named(tx, [name]):
        raise TagTaken(name=name)
    unit_ids = [merchants.get_unit_by_code(tx, code).id for code in dict.fromkeys(units)]
    tag_id = new_id()
    library.add_kind(
        tx, id=tag_id, name=name, group=group.strip(), segment_id=segment_id, unit_ids=unit_ids
    )
    return reads.get_tag_kind(tx, tag_id)


def set_tag_kind(
    tx: Tx, tag_id: UUID, *, group: str, units: Sequence[str], version: int
) -> TagKind:
    """Another group, other units. Refuses `NoTag`, `TagChanged`, `NoUnit`."""
    reads.get_tag_kind(tx, tag_id)
    unit_ids = [merchants.get_unit_by_code(tx, code).id for code in dict.fromkeys(units)]
    if not library.set_kind(tx, tag_id, group=group.strip(), version=version):
        raise TagChanged()
    library.set_units(tx, tag_id, unit_ids)
    return reads.get_tag_kind(tx, tag_id)


def remove_tag_kind(tx: Tx, tag_id: UUID) -> None:
    """Out of the library; customers keep the tag, but for one that a rule sets, whose room takes it
    off first. Refuses `NoTag`."""
    reads.get_tag_kind(tx, tag_id)
    library.remove_kind(tx, tag_id)


def set_traits(tx: Tx, rows: Iterable[tuple[UUID, str, Any]], *, source: str) -> None:
    """Publish `(customer, name, value)` for segments to test. `source` is the publishing room."""
    told = list(rows)
    facts.set_traits(tx, told, source=source, at=tx.now)
    state.derive_traits(tx, identities.canonical(tx, {row[0] for row in told}).values())


def set_flags(tx: Tx, customer_id: UUID, *, no_profiling: bool, under_14: bool) -> None:
    """The customer's wish not to be profiled, and whether they are a child under 14."""
    root = identities.get_root(tx, customer_id)
    facts.set_flags(tx, root.id, no_profiling=no_profiling, under_14=under_14)
    state.derive_customers(tx, [root.id], merchants.get_merchant(tx).zone)


def set_zone(tx: Tx, customer_id: UUID, zone: str | None) -> None:
    """Where the customer's clock is, as an IANA name; None: where the merchant's is. Refuses `UnknownZone`."""
    if zone is not None and not is_zone(zone):
        raise UnknownZone(zone=zone)
    root = identities.get_root(tx, customer_id)
    facts.set_zone(tx, root.id, zone)
    state.derive_customers(tx, [root.id], merchants.get_merchant(tx).zone)


def derive(tx: Tx, customer_ids: Iterable[UUID]) -> None:
    """Everything anew from the facts, for whoever answers for these customers now."""
    root_ids = set(identities.canonical(tx, customer_ids).values())
    state.remove_merged(tx, root_ids)
    state.derive_friendships(tx, root_ids)
    state.derive_consents(tx, root_ids)
    state.derive_traits(tx, root_ids)
    state.derive_customers(tx, root_ids, merchants.get_merchant(tx).zone)
    state.derive_tags(tx, root_ids)


def regather(tx: Tx, customer_ids: Iterable[UUID]) -> None:
    """After a split: events may be of another customer now, so are the facts they told."""
    roots = set(identities.canonical(tx, customer_ids).values())
    members = [member.id for root in roots for member in identities.members_of(tx, root)]
    entries, customers = facts.list_entries(tx, roots)
    facts.remove_seen(tx, members)
    _add(tx, _gather(tx, entries, customers))
    derive(tx, roots)


def drop_awaited(tx: Tx) -> int:
    """What files said of people whom no event told of within a week."""
    return waiting.remove_awaited(tx, tx.now - _AWAITED)


def forget(tx: Tx, customer_ids: Iterable[UUID]) -> None:
    """Remove everything about customers, facts too."""
    state.remove_everything(tx, customer_ids)


def _gather(tx: Tx, entries: Sequence[Any], customers: dict[int, UUID]) -> rules.Facts:
    contacts = [entry for entry in entries if entry.type == "contact.added"]
    externals = (
        facts.list_external_ids(tx, {each for entry in contacts for each in entry.identifier_ids})
        if contacts
        else frozenset()
    )
    met = {entry.properties["staff"] for entry in entries if entry.type in rules.CONTACTS}
    units = merchants.find_units(tx, {entry.unit_id for entry in entries if entry.unit_id})
    stores = frozenset(unit.id for unit in units.values() if unit.kind in _COUNTER_KINDS)
    staff = merchants.staff_of_wecom(tx, met)
    return rules.gather(entries, customers, staff, stores, externals)


def _add(tx: Tx, found: rules.Facts) -> tuple[set[UUID], set[UUID]]:
    """Returns who has to be derived anew, and whom a source met for the first time."""
    facts.add_contacts(tx, found.contacts)
    facts.add_decisions(tx, found.decisions)
    return facts.add_seen(tx, found.seen)
