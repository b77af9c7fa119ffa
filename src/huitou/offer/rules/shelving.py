"""What one piece of each product costs somebody. Pure but for the clock it is given."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from huitou.offer.rules import suggesting, telling
from huitou.offer.rules.candidates import candidates, reason_of
from huitou.offer.rules.choosing import over_budget, solve
from huitou.offer.rules.pricing import price
from huitou.offer.rules.reasons import is_used
from huitou.offer.rules.solving import Clock, best
from huitou.offer.rules.tabling import fits, units_of
from huitou.offer.types.carts import (
    Best,
    Cart,
    CartLine,
    Choice,
    Decision,
    Slot,
    UsableCoupon,
    UsableOffer,
)
from huitou.offer.types.contexts import Reason, Usable
from huitou.offer.types.documents import Activity, AddOn, PriceOffer
from huitou.offer.types.shelves import OnShelf
from huitou.offer.types.suggestions import Away, Suggestion

PIECES_MAX = 4
"""That are suggested beside the first."""
NEAR_MAX = 2

Other = tuple[Usable, list[UsableOffer]]
"""What may be used in other circumstances, and the offers by which that differs."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the customer may use now; what they might at the next tier, without a tier, and without the
    associate's link (None: there is no such)."""

    now: Usable
    next_tier: Usable | None
    without_tier: Usable | None
    without_promoter: Usable | None


def shelve(
    lines: Sequence[CartLine],
    names: Mapping[str, str],
    there: Circumstances,
    clock: Clock,
    budget_ms: int,
) -> list[OnShelf]:
    """Each line's piece at its best price, in order. Prices come first: what else is told of a product is left
    out when the time is up."""
    ends_at = clock() + budget_ms / 1_000
    found: list[tuple[Best, dict[str, Reason]]] = []
    for n, line in enumerate(lines):
        share_ms = max(1, round(1_000 * (ends_at - clock()) / (len(lines) - n)))
        found.append(_solve(line, there.now, clock, share_ms))
    others = [
        _other(there.now, usable) if usable else None
        for usable in (there.next_tier, there.without_tier, there.without_promoter)
    ]
    shown = []
    for line, (solved, why) in zip(lines, found, strict=True):
        has_time = clock() < ends_at
        elsewhere = [
            _elsewhere(line, solved, other, clock) if has_time and other else None
            for other in others
        ]
        more = _more(line, names[line.sku], there.now, solved, why, clock) if has_time else None
        shown.append(_shown(line, names, there.now, solved, elsewhere, more))
    return shown


def _solve(
    line: CartLine, usable: Usable, clock: Clock, budget_ms: int
) -> tuple[Best, dict[str, Reason]]:
    """The best way to buy one piece. Most pieces have at most one offer or coupon: with it or without it."""
    cart = _cart(line)
    kept, why = candidates(cart, usable.rules, ())
    choice = Choice(line.sku, line.list_fen, 1)
    without = Decision((choice,))
    if not kept.offers and not kept.coupons:
        return Best(price(cart, kept, without), proven=True, gap_fen=0, nodes=0), why
    instruments: list[UsableOffer | UsableCoupon] = [*kept.offers, *kept.coupons]
    if len(instruments) > 1 or 0 in dict(kept.coupon_limits).values():
        found = best(cart, kept, clock=clock, budget_ms=budget_ms)
    else:
        proof = price(cart, kept, _with(choice, instruments[0]))
        if not any(is_used(step) for step in proof.steps):
            proof = price(cart, kept, without)
        found = Best(proof, proven=True, gap_fen=0, nodes=0)
    if over_budget(usable, found.proof):
        return solve(cart, usable, clock, budget_ms)
    return found, why


def _with(choice: Choice, only: UsableOffer | UsableCoupon) -> Decision:
    if isinstance(only, UsableCoupon):
        return Decision((choice,), (only.id,))
    if isinstance(only.terms, PriceOffer):
        return Decision((replace(choice, price=only.id),))
    if isinstance(only.terms, Activity):
        return Decision((replace(choice, activities=(only.id,)),))
    slot: Slot = "get" if isinstance(only.terms, AddOn) else "buy"
    return Decision((replace(choice, piece=only.id, slot=slot),))


def _shown(
    line: CartLine,
    names: Mapping[str, str],
    now: Usable,
    solved: Best,
    elsewhere: Sequence[int | None],
    more: Suggestion | None,
) -> OnShelf:
    proof = solved.proof
    next_tier_fen, without_tier_fen, without_promoter_fen = elsewhere
    steps = telling.steps_of(proof, now.known, names)
    return OnShelf(
        sku=line.sku,
        name=names[line.sku],
        list_fen=line.list_fen,
        payable_fen=proof.payable_fen,
        saved_fen=line.list_fen - proof.payable_fen,
        steps=[step for step in steps if step.off_fen or step.gifts],
        gifts=list(proof.gifts),
        proven=solved.proven,
        at_next_tier_fen=next_tier_fen,
        without_tier_fen=without_tier_fen,
        without_promoter_fen=without_promoter_fen,
        more=more,
    )


def _other(now: Usable, usable: Usable) -> Other:
    here, there = now.rules.offers, usable.rules.offers
    return usable, [
        *(offer for offer in there if offer not in here),
        *(offer for offer in here if offer not in there),
    ]


def _elsewhere(line: CartLine, solved: Best, other: Other, clock: Clock) -> int:
    """What the piece costs in other circumstances: the same where nothing differs for it."""
    usable, differing = other
    cart = _cart(line)
    units = units_of(cart)
    if all(reason_of(offer, units, 0) is not None for offer in differing):
        return solved.proof.payable_fen
    return _solve(line, usable, clock, 1)[0].proof.payable_fen


def _more(
    line: CartLine,
    name: str,
    now: Usable,
    solved: Best,
    why: Mapping[str, Reason],
    clock: Clock,
) -> Suggestion | None:
    """What a few pieces more of the product itself begin, the fewest first."""
    cart = _cart(line)
    near = [
        (pieces, away)
        for away in suggesting.away(now.rules, solved.proof, why)
        if (pieces := _pieces(line, away)) <= PIECES_MAX and _is_for(cart, away)
    ]
    for pieces, away in sorted(near, key=lambda each: (each[0], each[1].id))[:NEAR_MAX]:
        added = replace(line, quantity=pieces)
        after, _ = solve(suggesting.with_more(cart, added), now, clock, 1)
        found = suggesting.suggestion(
            away, now.known[away.id].name, added, name, solved.proof, after.proof
        )
        if found is not None:
            return found
    return None


def _pieces(line: CartLine, away: Away) -> int:
    if away.short_pieces is not None:
        return away.short_pieces
    return -(-(away.short_fen or 1) // max(1, line.list_fen))


def _is_for(cart: Cart, away: Away) -> bool:
    return all(fits(away.goods, unit) for unit in units_of(cart))


def _cart(line: CartLine) -> Cart:
    return Cart((line,))
