"""The cheapest way to buy a cart, and whether that is proven. Pure but for the clock that it is given.

A start is found by changing one thing at a time; then every plan is bounded and searched (`searching`) until none
can be better. Anytime: when time is over the best so far is the answer, with how much cheaper anything
else could be.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from huitou.base.compiling import ints
from huitou.offer.rules import descending, searching, valuing
from huitou.offer.rules.planning import Problem, problem_of
from huitou.offer.rules.pricing import check, legal_coupons, proof_of
from huitou.offer.rules.searching import BEST_SET, DEPTH, NODES, PLACE, VALUE
from huitou.offer.rules.tables import NONE
from huitou.offer.rules.tabling import Mode, Tabled, tabled
from huitou.offer.types.carts import Best, Cart, Rules
from huitou.offer.types.refusals import CannotUse

Clock = Callable[[], float]
"""Seconds, from anywhere."""

_SLICE = 500
_SCOUTED = 20
_SETS_MAX = 4_096
_TRIED_MAX = 256
_NEVER = datetime.max.replace(tzinfo=UTC)
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
    `BadCart`, `CartTooLarge`, `CannotUse`.
    """
    check(cart)
    ends_at = clock() + budget_ms / 1_000
    table = tabled(cart, _without(rules, refused))
    sets, is_whole = _coupon_sets(table, rules, pinned)
    problem = problem_of(table, sets, pinned)
    modes, coupons, value = _start(problem, sets)
    state = problem.walk.state
    state[VALUE], state[BEST_SET] = (_TOP if value < 0 else value), coupons
    for u, m in enumerate(modes):
        problem.walk.best[u] = m
    count = _lay_out(problem)
    _scout(problem, count, clock, ends_at)
    bounded = problem.plans.bounds
    found = sorted((bounded[n], int(problem.plans.set_of[n]), n) for n in range(count))
    is_over = _search(problem, [n for _, _, n in found], clock, ends_at)
    value = int(state[VALUE])
    if value >= _TOP:
        raise CannotUse()
    waiting = [] if is_over else [each for each, _, _ in found[int(state[PLACE]) :]]
    floor = min((valuing.least_value(each, problem.wanted) for each in waiting), default=value)
    if not is_whole:
        floor = 0
    scale = problem.wanted.scale
    gap = max(0, value // scale - int(floor) // scale)
    if is_over and is_whole:
        _prefer(problem, sets, [(n, plan) for _, n, plan in found], clock, ends_at)
    return Best(
        proof_of(table, [int(m) for m in problem.walk.best], int(state[BEST_SET])),
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


def _coupon_sets(table: Tabled, rules: Rules, pinned: Sequence[str]) -> tuple[list[int], bool]:
    """The legal sets as bits, those that are preferred first, and whether they are all."""
    places = {coupon.id: c for c, coupon in enumerate(table.coupons)}
    must = [places[id_] for id_ in pinned if id_ in places]
    found: list[tuple[int, ...]] = []
    waiting = [tuple(sorted(must))]
    if legal_coupons(rules, [table.coupons[c] for c in must]) is not None:
        raise CannotUse()
    is_whole = True
    while waiting:
        found += waiting
        if len(found) > _SETS_MAX:
            is_whole = False
            break
        grown = {
            tuple(sorted((*each, c)))
            for each in waiting
            for c in range(len(table.coupons))
            if c not in each and (not set(each) - set(must) or c > max(set(each) - set(must)))
        }
        waiting = [
            each
            for each in sorted(grown)
            if legal_coupons(rules, [table.coupons[c] for c in each]) is None
        ]

    def key(each: tuple[int, ...]) -> tuple[int, list[datetime], list[str]]:
        used = [table.coupons[c] for c in each]
        ends = sorted(coupon.expires_at or _NEVER for coupon in used)
        return len(used), ends, sorted(coupon.id for coupon in used)

    return [sum(1 << c for c in each) for each in sorted(found, key=key)], is_whole


def _start(problem: Problem, sets: Sequence[int]) -> tuple[list[int], int, int]:
    """A good decision, found by changing one thing at a time from several sides."""
    found: tuple[list[int], int, int] = [], 0, NONE
    for begin in _beginnings(problem.table):
        modes, coupons = begin, sets[0]
        value = NONE
        while True:
            coupons, _ = _best_set(problem, modes, sets, coupons)
            working = ints(modes)
            after = descending.descend(
                problem.table.tables, problem.wanted, problem.scratch, working,
                ints([0] * max(1, len(modes))), coupons,
            )  # fmt: skip
            modes = [int(m) for m in working]
            if after < 0 or (value >= 0 and after >= value):
                break
            value = after
        if value >= 0 and (found[2] < 0 or value < found[2]):
            found = modes, coupons, value
    return found


def _beginnings(table: Tabled) -> list[list[int]]:
    """Everybody alone at the least price; everybody who can in one offer, at the least price."""

    def cheapest(own: int, takes_part: Callable[[int], bool]) -> int:
        first, until = table.spans[own]
        wanted = [m for m in range(first, until) if takes_part(m)] or list(range(first, until))
        return min(wanted, key=lambda m: (int(table.tables.mode_fen[m]), m))

    def everybody(takes_part: Callable[[int], bool]) -> list[int]:
        by_class = [cheapest(own, takes_part) for own in range(len(table.spans))]
        return [by_class[own] for own in table.classes]

    modes = table.modes
    found = [
        everybody(lambda m: modes[m].piece == NONE and set(modes[m].activities) <= {NONE}),
        [table.spans[own][0] for own in table.classes],
    ]
    found += [everybody(partial(_joins_alone, modes, a)) for a in range(len(table.activities))]
    found += [everybody(partial(_is_in_piece, modes, p)) for p in range(len(table.pieces))]
    return found


def _joins_alone(modes: Sequence[Mode], a: int, m: int) -> bool:
    return a in modes[m].activities and modes[m].piece == NONE


def _is_in_piece(modes: Sequence[Mode], p: int, m: int) -> bool:
    return modes[m].piece == p


def _best_set(
    problem: Problem, modes: Sequence[int], sets: Sequence[int], now: int
) -> tuple[int, int]:
    """Which coupons make these modes cheapest."""
    working = ints(modes)
    found, least = now, NONE
    for each in sets[:_TRIED_MAX]:
        value = descending.legal_value(
            problem.table.tables, problem.wanted, problem.scratch, working, each
        )
        if value >= 0 and (least < 0 or value < least):
            found, least = each, value
    return found, least


def _lay_out(problem: Problem) -> int:
    """Bound the plans; those that can only be as good are kept too, for the sake of preferences."""
    state = problem.walk.state
    state[VALUE] += 1
    count = searching.lay_out(
        problem.table.tables, problem.plan, problem.sums, problem.lines, problem.wanted,
        problem.plans, problem.walk,
    )  # fmt: skip
    state[VALUE] -= 1
    return int(count)


def _scout(problem: Problem, count: int, clock: Clock, ends_at: float) -> None:
    """Look at every plan once, and go on from the best that was found by changing one thing at a time."""
    order = sorted(range(count), key=lambda n: problem.plans.bounds[n])
    for n, plan in enumerate(order):
        problem.plans.order[n] = plan
    for first in range(0, count, _SCOUTED):
        if clock() >= ends_at:
            return
        searching.scout(
            problem.table.tables, problem.plan, problem.sums, problem.lines, problem.wanted,
            problem.scratch, problem.plans, problem.walk, first, min(count, first + _SCOUTED),
        )  # fmt: skip
    state, best = problem.walk.state, problem.walk.best
    working = ints([int(m) for m in best])
    value = descending.descend(
        problem.table.tables, problem.wanted, problem.scratch, working,
        ints([0] * max(1, len(working))), int(state[BEST_SET]),
    )  # fmt: skip
    if 0 <= value < state[VALUE]:
        state[VALUE] = value
        for u, m in enumerate(working):
            best[u] = m


def _search(problem: Problem, order: Sequence[int], clock: Clock, ends_at: float) -> bool:
    """Search plans to their end; False when time was over before."""
    state = problem.walk.state
    state[PLACE], state[DEPTH] = 0, NONE
    for n, plan in enumerate(order):
        problem.plans.order[n] = plan
    for column in (*problem.sums, problem.walk.prices_used):
        for n in range(len(column)):
            column[n] = 0
    while not searching.search(
        problem.table.tables, problem.plan, problem.sums, problem.lines, problem.wanted,
        problem.scratch, problem.plans, problem.walk, problem.width, len(order), _SLICE,
    ):  # fmt: skip
        if clock() >= ends_at:
            return False
    return True


def _prefer(
    problem: Problem,
    sets: Sequence[int],
    plans: Sequence[tuple[int, int]],
    clock: Clock,
    ends_at: float,
) -> None:
    """Of the sets that are as cheap, which stand in the order of preference, take the first, if time is left to find it."""
    state = problem.walk.state
    own = sets.index(int(state[BEST_SET]))
    state[VALUE] += 1
    before = [int(m) for m in problem.walk.best]
    order = [plan for n, plan in sorted(plans) if n < own]
    if order:
        _search(problem, order, clock, ends_at)
    if state[BEST_SET] == sets[own]:
        for n, m in enumerate(before):
            problem.walk.best[n] = m
    state[VALUE] -= 1
