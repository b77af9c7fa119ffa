"""Template, customer-service and subscribe messages, and what each asks for."""

import json
from typing import Any

from huitou.simulators.wechat.errors import ApiError
from huitou.simulators.wechat.world import World
from huitou.simulators.world import Json, Row

_REPEAT_S = 600
_VALUE_MAX = {"thing": 20, "phrase": 5, "character_string": 32, "symbol": 5}


def send_template(world: World, app_id: str, body: Json) -> Json:
    """Only to followers; a client_msg_id seen in the last ten minutes is not sent again (45065)."""
    fan = _fan(world, app_id, body)
    if not fan["follows"]:
        raise ApiError(43004)
    template = _checked(world, app_id, body)
    client_id = str(body.get("client_msg_id", ""))
    if client_id and world.row(
        "SELECT 1 FROM message WHERE app_id = ? AND openid = ? AND client_id = ? AND at > ?",
        app_id,
        fan["openid"],
        client_id,
        world.now() - _REPEAT_S,
    ):
        raise ApiError(45065)
    return _sent(world, app_id, fan, "template", template, body, client_id)


def send_custom(world: World, app_id: str, body: Json) -> Json:
    """Inside the window that the person opened, and so often as it says. Ends at once."""
    fan = _fan(world, app_id, body)
    kind = body.get("msgtype")
    if kind not in ("text", "news") or not isinstance(body.get(str(kind)), dict):
        raise ApiError(47001)
    if not fan["follows"] or fan["window_until"] <= world.now():
        raise ApiError(45015)
    if fan["window_left"] <= 0:
        raise ApiError(45047)
    world.run(
        "UPDATE fan SET window_left = window_left - 1 WHERE app_id = ? AND openid = ?",
        app_id,
        fan["openid"],
    )
    answer = _sent(world, app_id, fan, "custom", "", body, "")
    world.run("UPDATE message SET ended = 'success' WHERE id = ?", answer["msgid"])
    return {"errcode": 0, "errmsg": "ok"}


def send_subscribe(world: World, app_id: str, body: Json) -> Json:
    """One for each acceptance of the template (43101)."""
    fan = _fan(world, app_id, body)
    template = _checked(world, app_id, body)
    spent = world.run(
        "UPDATE credit SET count = count - 1"
        " WHERE app_id = ? AND openid = ? AND template = ? AND count > 0",
        app_id,
        fan["openid"],
        template,
    )
    if fan["blocks"] or not spent:
        raise ApiError(43101)
    return _sent(world, app_id, fan, "subscribe", template, body, "")


def get_fan(world: World, app_id: str, query: Json) -> Json:
    """`user/info`, without an errcode; of whoever does not follow only the openid."""
    fan = world.fan(app_id, str(query.get("openid", "")))
    if fan is None:
        raise ApiError(40003)
    known: Json = {"subscribe": int(fan["follows"]), "openid": fan["openid"]}
    if fan["unionid"]:
        known["unionid"] = fan["unionid"]
    return known


def _fan(world: World, app_id: str, body: Json) -> Row:
    fan = world.fan(app_id, str(body.get("touser", "")))
    if fan is None:
        raise ApiError(40003)
    return fan


def _checked(world: World, app_id: str, body: Json) -> str:
    """The template, all of whose fields have values that their kinds allow."""
    template = str(body.get("template_id", ""))
    row = world.row("SELECT * FROM template WHERE app_id = ? AND id = ?", app_id, template)
    if row is None:
        raise ApiError(40037)
    data: Any = body.get("data")
    for field in json.loads(row["fields"]):
        value = data.get(field, {}).get("value") if isinstance(data, dict) else None
        most = _VALUE_MAX.get(field.rstrip("0123456789"), 32)
        if not isinstance(value, str) or not value or len(value) > most:
            raise ApiError(47003)
    return template


def _sent(
    world: World, app_id: str, fan: Row, kind: str, template: str, body: Json, client_id: str
) -> Json:
    minute_max = world.setting("minute_max")
    recent = "SELECT count(*) FROM message WHERE app_id = ? AND at > ?"
    if minute_max and world.count(recent, app_id, world.now() - 60) >= minute_max:
        raise ApiError(45011)
    world.run(
        "INSERT INTO message (app_id, openid, kind, template, body, client_id, at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        app_id,
        fan["openid"],
        kind,
        template,
        json.dumps(body, ensure_ascii=False),
        client_id,
        world.now(),
    )
    return {"errcode": 0, "errmsg": "ok", "msgid": world.count("SELECT last_insert_rowid()")}
