"""docs/offers.md once more, slow and plain, to compare the room's arithmetic with.

Written from that page and the types alone. Nothing here is clever, and nothing is shared with the room's rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

from huitou.offer.types.carts import (
    Cart,
    Decision,
    Rules,
    UsableCoupon,
    UsableOffer,
)
from huitou.offer.types.documents import (
    Activity,
    AddOn,
    Bundle,
    BuyGet,
    OneOff,
    OrderOff,
    ShippingOff,
    Tier,
)
from tests.rooms.offer.oracle_legal import Legal, decision_of
from tests.rooms.offer.oracle_words import (
    Unit,
    Way,
    go_together,
    in_scope,
    looked_at,
    part_of,
    shared,
)

Rank = tuple[int, list[datetime], list[str]]


class Standing(NamedTuple):
    """After step 3: what units cost, whether shipping is free, what the gifts are worth, what each offer took off."""

    prices: list[int]
    amounts: list[int]
    free_shipping: bool
    gifts_worth: int
    taken: dict[str, int]


class Outcome(NamedTuple):
    """What a decision costs; `prices` and `paid` by unit in the order of units, `taken` by instrument."""

    payable_fen: int
    gifts_worth_fen: int
    shipping_fen: int
    prices: list[int]
    paid: list[int]
    taken: dict[str, int]


@dataclass(frozen=True)
class Cheapest:
    """The least of all decisions, one that reaches it, and how many there were."""

    payable_fen: int
    gifts_worth_fen: int
    coupons: int
    decision: Decision
    decisions: int


class Desk(Legal):
    """The steps of the page for one cart under one set of rules."""

    def __init__(self, cart: Cart, rules: Rules) -> None:
        super().__init__(cart, rules)
        self._counting: dict[tuple[Unit, Way], list[bool]] = {}

    # Steps 1 to 3

    def standing(self, ways: Sequence[Way]) -> Standing:
        """What the units cost before the coupons. The ways were checked."""
        prices = [self.price_of(unit, way) for unit, way in zip(self.units, ways, strict=True)]
        now = Standing(prices, list(prices), False, 0, {})
        for offer in self.rules.offers:
            if isinstance(offer.terms, BuyGet | Bundle | AddOn):
                self._piece(offer, ways, now)
        for offer in self._activities():
            now = self._activity(offer, ways, now)
        return now

    def _piece(self, offer: UsableOffer, ways: Sequence[Way], now: Standing) -> None:
        terms = offer.terms
        joined = [i for i, way in enumerate(ways) if way.piece == offer.id]
        joined.sort(key=lambda i: (-now.prices[i], i))
        groups: list[tuple[list[int], int]] = []
        if isinstance(terms, Bundle):
            groups = self._bundles(terms, joined, now.prices)
        elif isinstance(terms, AddOn):
            groups = self._added(terms, offer.id, joined, ways, now.prices)
        elif isinstance(terms, BuyGet):
            bought = [i for i in joined if ways[i].slot == "buy"]
            given = [i for i in joined if ways[i].slot == "get"]
            groups = self._bought(terms, bought, given, now.prices)
        now.taken[offer.id] = sum(off for _, off in groups)
        for members, off in groups:
            in_order = sorted(members)
            for i, share in zip(
                in_order, shared(off, [now.prices[i] for i in in_order]), strict=True
            ):
                now.amounts[i] -= share

    @staticmethod
    def _bought(
        terms: BuyGet, bought: list[int], given: list[int], prices: list[int]
    ) -> list[tuple[list[int], int]]:
        groups = []
        if terms.get_goods is None:
            size = terms.buy + terms.get
            count = len(bought) // size
        else:
            count = min(len(bought) // terms.buy, len(given) // terms.get)
        if terms.groups_max is not None:
            count = min(count, terms.groups_max)
        for k in range(count):
            if terms.get_goods is None:
                group = bought[k * size : (k + 1) * size]
                free = group[terms.buy :]
            else:
                free = given[k * terms.get : (k + 1) * terms.get]
                group = bought[k * terms.buy : (k + 1) * terms.buy] + free
            groups.append((group, sum(part_of(prices[i], terms.pay_bp) for i in free)))
        return groups

    @staticmethod
    def _bundles(
        terms: Bundle, joined: list[int], prices: list[int]
    ) -> list[tuple[list[int], int]]:
        count = len(joined) // terms.count
        if terms.groups_max is not None:
            count = min(count, terms.groups_max)
        groups = []
        for k in range(count):
            group = joined[k * terms.count : (k + 1) * terms.count]
            groups.append((group, max(0, sum(prices[i] for i in group) - terms.price_fen)))
        return groups

    def _added(
        self, terms: AddOn, name: str, joined: list[int], ways: Sequence[Way], prices: list[int]
    ) -> list[tuple[list[int], int]]:
        trigger = sum(
            prices[i]
            for i, unit in enumerate(self.units)
            if ways[i].piece != name and in_scope(terms.trigger, unit)
        )
        if trigger < terms.threshold_fen:
            return []
        return [([i], max(0, prices[i] - terms.price_fen)) for i in joined[: terms.count_max]]

    def _activities(self) -> list[UsableOffer]:
        """In the order they are taken."""
        offers = [offer for offer in self.rules.offers if isinstance(offer.terms, Activity)]
        return [
            offer
            for group in self.groups
            for offer in offers
            if isinstance(offer.terms, Activity) and offer.terms.group == group
        ]

    def _activity(self, offer: UsableOffer, ways: Sequence[Way], now: Standing) -> Standing:
        terms = offer.terms
        assert isinstance(terms, Activity)
        joined = [i for i, way in enumerate(ways) if offer.id in way.activities]
        now.taken[offer.id] = 0
        if not joined:
            return now
        costs = [now.amounts[i] for i in joined]
        reached = looked_at(terms.measure, costs, costs, [self.units[i].list_fen for i in joined])
        counting: Tier | None = None
        for tier in terms.tiers:
            if reached >= tier.at_least:
                counting = tier
        if counting is None:
            return now
        times = 1
        if terms.repeats:
            times = reached // counting.at_least
            if terms.times_max is not None:
                times = min(times, terms.times_max)
        off = 0
        if counting.off_fen is not None:
            off = counting.off_fen * times
        if counting.pay_bp is not None:
            off = part_of(sum(costs), counting.pay_bp)
        if terms.cap_fen is not None:
            off = min(off, terms.cap_fen)
        off = min(off, sum(costs))
        for i, share in zip(joined, shared(off, costs), strict=True):
            now.amounts[i] -= share
        now.taken[offer.id] = off
        worth = sum(gift.worth_fen * gift.count for gift in counting.gifts) * times
        return now._replace(
            free_shipping=now.free_shipping or counting.free_shipping,
            gifts_worth=now.gifts_worth + worth,
        )

    # Steps 4 and 5

    def _counts(self, coupon: UsableCoupon, unit: Unit, way: Way) -> bool:
        """Whether the coupon counts the unit."""
        names = [way.price, way.piece, *way.activities]
        return in_scope(coupon.goods, unit) and all(
            go_together(coupon, self.offers[name]) for name in names if name is not None
        )

    def counted(self, ways: Sequence[Way]) -> dict[str, tuple[int, ...]]:
        """Which units each coupon counts."""
        columns = []
        for each in zip(self.units, ways, strict=True):
            if each not in self._counting:
                self._counting[each] = [self._counts(c, *each) for c in self.coupons.values()]
            columns.append(self._counting[each])
        return {
            name: tuple(i for i, column in enumerate(columns) if column[at])
            for at, name in enumerate(self.coupons)
        }

    def outcome(
        self, given: Sequence[str], before: Standing, counts: Mapping[str, Sequence[int]]
    ) -> Outcome:
        """With the coupons, of what they count, and shipping. The coupons were checked."""
        entry = before.amounts
        paid = list(entry)
        taken = dict(before.taken)
        shipping = 0 if before.free_shipping or self.rules.ships_free else self.cart.shipping_fen
        coupons = sorted((self.coupons[name] for name in given), key=lambda c: (c.rank, c.id))
        for coupon in coupons:
            taken[coupon.id] = 0
            counted = counts[coupon.id]
            costs = [paid[i] for i in counted]
            lists = [self.units[i].list_fen for i in counted]
            reached = looked_at(coupon.measure, costs, [entry[i] for i in counted], lists)
            if not counted or reached < coupon.threshold_fen:
                continue
            if isinstance(coupon.terms, ShippingOff):
                off = shipping if coupon.terms.off_fen is None else coupon.terms.off_fen
                taken[coupon.id] = min(off, shipping)
                shipping -= taken[coupon.id]
            else:
                shares = coupon_shares(coupon.terms, costs)
                taken[coupon.id] = sum(shares)
                for i, share in zip(counted, shares, strict=True):
                    paid[i] -= share
        payable = sum(paid) + shipping
        return Outcome(payable, before.gifts_worth, shipping, before.prices, paid, taken)


def coupon_shares(terms: OrderOff | OneOff, costs: list[int]) -> list[int]:
    """What a coupon takes off each of the units it counts."""
    if isinstance(terms, OneOff):
        dearest = costs.index(max(costs))
        if terms.off_fen is not None:
            off = min(terms.off_fen, costs[dearest])
        else:
            assert terms.pay_fen is not None
            off = max(0, costs[dearest] - terms.pay_fen)
        return [off if k == dearest else 0 for k in range(len(costs))]
    if terms.off_fen is not None:
        off = terms.off_fen
    else:
        assert terms.pay_bp is not None
        off = part_of(sum(costs), terms.pay_bp)
    if terms.cap_fen is not None:
        off = min(off, terms.cap_fen)
    return shared(min(off, sum(costs)), costs)


def cost(cart: Cart, rules: Rules, decision: Decision) -> Outcome:
    """What a decision costs. Raises `Refused`."""
    desk = Desk(cart, rules)
    ways = desk.ways_in(decision)
    desk.check_coupons(decision.coupons)
    return desk.outcome(decision.coupons, desk.standing(ways), desk.counted(ways))


def rank_of(given: Sequence[UsableCoupon]) -> Rank:
    """Of decisions that cost and give the same the one with the least of this is the best."""
    never = datetime.max.replace(tzinfo=UTC)
    return (
        len(given),
        sorted(coupon.expires_at or never for coupon in given),
        sorted(coupon.id for coupon in given),
    )


def cheapest(cart: Cart, rules: Rules, pinned: Sequence[str] = ()) -> Cheapest:
    """Every legal decision in which the `pinned` coupons take something off is priced, and the least is
    kept; LookupError if there is none."""
    desk = Desk(cart, rules)
    sets = [given for given in desk.coupon_sets() if set(pinned) <= set(given)]
    ranks = {given: rank_of([desk.coupons[name] for name in given]) for given in sets}
    best: tuple[int, int, Rank] | None = None
    chosen: tuple[tuple[Way, ...], tuple[str, ...]] = ((), ())
    decisions = 0
    seen = set()
    for ways in desk.plans():
        before, counts = desk.standing(ways), desk.counted(ways)
        decisions += len(sets)
        # All that the coupons go by: what they find once more they take once more.
        found = (*before.amounts, before.free_shipping, before.gifts_worth, *counts.values())
        if found in seen:
            continue
        seen.add(found)
        for given in sets:
            outcome = desk.outcome(given, before, counts)
            if not all(outcome.taken.get(name) for name in pinned):
                continue
            reached = (outcome.payable_fen, -outcome.gifts_worth_fen, ranks[given])
            if best is None or reached < best:
                best, chosen = reached, (ways, given)
    if best is None:
        raise LookupError
    return Cheapest(best[0], -best[1], best[2][0], decision_of(desk.units, *chosen), decisions)
