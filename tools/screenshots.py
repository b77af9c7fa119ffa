"""The pictures in docs/images, taken of a running demo: `make screenshots`.

Without `--data` a demo is started in a temporary folder, played fast until there is something to
see, and stopped again.
"""

import argparse
import io
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.conftest import CHROMIUM, FLAGS  # noqa: E402
from tests.browser.running import Demo, attached, soon, started  # noqa: E402

IMAGES = ROOT / "docs" / "images"
CONSOLE = (1440, 900)
PHONE = (390, 844)
GIF_SIZE = (1200, 750)
STEP_MS, LAST_MS, MOVE_MS = 2600, 4200, 350
BOUGHT_WANTED, ORDERS_WANTED = 12, 25
BYTES_MAX = 390_000
SEGMENT = {
    "name": "爱喝奶、最近没来的老客",
    "rule": {
        "v": 1,
        "all": [
            {
                "kind": "purchase",
                "window": {"last_days": 180},
                "where": {"category": ["fluid-milk-products", "cheese"]},
                "agg": "count",
                "op": ">=",
                "value": 3,
            },
            {"kind": "trait", "name": "last_paid_days", "op": ">=", "value": 4},
            {
                "any": [
                    {"kind": "trait", "name": "stage", "op": "=", "value": "loyal"},
                    {
                        "kind": "purchase",
                        "window": {"last_days": 90},
                        "agg": "sum_fen",
                        "op": ">=",
                        "value": 50_000,
                    },
                ]
            },
            {"kind": "consent", "channel": "wecom", "purpose": "marketing"},
        ],
    },
}


@dataclass(frozen=True)
class Camera:
    browser: Browser
    demo: Demo

    @contextmanager
    def page(self, size: tuple[int, int], role: str | None) -> Iterator[Page]:
        """A page of this size, signed in; phones have two pixels to a point."""
        is_phone = size == PHONE
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            device_scale_factor=2 if is_phone else 1,
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            base_url=self.demo.url,
            reduced_motion="reduce",
            is_mobile=is_phone,
            has_touch=is_phone,
        )
        context.set_default_timeout(30_000)
        if role is not None:
            surface = {"X-Huitou-Surface": "phone" if is_phone else "console"}
            assert context.request.post("/v1/demo/login", data={"login": role}, headers=surface).ok
        yield context.new_page()
        context.close()

    def take(
        self,
        name: str,
        path: str,
        wait: Callable[[Page], None],
        *,
        size: tuple[int, int] = CONSOLE,
        role: str | None = "headquarters",
    ) -> None:
        """One picture, once `wait` is content and nothing is loading any more."""
        with self.page(size, role) as page:
            page.goto(path)
            wait(page)
            rest(page)
            keep(name, page.screenshot())


def rest(page: Page) -> None:
    """Until skeletons, movements and pictures on their way are over."""
    expect(page.locator(".ant-skeleton-active, .wait, .ant-spin-spinning")).to_have_count(0)
    page.evaluate(
        """() => Promise.all([
            document.fonts.ready,
            ...document.getAnimations()
              .filter((one) => one.effect?.getComputedTiming().iterations !== Infinity)
              .map((one) => one.finished.catch(() => null)),
            ...[...document.images]
              .filter((one) => one.getBoundingClientRect().top < innerHeight)
              .map((one) => one.decode().catch(() => null)),
        ])"""
    )


def keep(name: str, png: bytes) -> None:
    """Write a picture in its own colours, or in 256 when it would be heavy."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    path = IMAGES / f"{name}.png"
    picture.save(path, optimize=True)
    if path.stat().st_size > BYTES_MAX:
        picture.quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} kB")


def shows(selector: str, text: str | re.Pattern[str] = "") -> Callable[[Page], None]:
    """Waits for the first element that matches, with this text in it."""
    return lambda page: expect(page.locator(selector, has_text=text).first).to_be_visible()


@contextmanager
def held(demo: Demo) -> Iterator[None]:
    """Nobody else does anything meanwhile: the stage's customer would open and buy by herself."""
    demo.post("/v1/demo/pause")
    try:
        yield
    finally:
        demo.post("/v1/demo/resume")


def play_the_stage(camera: Camera) -> None:
    """All five steps; `stage.gif` from each, `stage.png` with the money on the phone."""
    camera.demo.post("/v1/demo/stage/restart")
    frames: list[tuple[Image.Image, int]] = []
    with camera.page(CONSOLE, None) as page:

        def snap(milliseconds: int) -> None:
            picture = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
            frames.append((picture.resize(GIF_SIZE, Image.Resampling.LANCZOS), milliseconds))

        page.goto("/stage")
        phone = page.frame_locator("iframe[title='导购的手机']")
        expect(phone.get_by_text("今天的任务")).to_be_visible()
        headquarters = page.frame_locator("iframe[title='总部']")
        expect(headquarters.locator(".today")).to_be_visible()
        snap(STEP_MS)
        marks = {
            "发布": phone.get_by_role("button", name="一键发送"),
            "发送": phone.locator(".journey .done", has_text="客户已收到"),
            "打开": phone.locator(".journey .done", has_text="客户打开了链接"),
            "购买": phone.locator(".journey .gain"),
            "退款": phone.locator(".journey .loss"),
        }
        for step, mark in marks.items():
            button = page.locator("button.next")
            expect(button).to_contain_text(step)
            button.click()
            snap(MOVE_MS)
            expect(page.locator(".rail li.done", has_text=step)).to_be_visible(timeout=60_000)
            expect(mark).to_be_visible()
            expect(headquarters.locator(".ant-skeleton-active")).to_have_count(0)
            if step == "购买":
                expect(page.locator(".badge")).to_be_visible()
                bought = headquarters.locator(".steps .figure", has_text="已购买")
                expect(bought.locator(".figure-value")).to_have_text(re.compile("^[1-9]"))
                keep("stage", page.screenshot())
                camera.take(
                    "phone-associate",
                    "/a",
                    shows(".arrivals .gain"),
                    size=PHONE,
                    role="associate",
                )
            snap(LAST_MS if step in ("购买", "退款") else STEP_MS)
    write_gif(frames)


def write_gif(frames: list[tuple[Image.Image, int]]) -> None:
    """One palette for all, so that what stands still is not written again."""
    strip = Image.new("RGB", (GIF_SIZE[0], GIF_SIZE[1] * len(frames)))
    for number, (frame, _) in enumerate(frames):
        strip.paste(frame, (0, GIF_SIZE[1] * number))
    palette = strip.quantize(256, Image.Quantize.MEDIANCUT, kmeans=3)
    pictures = [frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame, _ in frames]
    path = IMAGES / "stage.gif"
    pictures[0].save(
        path,
        save_all=True,
        append_images=pictures[1:],
        duration=[milliseconds for _, milliseconds in frames],
        loop=0,
        optimize=True,
    )
    print(f"{path.relative_to(ROOT)}  {path.stat().st_size // 1024} kB")


def bought_enough(demo: Demo) -> bool:
    return bool(demo.get("/v1/results")["total"]["bought"] >= BOUGHT_WANTED)


def segment_of(demo: Demo) -> str:
    known = demo.get("/v1/segments", limit="200")["items"]
    found = next((one for one in known if one["name"] == SEGMENT["name"]), None)
    return str((found or demo.post("/v1/segments", SEGMENT))["id"])


def task_of(demo: Demo) -> dict[str, Any]:
    """An open task of the stage's associate, the likeliest to buy first."""
    person = demo.person("associate")["id"]
    tasks: list[dict[str, Any]] = demo.get("/v1/tasks", associate=person, state="open")["items"]
    return next((task for task in tasks if len(task["skus"]) >= 3), tasks[0])


def cart_of(demo: Demo, customer: str) -> str:
    """What a customer bought lately, twice of each, at her own store."""
    orders = demo.get(f"/v1/customers/{customer}/orders")["items"]
    skus = list(dict.fromkeys(line["sku"] for order in orders for line in order["lines"]))
    unit = demo.get(f"/v1/customers/{customer}")["home_unit"]["code"]
    return urlencode(
        [("customer", customer), ("unit", unit), *(("line", f"{sku}~2") for sku in skus[:5])]
    )


def walk(camera: Camera) -> None:
    demo = camera.demo
    soon(lambda: demo.get("/v1/overview")["today"]["orders"] >= ORDERS_WANTED, seconds=240)
    with held(demo):
        play_the_stage(camera)
    soon(lambda: bought_enough(demo), seconds=240)
    demo.post("/v1/demo/speed", {"speed": 1})
    campaign = demo.get("/v1/demo/stage")["campaign"]
    customer = demo.get("/v1/demo/stage")["customer"]
    camera.take("overview", "/", shows(".today .figure-value", "¥"))
    camera.take("customers", "/#/customers", shows("tr.opens-row", "¥"))
    camera.take("customer", f"/#/customers/{customer}", shows(".customer-head h1"))
    camera.take("segment", f"/#/segments/{segment_of(demo)}", shows(".reading", "近"))
    camera.take("opportunities", "/#/opportunities", shows("tbody tr", "天"))
    camera.take("task", f"/#/campaigns/{campaign}", shows(".steps .figure-value"))
    camera.take("writing", "/#/campaigns/new?opportunity=best_now", shows(".waterfall li"))
    camera.take("cart", f"/#/offers/sandbox?{cart_of(demo, customer)}", shows(".receipt", "¥"))
    camera.take("results", "/#/results", shows(".ant-table-summary"))
    task = task_of(demo)["id"]
    camera.take("phone-task", f"/a#/task/{task}", shows(".who em"), size=PHONE, role="associate")
    camera.take("phone-manager", "/a", shows("article.staff"), size=PHONE, role="manager")
    take_the_list(camera)


def take_the_list(camera: Camera) -> None:
    """What the customer sees behind the card in her chat; her phone is at the order by now."""
    with camera.page(PHONE, None) as page:
        page.goto(camera.demo.get("/v1/demo/stage")["frames"]["customer"])
        page.get_by_role("link", name="回到商品清单").click()
        expect(page.locator("li[data-sku]").first).to_be_visible()
        rest(page)
        keep("phone-customer", page.screenshot())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="the data folder of a demo that runs already")
    folder: Path | None = parser.parse_args().data
    IMAGES.mkdir(parents=True, exist_ok=True)
    running: AbstractContextManager[Demo] = attached(folder) if folder else started()
    expect.set_options(timeout=30_000)
    with running as demo, sync_playwright() as playwright:
        if folder is None:
            demo.post("/v1/demo/speed", {"speed": 12})
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        walk(Camera(browser, demo))
        browser.close()


if __name__ == "__main__":
    main()
