"""Random carts with offers and coupons, harsher than any shop's: for the tests and the bench of `best`.

Prices from one fen to thousands of yuan with odd fen and ties, the same SKU on several lines, overlapping
offers of every kind, thresholds met exactly or missed by a fen, and instruments that exclude each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from math import comb, prod
from random import Random
from typing import Literal

from huitou.offer.types.carts import Cart, CartLine, Rules, UsableCoupon, UsableOffer
from huitou.offer.types.documents import (
    EVERYTHING,
    Activity,
    AddOn,
    Bundle,
    BuyGet,
    Gift,
    Goods,
    Measure,
    OneOff,
    OrderOff,
    PriceOffer,
    ShippingOff,
    Tier,
)

Sort = Literal["member", "flash", "percent", "buy_get", "given", "bundle", "add_on", "activity"]
CATEGORIES = ("tea", "cup", "cake")
GROUPS = ("activity", "extra", "order")
MEASURES: tuple[Measure, ...] = ("amount", "entry_amount", "list_amount", "count")
BEGIN = datetime(2026, 12, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Sketch:
    """An offer before its money is drawn: enough to tell how many ways units have."""

    sort: Sort
    goods: Goods
    get_goods: Goods
    group: str

    def slots(self, line: CartLine) -> int:
        """How many ways it adds for a unit of this line, at most."""
        if self.sort == "given":
            return _covers(self.goods, line) + _covers(self.get_goods, line)
        return int(_covers(self.goods, line))


def random_case(
    dice: Random,
    lines_max: int = 6,
    coupons_max: int = 4,
    offers_max: int = 3,
    decisions_max: int | None = None,
) -> tuple[Cart, Rules]:
    """A cart and its rules. With `decisions_max` pieces are left out until there are no more decisions than that."""
    lines = _lines(dice, max(1, _many(dice, lines_max)))
    sketches = [_sketch(dice, lines) for _ in range(_many(dice, offers_max))]
    coupons = _many(dice, coupons_max)
    if decisions_max is not None:
        lines = _fewer(dice, lines, sketches, decisions_max // 2**coupons)
    offers = [_offer(dice, f"o{at}", sketch, lines) for at, sketch in enumerate(sketches)]
    dice.shuffle(offers)
    names = [f"c{at}" for at in range(coupons)]
    groups = dice.sample(GROUPS, dice.randint(0, len(GROUPS)))
    limited = dice.sample(("store", "platform", "goods"), dice.randint(0, 3))
    rules = Rules(
        tuple(offers),
        tuple(_coupon(dice, name, lines) for name in names),
        tuple(groups),
        tuple((category, dice.choice((1, 1, 1, 2))) for category in limited),
        ships_free=dice.random() < 0.1,
    )
    shipping = dice.choice((0, 1, 600, 800, 1_001, 2_500))
    return Cart(tuple(lines), shipping), rules


def _many(dice: Random, most: int) -> int:
    """Mostly near `most`."""
    return max(dice.randint(0, most), dice.randint(0, most))


def _lines(dice: Random, count: int) -> list[CartLine]:
    pool = [_list_price(dice) for _ in range(dice.randint(1, 5))]
    categories = {f"s{at}": dice.choice(CATEGORIES) for at in range(dice.randint(1, count + 1))}
    usual = {sku: dice.choice(pool) for sku in categories}
    lines = []
    for at in range(count):
        sku = dice.choice(list(categories))
        list_fen = usual[sku] if dice.random() < 0.8 else dice.choice(pool)
        quantity = dice.choice((1, 1, 1, 2, 2, 3))
        lines.append(CartLine(at + 1, sku, categories[sku], quantity, list_fen))
    return lines


def _list_price(dice: Random) -> int:
    kind = dice.random()
    if kind < 0.15:
        return dice.choice((1, 1, 2, 3, 7))
    if kind < 0.35:
        return dice.randint(1, 999)
    if kind < 0.65:
        return dice.choice((990, 1_000, 1_990, 3_333, 5_000, 9_900, 10_000, 19_999))
    if kind < 0.95:
        return dice.randint(1_000, 60_000)
    return dice.randint(100_000, 800_000)


def _covers(goods: Goods, line: CartLine) -> bool:
    if line.sku in goods.except_skus:
        return False
    named = goods.skus or goods.categories
    return not named or line.sku in goods.skus or line.category in goods.categories


def _goods(dice: Random, lines: Sequence[CartLine], broad: float = 0.4) -> Goods:
    """Everything, a category, some SKUs, or all but one."""
    skus = sorted({line.sku for line in lines})
    kind = dice.random()
    if kind < broad:
        return EVERYTHING
    some = tuple(dice.sample(skus, dice.randint(1, len(skus))))
    if kind < broad + 0.25:
        return Goods(skus=some)
    if kind < broad + 0.45:
        return Goods(categories=tuple(dice.sample(CATEGORIES, dice.randint(1, 2))))
    if kind < broad + 0.52:
        return Goods(skus=some, categories=(dice.choice(CATEGORIES),))
    return Goods(except_skus=(dice.choice(skus),))


def _sketch(dice: Random, lines: Sequence[CartLine]) -> _Sketch:
    sorts: tuple[Sort, ...] = (
        *("member", "flash", "percent"),
        *("buy_get", "given", "bundle", "add_on"),
        *("activity", "activity", "activity", "activity", "activity"),
    )
    sort = dice.choice(sorts)
    goods = _goods(dice, lines)
    if sort in ("member", "flash"):
        share = 0.5 if sort == "member" else 0.25
        skus = sorted({line.sku for line in lines})
        named = [sku for sku in skus if dice.random() < share] or [dice.choice(skus)]
        goods = Goods(skus=tuple(named))
    if sort == "add_on":
        goods = _goods(dice, lines, broad=0.1)
    group = dice.choice(("activity", "activity", "extra", "order", "other"))
    return _Sketch(sort, goods, _goods(dice, lines), group)


def _fewer(
    dice: Random, lines: list[CartLine], sketches: Sequence[_Sketch], most: int
) -> list[CartLine]:
    """Fewer pieces, then fewer lines, until units can be decided for in `most` ways."""
    while len(lines) > 1 or lines[0].quantity > 1:
        if prod(_ways(line, sketches) for line in lines) <= most:
            break
        dearest = max(line.quantity for line in lines)
        at = dice.choice([at for at, line in enumerate(lines) if line.quantity == dearest])
        if dearest > 1:
            lines = [*lines[:at], replace(lines[at], quantity=dearest - 1), *lines[at + 1 :]]
        else:
            lines = [*lines[:at], *lines[at + 1 :]]
    return lines


def _ways(line: CartLine, sketches: Sequence[_Sketch]) -> int:
    """In how many ways the pieces of a line can be decided for, at most."""
    prices = pieces = 1
    groups: dict[str, int] = {}
    for sketch in sketches:
        slots = sketch.slots(line)
        if sketch.sort in ("member", "flash", "percent"):
            prices += slots
        elif sketch.sort == "activity":
            groups[sketch.group] = groups.get(sketch.group, 1) + slots
        else:
            pieces += slots
    each = prices * pieces * prod(groups.values())
    return comb(each + line.quantity - 1, line.quantity)


def _reached(dice: Random, lines: Sequence[CartLine]) -> int:
    """A sum that some pieces have, or miss by a fen: of list prices, or of prices with something off."""
    prices = [line.list_fen for line in lines for _ in range(line.quantity)]
    some = dice.sample(prices, dice.randint(1, len(prices)))
    pay_bp = dice.choice((10_000, 10_000, 9_500, 9_000, 8_800, 5_000))
    whole = sum(price - price * (10_000 - pay_bp) // 10_000 for price in some)
    if dice.random() < 0.2:
        whole = whole // 1_000 * 1_000
    return max(0, whole + dice.choice((0, 0, 1, -1)))


def _off(dice: Random, around: int) -> int:
    """An amount to take off: a share of what it is for, now and then more than all of it."""
    off = dice.choice((around // 10, around // 5, around // 3, around // 2, around, around * 2, 1))
    return max(1, off + dice.choice((0, 0, 1, -1)))


def _pay_bp(dice: Random) -> int:
    return dice.choice((0, 1, 3_333, 5_000, 6_667, 7_000, 8_800, 9_000, 9_500, 9_999))


def _maybe(dice: Random, value: int, chance: float = 0.3) -> int | None:
    return value if dice.random() < chance else None


def _allows(dice: Random) -> tuple[str, ...]:
    """A few of the tags there are; often of one group of activities only."""
    if dice.random() < 0.4:
        return tuple(dice.sample(("price", "piece", "coupon", dice.choice(GROUPS)), 3))
    every = ("price", "piece", "activity", "coupon", "vip", "night", *GROUPS[1:])
    return tuple(dice.sample(every, dice.randint(0, 6)))


def _offer(dice: Random, name: str, sketch: _Sketch, lines: Sequence[CartLine]) -> UsableOffer:
    tags = tuple(dice.sample(("vip", "night", sketch.sort.replace("_", "-")), dice.randint(0, 2)))
    allows: tuple[str, ...] | None = None
    if sketch.sort == "flash" and dice.random() < 0.6:
        allows = ("price", "piece", "activity")
    elif dice.random() < 0.3:
        allows = _allows(dice)
    return UsableOffer(name, _terms(dice, sketch, lines), tags, allows)


def _terms(
    dice: Random, sketch: _Sketch, lines: Sequence[CartLine]
) -> PriceOffer | BuyGet | Bundle | AddOn | Activity:
    prices = [line.list_fen for line in lines]
    groups_max = _maybe(dice, dice.randint(1, 2))
    if sketch.sort in ("member", "flash", "percent"):
        return _price_offer(dice, sketch, lines)
    if sketch.sort == "activity":
        return _activity(dice, sketch, lines)
    if sketch.sort == "bundle":
        count = dice.choice((2, 2, 3))
        price = max(0, dice.choice(prices) * dice.randint(1, count) + dice.choice((0, 1, -1)))
        return Bundle(
            kind="bundle", goods=sketch.goods, count=count, price_fen=price, groups_max=groups_max
        )
    if sketch.sort == "add_on":
        return AddOn(
            kind="add_on",
            goods=sketch.goods,
            price_fen=dice.choice(prices) // dice.choice((1, 2, 10)),
            count_max=dice.choice((1, 1, 2)),
            trigger=sketch.get_goods,
            threshold_fen=_reached(dice, lines),
        )
    return BuyGet(
        kind="buy_get",
        goods=sketch.goods,
        get_goods=sketch.get_goods if sketch.sort == "given" else None,
        buy=dice.choice((1, 1, 2)),
        get=dice.choice((1, 1, 1, 2)),
        pay_bp=dice.choice((0, 0, _pay_bp(dice))),
        groups_max=groups_max,
    )


def _price_offer(dice: Random, sketch: _Sketch, lines: Sequence[CartLine]) -> PriceOffer:
    if sketch.sort == "percent":
        if dice.random() < 0.5:
            return PriceOffer(kind="price", goods=sketch.goods, pay_bp=_pay_bp(dice))
        off = _off(dice, dice.choice(lines).list_fen)
        limit = _maybe(dice, dice.randint(1, 3))
        return PriceOffer(kind="price", goods=sketch.goods, off_fen=off, limit=limit)
    prices = {}
    for line in lines:
        if line.sku in sketch.goods.skus:
            list_fen = line.list_fen
            near = (list_fen * 95 // 100, list_fen * 9 // 10, list_fen // 2, list_fen - 1, list_fen)
            prices[line.sku] = max(0, dice.choice(near))
    if sketch.sort == "member":
        return PriceOffer(kind="price", sort="member", prices_fen=prices)
    return PriceOffer(kind="price", sort="flash", prices_fen=prices, limit=dice.randint(1, 3))


def _activity(dice: Random, sketch: _Sketch, lines: Sequence[CartLine]) -> Activity:
    measure = dice.choice(MEASURES)
    steps = {_threshold(dice, measure, lines) for _ in range(dice.choice((1, 1, 2, 3)))}
    repeats = dice.random() < 0.25
    if repeats:
        steps = {max(1, min(steps))}
        if measure != "count":
            steps = {max(1, min(steps) // dice.choice((1, 2, 3)))}
    tiers = []
    for at_least in sorted(steps):
        around = at_least if measure != "count" else dice.choice(lines).list_fen
        kind = dice.choice(("off", "off", "part", "gift", "ship"))
        gifts: tuple[Gift, ...] = ()
        if kind == "gift" or dice.random() < 0.1:
            gifts = (Gift(sku="g", count=dice.randint(1, 2), worth_fen=dice.randint(0, 500)),)
        tiers.append(
            Tier(
                at_least=at_least,
                off_fen=_off(dice, around) if kind == "off" else None,
                pay_bp=_pay_bp(dice) if kind == "part" else None,
                gifts=gifts,
                free_shipping=kind == "ship",
            )
        )
    return Activity(
        kind="activity",
        group=sketch.group,
        goods=sketch.goods,
        measure=measure,
        tiers=tuple(tiers),
        repeats=repeats,
        times_max=_maybe(dice, dice.randint(1, 3)) if repeats else None,
        cap_fen=_maybe(dice, _off(dice, _reached(dice, lines) // 4)),
    )


def _threshold(dice: Random, measure: Measure, lines: Sequence[CartLine]) -> int:
    if measure == "count":
        return dice.randint(0, sum(line.quantity for line in lines) + 1)
    return dice.choice((0, _reached(dice, lines), _reached(dice, lines), _reached(dice, lines)))


def _coupon(dice: Random, name: str, lines: Sequence[CartLine]) -> UsableCoupon:
    measure = dice.choice(MEASURES)
    allows: tuple[str, ...] | None = None
    kind = dice.random()
    if kind < 0.2:  # a coupon alone
        allows = ("price", "piece", "activity")
    elif kind < 0.4:
        allows = _allows(dice)
    ends = BEGIN + timedelta(days=dice.randint(0, 3))
    return UsableCoupon(
        name,
        _coupon_terms(dice, lines),
        _goods(dice, lines, broad=0.5),
        measure,
        _threshold(dice, measure, lines),
        rank=dice.randint(1, 3),
        category=dice.choice(("store", "store", "platform", "goods")),
        expires_at=ends if dice.random() < 0.7 else None,
        tags=tuple(dice.sample(("vip", "night"), dice.randint(0, 1))),
        allows=allows,
    )


def _coupon_terms(dice: Random, lines: Sequence[CartLine]) -> OrderOff | OneOff | ShippingOff:
    one = dice.choice(lines).list_fen
    whole = sum(line.list_fen * line.quantity for line in lines)
    kind = dice.choice(("off", "off", "part", "part", "one_off", "one_pay", "shipping"))
    if kind == "off":
        return OrderOff(kind="order_off", off_fen=_off(dice, dice.choice((one, whole))))
    if kind == "part":
        cap = _maybe(dice, _off(dice, whole // 4), 0.5)
        return OrderOff(kind="order_off", pay_bp=_pay_bp(dice), cap_fen=cap)
    if kind == "one_off":
        return OneOff(kind="one_off", off_fen=_off(dice, one))
    if kind == "one_pay":
        return OneOff(kind="one_off", pay_fen=dice.choice((0, 1, one // 2, one)))
    return ShippingOff(kind="shipping_off", off_fen=_maybe(dice, dice.choice((1, 500, 1_000)), 0.6))
