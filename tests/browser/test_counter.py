"""A coupon in a customer's pack, used at a store without a till or a network, seen as used."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.running import Demo, soon

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module", autouse=True)
def _still(demo: Demo) -> Iterator[None]:
    demo.post("/v1/demo/pause")
    yield
    demo.post("/v1/demo/resume")


def _customer(demo: Demo) -> str:
    who = f"card:{demo.told['card']}@default"
    return str(demo.get("/v1/customers", identifier=who)["id"])


def _give(demo: Demo, customer: str, off_fen: int) -> str:
    """A coupon for the customer; its name."""
    name = f"到店立减券 {uuid4().hex[:4]}"
    promise = {
        "name": name,
        "benefit": {"kind": "full_reduction", "threshold_fen": 0, "off_fen": off_fen},
        "window": {"kind": "relative", "days": 7},
    }
    template = demo.post("/v1/coupon-templates", promise)
    kept = {"version": template["version"]}
    demo.post(f"/v1/coupon-templates/{template['id']}/publish", kept)
    given = demo.post("/v1/coupons/issue", {"template": template["id"], "customers": [customer]})
    assert given["new_count"] == 1, given
    return name


def _member_page(open_page: OpenPage, demo: Demo, customer: str) -> Page:
    return open_page(demo.post(f"/v1/customers/{customer}/member-link")["url"], PHONE)


def _open_coupon(page: Page, name: str) -> None:
    page.get_by_role("link", name=re.compile("张")).first.click()
    page.locator(".ticket", has_text=name).click()
    expect(page.locator("#qr svg").first).to_be_visible()


def _token(page: Page) -> str:
    """What a camera would read now."""
    found = page.locator("#qr > div:not([hidden])").get_attribute("data-token")
    assert found is not None
    return found


def _counter(open_page: OpenPage) -> Page:
    page = open_page("/a#/counter", PHONE, role="associate")
    expect(page.get_by_text("没有网络也能核销小额券")).to_be_visible()
    return page


def _present(page: Page, text: str) -> None:
    page.get_by_label("输入或粘贴会员码、券码").fill(text)
    page.get_by_role("button", name="确定").click()


def _uses(demo: Demo, customer: str, name: str) -> list[dict[str, Any]]:
    pack: list[dict[str, Any]] = demo.get(f"/v1/customers/{customer}/coupons", all="true")
    return [each for each in pack if each["template_name"] == name]


def test_offline_at_the_counter_and_used_on_the_customers_phone(
    open_page: OpenPage, demo: Demo
) -> None:
    customer = _customer(demo)
    name = _give(demo, customer, 2_000)
    theirs = _member_page(open_page, demo, customer)
    _open_coupon(theirs, name)
    token = _token(theirs)
    counter = _counter(open_page)
    counter.context.set_offline(True)
    _present(counter, token[:-4] + "AAAA")
    expect(counter.get_by_text("二维码不是本商家签发的")).to_be_visible()
    counter.get_by_role("button", name="下一位").click()
    _present(counter, token)
    expect(counter.get_by_text("已离线核销")).to_be_visible()
    expect(counter.get_by_role("button", name=re.compile("撤销"))).to_be_visible()
    counter.get_by_role("button", name="下一位").click()
    expect(counter.get_by_text("待同步")).to_be_visible()
    # The same code again, and another one of the same coupon: this phone knows.
    for again in (token, token):
        _present(counter, again)
        expect(counter.get_by_text("刚在这台手机上核销过")).to_be_visible()
        counter.get_by_role("button", name="下一位").click()
    (coupon,) = _uses(demo, customer, name)
    assert coupon["shown_state"] == "available"
    counter.context.set_offline(False)
    expect(counter.get_by_text("已入账")).to_be_visible()
    expect(theirs.get_by_text("已使用").first).to_be_visible()


def test_used_twice_is_told_at_sync(open_page: OpenPage, demo: Demo) -> None:
    customer = _customer(demo)
    name = _give(demo, customer, 1_500)
    theirs = _member_page(open_page, demo, customer)
    _open_coupon(theirs, name)
    token = _token(theirs)
    counter = _counter(open_page)
    counter.context.set_offline(True)
    _present(counter, token)
    expect(counter.get_by_text("已离线核销")).to_be_visible()
    code = _uses(demo, customer, name)[0]["code"]
    demo.post("/v1/coupons/redeem", {"text": code, "unit": demo.told["unit"], "key": uuid4().hex})
    counter.get_by_role("button", name="下一位").click()
    counter.context.set_offline(False)
    expect(counter.get_by_text("这张券之前已在别处用过")).to_be_visible()
    expect(counter.get_by_text("有冲突")).to_be_visible()


def test_a_member_is_recognised_served_and_it_is_taken_back(
    open_page: OpenPage, demo: Demo
) -> None:
    customer = _customer(demo)
    name = _give(demo, customer, 3_000)
    theirs = _member_page(open_page, demo, customer)
    theirs.get_by_role("link", name="会员码").click()
    code = theirs.locator("#qr > div:not([hidden])").get_attribute("data-code")
    assert code is not None
    counter = _counter(open_page)
    _present(counter, code)
    ticket = counter.locator(".tickets li", has_text=name)
    ticket.get_by_role("button", name="核销").click()
    expect(counter.get_by_text("核销成功")).to_be_visible()
    expect(counter.get_by_text("−¥30.00")).to_be_visible()
    assert _uses(demo, customer, name)[0]["shown_state"] == "used"
    counter.get_by_role("button", name=re.compile("撤销")).click()
    expect(counter.get_by_text("已撤销")).to_be_visible()
    assert _uses(demo, customer, name)[0]["shown_state"] == "available"


def test_a_bill_is_rated_on_the_phone(open_page: OpenPage, demo: Demo) -> None:
    order_no = demo.buy(4_200)
    customer = _customer(demo)

    def known() -> bool:
        bills = demo.get("/v1/orders", customer=customer)["items"]
        return any(each["order_no"] == order_no for each in bills)

    soon(known)
    theirs = _member_page(open_page, demo, customer)
    theirs.locator("a.bill").first.click()
    expect(theirs.get_by_text(order_no)).to_be_visible()
    theirs.locator("label[for=rating2]").click()
    theirs.get_by_text("想买的缺货").click()
    theirs.get_by_role("button", name="提交评价").click()
    expect(theirs.get_by_text("谢谢您的评价")).to_be_visible()

    def low() -> bool:
        found = demo.get("/v1/reviews", rating_max="2")["items"]
        return any(each["order_no"] == order_no for each in found)

    soon(low)
