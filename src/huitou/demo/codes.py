"""The demo brand's contact-way codes: a poster in every store, an associate's card, a product and a
leaflet; who came by them in the past, and in the last month."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zlib import crc32

import httpx2

from huitou.demo.front_door import get, post
from huitou.demo.journal import friend_of
from huitou.demo.state import ZONE
from huitou.demo.world import World

_POSTER = "店铺海报"
_RECENT = 64
_RECENT_DAYS = 28


@dataclass(frozen=True)
class Codes:
    """States by which friends come: a store's poster, an associate's card, and what hangs everywhere."""

    of_store: Mapping[str, str]
    of_user: Mapping[str, str]
    anywhere: tuple[str, ...]

    def state_for(self, event: Mapping[str, Any]) -> str | None:
        """How the friend of this event came, always the same; None for one in four."""
        draw = crc32(str(event["id"]).encode()) % 100
        own = self.of_user.get(event["properties"]["staff"])
        if own and draw < 60:
            return own
        if draw < 50:
            return self.of_store.get(event["unit"])
        return self.anywhere[draw % len(self.anywhere)] if draw < 75 else None


def open_codes(api: httpx2.Client, world: World, sku: str, associate: str) -> Codes:
    """Make the codes before anybody comes by them. `associate`: the code of whoever has a card. Repeatable."""
    units = get(api, "/v1/units")["items"]
    staff = {each["code"]: each for each in get(api, "/v1/staff")["items"]}
    card = staff[associate]
    product = next(each for each in world.products if each.sku == sku)
    everybody = [each["id"] for each in staff.values() if each["role"] == "associate"]
    head = next(unit["id"] for unit in units if unit["kind"] == "headquarters")
    known = _listed(api)
    if not any(name.endswith(_POSTER) for name in known):
        stores = [unit["code"] for unit in units if unit["kind"] == "store"]
        post(api, "/v1/codes/batches", {"code": POSTER, "units": stores})
    for said in (
        {
            **CARD,
            "name": f"{card['name']} · 名片",
            "staff_ids": [card["id"]],
            "unit_id": card["unit_id"],
        },
        {
            **PRODUCT,
            "name": f"{product.name} · 包装码",
            "staff_ids": everybody,
            "unit_id": head,
            "sku": sku,
        },
        {**LEAFLET, "staff_ids": everybody, "unit_id": head},
    ):
        if said["name"] not in known:
            post(api, "/v1/codes", said)
    known = _listed(api)
    code_of = {unit["id"]: unit["code"] for unit in units}
    return Codes(
        of_store={
            code_of[each["unit_id"]]: each["state"]
            for each in known.values()
            if each["kind"] == "store"
        },
        of_user={card["wecom_user"]: known[f"{card['name']} · 名片"]["state"]},
        anywhere=(known[f"{product.name} · 包装码"]["state"], known[LEAFLET["name"]]["state"]),
    )


def with_ways(events: Iterable[dict[str, Any]], codes: Codes) -> Iterator[dict[str, Any]]:
    """The events, each new friend with the way they came."""
    for event in events:
        state = codes.state_for(event) if event["type"] == "contact.added" else None
        if state is not None:
            event["properties"]["state"] = state
        yield event


def recent_friends(world: World, codes: Codes) -> Iterator[dict[str, Any]]:
    """Households that added a second associate of their store in the last month, two of three by its poster."""
    of_unit: dict[str, list[str]] = {}
    for person in world.staff:
        if person.role == "associate":
            of_unit.setdefault(person.unit, []).append(person.code)
    user_of = {person.code: person.wecom_userid for person in world.staff}
    friends = [each for each in world.households if each.external_userid and each.has_consented]
    midnight = datetime.combine(world.today, time(), ZONE)
    for place, household in enumerate(friends[:: max(1, len(friends) // _RECENT)][:_RECENT]):
        others = [code for code in of_unit[household.home_unit] if code != household.associate]
        at_home = codes.of_store.get(household.home_unit)
        state = codes.anywhere[place % 2] if place % 3 == 2 else at_home
        if not others or state is None:
            continue
        days = 1 + crc32(f"day-{place}".encode()) % _RECENT_DAYS
        at = midnight - timedelta(days=days) + timedelta(hours=9, minutes=place * 7 % 600)
        yield {
            "id": f"DEMO-CODE-{place:04}",
            "type": "contact.added",
            "source": "wecom",
            "unit": household.home_unit,
            "occurred_at": at.isoformat(),
            "identifiers": [dict(identifier) for identifier in friend_of(household)],
            "properties": {"staff": user_of[others[place % len(others)]], "state": state},
        }


def _listed(api: httpx2.Client) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    cursor = ""
    while True:
        page = get(api, f"/v1/codes?limit=200{cursor and f'&cursor={cursor}'}")
        found |= {each["code"]["name"]: each["code"] for each in page["items"]}
        if page["next"] is None:
            return found
        cursor = page["next"]


POSTER: dict[str, Any] = {
    "name": _POSTER,
    "source": "门店海报",
    "tags": ["海报新客"],
    "welcome": {
        "text": "欢迎来到{store}！我是{associate}，补货、找商品、约时间取货都可以找我。",
        "away_text": "您好，{store}已打烊，明早 8 点后我第一时间回复您。",
    },
    "from_minute": 480,
    "until_minute": 1320,
}
CARD: dict[str, Any] = {
    "kind": "staff",
    "source": "导购名片",
    "tags": ["名片新客"],
    "welcome": {"text": "您好，我是{store}的{associate}，这是我的企业微信，需要什么随时说。"},
    "asks_first": True,
}
PRODUCT: dict[str, Any] = {
    "kind": "product",
    "source": "商品包装",
    "tags": ["包装扫码"],
    "welcome": {
        "text": "谢谢您选择{products}！保存方法、搭配吃法，问我就好。",
        "attachment": {"kind": "goods"},
    },
    "day_limit": 50,
}
LEAFLET: dict[str, Any] = {
    "name": "社区地推传单",
    "kind": "material",
    "source": "社区地推",
    "tags": ["地推新客"],
    "welcome": {"text": "您好，我是{store}的{associate}，进群前先送您一份本周特价清单。"},
}
