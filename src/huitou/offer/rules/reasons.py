"""Why an instrument that may be used is not used in a priced cart. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from huitou.offer.rules.candidates import pieces_short, reason_of, short_of
from huitou.offer.rules.pricing import price
from huitou.offer.rules.tabling import fits, price_fen, units_of
from huitou.offer.rules.together import go_together
from huitou.offer.types.carts import Cart, PriceProof, Rules, Step, UsableCoupon, UsableOffer
from huitou.offer.types.contexts import Instrument, Reason
from huitou.offer.types.documents import (
    Activity,
    AddOn,
    Goods,
    Measure,
    PriceOffer,
    ShippingOff,
)

_REFUSED = Reason("refused", "已选择不使用", "Chosen not to be used")
_DOMINATED = Reason(
    "dominated", "不用它的组合同样省或更省", "What was chosen without it costs the same or less"
)
_NOT_CHOSEN = Reason(
    "not_chosen", "在限定时间内未找到用它更省的组合", "Nothing cheaper with it was found in time"
)
_FREE = Reason("no_shipping", "运费已经免除", "The shipping is free already")


def is_used(step: Step) -> bool:
    """Did it do anything?"""
    reached = step.kind == "activity" and step.times > 0
    return bool(step.off_fen or step.shipping_off_fen or step.gifts or reached)


def reasons(
    cart: Cart,
    rules: Rules,
    proof: PriceProof,
    known: Mapping[str, Instrument],
    *,
    refused: Collection[str],
    proven: bool,
) -> dict[str, Reason]:
    """A reason for each offer and coupon of the rules that did nothing."""
    told = _Priced(cart, rules, proof, known, _DOMINATED if proven else _NOT_CHOSEN)
    used = {step.id for step in proof.steps if is_used(step)}
    return {
        id_: _REFUSED if id_ in refused else told.reason_of(each)
        for id_, each in _by_id(rules).items()
        if id_ not in used
    }


class _Priced:
    """A priced cart, asked about one instrument after the other."""

    def __init__(
        self,
        cart: Cart,
        rules: Rules,
        proof: PriceProof,
        known: Mapping[str, Instrument],
        otherwise: Reason,
    ) -> None:
        self._cart, self._rules = cart, rules
        self._units = units_of(cart)
        self._shipping_fen = 0 if rules.ships_free else cart.shipping_fen
        self._known = known
        self._proof = proof
        self._otherwise = otherwise
        self._limits = dict(rules.coupon_limits)
        self._instruments = _by_id(rules)
        self._given = [coupon for coupon in rules.coupons if coupon.id in proof.decision.coupons]
        # What each unit costs after its piece offer, and after its activities.
        self._pieced = [unit.price_fen for unit in proof.units]
        self._entered = list(self._pieced)
        for step in proof.steps:
            for u, off in step.by_unit:
                if step.kind == "piece":
                    self._pieced[u] -= off
                if step.kind in ("piece", "activity"):
                    self._entered[u] -= off

    def reason_of(self, instrument: UsableOffer | UsableCoupon) -> Reason:
        never = reason_of(instrument, self._units, self._shipping_fen)
        if never is not None:
            return never
        if isinstance(instrument, UsableCoupon):
            return self._of_coupon(instrument)
        terms = instrument.terms
        if isinstance(terms, Activity):
            return self._of_activity(instrument, terms)
        if isinstance(terms, PriceOffer):
            scope = [n for n, u in enumerate(self._units) if price_fen(terms, u) is not None]
            return self._excluded(self._apart(instrument, scope, "price")) or self._otherwise
        scope = self._scope(terms.goods)
        if isinstance(terms, AddOn):
            others = [
                self._proof.units[n].price_fen
                for n in self._scope(terms.trigger)
                if self._choice(n)[1] != instrument.id
            ]
            missing = short_of("amount", sum(others), terms.threshold_fen)
            return (
                missing
                or self._excluded(self._apart(instrument, scope, "piece"))
                or self._otherwise
            )
        by = self._apart(instrument, scope, "piece")
        free = [self._units[n] for n in range(len(self._units)) if self._choice(n)[1] is None]
        if pieces_short(terms, free) is None:
            return self._otherwise
        return self._excluded(by) or self._otherwise

    def _of_coupon(self, coupon: UsableCoupon) -> Reason:
        scope = self._scope(coupon.goods)
        at_least = coupon.threshold_fen
        entry = short_of(coupon.measure, self._base(coupon.measure, scope, self._entered), at_least)
        if entry is not None:
            return entry
        others = [each for each in self._given if each.id != coupon.id]
        by = [each.id for each in others if not go_together(coupon, each)]
        same = [each.id for each in others if each.category == coupon.category]
        most = self._limits.get(coupon.category)
        if most is not None and len(same) >= most:
            by += [id_ for id_ in same if id_ not in by]
        if by:
            return self._excluded(by) or self._otherwise
        step = self._step_of(coupon)
        if is_used(step):
            return self._otherwise
        apart = self._excluded(self._apart(coupon, scope, "coupon"))
        if apart is not None:
            return apart
        if isinstance(coupon.terms, ShippingOff) and self._proof.shipping_fen == 0:
            return _FREE
        return short_of(coupon.measure, step.base, at_least) or self._otherwise

    def _step_of(self, coupon: UsableCoupon) -> Step:
        """What it does beside what was decided; it may be given."""
        decision, given = self._proof.decision, self._given
        if coupon not in given:
            decision = replace(decision, coupons=(*decision.coupons, coupon.id))
            given = [*given, coupon]
        # With nothing else in the rules: what nobody joined changes nothing.
        named = {id_ for n in range(len(self._units)) for id_ in self._named(n)}
        rules = replace(
            self._rules,
            offers=tuple(offer for offer in self._rules.offers if offer.id in named),
            coupons=tuple(given),
        )
        steps = price(self._cart, rules, decision).steps
        return next(step for step in steps if step.id == coupon.id)

    def _of_activity(self, offer: UsableOffer, terms: Activity) -> Reason:
        scope = self._scope(terms.goods)
        base = self._base(terms.measure, scope, self._pieced)
        missing = short_of(terms.measure, base, terms.tiers[0].at_least)
        return missing or self._excluded(self._apart(offer, scope, "activity")) or self._otherwise

    def _apart(self, one: UsableOffer | UsableCoupon, scope: Sequence[int], kind: str) -> list[str]:
        """What the units in its scope do that it cannot be together with, if that is so of each of them."""
        found: dict[str, None] = {}
        for n in scope:
            joined = [id_ for id_ in self._named(n) if id_ != one.id]
            hits = [id_ for id_ in joined if self._is_apart(one, id_, kind)]
            if not hits:
                return []
            found |= dict.fromkeys(hits)
        return list(found)

    def _is_apart(self, one: UsableOffer | UsableCoupon, id_: str, kind: str) -> bool:
        other = self._instruments[id_]
        terms, others = one.terms, other.terms
        if isinstance(terms, PriceOffer) and isinstance(others, PriceOffer):
            return True
        if isinstance(terms, Activity) and isinstance(others, Activity):
            return terms.group == others.group or not go_together(one, other)
        if kind == "piece" and not isinstance(others, PriceOffer | Activity):
            return True
        return not go_together(one, other)

    def _choice(self, n: int) -> tuple[str | None, str | None, tuple[str, ...]]:
        choice = self._proof.decision.choices[self._proof.units[n].choice]
        return choice.price, choice.piece, choice.activities

    def _named(self, n: int) -> list[str]:
        price_by, piece, activities = self._choice(n)
        return [id_ for id_ in (price_by, piece, *activities) if id_ is not None]

    def _scope(self, goods: Goods) -> list[int]:
        return [n for n, unit in enumerate(self._units) if fits(goods, unit)]

    def _base(self, measure: Measure, scope: Sequence[int], amounts: Sequence[int]) -> int:
        if measure == "count":
            return len(scope)
        if measure == "list_amount":
            return sum(self._units[n].list_fen for n in scope)
        return sum(amounts[n] for n in scope)

    def _excluded(self, by: Sequence[str]) -> Reason | None:
        if not by:
            return None
        names = list(dict.fromkeys(self._known[id_].name for id_ in by))
        return Reason(
            "excluded_by",
            f"不能与已用的「{'」「'.join(names)}」同享",
            f"Not together with {', '.join(names)}",
            by=tuple(by),
        )


def _by_id(rules: Rules) -> dict[str, UsableOffer | UsableCoupon]:
    instruments: list[UsableOffer | UsableCoupon] = [*rules.offers, *rules.coupons]
    return {each.id: each for each in instruments}
