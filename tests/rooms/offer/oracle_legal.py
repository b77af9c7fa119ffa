"""Which decisions docs/offers.md allows, and all of them one by one."""

from collections.abc import Iterator, Sequence
from itertools import chain, combinations, combinations_with_replacement, groupby, product

from huitou.offer.types.carts import Cart, Choice, Decision, Rules, Slot, UsableOffer
from huitou.offer.types.documents import Activity, AddOn, Bundle, BuyGet, PriceOffer
from tests.rooms.offer.oracle_words import (
    Unit,
    Way,
    go_together,
    in_scope,
    part_of,
    units_of,
)


class Refused(Exception):
    """The decision is not a legal one."""


class Legal:
    """What may be decided for one cart under one set of rules."""

    def __init__(self, cart: Cart, rules: Rules) -> None:
        self.cart = cart
        self.rules = rules
        self.units = units_of(cart)
        self.offers = {offer.id: offer for offer in rules.offers}
        self.coupons = {coupon.id: coupon for coupon in rules.coupons}
        assert len(self.offers) == len(rules.offers)
        assert len(self.coupons) == len(rules.coupons)
        named = list(dict.fromkeys(rules.groups))
        found = {o.terms.group for o in rules.offers if isinstance(o.terms, Activity)}
        self.groups = named + sorted(found - set(named))

    # What goes together

    def check_way(self, unit: Unit, way: Way) -> None:
        """Refuse what one unit may not do, whatever the others do."""
        joined: list[UsableOffer] = []
        if way.price is not None:
            joined.append(self._named(way.price, PriceOffer))
            self.price_of(unit, way)
        if way.piece is not None:
            offer = self._named(way.piece, BuyGet, Bundle, AddOn)
            joined.append(offer)
            if not self._may_join_piece(offer, unit, way.slot):
                raise Refused(f"{unit} is not in the scope of {offer.id} as {way.slot}")
        elif way.slot != "buy":
            raise Refused("a slot of nothing")
        groups = []
        for name in way.activities:
            offer = self._named(name, Activity)
            joined.append(offer)
            assert isinstance(offer.terms, Activity)
            groups.append(offer.terms.group)
            if not in_scope(offer.terms.goods, unit):
                raise Refused(f"{unit} is not in the scope of {name}")
        if len(set(groups)) < len(groups):
            raise Refused("two activities of one group")
        for one, other in combinations(joined, 2):
            if not go_together(one, other):
                raise Refused(f"{one.id} and {other.id} do not go together")

    def _named(self, name: str, *kinds: type) -> UsableOffer:
        offer = self.offers.get(name)
        if offer is None or not isinstance(offer.terms, kinds):
            raise Refused(f"no such offer: {name}")
        return offer

    @staticmethod
    def _may_join_piece(offer: UsableOffer, unit: Unit, slot: Slot) -> bool:
        terms = offer.terms
        if isinstance(terms, AddOn):
            return slot == "get" and in_scope(terms.goods, unit)
        if isinstance(terms, BuyGet) and terms.get_goods is not None:
            return in_scope(terms.goods if slot == "buy" else terms.get_goods, unit)
        assert isinstance(terms, BuyGet | Bundle)
        return slot == "buy" and in_scope(terms.goods, unit)

    def check_limits(self, ways: Sequence[Way]) -> None:
        for offer in self.rules.offers:
            if not isinstance(offer.terms, PriceOffer) or offer.terms.limit is None:
                continue
            if sum(way.price == offer.id for way in ways) > offer.terms.limit:
                raise Refused(f"more than {offer.terms.limit} units pay by {offer.id}")

    def check_coupons(self, given: Sequence[str]) -> None:
        if len(set(given)) < len(given):
            raise Refused("a coupon is given twice")
        if any(name not in self.coupons for name in given):
            raise Refused("no such coupon")
        coupons = [self.coupons[name] for name in given]
        for one, other in combinations(coupons, 2):
            if not go_together(one, other):
                raise Refused(f"{one.id} and {other.id} do not go together")
        for category, most in self.rules.coupon_limits:
            if sum(coupon.category == category for coupon in coupons) > most:
                raise Refused(f"more than {most} of {category}")

    # Step 1

    def price_of(self, unit: Unit, way: Way) -> int:
        if way.price is None:
            return unit.list_fen
        terms = self.offers[way.price].terms
        assert isinstance(terms, PriceOffer)
        if not in_scope(terms.goods, unit):
            raise Refused(f"{unit} is not in the scope of {way.price}")
        if terms.prices_fen is not None:
            if unit.sku not in terms.prices_fen:
                raise Refused(f"{unit} has no price in {way.price}")
            price = terms.prices_fen[unit.sku]
        elif terms.pay_bp is not None:
            price = unit.list_fen - part_of(unit.list_fen, terms.pay_bp)
        else:
            assert terms.off_fen is not None
            price = unit.list_fen - terms.off_fen
        if not 0 <= price < unit.list_fen:
            raise Refused(f"{way.price} is no better price of {unit}")
        return price

    # Decisions

    def order(self, way: Way) -> tuple[str, str, str, list[str]]:
        """Identical units take their ways in this order."""
        joined = dict.fromkeys(self.groups, "")
        for name in way.activities:
            terms = self.offers[name].terms
            assert isinstance(terms, Activity)
            joined[terms.group] = name
        return way.price or "", way.piece or "", way.slot, list(joined.values())

    def ways_of(self, unit: Unit) -> list[Way]:
        """All that a unit may do: everything is tried, and what is refused is left out."""
        offers = self.rules.offers
        prices = [None, *(o.id for o in offers if isinstance(o.terms, PriceOffer))]
        pieces: list[tuple[str | None, Slot]] = [(None, "buy")]
        groups: dict[str, list[str | None]] = {}
        for offer in offers:
            if isinstance(offer.terms, BuyGet | Bundle | AddOn):
                pieces += [(offer.id, "buy"), (offer.id, "get")]
            if isinstance(offer.terms, Activity):
                groups.setdefault(offer.terms.group, [None]).append(offer.id)
        found = []
        for price, (piece, slot), chosen in product(prices, pieces, product(*groups.values())):
            way = Way(price, piece, slot, tuple(sorted(name for name in chosen if name)))
            try:
                self.check_way(unit, way)
            except Refused:
                continue
            found.append(way)
        return sorted(found, key=self.order)

    def plans(self) -> Iterator[tuple[Way, ...]]:
        """Every way to decide for all units; identical units are exchangeable."""
        alike = []
        for _, same in groupby(self.units, key=lambda unit: (unit.sku, unit.list_fen)):
            units = list(same)
            alike.append(list(combinations_with_replacement(self.ways_of(units[0]), len(units))))
        for parts in product(*alike):
            ways = tuple(chain.from_iterable(parts))
            try:
                self.check_limits(ways)
            except Refused:
                continue
            yield ways

    def coupon_sets(self) -> list[tuple[str, ...]]:
        legal = []
        for size in range(len(self.coupons) + 1):
            for given in combinations(self.coupons, size):
                try:
                    self.check_coupons(given)
                except Refused:
                    continue
                legal.append(given)
        return legal

    def ways_in(self, decision: Decision) -> list[Way]:
        """What each unit does, in the order of units."""
        kinds: dict[tuple[str, int], list[Way]] = {}
        for choice in decision.choices:
            if choice.count < 0:
                raise Refused("a negative count")
            way = Way(choice.price, choice.piece, choice.slot, tuple(sorted(choice.activities)))
            kinds.setdefault((choice.sku, choice.list_fen), []).extend([way] * choice.count)
        ways = []
        for kind, same in groupby(self.units, key=lambda unit: (unit.sku, unit.list_fen)):
            chosen = kinds.pop(kind, [])
            units = list(same)
            if len(chosen) != len(units):
                raise Refused(f"{len(units)} of {kind}, decided are {len(chosen)}")
            for unit, way in zip(units, chosen, strict=True):
                self.check_way(unit, way)
            ways += sorted(chosen, key=self.order)
        if any(kinds.values()):
            raise Refused("not in the cart")
        self.check_limits(ways)
        return ways


def decision_of(units: Sequence[Unit], ways: Sequence[Way], given: Sequence[str]) -> Decision:
    choices = tuple(
        Choice(unit.sku, unit.list_fen, 1, way.price, way.piece, way.slot, way.activities)
        for unit, way in zip(units, ways, strict=True)
    )
    return Decision(choices, tuple(given))
