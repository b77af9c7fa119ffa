"""A leaf over the whole base: its figure, as PostgreSQL would be asked it, in another dialect.

The figure is written once; sqlglot renders it for the engine that reads the warehouse's copy, where
tables and columns have the same names. Leaves that differ in values only are translated once.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlglot
from psycopg import sql
from sqlglot import exp

from huitou.base.warehouse.datasets import DATASETS
from huitou.base.warehouse.engine import Dialect
from huitou.segment.rules import spark
from huitou.segment.rules.figures import figure
from huitou.segment.rules.statement import Sql, Statement
from huitou.segment.rules.traits import BUILT_IN
from huitou.segment.types.rule import Context, Leaf, Trait

MACROS: dict[Dialect, str] = {
    "duckdb": "CREATE OR REPLACE MACRO drawn(salt, id) AS"
    " ('0x' || substr(sha256(salt || ':' || id), 1, 8))::BIGINT",
    "spark": "CREATE OR REPLACE TEMPORARY FUNCTION drawn(salt STRING, id STRING) RETURNS BIGINT"
    " RETURN CAST(conv(substr(sha2(concat(salt, ':', id), 256), 1, 8), 16, 10) AS BIGINT)",
}
"""What a scan calls that engines do not have by themselves: `rules.sample.draw`."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query of an engine, and the tables it reads. If that is one of a customer's rows, `again`
    asks the same of those rows that are fresh (`Engine.fresh_since`)."""

    text: str
    tables: frozenset[str]
    again: str | None = None


@dataclass(frozen=True, slots=True)
class Scan:
    """`without` is the verdict, an expression, of customers without a row of the figure. (id) of
    whoever's verdict is other than that: `rows[without]`."""

    without: str
    rows: Mapping[bool, Question]


def is_copied(leaf: Leaf) -> bool:
    """Whether the copy knows what the leaf looks at; traits of the merchant's own are not in it."""
    return not isinstance(leaf, Trait) or leaf.name in BUILT_IN


def scan(leaf: Leaf, context: Context, merchant: UUID, dialect: Dialect) -> Scan:
    """The two questions that tell for every customer whether the leaf holds."""
    statement = Statement(context, is_copy=True)
    asked = figure(statement, leaf)
    select = sql.SQL("SELECT q.id FROM ({}) q WHERE {}")
    holds = asked.test(sql.SQL("q.value"))
    rows = {
        False: select.format(asked.source, holds),
        True: select.format(asked.source, sql.SQL("({}) IS NOT TRUE").format(holds)),
    }
    without = sql.SQL("SELECT coalesce({}, false)").format(asked.test(sql.SQL("NULL")))
    values = values_of(statement, merchant)
    return Scan(
        rendered(without, values, dialect).text.removeprefix("SELECT "),
        {verdict: rendered(query, values, dialect) for verdict, query in rows.items()},
    )


def verdicts_without(scans: Sequence[Scan]) -> str:
    """The question for the verdicts of those without a row, one row of them."""
    return "SELECT " + ", ".join(f"{scan_.without} AS v{at}" for at, scan_ in enumerate(scans))


def values_of(statement: Statement, merchant: UUID) -> dict[str, Any]:
    """What the placeholders of a statement stand for."""
    context = statement.context
    named = {"merchant": merchant, "now": context.now, "zone": context.zone}
    return {**statement.params, **named}


def rendered(query: Sql, values: Mapping[str, Any], dialect: Dialect) -> Question:
    """PostgreSQL's SQL in an engine's, with the values in it."""
    return filled(_translated(query.as_string(None), dialect), values, dialect)


def filled(template: Question, values: Mapping[str, Any], dialect: Dialect) -> Question:
    """The question with values for its placeholders: what it says beside them is our own words, in
    which nothing else looks like one."""

    def written(text: str) -> str:
        return _ENGINES.sub(lambda found: _literal(values[found[1]], dialect), text)

    again = template.again and written(template.again)
    return Question(written(template.text), template.tables, again)


def parsed(text: str) -> exp.Expr:
    """PostgreSQL's SQL with psycopg's placeholders, as a tree."""
    tree = sqlglot.parse_one(_PSYCOPG.sub(r":\1", text), dialect="postgres")
    for select in tree.find_all(exp.Select):
        if not select.expressions:  # EXISTS (SELECT FROM …) is PostgreSQL's alone
            select.select("1", copy=False)
    return tree


def template_of(tree: exp.Expr, dialect: Dialect) -> Question:
    """A tree as a question with placeholders."""
    tables = frozenset(f"{table.db}.{table.name}" for table in tree.find_all(exp.Table) if table.db)
    tree = tree.transform(_listed).transform(_among, copy=False)
    if dialect == "spark":
        tree = tree.transform(spark.translated, copy=False)
    text = tree.sql(dialect=dialect)
    read = [table for table in tree.find_all(exp.Table) if table.db]
    if len(read) != 1:
        return Question(text, tables)
    [name] = tables
    dataset = DATASETS.get(name)
    if dataset is None or dataset.kind != "customer":
        return Question(text, tables)
    read[0].set("this", exp.to_identifier(name, quoted=True))
    read[0].set("db", exp.to_identifier("fresh"))
    return Question(text, tables, tree.sql(dialect=dialect))


def _listed(node: exp.Expr) -> exp.Expr:
    """Of a list, what is in it is written, into brackets of ours."""
    match node:
        case exp.Cast(this=exp.Placeholder() as given) if node.to.is_type("array"):
            return exp.Array(expressions=[given])
    return node


def _among(node: exp.Expr) -> exp.Expr:
    """`= ANY` of a list or a query as IN, which engines look up in statistics and dictionaries."""
    match node:
        case exp.EQ(expression=exp.Any(this=given)):
            return _in(node.this, given)
        case exp.NEQ(expression=exp.Anonymous(this=str(word), expressions=[given])) if (
            word.upper() == "ALL"
        ):
            return exp.not_(_in(node.this, given))
    return node


def _in(left: exp.Expr, given: exp.Expr) -> exp.In:
    given = given.unnest()
    assert isinstance(given, exp.Array), given
    if len(given.expressions) == 1 and isinstance(given.expressions[0].unnest(), exp.Query):
        query = given.expressions[0].unnest().transform(_among)
        return exp.In(this=left, query=exp.Subquery(this=query))
    return exp.In(this=left, expressions=given.expressions)


_PSYCOPG = re.compile(r"%\((\w+)\)s")
_ENGINES = re.compile(r"[$:](\w+)")
_TEMPLATES = 1_000


@lru_cache(maxsize=_TEMPLATES)
def _translated(text: str, dialect: Dialect) -> Question:
    return template_of(parsed(text), dialect)


def _literal(value: Any, dialect: Dialect) -> str:
    if isinstance(value, list):
        return ", ".join(_literal(item, dialect) for item in value)
    if isinstance(value, datetime):
        made: exp.Expr = exp.cast(exp.Literal.string(value.isoformat()), "timestamptz")
    elif isinstance(value, date):
        made = exp.cast(exp.Literal.string(value.isoformat()), "date")
    elif isinstance(value, UUID):
        made = exp.Literal.string(str(value))
    else:
        made = exp.convert(value)
    return made.sql(dialect=dialect)
