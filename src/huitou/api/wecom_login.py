"""Log-in by WeCom: the associate opens a card and is known, without a password."""

import re
import secrets
from uuid import UUID

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from huitou import wiring
from huitou.api.people import log_in_as
from huitou.base.db import Database
from huitou.base.http import Router
from huitou.base.site import address_of, is_secure
from huitou.channels.wecom.login import WeComLogin
from huitou.kernel.errors import Forbidden, Unavailable
from huitou.merchant import reads

router = Router(prefix="/v1/wecom", tags=["login"])
_STATE_COOKIE = "huitou_oauth"
_STATE_SECONDS = 600
_STATE = re.compile(r"[0-9a-f]{64}")
_TARGET = re.compile(r"/a(/[\w./?&=%-]*)?", re.ASCII)


class NoWeCom(Unavailable):
    code = "login.no_wecom"
    zh, en = "还没有配置企业微信", "WeCom is not configured yet"


class BadState(Forbidden):
    code = "login.bad_state"
    zh, en = "登录已过期，请重新打开", "The log-in has expired; open it again"


class UnknownStaff(Forbidden):
    code = "login.unknown_staff"
    zh, en = "这个企业微信账号还不是员工", "This WeCom account is no member of staff"


@router.get("/login", status_code=302, response_class=RedirectResponse)
def start(request: Request, to: str = "/a", merchant: UUID | None = None) -> Response:
    """To WeCom, and back to `to` on this site."""
    database: Database = request.app.state.database
    chosen = merchant or _only_merchant(database)
    login = _login_of(database, chosen)
    nonce = secrets.token_hex(16)
    target = to if _TARGET.fullmatch(to) else "/a"
    response = RedirectResponse(
        login.authorize_url(f"{address_of(request)}/v1/wecom/oauth", f"{chosen.hex}{nonce}"), 302
    )
    response.set_cookie(
        _STATE_COOKIE,
        f"{nonce}{target}",
        max_age=_STATE_SECONDS,
        httponly=True,
        secure=is_secure(request),
        samesite="lax",
        path="/v1/wecom",
    )
    return response


@router.get("/oauth", status_code=302, response_class=RedirectResponse)
def finish(request: Request, code: str = "", state: str = "") -> Response:
    """Back from WeCom: the code tells who it is."""
    kept = request.cookies.get(_STATE_COOKIE, "")
    nonce, target = kept[:32], kept[32:]
    if not _STATE.fullmatch(state) or state[32:] != nonce or not _TARGET.fullmatch(target):
        raise BadState()
    database: Database = request.app.state.database
    merchant = UUID(hex=state[:32])
    user = _login_of(database, merchant).user_of(code)
    if user is None:
        raise BadState()
    with database.read(merchant) as tx:
        staff = reads.find_staff_by_wecom(tx, user)
    if staff is None or not staff.is_active:
        raise UnknownStaff()
    response = log_in_as(request, merchant, staff.id, surface="phone")
    response.status_code = 302
    response.headers["location"] = target
    response.delete_cookie(_STATE_COOKIE, path="/v1/wecom")
    return response


def _only_merchant(database: Database) -> UUID:
    merchants = database.merchants()
    if len(merchants) != 1:
        raise NoWeCom()
    return merchants[0]


def _login_of(database: Database, merchant: UUID) -> WeComLogin:
    if merchant not in database.merchants():
        raise NoWeCom()
    with database.read(merchant) as tx:
        config = reads.channel_config(tx, "wecom")
    if config is None:
        raise NoWeCom()
    return wiring.open_wecom_login(config)
