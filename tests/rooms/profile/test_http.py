"""Customers over HTTP."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitou.event.types import Intake
from huitou.profile.types import EXPORTERS
from tests.conftest import Clock

Send = Callable[[Sequence[dict[str, Any]]], Intake]
Drain = Callable[[], None]


@pytest.fixture
def bound(clock: Clock, send: Send, drain: Drain) -> None:
    """One customer: a card with purchases, bridged to a verified phone; and another."""
    card = {"kind": "card", "value": "88001234", "scope": "default"}
    phone = {"kind": "phone", "value": "13800000000", "verified": True}
    line = {"line_no": 1, "sku": "A1", "quantity": 1000, "list_fen": 5980, "paid_fen": 4980}
    order = {"order_no": "P1", "lines": [line], "paid_fen": 4980, "shipping_fen": 0}

    def at(hours: int) -> str:
        return (clock.now - timedelta(hours=hours)).isoformat()

    base = {"source": "pos", "unit": "store-0401"}
    send(
        [
            {"id": "1", "type": "order.paid", "occurred_at": at(9), "identifiers": [card]}
            | base
            | {"properties": order},
            {"id": "2", "type": "visit.checked_in", "occurred_at": at(8), "identifiers": [phone]}
            | base,
            {
                "id": "3",
                "type": "identity.bound",
                "occurred_at": at(7),
                "identifiers": [card, phone],
            }
            | base
            | {"properties": {"method": "sms_code"}},
            {
                "id": "4",
                "type": "visit.checked_in",
                "occurred_at": at(6),
                "identifiers": [{"kind": "openid", "value": "o-2", "scope": "mp"}],
            }
            | base,
        ]
    )
    drain()


def found(client: TestClient, identifier: str) -> Any:
    answer = client.get("/v1/customers", params={"identifier": identifier})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.usefixtures("bound")
def test_one_customer_by_identifier_and_the_list(client: TestClient) -> None:
    one = found(client, "card:88001234@default")
    assert found(client, "phone:138-0000-0000")["id"] == one["id"]
    assert {each["value"] for each in one["identifiers"]} == {"880****1234", "138****0000"}
    assert "13800000000" not in str(one)
    missing = client.get("/v1/customers", params={"identifier": "card:1@default"})
    assert (missing.status_code, missing.json()["code"]) == (404, "identity.no_such_customer")
    bad = client.get("/v1/customers", params={"identifier": "13800000000"})
    assert (bad.status_code, bad.json()["code"]) == (422, "identity.bad_identifier")
    page = client.get("/v1/customers", params={"q": "1234"}).json()
    assert [row["id"] for row in page["items"]] == [one["id"]]
    assert page["items"][0]["home_unit"]["code"] == "store-0401"
    assert "13800000000" not in str(page)


@pytest.mark.usefixtures("bound")
def test_some_customers_by_their_ids(client: TestClient) -> None:
    one, two = found(client, "card:88001234@default"), found(client, "openid:o-2@mp")
    nobody = "00000000-0000-7000-8000-000000000000"

    def asked(*ids: str) -> Any:
        return client.get("/v1/customers", params={"ids": ",".join(ids)}).json()

    assert [row["id"] for row in asked(one["id"], nobody)["items"]] == [one["id"]]
    assert {row["id"] for row in asked(one["id"], two["id"])["items"]} == {one["id"], two["id"]}
    assert asked("7")["code"] == "ids.bad"
    assert asked(*[nobody] * 201)["code"] == "ids.too_many"


@pytest.mark.usefixtures("bound")
def test_timeline_and_why(client: TestClient) -> None:
    one = found(client, "card:88001234@default")
    items = client.get(f"/v1/customers/{one['id']}/timeline", params={"limit": 2}).json()
    assert [item["type"] for item in items["items"]] == ["identity.bound", "visit.checked_in"]
    rest = client.get(
        f"/v1/customers/{one['id']}/timeline", params={"cursor": items["next"]}
    ).json()
    assert rest["items"][0]["title_zh"] == "在城东一店消费 ¥49.80，1 个商品"
    assert rest["next"] is None
    why = client.get(f"/v1/customers/{one['id']}/why-one").json()
    assert why["members"] == [1, 2]
    (merge,) = [each for each in why["evidence"] if each["kind"] == "merge"]
    assert "客户 2 并入客户 1" in merge["sentence_zh"]
    assert "event #3" in merge["sentence_en"]
    assert merge["may_undo"] is True
    undone = client.post(f"/v1/customers/{one['id']}/split", json={"merging": merge["id"]})
    assert undone.json()["ordinal"] == 2
    assert found(client, "phone:13800000000")["ordinal"] == 2


@pytest.mark.usefixtures("bound")
def test_merge_split_and_forget(client: TestClient, drain: Drain) -> None:
    one, two = found(client, "card:88001234@default"), found(client, "openid:o-2@mp")
    merged = client.post(f"/v1/customers/{one['id']}/merge", json={"other": two["id"]})
    assert merged.json()["id"] == one["id"]
    drain()
    assert client.get(f"/v1/customers/{two['id']}").json()["merged_into"] == one["id"]
    again = client.post(f"/v1/customers/{one['id']}/merge", json={"other": two["id"]})
    assert (again.status_code, again.json()["code"]) == (409, "identity.same_customer")
    split = client.post(f"/v1/customers/{one['id']}/split", json={"identifiers": ["openid:o-2@mp"]})
    assert split.json()["id"] == two["id"]
    drain()
    assert client.get(f"/v1/customers/{two['id']}").json()["merged_into"] is None
    assert client.post(f"/v1/customers/{one['id']}/forget").json()["state"] == "forgotten"
    drain()
    gone = client.get("/v1/customers", params={"identifier": "phone:13800000000"})
    assert gone.status_code == 404
    assert client.get(f"/v1/customers/{one['id']}").json()["identifiers"] == []


@pytest.mark.usefixtures("bound")
def test_tags_consents_flags_reveal_and_export_are_audited(client: TestClient) -> None:
    one = found(client, "card:88001234@default")
    url = f"/v1/customers/{one['id']}"
    tags = client.post(f"{url}/tags", json={"add": ["常客", "怕辣"]}).json()
    assert {tag["name"] for tag in tags} == {"source:pos", "常客", "怕辣"}
    tags = client.post(f"{url}/tags", json={"remove": ["怕辣"]}).json()
    assert {tag["name"] for tag in tags} == {"source:pos", "常客"}
    consents = client.post(f"{url}/consents", json={"channel": "sms", "state": "given"}).json()
    assert [(each["channel"], each["state"]) for each in consents] == [("sms", "given")]
    refused = client.post(f"{url}/consents", json={"channel": "fax", "state": "given"})
    assert (refused.status_code, refused.json()["code"]) == (422, "profile.unknown_channel")
    flags = client.post(f"{url}/flags", json={"no_profiling": True, "under_14": False}).json()
    assert flags["no_profiling"] is True
    shown = client.post(f"{url}/reveal", json={}).json()
    assert {each["value"] for each in shown["identifiers"]} == {"88001234", "+8613800000000"}
    before = EXPORTERS.get()
    EXPORTERS.bind({"order": lambda tx, customer_id: {"orders": 1}})
    try:
        exported = client.get(f"{url}/export").json()
    finally:
        EXPORTERS.bind(before)
    assert exported["order"] == {"orders": 1}
    assert {each["value"] for each in exported["identity"]} == {"88001234", "+8613800000000"}
    assert len(exported["timeline"]) == 3
    assert exported["profile"]["consent_history"][0]["state"] == "given"
    verbs = [line["verb"] for line in client.get("/v1/audit").json()["items"]]
    assert {"customer.revealed", "customer.exported", "consent.given"} <= set(verbs)
