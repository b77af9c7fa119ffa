"""Segments over HTTP: answers, refusals, versions, scopes."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID, uuid4

from fastapi.testclient import TestClient

from huitou.base.db import Database
from huitou.segment import reads
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.segment.worlds import make_world

VIP: dict[str, Any] = {"v": 1, "all": [{"kind": "tag", "name": "vip"}]}
BUYERS = {
    "v": 1,
    "all": [
        {
            "kind": "purchase",
            "where": {"category": ["dairy"]},
            "window": {"last_days": 365},
            "agg": "count",
            "op": ">=",
            "value": 1,
        },
        {"not": {"kind": "tag", "name": "vip"}},
    ],
}


def test_count_list_explain(
    db: Database,
    brand: Brand,
    clock: Clock,
    client: TestClient,
    drain: Callable[[], None],
    read: Read,
) -> None:
    make_world(db, brand, clock, drain, 3)
    answer = client.post("/v1/segments/count", json={"rule": BUYERS}).json()
    assert answer["count"] > 0
    assert [leaf["path"] for leaf in answer["per_leaf"]] == ["all[0]", "all[1].not"]
    assert len(answer["sample"]) == min(20, answer["count"])
    assert answer["reach"].keys() == {"wecom", "sms"}
    assert "乳" not in answer["sentence"]
    assert "「dairy」" in answer["sentence"]
    assert answer["took_ms"] >= 0

    saved = client.post("/v1/segments", json={"name": "买奶的人", "rule": BUYERS})
    assert saved.status_code == 201
    segment = saved.json()
    assert segment["member_count"] == answer["count"]
    assert segment["sentence"] == answer["sentence"]
    listed = client.get(f"/v1/segments/{segment['id']}/customers", params={"limit": 2}).json()
    ids = [item["customer_id"] for item in listed["items"]]
    while listed["next"]:
        listed = client.get(
            f"/v1/segments/{segment['id']}/customers",
            params={"limit": 2, "cursor": listed["next"]},
        ).json()
        ids += [item["customer_id"] for item in listed["items"]]
    assert len(ids) == len(set(ids)) == answer["count"]

    explained = client.post(
        "/v1/segments/explain", json={"rule": BUYERS, "customer": ids[0]}
    ).json()
    assert explained["holds"] is True
    assert [leaf["holds"] for leaf in explained["leaves"]] == [True, False]
    assert explained["leaves"][0]["found"] >= 1
    assert client.get("/v1/segments").json()["items"][0]["id"] == segment["id"]
    with read() as tx:
        [passage] = cast(list[dict[str, str]], reads.export(tx, UUID(ids[0])))
    assert (passage["segment_name"], passage["kind"]) == ("买奶的人", "entered")


def test_refusals(client: TestClient) -> None:
    def count(rule: Any) -> Any:
        return client.post("/v1/segments/count", json={"rule": rule})

    def leaf(**fields: Any) -> dict[str, Any]:
        return {"v": 1, "all": [fields]}

    refused = count(leaf(kind="trait", name="shoe_size", op="=", value=1))
    assert refused.status_code == 422
    assert refused.json()["code"] == "segment.unknown_trait"
    assert refused.json()["params"]["path"] == "all[0]"
    assert count(leaf(kind="tag", nam="x")).json()["code"] == "segment.bad_rule"
    assert (
        count(leaf(kind="trait", name="home_unit", op="in", value=["store-9"])).json()["code"]
        == "segment.unknown_unit"
    )
    assert count(leaf(kind="segment", id=str(uuid4()))).json()["code"] == "segment.unknown_segment"
    assert count({"v": 1, "all": VIP["all"] * 61}).json()["code"] == "segment.rule_too_large"
    assert client.get(f"/v1/segments/{uuid4()}").json()["code"] == "segment.not_found"
    assert client.post("/v1/segments/count", json={"rule": VIP, "x": 1}).status_code == 422


def test_names_versions_references(client: TestClient) -> None:
    first = client.post("/v1/segments", json={"name": "甲", "rule": VIP}).json()
    taken = client.post("/v1/segments", json={"name": "甲", "rule": VIP})
    assert (taken.status_code, taken.json()["code"]) == (409, "segment.name_taken")
    of_first = {"v": 1, "any": [{"kind": "segment", "id": first["id"]}]}
    second = client.post("/v1/segments", json={"name": "乙", "rule": of_first}).json()
    assert second["sentence"] == "属于人群「甲」"
    circle = {"v": 1, "any": [{"kind": "segment", "id": second["id"]}]}
    url = f"/v1/segments/{first['id']}"
    refused = client.put(url, json={"name": "甲", "rule": circle, "version": 1})
    assert refused.json()["code"] == "segment.cycle"
    itself = {"v": 1, "any": [{"kind": "segment", "id": first["id"]}]}
    refused = client.put(url, json={"name": "甲", "rule": itself, "version": 1})
    assert refused.json()["code"] == "segment.cycle"
    changed = client.put(url, json={"name": "丙", "rule": BUYERS, "version": 1})
    assert changed.json()["version"] == 2
    late = client.put(url, json={"name": "丁", "rule": VIP, "version": 1})
    assert (late.status_code, late.json()["code"]) == (409, "segment.version")
    assert client.delete(url).json()["code"] == "segment.in_use"
    assert client.delete(f"/v1/segments/{second['id']}").status_code == 204
    assert client.delete(url).status_code == 204
    assert client.get("/v1/segments").json()["items"] == []
    again = client.post("/v1/segments", json={"name": "丙", "rule": VIP})
    assert again.status_code == 201


def test_vocabulary_templates_sentence(
    db: Database, brand: Brand, clock: Clock, client: TestClient, drain: Callable[[], None]
) -> None:
    make_world(db, brand, clock, drain, 4)
    vocabulary = client.get("/v1/segments/vocabulary").json()
    names = {trait["name"] for trait in vocabulary["traits"]}
    assert {"order_count", "stage", "tier", "likes"} <= names
    assert {"price-sensitive", "vip"} <= set(vocabulary["tags"])
    assert vocabulary["tags"] == sorted(set(vocabulary["tags"]))
    templates = client.get("/v1/segments/templates").json()["items"]
    for template in templates:
        answer = client.post("/v1/segments/count", json={"rule": template["rule"]})
        assert answer.status_code == 200, template["key"]
    english = client.post(
        "/v1/segments/count", json={"rule": VIP}, headers={"Accept-Language": "en"}
    )
    assert english.json()["sentence"] == "is tagged “vip”"
    told = client.post("/v1/segments/sentence", json={"rule": VIP}).json()
    assert told == {"zh": "有标签「vip」", "en": "is tagged “vip”"}


def test_a_trait_that_is_gone_matches_nobody_and_stops_nothing(
    db: Database,
    brand: Brand,
    clock: Clock,
    client: TestClient,
    drain: Callable[[], None],
    write: Write,
) -> None:
    make_world(db, brand, clock, drain, 5)
    gold = {"v": 1, "all": [{"kind": "trait", "name": "tier", "op": "known"}]}
    segment = client.post("/v1/segments", json={"name": "有等级", "rule": gold}).json()
    assert segment["member_count"] > 0
    with write() as tx:
        tx.run("DELETE FROM profile.trait WHERE merchant_id = %(merchant)s AND name = 'tier'")
    clock.move(minutes=11)
    drain()
    url = f"/v1/segments/{segment['id']}"
    assert client.get(url).json()["member_count"] == 0
    assert client.get(f"{url}/customers").json() == {"items": [], "next": None}
