"""In by a phone number: for whoever scans the code in a store's lobby, or whose link is over."""

from typing import Annotated
from uuid import UUID

from fastapi import Form, Request
from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.responses import RedirectResponse, Response

from huitou.base.http import Router
from huitou.base.site import is_secure, refuse_cross_site
from huitou.kernel.errors import Refusal
from huitou.kernel.personal import Personal
from huitou.member import jobs
from huitou.member.actions import doors
from huitou.member.http import frame
from huitou.member.reads import sessions
from huitou.member.rules import tokens
from huitou.member.types import Claim, TooManyCodes

router = Router(prefix="/m/join", tags=["member page"], include_in_schema=False)

_DOOR = "huitou_door"
_FROM_ONE_ADDRESS = RateLimitItemPerHour(30)
_asked = MovingWindowRateLimiter(MemoryStorage())


@router.get("")
def join(request: Request, unit: str = "") -> Response:
    """The page behind a store's own QR code: `/m/join?unit=store-0401`."""
    return frame.ask_in(request, status=200, unit=unit[:64])


@router.post("")
def ask_for_code(
    request: Request,
    phone: Annotated[str, Form(max_length=32)],
    agrees: Annotated[str, Form()] = "",
    wants_sms: Annotated[str, Form()] = "",
    unit: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Send a code to the number. Nothing tells whether the number is known."""
    refuse_cross_site(request)
    merchant = frame.merchant_asked(request)
    if merchant is None or not agrees:
        return frame.ask_in(request, status=422, unit=unit)
    address = request.client.host if request.client else ""
    try:
        if not _asked.hit(_FROM_ONE_ADDRESS, address):
            raise TooManyCodes()
        with frame.database(request).write(merchant, principal="customer") as tx:
            door, code = doors.knock(tx, phone, unit=unit or None, wants_sms=bool(wants_sms))
            sealed = tx.keys.seal(code).hex()
            tx.defer(jobs.send_code, door_id=str(door.id), sealed=sealed)
            claim = Claim(merchant, door.id, tx.now + tokens.DOOR_LIFE)
            token = tokens.token_of("door", claim, tx.keys.blind)
    except Refusal as refusal:
        said = refusal.detail(frame.language(request))
        return frame.ask_in(request, status=refusal.status, problem=said, unit=unit)
    response = RedirectResponse("/m/join/code", 303)
    response.set_cookie(
        _DOOR,
        token,
        max_age=int(tokens.DOOR_LIFE.total_seconds()),
        path="/m/join",
        httponly=True,
        secure=is_secure(request),
        samesite="lax",
    )
    return response


@router.get("/code")
def show_code_form(request: Request) -> Response:
    """Where the six digits are typed."""
    return _code_page(request)


@router.post("/code")
def enter_code(request: Request, code: Annotated[str, Form(max_length=20)]) -> Response:
    """The code proves the number; five tries."""
    refuse_cross_site(request)
    merchant, door_id = _door(request)
    if merchant is None or door_id is None:
        return frame.ask_in(request)
    with frame.database(request).write(merchant, principal="customer") as tx:
        opened = doors.open_door(tx, door_id, code)
    if opened == "proven":
        return RedirectResponse("/m/join/wait", 303)
    return _code_page(request, problem=opened)


@router.get("/wait")
def wait(request: Request) -> Response:
    """Until identity has said whose number it is: a second or two."""
    merchant, door_id = _door(request)
    if merchant is None or door_id is None:
        return frame.ask_in(request)
    with frame.database(request).read(merchant, principal="customer") as tx:
        found = doors.customer_behind(tx, door_id)
        session = sessions.session_for(tx, found) if isinstance(found, UUID) else None
    if session is None:
        return frame.answer(request, "wait.html", is_waiting=found == "waiting")
    response = RedirectResponse("/m", 303)
    frame.keep_session(request, response, session)
    response.delete_cookie(_DOOR, path="/m/join", secure=is_secure(request))
    return response


def _code_page(request: Request, problem: str = "") -> Response:
    merchant, door_id = _door(request)
    if merchant is None or door_id is None:
        return frame.ask_in(request)
    with frame.database(request).read(merchant, principal="customer") as tx:
        phone = doors.phone_at(tx, door_id)
    if phone is None:
        return frame.ask_in(request)
    shown = Personal(phone.removeprefix("+86"))
    return frame.answer(request, "door.html", 422 if problem else 200, phone=shown, problem=problem)


def _door(request: Request) -> tuple[UUID | None, UUID | None]:
    token = request.cookies.get(_DOOR, "")
    database = frame.database(request)
    merchant = sessions.merchant_of(database, token)
    if merchant is None:
        return None, None
    with database.read(merchant, principal="customer") as tx:
        claim = tokens.claim_of("door", token, tx.keys.blind, tx.now)
    return merchant, claim.subject if claim else None
