"""The waterfall: in a preview, and counted in the background."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitou.campaign.actions import deciding, estimating
from huitou.merchant import actions as merchants
from huitou.profile import actions as profile
from tests.conftest import Write
from tests.rooms.campaign.test_campaign_http import body
from tests.rooms.campaign.test_publishing import crowd
from tests.rooms.reach.conftest import Town


def shape(waterfall: list[dict[str, Any]]) -> list[tuple[str, str, int]]:
    assert all(bar["title_zh"] and bar["title_en"] for bar in waterfall)
    assert waterfall[0]["count"] == sum(bar["count"] for bar in waterfall[1:])
    return [(bar["kind"], bar["code"], bar["count"]) for bar in waterfall]


@pytest.fixture
def mixed(town: Town, write: Write) -> Town:
    """Somebody under 14, somebody who wants no profiling, friends, and the silent."""
    people = crowd(town)
    with write() as tx:
        profile.set_flags(tx, people["friends"][0], no_profiling=False, under_14=True)
        profile.set_flags(tx, people["friends"][1], no_profiling=True, under_14=False)
    return town


def kept(town: Town, client: TestClient, **changes: Any) -> str:
    answer = client.post("/v1/campaigns", json=body(town, salt="salt", **changes))
    assert answer.status_code == 201, answer.text
    return f"/v1/campaigns/{answer.json()['id']}"


def test_a_preview_goes_from_candidates_to_channels(mixed: Town, client: TestClient) -> None:
    shown = client.post("/v1/campaigns/preview", json=body(mixed, holdout_bp=0)).json()
    assert shape(shown["waterfall"]) == [
        ("candidates", "candidates", 10),
        ("lost", "under_14", 1),
        ("lost", "no_profiling", 1),
        ("lost", "no_associate", 2),
        ("held_out", "holdout", 0),
        ("reached", "wecom", 4),
        ("reached", "sms", 2),
    ]


@pytest.mark.parametrize("chunk", [1, 3, 1_000])
def test_an_estimate_counts_what_publishing_then_does(
    mixed: Town, client: TestClient, chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "CHUNK", chunk)
    with mixed.db.write(mixed.brand.merchant.id) as tx:
        merchants.set_away(tx, mixed.brand.staff["a-01"].id, is_away=True)
    path = kept(mixed, client, holdout_bp=3_000)
    assert client.get(f"{path}/estimate").json()["code"] == "campaign.no_estimate"
    begun = client.post(f"{path}/estimate").json()
    assert (begun["state"], begun["candidates"], begun["decided"]) == ("running", 10, 0)
    assert client.post(f"{path}/estimate").json()["id"] == begun["id"]
    mixed.drain()
    done = client.get(f"{path}/estimate").json()
    assert (done["state"], done["decided"], done["is_current"]) == ("done", 10, True)
    assert shape(done["waterfall"]) == shape(client.post(f"{path}/preview").json()["waterfall"])
    with mixed.db.read(mixed.brand.merchant.id) as tx:
        assert tx.value("SELECT count(*) FROM campaign.estimated") == 0
    client.post(f"{path}/publish")
    mixed.drain()
    counts = client.get(path).json()["counts"]
    by_kind = dict.fromkeys(("candidates", "lost", "held_out", "reached"), 0)
    for kind, _, count in shape(done["waterfall"]):
        by_kind[kind] += count
    assert by_kind == {
        "candidates": counts["candidates"],
        "lost": counts["excluded"],
        "held_out": counts["holdout"],
        "reached": counts["treated"],
    }


@pytest.mark.parametrize("budget_fen", [None, 9])
def test_what_goes_by_itself_is_estimated_at_once_with_its_budget(
    mixed: Town, client: TestClient, budget_fen: int | None
) -> None:
    step = {"channel": "sms", "text": "{name}您好", "within_minutes": 60}
    one = {"steps": [step], "copy": None, "deadline": None, "fallback": None, "holdout_bp": 3_000}
    path = kept(mixed, client, **one, product_mode="none", budget_fen=budget_fen)
    client.post(f"{path}/estimate")
    mixed.drain()
    done = client.get(f"{path}/estimate").json()
    assert (done["state"], done["decided"]) == ("done", 10)
    told = {(kind, code): count for kind, code, count in shape(done["waterfall"])}
    preview = client.post(f"{path}/preview").json()
    if budget_fen is None:
        assert shape(done["waterfall"]) == shape(preview["waterfall"])
    else:
        assert told["reached", "sms"] == 2
        assert told["lost", "budget"] > 0
    client.post(f"{path}/publish")
    mixed.drain()
    counts = client.get(path).json()["counts"]
    assert counts["treated"] == told["reached", "sms"]
    assert counts["holdout"] == told["held_out", "holdout"]


def test_a_chunk_that_is_done_again_counts_once(
    mixed: Town, client: TestClient, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "CHUNK", 2)
    monkeypatch.setattr(estimating, "AT_ONCE", 1)
    path = kept(mixed, client)
    id_ = client.post(f"{path}/estimate").json()["id"]

    def die_before_the_commit() -> None:
        with write() as tx:
            estimating.estimate_chunk(tx, estimate_id=id_)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        die_before_the_commit()
    with write() as tx:
        estimating.estimate_chunk(tx, estimate_id=id_)
    half = client.get(f"{path}/estimate").json()
    assert (half["decided"], shape(half["waterfall"])[0][2]) == (2, 2)
    with write() as tx:
        estimating.resume(tx)
    mixed.drain()
    assert client.get(f"{path}/estimate").json()["decided"] == 10


def test_a_change_of_the_draft_ends_its_estimate(mixed: Town, client: TestClient) -> None:
    path = kept(mixed, client)
    first = client.post(f"{path}/estimate").json()
    client.put(path, json=body(mixed, name="新", version=1))
    mixed.drain()
    ended = client.get(f"{path}/estimate").json()
    assert (ended["state"], ended["is_current"]) == ("cancelled", False)
    again = client.post(f"{path}/estimate").json()
    assert again["id"] != first["id"]
    assert client.post(f"{path}/estimate/cancel").json()["state"] == "cancelled"
    mixed.drain()
    assert client.get(f"{path}/estimate").json()["decided"] == 0
    client.post(f"{path}/publish")
    assert client.post(f"{path}/estimate").json()["code"] == "campaign.not_draft"
