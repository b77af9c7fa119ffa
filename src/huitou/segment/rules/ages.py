"""Ages in whole days, tested on the moment itself.

`days >= 30` holds when the moment is not later than 30 days ago: a comparison with one constant,
for which engines have indexes and statistics, where an age would be worked out for every row.
"""

from collections.abc import Callable
from typing import Any, LiteralString

from psycopg import sql

from huitou.segment.rules.statement import Sql, Statement
from huitou.segment.types.rule import Anniversary

_FAR = 700_000
"""Days; nothing that is kept is so old, or so far ahead."""

_TODAY: LiteralString = "(%(now)s AT TIME ZONE %(zone)s)::date"

Ago = Callable[[int], Sql]
"""What was so many days ago."""


def of_moment(statement: Statement, at: Sql, op: str, value: Any) -> Sql:
    """`days op value` for the days of 24 hours since `at`; NULL where `at` is."""
    return _test(at, op, value, statement.moment_ago)


def of_date(statement: Statement, on: Sql, op: str, value: Any) -> Sql:
    """`days op value` for the days of the merchant's calendar since `on`; NULL where `on` is."""
    return _test(on, op, value, statement.date_ago)


def has_anniversary(statement: Statement, leaf: Anniversary, value: Sql, *, is_moment: bool) -> Sql:
    """Does one of `value` (a date, or a moment's day in the merchant's zone) fall on the leaf's days? Between the day before
    them and the last of them another year is full."""
    statement.params["zone"] = statement.context.zone
    of: LiteralString = "({}::timestamptz AT TIME ZONE %(zone)s)::date" if is_moment else "{}::date"
    on = sql.SQL(of).format(value)
    before = _years(on, statement.date_ago(1 - leaf.from_days))
    after = _years(on, statement.date_ago(-leaf.to_days))
    first = sql.SQL("({} < {} AND {} >= 1").format(before, after, after)
    if leaf.years is None:
        return first + sql.SQL(")")
    return first + sql.SQL(" AND {} = {})").format(after, statement.value(leaf.years, "int"))


def _years(on: Sql, day: Sql) -> Sql:
    """The full years on `day` since `on`: dates as numbers, of which a year is 10,000."""
    return sql.SQL("floor(({} - {}) / 10000.0)").format(_number(day), _number(on))


def _number(day: Sql) -> Sql:
    text = (
        "(extract(year FROM {0}) * 10000 + extract(month FROM {0}) * 100 + extract(day FROM {0}))"
    )
    return sql.SQL(text).format(day)


def shown_of_moment(at: Sql) -> Sql:
    """The days of 24 hours since `at`, a number."""
    return sql.SQL("floor(extract(epoch FROM %(now)s - {}) / 86400)::bigint").format(at)


def shown_of_date(on: Sql) -> Sql:
    """The days of the calendar since `on`, a number."""
    return sql.SQL("(" + _TODAY + " - {})").format(on)


def _test(at: Sql, op: str, value: Any, ago: Ago) -> Sql:
    match op:
        case ">=":
            return _reached(at, value, ago)
        case ">":
            return _reached(at, value + 1, ago)
        case "<":
            return _younger(at, value, ago)
        case "<=":
            return _younger(at, value + 1, ago)
        case "between":
            return _between(at, value[0], value[1], ago)
        case "=" | "in":
            return _any_of(at, value, ago)
        case "!=" | "not_in":
            return sql.SQL("(NOT {})").format(_any_of(at, value, ago))
    raise AssertionError(f"ages are not tested by {op}")


def _reached(at: Sql, days: int, ago: Ago) -> Sql:
    return sql.SQL("({} <= {})").format(at, ago(_near(days)))


def _younger(at: Sql, days: int, ago: Ago) -> Sql:
    return sql.SQL("({} > {})").format(at, ago(_near(days)))


def _between(at: Sql, low: int, high: int, ago: Ago) -> Sql:
    return sql.SQL("({} AND {})").format(_reached(at, low, ago), _younger(at, high + 1, ago))


def _any_of(at: Sql, value: Any, ago: Ago) -> Sql:
    values = value if isinstance(value, tuple) else (value,)
    return sql.SQL("({})").format(
        sql.SQL(" OR ").join([_between(at, one, one, ago) for one in values])
    )


def _near(days: int) -> int:
    return max(-_FAR, min(days, _FAR))
