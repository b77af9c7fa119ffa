"""What a cart costs over HTTP: the best way, a given way, wishes, and why the rest is not used."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.base.db import Database
from tests.conftest import Brand
from tests.rooms.offer.cart_world import adds_up, best, cart, off, offer, why


def test_the_cheapest_way_is_told_step_by_step(client: TestClient) -> None:
    member = offer(client, "会员日", {"kind": "price", "sort": "member", "pay_bp": 9_000})
    full = offer(client, "满三百减五十", off(30_000, 5_000))
    # All at the member price they miss the threshold: two pieces pay more, and the cart costs less.
    told = best(client, cart(("A", 1, 20_000), ("B", 1, 10_000), ("C", 1, 1_000)))
    assert (told["payable_fen"], told["proven"], told["gap_fen"]) == (25_000, True, 0)
    assert told["list_fen"] == 31_000
    assert told["saved_fen"] == 6_000
    assert [(step["id"], step["off_fen"]) for step in told["steps"]] == [
        (member, 1_000),
        (full, 5_000),
    ]
    assert told["steps"][1]["zh"] == "满三百减五十：减 50 元"
    assert told["steps"][1]["en"] == "满三百减五十: ¥50 off"
    shares = {share["line_no"]: share["off_fen"] for share in told["steps"][1]["by_line"]}
    assert shares == {1: 3_333, 2: 1_500, 3: 167}
    assert [line["paid_fen"] for line in told["lines"]] == [16_667, 7_500, 833]
    assert told["unused"] == []


def test_a_piece_pays_its_own_share(client: TestClient) -> None:
    offer(client, "三件一百", {"kind": "bundle", "count": 3, "price_fen": 10_000})
    told = best(client, cart(("A", 4, 4_000)))
    [line] = told["lines"]
    assert sorted(line["by_piece"]) == [3_333, 3_333, 3_334, 4_000]


def test_gifts_and_free_shipping_are_given(client: TestClient) -> None:
    tier = {"at_least": 5_000, "gifts": [{"sku": "G", "worth_fen": 300}], "free_shipping": True}
    client.post(
        "/v1/products",
        json={"products": [{"sku": "G", "name": "帆布袋", "category": "gift", "price_fen": 900}]},
    )
    offer(client, "满赠", {"kind": "activity", "tiers": [tier]})
    told = best(client, cart(("A", 1, 5_000), shipping_fen=800))
    assert (told["payable_fen"], told["shipping_fen"]) == (5_000, 0)
    assert told["gifts"] == [{"sku": "G", "count": 1, "worth_fen": 300}]
    assert told["steps"][0]["zh"] == "满赠：赠帆布袋 1 件"


def test_what_is_pinned_is_used_and_what_is_refused_is_not(client: TestClient) -> None:
    large = offer(client, "大满减", off(10_000, 3_000))
    small = offer(client, "小满减", off(10_000, 1_000))
    body = cart(("A", 1, 10_000))
    told = best(client, body)
    assert told["payable_fen"] == 7_000
    assert why(told) == {small: "excluded_by"}
    pinned = best(client, body | {"pinned": [small]})
    assert pinned["payable_fen"] == 9_000
    assert why(pinned) == {large: "excluded_by"}
    refused = best(client, body | {"refused": [large]})
    assert refused["payable_fen"] == 9_000
    assert why(refused) == {large: "refused"}
    both = client.post("/v1/offers/best", json=body | {"pinned": [large, small]})
    assert (both.status_code, both.json()["code"]) == (422, "offer.cannot_use")


def test_why_something_is_not_used(client: TestClient) -> None:
    flash = offer(client, "秒杀", {"kind": "price", "sort": "flash", "prices_fen": {"A": 6_000}})
    member = offer(client, "会员价", {"kind": "price", "pay_bp": 9_000, "goods": {"skus": ["A"]}})
    dear = offer(client, "贵价", {"kind": "price", "prices_fen": {"A": 10_000}})
    three = offer(client, "三件", {"kind": "bundle", "count": 3, "price_fen": 100})
    full = offer(client, "满减", off(20_000, 1_000))
    alone = offer(client, "独享", off(1_000, 100, group="solo"), allows=["solo"])
    nothing = offer(client, "一口价", {"kind": "bundle", "count": 2, "price_fen": 30_000})
    told = best(client, cart(("A", 1, 10_000), ("B", 1, 2_000)))
    assert told["payable_fen"] == 7_900
    codes = why(told)
    assert flash in {step["id"] for step in told["steps"]}
    assert codes == {
        member: "excluded_by",
        dear: "not_lower",
        three: "threshold_short",
        full: "threshold_short",
        nothing: "dominated",
    }
    assert alone in {step["id"] for step in told["steps"]}
    shown = {each["id"]: each for each in told["unused"]}
    assert (shown[three]["short_pieces"], shown[three]["zh"]) == (1, "还差 1 件")
    assert shown[full]["short_fen"] == 8_000
    assert shown[full]["about"]["sentence"]["zh"] == "满 200 元减 10 元"
    assert shown[member]["by"] == [flash]


def test_a_decision_is_priced_as_it_is_given(client: TestClient) -> None:
    full = offer(client, "满减", off(10_000, 3_000))
    body = cart(("A", 2, 6_000))
    choice = {"sku": "A", "list_fen": 6_000, "count": 2}
    alone = client.post("/v1/offers/price", json=body | {"decision": {"choices": [choice]}}).json()
    adds_up(alone)
    assert (alone["payable_fen"], alone["proven"], why(alone)) == (
        12_000,
        None,
        {full: "not_chosen"},
    )
    half = [
        {"sku": "A", "list_fen": 6_000, "count": 1},
        {"sku": "A", "list_fen": 6_000, "count": 1, "activities": [full]},
    ]
    short = client.post("/v1/offers/price", json=body | {"decision": {"choices": half}}).json()
    assert short["payable_fen"] == 12_000
    assert short["steps"][0]["zh"] == "满减：未达门槛，没有优惠"


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"decision": {"choices": []}}, 422, "offer.bad_decision"),
        ({"decision": {"choices": []}, "coupons": ["C"]}, 422, "offer.bad_decision"),
        ({"coupons": ["C"]}, 422, "offer.not_usable"),
        ({"unit": "nowhere"}, 404, "merchant.no_unit"),
        ({"customer": "phone:13800000000"}, 404, "identity.no_such_customer"),
        ({"customer": "nonsense"}, 422, "identity.bad_identifier"),
        ({"lines": []}, 422, "request.invalid"),
        ({"lines": [{"line_no": 1, "sku": "A", "quantity": 1}]}, 422, "offer.no_price"),
        ({"lines": [{"line_no": 1, "sku": "A", "quantity": 0}]}, 422, "request.invalid"),
        (
            {"lines": [{"line_no": 1, "sku": "A", "quantity": 300, "list_fen": 1}] * 2},
            422,
            "offer.bad_cart",
        ),
        (
            {"lines": [{"line_no": n, "sku": "A", "quantity": 300, "list_fen": 1} for n in (1, 2)]},
            413,
            "offer.cart_too_large",
        ),
        ({"budget_ms": 501}, 422, "request.invalid"),
        ({"surprise": 1}, 422, "request.invalid"),
    ],
)
def test_what_cannot_be_priced_is_refused(
    client: TestClient, fields: dict[str, Any], status: int, code: str
) -> None:
    answer = client.post("/v1/offers/price", json=cart(("A", 1, 1_000)) | fields)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_prices_come_from_the_catalogue(client: TestClient) -> None:
    client.post(
        "/v1/products",
        json={"products": [{"sku": "P", "name": "水杯", "category": "home", "price_fen": 4_900}]},
    )
    offer(client, "家居", {"kind": "price", "off_fen": 900, "goods": {"categories": ["home"]}})
    told = best(client, cart() | {"lines": [{"line_no": 7, "sku": "P", "quantity": 2}]})
    assert (told["list_fen"], told["payable_fen"]) == (9_800, 8_000)
    assert told["steps"][0]["zh"] == "家居：2 件共减 18 元"


def test_what_is_pinned_and_does_not_hold_says_why(client: TestClient) -> None:
    id_ = offer(client, "线上价", {"kind": "price", "pay_bp": 5_000}, channels=["online"])
    body = cart(("A", 1, 1_000), pinned=[id_])
    answer = client.post("/v1/offers/best", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "offer.not_usable")
    assert answer.json()["params"]["why"] == "wrong_channel"
    assert answer.json()["detail"] == "「线上价」不能使用：不能在这个渠道使用"
    assert best(client, body | {"channel": "online"})["payable_fen"] == 500
    assert best(client, body | {"unit": "mall"})["payable_fen"] == 500


def test_a_change_that_waits_to_be_published_changes_no_price(client: TestClient) -> None:
    id_ = offer(client, "满减", off(1_000, 100))
    document = {"name": "满减", "terms": off(1_000, 500)}
    client.put(f"/v1/offers/{id_}", json={"version": 1, "document": document})
    assert best(client, cart(("A", 1, 1_000)))["payable_fen"] == 900
    client.post(f"/v1/offers/{id_}/publish", json={"version": 2})
    assert best(client, cart(("A", 1, 1_000)))["payable_fen"] == 500
    client.post(f"/v1/offers/{id_}/pause")
    assert best(client, cart(("A", 1, 1_000)))["payable_fen"] == 1_000


def test_groups_of_the_setting_take_their_turns(client: TestClient) -> None:
    offer(client, "店铺满减", off(10_000, 2_000, group="shop"))
    offer(client, "平台折扣", {
        "kind": "activity", "group": "platform", "tiers": [{"at_least": 0, "pay_bp": 9_000}]
    })  # fmt: skip
    body = cart(("A", 1, 10_000))
    assert (
        best(client, body)["payable_fen"] == 8_000
    )  # by name the platform's is first, and leaves too little
    answer = client.put("/v1/settings/offer.groups", json={"value": "shop, platform"})
    assert answer.status_code in (200, 204), answer.text
    assert best(client, body)["payable_fen"] == 7_200


def test_a_till_needs_the_permission_and_prices_in_its_own_units(
    db: Database, client: TestClient, brand: Brand
) -> None:
    key = client.post("/v1/api-keys", json={"name": "till", "permissions": ["benefit.use"]})
    with TestClient(
        create_app(db), headers={"Authorization": f"Bearer {key.json()['secret']}"}
    ) as http:
        answer = http.post("/v1/offers/best", json=cart(("A", 1, 1_000)))
        assert answer.json()["params"] == {"permission": "offer.read"}


def test_a_draft_is_priced_alone(client: TestClient) -> None:
    body: dict[str, Any] = {
        "unit": "store-0401",
        "lines": [{"line_no": 1, "sku": "A", "quantity": 3, "list_fen": 5_000}],
        "document": {
            "name": "第二件半价",
            "terms": {"kind": "buy_get", "buy": 1, "get": 1, "pay_bp": 5_000},
            "audience": {"bought": "old"},
        },
    }
    offer(client, "谁都有的九折", {"kind": "price", "pay_bp": 9_000})
    told = client.post("/v1/offers/preview/price", json=body).json()
    assert (told["payable_fen"], told["saved_fen"], told["proven"]) == (12_500, 2_500, True)
    assert [step["zh"] for step in told["steps"]] == ["第二件半价：减 25 元"]
    one = body | {"lines": [{"line_no": 1, "sku": "A", "quantity": 1, "list_fen": 5_000}]}
    [unused] = client.post("/v1/offers/preview/price", json=one).json()["unused"]
    assert (unused["code"], unused["short_pieces"]) == ("threshold_short", 1)
    broken = body | {"document": body["document"] | {"funding": []}}
    assert client.post("/v1/offers/preview/price", json=broken).status_code == 422
