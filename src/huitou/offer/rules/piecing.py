"""What is known beforehand of piece offers: what their groups can be made of. Pure."""

from huitou.base.compiling import ints
from huitou.offer.rules import tables as at
from huitou.offer.rules.dearest import Dearest, in_turn
from huitou.offer.rules.kernel import FULL_BP
from huitou.offer.rules.tables import NONE
from huitou.offer.rules.tabling import Tabled


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


def even_fen(table: Tabled, by: Dearest, p: int) -> int:
    """How dear the dearest is that can be given; 0 where there cannot be a group."""
    buy, get = table.plain.piece_buy[p], table.plain.piece_get[p]
    dearest = in_turn(table, by.bought[p])
    return dearest[buy] if get and len(dearest) >= buy + get else 0


def piece_end(table: Tabled, by: Dearest, p: int) -> int:
    """From which unit on nobody can change what a piece offer takes off."""
    units, t = len(table.units), table.plain
    found = [
        u + 1
        for u, own in enumerate(table.classes)
        if max(by.bought[p][own], by.given[p][own]) != NONE
        or (t.piece_kind[p] == at.ADD_ON and t.triggers[p * units + u])
    ]
    return max(found, default=0)


def rests(table: Tabled, by: Dearest) -> tuple[at.Ints, at.Ints]:
    """What units from each on cost at most that may join each piece offer as bought, dearest first, and how many those are."""
    units = len(table.units)
    fens: list[int] = []
    counts: list[int] = []
    for row in by.bought:
        left = in_turn(table, row)
        for own in table.classes:
            fens += left + [0] * (units - len(left))
            counts.append(len(left))
            if row[own] != NONE:
                left.remove(row[own])
        fens += [0] * units
        counts.append(0)
    return ints(fens or [0]), ints(counts or [0])


def piece_most(table: Tabled, by: Dearest, p: int) -> int:
    """The most that a piece offer can take off: all who may join do, at the dearest price."""
    t = table.plain
    most = t.piece_max[p]
    buy, get = t.piece_buy[p], t.piece_get[p]
    bought, given = in_turn(table, by.bought[p]), in_turn(table, by.given[p])
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
