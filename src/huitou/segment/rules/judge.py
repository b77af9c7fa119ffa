"""Leaves one by one: for some customers all of them, or one of them for everybody who counts."""

from collections.abc import Sequence
from uuid import UUID

from psycopg import sql

from huitou.segment.rules.compile import SCOPE, Compiled
from huitou.segment.rules.figures import figure
from huitou.segment.rules.statement import Sql, Statement
from huitou.segment.types.rule import Context, Leaf


def verdicts(leaves: Sequence[Leaf], context: Context, ids: Sequence[UUID]) -> Compiled:
    """Rows (ordinal, holds boolean[] in the order of the leaves): those of `ids` in the scope."""
    statement = Statement(context, ids)
    tables: list[Sql] = [
        sql.SQL("base AS MATERIALIZED ({})").format(sql.SQL(SCOPE) + statement.only("c.id"))
    ]
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
        "WITH {} SELECT c.ordinal, ARRAY[{}]::boolean[] AS holds FROM base b"
        " JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = b.id{}"
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
