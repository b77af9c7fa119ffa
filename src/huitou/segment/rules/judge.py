"""Leaves one by one: for some customers all of them, or one of them for everybody who counts."""

from collections.abc import Sequence
from typing import LiteralString
from uuid import UUID

from psycopg import sql

from huitou.segment.rules.compile import Compiled
from huitou.segment.rules.figures import figure
from huitou.segment.rules.statement import Sql, Statement
from huitou.segment.types.rule import Context, Leaf

_BASE: LiteralString = """base AS MATERIALIZED (
    SELECT c.id, c.ordinal, coalesce(base.in_scope(u.path, %(scope_path)s), false)
           AND (%(scope_staff)s::uuid IS NULL OR p.owner_staff_id = %(scope_staff)s) AS is_seen
    FROM identity.customer c
    LEFT JOIN profile.customer p ON p.merchant_id = c.merchant_id AND p.customer_id = c.id
    LEFT JOIN merchant.unit u ON u.merchant_id = p.merchant_id AND u.id = p.home_unit_id
    WHERE c.merchant_id = %(merchant)s AND c.root_id = c.id AND c.state = 'live'
      AND c.id = ANY(%(ids)s))"""


def verdicts(leaves: Sequence[Leaf], context: Context, ids: Sequence[UUID]) -> Compiled:
    """Rows (ordinal, is_seen, holds boolean[] in the order of the leaves) of those of `ids` who can
    be members, whatever the scope; `is_seen` are those in it."""
    statement = Statement(context, ids)
    tables: list[Sql] = [sql.SQL(_BASE)]
    holds: list[Sql] = []
    joins: list[Sql] = []
    for index, leaf in enumerate(leaves):
        alias = sql.Identifier(f"l{index}")
        asked = figure(statement, leaf)
        tables.append(sql.SQL("{} AS MATERIALIZED ({})").format(alias, asked.source))
        verdict = asked.test(sql.SQL("{}.value").format(alias))
        holds.append(sql.SQL("coalesce({}, false)").format(verdict))
        joins.append(sql.SQL(" LEFT JOIN {0} ON {0}.id = b.id").format(alias))
    query = sql.SQL(
        "WITH {} SELECT b.ordinal, b.is_seen, ARRAY[{}]::boolean[] AS holds FROM base b{}"
    ).format(sql.SQL(", ").join(tables), sql.SQL(", ").join(holds), sql.Composed(joins))
    return Compiled(query, statement.params, [])


def everybody(leaf: Leaf, context: Context) -> Compiled:
    """Rows (ordinal) of all customers, whatever the scope, who meet the leaf."""
    statement = Statement(context)
    asked = figure(statement, leaf)
    query = sql.SQL(
        "SELECT c.ordinal FROM identity.customer c LEFT JOIN ({}) q ON q.id = c.id"
        " WHERE c.merchant_id = %(merchant)s AND c.root_id = c.id AND c.state = 'live' AND {}"
    ).format(asked.source, asked.test(sql.SQL("q.value")))
    return Compiled(query, statement.params, [])
