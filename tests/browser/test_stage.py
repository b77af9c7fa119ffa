"""The stage: five taps on 下一步, and what each of the three screens shows after each."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.running import Demo

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def stage(open_page: OpenPage, demo: Demo) -> Iterator[Page]:
    """The stage at its beginning, and left there."""
    demo.post("/v1/demo/stage/restart")
    yield open_page("/stage")
    demo.post("/v1/demo/stage/restart")


def _screen(stage: Page, name: str) -> FrameLocator:
    return stage.frame_locator(f"iframe[title='{name}']")


def _next(stage: Page, step: str) -> None:
    """Tap 下一步 and wait until this step is done."""
    button = stage.locator("button.next")
    expect(button).to_contain_text(step)
    button.click()
    expect(stage.locator(".rail li.done", has_text=step)).to_be_visible(timeout=40_000)


def test_a_care_task_becomes_a_sale_and_a_refund_takes_it_back(stage: Page, demo: Demo) -> None:
    headquarters = _screen(stage, "总部")
    phone = _screen(stage, "导购的手机")
    customer = _screen(stage, "客户的手机")
    associate = demo.person("associate")["name"]
    expect(headquarters.get_by_role("heading", name="总览")).to_be_visible()
    expect(phone.get_by_text("今天的任务")).to_be_visible()
    empty = stage.get_by_role("figure", name="客户的手机").get_by_text("还没有消息")
    expect(empty).to_be_visible()

    _next(stage, "发布")
    told = demo.get("/v1/demo/stage")
    campaign = demo.get(f"/v1/campaigns/{told['campaign']}")
    task = demo.get(f"/v1/tasks/{told['task']}")
    expect(headquarters.locator(".page-head h1")).to_contain_text(campaign["name"])
    expect(headquarters.locator(".steps .figure-value").first).to_have_text(re.compile("^[1-9]"))
    expect(phone.locator(".who")).to_contain_text(task["customer"]["name"])
    expect(phone.locator(".why")).to_contain_text(task["reason_zh"])
    expect(phone.get_by_role("button", name="一键发送")).to_be_enabled()

    _next(stage, "发送")
    expect(phone.locator(".bar .chip")).to_have_text(re.compile("已发送|客户已打开"))
    expect(phone.locator(".journey .done", has_text="客户已收到")).to_be_visible()
    expect(customer.get_by_role("heading", name=associate)).to_be_visible()
    expect(customer.locator("a.link").last).to_contain_text(task["products"][0]["name"])

    _next(stage, "打开")
    expect(phone.locator(".bar .chip")).to_have_text("客户已打开")
    expect(customer.locator("li[data-sku]").first).to_contain_text("¥")
    heading = customer.get_by_role("heading", name=task["products"][0]["name"], exact=True)
    expect(heading).to_be_visible()

    _next(stage, "购买")
    sale = phone.locator(".journey .done", has_text="购买 ¥")
    expect(sale).to_be_visible(timeout=5_000)
    expect(sale.locator(".gain")).to_have_text(re.compile(r"提成 \+¥\d+\.\d\d"), timeout=5_000)
    expect(stage.locator(".badge")).to_contain_text("购买 → 导购看到到账")
    expect(customer.get_by_role("heading", name="支付成功")).to_be_visible()
    line = _line(demo, told["task"])
    assert 0 < line["amount_fen"] < line["base_fen"]
    bought = headquarters.locator(".steps .figure", has_text="已购买").locator(".figure-value")
    expect(bought).to_have_text(re.compile("^[1-9]"))

    _next(stage, "退款")
    expect(phone.locator(".journey .loss")).to_contain_text("退款收回 ¥", timeout=5_000)
    expect(customer.get_by_role("heading", name="已退款")).to_be_visible()
    line = _line(demo, told["task"])
    assert line["reversed_fen"] == line["amount_fen"]
    expect(stage.locator("button.next")).to_contain_text("再演一遍")


def _line(demo: Demo, task: str) -> dict[str, int]:
    message = demo.get(f"/v1/tasks/{task}")["message_id"]
    lines: list[dict[str, int]] = demo.get("/v1/commissions", limit="200")["items"]
    return next(line for line in lines if str(line["message_id"]) == message)
