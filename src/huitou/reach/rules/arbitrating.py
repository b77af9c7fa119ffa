"""Which messages go when there is not room for all. Pure.

Priorities first: what is planned at a higher priority, in any window and at any customer, has its places and its money before
anything lower is looked at. Within one priority the sum of what messages are expected to bring, less what they
cost and tire, is made as great as can be: prices for what customers share (`clearing`), then exactly, option by
option in the order of what is left at these prices, each that still fits (`admitting`). So nothing is ever over a
limit, and nothing that still fits is left over. Where the prices prove no good assignment, the order of worth and the order of
arrival are tried as well, so that neither is ever better; a few messages are searched through (`searching`).

Whoever does not go is put off to the next window until the last one. The outcome is the same whatever order messages, options
and limits' groups are given in. Time is that of sorting the options: some seconds for a million messages.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from huitou.reach.rules.admitting import admit, by_falling, take
from huitou.reach.rules.clearing import clear
from huitou.reach.rules.field import Field, field_of
from huitou.reach.rules.limits import inherent
from huitou.reach.rules.searching import FEW, search
from huitou.reach.rules.verdicts import Verdicts
from huitou.reach.types.arbitration import NONE, Floats, Ints, Limit, Mask, Outcome, Wave

CLOSE = 1e-9
"""Other orders are tried when prices leave more than this part of the bound open."""


def arbitrate(wave: Wave, *, is_bound_sure: bool = True) -> Outcome:
    """What becomes of each message of the wave, which stays as it is. A bound that is not sure takes less time."""
    assert (np.diff(np.sort(wave.messages.key)) > 0).all(), "keys tell messages apart"
    # With a group that nobody is in there is a last one also where nothing is limited.
    limits = [
        replace(limit, room=np.append(limit.room, 0)) for limit in (*inherent(wave), *wave.limits)
    ]
    worth, verdicts = wave.worth_fen, Verdicts(wave, limits)
    total = bound = 0.0
    for rows in _by_priority(wave, worth):
        field = _field(wave, rows, worth, limits)
        taken, most = _settle(field, is_bound_sure=is_bound_sure)
        going = field.rows[taken]
        take(going, limits)
        verdicts.add(rows, worth, going)
        total += float(field.worth[taken].sum())
        bound += most
    return verdicts.outcome(total, bound)


def _by_priority(wave: Wave, worth: Floats) -> Sequence[Ints]:
    """Options that are worth something, the highest priority first, each by customer, key and channel."""
    messages, options = wave.messages, wave.options
    of = options.message
    order = np.lexsort(
        (options.channel, messages.key[of], messages.customer[of], -messages.priority[of])
    )
    order = order[worth[order] > 0.0]
    steps = np.flatnonzero(np.diff(messages.priority[of[order]])) + 1
    return [rows for rows in np.split(order, steps) if len(rows)]


def _field(wave: Wave, rows: Ints, worth: Floats, limits: Sequence[Limit]) -> Field:
    messages, of = wave.messages, wave.options.message[rows]
    return field_of(rows, worth[rows], of, messages.customer[of], messages.key[of], limits)


def _settle(field: Field, *, is_bound_sure: bool) -> tuple[Mask, float]:
    """Which options of one priority go, and the most that any could bring."""
    cleared = clear(field, is_bound_sure=is_bound_sure)
    keyed = np.argsort(field.key, kind="stable")
    best, best_fen = _in_order(field, by_falling(cleared.reduced, keyed))
    if cleared.bound - best_fen > CLOSE * cleared.bound:
        dearest = by_falling(field.worth, keyed)
        arrived = dearest[np.argsort(field.key[dearest], kind="stable")]
        for order in (dearest, arrived):
            taken, worth_fen = _in_order(field, order)
            if worth_fen > best_fen:
                best, best_fen = taken, worth_fen
    if np.count_nonzero(np.diff(field.message, prepend=NONE)) <= FEW:
        best = search(field, cleared, best)
        return best, float(field.worth[best].sum())
    return best, cleared.bound


def _in_order(field: Field, order: Ints) -> tuple[Mask, float]:
    """Who gets in, and what they bring."""
    taken = admit(order, field.limits, field.rooms)
    return taken, float(field.worth[taken].sum())
