"""Which messages go when there is not room for all: feasible, best where it can be told, and the same in any order."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.base.wave_checks import faults
from bench.base.waves import WORLDS, competition
from huitou.reach.rules.admitting import admit
from huitou.reach.rules.arbitrating import arbitrate
from huitou.reach.rules.clearing import clear
from huitou.reach.rules.field import field_of
from huitou.reach.rules.gate import SENTENCES
from huitou.reach.rules.limits import budget, cap, capacity, inherent
from huitou.reach.rules.searching import FEW
from huitou.reach.types.arbitration import (
    FATES,
    NONE,
    REASONS,
    Ints,
    Limit,
    Messages,
    Options,
    Outcome,
    Wave,
)
from tests.rooms.reach.waves import COLUMNS, by_brute_force, kept, one_by_one, waves

WECOM, SMS = 0, 1


def ints(*values: int) -> Ints:
    return np.array(values, np.int64)


def wave_of(
    *messages: tuple[int, int, int, int],
    options: tuple[tuple[int, int, float, int], ...],
    limits: tuple[Limit, ...] = (),
) -> Wave:
    """Messages as (customer, priority, window, last window), options as (message, channel, value, cost)."""
    customer, priority, window, last = (ints(*column) for column in zip(*messages, strict=True))
    of, channel, value, cost = zip(*options, strict=True)
    rows = len(messages)
    return Wave(
        Messages(np.arange(rows), customer, priority, window, last, np.zeros(rows)),
        Options(ints(*of), ints(*channel), np.array(value, float), ints(*cost)),
        limits,
    )


def told(outcome: Outcome, message: int) -> tuple[str, str, int]:
    return (
        FATES[outcome.fate[message]],
        REASONS[outcome.reason[message]],
        int(outcome.by[message]),
    )


def shuffled(wave: Wave, rows: Ints, ways: Ints) -> Wave:
    """The same with its messages and options in another order."""
    messages, options = wave.messages, wave.options
    place = np.argsort(rows)
    moved = Messages(**{name: getattr(messages, name)[rows] for name in COLUMNS})
    return Wave(
        moved,
        Options(
            place[options.message[ways]],
            options.channel[ways],
            options.value_fen[ways],
            options.cost_fen[ways],
        ),
        [replace(each, group=each.group[ways], use=each.use[ways]) for each in wave.limits],
        wave.per_window,
    )


@given(waves(most=FEW - 2))
@settings(max_examples=100, deadline=None)
def test_a_few_messages_bring_the_most_there_is(wave: Wave) -> None:
    outcome = arbitrate(wave)
    assert not faults(wave, outcome)
    assert outcome.worth_fen == pytest.approx(by_brute_force(wave))
    assert outcome.bound_fen == pytest.approx(outcome.worth_fen)


@given(waves(most=5))
@settings(max_examples=100, deadline=None)
def test_nothing_brings_more_than_the_prices_say(wave: Wave) -> None:
    messages, of = wave.messages, wave.options.message
    limits = [
        replace(each, room=np.append(each.room, 0)) for each in (*inherent(wave), *wave.limits)
    ]
    worth = wave.worth_fen
    rows = np.lexsort((wave.options.channel, messages.key[of], messages.customer[of]))
    rows = rows[worth[rows] > 0]
    by = of[rows]
    field = field_of(rows, worth[rows], by, messages.customer[by], messages.key[by], limits)
    assert clear(field).bound >= by_brute_force(wave) - 1e-6


@given(waves(most=24, priorities=3))
@settings(max_examples=100, deadline=None)
def test_nothing_is_over_a_limit_left_over_or_without_a_reason(wave: Wave) -> None:
    assert not faults(wave, arbitrate(wave))


@given(waves(most=24))
@settings(max_examples=100, deadline=None)
def test_neither_first_come_nor_dearest_first_is_better(wave: Wave) -> None:
    worth = wave.worth_fen
    key = wave.messages.key[wave.options.message]
    # Of ways that are equally good the first channel, as everywhere: another one may leave more room to others.
    channel = wave.options.channel
    brings = arbitrate(wave).worth_fen
    for order in (np.lexsort((channel, -worth, key)), np.lexsort((channel, key, -worth))):
        taken = one_by_one(wave, order[worth[order] > 0].tolist())
        assert brings >= worth[taken].sum() - 1e-6


@given(waves(most=12, priorities=3))
@settings(max_examples=60, deadline=None)
def test_what_has_priority_is_decided_as_if_it_were_alone(wave: Wave) -> None:
    rows = np.flatnonzero(wave.messages.priority == 3)
    alone, ways = kept(wave, rows)
    expected = [NONE if row == NONE else ways[row] for row in arbitrate(alone).option]
    assert arbitrate(wave).option[rows].tolist() == expected


@given(waves(most=24, priorities=2), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_the_order_in_which_they_are_given_does_not_matter(wave: Wave, dice: Random) -> None:
    count, ways = len(wave.messages.key), len(wave.options.message)
    rows = np.array(dice.sample(range(count), count), np.int64)
    order = np.array(dice.sample(range(ways), ways), np.int64)
    one, other = arbitrate(wave), arbitrate(shuffled(wave, rows, order))
    goes = [NONE if row == NONE else order[row] for row in other.option]
    assert one.option[rows].tolist() == goes
    assert one.fate[rows].tolist() == other.fate.tolist()
    assert one.reason[rows].tolist() == other.reason.tolist()
    assert one.by[rows].tolist() == [NONE if by == NONE else rows[by] for by in other.by]


@given(waves(most=24), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_who_is_admitted_is_whom_a_loop_admits(wave: Wave, dice: Random) -> None:
    ways = len(wave.options.message)
    order = dice.sample(range(ways), dice.randint(0, ways))
    limits = [
        replace(each, room=np.append(each.room, 0)) for each in (*inherent(wave), *wave.limits)
    ]
    taken = admit(np.array(order, np.int64), limits, [limit.room for limit in limits])
    assert np.flatnonzero(taken).tolist() == sorted(one_by_one(wave, order))


@given(waves(most=25, priorities=2))
@settings(max_examples=60, deadline=None)
def test_window_after_window_each_message_goes_once_or_is_over(wave: Wave) -> None:
    keys = wave.messages.key.tolist()
    done: list[int] = []
    while len(wave.messages.key):
        outcome = arbitrate(wave)
        waits = outcome.fate == FATES.index("deferred")
        done += wave.messages.key[~waits].tolist()
        wave, _ = kept(wave, np.flatnonzero(waits))
        wave = replace(wave, messages=replace(wave.messages, window=outcome.window[waits]))
    assert sorted(done) == sorted(keys)


def test_of_two_to_one_customer_the_better_goes_and_the_other_waits() -> None:
    wave = wave_of((7, 1, 0, 2), (7, 1, 0, 0), options=((0, SMS, 30, 5), (1, SMS, 50, 5)))
    outcome = arbitrate(wave)
    assert outcome.option.tolist() == [NONE, 1]
    assert told(outcome, 0) == ("deferred", "outranked_by", 1)
    assert outcome.window.tolist() == [1, 0]


def test_priority_goes_before_any_worth_and_who_cannot_wait_expires() -> None:
    wave = wave_of((7, 2, 0, 0), (7, 1, 0, 0), options=((0, SMS, 6, 5), (1, SMS, 5_000, 5)))
    outcome = arbitrate(wave)
    assert outcome.option.tolist() == [0, NONE]
    assert told(outcome, 1) == ("expired", "outranked_by", 0)


def test_a_birthday_planned_for_later_has_its_money_and_its_place_in_the_cap_before_others() -> (
    None
):
    limits = (
        cap("week", ints(0, 0, 1), ints(1, 1)),
        budget("sms", ints(0, 0, 0), ints(5, 5, 5), ints(5)),
    )
    wave = wave_of(
        (0, 1, 0, 3),
        (0, 9, 3, 3),
        (1, 1, 0, 3),
        options=((0, SMS, 900, 5), (1, SMS, 20, 5), (2, SMS, 900, 5)),
        limits=limits,
    )
    outcome = arbitrate(wave)
    assert outcome.option.tolist() == [NONE, 1, NONE]
    assert told(outcome, 0) == ("deferred", "outranked_by", 1)
    assert told(outcome, 2) == ("deferred", "budget", NONE)
    assert outcome.limit.tolist() == [NONE, NONE, 1]


def test_money_goes_where_a_fen_brings_most_and_others_take_another_channel() -> None:
    limits = (budget("sms", ints(0, 0, NONE, 0), ints(10, 5, 0, 5), ints(10)),)
    wave = wave_of(
        (0, 1, 0, 0),
        (1, 1, 0, 0),
        (2, 1, 0, 0),
        options=((0, SMS, 60, 10), (1, SMS, 50, 5), (1, WECOM, 30, 0), (2, SMS, 50, 5)),
        limits=limits,
    )
    outcome = arbitrate(wave)
    assert outcome.option.tolist() == [NONE, 1, 3]
    assert told(outcome, 0) == ("expired", "budget", NONE)


def test_each_reason_is_told() -> None:
    limits = (
        cap("day", ints(0, 1, 2, 3), ints(1, 1, 0, 1)),
        capacity("associate", ints(0, 0, NONE, NONE), ints(1)),
    )
    wave = wave_of(
        *((customer, 1, 0, 0) for customer in range(4)),
        options=((0, WECOM, 40, 0), (1, WECOM, 50, 0), (2, SMS, 90, 5), (3, SMS, 4, 5)),
        limits=limits,
    )
    outcome = arbitrate(wave)
    assert [REASONS[at] for at in outcome.reason] == ["capacity", "none", "cap", "no_gain"]
    assert outcome.limit.tolist() == [1, NONE, 0, NONE]
    assert set(REASONS) - {"none"} <= set(SENTENCES)


def test_an_empty_wave_and_limits_of_nobody_are_fine() -> None:
    nobody = capacity("associate", ints(NONE), ints())
    wave = wave_of((0, 1, 0, 0), options=((0, SMS, 9, 5),), limits=(nobody,))
    assert arbitrate(wave).option.tolist() == [0]
    none = np.empty(0, np.int64)
    empty = Wave(
        Messages(none, none, none, none, none, np.empty(0)),
        Options(none, none, np.empty(0), none),
        [replace(nobody, group=none, use=none)],
    )
    assert arbitrate(empty).worth_fen == 0


@pytest.mark.parametrize("world", WORLDS)
def test_a_large_wave_is_within_a_thousandth_of_what_nothing_can_exceed(world: str) -> None:
    wave = competition(world, 2_000, 5)
    outcome = arbitrate(wave)
    assert not faults(wave, outcome)
    assert outcome.bound_fen * 0.999 <= outcome.worth_fen <= outcome.bound_fen


def test_the_checks_find_what_is_wrong() -> None:
    wave = competition("crowded", 200, 5)
    right = arbitrate(wave)
    lost = np.flatnonzero(right.option == NONE)
    way = np.full(len(lost), NONE)
    for row, message in enumerate(wave.options.message.tolist()):
        way[lost == message] = row
    wrong = right.option.copy()
    wrong[lost] = way
    found = faults(wave, replace(right, option=wrong))
    assert {"over window", "over wave", "over sms", "over associate", "sum"} <= set(found)
    none = faults(wave, replace(right, option=np.full_like(right.option, NONE), worth_fen=0.0))
    assert none["left over"] > 0
