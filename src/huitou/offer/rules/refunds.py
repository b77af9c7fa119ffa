"""What returned pieces give back, by the refund policy of each offer. Pure.

A piece gives back what was paid for it: its share of every discount was fixed when the order was placed, so all
pieces together give back what was paid, in any order and partition. An offer with the policy `recompute` is
looked at again for the pieces that stay, at what they cost before it: what it gave them and no longer would is
kept back, until more pieces come back. One with `full_only` is returned whole or not at all.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from huitou.kernel.money import BASIS_POINTS, split
from huitou.kernel.words import money_en, money_zh
from huitou.offer.rules.pricing import price
from huitou.offer.rules.proofs import Opened
from huitou.offer.rules.reasons import is_used
from huitou.offer.types.carts import Cart, CartLine, Choice, Decision, Rules, Step, UsableOffer
from huitou.offer.types.documents import Activity, Gift, PriceOffer, Tier
from huitou.offer.types.offers import RefundPolicy
from huitou.offer.types.refunds import (
    BadReturn,
    KeptBack,
    OnlyWhole,
    Refund,
    RefundLine,
    Returned,
)


def refund(
    order: Opened,
    policies: Mapping[str, RefundPolicy],
    names: Mapping[str, str],
    before: Mapping[int, Returned],
    now: Mapping[int, int],
) -> Refund:
    """What the pieces `now` (by line) give back after what came back `before`. `policies` of offers by id, one
    without is `as_apportioned`; `names` are for sentences.

    Of a line the pieces that no whole return is asked of come back first, then in the order of units. Refuses
    `offer.bad_return`, `offer.only_whole`. O(pieces × offers).
    """
    it = _Order(order, policies)
    had = {line_no: each.pieces for line_no, each in before.items()}
    old = it.first(had)
    gone = it.first(Counter(had) + Counter(now))
    it.check_whole(gone, names)
    kept = it.kept_back(gone)
    paid = sum(it.paid[u] for u in gone)
    due = max(0, paid - sum(kept.values())) - sum(each.fen for each in before.values())
    lines = _shared(it, gone, before, now, max(0, due))
    is_last = len(gone) == len(it.paid)
    return Refund(
        refund_fen=sum(line.fen for line in lines),
        shipping_fen=order.proof.shipping_fen if is_last else 0,
        lines=lines,
        kept_back=[_told(id_, fen, names) for id_, fen in kept.items()],
        coupons=[id_ for id_ in it.coupons_of(gone) if id_ not in it.coupons_of(old)],
        gifts=_difference(it.gifts_back(old), it.gifts_back(gone)),
        is_last=is_last,
    )


class _Order:
    """An order's pieces, and what each offer did for them. Pieces are by their place in the proof."""

    def __init__(self, order: Opened, policies: Mapping[str, RefundPolicy]) -> None:
        self._proof = order.proof
        self._policies = policies
        self._offers = {offer.id: offer for offer in order.rules.offers}
        self._categories = {line.sku: line.category for line in order.cart.lines}
        self._steps = [step for step in order.proof.steps if is_used(step)]
        self.paid = [unit.paid_fen for unit in order.proof.units]
        whole = {
            u
            for step in self._steps
            if self._policy(step) == "full_only"
            for u in self._touched(step)
        }
        self._pieces: dict[int, list[int]] = {}
        for u in sorted(range(len(self.paid)), key=lambda u: (u in whole, u)):
            self._pieces.setdefault(order.proof.units[u].line_no, []).append(u)
        self._entered = self._amounts_before()

    def first(self, counts: Mapping[int, int]) -> set[int]:
        """So many pieces of each line. Refuses `BadReturn`."""
        found: set[int] = set()
        for line_no, count in counts.items():
            pieces = self._pieces.get(line_no, [])
            if count > len(pieces):
                raise BadReturn(line_no=line_no)
            found.update(pieces[:count])
        return found

    def line_of(self, u: int) -> int:
        return self._proof.units[u].line_no

    def check_whole(self, gone: Collection[int], names: Mapping[str, str]) -> None:
        """Refuses `OnlyWhole`."""
        for step in self._steps:
            if self._policy(step) != "full_only":
                continue
            touched = self._touched(step)
            missing = touched.difference(gone)
            if missing and missing != touched:
                raise OnlyWhole(name=names.get(step.id, step.id), missing=len(missing))

    def kept_back(self, gone: Collection[int]) -> dict[str, int]:
        """What offers gave to the pieces that stay and no longer would."""
        kept = {}
        for step in self._steps:
            if self._policy(step) != "recompute":
                continue
            given = sum(off for u, off in step.by_unit if u not in gone)
            back = given - self._off(step, gone)
            if back > 0:
                kept[step.id] = back
        return kept

    def coupons_of(self, gone: Collection[int]) -> list[str]:
        """Coupons of which every piece is back."""
        found = []
        for step in self._steps:
            if step.kind != "coupon":
                continue
            touched = self._touched(step) or set(range(len(self.paid)))
            if touched <= set(gone):
                found.append(step.id)
        return found

    def gifts_back(self, gone: Collection[int]) -> Counter[Gift]:
        """Gifts that nothing that stays entitles to."""
        found: Counter[Gift] = Counter()
        for step in self._steps:
            if not step.gifts:
                continue
            stays = [u for u in self._joined(step) if u not in gone]
            entitled: list[Gift] = list(step.gifts) if stays else []
            if stays and self._policy(step) == "recompute":
                terms = self._offers[step.id].terms
                assert isinstance(terms, Activity), "nothing else gives gifts"
                reached, times = self._reached(terms, step, stays)
                entitled = [gift for _ in range(times) for gift in reached.gifts] if reached else []
            found += Counter(step.gifts) - Counter(entitled)
        return found

    def _policy(self, step: Step) -> RefundPolicy:
        return self._policies.get(step.id, "as_apportioned")

    def _joined(self, step: Step) -> list[int]:
        chosen = self._proof.decision.choices
        return [
            u
            for u, unit in enumerate(self._proof.units)
            if step.id
            in (
                chosen[unit.choice].price,
                chosen[unit.choice].piece,
                *chosen[unit.choice].activities,
            )
        ]

    def _touched(self, step: Step) -> set[int]:
        """The pieces that it took something off, or else all that joined."""
        return {u for u, _ in step.by_unit} or set(self._joined(step))

    def _amounts_before(self) -> dict[str, list[int]]:
        """What each piece cost before each step after the prices."""
        amounts = [unit.price_fen for unit in self._proof.units]
        found = {}
        for step in self._proof.steps:
            if step.kind == "price":
                continue
            found[step.id] = list(amounts)
            for u, off in step.by_unit:
                amounts[u] -= off
        return found

    def _off(self, step: Step, gone: Collection[int]) -> int:
        """What an offer would take off the pieces that stay."""
        offer = self._offers[step.id]
        if isinstance(offer.terms, PriceOffer):
            return sum(off for u, off in step.by_unit if u not in gone)
        if isinstance(offer.terms, Activity):
            return self._activity_off(offer.terms, step, gone)
        return self._piece_off(offer, gone)

    def _activity_off(self, terms: Activity, step: Step, gone: Collection[int]) -> int:
        stays = [u for u in self._joined(step) if u not in gone]
        tier, times = self._reached(terms, step, stays)
        if tier is None:
            return 0
        # What the pieces that stay were given is within caps and what they cost: neither is looked at again.
        if tier.off_fen is not None:
            return tier.off_fen * times
        total = sum(self._entered[step.id][u] for u in stays)
        pay_bp = BASIS_POINTS if tier.pay_bp is None else tier.pay_bp
        return total * (BASIS_POINTS - pay_bp) // BASIS_POINTS

    def _reached(
        self, terms: Activity, step: Step, stays: Sequence[int]
    ) -> tuple[Tier | None, int]:
        """The tier that the pieces that stay reach, and how often."""
        base = sum(self._entered[step.id][u] for u in stays)
        if terms.measure == "count":
            base = len(stays)
        elif terms.measure == "list_amount":
            base = sum(self._proof.units[u].list_fen for u in stays)
        tiers = [tier for tier in terms.tiers if tier.at_least <= base]
        if not stays or not tiers:
            return None, 0
        return tiers[-1], base // tiers[-1].at_least if terms.repeats else 1

    def _piece_off(self, offer: UsableOffer, gone: Collection[int]) -> int:
        """The cart of the pieces that stay, at their prices, with this offer alone."""
        lines, choices = [], []
        for u, unit in enumerate(self._proof.units):
            if u in gone:
                continue
            said = self._proof.decision.choices[unit.choice]
            joined = said.piece == offer.id
            lines.append(CartLine(u + 1, unit.sku, self._categories[unit.sku], 1, unit.price_fen))
            choices.append(
                Choice(
                    unit.sku,
                    unit.price_fen,
                    1,
                    piece=offer.id if joined else None,
                    slot=said.slot if joined else "buy",
                )
            )
        proof = price(Cart(tuple(lines)), Rules((offer,)), Decision(tuple(choices)))
        return sum(step.off_fen for step in proof.steps)


def _shared(
    order: _Order,
    gone: Iterable[int],
    before: Mapping[int, Returned],
    now: Mapping[int, int],
    due: int,
) -> list[RefundLine]:
    """What is due, line by line: first to those that come back now, then what was kept back of others."""
    owed: Counter[int] = Counter()
    for u in gone:
        owed[order.line_of(u)] += order.paid[u]
    most = {
        line_no: max(0, fen - (before[line_no].fen if line_no in before else 0))
        for line_no, fen in sorted(owed.items())
    }
    given: dict[int, int] = {}
    for lines in ([n for n in most if n in now], [n for n in most if n not in now]):
        room = sum(most[line_no] for line_no in lines)
        part = min(due, room)
        if room:
            shares = split(part, [most[line_no] for line_no in lines])
            given |= dict(zip(lines, shares, strict=True))
        due -= part
    return [
        RefundLine(line_no, now.get(line_no, 0), given.get(line_no, 0))
        for line_no in most
        if line_no in now or given.get(line_no)
    ]


def _difference(old: Counter[Gift], new: Counter[Gift]) -> list[Gift]:
    return list((new - old).elements())


def _told(id_: str, fen: int, names: Mapping[str, str]) -> KeptBack:
    name = names.get(id_, id_)
    return KeptBack(
        id_,
        fen,
        f"退后不再满足「{name}」，扣回 {money_zh(fen)}",
        f"What stays no longer reaches {name}: {money_en(fen)} are kept",
    )
