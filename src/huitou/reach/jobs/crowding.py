"""Deciding about a crowd: everybody over the columnar copy; those whose changes it does not have yet, and those with a
clock of their own, by their rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from hashlib import md5
from uuid import UUID

import numpy as np
from pyroaring import BitMap

from huitou.base.db import ReadTx
from huitou.merchant import reads as merchants
from huitou.order import reads as orders
from huitou.reach.reads import messages as reads
from huitou.reach.rules import caps, crowds, gate
from huitou.reach.rules.competing import Entrant, compete
from huitou.reach.rules.crowds import CODES, NUMBER, Chosen
from huitou.reach.store import lists
from huitou.reach.store import mailings as store
from huitou.reach.store import people as people_store
from huitou.reach.store.crowds import Alike, Crowds
from huitou.reach.types.arbitration import Floats
from huitou.reach.types.gate import Allowed, Candidate, Facts
from huitou.reach.types.mailings import (
    UNKNOWN_ORDER_FEN,
    Crowd,
    Held,
    Ints,
    MailingPlan,
    Mask,
    Room,
    WayFacts,
)
from huitou.reach.types.policies import Cap, ContactPolicy, Past, Rolling

_CHUNK = 1_000
_TIRING = timedelta(days=30)
"""Messages of the last so many days tire."""


@dataclass(frozen=True, slots=True)
class Question:
    """Whom to decide about, and what: `whom` and `held_out` are ordinals."""

    plan: MailingPlan
    campaign_id: UUID | None
    whom: BitMap
    held_out: BitMap
    mailing_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """A row a candidate, ascending; `opens`: when messages of each way go."""

    ordinals: Ints
    chosen: Chosen
    opens: dict[str, datetime]

    def parts(self, plan: MailingPlan) -> list[store.PartRow]:
        """The same as sets: by bucket, outcome and channel."""
        chosen = self.chosen
        kind = chosen.code.astype(np.int64) * len(plan.ways) + chosen.way
        found = []
        for one in np.unique(kind):
            code, way = divmod(int(one), len(plan.ways))
            mine = self.ordinals[kind == one]
            outcome = CODES[code] or "chosen"
            people = BitMap(mine.astype(np.uint32))
            found += store.parted(people, outcome, plan.ways[way].channel)
        return found


@dataclass(frozen=True, slots=True)
class Judged:
    """What the gate says of one way, by rows: the number of its code, and what each cap that is about it leaves."""

    code: int
    left: tuple[int, ...] = ()


def decide(tx: ReadTx, questions: Sequence[Question]) -> list[Decided]:
    """What the gate says of everybody now, and who gets which where they compete. O(base) a question of the gate, in sets.

    `tx` sees one moment (repeatable read): the copy's files, and what changed since they were written.
    """
    policy, zone = reads.policy_of(tx), merchants.get_merchant(tx).zone
    elsewhere = BitMap(people_store.list_elsewhere(tx, zone))
    asked = [_Asked(tx, question, policy, zone, elsewhere) for question in questions]
    is_weighed = len(asked) > 1 or any(one.plan.budget_fen is not None for one in asked)
    copy = tx.warehouse.copy(tx.merchant) if tx.warehouse is not None else None
    anew = None
    if copy is not None:
        with copy.lock:
            if copy.sync(tx):
                anew = elsewhere | BitMap(people_store.list_changed(tx, None))
                known = Crowds(copy, tx.now)
                for one in asked:
                    one.look_up(known)
                    if is_weighed:
                        one.weigh(known)
    for one in asked:
        if anew is None and is_weighed:
            one.weigh_by_rows()
        one.judge(one.question.whom if anew is None else anew & one.question.whom)
    chosen = compete([one.entrant() for one in asked])
    return [Decided(one.ordinals, own, one.opens) for one, own in zip(asked, chosen, strict=True)]


def judge(
    tx: ReadTx, question: Question, policy: ContactPolicy, ordinals: Sequence[int]
) -> dict[int, list[Judged]]:
    """What the gate says of each way, by rows: of those the copy does not know yet."""
    plan = question.plan
    people = people_store.list_people(tx, ordinals, are_roots=True)
    found = {ordinal: [Judged(NUMBER["merged"])] * len(plan.ways) for ordinal in ordinals}
    for start in range(0, len(people), _CHUNK):
        some = people[start : start + _CHUNK]
        asked = [
            Candidate(
                customer_id=customer_id,
                channel=way.channel,
                content_key=plan.content_key,
                text="",
                campaign_id=question.campaign_id,
                category=plan.category,
                not_before=plan.not_before,
            )
            for _, customer_id in some
            for way in plan.ways
        ]
        said = [_judged(facts, policy) for facts, _ in reads.facts_of(tx, asked)]
        for place, (ordinal, _) in enumerate(some):
            found[ordinal] = said[place * len(plan.ways) : (place + 1) * len(plan.ways)]
    return found


def _judged(facts: Facts, policy: ContactPolicy) -> Judged:
    said = gate.gate(facts, policy)
    if not isinstance(said, Allowed):
        return Judged(NUMBER[said.code])
    message = facts.message(said.at)
    return Judged(
        0,
        tuple(
            caps.room(cap, message, facts.past, facts.zone)
            for cap in policy.caps
            if caps.is_about(cap, message)
        ),
    )


@dataclass
class _Asked:
    """A question, and what is known so far: nothing says no, and caps are unknown."""

    tx: ReadTx
    question: Question
    policy: ContactPolicy
    zone: str
    elsewhere: BitMap

    def __post_init__(self) -> None:
        whom, ways = self.question.whom, self.plan.ways
        self.ordinals = np.fromiter(whom, np.int64, len(whom))
        self.codes = np.zeros((len(ways), len(whom)), np.int8)
        self.order_fen: Floats = np.ones(len(whom))
        self.fatigue_fen: Floats = np.zeros(len(whom))
        begins = max(self.tx.now, self.plan.not_before or self.tx.now)
        self.opens: dict[str, datetime] = {}
        self.is_quiet: dict[str, bool] = {}
        self.rooms: list[list[Room]] = []
        for way in ways:
            at, quiet = caps.opens_at(self.policy.quiet, way.channel, begins, self.zone)
            self.opens[way.channel] = at
            self.is_quiet[way.channel] = any(one.action == "drop" for one in quiet)
            message = self.message(way.channel)
            self.rooms.append(
                [
                    Room(
                        cap,
                        of=caps.counted_alone(cap, message),
                        begins=_begins(cap, at, self.zone),
                        left=np.zeros(len(whom), np.int64),
                    )
                    for cap in self.policy.caps
                    if caps.is_about(cap, message)
                ]
            )

    @property
    def plan(self) -> MailingPlan:
        return self.question.plan

    def message(self, channel: str) -> Past:
        """As it would count."""
        return Past(self.opens[channel], channel, self.plan.category, self.question.campaign_id)

    def look_up(self, copy: Crowds) -> None:
        """What the copy says of everybody."""
        crowd = _Gathering(self, copy).crowd()
        self.codes = np.stack([crowds.gate_all(crowd, way) for way in crowd.ways])

    def weigh(self, copy: Crowds) -> None:
        """What everybody is worth, and how tired they are."""
        size = _size(self.ordinals)
        self.order_fen = copy.order_fen(size)[self.ordinals]
        if self.policy.fatigue_fen:
            any_ = Alike(Cap(window=Rolling(hours=1), limit=0), "", "", None)
            had = copy.counted(any_, self.tx.now - _TIRING, self.tx.now)
            self.fatigue_fen = _of(had, self.ordinals).astype(np.float64) * self.policy.fatigue_fen

    def weigh_by_rows(self) -> None:
        """What everybody is worth where there is no copy yet."""
        people = people_store.list_people(self.tx, list(self.question.whom))
        known = orders.totals(self.tx, [customer_id for _, customer_id in people])
        paid = sum(total.paid_fen for total in known.values())
        count = sum(total.order_count for total in known.values())
        self.order_fen = np.full(len(self.ordinals), paid / count if count else UNKNOWN_ORDER_FEN)
        for ordinal, customer_id in people:
            if customer_id in known and known[customer_id].order_count:
                total, place = known[customer_id], np.searchsorted(self.ordinals, ordinal)
                self.order_fen[place] = total.paid_fen / total.order_count

    def judge(self, anew: BitMap) -> None:
        """These by their rows."""
        if not anew:
            return
        said = judge(self.tx, self.question, self.policy, list(anew))
        places = np.searchsorted(self.ordinals, np.fromiter(anew, np.int64, len(anew)))
        for way, rooms in enumerate(self.rooms):
            own = [said[ordinal][way] for ordinal in anew]
            self.codes[way, places] = [one.code for one in own]
            for number, room in enumerate(rooms):
                room.left[places] = [one.left[number] if one.left else 0 for one in own]

    def entrant(self) -> Entrant:
        return Entrant(
            plan=self.plan,
            ordinals=self.ordinals,
            codes=self.codes,
            rooms=self.rooms,
            has_own_clock=_among(self.elsewhere & self.question.whom, self.ordinals),
            held_out=_among(self.question.held_out & self.question.whom, self.ordinals),
            order_fen=self.order_fen,
            fatigue_fen=self.fatigue_fen,
        )


@dataclass
class _Gathering:
    """What is known of those a question is about, asked of the copy."""

    asked: _Asked
    copy: Crowds
    known: dict[tuple[Cap, datetime, str], Ints] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.tx, self.ordinals = self.asked.tx, self.asked.ordinals
        self.zone, self.question = self.asked.zone, self.asked.question
        self.held = store.list_held(self.tx, but=self.question.mailing_id)

    def crowd(self) -> Crowd:
        plan, tx = self.question.plan, self.tx
        had = self.copy.had(
            _tail_of(plan.content_key), tx.now - timedelta(days=self.asked.policy.repeat_days)
        )
        for one in self.held:
            if one.content_key == plan.content_key:
                had |= one.people
        configured = reads.channels_on(tx)
        scopes = reads.scopes_of(tx, [way.channel for way in plan.ways])
        return Crowd(
            ordinals=self.ordinals,
            is_forgotten=~self._in(self.copy.living()),
            is_under_14=self._in(self.copy.under_14()),
            has_same_content=self._in(had),
            ways=tuple(
                self._way(way.channel, way.channel in configured, scopes.get(way.channel), rooms)
                for way, rooms in zip(plan.ways, self.asked.rooms, strict=True)
            ),
        )

    def _way(self, channel: str, is_on: bool, scope: str | None, rooms: Sequence[Room]) -> WayFacts:
        message = self.asked.message(channel)
        for room in rooms:
            # Ways that go at the same time share what counts for all channels.
            key = (room.cap, message.at, room.of)
            if key not in self.known:
                self.known[key] = self._left(room.cap, message)
            room.left[:] = self.known[key]
        return WayFacts(
            channel=channel,
            opens_at=message.at,
            is_quiet=self.asked.is_quiet[channel],
            is_on=is_on,
            has_consent=self._in(self.copy.consenting(channel)),
            is_opted_out=self._in(self.copy.opted_out(channel)),
            is_suppressed=self._in(BitMap(lists.list_ordinals(self.tx, channel))),
            has_address=self._in(self.copy.addressed(channel, scope)),
            rooms=rooms,
        )

    def _left(self, cap: Cap, message: Past) -> Ints:
        at = message.at
        since, upto, until = crowds.window_of(cap, at, self.zone)
        alike = Alike(cap, message.channel, message.category, _id_tail(message.campaign_id))
        others = [
            one
            for one in self.held
            if since < one.at < until
            and caps.is_alike(
                cap, Past(one.at, one.channel, one.category, one.campaign_id), message
            )
        ]
        before = _of(self.copy.counted(alike, since, upto), self.ordinals)
        for one in others:
            if one.at <= upto:
                before += self._in(one.people)
        late = [one for one in others if one.at > upto]
        if not late and (self.latest is None or self.latest <= upto):
            after = []
        else:
            after = self._later(alike, since, upto, until, others)
        return crowds.left(cap, at, self.zone, before, after)

    def _later(
        self, alike: Alike, since: datetime, upto: datetime, until: datetime, held: Sequence[Held]
    ) -> list[tuple[int, list[datetime]]]:
        """Of candidates with any message after `upto`: their place, and when all of theirs are."""
        customers, times = self.copy.times(alike, since, until)
        whom = BitMap(customers[times > np.datetime64(upto.replace(tzinfo=None))])
        for one in held:
            if one.at > upto:
                whom |= one.people
        whom &= self.question.whom
        when: dict[int, list[datetime]] = {customer: [] for customer in whom}
        mine = np.isin(customers, np.fromiter(whom, np.int64, len(whom)))
        for customer, moment in zip(customers[mine].tolist(), times[mine].tolist(), strict=True):
            when[customer].append(moment.replace(tzinfo=UTC))
        for one in held:
            for customer in one.people & whom:
                when[customer].append(one.at)
        places = np.searchsorted(self.ordinals, np.fromiter(whom, np.int64, len(whom)))
        return list(zip(places.tolist(), when.values(), strict=True))

    @cached_property
    def latest(self) -> datetime | None:
        """When the last message is expected that is planned."""
        return self.copy.latest()

    def _in(self, people: BitMap) -> Mask:
        return _among(people & self.question.whom, self.ordinals)


def _begins(cap: Cap, at: datetime, zone: str) -> datetime | None:
    """A calendar's day, week or month."""
    return None if isinstance(cap.window, Rolling) else caps.calendar(cap.window, at, zone)[0]


def _among(people: BitMap, ordinals: Ints) -> Mask:
    """Of each, whether they are one of `people`, who are all among them."""
    mask = np.zeros(_size(ordinals), bool)
    mask[np.fromiter(people, np.int64, len(people))] = True
    return mask[ordinals]


def _of(counts: Ints, ordinals: Ints) -> Ints:
    """Each one's count."""
    found = np.zeros(len(ordinals), np.int64)
    known = ordinals < len(counts)
    found[known] = counts[ordinals[known]]
    return found


def _size(ordinals: Ints) -> int:
    return int(ordinals[-1]) + 1 if len(ordinals) else 0


def _tail_of(key: str) -> int:
    """As the copy keeps a content's key."""
    return int(md5(key.encode(), usedforsecurity=False).hexdigest()[:12], 16)


def _id_tail(id: UUID | None) -> int | None:
    return None if id is None else int(id.hex[-12:], 16)
