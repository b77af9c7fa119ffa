"""`/sim/*`: what people do in WeCom, and trouble on command. None of this exists in WeCom."""

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from huitou.simulators.trouble import Fault
from huitou.simulators.wecom import broadcasts, mass, people
from huitou.simulators.wecom.delivery import Deliverer, contact_event
from huitou.simulators.wecom.world import World
from huitou.simulators.world import Json

BULK_MAX = 20_000


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Corp(Order):
    """Settings to change; see `world.DEFAULTS`."""

    corp_id: str | None = None
    corp_name: str | None = None
    secret: str | None = None
    agent_id: int | None = None
    token: str | None = None
    encoding_aes_key: Annotated[str, Field(min_length=43, max_length=43)] | None = None
    callback_url: str | None = None
    token_s: int | None = None
    dispatch_s: float | None = None
    quota_per_month: Annotated[int, Field(ge=0)] | None = None
    has_unionid: bool | None = None
    callback_timeout_s: float | None = None
    callback_retry_s: float | None = None


class MemberIn(Order):
    userid: Annotated[str, Field(min_length=1, max_length=64)]
    name: str
    department: int = 1
    position: str = ""
    may_follow: bool = True


class CustomerIn(Order):
    external_userid: Annotated[str, Field(pattern="^(wm|wo)")]
    name: str
    unionid: str | None = None
    gender: Literal[0, 1, 2] = 0


class FriendshipIn(Order):
    """A friendship; with `name` the customer is made on the way."""

    userid: str
    external_userid: str
    name: str | None = None
    unionid: str | None = None
    gender: Literal[0, 1, 2] = 0
    state: str = ""
    add_way: int = people.ADD_WAY_SCAN
    created_at: int | None = None


class Members(Order):
    members: Annotated[list[MemberIn], Field(max_length=BULK_MAX)]


class Customers(Order):
    customers: Annotated[list[CustomerIn], Field(max_length=BULK_MAX)]


class Friendships(Order):
    friendships: Annotated[list[FriendshipIn], Field(max_length=BULK_MAX)]
    callback: bool = False


class GroupIn(Order):
    """A customer group; `member_count` counts customers."""

    chat_id: Annotated[str, Field(pattern="^wr")]
    name: str
    owner: str
    member_count: Annotated[int, Field(ge=0, le=500)] = 3


class Publish(Order):
    userid: str


class Confirm(Order):
    userid: str
    msgid: str | None = None


class Unfriend(Order):
    userid: str
    external_userid: str
    by: Literal["customer", "member"] = "customer"


class Expire(Order):
    is_revoked: bool = False


class Advance(Order):
    seconds: Annotated[float, Field(ge=0)]


class Redeliver(Order):
    id: int
    is_forged: bool = False


def control_router(world: World, deliverer: Deliverer) -> APIRouter:
    """The router of `/sim`."""
    router = APIRouter(prefix="/sim", tags=["simulator, not WeCom"])
    _add_corp(router, world, deliverer)
    _add_people(router, world, deliverer)
    _add_looks(router, world)
    _add_trouble(router, world, deliverer)
    return router


def _add_corp(router: APIRouter, world: World, deliverer: Deliverer) -> None:
    @router.get("/")
    def about() -> Json:
        return {
            "what": "A simulator. This is not WeCom, and /sim/* does not exist there.",
            "corp_id": world.setting("corp_id"),
            "now": world.now(),
            "counts": {
                "members": world.count("SELECT count(*) FROM member"),
                "customers": world.count("SELECT count(*) FROM customer"),
                "friendships": world.count("SELECT count(*) FROM friendship"),
                "mass_messages": world.count("SELECT count(*) FROM mass"),
            },
        }

    @router.post("/corp")
    def set_corp(corp: Corp) -> Json:
        world.set_settings(corp.model_dump(exclude_unset=True))
        return about()

    @router.post("/callback/verify")
    def verify_callback() -> Json:
        return {"is_verified": deliverer.verify()}

    @router.post("/clock")
    def advance_clock(advance: Advance) -> Json:
        offset = world.setting("clock_offset_s") + advance.seconds
        world.set_settings({"clock_offset_s": offset})
        return {"now": world.now()}


def _add_people(router: APIRouter, world: World, deliverer: Deliverer) -> None:
    @router.post("/members")
    def add_members(bulk: Members) -> Json:
        with world.change():
            people.add_members(world, [row.model_dump() for row in bulk.members])
        return {"count": len(bulk.members)}

    @router.post("/customers")
    def add_customers(bulk: Customers) -> Json:
        with world.change():
            people.add_customers(world, [row.model_dump() for row in bulk.customers])
        return {"count": len(bulk.customers)}

    @router.post("/friendships")
    def add_friendships(bulk: Friendships) -> Json:
        rows = [row.model_dump() for row in bulk.friendships]
        if strangers := strangers_of(world, rows):
            raise HTTPException(422, f"unknown: {', '.join(strangers[:5])}")
        befriend(world, deliverer, rows, bulk.callback)
        return {"count": len(bulk.friendships)}

    @router.post("/unfriend")
    def end_friendship(order: Unfriend) -> Json:
        if not unfriend(world, deliverer, order.userid, order.external_userid, order.by):
            raise HTTPException(404, "no such friendship")
        return {}

    @router.post("/groups")
    def set_group(group: GroupIn) -> Json:
        with world.change():
            world.run(
                "INSERT OR REPLACE INTO customer_group VALUES (?, ?, ?, ?)",
                group.chat_id,
                group.name,
                group.owner,
                group.member_count,
            )
        return {}

    @router.post("/publish")
    def publish(order: Publish) -> Json:
        """The member publishes the moments they are asked for."""
        with world.change():
            return {"count": broadcasts.publish(world, order.userid)}

    @router.post("/confirm")
    def confirm(order: Confirm) -> Json:
        with world.change():
            return mass.confirm(world, order.userid, order.msgid)


def _add_looks(router: APIRouter, world: World) -> None:
    @router.get("/inbox/{external_userid}")
    def inbox(external_userid: str) -> Json:
        rows = world.rows(
            "SELECT * FROM chat WHERE external_userid = ? ORDER BY id", external_userid
        )
        return {"messages": [_plain(row, "attachments") for row in rows]}

    @router.get("/friends/{userid}")
    def friends(userid: str) -> Json:
        rows = world.rows(
            "SELECT external_userid FROM friendship WHERE userid = ? AND has_left = 0"
            " ORDER BY external_userid",
            userid,
        )
        return {"friends": [row["external_userid"] for row in rows]}

    @router.get("/recipient")
    def recipient(contains: Annotated[str, Query(min_length=8)]) -> Json:
        """Who got the latest message with this text (a link's token) in it: WeChat would know."""
        row = world.row(
            "SELECT c.external_userid, c.unionid, c.name FROM chat h "
            "JOIN customer c USING (external_userid) "
            "WHERE instr(h.attachments, ?) OR instr(h.text, ?) ORDER BY h.id DESC LIMIT 1",
            contains,
            contains,
        )
        if row is None:
            raise HTTPException(404, "nobody got that")
        return dict(row)

    @router.get("/notices/{userid}")
    def notices(userid: str) -> Json:
        rows = world.rows("SELECT * FROM notice WHERE userid = ? ORDER BY id", userid)
        return {"notices": [_plain(row, "body") for row in rows]}

    @router.get("/tasks/{userid}")
    def tasks(userid: str) -> Json:
        rows = world.rows(
            "SELECT t.msgid, t.status, t.sent_at, m.text, m.attachments, m.is_cancelled "
            "FROM task t JOIN mass m USING (msgid) WHERE t.userid = ? ORDER BY m.seq",
            userid,
        )
        return {"tasks": [_plain(row, "attachments") for row in rows]}


def _add_trouble(router: APIRouter, world: World, deliverer: Deliverer) -> None:
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
        with world.change():
            return {
                "count": world.run(
                    "UPDATE token SET is_revoked = ?, expires_at = min(expires_at, ?)",
                    expire.is_revoked,
                    world.now(),
                )
            }

    @router.get("/deliveries")
    def deliveries() -> Json:
        rows = world.rows("SELECT id, attempts, outcome, plain FROM delivery ORDER BY id")
        return {"deliveries": [dict(row) for row in rows]}

    @router.post("/redeliver")
    def redeliver(order: Redeliver) -> Json:
        return {"status": deliverer.repeat(order.id, is_forged=order.is_forged)}


def strangers_of(world: World, friendships: list[Json]) -> list[str]:
    """Members nobody added, and customers neither added nor named here."""
    members = {row["userid"] for row in world.rows("SELECT userid FROM member")}
    known = {row["external_userid"] for row in friendships if row["name"] is not None}
    asked = {row["external_userid"] for row in friendships} - known
    rows = world.rows(
        "SELECT external_userid FROM customer "
        "WHERE external_userid IN (SELECT value FROM json_each(?))",
        json.dumps(sorted(asked)),
    )
    missing = asked - {row["external_userid"] for row in rows}
    return sorted(missing | {row["userid"] for row in friendships} - members)


def befriend(
    world: World, deliverer: Deliverer, friendships: list[Json], has_callback: bool
) -> None:
    """Make friendships, in bulk; with `has_callback` WeCom tells of each, with a welcome code."""
    events: list[str] = []
    now = int(world.now())
    with world.change():
        people.add_customers(world, [row for row in friendships if row["name"] is not None])
        rows = [{**row, "created_at": row["created_at"] or now} for row in friendships]
        people.add_friendships(world, rows)
        for row in rows if has_callback else []:
            userid, customer = row["userid"], row["external_userid"]
            code = people.new_welcome_code(world, userid, customer)
            more = {"State": row["state"]} if row["state"] else {}
            mass.say(world, userid, customer, "system", "你们已成为好友，现在可以开始聊天了")
            events.append(
                contact_event(
                    world, "add_external_contact", userid, customer, **more, WelcomeCode=code
                )
            )
    for event in events:
        deliverer.tell(event)


def unfriend(
    world: World, deliverer: Deliverer, userid: str, external_userid: str, by: str
) -> bool:
    """End a friendship; False when there is none.

    When the customer leaves, a one-way relation remains and the API still shows it; when the
    member deletes the customer it is gone (84061).
    """
    is_customer = by == "customer"
    statement = (
        "UPDATE friendship SET has_left = 1 WHERE userid = ? AND external_userid = ? "
        "AND NOT has_left"
        if is_customer
        else "DELETE FROM friendship WHERE userid = ? AND external_userid = ?"
    )
    with world.change():
        if not world.run(statement, userid, external_userid):
            return False
    change = "del_follow_user" if is_customer else "del_external_contact"
    deliverer.tell(contact_event(world, change, userid, external_userid))
    return True


def _plain(row: Any, column: str) -> Json:
    return {**dict(row), column: json.loads(row[column])}
