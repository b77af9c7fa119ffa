"""Which thresholds are near, and what reaching them would bring. Pure."""

from collections.abc import Mapping

from huitou.kernel.words import money_en, money_zh
from huitou.offer.rules.reasons import is_used
from huitou.offer.types.carts import Cart, CartLine, PriceProof, Rules
from huitou.offer.types.contexts import Reason
from huitou.offer.types.documents import Activity, Goods
from huitou.offer.types.suggestions import Away, Suggestion


def away(rules: Rules, proof: PriceProof, why: Mapping[str, Reason]) -> list[Away]:
    """Thresholds that are not reached, and next tiers of activities that are used; the nearest first."""
    goods: dict[str, Goods] = {offer.id: offer.terms.goods for offer in rules.offers}
    goods |= {coupon.id: coupon.goods for coupon in rules.coupons}
    found = [
        Away(id_, goods[id_], reason.short_fen, reason.short_pieces)
        for id_, reason in why.items()
        if reason.code == "threshold_short" and id_ in goods
    ]
    terms = {offer.id: offer.terms for offer in rules.offers}
    for step in proof.steps:
        activity = terms.get(step.id)
        if isinstance(activity, Activity) and is_used(step):
            missing = _to_next(activity, step.base, step.times)
            if missing is not None:
                is_count = activity.measure == "count"
                pair = (None, missing) if is_count else (missing, None)
                found.append(Away(step.id, activity.goods, *pair))
    return sorted(found, key=lambda each: (each.short_fen or 0, each.short_pieces or 0, each.id))


def with_more(cart: Cart, line: CartLine) -> Cart:
    """The cart with another line, numbered after the others."""
    number = 1 + max(each.line_no for each in cart.lines)
    added = CartLine(number, line.sku, line.category, line.quantity, line.list_fen)
    return Cart((*cart.lines, added), cart.shipping_fen)


def taken_off(proof: PriceProof, id_: str) -> int:
    """What one instrument takes off, with its gifts' worth; 1 for one that frees something else."""
    return sum(
        step.off_fen
        + step.shipping_off_fen
        + sum(gift.count * gift.worth_fen for gift in step.gifts)
        + int(is_used(step))
        for step in proof.steps
        if step.id == id_
    )


def suggestion(
    near: Away,
    name: str,
    added: CartLine,
    product_name: str,
    before: PriceProof,
    after: PriceProof,
) -> Suggestion | None:
    """None where it brings nothing: the instrument takes off no more, or all that is added is paid."""
    adds_fen = added.list_fen * added.quantity
    more_fen = after.payable_fen - before.payable_fen
    is_reached = taken_off(after, near.id) > taken_off(before, near.id)
    if not is_reached or more_fen >= adds_fen:
        return None
    product = f"{added.quantity} 件{product_name}", f"{added.quantity} {product_name}"
    zh, en = _words(near, name, product, more_fen, adds_fen)
    return Suggestion(
        id=near.id,
        name=name,
        short_fen=near.short_fen,
        short_pieces=near.short_pieces,
        sku=added.sku,
        product_name=product_name,
        pieces=added.quantity,
        adds_fen=adds_fen,
        more_fen=more_fen,
        saves_fen=adds_fen - more_fen,
        zh=zh,
        en=en,
    )


def _to_next(activity: Activity, base: int, times: int) -> int | None:
    if activity.repeats:
        if activity.times_max is not None and times >= activity.times_max:
            return None
        return (times + 1) * activity.tiers[0].at_least - base
    above = [tier.at_least for tier in activity.tiers if tier.at_least > base]
    return above[0] - base if above else None


def _words(
    near: Away, name: str, product: tuple[str, str], more_fen: int, adds_fen: int
) -> tuple[str, str]:
    if near.short_fen is not None:
        zh, en = f"再买 {money_zh(near.short_fen)}", f"{money_en(near.short_fen)} more"
    else:
        zh, en = f"再买 {near.short_pieces} 件", f"{near.short_pieces} more"
    zh = f"{zh}可享「{name}」：加 {product[0]}（{money_zh(adds_fen)}）"
    en = f"{en} to {name}: add {product[1]} ({money_en(adds_fen)})"
    if more_fen > 0:
        return (
            f"{zh}，实付只多 {money_zh(more_fen)}",
            f"{en} and pay only {money_en(more_fen)} more",
        )
    if more_fen == 0:
        return f"{zh}，实付不变", f"{en} and pay the same"
    less = -more_fen
    return f"{zh}，实付反而少 {money_zh(less)}", f"{en} and pay {money_en(less)} less"
