"""Past carts bought again, without and with an offer. Pure but for the clock that it is given."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from huitou.kernel.errors import Refusal
from huitou.offer.rules.candidates import candidates
from huitou.offer.rules.reasons import is_used
from huitou.offer.rules.solving import Clock, best
from huitou.offer.rules.telling import cost_fen
from huitou.offer.rules.usable import offer_of
from huitou.offer.rules.uses import uses_of
from huitou.offer.types.carts import UNITS_MAX, Best, Cart, CartLine, Rules, UsableOffer
from huitou.offer.types.checks import Compared, PastCart
from huitou.offer.types.contexts import Taken
from huitou.offer.types.documents import FEN_MAX
from huitou.offer.types.offers import OfferDocument, OfferInForce
from huitou.order.types import OrderLine

_PIECE = 1_000


def cart_of(lines: Sequence[OrderLine], shipping_fen: int) -> Cart | None:
    """An order's lines as a cart; None for one with too many pieces, or none.

    What is weighed counts as one piece; the list price of a line is shared among its pieces, so that nothing is lost.
    """
    found: list[CartLine] = []
    for line in lines:
        pieces = line.quantity // _PIECE if line.quantity % _PIECE == 0 else 1
        if pieces < 1:
            continue
        fen, more = divmod(line.list_fen, pieces)
        for count, each in ((more, fen + 1), (pieces - more, fen)):
            if count:
                found.append(CartLine(len(found) + 1, line.sku, line.category_code, count, each))
    is_large = any(line.list_fen > FEN_MAX for line in found) or shipping_fen > FEN_MAX
    if not found or is_large or sum(line.quantity for line in found) > UNITS_MAX:
        return None
    # A product that moved between two lines' moments is what its last line says.
    categories = {line.sku: line.category for line in found}
    return Cart(tuple(replace(line, category=categories[line.sku]) for line in found), shipping_fen)


def compare(
    carts: Sequence[PastCart],
    draft: OfferInForce,
    groups: tuple[str, ...],
    coupon_limits: tuple[tuple[str, int], ...],
    taken: Mapping[UUID, Taken],
    clock: Clock,
    budget_ms: int,
) -> list[Compared]:
    """Each cart without and with the draft, in order. What customers took of it, `taken` before, grows from cart to
    cart, so that their limits hold."""
    counted = dict(taken)
    found = []
    for past in carts:
        own = counted.get(past.customer_id) if past.customer_id else None
        own = own or Taken(draft.id, 0, 0)
        offer = offer_of(draft, own) if past.holds and may_take(draft.document, own) else None
        compared = _compared(past, offer, groups, coupon_limits, clock, budget_ms)
        found.append(compared)
        if past.customer_id is not None and compared.is_used:
            counted[past.customer_id] = add_taken(own, Taken(draft.id, 1, compared.pieces))
    return found


def add_taken(one: Taken | None, other: Taken) -> Taken:
    """Both together."""
    if one is None:
        return other
    return Taken(other.offer_id, one.orders + other.orders, one.pieces + other.pieces)


def may_take(document: OfferDocument, taken: Taken) -> bool:
    """Do a customer's limits leave anything?"""
    limits = document.limits
    return (limits.customer_orders is None or taken.orders < limits.customer_orders) and (
        limits.customer_units is None or taken.pieces < limits.customer_units
    )


def _compared(
    past: PastCart,
    offer: UsableOffer | None,
    groups: tuple[str, ...],
    coupon_limits: tuple[tuple[str, int], ...],
    clock: Clock,
    budget_ms: int,
) -> Compared:
    left_out = Compared(past.place, None, None, 0, 0, False, False)
    if past.cart is None:
        return left_out
    rules = Rules((), past.coupons, groups, coupon_limits, past.ships_free)
    before_rules = _with(rules, past.others, past.own, past.own_turn)
    after_rules = _with(rules, past.others, offer, past.draft_turn)
    try:
        before = _best(past.cart, before_rules, clock, budget_ms)
        after = before
        if after_rules != before_rules:
            after = _best(past.cart, after_rules, clock, budget_ms)
    except Refusal:
        return left_out
    if past.own is None and after.proof.payable_fen > before.proof.payable_fen:
        # Nobody has to use what is added: without it, it costs what it did.
        after = before
    steps = [step for step in after.proof.steps if offer and step.id == offer.id and is_used(step)]
    uses = uses_of(after.proof, after_rules, {offer.id: 1}) if offer else []
    return Compared(
        past.place,
        before.proof.payable_fen,
        after.proof.payable_fen,
        cost_fen(steps),
        sum(use.pieces for use in uses),
        bool(steps),
        before.proven and after.proven,
    )


def _with(
    rules: Rules, others: tuple[UsableOffer, ...], offer: UsableOffer | None, turn: int
) -> Rules:
    if offer is None:
        return replace(rules, offers=others)
    return replace(rules, offers=(*others[:turn], offer, *others[turn:]))


def _best(cart: Cart, rules: Rules, clock: Clock, budget_ms: int) -> Best:
    kept, _ = candidates(cart, rules, ())
    return best(cart, kept, clock=clock, budget_ms=budget_ms)
