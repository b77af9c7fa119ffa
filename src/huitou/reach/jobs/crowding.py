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
from huitou.reach.reads import messages as reads
from huitou.reach.rules import caps, crowds, gate
from huitou.reach.rules.crowds import CODES, Chosen, Codes
from huitou.reach.store import lists
from huitou.reach.store import mailings as store
from huitou.reach.store import people as people_store
from huitou.reach.store.crowds import Alike, Crowds
from huitou.reach.types.gate import Allowed, Candidate
from huitou.reach.types.mailings import (
    Crowd,
    Held,
    Ints,
    MailingPlan,
    Mask,
    WayFacts,
)
from huitou.reach.types.policies import Cap, ContactPolicy, Past

_CHUNK = 1_000
_NUMBER = {code: number for number, code in enumerate(CODES)}


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


def decide(tx: ReadTx, question: Question) -> Decided:
    """What the gate says of everybody now, and the channel each goes by. O(base) a question of the gate, in sets.

    `tx` sees one moment (repeatable read): the copy's files, and what changed since they were written.
    """
    policy, zone = reads.policy_of(tx), merchants.get_merchant(tx).zone
    ordinals = np.fromiter(question.whom, np.int64, len(question.whom))
    ways = question.plan.ways
    opens = {way.channel: caps.opens_at(policy.quiet, way.channel, tx.now, zone)[0] for way in ways}
    codes = [np.zeros(len(ordinals), np.int8) for _ in ways]
    order_fen = np.ones(len(ordinals))
    anew = question.whom
    copy = tx.warehouse.copy(tx.merchant) if tx.warehouse is not None else None
    if copy is not None:
        with copy.lock:
            if copy.sync(tx):
                by_rows = [
                    *people_store.list_changed(tx, None),
                    *people_store.list_elsewhere(tx, zone),
                ]
                anew = BitMap(by_rows) & question.whom
                crowd = _Gathering(
                    tx, Crowds(copy, tx.now), question, policy, zone, ordinals
                ).crowd()
                codes = [crowds.gate_all(crowd, way) for way in crowd.ways]
                if question.plan.budget_fen is not None and len(ordinals):
                    order_fen = Crowds(copy, tx.now).order_fen(int(ordinals[-1]) + 1)[ordinals]
    _judge_anew(tx, question, policy, ordinals, codes, anew)
    held_out = np.isin(ordinals, np.fromiter(question.held_out, np.int64, len(question.held_out)))
    chosen = crowds.choose(codes, held_out, ways, question.plan.budget_fen, order_fen)
    return Decided(ordinals, chosen, opens)


def judge(
    tx: ReadTx, question: Question, policy: ContactPolicy, ordinals: Sequence[int]
) -> dict[int, list[int]]:
    """The number of the gate's code for each way, of rows: for those the copy does not know yet."""
    plan = question.plan
    people = people_store.list_people(tx, ordinals, are_roots=True)
    found = {ordinal: [_NUMBER["merged"]] * len(plan.ways) for ordinal in ordinals}
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
            )
            for _, customer_id in some
            for way in plan.ways
        ]
        said = [gate.gate(facts, policy) for facts, _ in reads.facts_of(tx, asked)]
        numbers = [0 if isinstance(one, Allowed) else _NUMBER[one.code] for one in said]
        for place, (ordinal, _) in enumerate(some):
            found[ordinal] = numbers[place * len(plan.ways) : (place + 1) * len(plan.ways)]
    return found


def _judge_anew(
    tx: ReadTx,
    question: Question,
    policy: ContactPolicy,
    ordinals: Ints,
    codes: Sequence[Codes],
    anew: BitMap,
) -> None:
    if not anew:
        return
    whom = list(anew)
    said = judge(tx, question, policy, whom)
    places = np.searchsorted(ordinals, np.array(whom, np.int64))
    for number, column in enumerate(codes):
        column[places] = [said[ordinal][number] for ordinal in whom]


@dataclass
class _Gathering:
    """What is known of a crowd, asked of the copy."""

    tx: ReadTx
    copy: Crowds
    question: Question
    policy: ContactPolicy
    zone: str
    ordinals: Ints
    known: dict[tuple[Cap, datetime, str | None], Mask] = field(default_factory=dict)

    def crowd(self) -> Crowd:
        plan, tx = self.question.plan, self.tx
        held = store.list_held(tx, but=self.question.mailing_id)
        had = self.copy.had(
            _tail_of(plan.content_key), tx.now - timedelta(days=self.policy.repeat_days)
        )
        for one in held:
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
                self._way(way.channel, way.channel in configured, scopes.get(way.channel), held)
                for way in plan.ways
            ),
        )

    def _way(self, channel: str, is_on: bool, scope: str | None, held: Sequence[Held]) -> WayFacts:
        at, quiet = caps.opens_at(self.policy.quiet, channel, self.tx.now, self.zone)
        return WayFacts(
            channel=channel,
            opens_at=at,
            is_quiet=any(one.action == "drop" for one in quiet),
            is_on=is_on,
            has_consent=self._in(self.copy.consenting(channel)),
            is_opted_out=self._in(self.copy.opted_out(channel)),
            is_suppressed=self._in(BitMap(lists.list_ordinals(self.tx, channel))),
            has_address=self._in(self.copy.addressed(channel, scope)),
            is_over=self._over(channel, at, held, is_own=False),
            is_over_own=self._over(channel, at, held, is_own=True),
        )

    def _over(self, channel: str, at: datetime, held: Sequence[Held], *, is_own: bool) -> Mask:
        found = np.zeros(len(self.ordinals), bool)
        message = Past(at, channel, self.question.plan.category, self.question.campaign_id)
        for cap in self.policy.caps:
            if (cap.scope == "channel") == is_own and caps.is_about(cap, message):
                found |= self._once(cap, message, held)
        return found

    def _once(self, cap: Cap, message: Past, held: Sequence[Held]) -> Mask:
        """Ways that go at the same time share what counts for all channels."""
        key = (cap, message.at, message.channel if cap.scope == "channel" else None)
        if key not in self.known:
            self.known[key] = self._over_cap(cap, message, held)
        return self.known[key]

    def _over_cap(self, cap: Cap, message: Past, held: Sequence[Held]) -> Mask:
        at = message.at
        since, upto, until = crowds.window_of(cap, at, self.zone)
        alike = Alike(cap, message.channel, message.category, _id_tail(message.campaign_id))
        others = [
            one
            for one in held
            if since < one.at < until
            and caps.is_alike(
                cap, Past(one.at, one.channel, one.category, one.campaign_id), message
            )
        ]
        before = self._counted(self.copy.counting(alike, since, upto))
        for one in others:
            if one.at <= upto:
                before += self._in(one.people)
        late = [one for one in others if one.at > upto]
        if not late and (self.latest is None or self.latest <= upto):
            return before + 1 > cap.limit
        return crowds.is_over(
            cap, at, self.zone, before, self._later(alike, since, upto, until, others)
        )

    def _counted(self, customers: Ints) -> Ints:
        size = self._size
        return np.bincount(customers[customers < size], minlength=size)[self.ordinals]

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

    @property
    def _size(self) -> int:
        return int(self.ordinals[-1]) + 1 if len(self.ordinals) else 0

    def _in(self, people: BitMap) -> Mask:
        """Of each candidate, whether they are among these."""
        mask = np.zeros(self._size, bool)
        among = people & self.question.whom
        mask[np.fromiter(among, np.int64, len(among))] = True
        return mask[self.ordinals]


def _tail_of(key: str) -> int:
    """As the copy keeps a content's key."""
    return int(md5(key.encode(), usedforsecurity=False).hexdigest()[:12], 16)


def _id_tail(id: UUID | None) -> int | None:
    return None if id is None else int(id.hex[-12:], 16)
