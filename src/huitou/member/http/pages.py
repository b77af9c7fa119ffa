"""The customer's own page. A link (or a proven phone) opens it; a cookie keeps it open."""

from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import Form, Request
from starlette.responses import RedirectResponse, Response

from huitou.base.db import ReadTx, Tx
from huitou.base.http import Router
from huitou.base.site import is_secure, refuse_cross_site
from huitou.content import reads as content
from huitou.member.actions import rating as rating_actions
from huitou.member.http import frame
from huitou.member.reads import bills as bill_reads
from huitou.member.reads import pack, sessions
from huitou.member.reads.games import fair
from huitou.member.reads.head import head
from huitou.member.reads.purse import purse
from huitou.member.reads.tier import tier_of
from huitou.member.rules import codes, ratings
from huitou.member.rules.drawing import qr
from huitou.member.types import REVIEW_REASONS
from huitou.merchant import reads as merchants

router = Router(prefix="/m", tags=["member page"], include_in_schema=False)

_SHOWN = 4
_LANGUAGE_SECONDS = 365 * 86_400


@router.get("")
@router.get("/")
def home(request: Request) -> Response:
    """Everything at a glance."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        return {
            "head": head(tx, customer_id),
            "bills": bill_reads.bills(tx, customer_id, limit=_SHOWN),
            "pack": pack.pack(tx, customer_id),
            "tier": tier_of(tx, customer_id),
            "purse": purse(tx, customer_id),
            "fair": fair(tx, customer_id),
            "picked": content.latest_list_of(tx, customer_id),
        }

    return frame.page(request, "home.html", compose)


@router.get("/bills")
def bills(request: Request, cursor: str | None = None) -> Response:
    """Every bill of every channel, page after page."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        return {"bills": bill_reads.bills(tx, customer_id, cursor)}

    return frame.page(request, "bills.html", compose)


@router.get("/bills/{order_id}")
def bill(request: Request, order_id: UUID, rated: str = "") -> Response:
    """A bill with its goods, and its rating."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        found = bill_reads.get_bill(tx, customer_id, order_id)
        zone = ZoneInfo(merchants.get_merchant(tx).zone)
        return {
            "bill": found,
            "paid_at": f"{found.paid_at.astimezone(zone):%Y-%m-%d %H:%M}",
            "head": head(tx, customer_id),
            "reasons": REVIEW_REASONS,
            "days": ratings.RATE_DAYS,
            "is_rated": rated == "1" and found.rating is not None,
        }

    return frame.page(request, "bill.html", compose)


@router.post("/bills/{order_id}/rating")
def rate(
    request: Request,
    order_id: UUID,
    rating: Annotated[int, Form()],
    service: Annotated[int | None, Form()] = None,
    reasons: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Stars for the goods and for the associate, and why."""

    def change(tx: Tx, customer_id: UUID) -> None:
        rating_actions.rate(
            tx,
            customer_id,
            order_id,
            rating=rating,
            service_rating=service,
            reasons=reasons or [],
        )

    return frame.changed(request, change, to=f"/m/bills/{order_id}?rated=1")


@router.get("/code")
def code(request: Request) -> Response:
    """The member code, big, with those that follow it."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        found = head(tx, customer_id)
        return {
            "head": found,
            "codes": sessions.next_codes(tx, found.ordinal),
            "left_ms": _left_ms(tx),
            "step_ms": codes.STEP_SECONDS * 1000,
        }

    return frame.page(request, "code.html", compose)


@router.get("/code.json")
def more_codes(request: Request) -> Response:
    """The codes that follow, for a page that stays open."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        found = sessions.next_codes(tx, head(tx, customer_id).ordinal)
        made = [{"code": each, "svg": qr(each)} for each in found]
        return {"codes": made, "left_ms": _left_ms(tx)}

    return frame.told(request, compose)


@router.get("/language/{name}")
def speak(request: Request, name: Literal["zh", "en"]) -> Response:
    """From now on in this language."""
    response = RedirectResponse("/m", 303)
    response.set_cookie(
        frame.LANGUAGE, name, max_age=_LANGUAGE_SECONDS, path="/m", samesite="lax", httponly=True
    )
    return response


@router.post("/leave")
def leave(request: Request) -> Response:
    """Sign this phone out."""
    refuse_cross_site(request)
    response = frame.ask_in(request, status=200, is_left=True)
    response.delete_cookie(frame.cookie(request), path="/m", secure=is_secure(request))
    return response


@router.get("/{token}")
def enter(request: Request, token: str) -> Response:
    """In by a link of one's own, on to an address that can be looked at by others."""
    database = frame.database(request)
    merchant = sessions.merchant_of(database, token)
    if merchant is None:
        return frame.ask_in(request)
    with database.read(merchant, principal="customer") as tx:
        session = sessions.session_from(tx, token)
    if session is None:
        return frame.ask_in(request)
    response = RedirectResponse("/m", 303, headers={"referrer-policy": "no-referrer"})
    frame.keep_session(request, response, session)
    return response


def _left_ms(tx: ReadTx) -> int:
    """Until the code changes."""
    step_ms = codes.STEP_SECONDS * 1000
    return step_ms - int(tx.now.timestamp() * 1000) % step_ms
