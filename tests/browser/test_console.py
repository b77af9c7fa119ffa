"""Headquarters at work in the console."""

import re
from collections.abc import Callable
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.running import Demo, soon

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

SOME = re.compile(r"^[1-9]")
PLACES = {
    "": "总览",
    "customers": "客户",
    "segments": "人群",
    "opportunities": "商机",
    "campaigns": "关怀任务",
    "policy": "触达规则",
    "results": "效果",
    "data": "数据",
    "settings": "设置",
}


def _figure(page: Page, panel: str, title: str) -> Locator:
    return page.locator(f"{panel} .figure", has_text=title).locator(".figure-value").first


def _drawer(page: Page) -> Locator:
    return page.locator(".ant-drawer-content-wrapper:visible")


def _go(page: Page, title: str) -> None:
    page.locator(".ant-menu-item", has_text=re.compile(f"^{title}$")).click()


def test_log_in_and_watch_today_move(open_page: OpenPage, demo: Demo) -> None:
    page = open_page("/")
    login = next(one for one in demo.told["logins"] if one["role"] == "headquarters")
    page.get_by_placeholder("账号").fill(login["login"])
    page.get_by_placeholder("密码").fill(login["password"])
    page.get_by_role("button", name=re.compile("^登 ?录$")).click()
    expect(page.get_by_role("heading", name="总览")).to_be_visible()
    sales = _figure(page, ".today", "销售额")
    expect(sales).to_have_text(re.compile(r"^¥[\d,]+\.\d\d$"))

    demo.post("/v1/demo/pause")
    try:
        before = _fen(_settled(sales, lambda: demo.get("/v1/overview")["today"]["sales_fen"]))
        demo.buy(123_456)
        expect(page.locator(".feed li", has_text="¥1,234.56").first).to_be_visible()
        expect(sales).not_to_have_text(_yuan(before))
        after = _fen(_settled(sales, lambda: demo.get("/v1/overview")["today"]["sales_fen"]))
        assert after - before >= 123_456
    finally:
        demo.post("/v1/demo/resume")

    sales.click()
    drawer = _drawer(page)
    expect(drawer).to_contain_text("今日订单")
    row = drawer.locator("tr.opens-row").first
    expect(row).to_contain_text("¥")
    row.click()
    expect(page.locator(".customer-head")).to_be_visible()


def _settled(shown: Locator, truth: Callable[[], int]) -> str:
    """The figure once the page shows what the API says."""
    return soon(lambda: text if (text := shown.inner_text()) == _yuan(truth()) else None)


def _yuan(fen: int) -> str:
    return f"¥{fen / 100:,.2f}"


def _fen(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_a_customer_all_round(open_page: OpenPage, demo: Demo) -> None:
    page = open_page("/#/customers", role="headquarters")
    # Whoever joined at the counter a moment ago may have no name yet.
    named = page.locator("tr.opens-row").filter(
        has=page.locator("b.name", has_text=re.compile(r"\*"))
    )
    listed = named.locator("td .num", has_text=re.compile(r"^\d{3}\*{4}\d{4}$"))
    phone = listed.first.inner_text()
    page.get_by_placeholder("手机尾号、卡号或全名").fill(phone[-4:])
    page.get_by_role("button", name="search", exact=True).click()
    expect(page.locator("tr.opens-row").nth(5)).to_be_hidden()
    page.locator("tr.opens-row", has_text=phone).first.click()
    head = page.locator(".customer-head")
    expect(head.locator("h1")).to_have_text(re.compile(r"\*"))
    expect(head.locator(".customer-phone")).to_have_text(phone)
    expect(page.get_by_role("tab", name="时间线")).to_be_visible()
    expect(page.get_by_text("联系许可")).to_be_visible()
    customer = page.url.rsplit("/", 1)[-1]

    head.get_by_role("button", name="显示").click()
    expect(head.locator("h1")).to_have_text(re.compile(r"^[^*]+$"))
    expect(head.locator(".customer-phone")).to_have_text(re.compile(r"^\+?\d+$"))
    page.goto("/#/settings/audit")
    line = page.locator("tbody tr", has_text="查看了完整信息").first
    expect(line).to_be_visible()
    assert customer in str(line.get_by_role("link").get_attribute("href"))
    expect(line.get_by_role("link")).to_have_text(re.compile(r"\*$"))
    line.get_by_role("button", name="只看它").click()
    expect(page).to_have_url(re.compile(f"subject=customer%3A{customer}$"))
    expect(page.locator("tbody tr", has_text="登录")).to_have_count(0)
    expect(page.locator(".filters")).to_contain_text("只看：客户")
    for tab in ("订单", "任务", "消息"):
        page.goto(f"/#/customers/{customer}")
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")


def test_a_list_is_cards_on_a_phone_and_opens_by_enter(open_page: OpenPage) -> None:
    page = open_page("/#/customers", (390, 844), role="headquarters")
    card = page.locator("li.opens-row").first
    expect(card).to_contain_text("归属门店")
    soon(lambda: page.evaluate("document.documentElement.scrollWidth") == 390)
    card.press("Enter")
    expect(page).to_have_url(re.compile("#/customers/[0-9a-f-]{36}"))


def test_sums_and_what_unfolds_are_cards_on_a_phone(open_page: OpenPage) -> None:
    page = open_page("/#/results", (390, 844), role="headquarters")
    cards = page.locator(".cards").first
    expect(cards.locator("> li").first).to_contain_text("合计")
    store = cards.locator("> li").nth(1)
    store.get_by_role("button", name="展开").click()
    expect(store.locator(".unfolded li").first).to_contain_text("任务")
    page.goto("/#/settings")
    expect(page.locator(".unfolded .unfolded li").first).to_contain_text("店")
    soon(lambda: page.evaluate("document.documentElement.scrollWidth") == 390)


def test_the_audit_log_says_what_a_setting_was_and_keeps_what_was_written(
    open_page: OpenPage, demo: Demo
) -> None:
    key = "campaign.grace_minutes"
    known = next(one for one in demo.get("/v1/settings")["items"] if one["key"] == key)
    changed = {"value": known["value"] + 1, "version": known["version"]}
    answer = demo.api.put(f"/v1/settings/{key}", json=changed)
    assert answer.status_code == 200, answer.text
    page = open_page("/#/settings/audit?verb=setting.changed", role="headquarters")
    line = page.locator(".ant-table-row").first
    expect(line).to_contain_text("修改参数")
    expect(line.locator("dd").first).to_have_text(f"{known['value']} → {known['value'] + 1}")
    line.get_by_role("button", name="原始记录").click()
    expect(line.locator("pre")).to_contain_text(f'"subject": "{key}"')
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 CSV").click()
    assert "修改参数" in download.value.path().read_text(encoding="utf-8-sig")
    again = {"value": known["value"], "version": answer.json()["version"]}
    assert demo.api.put(f"/v1/settings/{key}", json=again).status_code == 200


def test_an_order_is_looked_up_by_store_and_number(open_page: OpenPage, demo: Demo) -> None:
    unit, number = str(demo.told["unit"]), f"FIND-{uuid4().hex[:8]}"
    name = next(one["name"] for one in demo.get("/v1/units")["items"] if one["code"] == unit)
    lines = [{"line_no": 1, "sku": demo.told["sku"], "quantity": 1, "list_fen": 1_000}]
    cart = {"unit": unit, "lines": lines}
    best = demo.post("/v1/offers/best", cart)
    placed = demo.api.put(
        "/v1/offers/orders", json={**cart, "order_no": number, "decision": best["decision"]}
    )
    assert placed.is_success, placed.text
    page = open_page("/#/offers/orders", role="headquarters")
    page.get_by_role("combobox", name="门店").fill(name)
    page.get_by_role("combobox", name="门店").press("Enter")
    page.get_by_role("textbox", name="单号").fill(f" {number} ")
    page.get_by_role("button", name="查看").click()
    expect(page.locator(".receipt")).to_contain_text(number)
    page.get_by_role("link", name="查别的订单").click()
    expect(page.get_by_role("button", name="查看")).to_be_visible()


def test_a_segment_becomes_a_care_task(open_page: OpenPage, demo: Demo) -> None:
    page = open_page("/#/segments/new", role="headquarters")
    name = f"常来的客户 {uuid4().hex[:6]}"
    count = page.locator(".reach-count")
    expect(count).to_have_text(re.compile(r"^[\d,]+ ?人$"))
    row = page.locator(".rule-row").first
    days, times = row.locator(".ant-input-number-input").all()
    days.fill("90")
    times.fill("2")
    expect(page.locator(".reading")).to_have_text(re.compile("近 ?90 ?天.*购买.*不少于 ?2 ?次"))
    expect(count).not_to_have_class(re.compile("stale"))
    page.locator(".title-input").fill(name)
    page.get_by_role("button", name=re.compile("^保 ?存$")).click()
    make_task = page.get_by_role("button", name="创建关怀任务")
    expect(make_task).to_be_enabled()
    shown = re.sub(r"\D", "", count.inner_text())
    assert int(shown) > 0

    make_task.click()
    title = f"回访 {name}"
    page.locator(".title-input").fill(title)
    page.get_by_placeholder("给导购看的一句话").fill("谢谢常来的客户")
    preview = ".preview-figures"
    for figure in ("候选客户", "将联系", "留作对照"):
        expect(_figure(page, preview, figure)).to_have_text(SOME)
    expect(page.locator(".fall-lost").first).to_have_text(re.compile(r"[一-鿿]+.*\d"))
    page.get_by_role("button", name=re.compile("^发 ?布$")).click()
    page.get_by_role("button", name=re.compile("发布给 .* 位客户")).click()
    expect(page.locator(".page-head")).to_contain_text(title)
    expect(page.locator(".page-head")).to_contain_text("进行中", timeout=40_000)
    expect(_figure(page, ".steps", "任务")).to_have_text(SOME)
    campaign = page.url.rsplit("/", 1)[-1]
    counts = demo.get(f"/v1/campaigns/{campaign}")["counts"]
    assert counts["treated"] > 0 and counts["holdout"] > 0 and counts["excluded"] > 0

    page.goto(f"/#/results?campaign={campaign}")
    page.locator("tfoot button.opens, .ant-table-summary button.opens").first.click()
    expect(_drawer(page).locator("tr.opens-row").first).to_be_visible()
    demo.post(f"/v1/campaigns/{campaign}/end")


def test_every_page_opens(open_page: OpenPage, demo: Demo) -> None:
    page = open_page("/", role="headquarters")
    for place, title in PLACES.items():
        _go(page, title)
        expect(page.locator(".page-head h1")).to_have_text(title)
        expect(page).to_have_url(re.compile(f"#/{place}"))
        expect(page.locator(".ant-skeleton-active")).to_have_count(0)
        expect(page.locator(".fault")).to_have_count(0)
    for tab in ("员工", "触达渠道", "API 密钥", "参数", "审计日志"):
        found = page.get_by_role("tab", name=tab)
        found.click()
        expect(found).to_have_attribute("aria-selected", "true")
        expect(page.locator(".ant-tabs-tabpane-active .ant-skeleton-active")).to_have_count(0)


def test_english(open_page: OpenPage) -> None:
    page = open_page("/", role="headquarters")
    page.locator(".ant-segmented-item", has_text="EN").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    for title in ("Customers", "Segments", "Opportunities", "Care tasks", "Results"):
        _go(page, title)
        expect(page.locator(".page-head h1")).to_have_text(title)
    assert not re.search("[一-鿿]", page.locator(".ant-menu-root").inner_text())


def test_settings_are_at_hand_on_a_phone(open_page: OpenPage) -> None:
    """Each stands below its name, within the page."""
    width = 390
    page = open_page("/#/settings/settings", (width, 844), role="headquarters")
    row = page.locator(".settings-table > li", has_text="campaign.grace_minutes")
    expect(row.get_by_role("spinbutton")).to_be_in_viewport()
    box = row.get_by_role("spinbutton").bounding_box()
    assert box is not None and box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
