"""May this coupon be used here, now, for this? Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from huitou.benefit.rules.coupons import state_at
from huitou.benefit.rules.templates import face_fen, is_hour, off_fen, threshold_fen
from huitou.benefit.types.coupon_refusals import (
    AlreadyUsed,
    BelowThreshold,
    Expired,
    HeldElsewhere,
    NotActive,
    NotAvailable,
    NotHere,
    NothingFits,
    NotReceived,
    NotThisHour,
)
from huitou.benefit.types.coupons import STATE_NAMES, Coupon
from huitou.benefit.types.redeeming import Basket, Line, Place
from huitou.benefit.types.templates import Exchange, ProductOff, Promise, Shipping
from huitou.kernel.errors import Refusal
from huitou.kernel.money import yuan
from huitou.kernel.time import day_of, day_start


def refusal_of(coupon: Coupon, at: datetime, ref: str | None) -> Refusal | None:
    """Why it cannot be used at `at` whatever it is for; `ref` is the order that wants it."""
    if coupon.state == "used":
        return AlreadyUsed()
    if coupon.state in ("revoked", "transferred"):
        zh, en = STATE_NAMES[coupon.state]
        return NotAvailable(state_zh=zh, state=en)
    if coupon.expires_at is not None and coupon.expires_at <= at:
        # An order that holds it in time may still take it.
        is_held_for_it = coupon.state == "held" and ref is not None and coupon.ref == ref
        if not is_held_for_it:
            return Expired()
    if coupon.active_at is None:
        return NotReceived()
    if at < coupon.active_at:
        return NotActive()
    if state_at(coupon, at) == "held" and (ref is None or coupon.ref != ref):
        return HeldElsewhere()
    return None


def conditions_refusal(
    promise: Promise,
    at: datetime,
    zone: str,
    place: Place,
    paths: Sequence[str],
    basket: Basket,
    categories: Mapping[str, str],
) -> Refusal | None:
    """Why its conditions do not hold. `paths` are those of the units it is limited to, `categories`
    tell of the basket's SKUs."""
    if not is_hour(promise, at, zone):
        return NotThisHour()
    if paths and not any(place.path.startswith(path) for path in paths):
        return NotHere()
    if promise.channels and place.channel not in promise.channels:
        return NotHere()
    amount_fen = counted_fen(promise, basket, categories)
    if amount_fen is None:
        return None
    if basket.lines and not isinstance(promise.benefit, Shipping) and amount_fen == 0:
        return NothingFits()
    if amount_fen < threshold_fen(promise):
        return BelowThreshold(threshold=yuan(threshold_fen(promise)), amount=yuan(amount_fen))
    return None


def counted_fen(promise: Promise, basket: Basket, categories: Mapping[str, str]) -> int | None:
    """What of a basket counts for the coupon; None when nothing is known of it."""
    if not basket.lines:
        return basket.amount_fen
    return sum(line.paid_fen for line in basket.lines if _fits(promise, line, categories))


def saved_fen(promise: Promise, basket: Basket, categories: Mapping[str, str]) -> int | None:
    """What it takes off; None when nothing is known of the basket, and of shipping."""
    counted = counted_fen(promise, basket, categories)
    if counted is None or isinstance(promise.benefit, Shipping):
        return None
    return off_fen(promise, counted)


def is_offline(promise: Promise, most_fen: int) -> bool:
    """May it be redeemed without a network? What a double use can cost is bounded by its value."""
    face = face_fen(promise)
    return face is not None and face <= most_fen


def returned_until(
    expires_at: datetime | None, now: datetime, zone: str, days: int
) -> datetime | None:
    """When a coupon that comes back ends: as before, but not before so many days after today."""
    if expires_at is None:
        return None
    return max(expires_at, day_start(day_of(now, zone) + timedelta(days=days + 1), zone))


def _fits(promise: Promise, line: Line, categories: Mapping[str, str]) -> bool:
    if isinstance(promise.benefit, Exchange | ProductOff):
        return line.sku in promise.benefit.skus
    goods = promise.goods
    if line.sku in goods.except_skus:
        return False
    if not (goods.skus or goods.categories):
        return True
    return line.sku in goods.skus or categories.get(line.sku) in goods.categories
