"""Whether an outcome keeps to its wave: written apart from the rules, from what the types promise."""

from collections import Counter

import numpy as np

from huitou.reach.types.arbitration import FATES, NONE, REASONS, Ints, Limit, Mask, Outcome, Wave


def faults(wave: Wave, outcome: Outcome) -> Counter[str]:
    """What is wrong, and how often; nothing if all is well."""
    options = wave.options
    goes = outcome.option != NONE
    chosen = outcome.option[goes]
    found: Counter[str] = Counter()
    found["another's option"] = int((options.message[chosen] != np.flatnonzero(goes)).sum())
    found["no gain"] = int((wave.worth_fen[chosen] <= 0).sum())
    if not np.isclose(wave.worth_fen[chosen].sum(), outcome.worth_fen):
        found["sum"] += 1
    if outcome.worth_fen > outcome.bound_fen * (1 + 1e-9) + 1e-6:
        found["over the bound"] += 1
    short = np.zeros(len(options.message), np.bool_)
    for limit in (*wave.limits, _window(wave)):
        found[f"over {limit.name}"] = int((_used(limit, chosen) > limit.room).sum())
        short |= _lacks(limit, chosen)
    waits = ~goes[options.message]
    found["left over"] = int((waits & ~short & (wave.worth_fen > 0)).sum())
    _check_fates(wave, outcome, found)
    _check_reasons(wave, outcome, found)
    return +found


def _check_fates(wave: Wave, outcome: Outcome, found: Counter[str]) -> None:
    messages = wave.messages
    for at, fate in enumerate(FATES):
        rows = np.flatnonzero(outcome.fate == at)
        window, due, last = outcome.window[rows], messages.window[rows], messages.last_window[rows]
        if fate == "chosen":
            wrong = (outcome.option[rows] == NONE) | (window != due)
        elif fate == "deferred":
            wrong = (outcome.option[rows] != NONE) | (window != due + 1) | (window > last)
        else:
            wrong = (outcome.option[rows] != NONE) | (window != NONE) | (due < last)
        found[f"wrongly {fate}"] = int(wrong.sum())


def _check_reasons(wave: Wave, outcome: Outcome, found: Counter[str]) -> None:
    messages, options = wave.messages, wave.options
    goes = outcome.option != NONE
    chosen = outcome.option[goes]
    is_told: dict[str, Mask] = {reason: outcome.reason == at for at, reason in enumerate(REASONS)}
    gains = np.zeros(len(goes), np.bool_)
    gains[options.message[wave.worth_fen > 0]] = True
    found["wrong none"] = int((is_told["none"] != goes).sum())
    found["wrong no_gain"] = int((is_told["no_gain"] != ~gains).sum())
    rows = np.flatnonzero(is_told["outranked_by"])
    by = outcome.by[rows]
    is_right = (by != NONE) & (by != rows) & goes[by]
    is_right &= messages.customer[by] == messages.customer[rows]
    is_right &= messages.priority[by] >= messages.priority[rows]
    has_no_place = np.zeros(len(goes), np.bool_)
    for limit in (*wave.limits, _window(wave)):
        if limit.kind == "own":
            has_no_place[options.message[_lacks(limit, chosen)]] = True
    is_right &= has_no_place[rows]
    found["wrong outranked_by"] = int((~is_right).sum())
    is_shut = is_told["cap"] & (outcome.limit == NONE)
    if wave.per_window > 0:
        found["wrong cap"] = int(is_shut.sum())
    for reason, kind in (("cap", "own"), ("budget", "budget"), ("capacity", "capacity")):
        rest = is_told[reason] & ~is_shut
        for at, limit in enumerate(wave.limits):
            lacks = np.zeros(len(goes), np.bool_)
            lacks[options.message[_lacks(limit, chosen)]] = limit.kind == kind
            rest &= ~(lacks & (outcome.limit == at))
        found[f"wrong {reason}"] += int(rest.sum())


def _window(wave: Wave) -> Limit:
    """A place for so many messages in each customer's window."""
    of, messages = wave.options.message, wave.messages
    groups: dict[tuple[int, int], int] = {}
    seats = zip(messages.customer.tolist(), messages.window.tolist(), strict=True)
    group = np.array([groups.setdefault(seat, len(groups)) for seat in seats], np.int64)[of]
    room = np.full(len(groups), wave.per_window, np.int64)
    return Limit("window", "own", group, np.ones_like(group), room)


def _used(limit: Limit, rows: Ints) -> Ints:
    """How much of each group's room these options take."""
    used = np.zeros(len(limit.room), np.int64)
    rows = rows[limit.group[rows] >= 0]
    np.add.at(used, limit.group[rows], limit.use[rows])
    return used


def _lacks(limit: Limit, chosen: Ints) -> Mask:
    """Which options do not fit beside the chosen ones."""
    lacks = np.zeros(len(limit.group), np.bool_)
    rows = np.flatnonzero(limit.group >= 0)
    left = limit.room - _used(limit, chosen)
    lacks[rows] = limit.use[rows] > left[limit.group[rows]]
    return lacks
