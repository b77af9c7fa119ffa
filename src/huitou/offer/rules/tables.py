"""A cart and its rules as tables of whole numbers, which the kernel goes over."""

from typing import NamedTuple

Ints = list[int]
"""Or an array of int64 where the kernel is compiled."""
Floats = list[float]
"""Or an array of float64."""

AMOUNT, ENTRY_AMOUNT, LIST_AMOUNT, COUNT = range(4)
BUY_GET, BUNDLE, ADD_ON = range(3)
ORDER_OFF, ONE_OFF, SHIPPING_OFF = range(3)
NONE = -1
"""Stands for nothing: no offer, no limit, no cap."""


class Tables(NamedTuple):
    """Units in their order; modes are what a unit of a class may do, those of a class side by side.

    `mode_join` is a row of `join_act` (`sizes[GROUPS]` columns: an activity of each group), `mode_count` one of
    `count_bits`: the coupons, as bits in their order, that count a unit in that mode. Activities and coupons are in the order in which they take their turns. `triggers` has a
    column a unit for each piece offer.
    """

    sizes: Ints
    unit_class: Ints
    list_fen: Ints
    mode_from: Ints
    mode_until: Ints
    mode_fen: Ints
    mode_price: Ints
    mode_piece: Ints
    mode_is_get: Ints
    mode_join: Ints
    mode_count: Ints
    join_act: Ints
    count_bits: Ints
    price_limit: Ints
    piece_kind: Ints
    piece_is_split: Ints
    piece_buy: Ints
    piece_get: Ints
    piece_pay_bp: Ints
    piece_fen: Ints
    piece_max: Ints
    piece_threshold: Ints
    triggers: Ints
    act_measure: Ints
    act_repeats: Ints
    act_cap: Ints
    tier_from: Ints
    tier_until: Ints
    tier_at: Ints
    tier_off: Ints
    tier_pay_bp: Ints
    tier_gift: Ints
    tier_ships: Ints
    coupon_kind: Ints
    coupon_measure: Ints
    coupon_threshold: Ints
    coupon_off: Ints
    coupon_pay_bp: Ints
    coupon_cap: Ints
    coupon_pay: Ints


UNITS, GROUPS, PIECES, ACTS, COUPONS, SHIPPING, SHIPS_FREE = range(7)
"""What stands where in `sizes`."""
