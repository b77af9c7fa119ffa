"""Headquarters writes an offer, reads what it means, publishes it, and tries a cart."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.running import Demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def _button(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def test_an_offer_is_written_read_published_and_tried(open_page: OpenPage, demo: Demo) -> None:
    page = open_page("/#/offers/new", role="headquarters")
    page.locator(".offer-kinds button", has_text="每满减").click()
    name = f"每满减 {uuid4().hex[:6]}"
    page.get_by_label("活动名称").fill(name)
    reading = page.locator(".reading")
    expect(reading).to_contain_text("每满 100 元减 10 元，最多 5 次")
    expect(page.locator(".warned")).to_contain_text("没有预算上限")
    expect(page.locator(".offer-example-sum")).to_contain_text("省 ¥10.00")

    page.wait_for_timeout(1_500)  # what is written in a row is undone as one step
    page.get_by_label("减", exact=True).fill("30")
    expect(reading).to_contain_text("减 30 元")
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect(reading).to_contain_text("减 10 元")
    page.get_by_label("减", exact=True).fill("20")
    expect(reading).to_contain_text("减 20 元")
    page.get_by_label("总预算").fill("5000")
    expect(reading).to_contain_text("总预算 5000 元")
    expect(page.locator(".warned")).to_be_hidden()

    page.locator(".ant-menu-item", has_text="优惠券").click()
    page.get_by_role("button", name="留在这里").click()
    expect(page.get_by_label("活动名称")).to_have_value(name)
    _button(page, "存草稿")
    expect(page.locator(".page-head .ant-tag")).to_have_text("草稿")
    _button(page, "发布")
    page.locator(".ant-modal-confirm").get_by_role("button", name="发布", exact=True).click()
    expect(page.locator(".page-head .ant-tag")).to_have_text("已发布")
    offer_id = page.url.rsplit("/", 1)[-1]
    kept = demo.get(f"/v1/offers/{offer_id}")
    assert (kept["state"], kept["document"]["terms"]["tiers"][0]["off_fen"]) == ("published", 2_000)

    line = f"line={demo.told['sku']}~1~25000"
    page.goto(f"/#/offers/sandbox?unit={demo.told['unit']}&{line}&pin={offer_id}")
    receipt = page.locator(".receipt")
    expect(receipt.locator(".receipt-steps li", has_text=name)).to_contain_text("−¥40.00")
    expect(receipt).to_contain_text(re.compile("已证明最便宜|最多可能还差"))
    demo.post(f"/v1/offers/{offer_id}/end")


def test_the_calendar_opens_what_it_shows(open_page: OpenPage, demo: Demo) -> None:
    offer = demo.get("/v1/offers", state="published", limit="1")["items"][0]
    page = open_page("/#/offers/calendar", role="headquarters")
    name = offer["document"]["name"]
    page.get_by_role("button", name=f"打开 {name}", exact=True).click()
    expect(page.get_by_label("活动名称")).to_have_value(name)
