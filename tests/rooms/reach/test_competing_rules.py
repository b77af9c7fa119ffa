"""Mailings that want the same customers: the more important one goes first, then the one that brings more."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from huitou.reach.rules.competing import Entrant, compete
from huitou.reach.rules.crowds import CODES
from huitou.reach.types.mailings import MailingPlan, Room, Way
from huitou.reach.types.policies import Calendar, Cap

DAY = Cap(window=Calendar(unit="day"), limit=9)
MORNING, EVENING = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 3, tzinfo=UTC)
PEOPLE = 6


@dataclass(frozen=True)
class Asked:
    """A mailing by one way: whom it may reach, whom it holds out, and when its day begins."""

    priority: int
    share_bp: int
    is_open: tuple[bool, ...]
    is_held_out: tuple[bool, ...]
    begins: datetime


def entrant(asked: Asked, left: Sequence[int], order_fen: Sequence[int], **plan: object) -> Entrant:
    room = Room(DAY, "", asked.begins, np.array(left, np.int64))
    fields = {
        "content_key": str(id(asked)),
        "ways": (Way(channel="sms", share_bp=asked.share_bp),),
        "priority": asked.priority,
        **plan,
    }
    return Entrant(
        plan=MailingPlan.model_validate(fields),
        ordinals=np.arange(PEOPLE),
        codes=np.array(
            [[0 if one else CODES.index("no_consent") for one in asked.is_open]], np.int8
        ),
        rooms=((room,),),
        has_own_clock=np.zeros(PEOPLE, bool),
        held_out=np.array(asked.is_held_out),
        order_fen=np.array(order_fen, np.float64),
        fatigue_fen=np.zeros(PEOPLE),
    )


def said(entrants: Sequence[Entrant]) -> list[list[str]]:
    return [[CODES[code] for code in one.code] for one in compete(entrants)]


_FLAGS = st.tuples(*[st.booleans()] * PEOPLE)
_ASKED = st.builds(
    Asked,
    priority=st.integers(1, 3),
    share_bp=st.sampled_from([50, 100, 100, 400]),
    is_open=_FLAGS,
    is_held_out=st.one_of(st.just((False,) * PEOPLE), _FLAGS),
    begins=st.sampled_from([MORNING, EVENING]),
)


def winners(asked: Sequence[Asked], numbers: Sequence[int], left: int) -> set[int]:
    """Of one customer, as one would by hand: day by day the most important, then what brings most, then who came first."""
    found: set[int] = set()
    for begins in (MORNING, EVENING):
        mine = [n for n in numbers if asked[n].begins == begins]
        mine.sort(key=lambda n: (-asked[n].priority, -max(asked[n].share_bp, 1), n))
        found.update(mine[:left])
    return found


@given(
    st.lists(_ASKED, min_size=1, max_size=5),
    st.lists(st.integers(1, 3), min_size=PEOPLE, max_size=PEOPLE),
    st.lists(st.integers(10_000, 90_000), min_size=PEOPLE, max_size=PEOPLE),
)
def test_who_gets_which_is_what_one_would_choose_by_hand(
    asked: list[Asked], left: list[int], order_fen: list[int]
) -> None:
    told = said([entrant(one, left, order_fen) for one in asked])
    for who in range(PEOPLE):
        open_ = [number for number, one in enumerate(asked) if one.is_open[who]]
        free = [number for number in open_ if not asked[number].is_held_out[who]]
        would, does = winners(asked, open_, left[who]), winners(asked, free, left[who])
        for number, one in enumerate(asked):
            if not one.is_open[who]:
                expected = "no_consent"
            elif one.is_held_out[who]:
                expected = "holdout" if number in would else "outranked_by"
            else:
                expected = "" if number in does else "outranked_by"
            assert told[number][who] == expected, (number, who)


def test_one_content_goes_once() -> None:
    asked = Asked(3, 100, (True,) * PEOPLE, (False,) * PEOPLE, MORNING)
    twice = [entrant(asked, [9] * PEOPLE, [1] * PEOPLE, content_key="same") for _ in range(2)]
    assert said(twice) == [[""] * PEOPLE, ["outranked_by"] * PEOPLE]


def test_who_has_another_clock_gets_no_more_than_one_day_leaves() -> None:
    """Days that look like two may be one where they live."""
    asked = [
        Asked(3, 100, (True,) * PEOPLE, (False,) * PEOPLE, begins) for begins in (MORNING, EVENING)
    ]
    both = [entrant(one, [1] * PEOPLE, [1] * PEOPLE) for one in asked]
    assert said(both) == [[""] * PEOPLE] * 2
    for one in both:
        one.has_own_clock[0] = True
    assert said(both) == [[""] * PEOPLE, ["outranked_by", *[""] * (PEOPLE - 1)]]


def test_money_goes_where_it_brings_most_and_as_many_of_the_held_out_would_get_it() -> None:
    """An SMS costs five fen; there are 10 for those who get one, so of six three, were nobody held out."""
    held_out = (False, True, False, True, False, False)
    asked = Asked(3, 100, (True,) * PEOPLE, held_out, MORNING)
    one = entrant(
        asked,
        [9] * PEOPLE,
        [10_000, 20_000, 30_000, 40_000, 50_000, 60_000],
        ways=(Way(channel="sms", cost_fen=5_000),),
        budget_fen=10,
    )
    assert said([one]) == [["budget", "budget", "budget", "holdout", "", ""]]


def test_a_budget_is_not_spent_on_what_another_has() -> None:
    """The more important mailing has the place, and the money goes to the next."""
    everybody, nobody = (True,) * PEOPLE, (False,) * PEOPLE
    important = Asked(5, 1, (True, *nobody[1:]), nobody, MORNING)
    costly = Asked(3, 100, everybody, nobody, MORNING)
    left, orders = [1] * PEOPLE, [90_000, *range(10_000, 60_000, 10_000)]
    told = said(
        [
            entrant(costly, left, orders, ways=(Way(channel="sms", cost_fen=1_000),), budget_fen=2),
            entrant(important, left, orders),
        ]
    )
    assert told[1][0] == ""
    assert told[0] == ["outranked_by", "budget", "budget", "budget", "", ""]


def test_what_costs_and_tires_more_than_it_brings_does_not_go_on_a_budget() -> None:
    asked = Asked(3, 100, (True,) * PEOPLE, (False,) * PEOPLE, MORNING)
    way = (Way(channel="sms", cost_fen=5_000),)
    orders = [400, 600, 400, 600, 400, 600]
    assert said([entrant(asked, [9] * PEOPLE, orders, ways=way, budget_fen=1_000)]) == [
        ["no_gain", ""] * 3
    ]
    assert said([entrant(asked, [9] * PEOPLE, orders, ways=way)]) == [[""] * PEOPLE]
