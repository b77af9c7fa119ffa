"""「联系我」codes. Source: developer.work.weixin.qq.com/document/path/92228."""

import io
import json

import segno

from huitou.simulators.wecom.errors import ApiError
from huitou.simulators.wecom.world import World
from huitou.simulators.world import Json, Row, new_name

STATE_MAX = 30


def add_contact_way(world: World, params: Json, body: Json) -> Json:
    """Type 1 has exactly one member; a state of more than 30 characters is refused."""
    if body.get("type") not in (1, 2):
        raise ApiError(41037 if "type" not in body else 41039)
    users = _users(world, body)
    if body["type"] == 1 and len(users) != 1:
        raise ApiError(40035)
    config_id = new_name("cw")
    world.run(
        "INSERT INTO contact_way VALUES (?, ?, ?, ?, ?)",
        config_id,
        json.dumps(users),
        _state(body),
        str(body.get("remark", ""))[:30],
        world.now(),
    )
    return {"config_id": config_id, "qr_code": _picture_url(params, config_id)}


def get_contact_way(world: World, params: Json, body: Json) -> Json:
    row = _way(world, body)
    users = json.loads(row["userids"])
    return {
        "contact_way": {
            "config_id": row["config_id"],
            "type": 1 if len(users) == 1 else 2,
            "scene": 2,
            "user": users,
            "state": row["state"],
            "remark": row["remark"],
            "qr_code": _picture_url(params, row["config_id"]),
        }
    }


def list_contact_ways(world: World, _params: Json, body: Json) -> Json:
    """Newest first, made between `start_time` and `end_time`."""
    rows = world.rows(
        "SELECT config_id FROM contact_way WHERE created_at BETWEEN ? AND ? "
        "ORDER BY rowid DESC LIMIT 1000",
        float(body.get("start_time") or 0),
        float(body.get("end_time") or world.now()),
    )
    return {"contact_way": [{"config_id": row["config_id"]} for row in rows], "next_cursor": ""}


def update_contact_way(world: World, _params: Json, body: Json) -> Json:
    row = _way(world, body)
    world.run(
        "UPDATE contact_way SET userids = ?, state = ?, remark = ? WHERE config_id = ?",
        json.dumps(_users(world, body)) if "user" in body else row["userids"],
        _state(body) if "state" in body else row["state"],
        str(body.get("remark", row["remark"]))[:30],
        row["config_id"],
    )
    return {}


def del_contact_way(world: World, _params: Json, body: Json) -> Json:
    world.run("DELETE FROM contact_way WHERE config_id = ?", _way(world, body)["config_id"])
    return {}


def picture_of(origin: str, config_id: str) -> bytes:
    """The QR code that WeCom would show: ours opens the page of a scan."""
    out = io.BytesIO()
    segno.make_qr(f"{origin}/scan/{config_id}").save(out, kind="png", scale=10, border=4)
    return out.getvalue()


def _picture_url(params: Json, config_id: str) -> str:
    return f"{params['_origin']}/wwpic/{config_id}/0"


def _way(world: World, body: Json) -> Row:
    if not body.get("config_id"):
        raise ApiError(41043)
    row = world.row("SELECT * FROM contact_way WHERE config_id = ?", str(body["config_id"]))
    if row is None:
        raise ApiError(41044)
    return row


def _users(world: World, body: Json) -> list[str]:
    users = body.get("user")
    if not isinstance(users, list) or not users:
        raise ApiError(40063)
    if len(users) > 100:
        raise ApiError(41041)
    for user in users:
        if world.row("SELECT 1 FROM member WHERE userid = ?", str(user)) is None:
            raise ApiError(40003)
    return [str(user) for user in users]


def _state(body: Json) -> str:
    state = str(body.get("state", ""))
    if len(state) > STATE_MAX:
        raise ApiError(40058)
    return state
