"""The best benefit: how long it takes to find and prove it, and what that saves against rules of thumb.

Carts as a shop has them on a day with everything at once: half the lines have a member price, a quarter are
on flash sale (two pieces an order, no coupons with it), three activities overlap (steps, every full sum, a
part for so many pieces), a piece offer, and coupons of three sorts, one of a sort at most, some of them only alone.
`small` carts have 1 to 8 lines and 12 instruments, `large` ones 20 lines and 18. Small ones are searched twice: with `LONG_MS`, which tells how
long answering takes when nothing cuts it short (`small_p50_ms`, `…_p99_ms`, `…_max_ms`; `…_p99_cpu_ms` of
processor time, which hangs less on what else runs; and the share that is proven), and with
`BUDGET_MS`, as a checkout does (`small_proven_in_time`, what is saved). Large ones have `LARGE_BUDGET_MS`.

Peers, on the small carts: `fixed_order` takes the cheapest price of each line, lets it join the first
activity that is open to it and then gives the coupons one by one that take most off at that moment, as checkouts commonly do; `best_single` uses
one offer or coupon, the best; `best_per_group` the best price, the one best activity and the one best coupon,
each for itself. Each is priced by `price`. `saved_*` is the share of the peers' payable that is saved; `mismatches`
compares with brute force on carts that are small enough for it.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import util
from random import Random
from time import perf_counter, process_time

from bench.base.offer_carts import random_case
from bench.base.shop_carts import (
    best_per_group,
    best_single,
    brute_force,
    fixed_order,
    shop_case,
)
from huitou.base.compiling import IS_COMPILED, SWITCH
from huitou.benchmark import Asked, Figure, Report, shorter
from huitou.offer.rules.solving import best
from huitou.offer.types.carts import Best, Cart, Rules
from huitou.serve import keep_loaded

SMALL, LARGE, BRUTE = 400, 100, 200
BUDGET_MS = 40
LONG_MS = 5_000
LARGE_BUDGET_MS = 80

Case = tuple[Cart, Rules]


def run(asked: Asked) -> Report:
    """The same carts for the same seed; compiled where numba is installed."""
    if not IS_COMPILED and util.find_spec("numba") is not None:
        return _compiled(asked)
    dice = Random(asked.seed)
    small = [shop_case(dice, lines=dice.randint(1, 8), coupons=6) for _ in range(SMALL)]
    large = [shop_case(dice, lines=20, coupons=12) for _ in range(LARGE)]
    tiny = [random_case(dice, decisions_max=1_500) for _ in range(BRUTE)]
    asked.say("compiled" if IS_COMPILED else "not compiled: numba is not installed")
    _solve(*small[0], BUDGET_MS)
    keep_loaded()
    asked.say(f"{SMALL} small carts")
    found, _, _ = _timed(small, BUDGET_MS)
    asked.say("the same to the end")
    ended, times, cpu_times = _timed(small, LONG_MS)
    asked.say(f"{LARGE} large carts")
    large_found, large_times, _ = _timed(large, LARGE_BUDGET_MS)
    asked.say("rules of thumb")
    began = perf_counter()
    by_hand = _total(fixed_order, small)
    by_hand_ms = (perf_counter() - began) * 1_000 / SMALL
    payable = sum(each.proof.payable_fen for each in found)
    asked.say(f"{BRUTE} carts by brute force")
    wrong = sum(
        _solve(cart, rules, 60_000).proof.payable_fen != brute_force(cart, rules)
        for cart, rules in tiny
    )
    return Report(
        {
            "small_p50_ms": _quantile(times, 0.5, by_hand_ms),
            "small_p99_ms": _quantile(times, 0.99, by_hand_ms),
            "small_p99_cpu_ms": _quantile(cpu_times, 0.99, by_hand_ms),
            "small_max_ms": _quantile(times, 1.0, by_hand_ms),
            "small_proven": _proven(ended),
            "small_proven_in_time": _proven(found),
            "large_p99_ms": _quantile(large_times, 0.99, by_hand_ms),
            "large_proven": _proven(large_found),
            "large_gap": _gap(large_found),
            "saved_vs_fixed_order": _saved(payable, by_hand),
            "saved_vs_best_single": _saved(payable, _total(best_single, small)),
            "saved_vs_best_per_group": _saved(payable, _total(best_per_group, small)),
            "mismatches": Figure(wrong, "carts"),
        },
        {"small": SMALL, "large": LARGE, "brute": BRUTE, "seed": asked.seed},
    )


def _compiled(asked: Asked) -> Report:
    """What another process finds that compiles."""
    command = ["bench", "best-benefit", "--json", "--seed", str(asked.seed)]
    told = subprocess.run(
        [sys.executable, "-c", "from huitou.cli import main; main()", *command],
        env=os.environ | {SWITCH: "1"},
        stdout=subprocess.PIPE,
        check=True,
    )
    found = json.loads(told.stdout)
    figures = {name: Figure(**figure) for name, figure in found["figures"].items()}
    return Report(figures, found["scale"])


def _solve(cart: Cart, rules: Rules, budget_ms: int) -> Best:
    return best(cart, rules, clock=perf_counter, budget_ms=budget_ms)


def _timed(cases: Sequence[Case], budget_ms: int) -> tuple[list[Best], list[float], list[float]]:
    """What is found, and how long that takes: on the wall and of the processor, in order."""
    found, times, cpu_times = [], [], []
    for cart, rules in cases:
        began, cpu_began = perf_counter(), process_time()
        found.append(_solve(cart, rules, budget_ms))
        times.append((perf_counter() - began) * 1_000)
        cpu_times.append((process_time() - cpu_began) * 1_000)
    return found, sorted(times), sorted(cpu_times)


def _quantile(times: Sequence[float], share: float, by_hand_ms: float) -> Figure:
    """Beside what the fixed order takes a cart."""
    return shorter(times[min(len(times) - 1, int(len(times) * share))], by_hand_ms, "ms")


def _proven(found: Sequence[Best]) -> Figure:
    return Figure(sum(each.proven for each in found) / len(found), "share of carts")


def _gap(found: Sequence[Best]) -> Figure:
    """What could at most still be saved, of what is to be paid."""
    payable = sum(each.proof.payable_fen for each in found)
    return Figure(sum(each.gap_fen for each in found) / payable, "share of payable")


def _total(peer: Callable[[Cart, Rules], int], cases: Sequence[Case]) -> int:
    return sum(peer(cart, rules) for cart, rules in cases)


def _saved(payable: int, theirs: int) -> Figure:
    return Figure((theirs - payable) / theirs, "share of theirs", float(theirs))
