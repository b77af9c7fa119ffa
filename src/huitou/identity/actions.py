"""Resolve the log, merge, split and forget customers."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from huitou.base.db import Tx
from huitou.event import actions as vault
from huitou.event import reads as events
from huitou.event.types import OWN_SOURCE, LogEntry
from huitou.identity import reads, rules
from huitou.identity.store import batch, people
from huitou.identity.types import (
    AlreadyForgotten,
    Customer,
    CustomerForgotten,
    CustomersMerged,
    CustomersSplit,
    Known,
    Member,
    Merge,
    NoSuchMerging,
    NothingLeft,
    NotTheirs,
    Policy,
    Resolution,
    SameCustomer,
    Sighted,
    Sighting,
)
from huitou.merchant import reads as merchants

_SUBJECTS_MAX = 1_000


def resolve(tx: Tx, after: int, upto: int) -> Resolution:
    """Give the events at `(after, upto]` to customers.

    A position that has a customer is left alone, so the same range again changes nothing, and what
    a person has split is not joined by a replay.
    """
    people.lock(tx)
    done = batch.list_resolved_positions(tx, after, upto)
    entries = [each for each in events.log_slice(tx, after, upto) if each.position not in done]
    sightings = _sightings(tx, entries)
    known = _known(tx, sightings)
    resolution = rules.resolve(sightings, known, Policy())
    _save(tx, resolution, {entry.position: entry for entry in entries})
    batch.add_resolved(tx, resolution.assigned, _own(tx, entries))
    _tell_merged(tx, resolution, known.next_ordinal)
    return resolution


def merge(tx: Tx, customer_id: UUID, other_id: UUID) -> Customer:
    """Join two customers by hand; the older one answers for both. Returns it.

    Refuses `NoSuchCustomer`, `SameCustomer`, `AlreadyForgotten`.
    """
    people.lock(tx)
    one, other = reads.get_root(tx, customer_id), reads.get_root(tx, other_id)
    if "forgotten" in (one.state, other.state):
        raise AlreadyForgotten()
    if one.id == other.id:
        raise SameCustomer()
    winner, loser = sorted((one, other), key=lambda customer: customer.ordinal)
    people.set_merged(tx, winner.id, loser.id)
    tx.tell(CustomersMerged(((winner.id, loser.id),)))
    return winner


def undo_merge(tx: Tx, customer_id: UUID, merging_id: UUID) -> Customer:
    """Take a recorded merge of this customer back; returns the customer that is free again.

    Refuses `NoSuchCustomer`, `NoSuchMerging`, `AlreadyForgotten`.
    """
    people.lock(tx)
    root = reads.get_root(tx, customer_id)
    if root.state == "forgotten":
        raise AlreadyForgotten()
    member_ids = {member.id for member in people.list_members(tx, root.id)}
    for merging in people.list_mergings(tx, member_ids):
        if merging.id == merging_id and merging.undone_at is None:
            return _set_free(tx, root, merging.loser_id)
    raise NoSuchMerging()


def split(tx: Tx, customer_id: UUID, identifier_ids: Iterable[int]) -> Customer:
    """Make these identifiers, with the events they decided, a customer of their own again.

    When a recorded merge brought exactly them in (or left exactly them behind), it is taken back;
    otherwise a new customer is made. Evidence alone does not join the two again. Returns the other
    customer. Refuses `NoSuchCustomer`, `NotTheirs`, `NothingLeft`, `AlreadyForgotten`.
    """
    people.lock(tx)
    root = reads.get_root(tx, customer_id)
    if root.state == "forgotten":
        raise AlreadyForgotten()
    wanted = frozenset(identifier_ids)
    holder = {row["identifier_id"]: row["customer_id"] for row in people.list_links(tx, [root.id])}
    if not wanted <= holder.keys():
        raise NotTheirs()
    if not wanted or len(wanted) == len(holder):
        raise NothingLeft()
    members = people.list_members(tx, root.id)
    for member in members:
        if member.merged_into is None:
            continue
        below = _below(members, member.id)
        theirs = {each for each, customer in holder.items() if customer in below}
        if theirs in (wanted, holder.keys() - wanted):
            return _set_free(tx, root, member.id)
    return _split_off(tx, root, sorted(wanted))


def forget(tx: Tx, customer_id: UUID) -> None:
    """Erase the customer's identifiers; every room is told to remove the rest. Idempotent."""
    people.lock(tx)
    root = reads.get_root(tx, customer_id)
    if root.state == "forgotten":
        return
    members = people.list_members(tx, root.id)
    identifier_ids = [row["identifier_id"] for row in people.list_links(tx, [root.id])]
    people.remove_links(tx, identifier_ids)
    vault.erase(tx, identifier_ids=identifier_ids)
    people.set_forgotten(tx, root.id)
    tx.tell(CustomerForgotten(root.id, tuple(member.id for member in members)))


def _sightings(tx: Tx, entries: Sequence[LogEntry]) -> list[Sighting]:
    kinds = batch.list_kinds(tx, list({i for entry in entries for i in entry.identifier_ids}))
    return [
        Sighting(
            entry.position,
            entry.source,
            [
                Sighted(identifier_id, *kinds[identifier_id], is_verified)
                for identifier_id, is_verified in zip(
                    entry.identifier_ids, entry.verified, strict=True
                )
                if identifier_id in kinds
            ],
        )
        for entry in entries
    ]


def _known(tx: Tx, sightings: Sequence[Sighting]) -> Known:
    ids = list({each.id for sighting in sightings for each in sighting.identifiers})
    phones = list(
        {each.id for sighting in sightings for each in sighting.identifiers if each.kind == "phone"}
    )
    links = batch.list_links(tx, ids)
    roots = batch.list_roots(tx, {link.customer for link in links.values() if link.customer})
    tops = set(roots.values())
    return Known(
        next_ordinal=batch.get_next_ordinal(tx),
        links=links,
        roots=roots,
        standings=batch.list_standings(tx, tops),
        uses=batch.list_uses(tx, phones),
        apart=batch.list_apart(tx, tops),
        store_phones=batch.list_store_phones(tx, phones, merchants.store_phone_blinds(tx)),
    )


def _own(tx: Tx, entries: Sequence[LogEntry]) -> list[tuple[int, UUID]]:
    """Our own records name their customer."""
    named = {
        entry.position: UUID(entry.properties["customer"])
        for entry in entries
        if entry.source == OWN_SOURCE and "customer" in entry.properties
    }
    live = batch.list_live(tx, set(named.values())) if named else set()
    return [(position, customer) for position, customer in named.items() if customer in live]


def _save(tx: Tx, resolution: Resolution, entries: dict[int, LogEntry]) -> None:
    occurred = {position: entry.occurred_at for position, entry in entries.items()}
    first: dict[int, int] = {}
    for each in resolution.assigned:
        first.setdefault(each.customer, each.position)
    batch.add_customers(tx, [(ordinal, occurred[first[ordinal]]) for ordinal in resolution.created])
    batch.set_links(tx, resolution.links, occurred)
    batch.set_strong(tx, resolution.strong)
    batch.add_merges(
        tx,
        resolution.merges,
        _final(resolution.merges),
        {
            merge.position: {
                "type": entries[merge.position].type,
                "source": entries[merge.position].source,
                "occurred_at": entries[merge.position].occurred_at.isoformat(),
            }
            for merge in resolution.merges
        },
    )
    batch.add_moves(tx, resolution.moves)
    batch.add_uses(tx, resolution.uses)


def _final(merges: Sequence[Merge]) -> dict[int, int]:
    """Loser → who answers for it when all merges are done."""
    final: dict[int, int] = {}
    for merge in reversed(merges):
        final[merge.loser] = final.get(merge.winner, merge.winner)
    return final


def _tell_merged(tx: Tx, resolution: Resolution, first_new: int) -> None:
    """Customers made in this very batch are known to nobody yet: no need to tell of them."""
    final = _final(resolution.merges)
    told = [loser for loser in final if loser < first_new]
    ids = batch.list_ids(tx, {*told, *(final[loser] for loser in told)}) if told else {}
    pairs = [(ids[final[loser]], ids[loser]) for loser in told]
    for start in range(0, len(pairs), _SUBJECTS_MAX):
        tx.tell(CustomersMerged(tuple(pairs[start : start + _SUBJECTS_MAX])))


def _below(members: Sequence[Member], top: UUID) -> set[UUID]:
    """`top` and everyone merged into it, directly or not."""
    found = {top}
    while True:
        more = {member.id for member in members if member.merged_into in found} - found
        if not more:
            return found
        found |= more


def _set_free(tx: Tx, root: Customer, loser_id: UUID) -> Customer:
    people.set_unmerged(tx, loser_id)
    people.add_apart(tx, root.id, loser_id)
    tx.tell(CustomersSplit(root.id, loser_id))
    return reads.get_customer(tx, loser_id)


def _split_off(tx: Tx, root: Customer, identifier_ids: Sequence[int]) -> Customer:
    ordinal = batch.get_next_ordinal(tx)
    batch.add_customers(tx, [(ordinal, tx.now)])
    batch.set_strong(tx, [ordinal])
    other_id = people.get_id(tx, ordinal)
    people.set_holder(tx, identifier_ids, other_id)
    people.add_apart(tx, root.id, other_id)
    tx.tell(CustomersSplit(root.id, other_id))
    return reads.get_customer(tx, other_id)
