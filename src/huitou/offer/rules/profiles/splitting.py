"""Rounding and splitting as other shop systems do it: whole minor units, exact fractions between.

Largest remainder, Lunar's way, is `kernel.money.split`.
"""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction


def half_up(amount: Fraction) -> int:
    """The nearest whole number, halves away from zero (PHP's `round`, Ruby's `BigDecimal#round`)."""
    whole = (2 * abs(amount).numerator + amount.denominator) // (2 * amount.denominator)
    return whole if amount >= 0 else -whole


def half_down(amount: Fraction) -> int:
    """The nearest whole number, halves towards zero (PHP's `PHP_ROUND_HALF_DOWN`)."""
    whole = -((amount.denominator - 2 * abs(amount).numerator) // (2 * amount.denominator))
    return whole if amount >= 0 else -whole


def part_of(amount: int | Fraction, percent: Decimal) -> Fraction:
    """`percent` of `amount`, exactly."""
    return amount * Fraction(percent) / 100


def by_half_down(amount: int, weights: Sequence[int]) -> list[int]:
    """In proportion, each share rounded half towards zero; what is then missing or too much goes one
    by one to the first shares. An amount of which every share rounds to nothing is not given.

    Sylius `ProportionalIntegerDistributor`. There a line that takes no part (weight 0), or whose share
    is already 0, may get the correction and become dearer by one; here the next line gets it.
    """
    total = sum(weights)
    shares = [half_down(Fraction(weight * amount, total)) if weight else 0 for weight in weights]
    missing = amount - sum(shares)
    step = 1 if missing > 0 else -1
    if missing == amount:
        return shares
    for place, weight in enumerate(weights):
        if missing and weight and shares[place] + step >= 0:
            shares[place] += step
            missing -= step
    return shares


def over_floors(
    amount: int, totals: Sequence[int], floors: Sequence[int], weights: Sequence[int]
) -> list[int]:
    """In proportion, no line below its floor; what a floor keeps out is split again among the others.

    Sylius `MinimumPriceDistributor`: each round weighs by the lines' totals as they were at first. A line
    that is already below its floor gets nothing (Sylius lifts it to the floor).
    """
    granted = [0] * len(totals)
    open_lines, left = list(range(len(totals))), amount
    while open_lines and left:
        shares = by_half_down(left, [weights[line] for line in open_lines])
        still_open, left = [], 0
        for line, share in zip(open_lines, shares, strict=True):
            room = max(0, totals[line] - floors[line] - granted[line])
            if share >= room:
                left += share - room
            else:
                still_open.append(line)
            granted[line] += min(share, room)
        open_lines = still_open
    return granted


def evenly(amount: int, count: int) -> list[int]:
    """Among `count` equals; what does not divide goes to the first ones. Sylius `IntegerDistributor`."""
    each, rest = divmod(amount, count)
    return [each + 1] * rest + [each] * (count - rest)


def last_to_first(amount: int, weights: Sequence[int | Fraction]) -> list[int]:
    """In proportion from the last to the first, fractions cut off, so that what is left over gathers at
    the first. Ruby's `Money::Allocation.generate`, which Solidus uses."""
    shares: list[int] = []
    left = amount
    for place in range(len(weights) - 1, -1, -1):
        total = sum(weights[: place + 1])
        share = int(Fraction(left) * weights[place] / total) if total else 0
        shares.insert(0, share)
        left -= share
    return shares


def running(total: int, exact: Sequence[Fraction]) -> list[int]:
    """Whole shares that sum to `total`, the exact shares' sum cut down: each is what the running sum grows by."""
    shares: list[int] = []
    before = 0
    sofar = Fraction(0)
    for share in exact:
        sofar += share
        shares.append(min(int(sofar), total) - before)
        before += shares[-1]
    return shares
