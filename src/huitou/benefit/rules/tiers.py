"""Which tier a customer has: a fold of what happened, in the order of business time. Pure.

The answer follows from history, plan and moment alone, never from what was stored before: whatever
comes late, twice or in another order, the same history gives the same tier. A plan counts as if it
had always been in force.
"""

from bisect import bisect_left, bisect_right
from datetime import datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from huitou.benefit.rules import tier_words as words
from huitou.benefit.types.tier_plans import Calendar, ForDays, Rolling, SinceUpgrade, TierPlan
from huitou.benefit.types.tiers import Bought, Fact, History, Standing, TierEvidence
from huitou.kernel.time import DEFAULT_ZONE, day_of, day_start

_INSTANT = timedelta(microseconds=1)


def decide(
    history: History,
    plan: TierPlan,
    now: datetime,
    *,
    version: int = 0,
    zone: str = DEFAULT_ZONE,
) -> Standing:
    """The standing at `now`, with what is missing to the next tier and to keep this one."""
    fold = _Fold(plan, history.facts, zone)
    state = fold.run(now)
    earned = state.tier
    bought = _bought(history.bought, plan, now)
    sum_, window_from = fold.sum_at(state, now), fold.window_from(state, now)
    tier = max(earned, bought[0] if bought else 0)
    is_bought = bought is not None and bought[0] > earned
    rule = plan.tiers[tier]
    following = plan.tiers[tier + 1] if tier + 1 < len(plan.tiers) else None
    valid_until = bought[1].until if is_bought and bought else state.valid_until
    why_zh, why_en = words.why(
        plan,
        tier,
        sum_,
        is_bought=is_bought,
        valid_until=valid_until,
        grace_until=state.grace_until,
        zone=zone,
    )
    return Standing(
        tier=rule.code,
        earned=plan.tiers[earned].code,
        since=bought[1].since if is_bought and bought else state.since,
        valid_until=valid_until,
        grace_until=None if is_bought else state.grace_until,
        due_at=_first(fold.due_after(state, now), _turn(history.bought, now)),
        next_tier=following.code if following else None,
        to_next=max(following.threshold - sum_, 0) if following else None,
        to_keep=fold.missing_to_keep(state, now),
        evidence=TierEvidence(plan.metric, sum_, window_from, version, why_zh, why_en),
    )


def keep_of(plan: TierPlan, tier: int) -> int:
    """What holds a tier; the lowest needs nothing."""
    if tier == 0:
        return 0
    rule = plan.tiers[tier]
    return rule.threshold if rule.keep is None else rule.keep


def reached(plan: TierPlan, sum_: int) -> int:
    """The highest tier whose threshold the sum reaches."""
    return max(bisect_right([rule.threshold for rule in plan.tiers], sum_) - 1, 0)


class _State(NamedTuple):
    """After the first `seen` facts. `anchor`: how many came before the tier was reached or kept.

    `looked_at`: when the look was taken that failed: just before the end of validity, or when the
    window had slid.
    """

    clock: datetime | None = None
    seen: int = 0
    tier: int = 0
    anchor: int = 0
    since: datetime | None = None
    valid_until: datetime | None = None
    grace_until: datetime | None = None
    looked_at: datetime | None = None


class _Fold:
    def __init__(self, plan: TierPlan, facts: tuple[Fact, ...], zone: str) -> None:
        self._plan, self._zone = plan, zone
        known = sorted(facts, key=lambda fact: (fact.at, fact.key))
        if plan.refund == "recalc":
            known = [
                Fact(fact.at, fact.key, fact.amount - sum(t.amount for t in fact.taken_back))
                for fact in known
            ]
        known = [fact for fact in known if fact.amount > 0]
        self._ats = [fact.at for fact in known]
        self._sums = [0, *accumulate(fact.amount for fact in known)]
        self._back = [
            (index, taken.at, taken.amount)
            for index, fact in enumerate(known)
            for taken in fact.taken_back
        ]

    def run(self, now: datetime) -> _State:
        """Everything up to `now`, in order; what is scheduled goes before a fact of its moment."""
        state = _State()
        while True:
            turn = self._scheduled(state)
            at = self._ats[state.seen] if state.seen < len(self._ats) else None
            if turn is not None and turn <= now and (at is None or turn <= at):
                state = self._look(state, turn)
            elif at is not None and at <= now:
                state = self._take(state, at)
            else:
                return state

    def due_after(self, state: _State, now: datetime) -> datetime | None:
        """When time alone may change the tier, or a fact of the future counts."""
        coming = self._ats[state.seen] if state.seen < len(self._ats) else None
        turn = self._scheduled(state)
        while turn is not None and self._is_slide(state):
            after = self._look(state, turn)
            if (after.tier, after.grace_until) != (state.tier, state.grace_until):
                break
            state, turn = after, self._scheduled(after)
        return _first(turn, coming)

    def sum_at(self, state: _State, at: datetime) -> int:
        """The window's sum with everything seen at `at`."""
        return self._sum(self._low(state, at), state.seen, at)

    def missing_to_keep(self, state: _State, at: datetime) -> int:
        """What the next look would miss now; nothing where nobody looks."""
        if self._scheduled(state) is None:
            return 0
        in_grace = state.grace_until is not None
        sum_ = self._grace_sum(state, at) if in_grace else self.sum_at(state, at)
        return max(keep_of(self._plan, state.tier) - sum_, 0)

    def window_from(self, state: _State, at: datetime) -> datetime | None:
        """Where the window begins; None: with the tier."""
        window = self._plan.window
        if isinstance(window, Rolling):
            return at - timedelta(days=window.days)
        if isinstance(window, Calendar):
            return span_start(at, window.span, self._zone)
        return state.since

    def _take(self, state: _State, at: datetime) -> _State:
        state = state._replace(clock=at, seen=state.seen + 1)
        tier = reached(self._plan, self.sum_at(state, at))
        if tier > state.tier:
            return state._replace(
                tier=tier,
                anchor=state.seen,
                since=at,
                valid_until=self._valid(at, at),
                grace_until=None,
                looked_at=None,
            )
        if state.grace_until is not None and self._grace_sum(state, at) >= keep_of(
            self._plan, state.tier
        ):
            return state._replace(
                anchor=state.seen,
                valid_until=self._valid(at, at),
                grace_until=None,
                looked_at=None,
            )
        return state

    def _scheduled(self, state: _State) -> datetime | None:
        if state.tier == 0:
            return None
        if state.grace_until is not None:
            return state.grace_until
        if state.valid_until is not None:
            return state.valid_until
        return self._next_slide(state)

    def _is_slide(self, state: _State) -> bool:
        return state.tier > 0 and state.grace_until is None and state.valid_until is None

    def _next_slide(self, state: _State) -> datetime | None:
        """When the oldest fact falls out of a window that is looked at always."""
        window = self._plan.window
        assert state.clock is not None, "a tier was reached by something"
        if keep_of(self._plan, state.tier) == 0:
            return None
        if isinstance(window, Rolling):
            low = self._low(state, state.clock)
            return self._ats[low] + timedelta(days=window.days) if low < state.seen else None
        if isinstance(window, Calendar):
            return span_end(state.clock, window.span, 0, self._zone)
        return None

    def _look(self, state: _State, at: datetime) -> _State:
        """The end of validity or of grace, or the window slid."""
        if state.grace_until is not None:
            return self._lose(state, at, self._grace_sum(state, at))
        is_slide = self._is_slide(state)
        moment = at if is_slide else at - _INSTANT
        sum_ = self._sum(self._low(state, moment), state.seen, moment)
        state = state._replace(clock=at)
        if sum_ >= keep_of(self._plan, state.tier):
            if is_slide:
                return state
            return state._replace(anchor=state.seen, valid_until=self._valid(at, at - _INSTANT))
        state = state._replace(looked_at=moment)
        if self._plan.grace_days:
            return state._replace(
                grace_until=at + timedelta(days=self._plan.grace_days), valid_until=None
            )
        return self._lose(state, at, sum_)

    def _lose(self, state: _State, at: datetime, sum_: int) -> _State:
        assert state.looked_at is not None, "a tier is lost after a look"
        if self._plan.downgrade == "one":
            tier = state.tier - 1
        elif self._plan.downgrade == "to_base":
            tier = 0
        else:
            tier = min(reached(self._plan, sum_), state.tier - 1)
        return state._replace(
            clock=at,
            tier=tier,
            anchor=state.seen,
            since=at,
            valid_until=self._valid(at, state.looked_at) if tier else None,
            grace_until=None,
            looked_at=None,
        )

    def _valid(self, at: datetime, seen_from: datetime) -> datetime | None:
        """Until when a tier is sure that was reached or kept at `at`, as seen a little before."""
        validity = self._plan.validity
        if validity is None:
            return None
        if isinstance(validity, ForDays):
            return at + timedelta(days=validity.days)
        end = span_end(seen_from, validity.span, validity.count, self._zone)
        return end if end > at else span_end(at, validity.span, validity.count, self._zone)

    def _grace_sum(self, state: _State, at: datetime) -> int:
        """In grace the window of the look that failed goes on, so that what is missing can be made
        good."""
        assert state.looked_at is not None
        window = self._plan.window
        if isinstance(window, Calendar):
            start = span_start(state.looked_at, window.span, self._zone)
            return self._sum(bisect_left(self._ats, start), state.seen, at)
        return self.sum_at(state, at)

    def _low(self, state: _State, at: datetime) -> int:
        """The first fact of the window at `at`: a fact counts in [its moment, + days)."""
        window = self._plan.window
        if isinstance(window, SinceUpgrade):
            return state.anchor
        if isinstance(window, Rolling):
            return bisect_right(self._ats, at - timedelta(days=window.days), hi=state.seen)
        return bisect_left(self._ats, span_start(at, window.span, self._zone), hi=state.seen)

    def _sum(self, low: int, high: int, at: datetime) -> int:
        if low >= high:
            return 0
        back = sum(
            amount
            for index, taken_at, amount in self._back
            if low <= index < high and taken_at <= at
        )
        return self._sums[high] - self._sums[low] - back


def span_start(at: datetime, span: str, zone: str) -> datetime:
    """When the calendar year or month of `at` began."""
    day = day_of(at, zone).replace(day=1)
    return day_start(day.replace(month=1) if span == "year" else day, zone)


def span_end(at: datetime, span: str, after: int, zone: str) -> datetime:
    """When the `after`-th calendar year or month after that of `at` ends."""
    day = day_of(at, zone)
    months = day.year * 12 + (0 if span == "year" else day.month - 1)
    months += (after + 1) * (12 if span == "year" else 1)
    return day_start(day.replace(year=months // 12, month=months % 12 + 1, day=1), zone)


def _bought(spans: tuple[Bought, ...], plan: TierPlan, now: datetime) -> tuple[int, Bought] | None:
    """The highest tier paid for that holds now; of equal ones that which lasts longest."""
    place = {rule.code: index for index, rule in enumerate(plan.tiers)}
    held = [
        (place[span.tier], span)
        for span in spans
        if span.tier in place and span.since <= now < span.until
    ]
    return max(held, key=lambda each: (each[0], each[1].until), default=None)


def _turn(spans: tuple[Bought, ...], now: datetime) -> datetime | None:
    """The next moment at which something bought begins or ends."""
    return min((at for span in spans for at in (span.since, span.until) if at > now), default=None)


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((at for at in (one, other) if at is not None), default=None)
