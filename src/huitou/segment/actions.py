"""What changes segments and their members."""

from collections.abc import Sequence, Set
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from pyroaring import BitMap

from huitou.base import feed
from huitou.base.db import EVERYTHING, Tx
from huitou.base.jobs import job
from huitou.event import reads as events
from huitou.kernel.ids import new_id
from huitou.kernel.time import day_of, day_start
from huitou.merchant import actions as merchants
from huitou.merchant import reads as merchant
from huitou.profile import reads as profiles
from huitou.segment import reads, warehouse
from huitou.segment.rules import clock, filling, live, parse
from huitou.segment.rules import compile as compiler
from huitou.segment.rules.compile import Compiled
from huitou.segment.store import clock as time
from huitou.segment.store import filling as places
from huitou.segment.store import segments as store
from huitou.segment.store import sizes
from huitou.segment.types.answers import Changed, Segment, Stored
from huitou.segment.types.filling import Place
from huitou.segment.types.refusals import Followed, InUse, NameTaken, NoSegment, VersionConflict
from huitou.segment.types.rule import Context, Node

STREAM = "segment"
_logger = structlog.get_logger(STREAM)
_EVENTS_MAX = 2_000
"""Of a customer who is judged with each batch: some 20 ms of reading."""
_CUSTOMERS_MAX = 2_000
_SUBJECTS_MAX = 1_000
_GAP_MAX = timedelta(days=3)
"""After more than that, looking at everybody anew costs less than looking for who is due."""

_SIZES_KEPT = timedelta(days=7)
"""So long every change of a segment's size is kept."""
_AT_ONCE = 50_000
"""Memberships to look at from which on a segment is filled in the background."""
_PART = 20_000
"""Of them in one transaction: nobody else judges for half a second."""
_LATER = timedelta(seconds=10)


def add_segment(tx: Tx, name: str, rule: dict[str, Any], language: str = "zh") -> Segment:
    """Save a rule under a name; its members are found at once, many of them in the background.

    Refuses: NameTaken and whatever `reads.read_rule` refuses.
    """
    tx.lock(STREAM)
    if store.is_name_taken(tx, name, None):
        raise NameTaken(name=name)
    segment_id = new_id()
    reads.read_rule(tx, rule, segment_id)
    store.add_segment(tx, segment_id, name, rule)
    refresh(tx, segment_id)
    merchants.audit(tx, "segment.added", f"segment:{segment_id}")
    return reads.get_segment(tx, segment_id, language)


def change_segment(
    tx: Tx, segment_id: UUID, *, name: str, rule: dict[str, Any], version: int, language: str = "zh"
) -> Segment:
    """Another name or rule; `version` is the one the change was made on.

    Refuses: NoSegment, VersionConflict, NameTaken and whatever `reads.read_rule` refuses.
    """
    tx.lock(STREAM)
    before = _locked(tx, segment_id, version)
    if store.is_name_taken(tx, name, segment_id):
        raise NameTaken(name=name)
    reads.read_rule(tx, rule, segment_id)
    store.set_segment(tx, segment_id, name, rule)
    if rule != before.rule:
        rules, _ = _rules(tx)
        for each in (segment_id, *parse.referring(rules, segment_id)):
            refresh(tx, each)
    merchants.audit(tx, "segment.changed", f"segment:{segment_id}", version=version + 1)
    return reads.get_segment(tx, segment_id, language)


def delete_segment(tx: Tx, segment_id: UUID, version: int | None = None) -> None:
    """Take a segment out of use. Refuses: NoSegment, VersionConflict, InUse, Followed: the tag would
    stay with whoever carried it last."""
    tx.lock(STREAM)
    _locked(tx, segment_id, version)
    rules, _ = _rules(tx)
    for other_id in parse.referring(rules, segment_id):
        raise InUse(name=reads.get_stored(tx, other_id).name)
    if (tag := profiles.find_tag_following(tx, segment_id)) is not None:
        raise Followed(name=tag.name)
    store.archive_segment(tx, segment_id)
    merchants.audit(tx, "segment.deleted", f"segment:{segment_id}")


def refresh(tx: Tx, segment_id: UUID) -> None:
    """Let members enter and leave by the rule of now, among all customers: asked of the columnar copy
    where there is one. Of many it only begins, anew if it was under way: the others follow in the background.

    A segment that is gone has nothing to refresh.
    """
    _begin(tx)
    stored = store.lock_segment(tx, segment_id)
    if stored is None or (found := _find_or_refresh(tx, stored)) is None:
        return
    place = filling.begin(stored.member_count, found)
    if place.whole <= _AT_ONCE:
        _go_on(tx, segment_id, found, place, _AT_ONCE)
    else:
        _keep(tx, segment_id, place)


@job
def fill(tx: Tx, *, segment_id: str, done: int) -> None:
    """Look at some more memberships of a segment that is being filled, by its rule of now; the others in a transaction
    after this one. Whoever is judged between them is right by then, and stays. If not just `done` have been looked at,
    another job has gone on, or it begins anew."""
    id_ = UUID(segment_id)
    _begin(tx)
    stored, place = store.lock_segment(tx, id_), places.find_place(tx, id_)
    if stored is None or place is None or place.done != done:
        return
    if (found := _find_or_refresh(tx, stored)) is not None:
        _go_on(tx, id_, found, place, _PART)


def go_on_filling(tx: Tx) -> None:
    """Whatever is being filled is gone on with, also after its job was lost."""
    for stored in store.list_active(tx):
        if stored.filling is not None:
            _defer_fill(tx, stored.id, stored.filling.done)


def _go_on(tx: Tx, segment_id: UUID, found: BitMap, place: Place, most: int) -> None:
    members = places.list_members_after(tx, segment_id, place.after, most)
    step = filling.step(found, place, members, most)
    places.move(tx, segment_id, step.leaving, step.coming)
    _keep(tx, segment_id, step.place)


def _keep(tx: Tx, segment_id: UUID, place: Place | None) -> None:
    places.set_place(tx, segment_id, place)
    if place is not None:
        _defer_fill(tx, segment_id, place.done)


def _defer_fill(tx: Tx, segment_id: UUID, done: int) -> None:
    tx.defer(fill, key=f"{segment_id}:{done}", segment_id=str(segment_id), done=done)


def _find_or_refresh(tx: Tx, stored: Stored) -> BitMap | None:
    """Who meets the rule, by ordinal. Without a copy to ask, the segment is made whole by rows, and None."""
    tree, context = reads.resolve(tx, stored.rule, stored.id)
    found = _find_in_copy(tx, tree, context)
    if found is None:
        store.refresh(tx, stored.id, compiler.refresh(tree, context, stored.id))
        places.set_place(tx, stored.id, None)
    return found


def _find_in_copy(tx: Tx, tree: Node, context: Context) -> BitMap | None:
    """Who meets a rule, by ordinal. The snapshot begins when nobody else judges any more: what it does not see is
    judged after this transaction."""
    if tx.copies is None:
        return None
    with tx.beside() as now:
        now.scope = EVERYTHING  # members are the whole merchant's, whoever saves the rule
        return warehouse.members(now, tree, replace(context, now=now.now))


def judge(tx: Tx, ids: Sequence[UUID]) -> int:
    """Look again at a few customers, for all active segments together.

    Returns how many memberships began or ended.
    """
    _begin(tx)
    if not ids:
        return 0
    moved = 0
    for compiled in _live(tx):
        for start in range(0, len(ids), _CUSTOMERS_MAX):
            moved += store.refresh_live(tx, compiled, ids[start : start + _CUSTOMERS_MAX])
    return moved


_kept: dict[UUID, tuple[object, list[Compiled]]] = {}
"""By merchant, the live form of its segments' versions; made anew every hour."""


def _live(tx: Tx) -> list[Compiled]:
    hour = tx.now.replace(minute=0, second=0, microsecond=0)
    versions = (hour, *store.list_versions(tx))
    known, compiled = _kept.get(tx.merchant, (None, []))
    if known != versions:
        rules, context = _rules(tx)
        compiled = list(live.refresh(rules, replace(context, now=hour)))
        _kept[tx.merchant] = versions, compiled
    return compiled


def consume(tx: Tx, after: int, upto: int) -> None:
    """Look again at the customers whom the log's positions (after, upto] touch, and at those of
    whom anything else changed. A single event is taken alone: it may be the one that fails.

    Whoever has done more than any person does (a till's own card, a phone in everybody's hands) is in every batch, and
    would be read whole in each: they are judged with those whom time moves."""
    changed = _changed(tx) if upto - after != 1 else set()
    _begin(tx)
    if not store.list_versions(tx):
        return  # whoever adds one has waited for this, and looks at everybody
    touched = changed.union(store.list_touched(tx, after, upto))
    overlong = set(store.list_overlong(tx, sorted(touched), _EVENTS_MAX))
    if overlong:
        time.put_due(tx, sorted(overlong))
    judge(tx, sorted(touched - overlong))


def _changed(tx: Tx) -> set[UUID]:
    """Whom the feed names. A product that came to a category changes what its events count for."""
    if feed.begin(tx, STREAM):
        _look_at_everybody(tx)
    changed = feed.take(tx, STREAM, Changed, store.CHANGED)
    categories = {each.category_code for each in changed if each.category_code is not None}
    if categories:
        look_at_events_of(tx, categories)
    return {each.customer_id for each in changed if each.customer_id is not None}


def look_at_events_of(tx: Tx, categories: Set[str] | None = None) -> None:
    """Compare everybody with the rules that ask for events by (these) categories of products."""
    rules, _ = _rules(tx)
    for segment_id, tree in rules.items():
        asked = {code for leaf in parse.all_leaves(tree, rules) for code in parse.categories(leaf)}
        if asked if categories is None else asked & categories:
            tx.defer(look_at_all, key=str(segment_id), segment_id=str(segment_id))


@job
def look_at_all(tx: Tx, *, segment_id: str) -> None:
    """Put on the list whoever is a member by the rule and not by what is stored, or not any more.
    Nobody waits for it; while it is being filled it is put off."""
    differing = _differing(tx, UUID(segment_id))
    if differing is None:
        tx.defer(look_at_all, key=segment_id, at=tx.now + _LATER, segment_id=segment_id)
        return
    time.put_due(tx, differing)
    tx.defer(judge_due, key=STREAM)


def follow_time(tx: Tx) -> None:
    """Judge those whom time has moved since the last sweep. After a long pause everybody is
    compared instead."""
    tx.lock(STREAM)
    if feed.begin(tx, STREAM) or not _sweep(tx):
        _look_at_everybody(tx)
    time.set_swept(tx)
    judge_due(tx)


def _look_at_everybody(tx: Tx) -> None:
    for stored in store.list_active(tx):
        tx.defer(look_at_all, key=str(stored.id), segment_id=str(stored.id))


@job
def judge_due(tx: Tx) -> None:
    """Judge some of those on the list, and the others in a transaction after this one."""
    tx.lock(STREAM)
    taken = time.take_due(tx, _CUSTOMERS_MAX)
    if taken:
        judge(tx, taken)
    if len(taken) == _CUSTOMERS_MAX:
        tx.defer(judge_due, key=STREAM)


def _sweep(tx: Tx) -> bool:
    """Put on the list whom time has moved since the last sweep; False when that is too long ago."""
    known = time.get_clock(tx)
    if known is None or tx.now - known.swept_upto > _GAP_MAX:
        return False
    if tx.now > known.swept_upto:
        rules, context = _rules(tx)
        turns = {turn for tree in rules.values() for turn in clock.turns(tree, rules)}
        time.add_due(tx, clock.due(turns, known.swept_upto, tx.now, context.zone))
    return True


@job
def check(tx: Tx, *, segment_id: str) -> None:
    """Compare everybody with the rule of a segment: events, the feed and time should have told of
    every change. One that is being filled is passed over."""
    differing = _differing(tx, UUID(segment_id))
    if differing is None:
        return
    for start in range(0, len(differing), _SUBJECTS_MAX):
        tx.defer(
            correct,
            segment_id=segment_id,
            customer_ids=[str(each) for each in differing[start : start + _SUBJECTS_MAX]],
        )
    time.set_checked(tx)


@job
def correct(tx: Tx, *, segment_id: str, customer_ids: list[str]) -> None:
    """Judge those who differed from the rule a moment ago. Whoever still does, although nobody was
    about to look, is put right and reported. Put off while any segment is being filled: they are judged for all."""
    _begin(tx)
    if any(each.filling for each in store.list_active(tx)):
        tx.defer(correct, at=tx.now + _LATER, segment_id=segment_id, customer_ids=customer_ids)
        return
    lag = events.lag(tx)
    come_to = max((each.position for each in lag.streams if each.name == STREAM), default=0)
    judge(tx, sorted({*store.list_touched(tx, come_to, lag.head), *_changed(tx)}))
    if not _sweep(tx):
        return
    differing = [UUID(each) for each in customer_ids]
    corrected = judge(tx, sorted({*differing} - {*time.list_due(tx, differing)}))
    if corrected:
        time.add_corrected(tx, corrected)
        _logger.warning("members_corrected", segment=segment_id, count=corrected)


def note_sizes(tx: Tx) -> None:
    """Note the sizes that changed, each at least once a day of the merchant's zone. After a week a
    day keeps its last."""
    zone = merchant.get_merchant(tx).zone
    today = day_start(day_of(tx.now, zone), zone)
    sizes.add_sizes(tx, today)
    sizes.thin_sizes(tx, today - _SIZES_KEPT, zone)


def _differing(tx: Tx, segment_id: UUID) -> list[UUID] | None:
    """None while it is being filled: who has not been looked at differs."""
    for stored in store.find_segments(tx, [segment_id]):
        if stored.filling is not None:
            return None
        tree, context = reads.resolve(tx, stored.rule, segment_id)
        return store.list_differing(tx, compiler.differing(tree, context, segment_id))
    return []


def _rules(tx: Tx) -> tuple[dict[UUID, Node], Context]:
    """All active rules, and what they mean now."""
    rules = {stored.id: parse.parse(stored.rule) for stored in store.list_active(tx)}
    return rules, Context(merchant.get_merchant(tx).zone, tx.now, rules)


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Nothing about these customers stays here."""
    tx.lock(STREAM)
    store.delete_customers(tx, customer_ids)


def _begin(tx: Tx) -> None:
    """One judges at a time; whoever began before the last sweep sets the clock back."""
    tx.lock(STREAM)
    time.set_back(tx)


def _locked(tx: Tx, segment_id: UUID, version: int | None) -> Stored:
    stored = store.lock_segment(tx, segment_id)
    if stored is None:
        raise NoSegment()
    if version is not None and stored.version != version:
        raise VersionConflict()
    return stored
