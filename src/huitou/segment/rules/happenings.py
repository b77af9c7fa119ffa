"""What customers did, in SQL: events, and orders as events; one after another, and the n-th."""

from typing import LiteralString

from psycopg import sql

from huitou.segment.rules.statement import NOTHING, Scan, Sql, Statement
from huitou.segment.types.rule import EventMatch, EventWhere, Nth, Sequence, Window

PURCHASES = Scan(
    """ FROM "order".purchase p WHERE p.merchant_id = %(merchant)s AND p.customer_id IS NOT NULL""",
    "p.customer_id",
    "many",
    "p.paid_at",
)
EVENTS = Scan(
    " FROM event.log e JOIN identity.resolved_now r"
    " ON r.merchant_id = e.merchant_id AND r.position = e.position"
    " WHERE e.merchant_id = %(merchant)s",
    "r.customer_id",
    "many",
)
HAPPENED = Scan(" FROM happened e WHERE true", "e.customer_id", "many")
BOUGHT = Scan(" FROM bought p WHERE true", "p.customer_id", "many")
"""Events and purchases that the statement has read before (`Statement.is_read`), with the columns of
their tables."""

COPIED = Scan(" FROM event.log e WHERE e.merchant_id = %(merchant)s", "e.customer_id", "many")
"""Events in the warehouse."""

_FIRST_PAID: LiteralString = (
    """SELECT t.customer_id AS id, t.first_paid_at AS at FROM "order".total t"""
    " WHERE t.merchant_id = %(merchant)s"
)
_LAST_PAID: LiteralString = _FIRST_PAID.replace("first", "last")


def sequence(statement: Statement, leaf: Sequence) -> Sql:
    """The last time `first` came and was followed (or not) as asked."""
    follower = leaf.then or leaf.then_not
    assert follower is not None
    span = sql.SQL("(interval '24 hours' * {})").format(statement.value(leaf.within_days, "int"))
    follows = sql.SQL(
        " EXISTS (SELECT FROM ({}) n WHERE n.id = f.id AND n.at > f.at AND n.at <= f.at + {})"
    ).format(events(statement, follower, Window()), span)
    if leaf.then_not is not None:
        ago = statement.moment_ago(leaf.within_days)
        follows = sql.SQL(" f.at <= {} AND NOT").format(ago) + follows
    return sql.SQL("SELECT f.id, max(f.at) AS value FROM ({}) f WHERE{} GROUP BY f.id").format(
        events(statement, leaf.first, leaf.window), follows
    )


def events(statement: Statement, match: EventMatch, window: Window) -> Sql:
    """(id, at) of the events that match. Orders are as the order room keeps them: once each."""
    if match.type == "order.paid":
        return _paid(statement, match.where, window)
    scan = HAPPENED if statement.is_read else COPIED if statement.is_copy else EVENTS
    return (
        sql.SQL("SELECT " + scan.id + " AS id, e.occurred_at AS at" + scan.rows)
        + matching_events(statement, match, window)
        + (NOTHING if statement.is_read else statement.only(scan.id))
    )


def matching_events(statement: Statement, match: EventMatch, window: Window) -> Sql:
    sku: LiteralString = "e.sku" if statement.is_copy else "e.properties->>'sku'"
    return (
        sql.SQL(" AND e.type = ")
        + statement.value(match.type, "text")
        + statement.within("e.occurred_at", window)
        + statement.in_units("e.unit_id", match.where.unit)
        + statement.among(sku, match.where.sku)
        + _of_categories(statement, match.where, sku)
    )


def _of_categories(statement: Statement, where: EventWhere, sku: LiteralString) -> Sql:
    if where.category is None:
        return NOTHING
    return (
        sql.SQL(
            " AND EXISTS (SELECT FROM catalog.product c"
            " WHERE c.merchant_id = %(merchant)s AND c.sku = " + sku
        )
        + statement.among("c.category_code", where.category)
        + sql.SQL(")")
    )


def _paid(statement: Statement, where: EventWhere, window: Window) -> Sql:
    product = NOTHING
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
    scan = BOUGHT if statement.is_read else PURCHASES
    return (
        sql.SQL("SELECT p.customer_id AS id, p.paid_at AS at" + scan.rows)
        + statement.within("p.paid_at", window)
        + statement.in_units("p.unit_id", where.unit)
        + product
        + (NOTHING if statement.is_read else statement.only("p.customer_id"))
    )


def nth(statement: Statement, leaf: Nth) -> Sql:
    """When the n-th of the type was, of those whose n-th matches."""
    every = events(statement, EventMatch(leaf.type), Window())
    if abs(leaf.n) == 1 and leaf.type == "order.paid" and not statement.is_read:
        chosen = sql.SQL(_FIRST_PAID if leaf.n > 0 else _LAST_PAID) + statement.only(
            "t.customer_id"
        )
    elif abs(leaf.n) == 1:
        end = sql.SQL("min" if leaf.n > 0 else "max")
        chosen = sql.SQL("SELECT e.id, {}(e.at) AS at FROM ({}) e GROUP BY e.id").format(end, every)
    else:
        order = sql.SQL("ASC" if leaf.n > 0 else "DESC")
        over = sql.SQL("OVER (PARTITION BY e.id ORDER BY e.at {})").format(order)
        chosen = sql.SQL(
            "SELECT e.id, e.at FROM (SELECT e.id, e.at, rank() {over} AS low, count(*) {over} AS high"
            " FROM ({every}) e) e WHERE e.low <= {n} AND e.high >= {n}"
        ).format(over=over, every=every, n=statement.value(abs(leaf.n), "int"))
    matching = events(statement, EventMatch(leaf.type, leaf.where), leaf.window)
    return sql.SQL(
        "SELECT m.id, max(m.at) AS value FROM ({}) m JOIN ({}) c ON c.id = m.id AND c.at = m.at"
        " GROUP BY m.id"
    ).format(matching, chosen)
