"""Which tier a history gives, held against a clock that ticks through every hour."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huitou.benefit.rules import growth
from huitou.benefit.rules.tier_facts import of_orders
from huitou.benefit.rules.tier_plans import check_plan
from huitou.benefit.rules.tier_words import plan_sentence
from huitou.benefit.rules.tiers import decide, keep_of, reached, span_end, span_start
from huitou.benefit.types.tier_plans import Calendar, ForDays, ForSpans, Rolling, TierPlan
from huitou.benefit.types.tiers import BadTierPlan, Bought, Fact, History, TakenBack
from huitou.demo.tiers import PLAN as DEMO
from huitou.kernel.ids import derived_id
from huitou.order.types import Spent

ZONE = "Asia/Shanghai"
START = datetime(2026, 1, 20, 3, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def plan(**changes: Any) -> TierPlan:
    document: dict[str, Any] = {
        "name": "会员",
        "metric": "spend",
        "window": {"kind": "rolling", "days": 365},
        "tiers": [
            {"code": "base", "zh": "普卡", "en": "Base", "threshold": 0},
            {"code": "silver", "zh": "银卡", "en": "Silver", "threshold": 100_000},
            {"code": "gold", "zh": "金卡", "en": "Gold", "threshold": 500_000, "keep": 400_000},
        ],
    }
    return TierPlan.model_validate(document | changes)


def fact(days: float, amount: int, *back: tuple[float, int]) -> Fact:
    return Fact(
        START + days * DAY,
        f"{days}",
        amount,
        tuple(TakenBack(START + at * DAY, fen) for at, fen in back),
    )


# The oracle


@dataclass
class Ticking:
    """Goes through every hour and looks at everything, with no memory of sums."""

    plan: TierPlan
    facts: list[Fact]
    tier: int = 0
    since: datetime | None = None
    anchor: int = 0
    valid: datetime | None = None
    grace: datetime | None = None
    looked: datetime | None = None

    def run(self, hours: int) -> Iterator[datetime]:
        """Stops at the end of each hour."""
        self.facts = sorted(self.facts, key=lambda each: (each.at, each.key))
        if self.plan.refund == "recalc":
            self.facts = [
                replace(
                    each, amount=each.amount - sum(b.amount for b in each.taken_back), taken_back=()
                )
                for each in self.facts
            ]
        self.facts = [each for each in self.facts if each.amount > 0]
        seen = 0
        for hour in range(hours):
            at = START + hour * HOUR
            self._clock(at, seen)
            while seen < len(self.facts) and self.facts[seen].at == at:
                seen += 1
                self._fact(at, seen)
            yield at

    def _clock(self, at: datetime, seen: int) -> None:
        if self.tier == 0:
            return
        if self.grace is not None:
            if self.grace == at:
                self._lose(at, self._sum(at, seen, in_grace=True), seen)
            return
        if self.valid is not None:
            if self.valid == at:
                self._look(at, self._sum(at - timedelta(microseconds=1), seen), seen, is_end=True)
            return
        window = self.plan.window
        if isinstance(window, Rolling) and self.plan.refund == "no_downgrade":
            span = timedelta(days=window.days)
            if all(each.at + span != at for each in self.facts[:seen]):
                return
        elif (
            isinstance(window, Calendar) and span_start(at, window.span, ZONE) != at
        ) or window.kind == "since_upgrade":
            return
        self._look(at, self._sum(at, seen), seen, is_end=False)

    def _look(self, at: datetime, sum_: int, seen: int, *, is_end: bool) -> None:
        if sum_ >= keep_of(self.plan, self.tier):
            if is_end:
                self.anchor, self.valid = seen, self._valid(at, at - timedelta(microseconds=1))
            return
        self.looked = at - timedelta(microseconds=1) if is_end else at
        if self.plan.grace_days:
            self.grace, self.valid = at + self.plan.grace_days * DAY, None
        else:
            self._lose(at, sum_, seen)

    def _lose(self, at: datetime, sum_: int, seen: int) -> None:
        assert self.looked is not None
        matching = min(reached(self.plan, sum_), self.tier - 1)
        self.tier = {"one": self.tier - 1, "to_base": 0, "to_match": matching}[self.plan.downgrade]
        self.anchor, self.since, self.grace = seen, at, None
        self.valid = self._valid(at, self.looked) if self.tier else None

    def _fact(self, at: datetime, seen: int) -> None:
        tier = reached(self.plan, self._sum(at, seen))
        kept = self.grace is not None and self._sum(at, seen, in_grace=True) >= keep_of(
            self.plan, self.tier
        )
        if tier > self.tier:
            self.tier, self.since = tier, at
        elif not kept:
            return
        self.anchor, self.valid, self.grace = seen, self._valid(at, at), None

    def _valid(self, at: datetime, from_: datetime) -> datetime | None:
        validity = self.plan.validity
        if validity is None:
            return None
        if isinstance(validity, ForDays):
            return at + validity.days * DAY
        local = from_.astimezone(ZoneInfo(ZONE))
        year, month = local.year, local.month
        for _ in range(validity.count + 1):
            year, month = (
                (year + 1, 1) if validity.span == "year" or month == 12 else (year, month + 1)
            )
        return datetime(year, month, 1, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)

    def _sum(self, at: datetime, seen: int, *, in_grace: bool = False) -> int:
        total = 0
        for index, each in enumerate(self.facts[:seen]):
            if self._counts(index, each, at, in_grace=in_grace):
                total += each.amount - sum(b.amount for b in each.taken_back if b.at <= at)
        return total

    def _counts(self, index: int, each: Fact, at: datetime, *, in_grace: bool) -> bool:
        window = self.plan.window
        if isinstance(window, Rolling):
            return at < each.at + timedelta(days=window.days)
        if isinstance(window, Calendar):
            seen_from = self.looked if in_grace and self.looked else at
            return each.at >= span_start(seen_from, window.span, ZONE)
        return index >= self.anchor


@st.composite
def plans(draw: st.DrawFn) -> TierPlan:
    windows: list[dict[str, Any]] = [
        {"kind": "rolling", "days": 1},
        {"kind": "rolling", "days": 4},
        {"kind": "calendar", "span": "month"},
        {"kind": "since_upgrade"},
    ]
    window = draw(st.sampled_from(windows))
    validity = draw(
        st.sampled_from(
            [None, {"kind": "days", "days": 3}, {"kind": "spans", "span": "month", "count": 1}]
        )
    )
    downs = ["to_match", "to_base", *(["one"] if validity else [])]
    is_for_ever = validity is None and window["kind"] == "since_upgrade"
    made = plan(
        window=window,
        validity=validity,
        downgrade=draw(st.sampled_from(downs)),
        grace_days=0 if is_for_ever else draw(st.sampled_from([0, 0, 1, 2])),
        refund=draw(st.sampled_from(["recalc", "no_downgrade"])),
        tiers=[
            {"code": "t0", "zh": "零", "en": "T0", "threshold": 0},
            {
                "code": "t1",
                "zh": "一",
                "en": "T1",
                "threshold": 3,
                "keep": draw(st.sampled_from([None, 2])),
            },
            {"code": "t2", "zh": "二", "en": "T2", "threshold": 6, "keep": 4},
            {"code": "t3", "zh": "三", "en": "T3", "threshold": 12},
        ],
    )
    check_plan(made)
    return made


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """By the day (one falls out when another comes), by the hour, or about the end of a month."""
    found = []
    hours = draw(
        st.sampled_from(
            [
                st.integers(0, 14).map(lambda day: 24 * day),
                st.integers(0, 336),
                st.integers(265, 320),
            ]
        )
    )
    for number in range(draw(st.integers(0, 12))):
        hour = draw(hours)
        amount = draw(st.integers(1, 7))
        back, left = [], amount
        for _ in range(draw(st.integers(0, 2))):
            part = draw(st.integers(0, left))
            left -= part
            if part:
                back.append(TakenBack(START + (hour + draw(st.integers(0, 72))) * HOUR, part))
        found.append(Fact(START + hour * HOUR, f"{number:02}", amount, tuple(back)))
    return found


@settings(max_examples=150, deadline=None)
@given(made=plans(), facts=histories())
def test_a_fold_says_what_a_ticking_clock_says(made: TierPlan, facts: list[Fact]) -> None:
    clock = Ticking(made, list(facts))
    for at in clock.run(24 * 25):
        if (at - START) % DAY in (0 * DAY, 12 * HOUR, 13 * HOUR):
            found = decide(History(tuple(facts)), made, at, zone=ZONE)
            assert found.tier == made.tiers[clock.tier].code
            assert (found.since, found.valid_until, found.grace_until) == (
                clock.since,
                clock.valid,
                clock.grace,
            )


@settings(max_examples=250, deadline=None)
@given(made=plans(), facts=histories(), hours=st.integers(0, 24 * 20), data=st.data())
def test_nothing_changes_before_it_is_due(
    made: TierPlan, facts: list[Fact], hours: int, data: st.DataObject
) -> None:
    now = START + hours * HOUR
    known = [replace(f, taken_back=tuple(b for b in f.taken_back if b.at <= now)) for f in facts]
    history = History(tuple(known))
    found = decide(history, made, now, zone=ZONE)
    until = found.due_at or now + 500 * DAY
    assert until > now
    later = now + data.draw(st.integers(0, int((until - now - timedelta(seconds=1)) / HOUR))) * HOUR
    then = decide(history, made, later, zone=ZONE)
    assert (then.tier, then.since, then.valid_until, then.grace_until) == (
        found.tier,
        found.since,
        found.valid_until,
        found.grace_until,
    )


@settings(max_examples=200, deadline=None)
@given(made=plans(), facts=histories(), data=st.data())
def test_the_order_of_telling_does_not_matter(
    made: TierPlan, facts: list[Fact], data: st.DataObject
) -> None:
    now = START + 30 * DAY
    told = data.draw(st.permutations(facts))
    assert decide(History(tuple(told)), made, now) == decide(History(tuple(facts)), made, now)


# Examples


def test_reached_at_once_and_the_reason_is_told() -> None:
    found = decide(History((fact(0, 532_000),)), plan(), START + DAY, version=3)
    assert (found.tier, found.since) == ("gold", START)
    assert found.evidence.why_zh == "近 365 天消费 5,320 元，达到金卡 5,000 元"
    assert (
        found.evidence.why_en == "spend of ¥5,320 in the last 365 days, reaching the ¥5,000 of Gold"
    )
    assert (found.next_tier, found.to_next, found.evidence.plan_version) == (None, None, 3)
    assert found.due_at == START + 365 * DAY


def test_what_is_missing_is_told() -> None:
    found = decide(History((fact(0, 99_999),)), plan(), START)
    assert (found.tier, found.next_tier, found.to_next) == ("base", "silver", 1)
    assert found.evidence.why_zh == "近 365 天消费 999.99 元，距离银卡还差 0.01 元"


def test_buying_a_tier_and_bringing_it_back_leaves_nothing() -> None:
    """The exploit: reach gold, enjoy it, return the goods."""
    history = History((fact(0, 600_000, (2, 600_000)),))
    assert decide(history, plan(), START + 3 * DAY).tier == "base"
    lenient = plan(refund="no_downgrade", validity={"kind": "days", "days": 30})
    assert decide(history, lenient, START + 3 * DAY).tier == "gold"
    assert decide(history, lenient, START + 30 * DAY).tier == "base"


def test_a_bought_tier_lies_over_the_earned_one() -> None:
    history = History((fact(0, 100_000),), (Bought("gold", START + DAY, START + 3 * DAY),))
    before, during, after = (decide(history, plan(), START + at * DAY) for at in (0.5, 2, 3))
    assert [each.tier for each in (before, during, after)] == ["silver", "gold", "silver"]
    assert (before.due_at, during.due_at) == (START + DAY, START + 3 * DAY)
    assert (during.earned, during.since, during.valid_until) == (
        "silver",
        START + DAY,
        START + 3 * DAY,
    )
    assert "已购买金卡" in during.evidence.why_zh


def test_growth_begins_anew_with_the_upgrade() -> None:
    since = plan(window={"kind": "since_upgrade"})
    history = History((fact(0, 150_000), fact(1, 400_000), fact(2, 100_000)))
    assert decide(history, since, START + 1.5 * DAY).to_next == 100_000
    assert decide(history, since, START + 2 * DAY).tier == "gold"


def test_a_calendar_year_holds_to_the_end_of_the_next() -> None:
    made = plan(
        window={"kind": "calendar", "span": "year"},
        validity={"kind": "spans", "span": "year", "count": 1},
    )
    found = decide(History((fact(0, 500_000),)), made, START + DAY)
    assert found.valid_until == datetime(2027, 12, 31, 16, tzinfo=UTC)
    assert decide(History((fact(0, 500_000),)), made, found.valid_until).tier == "base"


def test_in_grace_what_was_missing_in_the_year_can_be_made_good() -> None:
    made = plan(
        window={"kind": "calendar", "span": "year"},
        validity={"kind": "spans", "span": "year", "count": 1},
        grace_days=30,
    )
    second = fact(400, 300_000)  # of the second year: less than the 4,000 that keep gold
    facts = (fact(0, 500_000), second)
    end = datetime(2027, 12, 31, 16, tzinfo=UTC)
    during = decide(History(facts), made, end)
    assert (during.tier, during.grace_until, during.to_keep) == ("gold", end + 30 * DAY, 100_000)
    assert "宽限至 2028-01-31" in during.evidence.why_zh
    more = replace(second, at=end + DAY, key="more", amount=100_000)
    assert decide(History((*facts, more)), made, end + 30 * DAY).tier == "gold"
    assert decide(History(facts), made, end + 30 * DAY).tier == "silver"


def test_spans_are_of_the_zone() -> None:
    at = datetime(2026, 12, 31, 16, tzinfo=UTC)
    assert span_start(at, "year", ZONE) == at
    assert span_end(at, "month", 1, ZONE) == datetime(2027, 2, 28, 16, tzinfo=UTC)
    assert span_end(at - HOUR, "year", 0, ZONE) == at


TIERS = plan().model_dump()["tiers"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"tiers": [TIERS[0], TIERS[2], TIERS[1]]}, "必须高于"),
        ({"tiers": [TIERS[0], TIERS[1], TIERS[1]]}, "重复"),
        ({"tiers": [TIERS[1], TIERS[2]]}, "必须为 0"),
        ({"tiers": [TIERS[0], TIERS[1] | {"keep": 100_001}]}, "保级线"),
        ({"metric": "growth"}, "没有获得成长值"),
        (
            {
                "metric": "growth",
                "growth": {"events": [{"type": "x.profile", "growth": 50, "limit": "once"}]},
            },
            "无法达到",
        ),
        ({"downgrade": "one"}, "有效期"),
        ({"validity": {"kind": "days", "days": 10}, "grace_days": 10}, "宽限期"),
        ({"paid": [{"code": "p", "tier": "ruby", "days": 30, "price_fen": 1}]}, "ruby"),
    ],
)
def test_a_plan_that_cannot_work_is_refused(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(BadTierPlan) as refused:
        check_plan(plan(**changes))
    assert word in refused.value.detail("zh")
    assert refused.value.detail("en").isascii()


def test_a_plan_is_read_as_a_sentence() -> None:
    zh, en = plan_sentence(plan(validity={"kind": "days", "days": 365}, grace_days=30))
    assert zh == (
        "会员：按近 365 天消费评定，起始等级为普卡，满 1,000 元为银卡，满 5,000 元为金卡，达到即升级；"
        "有效 365 天，到期未达保级线（银卡 1,000 元、金卡 4,000 元），宽限 30 天后降到符合的等级；"
        "退款部分视为未消费，立即重算。"
    )
    assert en.startswith(
        "会员: by spend in the last 365 days, beginning as Base, Silver from ¥1,000"
    )


# Growth


@given(
    paid=st.integers(0, 10**7),
    per_yuan=st.integers(0, 20),
    parts=st.lists(st.integers(0, 10**6), max_size=6),
)
def test_growth_goes_with_what_is_given_back(paid: int, per_yuan: int, parts: list[int]) -> None:
    whole, refunded, taken = growth.growth_of(paid, per_yuan), 0, 0
    for part in parts:
        refunded = min(refunded + part, paid)
        upto = growth.reversed_upto(paid, refunded, per_yuan)
        assert upto >= taken
        taken = upto
        assert whole - taken == growth.growth_of(paid - refunded, per_yuan)
    assert growth.reversed_upto(paid, paid, per_yuan) == whole


def test_an_order_counts_until_too_little_is_left_of_it() -> None:
    counting = plan(metric="orders", min_order_fen=1_000)
    order = Spent(
        derived_id("o"),
        1,
        None,
        derived_id("u"),
        START,
        3_000,
        0,
        2_500,
        [START + DAY, START + 2 * DAY],
        [500, 2_000],
    )
    (found,) = of_orders([order], counting)
    assert (found.amount, found.taken_back) == (1, (TakenBack(START + 2 * DAY, 1),))
    assert of_orders([replace(order, paid_fen=999)], counting) == []
    assert isinstance(counting.window, Rolling)
    assert ForSpans(kind="spans", span="year", count=1).count == 1


def test_the_demo_brands_plan_works() -> None:
    check_plan(TierPlan.model_validate(DEMO))
