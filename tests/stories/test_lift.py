"""The measured lift on the demo's people: found where it is planted, not found where it is not.

The households buy almost weekly whatever one sends them. The untouched replay is the negative
control: whichever way it is divided into treated and held out, nothing may be proven.
"""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from huitou.attribution.rules import lift as rules
from huitou.attribution.types import Lift, Outcome
from huitou.demo.journal import DAY_S
from huitou.demo.reaction import Reaction
from huitou.demo.records import DAY_COUNT
from huitou.demo.world import HELD_BACK_DAYS, World

DAYS = 28
CONTACTS = 6
STARTS_S = (DAY_COUNT - HELD_BACK_DAYS) * DAY_S
BEGINS = datetime(2026, 11, 1, 2, tzinfo=UTC)
SEEDS = range(12)


@pytest.fixture(scope="module")
def world() -> World:
    return World.load(seed=7, today=date(2026, 11, 21))


@pytest.fixture(scope="module")
def untouched(world: World) -> dict[int, Outcome]:
    """What each household spent in the month before, and in the month held back."""
    return {
        household: Outcome(
            sum(b.paid_fen for b in own if STARTS_S - DAYS * DAY_S <= b.at_s < STARTS_S),
            sum(b.paid_fen for b in own if STARTS_S <= b.at_s < STARTS_S + DAYS * DAY_S),
        )
        for household, own in world.baskets.items()
    }


def measured(untouched: dict[int, Outcome], extra: Counter[int], treated: set[int]) -> Lift:
    """What attribution says of a campaign with these outcomes."""
    arms: dict[bool, list[Outcome]] = {True: [], False: []}
    for household, outcome in untouched.items():
        more = extra[household] if household in treated else 0
        arms[household in treated].append(Outcome(outcome.before_fen, outcome.after_fen + more))
    return rules.lift(rules.moments(arms[True]), rules.moments(arms[False]), window_days=DAYS)


def divided(untouched: dict[int, Outcome], seed: int) -> set[int]:
    """Half of the households, by chance."""
    households = sorted(untouched)
    return set(Random(seed).sample(households, len(households) // 2))


def reacted(world: World, treated: set[int], seed: int, lift_bp: int) -> Counter[int]:
    """What the treated bought in addition, after a contact every four days."""
    reaction = Reaction(world)
    extra: Counter[int] = Counter()
    for household in treated:
        for number in range(CONTACTS):
            at = BEGINS + timedelta(days=4 * number)
            event = reaction.extra_purchase(
                household, contacted_at=at, opened=True, seed=seed, lift_bp=lift_bp
            )
            if event is not None:
                extra[household] += event["properties"]["paid_fen"]
    return extra


def test_nothing_is_proven_of_the_untouched_replay(untouched: dict[int, Outcome]) -> None:
    verdicts = Counter(
        measured(untouched, Counter(), divided(untouched, seed)).verdict for seed in range(200)
    )
    assert verdicts["unproven"] >= 190, "at 95 %, whoever is called treated"


def test_a_reaction_without_lift_is_the_untouched_replay(
    world: World, untouched: dict[int, Outcome]
) -> None:
    treated = divided(untouched, 1)
    assert reacted(world, treated, 1, lift_bp=0) == Counter()


def test_the_planted_lift_is_found(world: World, untouched: dict[int, Outcome]) -> None:
    covered = proven = 0
    for seed in SEEDS:
        treated = divided(untouched, seed)
        extra = reacted(world, treated, seed, lift_bp=9_000)
        found = measured(untouched, extra, treated)
        assert found.low_fen is not None
        assert found.high_fen is not None
        proven += found.verdict == "proven"
        covered += found.low_fen <= extra.total() <= found.high_fen
    assert proven == len(SEEDS)
    assert covered >= len(SEEDS) - 1, "the interval holds what was really planted"


def test_a_small_lift_is_not_claimed(world: World, untouched: dict[int, Outcome]) -> None:
    """With so few households a lift of a few baskets cannot be told from chance, and is not."""
    treated = divided(untouched, 3)
    extra = reacted(world, treated, 3, lift_bp=100)
    found = measured(untouched, extra, treated)
    assert extra.total() > 0
    assert (found.verdict, found.reason) == ("unproven", "interval_holds_zero")
