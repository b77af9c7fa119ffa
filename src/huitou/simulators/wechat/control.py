"""`/sim/*`: accounts, what people do in WeChat, and trouble on command. None of it is in WeChat."""

import json
from typing import Annotated, Literal
from xml.sax.saxutils import escape

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict, Field

from huitou.simulators.trouble import Fault
from huitou.simulators.wechat.delivery import Deliverer
from huitou.simulators.wechat.world import ACTED, ACTED_S, SPOKE, SPOKE_S, World
from huitou.simulators.world import Json

_Name = Annotated[str, Field(min_length=1, max_length=64)]


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AccountIn(Order):
    """An official account or a mini program; `templates` are id → names of its fields."""

    app_id: _Name
    kind: Literal["official", "mini"] = "official"
    secret: _Name
    token: str = Field(
        "simtoken", description="For the signatures of callbacks; WeCom's has the same."
    )
    encoding_aes_key: Annotated[str, Field(min_length=43, max_length=43)]
    callback_url: str = ""
    templates: dict[str, list[str]] = {}


class FanIn(Order):
    app_id: _Name
    openid: _Name
    name: str = ""
    unionid: str | None = None
    follows: bool = True


class Act(Order):
    """What a person does. `subject`: what they say, the scene they scan, or the template."""

    app_id: _Name
    openid: _Name
    act: Literal[
        "say", "click", "follow", "scan", "unfollow", "block", "accept", "reject", "switch_off"
    ]
    subject: str = ""


class SettingsIn(Order):
    """See `world.DEFAULTS`."""

    token_s: int | None = None
    finish_s: float | None = None
    is_holding: bool | None = None
    minute_max: int | None = None
    callback_timeout_s: float | None = None
    callback_retry_s: float | None = None
    callback_delay_s: float | None = None
    callback_loss: int | None = None


class Expire(Order):
    is_revoked: bool = False


class Advance(Order):
    seconds: Annotated[float, Field(ge=0)]


class Redeliver(Order):
    id: int
    is_forged: bool = False


def control_router(world: World, deliverer: Deliverer) -> APIRouter:
    """The router of `/sim`."""
    router = APIRouter(prefix="/sim", tags=["simulator, not WeChat"])
    _add_world(router, world, deliverer)
    _add_people(router, world, deliverer)
    _add_trouble(router, world, deliverer)
    return router


def _add_world(router: APIRouter, world: World, deliverer: Deliverer) -> None:
    @router.get("/")
    def about() -> Json:
        accounts = world.rows("SELECT app_id, kind, callback_url FROM account ORDER BY app_id")
        calls = world.rows("SELECT * FROM call ORDER BY path")
        return {
            "what": "A simulator. This is not WeChat, and /sim/* does not exist there.",
            "now": world.now(),
            "accounts": [dict(row) for row in accounts],
            "calls": {row["path"]: row["count"] for row in calls},
        }

    @router.post("/account")
    def set_account(account: AccountIn) -> Json:
        with world.change():
            world.run(
                "INSERT OR REPLACE INTO account VALUES (?, ?, ?, ?, ?, ?)",
                account.app_id,
                account.kind,
                account.secret,
                account.token,
                account.encoding_aes_key,
                account.callback_url,
            )
            for template, fields in account.templates.items():
                world.run(
                    "INSERT OR REPLACE INTO template VALUES (?, ?, ?)",
                    account.app_id,
                    template,
                    json.dumps(fields),
                )
        return about()

    @router.post("/settings")
    def set_settings(given: SettingsIn) -> Json:
        world.set_settings(given.model_dump(exclude_none=True))
        return about()

    @router.post("/clock")
    def advance_clock(advance: Advance) -> Json:
        offset = world.setting("clock_offset_s") + advance.seconds
        world.set_settings({"clock_offset_s": offset})
        return {"now": world.now()}

    @router.post("/verify/{app_id}")
    def verify(app_id: str) -> Json:
        return {"is_verified": deliverer.verify(app_id)}


def _add_people(router: APIRouter, world: World, deliverer: Deliverer) -> None:
    @router.post("/fans")
    def set_fan(fan: FanIn) -> Json:
        with world.change():
            world.run(
                "INSERT INTO fan (app_id, openid, name, unionid, follows) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (app_id, openid) DO UPDATE SET name = excluded.name,"
                " unionid = excluded.unionid, follows = excluded.follows",
                fan.app_id,
                fan.openid,
                fan.name,
                fan.unionid,
                fan.follows,
            )
        return {}

    @router.post("/acts")
    def act(order: Act) -> Json:
        """People act, WeChat tells of it."""
        if world.fan(order.app_id, order.openid) is None:
            raise HTTPException(404, "no such fan")
        fields = _do(world, order)
        if fields:
            deliverer.tell(order.app_id, order.openid, fields)
        return {}

    @router.get("/fans")
    def fans() -> Json:
        rows = world.rows("SELECT * FROM fan ORDER BY app_id, openid LIMIT 500")
        return {"fans": [dict(row) for row in rows]}

    @router.get("/messages/{openid}")
    def inbox(openid: str) -> Json:
        rows = world.rows("SELECT * FROM message WHERE openid = ? ORDER BY id", openid)
        return {"messages": [{**dict(row), "body": json.loads(row["body"])} for row in rows]}


def _add_trouble(router: APIRouter, world: World, deliverer: Deliverer) -> None:
    @router.post("/finish")
    def finish() -> Json:
        return {"count": deliverer.finish()}

    @router.post("/faults")
    def add_fault(fault: Fault) -> Json:
        world.add_fault(fault.path, fault.mode, fault.errcode, fault.seconds, fault.count)
        return {}

    @router.delete("/faults")
    def clear_faults() -> Json:
        with world.change():
            return {"count": world.run("DELETE FROM fault")}

    @router.post("/tokens/expire")
    def expire_tokens(expire: Expire) -> Json:
        """Ended: nobody gets it again. Revoked: the platform hands it out until one is forced."""
        with world.change():
            if expire.is_revoked:
                return {"count": world.run("UPDATE access_token SET is_revoked = 1")}
            return {"count": world.run("UPDATE access_token SET expires_at = ?", world.now())}

    @router.get("/deliveries")
    def deliveries() -> Json:
        rows = world.rows("SELECT * FROM delivery ORDER BY id")
        return {"deliveries": [dict(row) for row in rows]}

    @router.post("/redeliver")
    def redeliver(order: Redeliver) -> Json:
        return {"status": deliverer.repeat(order.id, is_forged=order.is_forged)}


def _do(world: World, order: Act) -> str:
    """The act's effect, and the event that tells of it."""
    who = (order.app_id, order.openid)
    event = (
        f"<MsgType>event</MsgType><Event>{{}}</Event><EventKey>{escape(order.subject)}</EventKey>"
    )
    with world.change():
        match order.act:
            case "say":
                world.open_window(*who, SPOKE, SPOKE_S)
                number = int(world.now() * 1000)
                return (
                    f"<MsgType>text</MsgType><Content>{escape(order.subject)}</Content>"
                    f"<MsgId>{number}</MsgId>"
                )
            case "click" | "scan":
                world.open_window(*who, ACTED, ACTED_S)
                return event.format("CLICK" if order.act == "click" else "SCAN")
            case "follow":
                world.run("UPDATE fan SET follows = 1 WHERE app_id = ? AND openid = ?", *who)
                world.open_window(*who, ACTED, ACTED_S)
                scene = f"qrscene_{order.subject}" if order.subject else ""
                return event.format("subscribe").replace(
                    f"<EventKey>{escape(order.subject)}<", f"<EventKey>{escape(scene)}<"
                )
            case "unfollow":
                world.run("UPDATE fan SET follows = 0 WHERE app_id = ? AND openid = ?", *who)
                return event.format("unsubscribe")
            case "block":
                world.run("UPDATE fan SET blocks = 1 WHERE app_id = ? AND openid = ?", *who)
                return ""
            case "accept" | "reject" | "switch_off":
                return _choose(world, order)


def _choose(world: World, order: Act) -> str:
    """The answer to a pop-up, or the switch in the settings."""
    who = (order.app_id, order.openid, order.subject)
    if order.act == "accept":
        world.run(
            "INSERT INTO credit VALUES (?, ?, ?, 1) ON CONFLICT (app_id, openid, template)"
            " DO UPDATE SET count = count + 1",
            *who,
        )
    elif order.act == "switch_off":
        world.run(
            "UPDATE credit SET count = 0 WHERE app_id = ? AND openid = ? AND template = ?", *who
        )
    is_popup = order.act != "switch_off"
    name, tag = (
        ("subscribe_msg_popup_event", "SubscribeMsgPopupEvent")
        if is_popup
        else ("subscribe_msg_change_event", "SubscribeMsgChangeEvent")
    )
    said = "accept" if order.act == "accept" else "reject"
    return (
        f"<MsgType>event</MsgType><Event>{name}</Event><{tag}><List>"
        f"<TemplateId>{escape(order.subject)}</TemplateId>"
        f"<SubscribeStatusString>{said}</SubscribeStatusString><PopupScene>2</PopupScene>"
        f"</List></{tag}>"
    )
