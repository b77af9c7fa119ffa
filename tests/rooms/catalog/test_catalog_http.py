"""Products over HTTP: upsert, unknown SKUs, search, refusals."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi.testclient import TestClient

from tests.conftest import Clock

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="1" height="1"/></svg>'


def product(sku: str, **fields: Any) -> dict[str, Any]:
    return {"sku": sku, "name": f"商品 {sku}", "category": "dairy", **fields}


def save(client: TestClient, *products: dict[str, Any]) -> Any:
    return client.post("/v1/products", json={"products": list(products)})


def test_products_are_made_and_changed(client: TestClient) -> None:
    first = product(
        "A1", category_name="乳制品", category_name_en="Dairy", price_fen=590, picture=SVG
    )
    assert save(client, first, product("A2")).json() == {"created": 2, "updated": 0}
    assert save(client, product("A1", category="milk")).json() == {"created": 0, "updated": 1}
    [a1, a2] = client.get("/v1/products").json()["items"]
    assert (a1["category_code"], a1["price_fen"], a1["picture"]) == ("milk", 590, SVG)
    assert (a2["category_name"], a2["category_name_en"]) == ("乳制品", "Dairy")
    counts = {c["code"]: c["product_count"] for c in client.get("/v1/categories").json()["items"]}
    assert counts == {"dairy": 1, "milk": 1}
    found = client.get("/v1/products", params={"q": "a2"}).json()["items"]
    assert [item["sku"] for item in found] == ["A2"]
    page = client.get("/v1/products", params={"limit": 1}).json()
    following = client.get("/v1/products", params={"limit": 1, "cursor": page["next"]}).json()
    assert [page["items"][0]["sku"], following["items"][0]["sku"]] == ["A1", "A2"]
    assert following["next"] is None


def test_costs_are_kept_apart_from_what_is_shown(client: TestClient) -> None:
    save(client, product("A1", price_fen=590, cost_fen=200, floor_fen=300), product("A2"))
    save(client, product("A1", price_fen=600, floor_fen=350))
    [a1, a2] = client.get("/v1/products/costs").json()["items"]
    assert (a1["price_fen"], a1["cost_fen"], a1["floor_fen"]) == (600, 200, 350)
    assert (a2["price_fen"], a2["cost_fen"], a2["floor_fen"]) == (None, None, None)
    assert "cost_fen" not in client.get("/v1/products").json()["items"][0]
    assert save(client, product("A1", cost_fen=-1)).status_code == 422


def test_a_batch_is_saved_whole_or_not_at_all(client: TestClient) -> None:
    bad = product("B2", picture="<svg onload='x'/>")
    refused = save(client, product("B1"), bad)
    assert (refused.status_code, refused.json()["code"]) == (422, "catalog.bad_picture")
    assert refused.json()["params"]["sku"] == "B2"
    twice = save(client, product("B1"), product("B1"))
    assert twice.json()["code"] == "catalog.repeated_sku"
    assert save(client, product("B1", price_fen=-1)).status_code == 422
    assert save(client, product("B1", colour="red")).status_code == 422
    assert save(client).status_code == 422
    assert client.get("/v1/products").json()["items"] == []


def test_an_unknown_sku_is_listed_until_it_is_described(
    client: TestClient,
    clock: Clock,
    send: Callable[[Sequence[dict[str, Any]]], Any],
    drain: Callable[[], None],
) -> None:
    line = {"line_no": 1, "sku": "NEW-1", "quantity": 1000, "list_fen": 100, "paid_fen": 100}
    send(
        [
            {
                "id": "1",
                "type": "order.paid",
                "source": "pos",
                "unit": "store-0401",
                "occurred_at": clock.now.isoformat(),
                "properties": {"order_no": "1", "lines": [line], "paid_fen": 100},
            }
        ]
    )
    drain()
    [unknown] = client.get("/v1/products/unknown").json()["items"]
    assert (unknown["sku"], unknown["category_code"], unknown["is_known"]) == (
        ("NEW-1", "unknown", False)
    )
    assert save(client, product("NEW-1")).json() == {"created": 0, "updated": 1}
    assert client.get("/v1/products/unknown").json()["items"] == []
