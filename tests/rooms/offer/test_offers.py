"""Offers over HTTP: drafts, sentences, what cannot be meant, and versions that stay."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.base.db import Database
from tests.conftest import Brand, make_brand

OFFER: dict[str, Any] = {
    "name": "双十二满减",
    "terms": {
        "kind": "activity",
        "tiers": [{"at_least": 30_000, "off_fen": 5_000}, {"at_least": 60_000, "off_fen": 12_000}],
    },
    "when": {"from_at": "2026-11-28T00:00:00+08:00", "until_at": "2026-12-12T00:00:00+08:00"},
    "channels": ["store"],
    "audience": {"bought": "old"},
    "limits": {"budget_fen": 1_000_000},
}


def add(client: TestClient, **fields: Any) -> dict[str, Any]:
    answer = client.post("/v1/offers", json=OFFER | fields)
    assert answer.status_code == 201, answer.text
    added: dict[str, Any] = answer.json()
    return added


def publish(client: TestClient, offer: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(f"/v1/offers/{offer['id']}/publish", json={"version": offer["version"]})
    assert answer.status_code == 200, answer.text
    published: dict[str, Any] = answer.json()
    return published


def test_a_preview_says_the_offer_in_both_languages(client: TestClient) -> None:
    answer = client.post("/v1/offers/preview", json=OFFER)
    assert answer.json() == {
        "sentence": {
            "zh": "满 300 元减 50 元；满 600 元减 120 元，限老客，限门店，2026-11-28 至 2026-12-12，"
            "总预算 10000 元",
            "en": "¥50 off from ¥300; ¥120 off from ¥600, for customers who bought before,"
            " only in stores, from 2026-11-28 to 2026-12-12, ¥10,000 in all",
        },
        "warnings": [],
    }


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"audience": {"tiers": ["gold"]}}, "audience.tiers"),
        ({"audience": {"segments": ["00000000-0000-7000-8000-000000000001"]}}, "audience.segments"),
        ({"terms": {"kind": "price"}}, "terms"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    client: TestClient, fields: dict[str, Any], named: str
) -> None:
    answer = client.post("/v1/offers", json=OFFER | fields)
    assert (answer.status_code, answer.json()["code"]) == (422, "offer.bad_document")
    assert answer.json()["params"]["fields"] == named


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"units": ["nowhere"]}, "merchant.no_unit"),
        ({"surprise": 1}, "request.invalid"),
        ({"priority": True}, "request.invalid"),
        ({"limits": {"budget_fen": 0}}, "request.invalid"),
        ({"terms": {"kind": "price", "pay_bp": 10_000}}, "request.invalid"),
        ({"terms": {"kind": "price", "off_fen": 1.5}}, "request.invalid"),
        ({"when": {"from_at": "2026-12-01"}}, "request.invalid"),
    ],
)
def test_what_cannot_be_read_is_refused(
    client: TestClient, fields: dict[str, Any], code: str
) -> None:
    assert client.post("/v1/offers", json=OFFER | fields).json()["code"] == code


def test_tags_of_other_offers_and_groups_may_be_allowed(client: TestClient) -> None:
    add(client, tags=["vip-day"], terms=OFFER["terms"] | {"group": "brand"})
    assert add(client, allows=["vip-day", "brand", "coupon"])["document"]["allows"] == [
        "vip-day",
        "brand",
        "coupon",
    ]


def test_each_fault_is_told_with_its_field(client: TestClient) -> None:
    broken = OFFER | {
        "terms": {
            "kind": "activity",
            "tiers": [{"at_least": 20_000, "off_fen": 9_000}, {"at_least": 10_000, "off_fen": 100}],
        },
        "funding": [{"party": "store", "share_bp": 100}],
    }
    params = client.post("/v1/offers/preview", json=broken).json()["params"]
    assert params["fields"] == "terms.tiers,funding"
    assert params["zh.terms.tiers"] == "门槛须逐级提高；优惠须逐级加大"
    assert params["zh.funding"] == "费用分摊合计须为 100%，每方一行"
    assert params["en.terms.tiers"].startswith("terms.tiers: at_least grows; ")


def test_offers_are_found_by_name_and_kind(client: TestClient) -> None:
    wanted = add(client, name="Winter 特惠找得到")
    add(client, name="别的", note="winter 备注 找得到", terms={"kind": "price", "pay_bp": 9_000})

    def found(**query: str) -> list[str]:
        items = client.get("/v1/offers", params=query).json()["items"]
        return [each["document"]["name"] for each in items]

    assert found(q="找得到") == ["别的", "Winter 特惠找得到"]
    assert found(q=" WINTER ", kind="activity") == ["Winter 特惠找得到"]
    assert found(q="特惠_得") == []
    assert wanted["id"] not in found(kind="bundle")


def test_what_may_be_allowed_is_listed(client: TestClient) -> None:
    add(client, tags=["listed-tag"])
    told = client.get("/v1/offers/tags").json()
    assert told["kinds"] == ["price", "piece", "activity", "coupon"]
    assert told["groups"] == ["activity"]
    assert "listed-tag" in told["own"]


def test_a_change_holds_when_it_is_published_and_old_versions_stay(client: TestClient) -> None:
    offer = add(client)
    url = f"/v1/offers/{offer['id']}"
    assert (offer["state"], offer["version"], offer["in_force"]) == ("draft", 1, None)
    published = publish(client, offer)
    assert (published["state"], published["in_force"]) == ("published", 1)
    again = client.post(f"{url}/publish", json={"version": 1})
    assert (again.status_code, again.json()["code"]) == (409, "offer.state")

    changed = OFFER | {"name": "改过的满减"}
    edited = client.put(url, json={"version": 1, "document": changed}).json()
    assert (edited["version"], edited["in_force"]) == (2, 1)
    stale = client.put(url, json={"version": 1, "document": OFFER})
    assert (stale.status_code, stale.json()["code"]) == (409, "offer.changed")
    unseen = client.post(f"{url}/publish", json={"version": 1})
    assert (unseen.status_code, unseen.json()["code"]) == (409, "offer.changed")
    assert publish(client, edited)["in_force"] == 2
    versions = client.get(f"{url}/versions").json()
    assert [(each["version"], each["document"]["name"]) for each in versions] == [
        (2, "改过的满减"),
        (1, "双十二满减"),
    ]


def test_states_lead_where_they_may(client: TestClient) -> None:
    offer = add(client)
    url = f"/v1/offers/{offer['id']}"
    assert client.post(f"{url}/pause").json()["code"] == "offer.state"
    publish(client, offer)
    assert client.post(f"{url}/pause").json()["state"] == "paused"
    assert publish(client, offer)["state"] == "published"
    assert client.post(f"{url}/end").json()["state"] == "ended"
    assert client.post(f"{url}/publish", json={"version": 1}).json()["code"] == "offer.state"
    assert client.put(url, json={"version": 1, "document": OFFER}).json()["code"] == "offer.state"
    listed = client.get("/v1/offers?state=ended").json()["items"]
    assert [each["id"] for each in listed] == [offer["id"]]


def test_pages_go_on_where_the_last_one_ended(client: TestClient) -> None:
    numbers = [add(client)["number"] for _ in range(3)]
    first = client.get("/v1/offers?limit=2").json()
    rest = client.get(f"/v1/offers?limit=2&cursor={first['next']}").json()
    assert [each["number"] for each in first["items"] + rest["items"]] == numbers[::-1]
    assert rest["next"] is None


def test_another_merchant_sees_nothing(db: Database, client: TestClient, brand: Brand) -> None:
    offer = publish(client, add(client))
    other = make_brand(db, "另一家")
    with TestClient(create_app(db), headers={"Authorization": f"Bearer {other.key}"}) as http:
        assert http.get("/v1/offers").json()["items"] == []
        answer = http.get(f"/v1/offers/{offer['id']}")
        assert (answer.status_code, answer.json()["code"]) == (404, "offer.not_found")
        body = {"version": 1, "document": OFFER}
        assert http.put(f"/v1/offers/{offer['id']}", json=body).status_code == 404


def test_writing_and_publishing_are_permissions(db: Database, client: TestClient) -> None:
    offer = add(client)
    key = client.post("/v1/api-keys", json={"name": "viewer", "permissions": ["offer.read"]})
    with TestClient(
        create_app(db), headers={"Authorization": f"Bearer {key.json()['secret']}"}
    ) as http:
        assert http.get("/v1/offers").status_code == 200
        assert http.post("/v1/offers", json=OFFER).json()["code"] == "permission.missing"
        answer = http.post(f"/v1/offers/{offer['id']}/publish", json={"version": 1})
        assert answer.json()["params"] == {"permission": "offer.publish"}
