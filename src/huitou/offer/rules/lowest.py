"""The least a product is sold for where an offer takes part. Pure but for the clock that it is given.

Carts of one to `PIECES_MAX` pieces are tried as thresholds and groups ask for them, alone and beside the product that
comes nearest to a threshold; each is decided by the solver.
"""

from bisect import bisect_left
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from huitou.benefit.types.templates import Sentence
from huitou.catalog.types import ProductCost
from huitou.offer.rules.candidates import candidates
from huitou.offer.rules.meeting import Instrument, touches, unit_of
from huitou.offer.rules.solving import Clock, best
from huitou.offer.rules.tabling import fits, price_fen
from huitou.offer.types.carts import (
    Best,
    Cart,
    CartLine,
    Rules,
    UsableCoupon,
    UsableOffer,
)
from huitou.offer.types.checks import LowLine, LowPrice, LowStep, Problem
from huitou.offer.types.documents import Activity, AddOn, Bundle, BuyGet, Goods, PriceOffer
from huitou.offer.types.refusals import CannotUse, NoTime

PIECES_MAX = 20
"""Of the product, and of what is bought beside it, in a cart that is tried."""
_CARTS_MAX = 8


class Shelf:
    """Products on sale, asked for the one that comes nearest to an amount."""

    def __init__(self, products: Sequence[ProductCost]) -> None:
        self._products = products
        self._by_goods: dict[Goods, tuple[list[int], list[ProductCost]]] = {}

    def reaching(self, goods: Goods, amount_fen: int, but: str) -> tuple[ProductCost, int] | None:
        """A product in scope, not the SKU `but`, and how many pieces of it reach the amount by least."""
        found: list[tuple[int, int, str, ProductCost]] = []
        prices, products = self._sorted(goods)
        for pieces in range(1, PIECES_MAX + 1):
            place = bisect_left(prices, -(-max(1, amount_fen) // pieces))
            while place < len(products) and products[place].sku == but:
                place += 1
            if place < len(products):
                total = prices[place] * pieces
                found.append((total, pieces, products[place].sku, products[place]))
        if not found:
            return None
        _, pieces, _, product = min(found, key=lambda each: each[:3])
        return product, pieces

    def _sorted(self, goods: Goods) -> tuple[list[int], list[ProductCost]]:
        known = self._by_goods.get(goods)
        if known is None:
            fitting = [each for each in self._products if fits(goods, unit_of(each))]
            fitting.sort(key=lambda each: (each.price_fen or 0, each.sku))
            known = self._by_goods[goods] = ([each.price_fen or 0 for each in fitting], fitting)
        return known


@dataclass(frozen=True, slots=True)
class Tried:
    """Rules as they hold somewhere, what that is, and what instruments are called."""

    rules: Rules
    where: Sentence
    names: Mapping[str, str]


def carts_of(
    product: ProductCost, instruments: Sequence[Instrument], shelf: Shelf
) -> list[tuple[Cart, list[LowLine]]]:
    """The carts that are tried for a product."""
    unit = unit_of(product)
    own = [each for each in instruments if touches(each, unit)]
    least = _least_price(product, own)
    wanted: dict[tuple[int, str | None, int], ProductCost | None] = {(1, None, 0): None}
    for instrument in own:
        for pieces, beside in _wants(product, instrument, least, shelf):
            if pieces <= PIECES_MAX:
                sku, count = (beside[0].sku, beside[1]) if beside else (None, 0)
                wanted.setdefault((pieces, sku, count), beside[0] if beside else None)
    return [
        _cart(product, pieces, beside, count)
        for (pieces, _, count), beside in list(wanted.items())[:_CARTS_MAX]
    ]


def lowest(
    product: ProductCost,
    draft: UsableOffer,
    tried: Sequence[Tried],
    shelf: Shelf,
    clock: Clock,
    budget_ms: int,
) -> LowPrice | None:
    """The least that it is sold for by decisions in which the draft has an effect on it; None where it has none."""
    found: list[LowPrice] = []
    for each in _telling(product, tried):
        instruments: list[Instrument] = [*each.rules.offers, *each.rules.coupons]
        for cart, lines in carts_of(product, instruments, shelf):
            solved = _solved(cart, each.rules, draft.id, clock, budget_ms)
            if solved is not None and _is_by(solved, draft.id, product.sku):
                found.append(_low(product, each, lines, solved))
    worst = [low for low in found if low.problem in ("free", "gifts")]
    chosen = sorted(worst or found, key=lambda low: (low.paid_fen / low.pieces, low.pieces))
    return chosen[0] if chosen else None


def alike(product: ProductCost, tried: Sequence[Tried]) -> Hashable:
    """The same for products that sell for the same: at one price, with the same instruments everywhere, and the
    same prices by them."""
    unit = unit_of(product)
    prices = {
        (offer.id, price_fen(offer.terms, unit))
        for each in tried
        for offer in each.rules.offers
        if isinstance(offer.terms, PriceOffer)
    }
    return product.price_fen, frozenset(prices), tuple(_touching(product, each) for each in tried)


def as_of(low: LowPrice, product: ProductCost) -> LowPrice | None:
    """What was found for a product, of one that is `alike`; None where that was bought beside it."""
    if any(line.sku == product.sku for line in low.lines[1:]):
        return None
    paid = low.paid_fen, low.payable_fen, low.gifts_fen
    lines = [LowLine(product.sku, product.name, low.pieces, low.list_fen), *low.lines[1:]]
    return replace(
        low,
        sku=product.sku,
        name=product.name,
        cost_fen=product.cost_fen,
        floor_fen=product.floor_fen,
        lines=lines,
        problem=problem_of(product, low.pieces, *paid),
    )


def problem_of(
    product: ProductCost, pieces: int, paid_fen: int, payable_fen: int, gifts_fen: int
) -> Problem | None:
    """What is wrong with so much for so many pieces, the worst first."""
    if payable_fen == 0:
        return "free"
    if gifts_fen > payable_fen:
        return "gifts"
    if product.floor_fen is not None and paid_fen < product.floor_fen * pieces:
        return "floor"
    if product.cost_fen is not None and paid_fen < product.cost_fen * pieces:
        return "cost"
    return None


def _telling(product: ProductCost, tried: Sequence[Tried]) -> list[Tried]:
    """Those in which most may change this product's price: what is for others only tells nothing."""
    found: dict[frozenset[str], Tried] = {}
    for each in tried:
        found.setdefault(_touching(product, each), each)
    return [each for ids, each in found.items() if not any(ids < other for other in found)]


def _touching(product: ProductCost, tried: Tried) -> frozenset[str]:
    unit = unit_of(product)
    instruments: list[Instrument] = [*tried.rules.offers, *tried.rules.coupons]
    return frozenset(each.id for each in instruments if touches(each, unit))


def _wants(
    product: ProductCost, instrument: Instrument, least_fen: int, shelf: Shelf
) -> Iterator[tuple[int, tuple[ProductCost, int] | None]]:
    """So many pieces, and what beside them, at which an instrument begins to do something."""
    if isinstance(instrument, UsableCoupon):
        is_count = instrument.measure == "count"
        yield from _reaching(
            product, instrument.goods, instrument.threshold_fen, is_count, least_fen, shelf
        )
        return
    terms = instrument.terms
    unit = unit_of(product)
    if isinstance(terms, Activity):
        is_count = terms.measure == "count"
        for tier in terms.tiers:
            yield from _reaching(product, terms.goods, tier.at_least, is_count, least_fen, shelf)
    elif isinstance(terms, Bundle):
        yield terms.count, None
    elif isinstance(terms, BuyGet) and terms.get_goods is None:
        yield terms.buy + terms.get, None
    elif isinstance(terms, BuyGet):
        assert terms.get_goods is not None
        if fits(terms.get_goods, unit):
            beside = shelf.reaching(terms.goods, 1, product.sku)
            yield terms.get, (beside[0], terms.buy) if beside else None
            yield terms.buy + terms.get, None
        else:
            beside = shelf.reaching(terms.get_goods, 1, product.sku)
            yield terms.buy, (beside[0], terms.get) if beside else None
    elif isinstance(terms, AddOn):
        yield (
            min(terms.count_max, PIECES_MAX),
            shelf.reaching(terms.trigger, terms.threshold_fen, product.sku),
        )


def _reaching(
    product: ProductCost,
    goods: Goods,
    at_least: int,
    is_count: bool,
    least_fen: int,
    shelf: Shelf,
) -> Iterator[tuple[int, tuple[ProductCost, int] | None]]:
    if is_count:
        yield max(1, at_least), None
        return
    list_fen = product.price_fen or 0
    for fen in sorted({list_fen, least_fen}):
        if fen > 0:
            yield max(1, -(-at_least // fen)), None
    if at_least > list_fen:
        missing = at_least - least_fen
        # What is bought beside it may be on offer too, as much as the product itself.
        scaled = missing * list_fen // max(1, least_fen)
        for fen in sorted({at_least - list_fen, missing, scaled}):
            yield 1, shelf.reaching(goods, fen, product.sku)


def _least_price(product: ProductCost, instruments: Sequence[Instrument]) -> int:
    """The least of the list price and what price offers ask for."""
    unit = unit_of(product)
    fens = [
        price_fen(each.terms, unit) for each in instruments if isinstance(each.terms, PriceOffer)
    ]
    return min([unit.list_fen, *(fen for fen in fens if fen is not None)])


def _cart(
    product: ProductCost, pieces: int, beside: ProductCost | None, count: int
) -> tuple[Cart, list[LowLine]]:
    bought = [(product, pieces)] + ([(beside, count)] if beside is not None else [])
    lines = tuple(
        CartLine(n, each.sku, each.category_code, many, each.price_fen or 0)
        for n, (each, many) in enumerate(bought, 1)
    )
    told = [LowLine(each.sku, each.name, many, each.price_fen or 0) for each, many in bought]
    return Cart(lines), told


def _solved(cart: Cart, rules: Rules, draft: str, clock: Clock, budget_ms: int) -> Best | None:
    kept, _ = candidates(cart, rules, ())
    if all(offer.id != draft for offer in kept.offers):
        return None
    try:
        return best(cart, kept, clock=clock, budget_ms=budget_ms, pinned=[draft])
    except (CannotUse, NoTime):
        return None


def _is_by(solved: Best, draft: str, sku: str) -> bool:
    """Does the draft change what this product costs, or give gifts with it?"""
    units = solved.proof.units
    return any(
        step.id == draft and (step.gifts or any(units[u].sku == sku for u, _ in step.by_unit))
        for step in solved.proof.steps
    )


def _low(product: ProductCost, tried: Tried, lines: list[LowLine], solved: Best) -> LowPrice:
    proof = solved.proof
    own = [unit.paid_fen for unit in proof.units if unit.sku == product.sku]
    paid_fen, gifts_fen = sum(own), sum(gift.count * gift.worth_fen for gift in proof.gifts)
    return LowPrice(
        sku=product.sku,
        name=product.name,
        list_fen=product.price_fen or 0,
        cost_fen=product.cost_fen,
        floor_fen=product.floor_fen,
        pieces=len(own),
        paid_fen=paid_fen,
        piece_fen=paid_fen // len(own),
        payable_fen=proof.payable_fen,
        gifts_fen=gifts_fen,
        lines=lines,
        steps=[
            LowStep(step.id, tried.names.get(step.id, step.id), step.off_fen)
            for step in proof.steps
            if step.off_fen or step.gifts
        ],
        where=tried.where,
        proven=solved.proven,
        problem=problem_of(product, len(own), paid_fen, proof.payable_fen, gifts_fen),
    )
