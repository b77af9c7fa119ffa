"""Coupon templates over HTTP: drafts, sentences, and promises that are kept."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

TEMPLATE: dict[str, Any] = {
    "name": "城东满减",
    "benefit": {"kind": "full_reduction", "threshold_fen": 20_000, "off_fen": 3_000},
    "window": {"kind": "relative", "days": 7},
    "units": ["region-1"],
    "per_customer": 1,
    "stock": 100,
}


def add(client: TestClient, **fields: Any) -> dict[str, Any]:
    answer = client.post("/v1/coupon-templates", json=TEMPLATE | fields)
    assert answer.status_code == 201, answer.text
    added: dict[str, Any] = answer.json()
    return added


def test_a_preview_says_the_promise_in_both_languages(client: TestClient) -> None:
    answer = client.post("/v1/coupon-templates/preview", json=TEMPLATE)
    assert answer.json() == {
        "sentence": {
            "zh": "满 200 元减 30 元，领取后 7 天内有效，限城东区使用，每人限领 1 张，共 100 张",
            "en": "¥30 off from ¥200, valid for 7 days from receipt, only at 城东区,"
            " at most 1 per customer, 100 in total",
        },
        "warnings": [],
    }


def test_a_preview_warns_of_what_is_probably_not_meant(client: TestClient) -> None:
    risky = TEMPLATE | {
        "benefit": {"kind": "full_reduction", "threshold_fen": 0, "off_fen": 3_000},
        "per_customer": None,
        "stock": None,
        "claiming": {},
    }
    answer = client.post("/v1/coupon-templates/preview", json=risky).json()
    assert [each["code"] for each in answer["warnings"]] == ["no_stock", "no_limit", "deep"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"benefit": TEMPLATE["benefit"] | {"off_fen": 0}}, "request.invalid"),
        ({"benefit": TEMPLATE["benefit"] | {"off_fen": -1}}, "request.invalid"),
        ({"benefit": TEMPLATE["benefit"] | {"off_fen": 1.5}}, "request.invalid"),
        ({"benefit": TEMPLATE["benefit"] | {"off_fen": 10**12}}, "request.invalid"),
        ({"benefit": TEMPLATE["benefit"] | {"off_fen": 20_001}}, "coupon.bad_template"),
        ({"stock": 0}, "request.invalid"),
        ({"stock": 10**12}, "request.invalid"),
        ({"per_customer": True}, "request.invalid"),
        ({"units": ["nowhere"]}, "merchant.no_unit"),
        ({"hours": {"from_minute": 600, "until_minute": 600}}, "coupon.bad_template"),
        ({"surprise": 1}, "request.invalid"),
        (
            {
                "window": {
                    "kind": "fixed",
                    "from_at": "2026-12-01T00:00:00+08:00",
                    "until_at": "2026-12-01T00:00:00+08:00",
                }
            },
            "coupon.bad_template",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(
    client: TestClient, fields: dict[str, Any], code: str
) -> None:
    answer = client.post("/v1/coupon-templates", json=TEMPLATE | fields)
    assert answer.status_code in (404, 422)
    assert answer.json()["code"] == code


def test_a_published_promise_only_becomes_better(client: TestClient) -> None:
    template = add(client)
    url = f"/v1/coupon-templates/{template['id']}"
    worse = TEMPLATE | {"benefit": TEMPLATE["benefit"] | {"off_fen": 2_000}}
    better = TEMPLATE | {"benefit": TEMPLATE["benefit"] | {"off_fen": 4_000}, "units": []}
    # A draft may change at will.
    assert client.put(url, json={"version": 1, "promise": worse}).status_code == 200
    assert client.put(url, json={"version": 2, "promise": TEMPLATE}).status_code == 200
    assert client.post(f"{url}/publish").json()["state"] == "published"

    refused = client.put(url, json={"version": 3, "promise": worse})
    assert (refused.status_code, refused.json()["code"]) == (409, "coupon.worse")
    assert refused.json()["params"] == {"reason": "benefit"}
    assert client.put(url, json={"version": 2, "promise": better}).json()["code"] == (
        "coupon.template_changed"
    )
    assert client.put(url, json={"version": 3, "promise": better}).status_code == 200
    versions = client.get(f"{url}/versions").json()
    assert [each["version"] for each in versions] == [4, 3]
    assert versions[0]["promise"]["benefit"]["off_fen"] == 4_000


def test_states_lead_where_they_may(client: TestClient) -> None:
    url = f"/v1/coupon-templates/{add(client)['id']}"
    assert client.post(f"{url}/pause").json()["code"] == "coupon.template_state"
    for verb, state in (("publish", "published"), ("pause", "paused"), ("publish", "published")):
        assert client.post(f"{url}/{verb}").json()["state"] == state
    assert client.post(f"{url}/end").json()["state"] == "ended"
    assert client.post(f"{url}/publish").json()["code"] == "coupon.template_state"
    listed = client.get("/v1/coupon-templates?state=ended").json()["items"]
    assert url.endswith(listed[0]["id"])
