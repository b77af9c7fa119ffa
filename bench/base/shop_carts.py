"""Carts of a shop with everything on at once, and what three common rules of thumb make of them."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random

from huitou.offer.rules.pricing import legal_coupons, price
from huitou.offer.rules.tables import NONE
from huitou.offer.rules.tabling import Tabled, tabled
from huitou.offer.types.carts import (
    Cart,
    CartLine,
    Choice,
    Decision,
    Rules,
    UsableCoupon,
    UsableOffer,
)
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
