"""What is copied: a table's rows by key, under its own name and columns."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, LiteralString

Kind = Literal["whole", "customer", "order", "event"]
"""What a key is: the whole table (small ones), a customer's ordinal, the position of an order's or
an event's entry in the log. Customers' rows are small and read whole; orders and events are many,
laid out by month and customer, and mostly appended."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """`rows` selects `key`, then `columns` (name → DuckDB type) in order, from PostgreSQL.

    In `rows`, `{only}` stands where ` AND …` restricts it to changed keys, by `key_column`. `keys`
    selects the keys (bigint) of the changes of `sources`, given as `pg_temp.warehouse_change (source,
    key)`. `at` is the column whose month a file is of, and `span` selects its first and last value. Not `for_rules`: no
    rule asks for it, so that changes of it make no answer to a rule stale.
    """

    name: LiteralString
    kind: Kind
    sources: tuple[str, ...]
    keys: LiteralString
    rows: LiteralString
    key_column: LiteralString
    columns: Mapping[str, str]
    at: LiteralString | None = None
    span: LiteralString = ""
    for_rules: bool = True

    @property
    def at_name(self) -> str | None:
        """`at` among the columns."""
        return self.at.partition(".")[2] if self.at else None

    @property
    def table(self) -> tuple[str, str]:
        """(schema, table)."""
        schema, _, table = self.name.partition(".")
        return schema, table


DATASETS: dict[str, Dataset] = {}
"""Everything published, lowest room first (`wiring.wire` imports the rooms in order)."""

CHANGED_CUSTOMERS: LiteralString = """
    SELECT DISTINCT c.ordinal::bigint FROM pg_temp.warehouse_change w
    JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = w.key
    WHERE w.source = ANY(%(sources)s)
"""
"""The `keys` of datasets by customer."""

CHANGED_ROOTS: LiteralString = """
    SELECT DISTINCT k.ordinal::bigint FROM pg_temp.warehouse_change w
    JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.id = w.key
    JOIN identity.customer k ON k.merchant_id = c.merchant_id AND k.id IN (c.id, c.root_id)
    WHERE w.source = ANY(%(sources)s)
"""
"""The same where rows stay with the customer that they first came to and are read by who answers now."""


def publish(dataset: Dataset) -> None:
    """Declare a dataset."""
    assert dataset.name not in DATASETS or DATASETS[dataset.name] == dataset
    DATASETS[dataset.name] = dataset
