"""The cheapest way to buy a cart, and whether that is proven. Pure but for the clock that it is given.

From a plain start every plan is bounded and looked at once, the best so far is bettered by changing one thing at a time, and
plans are searched (`searching`) until none can be better. Anytime: when time is over the best so far is the answer, with how much cheaper anything
else could be.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import groupby
from operator import itemgetter

from huitou.base.compiling import ints
from huitou.offer.rules import descending, scouting, searching, valuing
from huitou.offer.rules import tables as at
from huitou.offer.rules.coupon_sets import coupon_sets, dominated
from huitou.offer.rules.lines import IMPOSSIBLE
from huitou.offer.rules.planning import Problem, problem_of
from huitou.offer.rules.pricing import check, proof_of
from huitou.offer.rules.scouting import ASIDE, BEST_SET, DEPTH, NODES, PLACE, VALUE
from huitou.offer.rules.tables import NONE
from huitou.offer.rules.tabling import Tabled, tabled
from huitou.offer.types.carts import Best, Cart, CartLine, Rules, UsableCoupon, UsableOffer
from huitou.offer.types.documents import Activity, OrderOff, Tier
from huitou.offer.types.refusals import CannotUse, NoTime

Clock = Callable[[], float]
"""Seconds, from anywhere."""

_SLICE = 500
_EACH_FIRST = 500
_EACH_GROWS = 8
"""Nodes of a plan before the next one has its turn, and how many times more whenever all had."""
_SCOUTED = 20
_LOOKED_AT = 6
_PREFERRED, _PREFERRED_PART = 10_000, 4
"""Nodes for preferences, and a part of those that the price took if that is more."""
_TOP = 2**62


def best(
    cart: Cart,
    rules: Rules,
    *,
    clock: Clock,
    budget_ms: int = 50,
    pinned: Sequence[str] = (),
    refused: Sequence[str] = (),
) -> Best:
    """The cheapest decision found within the budget; ties as docs/offers.md says.

    `pinned` offers and coupons have to have an effect, `refused` ones are not used. Refuses
    `BadCart`, `CartTooLarge`, `TooManyCoupons`, `CannotUse`, `NoTime`.
    """
    check(cart)
    ends_at = clock() + budget_ms / 1_000
    table = tabled(cart, _without(rules, refused))
    sets, is_whole = coupon_sets(table, rules, pinned)
    problem = problem_of(table, sets, pinned)
    _start(problem)
    state = problem.walk.state
    count = _lay_out(problem)
    _scout(problem, count, clock, ends_at)
    bounded = problem.plans.bounds
    found = sorted((bounded[n], int(problem.plans.set_of[n]), n) for n in range(count))
    needless = dominated(table, sets)
    waiting = _search(problem, [n for _, each, n in found if each not in needless], clock, ends_at)
    is_over = not waiting
    value = int(state[VALUE])
    if value >= _TOP:
        raise CannotUse() if is_over and is_whole else NoTime()
    least = min((bounded[n] for n in waiting), default=None)
    floor = value if least is None else min(value, valuing.least_value(least, problem.wanted))
    if not is_whole:
        floor = 0
    scale = problem.wanted.scale
    gap = max(0, value // scale - int(floor) // scale)
    if is_over and is_whole:
        _prefer(problem, [(n, plan) for _, n, plan in found], clock, ends_at)
    return Best(
        proof_of(table, _modes(problem), sets[int(state[BEST_SET])]),
        gap == 0,
        gap,
        int(state[NODES]),
    )


def _without(rules: Rules, refused: Sequence[str]) -> Rules:
    if not refused:
        return rules
    return replace(
        rules,
        offers=tuple(offer for offer in rules.offers if offer.id not in refused),
        coupons=tuple(coupon for coupon in rules.coupons if coupon.id not in refused),
    )


def _start(problem: Problem) -> None:
    """Everybody alone at the least price, or at the list price, with the coupons that are best then."""
    table, state = problem.table, problem.walk.state
    state[VALUE] = _TOP
    for modes in (_cheapest(table), [table.spans[own][0] for own in table.classes]):
        working = ints(modes)
        n = descending.choose(
            table.tables, problem.wanted, problem.scratch, working, problem.plans.sets
        )
        if n >= 0:
            _keep(problem, working, n)


def _cheapest(table: Tabled) -> list[int]:
    """The modes of units that pay the least price they can, alone, as long as limits last."""
    t = table.plain
    left = list(t.price_limit)
    found: list[int] = []
    alone = [
        [
            m
            for m in range(*span)
            if t.mode_piece[m] == NONE and t.mode_join[m] == t.mode_join[span[0]]
        ]
        for span in table.spans
    ]
    by_fen = [sorted(each, key=t.mode_fen.__getitem__) for each in alone]
    for own in table.classes:
        mode = next(m for m in by_fen[own] if t.mode_price[m] == NONE or left[t.mode_price[m]])
        price = t.mode_price[mode]
        if price != NONE and left[price] != NONE:
            left[price] -= 1
        found.append(mode)
    places = sorted(range(len(found)), key=lambda u: (table.classes[u], found[u]))
    return [found[u] for u in places]


def _keep(problem: Problem, modes: at.Ints, own: int) -> None:
    """Keep a legal decision, with the set of coupons in this place, if it is the best."""
    state = problem.walk.state
    value = descending.legal_value(
        problem.table.tables, problem.wanted, problem.scratch, modes, problem.plans.sets[own]
    )
    if 0 <= value < scouting.enough_for(problem.walk, own):
        state[VALUE], state[BEST_SET] = value, own
        for u, m in enumerate(modes):
            problem.walk.best[u] = m


def _modes(problem: Problem) -> list[int]:
    """Those of the best decision."""
    return [int(problem.walk.best[u]) for u in range(len(problem.table.units))]


def _lay_out(problem: Problem) -> int:
    """Bound the plans; those that can only be as good are kept too, for the sake of preferences."""
    state = problem.walk.state
    state[VALUE] += 1
    count = scouting.lay_out(
        problem.table.tables, problem.plan, problem.sums, problem.reach, problem.lines, problem.wanted,
        problem.plans, problem.walk,
    )  # fmt: skip
    state[VALUE] -= 1
    return int(count)


def _scout(problem: Problem, count: int, clock: Clock, ends_at: float) -> None:
    """Look at every plan once, and go on from the best that is found by changing one thing at a time."""
    order = sorted(range(count), key=lambda n: problem.plans.bounds[n])
    for n, plan in enumerate(order):
        problem.plans.order[n] = plan
    for first in range(0, count, _SCOUTED):
        if clock() >= ends_at:
            return
        before = problem.walk.state[VALUE]
        scouting.scout(
            problem.table.tables, problem.plan, problem.sums, problem.reach, problem.lines, problem.wanted,
            problem.scratch, problem.plans, problem.walk, first, min(count, first + _SCOUTED),
        )  # fmt: skip
        if problem.walk.state[VALUE] < before:
            _descend(problem, ints(_modes(problem)), problem.walk.state[BEST_SET])


def _descend(problem: Problem, working: at.Ints, own: int) -> None:
    descending.descend(
        problem.table.tables, problem.wanted, problem.scratch, working,
        ints([0] * max(1, len(working))), problem.plans.sets[own],
    )  # fmt: skip
    _keep(problem, working, own)


def _search(
    problem: Problem,
    order: Sequence[int],
    clock: Clock,
    ends_at: float,
    nodes_max: int = _TOP,
) -> Sequence[int]:
    """Search plans, each for some nodes first and those that are left for more: what one of them finds may settle many others.
    Returns those that are still open when time, or so many nodes, are over."""
    state, each_max, turn = problem.walk.state, _EACH_FIRST, 0
    while order:
        state[PLACE], state[DEPTH], state[ASIDE] = 0, NONE, 0
        for n, plan in enumerate(order):
            problem.plans.order[n] = plan
        while not searching.search(
            problem.table.tables, problem.plan, problem.sums, problem.reach, problem.lines, problem.steep, problem.wanted,
            problem.scratch, problem.plans, problem.walk, problem.width, len(order), _SLICE, each_max,
            turn,
        ):  # fmt: skip
            if clock() >= ends_at or state[NODES] >= nodes_max:
                break
        searching.leave(problem.table.tables, problem.plan, problem.sums, problem.walk)
        aside, place = int(state[ASIDE]), int(state[PLACE])
        order = [
            int(n) for n in (*problem.plans.order[:aside], *problem.plans.order[place : len(order)])
        ]
        if clock() >= ends_at or state[NODES] >= nodes_max:
            break
        if turn == 0:
            _look_at(problem, order[:_LOOKED_AT], clock, ends_at)
        each_max, turn = each_max * _EACH_GROWS, turn + 1
    return order


def _look_at(problem: Problem, plans: Sequence[int], clock: Clock, ends_at: float) -> None:
    """What changing one thing at a time makes of what is cheapest under the lines of plans."""
    for plan in plans:
        if clock() >= ends_at:
            return
        scouting.look_at(
            problem.table.tables, problem.plan, problem.lines, problem.wanted, problem.scratch,
            problem.plans, problem.walk, plan,
        )  # fmt: skip
        working = ints([int(m) for m in problem.walk.modes[: len(problem.table.units)]])
        _descend(problem, working, int(problem.plans.set_of[plan]))


def _prefer(
    problem: Problem, plans: Sequence[tuple[int, int]], clock: Clock, ends_at: float
) -> None:
    """Of the sets that are as cheap, which stand in the order of preference, take the first. The search saw to it in the plans that it went
    through; in others, which are as cheap at best, it is looked for one set after the other, for some nodes."""
    state, bounds = problem.walk.state, problem.plans.bounds
    value, own = int(state[VALUE]), int(state[BEST_SET])
    nodes_max = int(state[NODES]) + max(_PREFERRED, int(state[NODES]) // _PREFERRED_PART)
    state[VALUE] = value + 1
    before = sorted(
        (n, plan)
        for n, plan in plans
        if n < own
        and bounds[plan] < IMPOSSIBLE
        and valuing.least_value(bounds[plan], problem.wanted) <= value
    )
    for _, alike in groupby(before, key=itemgetter(0)):
        if state[VALUE] <= value or state[NODES] >= nodes_max or clock() >= ends_at:
            break
        state[BEST_SET] = 0
        _search(problem, [plan for _, plan in alike], clock, ends_at, nodes_max)
    if state[VALUE] > value:
        state[VALUE], state[BEST_SET] = value, own


def warm(clock: Clock) -> None:
    """Go through everything once, so that all of it is compiled where it is to be."""
    cart = Cart((CartLine(1, "a", "a", 2, 1_000), CartLine(2, "b", "b", 1, 1_500)))
    offers = (UsableOffer("o", Activity(kind="activity", tiers=(Tier(at_least=1, off_fen=1),))),)
    coupons = tuple(UsableCoupon(c, OrderOff(kind="order_off", off_fen=1)) for c in "cd")
    best(cart, Rules(offers, coupons), clock=clock, pinned=["c"])
