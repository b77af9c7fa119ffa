"""Mailings go on: decided about together, reserved bucket by bucket, made into messages by whoever began them.

Between the decision and the reservation others may have planned messages to the same people. So a bucket is locked
against them (`facts.lock_customers`), and whoever changed since is judged once more before the place is held.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from pyroaring import BitMap

from huitou.base.db import Tx
from huitou.base.jobs import every, job
from huitou.merchant import reads as merchants
from huitou.reach.jobs import crowding
from huitou.reach.reads import messages as reads
from huitou.reach.rules.crowds import CODES
from huitou.reach.store import mailings as store
from huitou.reach.store import people as people_store
from huitou.reach.store import policies
from huitou.reach.store.mailings import PartRow, Stored
from huitou.reach.types.mailings import MailingPlan, MailingReserved

CANDIDATES_AT_ONCE = 2_000_000
"""Some 200 bytes each are in memory while they are decided about."""
BUCKETS_AT_ONCE = 16
"""Other decisions about these customers wait so long."""


def defer_decision(tx: Tx, mailing_id: UUID, begun_at: datetime) -> None:
    """Decide when those have begun that are to be decided about together."""
    at = begun_at + timedelta(minutes=merchants.setting(tx, "reach.gather_minutes"))
    when = at if at > tx.now else None
    tx.defer(decide_mailing, at=when, key=str(mailing_id), mailing_id=str(mailing_id))


@job
def decide_mailing(tx: Tx, *, mailing_id: str) -> None:
    """Who gets it, and who not and why, and the same of all that wait by then. Again is no change."""
    tx.hold_moment()
    waiting = [question_of(stored) for stored in store.list_deciding(tx)]
    if UUID(mailing_id) not in [question.mailing_id for question in waiting]:
        return
    together = _together(waiting)
    policy = policies.find_policy(tx)
    for question, decided in zip(together, crowding.decide(tx, together), strict=True):
        id_, first_id = question.mailing_id, together[0].mailing_id
        assert id_ is not None and first_id is not None
        store.add_parts(tx, id_, decided.parts(question.plan))
        store.set_decided(tx, id_, first_id, policy.version if policy else 0, decided.opens)
        tx.defer(reserve_mailing, key=str(id_), mailing_id=str(id_))
    if len(together) < len(waiting):
        tx.defer(decide_mailing, key=mailing_id, mailing_id=mailing_id)


@job
def reserve_mailing(tx: Tx, *, mailing_id: str) -> None:
    """Hold the places of the next buckets; again is no change."""
    stored = store.lock_mailing(tx, UUID(mailing_id))
    if stored is None or stored.state != "reserving":
        return
    waiting = store.list_buckets(tx, stored.id, "chosen", BUCKETS_AT_ONCE)
    free = store.try_locks(tx, waiting)
    if free:
        _reserve(tx, stored, free)
    if store.list_buckets(tx, stored.id, "chosen", 1):
        tx.defer(reserve_mailing, key=mailing_id, mailing_id=mailing_id)
        return
    store.set_state(tx, stored.id, "reserved")
    tx.tell(MailingReserved(stored.id))


@every(minutes=1)
def keep_mailings(tx: Tx) -> None:
    """Take up whatever was left in the middle."""
    for mailing_id, state, at in store.list_open(tx):
        if state == "deciding":
            defer_decision(tx, mailing_id, at)
        elif state == "reserving":
            tx.defer(reserve_mailing, key=str(mailing_id), mailing_id=str(mailing_id))


def question_of(stored: Stored) -> crowding.Question:
    """What a mailing asks."""
    return crowding.Question(
        plan=MailingPlan.model_validate(stored.plan),
        campaign_id=stored.campaign_id,
        whom=BitMap.deserialize(stored.audience),
        held_out=BitMap.deserialize(stored.held_out),
        mailing_id=stored.id,
    )


def _together(waiting: Sequence[crowding.Question]) -> list[crowding.Question]:
    """As many as are decided about at once: the most important ones, in the order in which they began."""
    found: set[UUID | None] = set()
    candidates = 0
    for question in sorted(waiting, key=lambda one: -one.plan.priority):
        candidates += len(question.whom)
        if found and candidates > CANDIDATES_AT_ONCE:
            break
        found.add(question.mailing_id)
    return [question for question in waiting if question.mailing_id in found]


def _reserve(tx: Tx, stored: Stored, buckets: list[int]) -> None:
    parts = store.list_parts(tx, stored.id, buckets)
    chosen = [part for part in parts if part.outcome == "chosen"]
    # Places first: they become messages all the time.
    held = store.list_held(tx, buckets, but=stored.id)
    changed = BitMap(people_store.list_changed(tx, stored.taken))
    for one in held:
        if one.round_id != stored.round_id:
            changed |= one.people
    question = question_of(stored)
    again = BitMap.union(BitMap(), *(part.people for part in chosen)) & changed
    said = crowding.judge(tx, question, reads.policy_of(tx), list(again))
    kept = {
        (part.bucket, part.outcome, part.channel): part.people
        for part in parts
        if part.outcome != "chosen"
    }
    for part in chosen:
        place = [way.channel for way in question.plan.ways].index(part.channel)
        for ordinal in part.people & again:
            code = said[ordinal][place].code
            if code:
                part.people.discard(ordinal)
                kept.setdefault((part.bucket, CODES[code], part.channel), BitMap()).add(ordinal)
        kept[part.bucket, "reserved", part.channel] = part.people
    store.remove_parts(tx, stored.id, buckets, "chosen")
    store.add_parts(tx, stored.id, [PartRow(*key, people) for key, people in kept.items()])
