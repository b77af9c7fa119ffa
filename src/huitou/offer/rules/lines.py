"""Lines over what instruments take off, under which no way to go on from here costs less than a bound. The types of it.

What an instrument takes off is a function D of what those who take part cost, S. For any slope it lies under a line:
D(S) ≤ flat + slope × S, with flat = max over the S that are possible of D(S) − slope × S. Under such lines each unit
can be decided by itself: it costs its price less the slopes of what it joins and of the coupons that count it.
Any slopes give a bound (Lagrangian relaxation; flat is D's conjugate), good slopes a good one. How far S can
reach is narrowed by regions: an activity in a certain tier, a coupon that reaches its threshold.

A piece offer lies under any mix of two lines, by a slope from 0 to 1: at 1 it takes off a part of what
its units cost, at 0 at most what all whole groups can give.

Whoever pays by a price offer with a limit pays a toll as well, and all the tolls that there can be are given back at once: no
more pay by it than may, so that is never too little back.

Rounding: the shares of a step deviate from exact ones by a quarter of a fen a unit in any set of units.
"""

from typing import NamedTuple

from huitou.offer.rules.tables import Floats, Ints

IMPOSSIBLE = 1e18
FAR = 1 << 60
"""A region without an end."""


class Plan(NamedTuple):
    """What is known of a cart beforehand.

    `mode_*`: a unit in that mode costs `weight × keep − back` at least, where the weight is what activities and coupons leave, or its part
    of a bundle (`bundle`, below zero where it joins none); without its piece offer `fen`. `limited`: the price offer with a limit
    that it pays by, or `NONE`.
    `act_*` and `coupon_*` (a row each, `units + 1` columns): what units from here on can add at most, in fen,
    by list price, in pieces; `coupon_least` (the same rows) what those cost at least that a coupon counts whatever they do. `coupon_left` a coupon: the least that earlier steps leave of
    a unit that it may count; `within` (a row a coupon, a column another): whether it counts everybody whom the other counts; `dearest` a coupon: the most a unit that it may count costs. `piece_most` a piece offer: the most it can take off.
    `rest_fen` (`rest_count` of them; rows as above, a row a piece offer, of `units` columns each): what units from here on cost at most that may join it
    as bought, dearest first; `piece_even`: how dear the dearest is that can be given; `piece_end`: from which unit on nobody
    changes what it takes off.
    `without` (a column a group): the same mode without its activity, or itself; `without_piece`: without a piece offer that
    can never have a group, or itself.
    `pair_count`: the rows of `count_bits` that go with an activity in a mode (those of an activity from `pair_from` on), and
    in `pair_fen` what all units that can be so may cost; `pair_rest` (a row a pair, `units + 1` columns) those from each on; `pair_limited` the price offer with
    a limit that all of them pay by, or `NONE`. `mode_pair` (a column a group): the pairs of a mode. `act_group`: an activity's
    group; `meets` (a row an activity, a column a coupon): whether a coupon counts some (1) or all (2) of those who can join it.
    `toll_most` a price offer: its toll at a slope of 1, 0 where it has no limit; `price_count` (rows as above): how many units from here on can pay by it.
    """

    mode_keep: Floats
    mode_back: Floats
    mode_bundle: Floats
    limited: Ints
    act_fen: Ints
    act_list: Ints
    act_count: Ints
    coupon_fen: Ints
    coupon_list: Ints
    coupon_count: Ints
    coupon_least: Ints
    coupon_left: Ints
    within: Ints
    dearest: Ints
    piece_most: Ints
    piece_even: Ints
    piece_end: Ints
    rest_fen: Ints
    rest_count: Ints
    toll_most: Floats
    price_count: Ints
    pair_count: Ints
    pair_fen: Ints
    pair_from: Ints
    pair_rest: Ints
    pair_limited: Ints
    mode_pair: Ints
    act_group: Ints
    meets: Ints
    without: Ints
    without_piece: Ints


class Sums(NamedTuple):
    """Of the units decided so far. `act_sure` counts only what no earlier step can make cheaper. `joined` (`joined_count` of them, a row a
    piece offer): the prices of those who joined it as bought, dearest first; `paying`: how many pay by a price offer. `pair_fen` and `pair_sure`: the
    first two of an activity, of those in each pair. `amounts`: what is left of a unit if what its piece offer takes off is known for certain (`is_settled`), and
    `act_settled`, `coupon_settled`: how much that is of those who join an activity, whom a coupon counts. `room` and `nothing` are scratch."""

    act_fen: Ints
    act_sure: Ints
    act_list: Ints
    act_count: Ints
    coupon_fen: Ints
    coupon_list: Ints
    coupon_count: Ints
    paying: Ints
    joined: Ints
    joined_count: Ints
    pair_fen: Ints
    pair_sure: Ints
    amounts: Ints
    is_settled: Ints
    act_settled: Ints
    coupon_settled: Ints
    room: Ints
    nothing: Ints


class Reach(NamedTuple):
    """What instruments can look at and take off from here on, under any slopes, as `look` found it.

    Of piece offers what their groups take off at most (`piece_off`) and less (`grouping`); what those in a pair cost at most; what an activity takes off at
    most and least, and a coupon (behind the activities) at most; what earlier coupons leave of a fen more that a coupon counts (`keeps`). An activity takes off nothing from `begin` on (`NONE` where it is
    reached for certain), or by its `parts`: `part` × S, `cap` at most, for S from `start` to `stop`. A coupon has one such part, behind
    theirs, or none. `state`: see below."""

    piece_off: Floats
    piece_less: Floats
    pair_most: Ints
    off_most: Ints
    off_least: Ints
    keeps: Floats
    begin: Floats
    parts: Ints
    part: Floats
    cap: Floats
    start: Floats
    stop: Floats
    state: Ints


PARTS_A_TIER = 5
REACH_STATE_SIZE = 2
SHIPPING_LEFT, IS_AFTER = range(REACH_STATE_SIZE)
"""What shipping costs at least; whether all price offers with a limit are used up."""


class Lines(NamedTuple):
    """The lines in use.

    `slope`: of activities, coupons, piece offers, price offers, one after the other; `flat` and `where` (what S it is
    the most at) of the first two as `bound` found them; `low` to `high` the regions of what activities look at.
    The rest is what hangs on the slopes alone: what they leave of a row of `join_act`, of `count_bits` (what entered the coupons is taken off in
    `entered` first); the most that coupons leave of all who join an activity together, and (last) of anybody; the least that they leave of anybody
    who joins it, and how much they leave of its flat part (`flat_weight`) as `bound` found it; the most and
    least that later coupons leave of what one takes off; the least that is left of who joins a piece offer; what another coupon (a column each) takes off for
    certain before a coupon (a row each) of those that it counts (`sure`, hangs on the plan); the mode that a mode costs as much as (`like`, itself or one before it, hangs on the plan); what a mode costs, and the cheapest of its class from it on; what units from each on do at least; and both once the price offers with a limit are used up (`*_after`). `fixed`: see below."""

    slope: Floats
    flat: Floats
    where: Floats
    low: Ints
    high: Ints
    join_weight: Floats
    count_weight: Floats
    entered: Floats
    most_weight: Floats
    least_weight: Floats
    flat_weight: Floats
    later_most: Floats
    later_least: Floats
    piece_least: Floats
    sure: Ints
    like: Ints
    mode_cost: Floats
    cheapest: Floats
    rest: Floats
    cheapest_after: Floats
    rest_after: Floats
    fixed: Floats


FIXED_SIZE = 4
LEAST, LATER, SLACK, STEEPEST = range(FIXED_SIZE)
"""The least weight there is, what later groups leave of what an activity takes off, what rounding can take off; and how steep the lines of coupons
may get (this hangs on nothing)."""
