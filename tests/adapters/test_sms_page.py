"""The phone page in Chromium: text stays text, addresses are links, a reply goes out."""

from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.adapters.sms_world import LINK, PHONE, WORLD, outgoing, simulator

CHROMIUM = Path("/usr/bin/chromium")


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium")
def test_a_customer_reads_and_unsubscribes() -> None:
    with simulator() as world, sync_playwright() as playwright:
        world.sim("/configure", WORLD)
        world.channel().submit(outgoing(params={"name": "<i>王</i>", "link": LINK}))
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        page = browser.new_page(viewport={"width": 375, "height": 667})
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.goto(f"{world.url}/phone/{PHONE}")
        expect(page.locator(".bubble")).to_contain_text("<i>王</i>，您常买的鲜奶")
        expect(page.locator(".bubble a")).to_have_attribute("href", LINK)
        page.get_by_label("回复内容").fill("R")
        page.get_by_role("button", name="发送").click()
        expect(page.locator(".mine .bubble")).to_have_text("R")
        world.channel().submit(outgoing())
        expect(page.locator(".bubble")).to_have_count(3)
        assert page.evaluate("document.documentElement.scrollWidth") == 375
        page.goto(world.url)
        page.get_by_role("link", name="138 0000 0000").click()
        expect(page.locator(".bubble")).to_have_count(3)
        browser.close()
        assert problems == []
