"""The words of docs/offers.md that have no step: units, scopes, tags, parts, sharing."""

from collections.abc import Sequence
from typing import NamedTuple

from huitou.offer.types.carts import Cart, Slot, UsableCoupon, UsableOffer
from huitou.offer.types.documents import Activity, Goods, PriceOffer


class Unit(NamedTuple):
    """One piece of the cart."""

    line_no: int
    sku: str
    category: str
    list_fen: int


class Way(NamedTuple):
    """What a unit pays by and joins."""

    price: str | None = None
    piece: str | None = None
    slot: Slot = "buy"
    activities: tuple[str, ...] = ()


def in_scope(goods: Goods, unit: Unit) -> bool:
    if unit.sku in goods.except_skus:
        return False
    if not goods.skus and not goods.categories:
        return True
    return unit.sku in goods.skus or unit.category in goods.categories


def tags_of(instrument: UsableOffer | UsableCoupon) -> set[str]:
    tags = set(instrument.tags)
    if isinstance(instrument, UsableCoupon):
        return tags | {"coupon"}
    if isinstance(instrument.terms, PriceOffer):
        return tags | {"price"}
    if isinstance(instrument.terms, Activity):
        return tags | {"activity", instrument.terms.group}
    return tags | {"piece"}


def allows(one: UsableOffer | UsableCoupon, other: UsableOffer | UsableCoupon) -> bool:
    return one.allows is None or any(tag in tags_of(other) for tag in one.allows)


def go_together(one: UsableOffer | UsableCoupon, other: UsableOffer | UsableCoupon) -> bool:
    return allows(one, other) and allows(other, one)


def part_of(amount: int, pay_bp: int) -> int:
    """What is taken off where `pay_bp` are paid."""
    return amount * (10_000 - pay_bp) // 10_000


def shared(amount: int, weights: Sequence[int]) -> list[int]:
    """`amount` among weights that stand in the order of units."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    shares = [amount * weight // whole for weight in weights]
    remainders = [amount * weight % whole for weight in weights]
    while sum(shares) < amount:
        largest = remainders.index(max(remainders))
        shares[largest] += 1
        remainders[largest] = -1
    return shares


def units_of(cart: Cart) -> list[Unit]:
    units = [
        Unit(line.line_no, line.sku, line.category, line.list_fen)
        for line in cart.lines
        for _ in range(line.quantity)
    ]
    return sorted(units, key=lambda unit: (-unit.list_fen, unit.sku, unit.line_no))


def looked_at(measure: str, now: list[int], entry: list[int], lists: list[int]) -> int:
    if measure == "count":
        return len(now)
    return sum({"amount": now, "entry_amount": entry, "list_amount": lists}[measure])
