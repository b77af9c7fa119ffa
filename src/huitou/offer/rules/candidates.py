"""What can do something for a cart at all, so that the search looks at nothing else. Pure."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import replace

from huitou.kernel.words import money_en, money_zh
from huitou.offer.rules.tabling import Unit, fits, price_fen, units_of
from huitou.offer.types.carts import Cart, Rules, UsableCoupon, UsableOffer
from huitou.offer.types.contexts import Reason
from huitou.offer.types.documents import (
    Activity,
    AddOn,
    Bundle,
    BuyGet,
    Goods,
    Measure,
    PriceOffer,
    ShippingOff,
)

COUPONS_MAX = 40
"""That a search looks at: those that take off most. Each is a bit of a machine's word."""

_NO_SCOPE = Reason("scope_empty", "没有适用的商品", "Nothing in the cart is what it is for")
_NOT_LOWER = Reason("not_lower", "不低于商品原价", "Not below the list price")
_NO_SHIPPING = Reason("no_shipping", "没有运费可减", "There is no shipping to pay")
_TWIN = Reason("twin", "同样的券先用先到期的", "One like it ends sooner")
_TOO_MANY = Reason("too_many", "券太多，未参与计算", "Too many coupons; this one was not looked at")


def candidates(cart: Cart, rules: Rules, keep: Collection[str]) -> tuple[Rules, dict[str, Reason]]:
    """The rules without what can have no effect on this cart, and why it cannot; those in `keep` stay.

    Nothing that could make the cart cheaper is left out, but coupons above `COUPONS_MAX`.
    """
    units = units_of(cart)
    why: dict[str, Reason] = {}
    instruments: list[UsableOffer | UsableCoupon] = [*rules.offers, *rules.coupons]
    for instrument in instruments:
        reason = reason_of(instrument, units, cart.shipping_fen if not rules.ships_free else 0)
        if reason is not None and instrument.id not in keep:
            why[instrument.id] = reason
    coupons = [coupon for coupon in rules.coupons if coupon.id not in why]
    why |= _twins(coupons, rules, keep)
    rest = sorted(
        (coupon for coupon in coupons if coupon.id not in why and coupon.id not in keep),
        key=lambda coupon: (-_face_fen(coupon, units), coupon.id),
    )
    why |= {coupon.id: _TOO_MANY for coupon in rest[max(0, COUPONS_MAX - len(keep)) :]}
    kept = replace(
        rules,
        offers=tuple(offer for offer in rules.offers if offer.id not in why),
        coupons=tuple(coupon for coupon in rules.coupons if coupon.id not in why),
    )
    return kept, why


def reason_of(
    instrument: UsableOffer | UsableCoupon, units: Sequence[Unit], shipping_fen: int
) -> Reason | None:
    """Why it can have no effect on these units, whatever else is used; None if it may."""
    if isinstance(instrument, UsableCoupon):
        scope = [unit for unit in units if fits(instrument.goods, unit)]
        if not scope:
            return _NO_SCOPE
        if isinstance(instrument.terms, ShippingOff) and shipping_fen == 0:
            return _NO_SHIPPING
        return short(instrument.measure, scope, instrument.threshold_fen)
    terms = instrument.terms
    if isinstance(terms, PriceOffer):
        if any(price_fen(terms, unit) is not None for unit in units):
            return None
        named = set(terms.prices_fen or ())
        in_scope = any(
            fits(terms.goods, unit) and (not named or unit.sku in named) for unit in units
        )
        return _NOT_LOWER if in_scope else _NO_SCOPE
    scope = [unit for unit in units if fits(terms.goods, unit)]
    if not scope:
        return _NO_SCOPE
    if isinstance(terms, Activity):
        return short(terms.measure, scope, terms.tiers[0].at_least)
    if isinstance(terms, AddOn):
        others = [unit for unit in units if fits(terms.trigger, unit)]
        return short("amount", others, terms.threshold_fen)
    return pieces_short(terms, units)


def short(measure: Measure, scope: Sequence[Unit], at_least: int) -> Reason | None:
    """What is missing to a threshold at list prices, which nothing is above."""
    base = len(scope) if measure == "count" else sum(unit.list_fen for unit in scope)
    return short_of(measure, base, at_least)


def short_of(measure: Measure, base: int, at_least: int) -> Reason | None:
    """The same by what it looks at."""
    missing = at_least - base
    if missing <= 0:
        return None
    if measure == "count":
        return _short_pieces(missing)
    return Reason(
        "threshold_short",
        f"还差 {money_zh(missing)}",
        f"{money_en(missing)} short",
        short_fen=missing,
    )


def pieces_short(terms: BuyGet | Bundle, units: Sequence[Unit]) -> Reason | None:
    """How many pieces are missing to a first group."""
    if isinstance(terms, Bundle):
        needs = [(terms.goods, terms.count)]
    elif terms.get_goods is None:
        needs = [(terms.goods, terms.buy + terms.get)]
    else:
        needs = [(terms.goods, terms.buy), (terms.get_goods, terms.get)]
    missing = max(count - _count(goods, units) for goods, count in needs)
    return _short_pieces(missing) if missing > 0 else None


def _short_pieces(missing: int) -> Reason:
    en = f"{missing} piece" + ("s" if missing > 1 else "") + " short"
    return Reason("threshold_short", f"还差 {missing} 件", en, short_pieces=missing)


def _count(goods: Goods, units: Sequence[Unit]) -> int:
    return sum(fits(goods, unit) for unit in units)


def _twins(
    coupons: Sequence[UsableCoupon], rules: Rules, keep: Collection[str]
) -> dict[str, Reason]:
    """Of coupons that differ in their end only, those that end later than as many as may be given."""
    limits = dict(rules.coupon_limits)
    seen: Counter[UsableCoupon] = Counter()
    why = {}
    for coupon in sorted(coupons, key=_ends):
        same = replace(coupon, id="", expires_at=None)
        seen[same] += 1
        most = max(1, limits.get(coupon.category, len(coupons)))
        if seen[same] > most and coupon.id not in keep:
            why[coupon.id] = _TWIN
    return why


def _ends(coupon: UsableCoupon) -> tuple[bool, str, str]:
    ends = coupon.expires_at
    return ends is None, ends.isoformat() if ends else "", coupon.id


def _face_fen(coupon: UsableCoupon, units: Sequence[Unit]) -> int:
    """The most it can take off."""
    scope = [unit.list_fen for unit in units if fits(coupon.goods, unit)]
    terms = coupon.terms
    if isinstance(terms, ShippingOff):
        return terms.off_fen or max(scope)
    if terms.off_fen is not None:
        return terms.off_fen
    pay_fen = getattr(terms, "pay_fen", None)
    if pay_fen is not None:
        return max(scope) - int(pay_fen)
    off = sum(scope) * (10_000 - int(getattr(terms, "pay_bp", None) or 0)) // 10_000
    cap = getattr(terms, "cap_fen", None)
    return off if cap is None else min(off, int(cap))
