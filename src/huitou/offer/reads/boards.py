"""All that may hold beside an offer, read once, for whoever looks at what would happen."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import templates, tiers
from huitou.benefit.types.templates import Exchange, Fixed, Promise
from huitou.benefit.types.tier_plans import MemberPrice, TierRule
from huitou.catalog import reads as catalog
from huitou.catalog.types import ProductCost
from huitou.merchant import reads as merchants
from huitou.merchant.types import Unit
from huitou.offer.reads import offers
from huitou.offer.rules import usable as rules
from huitou.offer.store import offers as store
from huitou.offer.types.checks import Check, Held, Spot
from huitou.offer.types.contexts import Taken
from huitou.offer.types.offers import ALWAYS, Audience, OfferDocument, OfferInForce, When

SHELF_MAX = 5_000
"""Products on sale that a check knows of."""


@dataclass(frozen=True, slots=True)
class Board:
    """The draft is the first of `held`; `names` are those of instruments by id."""

    held: list[Held]
    names: dict[str, str]
    spots: list[Spot]
    tiers: list[TierRule]
    products: list[ProductCost]
    zone: str
    groups: tuple[str, ...]
    coupon_limits: tuple[tuple[str, int], ...]


def board(tx: ReadTx, draft: OfferInForce, others: Sequence[OfferInForce]) -> Board:
    """Everything that could be used with the draft: other offers, coupons of templates that are given, tiers'
    prices. Orders took nothing of any yet."""
    units = merchants.units_by_code(tx)
    held = [_held(offer, units) for offer in (draft, *others)]
    names = {str(offer.id): offer.document.name for offer in (draft, *others)}
    plan = tiers.find_plan_in_force(tx)
    ladder = list(plan.plan.tiers) if plan else []
    for rule in ladder:
        for price in (
            rules.member_price(rule.code, each)
            for each in rule.privileges
            if isinstance(each, MemberPrice)
        ):
            if price is not None and price.id not in names:
                names[price.id] = f"{rule.zh}会员价"
                held.append(Held(price, ALWAYS, (), (), Audience(tiers=(rule.code,))))
    for template in templates.list_published(tx):
        when = _when(template.promise)
        # Who exchanges a coupon for a product has paid for it otherwise.
        is_exchange = isinstance(template.promise.benefit, Exchange)
        if not is_exchange and (when.until_at is None or when.until_at > tx.now):
            promise, id_ = template.promise, f"coupon:{template.id}"
            names[id_] = promise.name
            held.append(
                Held(
                    rules.coupon_by(id_, promise),
                    when,
                    _paths(promise.units, units),
                    promise.channels,
                    Audience(),
                )
            )
    return Board(
        held,
        names,
        spots_of(units.values()),
        ladder,
        catalog.on_sale(tx, SHELF_MAX),
        merchants.get_merchant(tx).zone,
        offers.groups(tx),
        coupon_limits(tx),
    )


def drafted(tx: ReadTx, check: Check) -> OfferInForce:
    """The offer as the check looks at it."""
    number = offers.get_offer(tx, check.offer_id).number
    return OfferInForce(check.offer_id, number, check.version, check.document)


def others_of(tx: ReadTx, check: Check) -> list[OfferInForce]:
    """The offers that were in force when the check began, in their order, as they were then."""
    documents = store.find_versions(tx, check.others)
    numbers = {
        each.id: each.number for each in store.find_offers(tx, [id_ for id_, _ in check.others])
    }
    found = [
        OfferInForce(id_, numbers[id_], version, documents[id_, version])
        for id_, version in check.others
    ]
    return sorted(found, key=lambda offer: (offer.document.priority, offer.number))


def own_of(tx: ReadTx, check: Check) -> OfferInForce | None:
    """What the offer itself said until the check began."""
    if check.own is None:
        return None
    key = (check.offer_id, check.own)
    number = offers.get_offer(tx, check.offer_id).number
    return OfferInForce(check.offer_id, number, check.own, store.find_versions(tx, [key])[key])


def coupon_limits(tx: ReadTx, unit_id: UUID | None = None) -> tuple[tuple[str, int], ...]:
    """How many coupons of each category an order may use."""
    return tuple(
        (category, int(merchants.setting(tx, f"offer.coupons_{category}", unit_id)))
        for category in ("product", "store", "shipping")
    )


def spots_of(units: Collection[Unit]) -> list[Spot]:
    """Where things are sold: stores and online shops; without any, everything that is not above another."""
    found = [unit for unit in units if unit.kind in ("store", "online")]
    return [
        Spot(unit.name, unit.path, "online" if unit.kind == "online" else "store")
        for unit in sorted(found or units, key=lambda unit: unit.path)
    ]


def timeless(document: OfferDocument) -> OfferDocument:
    """The same from ever to ever: its days of the week and hours stay."""
    when = document.when.model_copy(update={"from_at": None, "until_at": None})
    return document.model_copy(update={"when": when})


def overlap(one: When, other: When, now: datetime) -> bool:
    """Do their spans have a moment from `now` on in common?"""
    begins = max(at for at in (now, one.from_at, other.from_at) if at is not None)
    ends = [at for at in (one.until_at, other.until_at) if at is not None]
    return not ends or begins < min(ends)


def _held(offer: OfferInForce, units: dict[str, Unit]) -> Held:
    document = offer.document
    return Held(
        rules.offer_of(offer, Taken(offer.id, 0, 0)),
        document.when,
        _paths(document.units, units),
        document.channels,
        document.audience,
    )


def _paths(codes: Sequence[str], units: dict[str, Unit]) -> tuple[str, ...]:
    return tuple(units[code].path for code in codes)


def _when(promise: Promise) -> When:
    window = promise.window
    if isinstance(window, Fixed):
        return When(
            from_at=window.from_at,
            until_at=window.until_at,
            weekdays=promise.weekdays,
            hours=promise.hours,
        )
    return When(weekdays=promise.weekdays, hours=promise.hours)
