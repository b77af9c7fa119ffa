"""Which decision is answered: of what may be used here, within what budgets have left. Pure."""

from collections.abc import Iterable, Sequence

from huitou.offer.rules import solving, telling
from huitou.offer.rules.candidates import candidates
from huitou.offer.rules.solving import Clock
from huitou.offer.rules.usable import reason
from huitou.offer.types.answers import NotUsable
from huitou.offer.types.carts import Best, Cart, Decision, PriceProof
from huitou.offer.types.contexts import Reason, Usable


def over_budget(found: Usable, proof: PriceProof) -> list[str]:
    """Offers that would take off more than their budget has left."""
    return [
        id_
        for id_, left in found.budgets.items()
        if telling.cost_fen([step for step in proof.steps if step.id == id_]) > left
    ]


def named_in(decision: Decision) -> list[str]:
    """Every offer and coupon that a decision names."""
    found: dict[str, None] = {}
    for choice in decision.choices:
        named = (choice.price, choice.piece, *choice.activities)
        found |= dict.fromkeys(id_ for id_ in named if id_ is not None)
    return [*found, *decision.coupons]


def check_usable(found: Usable, ids: Iterable[str]) -> None:
    """Refuses `offer.not_usable` for what does not hold here."""
    there = {each.id for each in found.rules.offers} | {each.id for each in found.rules.coupons}
    for id_ in ids:
        if id_ in there:
            continue
        missing = Reason("not_chosen", "没有这个优惠", "there is no such benefit")
        raise _not_usable(found, id_, found.rejected.get(id_, missing))


def solve(
    cart: Cart,
    found: Usable,
    clock: Clock,
    budget_ms: int,
    pinned: Sequence[str] = (),
    refused: Sequence[str] = (),
) -> tuple[Best, dict[str, Reason]]:
    """The best that no budget is too small for, and why instruments were left out of the search."""
    kept, why = candidates(cart, found.rules, pinned)
    ends_at = clock() + budget_ms / 1_000
    out = list(refused)
    while True:
        left_ms = max(1, round(1_000 * (ends_at - clock())))
        solved = solving.best(
            cart, kept, clock=clock, budget_ms=left_ms, pinned=pinned, refused=out
        )
        over = over_budget(found, solved.proof)
        if not over:
            return solved, why
        for id_ in over:
            if id_ in pinned:
                raise _not_usable(found, id_, reason("budget_empty"))
            why[id_] = reason("budget_empty")
        out += over


def _not_usable(found: Usable, id_: str, why: Reason) -> NotUsable:
    name = found.known[id_].name if id_ in found.known else id_
    return NotUsable(id=id_, name=name, why=why.code, reason=why.en, reason_zh=why.zh)
