"""The coupon pack on the customer's phone: shown as a one-time code, taken by a tap."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Request
from starlette.responses import Response

from huitou.base.db import ReadTx, Tx
from huitou.base.http import Router
from huitou.kernel.ids import new_id
from huitou.kernel.time import day_of
from huitou.member.actions import taking
from huitou.member.http import frame
from huitou.member.reads import pack
from huitou.member.rules.drawing import qr
from huitou.merchant import reads as merchants

router = Router(prefix="/m/coupons", tags=["member page"], include_in_schema=False)

_ROTATE_MS = 30_000


@router.get("")
def coupons(request: Request, taken: str = "") -> Response:
    """The pack, with what may be taken."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        return {
            "pack": pack.pack(tx, customer_id),
            "claim": str(new_id()),
            "is_taken": taken == "1",
        }

    return frame.page(request, "coupons.html", compose)


@router.post("/take/{template_id}")
def take(request: Request, template_id: UUID, claim: Annotated[UUID, Form()]) -> Response:
    """领取: once for each page that was shown."""

    def change(tx: Tx, customer_id: UUID) -> None:
        taking.take(tx, customer_id, template_id, claim)

    return frame.changed(request, change, to="/m/coupons?taken=1")


@router.get("/{code}")
def coupon(request: Request, code: str) -> Response:
    """One coupon, and while it can be used the codes to be scanned."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        found = pack.get_coupon(tx, customer_id, code)
        is_usable = found.shown_state == "available"
        shown = pack.tokens_of(tx, customer_id, code).tokens if is_usable else []
        zone = merchants.get_merchant(tx).zone
        return {
            "coupon": found,
            "tokens": shown,
            "rotate_ms": _ROTATE_MS,
            "ends_on": day_of(found.expires_at, zone) if found.expires_at else None,
        }

    return frame.page(request, "coupon.html", compose)


@router.get("/{code}/state.json")
def state(request: Request, code: str) -> Response:
    """Has it been used meanwhile?"""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, str]:
        return {"state": pack.get_coupon(tx, customer_id, code).shown_state}

    return frame.told(request, compose)


@router.get("/{code}/tokens.json")
def tokens(request: Request, code: str) -> Response:
    """The codes that follow, for a page that stays open."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        made = pack.tokens_of(tx, customer_id, code).tokens
        return {"tokens": [{"token": each, "svg": qr(each, "l")} for each in made]}

    return frame.told(request, compose)
