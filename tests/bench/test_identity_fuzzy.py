"""The fuzzy bench on a part of FEBRL, and how it reads tables it has not seen."""

import pyarrow.parquet as pq
import pytest

from bench import identity_fuzzy as bench
from huitou.identity.rules.likeness import cluster, find_alike
from huitou.identity.types import Compared, Likeness

FEBRL = bench.FOLDER / "febrl" / "dataset1.parquet"


def test_columns_are_read_by_their_meaning() -> None:
    rows = [
        {"First_Name": "Ann", "LAST_NAME": "Lee", "dob": "1980-01-02", "Zip": 1234, "cluster": 7},
        {"name": "欧阳小美", "address_1": "Main St", "street_number": "5", "cluster": 8},
    ]
    one, other = bench.people_of(rows)
    assert (one.given, one.surname, one.birth, one.postcode) == ("Ann", "Lee", "1980-01-02", "1234")
    assert (other.name, other.street, other.given) == ("欧阳小美", "5 Main St", None)
    assert bench.truth_of(rows) == ["7", "8"]


def test_a_wrong_pair_does_not_chain_two_people_together() -> None:
    def pair(one: int, other: int, bits: float) -> Likeness:
        return Likeness(one, other, bits, 1 / (1 + 2**-bits), (Compared("given", "same", bits),))

    scored = [pair(0, 1, 9), pair(1, 2, 9), pair(0, 2, 8), pair(3, 4, 9), pair(3, 5, 9)]
    scored += [pair(4, 5, 9), pair(2, 3, 2)]
    groups = cluster(scored, range(6))
    assert sorted(map(sorted, groups)) == [[0, 1, 2], [3, 4, 5]]
    chained = bench.components({(each.one, each.other) for each in scored}, 6)
    assert [sorted(group) for group in chained] == [[0, 1, 2, 3, 4, 5]]


def test_a_part_of_febrl_is_told_apart() -> None:
    if not FEBRL.exists():
        pytest.skip(f"data absent: {FEBRL}")
    rows = pq.read_table(FEBRL).to_pylist()
    chosen = sorted({row["true_entity"] for row in rows})[:100]
    rows = [row for row in rows if row["true_entity"] in chosen]
    people, right = bench.people_of(rows), bench.true_pairs(bench.truth_of(rows))
    scored = find_alike(people, least=bench._WEAK)
    linked = bench.within(cluster(scored, range(len(people))))
    assert len(linked & right) >= 0.98 * len(right)
    assert len(linked - right) <= 0.02 * len(linked)
