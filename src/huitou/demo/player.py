"""Plays the held-back month live, and the people in it: `python -m huitou.demo.player`.

An event every two and a half seconds (at speed 1), in order, stamped now; at the end the month
begins again with new ids. Beside it, associates tap and confirm their tasks after a while, and
customers open what reached them and react by a known lift. All of it from outside, over HTTP.
"""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import click
import httpx2
import structlog

from huitou.api.simulating import simulator_url
from huitou.base import log
from huitou.base.config import Config
from huitou.demo.load import load_world
from huitou.demo.reaction import Reaction
from huitou.demo.stage import links_in, look_at
from huitou.demo.state import SEED, Demo, read_control, write_json
from huitou.demo.world import World
from huitou.serve import die_with_parent

INTERVAL_SECONDS = 2.5
LIFT_BP = 2_500
"""An opened contact makes one basket more with this probability: the truth to be measured."""
OPEN_BP = 6_000
_ASSOCIATE_BP = 1_200
"""Of the tasks that wait, so many are taken in each look."""
_LAZY_SHARE = 5
"""One associate in five leaves the tasks lying: the fallback has something to do."""
_HURRY = 240
"""The played customers' hours pass this much faster than ours."""
_LOOK_SECONDS = 4.0

_logger = structlog.get_logger("player")


class Player:
    """The outside world's clockwork."""

    def __init__(self, config: Config, demo: Demo, world: World) -> None:
        self._config = config
        self._world = world
        self._reaction = Reaction(world)
        self._random = Random(SEED)
        self._api = httpx2.Client(
            base_url=config.url, headers={"Authorization": f"Bearer {demo.api_key}"}, timeout=20
        )
        self._wecom = httpx2.Client(base_url=simulator_url(config, "wecom"), timeout=20)
        self._household_of: dict[str, int] = {}
        self._friend_of = {
            h.household: h.external_userid for h in world.households if h.external_userid
        }
        self._user_of: dict[str, str] = {}
        self._seen: set[str] = set()
        self._due: list[tuple[float, dict[str, Any]]] = []
        self._path = config.data / "run" / "player.json"
        self._stage_staff = next(
            (each["code"] for each in demo.logins if each["role"] == "associate"), ""
        )

    def run(self, speed: float) -> None:
        """Play until the process is stopped."""
        events = self._events()
        next_look = 0.0
        while True:
            asked, is_paused = read_control(self._config.data, speed)
            if is_paused:
                time.sleep(0.5)
                continue
            try:
                self._send(next(events))
                self._send_due()
                if time.monotonic() >= next_look:
                    self._act_for_associates()
                    self._react()
                    next_look = time.monotonic() + _LOOK_SECONDS
            except httpx2.HTTPError as error:
                _logger.warning("waiting", error=type(error).__name__)
                time.sleep(1)
            time.sleep(INTERVAL_SECONDS / max(asked, 0.1))

    def _events(self) -> Iterator[dict[str, Any]]:
        """From where it stopped, round after round."""
        kept = json.loads(self._path.read_text()) if self._path.exists() else {}
        loop, index = kept.get("loop", 0), kept.get("index", 0)
        while True:
            for number, (event, _) in enumerate(self._world.live_events(loop)):
                if number < index:
                    continue
                write_json(self._path, {"loop": loop, "index": number + 1})
                yield event
            loop, index = loop + 1, 0

    def _send(self, event: dict[str, Any]) -> None:
        stamped = {**event, "occurred_at": datetime.now(UTC).isoformat()}
        answer = self._api.post("/v1/events", json={"events": [stamped]}).json()
        for fault in answer.get("rejected", []):
            _logger.warning("rejected", code=fault["code"], type=event["type"])

    def _send_due(self) -> None:
        now = time.monotonic()
        for at, event in [item for item in self._due if item[0] <= now]:
            self._due.remove((at, event))
            self._send(event)

    def _act_for_associates(self) -> None:
        """Everyone but the stage's associate takes tasks now and then, and confirms in WeCom."""
        staff = {p["id"]: p for p in self._get("/v1/staff")["items"]}
        for task in self._get("/v1/tasks?state=open&limit=200")["items"]:
            person = staff.get(task["associate"]["id"])
            if person is None or person["code"] == self._stage_staff or person["is_away"]:
                continue
            if sum(person["code"].encode()) % _LAZY_SHARE == 0:
                continue
            if self._random.randrange(10_000) < _ASSOCIATE_BP:
                self._api.post(f"/v1/tasks/{task['id']}/send", json={})
        waiting = self._get("/v1/tasks?state=awaiting_confirmation&limit=200")["items"]
        users = {
            staff[t["associate"]["id"]]["wecom_user"]
            for t in waiting
            if t["associate"]["id"] in staff
        }
        for user in sorted(user for user in users if user):
            person = next(p for p in staff.values() if p["wecom_user"] == user)
            if person["code"] != self._stage_staff:
                self._wecom.post("/sim/confirm", json={"userid": user})

    def _react(self) -> None:
        """Customers open some of what was delivered, and buy a little more than they would."""
        since = (datetime.now(UTC) - timedelta(minutes=30)).isoformat()
        for message in self._get(f"/v1/messages?since={since.replace('+', '%2B')}&limit=200")[
            "items"
        ]:
            if message["state"] != "delivered" or message["id"] in self._seen:
                continue
            self._seen.add(message["id"])
            household = self._household(message["customer_id"])
            if household is None or message["staff_id"] == self._stage_staff_id():
                continue
            contacted_at = datetime.fromisoformat(message["delivered_at"])
            if not self._reaction.opens(
                household, contacted_at=contacted_at, seed=SEED, open_bp=OPEN_BP
            ):
                continue
            self._open(household, message)
            extra = self._reaction.extra_purchase(
                household, contacted_at=contacted_at, opened=True, seed=SEED, lift_bp=LIFT_BP
            )
            if extra is not None:
                wait = datetime.fromisoformat(extra.pop("occurred_at")) - contacted_at
                self._due.append((time.monotonic() + wait.total_seconds() / _HURRY, extra))

    def _open(self, household: int, message: dict[str, Any]) -> None:
        """The customer taps the card in WeCom."""
        friend = self._friend_of.get(household)
        if friend is None:
            return
        for url in links_in(self._wecom.get(f"/sim/inbox/{friend}").json()["messages"]):
            if url not in self._seen:
                self._seen.add(url)
                look_at(url)

    def _household(self, customer: str) -> int | None:
        """Whose message it was; asked for the friends once, then remembered."""
        if customer not in self._household_of:
            for household, friend in self._friend_of.items():
                if household in self._household_of.values():
                    continue
                answer = self._api.get(
                    "/v1/customers", params={"identifier": f"external_userid:{friend}@ww-demo"}
                )
                if answer.status_code == 200:
                    self._household_of[answer.json()["id"]] = household
        return self._household_of.get(customer)

    def _stage_staff_id(self) -> str:
        if "id" not in self._user_of:
            people = self._get("/v1/staff")["items"]
            self._user_of["id"] = next(
                (p["id"] for p in people if p["code"] == self._stage_staff), ""
            )
        return self._user_of["id"]

    def _get(self, path: str) -> Any:
        answer = self._api.get(path)
        answer.raise_for_status()
        return answer.json()


@click.command()
@click.option("--speed", type=float, default=1.0)
def main(speed: float) -> None:
    """Play until SIGTERM."""
    die_with_parent()
    log.configure("player")
    config = Config.from_environment()
    demo = Demo.read(config.data)
    assert demo is not None, "the demo is loaded before it is played"
    Player(config, demo, load_world(demo)).run(speed)


if __name__ == "__main__":
    main()
