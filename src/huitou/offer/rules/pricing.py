"""What a decision costs, with its proof. The only place that says so. Pure."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from huitou.base.compiling import ints, zero_ints
from huitou.offer.rules import kernel
from huitou.offer.rules.kernel import STEP_COLUMNS
from huitou.offer.rules.tables import NONE
from huitou.offer.rules.tabling import Tabled, tabled
from huitou.offer.rules.together import Instrument, go_together
from huitou.offer.types.carts import (
    UNITS_MAX,
    Cart,
    Choice,
    Decision,
    PricedUnit,
    PriceProof,
    Rules,
    Step,
    StepKind,
    UsableCoupon,
)
from huitou.offer.types.documents import FEN_MAX, Activity, Gift
from huitou.offer.types.refusals import BadCart, BadDecision, CartTooLarge


def price(cart: Cart, rules: Rules, decision: Decision) -> PriceProof:
    """What the decision costs under the rules, by docs/offers.md. O(units × instruments).

    Refuses `BadCart`, `CartTooLarge`, `BadDecision`.
    """
    check(cart)
    table = tabled(cart, rules)
    modes = _modes(table, decision)
    return proof_of(table, modes, _coupons(table, rules, decision.coupons))


def check(cart: Cart) -> None:
    """Refuses what is no cart."""
    count = 0
    categories: dict[str, str] = {}
    for line in cart.lines:
        if line.quantity < 1:
            raise BadCart(reason=f"line {line.line_no}: quantity {line.quantity}")
        if not 0 <= line.list_fen <= FEN_MAX:
            raise BadCart(reason=f"line {line.line_no}: price {line.list_fen}")
        if categories.setdefault(line.sku, line.category) != line.category:
            raise BadCart(reason=f"{line.sku}: two categories")
        count += line.quantity
    if len({line.line_no for line in cart.lines}) != len(cart.lines):
        raise BadCart(reason="two lines with one number")
    if not 0 <= cart.shipping_fen <= FEN_MAX:
        raise BadCart(reason=f"shipping {cart.shipping_fen}")
    if count > UNITS_MAX:
        raise CartTooLarge(units=count, most=UNITS_MAX)


def proof_of(table: Tabled, modes: Sequence[int], coupons: int) -> PriceProof:
    """The proof of a decision that is known to be legal: a mode for each unit, coupons as bits."""
    count = len(table.units)
    steps = len(table.pieces) + len(table.activities) + len(table.coupons)
    amounts, room = zero_ints(count), zero_ints(5 * count)
    shares, notes = zero_ints(steps * count), zero_ints(steps * STEP_COLUMNS)
    payable, _ = kernel.evaluate(table.tables, ints(modes), coupons, amounts, room, shares, notes)
    choices, places = _choices(table, modes)
    units = tuple(
        PricedUnit(
            unit.line_no,
            unit.sku,
            unit.list_fen,
            table.plain.mode_fen[modes[u]],
            amounts[u],
            places[modes[u], table.classes[u]],
        )
        for u, unit in enumerate(table.units)
    )
    taken = _steps(table, modes, coupons, shares, notes)
    paid = sum(unit.paid_fen for unit in units)
    return PriceProof(
        payable_fen=int(payable),
        list_fen=sum(unit.list_fen for unit in units),
        shipping_fen=int(payable) - paid,
        units=units,
        steps=taken,
        gifts=tuple(gift for step in taken for gift in step.gifts),
        decision=Decision(choices, ids_of(table, coupons)),
    )


def ids_of(table: Tabled, coupons: int) -> tuple[str, ...]:
    """The coupons that are bits."""
    return tuple(coupon.id for c, coupon in enumerate(table.coupons) if coupons >> c & 1)


def legal_coupons(rules: Rules, coupons: Sequence[UsableCoupon]) -> str | None:
    """Why these may not be given together; None if they may."""
    limits = dict(rules.coupon_limits)
    for category, count in Counter(coupon.category for coupon in coupons).items():
        if category in limits and count > limits[category]:
            return f"more than {limits[category]} coupons of {category}"
    for one, other in combinations(coupons, 2):
        if not go_together(one, other):
            return f"{one.id} and {other.id} do not go together"
    return None


def _modes(table: Tabled, decision: Decision) -> list[int]:
    """The mode of each unit. Refuses choices that are not those of the cart, or not legal."""
    by_class: dict[tuple[str, int], list[int]] = {}
    for choice in decision.choices:
        mode = _mode_of(table, choice)
        by_class.setdefault((choice.sku, choice.list_fen), []).extend([mode] * choice.count)
    found = []
    for unit in table.units:
        waiting = by_class.get((unit.sku, unit.list_fen))
        if not waiting:
            raise BadDecision(reason=f"no choice for {unit.sku}")
        first = min(waiting)  # identical units take their modes in order
        waiting.remove(first)
        found.append(first)
    if any(by_class.values()):
        raise BadDecision(reason="choices for more pieces than there are")
    used = Counter(table.modes[m].price for m in found)
    for n, offer in enumerate(table.prices):
        limit = int(table.tables.price_limit[n])
        if limit != NONE and used[n] > limit:
            raise BadDecision(reason=f"{offer.id}: more than {limit} pieces")
    return found


def _mode_of(table: Tabled, choice: Choice) -> int:
    if choice.count < 1:
        raise BadDecision(reason=f"{choice.sku}: {choice.count} pieces")
    for unit, own in zip(table.units, table.classes, strict=True):
        if (unit.sku, unit.list_fen) != (choice.sku, choice.list_fen):
            continue
        wanted = (choice.price, choice.piece, choice.slot, sorted(choice.activities))
        for m in range(*table.spans[own]):
            said = table.choice(unit, m, 1)
            if (said.price, said.piece, said.slot, sorted(said.activities)) == wanted:
                return m
        raise BadDecision(reason=f"{choice.sku} cannot take what was chosen for it")
    raise BadDecision(reason=f"{choice.sku} at {choice.list_fen} is not in the cart")


def _coupons(table: Tabled, rules: Rules, ids: Sequence[str]) -> int:
    places = {coupon.id: c for c, coupon in enumerate(table.coupons)}
    for id_ in ids:
        if id_ not in places:
            raise BadDecision(reason=f"{id_} is not among the coupons")
    if len(set(ids)) < len(ids):
        raise BadDecision(reason="a coupon is given twice")
    why = legal_coupons(rules, [table.coupons[places[id_]] for id_ in ids])
    if why is not None:
        raise BadDecision(reason=why)
    return sum(1 << places[id_] for id_ in ids)


def _choices(
    table: Tabled, modes: Sequence[int]
) -> tuple[tuple[Choice, ...], dict[tuple[int, int], int]]:
    """Choices in the order of units, and the place of each by mode and class."""
    counts = Counter(zip(modes, table.classes, strict=True))
    units = {(m, own): unit for m, own, unit in zip(modes, table.classes, table.units, strict=True)}
    choices = tuple(table.choice(units[key], key[0], count) for key, count in counts.items())
    return choices, {key: n for n, key in enumerate(counts)}


def _steps(
    table: Tabled, modes: Sequence[int], coupons: int, shares: Sequence[int], notes: Sequence[int]
) -> tuple[Step, ...]:
    count = len(table.units)
    found = _price_steps(table, modes)
    used = {table.modes[m].piece for m in modes}
    joined = {a for m in modes for a in table.modes[m].activities}
    rows: list[tuple[StepKind, Instrument, bool]] = [
        *(("piece", offer, p in used) for p, offer in enumerate(table.pieces)),
        *(("activity", offer, a in joined) for a, offer in enumerate(table.activities)),
        *(("coupon", coupon, bool(coupons >> c & 1)) for c, coupon in enumerate(table.coupons)),
    ]
    for row, (kind, instrument, is_taken) in enumerate(rows):
        if not is_taken:
            continue
        base, off, times, shipping = notes[row * STEP_COLUMNS : (row + 1) * STEP_COLUMNS]
        own = shares[row * count : (row + 1) * count]
        by_unit = tuple((u, fen) for u, fen in enumerate(own) if fen)
        gifts = _gifts(instrument.terms, base, times)
        found.append(Step(kind, instrument.id, base, off, by_unit, shipping, gifts, times))
    return tuple(found)


def _price_steps(table: Tabled, modes: Sequence[int]) -> list[Step]:
    found = []
    for n, offer in enumerate(table.prices):
        offs = tuple(
            (u, unit.list_fen - table.plain.mode_fen[m])
            for u, (unit, m) in enumerate(zip(table.units, modes, strict=True))
            if table.modes[m].price == n
        )
        if offs:
            base = sum(table.units[u].list_fen for u, _ in offs)
            off = sum(each for _, each in offs)
            found.append(Step("price", offer.id, base, off, offs, times=len(offs)))
    return found


def _gifts(terms: object, base: int, times: int) -> tuple[Gift, ...]:
    if not times or not isinstance(terms, Activity):
        return ()
    reached = [tier for tier in terms.tiers if tier.at_least <= base][-1]
    return tuple(gift for _ in range(times) for gift in reached.gifts)
