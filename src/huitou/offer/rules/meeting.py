"""What happens where two instruments may both be used. Pure."""

from collections.abc import Iterable, Sequence

from huitou.catalog.types import ProductCost
from huitou.offer.rules.tabling import Unit, fits, price_fen
from huitou.offer.rules.together import go_together
from huitou.offer.types.carts import UsableCoupon, UsableOffer
from huitou.offer.types.checks import Met, Relation
from huitou.offer.types.documents import PIECE_KINDS, Activity, BuyGet, PriceOffer

Instrument = UsableOffer | UsableCoupon
_PRICE, _PIECE, _ACTIVITY, _COUPON = range(4)


def touches(instrument: Instrument, unit: Unit) -> bool:
    """May it change what this piece costs?"""
    if isinstance(instrument, UsableCoupon):
        return fits(instrument.goods, unit)
    terms = instrument.terms
    if isinstance(terms, PriceOffer):
        return price_fen(terms, unit) is not None
    if isinstance(terms, BuyGet) and terms.get_goods is not None and fits(terms.get_goods, unit):
        return True
    return fits(terms.goods, unit)


def common(
    one: Instrument, other: Instrument, products: Iterable[ProductCost]
) -> ProductCost | None:
    """The first product that both may change the price of."""
    for product in products:
        unit = unit_of(product)
        if touches(one, unit) and touches(other, unit):
            return product
    return None


def unit_of(product: ProductCost) -> Unit:
    """A piece of a product that has a price."""
    assert product.price_fen is not None, "it is on sale"
    return Unit(1, product.sku, product.category_code, product.price_fen)


def met(
    draft: UsableOffer, other: Instrument, name: str, sample: ProductCost, groups: Sequence[str]
) -> Met:
    """What happens with a product both are for."""
    is_same = _step(draft) == _step(other) and (
        _step(draft) != _ACTIVITY or _group(draft) == _group(other)
    )
    relation: Relation = "together"
    if is_same and _step(draft) != _COUPON:
        relation = "exclusive"
        zh = "同一件只能享其一，系统按整单最省来选"
        en = "a piece takes one of them: whichever makes the order cheaper"
    elif not go_together(draft, other):
        relation = "exclusive"
        zh = "已设为互斥，同一件不能同时享受，系统按整单最省来选"
        en = "they do not allow each other: whichever makes the order cheaper"
    else:
        first, then = sorted([(_turn(draft, groups), 0), (_turn(other, groups), 1)])
        is_first = first[1] == 0 and then[1] == 1
        zh = f"可以叠加，先算{'本活动' if is_first else f'「{name}」'}，余价再算另一个"
        en = f"they add up: {'this offer' if is_first else name} first, the other on what is left"
    kind = "券" if isinstance(other, UsableCoupon) else ""
    return Met(
        id=other.id,
        kind="coupon" if isinstance(other, UsableCoupon) else "offer",
        name=name,
        relation=relation,
        sku=sample.sku,
        product_name=sample.name,
        zh=f"与{kind}「{name}」都适用于 {sample.name}：{zh}",
        en=f"Like {name}, it is for {sample.name}: {en}",
    )


def _step(instrument: Instrument) -> int:
    if isinstance(instrument, UsableCoupon):
        return _COUPON
    if instrument.terms.kind in PIECE_KINDS:
        return _PIECE
    return _ACTIVITY if isinstance(instrument.terms, Activity) else _PRICE


def _group(instrument: Instrument) -> str | None:
    terms = instrument.terms
    return terms.group if isinstance(terms, Activity) else None


def _turn(instrument: Instrument, groups: Sequence[str]) -> tuple[int, int, str]:
    group = _group(instrument) or ""
    place = groups.index(group) if group in groups else len(groups)
    return _step(instrument), place, group
