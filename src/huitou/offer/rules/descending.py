"""A start for the search: what changing one thing at a time arrives at. Pure; compiled as the kernel is."""

from huitou.base.compiling import fast, inner
from huitou.offer.rules.tables import NONE, UNITS, Ints, Tables
from huitou.offer.rules.valuing import Scratch, Wanted, value_of


@fast
def legal_value(t: Tables, w: Wanted, x: Scratch, modes: Ints, coupons: int) -> int:
    """The value of a decision; below zero if it breaks the limit of a price offer."""
    for u in range(t.sizes[UNITS]):
        price = t.mode_price[modes[u]]
        if price != NONE and t.price_limit[price] != NONE:
            used = 0
            for j in range(t.sizes[UNITS]):
                if t.mode_price[modes[j]] == price:
                    used += 1
            if used > t.price_limit[price]:
                return NONE
    return value_of(t, w, x, modes, coupons)


@inner
def arrange(modes: Ints, first: int, until: int) -> None:
    """Identical units take their modes in order."""
    for k in range(first + 1, until):
        m = modes[k]
        j = k
        while j > first and modes[j - 1] > m:
            modes[j] = modes[j - 1]
            j -= 1
        modes[j] = m


@fast
def descend(t: Tables, w: Wanted, x: Scratch, modes: Ints, trial: Ints, coupons: int) -> int:
    """Change one class of units, or one unit, at a time as long as that helps; returns the value, below zero if none is legal."""
    units = t.sizes[UNITS]
    best = legal_value(t, w, x, modes, coupons)
    is_better = True
    while is_better:
        is_better = False
        u = 0
        while u < units:
            own = t.unit_class[u]
            until = u
            while until < units and t.unit_class[until] == own:
                until += 1
            for m in range(t.mode_from[own], t.mode_until[own]):
                for count in range(1, until - u + 1):
                    for j in range(units):
                        trial[j] = modes[j]
                    for j in range(u, u + count):
                        trial[j] = m
                    arrange(trial, u, until)
                    value = legal_value(t, w, x, trial, coupons)
                    if value >= 0 and (best < 0 or value < best):
                        best = value
                        is_better = True
                        for j in range(units):
                            modes[j] = trial[j]
            u = until
    return best


@fast
def choose(t: Tables, w: Wanted, x: Scratch, modes: Ints, sets: Ints) -> int:
    """Which of the sets of coupons makes these modes cheapest, by its place; below zero if none is legal."""
    found, least = NONE, NONE
    for n in range(len(sets)):
        value = legal_value(t, w, x, modes, sets[n])
        if value >= 0 and (least < 0 or value < least):
            found, least = n, value
    return found
