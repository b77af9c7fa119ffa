"""Array literals come back from PostgreSQL as they went in."""

from datetime import UTC, timedelta, timezone
from typing import Any
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from huitou.base.arrays import literal, literal_of_lists
from huitou.base.pg import EmbeddedPostgres

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
MOMENTS = st.datetimes(timezones=st.just(UTC)).map(
    lambda at: at.astimezone(timezone(timedelta(hours=8 if at.year < 9999 else 0)))
)
KINDS: dict[str, Any] = {
    "text": TEXTS,
    "bytea": st.binary(max_size=40),
    "bigint": st.integers(-(2**63), 2**63 - 1),
    "boolean": st.booleans(),
    "uuid": st.uuids(),
    "timestamptz": MOMENTS,
    "jsonb": st.dictionaries(TEXTS, TEXTS | st.integers(0, 2**53)),
}


@pytest.mark.parametrize("kind", KINDS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_what_goes_in_comes_back(cluster: EmbeddedPostgres, kind: str, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.none() | KINDS[kind], max_size=5))
    with psycopg.connect(cluster.dsn) as connection:
        connection.execute("SET timezone = UTC")
        row = connection.execute(f"SELECT %s::{kind}[]", [literal(values)]).fetchone()
    assert row is not None
    assert row[0] == values


@pytest.mark.parametrize("kind", ["bigint", "boolean"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_lists_of_lists_do(cluster: EmbeddedPostgres, kind: str, data: st.DataObject) -> None:
    lists = data.draw(st.lists(st.lists(KINDS[kind], max_size=3), max_size=4))
    query = "SELECT t.one::{}[] FROM unnest(%s::text[]) WITH ORDINALITY AS t (one, no) ORDER BY no"
    with psycopg.connect(cluster.dsn) as connection:
        rows = connection.execute(
            sql.SQL(query).format(sql.SQL(kind)), [literal_of_lists(lists)]
        ).fetchall()
    assert [row[0] for row in rows] == lists


def test_an_empty_list_and_one_of_nothing() -> None:
    assert literal([]) == "{}"
    assert literal([None, None]) == "{NULL,NULL}"
    assert literal([UUID(int=10)]) == "{0000000000000000000000000000000a}"
