"""What may be used together: asked of pairs, and as bits of many at once."""

from dataclasses import replace
from itertools import combinations
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.base.offer_carts import random_case
from huitou.offer.rules.coupon_sets import coupon_sets
from huitou.offer.rules.pricing import legal_coupons
from huitou.offer.rules.tabling import tabled
from huitou.offer.rules.together import Instrument, apart_of, go_together

seeds = st.integers(0, 2**32)


@given(seeds)
@settings(max_examples=200, deadline=None)
def test_bits_say_of_each_pair_what_the_pair_says(seed: int) -> None:
    _, rules = random_case(Random(seed), coupons_max=8, offers_max=6)
    instruments: list[Instrument] = [*rules.offers, *rules.coupons]
    apart = apart_of(instruments)
    for one, other in combinations(range(len(instruments)), 2):
        together = go_together(instruments[one], instruments[other])
        assert bool(apart[one] >> other & 1) == (not together)
        assert bool(apart[other] >> one & 1) == (not together)


@given(seeds, st.booleans())
@settings(max_examples=200, deadline=None)
def test_sets_are_those_that_may_be_given(seed: int, is_pinned: bool) -> None:
    """All of them, once each, where no two coupons do the same."""
    dice = Random(seed)
    cart, rules = random_case(dice, coupons_max=6)
    coupons = tuple(replace(x, threshold_fen=100 + n) for n, x in enumerate(rules.coupons))
    rules = replace(rules, coupons=coupons)
    table = tabled(cart, rules)
    pinned = [dice.choice(coupons).id] if coupons and is_pinned else []
    places = range(len(table.coupons))
    must = sum(1 << c for c in places if table.coupons[c].id in pinned)
    every = [
        bits
        for bits in range(1 << len(places))
        if bits & must == must
        and legal_coupons(rules, [table.coupons[c] for c in places if bits >> c & 1]) is None
    ]
    if every:
        found, is_whole = coupon_sets(table, rules, pinned)
        assert is_whole
        assert sorted(found) == every
