"""What all member pages share: the look, the language, the cookie."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from huitou.base.db import Database, ReadTx, Tx
from huitou.base.http import JSON, encode, language_of
from huitou.base.pages import Pages
from huitou.base.site import is_secure, refuse_cross_site
from huitou.kernel.errors import Refusal
from huitou.kernel.money import yuan
from huitou.member.reads import sessions
from huitou.member.rules import tokens
from huitou.member.rules.drawing import qr
from huitou.member.types import NotTheCustomer
from huitou.merchant import reads as merchants

LANGUAGE = "huitou_language"


def _whole(fen: int) -> str:
    """`¥20`, and `¥20.50` only where there are cents."""
    return yuan(fen).removesuffix(".00")


def _spaced(code: str) -> str:
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


_pages = Pages(
    Path(__file__).parent.parent / "pages",
    {"yuan": yuan, "whole": _whole, "qr": qr, "spaced": _spaced},
)


def answer(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page."""
    response = _pages.answer(request, template, status, language=language(request), **values)
    # The address names nobody here, and a form must be able to say that it comes from this site.
    response.headers["referrer-policy"] = "same-origin"
    return response


def page(
    request: Request, template: str, compose: Callable[[ReadTx, UUID], dict[str, Any]]
) -> Response:
    """A page of whoever is signed in."""
    merchant, token = session(request)
    if merchant is None:
        return ask_in(request)
    with database(request).read(merchant, principal="customer") as tx:
        customer_id = sessions.customer_of(tx, "session", token)
        if customer_id is None:
            return ask_in(request)
        try:
            values = compose(tx, customer_id)
        except Refusal as refusal:
            return refused(request, refusal)
    return answer(request, template, **values)


def changed(request: Request, change: Callable[[Tx, UUID], None], *, to: str) -> Response:
    """Something whoever is signed in did by a form; then on to a page."""
    refuse_cross_site(request)
    merchant, token = session(request)
    if merchant is None:
        return ask_in(request)
    try:
        with database(request).write(merchant, principal="customer") as tx:
            customer_id = sessions.customer_of(tx, "session", token)
            if customer_id is None:
                return ask_in(request)
            change(tx, customer_id)
    except Refusal as refusal:
        return refused(request, refusal)
    return RedirectResponse(to, 303)


def told(request: Request, compose: Callable[[ReadTx, UUID], Any]) -> Response:
    """What a page of whoever is signed in asks by itself, as JSON. Refuses `NotTheCustomer`."""
    merchant, token = session(request)
    if merchant is None:
        raise NotTheCustomer()
    with database(request).read(merchant, principal="customer") as tx:
        customer_id = sessions.customer_of(tx, "session", token)
        if customer_id is None:
            raise NotTheCustomer()
        body = encode(compose(tx, customer_id))
    return Response(body, media_type=JSON, headers={"cache-control": "no-store"})


def ask_in(
    request: Request, *, status: int = 401, problem: str = "", unit: str = "", is_left: bool = False
) -> Response:
    """Nobody is signed in: by a phone number, where we know at whose shop."""
    merchant = merchant_asked(request)
    brand = ""
    if merchant is not None:
        with database(request).read(merchant, principal="customer") as tx:
            brand = merchants.get_merchant(tx).name
    return answer(
        request,
        "enter.html",
        status,
        merchant=merchant,
        brand=brand,
        unit=unit,
        problem=problem,
        is_left=is_left,
    )


def refused(request: Request, refusal: Refusal) -> Response:
    """A refusal for a person."""
    return answer(request, "refused.html", refusal.status, detail=refusal.detail(language(request)))


def session(request: Request) -> tuple[UUID | None, str]:
    """Whose key the cookie is to be checked with, and the cookie."""
    token = request.cookies.get(cookie(request), "")
    return sessions.merchant_of(database(request), token), token


def keep_session(request: Request, response: Response, token: str) -> None:
    """The cookie, for these pages only."""
    response.set_cookie(
        cookie(request),
        token,
        max_age=int(tokens.SESSION_LIFE.total_seconds()),
        path="/m",
        httponly=True,
        secure=is_secure(request),
        samesite="lax",
    )


def cookie(request: Request) -> str:
    """Its name; `__Host-` would need the whole site as its path."""
    return "__Secure-huitou_member" if is_secure(request) else "huitou_member"


def language(request: Request) -> str:
    """As chosen on the page, else as the browser asks."""
    kept = request.cookies.get(LANGUAGE)
    return kept if kept in ("zh", "en") else language_of(request)


def merchant_asked(request: Request) -> UUID | None:
    """Whose shop it is: named by the address, by an old cookie, or the only one there is."""
    known = database(request).merchants()
    named = request.query_params.get("merchant", "")
    if len(named) in (32, 36):
        try:
            asked = UUID(named)
        except ValueError:
            return None
        return asked if asked in known else None
    merchant, _ = session(request)
    return merchant or (known[0] if len(known) == 1 else None)


def database(request: Request) -> Database:
    found: Database = request.app.state.database
    return found
