"""The phones: an associate sends, her manager looks after the store, a customer has her say."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, OpenPage
from tests.browser.running import Demo, soon

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture(scope="module", autouse=True)
def _still(demo: Demo) -> Iterator[None]:
    """The store's associates have open tasks, which the demo's own player leaves alone."""
    demo.post("/v1/demo/pause")
    demo.post(f"/v1/campaigns/{_care_task(demo)}/publish")
    soon(lambda: _open_tasks(demo, demo.person("associate")["id"]))
    yield
    demo.post("/v1/demo/resume")


def _care_task(demo: Demo) -> str:
    deadline = datetime.now(UTC) + timedelta(hours=6)
    body = {
        "name": "周末到货",
        "source": {"opportunity_kind": "best_now"},
        "goal": "请老客户回来看看",
        "copy": "{name}您好，您常买的{products}到货了",
        "product_mode": "personal",
        "deadline": deadline.isoformat(),
        "fallback": None,
    }
    return str(demo.post("/v1/campaigns", body)["id"])


def _open_tasks(demo: Demo, staff: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = demo.get("/v1/tasks", associate=staff, state="open")["items"]
    return found


def _wecom(demo: Demo) -> str:
    """The WeCom simulator stands on the port after the product's."""
    return f"http://127.0.0.1:{(urlsplit(demo.url).port or 80) + 1}"


def _sign_in(page: Page, demo: Demo, role: str) -> None:
    login = next(one for one in demo.told["logins"] if one["role"] == role)
    page.locator("input[name=login]").fill(login["login"])
    page.locator("input[name=password]").fill(login["password"])
    page.get_by_role("button", name="登录", exact=True).click()


def test_an_associate_edits_sends_and_confirms(open_page: OpenPage, demo: Demo) -> None:
    phone = open_page("/a", PHONE)
    _sign_in(phone, demo, "associate")
    expect(phone.locator(".goal")).to_contain_text(re.compile("本月还差 ?¥|本月目标已达成"))
    expect(phone.locator(".goal")).to_contain_text("今日提成")
    phone.locator("a.task.open").first.click()
    expect(phone.locator(".why p")).to_have_text(re.compile("[一-鿿]{4}"))

    words = "新到的都给您留着呢，周末来看看？"
    phone.get_by_role("button", name="改一改").click()
    phone.get_by_role("textbox", name="改一改").fill(words)
    phone.get_by_role("button", name="好了").click()
    expect(phone.locator(".bubble")).to_have_text(words)
    phone.get_by_role("button", name="一键发送").click()
    expect(phone.locator(".bar .chip")).to_have_text("待企微确认")
    expect(phone.locator(".confirm")).to_contain_text("请在企微点「发送」确认")

    user = demo.person("associate")["wecom_user"]
    wecom = open_page(f"{_wecom(demo)}/member/{user}", PHONE)
    pending = wecom.locator("article.task", has_text=words)
    pending.get_by_role("button", name="发送").click()
    expect(wecom.locator("article.done", has_text=words)).to_be_visible()

    expect(phone.locator(".bar .chip")).to_have_text("已发送")
    expect(phone.locator(".journey .done", has_text="客户已收到")).to_be_visible()


def test_a_manager_urges_and_reassigns(open_page: OpenPage, demo: Demo) -> None:
    manager = demo.person("manager")
    busy = _busiest(demo, manager["unit_id"])
    phone = open_page("/a", PHONE)
    _sign_in(phone, demo, "manager")
    expect(phone.get_by_text("今日门店")).to_be_visible()
    card = phone.locator("article.staff", has=phone.get_by_text(busy["name"], exact=True))
    expect(card).to_contain_text(f"{busy['open']} 待发")

    card.get_by_role("button", name="催一下").click()
    expect(phone.locator(".toasts")).to_have_text(re.compile("已在企业微信提醒 1 人|已提醒过"))
    expect(card).to_contain_text("已提醒")

    card.get_by_role("button", name="标为休息").click()
    expect(card).to_contain_text("今天休息")
    card.get_by_role("button", name="改派").click()
    # Not to the stage's associate: the next test sends one of her own customers' tasks.
    choices = phone.get_by_role("dialog").locator(".choices button")
    choices.filter(has_not_text=demo.person("associate")["name"]).first.click()
    expect(phone.locator(".toasts")).to_contain_text(f"已改派 {busy['open']} 个任务")
    expect(card.get_by_role("button", name="改派")).to_be_hidden()
    assert _open_tasks(demo, busy["staff_id"]) == []

    card.get_by_role("button", name="标为返岗").click()
    expect(card).not_to_contain_text("今天休息")


def _busiest(demo: Demo, unit: str) -> dict[str, Any]:
    """Who has the most to send, leaving the stage's associate alone."""
    stage = demo.person("associate")["id"]
    staff = demo.get(f"/v1/stores/{unit}/today")["tasks"]["associates"]
    others = [one for one in staff if one["staff_id"] != stage]
    found: dict[str, Any] = max(others, key=lambda one: int(one["open"]))
    assert found["open"] > 0
    return found


def test_a_customer_stops_messages_and_takes_it_back(open_page: OpenPage, demo: Demo) -> None:
    customer, link = _message_received(demo)
    page = open_page(link, PHONE)
    expect(page.locator("li[data-sku]").first).to_be_visible()
    expect(page.locator("li[data-sku] .price").first).to_contain_text("¥")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]

    page.get_by_role("button", name="不再接收").click()
    expect(page.get_by_role("heading", name="已停止，马上生效")).to_be_visible()
    soon(lambda: _consents(demo, customer) == {"withdrawn"})
    page.get_by_role("button", name="撤销").click()
    expect(page.get_by_role("heading", name="已恢复接收")).to_be_visible()
    soon(lambda: "given" in _consents(demo, customer))
    page.get_by_role("button", name="看看清单").click()
    expect(page.get_by_role("button", name="不再接收")).to_be_visible()


def _message_received(demo: Demo) -> tuple[str, str]:
    """Send the associate's next task; the customer, and the link in her chat."""
    person = demo.person("associate")
    task = _open_tasks(demo, person["id"])[0]
    customer = str(task["customer"]["id"])
    demo.post(f"/v1/tasks/{task['id']}/send")
    wecom = _wecom(demo)

    def is_sent() -> bool:
        demo.api.post(f"{wecom}/sim/confirm", json={"userid": person["wecom_user"]})
        return bool(demo.get(f"/v1/tasks/{task['id']}")["state"] == "sent")

    soon(is_sent)
    known = demo.post(f"/v1/customers/{customer}/reveal")["identifiers"]
    friend = next(one["value"] for one in known if one["kind"] == "external_userid")
    inbox = demo.get(f"{wecom}/sim/inbox/{friend}")["messages"]
    urls = [
        part["link"]["url"]
        for message in inbox
        for part in message["attachments"] or []
        if part["msgtype"] == "link"
    ]
    return customer, str(urls[-1])


def _consents(demo: Demo, customer: str) -> set[str]:
    consents = demo.get(f"/v1/customers/{customer}")["consents"]
    return {str(one["state"]) for one in consents if one["purpose"] == "marketing"}
