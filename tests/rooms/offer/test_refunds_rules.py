"""What returned pieces give back: to the fen, in any partition and order, by the policy of each offer."""

from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huitou.kernel.errors import Refusal
from huitou.offer.rules.pricing import price
from huitou.offer.rules.proofs import Opened
from huitou.offer.rules.refunds import refund
from huitou.offer.types.carts import (
    Cart,
    CartLine,
    Choice,
    Decision,
    Rules,
    UsableCoupon,
    UsableOffer,
)
from huitou.offer.types.documents import Activity, Bundle, Gift, OrderOff
from huitou.offer.types.offers import RefundPolicy
from huitou.offer.types.refunds import BadReturn, OnlyWhole, Refund, Returned
from tests.rooms.offer.compare import random_decisions, small_case, solve

POLICIES: tuple[RefundPolicy, ...] = ("as_apportioned", "recompute", "full_only")


def an_order(seed: int) -> Opened | None:
    """A random cart bought in a good way, or in any way."""
    cart, rules = small_case(seed)
    if seed % 4:
        return Opened(cart, rules, solve(cart, rules, budget_ms=20).proof)
    for decision in random_decisions(Random(seed), cart, rules, 8):
        try:
            return Opened(cart, rules, price(cart, rules, decision))
        except Refusal:
            continue
    return None


class Desk:
    """Where an order's pieces come back."""

    def __init__(self, order: Opened, policies: dict[str, RefundPolicy]) -> None:
        self.order, self.policies = order, policies
        self.back: dict[int, Returned] = {}
        self.left = Counter({line.line_no: line.quantity for line in order.cart.lines})

    def take(self, now: dict[int, int]) -> Refund:
        told = refund(self.order, self.policies, {}, self.back, now)
        for line in told.lines:
            had = self.back.get(line.line_no, Returned(0, 0))
            self.back[line.line_no] = Returned(had.pieces + line.pieces, had.fen + line.fen)
        self.left -= Counter(now)
        return told

    @property
    def fen(self) -> int:
        return sum(each.fen for each in self.back.values())


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**6), dice=st.randoms(use_true_random=False))
def test_all_returns_together_are_what_was_paid(seed: int, dice: Any) -> None:
    order = an_order(seed)
    if order is None:
        return
    desk = Desk(order, {offer.id: dice.choice(POLICIES) for offer in order.rules.offers})
    paid: Counter[int] = Counter()
    for unit in order.proof.units:
        paid[unit.line_no] += unit.paid_fen
    coupons: list[str] = []
    gifts: list[Gift] = []
    told = None
    while desk.left:
        now = {line: dice.randint(0, most) for line, most in desk.left.items()}
        now = {line: count for line, count in now.items() if count} or dict(desk.left)
        try:
            told = desk.take(now)
        except OnlyWhole:
            told = desk.take(dict(desk.left))
        assert told.refund_fen == sum(line.fen for line in told.lines) >= 0
        assert all(0 <= desk.back[line].fen <= paid[line] for line in desk.back)
        assert desk.fen <= sum(paid.values())
        coupons += told.coupons
        gifts += told.gifts
    assert told is not None
    assert told.is_last
    assert told.kept_back == []
    assert desk.fen + told.shipping_fen == order.proof.payable_fen
    assert len(coupons) == len(set(coupons))
    used = [
        s.id for s in order.proof.steps if s.kind == "coupon" and (s.off_fen or s.shipping_off_fen)
    ]
    assert sorted(coupons) == sorted(used)
    assert Counter(gifts) == Counter(order.proof.gifts)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_looked_at_again_with_all_pieces_nothing_is_kept_back(seed: int) -> None:
    order = an_order(seed)
    if order is None:
        return
    policies: dict[str, RefundPolicy] = {offer.id: "recompute" for offer in order.rules.offers}
    told = refund(order, policies, {}, {}, {})
    assert (told.refund_fen, told.lines, told.kept_back, told.gifts) == (0, [], [], [])


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**6), dice=st.randoms(use_true_random=False))
def test_as_apportioned_each_piece_gives_what_was_paid_for_it(seed: int, dice: Any) -> None:
    order = an_order(seed)
    if order is None:
        return
    desk = Desk(order, {})
    pieces: dict[int, list[int]] = {}
    for unit in order.proof.units:
        pieces.setdefault(unit.line_no, []).append(unit.paid_fen)
    turns = [line for line, count in desk.left.items() for _ in range(count)]
    dice.shuffle(turns)
    for line_no in turns:
        assert desk.take({line_no: 1}).refund_fen == pieces[line_no].pop(0)


def ordered(
    *offers: UsableOffer, lines: tuple[CartLine, ...], coupons: tuple[UsableCoupon, ...] = ()
) -> Opened:
    """Everything joins everything."""
    choices = tuple(
        Choice(
            line.sku,
            line.list_fen,
            line.quantity,
            piece=next((o.id for o in offers if isinstance(o.terms, Bundle)), None),
            activities=tuple(o.id for o in offers if isinstance(o.terms, Activity)),
        )
        for line in lines
    )
    cart, rules = Cart(lines, 700), Rules(offers, coupons)
    decision = Decision(choices, tuple(coupon.id for coupon in coupons))
    return Opened(cart, rules, price(cart, rules, decision))


def activity(**fields: Any) -> UsableOffer:
    return UsableOffer("a", Activity.model_validate({"kind": "activity", **fields}, strict=False))


TWO = (CartLine(1, "A", "x", 1, 20_000), CartLine(2, "B", "x", 1, 10_000))
FULL = activity(tiers=[{"at_least": 30_000, "off_fen": 6_000}])


def test_a_threshold_that_is_missed_after_a_return_is_kept_back_and_made_good() -> None:
    desk = Desk(ordered(FULL, lines=TWO), {"a": "recompute"})
    first = desk.take({2: 1})
    # B cost 8,000 with its share; A keeps 4,000 off that it no longer reaches.
    assert first.refund_fen == 4_000
    assert [(each.id, each.fen, each.zh) for each in first.kept_back] == [
        ("a", 4_000, "退后不再满足「a」，扣回 40 元")
    ]
    last = desk.take({1: 1})
    assert [(line.line_no, line.pieces, line.fen) for line in last.lines] == [
        (1, 1, 16_000),
        (2, 0, 4_000),
    ]
    assert (last.refund_fen, last.shipping_fen, last.is_last) == (20_000, 700, True)


def test_without_looking_again_the_share_is_all() -> None:
    desk = Desk(ordered(FULL, lines=TWO), {"a": "as_apportioned"})
    assert desk.take({2: 1}).refund_fen == 8_000
    assert desk.take({1: 1}).refund_fen == 16_000


@pytest.mark.parametrize(
    ("fields", "refund_fen", "kept_fen"),
    [
        # 30 % of the 20,000 that stay are 6,000, above the cap; 3,333 were theirs.
        ({"tiers": [{"at_least": 0, "pay_bp": 7_000}], "cap_fen": 5_000}, 8_333, 0),
        # 4,000 were theirs, and they reach the threshold twice, of which one counts.
        (
            {
                "tiers": [{"at_least": 10_000, "off_fen": 3_000}],
                "repeats": True,
                "times_max": 1,
            },
            9_000,
            0,
        ),
        ({"tiers": [{"at_least": 10_000, "off_fen": 3_000}], "repeats": True}, 7_000, 0),
        # By list prices what stays is below the threshold.
        (
            {"tiers": [{"at_least": 20_001, "off_fen": 3_000}], "measure": "list_amount"},
            7_000,
            2_000,
        ),
        ({"tiers": [{"at_least": 2, "off_fen": 3_000}], "measure": "count"}, 7_000, 2_000),
    ],
)
def test_what_stays_is_looked_at_as_the_whole_was(
    fields: dict[str, Any], refund_fen: int, kept_fen: int
) -> None:
    desk = Desk(ordered(activity(**fields), lines=TWO), {"a": "recompute"})
    assert refund(desk.order, desk.policies, {}, {}, {}).kept_back == []
    told = desk.take({2: 1})
    assert (told.refund_fen, sum(each.fen for each in told.kept_back)) == (refund_fen, kept_fen)


@pytest.mark.parametrize(
    ("tiers", "refund_fen", "kept_fen"),
    [
        # A cost 10,000 after the first, which misses the threshold by a fen.
        ([{"at_least": 10_001, "off_fen": 3_000}], 2_000, 2_000),
        # Half of A's 10,000 became a tenth of them; B had cost 2,500.
        ([{"at_least": 0, "pay_bp": 9_000}, {"at_least": 15_000, "pay_bp": 5_000}], 0, 4_000),
    ],
)
def test_what_stays_is_looked_at_after_what_came_before(
    tiers: list[dict[str, int]], refund_fen: int, kept_fen: int
) -> None:
    half = {"kind": "activity", "group": "first", "tiers": [{"at_least": 0, "pay_bp": 5_000}]}
    first = UsableOffer("first", Activity.model_validate(half, strict=False))
    order = ordered(first, activity(tiers=tiers), lines=TWO)
    rules = replace(order.rules, groups=("first", "activity"))
    proof = price(order.cart, rules, order.proof.decision)
    desk = Desk(Opened(order.cart, rules, proof), {"a": "recompute"})
    told = desk.take({2: 1})
    assert (told.refund_fen, [each.fen for each in told.kept_back]) == (refund_fen, [kept_fen])
    assert desk.take({1: 1}).refund_fen == proof.payable_fen - 700 - refund_fen


def test_a_lower_tier_is_kept() -> None:
    tiers = [{"at_least": 15_000, "off_fen": 1_000}, {"at_least": 30_000, "off_fen": 6_000}]
    desk = Desk(ordered(activity(tiers=tiers), lines=TWO), {"a": "recompute"})
    told = desk.take({2: 1})
    assert (told.refund_fen, told.kept_back[0].fen) == (5_000, 3_000)


def test_what_is_bought_as_a_whole_is_returned_as_a_whole() -> None:
    bundle = UsableOffer("b", Bundle(kind="bundle", count=3, price_fen=9_000))
    order = ordered(bundle, lines=(CartLine(1, "A", "x", 4, 4_000),))
    desk = Desk(order, {"b": "full_only"})
    # The fourth piece is no part of the whole, and comes back first.
    assert desk.take({1: 1}).refund_fen == 4_000
    with pytest.raises(OnlyWhole) as refused:
        desk.take({1: 1})
    assert refused.value.params["missing"] == 2
    assert desk.take({1: 3}).refund_fen == 9_000


def test_a_bundle_looked_at_again_is_one_no_more() -> None:
    bundle = UsableOffer("b", Bundle(kind="bundle", count=3, price_fen=9_000))
    order = ordered(bundle, lines=(CartLine(1, "A", "x", 3, 4_000),))
    desk = Desk(order, {"b": "recompute"})
    # Two pieces stay at 8,000 of 9,000.
    assert desk.take({1: 1}).refund_fen == 1_000
    assert desk.take({1: 2}).refund_fen == 8_000


def test_gifts_come_back_with_the_tier_and_coupons_with_their_last_piece() -> None:
    gift = Gift(sku="G", count=1, worth_fen=500)
    offer = activity(tiers=[{"at_least": 25_000, "gifts": [gift.model_dump()]}])
    coupon = UsableCoupon("c", OrderOff(kind="order_off", off_fen=3_000))
    order = ordered(offer, lines=TWO, coupons=(coupon,))
    desk = Desk(order, {"a": "recompute"})
    first = desk.take({2: 1})
    assert (first.refund_fen, first.gifts, first.coupons) == (9_000, [gift], [])
    last = desk.take({1: 1})
    assert (last.refund_fen, last.gifts, last.coupons) == (18_000, [], ["c"])


def test_more_than_was_bought_is_refused() -> None:
    desk = Desk(ordered(FULL, lines=TWO), {})
    for now in ({1: 2}, {3: 1}):
        with pytest.raises(BadReturn):
            desk.take(now)
