"""Segments compared and exported, rules taken back, and the state of the data, in the console."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.running import Demo, soon

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def _segments(demo: Demo) -> list[dict[str, str]]:
    listed: list[dict[str, str]] = demo.get("/v1/segments")["items"]
    return listed


def _another(demo: Demo) -> None:
    rule = {
        "v": 1,
        "all": [
            {"kind": "purchase", "window": {"ever": True}, "agg": "count", "op": ">=", "value": 2}
        ],
    }
    if "买过两次" not in [one["name"] for one in _segments(demo)]:
        demo.post("/v1/segments", {"name": "买过两次", "rule": rule})


def test_segments_are_compared_and_every_number_opens(open_page: OpenPage, demo: Demo) -> None:
    _another(demo)
    chosen = [one["id"] for one in _segments(demo)][:3]
    page = open_page("/#/segments", role="headquarters")
    page.get_by_role("button", name="人群重叠").click()
    expect(page.get_by_text("选两个以上的人群").first).to_be_visible()
    page.goto(f"/#/segments/overlap?ids={','.join(chosen)}")
    lines = page.locator("button.region")
    expect(lines.first).to_be_visible()
    expect(page.locator(".matrix tbody tr")).to_have_count(len(chosen))
    counts = page.locator("button.region .region-count .num")
    expect(counts.first).to_have_text(re.compile(r"^[1-9]"))
    lines.first.click()
    rows = page.locator(".ant-drawer-content-wrapper:visible tr.opens-row")
    expect(rows.first).to_be_visible()


def test_a_segment_is_exported(open_page: OpenPage, demo: Demo) -> None:
    _another(demo)
    [segment] = [one for one in _segments(demo) if one["name"] == "买过两次"]
    page = open_page(f"/#/segments/{segment['id']}", role="headquarters")
    expect(page.get_by_text("人数变化")).to_be_visible()
    page.get_by_role("button", name=re.compile("^导 ?出$")).click()
    drawer = page.locator(".ant-drawer-content-wrapper:visible")
    drawer.get_by_title("CSV").click()
    drawer.get_by_placeholder("用途（选填，会留在记录里）").fill("核对名单")
    drawer.get_by_role("button", name=re.compile(r"^导出 [\d,]+ 人$")).click()
    fetch = drawer.get_by_role("link", name="下载").first
    with page.expect_download() as coming:
        fetch.click()
    text = coming.value.path().read_text(encoding="utf-8-sig")
    lines = text.splitlines()
    assert lines[0].startswith("客户编号,姓名,手机号")
    [found] = demo.get("/v1/exports", segment=segment["id"])["items"][:1]
    assert (found["state"], found["reason"]) == ("done", "核对名单")
    assert len(lines) == found["done"] + 1 > 1
    assert not re.search(r"\b1\d{10}\b", text)


def _value(page: Page) -> str:
    return page.locator(".rule-row .ant-input-number-input").last.input_value()


def test_an_edit_is_taken_back_by_key(open_page: OpenPage) -> None:
    page = open_page("/#/segments/new", role="headquarters")
    expect(page.locator(".reach-count")).to_have_text(re.compile(r"^[\d,]+ ?人$"))
    before = page.locator(".rule-row").count()
    page.get_by_role("button", name="删除条件").first.click()
    expect(page.locator(".rule-row")).to_have_count(before - 1)
    page.locator("body").press("Control+z")
    expect(page.locator(".rule-row")).to_have_count(before)
    number = page.locator(".rule-row .ant-input-number-input").last
    was = _value(page)
    number.fill("7")
    number.press("Control+z")
    soon(lambda: _value(page) == was)
    page.get_by_role("button", name="重做").click()
    soon(lambda: _value(page) == "7")


def test_the_state_of_the_data(open_page: OpenPage, demo: Demo) -> None:
    page = open_page("/#/data/health", role="headquarters")
    expect(page.locator(".figure", has_text="累计事件").locator(".figure-value")).to_have_text(
        re.compile(r"^[1-9]")
    )
    expect(page.get_by_role("heading", name="数据来源")).to_be_visible()
    expect(page.locator("tr", has_text="识别").first).to_contain_text(re.compile("前|刚刚"))
    expect(page.locator(".facts")).to_contain_text("副本更新")


def test_a_name_that_is_taken_and_a_segment_that_is_used(open_page: OpenPage, demo: Demo) -> None:
    name = f"试一试 {uuid4().hex[:6]}"
    rule = {"v": 1, "all": [{"kind": "trait", "name": "paid_fen", "op": ">=", "value": 10_000}]}
    used = demo.post("/v1/segments", {"name": name, "rule": rule})
    rule = {"v": 1, "all": [{"kind": "segment", "id": used["id"]}]}
    user = demo.post("/v1/segments", {"name": f"{name} 之二", "rule": rule})
    page = open_page(f"/#/segments/{user['id']}", role="headquarters")
    page.locator(".title-input").fill(name)
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".ant-message")).to_contain_text("已有名为")
    expect(page.get_by_text("同事刚改过这个人群")).to_have_count(0)
    _delete(open_page(f"/#/segments/{used['id']}", role="headquarters"), "正在引用它")
    _delete(open_page(f"/#/segments/{user['id']}", role="headquarters"), "已删除")
    _delete(open_page(f"/#/segments/{used['id']}", role="headquarters"), "已删除")
    assert not [one for one in _segments(demo) if one["name"].startswith(name)]


def _delete(page: Page, told: str) -> None:
    page.get_by_role("button", name="删除", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="删除").click()
    expect(page.locator(".ant-message")).to_contain_text(told)
