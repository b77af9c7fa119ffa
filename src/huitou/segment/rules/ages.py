"""Ages in whole days, tested on the moment itself.

`days >= 30` holds when the moment is not later than 30 days ago: a comparison with one constant,
for which engines have indexes and statistics, where an age would be worked out for every row.
"""

from calendar import isleap
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, LiteralString

from psycopg import sql

from huitou.kernel.time import day_of, day_start
from huitou.segment.rules.statement import Sql, Statement
from huitou.segment.types.rule import Anniversary

_FAR = 700_000
"""Days; nothing that is kept is so old, or so far ahead."""

_YEARS_MAX = 40
"""No purchase that is kept is older."""

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
    them and the last of them another year is full. Of everybody's moments the days would be worked out first: they are
    compared with those days of the years before."""
    if is_moment and not statement.is_read:
        return _in_years(statement, leaf, value)
    statement.params["zone"] = statement.context.zone
    of: LiteralString = "({}::timestamptz AT TIME ZONE %(zone)s)::date" if is_moment else "{}::date"
    on = sql.SQL(of).format(value)
    before = _years(on, statement.date_ago(1 - leaf.from_days))
    after = _years(on, statement.date_ago(-leaf.to_days))
    first = sql.SQL("({} < {} AND {} >= 1").format(before, after, after)
    if leaf.years is None:
        return first + sql.SQL(")")
    return first + sql.SQL(" AND {} = {})").format(after, statement.value(leaf.years, "int"))


def _in_years(statement: Statement, leaf: Anniversary, at: Sql) -> Sql:
    zone = statement.context.zone
    today = day_of(statement.context.now, zone)
    first, last = today + timedelta(leaf.from_days), today + timedelta(leaf.to_days)
    spans = []
    for years in (leaf.years,) if leaf.years else range(1, _YEARS_MAX + 1):
        since = day_start(years_before(first, years), zone)
        until = day_start(years_before(last + timedelta(1), years), zone)
        spans.append(
            sql.SQL("({0} >= {1} AND {0} < {2})").format(
                sql.SQL("{}::timestamptz").format(at),
                statement.value(since, "timestamptz"),
                statement.value(until, "timestamptz"),
            )
        )
    return sql.SQL("({})").format(sql.SQL(" OR ").join(spans))


def years_before(day: date, years: int) -> date:
    """The first date whose anniversary of so many years is not before `day`. That of a 29 February is on 1 March where there is
    none."""
    year = day.year - years
    if (day.month, day.day) == (3, 1) and isleap(year) and not isleap(day.year):
        return date(year, 2, 29)
    if (day.month, day.day) == (2, 29) and not isleap(year):
        return date(year, 3, 1)
    return day.replace(year=year)


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
