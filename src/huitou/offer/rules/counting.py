"""What is known beforehand of whom coupons count, and of what activities go together. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from heapq import heappop, heappush
from operator import and_

from huitou.base.compiling import ints
from huitou.offer.rules import tables as at
from huitou.offer.rules.dearest import sums_of
from huitou.offer.rules.kernel import FULL_BP
from huitou.offer.rules.tables import NONE
from huitou.offer.rules.tabling import Tabled
from huitou.offer.rules.valuing import EPSILON


def coupon_least(table: Tabled) -> at.Ints:
    """What the units from each on cost at least, before anything is taken off, that a coupon counts whatever they do. A row a coupon."""
    t = table.plain
    least = [min(t.mode_fen[first:until]) for first, until in table.spans]
    counted = [
        reduce(and_, (t.count_bits[n] for n in t.mode_count[first:until]))
        for first, until in table.spans
    ]
    found: list[int] = []
    for c in range(len(table.coupons)):
        by_class = [fen * (bits >> c & 1) for fen, bits in zip(least, counted, strict=True)]
        found += sums_of(table, by_class)
    return ints(found)


def groups_of(table: Tabled) -> list[int]:
    """The group of each activity."""
    t, groups = table.plain, table.plain.sizes[at.GROUPS]
    found = [NONE] * len(table.activities)
    for n, a in enumerate(t.join_act):
        if a != NONE:
            found[a] = n % groups
    return found


@dataclass(slots=True)
class Pair:
    """Who can join an activity while such coupons count them: the most that a unit of each class costs then, and the price offers that they
    pay by."""

    fens: list[int]
    prices: set[int] = field(default_factory=set)

    def limited(self, table: Tabled) -> int:
        """The price offer with a limit that all of them pay by."""
        (price,) = self.prices if len(self.prices) == 1 else (NONE,)
        return price if price != NONE and table.plain.price_limit[price] != NONE else NONE

    def rest(self, table: Tabled) -> list[int]:
        """What all units from each on may cost that can be so."""
        limited = self.limited(table)
        if limited == NONE:
            return sums_of(table, self.fens)
        total, found = 0, [0]
        dearest: list[int] = []
        for own in reversed(table.classes):
            total += self.fens[own]
            heappush(dearest, self.fens[own])
            if len(dearest) > table.plain.price_limit[limited]:
                total -= heappop(dearest)
            found.append(total)
        return found[::-1]


def pairs_of(table: Tabled) -> dict[tuple[int, int], Pair]:
    """Each activity with each row of coupons, in their order."""
    found: dict[tuple[int, int], Pair] = {}
    t = table.plain
    for own, span in enumerate(table.spans):
        for m in range(*span):
            mode, fen, count = table.modes[m], t.mode_fen[m], t.mode_count[m]
            for a in mode.activities:
                if a == NONE:
                    continue
                if (a, count) not in found:
                    found[a, count] = Pair([0] * len(table.spans))
                pair = found[a, count]
                pair.prices.add(mode.price)
                if fen > pair.fens[own]:
                    pair.fens[own] = fen
    return dict(sorted(found.items()))


def meets(table: Tabled, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """Whether coupons (a column each) count some (1) or all (2) of those who can join an activity (a row each)."""
    some, every = [0] * len(table.activities), [-1] * len(table.activities)
    for a, row in pairs:
        some[a] |= table.plain.count_bits[row]
        every[a] &= table.plain.count_bits[row]
    coupons = range(len(table.coupons))
    return [
        2 if all_bits >> c & 1 else bits >> c & 1
        for bits, all_bits in zip(some, every, strict=True)
        for c in coupons
    ]


def within(table: Tabled) -> at.Ints:
    """Whether a coupon (a row each) counts everybody whom another (a column each) counts."""
    coupons = range(len(table.coupons))
    rows = [
        sum(1 << row for row, bits in enumerate(table.plain.count_bits) if bits >> c & 1)
        for c in coupons
    ]
    return ints([not rows[o] & ~rows[c] for c in coupons for o in coupons])


def coupon_left(table: Tabled) -> at.Ints:
    """The least that piece offers and activities can leave of a unit that a coupon counts."""
    t = table.plain
    parts = [_part_off(table, a) for a in range(len(table.activities))]
    least: dict[int, int] = {}
    for m, count in enumerate(t.mode_count):
        left = _left(table, m, parts)
        least[count] = min(left, least.get(count, left))
    return ints(
        [
            min((left for count, left in least.items() if t.count_bits[count] >> c & 1), default=0)
            for c in range(len(table.coupons))
        ]
    )


def _left(table: Tabled, m: int, parts: Sequence[float]) -> int:
    """Of a unit in a mode. What is taken off a group is shared by what its units cost, so nobody gets a greater part than the group, but for a fen."""
    t, mode = table.plain, table.modes[m]
    left = float(t.mode_fen[m])
    if mode.piece != NONE:
        kind = t.piece_kind[mode.piece]
        if kind == at.BUNDLE:
            return 0
        if kind == at.ADD_ON:
            left = min(left, float(t.piece_fen[mode.piece]))
        else:
            left = left * t.piece_pay_bp[mode.piece] / FULL_BP - 1
    for a in mode.activities:
        if a != NONE:
            left = left * (1.0 - parts[a]) - 1
    return max(0, int(left - EPSILON))


def _part_off(table: Tabled, a: int) -> float:
    """The greatest part that an activity can take off those who join it."""
    t, parts = table.plain, [0.0]
    for i in range(t.tier_from[a], t.tier_until[a]):
        if t.tier_pay_bp[i] != NONE:
            parts.append((FULL_BP - t.tier_pay_bp[i]) / FULL_BP)
        elif t.tier_off[i] != NONE:
            is_of_amount = t.act_measure[a] == at.AMOUNT and t.tier_at[i] > 0
            parts.append(t.tier_off[i] / t.tier_at[i] if is_of_amount else 1.0)
    return min(1.0, max(parts))
