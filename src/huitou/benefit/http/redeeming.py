"""Using coupons over HTTP: tills, checkouts, associates' and customers' phones."""

from datetime import timedelta
from typing import Annotated

from fastapi import Query
from pydantic import AwareDatetime, Field

from huitou.base.http import Asking, Body, Reading, Router, Writing, needs
from huitou.benefit.actions import offline, redeeming
from huitou.benefit.http.coupons import Key, OfCoupon, Scanned
from huitou.benefit.reads import coupons as reads
from huitou.benefit.types.coupons import CouponShown
from huitou.benefit.types.redeeming import (
    Basket,
    Checked,
    Conflicted,
    Line,
    OfflineKit,
    OfflineUse,
    Presented,
    Redeemed,
    Synced,
    Tokens,
)
from huitou.benefit.types.templates import FEN_MAX
from huitou.kernel.page import PAGE_MAX, Page

router = Router(prefix="/v1/coupons", tags=["coupons"])

Unit = Annotated[str, Field(min_length=1, max_length=64)]
OrderNo = Annotated[str, Field(min_length=1, max_length=100)]
Amount = Annotated[int, Field(ge=0, le=FEN_MAX)]


class LineBody(Body):
    """`paid_fen` is what the whole line costs before the coupon."""

    sku: Annotated[str, Field(min_length=1, max_length=100)]
    paid_fen: Amount


class OnBasket(Body):
    """What it is for, as far as known: the amount before the coupon, or better the lines."""

    amount_fen: Amount | None = None
    lines: Annotated[list[LineBody], Field(max_length=500, default_factory=list)]

    def basket(self) -> Basket:
        lines = tuple(Line(line.sku, line.paid_fen) for line in self.lines)
        return Basket(self.amount_fen, lines)


class Check(OnBasket):
    text: Scanned
    unit: Unit
    order_no: OrderNo | None = None


class Redeem(OnBasket):
    """`key` is made by the till, once for each presentation; without one, a coupon that was used in
    the order asked for is answered again."""

    text: Scanned
    unit: Unit
    order_no: OrderNo | None = None
    key: Key | None = None


class Freeze(OnBasket):
    texts: Annotated[list[Scanned], Field(min_length=1, max_length=20)]
    unit: Unit
    order_no: OrderNo
    minutes: Annotated[int, Field(ge=1, le=1_440)] = 30


class OfOrder(Body):
    unit: Unit
    order_no: OrderNo


class MakeTokens(Body):
    text: Scanned
    count: Annotated[int, Field(ge=1, le=20)] = 6


class OfflineBody(Body):
    key: Key
    token: Scanned
    unit: Unit
    used_at: Annotated[AwareDatetime, Field(strict=False)]
    order_no: OrderNo | None = None
    amount_fen: Amount | None = None


class Sync(Body):
    redemptions: Annotated[list[OfflineBody], Field(min_length=1, max_length=200)]


@router.post("/check", dependencies=[needs("benefit.use")])
def check_coupon(tx: Reading, asking: Asking, body: Check) -> Checked:
    """The coupon with this code, and whether it could be used now, here, for this."""
    return redeeming.check(tx, _presented(body, None), asking.language)


@router.post("/redeem", dependencies=[needs("benefit.use")])
def redeem_coupon(tx: Writing, asking: Asking, body: Redeem) -> Redeemed:
    """Use a coupon: a code or a scanned token. Asked again with the same key, the same answer."""
    return redeeming.redeem(tx, _presented(body, body.key), staff_id=asking.staff_id)


@router.post("/freeze", dependencies=[needs("benefit.use")])
def freeze_coupons(tx: Writing, body: Freeze) -> list[CouponShown]:
    """An order holds coupons until it is paid or given up."""
    return redeeming.freeze(
        tx,
        body.texts,
        body.unit,
        body.order_no,
        body.basket(),
        lasts=timedelta(minutes=body.minutes),
    )


@router.post("/capture", dependencies=[needs("benefit.use")])
def capture_coupons(tx: Writing, asking: Asking, body: OfOrder) -> list[CouponShown]:
    """The order is paid: what it holds is used."""
    return redeeming.capture(tx, body.unit, body.order_no, staff_id=asking.staff_id)


@router.post("/release", dependencies=[needs("benefit.use")])
def release_coupons(tx: Writing, body: OfOrder) -> list[CouponShown]:
    """The order was given up: what it holds is free again."""
    return redeeming.release(tx, body.unit, body.order_no)


@router.post("/return", dependencies=[needs("benefit.use")])
def return_coupon(tx: Writing, body: OfCoupon) -> CouponShown:
    """Take back the use of a coupon: it may be used again."""
    return redeeming.give_back(tx, body.text)


@router.post("/tokens", dependencies=[needs("benefit.use")])
def make_coupon_tokens(tx: Reading, body: MakeTokens) -> Tokens:
    """One-time tokens for the customer's phone to show, each as a QR code."""
    return offline.make_tokens(tx, body.text, body.count)


@router.get("/offline-key", dependencies=[needs("benefit.use")])
def get_offline_kit(tx: Reading) -> OfflineKit:
    """The public key, limits and templates with which a phone redeems without a network."""
    return reads.offline_kit(tx)


@router.post("/sync", dependencies=[needs("benefit.use")])
def sync_redemptions(tx: Writing, asking: Asking, body: Sync) -> list[Synced]:
    """What was redeemed without a network: each is taken once, double uses are shown."""
    told = [
        OfflineUse(each.key, each.token, each.unit, each.used_at, each.order_no, each.amount_fen)
        for each in body.redemptions
    ]
    return offline.sync(tx, told, staff_id=asking.staff_id)


@router.get("/conflicts", dependencies=[needs("benefit.use")])
def list_coupon_conflicts(
    tx: Reading,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[Conflicted]:
    """Redemptions without a network that could not be booked, latest first, in the caller's units."""
    return reads.list_conflicts(tx, cursor=cursor, limit=limit)


def _presented(body: Check | Redeem, key: str | None) -> Presented:
    return Presented(body.text, body.unit, key, body.order_no, body.basket())
