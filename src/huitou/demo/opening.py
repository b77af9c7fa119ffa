"""The care task that is under way when the demo opens, so that no page is empty.

It goes to some of the customers; the others are left for the stage and for whoever tries one of
their own. One customer has been reached and has opened the list: the card in `demo.json` is theirs,
so that an outsider's order with it has a story to show.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from huitou.api.simulating import simulator_url
from huitou.base.config import Config
from huitou.demo.front_door import get, post, wait_for
from huitou.demo.people import Household
from huitou.demo.stage import links_in, look_at
from huitou.demo.state import Demo
from huitou.demo.world import World

NAME = "换季回访"
_SHARE = 0.4
_RULE = {
    "v": 1,
    "all": [
        {"kind": "trait", "name": "last_paid_days", "op": ">=", "value": 2},
        {"kind": "sample", "share": _SHARE, "salt": "opening"},
    ],
}
_COPY = "您好，我是{store}的{associate}。换季了，按您平常的口味挑了几样：{products}"


def open_brand(api: httpx2.Client, config: Config, demo: Demo, world: World) -> str:
    """Publish the care task, reach one customer; returns that customer's card. Repeatable."""
    campaign = _published(api)
    user_of = {person.code: person.wecom_userid for person in world.staff}
    code_of = {person["id"]: person["code"] for person in get(api, "/v1/staff")["items"]}
    stage = {login["code"] for login in demo.logins if login["role"] == "associate"}

    def task_of_a_card() -> tuple[Household, Any] | None:
        tasks = {
            task["customer"]["id"]: task
            for task in _items(api, f"/v1/tasks?campaign={campaign}&limit=200")
            if code_of[task["associate"]["id"]] not in stage
        }
        for household in world.households if tasks else ():
            if household.external_userid and household.card and household.card_day < 0:
                friend = _customer(api, f"external_userid:{household.external_userid}@ww-demo")
                if friend in tasks and friend == _customer(api, f"card:{household.card}@default"):
                    return household, tasks[friend]
        return None

    household, task = wait_for("the first task", task_of_a_card)
    user = user_of[code_of[task["associate"]["id"]]]
    post(api, f"/v1/tasks/{task['id']}/send", {})
    with httpx2.Client(base_url=simulator_url(config, "wecom"), timeout=60) as wecom:

        def link() -> str | None:
            post(wecom, "/sim/confirm", {"userid": user})
            inbox = get(wecom, f"/sim/inbox/{household.external_userid}")
            return next(iter(links_in(inbox["messages"])), None)

        look_at(wait_for("the first message", link))
    assert household.card is not None
    return household.card


def _published(api: httpx2.Client) -> str:
    campaigns = {each["name"]: each for each in _items(api, "/v1/campaigns?limit=200")}
    campaign = campaigns.get(NAME) or post(
        api,
        "/v1/campaigns",
        {
            "name": NAME,
            "source": {"rule": _RULE},
            "goal": "请几天没来的客户回来看看",
            "copy": _COPY,
            "product_mode": "personal",
            "deadline": (datetime.now(UTC) + timedelta(days=2)).isoformat(),
            "fallback": {"text": "按您的口味挑了几样，点开看看", "grace_minutes": 60},
        },
    )
    if campaign["state"] == "draft":
        post(api, f"/v1/campaigns/{campaign['id']}/publish", {})
    return str(campaign["id"])


def _customer(api: httpx2.Client, identifier: str) -> str | None:
    answer = api.get("/v1/customers", params={"identifier": identifier})
    return str(answer.json()["id"]) if answer.status_code == 200 else None


def _items(api: httpx2.Client, path: str) -> Iterator[Any]:
    following = ""
    while True:
        page = get(api, f"{path}{following}")
        yield from page["items"]
        if not page["next"]:
            return
        following = f"&cursor={page['next']}"
