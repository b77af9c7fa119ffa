"""Load the demo brand through the front door: the API, file imports and the simulators.

Only the merchant, its first key and the sources are made directly, as the first-run page does.
Every step can be repeated: after a crash the load goes on where it was.
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from typing import Any, TypeVar

import httpx2

from huitou.api.setup import SOURCES
from huitou.api.simulating import simulator_url
from huitou.base.config import Config
from huitou.base.db import Database
from huitou.demo.benefits import open_benefits, open_grant
from huitou.demo.codes import Codes, open_codes, recent_friends, with_ways
from huitou.demo.front_door import checked, get, post, put_setting, wait_for
from huitou.demo.games import open_games
from huitou.demo.offers import open_offers
from huitou.demo.opening import open_brand
from huitou.demo.people import MALL_UNIT
from huitou.demo.pictures import draw
from huitou.demo.segments import BIRTHDAYS, open_segments
from huitou.demo.services import tell_customers
from huitou.demo.state import SEED, ZONE, Demo
from huitou.demo.stored import open_stored
from huitou.demo.tiers import open_tiers
from huitou.demo.world import World
from huitou.merchant import actions as merchants
from huitou.merchant.rules import PERMISSIONS
from huitou.merchant.types import NewUnit

Item = TypeVar("Item")
PASSWORD = "huitou-demo"  # noqa: S105
NAME = "回禾超市"
_EVENTS_AT_ONCE = 500


def found(database: Database, config: Config, world: World) -> Demo:
    """The merchant, its sources and a key; once."""
    known = Demo.read(config.data)
    if known is not None:
        return known
    with database.owner() as owner:
        merchant = merchants.found_merchant(
            owner, database.master, name=NAME, now=database.clock(), is_demo=True
        )
    with database.write(merchant.id, principal="setup") as tx:
        head = next(unit for unit in world.units if unit.kind == "headquarters")
        merchants.add_units(tx, [NewUnit(head.code, head.name, "headquarters")])
        for name, title in SOURCES:
            merchants.add_connector(tx, name, title)
        key = merchants.add_key(tx, "演示 / demo", PERMISSIONS).secret
    demo = Demo(
        url=config.url,
        api_key=key,
        unit=next(unit.code for unit in world.units if unit.kind == "store"),
        sku=world.products[0].sku,
        today=datetime.now(ZONE).date().isoformat(),
        logins=_logins(world),
    )
    demo.write(config.data)
    return demo


def load(config: Config, demo: Demo, world: World, say: Callable[[str], None]) -> None:
    """Everything else, over HTTP."""
    headers = {"Authorization": f"Bearer {demo.api_key}"}
    with httpx2.Client(base_url=config.url, headers=headers, timeout=600) as api:
        say(f"· 门店与员工 / {len(world.units)} units, {len(world.staff)} staff")
        _load_business(api, demo, world)
        say(f"· 商品 / {len(world.products):,} products")
        _load_products(api, world)
        say("· 通道与模拟器 / channels and simulators")
        _load_channels(api, config, world)
        say("· 渠道活码 / contact-way codes")
        guide = next(login["code"] for login in demo.logins if login["role"] == "associate")
        codes = open_codes(api, world, demo.sku, guide)
        say("· 行为与订单 / events: ")
        _load_history(api, world, codes, say)
        say("· 客户档案 / customer profiles")
        _load_profiles(api, world)
        say("· 等待数据就绪 / waiting until everything has been read")
        _wait_for_streams(api)
        post(api, "/v1/opportunities/refresh", {})
        say("· 人群与标签 / segments and tags")
        segments = open_segments(api)
        say("· 会员等级 / tiers")
        open_tiers(api)
        say("· 优惠券与积分 / coupons and points")
        open_benefits(api, demo.unit)
        open_grant(api, segments[BIRTHDAYS])
        say("· 储值 / stored value")
        open_stored(api, demo.unit)
        say("· 签到与转盘 / games")
        open_games(api)
        say("· 优惠活动 / offers")
        open_offers(api, demo.unit)
        say("· 取货通知 / pick-up notifications")
        tell_customers(api)
        say("· 第一个关怀任务 / a first care task")
        card = open_brand(api, config, demo, world)
    demo.loaded(card).write(config.data)


def _load_business(api: httpx2.Client, demo: Demo, world: World) -> None:
    for unit in world.units:
        body = {"code": unit.code, "name": unit.name, "kind": unit.kind}
        if unit.parent:
            body["parent_code"] = unit.parent
        if unit.phone:
            body["phone"] = unit.phone
        post(api, "/v1/units", body)
    known = {person["code"] for person in get(api, "/v1/staff")["items"]}
    logins = {login["code"]: login["login"] for login in demo.logins}
    rows = []
    for person in world.staff:
        if person.code in known:
            continue
        if person.code in logins:
            body = {
                "code": person.code,
                "name": person.name,
                "role": person.role,
                "unit_code": person.unit,
                "wecom_user": person.wecom_userid,
                "login": logins[person.code],
                "password": PASSWORD,
                "phone": person.phone,
            }
            post(api, "/v1/staff", body)
        else:
            rows.append(
                f"{person.code},{person.name},{person.role},{person.unit},"
                f"{person.wecom_userid},{person.phone}"
            )
    if rows:
        header = "工号,姓名,角色,门店编码,企微账号,手机号"
        _import(api, "staff", "staff.csv", "\n".join([header, *rows]))


def _load_products(api: httpx2.Client, world: World) -> None:
    for chunk in _chunks(world.products, 400):
        body = [
            {
                "sku": product.sku,
                "name": product.name,
                "category": product.category,
                "category_name": product.category_name,
                "category_name_en": product.category_name_en,
                "price_fen": product.price_fen,
                "cost_fen": product.price_fen * 55 // 100,
                "floor_fen": product.price_fen * 60 // 100,
                "picture": draw(product.sku),
            }
            for product in chunk
        ]
        post(api, "/v1/products", {"products": body})


def _load_channels(api: httpx2.Client, config: Config, world: World) -> None:
    configured = {c["kind"] for c in get(api, "/v1/channels")["items"] if c["state"] == "ready"}
    for kind in ("wecom", "sms"):
        if kind not in configured:
            post(api, f"/v1/channels/{kind}/simulate", {})
    members = [
        {"userid": person.wecom_userid, "name": person.name, "position": person.role}
        for person in world.staff
    ]
    user_of = {person.code: person.wecom_userid for person in world.staff}
    friends = [
        {
            "userid": user_of[household.associate],
            "external_userid": household.external_userid,
            "name": household.name,
            "unionid": household.unionid if household.is_unionid_in_wecom else None,
        }
        for household in world.households
        if household.external_userid
    ]
    with httpx2.Client(base_url=simulator_url(config, "wecom"), timeout=60) as wecom:
        post(wecom, "/sim/members", {"members": members})
        post(wecom, "/sim/friendships", {"friendships": friends, "callback": False})
    mall = simulator_url(config, "mall")
    asked = "link={token}&promoter={promoter}"
    put_setting(api, "content.buy_url", f"{mall}/buy?{asked}&sku={{sku}}")
    put_setting(api, "content.cart_url", f"{mall}/cart?{asked}&items={{items}}")
    put_setting(api, "content.sell_unit", MALL_UNIT)
    put_setting(api, "site.url", config.url)


def _load_history(
    api: httpx2.Client, world: World, codes: Codes, say: Callable[[str], None]
) -> None:
    count, started = 0, time.monotonic()
    told = chain(with_ways(world.history_events(), codes), recent_friends(world, codes))
    for chunk in _chunks(told, _EVENTS_AT_ONCE):
        answer = post(api, "/v1/events", {"events": chunk})
        if answer["rejected"]:
            raise RuntimeError(f"the demo's own events were rejected: {answer['rejected'][:3]}")
        count += len(chunk)
        if count % 10_000 < _EVENTS_AT_ONCE:
            say(f"    {count:,}  ({count / (time.monotonic() - started):,.0f}/s)")
    say(f"    {count:,}")


def _load_profiles(api: httpx2.Client, world: World) -> None:
    lines = [json.dumps(profile, ensure_ascii=False, default=str) for profile in world.profiles()]
    _import(api, "customers", "customers.jsonl", "\n".join(lines))


def _import(api: httpx2.Client, kind: str, name: str, text: str) -> None:
    answer = api.post("/v1/imports", data={"kind": kind}, files={"file": (name, text.encode())})
    checked(answer)
    import_id = answer.json()["id"]

    def ended() -> Any:
        state = get(api, f"/v1/imports/{import_id}")
        return state if state["state"] in ("done", "failed") else None

    state = wait_for(f"the import of {name}", ended)
    if state["state"] != "done" or state["failed"]:
        raise RuntimeError(f"the import of {name} failed: {state}")


def _wait_for_streams(api: httpx2.Client) -> None:
    def has_caught_up() -> bool:
        streams = get(api, "/v1/lag")["streams"]
        return bool(streams) and all(stream["behind"] == 0 for stream in streams)

    wait_for("the streams", has_caught_up)


def _logins(world: World) -> list[dict[str, str]]:
    """One person of each role may log in with a password: all of the same store and region."""
    units = {unit.code: unit for unit in world.units}
    store = next(unit for unit in world.units if unit.kind == "store")
    wanted = {
        "headquarters": next(s for s in world.staff if s.role == "headquarters"),
        "region": next(s for s in world.staff if s.role == "region" and s.unit == store.parent),
        "manager": next(s for s in world.staff if s.role == "manager" and s.unit == store.code),
        "associate": next(s for s in world.staff if s.role == "associate" and s.unit == store.code),
    }
    names = {"headquarters": "hq", "region": "region", "manager": "manager", "associate": "guide"}
    return [
        {
            "role": role,
            "code": person.code,
            "name": person.name,
            "unit": units[person.unit].name,
            "login": names[role],
            "password": PASSWORD,
        }
        for role, person in wanted.items()
    ]


def _chunks(items: Iterable[Item], size: int) -> Iterator[Sequence[Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def load_world(demo: Demo | None) -> World:
    """The world as it was on the day the demo was first loaded."""
    return World.load(seed=SEED, today=demo.day if demo else datetime.now(ZONE).date())
