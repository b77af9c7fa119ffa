"""People and the business around them: log-in, units, staff, keys, settings, channels."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import Query, Request, Response
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from pydantic import Field

from huitou.api.auth import cookie_name, surface_of, token_of
from huitou.base.db import Database
from huitou.base.http import (
    JSON,
    Asking,
    Body,
    Reading,
    Router,
    Writing,
    encode,
    needs,
)
from huitou.base.site import is_secure, refuse_cross_site
from huitou.event.rules import blind_text, normalise
from huitou.kernel.errors import Forbidden, Invalid, Limited
from huitou.kernel.page import Page
from huitou.merchant import actions, reads, rules, store
from huitou.merchant.types import (
    ApiKey,
    Connector,
    NewApiKey,
    NewStaff,
    NewUnit,
    Role,
    Setting,
    SettingInForce,
    Staff,
    Unit,
    UnitKind,
)

router = Router(prefix="/v1", tags=["merchant"])

_ATTEMPTS = RateLimitItemPerMinute(20, 5)
_logins = MovingWindowRateLimiter(MemoryStorage())

Code = Annotated[str, Field(min_length=1, max_length=64)]
Name = Annotated[str, Field(min_length=1, max_length=100)]


class BadPhone(Invalid):
    code = "merchant.bad_phone"
    zh, en = "手机号不正确", "The phone number is not valid"


class BadPermission(Invalid):
    code = "api_key.bad_permission"
    zh, en = "没有名为 {permission} 的权限", "There is no permission named {permission}"


class OwnPermissionsOnly(Forbidden):
    code = "api_key.own_permissions_only"
    zh, en = "只能授予自己拥有的权限", "You can only grant what you may do yourself"


class TooManyAttempts(Limited):
    code = "session.too_many_attempts"
    zh, en = "登录尝试过于频繁，请几分钟后再试", "Too many attempts; try again in some minutes"


class Login(Body):
    login: Name
    password: Annotated[str, Field(min_length=1, max_length=200)]


class UnitBody(Body):
    code: Code
    name: Name
    kind: UnitKind
    parent_code: Code | None = None
    phone: str | None = None


class StaffBody(Body):
    code: Code
    name: Name
    role: Role
    unit_code: Code
    wecom_user: Code | None = None
    login: Name | None = None
    password: Annotated[str, Field(min_length=8, max_length=200)] | None = None
    phone: str | None = None


class AwayBody(Body):
    is_away: bool


class KeyBody(Body):
    name: Name
    permissions: Annotated[list[str], Field(min_length=1)]
    expires_at: Annotated[datetime, Field(strict=False)] | None = None


class SettingBody(Body):
    value: Any
    unit_id: Annotated[UUID, Field(strict=False)] | None = None
    is_locked: bool = False
    version: int = 0


class ConnectorBody(Body):
    name: Code
    title: Name


@dataclass(frozen=True, slots=True)
class MerchantShown:
    """`zone` is an IANA time zone: days begin and end there."""

    id: UUID
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class Me:
    """Who asks. A machine with an API key is nobody of the staff and belongs to no unit."""

    merchant: MerchantShown
    staff: Staff | None
    unit: Unit | None
    permissions: list[str]
    is_demo: bool
    language: str


@dataclass(frozen=True, slots=True)
class Entered:
    """A session was opened on this surface; its token is in the cookie only."""

    surface: str


@router.post("/session", response_model=Entered)
def log_in(request: Request, body: Login) -> Response:
    """Log a person in on this surface (console or phone)."""
    refuse_cross_site(request)
    address = request.client.host if request.client else ""
    if not all(
        _logins.hit(_ATTEMPTS, kind, key)
        for kind, key in (("login", body.login), ("from", address))
    ):
        raise TooManyAttempts()
    database: Database = request.app.state.database
    with database.owner() as owner:
        found = store.find_login(owner, body.login)
    actions.check_password(found, body.password)
    assert found is not None
    return log_in_as(request, found["merchant_id"], found["id"])


def log_in_as(
    request: Request, merchant: UUID, staff_id: UUID, *, surface: str | None = None
) -> Response:
    """Open a session and set its cookie."""
    database: Database = request.app.state.database
    surface = surface or surface_of(request)
    with database.write(merchant, principal=f"staff:{staff_id}") as tx:
        token = actions.open_session(tx, staff_id, surface)
        actions.audit(tx, "session.opened", f"staff:{staff_id}", surface=surface)
    response = Response(encode(Entered(surface)), media_type=JSON)
    secure = is_secure(request)
    response.set_cookie(
        cookie_name(surface, is_secure=secure),
        token,
        max_age=actions.SESSION_DAYS * 86_400,
        httponly=True,
        secure=secure,
        samesite="lax",
        path="/",
    )
    return response


@router.delete("/session", status_code=204)
def log_out(request: Request, tx: Writing) -> Response:
    """End this session at once."""
    token = token_of(request)
    if token:
        actions.close_session(tx, token)
    response = Response(status_code=204)
    secure = is_secure(request)
    response.delete_cookie(cookie_name(surface_of(request), is_secure=secure), secure=secure)
    return response


@router.get("/me")
def me(tx: Reading, asking: Asking) -> Me:
    """Who am I, where do I belong, what may I do."""
    merchant = reads.get_merchant(tx)
    staff = reads.get_staff(tx, asking.staff_id) if asking.staff_id else None
    return Me(
        merchant=MerchantShown(merchant.id, merchant.name, merchant.zone),
        staff=staff,
        unit=reads.get_unit(tx, staff.unit_id) if staff else None,
        permissions=sorted(asking.permissions),
        is_demo=merchant.is_demo,
        language=asking.language,
    )


@router.get("/units")
def list_units(tx: Reading) -> Page[Unit]:
    """Units in your scope, parents first."""
    return Page(reads.list_units(tx))


@router.post("/units", status_code=201, dependencies=[needs("staff.edit")])
def add_unit(tx: Writing, body: UnitBody) -> list[Unit]:
    """Add a unit under its parent; an existing code is renamed."""
    return actions.add_units(
        tx,
        [NewUnit(body.code, body.name, body.kind, body.parent_code, phone_text(body.phone))],
    )


@router.get("/staff")
def list_staff(
    tx: Reading,
    unit: Annotated[UUID | None, Query()] = None,
    role: Annotated[Role | None, Query()] = None,
) -> Page[Staff]:
    """Staff in your scope."""
    path = reads.get_unit(tx, unit).path if unit else None
    return Page(reads.list_staff(tx, path, role))


@router.post("/staff", status_code=201, dependencies=[needs("staff.edit")])
def add_staff(tx: Writing, asking: Asking, body: StaffBody) -> Staff:
    """Add a member of staff, in a role that may do no more than the asker."""
    if not rules.permissions_of(body.role) <= asking.permissions:
        raise OwnPermissionsOnly()
    new = NewStaff(
        body.code,
        body.name,
        body.role,
        body.unit_code,
        body.wecom_user,
        body.login,
        body.password,
        phone_text(body.phone),
    )
    return actions.add_staff(tx, [new])[0]


@router.patch("/staff/{staff_id}/away", dependencies=[needs("task.manage")])
def set_away(tx: Writing, staff_id: UUID, body: AwayBody) -> Staff:
    """Somebody of your units is off today, or back."""
    if staff_id not in reads.staff_by_id(tx):
        raise Forbidden()
    return actions.set_away(tx, staff_id, is_away=body.is_away)


@router.get("/api-keys", dependencies=[needs("setting.edit")])
def list_keys(tx: Reading) -> Page[ApiKey]:
    """API keys, without their secrets."""
    return Page(reads.list_keys(tx))


@router.post("/api-keys", status_code=201, dependencies=[needs("setting.edit")])
def add_key(tx: Writing, asking: Asking, body: KeyBody) -> NewApiKey:
    """Make a key; the secret is in this answer only."""
    for permission in body.permissions:
        if permission not in rules.PERMISSIONS:
            raise BadPermission(permission=permission)
        if permission not in asking.permissions:
            raise OwnPermissionsOnly()
    return actions.add_key(tx, body.name, body.permissions, body.expires_at)


@router.delete("/api-keys/{key_id}", status_code=204, dependencies=[needs("setting.edit")])
def revoke_key(tx: Writing, key_id: UUID) -> None:
    """End a key at once."""
    actions.revoke_key(tx, key_id)


@router.get("/settings")
def list_settings(
    tx: Reading, asking: Asking, unit: Annotated[UUID | None, Query()] = None
) -> Page[SettingInForce]:
    """Every setting as it is in force for the merchant, or for a unit, and where it comes from."""
    return Page(reads.settings_in_force(tx, unit, asking.language))


@router.put("/settings/{key}", dependencies=[needs("setting.edit")])
def set_setting(tx: Writing, key: str, body: SettingBody) -> Setting:
    """Set a value for the merchant, or override (or lock) it in a unit."""
    return actions.set_setting(
        tx,
        key,
        body.value,
        unit_id=body.unit_id,
        is_locked=body.is_locked,
        version=body.version,
    )


@router.get("/connectors")
def list_connectors(tx: Reading) -> Page[Connector]:
    """Registered sources of events."""
    return Page(reads.list_connectors(tx))


@router.post("/connectors", status_code=204, dependencies=[needs("setting.edit")])
def add_connector(tx: Writing, body: ConnectorBody) -> None:
    """Register a source of events."""
    actions.add_connector(tx, body.name, body.title)


def phone_text(phone: str | None) -> str | None:
    """The blind text of a phone number that belongs to a store or to staff."""
    if phone is None:
        return None
    normal = normalise("phone", phone)
    if normal is None:
        raise BadPhone()
    return blind_text("phone", None, normal)
