"""Resolve the log, merge, split and forget customers."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import msgspec

from huitou.base.db import Tx
from huitou.event import actions as vault
from huitou.event import reads as events
from huitou.identity import reads
from huitou.identity.rules import trust
from huitou.identity.rules.answers import Foreseen
from huitou.identity.rules.grades import connecting
from huitou.identity.rules.resolving import Fold
from huitou.identity.rules.state import Heard, Resolution
from huitou.identity.store import anew, batch, bulk, known, people, policy, review, runs
from huitou.identity.types import (
    COMPARED_MAX,
    PEOPLE,
    AlreadyForgotten,
    Applying,
    Customer,
    CustomerForgotten,
    CustomersMerged,
    CustomersSplit,
    Likeness,
    LogIncomplete,
    Member,
    NoSuchMerging,
    NotDecided,
    NothingLeft,
    NotOpen,
    NotQuarantined,
    NotTheirs,
    Person,
    Policy,
    Run,
    SameCustomer,
    Suggestion,
)
from huitou.merchant import reads as merchants

_SUBJECTS_MAX = 1_000
_DECODED_MAX = 5_000
"""Events in a range that other streams read too, and that are folded one by one."""


def resolve(tx: Tx, after: int, upto: int) -> None:
    """Give the events at `(after, upto]` to customers.

    A position that has a customer is left alone, so the same range again changes nothing, and what
    a person has split is not joined by a replay.
    """
    people.lock(tx)
    next_ordinal, done = known.begin(tx, after, upto)
    if upto - after <= _DECODED_MAX:
        heard = known.heard(events.log_slice(tx, after, upto))
    elif done:
        heard = known.list_heard(tx, after, upto)
    else:
        _resolve_much(tx, after, upto, next_ordinal)
        return
    _resolve(tx, [each for each in heard if each.position not in done], next_ordinal)


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


def ask_what_if(tx: Tx, wanted: Policy) -> Foreseen:
    """Look, as a job, for what another rule would do. Refuses `BadPolicy`, `LogIncomplete`."""
    reads.check_policy(wanted)
    anew.check_whole(tx)
    run_id = runs.add_run(tx, "preview", {"policy": msgspec.to_builtins(wanted)})
    return runs.foreseen(reads.get_run(tx, run_id))


def begin_what_if(tx: Tx, run_id: UUID) -> None:
    """It is being looked for, among so many events."""
    runs.set_running(tx, run_id, anew.count_read(tx))


def find_what_if(tx: Tx, run_id: UUID) -> None:
    """Keep what the rule asked about would do, to the customers of one moment. First in its
    transaction. Repeating a run that is done changes nothing."""
    anew.hold_still(tx)
    run = reads.get_run(tx, run_id)
    if run.state == "done":
        return
    try:
        found = reads.what_if(tx, runs.foreseen(run).policy)
    except LogIncomplete:
        runs.set_ended(tx, run_id, "failed", run.result)
        return
    runs.set_ended(tx, run_id, "done", {**run.result, "found": msgspec.to_builtins(found)})


def ask_for_policy(tx: Tx, wanted: Policy) -> Run:
    """Put another rule in force, for the whole log, as a job. Refuses `Applying`, `BadPolicy`."""
    people.lock(tx)
    reads.check_policy(wanted)
    latest = runs.find_latest(tx, "apply")
    if latest is not None and latest.state in ("queued", "running"):
        raise Applying()
    run_id = runs.add_run(tx, "apply", {"policy": msgspec.to_builtins(wanted)})
    return reads.get_run(tx, run_id)


def apply_policy(tx: Tx, run_id: UUID) -> None:
    """Resolve the log anew under the rule asked for, and write what differs, in one transaction.

    Nobody's events stay nobody's, and what a person merged, split or set apart stays so. Rooms hear of it
    as of any merge and split. The former rule applied again restores what was before. New events
    wait meanwhile. Repeating a run that is done changes nothing.
    """
    people.lock(tx)
    run = reads.get_run(tx, run_id)
    if run.state == "done":
        return
    wanted = msgspec.convert(run.result["policy"], Policy)
    moves = anew.resolve(tx, wanted, merchants.store_phone_blinds(tx))
    policy.add_policy(tx, wanted, run.by)
    counts = _tell_regrouped(tx, moves)
    runs.set_ended(tx, run_id, "done", {**run.result, **counts})


def lift(tx: Tx, identifier_id: int) -> None:
    """A quarantined identifier speaks for its customer again, and no rule puts it back.

    Refuses `NotQuarantined`.
    """
    people.lock(tx)
    if policy.find_quarantine(tx, identifier_id) is None:
        raise NotQuarantined()
    policy.set_verdict(tx, identifier_id, "lifted")
    policy.set_speaking(tx, identifier_id)


def confirm(tx: Tx, identifier_id: int) -> None:
    """A person looked, and the quarantine is right. Refuses `NotQuarantined`."""
    people.lock(tx)
    if policy.find_quarantine(tx, identifier_id) is None:
        raise NotQuarantined()
    policy.set_verdict(tx, identifier_id, "confirmed")


def _resolve(
    tx: Tx, heard: Sequence[Heard], next_ordinal: int, plain: bulk.Plain | None = None
) -> None:
    """Fold events in. The plain is kept first: it goes to the end of every index, and the rest
    finds room between."""
    told = known.look_up(tx, heard, next_ordinal)
    rule = policy.in_force(tx)
    fold = Fold(told.known, rule)
    doubtful = [each for each in told.sightings if not fold.is_plain(each)]
    if doubtful:
        blinds = merchants.store_phone_blinds(tx) if known.has_phone(doubtful) else ()
        fold = Fold(known.learn(tx, told.known, doubtful, blinds), rule)
    fold.others = plain.begins if plain else ()
    for sighting in told.sightings:
        fold.take(sighting)
    resolution = fold.resolution()
    if plain:
        bulk.add_plain(tx, plain, next_ordinal, resolution.created)
    batch.add_resolution(tx, resolution, told, known.list_own(tx, heard))
    _tell_merged(tx, resolution, next_ordinal)


def _resolve_much(tx: Tx, after: int, upto: int, next_ordinal: int) -> None:
    """The same for a long range: only what is doubtful in it is folded one by one."""
    kinds = bulk.gather(tx, after, upto)
    plain, heard = bulk.part(tx, connecting(policy.in_force(tx), kinds), after, upto)
    _resolve(tx, heard, next_ordinal, plain)


def _tell_regrouped(tx: Tx, moves: Sequence[tuple[UUID, UUID]]) -> dict[str, int]:
    """Merges of roots that answer no more, then splits: whoever lost something, and to whom."""
    now = people.list_roots(tx, {old for old, _ in moves})
    pairs = [(root, old) for old, root in now.items() if root != old]
    for start in range(0, len(pairs), _SUBJECTS_MAX):
        tx.tell(CustomersMerged(tuple(pairs[start : start + _SUBJECTS_MAX])))
    splits = sorted({(now[old], new) for old, new in moves if now[old] != new})
    for one, other in splits:
        tx.tell(CustomersSplit(one, other))
    return {"merged": len(pairs), "split": len({one for one, _ in splits})}


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


def _tell_merged(tx: Tx, resolution: Resolution, first_new: int) -> None:
    """Customers made in this very batch are known to nobody yet: no need to tell of them."""
    final = batch.final(resolution.merges)
    told = [loser for loser in final if loser < first_new]
    ids = known.list_ids(tx, {*told, *(final[loser] for loser in told)}) if told else {}
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
    ordinal = known.get_next_ordinal(tx)
    batch.add_customers(tx, [(ordinal, tx.now, None)])
    batch.set_strong(tx, [ordinal])
    other_id = people.get_id(tx, ordinal)
    people.set_holder(tx, identifier_ids, other_id)
    people.add_apart(tx, root.id, other_id)
    tx.tell(CustomersSplit(root.id, other_id))
    return reads.get_customer(tx, other_id)
