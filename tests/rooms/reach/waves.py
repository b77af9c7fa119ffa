"""Small random waves for the tests of arbitration, and what a patient clerk makes of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from hypothesis import strategies as st

from huitou.reach.rules.limits import budget, cap, capacity
from huitou.reach.types.arbitration import NONE, Ints, Limit, Messages, Options, Wave

CHANNELS = 3
COLUMNS = Messages.__dataclass_fields__


def columns(rows: Sequence[Sequence[int]], width: int) -> list[Ints]:
    return list(np.array(rows, np.int64).reshape(len(rows), width).T)


@st.composite
def waves(draw: st.DrawFn, *, most: int, priorities: int = 1) -> Wave:
    """Few customers, so that everything collides; small whole values, so that there are ties."""
    customers = draw(st.integers(1, 4))
    number = st.integers
    rows = draw(
        st.lists(
            st.tuples(
                number(0, customers - 1),
                number(1, priorities),
                number(0, 1),
                number(0, 2),
                number(0, 3),
            ),
            max_size=most,
        )
    )
    keys = draw(st.permutations(range(len(rows))))
    customer, priority, window, more, fatigue = columns(rows, 5)
    messages = Messages(
        np.array(keys, np.int64), customer, priority, window, window + more, fatigue.astype(float)
    )
    way = st.tuples(number(0, 30), number(0, 6))
    ways = draw(
        st.lists(
            st.dictionaries(number(0, CHANNELS - 1), way, max_size=CHANNELS),
            min_size=len(rows),
            max_size=len(rows),
        )
    )
    flat = [(at, channel, *each[channel]) for at, each in enumerate(ways) for channel in each]
    of, channel, value, cost = columns(flat, 4)
    options = Options(of, channel, value.astype(float), cost)
    return Wave(messages, options, draw(limits(messages, options, customers)), draw(number(0, 2)))


@st.composite
def limits(draw: st.DrawFn, messages: Messages, options: Options, customers: int) -> list[Limit]:
    of, channel = options.message, options.channel
    customer = messages.customer[of]

    def rooms(count: int, most: int) -> Ints:
        drawn = draw(st.lists(st.integers(0, most), min_size=count, max_size=count))
        return np.array(drawn, np.int64)

    known = [
        cap("day", customer, rooms(customers, 3)),
        cap("wecom", np.where(channel == 0, customer, NONE), rooms(customers, 1)),
        budget("money", np.where(channel == 1, 0, NONE), options.cost_fen, rooms(1, 15)),
        budget("campaign", of % 2, np.ones_like(of), rooms(2, 4)),
        capacity("associate", np.where(channel == 0, customer % 2, NONE), rooms(2, 2)),
    ]
    return [limit for limit in known if draw(st.booleans())]


def kept(wave: Wave, rows: Ints) -> tuple[Wave, Ints]:
    """The wave with these messages only, which rise, and which options those are."""
    options = wave.options
    ways = np.flatnonzero(np.isin(options.message, rows))
    return Wave(
        Messages(**{name: getattr(wave.messages, name)[rows] for name in COLUMNS}),
        Options(
            np.searchsorted(rows, options.message[ways]),
            options.channel[ways],
            options.value_fen[ways],
            options.cost_fen[ways],
        ),
        [replace(each, group=each.group[ways], use=each.use[ways]) for each in wave.limits],
        wave.per_window,
    ), ways


def every_limit(wave: Wave) -> list[dict[int, tuple[int, int, int]]]:
    """As words: each limit as option → (group, use, room); the wave's own two as well."""
    of, messages = wave.options.message, wave.messages
    seats = list(zip(messages.customer.tolist(), messages.window.tolist(), strict=True))
    places = sorted(set(seats))
    told = [
        {
            row: (int(limit.group[row]), int(limit.use[row]), int(limit.room[limit.group[row]]))
            for row in range(len(of))
            if limit.group[row] != NONE
        }
        for limit in wave.limits
    ]
    told.append({row: (int(message), 1, 1) for row, message in enumerate(of)})
    told.append(
        {row: (places.index(seats[m]), 1, wave.per_window) for row, m in enumerate(of.tolist())}
    )
    return told


def one_by_one(wave: Wave, order: Iterable[int]) -> list[int]:
    """What a clerk lets in who looks at options in this order."""
    known = every_limit(wave)
    used: list[dict[int, int]] = [{} for _ in known]
    taken = []
    for row in order:
        held = [
            (so_far, *limit[row]) for so_far, limit in zip(used, known, strict=True) if row in limit
        ]
        if all(so_far.get(group, 0) + use <= room for so_far, group, use, room in held):
            taken.append(row)
            for so_far, group, use, _ in held:
                so_far[group] = so_far.get(group, 0) + use
    return taken


def by_brute_force(wave: Wave) -> float:
    """The most that any assignment brings."""
    worth, of = wave.worth_fen, wave.options.message.tolist()
    ways = [
        [NONE, *(row for row, message in enumerate(of) if message == each)]
        for each in range(len(wave.messages.key))
    ]
    best = 0.0
    for rows in product(*ways):
        some = [row for row in rows if row != NONE]
        brings = float(worth[some].sum())
        if brings > best and len(one_by_one(wave, some)) == len(some):
            best = brings
    return best
