"""The mall sells over real sockets: Huitou's own API, the WeCom simulator and the mall itself."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from huitou.api.app import create_app
from huitou.base.db import Database
from huitou.simulators.mall.app import create_app as create_mall
from tests.adapters.wecom.serving import Sim, running, serve
from tests.conftest import Brand

TOKEN = "3kTzq0M7wYbF1sVdH5cJ9xRu"
PERSON = {"external_userid": "wmMALL0001", "unionid": "oUNIONMALL0001", "name": "李芳"}
MILK = {"sku": "MILK-1", "name": "低温鲜牛奶 950ml", "category": "dairy", "price_fen": 1_890}

Drain = Callable[[], None]


@pytest.fixture
def wecom() -> Iterator[Sim]:
    """A WeCom where the person got a message with the link."""
    with running() as sim:
        sim.befriend("zhangsan", PERSON["external_userid"], **_named())
        asked = {
            "chat_type": "single",
            "external_userid": [PERSON["external_userid"]],
            "sender": "zhangsan",
            "text": {"content": f"给您挑了几样 https://shop.example/l/{TOKEN}"},
        }
        token = sim.http.get(
            "/cgi-bin/gettoken", params={"corpid": "ww0123456789abcdef", "corpsecret": "S1"}
        ).json()["access_token"]
        answer = sim.http.post(
            "/cgi-bin/externalcontact/add_msg_template", params={"access_token": token}, json=asked
        ).json()
        assert answer["errcode"] == 0, answer
        sim.order("confirm", userid="zhangsan")
        yield sim


@pytest.fixture
def api(db: Database, brand: Brand) -> Iterator[httpx2.Client]:
    """Huitou's API with one product in its catalogue."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    with serve(create_app(db)) as url:
        headers = {"Authorization": f"Bearer {brand.key}"}
        with httpx2.Client(base_url=url, headers=headers, trust_env=False, timeout=30) as http:
            saved = http.post("/v1/products", json={"products": [MILK]})
            assert saved.status_code == 200, saved.text
            yield http


@pytest.fixture
def mall(api: httpx2.Client, wecom: Sim, brand: Brand) -> Iterator[httpx2.Client]:
    app = create_mall(
        api_url=str(api.base_url), api_key=lambda: brand.key, wecom_url=wecom.base_url
    )
    with serve(app) as url, httpx2.Client(base_url=url, trust_env=False, timeout=30) as http:
        yield http


def test_the_simulator_says_who_got_a_link(wecom: Sim) -> None:
    assert wecom.look(f"recipient?contains={TOKEN}") == PERSON
    assert wecom.http.get("/sim/recipient", params={"contains": "0" * 24}).status_code == 404
    assert wecom.http.get("/sim/recipient", params={"contains": "a"}).status_code == 422


def test_the_page_names_the_visitor_and_the_price(mall: httpx2.Client) -> None:
    page = mall.get("/buy", params={"link": TOKEN, "sku": "MILK-1"}).text
    assert "低温鲜牛奶 950ml" in page
    assert "¥18.90" in page
    assert "李芳" in page
    assert "游客" in mall.get("/buy", params={"sku": "MILK-1"}).text


def test_a_purchase_reaches_the_customer_once_and_a_refund_takes_it_back(
    mall: httpx2.Client, api: httpx2.Client, drain: Drain
) -> None:
    wish = {"link": TOKEN, "sku": "MILK-1", "quantity": "2", "nonce": uuid4().hex}
    done = mall.post("/buy", data=wish)
    assert done.status_code == 303
    assert mall.post("/buy", data=wish).headers["location"] == done.headers["location"]
    page = mall.get(done.headers["location"]).text
    assert "支付成功" in page
    assert "¥37.80" in page
    drain()
    [order] = orders_of(api, f"unionid:{PERSON['unionid']}")
    assert order == orders_of(api, f"external_userid:{PERSON['external_userid']}@ww-demo")[0]
    assert (order["paid_fen"], order["refunded_fen"], order["source"]) == (3_780, 0, "mall")
    assert order["lines"][0]["quantity"] == 2_000

    order_no = done.headers["location"].removeprefix("/order/")
    for _ in range(2):
        assert mall.post("/refund", data={"order_no": order_no}).status_code == 303
    assert "已退款" in mall.get(f"/order/{order_no}").text
    drain()
    [order] = orders_of(api, f"unionid:{PERSON['unionid']}")
    assert order["refunded_fen"] == 3_780


def test_a_script_buys_with_json(mall: httpx2.Client, api: httpx2.Client, drain: Drain) -> None:
    bought = mall.post("/buy", json={"link": TOKEN, "sku": "MILK-1"})
    again = mall.post("/buy", json={"link": TOKEN, "sku": "MILK-1"})
    assert (bought.status_code, bought.json()["paid_fen"]) == (201, 1_890)
    assert again.json()["order_no"] != bought.json()["order_no"]
    back = mall.post("/refund", json={"order_no": bought.json()["order_no"]})
    assert back.json()["refunded_at"] is not None
    drain()
    refunded = [order["refunded_fen"] for order in orders_of(api, f"unionid:{PERSON['unionid']}")]
    assert sorted(refunded) == [0, 1_890]


def test_a_stranger_buys_as_an_openid_of_their_own(
    mall: httpx2.Client, api: httpx2.Client, drain: Drain
) -> None:
    assert mall.post("/buy", json={"sku": "MILK-1", "link": "0" * 24}).status_code == 201
    drain()
    assert orders_of(api, f"unionid:{PERSON['unionid']}") == []
    [order] = api.get("/v1/orders", params={"unit": "mall"}).json()["items"]
    assert order["paid_fen"] == MILK["price_fen"]


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"sku": "NOTHING"}, 404),
        ({"sku": "MILK-1", "quantity": 0}, 422),
        ({"sku": "MILK-1", "quantity": 10}, 422),
        ({"sku": "MILK-1", "quantity": True}, 422),
        ({"sku": "MILK-1", "link": "../../etc"}, 422),
        ({"sku": "MILK-1", "price_fen": 1}, 422),
        ({}, 422),
    ],
)
def test_what_is_no_order_is_refused(
    mall: httpx2.Client, wish: dict[str, Any], status: int
) -> None:
    answer = mall.post("/buy", json=wish)
    assert answer.status_code == status
    assert answer.json()["detail"]


def test_a_page_for_what_goes_wrong(mall: httpx2.Client) -> None:
    assert mall.get("/buy", params={"sku": "NOTHING"}).status_code == 404
    gone = mall.post("/refund", data={"order_no": "M0"})
    assert gone.status_code == 404
    assert "没有这笔订单" in gone.text


def orders_of(api: httpx2.Client, identifier: str) -> list[dict[str, Any]]:
    """The orders of whom the identifier names; none when nobody is known by it."""
    found = api.get("/v1/customers", params={"identifier": identifier})
    if found.status_code == 404:
        return []
    assert found.status_code == 200, found.text
    orders: list[dict[str, Any]] = api.get(f"/v1/customers/{found.json()['id']}/orders").json()[
        "items"
    ]
    return orders


def _named() -> dict[str, str]:
    return {"name": PERSON["name"], "unionid": PERSON["unionid"]}


def test_the_visitors_own_price_is_paid_and_kept_by_its_proof(
    mall: httpx2.Client, api: httpx2.Client, brand: Brand, drain: Drain
) -> None:
    tea = {"sku": "TEA,1", "name": "绿茶", "category": "tea", "price_fen": 5_000}
    assert api.post("/v1/products", json={"products": [tea]}).status_code == 200
    who = {"identifiers": [{"kind": "unionid", "value": PERSON["unionid"]}], "source": "mall"}
    joined = {"id": uuid4().hex, "type": "member.joined", "properties": {}, "unit": "mall", **who}
    told = api.post("/v1/events", json={"events": [joined | {"occurred_at": _moment()}]})
    assert told.json()["accepted"] == 1, told.text
    drain()
    half = {"kind": "price", "pay_bp": 5_000, "goods": {"skus": ["MILK-1"]}}
    own = {"kind": "activity", "tiers": [{"at_least": 5_000, "off_fen": 1_000}]}
    # One person may publish whatever it costs.
    api.put("/v1/settings/offer.approval_fen", json={"value": 0})
    for name, terms, fields in (
        ("老友半价", half, {"limits": {"customer_orders": 1}}),
        ("专属满减", own, {"audience": {"by_promoter": True}}),
    ):
        made = api.post("/v1/offers", json={"name": name, "terms": terms, **fields}).json()
        assert api.post(f"/v1/offers/{made['id']}/publish", json={"version": 1}).status_code == 200
    assert "¥9.45" in mall.get("/buy", params={"link": TOKEN, "sku": "MILK-1"}).text
    promoter = brand.staff["a-01"].code
    items = "TEA%2C1:1,MILK-1:2"
    asked = {"link": TOKEN, "items": items, "promoter": promoter}
    page = mall.get("/cart", params=asked).text
    assert "绿茶 × 1" in page
    assert "微信支付 ¥58.90" in page
    wish = asked | {"nonce": uuid4().hex}
    for _ in range(2):
        done = mall.post("/buy", data=wish)
        assert done.status_code == 303, done.text
    order_no = done.headers["location"].removeprefix("/order/")
    kept = api.get("/v1/offers/orders", params={"unit": "mall", "order_no": order_no}).json()
    assert (kept["payable_fen"], kept["promoter_id"]) == (5_890, str(brand.staff["a-01"].id))
    drain()
    [order] = orders_of(api, f"unionid:{PERSON['unionid']}")
    assert (order["paid_fen"], len(order["lines"])) == (5_890, 2)
    # The offer was for one order.
    assert "¥18.90" in mall.get("/buy", params={"link": TOKEN, "sku": "MILK-1"}).text


def _moment() -> str:
    return datetime.now(UTC).isoformat()
