"""A leaf over the whole base: its figure, as PostgreSQL would be asked it, in another dialect.

The figure is written once; sqlglot renders it for the engine that reads the warehouse's copy, where
tables and columns have the same names.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlglot
from psycopg import sql
from sqlglot import exp

from huitou.base.warehouse.engine import Dialect
from huitou.segment.rules import spark
from huitou.segment.rules.figures import figure
from huitou.segment.rules.statement import Sql, Statement
from huitou.segment.rules.traits import BUILT_IN
from huitou.segment.types.rule import Context, Leaf, Trait

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


MACROS: dict[Dialect, str] = {
    "duckdb": "CREATE OR REPLACE MACRO drawn(salt, id) AS"
    " ('0x' || substr(sha256(salt || ':' || id), 1, 8))::BIGINT",
    "spark": "CREATE OR REPLACE TEMPORARY FUNCTION drawn(salt STRING, id STRING) RETURNS BIGINT"
    " RETURN CAST(conv(substr(sha2(concat(salt, ':', id), 256), 1, 8), 16, 10) AS BIGINT)",
}
"""What a scan calls that engines do not have by themselves: `rules.sample.draw`."""


@dataclass(frozen=True, slots=True)
class Scan:
    """`rows` selects (id) of the customers whose verdict is other than that of those without a
    row; `without` is the expression of that verdict."""

    rows: str
    without: str


def is_copied(leaf: Leaf) -> bool:
    """Whether the copy knows what the leaf looks at; traits of the merchant's own are not in it."""
    return not isinstance(leaf, Trait) or leaf.name in BUILT_IN


def scan(leaf: Leaf, context: Context, merchant: UUID, dialect: Dialect) -> Scan:
    """The two questions that tell for every customer whether the leaf holds."""
    statement = Statement(context, is_copy=True)
    asked = figure(statement, leaf)
    holds = sql.SQL("coalesce({}, false)")
    rows = sql.SQL("SELECT q.id FROM ({}) q WHERE {} <> {}").format(
        asked.source, holds.format(asked.test(sql.SQL("q.value"))), sql.SQL("%(without)s")
    )
    without = sql.SQL("SELECT {}").format(holds.format(asked.test(sql.SQL("NULL"))))
    values = {**statement.params, "merchant": merchant, "now": context.now, "zone": context.zone}
    verdict = rendered(without, values, dialect).removeprefix("SELECT ")
    return Scan(rendered(rows, values, dialect), verdict)


def verdicts_without(scans: Sequence[Scan]) -> str:
    """The question for the verdicts of those without a row, one row of them."""
    return "SELECT " + ", ".join(f"{scan_.without} AS v{at}" for at, scan_ in enumerate(scans))


def settled(scan_: Scan, *, without: bool) -> str:
    """The question for the rows, once the verdict of those without is known."""
    return scan_.rows.replace(_WITHOUT, "TRUE" if without else "FALSE")


_WITHOUT = "'the verdict of those without a row'"


def rendered(query: Sql, values: Mapping[str, Any], dialect: Dialect) -> str:
    """PostgreSQL's SQL in an engine's, with the values in it."""
    text = _PLACEHOLDER.sub(r":\1", query.as_string(None))
    tree = sqlglot.parse_one(text, dialect="postgres")
    literals = {name: _literal(value) for name, value in values.items()}
    literals["without"] = exp.Literal.string(_WITHOUT.strip("'"))
    filled = exp.replace_placeholders(tree, **literals)
    for select in filled.find_all(exp.Select):
        if not select.expressions:  # EXISTS (SELECT FROM …) is PostgreSQL's alone
            select.select("1", copy=False)
    return (spark.translated(filled) if dialect == "spark" else filled).sql(dialect=dialect)


def _literal(value: Any) -> exp.Expr:
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat()), "timestamptz")
    if isinstance(value, UUID):
        return exp.Literal.string(str(value))
    if isinstance(value, list):
        return exp.Array(expressions=[_literal(item) for item in value])
    return exp.convert(value)
