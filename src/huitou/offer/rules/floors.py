"""What coupons leave at least, to the fen: no rounding, nobody's choice, comes into it. Pure; compiled as the kernel is.

A coupon counts only where its threshold is reached, and takes off what is known then: 满 269 减 33 never leaves less than 236, which is
what is often paid in the end. What it leaves of an amount grows with the amount (a part takes at most one fen
more for every fen), so the next coupon can start from the least that the one before it left.
"""

from huitou.base.compiling import fast, inner
from huitou.offer.rules.kernel import coupon_off
from huitou.offer.rules.lines import Plan
from huitou.offer.rules.tables import (
    AMOUNT,
    COUPONS,
    ENTRY_AMOUNT,
    NONE,
    ORDER_OFF,
    SHIPPING,
    SHIPPING_OFF,
    SHIPS_FREE,
    Ints,
    Tables,
)


@inner
def left_of(t: Tables, p: Plan, c: int, amount: int) -> int:
    """What a coupon leaves of an amount, at least."""
    most = amount if t.coupon_kind[c] == ORDER_OFF else min(amount, p.dearest[c])
    return amount - coupon_off(t, c, most)


@fast
def floor_of(t: Tables, p: Plan, coupons: int) -> int:
    """The least that can be paid if every one of these coupons reaches its threshold. O(coupons)."""
    left = 0
    for c in range(t.sizes[COUPONS]):
        if coupons >> c & 1 and t.coupon_measure[c] == ENTRY_AMOUNT:
            left = max(left, t.coupon_threshold[c])
    shipping = 0 if t.sizes[SHIPS_FREE] else t.sizes[SHIPPING]
    for i in range(len(t.tier_ships)):
        if t.tier_ships[i]:
            shipping = 0
    for c in range(t.sizes[COUPONS]):
        if not coupons >> c & 1:
            continue
        counted = t.coupon_threshold[c] if t.coupon_measure[c] == AMOUNT else 0
        if t.coupon_kind[c] == SHIPPING_OFF:
            shipping -= shipping if t.coupon_off[c] == NONE else min(t.coupon_off[c], shipping)
            left = max(left, counted)
        else:
            left = max(left_of(t, p, c, left), left_of(t, p, c, counted))
    return left + shipping


@fast
def lay_floors(t: Tables, p: Plan, sets: Ints, found: Ints) -> None:
    """The same for each of some sets."""
    for n in range(len(sets)):
        found[n] = floor_of(t, p, sets[n])
