"""Orders that were paid, as carts that are bought again."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import presenting, tiers
from huitou.benefit.types.tier_plans import FreeShipping, MemberPrice, TierRule
from huitou.identity import reads as identities
from huitou.merchant import reads as merchants
from huitou.merchant.types import Unit
from huitou.offer.reads.boards import timeless
from huitou.offer.rules import usable as rules
from huitou.offer.rules.replaying import cart_of
from huitou.offer.types.carts import UsableOffer
from huitou.offer.types.checks import PastCart
from huitou.offer.types.contexts import Facts, Taken
from huitou.offer.types.offers import OfferInForce, Tally
from huitou.order import reads as orders
from huitou.order.types import Order
from huitou.segment import reads as segments


def past_carts(
    tx: ReadTx,
    asked: Mapping[int, UUID],
    draft: OfferInForce,
    own: OfferInForce | None,
    others: Sequence[OfferInForce],
) -> list[PastCart]:
    """These orders by place, each with what holds for it: conditions of place, day, hour and customer, as of the
    order; beginnings and ends of offers are passed over. The number of statements does not grow with the orders."""
    found = orders.orders_by_id(tx, list(asked.values()))
    roots = identities.canonical(
        tx, {order.customer_id for order in found.values() if order.customer_id}
    )
    people = sorted(set(roots.values()))
    facts = _Facts(tx, people, [draft, *others, *([own] if own else [])])
    coupons = presenting.used_in(tx, [(each.unit_id, each.order_no) for each in found.values()])
    carts = []
    for place, order_id in sorted(asked.items()):
        order = found.get(order_id)
        if order is None:
            continue
        root_id = roots.get(order.customer_id) if order.customer_id else None
        told = facts.of(order, root_id)
        tier = facts.tiers.get(root_id) if root_id else None
        before = [each for each in others if facts.holds(each, told)]
        carts.append(
            PastCart(
                place=place,
                cart=cart_of(order.lines, order.shipping_fen),
                customer_id=root_id,
                others=(
                    *(rules.offer_of(each, Taken(each.id, 0, 0)) for each in before),
                    *_member_prices(tier),
                ),
                own=rules.offer_of(own, Taken(own.id, 0, 0))
                if own is not None and facts.holds(own, told)
                else None,
                own_turn=_turn(own, before) if own else 0,
                holds=facts.holds(draft, told),
                draft_turn=_turn(draft, before),
                coupons=tuple(
                    rules.coupon_by(name, promise)
                    for name, promise in coupons.get((order.unit_id, order.order_no), [])
                ),
                ships_free=tier is not None
                and any(isinstance(each, FreeShipping) for each in tier.privileges),
            )
        )
    return carts


class _Facts:
    """What is known of those who bought, read once for all of them."""

    def __init__(self, tx: ReadTx, people: Sequence[UUID], offers: Sequence[OfferInForce]) -> None:
        named = sorted({id_ for offer in offers for id_ in offer.document.audience.segments})
        self.tiers: dict[UUID, TierRule] = tiers.tiers_of(tx, people)
        self._segments = segments.segments_of(tx, people, named)
        self._totals = orders.totals(tx, people)
        self._zone = merchants.get_merchant(tx).zone
        self._units: dict[UUID, Unit] = merchants.units_by_id(tx)
        paths = {unit.code: unit.path for unit in self._units.values()}
        self._paths = {offer.id: [paths[code] for code in offer.document.units] for offer in offers}
        self._documents = {(offer.id, offer.version): timeless(offer.document) for offer in offers}

    def of(self, order: Order, root_id: UUID | None) -> Facts:
        """As of the order."""
        unit = self._units[order.unit_id]
        total = self._totals.get(root_id) if root_id else None
        tier = self.tiers.get(root_id) if root_id else None
        return Facts(
            at=order.paid_at,
            zone=self._zone,
            path=unit.path,
            channel="online" if unit.kind == "online" else "store",
            is_known=root_id is not None,
            tier=tier.code if tier else None,
            segments=frozenset(self._segments.get(root_id, ()) if root_id else ()),
            has_bought=total is not None and total.first_paid_at < order.paid_at,
        )

    def holds(self, offer: OfferInForce, facts: Facts) -> bool:
        """Does it hold, with nothing taken of it yet?"""
        document = self._documents[offer.id, offer.version]
        nothing = Taken(offer.id, 0, 0), Tally(offer.id, 0, 0)
        return rules.refusal_of(document, facts, self._paths[offer.id], *nothing) is None


def _member_prices(tier: TierRule | None) -> tuple[UsableOffer, ...]:
    for each in tier.privileges if tier else ():
        if isinstance(each, MemberPrice) and each.price_list is None:
            price = rules.member_price(tier.code, each) if tier else None
            return (price,) if price is not None else ()
    return ()


def _turn(offer: OfferInForce, others: Sequence[OfferInForce]) -> int:
    """How many of the others come before it."""
    own = (offer.document.priority, offer.number)
    return sum((each.document.priority, each.number) < own for each in others)
