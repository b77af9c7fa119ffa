"""Tokens, app messages to members, and logging in with WeCom.

Source: developer.work.weixin.qq.com/document/path/91039, 90236, 91022, 91023.
"""

import hashlib
import json

from huitou.simulators.wecom.errors import ApiError
from huitou.simulators.wecom.world import World
from huitou.simulators.world import Json, new_name

CODE_S = 300
USERS_MAX = 1000


def get_token(world: World, params: Json) -> Json:
    """The same token again while it is valid."""
    if not params.get("corpid"):
        raise ApiError(41002)
    if not params.get("corpsecret"):
        raise ApiError(41004)
    if params["corpid"] != world.setting("corp_id"):
        raise ApiError(40013)
    if params["corpsecret"] != world.setting("secret"):
        raise ApiError(40001)
    now = world.now()
    row = world.row(
        "SELECT * FROM token WHERE NOT is_revoked AND expires_at > ? ORDER BY expires_at DESC", now
    )
    if row is None:
        value, expires_at = new_name(""), now + int(world.setting("token_s"))
        world.run("INSERT INTO token VALUES (?, ?, 0)", value, expires_at)
    else:
        value, expires_at = row["value"], row["expires_at"]
    return {"access_token": value, "expires_in": round(expires_at - now)}


def check_token(world: World, value: str | None) -> None:
    """Refuses a missing (41001), unknown or revoked (40014), expired (42001) token."""
    if not value:
        raise ApiError(41001)
    row = world.row("SELECT * FROM token WHERE value = ?", value)
    if row is None or row["is_revoked"]:
        raise ApiError(40014)
    if row["expires_at"] <= world.now():
        raise ApiError(42001)


def send_message(world: World, _params: Json, body: Json) -> Json:
    """An app message; an identical one within the interval is answered well but not shown."""
    kind = body.get("msgtype")
    if kind not in ("text", "textcard", "markdown") or not isinstance(body.get(kind), dict):
        raise ApiError(40035)
    if str(body.get("agentid", "")) != str(world.setting("agent_id")):
        raise ApiError(40056)
    known, invalid = _recipients(world, str(body.get("touser") or ""))
    msgid = new_name("am")
    content = json.dumps(body[kind], ensure_ascii=False, sort_keys=True)
    digest = hashlib.sha256(f"{kind}{content}".encode()).hexdigest()
    interval = body.get("duplicate_check_interval", 1800)
    since = world.now() - min(int(interval), 4 * 3600)
    for userid in known:
        is_repeated = body.get("enable_duplicate_check") == 1 and world.row(
            "SELECT 1 FROM notice WHERE userid = ? AND digest = ? AND at > ?",
            userid,
            digest,
            since,
        )
        if not is_repeated:
            world.run(
                "INSERT INTO notice (userid, at, msgid, digest, kind, body) "
                "VALUES (?, ?, ?, ?, ?, ?)",
                userid,
                world.now(),
                msgid,
                digest,
                kind,
                content,
            )
    answer: Json = {"msgid": msgid}
    if invalid:
        answer["invaliduser"] = "|".join(invalid)
    return answer


def new_login_code(world: World, who: str) -> str:
    """A code for a member's userid, or a customer's external_userid; 5 minutes, one use."""
    code = new_name("")
    world.run("INSERT INTO code VALUES (?, ?, ?, 0)", code, who, world.now())
    return code


def get_login(world: World, params: Json, _body: Json) -> Json:
    row = world.row("SELECT * FROM code WHERE value = ?", params.get("code", ""))
    if row is None:
        raise ApiError(40029)
    if row["is_used"]:
        raise ApiError(42022)
    if world.now() - row["issued_at"] > CODE_S:
        raise ApiError(42003)
    world.run("UPDATE code SET is_used = 1 WHERE value = ?", row["value"])
    if world.row("SELECT 1 FROM member WHERE userid = ?", row["who"]):
        return {"userid": row["who"]}
    openid = "o" + hashlib.sha256(row["who"].encode()).hexdigest()[:27]
    answer: Json = {"openid": openid}
    if world.row("SELECT 1 FROM customer WHERE external_userid = ?", row["who"]):
        answer["external_userid"] = row["who"]
    return answer


def _recipients(world: World, touser: str) -> tuple[list[str], list[str]]:
    if touser == "@all":
        return [row["userid"] for row in world.rows("SELECT userid FROM member")], []
    asked = [userid for userid in touser.split("|") if userid]
    if not asked:
        raise ApiError(82001)
    if len(asked) > USERS_MAX:
        raise ApiError(40032)
    rows = world.rows(
        "SELECT userid FROM member WHERE userid IN (SELECT value FROM json_each(?))",
        json.dumps(asked),
    )
    known = {row["userid"] for row in rows}
    if not known:
        raise ApiError(81013)
    return (
        [userid for userid in asked if userid in known],
        [userid for userid in asked if userid not in known],
    )
