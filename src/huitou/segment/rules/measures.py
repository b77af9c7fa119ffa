"""Figures of everybody as arrays by ordinal, and tests on them, beside the engine.

A customer is a dense number here, so grouping by customer is adding into an array, without hashing:
the engine only picks the rows. A figure is kept, and another number asked of it is one comparison.
What does not fit (text, sets, units, amounts told apart) is asked of the engine as it is.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Literal
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray
from psycopg import sql
from pyroaring import BitMap
from sqlglot import exp

from huitou.base.warehouse.sets import CHUNK, bits_of, of_bits
from huitou.segment.rules import batch
from huitou.segment.rules.figures import figure
from huitou.segment.rules.statement import Statement
from huitou.segment.rules.traits import BUILT_IN
from huitou.segment.types.rule import Context, Event, Leaf, Purchase, Trait

Array = NDArray[Any]
Made = Literal["any", "given", "count", "sum", "last"]
"""What is made of a customer's rows: whether there are any; the only row's value; their number; the
sum, or the latest, of their values."""


@dataclass(frozen=True, slots=True)
class Test:
    """A leaf's test on its figure, and what the placeholders in it stand for."""

    tree: exp.Expr
    values: Mapping[str, Any]

    def holds(self, figures: Array) -> NDArray[np.bool_]:
        """Of each of these figures, none of them NULL."""
        return _holds(self.tree, figures, self.values)

    def without(self) -> bool:
        """Of NULL, the figure of who has no row: false unless the test says what it stands for."""
        default = self.tree.find(exp.Coalesce)
        if default is not None:
            [stands_for] = default.expressions
            return bool(self.holds(np.array([_constant(stands_for, self.values)]))[0])
        return self.is_of_presence and not self.tree.unnest().args.get("negate")

    @property
    def is_of_presence(self) -> bool:
        """Whether it is `IS NULL` or `IS NOT NULL`."""
        return isinstance(self.tree.unnest(), exp.Is)


@dataclass(frozen=True, slots=True)
class Measure:
    """A leaf's figure yet to be made: `question` selects (id), and value where it is looked at."""

    question: batch.Question
    made: Made
    test: Test


@dataclass(frozen=True, slots=True)
class Figures:
    """A figure of everybody: by ordinal, and as packed bits who has one."""

    values: Array
    known: NDArray[np.uint8]

    @property
    def size(self) -> int:
        """In bytes."""
        return int(self.values.nbytes + self.known.nbytes)

    def amended(self, whose: BitMap, columns: Sequence[Array]) -> "Figures":
        """The same with other rows of these customers (`given` ones; rows of others are ignored)."""
        if not whose:
            return self
        asked = bits_of(np.array(whose, np.uint32))
        ids, values = columns
        is_theirs = _has(asked, ids)
        rows = gathered([ids[is_theirs], values[is_theirs]], "given")
        size = max(len(self.values), len(asked) * 8)
        dtype = np.promote_types(self.values.dtype, rows.values.dtype)
        whole = np.zeros(size, dtype)
        whole[: len(self.values)] = self.values
        whole[ids[is_theirs]] = values[is_theirs]
        known = _widened(self.known, size) & ~_widened(asked, size)
        return Figures(whole, known | _widened(rows.known, size))

    def those_who(self, test: Test, *, met: bool) -> BitMap:
        """Whose figure meets the test, or does not."""
        holds = np.packbits(test.holds(self.values), bitorder="little")
        return of_bits(self.known & (holds if met else ~holds))


def key_of(leaf: Leaf) -> bytes | None:
    """The same for leaves that test the same figure; None where it is none for an array."""
    match leaf:
        case Purchase() | Event():
            return msgspec.json.encode(msgspec.structs.replace(leaf, op="=", value=0))
        case Trait(name=name) if name in BUILT_IN and BUILT_IN[name].type in _NUMBERS:
            return name.encode()
    return None


def is_lasting(leaf: Leaf) -> bool:
    """Whether the figure is the same at any moment, though its test may not be."""
    return not isinstance(leaf, Purchase | Event) or leaf.window.last_days is None


def test_of(leaf: Leaf, context: Context, merchant: UUID) -> Test:
    """The leaf's test alone."""
    return _asked(leaf, context, merchant)[1]


def measure(leaf: Leaf, context: Context, merchant: UUID) -> Measure | None:
    """How the leaf is to be asked; None for what is left to the engine."""
    source, test = _asked(leaf, context, merchant)
    is_any = test.is_of_presence or (isinstance(leaf, Purchase | Event) and _is_of_any(leaf))
    if key_of(leaf) is None and not is_any:
        return None
    measured = _measured(source, is_any)
    if measured is None:
        return None
    template, made = measured
    question = batch.filled(template, test.values, "duckdb")
    if made not in ("any", "given"):
        question = replace(question, again=None)
    return Measure(question, made, test)


def gathered(columns: Sequence[Array], made: Made) -> Figures:
    """A figure from its rows; O(rows + customers)."""
    ids = columns[0]
    size = (int(ids.max()) // CHUNK + 1) * CHUNK if len(ids) else 0
    match made:
        case "count":
            values = np.zeros(size, np.int32)
            np.add.at(values, ids, np.int32(1))
        case "sum":
            values = np.zeros(size, np.int64)
            np.add.at(values, ids, columns[1])
        case "last":
            values = np.full(size, np.iinfo(np.int64).min + 1).view(columns[1].dtype)
            np.maximum.at(values, ids, columns[1])
        case _:
            values = np.zeros(size, columns[1].dtype)
            values[ids] = columns[1]
    return Figures(_narrow(values), bits_of(ids))


_NUMBERS = frozenset({"number", "money", "days"})
_TEXTS = 1_000


def _is_of_any(leaf: Purchase | Event) -> bool:
    """Whether the test tells a count of nothing from all others."""
    return leaf.agg == "count" and (leaf.op, leaf.value) in {
        (">=", 1), (">", 0), ("!=", 0), ("<", 1), ("<=", 0), ("=", 0),
    }  # fmt: skip


def _asked(leaf: Leaf, context: Context, merchant: UUID) -> tuple[str, Test]:
    """PostgreSQL's query for the figure, and the test."""
    statement = Statement(context, is_copy=True)
    asked = figure(statement, leaf)
    test = asked.test(sql.Identifier("value")).as_string(None)
    return asked.source.as_string(None), Test(_parsed(test), batch.values_of(statement, merchant))


@lru_cache(maxsize=_TEXTS)
def _parsed(test: str) -> exp.Expr:
    return batch.parsed(test)


@lru_cache(maxsize=_TEXTS)
def _measured(source: str, is_any: bool) -> tuple[batch.Question, Made] | None:
    """The rows that a query of (id, value) makes its figures of, and what it makes of them."""
    tree = batch.parsed(source)
    assert isinstance(tree, exp.Select), source
    ids, value = tree.expressions
    is_single = tree.args.get("group") is None
    made, rows = _made_of(value.unalias(), is_single=is_single)
    if rows is None:
        return None
    tree.set("group", None)
    made = "any" if is_any else made
    if made == "count" or (made == "any" and not is_single):
        tree.set("expressions", [ids])
        return batch.template_of(tree, "duckdb"), made
    tree.set("expressions", [ids, exp.alias_(rows, "value")])
    names = ["id"] if made == "any" else ["id", "value"]
    tree = exp.select(*names).from_(tree.subquery("q")).where("q.value IS NOT NULL")
    return batch.template_of(tree, "duckdb"), made


def _made_of(value: exp.Expr, *, is_single: bool) -> tuple[Made, exp.Expr | None]:
    """What is made of which column; None of what is not made here."""
    if is_single:
        return "given", value
    while isinstance(value, exp.Cast | exp.Paren):
        value = value.this
    match value:
        case exp.Count(this=exp.Star()):
            return "count", value.this
        case exp.Sum():
            return "sum", value.this
        case exp.Max():
            return "last", value.this
    return "any", None


_COMPARISONS: dict[type[exp.Expr], Callable[[Array, Any], NDArray[np.bool_]]] = {
    exp.EQ: operator.eq,
    exp.NEQ: operator.ne,
    exp.GT: operator.gt,
    exp.GTE: operator.ge,
    exp.LT: operator.lt,
    exp.LTE: operator.le,
}


def _holds(test: exp.Expr, figures: Array, values: Mapping[str, Any]) -> NDArray[np.bool_]:
    """A test in SQL on an array; what it is on stands at the left."""
    match test:
        case exp.Paren(this=inner):
            return _holds(inner, figures, values)
        case exp.And(this=left, expression=right):
            return _holds(left, figures, values) & _holds(right, figures, values)
        case exp.Or(this=left, expression=right):
            return _holds(left, figures, values) | _holds(right, figures, values)
        case exp.Not(this=inner):
            return ~_holds(inner, figures, values)
        case exp.Is():
            return np.full(len(figures), bool(test.args.get("negate")))
        case exp.Between():
            low, high = (_constant(test.args[end], values) for end in ("low", "high"))
            inside: NDArray[np.bool_] = (figures >= low) & (figures <= high)
            return inside
        case exp.EQ(expression=exp.Any(this=given)):
            return np.isin(figures, _constant(given, values))
        case exp.NEQ(expression=exp.Anonymous(expressions=[given])):
            return ~np.isin(figures, _constant(given, values))
    found: NDArray[np.bool_] = _COMPARISONS[type(test)](figures, _constant(test.expression, values))
    return found


def _constant(node: exp.Expr, values: Mapping[str, Any]) -> Any:
    """What a constant in SQL is to an array."""
    while isinstance(node, exp.Cast | exp.Paren):
        node = node.this
    if not isinstance(node, exp.Placeholder):
        return node.to_py()
    value = values[node.name]
    if isinstance(value, datetime):
        return np.datetime64(value.astimezone(UTC).replace(tzinfo=None), "us")
    return np.datetime64(value, "D") if isinstance(value, date) else value


def _has(bits: NDArray[np.uint8], ordinals: Array) -> NDArray[np.bool_]:
    """Whether each of these is in packed bits."""
    mask = np.zeros((int(ordinals.max(initial=0)) // CHUNK + 1) * CHUNK, bool)
    given = np.unpackbits(bits, bitorder="little").view(bool)[: len(mask)]
    mask[: len(given)] = given
    return mask[ordinals]


def _widened(bits: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    return np.pad(bits, (0, size // 8 - len(bits)))


def _narrow(values: Array) -> Array:
    """The same in half the memory where it fits."""
    bounds = np.iinfo(np.int32)
    if values.dtype != np.int64 or not len(values):
        return values
    fits = bounds.min <= values.min() and values.max() <= bounds.max
    return values.astype(np.int32) if fits else values
