"""The best benefit: how long it takes to find and prove it, and what that saves against rules of thumb.

Carts as a shop has them on a day with everything at once: half the lines have a member price, a quarter are
on flash sale (two pieces an order, no coupons with it), three activities overlap (steps, every full sum, a
part for so many pieces), a piece offer, and coupons of three sorts, one of a sort at most, some of them only alone.
`small` carts have 1 to 8 lines and 12 instruments at most, `large` ones 20 lines and 18. The budget of a search is `BUDGET_MS`.

Peers, on the small carts: `fixed_order` takes the cheapest price of each line, lets it join the first
activity that is open to it and then gives the coupons one by one that take most off at that moment, as checkouts commonly do; `best_single` uses
one offer or coupon, the best; `best_per_group` the best price, the one best activity and the one best coupon,
each for itself. Each is priced by `price`. `saved_*` is the share of the peers' payable that is saved; `mismatches`
compares with brute force on carts that are small enough for it.
"""

from collections.abc import Callable, Iterable
from random import Random
from statistics import mean
from time import perf_counter

from bench.base.offer_carts import random_case
from bench.base.shop_carts import shop_case
from huitou.base.compiling import IS_COMPILED
from huitou.benchmark import Asked, Figure, Report, better
from huitou.offer.rules.pricing import price
from huitou.offer.rules.solving import best
from huitou.offer.types.carts import Best, Cart, Rules

SMALL, LARGE, BRUTE = 400, 100, 300
BUDGET_MS = 100
