"""One real demo for the session, one Chromium for this folder, a page for each step.

With `HUITOU_DEMO_DATA` the tests walk a demo that runs already, by its data folder.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.browser.running import Demo, attached, started

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 45_000
# What unfolds or closes. A list is on the page before it stands at its place: on a busy machine a
# press lands on it there, and the release on whatever has come under the pointer since.
MOVING = '[class*="-appear"], [class*="-enter"], [class*="-leave"]'
CONSOLE = (1440, 900)
PHONE = (375, 812)

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    if not Path(CHROMIUM).exists():
        pytest.skip("chromium missing: apt-get install chromium fonts-wqy-microhei")
    folder = os.environ.get("HUITOU_DEMO_DATA")
    with attached(Path(folder)) if folder else started() as running:
        yield running


@pytest.fixture(scope="package")
def browser(demo: Demo) -> Iterator[Browser]:
    """Closed with this folder: Playwright's event loop would be in the way of other tests."""
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        chromium = _launch(playwright)
        yield chromium
        chromium.close()


def _launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))


@pytest.fixture
def open_page(browser: Browser, demo: Demo) -> Iterator[OpenPage]:
    """`open_page(path, size, role=…)`: signed in when a role is given.

    Whatever a page writes to its console as an error fails the test when it ends.
    """
    errors: list[str] = []
    contexts = []

    def open_one(path: str, size: tuple[int, int] = CONSOLE, role: str | None = None) -> Page:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            base_url=demo.url,
            has_touch=size == PHONE,
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if role is not None:
            surface = "phone" if size == PHONE else "console"
            answer = context.request.post(
                "/v1/demo/login", data={"login": role}, headers={"X-Huitou-Surface": surface}
            )
            assert answer.ok, answer.text()
        page = context.new_page()
        page.add_locator_handler(page.locator(MOVING).first, _wait_until_it_stands)
        page.on("console", lambda told: _keep(errors, told.type, told.text, told.location))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path)
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not errors, errors


def _wait_until_it_stands() -> None:
    """Nothing to do: Playwright goes on when what called it is gone."""


def _keep(errors: list[str], kind: str, text: str, location: object) -> None:
    """Keep what a developer would have to look at.

    A page asks who is signed in: 401 on the way to the log-in is the answer, not an error; so is 409
    where somebody else was first. Requests under way when a page is left are aborted; some tests
    take the network away.
    """
    is_signing_in = "401" in text and "/v1/me" in str(location)
    is_answer = is_signing_in or "status of 409" in text
    is_meant = is_answer or "ERR_ABORTED" in text or "ERR_INTERNET_DISCONNECTED" in text
    if kind == "error" and not is_meant:
        errors.append(f"{text} {location}")


@pytest.fixture
def name(demo: Demo) -> Iterator[str]:
    """Of a campaign of our own, over when the test is."""
    given = f"触达 {uuid4().hex[:6]}"
    yield given
    for one in demo.get("/v1/campaigns", limit="50")["items"]:
        if one["name"] == given and one["state"] in ("live", "paused"):
            demo.post(f"/v1/campaigns/{one['id']}/end")
