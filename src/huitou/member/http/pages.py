"""The customer's own page. A link (or a proven phone) opens it; a cookie keeps it open."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

import segno
from fastapi import Form, Request
from starlette.responses import RedirectResponse, Response

from huitou.base.db import Database, ReadTx
from huitou.base.http import JSON, Router, encode, language_of
from huitou.base.pages import Pages
from huitou.base.site import is_secure, refuse_cross_site
from huitou.kernel.errors import Refusal
from huitou.kernel.money import yuan
from huitou.member import actions, reads
from huitou.member.rules import codes, ratings, tokens
from huitou.member.types import REVIEW_REASONS, NotTheCustomer
from huitou.merchant import reads as merchants

router = Router(prefix="/m", tags=["member page"], include_in_schema=False)

_SHOWN = 4
_LANGUAGE = "huitou_language"
_LANGUAGE_SECONDS = 365 * 86_400


def _qr(text: str) -> str:
    made = segno.make_qr(text, error="m")
    return str(made.svg_inline(border=0, omitsize=True, dark="#2b1a12"))


def _spaced(code: str) -> str:
    return " ".join(code[at : at + 4] for at in range(0, len(code), 4))


_pages = Pages(Path(__file__).parent.parent / "pages", {"yuan": yuan, "qr": _qr, "spaced": _spaced})


@router.get("")
@router.get("/")
def home(request: Request) -> Response:
    """Everything at a glance."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        return {
            "head": reads.head(tx, customer_id),
            "bills": reads.bills(tx, customer_id, limit=_SHOWN),
        }

    return _page(request, "home.html", compose)


@router.get("/bills")
def bills(request: Request, cursor: str | None = None) -> Response:
    """Every bill of every channel, page after page."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        return {"bills": reads.bills(tx, customer_id, cursor)}

    return _page(request, "bills.html", compose)


@router.get("/bills/{order_id}")
def bill(request: Request, order_id: UUID, rated: str = "") -> Response:
    """A bill with its goods, and its rating."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        found = reads.get_bill(tx, customer_id, order_id)
        zone = ZoneInfo(merchants.get_merchant(tx).zone)
        return {
            "bill": found,
            "paid_at": f"{found.paid_at.astimezone(zone):%Y-%m-%d %H:%M}",
            "head": reads.head(tx, customer_id),
            "reasons": REVIEW_REASONS,
            "days": ratings.RATE_DAYS,
            "is_rated": rated == "1" and found.rating is not None,
        }

    return _page(request, "bill.html", compose)


@router.post("/bills/{order_id}/rating")
def rate(
    request: Request,
    order_id: UUID,
    rating: Annotated[int, Form()],
    service: Annotated[int | None, Form()] = None,
    reasons: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Stars for the goods and for the associate, and why."""
    refuse_cross_site(request)
    merchant, token = _session(request)
    if merchant is None:
        return _enter(request)
    try:
        with _database(request).write(merchant, principal="customer") as tx:
            customer_id = reads.customer_of(tx, "session", token)
            if customer_id is None:
                return _enter(request)
            actions.rate(
                tx,
                customer_id,
                order_id,
                rating=rating,
                service_rating=service,
                reasons=reasons or [],
            )
    except Refusal as refusal:
        return _refused(request, refusal)
    return RedirectResponse(f"/m/bills/{order_id}?rated=1", 303)


@router.get("/code")
def code(request: Request) -> Response:
    """The member code, big, with those that follow it."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        found = reads.head(tx, customer_id)
        return {
            "head": found,
            "codes": reads.next_codes(tx, found.ordinal),
            "left_ms": _left_ms(tx),
            "step_ms": codes.STEP_SECONDS * 1000,
        }

    return _page(request, "code.html", compose)


@router.get("/code.json")
def more_codes(request: Request) -> Response:
    """The codes that follow, for a page that stays open."""
    merchant, token = _session(request)
    if merchant is None:
        raise NotTheCustomer()
    with _database(request).read(merchant, principal="customer") as tx:
        customer_id = reads.customer_of(tx, "session", token)
        if customer_id is None:
            raise NotTheCustomer()
        found = reads.next_codes(tx, reads.head(tx, customer_id).ordinal)
        left_ms = _left_ms(tx)
    body = {"codes": [{"code": each, "svg": _qr(each)} for each in found], "left_ms": left_ms}
    return Response(encode(body), media_type=JSON, headers={"cache-control": "no-store"})


@router.get("/language/{name}")
def speak(request: Request, name: Literal["zh", "en"]) -> Response:
    """From now on in this language."""
    response = RedirectResponse("/m", 303)
    response.set_cookie(
        _LANGUAGE, name, max_age=_LANGUAGE_SECONDS, path="/m", samesite="lax", httponly=True
    )
    return response


@router.post("/leave")
def leave(request: Request) -> Response:
    """Sign this phone out."""
    refuse_cross_site(request)
    response = _pages.answer(request, "enter.html", language=_language(request), is_left=True)
    response.delete_cookie(_cookie(request), path="/m", secure=is_secure(request))
    return response


@router.get("/{token}")
def enter(request: Request, token: str) -> Response:
    """In by a link of one's own, on to an address that can be looked at by others."""
    database = _database(request)
    merchant = reads.merchant_of(database, token)
    if merchant is None:
        return _enter(request)
    with database.read(merchant, principal="customer") as tx:
        customer_id = reads.customer_of(tx, "link", token)
        session = reads.session_for(tx, customer_id) if customer_id else None
    if session is None:
        return _enter(request)
    response = RedirectResponse("/m", 303, headers={"referrer-policy": "no-referrer"})
    keep_session(request, response, session)
    return response


def keep_session(request: Request, response: Response, session: str) -> None:
    """The cookie, for these pages only."""
    response.set_cookie(
        _cookie(request),
        session,
        max_age=int(tokens.SESSION_LIFE.total_seconds()),
        path="/m",
        httponly=True,
        secure=is_secure(request),
        samesite="lax",
    )


def _page(
    request: Request, template: str, compose: Callable[[ReadTx, UUID], dict[str, Any]]
) -> Response:
    merchant, token = _session(request)
    if merchant is None:
        return _enter(request)
    with _database(request).read(merchant, principal="customer") as tx:
        customer_id = reads.customer_of(tx, "session", token)
        if customer_id is None:
            return _enter(request)
        try:
            values = compose(tx, customer_id)
        except Refusal as refusal:
            return _refused(request, refusal)
    return _answer(request, template, 200, values)


def _enter(request: Request) -> Response:
    return _answer(request, "enter.html", 401, {"is_left": False})


def _refused(request: Request, refusal: Refusal) -> Response:
    detail = refusal.detail(_language(request))
    return _answer(request, "refused.html", refusal.status, {"detail": detail})


def _answer(request: Request, template: str, status: int, values: dict[str, Any]) -> Response:
    response = _pages.answer(request, template, status, language=_language(request), **values)
    # The address names nobody here, and a form must be able to say that it comes from this site.
    response.headers["referrer-policy"] = "same-origin"
    return response


def _session(request: Request) -> tuple[UUID | None, str]:
    token = request.cookies.get(_cookie(request), "")
    return reads.merchant_of(_database(request), token), token


def _cookie(request: Request) -> str:
    return "__Secure-huitou_member" if is_secure(request) else "huitou_member"


def _language(request: Request) -> str:
    kept = request.cookies.get(_LANGUAGE)
    return kept if kept in ("zh", "en") else language_of(request)


def _left_ms(tx: ReadTx) -> int:
    """Until the code changes."""
    step_ms = codes.STEP_SECONDS * 1000
    return step_ms - int(tx.now.timestamp() * 1000) % step_ms


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database
