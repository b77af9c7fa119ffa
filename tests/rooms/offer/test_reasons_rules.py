"""What is left out of a search could do nothing, and every reason that is told is true."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from huitou.benefit.types.templates import Sentence
from huitou.kernel.errors import Refusal
from huitou.offer.rules.candidates import COUPONS_MAX, candidates
from huitou.offer.rules.pricing import price
from huitou.offer.rules.reasons import is_used, reasons
from huitou.offer.types.carts import Cart, CartLine, PriceProof, Rules, Step, UsableCoupon
from huitou.offer.types.contexts import Instrument, Reason
from huitou.offer.types.documents import Goods, OrderOff
from tests.rooms.offer.compare import small_case, solve

seeds = st.integers(0, 10**6)


def told(cart: Cart, rules: Rules, proof: PriceProof) -> dict[str, Reason]:
    names = [offer.id for offer in rules.offers] + [coupon.id for coupon in rules.coupons]
    known = {id_: Instrument("offer", id_, Sentence(id_, id_)) for id_ in names}
    return reasons(cart, rules, proof, known, refused=(), proven=True)


def with_coupon(cart: Cart, rules: Rules, proof: PriceProof, id_: str) -> Step | None:
    """What the coupon does beside what was decided; None if it may not be given."""
    coupons = (*proof.decision.coupons, id_)
    try:
        more = price(cart, rules, replace(proof.decision, coupons=coupons))
    except Refusal:
        return None
    return next(step for step in more.steps if step.id == id_)


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_without_what_can_do_nothing_the_best_is_the_same(seed: int) -> None:
    cart, rules = small_case(seed)
    kept, why = candidates(cart, rules, ())
    whole, part = solve(cart, rules, budget_ms=2_000), solve(cart, kept, budget_ms=2_000)
    if whole.proven and part.proven:
        assert part.proof.payable_fen == whole.proof.payable_fen
    for id_ in why:
        assert not any(step.id == id_ and step.off_fen for step in whole.proof.steps) or (
            why[id_].code == "twin"
        )
    # Priced by all the rules, what was found among a part costs the same.
    assert price(cart, rules, part.proof.decision).payable_fen == part.proof.payable_fen


@settings(max_examples=80, deadline=None)
@given(seeds)
def test_every_instrument_is_used_or_has_a_true_reason(seed: int) -> None:
    cart, rules = small_case(seed)
    found = solve(cart, rules, budget_ms=50).proof
    why = told(cart, rules, found)
    used = {step.id for step in found.steps if is_used(step)}
    everything = {each.id for each in rules.offers} | {each.id for each in rules.coupons}
    assert set(why) | used == everything
    assert not set(why) & used
    given = set(found.decision.coupons)
    for coupon in rules.coupons:
        reason = why.get(coupon.id)
        if reason is None or coupon.id in given:
            continue
        step = with_coupon(cart, rules, found, coupon.id)
        if reason.code in ("scope_empty", "threshold_short", "no_shipping"):
            assert step is None or not is_used(step)
        if reason.code == "excluded_by":
            assert step is None or not is_used(step)
            assert set(reason.by) <= given | {step.id for step in found.steps}
    for id_, reason in why.items():
        if reason.code == "threshold_short":
            missing = reason.short_fen or reason.short_pieces
            assert missing is not None and missing > 0, id_
        if reason.code == "excluded_by":
            assert reason.by


def coupons(*offs: int) -> tuple[UsableCoupon, ...]:
    return tuple(
        UsableCoupon(f"c{n:03d}", OrderOff(kind="order_off", off_fen=off))
        for n, off in enumerate(offs)
    )


def test_of_too_many_coupons_those_that_take_off_most_are_looked_at() -> None:
    cart = Cart((CartLine(1, "A", "x", 1, 10_000),))
    rules = Rules(coupons=coupons(*range(1, COUPONS_MAX + 6)))
    kept, why = candidates(cart, rules, ("c000",))
    assert len(kept.coupons) == COUPONS_MAX
    assert kept.coupons[0].id == "c000"
    assert Counter(each.code for each in why.values()) == {"too_many": 5}
    assert set(why) == {f"c{n:03d}" for n in range(1, 6)}


def test_twins_stay_as_many_as_may_be_given() -> None:
    cart = Cart((CartLine(1, "A", "x", 1, 10_000),))
    rules = Rules(coupons=coupons(5, 5, 5), coupon_limits=(("store", 2),))
    kept, why = candidates(cart, rules, ())
    assert [coupon.id for coupon in kept.coupons] == ["c000", "c001"]
    assert why["c002"].code == "twin"
    other = replace(rules.coupons[2], goods=Goods(categories=("x",)))
    apart = replace(rules, coupons=(*rules.coupons[:2], other))
    assert candidates(cart, apart, ())[1] == {}
