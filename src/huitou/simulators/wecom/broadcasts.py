"""Customer groups and moments: what goes to many at once.

Source: developer.work.weixin.qq.com/document/path/92135, 93333, 97612.
"""

from huitou.simulators.wecom.errors import ApiError
from huitou.simulators.wecom.world import World
from huitou.simulators.world import Json, new_name

JOB_S = 86_400


def list_groups(world: World, _params: Json, body: Json) -> Json:
    if not isinstance(body.get("limit"), int):
        raise ApiError(40035)
    owners = (body.get("owner_filter") or {}).get("userid_list") or []
    rows = world.rows("SELECT chat_id, owner FROM customer_group ORDER BY chat_id")
    return {
        "group_chat_list": [
            {"chat_id": row["chat_id"], "status": 0}
            for row in rows
            if not owners or row["owner"] in owners
        ],
        "next_cursor": "",
    }


def get_group(world: World, _params: Json, body: Json) -> Json:
    row = world.row("SELECT * FROM customer_group WHERE chat_id = ?", str(body.get("chat_id", "")))
    if row is None:
        raise ApiError(40050)
    members = [{"userid": row["owner"], "type": 1}]
    members += [{"userid": f"wm{number}", "type": 2} for number in range(row["member_count"])]
    chat = {"chat_id": row["chat_id"], "owner": row["owner"], "member_list": members}
    return {"group_chat": {**chat, "name": row["name"]} if body.get("need_name") else chat}


def add_moment(world: World, _params: Json, body: Json) -> Json:
    """A job; the members asked publish by hand, see `publish`."""
    text = str((body.get("text") or {}).get("content") or "")
    senders = ((body.get("visible_range") or {}).get("sender_list") or {}).get("user_list") or []
    known = [
        str(user)
        for user in senders
        if world.row("SELECT 1 FROM member WHERE userid = ?", str(user))
    ]
    if not text and not body.get("attachments"):
        raise ApiError(40063)
    if not known:
        raise ApiError(40003)
    jobid, moment_id = new_name("job"), new_name("mom")
    world.run(
        "INSERT INTO moment (jobid, moment_id, created_at, text) VALUES (?, ?, ?, ?)",
        jobid,
        moment_id,
        world.now(),
        text,
    )
    world.run_many(
        "INSERT INTO moment_task (moment_id, userid) VALUES (?, ?)",
        [(moment_id, user) for user in known],
    )
    return {"jobid": jobid}


def get_moment_job(world: World, params: Json, _body: Json) -> Json:
    """1 being made, 3 made; a job is known for a day."""
    row = world.row("SELECT * FROM moment WHERE jobid = ?", params.get("jobid", ""))
    if row is None or world.now() - row["created_at"] > JOB_S:
        raise ApiError(40035)
    if world.now() - row["created_at"] < float(world.setting("dispatch_s")):
        return {"status": 1, "type": "add_moment_task"}
    result = {"errcode": 0, "errmsg": "ok", "moment_id": row["moment_id"]}
    return {"status": 3, "type": "add_moment_task", "result": result}


def list_moment_tasks(world: World, _params: Json, body: Json) -> Json:
    rows = world.rows(
        "SELECT * FROM moment_task WHERE moment_id = ? ORDER BY userid", _moment(world, body)
    )
    return {
        "task_list": [
            {"userid": row["userid"], "publish_status": int(row["published_at"] is not None)}
            for row in rows
        ],
        "next_cursor": "",
    }


def list_moment_customers(world: World, _params: Json, body: Json) -> Json:
    """Friends of a member who has published it (41062 before)."""
    moment_id, userid = _moment(world, body), str(body.get("userid", ""))
    task = world.row(
        "SELECT * FROM moment_task WHERE moment_id = ? AND userid = ?", moment_id, userid
    )
    if task is None or task["published_at"] is None:
        raise ApiError(41062)
    rows = world.rows(
        "SELECT external_userid FROM friendship WHERE userid = ? AND NOT has_left ORDER BY 1",
        userid,
    )
    customers = [{"external_userid": row["external_userid"]} for row in rows]
    return {"customer_list": customers, "next_cursor": ""}


def cancel_moment(world: World, _params: Json, body: Json) -> Json:
    world.run("UPDATE moment SET is_cancelled = 1 WHERE moment_id = ?", _moment(world, body))
    return {}


def publish(world: World, userid: str) -> int:
    """The member publishes every moment they are asked for; how many that were."""
    return world.run(
        "UPDATE moment_task SET published_at = ? WHERE userid = ? AND published_at IS NULL"
        " AND moment_id IN (SELECT moment_id FROM moment WHERE NOT is_cancelled)",
        world.now(),
        userid,
    )


def _moment(world: World, body: Json) -> str:
    moment_id = str(body.get("moment_id", ""))
    if world.row("SELECT 1 FROM moment WHERE moment_id = ?", moment_id) is None:
        raise ApiError(40035)
    return moment_id
