"""What is known beforehand of whom coupons count, and of what activities go together. Pure."""

from collections.abc import Sequence

from huitou.base.compiling import ints
from huitou.offer.rules import tables as at
from huitou.offer.rules.kernel import FULL_BP
from huitou.offer.rules.tables import NONE
from huitou.offer.rules.tabling import Tabled
from huitou.offer.rules.valuing import EPSILON


def coupon_least(table: Tabled) -> at.Ints:
    """What the units from each on cost at least, before anything is taken off, that a coupon counts whatever they do. A row a coupon."""
    t = table.plain
    found: list[int] = []
    for c in range(len(table.coupons)):
        sums = [0]
        for own in reversed(table.classes):
            span = range(*table.spans[own])
            is_in = all(t.count_bits[t.mode_count[m]] >> c & 1 for m in span)
            sums.append(sums[-1] + (min(t.mode_fen[m] for m in span) if is_in else 0))
        found += reversed(sums)
    return ints(found)


def groups_of(table: Tabled) -> list[int]:
    """The group of each activity."""
    found = [NONE] * len(table.activities)
    for mode in table.modes:
        for g, a in enumerate(mode.activities):
            if a != NONE:
                found[a] = g
    return found


def meets(table: Tabled, pairs: Sequence[tuple[int, int]]) -> list[int]:
    """Whether coupons (a column each) count some (1) or all (2) of those who can join an activity (a row each)."""
    found = []
    for a in range(len(table.activities)):
        rows = [table.plain.count_bits[row] for act, row in pairs if act == a]
        for c in range(len(table.coupons)):
            counted = [bits >> c & 1 for bits in rows]
            found.append(2 if all(counted) else 1 if any(counted) else 0)
    return found


def within(table: Tabled) -> at.Ints:
    """Whether a coupon (a row each) counts everybody whom another (a column each) counts."""
    coupons = len(table.coupons)
    by_coupon = [
        {row for row, bits in enumerate(table.plain.count_bits) if bits >> c & 1}
        for c in range(coupons)
    ]
    return ints([by_coupon[o] <= by_coupon[c] for c in range(coupons) for o in range(coupons)])


def coupon_left(table: Tabled) -> at.Ints:
    """The least that piece offers and activities can leave of a unit that a coupon counts."""
    t = table.plain
    left = [_left(table, m) for m in range(len(table.modes))]
    return ints(
        [
            min(
                (left[m] for m in range(len(left)) if t.count_bits[t.mode_count[m]] >> c & 1),
                default=0,
            )
            for c in range(len(table.coupons))
        ]
    )


def _left(table: Tabled, m: int) -> int:
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
            left = left * (1.0 - _part_off(table, a)) - 1
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
