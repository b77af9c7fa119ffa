"""Verbs of mailings: decide about many at once, hold their places, make the messages bit by bit."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from uuid import UUID

from pyroaring import BitMap

from huitou.base.db import ReadTx, Tx
from huitou.identity import reads as identities
from huitou.kernel.ids import new_id
from huitou.reach.actions import messages
from huitou.reach.jobs import crowding, mailing
from huitou.reach.reads import mailings as reads
from huitou.reach.rules.crowds import CODES
from huitou.reach.store import mailings as store
from huitou.reach.store.mailings import PartRow, Stored
from huitou.reach.types.gate import Candidate
from huitou.reach.types.mailings import WAITING, MailingPlan, NoMailing, Place, Tally

Compose = Callable[[Sequence[Place]], Sequence[Candidate | None]]
"""What goes to these customers: a candidate each, in order; None where something would be left empty."""


def begin(
    tx: Tx,
    mailing_id: UUID,
    plan: MailingPlan,
    whom: BitMap,
    *,
    campaign_id: UUID | None = None,
    held_out: BitMap | None = None,
) -> None:
    """Decide about everybody in `whom` (ordinals) in the background, together with all that begin within
    `reach.gather_minutes`, and hold the places of those who may get it: `MailingReserved` is told when they can be sent to.
    Again with the same id is no change."""
    if store.add_mailing(
        tx, mailing_id, campaign_id, plan.model_dump(mode="json"), whom, held_out or BitMap()
    ):
        mailing.defer_decision(tx, mailing_id, tx.now)


def rehearse(
    tx: ReadTx,
    plan: MailingPlan,
    whom: BitMap,
    *,
    campaign_id: UUID | None = None,
    held_out: BitMap | None = None,
) -> list[Tally]:
    """What `begin` would decide now; keeps nothing. `reserved` counts who would get it, by channel."""
    question = crowding.Question(plan, campaign_id, whom, held_out or BitMap())
    [decided] = crowding.decide(tx, [question])
    chosen = decided.chosen
    counts = Counter(zip(chosen.code.tolist(), chosen.way.tolist(), strict=True))
    return [
        reads.tally(CODES[code] or "reserved", plan.ways[way].channel, count)
        for (code, way), count in counts.most_common()
    ]


def dispatch(
    tx: Tx, mailing_id: UUID, count_max: int, compose: Compose
) -> list[tuple[Place, UUID | None, str]]:
    """Make the messages of the next places, as `compose` writes them: `(place, message, outcome)`; none when all are
    made.

    Whoever was merged into another since gets none: the other one has a place, or a message, of their own. A place becomes a message in one transaction, so that it always counts once. Nothing is decided here: the gate is
    asked once more when a message goes out. Refuses `NoMailing`.
    """
    stored = _locked(tx, mailing_id)
    if stored.state != "reserved":
        return []
    taken: list[Place] = []
    for bucket in store.list_buckets(tx, mailing_id, "reserved", count_max):
        if len(taken) < count_max:
            taken += _take(tx, stored, bucket, count_max - len(taken))
    if not taken:
        store.set_state(tx, mailing_id, "done")
        return []
    roots = identities.canonical(tx, [place.customer_id for place in taken])
    places = [one for one in taken if roots.get(one.customer_id) == one.customer_id]
    merged = [one for one in taken if roots.get(one.customer_id) != one.customer_id]
    made = _make(tx, stored, places, compose(places))
    done = [(place, id, "sent" if id else "missing_variable") for place, id in made]
    done += [(place, None, "merged") for place in merged]
    _join(tx, mailing_id, [(outcome, place) for place, _, outcome in done])
    return done


def put_off(tx: Tx, mailing_id: UUID) -> None:
    """Whoever there is no room for now is left to whoever began it, to be planned for later one by one."""
    for outcome in WAITING:
        while buckets := store.list_buckets(tx, mailing_id, outcome, 100):
            parts = store.list_parts(tx, mailing_id, buckets)
            waiting = [
                replace(part, outcome="put_off")
                for part in parts
                if part.outcome in (outcome, "put_off")
            ]
            store.remove_parts(tx, mailing_id, buckets, outcome)
            store.add_parts(tx, mailing_id, _joined(waiting))


def stop(tx: Tx, mailing_id: UUID) -> None:
    """Give the places back that no message was made of. Again is no change. Refuses `NoMailing`."""
    stored = _locked(tx, mailing_id)
    if stored.state in ("done", "stopped"):
        return
    if stored.state == "deciding":
        question = mailing.question_of(stored)
        first = question.plan.ways[0].channel
        store.add_parts(tx, mailing_id, store.parted(question.whom, "cancelled", first))
    for outcome in ("chosen", "reserved"):
        while buckets := store.list_buckets(tx, mailing_id, outcome, 100):
            parts = store.list_parts(tx, mailing_id, buckets)
            kept = [part for part in parts if part.outcome == "cancelled"]
            over = [replace(part, outcome="cancelled") for part in parts if part.outcome == outcome]
            store.remove_parts(tx, mailing_id, buckets, outcome)
            store.add_parts(tx, mailing_id, _joined([*kept, *over]))
    store.set_state(tx, mailing_id, "stopped")


def _take(tx: Tx, stored: Stored, bucket: int, count_max: int) -> list[Place]:
    """Places of a bucket that are no places any more."""
    parts = [p for p in store.list_parts(tx, stored.id, [bucket]) if p.outcome == "reserved"]
    taken: list[Place] = []
    left = []
    for part in parts:
        own = store.places(tx, part, count_max - len(taken)) if len(taken) < count_max else []
        left.append(replace(part, people=part.people - BitMap(place.ordinal for place in own)))
        taken += own
    store.remove_parts(tx, stored.id, [bucket], "reserved")
    store.add_parts(tx, stored.id, left)
    return taken


def _make(
    tx: Tx, stored: Stored, places: Sequence[Place], candidates: Sequence[Candidate | None]
) -> list[tuple[Place, UUID | None]]:
    opens = stored.opens_at
    made: list[tuple[Place, UUID | None]] = []
    new = []
    for place, candidate in zip(places, candidates, strict=True):
        if candidate is None:
            made.append((place, None))
            continue
        assert (candidate.customer_id, candidate.channel) == (place.customer_id, place.channel)
        at = max(opens[place.channel], candidate.not_before or tx.now, tx.now)
        message_id = new_id()
        new.append((message_id, replace(candidate, mailing_id=stored.id), at))
        made.append((place, message_id))
    messages.add_messages(tx, new)
    return made


def _join(tx: Tx, mailing_id: UUID, outcomes: Sequence[tuple[str, Place]]) -> None:
    """These people have these outcomes, beside those who had them before."""
    fresh = [
        PartRow(store.bucket_of(place.ordinal), outcome, place.channel, BitMap([place.ordinal]))
        for outcome, place in outcomes
    ]
    buckets = sorted({part.bucket for part in fresh})
    kinds = {part.outcome for part in fresh}
    before = [p for p in store.list_parts(tx, mailing_id, buckets) if p.outcome in kinds]
    store.add_parts(tx, mailing_id, _joined([*before, *fresh]))


def _joined(parts: Sequence[PartRow]) -> list[PartRow]:
    """One part of each bucket, outcome and channel."""
    found: dict[tuple[int, str, str], BitMap] = {}
    for part in parts:
        key = (part.bucket, part.outcome, part.channel)
        found[key] = found.get(key, BitMap()) | part.people
    return [PartRow(*key, people) for key, people in found.items()]


def _locked(tx: Tx, mailing_id: UUID) -> Stored:
    stored = store.lock_mailing(tx, mailing_id)
    if stored is None:
        raise NoMailing()
    return stored
