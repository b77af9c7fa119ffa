"""Putting figures together."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from huitou.attribution.rules import lift
from huitou.attribution.types import Lift, Moments, Outcome
from huitou.insight import rules
from huitou.insight.metrics import METRICS
from huitou.insight.types import Figures, ResultRow, Work

units = st.sampled_from([None, UUID(int=1), UUID(int=2)])
works = st.lists(
    st.builds(
        Work,
        unit_id=units,
        staff_id=units,
        tasks=st.integers(0, 9),
        sent=st.integers(0, 9),
        amount_fen=st.integers(-99, 99),
    ),
    max_size=12,
)


@given(works)
def test_joining_keeps_every_count(parts: list[Work]) -> None:
    lines = rules.joined(parts)
    assert len({(line.unit_id, line.staff_id) for line in lines}) == len(lines)
    assert rules.total(lines) == rules.total(parts)
    assert rules.total(lines).amount_fen == sum(part.amount_fen for part in parts)


@given(
    st.lists(
        st.tuples(
            st.dates(date(2026, 11, 1), date(2026, 11, 30)),
            st.integers(-99, 99),
            st.integers(0, 5),
        )
    )
)
def test_the_series_has_every_day_once(sales: list[tuple[date, int, int]]) -> None:
    days = rules.series(date(2026, 11, 1), date(2026, 11, 30), sales, {date(2026, 11, 5): 7})
    assert [day.day.day for day in days] == list(range(1, 31))
    assert sum(day.sales_fen for day in days) == sum(fen for _, fen, _ in sales)
    assert sum(day.orders for day in days) == sum(count for _, _, count in sales)
    assert sum(day.credited_fen for day in days) == 7


def measured(per_customer: int) -> Lift:
    treated = [Outcome(n % 7, per_customer + 100 * (n % 3)) for n in range(300)]
    holdout = [Outcome(n % 7, 100 * (n % 3)) for n in range(300)]
    return lift.lift(lift.moments(treated), lift.moments(holdout))


def test_campaigns_together_are_as_sure_as_their_intervals() -> None:
    good, bad, nothing = measured(900), measured(-900), measured(0)
    assert (good.verdict, bad.verdict, nothing.verdict) == ("proven", "harmful", "unproven")
    both = rules.combined([good, nothing])
    assert both.incremental_fen is not None
    assert good.incremental_fen is not None
    assert nothing.incremental_fen is not None
    assert both.incremental_fen == good.incremental_fen + nothing.incremental_fen
    assert (both.verdict, both.campaigns) == ("proven", 2)
    assert rules.combined([good, bad]).verdict == "unproven"
    assert rules.combined([bad]).verdict == "harmful"


def test_without_a_holdout_nothing_is_said_to_be_added() -> None:
    unmeasured = lift.lift(Moments(count=5), Moments())
    told = rules.combined([unmeasured])
    assert (told.incremental_fen, told.verdict, told.campaigns) == (None, "unproven", 0)
    assert told.sentence_zh == "未证明有效"


def test_every_number_shown_has_a_meaning() -> None:
    known = {metric.code for metric in METRICS}
    assert len(known) == len(METRICS)
    shown = {*Figures.__dataclass_fields__, *ResultRow.__dataclass_fields__, "incremental_fen"}
    named = {"since", "until", "unit_id", "unit_name", "staff_id", "staff_name"}
    assert shown - named - {"credited_orders"} <= known
    for metric in METRICS:
        assert metric.meaning_zh.endswith("。")
        assert metric.meaning_en.endswith(".")
