"""Mass messages, welcome messages: tasks that members confirm, quotas, results.

Source: developer.work.weixin.qq.com/document/path/92135, 93338, 97610, 97611, 92137.
"""

import calendar
import json
from collections import defaultdict
from datetime import UTC, datetime

from huitou.kernel.time import DEFAULT_ZONE, day_of, month_range
from huitou.simulators.wecom.errors import ApiError
from huitou.simulators.wecom.people import limit_of, offset_of
from huitou.simulators.wecom.world import World
from huitou.simulators.world import Json, Row, new_name

UNSENT, TASK_SENT = 0, 2
SENT, NOT_FRIEND, QUOTA_USED = 1, 2, 3
TEXT_BYTES_MAX = 4000
WELCOME_S = 20
REMINDERS_PER_DAY = 3
DAY_S = 86_400
WINDOW_MAX_S = 31 * DAY_S
ATTACHMENT_KINDS = frozenset({"image", "link", "miniprogram", "video", "file"})


def add_msg_template(world: World, _params: Json, body: Json) -> Json:
    """Make the tasks. It does not send: members confirm, see `confirm`."""
    if body.get("chat_type", "single") == "group":
        return _add_group_mass(world, body)
    text, attachments = _content(body)
    asked = body.get("external_userid") or []
    sender = body.get("sender") or ""
    if not isinstance(asked, list) or len(asked) > 10_000:
        raise ApiError(40058)
    if sender and not world.row("SELECT 1 FROM member WHERE userid = ?", sender):
        raise ApiError(40003)
    senders = _senders(world, asked, sender)
    reachable = {
        customer: userid
        for customer, userid in senders.items()
        if _used_quota(world, customer) < _quota(world)
    }
    if not reachable:
        raise ApiError(41048)
    msgid = _add_mass(world, text, attachments, reachable)
    return {"fail_list": [who for who in asked if who not in reachable], "msgid": msgid}


def _add_group_mass(world: World, body: Json) -> Json:
    """To groups that the sender owns, within each group's quota."""
    text, attachments = _content(body)
    chats, sender = body.get("chat_id_list") or [], body.get("sender") or ""
    if not isinstance(chats, list) or len(chats) > 2000:
        raise ApiError(40058)
    if not world.row("SELECT 1 FROM member WHERE userid = ?", sender):
        raise ApiError(40003)
    owned = {
        row["chat_id"]
        for row in world.rows("SELECT chat_id FROM customer_group WHERE owner = ?", sender)
    }
    reachable = {
        str(chat): sender
        for chat in chats
        if chat in owned and _used_quota(world, chat) < _quota(world)
    }
    if not reachable:
        raise ApiError(41048)
    msgid = _add_mass(world, text, attachments, reachable)
    return {"fail_list": [chat for chat in chats if chat not in reachable], "msgid": msgid}


def _add_mass(world: World, text: str, attachments: list[Json], reachable: dict[str, str]) -> str:
    """Tasks and targets (target → member); the msgid."""
    msgid = new_name("msg")
    world.run(
        "INSERT INTO mass (msgid, created_at, text, attachments) VALUES (?, ?, ?, ?)",
        msgid,
        world.now(),
        text,
        json.dumps(attachments, ensure_ascii=False),
    )
    world.run_many(
        "INSERT INTO task (msgid, userid) VALUES (?, ?)",
        [(msgid, userid) for userid in sorted(set(reachable.values()))],
    )
    world.run_many(
        "INSERT INTO target (msgid, userid, external_userid) VALUES (?, ?, ?)",
        [(msgid, userid, target) for target, userid in reachable.items()],
    )
    return msgid


def list_masses(world: World, _params: Json, body: Json) -> Json:
    start, end = body.get("start_time"), body.get("end_time")
    if not isinstance(start, int) or not isinstance(end, int) or end < start:
        raise ApiError(40035)
    if end - start > WINDOW_MAX_S:
        raise ApiError(40035)
    limit = limit_of(body, most=100, default=50)
    offset = offset_of(body)
    rows = world.rows(
        "SELECT * FROM mass WHERE created_at >= ? AND created_at < ? + 1 "
        "ORDER BY seq DESC LIMIT ? OFFSET ?",
        start,
        end,
        limit + 1,
        offset,
    )
    return {
        "group_msg_list": [
            {
                "msgid": row["msgid"],
                "create_time": int(row["created_at"]),
                "create_type": 0,
                "text": {"content": row["text"]},
                "attachments": json.loads(row["attachments"]),
            }
            for row in rows[:limit]
            if body.get("filter_type", 2) != 1
        ],
        "next_cursor": str(offset + limit) if len(rows) > limit else "",
    }


def list_tasks(world: World, _params: Json, body: Json) -> Json:
    mass = _mass(world, body)
    limit = limit_of(body, most=1000, default=500)
    offset = offset_of(body)
    rows = world.rows(
        "SELECT * FROM task WHERE msgid = ? ORDER BY userid LIMIT ? OFFSET ?",
        mass["msgid"],
        limit + 1,
        offset,
    )
    if mass["is_cancelled"] and not any(row["status"] == TASK_SENT for row in rows):
        raise ApiError(41093)
    return {
        "task_list": [
            _without_none(
                {"userid": row["userid"], "status": row["status"], "send_time": row["sent_at"]}
            )
            for row in rows[:limit]
        ],
        "next_cursor": str(offset + limit) if len(rows) > limit else "",
    }


def list_results(world: World, _params: Json, body: Json) -> Json:
    mass = _mass(world, body)
    limit = limit_of(body, most=1000, default=500)
    offset = offset_of(body)
    rows = world.rows(
        "SELECT * FROM target WHERE msgid = ? AND userid = ? "
        "ORDER BY external_userid LIMIT ? OFFSET ?",
        mass["msgid"],
        str(body.get("userid", "")),
        limit + 1,
        offset,
    )
    return {
        "send_list": [
            _without_none(
                {
                    "external_userid": row["external_userid"],
                    "userid": row["userid"],
                    "status": row["status"],
                    "send_time": row["sent_at"],
                }
            )
            for row in rows[:limit]
        ],
        "next_cursor": str(offset + limit) if len(rows) > limit else "",
    }


def remind(world: World, _params: Json, body: Json) -> Json:
    mass = _mass(world, body)
    if mass["is_cancelled"]:
        raise ApiError(41093)
    recent = world.count(
        "SELECT count(*) FROM reminder WHERE msgid = ? AND at > ?",
        mass["msgid"],
        world.now() - DAY_S,
    )
    if recent >= REMINDERS_PER_DAY:
        raise ApiError(41094)
    world.run("INSERT INTO reminder VALUES (?, ?)", mass["msgid"], world.now())
    world.run(
        "INSERT INTO notice (userid, at, msgid, digest, kind, body) "
        "SELECT userid, ?, msgid, '', 'reminder', ? FROM task WHERE msgid = ? AND status = 0",
        world.now(),
        json.dumps({"title": "企业群发待发送提醒", "description": mass["text"]}),
        mass["msgid"],
    )
    return {}


def cancel(world: World, _params: Json, body: Json) -> Json:
    mass = _mass(world, body)
    if mass["is_cancelled"]:
        raise ApiError(41093)
    world.run("UPDATE mass SET is_cancelled = 1 WHERE msgid = ?", mass["msgid"])
    return {}


def send_welcome(world: World, _params: Json, body: Json) -> Json:
    code = body.get("welcome_code")
    if not code:
        raise ApiError(41049)
    text, attachments = _content(body)
    row = world.row("SELECT * FROM welcome WHERE code = ?", str(code))
    if row is None or row["is_used"] or world.now() - row["issued_at"] > WELCOME_S:
        raise ApiError(41050)
    is_chatting = world.row(
        "SELECT 1 FROM chat WHERE userid = ? AND external_userid = ? AND at >= ? "
        "AND kind != 'system'",
        row["userid"],
        row["external_userid"],
        int(row["issued_at"]),
    )
    if is_chatting:
        raise ApiError(41051)
    world.run("UPDATE welcome SET is_used = 1 WHERE code = ?", row["code"])
    say(world, row["userid"], row["external_userid"], "welcome", text, attachments)
    return {}


def confirm(world: World, userid: str, msgid: str | None) -> Json:
    """The member taps 发送 on one task, or on all of theirs; how the customers fared."""
    rows = world.rows(
        "SELECT m.* FROM task t JOIN mass m USING (msgid) "
        "WHERE t.userid = ? AND t.status = 0 AND NOT m.is_cancelled "
        "AND (? IS NULL OR t.msgid = ?) ORDER BY m.seq",
        userid,
        msgid,
        msgid,
    )
    tally: dict[int, int] = defaultdict(int)
    for mass in rows:
        _send(world, mass, userid, tally)
    return {
        "tasks": len(rows),
        "sent": tally[SENT],
        "not_friend": tally[NOT_FRIEND],
        "quota_used": tally[QUOTA_USED],
    }


def say(
    world: World,
    userid: str,
    external_userid: str,
    kind: str,
    text: str,
    attachments: object = (),
    msgid: str | None = None,
) -> None:
    """A line in the chat of a member and a customer."""
    world.run(
        "INSERT INTO chat (userid, external_userid, at, kind, text, attachments, msgid) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        userid,
        external_userid,
        int(world.now()),
        kind,
        text,
        json.dumps(attachments, ensure_ascii=False),
        msgid,
    )


def _send(world: World, mass: Row, userid: str, tally: dict[int, int]) -> None:
    now = int(world.now())
    world.run(
        "UPDATE task SET status = ?, sent_at = ? WHERE msgid = ? AND userid = ?",
        TASK_SENT,
        now,
        mass["msgid"],
        userid,
    )
    targets = world.rows(
        "SELECT t.external_userid, iif(g.chat_id IS NULL, f.has_left, 0) AS has_left "
        "FROM target t LEFT JOIN friendship f USING (userid, external_userid) "
        "LEFT JOIN customer_group g ON g.chat_id = t.external_userid "
        "WHERE t.msgid = ? AND t.userid = ? ORDER BY t.external_userid",
        mass["msgid"],
        userid,
    )
    for target in targets:
        customer = target["external_userid"]
        if target["has_left"] is None or target["has_left"]:
            status = NOT_FRIEND
        elif _used_quota(world, customer) >= _quota(world):
            status = QUOTA_USED
        else:
            status = SENT
            say(
                world,
                userid,
                customer,
                "mass",
                mass["text"],
                json.loads(mass["attachments"]),
                mass["msgid"],
            )
        tally[status] += 1
        world.run(
            "UPDATE target SET status = ?, sent_at = ? "
            "WHERE msgid = ? AND userid = ? AND external_userid = ?",
            status,
            now if status == SENT else None,
            mass["msgid"],
            userid,
            customer,
        )


def _senders(world: World, asked: list[str], sender: str) -> dict[str, str]:
    """Who would send to whom: customer → member. Nobody asked for means all of the sender's."""
    if not asked and not sender:
        raise ApiError(40063)
    rows = world.rows(
        "SELECT userid, external_userid FROM friendship "
        "WHERE (? = '' OR userid = ?) "
        "AND (? = '[]' OR external_userid IN (SELECT value FROM json_each(?))) "
        "ORDER BY created_at",
        sender,
        sender,
        json.dumps(asked),
        json.dumps(asked),
    )
    # Of several members the one who met the customer last stands for "who chatted last".
    return {row["external_userid"]: row["userid"] for row in rows}


def _quota(world: World) -> int:
    fixed = world.setting("quota_per_month")
    if fixed is not None:
        return int(fixed)
    today = day_of(datetime.fromtimestamp(world.now(), UTC), DEFAULT_ZONE)
    return calendar.monthrange(today.year, today.month)[1]


def _used_quota(world: World, external_userid: str) -> int:
    start, end = month_range(datetime.fromtimestamp(world.now(), UTC), DEFAULT_ZONE)
    return world.count(
        "SELECT count(*) FROM target WHERE external_userid = ? AND status = 1 "
        "AND sent_at >= ? AND sent_at < ?",
        external_userid,
        int(start.timestamp()),
        int(end.timestamp()),
    )


def _mass(world: World, body: Json) -> Row:
    msgid = body.get("msgid")
    if not msgid:
        raise ApiError(41046)
    row = world.row("SELECT * FROM mass WHERE msgid = ?", str(msgid))
    if row is None:
        raise ApiError(41047)
    if world.now() - row["created_at"] < float(world.setting("dispatch_s")):
        raise ApiError(41063)
    return row


def _content(body: Json) -> tuple[str, list[Json]]:
    text = str((body.get("text") or {}).get("content") or "")
    attachments = body.get("attachments") or []
    if not text and not attachments:
        raise ApiError(40063)
    if len(text.encode()) > TEXT_BYTES_MAX or not isinstance(attachments, list):
        raise ApiError(40058)
    if len(attachments) > 9:
        raise ApiError(41064)
    for attachment in attachments:
        kind = attachment.get("msgtype") if isinstance(attachment, dict) else None
        if kind not in ATTACHMENT_KINDS or not isinstance(attachment.get(kind), dict):
            raise ApiError(41065)
        link = attachment.get("link") if kind == "link" else None
        if link is not None and not _is_good_link(link):
            raise ApiError(40058)
    return text, attachments


def _is_good_link(link: Json) -> bool:
    title, url, text = (str(link.get(name) or "") for name in ("title", "url", "desc"))
    return bool(title and url) and len(title.encode()) <= 128 and len(text.encode()) <= 512


def _without_none(row: Json) -> Json:
    return {name: value for name, value in row.items() if value is not None}
