"""Prices on the customer's page: their own, with why, alone and together."""

import re
from html import unescape
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from huitou.base.db import Database
from huitou.catalog import actions as catalog
from huitou.catalog.types import NewProduct
from huitou.content import actions
from huitou.content.types import Item, Link, NewLink
from huitou.event import reads as log
from huitou.merchant import actions as merchants
from tests.conftest import Brand, Read, Write
from tests.rooms.benefit.coupon_world import make_customers
from tests.rooms.offer.cart_world import off, offer

PHONE = {"user-agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.49"}


@pytest.fixture
def link(write: Write, brand: Brand, db: Database, client: TestClient) -> Link:
    client.headers.update(PHONE)
    customer: UUID = make_customers(db, brand.merchant.id, 1)[0]
    with write() as tx:
        catalog.save_products(
            tx,
            [
                NewProduct("milk/1", "鲜牛奶", "dairy", "乳品", "Dairy", 1_290),
                NewProduct("egg", "土鸡蛋", "egg", "蛋", "Eggs", 2_580),
                NewProduct("tea", "绿茶", "tea", "茶", "Tea", 900),
            ],
        )
        list_id = actions.add_list(tx, "为您挑的", [Item("milk/1"), Item("egg")])
        new = NewLink(list_id, customer, "wecom", staff_id=brand.staff["a-01"].id)
        return actions.add_links(tx, [new])[0]


def cards(client: TestClient, link: Link, language: str = "zh") -> dict[str, str]:
    """The text of each product on the page."""
    page = client.get(f"/l/{link.token}", headers={"accept-language": language}).text
    found = re.findall(r'<li data-sku="([^"]+)">(.*?)</li>', page, re.DOTALL)
    return {sku: " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split()) for sku, html in found}


def set_setting(write: Write, key: str, value: str) -> None:
    with write() as tx:
        merchants.set_setting(tx, key, value, version=0)


def test_the_list_shows_the_customers_own_price_and_why(
    client: TestClient, link: Link, brand: Brand
) -> None:
    assert "到手价" not in cards(client, link)["egg"]
    offer(client, "乳品九折", {"kind": "price", "pay_bp": 9_000, "goods": {"skus": ["milk/1"]}})
    own = {"kind": "price", "pay_bp": 8_000, "goods": {"skus": ["egg"]}}
    offer(client, "专属价", own, audience={"by_promoter": True})
    half = {"kind": "buy_get", "buy": 1, "get": 1, "pay_bp": 5_000, "goods": {"skus": ["milk/1"]}}
    offer(client, "第二件半价", half)
    shown = cards(client, link)
    assert "到手价 ¥11.61 ¥12.90 乳品九折" in shown["milk/1"]
    assert "再买 1 件可享「第二件半价」" in shown["milk/1"]
    assert "到手价 ¥20.64 ¥25.80 专属价" in shown["egg"]
    assert f"{brand.staff['a-01'].name}的专属链接为您省了 ¥5.16" in shown["egg"]
    in_english = cards(client, link, "en")["egg"]
    assert "Yours ¥20.64" in in_english
    assert f"The link of {brand.staff['a-01'].name} makes it ¥5.16 less" in in_english


def test_a_basket_is_priced_together_and_says_what_is_one_step_away(
    client: TestClient, link: Link
) -> None:
    offer(client, "满四十减十", off(4_000, 1_000))
    url = f"/l/{link.token}/basket"
    pairs = {"s": ["milk/1", "egg", "tea"], "n": ["1", "1", "0"]}
    page = client.get(url, params=pairs)
    text = " ".join(unescape(re.sub(r"<[^>]+>", " ", page.text)).split())
    assert "合计到手 ¥38.70" in text
    assert "绿茶" not in re.findall(r"<h2>(.*?)</h2>", page.text)
    hint = re.search(r'class="add"><span>(.*?)</span><a rel="nofollow" href="(.*?)"', page.text)
    assert hint is not None
    assert "再买 1.3 元可享「满四十减十」：加 1 件绿茶" in hint[1]
    added = client.get(unescape(hint[2]))
    assert "满四十减十：减 10 元" in added.text
    assert "¥37.70" in added.text
    told = client.get(f"{url}/total", params=pairs)
    assert told.json()["total"] == "¥38.70"
    assert told.json()["hint"] == hint[1]
    fewer = re.findall(r'class="less" rel="nofollow" href="(.*?)"', page.text)
    left = client.get(unescape(fewer[0])).text
    assert "土鸡蛋" in left
    assert "鲜牛奶" not in left


def test_a_basket_of_nonsense_leads_back_to_the_list(client: TestClient, link: Link) -> None:
    url = f"/l/{link.token}/basket"
    for query in ("", "?s=egg&n=-1", "?s=egg&n=²", "?s=nowhere&n=1", "?s=egg"):
        answer = client.get(url + query, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, f"/l/{link.token}")
    many = "&".join(f"s=egg&n={n}" for n in (90, 90))
    assert "99" in client.get(f"{url}?{many}").text
    assert client.get("/l/nobodysnobodysnobodys00/basket?s=egg&n=1").status_code == 410


def test_buying_together_goes_to_the_merchants_cart_and_is_an_event(
    client: TestClient, link: Link, write: Write, read: Read, brand: Brand
) -> None:
    url, basket = f"/l/{link.token}/basket", "?s=milk%2F1&n=2&s=tea&n=1"
    assert "去下单" not in client.get(url + basket).text
    set_setting(write, "content.cart_url", "https://mall.example/cart?c={items}&by={promoter}")
    assert "去下单" in client.get(url + basket).text
    bought = client.get(f"{url}/buy{basket}", follow_redirects=False)
    code = brand.staff["a-01"].code
    # Each SKU is quoted by itself, for it may hold the marks between them.
    items = "milk%252F1%3A2%2Ctea%3A1"
    assert bought.headers["location"] == f"https://mall.example/cart?c={items}&by={code}"
    with read() as tx:
        seen = log.log_slice(tx, 0, log.head(tx), ["product.viewed"])
    assert [entry.properties["sku"] for entry in seen] == ["milk/1"]


def test_prices_are_those_of_who_has_the_link_where_it_is_sold(
    client: TestClient, link: Link, write: Write, db: Database, brand: Brand
) -> None:
    rule = {"v": 1, "all": [{"kind": "tag", "name": "vip"}]}
    segment = client.post("/v1/segments", json={"name": "贵宾", "rule": rule}).json()["id"]
    offer(client, "贵宾价", {"kind": "price", "pay_bp": 5_000}, audience={"segments": [segment]})
    offer(client, "别处", {"kind": "price", "pay_bp": 1_000}, units=["region-2"])
    assert "到手价" not in cards(client, link)["egg"]
    set_setting(write, "content.sell_unit", "region-2")
    assert "到手价 ¥2.58" in cards(client, link)["egg"]
    # Where nobody sells, the page is there with list prices.
    with write() as tx:
        merchants.set_setting(tx, "content.sell_unit", "closed", version=1)
    assert cards(client, link)["egg"].startswith("土鸡蛋 ¥25.80")
