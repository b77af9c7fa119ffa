"""Sets made from arrays are what adding one by one makes."""

import sys
from datetime import UTC, date, datetime
from subprocess import run

import numpy as np
import pyarrow as pa
import pytest
from pyroaring import BitMap

from huitou.base.warehouse.sets import array, bitmap


@pytest.mark.parametrize("count", [0, 1, 1_999, 2_000, 50_000, 400_000])
@pytest.mark.parametrize("highest", [70_000, 3_000_000])
def test_an_array_becomes_its_set(count: int, highest: int) -> None:
    random = np.random.default_rng(count + highest)
    ordinals = random.integers(0, highest, count, dtype=np.uint32)
    assert bitmap(ordinals) == BitMap(ordinals.tolist())


def test_full_and_sparse_containers_stand_side_by_side() -> None:
    ordinals = np.concatenate([np.arange(65_536), [200_000, 200_001], np.arange(400_000, 404_096)])
    assert bitmap(ordinals.astype(np.uint32)) == BitMap(ordinals.tolist())


@pytest.mark.parametrize(
    ("type_", "values"),
    [
        (pa.int16(), [1, -2, 3]),
        (pa.int32(), [70_000, 0, 5]),
        (pa.int64(), [2**40, -1, 7]),
        (pa.date32(), [date(1969, 5, 1), date(2026, 2, 28), date(2026, 3, 1)]),
        (pa.timestamp("us", "UTC"), [datetime(1969, 5, 1, 3, tzinfo=UTC)] * 3),
    ],
)
def test_a_column_in_pieces_becomes_one_array(type_: pa.DataType, values: list[object]) -> None:
    whole = pa.array(values, type_)
    column = pa.chunked_array([whole, whole.slice(1, 1), whole.slice(3), whole.slice(2)])
    expected = [*values, values[1], values[2]]
    plain = [v.replace(tzinfo=None) if isinstance(v, datetime) else v for v in expected]
    assert array(column).tolist() == plain
    assert array(pa.chunked_array([], type_)).tolist() == []


def test_pandas_is_not_loaded_for_it() -> None:
    program = (
        "import sys, duckdb; from huitou.base.warehouse.sets import array;"
        "table = duckdb.sql('SELECT range AS id FROM range(5000)').to_arrow_table();"
        "assert array(table['id'].drop_null()).sum() == 12_497_500; sys.exit('pandas' in sys.modules)"
    )
    assert run([sys.executable, "-c", program], check=False).returncode == 0
