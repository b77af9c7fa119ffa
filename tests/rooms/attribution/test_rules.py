"""Whose order is it? Against a plain reading of the rule."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitou.attribution.rules import credit as rules
from huitou.attribution.types import (
    REASON_EN,
    REASON_ZH,
    Credited,
    Delivery,
    OrderFacts,
    Policy,
    Reason,
    Uncredited,
)

PAID = datetime(2026, 11, 20, 10, tzinfo=UTC)
WHO = UUID(int=7)


def order(customer: UUID | None = WHO) -> OrderFacts:
    return OrderFacts(UUID(int=1), "P-1", 5, customer, UUID(int=2), PAID, 4_980)


def delivery(number: int, before: timedelta, **other: object) -> Delivery:
    return Delivery(UUID(int=number), WHO, "wecom", PAID - before, **other)  # type: ignore[arg-type]


deliveries = st.lists(
    st.builds(
        delivery,
        number=st.integers(1, 50),
        before=st.integers(-3 * 24, 120 * 24).map(lambda hours: timedelta(hours=hours)),
    ),
    max_size=8,
)
windows = st.integers(0, 30).map(lambda days: Policy(timedelta(days=days)))


@given(deliveries, windows)
def test_the_last_delivery_in_the_window_has_the_order(
    touches: list[Delivery], policy: Policy
) -> None:
    verdict = rules.credit(order(), touches, policy)
    inside = [t for t in touches if timedelta() <= PAID - t.delivered_at <= policy.window]
    if isinstance(verdict, Credited):
        assert verdict.touch in inside
        assert verdict.considered == len(inside)
        for other in inside:
            assert other.delivered_at <= verdict.touch.delivered_at
            if other.delivered_at == verdict.touch.delivered_at:
                assert other.message_id <= verdict.touch.message_id
    else:
        assert not inside
        older = [t for t in touches if policy.window < PAID - t.delivered_at <= policy.lookback]
        assert verdict.reason is (Reason.OUTSIDE_WINDOW if older else Reason.NO_TOUCH)


@given(deliveries, windows, st.permutations(range(8)))
def test_the_order_in_which_receipts_arrive_does_not_matter(
    touches: list[Delivery], policy: Policy, turn: list[int]
) -> None:
    shuffled = [touches[n] for n in turn if n < len(touches)]
    assert rules.credit(order(), shuffled, policy) == rules.credit(order(), touches, policy)


@given(deliveries, windows)
def test_a_delivery_after_the_purchase_changes_nothing(
    touches: list[Delivery], policy: Policy
) -> None:
    later = delivery(99, timedelta(seconds=-1))
    assert rules.credit(order(), [*touches, later], policy) == rules.credit(
        order(), touches, policy
    )


@given(deliveries)
def test_an_order_without_a_customer_is_nobodys(touches: list[Delivery]) -> None:
    assert rules.credit(order(None), touches, Policy()) == Uncredited(Reason.ANONYMOUS)


@pytest.mark.parametrize(
    ("before", "is_inside"),
    [
        (timedelta(days=7), True),
        (timedelta(days=7, microseconds=1), False),
        (timedelta(), True),
        (timedelta(microseconds=-1), False),
    ],
)
def test_the_window_has_sharp_ends(before: timedelta, is_inside: bool) -> None:
    verdict = rules.credit(order(), [delivery(1, before)], Policy())
    assert isinstance(verdict, Credited) is is_inside


def test_opening_is_evidence_and_no_condition() -> None:
    opened = delivery(1, timedelta(days=2), opened_at=PAID - timedelta(days=1), staff_id=WHO)
    unopened = delivery(2, timedelta(days=1))
    verdict = rules.credit(order(), [opened, unopened], Policy())
    assert isinstance(verdict, Credited)
    assert verdict.touch == unopened


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    for reason in Reason:
        assert rules.reason_sentence(reason.value) == REASON_ZH[reason]
        assert rules.reason_sentence(reason.value, language="en") == REASON_EN[reason]
