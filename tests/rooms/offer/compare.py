"""The room's arithmetic beside the oracle's, on as many random carts as one likes:

`python -m tests.rooms.offer.compare --count 100000 --seed 1 --processes 2`

Every difference is printed with the seed that shows it again: `--count 1 --seed <seed>`.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from math import exp
from multiprocessing import Pool
from random import Random
from typing import NamedTuple

from bench.base.offer_carts import random_case
from huitou.kernel.errors import Refusal
from huitou.offer.rules.pricing import price
from huitou.offer.rules.solving import best
from huitou.offer.types.carts import Best, Cart, Choice, Decision, PriceProof, Rules
from tests.rooms.offer.oracle import Outcome, cheapest, cost
from tests.rooms.offer.oracle_legal import Legal, Refused, decision_of
from tests.rooms.offer.oracle_words import Way

LONG_MS = 60_000


class Compared(NamedTuple):
    """What came of one cart."""

    seed: int
    decisions: int
    best_s: float
    proven: bool
    differences: list[str]


def small_case(seed: int) -> tuple[Cart, Rules]:
    """At most 6 lines × 4 coupons × 3 offers; some hundreds of decisions, sometimes tens of thousands."""
    dice = Random(seed)
    return random_case(dice, decisions_max=int(exp(dice.uniform(6.3, 10.7))))


def random_decisions(dice: Random, cart: Cart, rules: Rules, count: int) -> Iterator[Decision]:
    """Of ways that units may take one by one; the whole is mostly legal."""
    legal = Legal(cart, rules)
    ways = {(unit.sku, unit.list_fen): legal.ways_of(unit) for unit in legal.units}
    names = list(legal.coupons)
    for _ in range(count):
        busy = dice.random()
        chosen = [
            dice.choice(ways[unit.sku, unit.list_fen]) if dice.random() < busy else Way()
            for unit in legal.units
        ]
        given = dice.sample(names, dice.randint(0, min(3, len(names))))
        yield decision_of(legal.units, chosen, given)


def spoilt(dice: Random, cart: Cart, rules: Rules, decision: Decision) -> Decision:
    """One choice of it made at random, legal or not."""
    at = dice.randrange(len(decision.choices))
    choice = decision.choices[at]
    names = [offer.id for offer in rules.offers] + ["nobody"]
    kind = dice.randrange(5)
    price_by, piece = choice.price, choice.piece
    activities, count, sku = choice.activities, choice.count, choice.sku
    if kind == 0:
        price_by = dice.choice(names)
    elif kind == 1:
        piece = dice.choice(names)
    elif kind == 2:
        activities = (*activities, dice.choice(names))
    elif kind == 3:
        count = dice.randint(0, 3)
    else:
        sku = dice.choice([line.sku for line in cart.lines])
    new = Choice(sku, choice.list_fen, count, price_by, piece, choice.slot, activities)
    choices = (*decision.choices[:at], new, *decision.choices[at + 1 :])
    return Decision(choices, decision.coupons)


def price_differences(cart: Cart, rules: Rules, decision: Decision) -> list[str]:
    """In what `price` is not the oracle's."""
    expected: Outcome | None = None
    proof: PriceProof | None = None
    try:
        expected = cost(cart, rules, decision)
    except Refused as refused:
        reason = str(refused)
    try:
        proof = price(cart, rules, decision)
    except Refusal as refusal:
        reason = refusal.detail("en")
    if expected is None and proof is None:
        return []
    if expected is None or proof is None:
        who = "the oracle" if expected is None else "price"
        return [f"only {who} refuses {decision}: {reason}"]
    return [
        f"{name}: {found}, the oracle {wanted}, for {decision}"
        for name, wanted, found in _beside(expected, proof)
        if wanted != found
    ]


def gifts_worth(proof: PriceProof) -> int:
    return sum(gift.count * gift.worth_fen for gift in proof.gifts)


def _beside(expected: Outcome, proof: PriceProof) -> Iterator[tuple[str, object, object]]:
    yield "payable", expected.payable_fen, proof.payable_fen
    yield "shipping", expected.shipping_fen, proof.shipping_fen
    yield "gifts", expected.gifts_worth_fen, gifts_worth(proof)
    yield "prices", expected.prices, [unit.price_fen for unit in proof.units]
    yield "paid", expected.paid, [unit.paid_fen for unit in proof.units]
    taken: Counter[str] = Counter()
    for step in proof.steps:
        if step.kind in ("piece", "activity", "coupon", "shipping") and step.id:
            taken[step.id] += step.off_fen + step.shipping_off_fen
    wanted = {name: off for name, off in expected.taken.items() if off}
    yield "taken", wanted, {name: taken[name] for name in taken if name in wanted or taken[name]}


def best_differences(cart: Cart, rules: Rules, found: Best) -> tuple[list[str], int]:
    """In what `best` is not the least of all decisions, and how many those are."""
    least = cheapest(cart, rules)
    proof = found.proof
    wanted = least.payable_fen, least.gifts_worth_fen, sorted(least.decision.coupons)
    reached = proof.payable_fen, gifts_worth(proof), sorted(proof.decision.coupons)
    differences = price_differences(cart, rules, proof.decision)
    if found.proven and (wanted != reached or found.gap_fen != 0):
        differences.append(f"best {reached}, the oracle {wanted} by {least.decision}")
    if not found.proven and not 0 <= proof.payable_fen - least.payable_fen <= found.gap_fen:
        differences.append(f"best {reached} within {found.gap_fen}, the oracle {wanted}")
    return differences, least.decisions


def solve(
    cart: Cart,
    rules: Rules,
    budget_ms: int = LONG_MS,
    pinned: Sequence[str] = (),
    refused: Sequence[str] = (),
) -> Best:
    return best(
        cart, rules, clock=time.monotonic, budget_ms=budget_ms, pinned=pinned, refused=refused
    )


def compare(seed: int, budget_ms: int = LONG_MS) -> Compared:
    cart, rules = small_case(seed)
    dice = Random(seed)
    differences = []
    for decision in random_decisions(dice, cart, rules, 5):
        differences += price_differences(cart, rules, decision)
        differences += price_differences(cart, rules, spoilt(dice, cart, rules, decision))
    began = time.perf_counter()
    found = solve(cart, rules, budget_ms)
    took = time.perf_counter() - began
    more, decisions = best_differences(cart, rules, found)
    return Compared(seed, decisions, took, found.proven, differences + more)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--budget-ms", type=int, default=LONG_MS)
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.count)
    carts = decisions = proven = wrong = 0
    times = []
    began = time.perf_counter()
    with Pool(asked.processes) as pool:
        each = partial(compare, budget_ms=asked.budget_ms)
        for result in pool.imap_unordered(each, seeds, chunksize=20):
            carts += 1
            decisions += result.decisions
            proven += result.proven
            wrong += bool(result.differences)
            times.append(result.best_s)
            for difference in result.differences[:3]:
                print(f"seed {result.seed}: {difference}", flush=True)
            if carts % 5_000 == 0:
                print(f"{carts} carts, {wrong} differ", file=sys.stderr, flush=True)
    times.sort()
    print(
        f"{carts} carts, {decisions} decisions, {wrong} differ, {proven} proven; best p50"
        f" {times[carts // 2] * 1e3:.1f} ms, p99 {times[carts * 99 // 100] * 1e3:.1f} ms,"
        f" max {times[-1] * 1e3:.1f} ms; {time.perf_counter() - began:.0f} s"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
