"""What each leaf looks at, in SQL: for every customer concerned one figure, and the test on it.

A `Figure` is a query of (id, value), one row a customer, and how to test `value`; customers without
a row have NULL. Purchases read the cheapest table that knows the answer: running totals before
orders, orders before lines.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, LiteralString

from psycopg import sql

from huitou.segment.rules import sample
from huitou.segment.rules.statement import Sql, Statement
from huitou.segment.rules.trait_figures import trait
from huitou.segment.types.rule import (
    Consent,
    Event,
    EventMatch,
    EventWhere,
    Leaf,
    Purchase,
    PurchaseWhere,
    Sample,
    Sequence,
    Tag,
    Trait,
    Window,
)


@dataclass(frozen=True, slots=True)
class Figure:
    source: Sql
    test: Callable[[Sql], Sql]


def figure(statement: Statement, leaf: Leaf) -> Figure:
    """The figure of a leaf (references to segments are expanded by the compiler)."""
    match leaf:
        case Purchase():
            return _purchase(statement, leaf)
        case Event():
            return _event(statement, leaf)
        case Trait():
            source, test = trait(statement, leaf)
            return Figure(source, test)
        case Tag():
            return Figure(_tag(statement, leaf), _is_known)
        case Consent():
            return Figure(_consent(statement, leaf), _is_known)
        case Sequence():
            return Figure(_sequence(statement, leaf), _is_known)
        case Sample():
            return _sample(statement, leaf)
    raise AssertionError(f"{type(leaf).__name__} has no figure")


def _is_known(value: Sql) -> Sql:
    return sql.SQL("({} IS NOT NULL)").format(value)


_DAYS: LiteralString = "floor(extract(epoch FROM %(now)s - max({})) / 86400)::bigint"


def _counted(statement: Statement, leaf: Purchase | Event) -> Callable[[Sql], Sql]:
    """The test of an aggregate: nobody's count is 0, nobody's days are unknown."""

    def test(value: Sql) -> Sql:
        if leaf.agg != "days_since_last":
            value = sql.SQL("coalesce({}, 0)").format(value)
        return statement.compare(value, leaf.op, leaf.value, "bigint")

    return test


def _purchase(statement: Statement, leaf: Purchase) -> Figure:
    is_ever = statement.span(leaf.window) == (None, None)
    where = leaf.where
    if is_ever and where == PurchaseWhere() and leaf.agg in _OF_TOTAL:
        source = _total(statement, _OF_TOTAL[leaf.agg])
    elif is_ever and _is_one_category(where) and leaf.agg in _OF_CATEGORY_TOTAL:
        source = _category_total(statement, where, _OF_CATEGORY_TOTAL[leaf.agg])
    elif where.category is None and where.sku is None and leaf.agg in _OF_PURCHASE:
        source = _purchases(statement, leaf, _OF_PURCHASE[leaf.agg])
    else:
        source = _lines(statement, leaf)
    return Figure(source, _counted(statement, leaf))


def _is_one_category(where: PurchaseWhere) -> bool:
    only_category = where.sku is None and where.unit is None and where.channel is None
    return only_category and where.category is not None and len(where.category) == 1


_DAYS_OF_TOTAL: LiteralString = (
    "floor(extract(epoch FROM %(now)s - t.last_paid_at) / 86400)::bigint"
)
_OF_TOTAL: dict[str, LiteralString] = {
    "count": "t.order_count",
    "sum_fen": "t.paid_fen",
    "days_since_last": _DAYS_OF_TOTAL,
}
_OF_CATEGORY_TOTAL: dict[str, LiteralString] = {**_OF_TOTAL, "quantity": "t.quantity"}
_OF_PURCHASE: dict[str, LiteralString] = {
    "count": "count(*)",
    "sum_fen": "sum(p.paid_fen - p.refunded_fen)::bigint",
    "days_since_last": _DAYS.replace("{}", "p.paid_at"),
}
_OF_LINE: dict[str, LiteralString] = {
    "sum_fen": "sum(l.paid_fen - l.refunded_fen)::bigint",
    "quantity": "sum(l.quantity - l.refunded_quantity)::bigint",
    "days_since_last": _DAYS.replace("{}", "l.paid_at"),
}


def _total(statement: Statement, value: LiteralString) -> Sql:
    return (
        sql.SQL("SELECT t.customer_id AS id, " + value + " AS value")
        + sql.SQL(""" FROM "order".total t WHERE t.merchant_id = %(merchant)s""")
        + statement.only("t.customer_id")
    )


def _category_total(statement: Statement, where: PurchaseWhere, value: LiteralString) -> Sql:
    return (
        sql.SQL("SELECT t.customer_id AS id, " + value + " AS value")
        + sql.SQL(""" FROM "order".category_total t WHERE t.merchant_id = %(merchant)s""")
        + statement.among("t.category_code", where.category)
        + statement.only("t.customer_id")
    )


def _purchases(statement: Statement, leaf: Purchase, value: LiteralString) -> Sql:
    return (
        sql.SQL("SELECT p.customer_id AS id, " + value + " AS value")
        + sql.SQL(""" FROM "order".purchase p""")
        + sql.SQL(" WHERE p.merchant_id = %(merchant)s AND p.customer_id IS NOT NULL")
        + statement.within("p.paid_at", leaf.window)
        + statement.in_units("p.unit_id", leaf.where.unit)
        + statement.among("p.source", leaf.where.channel)
        + statement.only("p.customer_id")
        + sql.SQL(" GROUP BY p.customer_id")
    )


def _lines(statement: Statement, leaf: Purchase) -> Sql:
    if leaf.agg == "count":
        return _orders_of_lines(statement, leaf)
    value = _OF_LINE[leaf.agg]
    return (
        sql.SQL("SELECT l.customer_id AS id, " + value + " AS value")
        + _matching_lines(statement, leaf)
        + sql.SQL(" GROUP BY l.customer_id")
    )


def _orders_of_lines(statement: Statement, leaf: Purchase) -> Sql:
    """How many orders have a matching line. One line per order and category is marked, so that
    orders of one category need not be told apart."""
    lines = _matching_lines(statement, leaf)
    if leaf.where.sku is None:
        lines = lines + sql.SQL(" AND l.is_first_of_category")
        if leaf.where.category is not None and len(leaf.where.category) == 1:
            return (
                sql.SQL("SELECT l.customer_id AS id, count(*) AS value")
                + lines
                + sql.SQL(" GROUP BY l.customer_id")
            )
    return sql.SQL(
        "SELECT o.id, count(*) AS value"
        " FROM (SELECT DISTINCT l.customer_id AS id, l.order_id{}) o GROUP BY o.id"
    ).format(lines)


def _matching_lines(statement: Statement, leaf: Purchase) -> Sql:
    where = leaf.where
    return (
        sql.SQL(
            """ FROM "order".line l"""
            " WHERE l.merchant_id = %(merchant)s AND l.customer_id IS NOT NULL"
        )
        + statement.among("l.category_code", where.category)
        + statement.among("l.sku", where.sku)
        + statement.within("l.paid_at", leaf.window)
        + statement.in_units("l.unit_id", where.unit)
        + statement.among("l.source", where.channel)
        + statement.only("l.customer_id")
    )


def _event(statement: Statement, leaf: Event) -> Figure:
    value: LiteralString = "count(*)" if leaf.agg == "count" else _DAYS.replace("{}", "e.at")
    events = _events(statement, EventMatch(leaf.type, leaf.where), leaf.window)
    source = sql.SQL("SELECT e.id, {} AS value FROM ({}) e GROUP BY e.id").format(
        sql.SQL(value), events
    )
    return Figure(source, _counted(statement, leaf))


def _sequence(statement: Statement, leaf: Sequence) -> Sql:
    """The last time `first` came and was followed (or not) as asked."""
    follower = leaf.then or leaf.then_not
    assert follower is not None
    days = statement.value(leaf.within_days, "int")
    span = sql.SQL("make_interval(hours => 24 * {})").format(days)
    follows = sql.SQL(
        " EXISTS (SELECT FROM ({}) n WHERE n.id = f.id AND n.at > f.at AND n.at <= f.at + {})"
    ).format(_events(statement, follower, Window()), span)
    if leaf.then_not is not None:
        follows = sql.SQL(" f.at + {} <= %(now)s AND NOT").format(span) + follows
    return sql.SQL("SELECT f.id, max(f.at) AS value FROM ({}) f WHERE{} GROUP BY f.id").format(
        _events(statement, leaf.first, leaf.window), follows
    )


def _events(statement: Statement, match: EventMatch, window: Window) -> Sql:
    """(id, at) of the events that match. Orders are as the order room keeps them: once each."""
    if match.type == "order.paid":
        return _paid(statement, match.where, window)
    return (
        sql.SQL(
            "SELECT r.customer_id AS id, e.occurred_at AS at FROM event.log e"
            " JOIN identity.resolved_now r"
            " ON r.merchant_id = e.merchant_id AND r.position = e.position"
            " WHERE e.merchant_id = %(merchant)s AND e.type = "
        )
        + statement.value(match.type, "text")
        + statement.within("e.occurred_at", window)
        + statement.in_units("e.unit_id", match.where.unit)
        + statement.among("e.properties->>'sku'", match.where.sku)
        + _of_categories(statement, match.where)
        + statement.only("r.customer_id")
    )


def _of_categories(statement: Statement, where: EventWhere) -> Sql:
    if where.category is None:
        return sql.SQL("")
    return (
        sql.SQL(
            " AND EXISTS (SELECT FROM catalog.product c"
            " WHERE c.merchant_id = %(merchant)s AND c.sku = e.properties->>'sku'"
        )
        + statement.among("c.category_code", where.category)
        + sql.SQL(")")
    )


def _paid(statement: Statement, where: EventWhere, window: Window) -> Sql:
    product: Sql = sql.SQL("")
    if where.category is not None or where.sku is not None:
        product = (
            sql.SQL(
                """ AND EXISTS (SELECT FROM "order".line l"""
                " WHERE l.merchant_id = %(merchant)s AND l.order_id = p.id"
            )
            + statement.among("l.category_code", where.category)
            + statement.among("l.sku", where.sku)
            + sql.SQL(")")
        )
    return (
        sql.SQL(
            """SELECT p.customer_id AS id, p.paid_at AS at FROM "order".purchase p"""
            " WHERE p.merchant_id = %(merchant)s AND p.customer_id IS NOT NULL"
        )
        + statement.within("p.paid_at", window)
        + statement.in_units("p.unit_id", where.unit)
        + product
        + statement.only("p.customer_id")
    )


def _tag(statement: Statement, leaf: Tag) -> Sql:
    return (
        sql.SQL(
            "SELECT t.customer_id AS id, t.at AS value FROM profile.tag t"
            " WHERE t.merchant_id = %(merchant)s AND t.name = "
        )
        + statement.value(leaf.name, "text")
        + statement.only("t.customer_id")
    )


def _consent(statement: Statement, leaf: Consent) -> Sql:
    return (
        sql.SQL(
            "SELECT c.customer_id AS id, c.at AS value FROM profile.consent c"
            " WHERE c.merchant_id = %(merchant)s AND c.state = 'given' AND c.channel = "
        )
        + statement.value(leaf.channel, "text")
        + sql.SQL(" AND c.purpose = ")
        + statement.value(leaf.purpose, "text")
        + statement.only("c.customer_id")
    )


def _sample(statement: Statement, leaf: Sample) -> Figure:
    """`rules.sample.draw` in SQL."""
    salt = statement.value(leaf.salt, "text")
    source = sql.SQL(
        "SELECT c.id, ('x' || encode(substr(sha256(convert_to({} || ':' || c.id::text, 'UTF8')),"
        " 1, 4), 'hex'))::bit(32)::bigint AS value"
        " FROM identity.customer c WHERE c.merchant_id = %(merchant)s"
    ).format(salt) + statement.only("c.id")
    threshold: Any = sample.threshold_of(leaf.share)
    return Figure(source, lambda value: statement.compare(value, "<", threshold, "bigint"))
