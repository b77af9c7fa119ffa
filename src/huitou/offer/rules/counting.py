"""What is known beforehand of whom coupons count, and of what activities go together. Pure."""

from collections.abc import Sequence

from huitou.base.compiling import ints
from huitou.offer.rules import tables as at
from huitou.offer.rules.tables import NONE
from huitou.offer.rules.tabling import Tabled


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
