"""What somebody may use somewhere, and why not the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import presenting, tiers
from huitou.benefit.types.redeeming import Presentable
from huitou.benefit.types.templates import Sentence
from huitou.benefit.types.tier_plans import FreeShipping, MemberPrice, TierRule
from huitou.identity import reads as identities
from huitou.kernel.words import fold_zh, percent
from huitou.merchant import reads as merchants
from huitou.offer.reads import offers
from huitou.offer.rules import usable as rules
from huitou.offer.store import offers as store
from huitou.offer.store import orders as placed
from huitou.offer.types.carts import Rules, UsableCoupon, UsableOffer
from huitou.offer.types.contexts import Asked, Facts, Instrument, Reason, Taken, Usable
from huitou.offer.types.offers import OfferInForce, Tally
from huitou.order import reads as orders
from huitou.segment import reads as segments

OVER_FOR = timedelta(days=7)
"""For so long an offer that is over is named among those that are not used."""


class _Found:
    """What is told apart, as it is found."""

    def __init__(self) -> None:
        self.offers: list[UsableOffer] = []
        self.coupons: list[UsableCoupon] = []
        self.known: dict[str, Instrument] = {}
        self.rejected: dict[str, Reason] = {}
        self.versions: dict[str, int] = {}
        self.budgets: dict[str, int] = {}
        self.ships_free = False


@dataclass(frozen=True, slots=True)
class Gathered:
    """All that was read for somebody at a place and a moment, so that it can be told apart more than once.
    `taken` is what the customer's orders took of offers, `tallies` what all orders did."""

    facts: Facts
    tier: TierRule | None
    there: list[OfferInForce]
    words: list[Sentence]
    paths: Mapping[str, str]
    taken: Mapping[UUID, Taken]
    tallies: Mapping[UUID, Tally]
    coupons: list[Presentable]
    groups: tuple[str, ...]
    limits: tuple[tuple[str, int], ...]


def usable(tx: ReadTx, asked: Asked) -> Usable:
    """Published offers, the customer's coupons and what their tier brings, told apart at a place and a moment.

    What is limited or has a budget is told apart by what orders took until now. The number of statements does
    not grow with what there is.
    """
    gathered = gather(tx, asked)
    return tell_apart(gathered, gathered.tier, has_promoter=asked.promoter_id is not None)


def gather(tx: ReadTx, asked: Asked) -> Gathered:
    """All that `usable` looks at."""
    root_id, place = asked.customer_id, asked.place
    there = store.list_in_force(tx, asked.at - OVER_FOR)
    there.sort(key=lambda offer: (offer.document.priority, offer.number))
    ids = [offer.id for offer in there]
    tier = tiers.tiers_of(tx, [root_id]).get(root_id) if root_id else None
    coupons: list[Presentable] = []
    taken: dict[UUID, Taken] = {}
    if root_id is not None:
        coupons = presenting.presentable(tx, root_id, place, asked.at, order_no=asked.order_no)
        taken = placed.list_taken(tx, members_of(tx, root_id), ids)
    setting = merchants.setting
    return Gathered(
        facts=_facts(tx, asked, there),
        tier=tier,
        there=there,
        words=offers.sentences_of(tx, [offer.document for offer in there]),
        paths={code: unit.path for code, unit in merchants.units_by_code(tx).items()},
        taken=taken,
        tallies=store.list_tallies(tx, ids),
        coupons=coupons,
        groups=offers.groups(tx),
        limits=tuple(
            (category, int(setting(tx, f"offer.coupons_{category}", place.unit_id)))
            for category in ("product", "store", "shipping")
        ),
    )


def tell_apart(gathered: Gathered, tier: TierRule | None, *, has_promoter: bool) -> Usable:
    """The same for somebody of this tier, who comes through an associate's link or does not."""
    found = _Found()
    facts = replace(gathered.facts, tier=tier.code if tier else None, has_promoter=has_promoter)
    _add_offers(gathered, facts, found)
    if tier is not None:
        _add_privileges(tier, found)
    for each in gathered.coupons:
        found.known[each.code] = Instrument("coupon", each.promise.name, each.sentence)
        if each.refusal is not None:
            found.rejected[each.code] = rules.coupon_refusal(each.refusal)
        else:
            found.coupons.append(rules.coupon_of(each))
    return Usable(
        Rules(
            tuple(found.offers),
            tuple(found.coupons),
            gathered.groups,
            gathered.limits,
            found.ships_free,
        ),
        found.known,
        found.rejected,
        found.versions,
        found.budgets,
    )


def _add_offers(gathered: Gathered, facts: Facts, found: _Found) -> None:
    for offer, sentence in zip(gathered.there, gathered.words, strict=True):
        id_, document = str(offer.id), offer.document
        found.known[id_] = Instrument("offer", document.name, sentence)
        own = gathered.taken.get(offer.id, Taken(offer.id, 0, 0))
        tally = gathered.tallies[offer.id]
        paths = [gathered.paths[code] for code in document.units]
        reason = rules.refusal_of(document, facts, paths, own, tally)
        if reason is not None:
            found.rejected[id_] = reason
            continue
        found.offers.append(rules.offer_of(offer, own))
        found.versions[id_] = offer.version
        if document.limits.budget_fen is not None:
            found.budgets[id_] = document.limits.budget_fen - tally.cost_fen


def _facts(tx: ReadTx, asked: Asked, there: Sequence[OfferInForce]) -> Facts:
    """But for the tier and the promoter."""
    root_id = asked.customer_id
    named = sorted({id_ for offer in there for id_ in offer.document.audience.segments})
    totals = orders.totals(tx, [root_id]) if root_id else {}
    within = segments.segments_of(tx, [root_id], named) if root_id else {}
    return Facts(
        at=asked.at,
        zone=merchants.get_merchant(tx).zone,
        path=asked.place.path,
        channel=asked.place.channel,
        is_known=root_id is not None,
        tier=None,
        segments=frozenset(within.get(root_id, ()) if root_id else ()),
        has_bought=any(total.order_count > 0 for total in totals.values()),
    )


def _add_privileges(tier: TierRule, found: _Found) -> None:
    for privilege in tier.privileges:
        if isinstance(privilege, FreeShipping):
            found.ships_free = True
        id_ = rules.tier_id(tier.code)
        if not isinstance(privilege, MemberPrice) or id_ in found.known:
            continue
        if privilege.price_list is not None:
            id_ = f"{id_}:{privilege.price_list}"
            found.rejected[id_] = rules.reason("price_list")
            said = Sentence(f"{tier.zh}价目表", f"The prices of {tier.en}")
        else:
            offer = rules.member_price(tier.code, privilege)
            if offer is None:
                continue
            found.offers.append(offer)
            rate_bp = privilege.rate_bp or 0
            said = Sentence(
                f"{tier.zh}会员价 {fold_zh(rate_bp)} 折",
                f"{percent(10_000 - rate_bp)} off for {tier.en} members",
            )
        found.known[id_] = Instrument("tier", f"{tier.zh}会员价", said)


def members_of(tx: ReadTx, root_id: UUID) -> list[UUID]:
    """Who answers and everyone merged into them."""
    return sorted({root_id, *(each.id for each in identities.members_of(tx, root_id))})
