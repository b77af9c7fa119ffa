"""What each leaf looks at, in SQL: for every customer concerned one figure, and the test on it.

A `Figure` is a query of (id, value), one row a customer, and how to test `value`; customers without
a row have NULL. Purchases read the cheapest table that knows the answer: running totals before
orders, orders before lines. A figure also says which rows it looks at and what it makes of them, so
that many figures over the same rows can be made in one pass (`live`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from psycopg import sql

from huitou.profile.types import SOURCE_TAG
from huitou.segment.rules import ages, sample
from huitou.segment.rules.happenings import (
    BOUGHT,
    HAPPENED,
    PURCHASES,
    events,
    matching_events,
    nth,
    sequence,
)
from huitou.segment.rules.statement import NOTHING, Scan, Sql, Statement
from huitou.segment.rules.trait_figures import shown_trait, source_tag, trait, trait_rows
from huitou.segment.types.rule import (
    Anniversary,
    Consent,
    Event,
    EventMatch,
    Leaf,
    Nth,
    Purchase,
    PurchaseWhere,
    Sample,
    Sequence,
    Tag,
    Trait,
)

Value = Callable[[Sql], Sql]
"""What is made of rows, given ` FILTER (…)` or nothing (columns take no filter)."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a figure is among others over the same rows: of the rows of `scan` those `picked`
    (`AND …`), none of them older than `since`, and of these `value`."""

    scan: Scan
    picked: Sql
    value: Value
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """`part` is None for what needs a query of its own."""

    source: Sql
    test: Callable[[Sql], Sql]
    part: Part | None = None


def figure(statement: Statement, leaf: Leaf) -> Figure:
    """The figure of a leaf (references to segments are expanded by the compiler)."""
    match leaf:
        case Purchase():
            return _purchase(statement, leaf)
        case Event():
            return _event(statement, leaf)
        case Trait():
            source, test = trait(statement, leaf)
            return Figure(source, test, _trait_part(statement, leaf))
        case Tag(name) if name.startswith(SOURCE_TAG):
            return Figure(source_tag(statement, name), _is_known)
        case Tag():
            return _of(statement, _tag(statement, leaf), _is_known)
        case Consent():
            return _of(statement, _consent(statement, leaf), _is_known)
        case Sequence():
            return Figure(sequence(statement, leaf), _is_known)
        case Nth():
            return Figure(nth(statement, leaf), _is_known)
        case Anniversary():
            return _anniversary(statement, leaf)
        case Sample():
            return _sample(statement, leaf)
    raise AssertionError(f"{type(leaf).__name__} has no figure")


def shown(leaf: Leaf, value: Sql) -> Sql:
    """A figure as people read it: not the moment of the last purchase, but the days since."""
    match leaf:
        case Purchase(agg="days_since_last") | Event(agg="days_since_last"):
            return ages.shown_of_moment(value)
        case Trait():
            return shown_trait(leaf, value)
    return value


def _of(statement: Statement, part: Part, test: Callable[[Sql], Sql]) -> Figure:
    """A figure whose own query follows from its part."""
    source = (
        sql.SQL("SELECT " + part.scan.id + " AS id, {} AS value" + part.scan.rows).format(
            part.value(NOTHING)
        )
        + part.picked
        + statement.only(part.scan.id)
    )
    if part.scan.each == "many":
        source += sql.SQL(" GROUP BY " + part.scan.id)
    return Figure(source, test, part)


def _column(text: LiteralString) -> Value:
    return lambda _: sql.SQL(text)


def _aggregate(text: LiteralString) -> Value:
    """`{}` is where the filter goes."""
    return lambda only: sql.SQL(text).format(only)


def _is_known(value: Sql) -> Sql:
    return sql.SQL("({} IS NOT NULL)").format(value)


def _counted(statement: Statement, leaf: Purchase | Event) -> Callable[[Sql], Sql]:
    """The test of an aggregate: nobody's count is 0, nobody's last time is unknown."""

    def test(value: Sql) -> Sql:
        if leaf.agg == "days_since_last":
            return ages.of_moment(statement, value, leaf.op, leaf.value)
        value = sql.SQL("coalesce({}, 0)").format(value)
        return statement.compare(value, leaf.op, leaf.value, "bigint")

    return test


_TOTALS = Scan(
    """ FROM "order".total t WHERE t.merchant_id = %(merchant)s""", "t.customer_id", "one"
)
_CATEGORY_TOTALS = Scan(
    """ FROM "order".category_total t WHERE t.merchant_id = %(merchant)s""",
    "t.customer_id",
    "picked",
)
_LINES = Scan(
    """ FROM "order".line l WHERE l.merchant_id = %(merchant)s AND l.customer_id IS NOT NULL""",
    "l.customer_id",
    "many",
    "l.paid_at",
)
_TAGS = Scan(" FROM profile.tag t WHERE t.merchant_id = %(merchant)s", "t.customer_id", "picked")
_CONSENTS = Scan(
    " FROM profile.consent c WHERE c.merchant_id = %(merchant)s AND c.state = 'given'",
    "c.customer_id",
    "picked",
)
_CUSTOMERS = Scan(" FROM identity.customer c WHERE c.merchant_id = %(merchant)s", "c.id", "one")


def _purchase(statement: Statement, leaf: Purchase) -> Figure:
    is_ever = statement.span(leaf.window) == (None, None)
    where = leaf.where
    test = _counted(statement, leaf)
    if is_ever and where == PurchaseWhere() and leaf.agg in _OF_TOTAL:
        return _of(statement, Part(_TOTALS, NOTHING, _column(_OF_TOTAL[leaf.agg])), test)
    if is_ever and _is_one_category(where) and leaf.agg in _OF_CATEGORY_TOTAL:
        picked = statement.among("t.category_code", where.category)
        value = _column(_OF_CATEGORY_TOTAL[leaf.agg])
        return _of(statement, Part(_CATEGORY_TOTALS, picked, value), test)
    if where.category is None and where.sku is None and leaf.agg in _OF_PURCHASE:
        return _of(statement, _purchases(statement, leaf), test)
    if leaf.agg == "count":
        return _orders_of_lines(statement, leaf, test)
    picked = _matching_lines(statement, leaf)
    value = _aggregate(_OF_LINE[leaf.agg])
    return _of(statement, Part(_LINES, picked, value, statement.span(leaf.window)[0]), test)


def _is_one_category(where: PurchaseWhere) -> bool:
    only_category = where.sku is None and where.unit is None and where.channel is None
    return only_category and where.category is not None and len(where.category) == 1


_OF_TOTAL: dict[str, LiteralString] = {
    "count": "t.order_count",
    "sum_fen": "t.paid_fen",
    "days_since_last": "t.last_paid_at",
}
_OF_CATEGORY_TOTAL: dict[str, LiteralString] = {**_OF_TOTAL, "quantity": "t.quantity"}
_OF_PURCHASE: dict[str, LiteralString] = {
    "count": "count(*){}",
    "sum_fen": "(sum(p.paid_fen - p.refunded_fen){})::bigint",
    "days_since_last": "max(p.paid_at){}",
}
_OF_LINE: dict[str, LiteralString] = {
    "sum_fen": "(sum(l.paid_fen - l.refunded_fen){})::bigint",
    "quantity": "(sum(l.quantity - l.refunded_quantity){})::bigint",
    "days_since_last": "max(l.paid_at){}",
}


def _purchases(statement: Statement, leaf: Purchase) -> Part:
    picked = (
        statement.within("p.paid_at", leaf.window)
        + statement.in_units("p.unit_id", leaf.where.unit)
        + statement.among("p.source", leaf.where.channel)
    )
    value = _aggregate(_OF_PURCHASE[leaf.agg])
    return Part(
        BOUGHT if statement.is_read else PURCHASES, picked, value, statement.span(leaf.window)[0]
    )


def _orders_of_lines(statement: Statement, leaf: Purchase, test: Callable[[Sql], Sql]) -> Figure:
    """How many orders have a matching line. One line per order and category is marked, so that
    orders of one category need not be told apart."""
    where = leaf.where
    since, _ = statement.span(leaf.window)
    picked = _matching_lines(statement, leaf)
    if where.sku is None:
        picked = picked + sql.SQL(" AND l.is_first_of_category")
        if where.category is not None and len(where.category) == 1:
            return _of(statement, Part(_LINES, picked, _aggregate("count(*){}"), since), test)
    orders = sql.SQL("SELECT DISTINCT l.customer_id AS id, l.order_id" + _LINES.rows) + picked
    source = sql.SQL("SELECT o.id, count(*) AS value FROM ({}{}) o GROUP BY o.id").format(
        orders, statement.only(_LINES.id)
    )
    apart = _aggregate("count(DISTINCT l.order_id){}")
    return Figure(source, test, Part(_LINES, picked, apart, since))


def _matching_lines(statement: Statement, leaf: Purchase) -> Sql:
    where = leaf.where
    return (
        statement.within("l.paid_at", leaf.window)
        + statement.among("l.category_code", where.category)
        + statement.among("l.sku", where.sku)
        + _bought_there(statement, leaf)
    )


def _bought_there(statement: Statement, leaf: Purchase) -> Sql:
    """Its order says where a line was bought; in the copy it says so itself."""
    unit, channel = leaf.where.unit, leaf.where.channel
    if unit is None and channel is None:
        return NOTHING
    if statement.is_copy:
        return statement.in_units("l.unit_id", unit) + statement.among("l.source", channel)
    scan = BOUGHT if statement.is_read else PURCHASES
    orders = (
        sql.SQL("SELECT p.id" + scan.rows)
        + statement.within("p.paid_at", leaf.window)
        + statement.in_units("p.unit_id", unit)
        + statement.among("p.source", channel)
        + (NOTHING if statement.is_read else statement.only(scan.id))
    )
    return sql.SQL(" AND l.order_id IN ({})").format(orders)


def _event(statement: Statement, leaf: Event) -> Figure:
    value: LiteralString = "count(*){}" if leaf.agg == "count" else "max(AT){}"
    test = _counted(statement, leaf)
    if statement.is_read and leaf.type != "order.paid":
        picked = matching_events(statement, EventMatch(leaf.type, leaf.where), leaf.window)
        value = value.replace("AT", "e.occurred_at")
        return _of(statement, Part(HAPPENED, picked, _aggregate(value)), test)
    happened = events(statement, EventMatch(leaf.type, leaf.where), leaf.window)
    source = sql.SQL("SELECT e.id, {} AS value FROM ({}) e GROUP BY e.id").format(
        _aggregate(value.replace("AT", "e.at"))(NOTHING), happened
    )
    return Figure(source, test)


def _tag(statement: Statement, leaf: Tag) -> Part:
    picked = sql.SQL(" AND t.name = ") + statement.value(leaf.name, "text")
    return Part(_TAGS, picked, _column("t.at"))


def _consent(statement: Statement, leaf: Consent) -> Part:
    picked = (
        sql.SQL(" AND c.channel = ")
        + statement.value(leaf.channel, "text")
        + sql.SQL(" AND c.purpose = ")
        + statement.value(leaf.purpose, "text")
    )
    return Part(_CONSENTS, picked, _column("c.at"))


def _trait_part(statement: Statement, leaf: Trait) -> Part:
    scan, value = trait_rows(leaf)
    picked = NOTHING
    if scan.each == "picked":
        picked = sql.SQL(" AND t.name = ") + statement.value(leaf.name, "text")
    return Part(scan, picked, _column(value))


_MARKED = {"joined": "joined_days", "first_paid": "first_paid_days"}
"""The trait that knows of what an anniversary is."""


def _anniversary(statement: Statement, leaf: Anniversary) -> Figure:
    marked = Trait(_MARKED[leaf.of], "known")
    source, _ = trait(statement, marked)
    is_moment = leaf.of == "first_paid"
    return Figure(
        source,
        lambda value: ages.has_anniversary(statement, leaf, value, is_moment=is_moment),
        _trait_part(statement, marked),
    )


def _sample(statement: Statement, leaf: Sample) -> Figure:
    """`sample.draw` in SQL."""
    salt = statement.value(leaf.salt, "text")
    draw = sql.SQL(sample.IN_COPY if statement.is_copy else sample.IN_POSTGRES).format(salt)
    threshold: Any = sample.threshold_of(leaf.share)
    return _of(
        statement,
        Part(_CUSTOMERS, NOTHING, lambda _: draw),
        lambda value: statement.compare(value, "<", threshold, "bigint"),
    )
