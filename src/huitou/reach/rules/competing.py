"""Mailings that are decided about together: who gets which, where a customer has no room for all or money does not
suffice. Pure.

Only those compete whom at least two mailings may reach, and all of a mailing that has a budget; others just go. The control
group is drawn among those who would have won: whoever is held out competes apart, with all that reaches the same customers, for
as much money as there would be for so many. Their places and money are left to the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from huitou.reach.rules import limits
from huitou.reach.rules.arbitrating import arbitrate
from huitou.reach.rules.crowds import NUMBER, Chosen, first_open
from huitou.reach.types.arbitration import (
    NONE,
    REASONS,
    Floats,
    Limit,
    Messages,
    Options,
    Wave,
)
from huitou.reach.types.mailings import Ints, MailingPlan, Mask, Room

_THOUSANDTHS = 1_000
"""A message costs a few fen and prices are by the thousand: the competition counts in thousandths of a fen."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """A mailing that takes part; a row a candidate in each array, a row a way in `codes` (0: open) and `rooms`.

    `has_own_clock`: their days may begin at other moments than those of the rooms. `order_fen`: an average order;
    `fatigue_fen`: what one more message to them is said to cost.
    """

    plan: MailingPlan
    ordinals: Ints
    codes: NDArray[np.int8]
    rooms: Sequence[Sequence[Room]]
    has_own_clock: Mask
    held_out: Mask
    order_fen: Floats
    fatigue_fen: Floats


@dataclass(frozen=True, slots=True)
class _Field:
    """What competes: a row an option, which is a way (`way`) of a candidate (`place`) of an entrant; and a row a message."""

    entrant: Ints
    way: Ints
    place: Ints
    message: Ints
    of_entrant: Ints
    of_place: Ints
    is_contested: Mask

    def places_of(self, number: int) -> Ints:
        """Of an entrant's messages."""
        found: Ints = self.of_place[self.of_entrant == number]
        return found


def compete(entrants: Sequence[Entrant]) -> list[Chosen]:
    """The way of each candidate of each entrant, and why none. Those who came first win a tie.

    O(options log options), options being those of contested customers and of mailings with a budget.
    """
    chosen = [first_open(one.codes) for one in entrants]
    field = _field(entrants, chosen)
    held_out = np.concatenate([one.held_out for one in entrants])
    for one, own in zip(entrants, chosen, strict=True):
        own.code[(own.code == 0) & one.held_out] = NUMBER["holdout"]
    if not len(field.message):
        return chosen
    starts = np.cumsum([0, *(len(one.ordinals) for one in entrants)])
    is_out = held_out[starts[field.of_entrant] + field.of_place]
    wave = _wave(entrants, field)
    option = np.full(len(is_out), NONE, np.int64)
    reason = np.zeros(len(is_out), np.int64)
    beside = np.isin(wave.messages.customer, wave.messages.customer[is_out])
    for is_about, takes_part in ((is_out, beside), (~is_out, ~is_out)):
        if is_about.any():
            rows = np.flatnonzero(takes_part[field.message])
            budgets = _budgets(entrants, field, takes_part, ~is_out)
            part = _part(replace(wave, limits=(*budgets, *wave.limits)), rows)
            said = arbitrate(part, is_bound_sure=False)
            option[is_about] = np.append(rows, NONE)[said.option[is_about]]
            reason[is_about] = said.reason[is_about]
    _tell(chosen, field, option, reason, is_out)
    return chosen


def _field(entrants: Sequence[Entrant], chosen: Sequence[Chosen]) -> _Field:
    """Where money is short every way is an option; else the first that is open, as the operator ordered them."""
    is_open = [(one.codes == 0).any(axis=0) for one in entrants]
    contested = _contested([one.ordinals[own] for one, own in zip(entrants, is_open, strict=True)])
    columns: list[tuple[Ints, ...]] = []
    messages = 0
    of_place, crowded = [], []
    for number, one in enumerate(entrants):
        is_crowded = is_open[number] & np.isin(one.ordinals, contested, assume_unique=True)
        has_budget = one.plan.budget_fen is not None
        takes_part = is_open[number] if has_budget else is_crowded
        places = np.flatnonzero(takes_part)
        if has_budget:
            ways, at = np.nonzero((one.codes == 0) & takes_part)
        else:
            ways, at = chosen[number].way[places], places
        message = messages + np.searchsorted(places, at)
        columns.append((np.full(len(at), number), ways, at, message))
        of_place.append(places)
        crowded.append(is_crowded[at])
        messages += len(places)
    entrant, way, place, message = (np.concatenate(column) for column in zip(*columns, strict=True))
    of_entrant = np.repeat(np.arange(len(entrants)), [len(places) for places in of_place])
    return _Field(
        entrant, way, place, message, of_entrant, np.concatenate(of_place), np.concatenate(crowded)
    )


def _contested(reached: Sequence[Ints]) -> Ints:
    """Whom more than one may reach."""
    ordinals, counts = np.unique(np.concatenate(reached), return_counts=True)
    found: Ints = ordinals[counts > 1]
    return found


def _wave(entrants: Sequence[Entrant], field: _Field) -> Wave:
    """The same as a competition, money aside."""
    customer, fatigue, priority = (
        np.concatenate([column[field.places_of(n)] for n, column in enumerate(columns)])
        for columns in (
            [one.ordinals for one in entrants],
            [one.fatigue_fen * _THOUSANDTHS for one in entrants],
            [np.full(len(one.ordinals), one.plan.priority) for one in entrants],
        )
    )
    count = len(customer)
    zeros = np.zeros(count, np.int64)
    return Wave(
        Messages(np.arange(count), customer, priority, zeros, zeros, fatigue),
        _options(entrants, field, fatigue),
        tuple(_rooms(entrants, field, customer)),
        per_window=len(entrants),
    )


def _options(entrants: Sequence[Entrant], field: _Field, fatigue: Floats) -> Options:
    """Nothing is too little worth for a mailing without a budget: its operator said that it goes."""
    value = np.empty(len(field.message))
    cost = np.empty(len(field.message), np.int64)
    for number, one in enumerate(entrants):
        mine = field.entrant == number
        ways = one.plan.ways
        share = np.array([way.share_bp / 10_000 for way in ways])[field.way[mine]]
        cost[mine] = np.array([way.cost_fen for way in ways])[field.way[mine]]
        value[mine] = one.order_fen[field.place[mine]] * share * _THOUSANDTHS
        if one.plan.budget_fen is None:
            least = cost[mine] + fatigue[field.message[mine]] + 1.0
            value[mine] = np.maximum(value[mine], least)
    return Options(field.message, field.way.astype(np.int64), value, cost)


def _budgets(
    entrants: Sequence[Entrant], field: _Field, takes_part: Mask, is_free: Mask
) -> list[Limit]:
    """What there is to spend on the messages that take part, in proportion to those who are free to get one."""
    found = []
    for number, one in enumerate(entrants):
        if one.plan.budget_fen is None:
            continue
        cost = np.array([way.cost_fen for way in one.plan.ways])
        mine = field.entrant == number
        use = np.where(mine, cost[np.where(mine, field.way, 0)], 0)
        own = field.of_entrant == number
        count, free = int((own & takes_part).sum()), int((own & is_free).sum())
        room = one.plan.budget_fen * _THOUSANDTHS * count // max(free, 1)
        found.append(limits.budget("budget", np.where(mine, 0, NONE), use, np.array([room])))
    return found


def _rooms(entrants: Sequence[Entrant], field: _Field, customer: Ints) -> list[Limit]:
    """What the caps leave each contested customer, and each content once.

    Rolling windows around different moments, and days of who has a clock of their own, are taken for one: whoever has room for more
    than that is asked about one by one afterwards.
    """
    parts: dict[object, list[tuple[Ints, Ints, Ints]]] = {}
    for number, one in enumerate(entrants):
        for way, rooms in enumerate(one.rooms):
            mine = (field.entrant == number) & (field.way == way) & field.is_contested
            rows = np.flatnonzero(mine)
            at = field.place[rows]
            for room in rooms:
                begins = 0 if room.begins is None else int(room.begins.timestamp())
                window = np.where(one.has_own_clock[at], 0, begins)
                parts.setdefault((room.cap, room.of), []).append((rows, window, room.left[at]))
            once = np.ones(len(rows), np.int64)
            parts.setdefault(one.plan.content_key, []).append((rows, 0 * once, once))
    found = []
    for part in parts.values():
        rows, window, left = (np.concatenate(column) for column in zip(*part, strict=True))
        _, windows = np.unique(window, return_inverse=True)
        seats = customer[field.message[rows]] * (int(windows.max(initial=0)) + 1) + windows
        known, seat = np.unique(seats, return_inverse=True)
        room_of = np.full(len(known), np.iinfo(np.int64).max)
        np.minimum.at(room_of, seat, left)
        # Where no more want a place than there are, nobody competes.
        is_short = np.bincount(seat) > room_of
        group = np.full(len(field.message), NONE)
        group[rows] = np.where(is_short, np.cumsum(is_short) - 1, NONE)[seat]
        if is_short.any():
            found.append(limits.cap("cap", group, room_of[is_short]))
    return found


def _part(wave: Wave, rows: Ints) -> Wave:
    """The same with these options only."""
    options = wave.options
    return Wave(
        wave.messages,
        Options(
            options.message[rows],
            options.channel[rows],
            options.value_fen[rows],
            options.cost_fen[rows],
        ),
        tuple(
            Limit(one.name, one.kind, one.group[rows], one.use[rows], one.room)
            for one in wave.limits
        ),
        wave.per_window,
    )


def _tell(
    chosen: Sequence[Chosen], field: _Field, option: Ints, reason: Ints, is_out: Mask
) -> None:
    """Write down what became of the messages."""
    said = np.array([NUMBER.get(one, 0) for one in REASONS], np.int8)
    goes = option != NONE
    way = np.append(field.way, NONE)[option]
    for number, own in enumerate(chosen):
        mine = field.of_entrant == number
        places = field.of_place[mine]
        goes_here = goes[mine]
        own.way[places[goes_here]] = way[mine][goes_here]
        won = np.where(is_out[mine], NUMBER["holdout"], 0)
        own.code[places] = np.where(goes_here, won, said[reason[mine]])
