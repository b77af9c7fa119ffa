"""What products cost one customer, each for itself: for lists, product pages and an associate's sheet."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import tiers
from huitou.benefit.types.templates import SaleChannel
from huitou.benefit.types.tier_plans import TierRule
from huitou.catalog import reads as catalog
from huitou.offer.reads.carts import Wanted, WantedLine, ask
from huitou.offer.reads.usable import Gathered, gather, tell_apart
from huitou.offer.rules.shelving import Circumstances, shelve
from huitou.offer.rules.solving import Clock
from huitou.offer.types.documents import Activity
from huitou.offer.types.refusals import BadCart
from huitou.offer.types.shelves import Shelf, ShelfTier

PRODUCTS_MAX = 100


@dataclass(frozen=True, slots=True)
class WantedShelf:
    """SKUs, each with its list price or None for the catalogue's; the rest as in `carts.Wanted`."""

    unit: str | UUID
    products: Mapping[str, int | None]
    customer: str | UUID | None = None
    channel: SaleChannel | None = None
    at: datetime | None = None
    promoter: str | UUID | None = None


def shelf(tx: ReadTx, wanted: WantedShelf, *, clock: Clock, budget_ms: int) -> Shelf:
    """The customer's own best price of each product, how it comes about, and what is one step away.

    Offers, coupons and tiers are read once; each product is solved for itself, within the budget of all.
    Refuses `offer.bad_cart` for none or more than `PRODUCTS_MAX`, and as `carts.best`, but not for products
    without a price.
    """
    if not 1 <= len(wanted.products) <= PRODUCTS_MAX:
        raise BadCart(reason=f"1 to {PRODUCTS_MAX} products")
    known = catalog.products_by_sku(tx, sorted(wanted.products))
    prices = {
        sku: list_fen if list_fen is not None else known[sku].price_fen if sku in known else None
        for sku, list_fen in wanted.products.items()
    }
    lines = tuple(
        WantedLine(n, sku, 1, list_fen)
        for n, (sku, list_fen) in enumerate(prices.items(), 1)
        if list_fen is not None
    )
    asked = ask(
        tx,
        Wanted(
            wanted.unit,
            lines,
            customer=wanted.customer,
            channel=wanted.channel,
            at=wanted.at,
            promoter=wanted.promoter,
        ),
    )
    gathered = gather(tx, asked)
    next_tier = _next_tier(tx, gathered.tier)
    has_promoter = asked.promoter_id is not None
    there = Circumstances(
        now=tell_apart(gathered, gathered.tier, has_promoter=has_promoter),
        next_tier=tell_apart(gathered, next_tier, has_promoter=has_promoter) if next_tier else None,
        without_tier=tell_apart(gathered, None, has_promoter=has_promoter)
        if gathered.tier
        else None,
        without_promoter=tell_apart(gathered, gathered.tier, has_promoter=False)
        if has_promoter
        else None,
    )
    names = {sku: sku for sku in prices} | _names_of_gifts(tx, gathered)
    names |= {sku: product.name for sku, product in known.items() if product.name}
    return Shelf(
        items=shelve(asked.cart.lines, names, there, clock, budget_ms),
        unpriced=[sku for sku, list_fen in prices.items() if list_fen is None],
        customer_id=asked.customer_id,
        promoter_id=asked.promoter_id,
        tier=_called(gathered.tier),
        next_tier=_called(next_tier),
        at=asked.at,
    )


def _next_tier(tx: ReadTx, tier: TierRule | None) -> TierRule | None:
    """The one above; None at the top, and for nobody known."""
    plan = tiers.find_plan_in_force(tx) if tier is not None else None
    if tier is None or plan is None:
        return None
    codes = [rule.code for rule in plan.plan.tiers]
    above = plan.plan.tiers[codes.index(tier.code) + 1 :]
    return above[0] if above else None


def _names_of_gifts(tx: ReadTx, gathered: Gathered) -> dict[str, str]:
    activities = [
        offer.document.terms
        for offer in gathered.there
        if isinstance(offer.document.terms, Activity)
    ]
    skus = {gift.sku for terms in activities for tier in terms.tiers for gift in tier.gifts}
    if not skus:
        return {}
    return {sku: each.name for sku, each in catalog.products_by_sku(tx, sorted(skus)).items()}


def _called(tier: TierRule | None) -> ShelfTier | None:
    return ShelfTier(tier.code, tier.zh, tier.en) if tier else None
