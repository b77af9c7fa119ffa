"""Every message is found, opened and explained in the console, and taken along as a table."""

import csv
import io
import re
from urllib.parse import quote
from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage
from tests.browser.running import Demo, soon

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def _delivered(demo: Demo) -> list[dict[str, str]]:
    """The demo's associates send as they live: somebody soon has."""

    def find() -> list[dict[str, str]] | None:
        found: list[dict[str, str]] = demo.get("/v1/messages", state="delivered")["items"]
        return found or None

    return soon(find, 120)


def _choose(page: Page, filter_: str, option: str) -> None:
    page.get_by_label(filter_, exact=True).click()
    page.locator(".ant-select-dropdown:visible").get_by_text(option, exact=True).click()


def test_a_message_is_found_and_tells_its_journey_and_why(open_page: OpenPage, demo: Demo) -> None:
    _delivered(demo)
    page = open_page("/#/messages", role="headquarters")
    _choose(page, "全部状态", "已送达")
    _choose(page, "全部渠道", "企业微信")
    expect(page).to_have_url(re.compile("state=delivered.*channel=wecom"))
    row = page.locator("tr.opens-row").first
    row.focus()
    page.keyboard.press("Enter")
    drawer = page.locator(".ant-drawer-content-wrapper:visible")
    expect(drawer.get_by_text("已提交给渠道")).to_be_visible()
    expect(drawer.get_by_text("为什么可以发")).to_be_visible()
    expect(drawer.get_by_text("已同意在该渠道接收")).to_be_visible()
    page.reload()
    expect(drawer.get_by_text("经过", exact=True)).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(page.locator(".message-filters").get_by_title("已送达")).to_be_visible()


def test_messages_are_searched_by_the_merchants_own_categories(
    open_page: OpenPage, demo: Demo
) -> None:
    _delivered(demo)
    page = open_page("/#/messages", role="headquarters")
    page.get_by_role("button", name="更多筛选").click()
    page.get_by_label("全部类别", exact=True).click()
    shown = page.locator(".ant-select-dropdown:visible .ant-select-item-option-content")
    expect(shown).to_have_text([one["zh"] for one in demo.get("/v1/reach/categories")])


def test_filters_that_find_nothing_say_so_and_are_cleared(open_page: OpenPage, demo: Demo) -> None:
    _delivered(demo)
    until = quote("2020-01-01T00:00:00Z")
    page = open_page(f"/#/messages?until={until}", role="headquarters")
    expect(page.get_by_text("没有找到消息")).to_be_visible()
    page.get_by_role("button", name="清除筛选").click()
    expect(page.locator("tr.opens-row").first).to_be_visible()


def test_what_was_found_is_taken_along_masked(open_page: OpenPage, demo: Demo) -> None:
    customer = _delivered(demo)[-1]["customer_id"]
    count = len(demo.get("/v1/messages", customer=customer)["items"])
    page = open_page(f"/#/messages?customer={customer}", role="headquarters")
    expect(page.locator("tr.opens-row")).to_have_count(count)
    with page.expect_download() as coming:
        page.get_by_role("link", name="导出 CSV").click()
    rows = list(csv.DictReader(io.StringIO(coming.value.path().read_text(encoding="utf-8-sig"))))
    assert len(rows) == count
    assert all(re.fullmatch(r".\*+", row["姓名"]) for row in rows if row["姓名"])


def _told(demo: Demo, *channels: str) -> str:
    """Tells the demo's customer by these ways; the key. An SMS has its template's variables."""
    key = f"order:{uuid4().hex[:8]}:ready"
    who = demo.get("/v1/customers", identifier=f"card:{demo.told['card']}@default")["id"]
    params = {"name": "李女士", "link": "取件码 8817"}
    ways = [{"channel": one, "text": "您的订单可以取了", "params": params} for one in channels]
    demo.post("/v1/notifications", {"key": key, "customer": who, "ways": ways})
    return key


def test_a_notification_tells_the_ways_it_tried(open_page: OpenPage, demo: Demo) -> None:
    nobody, arrived = _told(demo, "wechat", "mini"), _told(demo, "rcs", "sms")
    soon(lambda: [one for one in demo.get("/v1/notifications", state="delivered")["items"]
                  if one["key"] == arrived])  # fmt: skip
    page = open_page("/#/messages", role="headquarters")
    page.get_by_role("tab", name="通知").click()
    _choose(page, "全部状态", "没通知到")
    row = page.locator("tr.opens-row", has_text=nobody)
    expect(row).to_contain_text("先试公众号：该渠道还没有配置；改用小程序：该渠道还没有配置")
    expect(page.locator("tr.opens-row", has_text=arrived)).to_have_count(0)
    row.click()
    drawer = page.locator(".ant-drawer-content-wrapper:visible")
    expect(drawer.get_by_text("没有通知到客户")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="清除筛选").click()
    page.locator("tr.opens-row", has_text=arrived).click()
    tried = drawer.locator(".ant-timeline-item")
    expect(tried.nth(0)).to_contain_text("先试5G 消息：该渠道还没有配置")
    expect(tried.nth(1)).to_contain_text("改用短信：已送达")
    drawer.get_by_role("link", name="看这条消息").click()
    expect(drawer.get_by_text("就是这条消息")).to_be_visible()
    expect(drawer.get_by_text("短信 · 交易通知", exact=True)).to_be_visible()


def test_a_notification_that_reached_nobody_says_so_in_english(
    open_page: OpenPage, demo: Demo
) -> None:
    """Also where the Chinese answer is under way when the language changes."""
    key = _told(demo, "wechat")
    page = open_page("/#/messages", role="headquarters")
    held: list[Route] = []
    page.route("**/v1/notifications*", lambda route: held.append(route))
    with page.expect_request("**/v1/notifications*"):
        page.get_by_role("tab", name="通知").click()
    with page.expect_request("**/v1/notifications*"):
        page.get_by_text("EN", exact=True).click()
    for route in held:
        route.continue_()
    page.unroute("**/v1/notifications*")
    row = page.locator("tr.opens-row", has_text=key)
    expect(row).to_contain_text("First Official account: The channel is not set up")
    row.click()
    drawer = page.locator(".ant-drawer-content-wrapper:visible")
    expect(drawer.get_by_text("The customer was not told")).to_be_visible()
