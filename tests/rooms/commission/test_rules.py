"""A commission taken back in any steps is exactly what was given."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from huitou.attribution.types import Credit
from huitou.commission import rules

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)


def credit(amount_fen: int) -> Credit:
    one = UUID(int=1)
    return Credit(
        id=one,
        order_id=one,
        order_no="P1",
        customer_id=one,
        unit_id=one,
        credited_unit_id=one,
        campaign_id=None,
        opportunity_id=None,
        task_id=None,
        message_id=one,
        staff_id=one,
        channel="wecom",
        model="last_touch",
        window_days=7,
        amount_fen=amount_fen,
        refunded_fen=0,
        paid_at=AT,
        position=1,
        evidence={},
        at=AT,
        withdrawn_at=None,
        version=1,
    )


@given(st.lists(st.integers(1, 5_000), min_size=1, max_size=8), st.integers(0, 10_000))
def test_refunds_in_any_steps_take_back_exactly_what_was_given(
    refunds: list[int], rate_bp: int
) -> None:
    order = credit(sum(refunds))
    given_fen = rules.amount(order.amount_fen, rate_bp)
    taken = 0
    refunded = 0
    for refund in refunds:
        refunded += refund
        upto = rules.reversed_upto(replace(order, refunded_fen=refunded), rate_bp)
        assert taken <= upto <= given_fen
        kept = rules.amount(order.amount_fen - refunded, rate_bp)
        assert given_fen - upto == kept, "what remains is what the part that was kept earns"
        taken = upto
    assert taken == given_fen


@given(st.integers(0, 10**9), st.integers(0, 10_000), st.integers(0, 10**9))
def test_a_withdrawn_credit_takes_everything_back(amount: int, rate_bp: int, refunded: int) -> None:
    withdrawn = replace(credit(amount), refunded_fen=min(refunded, amount), withdrawn_at=AT)
    assert rules.reversed_upto(withdrawn, rate_bp) == rules.amount(amount, rate_bp)


def test_a_line_is_reversed_when_nothing_is_left() -> None:
    assert rules.state("pending", 100, 99) == "pending"
    assert rules.state("settleable", 100, 100) == "reversed"
    assert rules.state("pending", 0, 0) == "pending"
