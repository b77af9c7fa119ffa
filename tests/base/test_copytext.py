"""What is loaded by COPY arrives as it was."""

from datetime import UTC, date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huitou.base import copytext
from tests.conftest import Write

_texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
_flat = st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _texts
_whole = st.integers(-(2**63), 2**63 - 1)
COLUMNS: dict[str, st.SearchStrategy[object]] = {
    "bigint": _whole,
    "bigint[]": st.lists(_whole, max_size=3),
    "boolean": st.booleans(),
    "boolean[]": st.lists(st.booleans(), max_size=3),
    "bytea": st.binary(max_size=8),
    "bytea[]": st.lists(st.binary(max_size=8), max_size=3),
    "date": st.dates(date(1, 1, 1)),
    "int": st.integers(-(2**31), 2**31 - 1),
    "jsonb": st.dictionaries(_texts, _flat | st.lists(_flat, max_size=2), max_size=3),
    "smallint": st.integers(-(2**15), 2**15 - 1),
    "text": _texts,
    "text[]": st.lists(_texts, max_size=3),
    "timestamptz": st.datetimes(timezones=st.just(UTC)),
    "uuid": st.uuids(),
    "uuid[]": st.lists(st.uuids(), max_size=3),
}
_rows = st.lists(st.tuples(*(st.none() | each for each in COLUMNS.values())), max_size=5)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_rows)
def test_every_type_arrives_as_it_was(write: Write, rows: list[tuple[object, ...]]) -> None:
    names = [f"c{place}" for place in range(len(COLUMNS))]
    with write() as tx:
        count = tx.load(
            "sent", {"no": "int"} | dict(zip(names, COLUMNS, strict=True)), _numbered(rows)
        )
        found = tx.rows(dict, "SELECT * FROM pg_temp.sent ORDER BY no")
    assert count == len(rows)
    assert [tuple(row[name] for name in names) for row in found] == rows


def _numbered(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [(no, *row) for no, row in enumerate(rows)]


def test_rows_come_in_chunks() -> None:
    ids = [(UUID(int=no),) for no in range(4_001)]
    assert [count for _, count in copytext.chunks(["uuid"], ids)] == [2_000, 2_000, 1]


def test_a_row_has_a_value_for_each_column() -> None:
    with pytest.raises(ValueError, match="zip"):
        list(copytext.chunks(["int", "int"], [(1,)]))
