"""The pages in Chromium, phone width: they live, and links open where the chat was."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, sync_playwright

from huitou.channels.wecom.channel import WeComChannel
from huitou.kernel.ids import new_id
from huitou.reach.types.channels import Link, Outgoing, Submitted
from tests.adapters.wecom.serving import Sim

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
CUSTOMER = "wmEMU0001"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium"),
]


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser.new_page(viewport={"width": 375, "height": 760}, locale="zh-CN")
        browser.close()


def test_a_member_sends_and_the_customer_sees_it_and_opens_the_link(sim: Sim, page: Page) -> None:
    sim.befriend("zhangsan", CUSTOMER)
    link = Link("秋冬新品", "三件", f"{sim.base_url}/?q=opened")
    outgoing = Outgoing(new_id(), CUSTOMER, "新品到店", sender="zhangsan", link=link)
    assert isinstance(WeComChannel(sim.client()).submit(outgoing), Submitted)
    page.goto(f"{sim.base_url}/sim/")
    page.set_content(
        f'<iframe name="customer" src="{sim.base_url}/customer/{CUSTOMER}/zhangsan"></iframe>'
        f'<iframe name="member" src="{sim.base_url}/member/zhangsan"></iframe>'
    )
    customer, member = page.frame("customer"), page.frame("member")
    assert customer
    assert member
    member.get_by_role("button", name="发送", exact=True).click()
    member.get_by_text("已发送").wait_for()
    customer.get_by_text("新品到店").wait_for()
    customer.get_by_text("秋冬新品").click()
    customer.wait_for_url("**/?q=opened")
    assert page.frame("member") is member
    assert customer.evaluate("document.documentElement.scrollWidth <= innerWidth")
