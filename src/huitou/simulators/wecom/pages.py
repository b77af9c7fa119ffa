"""The small phone pages: a customer's chats, a member's WeCom, a scan, and the login page."""

import json
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from huitou.kernel.time import DEFAULT_ZONE
from huitou.simulators.wecom import mass, staff, ways
from huitou.simulators.wecom.control import befriend, unfriend
from huitou.simulators.wecom.delivery import Deliverer
from huitou.simulators.wecom.world import World
from huitou.simulators.world import Json, new_name

LIST_MAX = 50
AS_COOKIE, AS_COOKIE_S = "wecom_sim_as", 120
"""Who just tapped a card: the login that follows lets them in without asking, as in WeCom."""


class Pages:
    """Renders templates with what every page needs."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters["clock"] = self._clock
        self._templates.filters["safe_url"] = safe_url
        self._templates.filters["hue"] = _hue
        self._templates.filters["host"] = lambda url: urlsplit(url).netloc

    def render(self, name: str, **values: object) -> HTMLResponse:
        """The page `templates/<name>.html`."""
        corp = self._world.setting("corp_name")
        html = self._templates.get_template(f"{name}.html").render(corp=corp, **values)
        return HTMLResponse(html, headers={"Cache-Control": "no-store"})

    def _clock(self, at: float) -> str:
        """`14:05`, `昨天 14:05`, `11月3日 14:05` in China."""
        zone = ZoneInfo(DEFAULT_ZONE)
        moment = datetime.fromtimestamp(at, UTC).astimezone(zone)
        today = datetime.fromtimestamp(self._world.now(), UTC).astimezone(zone).date()
        days = (today - moment.date()).days
        time = f"{moment:%H:%M}"
        if days == 0:
            return time
        return f"昨天 {time}" if days == 1 else f"{moment.month}月{moment.day}日 {time}"


def page_router(world: World, deliverer: Deliverer) -> APIRouter:
    """The router of the pages."""
    router, pages = APIRouter(include_in_schema=False), Pages(world)
    _add_index(router, world, pages)
    _add_customer(router, world, pages, deliverer)
    _add_member(router, world, pages)
    _add_scan(router, world, pages, deliverer)
    _add_login(router, world, pages)
    return router


def _add_index(router: APIRouter, world: World, pages: Pages) -> None:
    @router.get("/")
    def index(q: str = "") -> HTMLResponse:
        return pages.render(
            "index",
            q=q,
            members=find_members(world, q),
            customers=find_customers(world, q),
            member_count=world.count("SELECT count(*) FROM member"),
            customer_count=world.count("SELECT count(*) FROM customer"),
            ways=world.rows("SELECT * FROM contact_way ORDER BY rowid DESC LIMIT 5"),
        )


def _add_customer(router: APIRouter, world: World, pages: Pages, deliverer: Deliverer) -> None:
    @router.get("/customer/{external_userid}")
    def chats(external_userid: str) -> HTMLResponse:
        person = _customer(world, external_userid)
        rows = world.rows(
            "SELECT f.userid, f.created_at, f.has_left, m.name, "
            "(SELECT max(id) FROM chat c WHERE c.external_userid = f.external_userid "
            " AND c.userid = f.userid) AS last "
            "FROM friendship f JOIN member m USING (userid) WHERE f.external_userid = ? "
            "AND NOT (f.has_left AND last IS NULL) ORDER BY last DESC, f.created_at DESC",
            external_userid,
        )
        listed = [{**dict(row), **_preview(world, row["last"], row["created_at"])} for row in rows]
        return pages.render("customer", person=person, chats=listed)

    @router.get("/customer/{external_userid}/{userid}")
    def chat(external_userid: str, userid: str) -> HTMLResponse:
        rows = world.rows(
            "SELECT * FROM (SELECT * FROM chat WHERE external_userid = ? AND userid = ? "
            "ORDER BY id DESC LIMIT 100) ORDER BY id",
            external_userid,
            userid,
        )
        friendship = world.row(
            "SELECT has_left FROM friendship WHERE userid = ? AND external_userid = ?",
            userid,
            external_userid,
        )
        return pages.render(
            "chat",
            person=_customer(world, external_userid),
            member=_member(world, userid),
            messages=[_message(dict(row)) for row in rows],
            is_friend=friendship is not None and not friendship["has_left"],
        )

    @router.post("/customer/{external_userid}/{userid}/leave")
    def leave(external_userid: str, userid: str) -> Response:
        unfriend(world, deliverer, userid, external_userid, "customer")
        return RedirectResponse(f"/customer/{external_userid}/{userid}", 303)


def _add_member(router: APIRouter, world: World, pages: Pages) -> None:
    @router.get("/member/{userid}")
    def member(userid: str) -> HTMLResponse:
        notices = world.rows(
            "SELECT * FROM notice WHERE userid = ? ORDER BY id DESC LIMIT 30", userid
        )
        return pages.render(
            "member",
            member=_member(world, userid),
            pending=_tasks(world, userid, mass.UNSENT),
            sent=_tasks(world, userid, mass.TASK_SENT),
            pending_count=_pending_count(world, userid),
            notices=[{**dict(row), "body": json.loads(row["body"])} for row in notices],
        )

    @router.post("/member/{userid}/confirm")
    def confirm(userid: str, msgid: str = Form("")) -> Response:
        with world.change():
            mass.confirm(world, userid, msgid or None)
        return RedirectResponse(f"/member/{userid}", 303)

    @router.get("/member/{userid}/open")
    def open_card(userid: str, url: str) -> Response:
        response = RedirectResponse(safe_url(url), 303)
        response.set_cookie(
            AS_COOKIE, userid, max_age=AS_COOKIE_S, path="/connect", httponly=True, samesite="lax"
        )
        return response


def _add_scan(router: APIRouter, world: World, pages: Pages, deliverer: Deliverer) -> None:
    @router.get("/wwpic/{config_id}/0")
    def picture(request: Request, config_id: str) -> Response:
        _way(world, config_id)
        origin = str(request.base_url).rstrip("/")
        return Response(ways.picture_of(origin, config_id), media_type="image/png")

    @router.get("/scan/{config_id}")
    def scan(config_id: str, q: str = "") -> HTMLResponse:
        userids = json.loads(_way(world, config_id)["userids"])
        return pages.render(
            "scan",
            config_id=config_id,
            q=q,
            member=_member(world, userids[0]),
            customers=find_customers(world, q),
        )

    @router.post("/scan/{config_id}")
    def befriend_by_scan(
        config_id: str, external_userid: str = Form(""), name: str = Form("")
    ) -> Response:
        way = _way(world, config_id)
        userid = json.loads(way["userids"])[0]
        if not external_userid and not name.strip():
            return RedirectResponse(f"/scan/{config_id}", 303)
        customer = external_userid or new_name("wm")
        row: Json = {
            "userid": userid,
            "external_userid": customer,
            "name": None if external_userid else name.strip()[:20],
            "unionid": None if external_userid else new_name("o"),
            "gender": 0,
            "state": way["state"],
            "add_way": 1,
            "created_at": None,
        }
        befriend(world, deliverer, [row], True)
        return RedirectResponse(f"/customer/{customer}/{userid}", 303)


def _add_login(router: APIRouter, world: World, pages: Pages) -> None:
    @router.get("/connect/oauth2/authorize")
    def authorize(
        request: Request,
        appid: str = "",
        redirect_uri: str = "",
        state: str = "",
        login_hint: str = "",
        q: str = "",
    ) -> Response:
        if appid != world.setting("corp_id"):
            return pages.render("refused", reason="corpid 错误（appid 与企业不符）")
        if safe_url(redirect_uri) == "#":
            return pages.render("refused", reason="redirect_uri 域名与后台配置不一致（50001）")
        who = login_hint or request.cookies.get(AS_COOKIE, "")
        if who and _exists(world, who):
            with world.change():
                code = staff.new_login_code(world, who)
            return RedirectResponse(_with_query(redirect_uri, code=code, state=state), 302)
        query = urlencode({"appid": appid, "redirect_uri": redirect_uri, "state": state})
        return pages.render(
            "authorize",
            q=q,
            members=find_members(world, q),
            link=f"/connect/oauth2/authorize?{query}&login_hint=",
            hidden={"appid": appid, "redirect_uri": redirect_uri, "state": state},
            host=urlsplit(redirect_uri).netloc,
        )


def safe_url(url: str) -> str:
    """The url if a browser may follow it, else `#`."""
    return url if urlsplit(url).scheme in ("http", "https") else "#"


def find_members(world: World, q: str) -> list[Json]:
    """Up to LIST_MAX members whose name or userid holds `q`, with how many tasks wait."""
    rows = world.rows(
        "SELECT m.*, (SELECT count(*) FROM task t JOIN mass x USING (msgid) "
        "WHERE t.userid = m.userid AND t.status = 0 AND NOT x.is_cancelled) AS pending "
        "FROM member m WHERE instr(name, ?) OR instr(userid, ?) "
        "ORDER BY pending DESC, userid LIMIT ?",
        q,
        q,
        LIST_MAX,
    )
    return [dict(row) for row in rows]


def find_customers(world: World, q: str) -> list[Json]:
    """Up to LIST_MAX customers whose name or id holds `q`, those with recent chats first."""
    rows = world.rows(
        "SELECT c.*, (SELECT max(id) FROM chat h WHERE h.external_userid = c.external_userid) "
        "AS last FROM customer c WHERE instr(name, ?) OR instr(external_userid, ?) "
        "ORDER BY last DESC NULLS LAST, c.rowid LIMIT ?",
        q,
        q,
        LIST_MAX,
    )
    return [dict(row) for row in rows]


def _tasks(world: World, userid: str, status: int) -> list[Json]:
    rows = world.rows(
        "SELECT m.*, t.sent_at, "
        "(SELECT count(*) FROM target g WHERE g.msgid = m.msgid AND g.userid = t.userid) AS count, "
        "(SELECT group_concat(name, '、') FROM (SELECT c.name FROM target g "
        " JOIN customer c USING (external_userid) "
        " WHERE g.msgid = m.msgid AND g.userid = t.userid LIMIT 3)) AS names "
        "FROM task t JOIN mass m USING (msgid) "
        "WHERE t.userid = ? AND t.status = ? AND NOT m.is_cancelled ORDER BY m.seq DESC LIMIT 20",
        userid,
        status,
    )
    return [_message(dict(row)) for row in rows]


def _pending_count(world: World, userid: str) -> int:
    return world.count(
        "SELECT count(*) FROM task t JOIN mass m USING (msgid) "
        "WHERE t.userid = ? AND t.status = 0 AND NOT m.is_cancelled",
        userid,
    )


def _message(row: Json) -> Json:
    attachments = json.loads(row["attachments"])
    return {**row, "links": [part["link"] for part in attachments if part["msgtype"] == "link"]}


def _preview(world: World, last: int | None, created_at: int) -> Json:
    if last is None:
        return {"preview": "你们已是好友", "at": created_at}
    row = world.row("SELECT * FROM chat WHERE id = ?", last)
    assert row is not None
    links = _message(dict(row))["links"]
    return {"preview": f"[链接] {links[0]['title']}" if links else row["text"], "at": row["at"]}


def _customer(world: World, external_userid: str) -> Json:
    row = world.row("SELECT * FROM customer WHERE external_userid = ?", external_userid)
    if row is None:
        raise HTTPException(404, "没有这位客户")
    return dict(row)


def _member(world: World, userid: str) -> Json:
    row = world.row("SELECT * FROM member WHERE userid = ?", userid)
    if row is None:
        raise HTTPException(404, "没有这位成员")
    return dict(row)


def _way(world: World, config_id: str) -> Json:
    row = world.row("SELECT * FROM contact_way WHERE config_id = ?", config_id)
    if row is None:
        raise HTTPException(404, "没有这个二维码")
    return dict(row)


def _exists(world: World, who: str) -> bool:
    return bool(
        world.row("SELECT 1 FROM member WHERE userid = ?", who)
        or world.row("SELECT 1 FROM customer WHERE external_userid = ?", who)
    )


def _with_query(url: str, **values: str) -> str:
    parts = urlsplit(url)
    query = "&".join(part for part in (parts.query, urlencode(values)) if part)
    return urlunsplit(parts._replace(query=query))


def _hue(text: str) -> int:
    """A colour for a person without a picture."""
    return sum(text.encode()) * 47 % 360
