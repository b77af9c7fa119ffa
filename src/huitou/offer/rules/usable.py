"""Which offers and coupons may be used by somebody, somewhere, at a moment. Pure."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from huitou.benefit.types import coupon_refusals as coupon_refused
from huitou.benefit.types.redeeming import Presentable
from huitou.benefit.types.templates import Discount, Exchange, FullReduction, ProductOff
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
from huitou.offer.types.offers import OfferDocument, OfferInForce, Tally

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
    when, audience, limits = document.when, document.audience, document.limits
    if when.from_at is not None and facts.at < when.from_at:
        return reason("not_started")
    if when.until_at is not None and facts.at >= when.until_at:
        return reason("not_in_window")
    if not _is_hour(document, facts):
        return reason("not_in_window")
    if paths and not any(facts.path.startswith(path) for path in paths):
        return reason("not_here")
    if document.channels and facts.channel not in document.channels:
        return reason("wrong_channel")
    is_personal = audience.tiers or audience.segments or audience.bought
    is_counted = limits.customer_orders is not None or limits.customer_units is not None
    if not facts.is_known and (is_personal or is_counted):
        return reason("needs_customer")
    if not _is_for(document, facts):
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
    promise = presentable.promise
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
        id=presentable.code,
        terms=terms,
        goods=goods,
        threshold_fen=threshold_fen,
        rank=rank,
        category=category,
        expires_at=presentable.expires_at,
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


def _is_hour(document: OfferDocument, facts: Facts) -> bool:
    local = facts.at.astimezone(ZoneInfo(facts.zone))
    when, hours = document.when, document.when.hours
    if when.weekdays and local.isoweekday() not in when.weekdays:
        return False
    if when.monthdays and local.day not in when.monthdays:
        return False
    minute = local.hour * 60 + local.minute
    return hours is None or hours.from_minute <= minute < hours.until_minute


def _is_for(document: OfferDocument, facts: Facts) -> bool:
    audience = document.audience
    return (
        (not audience.tiers or facts.tier in audience.tiers)
        and (not audience.segments or not facts.segments.isdisjoint(audience.segments))
        and (audience.bought is None or facts.has_bought == (audience.bought == "old"))
    )


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
