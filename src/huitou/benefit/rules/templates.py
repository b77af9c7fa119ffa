"""What a template may promise, how it may change, and when its coupons hold. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from huitou.benefit.types.templates import (
    BadPromise,
    Discount,
    Exchange,
    Fixed,
    FullReduction,
    Hours,
    ProductOff,
    Promise,
    Relative,
    Shipping,
    Template,
    Warned,
)
from huitou.kernel.money import BASIS_POINTS
from huitou.kernel.time import day_of, day_start

_SMALL_BASE = 2
"""A reduction of a half or more of the threshold is asked about."""


def checked(promise: Promise) -> Promise:
    """Refuses what cannot be meant: `BadPromise`."""
    window, claiming, benefit = promise.window, promise.claiming, promise.benefit
    if isinstance(window, Fixed) and window.from_at >= window.until_at:
        raise BadPromise(reason="window: from_at < until_at")
    if promise.hours and promise.hours.from_minute >= promise.hours.until_minute:
        raise BadPromise(reason="hours: from_minute < until_minute")
    if (
        claiming
        and claiming.from_at
        and claiming.until_at
        and claiming.from_at >= claiming.until_at
    ):
        raise BadPromise(reason="claiming: from_at < until_at")
    if isinstance(benefit, FullReduction) and 0 < benefit.threshold_fen < benefit.off_fen:
        raise BadPromise(reason="benefit: off_fen <= threshold_fen")
    if isinstance(benefit, Exchange) and benefit.pay_fen > benefit.worth_fen:
        raise BadPromise(reason="benefit: pay_fen <= worth_fen")
    return promise


def warnings(promise: Promise, now: datetime) -> list[Warned]:
    """What is allowed and probably not meant."""
    benefit, window, found = promise.benefit, promise.window, []
    if promise.stock is None:
        found.append(
            Warned("no_stock", "没有发行总量上限", "There is no limit to how many are given")
        )
    if promise.claiming and promise.per_customer is None:
        found.append(
            Warned(
                "no_limit",
                "可自行领取，但没有每人限领",
                "Free to take, without a limit per customer",
            )
        )
    if isinstance(benefit, FullReduction) and benefit.threshold_fen < _SMALL_BASE * benefit.off_fen:
        found.append(
            Warned("deep", "优惠达到门槛的一半以上", "It takes off half of the threshold or more")
        )
    if isinstance(benefit, Discount) and benefit.cap_fen is None:
        found.append(Warned("no_cap", "折扣没有封顶金额", "The discount has no cap"))
    if isinstance(window, Fixed) and window.until_at <= now:
        found.append(Warned("over", "有效期已经结束", "The time it is valid is over"))
    if promise.claiming and promise.claiming.until_at and promise.claiming.until_at <= now:
        found.append(Warned("claiming_over", "领取时间已经结束", "The time to take it is over"))
    return found


def worsened(before: Promise, after: Promise) -> list[str]:
    """The fields in which a customer is worse off; none when the change may be published."""
    return [name for name, is_as_good in _as_good(before, after) if not is_as_good]


def span_of(promise: Promise, at: datetime, zone: str) -> tuple[datetime, datetime]:
    """`[active, expires)` of a coupon received at `at`, by calendar days of `zone`."""
    window = promise.window
    if isinstance(window, Fixed):
        return window.from_at, window.until_at
    first = day_of(at, zone) + timedelta(days=window.after_days)
    active = at if window.after_days == 0 else day_start(first, zone)
    return active, day_start(first + timedelta(days=window.days), zone)


def span_unreceived(promise: Promise) -> tuple[datetime | None, datetime | None]:
    """The same for a code that nobody has entered yet; none when it depends on the receipt."""
    window = promise.window
    return (window.from_at, window.until_at) if isinstance(window, Fixed) else (None, None)


def is_given(template: Template, at: datetime) -> bool:
    """May coupons be given now?"""
    window = template.promise.window
    is_over = isinstance(window, Fixed) and at >= window.until_at
    return template.state == "published" and not is_over


def is_claimable(template: Template, at: datetime) -> bool:
    """May customers take it themselves now?"""
    claiming = template.promise.claiming
    return (
        claiming is not None
        and is_given(template, at)
        and (claiming.from_at is None or claiming.from_at <= at)
        and (claiming.until_at is None or at < claiming.until_at)
    )


def is_hour(promise: Promise, at: datetime, zone: str) -> bool:
    """Do the day of the week and the time of day allow it?"""
    local = at.astimezone(ZoneInfo(zone))
    if promise.weekdays and local.isoweekday() not in promise.weekdays:
        return False
    minute = local.hour * 60 + local.minute
    hours = promise.hours
    return hours is None or hours.from_minute <= minute < hours.until_minute


def face_fen(promise: Promise) -> int | None:
    """The most that one coupon takes off; None when that depends on what is bought."""
    benefit = promise.benefit
    if isinstance(benefit, FullReduction | ProductOff):
        return benefit.off_fen
    if isinstance(benefit, Discount):
        return benefit.cap_fen
    if isinstance(benefit, Exchange):
        return benefit.worth_fen - benefit.pay_fen
    return benefit.off_fen


def threshold_fen(promise: Promise) -> int:
    """What has to be spent."""
    benefit = promise.benefit
    return 0 if isinstance(benefit, Exchange | ProductOff) else benefit.threshold_fen


def off_fen(promise: Promise, amount_fen: int) -> int:
    """What is taken off `amount_fen` (of the goods it is for; of the shipping for that kind).

    A share is rounded down: what a customer pays is never below the share promised.
    """
    benefit = promise.benefit
    if isinstance(benefit, Discount):
        off = amount_fen - -(-amount_fen * benefit.pay_bp // BASIS_POINTS)
        return off if benefit.cap_fen is None else min(off, benefit.cap_fen)
    face = face_fen(promise)
    return amount_fen if face is None else min(face, amount_fen)


def _as_good(before: Promise, after: Promise) -> list[tuple[str, bool]]:
    old, new = before.claiming, after.claiming
    return [
        ("benefit", _is_benefit_as_good(before, after)),
        ("window", _is_window_as_good(before, after)),
        ("weekdays", _is_wider(before.weekdays, after.weekdays)),
        ("hours", _are_hours_as_good(before.hours, after.hours)),
        ("units", _is_wider(before.units, after.units)),
        ("channels", _is_wider(before.channels, after.channels)),
        ("goods", _are_goods_as_good(before, after)),
        (
            "claiming",
            old is None
            or (
                new is not None
                and _is_no_later(old.from_at, new.from_at)
                and _is_least(old.until_at, new.until_at)
            ),
        ),
        ("per_customer", _is_least(before.per_customer, after.per_customer)),
        ("per_day", _is_least(before.per_day, after.per_day)),
        ("stock", _is_least(before.stock, after.stock)),
        ("is_transferable", after.is_transferable or not before.is_transferable),
        ("is_combinable", after.is_combinable or not before.is_combinable),
        (
            "on_refund",
            after.on_refund == "return_when_full" or before.on_refund == "keep_used",
        ),
        ("return_days", after.return_days >= before.return_days),
    ]


def _is_benefit_as_good(before: Promise, after: Promise) -> bool:
    old, new = before.benefit, after.benefit
    if threshold_fen(after) > threshold_fen(before):
        return False
    if isinstance(old, FullReduction) and isinstance(new, FullReduction):
        return new.off_fen >= old.off_fen
    if isinstance(old, Discount) and isinstance(new, Discount):
        return new.pay_bp <= old.pay_bp and _is_least(old.cap_fen, new.cap_fen)
    if isinstance(old, Shipping) and isinstance(new, Shipping):
        return _is_least(old.off_fen, new.off_fen)
    if isinstance(old, ProductOff) and isinstance(new, ProductOff):
        return new.off_fen >= old.off_fen and set(new.skus) >= set(old.skus)
    if isinstance(old, Exchange) and isinstance(new, Exchange):
        return new.pay_fen <= old.pay_fen and set(new.skus) >= set(old.skus)
    return False


def _is_window_as_good(before: Promise, after: Promise) -> bool:
    old, new = before.window, after.window
    if isinstance(old, Fixed) and isinstance(new, Fixed):
        return new.from_at <= old.from_at and new.until_at >= old.until_at
    if isinstance(old, Relative) and isinstance(new, Relative):
        is_no_later = new.after_days <= old.after_days
        return is_no_later and new.after_days + new.days >= old.after_days + old.days
    return False


def _are_hours_as_good(old: Hours | None, new: Hours | None) -> bool:
    if new is None:
        return True
    if old is None:
        return new.from_minute == 0 and new.until_minute == 1_440
    return new.from_minute <= old.from_minute and new.until_minute >= old.until_minute


def _are_goods_as_good(before: Promise, after: Promise) -> bool:
    old, new = before.goods, after.goods
    is_all = not (new.skus or new.categories)
    is_wider = bool(old.skus or old.categories) and (
        set(new.skus) >= set(old.skus) and set(new.categories) >= set(old.categories)
    )
    return (is_all or is_wider) and set(new.except_skus) <= set(old.except_skus)


def _is_wider(old: Iterable[object], new: Iterable[object]) -> bool:
    """Nothing named is everything."""
    one, other = set(old), set(new)
    return not other or (bool(one) and other >= one)


def _is_least(old: object, new: object) -> bool:
    return _compare(old, new, lambda one, other: bool(other >= one))


def _is_no_later(old: object, new: object) -> bool:
    return _compare(old, new, lambda one, other: bool(other <= one))


def _compare(old: object, new: object, holds: Callable[..., bool]) -> bool:
    """None is without end."""
    return new is None or (old is not None and holds(old, new))
