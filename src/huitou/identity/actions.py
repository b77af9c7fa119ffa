"""Resolve the log, merge, split and forget customers."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from huitou.base.db import Tx
from huitou.event import actions as vault
from huitou.event import reads as events
from huitou.event.types import OWN_SOURCE, LogEntry
from huitou.identity import reads
from huitou.identity.rules import resolving, trust
from huitou.identity.rules.state import Known, Merge, Resolution, Sighted, Sighting
from huitou.identity.store import batch, people, review, runs
from huitou.identity.types import (
    COMPARED_MAX,
    PEOPLE,
    AlreadyForgotten,
    Customer,
    CustomerForgotten,
    CustomersMerged,
    CustomersSplit,
    Likeness,
    Member,
    NoSuchMerging,
    NotDecided,
    NothingLeft,
    NotOpen,
    NotTheirs,
    Person,
    Policy,
    Run,
    SameCustomer,
    Suggestion,
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
    resolution = resolving.resolve(sightings, known, Policy())
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
    review.remove_of(tx, [member.id for member in members])
    people.set_forgotten(tx, root.id)
    tx.tell(CustomerForgotten(root.id, tuple(member.id for member in members)))


def start_comparing(tx: Tx) -> Run:
    """Look for duplicates in the whole base, as a job; one already waiting or running is enough."""
    people.lock(tx)
    latest = runs.find_latest(tx, "compare")
    if latest is not None and latest.state in ("queued", "running"):
        return latest
    return reads.get_run(tx, runs.add_run(tx, "compare"))


def claim_comparing(tx: Tx, run_id: UUID) -> list[Person] | None:
    """The people to compare; None when there is nothing (left) to do."""
    if reads.get_run(tx, run_id).state not in ("queued", "running"):
        return None
    found = PEOPLE.get()(tx, COMPARED_MAX)
    runs.set_running(tx, run_id, len(found))
    return found


def settle_comparing(tx: Tx, run_id: UUID, alike: Sequence[Likeness] | None) -> None:
    """File what was found for review; what is sure enough by the merchant's own measure is merged.

    None: the comparison failed, and the queue stays as it was.
    """
    people.lock(tx)
    if alike is None:
        runs.set_ended(tx, run_id, "failed", {})
        return
    review.set_open(tx, run_id, alike)
    wanted_bp = merchants.setting(tx, "identity.auto_merge_precision_bp")
    bands = trust.automatic_from(review.list_bands(tx, trust.BANDS), wanted_bp)
    merged = 0
    for suggestion in review.list_in_bands(tx, trust.BANDS, bands):
        if reads.get_root(tx, suggestion.one_id) != reads.get_root(tx, suggestion.other_id):
            _accept(tx, suggestion, is_automatic=True)
            merged += 1
    runs.set_ended(tx, run_id, "done", {"found": len(alike), "merged": merged})


def accept(tx: Tx, suggestion_id: UUID) -> Suggestion:
    """The two are one person: merge them. Refuses `NoSuchSuggestion`, `NotOpen`."""
    people.lock(tx)
    suggestion = reads.get_suggestion(tx, suggestion_id)
    if suggestion.state != "open":
        raise NotOpen()
    _accept(tx, suggestion, is_automatic=False)
    return reads.get_suggestion(tx, suggestion_id)


def reject(tx: Tx, suggestion_id: UUID) -> Suggestion:
    """They are two people: never suggested again, and no evidence alone joins them.

    Refuses `NoSuchSuggestion`, `NotOpen`.
    """
    people.lock(tx)
    suggestion = reads.get_suggestion(tx, suggestion_id)
    if suggestion.state != "open":
        raise NotOpen()
    review.set_decided(tx, suggestion_id, "rejected", is_automatic=False)
    people.add_apart(tx, suggestion.one_id, suggestion.other_id)
    return reads.get_suggestion(tx, suggestion_id)


def undo_decision(tx: Tx, suggestion_id: UUID) -> Suggestion:
    """Take a decision back: the suggestion is open again, as it was before.

    A merge that nobody decided was wrong if somebody takes it back: that one counts as rejected.
    Refuses `NoSuchSuggestion`, `NotDecided`.
    """
    people.lock(tx)
    suggestion = reads.get_suggestion(tx, suggestion_id)
    if suggestion.state == "open":
        raise NotDecided()
    if suggestion.state == "accepted":
        _unmerge(tx, suggestion)
    if suggestion.is_automatic:
        review.set_decided(tx, suggestion_id, "rejected", is_automatic=False)
    else:
        people.remove_apart(tx, suggestion.one_id, suggestion.other_id)
        review.set_undecided(tx, suggestion_id)
    return reads.get_suggestion(tx, suggestion_id)


def _accept(tx: Tx, suggestion: Suggestion, *, is_automatic: bool) -> None:
    review.set_decided(tx, suggestion.id, "accepted", is_automatic=is_automatic)
    merge(tx, suggestion.one_id, suggestion.other_id)


def _unmerge(tx: Tx, suggestion: Suggestion) -> None:
    """Free the one that was hung under the other, unless a person has done so meanwhile."""
    root = reads.get_root(tx, suggestion.one_id)
    decided = [
        merging
        for merging in people.list_mergings(tx, [suggestion.one_id, suggestion.other_id])
        if merging.at == suggestion.decided_at and merging.reason == "by_hand"
    ]
    if decided and decided[-1].undone_at is None:
        _set_free(tx, root, decided[-1].loser_id)


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
