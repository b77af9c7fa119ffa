"""Lunar's arithmetic: discounts by priority on the same lines; buy X get Y replaces what a line had.

Told in docs/offer-profiles.md. Each function names the class of Lunar that it follows.
"""

from collections.abc import Sequence
from fractions import Fraction

from huitou.kernel.money import split
from huitou.offer.rules.profiles.splitting import evenly, half_up, part_of
from huitou.offer.types.profiles.lunar import (
    AmountOff,
    BuyXGetY,
    Cart,
    Context,
    Discount,
    Goods,
    Line,
)
from huitou.offer.types.profiles.priced import Priced, PricedLine, Refused


def price(cart: Cart, discounts: Sequence[Discount], context: Context) -> Priced:
    """The cart under these discounts; of equal priority as they stand. `DiscountManager`."""
    lines = [_Line(line) for line in cart.lines]
    applied: list[str] = []
    refused: list[Refused] = []
    has_stopped = False
    for discount in sorted(discounts, key=lambda discount: -discount.priority):
        reason: str | None = "stopped"
        if not has_stopped:
            reason = _against(discount, cart, lines, context)
        if reason is None and not _give(discount, lines):
            reason = "no_effect"
        if reason is None:
            applied.append(discount.name)
            has_stopped = discount.stops
        else:
            refused.append(Refused(discount.name, reason))
    priced = tuple(line.priced() for line in lines)
    return Priced(priced, cart.shipping, 0, tuple(applied), tuple(refused))


def reward_quantity(
    quantity: int, min_qty: int, reward_qty: int, max_reward_qty: int | None
) -> int:
    """How many pieces are free. `BuyXGetY::getRewardQuantity`; a part of a group earns its part, cut down."""
    if quantity < min_qty:
        return 0
    earned = quantity * reward_qty // (min_qty or 1)
    return min(earned, max_reward_qty) if max_reward_qty else earned


class _Line:
    """A line and what is off it: `discountTotal`, `subTotalDiscounted`."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.subtotal = line.unit_price * line.quantity
        self.discount = 0
        self.free = 0

    @property
    def left(self) -> int:
        return self.subtotal - self.discount

    def priced(self) -> PricedLine:
        quantity = self.line.quantity
        units = tuple(evenly(self.discount, quantity)) if quantity else ()
        return PricedLine(self.line.product, self.line.unit_price, units, self.free)


def _against(
    discount: Discount, cart: Cart, lines: Sequence[_Line], context: Context
) -> str | None:
    """`Discount::scopeActive`, `scopeUsable`, `checkDiscountConditions`. The minimum spend must be exceeded."""
    if discount.starts_at is None or discount.starts_at > context.now:
        return "not_started"
    if discount.ends_at is not None and discount.ends_at <= context.now:
        return "ended"
    if discount.channels is not None and context.channel not in discount.channels:
        return "channel"
    groups = discount.customer_groups
    if groups is not None and not groups & context.customer_groups:
        return "customer_group"
    if discount.max_uses and discount.uses >= discount.max_uses:
        return "max_uses"
    if discount.customers and context.customer not in discount.customers:
        return "customer"
    if discount.coupon and discount.coupon.upper() != (cart.coupon_code or "").upper():
        return "coupon"
    spent = sum(line.subtotal for line in lines if _may_have(discount, line.line))
    if discount.min_spend and spent <= discount.min_spend:
        return "min_spend"
    if discount.max_uses_per_user and (
        context.user is None or discount.uses_by_user >= discount.max_uses_per_user
    ):
        return "max_uses_per_user"
    return None


def _may_have(discount: Discount, line: Line) -> bool:
    """`getEligibleLines`; for buy X get Y every line."""
    match discount.type:
        case AmountOff(limitations=wanted, exclusions=unwanted):
            return (
                (not wanted.collections or bool(line.collections & wanted.collections))
                and (not wanted.brands or line.brand in wanted.brands)
                and (not wanted.products or bool(_names(line) & wanted.products))
                and not _is_among(line, unwanted)
            )
        case BuyXGetY():
            return True


def _names(line: Line) -> set[str]:
    return {line.product, line.variant or line.product}


def _is_among(line: Line, goods: Goods) -> bool:
    return (
        bool(_names(line) & goods.products)
        or line.brand in goods.brands
        or bool(line.collections & goods.collections)
    )


def _give(discount: Discount, lines: Sequence[_Line]) -> bool:
    """Whether the discount counts as applied (and so may stop others)."""
    eligible = [line for line in lines if _may_have(discount, line.line)]
    match discount.type:
        case BuyXGetY():
            return _give_rewards(discount.type, lines)
        case AmountOff(fixed=None):
            return _give_percent(discount.type, eligible)
        case AmountOff(fixed=int(fixed)):
            return _give_fixed(fixed, eligible)
        case _:
            raise AssertionError(discount.type)


def _give_percent(off: AmountOff, lines: Sequence[_Line]) -> bool:
    """Of what is left of a line; a line that already has more off keeps that alone. `applyPercentage`."""
    total = 0
    for line in lines:
        amount = min(half_up(part_of(line.left, off.percent)), line.left)
        if line.discount <= amount:
            total += amount
            line.discount += amount
    return total > 0


def _give_fixed(value: int, lines: Sequence[_Line]) -> bool:
    """All or nothing: lines that together cost less than `value` get none of it. Shares by what is left, by largest
    remainder; what better deals refuse goes to the first lines with something left. `applyFixedValue`."""
    weights = [line.left for line in lines]
    if not value or sum(weights) < value:
        return False
    left = value
    for line, share in zip(lines, split(value, weights), strict=True):
        if line.discount <= share:
            left -= share
            line.discount = share
    for line in lines:
        more = min(line.left, max(0, left))
        line.discount += more
        left -= more
    return True


def _give_rewards(offer: BuyXGetY, lines: Sequence[_Line]) -> bool:
    """The cheapest rewards first. A line's discount is replaced, not added to. `BuyXGetY::apply`."""
    bought = sum(line.line.quantity for line in lines if _is_among(line.line, offer.conditions))
    left = reward_quantity(bought, offer.min_qty, offer.reward_qty, offer.max_reward_qty)
    if not bought or not left:
        return False
    rewards = [line for line in lines if _is_among(line.line, offer.rewards)]
    for line in sorted(rewards, key=lambda line: line.line.unit_price):
        asked = _pieces(line.line.quantity, left)
        left -= asked
        if asked:
            line.free = min(asked, line.line.quantity)
            line.discount = line.line.unit_price * line.free
    return True


def _pieces(quantity: int, left: int) -> int:
    """Free pieces of one line. A line of several pieces that is shorter than what is left gets not all of
    its pieces but `round((left - quantity) / quantity)`, as there."""
    if not left or not quantity:
        return 0
    if quantity == 1:
        return 1
    if quantity >= left:
        return left
    return half_up(Fraction(left - quantity, quantity))
