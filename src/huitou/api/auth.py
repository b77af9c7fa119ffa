"""Who is asking: an API key, or a person's session cookie."""

from uuid import UUID

from fastapi import Request

from huitou.base.db import Database, Scope
from huitou.base.http import Caller, language_of
from huitou.base.site import is_secure, refuse_cross_site
from huitou.kernel.errors import Unauthenticated
from huitou.merchant import reads, rules, store
from huitou.merchant.actions import hash_of
from huitou.merchant.types import Session

SURFACES = ("console", "phone")
_SAFE = {"GET", "HEAD", "OPTIONS"}


class BadApiKey(Unauthenticated):
    code = "api_key.not_valid"
    zh, en = "API 密钥无效、过期或已撤销", "The API key is unknown, expired or revoked"


def surface_of(request: Request) -> str:
    """Console or phone: each has its own cookie, so that both can be open in one browser."""
    named = request.headers.get("x-huitou-surface") or request.query_params.get("surface")
    return named if named in SURFACES else "console"


def cookie_name(surface: str, *, is_secure: bool) -> str:
    """`__Host-` where the connection allows it; plain HTTP is for development and says so."""
    return f"__Host-huitou_{surface}" if is_secure else f"huitou_{surface}"


def token_of(request: Request) -> str | None:
    """The session token of the surface."""
    return request.cookies.get(cookie_name(surface_of(request), is_secure=is_secure(request)))


def identify(request: Request) -> Caller:
    """The caller behind a request, or a refusal."""
    database: Database = request.app.state.database
    authorization = request.headers.get("authorization", "")
    if authorization:
        scheme, _, secret = authorization.partition(" ")
        if scheme.lower() != "bearer" or not secret:
            raise BadApiKey()
        return _machine(database, secret.strip(), language_of(request))
    token = token_of(request)
    if token is None:
        raise Unauthenticated()
    if request.method not in _SAFE:
        refuse_cross_site(request)
    return _person(database, token, surface_of(request), language_of(request))


def find_session(database: Database, token: str, surface: str) -> Session | None:
    """The session behind a cookie."""
    with database.owner() as owner:
        found = store.find_session(owner, hash_of(token), surface, database.clock())
    if found is None:
        return None
    merchant: UUID = found["merchant_id"]
    with database.read(merchant) as tx:
        staff = reads.get_staff(tx, found["staff_id"])
        return Session(merchant, staff, reads.get_unit(tx, staff.unit_id))


def _machine(database: Database, secret: str, language: str) -> Caller:
    with database.owner() as owner:
        found = store.find_key(owner, hash_of(secret), database.clock())
    if found is None:
        raise BadApiKey()
    return Caller(
        merchant=found["merchant_id"],
        principal=f"key:{found['id']}",
        permissions=frozenset(found["permissions"]),
        scope=Scope(),
        staff_id=None,
        language=language,
    )


def _person(database: Database, token: str, surface: str, language: str) -> Caller:
    session = find_session(database, token, surface)
    if session is None:
        raise Unauthenticated()
    path, staff_id = rules.scope_of(session)
    return Caller(
        merchant=session.merchant_id,
        principal=f"staff:{session.staff.id}",
        permissions=rules.permissions_of(session.staff.role),
        scope=Scope(path, staff_id),
        staff_id=session.staff.id,
        language=language,
    )
