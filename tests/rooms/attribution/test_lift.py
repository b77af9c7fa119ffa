"""The measured lift: honest under daily peeking, able to find what is there, unbiased."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import exp, sqrt
from statistics import fmean, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitou.attribution.rules import lift
from huitou.attribution.types import Lift, Moments, Outcome

DAYS = 28


@dataclass
class Arm:
    """An arm whose sums grow purchase by purchase, so that 28 looks cost one pass."""

    befores: list[int]
    afters: list[int]
    count: int
    buyers: int = 0
    after: int = 0
    after_squared: int = 0
    product: int = 0

    def buy(self, index: int, fen: int) -> None:
        old = self.afters[index]
        self.afters[index] = old + fen
        self.buyers += old == 0
        self.after += fen
        self.after_squared += (old + fen) ** 2 - old**2
        self.product += self.befores[index] * fen

    def moments(self) -> Moments:
        return Moments(
            self.count,
            self.buyers,
            sum(before > 0 for before in self.befores),
            sum(self.befores),
            self.after,
            sum(before**2 for before in self.befores),
            self.after_squared,
            self.product,
        )


def campaign(
    dice: random.Random,
    *,
    treated: int,
    holdout: int,
    uplift: float = 1.0,
    habit: float | None = 0.5,
) -> Iterator[tuple[Moments, Moments]]:
    """A campaign's daily looks. Baskets are skewed; half a visit a month is usual.

    With a `habit` customers differ in how often they buy, before as after; without one the days are
    independent, which misleads who looks daily the most.
    """
    arms = []
    purchases: list[list[tuple[Arm, int, int]]] = [[] for _ in range(DAYS)]
    for size, factor in ((treated, uplift), (holdout, 1.0)):
        habits = [dice.expovariate(1 / habit) if habit else 0.5 for _ in range(size)]
        arm = Arm([basket(dice) * visits(dice, mean) for mean in habits], [0] * size, size)
        arms.append(arm)
        for index, mean in enumerate(habits):
            for _ in range(visits(dice, mean * factor)):
                purchases[dice.randrange(DAYS)].append((arm, index, basket(dice)))
    for day in purchases:
        for arm, index, fen in day:
            arm.buy(index, fen)
        yield arms[0].moments(), arms[1].moments()


def basket(dice: random.Random) -> int:
    return round(dice.lognormvariate(8.5, 0.8))


def visits(dice: random.Random, mean: float) -> int:
    """Poisson, by the waiting times of a month."""
    count, waited = 0, dice.expovariate(1)
    while waited < mean:
        count += 1
        waited += dice.expovariate(1)
    return count


def test_one_in_twenty_at_most_is_called_proven_when_nothing_works_however_often_one_looks() -> (
    None
):
    wrong = naive = 0
    for seed in range(1_000):
        looks = list(campaign(random.Random(seed), treated=200, holdout=110, habit=None))
        wrong += any(lift.lift(*look).verdict != "unproven" for look in looks)
        naive += any(_leaves_zero_out(*look) for look in looks)
    assert wrong <= 50
    assert naive > 100, "the simulation must be one in which daily looks mislead"


def test_customers_with_lasting_habits_do_not_mislead_either() -> None:
    wrong = 0
    for seed in range(300):
        looks = campaign(random.Random(seed), treated=500, holdout=100)
        wrong += any(lift.lift(*look).verdict != "unproven" for look in looks)
    assert wrong <= 15


@pytest.mark.parametrize(("uplift", "power"), [(1.8, 0.9), (1.0, 0.0), (0.2, 0.9)])
def test_a_planted_effect_is_found(uplift: float, power: float) -> None:
    found = []
    for seed in range(20):
        *_, last = campaign(random.Random(seed), treated=4_000, holdout=1_000, uplift=uplift)
        found.append(lift.lift(*last).verdict)
    expected = {1.8: "proven", 1.0: "unproven", 0.2: "harmful"}[uplift]
    assert found.count(expected) >= 20 * power  # type: ignore[arg-type]
    if uplift == 1.0:
        assert set(found) == {"unproven"}


def test_the_correction_by_prior_spend_is_unbiased_and_narrower() -> None:
    corrected, plain, widths = [], [], []
    for seed in range(400):
        *_, (treated, holdout) = campaign(random.Random(seed), treated=150, holdout=150, uplift=1.5)
        with_prior = lift.lift(treated, holdout)
        without = lift.lift(_forgetful(treated), _forgetful(holdout))
        assert with_prior.incremental_fen is not None
        assert without.incremental_fen is not None
        corrected.append(with_prior.incremental_fen / treated.count)
        plain.append(without.incremental_fen / treated.count)
        widths.append(_width(with_prior) / _width(without))
    truth = 0.25 * exp(8.5 + 0.8**2 / 2)  # half a visit more for every two, of the mean basket
    error = stdev(corrected) / sqrt(len(corrected))
    assert abs(fmean(corrected) - truth) < 4 * error
    assert stdev(corrected) < stdev(plain)
    assert fmean(widths) < 1


outcomes = st.lists(
    st.builds(
        Outcome,
        before_fen=st.integers(0, 10**9),
        after_fen=st.integers(-(10**6), 10**9),
    ),
    max_size=30,
)


@given(outcomes, outcomes)
def test_the_numbers_agree_with_the_textbook(
    treated: list[Outcome], holdout: list[Outcome]
) -> None:
    result = lift.lift(lift.moments(treated), lift.moments(holdout))
    assert result.verdict == "unproven", "fewer than the least count proves nothing"
    if min(len(treated), len(holdout)) < 2:
        assert result.incremental_fen is None
        assert result.conversion_bp is None
        return
    after = fmean(o.after_fen for o in treated) - fmean(o.after_fen for o in holdout)
    before = fmean(o.before_fen for o in treated) - fmean(o.before_fen for o in holdout)
    theta = _theta(treated, holdout)
    assert result.incremental_fen == pytest.approx(
        (after - theta * before) * len(treated), rel=1e-6, abs=1 + abs(after) * 1e-6
    )
    assert result.low_fen is not None
    assert result.incremental_fen is not None
    assert result.high_fen is not None
    assert result.low_fen <= result.incremental_fen <= result.high_fen


@given(outcomes, outcomes, st.randoms(use_true_random=False))
def test_the_order_of_customers_does_not_matter(
    treated: list[Outcome], holdout: list[Outcome], dice: random.Random
) -> None:
    before = lift.lift(lift.moments(treated), lift.moments(holdout))
    dice.shuffle(treated)
    dice.shuffle(holdout)
    assert lift.lift(lift.moments(treated), lift.moments(holdout)) == before


@pytest.mark.parametrize(
    ("treated", "holdout", "reason"),
    [
        (200, 0, "no_holdout"),
        (200, 99, "too_few_customers"),
        (200, 1, "too_few_customers"),
        (0, 0, "no_holdout"),
        (200, 200, "too_few_buyers"),
    ],
)
def test_what_cannot_be_known_says_why(treated: int, holdout: int, reason: str) -> None:
    nothing = Outcome(0, 0)
    result = lift.lift(lift.moments([nothing] * treated), lift.moments([nothing] * holdout))
    assert (result.verdict, result.reason) == ("unproven", reason)
    assert result.sentence_zh.startswith("未证明有效")
    assert result.sentence_en.startswith("Not proven")


def _leaves_zero_out(treated: Moments, holdout: Moments) -> bool:
    """What the ordinary 95% interval of a single look would say."""
    difference = treated.after / treated.count - holdout.after / holdout.count
    variance = sum(
        (arm.after_squared / arm.count - (arm.after / arm.count) ** 2) / arm.count
        for arm in (treated, holdout)
    )
    return treated.buyers + holdout.buyers >= 30 and abs(difference) > 1.96 * sqrt(variance)


def _forgetful(arm: Moments) -> Moments:
    return replace(arm, before=0, before_squared=0, product=0, buyers_before=0)


def _width(result: Lift) -> int:
    assert result.high_fen is not None
    assert result.low_fen is not None
    return result.high_fen - result.low_fen


def _theta(treated: list[Outcome], holdout: list[Outcome]) -> float:
    above = below = 0.0
    for arm in (treated, holdout):
        mean_before = Fraction(sum(o.before_fen for o in arm), len(arm))
        mean_after = Fraction(sum(o.after_fen for o in arm), len(arm))
        above += float(sum((o.before_fen - mean_before) * (o.after_fen - mean_after) for o in arm))
        below += float(sum((o.before_fen - mean_before) ** 2 for o in arm))
    return above / below if below else 0.0
