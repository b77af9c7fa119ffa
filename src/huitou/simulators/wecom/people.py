"""Members, customers and their friendships: `/cgi-bin/user/*` and `/cgi-bin/externalcontact/*`.

Source: developer.work.weixin.qq.com/document/path/92114, 92113, 92994, 92571, 92228, 90200.
"""

import json

from huitou.simulators.wecom.errors import ApiError
from huitou.simulators.wecom.world import World
from huitou.simulators.world import Json, Row, new_name

ADD_WAY_SCAN = 1


def add_members(world: World, members: list[Json]) -> None:
    """Add or rename members: userid, name, department, position, may_follow."""
    world.run_many(
        "INSERT INTO member VALUES (:userid, :name, :department, :position, :may_follow) "
        "ON CONFLICT (userid) DO UPDATE SET name = excluded.name, "
        "department = excluded.department, position = excluded.position, "
        "may_follow = excluded.may_follow",
        members,
    )


def add_customers(world: World, customers: list[Json]) -> None:
    """Add or rename customers: external_userid, name, unionid, gender."""
    world.run_many(
        "INSERT INTO customer VALUES (:external_userid, :name, :unionid, :gender) "
        "ON CONFLICT (external_userid) DO UPDATE SET name = excluded.name, "
        "unionid = excluded.unionid, gender = excluded.gender",
        customers,
    )


def add_friendships(world: World, friendships: list[Json]) -> None:
    """Befriend: userid, external_userid, state, add_way, created_at. The first state stays."""
    world.run_many(
        "INSERT INTO friendship VALUES "
        "(:userid, :external_userid, :state, :add_way, :created_at, '', 0) "
        "ON CONFLICT (userid, external_userid) DO UPDATE SET has_left = 0, "
        "created_at = excluded.created_at",
        friendships,
    )


def new_welcome_code(world: World, userid: str, external_userid: str) -> str:
    """A code that lets the app greet this new friend once, within 20 s."""
    code = new_name("WC")
    world.run(
        "INSERT INTO welcome VALUES (?, ?, ?, ?, 0)", code, userid, external_userid, world.now()
    )
    return code


def get_user(world: World, params: Json, _body: Json) -> Json:
    row = world.row("SELECT * FROM member WHERE userid = ?", params.get("userid", ""))
    if row is None:
        raise ApiError(60111)
    return {
        "userid": row["userid"],
        "name": row["name"],
        "department": [row["department"]],
        "position": row["position"],
        "status": 1,
        "main_department": row["department"],
    }


def list_users(world: World, params: Json, _body: Json) -> Json:
    department = params.get("department_id")
    if not department:
        raise ApiError(40035)
    rows = world.rows(
        "SELECT * FROM member WHERE ? IN ('1', CAST(department AS TEXT)) ORDER BY userid",
        str(department),
    )
    return {
        "userlist": [
            {"userid": row["userid"], "name": row["name"], "department": [row["department"]]}
            for row in rows
        ]
    }


def list_follow_users(world: World, _params: Json, _body: Json) -> Json:
    rows = world.rows("SELECT userid FROM member WHERE may_follow ORDER BY userid")
    return {"follow_user": [row["userid"] for row in rows]}


def list_customers(world: World, params: Json, _body: Json) -> Json:
    userid = params.get("userid", "")
    _known_member(world, userid)
    rows = world.rows(
        "SELECT external_userid FROM friendship WHERE userid = ? ORDER BY created_at, rowid",
        userid,
    )
    if not rows:
        raise ApiError(84061)
    return {"external_userid": [row["external_userid"] for row in rows]}


def get_customer(world: World, params: Json, _body: Json) -> Json:
    external_userid = params.get("external_userid", "")
    if not external_userid:
        raise ApiError(41035)
    person = world.row("SELECT * FROM customer WHERE external_userid = ?", external_userid)
    if person is None:
        raise ApiError(40096)
    rows = world.rows(
        "SELECT * FROM friendship WHERE external_userid = ? ORDER BY created_at", external_userid
    )
    if not rows:
        raise ApiError(84061)
    return {
        "external_contact": _person(world, person),
        "follow_user": [{**_relation(row), "tags": []} for row in rows],
    }


def batch_customers(world: World, _params: Json, body: Json) -> Json:
    userids = body.get("userid_list")
    if not isinstance(userids, list) or not userids:
        raise ApiError(40031)
    if len(userids) > 100:
        raise ApiError(40032)
    limit = limit_of(body, most=100, default=50)
    offset = offset_of(body)
    rows = world.rows(
        "SELECT f.*, c.name, c.unionid, c.gender FROM friendship f "
        "JOIN customer c USING (external_userid) "
        "WHERE f.userid IN (SELECT value FROM json_each(?)) "
        "ORDER BY f.userid, f.external_userid LIMIT ? OFFSET ?",
        json.dumps(userids),
        limit + 1,
        offset,
    )
    return {
        "external_contact_list": [
            {
                "external_contact": _person(world, row),
                "follow_info": {**_relation(row), "tag_id": []},
            }
            for row in rows[:limit]
        ],
        "next_cursor": str(offset + limit) if len(rows) > limit else "",
    }


def offset_of(body: Json) -> int:
    """Where a list goes on; our cursors are offsets. Refuses anything else (40035)."""
    cursor = str(body.get("cursor") or "0")
    if not cursor.isdecimal():
        raise ApiError(40035)
    return int(cursor)


def limit_of(body: Json, *, most: int, default: int) -> int:
    """The page's size; refuses one out of range (40035)."""
    limit = body.get("limit", default)
    if not isinstance(limit, int) or not 1 <= limit <= most:
        raise ApiError(40035)
    return limit


def _known_member(world: World, userid: object) -> None:
    if world.row("SELECT 1 FROM member WHERE userid = ?", str(userid)) is None:
        raise ApiError(40003)


def _person(world: World, row: Row) -> Json:
    person: Json = {
        "external_userid": row["external_userid"],
        "name": row["name"],
        "type": 1,
        "gender": row["gender"],
    }
    if row["unionid"] and world.setting("has_unionid"):
        person["unionid"] = row["unionid"]
    return person


def _relation(row: Row) -> Json:
    relation: Json = {
        "userid": row["userid"],
        "remark": row["remark"],
        "description": "",
        "createtime": row["created_at"],
        "remark_mobiles": [],
        "oper_userid": row["external_userid"],
        "add_way": row["add_way"],
    }
    if row["state"]:
        relation["state"] = row["state"]
    return relation
