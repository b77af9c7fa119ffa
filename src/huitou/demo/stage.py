"""The stage: one customer's purchase through the whole loop, a step at a time.

Every step does from outside what the people of that step would do: headquarters publishes, the
associate taps and confirms in WeCom, the customer opens and buys, and brings it back.
"""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from huitou.api.simulating import simulator_url
from huitou.base.config import Config
from huitou.demo.state import ZONE, Demo, write_json
from huitou.kernel.errors import Conflict, Unavailable

_PATIENCE_SECONDS = 20.0
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
    " (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50"
)

STEPS = (
    (
        "publish",
        ("发布", "总部选出「到了该买的时候」的客户，发布关怀任务；一部分人留作对照。"),
        ("Publish", "Headquarters picks customers who are due and publishes a care task."),
    ),
    (
        "send",
        ("发送", "导购手机上出现任务：为什么是她、话术、专属清单。点一下，再到企业微信确认。"),
        ("Send", "The task is on the associate's phone: reason, words, products. One tap."),
    ),
    (
        "open",
        ("打开", "客户在微信里收到导购的消息，打开自己的清单。"),
        ("Open", "The customer gets the message and opens her own list."),
    ),
    (
        "buy",
        ("购买", "客户下单。转眼间，导购看到成交和提成，总部看到门店数字。"),
        ("Buy", "She buys. The associate sees sale and commission, headquarters the store's."),
    ),
    (
        "refund",
        ("退款", "退货也一样实时：提成按原路收回，账始终是平的。"),
        ("Refund", "A return is as live: the commission is taken back, the books balance."),
    ),
)


def links_in(messages: list[dict[str, Any]]) -> list[str]:
    """The addresses of the link cards in a WeCom chat, oldest first."""
    return [
        attachment["link"]["url"]
        for message in messages
        for attachment in message["attachments"] or []
        if attachment["msgtype"] == "link"
    ]


def look_at(url: str) -> None:
    """Open a link as a phone's WeChat does: the page, then its beacon."""
    with httpx2.Client(headers={"User-Agent": PHONE}, timeout=20) as phone:
        phone.get(url)
        phone.post(f"{url}/opened")


class StageStuck(Unavailable):
    code = "stage.stuck"
    zh, en = "这一步没有按时完成：{what}", "This step did not finish in time: {what}"


class EverybodyContacted(Conflict):
    code = "stage.everybody_contacted"
    zh = "这位导购今天能联系的客户都联系过了（每人每天最多一条），明天再来"
    en = "Everybody this associate may contact today has been (one message a day); come back tomorrow"


@dataclass(slots=True)
class Progress:
    """`data/run/stage.json`."""

    step: int = 0
    campaign: str = ""
    task: str = ""
    message: str = ""
    customer: str = ""
    external_userid: str = ""
    associate: str = ""
    link: str = ""
    sku: str = ""
    order: str = ""


@dataclass(frozen=True, slots=True)
class StepShown:
    code: str
    title: str
    text: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class Frames:
    """Addresses of what the three frames show; those of our own are relative."""

    console: str
    associate: str
    customer: str | None


@dataclass(frozen=True, slots=True)
class StageShown:
    """How far the stage is (`is_busy`: a step is under way), with the ids it plays with."""

    step: int
    steps: list[StepShown]
    frames: Frames
    task: str | None
    campaign: str | None
    customer: str | None
    is_busy: bool


class Stage:
    """Performs steps over HTTP and remembers how far it is."""

    def __init__(self, config: Config, demo: Demo) -> None:
        self._config = config
        self._demo = demo
        self._path: Path = config.data / "run" / "stage.json"
        self.progress = Progress()
        if self._path.exists():
            self.progress = Progress(**json.loads(self._path.read_text()))
        headers = {"Authorization": f"Bearer {demo.api_key}"}
        self._api = httpx2.Client(base_url=config.url, headers=headers, timeout=30)
        self._wecom = httpx2.Client(base_url=simulator_url(config, "wecom"), timeout=30)
        self._mall = httpx2.Client(base_url=simulator_url(config, "mall"), timeout=30)

    def next(self) -> None:
        """Do the next step; after the last one, begin again."""
        if self.progress.step >= len(STEPS):
            self.restart()
        code = STEPS[self.progress.step][0]
        steps = {
            "publish": self._publish,
            "send": self._send,
            "open": self._open,
            "buy": self._buy,
            "refund": self._refund,
        }
        try:
            steps[code]()
        except httpx2.HTTPError as error:
            raise StageStuck(what=f"{code}: {type(error).__name__}") from error
        self.progress.step += 1
        self._keep()

    def restart(self) -> None:
        """Another customer, from the beginning."""
        self.progress = Progress()
        self._keep()

    def shown(self, language: str, *, is_busy: bool) -> StageShown:
        """What the page shows."""
        is_english = language == "en"
        done = self.progress
        return StageShown(
            step=done.step,
            steps=[
                StepShown(code, *(en if is_english else zh), is_done=number < done.step)
                for number, (code, zh, en) in enumerate(STEPS)
            ],
            frames=Frames(
                console=f"/#/campaigns/{done.campaign}" if done.campaign else "/",
                associate=f"/a#/task/{done.task}" if done.task else "/a",
                customer=self._customer_frame(),
            ),
            task=done.task or None,
            campaign=done.campaign or None,
            customer=done.customer or None,
            is_busy=is_busy,
        )

    def _customer_frame(self) -> str | None:
        """What the customer looks at: nothing yet, the chat, her list, her order."""
        at = self.progress
        if at.order:
            return f"{simulator_url(self._config, 'mall')}/order/{at.order}?v={at.step}"
        if at.link:
            return at.link
        if at.message:
            chat = f"{at.external_userid}/{at.associate}"
            return f"{simulator_url(self._config, 'wecom')}/customer/{chat}"
        return None

    def _publish(self) -> None:
        associate = self._associate()
        now = datetime.now(UTC)
        body = {
            "name": f"到货关怀 {now.astimezone(ZONE):%m-%d %H:%M:%S}",
            "source": {"opportunity_kind": "best_now"},
            "goal": "让到了购买周期的老客户回来",
            "copy": "您好，我是{store}的{associate}。您常买的几样这两天正好到货，给您挑好了：{products}",
            "product_mode": "personal",
            "deadline": (now + timedelta(hours=4)).isoformat(),
            "fallback": {"text": "您常买的几样到货了，点开看看", "grace_minutes": 30},
        }
        campaign = self._post("/v1/campaigns", body)
        published = self._api.post(f"/v1/campaigns/{campaign['id']}/publish", json={})
        task = None
        if published.status_code < 400:
            task = self._soon(lambda: self._task_of(associate["id"], campaign["id"]))
        task = task or self._task_of(associate["id"])
        if task is None:
            raise EverybodyContacted()
        self.progress.campaign = task["campaign_id"]
        self.progress.task = task["id"]
        self.progress.customer = task["customer"]["id"]
        self.progress.associate = associate["wecom_user"]
        self.progress.external_userid = self._friend_of(associate["wecom_user"], task)

    def _send(self) -> None:
        task = self._post(f"/v1/tasks/{self.progress.task}/send", {})
        self.progress.message = task["message_id"]
        user = self._associate()["wecom_user"]

        def confirmed() -> Any:
            self._wecom.post("/sim/confirm", json={"userid": user})
            state = self._get(f"/v1/tasks/{self.progress.task}")["state"]
            return state == "sent"

        self._until("send", confirmed)

    def _open(self) -> None:
        before = self._get(f"/v1/tasks/{self.progress.task}")
        dearest = max(before["products"], key=lambda product: product["price_fen"] or 0)
        self.progress.sku = dearest["sku"]
        inbox = self._wecom.get(f"/sim/inbox/{self.progress.external_userid}").json()
        url = links_in(inbox["messages"])[-1]
        self.progress.link = url
        look_at(url)

    def _buy(self) -> None:
        token = self.progress.link.rsplit("/", 1)[-1]
        answer = self._mall.post(
            "/buy", json={"link": token, "sku": self.progress.sku, "quantity": 2}
        )
        answer.raise_for_status()
        self.progress.order = answer.json()["order_no"]

    def _refund(self) -> None:
        self._mall.post("/refund", json={"order_no": self.progress.order}).raise_for_status()

    def _associate(self) -> dict[str, Any]:
        code = next(each["code"] for each in self._demo.logins if each["role"] == "associate")
        found: dict[str, Any] = next(
            person for person in self._get("/v1/staff")["items"] if person["code"] == code
        )
        return found

    def _task_of(self, staff: str, campaign: str | None = None) -> Any:
        """An open task of the stage's associate, of this campaign or of one before."""
        which = f"&campaign={campaign}" if campaign else ""
        items = self._get(f"/v1/tasks?associate={staff}&state=open{which}")["items"]
        return items[0] if items else None

    def _friend_of(self, user: str, task: dict[str, Any]) -> str:
        """The outside world's name of the customer: asked among the associate's friends."""
        friends = self._wecom.get(f"/sim/friends/{user}").json()["friends"]
        for friend in friends:
            answer = self._api.get(
                "/v1/customers", params={"identifier": f"external_userid:{friend}@ww-demo"}
            )
            if answer.status_code == 200 and answer.json()["id"] == task["customer"]["id"]:
                return str(friend)
        raise StageStuck(what="customer")

    def _soon(self, test: Callable[[], Any]) -> Any:
        """What `test` finds within a few seconds, or None."""
        try:
            return self._until("", test, seconds=6)
        except StageStuck:
            return None

    def _until(self, what: str, test: Callable[[], Any], seconds: float = _PATIENCE_SECONDS) -> Any:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            found = test()
            if found:
                return found
            time.sleep(0.15)
        raise StageStuck(what=what)

    def _keep(self) -> None:
        write_json(self._path, asdict(self.progress))

    def _get(self, path: str) -> Any:
        answer = self._api.get(path)
        answer.raise_for_status()
        return answer.json()

    def _post(self, path: str, body: Any) -> Any:
        answer = self._api.post(path, json=body)
        if answer.status_code >= 400:
            raise StageStuck(what=f"{path} {answer.json().get('detail', answer.status_code)}")
        return answer.json()
