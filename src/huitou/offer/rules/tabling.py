"""From a cart and its rules to tables, and back. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from huitou.base.compiling import ints
from huitou.offer.rules import tables as at
from huitou.offer.rules.tables import NONE, Tables
from huitou.offer.rules.together import apart_of
from huitou.offer.types.carts import Cart, CartLine, Choice, Rules, Slot, UsableCoupon, UsableOffer
from huitou.offer.types.documents import (
    Activity,
    AddOn,
    Bundle,
    BuyGet,
    Goods,
    Measure,
    OneOff,
    OrderOff,
    PriceOffer,
    ShippingOff,
    Tier,
)
from huitou.offer.types.refusals import TooManyCoupons

FULL_BP = 10_000
COUPONS_MAX = 60
_MEASURES: dict[Measure, int] = {
    "amount": at.AMOUNT,
    "entry_amount": at.ENTRY_AMOUNT,
    "list_amount": at.LIST_AMOUNT,
    "count": at.COUNT,
}


class Mode(NamedTuple):
    """What a unit may do: which price offer it pays by, which piece offer it joins and as what, which
    activities; by their places in `Tabled`."""

    price: int
    piece: int
    slot: Slot
    activities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece."""

    line_no: int
    sku: str
    category: str
    list_fen: int


@dataclass(frozen=True, slots=True)
class Tabled:
    """Tables, and what stands where in them: `modes` as in the tables, `spans` those of each class. `plain`: the same tables as lists,
    which Python asks for a number in a tenth of the time."""

    tables: Tables
    plain: Tables
    units: list[Unit]
    classes: list[int]
    prices: list[UsableOffer]
    pieces: list[UsableOffer]
    activities: list[UsableOffer]
    coupons: list[UsableCoupon]
    modes: list[Mode]
    spans: list[tuple[int, int]]

    def choice(self, unit: Unit, mode: int, count: int) -> Choice:
        """A mode in words."""
        said = self.modes[mode]
        return Choice(
            unit.sku,
            unit.list_fen,
            count,
            price=None if said.price == NONE else self.prices[said.price].id,
            piece=None if said.piece == NONE else self.pieces[said.piece].id,
            slot=said.slot,
            activities=tuple(self.activities[a].id for a in said.activities if a != NONE),
        )


def tabled(cart: Cart, rules: Rules) -> Tabled:
    """All that can be decided about a cart. Refuses `TooManyCoupons`: they are bits of a number."""
    if len(rules.coupons) > COUPONS_MAX:
        raise TooManyCoupons(count=len(rules.coupons), most=COUPONS_MAX)
    units = units_of(cart)
    prices = [offer for offer in rules.offers if isinstance(offer.terms, PriceOffer)]
    pieces = [offer for offer in rules.offers if isinstance(offer.terms, BuyGet | Bundle | AddOn)]
    activities = in_turn(rules)
    coupons = sorted(rules.coupons, key=lambda coupon: (coupon.rank, coupon.id))
    groups = list(dict.fromkeys(_group(offer) for offer in activities))
    ways = _Ways(prices, pieces, activities, coupons, groups)
    classes: dict[tuple[str, int], int] = {}
    found: list[_Way] = []
    spans: list[tuple[int, int]] = []
    for unit in units:
        key = unit.sku, unit.list_fen
        if key not in classes:
            classes[key] = len(classes)
            first = len(found)
            found += ways.of(unit)
            spans.append((first, len(found)))
    modes = [way.mode for way in found]
    joins = {acts: n for n, acts in enumerate(dict.fromkeys(mode.activities for mode in modes))}
    counts = {bits: n for n, bits in enumerate(dict.fromkeys(way.coupons for way in found))}
    unit_class = [classes[unit.sku, unit.list_fen] for unit in units]
    sizes = [
        len(units), len(groups), len(pieces), len(activities), len(coupons),
        cart.shipping_fen, int(rules.ships_free),
    ]  # fmt: skip
    columns = [
        sizes,
        unit_class,
        [unit.list_fen for unit in units],
        [first for first, _ in spans],
        [until for _, until in spans],
        [way.fen for way in found],
        [mode.price for mode in modes],
        [mode.piece for mode in modes],
        [int(mode.slot == "get") for mode in modes],
        [joins[mode.activities] for mode in modes],
        [counts[way.coupons] for way in found],
        [a for acts in joins for a in acts],
        list(counts),
        [_or_none(_price(offer).limit) for offer in prices],
        *_piece_columns(pieces, units),
        *_activity_columns([_activity(offer) for offer in activities]),
        *_coupon_columns(coupons),
    ]
    return Tabled(
        Tables(*map(ints, columns)), Tables(*columns),
        units, unit_class, prices, pieces, activities, coupons, modes, spans,
    )  # fmt: skip


def units_of(cart: Cart) -> list[Unit]:
    """The pieces of a cart in their order."""
    lines = sorted(cart.lines, key=lambda line: (-line.list_fen, line.sku, line.line_no))
    return [
        unit
        for line in lines
        for unit in [Unit(line.line_no, line.sku, line.category, line.list_fen)] * line.quantity
    ]


def in_turn(rules: Rules) -> list[UsableOffer]:
    """Activities in the order in which they take their turns."""
    found = [offer for offer in rules.offers if isinstance(offer.terms, Activity)]
    places = {group: n for n, group in enumerate(rules.groups)}
    return sorted(found, key=lambda offer: (places.get(_group(offer), len(places)), _group(offer)))


def fits(goods: Goods, thing: Unit | CartLine) -> bool:
    """Is it in scope?"""
    if thing.sku in goods.except_skus:
        return False
    if not goods.skus and not goods.categories:
        return True
    return thing.sku in goods.skus or thing.category in goods.categories


def price_fen(offer: PriceOffer, unit: Unit) -> int | None:
    """What a unit costs by a price offer; None where it does not apply."""
    if not fits(offer.goods, unit):
        return None
    fen: int | None = None
    if offer.prices_fen is not None:
        fen = offer.prices_fen.get(unit.sku)
    elif offer.pay_bp is not None:
        fen = unit.list_fen - unit.list_fen * (FULL_BP - offer.pay_bp) // FULL_BP
    elif offer.off_fen is not None:
        fen = unit.list_fen - offer.off_fen
    return fen if fen is not None and 0 <= fen < unit.list_fen else None


class _Placed(NamedTuple):
    """An offer: its place in `Tabled`, its bit among all instruments, and the bits of those that it does not go with."""

    n: int
    offer: UsableOffer
    bit: int
    apart: int


class _Way(NamedTuple):
    """A mode, what a unit then costs before step 2, and the coupons that count it."""

    mode: Mode
    fen: int
    coupons: int


class _Ways:
    """What units may do. The coupons are the first bits."""

    def __init__(
        self,
        prices: Sequence[UsableOffer],
        pieces: Sequence[UsableOffer],
        activities: Sequence[UsableOffer],
        coupons: Sequence[UsableCoupon],
        groups: Sequence[str],
    ) -> None:
        apart = apart_of([*coupons, *prices, *pieces, *activities])

        def placed(offers: Sequence[UsableOffer], first: int) -> list[_Placed]:
            found = [
                _Placed(n, offer, 1 << first + n, apart[first + n])
                for n, offer in enumerate(offers)
            ]
            # Identical units take their modes in this order, which the page tells.
            return sorted(found, key=lambda each: each.offer.id)

        self._coupons = coupons
        self._prices = placed(prices, len(coupons))
        self._pieces = placed(pieces, len(coupons) + len(prices))
        joining = placed(activities, len(coupons) + len(prices) + len(pieces))
        self._groups = [[each for each in joining if _group(each.offer) == g] for g in groups]

    def of(self, unit: Unit) -> list[_Way]:
        """All there are for a unit, by the ids of what it uses; doing nothing first."""
        # What there is in each step stands with its bit and with those that it does not go with.
        fens = [(NONE, unit.list_fen, 0, 0)]
        for n, offer, bit, apart in self._prices:
            fen = price_fen(_price(offer), unit)
            if fen is not None:
                fens.append((n, fen, bit, apart))
        slots: list[tuple[int, Slot, int, int]] = [(NONE, "buy", 0, 0)]
        for n, offer, bit, apart in self._pieces:
            slots += [(n, slot, bit, apart) for slot in _slots(offer, unit)]
        joins: list[tuple[tuple[int, ...], int, int]] = [((), 0, 0)]
        for group in self._groups:
            own = [(NONE, 0, 0)]
            own += [
                (n, bit, apart)
                for n, offer, bit, apart in group
                if fits(_activity(offer).goods, unit)
            ]
            joins = [
                ((*acts, a), bits | bit, apart | more)
                for acts, bits, apart in joins
                for a, bit, more in own
                if not apart & bit
            ]
        coupons = sum(1 << c for c, coupon in enumerate(self._coupons) if fits(coupon.goods, unit))
        return [
            _Way(Mode(price, piece, slot, acts), fen, coupons & ~(by_price | by_piece | by_acts))
            for price, fen, _, by_price in fens
            for piece, slot, bit, by_piece in slots
            if not by_price & bit
            for acts, bits, by_acts in joins
            if not (by_price | by_piece) & bits
        ]


def _slots(offer: UsableOffer, unit: Unit) -> list[Slot]:
    terms = offer.terms
    assert isinstance(terms, BuyGet | Bundle | AddOn)
    if isinstance(terms, AddOn):
        return ["get"] if fits(terms.goods, unit) else []
    found: list[Slot] = ["buy"] if fits(terms.goods, unit) else []
    if isinstance(terms, BuyGet) and terms.get_goods is not None and fits(terms.get_goods, unit):
        found.append("get")
    return found


def _piece_columns(pieces: Sequence[UsableOffer], units: Sequence[Unit]) -> list[list[int]]:
    rows = []
    triggers = []
    for offer in pieces:
        terms = offer.terms
        if isinstance(terms, BuyGet):
            is_split = int(terms.get_goods is not None)
            most = _or_none(terms.groups_max)
            rows.append((at.BUY_GET, is_split, terms.buy, terms.get, terms.pay_bp, 0, most, 0))
        elif isinstance(terms, Bundle):
            most = _or_none(terms.groups_max)
            rows.append((at.BUNDLE, 0, terms.count, 0, 0, terms.price_fen, most, 0))
        else:
            assert isinstance(terms, AddOn)
            rows.append(
                (at.ADD_ON, 0, 0, 1, 0, terms.price_fen, terms.count_max, terms.threshold_fen)
            )
        trigger = terms.trigger if isinstance(terms, AddOn) else None
        triggers += [int(trigger is not None and fits(trigger, unit)) for unit in units]
    return [*_columns(rows, 8), triggers]


def _activity_columns(activities: Sequence[Activity]) -> list[list[int]]:
    rows = []
    tiers: list[tuple[int, ...]] = []
    for activity in activities:
        repeats = NONE
        if activity.repeats:
            repeats = activity.times_max or 10**9
        first = len(tiers)
        tiers += [_tier_row(tier) for tier in activity.tiers]
        rows.append(
            (_MEASURES[activity.measure], repeats, _or_none(activity.cap_fen), first, len(tiers))
        )
    return [*_columns(rows, 5), *_columns(tiers, 5)]


def _tier_row(tier: Tier) -> tuple[int, ...]:
    worth = sum(gift.count * gift.worth_fen for gift in tier.gifts)
    return (
        tier.at_least, _or_none(tier.off_fen), _or_none(tier.pay_bp), worth, int(tier.free_shipping),
    )  # fmt: skip


def _coupon_columns(coupons: Sequence[UsableCoupon]) -> list[list[int]]:
    rows = []
    for coupon in coupons:
        terms = coupon.terms
        kind = off = pay_bp = cap = pay = NONE
        off = _or_none(terms.off_fen)
        if isinstance(terms, OrderOff):
            kind, pay_bp, cap = at.ORDER_OFF, _or_none(terms.pay_bp), _or_none(terms.cap_fen)
        elif isinstance(terms, OneOff):
            kind, pay = at.ONE_OFF, _or_none(terms.pay_fen)
        else:
            assert isinstance(terms, ShippingOff)
            kind = at.SHIPPING_OFF
        rows.append((kind, _MEASURES[coupon.measure], coupon.threshold_fen, off, pay_bp, cap, pay))
    return _columns(rows, 7)


def _columns(rows: Sequence[tuple[int, ...]], width: int) -> list[list[int]]:
    return [[row[n] for row in rows] for n in range(width)]


def _or_none(value: int | None) -> int:
    return NONE if value is None else value


def _price(offer: UsableOffer) -> PriceOffer:
    assert isinstance(offer.terms, PriceOffer)
    return offer.terms


def _activity(offer: UsableOffer) -> Activity:
    assert isinstance(offer.terms, Activity)
    return offer.terms


def _group(offer: UsableOffer) -> str:
    return _activity(offer).group
