"""When a customer is due: properties of the forecast."""

import math
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from huitou.opportunity import rules
from huitou.opportunity.types import CategoryHistory, CategoryPrior, Due, Found, Reach, Reason

NOW = datetime(2026, 11, 20, 2, tzinfo=UTC)
counts = st.integers(2, 60)
cycles = st.floats(1, 200, allow_nan=False)
ages = st.floats(0, 400, allow_nan=False)
scales = st.floats(0.5, 300, allow_nan=False)


def history(count: int, cycle: float, age: float, paid_fen: int = 10_000) -> CategoryHistory:
    last = NOW - timedelta(days=age)
    return CategoryHistory(count, last - timedelta(days=cycle * (count - 1)), last, paid_fen)


@given(counts, cycles, cycles)
def test_own_and_category_cycle_bound_the_shrunk_one(count: int, own: float, prior: float) -> None:
    cycle = rules.shrunk_cycle(history(count, own, 0), CategoryPrior(prior))
    assert min(own, prior) - 1e-6 <= cycle <= max(own, prior) + 1e-6


@given(cycles, cycles)
def test_more_purchases_bring_the_cycle_closer_to_the_own_one(own: float, prior: float) -> None:
    few, many = (
        abs(rules.shrunk_cycle(history(count, own, 0), CategoryPrior(prior)) - own)
        for count in (2, 20)
    )
    assert many <= few + 1e-6


@given(scales, ages)
def test_score_is_a_probability(scale: float, age: float) -> None:
    assert 0 <= rules.score_bp(scale, age) <= 10_000


@given(scales, ages, st.floats(0, 60), st.floats(0, 60))
def test_a_longer_horizon_is_never_less_likely(
    scale: float, age: float, one: float, other: float
) -> None:
    low, high = sorted((one, other))
    assert rules.score_bp(scale, age, low) <= rules.score_bp(scale, age, high)


@given(scales, scales, ages)
def test_a_rarer_buyer_is_never_more_likely(one: float, other: float, age: float) -> None:
    low, high = sorted((one, other))
    assert rules.score_bp(low, age) >= rules.score_bp(high, age)


@given(counts, cycles, cycles, ages)
def test_due_only_inside_the_window(count: int, own: float, prior: float, age: float) -> None:
    past = history(count, own, age)
    found = rules.due(past, CategoryPrior(prior), NOW)
    if found is None:
        cycle = rules.shrunk_cycle(past, CategoryPrior(prior))
        assert not 0.6 * cycle <= age <= 1.1 * cycle
        return
    assert past.last < found.due_from <= NOW < found.expires_at
    assert found.due_from < found.expected_at < found.due_to < found.expires_at
    assert found.expected_fen == 10_000 // count


@given(counts, cycles, cycles)
def test_the_window_holds_a_quarter_to_three_quarters(count: int, own: float, prior: float) -> None:
    past = history(count, own, 0.8 * own)
    found = rules.due(past, CategoryPrior(prior), NOW)
    if found is None:
        return
    edges = [(edge - past.last) / timedelta(days=1) for edge in (found.due_from, found.due_to)]
    scale = math.sqrt(edges[0] * edges[1])  # the median lies at their geometric mean
    before, until = (rules.score_bp(scale, 0, edge) for edge in edges)
    assert abs(before - 2_500) <= 1
    assert abs(until - 7_500) <= 1


def test_the_future_is_not_looked_at() -> None:
    assert rules.due(history(5, 12, age=-0.5), CategoryPrior(12), NOW) is None


def test_one_purchase_is_no_rhythm() -> None:
    one = CategoryHistory(1, NOW - timedelta(days=12), NOW - timedelta(days=12), 5_000)
    assert rules.due(one, CategoryPrior(12), NOW) is None


def test_more_refunded_than_paid_expects_nothing() -> None:
    found = rules.due(history(5, 12, 12, paid_fen=-300), CategoryPrior(12), NOW)
    assert found is not None and found.expected_fen == 0


def test_who_opens_comes_before_the_unknown_before_the_silent() -> None:
    recently = NOW - timedelta(days=3)
    opened = rules.best_bp(5_000, Reach(True, recently, recently), NOW)
    unknown = rules.best_bp(5_000, Reach(True, None, None), NOW)
    silent = rules.best_bp(5_000, Reach(True, recently, None), NOW)
    assert opened > unknown > silent > 0
    assert rules.best_bp(5_000, Reach(False, recently, recently), NOW) == 0


def found_of(category: str, score: int, expected_fen: int) -> Found:
    due = Due(score, expected_fen, 12, NOW, NOW, NOW, NOW)
    reason = Reason(12, 5, NOW, expected_fen, NOW)
    customer = UUID(int=1)
    return Found(customer, category, due, score, reason)


def test_a_customer_has_at_most_three_worth_most_first() -> None:
    items = [found_of(f"c{n}", 1_000 * n, 100) for n in range(1, 6)]
    assert [item.category_code for item in rules.strongest(items)] == ["c5", "c4", "c3"]


def test_the_reason_is_a_sentence_of_real_facts() -> None:
    reason = {
        "cycle_days": 12,
        "order_count": 6,
        "last_paid_at": "2026-11-08T02:00:00Z",
        "typical_fen": 3_200,
        "expected_at": "2026-11-20T02:00:00Z",
    }
    zh, en = rules.sentences(reason, "乳制品", "dairy", NOW, "Asia/Shanghai")
    assert zh == "通常每 12 天买一次乳制品，上次 11月8日，预计这两天会再买"
    assert en == "Buys dairy every 12 days, last on Nov 8; expected again these days"
    later = {**reason, "expected_at": "2026-11-27T02:00:00Z"}
    assert rules.sentences(later, "乳制品", "dairy", NOW, "Asia/Shanghai")[0].endswith(
        "预计 7 天后会再买"
    )
    late = {**reason, "expected_at": "2026-11-10T02:00:00Z"}
    assert rules.sentences(late, "乳制品", "dairy", NOW, "Asia/Shanghai")[0].endswith(
        "比平常晚了 10 天"
    )
