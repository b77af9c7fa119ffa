"""What a decision costs: steps 2 to 5 of docs/offers.md, over whole numbers. Pure.

Written in plain loops over lists, so that numba can compile the same lines (`compiling.py`). A decision
is a mode for each unit and the coupons as bits. O(units × (pieces + activities + coupons)).
"""

from huitou.base.compiling import fast, inner
from huitou.offer.rules.tables import (
    ACTS,
    ADD_ON,
    BUNDLE,
    COUNT,
    COUPONS,
    ENTRY_AMOUNT,
    GROUPS,
    LIST_AMOUNT,
    NONE,
    ONE_OFF,
    PIECES,
    SHIPPING,
    SHIPPING_OFF,
    SHIPS_FREE,
    UNITS,
    Ints,
    Tables,
)

FULL_BP = 10_000
STEP_COLUMNS = 4
BASE, OFF, TIMES, SHIPPING_PART = range(STEP_COLUMNS)
"""What is noted of a step: what it looked at, what it took off, how often, and of the shipping."""


@inner
def note(notes: Ints, step: int, base: int, off: int, times: int) -> None:
    """Add to what is known of a step."""
    if len(notes):
        notes[step * STEP_COLUMNS + BASE] += base
        notes[step * STEP_COLUMNS + OFF] += off
        notes[step * STEP_COLUMNS + TIMES] += times


@inner
def take_add_on(
    t: Tables, p: int, modes: Ints, given: int, amounts: Ints, room: Ints, shares: Ints, notes: Ints
) -> None:
    """The first of those who joined cost less, if the others are worth enough."""
    units = t.sizes[UNITS]
    base = 0
    for u in range(units):
        # Prices of step 1: another piece offer before this one does not count.
        if t.mode_piece[modes[u]] != p and t.triggers[p * units + u]:
            base += t.mode_fen[modes[u]]
    note(notes, p, base, 0, 0)
    if base < t.piece_threshold[p]:
        return
    for k in range(min(given, t.piece_max[p])):
        u = room[units + k]
        off = max(0, amounts[u] - t.piece_fen[p])
        amounts[u] -= off
        if len(notes):
            shares[p * units + u] += off
        note(notes, p, 0, off, 1)


@inner
def group_off(t: Tables, p: int, g: int, size: int, amounts: Ints, room: Ints) -> int:
    """What a group of a piece offer takes off."""
    units = t.sizes[UNITS]
    off = 0
    if t.piece_kind[p] == BUNDLE:
        for k in range(g * size, (g + 1) * size):
            off += amounts[room[k]]
        return max(0, off - t.piece_fen[p])
    get = t.piece_get[p]
    first = units + g * get if t.piece_is_split[p] else (g + 1) * size - get
    for k in range(first, first + get):
        off += amounts[room[k]] * (FULL_BP - t.piece_pay_bp[p]) // FULL_BP
    return off


@inner
def sort(room: Ints, start: int, count: int) -> None:
    """By the order of units."""
    for k in range(start + 1, start + count):
        u = room[k]
        j = k
        while j > start and room[j - 1] > u:
            room[j] = room[j - 1]
            j -= 1
        room[j] = u


@inner
def share(
    off: int,
    who: Ints,
    first: int,
    count: int,
    amounts: Ints,
    room: Ints,
    rests: int,
    shares: Ints,
    row: int,
    notes: Ints,
) -> None:
    """Take `off` from the units `who[first:first + count]` by what they cost: largest remainder."""
    if off == 0:
        return
    total = 0
    for k in range(first, first + count):
        total += amounts[who[k]]
    left = off
    for k in range(first, first + count):
        u = who[k]
        scaled = off * amounts[u]
        part = scaled // total
        room[rests + k - first] = scaled - part * total
        left -= part
        amounts[u] -= part
        if len(notes):
            shares[row + u] += part
    for _ in range(left):
        best = 0
        for k in range(1, count):
            if room[rests + k] > room[rests + best]:
                best = k
        room[rests + best] = NONE
        amounts[who[first + best]] -= 1
        if len(notes):
            shares[row + who[first + best]] += 1


@inner
def insert(room: Ints, start: int, count: int, u: int, amounts: Ints) -> None:
    """Put a unit where it belongs: dearest first, the earlier before the later."""
    k = start + count
    while k > start and amounts[room[k - 1]] < amounts[u]:
        room[k] = room[k - 1]
        k -= 1
    room[k] = u


@inner
def take_piece(
    t: Tables, p: int, modes: Ints, until: int, amounts: Ints, room: Ints, shares: Ints, notes: Ints
) -> None:
    """Groups of those who joined get their price, as if there were only so many units."""
    units = t.sizes[UNITS]
    bought, given = 0, 0
    for u in range(until):
        if t.mode_piece[modes[u]] == p:
            if t.mode_is_get[modes[u]]:
                insert(room, units, given, u, amounts)
                given += 1
            else:
                insert(room, 0, bought, u, amounts)
                bought += 1
    if bought + given == 0:
        return
    if t.piece_kind[p] == ADD_ON:
        take_add_on(t, p, modes, given, amounts, room, shares, notes)
        return
    size = t.piece_buy[p] + (0 if t.piece_is_split[p] else t.piece_get[p])
    groups = bought // size
    if t.piece_is_split[p]:
        groups = min(groups, given // t.piece_get[p])
    if t.piece_max[p] != NONE:
        groups = min(groups, t.piece_max[p])
    members = 3 * units
    for g in range(groups):
        count = 0
        for k in range(g * size, (g + 1) * size):
            room[members + count] = room[k]
            count += 1
        if t.piece_is_split[p]:
            for k in range(g * t.piece_get[p], (g + 1) * t.piece_get[p]):
                room[members + count] = room[units + k]
                count += 1
        off = group_off(t, p, g, size, amounts, room)
        sort(room, members, count)
        share(off, room, members, count, amounts, room, 2 * units, shares, p * units, notes)
        note(notes, p, 0, off, 1)


@inner
def tier_off(t: Tables, a: int, tier: int, times: int, total: int) -> int:
    """What a tier takes off what its members cost."""
    off = 0
    if t.tier_off[tier] != NONE:
        off = t.tier_off[tier] * times
    elif t.tier_pay_bp[tier] != NONE:
        off = total * (FULL_BP - t.tier_pay_bp[tier]) // FULL_BP
    if t.act_cap[a] != NONE:
        off = min(off, t.act_cap[a])
    return min(off, total)


@inner
def take_activity(
    t: Tables, a: int, modes: Ints, amounts: Ints, room: Ints, shares: Ints, notes: Ints
) -> tuple[int, int]:
    """Those who joined get the tier they reach; returns it and how often it counts."""
    units, groups = t.sizes[UNITS], t.sizes[GROUPS]
    members, count, total, listed = 3 * units, 0, 0, 0
    for u in range(units):
        row = t.mode_join[modes[u]] * groups
        for g in range(groups):
            if t.join_act[row + g] == a:
                room[members + count] = u
                count += 1
                total += amounts[u]
                listed += t.list_fen[u]
    if count == 0:
        return NONE, 0
    measure = t.act_measure[a]
    base = listed if measure == LIST_AMOUNT else count if measure == COUNT else total
    tier = NONE
    for i in range(t.tier_from[a], t.tier_until[a]):
        if base >= t.tier_at[i]:
            tier = i
    step = t.sizes[PIECES] + a
    note(notes, step, base, 0, 0)
    if tier == NONE:
        return NONE, 0
    times = 1
    if t.act_repeats[a] != NONE:
        times = min(base // t.tier_at[tier], t.act_repeats[a])
    off = tier_off(t, a, tier, times, total)
    share(off, room, members, count, amounts, room, 2 * units, shares, step * units, notes)
    note(notes, step, 0, off, times)
    return tier, times


@inner
def coupon_off(t: Tables, c: int, total: int) -> int:
    """What a coupon that reached its threshold takes off what costs `total`."""
    off = 0
    if t.coupon_off[c] != NONE:
        off = t.coupon_off[c]
    elif t.coupon_pay_bp[c] != NONE:
        off = total * (FULL_BP - t.coupon_pay_bp[c]) // FULL_BP
    elif t.coupon_pay[c] != NONE:
        off = max(0, total - t.coupon_pay[c])
    if t.coupon_cap[c] != NONE:
        off = min(off, t.coupon_cap[c])
    return min(off, total)


@inner
def take_coupon(
    t: Tables,
    c: int,
    modes: Ints,
    amounts: Ints,
    room: Ints,
    shipping: int,
    shares: Ints,
    notes: Ints,
) -> int:
    """What a coupon counts costs less; returns what shipping then costs."""
    units = t.sizes[UNITS]
    members, entry = 3 * units, 4 * units
    count, total, listed, entered, dearest = 0, 0, 0, 0, NONE
    for u in range(units):
        if t.count_bits[t.mode_count[modes[u]]] >> c & 1:
            room[members + count] = u
            count += 1
            total += amounts[u]
            listed += t.list_fen[u]
            entered += room[entry + u]
            if dearest == NONE or amounts[u] > amounts[dearest]:
                dearest = u
    step = t.sizes[PIECES] + t.sizes[ACTS] + c
    measure = t.coupon_measure[c]
    base = total
    if measure == LIST_AMOUNT:
        base = listed
    elif measure == COUNT:
        base = count
    elif measure == ENTRY_AMOUNT:
        base = entered
    note(notes, step, base, 0, 0)
    if count == 0 or base < t.coupon_threshold[c]:
        return shipping
    kind = t.coupon_kind[c]
    if kind == SHIPPING_OFF:
        off = shipping if t.coupon_off[c] == NONE else min(t.coupon_off[c], shipping)
        if len(notes):
            notes[step * STEP_COLUMNS + SHIPPING_PART] = off
            notes[step * STEP_COLUMNS + TIMES] = 1
        return shipping - off
    if kind == ONE_OFF:
        room[members] = dearest
        count, total = 1, amounts[dearest]
    off = coupon_off(t, c, total)
    share(off, room, members, count, amounts, room, 2 * units, shares, step * units, notes)
    note(notes, step, 0, off, 1)
    return shipping


@fast
def evaluate(
    t: Tables, modes: Ints, coupons: int, amounts: Ints, room: Ints, shares: Ints, notes: Ints
) -> tuple[int, int]:
    """Payable, and what the gifts are worth, in fen.

    `amounts` (a unit each) are left at what is paid for it. `room` is scratch, five numbers a unit. With
    `notes` (four numbers a step; not empty) `shares` (a row a step, a column a unit) and `notes` are filled.
    Steps are the piece offers, then the activities, then the coupons.
    """
    units = t.sizes[UNITS]
    for u in range(units):
        amounts[u] = t.mode_fen[modes[u]]
    for p in range(t.sizes[PIECES]):
        take_piece(t, p, modes, units, amounts, room, shares, notes)
    shipping = 0 if t.sizes[SHIPS_FREE] else t.sizes[SHIPPING]
    gifts = 0
    for a in range(t.sizes[ACTS]):
        tier, times = take_activity(t, a, modes, amounts, room, shares, notes)
        if times:
            gifts += t.tier_gift[tier] * times
            if t.tier_ships[tier]:
                shipping = 0
    if coupons:
        entry = 4 * units
        for u in range(units):
            room[entry + u] = amounts[u]
        for c in range(t.sizes[COUPONS]):
            if coupons >> c & 1:
                shipping = take_coupon(t, c, modes, amounts, room, shipping, shares, notes)
    payable = shipping
    for u in range(units):
        payable += amounts[u]
    return payable, gifts
