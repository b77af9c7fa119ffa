"""Who competes at one priority, arranged so that whole columns can be looked at. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from huitou.reach.rules.limits import cap
from huitou.reach.types.arbitration import NONE, Floats, Ints, Limit, Mask


@dataclass(frozen=True, slots=True)
class Field:
    """Options by customer, then by their messages' keys, then by channel, whatever order they were given in. Each is worth
    something and would fit by itself.

    `rows` says which options of the wave they are, `customer` to which of the field's customers each goes,
    `starts` where a customer begins. `own` and `shared` are the limits with a
    row an option of the field and the room that is left; `places` is how many messages any customer can get at most.
    """

    rows: Ints
    worth: Floats
    message: Ints
    customer: Ints
    starts: Ints
    key: Ints
    own: Sequence[Limit]
    shared: Sequence[Limit]
    places: int

    @property
    def limits(self) -> list[Limit]:
        return [*self.own, *self.shared]

    @property
    def rooms(self) -> list[Ints]:
        return [limit.room for limit in self.limits]


def field_of(
    rows: Ints, worth: Floats, message: Ints, customer: Ints, key: Ints, limits: Sequence[Limit]
) -> Field:
    """Of these options, which stand by customer, key and channel; the other columns have a row for each of them, and
    limits have a row for every option of the wave and the room that is left."""
    fits = np.ones(len(rows), np.bool_)
    for limit in limits:
        group = limit.group[rows]
        fits &= (group == NONE) | (limit.use[rows] <= limit.room[group])
    rows, worth, message = rows[fits], worth[fits], message[fits]
    customer, key = customer[fits], key[fits]
    begins = np.diff(customer, prepend=NONE) != 0
    dense, starts = np.cumsum(begins) - 1, np.flatnonzero(begins)
    narrowed = [_narrowed(limit, rows) for limit in limits]
    own = [limit for limit in narrowed if limit.kind == "own"]
    shared = [limit for limit in narrowed if limit.kind != "own" and _can_bind(limit)]
    places = _places(own, dense, starts)
    if places == 1:
        # Then this says all that they say, since each option fits by itself.
        own = [cap("customer", dense, np.ones(len(starts), np.int64))]
    return Field(rows, worth, message, dense, starts, key, own, shared, places)


def choose(field: Field, worth: Floats, own: Sequence[Limit]) -> Ints:
    """What each customer gets when only `own` limits count: the best first, then the next best that still fits.

    It is the best set where limits are nested (a message in a window in a customer's day), because nested limits make
    a matroid; with others, such as a channel's, it is a good one.
    """
    if not len(worth):
        return np.empty(0, np.int64)
    lengths = np.diff(field.starts, append=len(worth))
    left = [limit.room.copy() for limit in own]
    found: list[Ints] = []
    for _ in range(field.places):
        best = np.maximum.reduceat(worth, field.starts)
        picked = np.flatnonzero((worth == np.repeat(best, lengths)) & (worth > 0.0))
        picked = picked[np.diff(field.customer[picked], prepend=NONE) != 0]
        if not len(picked):
            break
        found.append(picked)
        if len(found) == field.places:
            break
        worth = worth.copy()
        worth[picked] = -np.inf
        for limit, room in zip(own, left, strict=True):
            gone = picked[limit.group[picked] != NONE]
            np.subtract.at(room, limit.group[gone], limit.use[gone])
            worth[(limit.group != NONE) & (limit.use > room[limit.group])] = -np.inf
    return np.concatenate(found) if found else np.empty(0, np.int64)


def crossing(field: Field) -> tuple[list[Limit], list[Limit]]:
    """The own limits under which `choose` is exact (the wave's own two, and caps that count all that a customer gets), and
    the others that can bind."""
    if field.places <= 1:
        return list(field.own), []
    message, window, *others = field.own
    nested = [limit for limit in others if _counts_all(limit, field.starts)]
    return [message, window, *nested], [
        limit for limit in others if _can_bind(limit) and not _counts_all(limit, field.starts)
    ]


def _narrowed(limit: Limit, rows: Ints) -> Limit:
    """For these options; with only the groups that they are in where there are many others."""
    group, use, room = limit.group[rows], limit.use[rows], limit.room
    if len(rows) * 4 < len(room):
        known = np.unique(group[group != NONE])
        group = np.where(group == NONE, NONE, np.searchsorted(known, group))
        room = np.append(room[known], 0)
    return Limit(limit.name, limit.kind, group, use, room)


def _can_bind(limit: Limit) -> bool:
    """Whether all of them together are more than fits."""
    limited = limit.group != NONE
    asked = np.zeros(len(limit.room), np.int64)
    np.add.at(asked, limit.group[limited], limit.use[limited])
    return bool((asked > limit.room).any())


def _places(own: Sequence[Limit], customer: Ints, starts: Ints) -> int:
    """The most that any customer can get."""
    if not len(starts):
        return 0
    _, window, *caps = own
    first = np.full(len(window.room), NONE, np.int64)
    first[window.group[::-1]] = np.arange(len(customer))[::-1]
    seats = np.flatnonzero(first != NONE)
    most = np.zeros(len(starts), np.int64)
    np.add.at(most, customer[first[seats]], window.room[seats])
    for limit in caps:
        if _counts_all(limit, starts):
            most = np.minimum(most, limit.room[limit.group[starts]])
    return int(most.max())


def _counts_all(limit: Limit, starts: Ints) -> bool:
    """Whether it has one group for all that a customer may get, each counting one."""
    lengths = np.diff(starts, append=len(limit.group))
    same: Mask = np.repeat(limit.group[starts], lengths) == limit.group
    return bool(same.all()) and bool((limit.group != NONE).all()) and bool((limit.use == 1).all())
