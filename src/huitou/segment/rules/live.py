"""Many rules over a few customers, judged in one pass of PostgreSQL.

    base      those of the customers who can be members
    happened  their events of the types the rules ask for
    bought    their purchases
    s0 …      for each table the rules look at, all figures over its rows at once
    l0 …      figures that need a query of their own
    judged    per customer, m0 …: does each leaf hold?  (never NULL)
    verdict   per customer, the places of the segments whose rule holds

and where that differs from the stored members: who comes, who goes. A leaf that stands in many rules is
judged once. References to other segments are expanded in place.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import LiteralString
from uuid import UUID

import msgspec
from psycopg import sql

from huitou.segment.rules import parse
from huitou.segment.rules.compile import Compiled
from huitou.segment.rules.figures import Part, figure
from huitou.segment.rules.happenings import BOUGHT, EVENTS, HAPPENED, PURCHASES
from huitou.segment.rules.statement import NOTHING, Scan, Sql, Statement
from huitou.segment.types.rule import (
    All,
    AnyOf,
    At,
    Context,
    Event,
    InSegment,
    Leaf,
    Node,
    Not,
    Nth,
)
from huitou.segment.types.rule import Sequence as InSequence

_LEAVES_MAX = 400
"""Leaves in one statement; PostgreSQL allows 1,600 columns a row."""

_AHEAD_MAX = timedelta(days=1)
"""More than any event is dated ahead of its arrival (`event.rules.AHEAD_MAX`)."""


@dataclass(slots=True)
class _Leaves:
    """What the rules look at, each leaf once, collected while the trees are walked."""

    statement: Statement
    known: dict[bytes, Sql] = field(default_factory=dict)
    tests: list[Sql] = field(default_factory=list)
    parts: dict[Scan, list[Part]] = field(default_factory=dict)
    sources: list[Sql] = field(default_factory=list)


def refresh(rules: Mapping[UUID, Node], context: Context) -> Iterator[Compiled]:
    """Statements that make the stored members among `ids`, a parameter to be given, those of the
    rules (by segment; whom a rule refers to is among them); every entering and leaving is noted and
    counted. One value each: how many.

    They are good for any moment from the context's on, but read more the older they are.
    """
    for some in _portions(rules):
        asked = [leaf for tree in some.values() for leaf in parse.all_leaves(tree, rules)]
        statement = Statement(context, ids=(), is_read=True)
        types, young = _asked_events(asked, statement)
        leaves = _Leaves(statement)
        wholes = [
            sql.SQL("CASE WHEN {} THEN {} END").format(_walk(tree, leaves), sql.Literal(place))
            for place, tree in enumerate(some.values(), start=1)
        ]
        query = sql.SQL("WITH {tables}" + _REFRESH).format(
            tables=sql.SQL(", ").join(_tables(leaves, types, young)),
            wholes=sql.SQL(", ").join(wholes),
        )
        text = query.as_string()  # put together once, run many times
        params = {**statement.params, "segments": list(some)}
        yield Compiled(sql.Composed([sql.SQL(text)]), params, [])


_BASE: LiteralString = """
    SELECT c.id FROM identity.customer c
    WHERE c.merchant_id = %(merchant)s AND c.merged_into IS NULL AND c.state = 'live'
      AND c.id = ANY(%(ids)s)
"""

_REFRESH: LiteralString = """,
    verdict AS MATERIALIZED (
        SELECT j.id, array_remove(ARRAY[{wholes}]::int[], NULL) AS places FROM judged j),
    stored AS MATERIALIZED (
        SELECT m.customer_id AS id, array_agg(n.place::int ORDER BY n.place) AS places
        FROM unnest(%(ids)s) asked(id)
        JOIN segment.member m ON m.merchant_id = %(merchant)s AND m.customer_id = asked.id
        JOIN unnest(%(segments)s) WITH ORDINALITY n(id, place) ON n.id = m.segment_id
        GROUP BY m.customer_id),
    differing AS MATERIALIZED (
        SELECT id, coalesce(v.places, '{{}}') AS now, coalesce(s.places, '{{}}') AS before
        FROM verdict v FULL JOIN stored s USING (id)
        WHERE coalesce(v.places, '{{}}') <> coalesce(s.places, '{{}}')),
    gone AS (
        DELETE FROM segment.member m USING (
            SELECT (%(segments)s)[place] AS segment_id, d.id AS customer_id
            FROM differing d CROSS JOIN LATERAL unnest(d.before) place
            WHERE place <> ALL(d.now)) g
        WHERE m.merchant_id = %(merchant)s
          AND m.segment_id = g.segment_id AND m.customer_id = g.customer_id
        RETURNING m.segment_id, m.customer_id),
    come AS (
        INSERT INTO segment.member (merchant_id, segment_id, customer_id, entered_at)
        SELECT %(merchant)s, (%(segments)s)[place], d.id, %(now)s
        FROM differing d CROSS JOIN LATERAL unnest(d.now) place
        WHERE place <> ALL(d.before)
        RETURNING segment_id, customer_id),
    noted AS (
        INSERT INTO segment.change (merchant_id, segment_id, customer_id, kind, at)
        SELECT %(merchant)s, segment_id, customer_id, 'left', %(now)s FROM gone
        UNION ALL
        SELECT %(merchant)s, segment_id, customer_id, 'entered', %(now)s FROM come
        RETURNING segment_id, kind),
    counted AS (
        UPDATE segment.segment s SET member_count = s.member_count + n.change
        FROM (SELECT segment_id, count(*) FILTER (WHERE kind = 'entered')
                                 - count(*) FILTER (WHERE kind = 'left') AS change
              FROM noted GROUP BY segment_id) n
        WHERE s.merchant_id = %(merchant)s AND s.id = n.segment_id AND n.change <> 0)
    SELECT count(*) FROM noted
"""


def _portions(rules: Mapping[UUID, Node]) -> Iterator[dict[UUID, Node]]:
    """The rules in portions of not too many leaves."""
    some: dict[UUID, Node] = {}
    seen: set[bytes] = set()
    for segment_id, tree in rules.items():
        own = {msgspec.json.encode(leaf) for leaf in parse.all_leaves(tree, rules)}
        if some and len(seen | own) > _LEAVES_MAX:
            yield some
            some, seen = {}, set()
        some[segment_id] = tree
        seen |= own
    if some:
        yield some


def _asked_events(leaves: Iterable[Leaf], statement: Statement) -> tuple[list[str], Sql]:
    """Which types of events the leaves look at, and a restriction to those young enough. Orders are
    read from the order room. Events arrive after they happen, which spares old partitions."""
    types: set[str] = set()
    spans: list[datetime | None] = []
    for leaf in leaves:
        asked = _types_of(leaf) - {"order.paid"}
        if asked and isinstance(leaf, Event | InSequence):
            types |= asked
            spans.append(statement.span(leaf.window)[0])
        elif asked:
            types |= asked
            spans.append(None)  # the n-th of all there ever were
    young = NOTHING
    if types and (since := _oldest(spans)) is not None:
        young = sql.SQL(" AND e.occurred_at >= {} AND e.received_at >= {}").format(
            statement.value(since, "timestamptz"),
            statement.value(since - _AHEAD_MAX, "timestamptz"),
        )
    return sorted(types), young


def _types_of(leaf: Leaf) -> set[str]:
    if isinstance(leaf, Event | Nth):
        return {leaf.type}
    if isinstance(leaf, InSequence):
        return {match.type for match in (leaf.first, leaf.then, leaf.then_not) if match}
    return set()


def _oldest(spans: Iterable[datetime | None]) -> datetime | None:
    """The oldest of the beginnings; None when one has no beginning."""
    known = list(spans)
    return None if None in known else min((at for at in known if at is not None), default=None)


def _walk(node: Node, leaves: _Leaves) -> Sql:
    """The node as a boolean expression over `judged`."""
    match node:
        case Not(inner):
            return sql.SQL("(NOT {})").format(_walk(inner, leaves))
        case All(nodes):
            return _joined(" AND ", "true", [_walk(one, leaves) for one in nodes])
        case AnyOf(nodes):
            return _joined(" OR ", "false", [_walk(one, leaves) for one in nodes])
        case At(_, InSegment(id=segment_id)):
            return _walk(leaves.statement.context.rules[segment_id], leaves)
        case At(_, leaf):
            return _holds(leaf, leaves)


def _joined(word: LiteralString, empty: LiteralString, parts: list[Sql]) -> Sql:
    return sql.SQL("({})").format(sql.SQL(word).join(parts)) if parts else sql.SQL(empty)


def _holds(leaf: Leaf, leaves: _Leaves) -> Sql:
    """The leaf's column of `judged`; told apart as JSON, where `true` is not 1."""
    key = msgspec.json.encode(leaf)
    if key not in leaves.known:
        made = figure(leaves.statement, leaf)
        if made.part is None:
            value = sql.SQL("{}.value").format(_name("l", len(leaves.sources)))
            leaves.sources.append(made.source)
        else:
            parts = leaves.parts.setdefault(made.part.scan, [])
            scan_no = list(leaves.parts).index(made.part.scan)
            value = sql.SQL("{}.{}").format(_name("s", scan_no), _name("v", len(parts)))
            parts.append(made.part)
        leaves.known[key] = sql.SQL("j.{}").format(_name("m", len(leaves.tests)))
        leaves.tests.append(made.test(value))
    return leaves.known[key]


def _tables(leaves: _Leaves, types: list[str], young: Sql) -> Iterator[Sql]:
    """The statement's tables up to `judged`."""
    statement = leaves.statement
    yield sql.SQL("base AS MATERIALIZED (" + _BASE + ")")
    if types:
        yield (
            sql.SQL(
                "happened AS MATERIALIZED (SELECT r.customer_id, e.type, e.occurred_at, e.unit_id,"
                " e.properties" + EVENTS.rows + " AND e.type = ANY({}){}{})"
            ).format(statement.value(types, "text[]"), young, statement.only(EVENTS.id))
        )
    yield sql.SQL("bought AS MATERIALIZED (SELECT p.*" + PURCHASES.rows + "{})").format(
        statement.only(PURCHASES.id)
    )
    joined = []
    for index, (scan, parts) in enumerate(leaves.parts.items()):
        yield _table(_name("s", index), _scan(statement, scan, parts))
        joined.append(_name("s", index))
    for index, source in enumerate(leaves.sources):
        yield _table(_name("l", index), source)
        joined.append(_name("l", index))
    columns: list[Sql] = [sql.SQL("b.id")]
    columns += [
        sql.SQL("coalesce({}, false) AS {}").format(test, _name("m", index))
        for index, test in enumerate(leaves.tests)
    ]
    yield sql.SQL("judged AS MATERIALIZED (SELECT {} FROM base b{})").format(
        sql.SQL(", ").join(columns),
        sql.Composed([sql.SQL(" LEFT JOIN {0} ON {0}.id = b.id").format(one) for one in joined]),
    )


def _table(name: Sql, source: Sql) -> Sql:
    return sql.SQL("{} AS MATERIALIZED ({})").format(name, source)


def _scan(statement: Statement, scan: Scan, parts: Sequence[Part]) -> Sql:
    """All figures over the rows of one scan: (id, v0, v1, …)."""
    columns = [
        sql.SQL("{} AS {}").format(_figure(scan, part), _name("v", index))
        for index, part in enumerate(parts)
    ]
    young = NOTHING
    since = _oldest(part.since for part in parts)
    if scan.at is not None and since is not None:
        young = sql.SQL(" AND " + scan.at + " >= {}").format(statement.value(since, "timestamptz"))
    return sql.SQL("SELECT " + scan.id + " AS id, {}" + scan.rows + "{}{}{}").format(
        sql.SQL(", ").join(columns),
        young,
        NOTHING if scan in (HAPPENED, BOUGHT) else statement.only(scan.id),
        NOTHING if scan.each == "one" else sql.SQL(" GROUP BY " + scan.id),
    )


def _figure(scan: Scan, part: Part) -> Sql:
    filter_ = sql.SQL(" FILTER (WHERE true{})").format(part.picked)
    if scan.each == "one":
        return part.value(NOTHING)
    if scan.each == "picked":
        return sql.SQL("(array_agg({}){})[1]").format(part.value(NOTHING), filter_)
    return part.value(filter_)


def _name(prefix: str, index: int) -> sql.Identifier:
    return sql.Identifier(f"{prefix}{index}")
