"""Putting figures together. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import date, timedelta
from uuid import UUID

from huitou.attribution.types import Lift, LiftVerdict
from huitou.insight.types import Day, Incremental, Work

_COUNTS = tuple(field.name for field in fields(Work) if field.name not in ("unit_id", "staff_id"))

_SENTENCES: dict[LiftVerdict, tuple[str, str]] = {
    "proven": (
        "已证明有效：与对照组相比确实多消费，置信区间不含 0",
        "Proven: more was spent than in the holdouts, and the interval excludes zero",
    ),
    "harmful": (
        "已证明有负面影响：与对照组相比消费更少",
        "Proven to do harm: less was spent than in the holdouts",
    ),
    "unproven": ("未证明有效", "Not proven"),
}


def joined(parts: Iterable[Work]) -> list[Work]:
    """One line for each unit and associate, counts added."""
    sums: dict[tuple[UUID | None, UUID | None], dict[str, int]] = {}
    for part in parts:
        line = sums.setdefault((part.unit_id, part.staff_id), dict.fromkeys(_COUNTS, 0))
        for name in _COUNTS:
            line[name] += getattr(part, name)
    return [Work(unit, staff, **counts) for (unit, staff), counts in sums.items()]


def total(parts: Iterable[Work]) -> Work:
    """All lines as one."""
    counts = dict.fromkeys(_COUNTS, 0)
    for part in parts:
        for name in _COUNTS:
            counts[name] += getattr(part, name)
    return Work(None, None, **counts)


def combined(lifts: Sequence[Lift]) -> Incremental:
    """What several campaigns added together.

    Half-widths are added, not their squares: the campaigns may share customers, so their errors may
    go the same way, and the sum's interval is then the sum of the intervals.
    """
    measured = [
        (lift.incremental_fen, lift.low_fen, lift.high_fen, lift)
        for lift in lifts
        if lift.incremental_fen is not None
        and lift.low_fen is not None
        and lift.high_fen is not None
    ]
    if not measured:
        return Incremental(None, None, None, "unproven", *_SENTENCES["unproven"], campaigns=0)
    middle, low, high = (sum(part) for part in list(zip(*measured, strict=True))[:3])
    verdict: LiftVerdict = "unproven"
    if len(measured) == 1:
        verdict = measured[0][3].verdict
    elif low > 0:
        verdict = "proven"
    elif high < 0:
        verdict = "harmful"
    return Incremental(middle, low, high, verdict, *_SENTENCES[verdict], campaigns=len(measured))


def series(
    first: date, last: date, sales: Iterable[tuple[date, int, int]], credited: dict[date, int]
) -> list[Day]:
    """Every day from `first` to `last`; `sales` are (day, net fen, orders), several for a day."""
    fens: dict[date, int] = {}
    orders: dict[date, int] = {}
    for day, fen, count in sales:
        fens[day] = fens.get(day, 0) + fen
        orders[day] = orders.get(day, 0) + count
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return [Day(day, fens.get(day, 0), orders.get(day, 0), credited.get(day, 0)) for day in days]
