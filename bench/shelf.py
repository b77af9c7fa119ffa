"""A shelf: how long it takes to price each of a hundred products for one customer, and a page of twenty
with all that is told beside the price.

The offers and coupons of `best-benefit`'s large carts (two prices, three activities, a piece offer, 12 coupons);
each product is one piece of its own. `shelf_100_ms` is prices alone, `page_20_ms` with what the next tier
and the associate's link make of them and what is one step away. The median of `ROUNDS` shelves; the baseline is
as many carts of one piece given to the search.
"""

from collections.abc import Callable
from dataclasses import replace
from random import Random
from statistics import median
from time import perf_counter

from bench.base.shop_carts import shop_case
from huitou.benchmark import Asked, Figure, Report, shorter
from huitou.benefit.types.templates import Sentence
from huitou.offer.rules.choosing import solve
from huitou.offer.rules.shelving import Circumstances, shelve
from huitou.offer.types.carts import Cart, CartLine, Rules
from huitou.offer.types.contexts import Instrument, Usable

ROUNDS = 9
PRODUCTS, PAGE = 100, 20
AMPLE_MS = 60_000
Case = tuple[list[CartLine], Circumstances]


def run(asked: Asked) -> Report:
    """The same shelves for the same seed."""
    dice = Random(asked.seed)
    cases = [_shelf(dice) for _ in range(ROUNDS)]
    times = [_took(_shelve, case, PRODUCTS, 1) for case in cases]
    asked.say(f"{PRODUCTS} prices: {median(times):.0f} ms")
    pages = [_took(_shelve, case, PAGE, AMPLE_MS) for case in cases]
    by_search = [_took(_search, case, PRODUCTS, AMPLE_MS) for case in cases]
    return Report(
        {
            "shelf_100_ms": shorter(median(times), median(by_search), "ms"),
            "page_20_ms": Figure(median(pages), "ms"),
        },
        {"rounds": ROUNDS, "products": PRODUCTS, "page": PAGE, "seed": asked.seed},
    )


def _shelf(dice: Random) -> Case:
    cart, rules = shop_case(dice, lines=PRODUCTS, coupons=12)
    lines = [replace(line, quantity=1) for line in cart.lines]
    fewer = replace(rules, offers=rules.offers[1:])
    return lines, Circumstances(*(_usable(each) for each in (rules, fewer, fewer, fewer)))


def _usable(rules: Rules) -> Usable:
    said = Sentence("有优惠", "something off")
    ids = [each.id for each in rules.offers] + [each.id for each in rules.coupons]
    return Usable(rules, {id_: Instrument("offer", id_, said) for id_ in ids}, {}, {}, {})


def _shelve(case: Case, count: int, budget_ms: int) -> None:
    lines, there = case
    shelve(lines[:count], {line.sku: line.sku for line in lines}, there, perf_counter, budget_ms)


def _search(case: Case, count: int, budget_ms: int) -> None:
    lines, there = case
    for line in lines[:count]:
        solve(Cart((line,)), there.now, perf_counter, budget_ms)


def _took(work: Callable[[Case, int, int], None], case: Case, count: int, budget_ms: int) -> float:
    began = perf_counter()
    work(case, count, budget_ms)
    return (perf_counter() - began) * 1_000
