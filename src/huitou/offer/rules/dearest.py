"""What is known beforehand of how dear units can be, by what they do. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from huitou.offer.rules.tables import NONE
from huitou.offer.rules.tabling import Tabled

Row = list[int]
"""The most that a unit of each class can cost; `NONE` where none can be so."""


@dataclass(frozen=True, slots=True)
class Dearest:
    """A row for each price offer (units that pay by it), piece offer (that are bought or given in it), activity (that join it) and
    coupon (that it counts)."""

    prices: list[Row]
    bought: list[Row]
    given: list[Row]
    activities: list[Row]
    coupons: list[Row]


def dearest_of(table: Tabled) -> Dearest:
    t = table.plain

    def rows(instruments: Sequence[object]) -> list[Row]:
        return [[NONE] * len(table.spans) for _ in instruments]

    found = Dearest(
        rows(table.prices), rows(table.pieces), rows(table.pieces), rows(table.activities),
        rows(table.coupons),
    )  # fmt: skip
    counting = [
        [row for c, row in enumerate(found.coupons) if bits >> c & 1] for bits in t.count_bits
    ]
    for own, span in enumerate(table.spans):
        for m in range(*span):
            mode, fen = table.modes[m], t.mode_fen[m]
            raised = [found.activities[a] for a in mode.activities if a != NONE]
            raised += counting[t.mode_count[m]]
            if mode.price != NONE:
                raised.append(found.prices[mode.price])
            if mode.piece != NONE:
                raised.append((found.bought if mode.slot == "buy" else found.given)[mode.piece])
            for row in raised:
                if fen > row[own]:
                    row[own] = fen
    return found


def in_turn(table: Tabled, row: Row) -> list[int]:
    """Of every unit that can be so, the dearest first."""
    return sorted((row[own] for own in table.classes if row[own] != NONE), reverse=True)


def sums_of(table: Tabled, by_class: Sequence[int]) -> list[int]:
    """Of the units from each on, and of none."""
    return list(accumulate([by_class[own] for own in reversed(table.classes)], initial=0))[::-1]
