"""What the groups of a piece offer can take off at most, as far as units are decided. Pure; compiled as the kernel is.

Sorted by price, dearest first, the units in some places of a group are given. More units, or dearer ones, put no cheaper
one in any place: with everybody in who still can be, at the most they can cost, the most is taken off.

Of every `buy + get` that cost more than an amount at most `get` are given; so of the fen above it those who cost more get no more
than by their places, and of the fen below it everybody at most the even part.
"""

from huitou.base.compiling import inner
from huitou.offer.rules.kernel import FULL_BP, take_piece
from huitou.offer.rules.lines import Plan, Sums
from huitou.offer.rules.tables import ADD_ON, BUNDLE, BUY_GET, NONE, UNITS, Ints, Tables


@inner
def join(joined: Ints, counts: Ints, x: int, first: int, fen: int) -> None:
    """One more of such a price, among the others of its offer."""
    j = first + counts[x]
    while j > first and joined[j - 1] < fen:
        joined[j] = joined[j - 1]
        j -= 1
    joined[j] = fen
    counts[x] += 1


@inner
def leave(joined: Ints, counts: Ints, x: int, first: int, fen: int) -> None:
    """One less."""
    counts[x] -= 1
    j = first
    while joined[j] != fen:
        j += 1
    while j < first + counts[x]:
        joined[j] = joined[j + 1]
        j += 1


@inner
def most_off(t: Tables, p: Plan, s: Sums, x: int, k: int) -> int:
    """What all its groups take off at most, whatever units from `k` on do. O(units)."""
    if k == 0 or t.piece_kind[x] == ADD_ON or t.piece_is_split[x]:
        return p.piece_most[x]
    units = t.sizes[UNITS]
    own, rest = x * units, (x * (units + 1) + k) * units
    last_own = own + s.joined_count[x]
    size = t.piece_buy[x] + t.piece_get[x]
    groups = (s.joined_count[x] + p.rest_count[x * (units + 1) + k]) // size
    if t.piece_max[x] != NONE:
        groups = min(groups, t.piece_max[x])
    off, given = 0, 0
    for _ in range(groups):
        whole = 0
        for place in range(size):
            if own < last_own and s.joined[own] >= p.rest_fen[rest]:
                fen = s.joined[own]
                own += 1
            else:
                fen = p.rest_fen[rest]
                rest += 1
            whole += fen
            if place >= t.piece_buy[x]:
                given += fen
        off += max(0, whole - t.piece_fen[x])
    if t.piece_kind[x] == BUNDLE:
        return off
    return given * (FULL_BP - t.piece_pay_bp[x]) // FULL_BP


@inner
def less_off(t: Tables, p: Plan, s: Sums, x: int, k: int) -> float:
    """How much less those who joined get together than each could get at most for itself (`keep`), whatever units from `k` on
    do. O(units)."""
    if t.piece_kind[x] != BUY_GET or t.piece_is_split[x] or s.joined_count[x] == 0:
        return 0.0
    units, buy = t.sizes[UNITS], t.piece_buy[x]
    size, even, first = buy + t.piece_get[x], p.piece_even[x], x * units
    amount = p.rest_fen[(x * (units + 1) + k) * units]
    if amount > even:
        return 0.0
    most = NONE if t.piece_max[x] == NONE else t.piece_max[x] * size
    share = t.piece_get[x] / size
    less, place = 0.0, 0
    for i in range(s.joined_count[x]):
        fen = s.joined[first + i]
        least = min(fen, amount)
        if fen <= even:
            less += share * (fen - least)
        else:
            less += t.piece_get[x] * even * fen / (fen + (size - 1) * even) - share * least
        if place >= buy and (most == NONE or i < most):
            less -= fen - least
        place += 1
        if place == size:
            place = 0
    return max(0.0, less * (FULL_BP - t.piece_pay_bp[x]) / FULL_BP)


@inner
def settled_groups(t: Tables, p: Plan, s: Sums, x: int, k: int) -> int:
    """How many groups are what they are whatever units from `k` on do: of nobody who is less dear than they may be, ties by the
    order of units."""
    units, count = t.sizes[UNITS], 0
    if t.piece_kind[x] == ADD_ON or t.piece_is_split[x]:
        return 0
    amount = p.rest_fen[(x * (units + 1) + k) * units]
    while count < s.joined_count[x] and s.joined[x * units + count] >= amount:
        count += 1
    groups = count // (t.piece_buy[x] + t.piece_get[x])
    return groups if t.piece_max[x] == NONE else min(groups, t.piece_max[x])


@inner
def settle(t: Tables, p: Plan, s: Sums, modes: Ints, x: int, k: int) -> tuple[int, float]:
    """Finds what settled groups of a piece offer leave of each of their units. Returns what they take off, and how much less that is
    than each could get at most for itself."""
    is_over = k >= p.piece_end[x]
    groups = 0 if is_over else settled_groups(t, p, s, x, k)
    if groups == 0 and not is_over:
        return 0, 0.0
    for u in range(k):
        if t.mode_piece[modes[u]] == x:
            s.amounts[u] = t.mode_fen[modes[u]]
            s.is_settled[u] = 1 if is_over else 0
    take_piece(t, x, modes, k, s.amounts, s.room, s.nothing, s.nothing)
    for place in range(groups * (t.piece_buy[x] + t.piece_get[x])):
        s.is_settled[s.room[place]] = 1
    off, kept = 0, 0.0
    for u in range(k):
        m = modes[u]
        if t.mode_piece[m] == x and s.is_settled[u]:
            off += t.mode_fen[m] - s.amounts[u]
            kept += s.amounts[u] - p.mode_keep[m]
    return off, kept
