"""Which offers and coupons may be used by somebody, somewhere, at a moment. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from huitou.benefit.types import coupon_refusals as coupon_refused
from huitou.benefit.types.redeeming import Presentable
from huitou.benefit.types.templates import (
    Discount,
    Exchange,
    FullReduction,
    ProductOff,
    Promise,
    SaleChannel,
)
from huitou.benefit.types.tier_plans import MemberPrice
from huitou.kernel.errors import Refusal
from huitou.kernel.money import BASIS_POINTS
from huitou.offer.types.carts import UsableCoupon, UsableOffer
from huitou.offer.types.contexts import Facts, Reason, ReasonCode, Taken
from huitou.offer.types.documents import (
    Activity,
    AddOn,
    Bundle,
    BuyGet,
    CouponTerms,
    Goods,
    OneOff,
    OrderOff,
    PriceOffer,
    ShippingOff,
)
from huitou.offer.types.offers import Audience, OfferDocument, OfferInForce, Tally, When

WORDS: dict[ReasonCode, tuple[str, str]] = {
    "not_started": ("活动还没有开始", "It has not begun"),
    "not_in_window": ("不在可用时间内", "Not at this time"),
    "not_here": ("不能在这里使用", "Not at this unit"),
    "wrong_channel": ("不能在这个渠道使用", "Not in this channel"),
    "needs_customer": ("需要先识别会员", "The customer has to be known"),
    "needs_promoter": ("限经导购专属链接购买", "Only through an associate's own link"),
    "audience": ("不在适用人群内", "Not for this customer"),
    "limit_reached": ("已达到每人上限", "The customer's limit is reached"),
    "budget_empty": ("活动预算已用完", "The budget is used up"),
    "frozen": ("已被另一笔订单占用", "Another order holds it"),
    "price_list": (
        "等级价目表由收银端执行，不参与计算",
        "The tier's price list is kept by the till",
    ),
}
_COUPON_CODES: dict[type[Refusal], ReasonCode] = {
    coupon_refused.NotActive: "not_started",
    coupon_refused.HeldElsewhere: "frozen",
    coupon_refused.NotHere: "not_here",
}
_ALONE = ("price", "piece", "activity")
"""What a coupon goes together with that may not be used with others."""


def reason(code: ReasonCode) -> Reason:
    """One that needs no numbers."""
    zh, en = WORDS[code]
    return Reason(code, zh, en)


def refusal_of(
    document: OfferDocument, facts: Facts, paths: Sequence[str], taken: Taken, tally: Tally
) -> Reason | None:
    """Why an offer does not hold; None if it does. `paths` are those of the units it names."""
    audience, limits = document.audience, document.limits
    refusal = when_refusal(document.when, facts.at, facts.zone)
    refusal = refusal or where_refusal(paths, document.channels, facts.path, facts.channel)
    if refusal is not None:
        return refusal
    is_personal = audience.tiers or audience.segments or audience.bought
    is_counted = limits.customer_orders is not None or limits.customer_units is not None
    if not facts.is_known and (is_personal or is_counted):
        return reason("needs_customer")
    if not is_for(audience, facts.tier, facts.segments, facts.has_bought):
        return reason("audience")
    if audience.by_promoter and not facts.has_promoter:
        return reason("needs_promoter")
    if limits.customer_orders is not None and taken.orders >= limits.customer_orders:
        return reason("limit_reached")
    if limits.customer_units is not None and _left(document, taken) is None:
        return reason("limit_reached")
    if limits.budget_orders is not None and tally.orders >= limits.budget_orders:
        return reason("budget_empty")
    if limits.budget_fen is not None and tally.cost_fen >= limits.budget_fen:
        return reason("budget_empty")
    return None


def when_refusal(when: When, at: datetime, zone: str) -> Reason | None:
    """Does it hold at a moment?"""
    if when.from_at is not None and at < when.from_at:
        return reason("not_started")
    if when.until_at is not None and at >= when.until_at:
        return reason("not_in_window")
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    is_day = (not when.weekdays or local.isoweekday() in when.weekdays) and (
        not when.monthdays or local.day in when.monthdays
    )
    is_hour = when.hours is None or when.hours.from_minute <= minute < when.hours.until_minute
    return None if is_day and is_hour else reason("not_in_window")


def where_refusal(
    paths: Sequence[str], channels: Sequence[SaleChannel], path: str, channel: SaleChannel
) -> Reason | None:
    """Does it hold at a unit, in a channel?"""
    if paths and not any(path.startswith(each) for each in paths):
        return reason("not_here")
    return reason("wrong_channel") if channels and channel not in channels else None


def is_for(
    audience: Audience, tier: str | None, segments: Collection[UUID], has_bought: bool
) -> bool:
    """Is it for a customer who is known?"""
    return (
        (not audience.tiers or tier in audience.tiers)
        and (not audience.segments or any(each in segments for each in audience.segments))
        and (audience.bought is None or has_bought == (audience.bought == "old"))
    )


def coupon_refusal(refusal: Refusal) -> Reason:
    """A coupon's refusal in the same codes, in its own words."""
    code = _COUPON_CODES.get(type(refusal), "not_in_window")
    return Reason(code, refusal.detail("zh"), refusal.detail("en"))


def offer_of(offer: OfferInForce, taken: Taken) -> UsableOffer:
    """An offer that holds, with what the customer's limit leaves of it."""
    document = offer.document
    terms = _left(document, taken) or document.terms
    return UsableOffer(str(offer.id), terms, document.tags, document.allows)


def coupon_of(presentable: Presentable) -> UsableCoupon:
    """A coupon in the solver's words."""
    return coupon_by(presentable.code, presentable.promise, presentable.expires_at)


def coupon_by(id_: str, promise: Promise, expires_at: datetime | None = None) -> UsableCoupon:
    """The same by what its template promises."""
    benefit = promise.benefit
    goods = Goods(
        skus=promise.goods.skus,
        categories=promise.goods.categories,
        except_skus=promise.goods.except_skus,
    )
    terms: CouponTerms
    rank, category, threshold_fen = 2, "store", getattr(benefit, "threshold_fen", 0)
    if isinstance(benefit, FullReduction):
        terms = OrderOff(kind="order_off", off_fen=benefit.off_fen)
    elif isinstance(benefit, Discount):
        terms = OrderOff(kind="order_off", pay_bp=benefit.pay_bp, cap_fen=benefit.cap_fen)
    elif isinstance(benefit, Exchange):
        terms, goods = OneOff(kind="one_off", pay_fen=benefit.pay_fen), Goods(skus=benefit.skus)
        rank, category = 1, "product"
    elif isinstance(benefit, ProductOff):
        terms, goods = OneOff(kind="one_off", off_fen=benefit.off_fen), Goods(skus=benefit.skus)
        rank, category = 1, "product"
    else:
        terms = ShippingOff(kind="shipping_off", off_fen=benefit.off_fen)
        rank, category = 3, "shipping"
    return UsableCoupon(
        id=id_,
        terms=terms,
        goods=goods,
        threshold_fen=threshold_fen,
        rank=rank,
        category=category,
        expires_at=expires_at,
        allows=None if promise.is_combinable else _ALONE,
    )


def member_price(tier: str, privilege: MemberPrice) -> UsableOffer | None:
    """A tier's own price; None where it takes nothing off."""
    if privilege.rate_bp is None or privilege.rate_bp == BASIS_POINTS:
        return None
    terms = PriceOffer(kind="price", sort="member", pay_bp=privilege.rate_bp)
    return UsableOffer(tier_id(tier), terms)


def tier_id(tier: str) -> str:
    """The id of a tier's price among instruments."""
    return f"tier:{tier}:member_price"


def _left(document: OfferDocument, taken: Taken) -> PriceOffer | BuyGet | Bundle | AddOn | None:
    """The terms with the pieces that a customer may still have; None where that is not a group."""
    terms, most = document.terms, document.limits.customer_units
    if most is None or isinstance(terms, Activity):
        return None
    pieces = most - taken.pieces
    size = 1
    if isinstance(terms, BuyGet):
        size = terms.buy + terms.get
    elif isinstance(terms, Bundle):
        size = terms.count
    left = pieces // size
    if left < 1:
        return None
    if isinstance(terms, PriceOffer):
        return terms.model_copy(update={"limit": min(left, terms.limit or left)})
    if isinstance(terms, AddOn):
        return terms.model_copy(update={"count_max": min(left, terms.count_max)})
    return terms.model_copy(update={"groups_max": min(left, terms.groups_max or left)})
