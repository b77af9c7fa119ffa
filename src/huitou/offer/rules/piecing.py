"""What is known beforehand of piece offers: what their groups can be made of. Pure."""

from huitou.base.compiling import ints
from huitou.offer.rules import tables as at
from huitou.offer.rules.kernel import FULL_BP
from huitou.offer.rules.tables import NONE
from huitou.offer.rules.tabling import Tabled
from huitou.offer.types.carts import Slot


def group_part(table: Tabled, p: int, fen: float, even: int) -> float:
    """The most that a unit of such a price gets off of it: those given are as dear as that at most, and as whatever
    is not the dearest that is bought (`even`, see below)."""
    t = table.plain
    buy, get = t.piece_buy[p], t.piece_get[p]
    given = min(fen, float(even))
    if given == 0.0:
        return 0.0
    part = (FULL_BP - t.piece_pay_bp[p]) / FULL_BP
    return part * get * given / (fen + (buy + get - 1) * given)


def even_fen(table: Tabled, p: int) -> int:
    """How dear the dearest is that can be given; 0 where there cannot be a group."""
    buy, get = table.plain.piece_buy[p], table.plain.piece_get[p]
    dearest = _dearest(table, p, "buy")
    return dearest[buy] if get and len(dearest) >= buy + get else 0


def piece_end(table: Tabled, p: int) -> int:
    """From which unit on nobody can change what a piece offer takes off."""
    units, t = len(table.units), table.plain
    joining = {
        own
        for own, span in enumerate(table.spans)
        for m in range(*span)
        if table.modes[m].piece == p
    }
    found = [
        u + 1
        for u, own in enumerate(table.classes)
        if own in joining or (t.piece_kind[p] == at.ADD_ON and t.triggers[p * units + u])
    ]
    return max(found, default=0)


def rests(table: Tabled) -> tuple[at.Ints, at.Ints]:
    """What units from each on cost at most that may join each piece offer as bought, dearest first, and how many those are."""
    units, fens, counts = len(table.units), [], []
    for p in range(len(table.pieces)):
        most = _most(table, p, "buy")
        for k in range(units + 1):
            found = sorted((fen for fen in most[k:] if fen != NONE), reverse=True)
            fens += [*found, *([0] * (units - len(found)))]
            counts.append(len(found))
    return ints(fens or [0]), ints(counts or [0])


def _dearest(table: Tabled, p: int, slot: Slot) -> list[int]:
    """The most that each unit can cost that may join a piece offer, the dearest first."""
    return sorted((fen for fen in _most(table, p, slot) if fen != NONE), reverse=True)


def _most(table: Tabled, p: int, slot: Slot) -> list[int]:
    """The same unit by unit; `NONE` for one that may not."""
    by_class = [
        max(
            (
                table.plain.mode_fen[m]
                for m in range(*span)
                if (table.modes[m].piece, table.modes[m].slot) == (p, slot)
            ),
            default=NONE,
        )
        for span in table.spans
    ]
    return [by_class[own] for own in table.classes]


def piece_most(table: Tabled, p: int) -> int:
    """The most that a piece offer can take off: all who may join do, at the dearest price."""
    t = table.plain

    most = t.piece_max[p]
    buy, get = t.piece_buy[p], t.piece_get[p]
    bought, given = _dearest(table, p, "buy"), _dearest(table, p, "get")
    if t.piece_kind[p] == at.ADD_ON:
        return sum(max(0, fen - t.piece_fen[p]) for fen in given[:most])
    if t.piece_kind[p] == at.BUNDLE:
        groups = len(bought) // buy if most == NONE else min(most, len(bought) // buy)
        sums = [sum(bought[g * buy : (g + 1) * buy]) for g in range(groups)]
        return sum(max(0, each - t.piece_fen[p]) for each in sums)
    size = buy if t.piece_is_split[p] else buy + get
    groups = len(bought) // size
    if t.piece_is_split[p]:
        groups = min(groups, len(given) // get)
    groups = groups if most == NONE else min(most, groups)
    # Of a group sorted by price the last are given: none is dearer than the first of its group that is not bought.
    free = (
        given[: groups * get]
        if t.piece_is_split[p]
        else [fen for g in range(groups) for fen in bought[g * size + buy : (g + 1) * size]]
    )
    return sum(fen * (FULL_BP - t.piece_pay_bp[p]) // FULL_BP for fen in free)
