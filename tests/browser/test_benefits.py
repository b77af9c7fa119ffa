"""Headquarters at work with coupons, points and the ledger."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import CONSOLE, OpenPage
from tests.browser.running import Demo, soon

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

NARROW = (390, 844)
"""The console on a phone, which is not the associate's page."""

PLACES = {
    "offers": "优惠活动",
    "coupons": "优惠券",
    "points": "积分",
    "tiers": "等级",
    "stored": "储值",
    "grants": "发放",
    "games": "活动",
    "approvals": "审批",
    "ledger": "账本",
}


def _drawer(page: Page, text: str) -> None:
    expect(page.locator(".ant-drawer-content-wrapper:visible")).to_contain_text(text)


def test_a_coupon_is_written_read_and_published(open_page: OpenPage, demo: Demo) -> None:
    page = open_page("/#/coupons/new", role="headquarters")
    name = f"周年立减 {uuid4().hex[:6]}"
    page.get_by_label("券名").fill(name)
    reading = page.locator(".reading")
    expect(reading).to_contain_text("满 100 元减 10 元")
    page.get_by_label("减多少", exact=True).fill("60")
    expect(reading).to_contain_text("满 100 元减 60 元")
    expect(page.locator(".warned")).to_contain_text("一半")
    expect(page.locator(".ticket-face b")).to_have_text("¥60")
    expect(page.locator(".ticket-words")).to_contain_text(name)
    page.get_by_label("减多少", exact=True).fill("15")
    expect(page.locator(".warned")).to_be_hidden()

    page.get_by_role("button", name="存草稿").click()
    expect(page.locator(".page-head .ant-tag")).to_have_text("草稿")
    page.get_by_role("button", name="发布", exact=True).click()
    asked = page.locator(".ant-modal-confirm")
    expect(asked).to_contain_text("1,000 张")
    asked.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator(".page-head .ant-tag")).to_have_text("发放中")
    template_id = page.url.rsplit("/", 1)[-1]
    kept = demo.get(f"/v1/coupon-templates/{template_id}")
    assert (kept["state"], kept["promise"]["benefit"]["off_fen"]) == ("published", 1_500)

    page.get_by_role("button", name="返回").click()
    expect(page.locator("tr.opens-row", has_text=name)).to_contain_text("满 100 元减 15 元")


def test_points_open_down_to_the_entry(open_page: OpenPage, demo: Demo) -> None:
    def earned() -> tuple[str, int] | None:
        found = demo.get("/v1/ledger/transactions", asset="points", kind="earn")["items"]
        for each in found:
            legs = [leg for leg in each["legs"] if leg["owner_kind"] == "customer"]
            if legs and legs[0]["amount"] > 0 and not each["reversed_by"]:
                return legs[0]["owner_id"], legs[0]["amount"]
        return None

    customer, amount = soon(earned, 120)
    page = open_page(f"/#/customers/{customer}", role="headquarters")
    points = page.locator(".asset-balances a.asset-figure").first
    expect(points).to_have_text(re.compile(r"^−?[\d,]+$"))
    points.click()
    expect(page.locator(".holding.chosen")).to_contain_text("积分")
    expect(page.locator(".panel", has_text="积分的批次")).to_be_visible()
    entries = page.locator(".panel", has_text="交易").locator("tr.opens-row")
    entries.filter(has_text=f"+{amount:,}").first.click()
    _drawer(page, "每种资产的分录之和为零")
    _drawer(page, f"+{amount:,}")
    _drawer(page, f"−{amount:,}")


def test_a_stored_value_plan_beyond_the_law_is_named(open_page: OpenPage) -> None:
    page = open_page("/#/stored/plan", role="headquarters")
    expect(page.locator(".reading").first).to_be_visible()
    page.get_by_label("充", exact=True).last.fill("6000")
    expect(page.locator(".ant-alert-error")).to_contain_text("¥5,000")


def test_every_page_shows_something_on_any_screen(open_page: OpenPage) -> None:
    for size in (CONSOLE, NARROW):
        page = open_page("/#/coupons", size=size, role="headquarters")
        for place, title in PLACES.items():
            page.goto(f"/#/{place}")
            expect(page.get_by_role("heading", name=title, exact=True).first).to_be_visible()
            expect(page.locator(".ant-skeleton")).to_have_count(0)
            expect(page.locator(".ant-alert-error")).to_have_count(0)
            width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert width <= 0, (place, size)
