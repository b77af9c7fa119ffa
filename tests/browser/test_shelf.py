"""What products cost one customer, where they look at them and where they stand: her page, his phone, the till."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.running import Demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module", autouse=True)
def _still(demo: Demo) -> Iterator[None]:
    demo.post("/v1/demo/pause")
    # Coupons that others have given her at the counter would make some products free.
    for coupon in demo.get(f"/v1/customers/{_customer(demo)}/coupons"):
        if coupon["template_name"].startswith("到店立减券"):
            demo.post("/v1/coupons/revoke", {"text": coupon["code"], "reason": "其他测试"})
    yield
    demo.post("/v1/demo/resume")


def _customer(demo: Demo) -> str:
    """Who was reached when the demo began."""
    who = f"card:{demo.told['card']}@default"
    return str(demo.get("/v1/customers", identifier=who)["id"])


def _product(demo: Demo, sku: str) -> dict[str, Any]:
    found = demo.get("/v1/products", q=sku)["items"]
    return next(dict(one) for one in found if one["sku"] == sku)


def _dearest(demo: Demo, skus: Sequence[str]) -> str:
    """The one where a half is most."""
    return max(skus, key=lambda sku: int(_product(demo, sku)["price_fen"] or 0))


def _link(demo: Demo) -> str:
    known = demo.post(f"/v1/customers/{_customer(demo)}/reveal")["identifiers"]
    friend = next(one["value"] for one in known if one["kind"] == "external_userid")
    wecom = f"http://127.0.0.1:{(urlsplit(demo.url).port or 80) + 1}"
    parts = [
        part
        for message in demo.get(f"{wecom}/sim/inbox/{friend}")["messages"]
        for part in message["attachments"] or []
    ]
    return str(next(part["link"]["url"] for part in parts if part["msgtype"] == "link"))


@contextmanager
def _on_offer(demo: Demo, sku: str) -> Iterator[str]:
    """A sixth off the product, more than members save, and the second piece nearly free (less than any other offer of the demo), while the test looks; its name."""
    off_fen = int(_product(demo, sku)["price_fen"]) // 6
    name = f"立减 {uuid4().hex[:4]}"
    goods = {"skus": [sku]}
    ids = []
    for called, terms in (
        (name, {"kind": "price", "goods": goods, "off_fen": off_fen}),
        (f"{name} 二", {"kind": "buy_get", "goods": goods, "buy": 1, "get": 1, "pay_bp": 1_000}),
    ):
        body: dict[str, Any] = {"name": called, "terms": terms, "limits": {"budget_fen": 10_000}}
        made = demo.post("/v1/offers", body)
        ids.append(made["id"])
        demo.post(f"/v1/offers/{made['id']}/publish", {"version": made["version"]})
    try:
        yield name
    finally:
        for id_ in ids:
            demo.post(f"/v1/offers/{id_}/end")


def test_a_customer_sees_her_own_prices_and_buys_several_together(
    open_page: OpenPage, browser: Browser, demo: Demo
) -> None:
    link = _link(demo)
    page = open_page(link, PHONE)
    card = page.locator("li[data-sku]").first
    sku = card.get_attribute("data-sku")
    assert sku is not None
    with _on_offer(demo, sku) as name:
        page.reload()
        expect(card).to_contain_text("到手价")
        card.locator("summary").click()
        expect(card.locator("details")).to_contain_text("再买 1 件可享")
        card.get_by_role("button", name="选一件").click()
        expect(page.locator(".tray b")).to_contain_text("¥")
        expect(page.locator(".tray span")).to_contain_text("已省")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        page.get_by_role("button", name="看合计").click()
        alone = page.locator(".sum b").inner_text()
        page.get_by_role("link", name="多一件").first.click()
        expect(page.locator(".bill")).to_contain_text(f"{name} 二")
        expect(page.locator(".sum b")).not_to_have_text(alone)
        page.get_by_role("link", name="少一件").first.click()
        expect(page.locator(".sum b")).to_have_text(alone)
        page.get_by_role("link", name="返回清单").click()
        expect(card).to_contain_text("到手价")

        plain = browser.new_context(java_script_enabled=False, base_url=demo.url, locale="zh-CN")
        still = plain.new_page()
        still.goto(link)
        still.locator("input[name=n]").first.fill("1")
        still.get_by_role("button", name="看合计").click()
        expect(still.locator(".sum b")).to_have_text(alone)
        plain.close()


def test_an_associate_sees_the_price_and_what_it_earns(open_page: OpenPage, demo: Demo) -> None:
    me = demo.person("associate")["id"]
    task = demo.get("/v1/tasks", associate=me, state="open")["items"][0]
    sku = _dearest(demo, task["skus"])
    with _on_offer(demo, sku) as name:
        phone = open_page(f"/a#/task/{task['id']}", PHONE, role="associate")
        line = phone.locator(".bring li", has_text=_product(demo, sku)["name"])
        expect(line).to_contain_text("约得佣金")
        line.get_by_role("button", name="把到手价写进文案").click()
        expect(phone.locator(".bubble")).to_contain_text("您的到手价 ¥")

        customer = demo.post(f"/v1/customers/{_customer(demo)}/member-link")
        hers = open_page(customer["url"], PHONE)
        hers.goto("/m/code")
        code = hers.locator("[data-code]").first.get_attribute("data-code")
        phone.goto("/a#/counter")
        phone.get_by_label("输入或粘贴会员码、券码").fill(str(code))
        phone.get_by_role("button", name="确定").click()
        phone.get_by_role("button", name="查到手价").click()
        phone.get_by_placeholder("商品名称或编码").fill(sku)
        found = phone.locator(".pick button").first
        expect(found).to_contain_text(name)
        expect(found).to_contain_text("约得佣金")
        found.click()
        expect(phone.locator(".together p b")).to_contain_text("¥")
