"""A shelf beside the solver: each piece as a cart of its own, with random offers and coupons."""

from dataclasses import replace
from random import Random
from time import monotonic

from hypothesis import given, settings
from hypothesis import strategies as st

from bench.base.offer_carts import random_case
from huitou.benefit.types.templates import Sentence
from huitou.offer.rules.shelving import Circumstances, shelve
from huitou.offer.types.carts import Cart, Rules
from huitou.offer.types.contexts import Instrument, Usable
from tests.rooms.offer.compare import gifts_worth, solve

said = Sentence("有", "is")


def usable(rules: Rules) -> Usable:
    ids = [each.id for each in rules.offers] + [each.id for each in rules.coupons]
    return Usable(rules, {id_: Instrument("offer", id_, said) for id_ in ids}, {}, {}, {})


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**40))
def test_a_piece_costs_what_the_solver_finds(seed: int) -> None:
    dice = Random(seed)
    cart, rules = random_case(dice)
    fewer = replace(rules, offers=tuple(o for o in rules.offers if dice.random() < 0.5))
    lines = [replace(line, quantity=1) for line in cart.lines]
    names = {line.sku: line.sku for line in lines}
    names |= {
        gift.sku: gift.sku
        for each in rules.offers
        for tier in getattr(each.terms, "tiers", ())
        for gift in tier.gifts
    }
    there = Circumstances(usable(rules), usable(fewer), usable(fewer), None)
    shown = shelve(lines, names, there, monotonic, 60_000)
    for line, each in zip(lines, shown, strict=True):
        alone = Cart((line,))
        found = solve(alone, rules).proof
        assert each.proven
        assert each.payable_fen == found.payable_fen
        assert sum(gift.count * gift.worth_fen for gift in each.gifts) == gifts_worth(found)
        assert each.at_next_tier_fen == solve(alone, fewer).proof.payable_fen
        assert each.without_tier_fen == each.at_next_tier_fen
        assert each.without_promoter_fen is None
        if each.more is not None:
            more = replace(line, line_no=line.line_no + 1, quantity=each.more.pieces)
            after = solve(Cart((line, more)), rules).proof
            assert each.more.more_fen >= after.payable_fen - each.payable_fen
            assert each.more.more_fen < each.more.adds_fen
