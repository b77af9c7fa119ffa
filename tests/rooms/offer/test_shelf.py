"""What products cost one customer, each for itself: the same as the best price of a cart with one piece."""

from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from huitou.base.db import Database
from huitou.benefit.actions import coupons
from tests.conftest import Brand, Write
from tests.rooms.benefit.coupon_world import make_customers
from tests.rooms.benefit.coupon_world import publish as publish_template
from tests.rooms.benefit.tier_world import BY_SPEND, LADDER
from tests.rooms.benefit.tier_world import publish as publish_tiers
from tests.rooms.offer.cart_world import best, cart, off, offer

PRODUCTS = {"cola": 790, "milk": 1_190, "steak": 5_990, "beef": 12_000}


@pytest.fixture
def customer(db: Database, brand: Brand, client: TestClient) -> UUID:
    rows = [
        {"sku": sku, "name": sku.title(), "category": "food", "price_fen": fen}
        for sku, fen in PRODUCTS.items()
    ]
    rows.append({"sku": "free", "name": "Free", "category": "food"})
    assert client.post("/v1/products", json={"products": rows}).status_code < 300
    return make_customers(db, brand.merchant.id, 1)[0]


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """No search runs out of its time, however busy the machine is."""
    monkeypatch.setattr("huitou.offer.http.carts.monotonic", lambda: 0.0)


def shelf(client: TestClient, **fields: Any) -> dict[str, Any]:
    body = {"unit": "store-0401", "skus": list(PRODUCTS), "budget_ms": 500, **fields}
    answer = client.post("/v1/offers/shelf", json=body)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def by_sku(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["sku"]: each for each in told["items"]}


@pytest.mark.usefixtures("unhurried")
def test_each_product_costs_what_a_cart_with_one_piece_of_it_costs(
    client: TestClient, write: Write, customer: UUID, brand: Brand
) -> None:
    offer(client, "限时价", {"kind": "price", "prices_fen": {"steak": 4_990, "milk": 990}})
    offer(client, "专属", {"kind": "price", "pay_bp": 9_500}, audience={"by_promoter": True})
    offer(client, "满百减十", off(10_000, 1_000))
    offer(client, "秒杀", {"kind": "price", "off_fen": 300}, allows=["price"])
    with write() as tx:
        template = publish_template(tx)
        coupons.issue(tx, template.id, [customer], key="given")
    who = {"customer": str(customer), "promoter": brand.staff["a-01"].code}
    told = shelf(client, **who)
    assert [each["sku"] for each in told["items"]] == list(PRODUCTS)
    for each in told["items"]:
        line = (each["sku"], 1, PRODUCTS[each["sku"]])
        alone = best(client, cart(line, **who))
        assert each["payable_fen"] == alone["payable_fen"]
        assert each["list_fen"] - each["saved_fen"] == each["payable_fen"]
        assert sum(step["off_fen"] for step in each["steps"]) == each["saved_fen"]
        assert each["proven"]
        direct = best(client, cart(line, customer=str(customer)))
        assert each["without_promoter_fen"] == direct["payable_fen"]
    assert by_sku(told)["milk"]["without_promoter_fen"] == 890
    assert by_sku(told)["milk"]["steps"][0]["zh"] == "秒杀：减 3 元"


def test_what_has_no_price_is_named_and_own_prices_are_taken(
    client: TestClient, customer: UUID
) -> None:
    offer(client, "九折", {"kind": "price", "pay_bp": 9_000})
    products = [{"sku": "cola", "list_fen": 1_000}]
    told = shelf(client, skus=["cola", "free", "nowhere"], products=products)
    assert [(each["sku"], each["payable_fen"]) for each in told["items"]] == [("cola", 900)]
    assert told["unpriced"] == ["free", "nowhere"]
    bodies: list[dict[str, Any]] = [{"skus": []}, {"skus": [f"S{n}" for n in range(60)]}]
    for body in bodies:
        own = [{"sku": f"T{n}", "list_fen": 1} for n in range(60 if body["skus"] else 0)]
        asked = {"unit": "store-0401", "products": own, **body}
        refused = client.post("/v1/offers/shelf", json=asked)
        assert (refused.status_code, refused.json()["code"]) == (422, "offer.bad_cart")


@pytest.mark.usefixtures("unhurried")
def test_the_next_tier_is_foreseen(
    client: TestClient, write: Write, customer: UUID, drain: Any
) -> None:
    names = [rule["code"] for rule in LADDER]
    ladder = [
        LADDER[0],
        LADDER[1] | {"privileges": [{"kind": "member_price", "rate_bp": 9_000}]},
        *LADDER[2:],
    ]
    with write() as tx:
        publish_tiers(tx, BY_SPEND | {"tiers": ladder})
    drain()
    only = {"kind": "price", "prices_fen": {"milk": 600}}
    offer(client, "高一级", only, audience={"tiers": [names[1]]})
    told = shelf(client, customer=str(customer))
    assert (told["tier"]["code"], told["next_tier"]["code"]) == (names[0], names[1])
    next_fen = {sku: each["at_next_tier_fen"] for sku, each in by_sku(told).items()}
    assert next_fen == {"cola": 711, "milk": 600, "steak": 5_391, "beef": 10_800}
    assert all(each["payable_fen"] == each["list_fen"] for each in told["items"])
    assert all(each["without_tier_fen"] == each["list_fen"] for each in told["items"])
    nobody = shelf(client)
    assert (nobody["tier"], nobody["next_tier"]) == (None, None)
    assert {each["at_next_tier_fen"] for each in nobody["items"]} == {None}


@pytest.mark.usefixtures("unhurried")
def test_one_step_away_is_what_a_cart_with_it_costs(client: TestClient, customer: UUID) -> None:
    half = {"kind": "buy_get", "buy": 1, "get": 1, "pay_bp": 5_000, "goods": {"skus": ["cola"]}}
    offer(client, "第二件半价", half)
    full = offer(client, "满百减二十", off(10_000, 2_000))
    told = by_sku(shelf(client))
    cola, steak = told["cola"]["more"], told["steak"]["more"]
    assert (cola["pieces"], cola["more_fen"], cola["adds_fen"]) == (1, 395, 790)
    assert cola["zh"] == ("再买 1 件可享「第二件半价」：加 1 件Cola（7.9 元），实付只多 3.95 元")
    assert (steak["id"], steak["pieces"], steak["more_fen"]) == (full, 1, 3_990)
    # Nine bottles of milk are more than anybody wants to hear of.
    assert told["milk"]["more"] is None
    assert told["beef"]["payable_fen"] == 10_000


def test_prices_come_although_there_is_no_time(client: TestClient, customer: UUID) -> None:
    offer(client, "九折", {"kind": "price", "pay_bp": 9_000})
    offer(client, "满减", off(10_000, 2_000))
    told = shelf(client, budget_ms=1)
    assert {each["sku"]: each["payable_fen"] for each in told["items"]} == {
        "cola": 711,
        "milk": 1_071,
        "steak": 5_391,
        "beef": 8_800,
    }


def test_whom_one_may_not_see_has_no_shelf(client: TestClient, customer: UUID) -> None:
    body = {"unit": "store-0401", "skus": ["cola"], "customer": str(UUID(int=7))}
    refused = client.post("/v1/offers/shelf", json=body)
    assert (refused.status_code, refused.json()["code"]) == (404, "identity.no_such_customer")
