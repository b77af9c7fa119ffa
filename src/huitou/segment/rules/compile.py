"""A rule as one PostgreSQL statement.

    base    everyone asked about, in the scope
    l0 …    one figure per leaf
    judged  per customer, m0 …: does each leaf hold?  (never NULL)

and over `judged` the whole boolean combination: counted, listed or explained. References to other
segments are expanded in place, so a count is always of the rules of now.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, LiteralString
from uuid import UUID

from psycopg import sql

from huitou.segment.rules import figures
from huitou.segment.rules.statement import Sql, Statement
from huitou.segment.types.rule import SAMPLE_COUNT, All, AnyOf, At, Context, InSegment, Node, Not


@dataclass(frozen=True, slots=True)
class Compiled:
    """`paths` are the rule's own leaves, in the order of the answer's figures."""

    query: sql.Composed
    params: dict[str, Any]
    paths: list[str]


@dataclass(frozen=True, slots=True)
class _Own:
    """A leaf of the rule itself: where it stands, its verdict and its figure over `judged`."""

    path: str
    holds: Sql
    found: Sql


@dataclass(slots=True)
class _Parts:
    """What the leaves contribute, collected while the tree is walked."""

    statement: Statement
    own: list[_Own] = field(default_factory=list)
    sources: list[Sql] = field(default_factory=list)
    tests: list[Sql] = field(default_factory=list)
    shown: list[Sql] = field(default_factory=list)


def count(rule: Node, context: Context) -> Compiled:
    """One row: count, per_leaf bigint[], wecom, sms, sample uuid[] (at most 20)."""
    statement = Statement(context)
    head, own, whole = _judging(rule, statement)
    query = head + sql.SQL(_COUNT).format(
        whole=whole,
        per_leaf=sql.SQL(", ").join(
            [
                sql.SQL("count(*)"),  # a rule without leaves is one row as well
                *(sql.SQL("count(*) FILTER (WHERE {})").format(leaf.holds) for leaf in own),
            ]
        ),
        sample_count=sql.Literal(SAMPLE_COUNT),
    )
    return Compiled(query, statement.params, [leaf.path for leaf in own])


def members(rule: Node, context: Context, ids: Sequence[UUID] | None = None) -> Compiled:
    """Rows (id): the customers who meet the rule; of `ids` only, if given."""
    statement = Statement(context, ids)
    head, own, whole = _judging(rule, statement)
    query = head + sql.SQL(" SELECT id FROM judged WHERE ") + whole
    return Compiled(query, statement.params, [leaf.path for leaf in own])


def refresh(rule: Node, context: Context, segment_id: UUID) -> Compiled:
    """Make the stored members of a segment those of the rule; every entering and leaving is noted.
    One row: entered, left. (`live` does it for many segments and a few customers, `rules/filling.py`
    where it is known who meets the rule.)"""
    statement = Statement(context)
    head, _, whole = _judging(rule, statement)
    statement.params["segment"] = segment_id
    query = head + sql.SQL(_MATCHED).format(whole=whole) + sql.SQL(_REFRESH)
    return Compiled(query, statement.params, [])


def differing(rule: Node, context: Context, segment_id: UUID) -> Compiled:
    """Rows (id): whose stored membership is not the rule's."""
    statement = Statement(context)
    head, _, whole = _judging(rule, statement)
    statement.params["segment"] = segment_id
    query = head + sql.SQL(_MATCHED).format(whole=whole) + sql.SQL(_DIFFERING)
    return Compiled(query, statement.params, [])


def explain(rule: Node, context: Context, customer_id: UUID) -> Compiled:
    """One row: holds, per_leaf boolean[], found jsonb[]; no row for who is not in the scope."""
    statement = Statement(context, [customer_id])
    head, own, whole = _judging(rule, statement, is_explained=True)
    query = head + sql.SQL(
        " SELECT {} AS holds, ARRAY[{}]::boolean[] AS per_leaf, ARRAY[{}]::jsonb[] AS found"
        " FROM judged"
    ).format(
        whole,
        sql.SQL(", ").join(leaf.holds for leaf in own),
        sql.SQL(", ").join(leaf.found for leaf in own),
    )
    return Compiled(query, statement.params, [leaf.path for leaf in own])


_COUNT: LiteralString = """,
    matched AS MATERIALIZED (SELECT id FROM judged WHERE {whole})
    SELECT (SELECT count(*) FROM matched) AS count,
           (SELECT (ARRAY[{per_leaf}])[2:] FROM judged) AS per_leaf,
           r.wecom, r.sms,
           ARRAY(SELECT id FROM matched LIMIT {sample_count}) AS sample
    FROM (SELECT count(*) FILTER (WHERE c.channel = 'wecom') AS wecom,
                 count(*) FILTER (WHERE c.channel = 'sms') AS sms
          FROM matched m
          JOIN profile.consent c ON c.merchant_id = %(merchant)s AND c.customer_id = m.id
               AND c.state = 'given' AND c.purpose = 'marketing'
               AND c.channel IN ('wecom', 'sms')) r
"""

_MATCHED: LiteralString = """,
    matched AS MATERIALIZED (SELECT id FROM judged WHERE {whole})"""

_REFRESH: LiteralString = """,
    gone AS (
        DELETE FROM segment.member m
        WHERE m.merchant_id = %(merchant)s AND m.segment_id = %(segment)s
          AND NOT EXISTS (SELECT FROM matched WHERE matched.id = m.customer_id)
        RETURNING m.customer_id),
    come AS (
        INSERT INTO segment.member (merchant_id, segment_id, customer_id, entered_at)
        SELECT %(merchant)s, %(segment)s, id, %(now)s FROM matched
        ON CONFLICT DO NOTHING RETURNING customer_id),
    noted AS (
        INSERT INTO segment.change (merchant_id, segment_id, customer_id, kind, at)
        SELECT %(merchant)s, %(segment)s, customer_id, 'left', %(now)s FROM gone
        UNION ALL
        SELECT %(merchant)s, %(segment)s, customer_id, 'entered', %(now)s FROM come
        RETURNING kind)
    SELECT count(*) FILTER (WHERE kind = 'entered') AS entered,
           count(*) FILTER (WHERE kind = 'left') AS "left"
    FROM noted
"""

_DIFFERING: LiteralString = """,
    stored AS MATERIALIZED (
        SELECT customer_id AS id FROM segment.member
        WHERE merchant_id = %(merchant)s AND segment_id = %(segment)s)
    (SELECT id FROM matched EXCEPT SELECT id FROM stored)
    UNION ALL (SELECT id FROM stored EXCEPT SELECT id FROM matched)
"""

_SCOPE: LiteralString = """
    SELECT c.id FROM identity.customer c
    LEFT JOIN profile.customer p ON p.merchant_id = c.merchant_id AND p.customer_id = c.id
    LEFT JOIN merchant.unit u ON u.merchant_id = p.merchant_id AND u.id = p.home_unit_id
    WHERE c.merchant_id = %(merchant)s AND c.root_id = c.id AND c.state = 'live'
      AND base.in_scope(u.path, %(scope_path)s)
      AND (%(scope_staff)s::uuid IS NULL OR p.owner_staff_id = %(scope_staff)s)
"""


def _judging(
    rule: Node, statement: Statement, *, is_explained: bool = False
) -> tuple[sql.Composed, list[_Own], Sql]:
    """The statement up to `judged`, the rule's own leaves, and the whole rule over it."""
    parts = _Parts(statement)
    whole = _walk(rule, parts, is_own=True)
    tables: list[Sql] = [
        sql.SQL("base AS MATERIALIZED ({})").format(sql.SQL(_SCOPE) + statement.only("c.id"))
    ]
    columns: list[Sql] = [sql.SQL("b.id")]
    joins: list[Sql] = []
    each = zip(parts.sources, parts.tests, parts.shown, strict=True)
    for index, (source, test, shown) in enumerate(each):
        alias = _name("l", index)
        tables.append(sql.SQL("{} AS MATERIALIZED ({})").format(alias, source))
        columns.append(sql.SQL("coalesce({}, false) AS {}").format(test, _name("m", index)))
        if is_explained:
            columns.append(sql.SQL("to_jsonb({}) AS {}").format(shown, _name("f", index)))
        joins.append(sql.SQL(" LEFT JOIN {0} ON {0}.id = b.id").format(alias))
    judged = sql.SQL("judged AS MATERIALIZED (SELECT {} FROM base b{})").format(
        sql.SQL(", ").join(columns), sql.Composed(joins)
    )
    return sql.SQL("WITH {}").format(sql.SQL(", ").join([*tables, judged])), parts.own, whole


def _walk(node: Node, parts: _Parts, *, is_own: bool) -> Sql:
    """The node as a boolean expression over `judged`; its leaves are added to `parts`."""
    match node:
        case Not(inner):
            return sql.SQL("NOT ") + _walk(inner, parts, is_own=is_own)
        case All(nodes):
            return _joined(" AND ", "true", [_walk(one, parts, is_own=is_own) for one in nodes])
        case AnyOf(nodes):
            return _joined(" OR ", "false", [_walk(one, parts, is_own=is_own) for one in nodes])
        case At(path, InSegment(id=segment_id)):
            holds = _walk(parts.statement.context.rules[segment_id], parts, is_own=False)
            own = _Own(path, holds, sql.SQL("to_jsonb({})").format(holds))
        case At(path, leaf):
            index = len(parts.sources)
            leaf_figure = figures.figure(parts.statement, leaf)
            value = sql.SQL("{}.value").format(_name("l", index))
            parts.sources.append(leaf_figure.source)
            parts.tests.append(leaf_figure.test(value))
            parts.shown.append(figures.shown(leaf, value))
            holds = _name("m", index)
            own = _Own(path, holds, _name("f", index))
    if is_own:
        parts.own.append(own)
    return holds


def _joined(word: LiteralString, empty: LiteralString, parts: list[Sql]) -> Sql:
    if not parts:
        return sql.SQL(empty)
    return sql.SQL("({})").format(sql.SQL(word).join(parts))


def _name(prefix: str, index: int) -> sql.Identifier:
    return sql.Identifier(f"{prefix}{index}")
