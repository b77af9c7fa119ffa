"""The pieces SQL is put together from: placeholders, restrictions, comparisons.

Everything is composed with `psycopg.sql`; values of rules travel as parameters only.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, LiteralString
from uuid import UUID

from psycopg import sql

from huitou.kernel.time import day_of, day_start
from huitou.segment.types.rule import Context, Window

Sql = sql.Composable
NOTHING: Sql = sql.SQL("")

_COMPARISONS: dict[str, LiteralString] = {
    "=": "=",
    "!=": "<>",
    ">": ">",
    ">=": ">=",
    "<": "<",
    "<=": "<=",
}


@dataclass(frozen=True, slots=True)
class Scan:
    """Rows that figures look at (` FROM … WHERE …`), the column that says whose a row is, and `at`
    when it is known that it has a time.

    `each` customer has `one` row, one for what is `picked`, or `many`.
    """

    rows: LiteralString
    id: LiteralString
    each: Literal["one", "picked", "many"]
    at: LiteralString | None = None


@dataclass(slots=True)
class Statement:
    """A statement being built: its context and its parameters.

    `ids` restricts everything to a few customers (the live micro-batch); None is everyone. With
    `is_read`, what these did has been read before, as the tables `happened` and `bought`. In the
    warehouse (`is_copy`) a customer is an ordinal, and an event says whose it is and of what product.
    """

    context: Context
    ids: Sequence[UUID] | None = None
    is_read: bool = False
    is_copy: bool = False
    params: dict[str, Any] = field(default_factory=dict)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.ids is not None:
            self.params["ids"] = list(self.ids)

    def value(self, value: Any, cast: LiteralString) -> Sql:
        """A placeholder for `value`, with its PostgreSQL type. Equal values share one, so that
        PostgreSQL sees equal expressions and works them out once."""
        name = self._names.setdefault((cast, repr(value)), f"v{len(self.params)}")
        self.params[name] = value
        return sql.SQL("{}::" + cast).format(sql.Placeholder(name))

    def only(self, column: LiteralString) -> Sql:
        """`AND column` is one of the customers asked about."""
        if self.ids is None:
            return NOTHING
        return sql.SQL(" AND " + column + " = ANY(%(ids)s)")

    def within(self, column: LiteralString, window: Window) -> Sql:
        """`AND column` is in the window. Days are local to the merchant; both ends are included."""
        if self.is_read and window.last_days is not None:  # of whatever moment it is run at
            days = self.value(window.last_days, "int")
            ago = " AND " + column + " > %(now)s - make_interval(hours => 24 * {})"
            return sql.SQL(ago).format(days)
        since, until = self.span(window)
        parts: list[Sql] = []
        if since is not None:
            operator: LiteralString = " >= " if window.last_days is None else " > "
            parts.append(sql.SQL(" AND " + column + operator) + self.value(since, "timestamptz"))
        if until is not None:
            parts.append(sql.SQL(" AND " + column + " < ") + self.value(until, "timestamptz"))
        return sql.Composed(parts)

    def span(self, window: Window) -> tuple[datetime | None, datetime | None]:
        """The window in time."""
        zone = self.context.zone
        if window.last_days is not None:
            return self.context.now - timedelta(days=window.last_days), None
        since = day_start(window.from_, zone) if window.from_ else None
        until = day_start(window.to + timedelta(days=1), zone) if window.to else None
        return since, until

    def moment_ago(self, days: int) -> Sql:
        """The moment so many days of 24 hours before now."""
        if self.is_read:  # of whatever moment it is run at
            hours = self.value(24 * days, "int")
            return sql.SQL("%(now)s - make_interval(hours => {})").format(hours)
        return self.value(self.context.now - timedelta(days=days), "timestamptz")

    def date_ago(self, days: int) -> Sql:
        """The date so many days of the merchant's calendar before today."""
        zone = self.context.zone
        if self.is_read:
            self.params["zone"] = zone
            ago = "(%(now)s AT TIME ZONE %(zone)s)::date - {}"
            return sql.SQL(ago).format(self.value(days, "int"))
        return self.value(day_of(self.context.now, zone) - timedelta(days=days), "date")

    def among(self, column: LiteralString, values: Sequence[str] | None) -> Sql:
        """`AND column` is one of the values, if any are given."""
        if values is None:
            return NOTHING
        return sql.SQL(" AND " + column + " = ANY({})").format(self.value(list(values), "text[]"))

    def in_units(self, column: LiteralString, codes: Sequence[str] | None) -> Sql:
        """`AND column` is a unit in the subtrees of these codes, if any are given."""
        if codes is None:
            return NOTHING
        return sql.SQL(" AND " + column + " = ANY(ARRAY(" + _UNITS + "))").format(
            self.value(list(codes), "text[]")
        )

    def compare(self, left: Sql, op: str, value: Any, cast: LiteralString) -> Sql:
        """`left op value`, for ordered operators; NULL where `left` is."""
        if op == "between":
            low, high = (self.value(end, cast) for end in value)
            return sql.SQL("({} BETWEEN {} AND {})").format(left, low, high)
        return sql.SQL("({} " + _COMPARISONS[op] + " {})").format(left, self.value(value, cast))


_UNITS: LiteralString = """
    SELECT u.id FROM merchant.unit u
    JOIN merchant.unit top ON top.merchant_id = u.merchant_id AND starts_with(u.path, top.path)
    WHERE u.merchant_id = %(merchant)s AND top.code = ANY({})
"""
