"""A leaf of every kind, with each aggregate, operator, restriction and window at least once."""

from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from math import ceil
from typing import Any

from huitou.segment.rules import traits
from tests.rooms.segment.random_rules import (
    CATEGORIES,
    COMPARISONS,
    DAYS,
    EVENT_TYPES,
    NUMBERS,
    TEXTS,
    UNITS,
)

WINDOWS: list[dict[str, Any]] = [
    {"ever": True},
    {"last_days": 90},
    {"from": "2026-01-01", "to": "2026-08-31"},
    {"from": "2026-06-15"},
    {"to": "2026-06-15"},
]
PURCHASES: list[dict[str, Any]] = [
    {},
    {"category": ["dairy"]},
    {"category": ["dairy", "unknown"]},
    {"sku": ["M1"]},
    {"unit": ["region-1", "mall"]},
    {"channel": ["pos"]},
    {"category": ["bakery"], "sku": ["B1", "X9"], "unit": ["hq"], "channel": ["pos", "mall"]},
]
EVENTS: list[dict[str, Any]] = [
    {},
    {"category": CATEGORIES[:2]},
    {"sku": ["M1", "X9"]},
    {"unit": ["region-1"]},
]
VALUES = {
    "count": [1, 2, 4],
    "sum_fen": [100, 500, 2000],
    "quantity": [1000, 4000, 9000],
    "days_since_last": [1, 60, 150],
}


def conditions() -> Iterator[dict[str, Any]]:
    yield from _purchases()
    yield from _events()
    yield from _sequences()
    yield from _nths()
    yield from _anniversaries()
    yield from _traits()
    for tag in ("vip", "price-sensitive"):
        yield {"kind": "tag", "name": tag}
    for channel in ("wecom", "sms"):
        for purpose in ("marketing", "service"):
            yield {"kind": "consent", "channel": channel, "purpose": purpose}
    for share in (0.0, 0.1, 0.5, 1.0):
        yield {"kind": "sample", "share": share, "salt": "q4"}


def _purchases() -> Iterator[dict[str, Any]]:
    ops = cycle(COMPARISONS)
    windows = cycle(WINDOWS)
    for agg, values in VALUES.items():
        for where in PURCHASES:
            leaf = {"kind": "purchase", "agg": agg, "where": where, "window": next(windows)}
            yield {**leaf, **_tested(next(ops), values)}


def _events() -> Iterator[dict[str, Any]]:
    ops = cycle(COMPARISONS)
    windows = cycle(WINDOWS)
    for agg in ("count", "days_since_last"):
        for type_ in EVENT_TYPES:
            for where in EVENTS:
                if type_ in ("order.reviewed", "link.opened") and {"sku", "category"} & set(where):
                    continue
                leaf = {"kind": "event", "type": type_, "agg": agg, "where": where}
                yield {**leaf, "window": next(windows), **_tested(next(ops), VALUES[agg])}


def _sequences() -> Iterator[dict[str, Any]]:
    windows = cycle(WINDOWS)
    for first in ("product.viewed", "order.paid"):
        for follower in ("cart.added", "order.paid"):
            for word in ("then", "then_not"):
                for where in (EVENTS[0], EVENTS[1]):
                    yield {
                        "kind": "sequence",
                        "first": {"type": first, "where": where},
                        word: {"type": follower, "where": EVENTS[3] if where else {}},
                        "within_days": 10,
                        "window": next(windows),
                    }


def _nths() -> Iterator[dict[str, Any]]:
    windows = cycle(WINDOWS)
    for type_ in ("product.viewed", "order.paid"):
        for n in (1, 2, -1, -2):
            for where in EVENTS[:3]:
                leaf = {"kind": "nth", "type": type_, "n": n, "where": where}
                yield {**leaf, "window": next(windows)}


def _anniversaries() -> Iterator[dict[str, Any]]:
    for of in ("joined", "first_paid"):
        for low, high in ((0, 0), (0, 200), (-200, -1), (-30, 300)):
            for years in ({}, {"years": 1}):
                leaf = {"kind": "anniversary", "of": of, "from_days": low, "to_days": high}
                yield {**leaf, **years}


def _traits() -> Iterator[dict[str, Any]]:
    """Each trait with some operators; together those of a type are all there."""
    ops = {kind.type: cycle(kind.ops) for kind in traits.BUILT_IN.values()}
    alike = Counter(kind.type for kind in traits.BUILT_IN.values())
    for name, kind in traits.BUILT_IN.items():
        for _ in range(ceil(len(kind.ops) / alike[kind.type])):
            op = next(ops[kind.type])
            yield {"kind": "trait", "name": name, "op": op, **_value(name, kind.type, op)}
    yield {"kind": "trait", "name": "tier", "op": "=", "value": "gold"}


def _tested(op: str, values: list[int]) -> dict[str, Any]:
    return {"op": op, "value": values[:2] if op == "between" else values[1]}


def _value(name: str, type_: str, op: str) -> dict[str, Any]:
    if op in ("known", "unknown"):
        return {}
    if type_ == "flag":
        return {"value": True}
    if type_ in ("number", "money", "days"):
        choices: list[Any] = sorted(NUMBERS.get(name, DAYS))[1:]
    else:
        choices = UNITS[1:] if name == "home_unit" else TEXTS[name]
    if op in ("between", "in", "not_in", "contains", "not_contains"):
        return {"value": choices[:2]}
    return {"value": choices[0]}
