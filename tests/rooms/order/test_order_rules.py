"""Refunds against a brute-force reading, the sameness of orders, and the stages."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from huitou.order import rules
from huitou.order.types import (
    LineLeft,
    NewRefund,
    Paid,
    PaidLine,
    Refundable,
    Refunded,
    RefundLine,
    StagePolicy,
)

NOW = datetime(2026, 11, 20, tzinfo=UTC)
UNIT = UUID(int=1)

refund_lines = st.lists(
    st.builds(RefundLine, st.integers(1, 3), st.integers(0, 3), st.integers(0, 6)),
    max_size=2,
    unique_by=lambda line: line.line_no,
)
refunds = st.lists(
    st.builds(
        lambda no, lines, extra: Refunded(
            "o", no, sum(line.refund_fen for line in lines) + extra, tuple(lines)
        ),
        st.sampled_from("abc"),
        refund_lines,
        st.integers(0, 4),
    ),
    max_size=6,
)


def order() -> Refundable:
    return Refundable(UUID(int=2), 14, {1: LineLeft(3, 6), 2: LineLeft(2, 6)}, {})


@given(refunds)
def test_settle_never_gives_back_more_than_was_paid(
    said: list[Refunded],
) -> None:
    news = [NewRefund(position, UNIT, NOW, one) for position, one in enumerate(said)]
    settled = rules.settle(order(), news)
    total = sum(refund.refunded.refund_fen for refund in settled.applied)
    assert total <= 14
    for no, left in order().lines.items():
        lines = [x for refund in settled.applied for x in refund.refunded.lines if x.line_no == no]
        assert sum(line.quantity for line in lines) <= left.quantity
        assert sum(line.refund_fen for line in lines) <= left.paid_fen
    numbers = [refund.refunded.refund_no for refund in settled.applied]
    assert len(set(numbers)) == len(numbers)
    positions = [refund.position for refund in settled.applied]
    assert all(one < other for one, other in pairwise(positions))


@given(refunds, st.integers(0, 6))
def test_settle_in_two_steps_is_settle_in_one(said: list[Refunded], cut: int) -> None:
    news = [NewRefund(position, UNIT, NOW, one) for position, one in enumerate(said)]
    whole = rules.settle(order(), news)
    first = rules.settle(order(), news[:cut])
    lines = dict(order().lines)
    for refund in first.applied:
        for line in refund.refunded.lines:
            left = lines[line.line_no]
            lines[line.line_no] = LineLeft(
                left.quantity - line.quantity, left.paid_fen - line.refund_fen
            )
    middle = Refundable(
        UUID(int=2),
        14 - sum(refund.refunded.refund_fen for refund in first.applied),
        lines,
        {refund.refunded.refund_no: refund for refund in first.applied},
    )
    second = rules.settle(middle, news[cut:])
    assert first.applied + second.applied == whole.applied
    assert first.refused + second.refused == whole.refused


def test_a_number_said_twice_is_one_refund_and_with_other_amounts_refused() -> None:
    same = Refunded("o", "a", 5, (RefundLine(1, 1, 5),))
    other = Refunded("o", "a", 4, (RefundLine(1, 1, 4),))
    news = [NewRefund(i, UNIT, NOW, one) for i, one in enumerate([same, same, other])]
    settled = rules.settle(order(), news)
    assert [refund.position for refund in settled.applied] == [0]
    assert settled.refused == [(2, "order.reused_no")]


def test_a_line_that_is_not_there_cannot_be_refunded() -> None:
    settled = rules.settle(
        order(), [NewRefund(7, UNIT, NOW, Refunded("o", "a", 1, (RefundLine(9, 1, 1),)))]
    )
    assert settled.refused == [(7, "order.refund_too_large")]


def test_content_is_the_same_for_another_order_of_lines_only() -> None:
    one, two = PaidLine(1, "A", 1000, 10, 9), PaidLine(2, "B", 2000, 10, 8)
    content = rules.content_of(Paid("n", (one, two), 17), NOW)
    assert content == rules.content_of(Paid("n", (two, one), 17), NOW)
    assert content != rules.content_of(Paid("n", (one, two), 17), NOW + timedelta(seconds=1))
    assert content != rules.content_of(Paid("n", (one, two), 18, 1), NOW)


def test_stages() -> None:
    policy = StagePolicy(active_days=60, lost_days=180, loyal_orders=5)

    def stage(count: int, days: int) -> str:
        return rules.stage(count, NOW - timedelta(days=days), NOW, policy)

    assert [stage(1, 59), stage(2, 59), stage(5, 59)] == ["new", "growing", "loyal"]
    assert [stage(9, 60), stage(9, 179), stage(9, 180)] == ["dormant", "dormant", "lost"]


def test_many_customers_are_scored_at_night() -> None:
    day, night = (
        datetime(2026, 11, 28, 4, 0, tzinfo=UTC),
        datetime(2026, 11, 27, 19, 30, tzinfo=UTC),
    )
    assert rules.are_many_new(5, 4)
    assert not rules.are_many_new(10, 9)
    assert not rules.are_many_new(0, 0)
    assert rules.may_score(1_000, day, "Asia/Shanghai")
    assert not rules.may_score(1_000_000, day, "Asia/Shanghai")
    assert rules.may_score(1_000_000, night, "Asia/Shanghai")
