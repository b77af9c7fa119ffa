"""Traits in SQL: where each is read, and how its operators test it.

What is not known is NULL and meets only `unknown`; counts and money of who never bought are 0,
flags of whom nothing is known are false, sets are empty.
"""

import json
from collections.abc import Callable
from typing import Any, LiteralString

from psycopg import sql

from huitou.order.types import RFM_BANDS
from huitou.profile.types import SOURCE_TAG
from huitou.segment.rules import ages, traits
from huitou.segment.rules.statement import Scan, Sql, Statement
from huitou.segment.types.rule import Op, Trait
from huitou.segment.types.vocabulary import TraitType

_TOTAL: LiteralString = """ FROM "order".total t WHERE t.merchant_id = %(merchant)s"""
_PROFILE: LiteralString = " FROM profile.customer t WHERE t.merchant_id = %(merchant)s"
_SEEN: LiteralString = " FROM profile.seen t WHERE t.merchant_id = %(merchant)s"
_KNOWN: LiteralString = " FROM identity.customer t WHERE t.merchant_id = %(merchant)s"
_HOME: LiteralString = (
    " FROM profile.customer t"
    " JOIN merchant.unit u ON u.merchant_id = t.merchant_id AND u.id = t.home_unit_id"
    " WHERE t.merchant_id = %(merchant)s"
)
_OWNER: LiteralString = (
    " FROM profile.customer t"
    " JOIN merchant.staff s ON s.merchant_id = t.merchant_id AND s.id = t.owner_staff_id"
    " WHERE t.merchant_id = %(merchant)s"
)
_FRIEND: LiteralString = (
    " FROM (SELECT DISTINCT merchant_id, customer_id FROM profile.friendship"
    " WHERE merchant_id = %(merchant)s AND ended_at IS NULL) t WHERE true"
)
_CUSTOM = Scan(
    " FROM profile.trait t WHERE t.merchant_id = %(merchant)s", "t.customer_id", "picked"
)
_TODAY: LiteralString = "(%(now)s AT TIME ZONE %(zone)s)::date"


def _rfm_segment() -> LiteralString:
    """The named segment of the scores r, f, m: the bands of `order` as a CASE."""
    cases: LiteralString = ""
    for band in RFM_BANDS:
        tests = (
            f"t.{score} BETWEEN {low} AND {high}"
            for score, (low, high) in (("r", band.r), ("f", band.f), ("m", band.m))
        )
        cases += f" WHEN {' AND '.join(tests)} THEN '{band.segment}'"
    return "CASE WHEN t.r IS NULL THEN NULL" + cases + " ELSE 'others' END"


_READ: dict[str, tuple[LiteralString, LiteralString]] = {
    "order_count": ("t.order_count", _TOTAL),
    "paid_fen": ("t.paid_fen", _TOTAL),
    "refunded_fen": ("t.refunded_fen", _TOTAL),
    "avg_order_fen": ("floor(t.paid_fen::numeric / t.order_count)::bigint", _TOTAL),
    "last_paid_days": ("t.last_paid_at", _TOTAL),
    "first_paid_days": ("t.first_paid_at", _TOTAL),
    "r": ("t.r", _TOTAL),
    "f": ("t.f", _TOTAL),
    "m": ("t.m", _TOTAL),
    "rfm_segment": (_rfm_segment(), _TOTAL),
    "stage": ("t.stage", _TOTAL),
    "share_before_bp": ("t.share_before_bp", _TOTAL),
    "gender": ("t.gender", _PROFILE),
    "birth_month": ("t.birth_month", _PROFILE),
    "is_birth_month": ("t.birth_month = extract(month FROM " + _TODAY + ")", _PROFILE),
    "home_unit": ("u.path", _HOME),
    "has_owner": ("t.owner_staff_id IS NOT NULL", _PROFILE),
    "owner": ("s.code", _OWNER),
    "is_friend": ("true", _FRIEND),
    "joined_days": ("t.joined_on", _PROFILE),
    "is_member": ("t.joined_on IS NOT NULL", _PROFILE),
    "source_channels": ("t.source_channels", _PROFILE),
    "last_seen_days": ("t.last_seen_at", _SEEN),
    "created_days": ("t.created_at", _KNOWN),
    "no_profiling": ("t.no_profiling", _PROFILE),
    "under_14": ("t.under_14", _PROFILE),
}
_OF_DATE = "joined_days"
"""Its days are the calendar's; those of other ages are spans of 24 hours."""
_ZERO_WITHOUT = frozenset({"order_count", "paid_fen", "refunded_fen"})
_CASTS: dict[TraitType, LiteralString] = {
    "number": "bigint",
    "money": "bigint",
    "text": "text",
    "choice": "text",
    "flag": "boolean",
}


def trait(statement: Statement, leaf: Trait) -> tuple[Sql, Callable[[Sql], Sql]]:
    """The query of (id, value) and the test on `value`."""
    kind = traits.BUILT_IN.get(leaf.name)
    if kind is None:
        source = (
            sql.SQL(
                "SELECT t.customer_id AS id, t.value FROM profile.trait t"
                " WHERE t.merchant_id = %(merchant)s AND t.name = "
            )
            + statement.value(leaf.name, "text")
            + statement.only("t.customer_id")
        )
        return source, lambda value: _test_custom(statement, leaf, value)
    column, table = _READ[leaf.name]
    id_: LiteralString = "t.id" if table is _KNOWN else "t.customer_id"
    statement.params["zone"] = statement.context.zone
    source = sql.SQL("SELECT " + id_ + " AS id, " + column + " AS value" + table) + statement.only(
        id_
    )
    return source, lambda value: _test(statement, leaf, kind.type, value)


def trait_rows(leaf: Trait) -> tuple[Scan, LiteralString]:
    """The same rows and column apart, for many figures in one pass; custom traits are yet to be
    picked by name."""
    if leaf.name not in traits.BUILT_IN:
        return _CUSTOM, "t.value"
    column, table = _READ[leaf.name]
    return Scan(table, "t.id" if table is _KNOWN else "t.customer_id", "one"), column


def source_tag(statement: Statement, name: str) -> Sql:
    """The same for a tag `source:…`: of whoever was met there, since they are known, and of whom somebody
    gave such a tag."""
    only = statement.only("t.customer_id")
    return sql.SQL(
        "SELECT q.id, min(q.value) AS value FROM ("
        "SELECT t.customer_id AS id, c.created_at AS value FROM profile.customer t"
        " JOIN identity.customer c ON c.merchant_id = t.merchant_id AND c.id = t.customer_id"
        " WHERE t.merchant_id = %(merchant)s AND t.source_channels && {source}{only}"
        " UNION ALL SELECT t.customer_id, t.at FROM profile.tag t"
        " WHERE t.merchant_id = %(merchant)s AND t.name = {name}{only}) q GROUP BY q.id"
    ).format(
        source=statement.value([name.removeprefix(SOURCE_TAG)], "text[]"),
        name=statement.value(name, "text"),
        only=only,
    )


def shown_trait(leaf: Trait, value: Sql) -> Sql:
    """The value as people read it: an age in days."""
    kind = traits.BUILT_IN.get(leaf.name)
    if kind is None or kind.type != "days":
        return value
    shown = ages.shown_of_date if leaf.name == _OF_DATE else ages.shown_of_moment
    return shown(value)


def _test(statement: Statement, leaf: Trait, type_: TraitType, value: Sql) -> Sql:
    if leaf.op in ("known", "unknown"):
        return _presence(leaf.op, value)
    if type_ == "days":
        test = ages.of_date if leaf.name == _OF_DATE else ages.of_moment
        return test(statement, value, leaf.op, leaf.value)
    if type_ == "unit":
        return _in_unit(statement, leaf, value)
    if type_ == "set":
        given = statement.value(list(_values(leaf)), "text[]")
        negation: LiteralString = "NOT " if leaf.op == "not_contains" else ""
        return sql.SQL("(" + negation + "coalesce({}, ARRAY[]::text[]) && {})").format(value, given)
    if type_ == "flag":
        value = sql.SQL("coalesce({}, false)").format(value)
    if leaf.name in _ZERO_WITHOUT:
        value = sql.SQL("coalesce({}, 0)").format(value)
    cast = _CASTS[type_]
    if leaf.op in ("in", "not_in"):
        array: LiteralString = cast + "[]"
        return _membership(leaf.op, value, statement.value(list(_values(leaf)), array))
    return statement.compare(value, leaf.op, leaf.value, cast)


def _test_custom(statement: Statement, leaf: Trait, value: Sql) -> Sql:
    """Custom values are JSON: equal as JSON, ordered as numbers, `contains` for lists."""
    if leaf.op in ("known", "unknown"):
        return _presence(leaf.op, value)
    if leaf.op in ("=", "!=", "in", "not_in"):
        given = statement.value([_json(one) for one in _values(leaf)], "jsonb[]")
        op: Op = "in" if leaf.op in ("=", "in") else "not_in"
        return _membership(op, value, given)
    if leaf.op in ("contains", "not_contains"):
        given = statement.value([_json(one) for one in _values(leaf)], "jsonb[]")
        negation: LiteralString = "NOT " if leaf.op == "not_contains" else ""
        return sql.SQL(
            "(" + negation + "EXISTS (SELECT FROM unnest({}) g WHERE {} @> g"
            " AND jsonb_typeof({}) = 'array') AND {} IS NOT NULL)"
        ).format(given, value, value, value)
    number = sql.SQL("CASE WHEN jsonb_typeof({}) = 'number' THEN ({})::numeric END").format(
        value, value
    )
    return statement.compare(number, leaf.op, leaf.value, "bigint")


def _presence(op: Op, value: Sql) -> Sql:
    word: LiteralString = "IS NOT NULL" if op == "known" else "IS NULL"
    return sql.SQL("({} " + word + ")").format(value)


def _membership(op: Op, value: Sql, given: Sql) -> Sql:
    if op == "in":
        return sql.SQL("({} = ANY({}))").format(value, given)
    return sql.SQL("({} <> ALL({}))").format(value, given)


def _in_unit(statement: Statement, leaf: Trait, path: Sql) -> Sql:
    negation: LiteralString = "NOT " if leaf.op == "not_in" else ""
    if statement.is_read:  # not row by row: the units below are looked up once
        below = sql.SQL(
            "SELECT u.path FROM merchant.unit u JOIN merchant.unit top"
            " ON top.merchant_id = u.merchant_id AND starts_with(u.path, top.path)"
            " WHERE u.merchant_id = %(merchant)s AND top.code = ANY({})"
        ).format(statement.value(list(_values(leaf)), "text[]"))
        return sql.SQL("({} IS NOT NULL AND {} " + negation + "IN ({}))").format(path, path, below)
    return sql.SQL(
        "({} IS NOT NULL AND " + negation + "EXISTS (SELECT FROM merchant.unit top"
        " WHERE top.merchant_id = %(merchant)s AND top.code = ANY({})"
        " AND starts_with({}, top.path)))"
    ).format(path, statement.value(list(_values(leaf)), "text[]"), path)


def _values(leaf: Trait) -> tuple[Any, ...]:
    return leaf.value if isinstance(leaf.value, tuple) else (leaf.value,)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
