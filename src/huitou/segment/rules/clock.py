"""The clock form of a rule: whose truth changes because time passed.

No due dates are stored. A leaf that asks for the age of something turns at fixed distances from it:
`last_days: 30` when a purchase becomes 30 days old, `days_since_last > 30` when it becomes 31. So
the customers due in (since, until] are those with such a fact in (since - days, until - days], which
an index on the fact's time finds. Who is due is judged again by the live form, so finding somebody
too many does no harm, and overlooking somebody would.

Absolute windows (`from`, `to`) compare a fact with a date and not with now: time does not turn them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from huitou.kernel.time import day_of, day_start
from huitou.segment.rules import ages, parse
from huitou.segment.types.rule import (
    Anniversary,
    Event,
    Leaf,
    Node,
    Nth,
    Purchase,
    Sequence,
    Trait,
)

Source = Literal[
    "purchase",
    "event",
    "seen",
    "created",
    "joined",
    "birth_month",
    "year_joined",
    "year_first_paid",
]
Span = tuple[datetime, datetime]

_YEARS_MAX = 100
_TICK = timedelta(microseconds=1)

_OF_TRAIT: dict[str, Source] = {
    "last_paid_days": "purchase",
    "first_paid_days": "purchase",
    "last_seen_days": "seen",
    "created_days": "created",
    "joined_days": "joined",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """A verdict may change when something of the `source` becomes `days` old: 24 hours each, for
    `joined` days of the calendar. `type` is an event's. `birth_month` turns with the month, `year_…` when an anniversary is
    in so many days."""

    source: Source
    days: int = 0
    type: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """Where to look for the customers who are due: facts in (since, until] by their source, the
    dates of joining in the zone, the months of birth."""

    purchases: list[Span]
    events: dict[str, list[Span]]
    seen: list[Span]
    created: list[Span]
    joined_on: list[date]
    birth_months: list[int]
    zone: str


def turns(tree: Node, rules: Mapping[UUID, Node]) -> set[Turn]:
    """Every way time can change a rule, those it refers to among it."""
    return {turn for leaf in parse.all_leaves(tree, rules) for turn in turns_of_leaf(leaf)}


def is_timeless(leaf: Leaf) -> bool:
    """Whether only facts change the leaf's verdicts, never time alone."""
    return not turns_of_leaf(leaf)


def turns_of_leaf(leaf: Leaf) -> set[Turn]:
    """Every way time can change one leaf (of references: none of their own)."""
    match leaf:
        case Purchase() | Event():
            source = _of_event(leaf.type) if isinstance(leaf, Event) else Turn("purchase")
            days = set() if leaf.window.last_days is None else {leaf.window.last_days}
            if leaf.agg == "days_since_last":
                days |= _crossings(leaf.op, leaf.value)
        case Sequence():
            source = _of_event(leaf.first.type)
            days = set() if leaf.window.last_days is None else {leaf.window.last_days}
            if leaf.then_not is not None:
                days.add(leaf.within_days)
        case Nth():
            source = _of_event(leaf.type)
            days = set() if leaf.window.last_days is None else {leaf.window.last_days}
        case Anniversary():
            source = Turn("year_joined" if leaf.of == "joined" else "year_first_paid")
            days = {leaf.to_days, leaf.from_days - 1}
        case Trait(name="is_birth_month"):
            return {Turn("birth_month")}
        case Trait(name=name) if name in _OF_TRAIT:
            source = Turn(_OF_TRAIT[name])
            days = _crossings(leaf.op, leaf.value)
        case _:
            return set()
    return {Turn(source.source, one, source.type) for one in days}


def _of_event(type_: str) -> Turn:
    """Orders are kept by the order room."""
    return Turn("purchase") if type_ == "order.paid" else Turn("event", 0, type_)


def _crossings(op: str, value: Any) -> set[int]:
    """The whole days at whose completion `days op value` can change."""
    match op:
        case ">=" | "<":
            return {value}
        case ">" | "<=":
            return {value + 1}
        case "between":
            return {value[0], value[1] + 1}
        case "=" | "!=" | "in" | "not_in":
            values = value if isinstance(value, tuple) else (value,)
            return {day for one in values for day in (one, one + 1)}
    return set()


def due(found: Iterable[Turn], since: datetime, until: datetime, zone: str) -> Due:
    """Where to look for those whom these turns change in (since, until]."""
    events: dict[str, list[Span]] = {}
    spans: dict[Source, list[Span]] = {"purchase": [], "seen": [], "created": []}
    joined_on: set[date] = set()
    months: list[int] = []
    for turn in found:
        match turn.source:
            case "birth_month":
                months = _months(day_of(since, zone), day_of(until, zone))
            case "joined":
                joined_on |= _dates(day_of(since, zone), day_of(until, zone), turn.days)
            case "year_joined":
                joined_on |= _anniversaries_of(day_of(since, zone), day_of(until, zone), turn.days)
            case "year_first_paid":
                days = _anniversaries_of(day_of(since, zone), day_of(until, zone), turn.days)
                spans["purchase"] += [_day(day, zone) for day in sorted(days)]
            case "event":
                events.setdefault(turn.type, []).extend(_before(since, until, turn.days))
            case source:
                spans[source] += _before(since, until, turn.days)
    return Due(
        purchases=_merged(spans["purchase"]),
        events={type_: _merged(some) for type_, some in sorted(events.items())},
        seen=_merged(spans["seen"]),
        created=_merged(spans["created"]),
        joined_on=sorted(joined_on),
        birth_months=months,
        zone=zone,
    )


def _before(since: datetime, until: datetime, days: int) -> Iterator[Span]:
    """The span so many days before; none where the calendar ends."""
    try:
        yield since - timedelta(days=days), until - timedelta(days=days)
    except OverflowError:
        return


def _merged(spans: list[Span]) -> list[Span]:
    """The same moments without overlaps."""
    merged: list[Span] = []
    for since, until in sorted(spans):
        if merged and since <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(until, merged[-1][1])
        else:
            merged.append((since, until))
    return merged


def _dates(since: date, until: date, days: int) -> set[date]:
    """The dates that become so many days old with the midnights after `since`, up to `until`."""
    found: set[date] = set()
    for passed in range(1, (until - since).days + 1):
        try:
            found.add(since + timedelta(days=passed) - timedelta(days=days))
        except OverflowError:
            continue
    return found


def _anniversaries_of(since: date, until: date, days: int) -> set[date]:
    """The dates that have an anniversary in so many days, at the midnights after `since`, up to `until`."""
    found: set[date] = set()
    for passed in range(1, (until - since).days + 1):
        on = since + timedelta(days=passed + days)
        for years in range(1, min(_YEARS_MAX, on.year - 1) + 1):
            first, after = (ages.years_before(day, years) for day in (on, on + timedelta(days=1)))
            found.update(first + timedelta(days=n) for n in range((after - first).days))
    return found


def _day(on: date, zone: str) -> Span:
    """A day of the calendar."""
    return day_start(on, zone) - _TICK, day_start(on + timedelta(days=1), zone) - _TICK


def _months(since: date, until: date) -> list[int]:
    """The months that end and begin after `since`, up to `until`; none within a month."""
    passed = (until.year - since.year) * 12 + until.month - since.month
    if not passed:
        return []
    return sorted({(since.month - 1 + ahead) % 12 + 1 for ahead in range(min(passed, 11) + 1)})
