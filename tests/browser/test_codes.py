"""Headquarters makes a code and codes for stores; an associate shows theirs; a scan is greeted and counted."""

import time
from uuid import uuid4

import httpx2
import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.running import Demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def _scan(demo: Demo, remark: str) -> str:
    """Somebody new scans the picture in WeChat; their external_userid."""
    port = int(demo.url.rsplit(":", 1)[-1]) + 1
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as wecom:
        page = wecom.get("/").text
        config_id = page.split(f"<b>{remark}</b>", 1)[0].rsplit('href="/scan/', 1)[1].split('"')[0]
        scanned = wecom.post(f"/scan/{config_id}", data={"name": "路过的客户"})
        return str(scanned.headers["location"].split("/")[2])


def test_a_code_is_made_scanned_and_counted(open_page: OpenPage, demo: Demo) -> None:
    page = open_page("/#/codes", role="headquarters")
    expect(page.locator(".opens-row").first).to_contain_text("使用中")
    page.get_by_role("button", name="新建活码").click()
    drawer = page.get_by_role("dialog").filter(has_text="谁来加")
    expect(drawer).to_contain_text("请填写名称")
    name = f"橱窗码 {uuid4().hex[:6]}"
    drawer.get_by_label("名称").fill(name)
    expect(drawer).to_contain_text("请选择至少一位导购")
    guide = demo.person("associate")
    drawer.get_by_label("导购", exact=True).fill(guide["name"])
    page.locator(".ant-select-item-option", has_text=guide["name"]).first.click()
    expect(drawer).not_to_contain_text("请选择至少一位导购")
    drawer.get_by_label("欢迎语", exact=True).fill("橱窗前的您好，我是{associate}")
    drawer.get_by_role("button", name="保存").click()
    detail = page.get_by_role("dialog").filter(has_text="正在接待")
    expect(detail.get_by_alt_text(f"{name}的二维码")).to_be_visible()
    expect(detail).to_contain_text(guide["name"])
    who = _scan(demo, name)
    port = int(demo.url.rsplit(":", 1)[-1]) + 1
    until = time.monotonic() + 20
    inbox = ""
    while f"橱窗前的您好，我是{guide['name']}" not in inbox:
        assert time.monotonic() < until, inbox
        inbox = httpx2.get(f"http://127.0.0.1:{port}/sim/inbox/{who}", trust_env=False).text
        time.sleep(0.2)
    expect(detail.locator(".code-figures > div", has_text="添加").first).to_contain_text("1")
    detail.get_by_role("button", name="停用").click()
    page.locator(".ant-modal-confirm").get_by_role("button", name="停用").click()
    expect(detail).to_contain_text("已停用，二维码失效")


def test_codes_for_stores_come_with_progress_and_a_sheet(open_page: OpenPage, demo: Demo) -> None:
    page = open_page("/#/codes", role="headquarters")
    page.get_by_role("button", name="批量建码").click()
    drawer = page.get_by_role("dialog").filter(has_text="新建一批")
    name = f"地贴 {uuid4().hex[:6]}"
    drawer.get_by_label("名称").fill(name)
    drawer.get_by_role("button", name="给所有门店各建一张").click()
    line = drawer.locator(".lines > li", has_text=name)
    expect(line).to_contain_text("12/12")
    with page.context.expect_page() as opened:
        line.get_by_role("link", name="打印").click()
    sheet = opened.value
    expect(sheet.locator("figure")).to_have_count(12)
    expect(sheet.locator("figure").first).to_contain_text(name)
    line.get_by_role("button", name="查看").click()
    expect(page.locator(".opens-row")).to_have_count(12)


def test_an_associate_shows_the_own_code(open_page: OpenPage, demo: Demo) -> None:
    page = open_page("/a", PHONE, role="associate")
    page.get_by_role("link", name="我的活码").click()
    guide = demo.person("associate")
    card = page.locator(".codes-list button", has_text=f"{guide['name']} · 名片")
    card.click()
    expect(page.get_by_alt_text(f"{guide['name']} · 名片的二维码")).to_be_visible()
    with page.expect_download() as saved:
        page.get_by_role("link", name="保存图片").click()
    assert saved.value.suggested_filename.endswith(".png")


def test_a_manager_sees_the_codes_of_the_store_only(open_page: OpenPage, demo: Demo) -> None:
    page = open_page("/#/codes", role="manager")
    expect(page.locator(".opens-row").first).to_be_visible()
    manager = demo.person("manager")
    own = next(u for u in demo.get("/v1/units")["items"] if u["id"] == manager["unit_id"])
    for row in page.locator(".opens-row").all():
        expect(row).to_contain_text(own["name"])
