"""Each bench gives the contract's object at a tiny size. What it measures there means nothing."""

import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench import scale, segment_count
from bench.base.traffic import Traffic
from huitou.benchmark import Asked, benches, run_bench
from huitou.event.rules import decode


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that the database's user may enter."""
    with tempfile.TemporaryDirectory(prefix="huitou-bench-") as made:
        yield Path(made)


def run(name: str, folder: Path, **asked: int) -> Mapping[str, Any]:
    answer = run_bench(name, Asked(folder, lambda text: None, **asked))
    assert set(answer) == {"bench", "figures", "scale", "machine"}
    assert answer["bench"] == name
    for figure in answer["figures"].values():
        assert set(figure) == {"value", "unit", "baseline", "ratio"}
        assert (figure["baseline"] is None) == (figure["ratio"] is None)
    return answer


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_intake_loses_nothing_and_counts_all(folder: Path) -> None:
    answer = run("intake", folder, customers=300, events=600, kills=2, seed=3)
    figures = answer["figures"]
    assert figures["lost"]["value"] == 0
    for name in ("events_per_s_1", "events_per_s_2", "events_per_s_1_cold"):
        assert figures[name]["value"] > 0
    assert answer["scale"]["customers"] == 300
    assert answer["scale"]["identifiers"] >= 300


def test_identity_merge_finds_the_components(folder: Path) -> None:
    answer = run("identity-merge", folder, customers=400, seed=3)
    assert answer["figures"]["clusters_wrong"]["value"] == 0
    assert answer["scale"]["identifiers"] == 400
    assert answer["scale"]["customers"] < 400


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_claims_never_give_more_than_there_are(folder: Path) -> None:
    answer = run("coupon-claim", folder, customers=300, events=3_000, seed=3)
    figures = answer["figures"]
    assert figures["over_issued"]["value"] == 0
    for name in ("writer_per_s", "http_per_s", "http_p99_ms"):
        assert figures[name]["value"] > 0
    assert answer["scale"]["claims"] == 4_060


def test_the_traffic_is_amiss_in_part() -> None:
    traffic = Traffic(200, 1, "t")
    events = [event for request in traffic.requests(4_000, 500) for event in request]
    assert len(events) == 4_000
    ids = [event["id"] for event in events]
    assert 0.01 < 1 - len(set(ids)) / len(ids) < 0.06
    orders = [event for event in events if event["type"] == "order.paid"]
    lines = {len(event["properties"].get("lines", "-")) for event in orders}
    assert lines == {1, 2, 3, 4, 5, 6}
    bodies = [{"events": events[at : at + 500]} for at in range(0, 4_000, 500)]
    decoded = [decode(msgspec.json.encode(body), traffic.now) for body in bodies]
    rejected = sum(len(each.rejected) for each in decoded)
    assert 0 < rejected < 0.02 * len(events)


def test_a_shelf_is_priced(folder: Path) -> None:
    answer = run("shelf", folder, seed=3)
    for name in ("shelf_100_ms", "page_20_ms"):
        assert answer["figures"][name]["value"] > 0


def test_names_are_those_of_the_contract() -> None:
    assert {"intake", "identity-merge", "thread"} <= set(benches())


def test_scale_tells_what_a_customer_costs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "_SMALLEST", 100)
    monkeypatch.setattr(scale, "_BENCHES", {"segment_count": segment_count.run})
    figures = run("scale", folder, customers=400, seed=3)["figures"]
    for size in (100, 400):
        assert 1_000 < figures[f"bytes_per_customer_year_{size}"]["value"] < 10**6
        assert figures[f"resident_mb_{size}"]["value"] > 50
        assert figures[f"segment_count_state_p95_ms_{size}"]["value"] > 0


def test_messages_are_assigned_at_least_as_well_as_they_come(folder: Path) -> None:
    figures = run("arbitration", folder, customers=400, seed=3)["figures"]
    assert figures["violations"]["value"] == 0
    assert figures["gain_vs_first_come"]["value"] > 0.2
    for name in ("gain_vs_first_come_mixed", "gain_vs_first_come_orderly"):
        assert figures[name]["value"] >= 0
    for name in ("gap_crowded", "gap_mixed", "gap_orderly"):
        assert 0 <= figures[name]["value"] < 0.01
