"""What is one step away from a cart, worked out with the product in it."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.rooms.offer.cart_world import best, cart, off, offer


@pytest.fixture(autouse=True)
def products(client: TestClient) -> None:
    told = [
        ("sock", "袜子", "wear", 1_500, True),
        ("hat", "帽子", "wear", 4_000, True),
        ("old", "旧款", "wear", 1_200, False),
        ("pen", "笔", "desk", 300, True),
    ]
    answer = client.post(
        "/v1/products",
        json={
            "products": [
                {"sku": sku, "name": name, "category": category, "price_fen": fen, "is_listed": on}
                for sku, name, category, fen, on in told
            ]
        },
    )
    assert answer.status_code == 200, answer.text


def suggest(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/v1/offers/suggest", json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    assert told["payable_fen"] == best(client, body)["payable_fen"]
    return told


def test_a_little_more_is_told_with_what_it_really_costs(client: TestClient) -> None:
    id_ = offer(client, "满百减四十", off(10_000, 4_000, goods={"categories": ["wear"]}))
    body = cart(("hat", 2, 4_400))
    told = suggest(client, body)
    assert told["suggestions"] == [
        {
            "id": id_,
            "name": "满百减四十",
            "short_fen": 1_200,
            "short_pieces": None,
            "sku": "sock",
            "product_name": "袜子",
            "pieces": 1,
            "adds_fen": 1_500,
            "more_fen": -2_500,
            "saves_fen": 4_000,
            "zh": "再买 12 元可享「满百减四十」：加 1 件袜子（15 元），实付反而少 25 元",
            "en": "¥12 more to 满百减四十: add 1 袜子 (¥15) and pay ¥25 less",
        }
    ]
    with_it = body["lines"] + [{"line_no": 2, "sku": "sock", "quantity": 1}]
    assert best(client, body | {"lines": with_it})["payable_fen"] == told["payable_fen"] - 2_500


def test_the_next_tier_and_the_next_piece_are_a_step_away(client: TestClient) -> None:
    tiers = [{"at_least": 5_000, "off_fen": 500}, {"at_least": 9_000, "off_fen": 1_200}]
    tiered = offer(client, "阶梯", {"kind": "activity", "tiers": tiers})
    pieces = offer(client, "两件笔", {
        "kind": "bundle", "count": 2, "price_fen": 400, "goods": {"skus": ["pen"]}
    })  # fmt: skip
    told = suggest(client, cart(("A", 1, 8_700), ("pen", 1, 300)))
    # One pen completes the pair; with a full-price pen the tier is reached already.
    assert [(each["id"], each["sku"]) for each in told["suggestions"]] == [(pieces, "pen")]
    [pair] = told["suggestions"]
    assert (pair["short_pieces"], pair["adds_fen"], pair["more_fen"]) == (1, 300, 100)
    assert pair["zh"] == "再买 1 件可享「两件笔」：加 1 件笔（3 元），实付只多 1 元"
    lower = suggest(client, cart(("A", 1, 8_800)))
    by_id = {each["id"]: each for each in lower["suggestions"]}
    assert (by_id[tiered]["short_fen"], by_id[tiered]["more_fen"]) == (200, 300 - 700)


def test_what_brings_nothing_is_not_suggested(client: TestClient) -> None:
    offer(client, "太远", off(100_000, 10))
    offer(client, "别处", off(1_100, 50), units=["region-2"])
    offer(client, "已满", off(500, 50, repeats=True, times_max=1))
    assert suggest(client, cart(("A", 1, 1_000)))["suggestions"] == []
