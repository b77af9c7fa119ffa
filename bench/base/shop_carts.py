"""Carts of a shop with everything on at once; what three common rules of thumb make of a cart, and what trying
everything does."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import combinations_with_replacement, product
from random import Random
from typing import Any

from huitou.offer.rules.pricing import legal_coupons, proof_of
from huitou.offer.rules.tables import NONE
from huitou.offer.rules.tabling import Mode, Tabled, tabled
from huitou.offer.types.carts import Cart, CartLine, Rules, UsableCoupon, UsableOffer
from huitou.offer.types.documents import (
    Activity,
    BuyGet,
    Goods,
    OneOff,
    OrderOff,
    PriceOffer,
    ShippingOff,
    Tier,
)

CATEGORIES = ("snacks", "drinks", "care", "home")
NO_COUPONS = ("price", "piece", "activity")


def shop_case(dice: Random, *, lines: int, coupons: int) -> tuple[Cart, Rules]:
    """A cart of so many lines, and two prices, three activities, a piece offer and so many coupons."""
    cart = Cart(
        tuple(
            CartLine(
                n + 1,
                f"s{n}",
                dice.choice(CATEGORIES),
                dice.choice((1, 1, 1, 2, 2, 3)),
                dice.choice((990, 1_590, 1_990, 2_990, 3_900, 4_990, 6_800, 9_900, 12_800, 19_900)),
            )
            for n in range(lines)
        ),
        dice.choice((0, 600, 1_000)),
    )
    total = sum(line.quantity * line.list_fen for line in cart.lines)
    member = {
        line.sku: line.list_fen * dice.choice((95, 92, 90)) // 100
        for line in cart.lines
        if dice.random() < 0.5
    }
    flash = {
        line.sku: line.list_fen * dice.choice((80, 75, 70)) // 100
        for line in cart.lines
        if dice.random() < 0.25
    }
    offers = [
        UsableOffer("member", PriceOffer(kind="price", sort="member", prices_fen=member)),
        UsableOffer(
            "flash",
            PriceOffer(kind="price", sort="flash", prices_fen=flash, limit=2),
            allows=NO_COUPONS,
        ),
        UsableOffer("steps", _steps(dice, total)),
        UsableOffer("every", _every(dice, total)),
        UsableOffer("pieces", _pieces(dice)),
        UsableOffer(
            "second",
            BuyGet(
                kind="buy_get",
                goods=Goods(categories=(dice.choice(CATEGORIES),)),
                buy=1,
                pay_bp=5_000,
            ),
        ),
    ]
    return cart, Rules(
        offers=tuple(offers),
        coupons=tuple(_coupon(dice, n, total, cart.lines) for n in range(coupons)),
        coupon_limits=(("store", 1), ("platform", 1), ("product", 1)),
    )


def _steps(dice: Random, total: int) -> Activity:
    """满减, two steps, for most categories."""
    first = _round(total * dice.choice((30, 45, 60)) // 100)
    return Activity(
        kind="activity",
        goods=Goods(categories=tuple(dice.sample(CATEGORIES, 3))),
        tiers=(
            Tier(at_least=first, off_fen=_round(first // 10)),
            Tier(at_least=first * 2, off_fen=_round(first // 4)),
        ),
    )


def _every(dice: Random, total: int) -> Activity:
    """每满减, for some categories."""
    each = _round(total // dice.choice((3, 4, 6)))
    return Activity(
        kind="activity",
        goods=Goods(categories=tuple(dice.sample(CATEGORIES, 2))),
        tiers=(Tier(at_least=each, off_fen=_round(each // 8)),),
        repeats=True,
        times_max=dice.choice((2, 3, None)),
    )


def _pieces(dice: Random) -> Activity:
    """满件折."""
    return Activity(
        kind="activity",
        goods=Goods(categories=tuple(dice.sample(CATEGORIES, 2))),
        measure="count",
        tiers=(Tier(at_least=2, pay_bp=9_000), Tier(at_least=3, pay_bp=8_500)),
        cap_fen=dice.choice((None, 5_000)),
    )


def _coupon(dice: Random, n: int, total: int, lines: Sequence[CartLine]) -> UsableCoupon:
    category = dice.choice(("store", "store", "platform", "product"))
    allows = NO_COUPONS if dice.random() < 0.2 else None
    threshold = _round(total * dice.choice((0, 30, 50, 70, 90)) // 100)
    goods = Goods(categories=tuple(dice.sample(CATEGORIES, 2))) if dice.random() < 0.4 else Goods()
    terms: OrderOff | OneOff | ShippingOff
    if category == "product":
        line = dice.choice(lines)
        goods, threshold = Goods(skus=(line.sku,)), 0
        terms = OneOff(kind="one_off", off_fen=max(100, line.list_fen // 5))
    elif dice.random() < 0.35:
        terms = OrderOff(
            kind="order_off", pay_bp=dice.choice((9_500, 9_000, 8_500)), cap_fen=_round(total // 10)
        )
    elif dice.random() < 0.1:
        terms = ShippingOff(kind="shipping_off")
    else:
        terms = OrderOff(kind="order_off", off_fen=_round(max(threshold, 3_000) // 8))
    return UsableCoupon(
        f"c{n}",
        terms,
        goods,
        threshold_fen=threshold,
        rank={"product": 1, "store": 2, "platform": 3}[category],
        category=category,
        allows=allows,
    )


def _round(fen: int) -> int:
    """To whole yuan, one at least."""
    return max(100, fen // 100 * 100)


def fixed_order(cart: Cart, rules: Rules) -> int:
    """The cheapest price of each unit, the first activity it may join, then the coupon that takes most off, and the next."""
    table = tabled(cart, rules)

    def rank(mode: Mode) -> tuple[int, ...]:
        return tuple(a if a != NONE else len(table.activities) for a in mode.activities)

    modes = _each(table, lambda m: (table.tables.mode_fen[m], rank(table.modes[m])))
    return _with_coupons(table, rules, modes, len(table.coupons))


def best_single(cart: Cart, rules: Rules) -> int:
    """One offer or one coupon, the best."""
    table = tabled(cart, rules)
    nothing = _each(table, lambda m: _uses(table.modes[m]))
    alone = [partial(_pays_by, n) for n in range(len(table.prices))]
    alone += [partial(_is_in_piece, n) for n in range(len(table.pieces))]
    alone += [partial(_joins, n) for n in range(len(table.activities))]
    found = [_payable(table, nothing, 1 << c) for c in range(len(table.coupons))]
    found += [_payable(table, _all_who_can(table, each), 0) for each in alone]
    return min(found, default=_payable(table, nothing, 0))


def _pays_by(price: int, mode: Mode) -> bool:
    return mode.price == price


def _is_in_piece(piece: int, mode: Mode) -> bool:
    return mode.piece == piece


def _joins(activity: int, mode: Mode) -> bool:
    return activity in mode.activities


def best_per_group(cart: Cart, rules: Rules) -> int:
    """The cheapest price of each unit, one activity for all, one coupon: each the best after the one before."""
    table = tabled(cart, rules)

    def everybody(activity: int) -> list[int]:
        return _each(
            table,
            lambda m: (
                table.modes[m].piece != NONE,
                table.tables.mode_fen[m],
                activity not in table.modes[m].activities,
                _uses(table.modes[m]),
            ),
        )

    choices = [everybody(a) for a in range(-1, len(table.activities))]
    modes = min(choices, key=lambda modes: _payable(table, modes, 0))
    return _with_coupons(table, rules, modes, 1)


def brute_force(cart: Cart, rules: Rules) -> int:
    """The least of all decisions."""
    table = tabled(cart, rules)
    counts = Counter(table.classes)
    sets = list(_coupon_sets(table, rules))
    ways = [
        combinations_with_replacement(range(*table.spans[own]), counts[own])
        for own in range(len(table.spans))
    ]
    limits = [int(limit) for limit in table.tables.price_limit]
    least = None
    for chosen in product(*ways):
        modes = [m for each in chosen for m in each]
        used = Counter(table.modes[m].price for m in modes)
        if any(limit != NONE and used[n] > limit for n, limit in enumerate(limits)):
            continue
        for coupons in sets:
            payable = _payable(table, modes, coupons)
            least = payable if least is None else min(least, payable)
    assert least is not None
    return least


def _coupon_sets(table: Tabled, rules: Rules) -> Iterator[int]:
    for bits in range(1 << len(table.coupons)):
        given = [coupon for c, coupon in enumerate(table.coupons) if bits >> c & 1]
        if legal_coupons(rules, given) is None:
            yield bits


def _with_coupons(table: Tabled, rules: Rules, modes: Sequence[int], most: int) -> int:
    """Coupons that take most off at the moment, `most` at most."""
    given, payable = 0, _payable(table, modes, 0)
    for _ in range(most):
        tried = [
            (_payable(table, modes, given | 1 << c), given | 1 << c)
            for c in range(len(table.coupons))
            if not given >> c & 1 and _is_legal(table, rules, given | 1 << c)
        ]
        if not tried or min(tried)[0] >= payable:
            break
        payable, given = min(tried)
    return payable


def _is_legal(table: Tabled, rules: Rules, bits: int) -> bool:
    given = [coupon for c, coupon in enumerate(table.coupons) if bits >> c & 1]
    return legal_coupons(rules, given) is None


def _all_who_can(table: Tabled, wanted: Callable[[Mode], bool]) -> list[int]:
    return _each(table, lambda m: (not wanted(table.modes[m]), _uses(table.modes[m])))


def _uses(mode: Mode) -> int:
    """How many offers."""
    return (mode.price != NONE) + (mode.piece != NONE) + sum(a != NONE for a in mode.activities)


def _each(table: Tabled, key: Callable[[int], Any]) -> list[int]:
    """The first mode by the key for each unit, as long as limits last; identical units in order."""
    left = [int(limit) for limit in table.tables.price_limit]
    found: list[int] = []
    for own in table.classes:
        modes = sorted(range(*table.spans[own]), key=lambda m: (key(m), m))
        mode = next(m for m in modes if table.modes[m].price == NONE or left[table.modes[m].price])
        price = table.modes[mode].price
        if price != NONE and left[price] != NONE:
            left[price] -= 1
        found.append(mode)
    runs = sorted(range(len(found)), key=lambda u: (table.classes[u], found[u]))
    return [found[u] for u in runs]


def _payable(table: Tabled, modes: Sequence[int], coupons: int) -> int:
    return proof_of(table, modes, coupons).payable_fen
