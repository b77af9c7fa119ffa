"""Solidus' arithmetic: lanes one after the other; within a lane each line and shipment has its best discount alone.

Told in docs/offer-profiles.md. Each function names the class of Solidus that it follows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from huitou.offer.rules.profiles.solidus_conditions import (
    State,
    applicable_lines,
    holds_for_line,
    holds_for_order,
    holds_for_shipment,
)
from huitou.offer.rules.profiles.splitting import evenly, half_up, last_to_first, part_of
from huitou.offer.types.profiles.priced import Priced, PricedLine, Refused
from huitou.offer.types.profiles.solidus import (
    AdjustLineItemQuantityGroups,
    AdjustShipment,
    Benefit,
    Calculator,
    Context,
    DistributedAmount,
    FlatRate,
    FlexiRate,
    Lane,
    Order,
    Percent,
    PercentWithCap,
    Promotion,
    TieredFlatRate,
    TieredPercent,
    TieredPercentOnQuantity,
)

LANES: tuple[Lane, ...] = ("pre", "default", "post")


def price(order: Order, promotions: Sequence[Promotion], context: Context) -> Priced:
    """The order under these promotions. `OrderAdjuster::DiscountOrder`.

    Of benefits that take off the same, the one that stands later is chosen. `ChooseDiscounts`.
    """
    state = State.of(order)
    refused = {p.name: reason for p in promotions if (reason := _inactive(p, context))}
    applied: list[str] = []
    for lane in LANES:
        live = [p for p in promotions if p.lane == lane and p.name not in refused]
        benefits = [
            (promotion, benefit)
            for promotion in live
            for benefit in promotion.benefits
            if holds_for_order(benefit, promotion.name, state, context)
        ]
        chosen = [*_lines_off(benefits, state), *_shipments_off(benefits, state)]
        applied += [p.name for p in live if p.name in chosen]
        eligible = {promotion.name for promotion, _ in benefits}
        for promotion in live:
            if promotion.name not in chosen:
                known = promotion.name in eligible
                refused[promotion.name] = "not_chosen" if known else "condition"
    return _priced(state, tuple(applied), tuple(Refused(*pair) for pair in refused.items()))


def _inactive(promotion: Promotion, context: Context) -> str | None:
    """`LoadPromotions`. The first and the last moment do not count."""
    if promotion.code is not None and promotion.code not in context.codes:
        return "code"
    if promotion.starts_at is not None and promotion.starts_at >= context.now:
        return "not_started"
    if promotion.expires_at is not None and promotion.expires_at <= context.now:
        return "expired"
    if promotion.usage_limit is not None and promotion.used >= promotion.usage_limit:
        return "usage_limit"
    limit = promotion.per_code_usage_limit
    if promotion.code is not None and limit is not None and promotion.code_used >= limit:
        return "code_usage_limit"
    return None


Live = Sequence[tuple[Promotion, Benefit]]


def _lines_off(benefits: Live, state: State) -> list[str]:
    """Takes the best discount off each line; the names of the promotions. All see the lane's beginning."""
    chosen: list[tuple[int, str]] = []
    for place, line in enumerate(state.order.lines):
        offs = [
            (line_discount(benefit, state, place), number, promotion.name)
            for number, (promotion, benefit) in enumerate(benefits)
            if line.is_promotionable
            and not isinstance(benefit, AdjustShipment)
            and holds_for_line(benefit, line)
        ]
        off, _, name = max(offs, default=(0, 0, ""))
        chosen.append((off, name))
    for place, (off, _) in enumerate(chosen):
        state.lines[place] -= off
    return [name for off, name in chosen if off]


def _shipments_off(benefits: Live, state: State) -> list[str]:
    chosen: list[str] = []
    for place, shipment in enumerate(state.order.shipments):
        offs: list[tuple[int, int, str]] = []
        for number, (promotion, benefit) in enumerate(benefits):
            if isinstance(benefit, AdjustShipment) and holds_for_shipment(benefit, shipment):
                left = state.shipments[place]
                asked = _Asked(Fraction(shipment.cost), Fraction(left))
                off = min(_compute(benefit, benefit.calculator, state, asked), left)
                offs.append((off, number, promotion.name))
        off, _, name = max(offs, default=(0, 0, ""))
        state.shipments[place] -= off
        chosen += [name] if off else []
    return chosen


def line_discount(benefit: Benefit, state: State, place: int) -> int:
    """What the benefit takes off a line, at most what is left of it. `Benefit#compute_amount`."""
    line, left = state.order.lines[place], state.lines[place]
    if isinstance(benefit, AdjustLineItemQuantityGroups):
        off = _in_groups(benefit, state, place)
    else:
        amount = Fraction(line.unit_price * line.quantity)
        asked = _Asked(amount, Fraction(left), line.quantity, place)
        off = _compute(benefit, benefit.calculator, state, asked)
    return min(left, abs(off))


def _in_groups(benefit: AdjustLineItemQuantityGroups, state: State, place: int) -> int:
    """Pieces of the lines with most pieces come first; what makes no whole group has no discount."""
    line = state.order.lines[place]
    if not line.quantity:
        return 0
    piece = Fraction(state.lines[place], line.quantity)
    each = _compute(benefit, benefit.calculator, state, _Asked(piece, piece, line.quantity))
    places = applicable_lines(benefit, state)
    places.sort(key=lambda other: -state.order.lines[other].quantity)
    pieces = [other for other in places for _ in range(state.order.lines[other].quantity)]
    whole = len(pieces) - len(pieces) % benefit.group_size
    return each * pieces[:whole].count(place)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a calculator is asked for: a line (`place`), a piece of one, or a shipment."""

    amount: Fraction
    discountable: Fraction
    quantity: int = 0
    place: int | None = None


def _compute(benefit: Benefit, calculator: Calculator, state: State, asked: _Asked) -> int:
    """`Calculators::…`. Percentages are rounded to the minor unit, halves up."""
    if getattr(calculator, "currency", None) not in (None, state.order.currency):
        return 0
    match calculator:
        case FlatRate(amount):
            return amount
        case FlexiRate(first, additional, limit):
            count = min(asked.quantity, limit) if limit else asked.quantity
            return first + additional * (count - 1) if count else 0
        case Percent(percent):
            return half_up(part_of(asked.discountable, percent))
        case PercentWithCap(percent, cap):
            off = half_up(part_of(asked.discountable, percent))
            return min(off, _distributed(benefit, cap, state, asked))
        case DistributedAmount(amount):
            return _distributed(benefit, amount, state, asked)
        case TieredFlatRate(base, tiers):
            reached = [amount for least, amount in sorted(tiers) if asked.discountable >= least]
            return reached[-1] if reached else base
        case TieredPercent(base, tiers):
            total = sum(line.unit_price * line.quantity for line in state.order.lines)
            return half_up(part_of(asked.amount, _tier(base, tiers, total)))
        case TieredPercentOnQuantity(base, tiers):
            places = applicable_lines(benefit, state)
            pieces = sum(state.order.lines[place].quantity for place in places)
            return half_up(part_of(asked.discountable, _tier(base, tiers, pieces)))


def _tier(base: Decimal, tiers: Sequence[tuple[int, Decimal]], value: int) -> Decimal:
    reached = [percent for least, percent in sorted(tiers) if value >= least]
    return reached[-1] if reached else base


def _distributed(benefit: Benefit, amount: int, state: State, asked: _Asked) -> int:
    """`DistributedAmountsHandler`: among the lines that the benefit is for, by what is left of them."""
    places = applicable_lines(benefit, state)
    if asked.place not in places:
        return 0
    shares = last_to_first(amount, [state.lines[place] for place in places])
    return shares[places.index(asked.place)]


def _priced(state: State, applied: tuple[str, ...], refused: tuple[Refused, ...]) -> Priced:
    """Solidus discounts lines; here their units share it evenly."""
    lines = []
    for line, left in zip(state.order.lines, state.lines, strict=True):
        off = line.unit_price * line.quantity - left
        units = tuple(evenly(off, line.quantity)) if line.quantity else ()
        lines.append(PricedLine(line.product, line.unit_price, units))
    shipping = sum(state.shipments)
    cost = sum(shipment.cost for shipment in state.order.shipments)
    return Priced(tuple(lines), shipping, cost - shipping, applied, refused)
