"""How orders are paid with points and stored value, and what refunds and withdrawals give back."""

from fractions import Fraction
from itertools import accumulate
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitou.benefit.rules import payments as rules
from huitou.benefit.rules import stored, stored_law, stored_words
from huitou.benefit.types.ledger import BONUS, POINTS, PRINCIPAL
from huitou.benefit.types.payments import (
    BadStep,
    NothingToPay,
    OverShare,
    Part,
    PointsOff,
    PointsRate,
    SpendOrder,
    ToldRefund,
    TooMuch,
    Wanted,
)
from huitou.benefit.types.stored import (
    NotAStep,
    OverCap,
    RechargeStep,
    Run,
    StoredPlan,
    TakeBack,
    UnlawfulPlan,
    WithdrawalPolicy,
)

NOBODY = UUID(int=1)
FEN = st.integers(1, 10**9)
AMOUNT = st.integers(0, 10**9)
RATES = st.builds(PointsRate, st.integers(1, 100_000), st.integers(0, 10_000))
ORDERS: tuple[SpendOrder, ...] = ("pro_rata", "principal_first", "bonus_first")


def part(asset: str, amount: int) -> Part:
    return Part(NOBODY, asset, amount, amount, None, None, 0)


def told(refund_no: str, fen: int, *, is_event: bool) -> ToldRefund:
    return ToldRefund(NOBODY, "A1", refund_no, fen, is_event)


@given(FEN, RATES, st.integers(-(10**6), 10**9), AMOUNT, AMOUNT)
def test_what_is_quoted_can_be_paid_and_not_a_step_more(
    order_fen: int, rate: PointsRate, points: int, principal: int, bonus: int
) -> None:
    quote = rules.quote(order_fen, rate, points, principal, bonus)
    usable, stored_fen = quote.points.usable, quote.stored.usable_fen
    assert quote.points.usable_fen + stored_fen + quote.rest_fen == order_fen
    assert min(usable, stored_fen, quote.rest_fen) >= 0
    assert usable * 100 == quote.points.usable_fen * rate.per_yuan  # no part of a fen is lost
    assert quote.points.usable_fen * 10_000 <= order_fen * rate.share_bp
    if usable or stored_fen:
        assert rules.checked(Wanted(order_fen, usable, stored_fen), rate) == quote.points.usable_fen
    more = rules.most_points(order_fen, rate) + quote.points.step
    with pytest.raises(OverShare):
        rules.checked(Wanted(order_fen, more), rate)


def test_what_cannot_be_paid_is_refused() -> None:
    rate = PointsRate(1_000, 5_000)
    assert rules.step_of(1_000) == 10
    for wanted, refusal in (
        (Wanted(100), NothingToPay),
        (Wanted(100, 11), BadStep),
        (Wanted(100, 510), OverShare),
        (Wanted(100, 0, 101), TooMuch),
        (Wanted(100, 500, 51), TooMuch),
    ):
        with pytest.raises(refusal):
            rules.checked(wanted, rate)
    with pytest.raises(PointsOff):
        rules.checked(Wanted(100, 10), PointsRate(0, 5_000))
    assert rules.checked(Wanted(100, 500, 50), rate) == 50


@given(st.data(), AMOUNT, AMOUNT, st.sampled_from(ORDERS))
def test_stored_value_is_split_within_what_there_is(
    data: st.DataObject, principal: int, bonus: int, order: SpendOrder
) -> None:
    amount = data.draw(st.integers(0, principal + bonus))
    shares = rules.split_stored(amount, principal, bonus, order)
    taken = (shares.get(PRINCIPAL, 0), shares.get(BONUS, 0))
    assert sum(taken) == amount
    assert all(0 <= part <= has for part, has in zip(taken, (principal, bonus), strict=True))
    if order == "principal_first":
        assert taken[0] == min(amount, principal)
    elif order == "bonus_first":
        assert taken[1] == min(amount, bonus)
    elif amount:
        assert abs(taken[0] * (principal + bonus) - amount * principal) < principal + bonus


@given(AMOUNT, AMOUNT, AMOUNT, FEN, st.lists(FEN, min_size=1, max_size=12), st.randoms())
def test_refunds_give_back_by_their_sum_alone_and_all_gives_all(
    points: int, principal: int, bonus: int, order_fen: int, sizes: list[int], dice: Random
) -> None:
    parts = [
        part(asset, amount)
        for asset, amount in ((POINTS, points), (PRINCIPAL, principal), (BONUS, bonus))
        if amount
    ]
    size = sum(sizes)
    sums = [Fraction(upto, size) for upto in accumulate(sizes)]
    steps = [rules.backs(parts, share) for share in sums]
    for each in parts:
        backs = [step[each.asset] for step in steps]
        assert backs == sorted(backs)
        assert backs[0] >= 0
        assert backs[-1] == each.amount
    for share, step in zip(sums, steps, strict=True):
        stored_back = step.get(PRINCIPAL, 0) + step.get(BONUS, 0)
        assert abs(stored_back - share * (principal + bonus)) <= Fraction(1, 2)
    shuffled = [told(str(n), fen, is_event=n % 2 == 0) for n, fen in enumerate(sizes)]
    share = rules.share_refunded(shuffled, size, size)
    dice.shuffle(shuffled)
    assert rules.share_refunded(shuffled, size, size) == share == 1


def test_a_refund_told_both_ways_is_one() -> None:
    both = [told("R1", 50, is_event=True), told("R1", 100, is_event=False)]
    assert rules.share_refunded(both, 100, 200) == Fraction(1, 2)
    assert rules.asked_fen(both) == 0
    more = [*both, told("R2", 50, is_event=False)]
    assert rules.share_refunded(more, 100, 200) == Fraction(3, 4)
    over = [*more, told("R3", 50, is_event=True)]
    assert rules.share_refunded(over, 100, 200) == 1


def plan(**fields: object) -> StoredPlan:
    steps = [{"pay_fen": 10_000, "bonus_fen": 2_500}, {"pay_fen": 5_000, "bonus_fen": 1_000}]
    return StoredPlan.model_validate({"name": "n", "steps": steps, **fields})


@given(st.integers(1, 600_000), st.sampled_from(["named", "bearer"]), AMOUNT)
def test_no_plan_and_no_balance_passes_the_cap(paid_fen: int, card: str, balance: int) -> None:
    cap = 500_000 if card == "named" else 100_000
    found = plan(card=card, steps=[{"pay_fen": paid_fen}])
    if paid_fen > cap:
        with pytest.raises(UnlawfulPlan):
            stored.check_plan(found)
    else:
        stored.check_plan(found)
    if balance + paid_fen > cap:
        with pytest.raises(OverCap) as refused:
            stored.check_cap(found, balance, paid_fen)
        assert refused.value.params["left_fen"] == max(0, cap - balance)
    else:
        stored.check_cap(found, balance, paid_fen)


def test_the_highest_step_reached_counts() -> None:
    offered = plan()
    for paid, bonus in ((4_999, None), (5_000, 1_000), (9_999, 1_000), (10_000, 2_500)):
        step = stored.step_for(offered, paid)
        assert (step.bonus_fen if step else None) == bonus
    fixed = plan(is_any_amount=False)
    assert stored.step_for(fixed, 5_000) == RechargeStep(pay_fen=5_000, bonus_fen=1_000)
    with pytest.raises(NotAStep):
        stored.step_for(fixed, 5_001)


@given(
    st.data(),
    st.integers(1, 10**8),
    AMOUNT,
    st.integers(0, 2_000),
    st.sampled_from(["unearned", "all", "nothing"]),
)
def test_a_withdrawal_pays_out_what_is_left_less_what_the_plan_says(
    data: st.DataObject, paid: int, bonus: int, fee_bp: int, take_back: TakeBack
) -> None:
    left = data.draw(st.integers(0, paid))
    used = data.draw(st.integers(0, bonus))
    policy = WithdrawalPolicy(fee_bp=fee_bp, take_back=take_back)
    found = stored.refundable(policy, Run(paid, left, bonus, used), left, bonus - used)
    assert found.payout_fen == left - found.taken_back_fen - found.fee_fen
    assert 0 <= found.payout_fen <= left
    assert 0 <= found.taken_back_fen <= used
    assert found.fee_fen * 10_000 <= (left - found.taken_back_fen) * fee_bp
    if take_back == "nothing" or used * paid <= bonus * (paid - left):
        assert take_back == "all" or found.taken_back_fen == 0
    # Nobody gains by using the bonus first: what they had for it and get back is what they paid in,
    # and the bonus that the money spent earned.
    if take_back != "nothing":
        earned = bonus * (paid - left) / paid
        assert (paid - left) + used + found.payout_fen <= max(
            paid + earned + 1, (paid - left) + used
        )


def test_a_plan_says_itself_and_warns() -> None:
    found = plan(bonus_days=180, spend_order="bonus_first", withdrawal={"take_back": "nothing"})
    words = stored_words.sentence(found)
    assert words.zh == (
        "充 50 元送 10 元、充 100 元送 25 元；可充任意金额；赠金 180 天内有效；记名，本金永不过期；"
        "消费先扣赠金后扣本金；随时可退剩余本金"
    )
    assert words.en == (
        "pay ¥50, get ¥10, pay ¥100, get ¥25; any amount may be paid in; the bonus is valid for 180"
        " days; named card, money paid in never expires; the bonus is spent before the money; money"
        " left is refunded any time"
    )
    assert [each.code for each in stored_law.warnings(found)] == ["bonus_for_nothing"]
    falling = plan(steps=[{"pay_fen": 100, "bonus_fen": 50}, {"pay_fen": 1_000, "bonus_fen": 60}])
    assert [each.code for each in stored_law.warnings(falling)] == ["falling_bonus"]


@pytest.mark.parametrize(
    ("text", "is_unfair"),
    [
        ("本卡余额概不退还", True),
        ("一经充值不予退款", True),
        ("过期作废", True),
        ("退卡 7 日内到账", False),
        ("不退换残损卡，可补卡", False),
    ],
)
def test_terms_that_are_void_are_found(text: str, is_unfair: bool) -> None:
    assert bool(stored_law.unlawful(plan(terms=text))) is is_unfair
