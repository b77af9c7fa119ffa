"""A campaign is written step by step, tried, scheduled and taken back, and its page says who was left out."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.running import Demo, soon

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def _kept(demo: Demo, name: str) -> dict[str, Any]:
    def find() -> dict[str, Any] | None:
        listed: list[dict[str, Any]] = demo.get("/v1/campaigns", limit="50")["items"]
        return next((one for one in listed if one["name"] == name), None)

    return soon(find)


def _write(page: Page, name: str) -> None:
    page.get_by_placeholder("给任务起个名字", exact=False).fill(name)
    page.get_by_placeholder("给导购看的一句话", exact=False).fill("请客户回来看看")


def test_a_chain_is_written_and_kept(open_page: OpenPage, demo: Demo, name: str) -> None:
    page = open_page("/#/campaigns/new?opportunity=best_now", role="headquarters")
    expect(page.locator(".waterfall li").first).to_be_visible()
    page.get_by_role("button", name="存草稿").click()
    expect(page.get_by_text("还有 2 处需要填写")).to_be_visible()
    expect(page.get_by_text("请填写目标")).to_be_visible()
    _write(page, name)
    expect(page.get_by_text("处需要填写")).to_be_hidden()

    cards = page.locator(".chain-card")
    expect(cards).to_have_count(2)
    page.get_by_role("button", name="添加一步").click()
    page.get_by_role("menuitem", name="公众号").click()
    expect(cards).to_have_count(3)
    cards.nth(1).get_by_label("怎样算成功，等多久").click()
    page.locator(".ant-select-dropdown:visible").get_by_text("打开链接才算").click()
    expect(page.get_by_text("2 天内没有打开，则发公众号消息")).to_be_visible()
    page.wait_for_timeout(700)  # edits that follow each other at once are one step
    cards.nth(2).get_by_role("button", name="提前").click()
    expect(page.get_by_text("2 天内没有送达，则发短信")).to_be_visible()
    expect(cards.nth(1).get_by_role("button", name="提前")).to_be_disabled()
    page.keyboard.press("Control+z")
    expect(page.get_by_text("2 天内没有打开，则发公众号消息")).to_be_visible()

    cards.nth(1).locator("textarea").fill("到货" * 36)
    expect(cards.nth(1).get_by_text("72 字，按 2 条计费")).to_be_visible()
    page.get_by_role("button", name="返回").click()
    expect(page.locator(".ant-modal-confirm-title")).to_have_text("离开这一页？")
    page.get_by_role("button", name="留在这里").click()
    page.get_by_role("button", name="存草稿").click()
    expect(page).to_have_url(re.compile(r"/campaigns/.+/edit"))
    steps = _kept(demo, name)["steps"]
    assert [(one["channel"], one["until"]) for one in steps] == [
        ("wecom", "delivered"),
        ("sms", "opened"),
        ("wechat", "delivered"),
    ]


def test_its_words_are_tried_and_it_waits_for_its_moment(
    open_page: OpenPage, demo: Demo, name: str
) -> None:
    page = open_page("/#/campaigns/new?opportunity=best_now", role="headquarters")
    _write(page, name)
    page.get_by_role("button", name="存草稿").click()
    expect(page).to_have_url(re.compile(r"/campaigns/.+/edit"))
    page.get_by_role("button", name="发送测试").click()
    dialog = page.get_by_role("dialog")
    dialog.locator(".ant-select").first.click()
    page.locator(".ant-select-dropdown:visible").get_by_text("短信", exact=True).click()
    dialog.get_by_placeholder("手机号").fill("13900001234")
    dialog.get_by_role("button", name="发 送").or_(
        dialog.get_by_role("button", name="发送", exact=True)
    ).click()
    expect(dialog.locator(".lines li").first).to_contain_text("短信")
    kept = _kept(demo, name)
    assert [one["channel"] for one in demo.get(f"/v1/campaigns/{kept['id']}/tests")["items"]] == [
        "sms"
    ]
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    page.get_by_text("定时", exact=True).click()
    page.get_by_role("button", name="定时发布").click()
    page.get_by_role("button", name=re.compile("发布给 .* 位客户")).click()
    expect(page.get_by_text(re.compile("将于 .* 自动开始"))).to_be_visible()
    assert _kept(demo, name)["state"] == "scheduled"
    page.get_by_role("button", name="撤回修改").click()
    expect(page.get_by_role("button", name="编辑")).to_be_visible()
    assert _kept(demo, name)["state"] == "draft"


def test_who_was_left_out_is_one_click(open_page: OpenPage, demo: Demo) -> None:
    def begun() -> dict[str, Any] | None:
        listed: list[dict[str, Any]] = demo.get("/v1/campaigns", limit="50")["items"]
        return next((one for one in listed if one["counts"]["excluded"] > 0), None)

    campaign = soon(begun)
    progress = demo.get(f"/v1/campaigns/{campaign['id']}/progress")
    reason = progress["excluded"][0]
    page = open_page(f"/#/campaigns/{campaign['id']}", role="headquarters")
    expect(page.locator(".step-funnel tbody tr.ant-table-row")).to_have_count(
        len(progress["steps"])
    )
    page.locator(".waterfall").get_by_role("button", name=reason["title_zh"]).click()
    rows = page.locator("#why-not tbody tr.ant-table-row")
    expect(rows.first).to_contain_text(reason["title_zh"])
    expect(rows.first).to_contain_text("被排除")
