"""What orders earn, and what refunds leave of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitou.benefit.rules import points as rules
from huitou.benefit.rules.points import BoughtLine
from huitou.benefit.rules.points_words import sentence
from huitou.benefit.types.ledger import FOREVER
from huitou.benefit.types.points import (
    AfterDays,
    BadPointsPlan,
    EventRule,
    Lasting,
    Never,
    OrderRule,
    PointsPlan,
    UntilYearEnd,
)

AT = datetime(2026, 11, 20, 17, tzinfo=UTC)
CATEGORIES = ("dairy", "snack", "wine")


def plan(**changes: object) -> PointsPlan:
    document: dict[str, object] = {
        "name": "积分",
        "orders": [
            OrderRule(per_fen=1_000, points=3, categories=["dairy"]),
            OrderRule(per_fen=100, points=0, categories=["wine"]),
            OrderRule(per_fen=100, points=1, categories=[]),
        ],
    }
    return PointsPlan.model_validate({**document, **changes})


@st.composite
def orders(draw: st.DrawFn) -> list[BoughtLine]:
    lines = []
    for number in range(draw(st.integers(1, 5))):
        paid = draw(st.integers(0, 30_000))
        refunded = draw(st.integers(0, paid))
        lines.append(BoughtLine(number, draw(st.sampled_from(CATEGORIES)), paid, refunded))
    return lines


def test_the_first_rule_that_fits_counts_a_line() -> None:
    lines = [
        BoughtLine(1, "dairy", 2_999, 0),
        BoughtLine(2, "dairy", 1, 0),
        BoughtLine(3, "wine", 9_900, 0),
        BoughtLine(4, "snack", 199, 0),
    ]
    basis = rules.basis_of(plan(), lines, 15_000)
    # Dairy together 30 yuan: 9; wine nothing; snack 1; one and a half times, rounded down.
    assert rules.points_of(basis, {line.line_no: line.paid_fen for line in lines}) == 15


@given(orders(), st.integers(0, 20_000), st.integers(10_000, 40_000))
def test_a_refund_leaves_what_the_kept_part_alone_would_have_earned(
    lines: list[BoughtLine], more_fen: int, rate_bp: int
) -> None:
    basis = rules.basis_of(plan(), lines, rate_bp)
    earned = rules.points_of(basis, {line.line_no: line.paid_fen for line in lines})
    named = sum(line.refunded_fen for line in lines)
    upto = rules.reversed_upto(basis, lines, shipping_fen=800, refunded_fen=named)
    kept = {line.line_no: line.paid_fen - line.refunded_fen for line in lines}
    assert earned - upto == rules.points_of(basis, kept)
    further = rules.reversed_upto(
        basis, lines, shipping_fen=800, refunded_fen=named + min(more_fen, sum(kept.values()) + 800)
    )
    assert 0 <= upto <= further <= earned
    whole = [BoughtLine(x.line_no, x.category_code, x.paid_fen, x.paid_fen) for x in lines]
    paid = sum(line.paid_fen for line in lines)
    assert rules.reversed_upto(basis, whole, shipping_fen=800, refunded_fen=paid + 800) == earned
    assert rules.reversed_upto(basis, lines, shipping_fen=800, refunded_fen=paid + 800) == earned


def test_what_is_refunded_without_lines_counts_first_as_shipping() -> None:
    lines = [BoughtLine(1, "snack", 1_000, 0), BoughtLine(2, "snack", 3_000, 0)]
    assert rules.kept_fens(lines, shipping_fen=600, refunded_fen=600) == {1: 1_000, 2: 3_000}
    assert rules.kept_fens(lines, shipping_fen=600, refunded_fen=1_000) == {1: 900, 2: 2_700}
    assert rules.kept_fens(lines, shipping_fen=600, refunded_fen=4_600) == {1: 0, 2: 0}


def test_when_points_begin_and_end() -> None:
    two_days = AT + timedelta(days=2)
    at_once = rules.terms_of(plan(expiry=Never(kind="never")), AT)
    assert (at_once.active_at, at_once.expires_at) == (AT, FOREVER)
    pending = AfterDays(kind="days", days=2)
    lasting = rules.terms_of(plan(pending=pending, expiry=Lasting(kind="days", days=30)), AT)
    assert (lasting.active_at, lasting.expires_at) == (two_days, two_days + timedelta(days=30))
    # 31 December 17:00 UTC is the next year in China.
    late = datetime(2026, 12, 31, 17, tzinfo=UTC)
    ends = rules.terms_of(plan(expiry=UntilYearEnd(kind="year_end", years=0)), late).expires_at
    assert ends == datetime(2027, 12, 31, 16, tzinfo=UTC)
    assert rules.event_terms_of(plan(pending=pending), AT).active_at == AT


@pytest.mark.parametrize(
    ("tier", "birthday", "rate"),
    [
        (10_000, False, 10_000),
        (15_000, False, 15_000),
        (15_000, True, 20_000),
        (30_000, True, 30_000),
    ],
)
def test_the_better_of_tier_and_birthday_counts(tier: int, birthday: bool, rate: int) -> None:
    found = rules.rate_of(
        plan(birthday_rate_bp=20_000), tier_rate_bp=tier, is_birthday_month=birthday
    )
    assert found == rate
    without = plan(has_tier_rates=False)
    assert rules.rate_of(without, tier_rate_bp=tier, is_birthday_month=birthday) == 10_000


@pytest.mark.parametrize(
    "changes",
    [
        {"orders": []},
        {
            "orders": [
                OrderRule(per_fen=100, points=1, categories=[]),
                OrderRule(per_fen=1, points=1, categories=["a"]),
            ]
        },
        {
            "events": [
                EventRule(type="order.reviewed", points=5),
                EventRule(type="order.reviewed", points=6),
            ]
        },
    ],
)
def test_a_plan_that_cannot_be_meant_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadPointsPlan):
        rules.check_plan(plan(**changes))


def test_a_plan_reads_as_a_sentence() -> None:
    events = [EventRule(type="order.reviewed", points=5)]
    names = {"dairy": ("乳品", "Dairy")}
    zh, en = sentence(plan(events=events, birthday_rate_bp=20_000), names)
    assert zh == (
        "乳品每满 ¥10.00 得 3 积分；wine不积分；消费每满 ¥1.00 得 1 积分；"
        "评价每天首次得 5 积分；按会员等级加倍；生日当月 2 倍（与等级倍数取高）；付款即到账；"
        "次年年底到期；退款时已用掉的积分记为欠款，由之后所得抵扣。"
    )
    assert en.startswith("3 points for each ¥10.00 of Dairy; nothing for wine; ")
    assert en.endswith("spent points are owed after a refund.")
