"""Sets made from arrays are what adding one by one makes."""

import numpy as np
import pytest
from pyroaring import BitMap

from huitou.base.warehouse.sets import bitmap


@pytest.mark.parametrize("count", [0, 1, 1_999, 2_000, 50_000, 400_000])
@pytest.mark.parametrize("highest", [70_000, 3_000_000])
def test_an_array_becomes_its_set(count: int, highest: int) -> None:
    random = np.random.default_rng(count + highest)
    ordinals = random.integers(0, highest, count, dtype=np.uint32)
    assert bitmap(ordinals) == BitMap(ordinals.tolist())


def test_full_and_sparse_containers_stand_side_by_side() -> None:
    ordinals = np.concatenate([np.arange(65_536), [200_000, 200_001], np.arange(400_000, 404_096)])
    assert bitmap(ordinals.astype(np.uint32)) == BitMap(ordinals.tolist())
