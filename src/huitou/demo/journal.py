"""What the outside systems of the demo brand saw of each household, moment by moment.

The purchases are given; through which channel each was made, under which identifiers, and what
happened around it (joining, binding, browsing, consent, refunds) is drawn per household from a
seed. The shares below are plausible for a Chinese grocer and set to give identity resolution work:
half the mini-program users bind their card, others stay apart for good.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from huitou.demo.people import (
    CORP_ID,
    MALL_UNIT,
    MINI_PROGRAM_ID,
    SHOP_ID,
    SHOP_UNIT,
    Household,
)
from huitou.demo.records import DAY_COUNT, QUANTITY_UNIT, Basket

Identifier = Mapping[str, Any]
DAY_S = 86_400
REPEATABLE = frozenset(
    {"order.paid", "order.refunded", "product.viewed", "cart.added", "visit.checked_in"}
)
"""What may happen again when the held-back days are played a second time."""

SHOP_SHARE, MALL_SHARE = 0.06, 0.22
CARD_SHARE, TYPED_PHONE_SHARE = 0.86, 0.08
STORE_PHONE_SHARE = 0.5
REFUND_SHARE, FULL_REFUND_SHARE = 0.015, 0.4
BROWSE_SHARE, CHECK_IN_SHARE = 0.12, 0.05


@dataclass(frozen=True, slots=True)
class Moment:
    """One event before it gets its date: seconds of local time since the data's first midnight.

    An order keeps its basket, a refund also the numbers of the lines taken back; their properties
    are made when the event is (there are some 400,000 lines).
    """

    at_s: int
    id: str
    type: str
    source: str
    unit: str
    household: int
    identifiers: tuple[Identifier, ...]
    properties: Mapping[str, Any] | None = None
    basket: Basket | None = None
    refunded: tuple[int, ...] = ()


def moments_of(
    household: Household,
    baskets: Sequence[Basket],
    *,
    seed: int,
    stores: Sequence[str],
    store_phones: Mapping[str, str],
    wecom_userid: str,
    redeemed: Mapping[int, Sequence[Mapping[str, str]]],
) -> Iterator[Moment]:
    """Everything that happened to one household, in no particular order.

    `redeemed`: day → coupons used. Moments after the end of the data are left out.
    """
    rng = Random(f"{seed}:journal:{household.household}")
    journal = Journal(household, rng, stores, store_phones)
    for moment in (
        *journal.joining(),
        *journal.friendship(wecom_userid),
        *journal.withdrawal(),
        *journal.purchases(baskets, redeemed),
    ):
        if moment.at_s < DAY_COUNT * DAY_S:
            yield moment


def order_properties(basket: Basket, order_no: str) -> dict[str, Any]:
    """Lines with amounts as line totals; they sum to `paid_fen`."""
    return {
        "order_no": order_no,
        "lines": [
            {
                "line_no": number,
                "sku": sku,
                "quantity": pieces * QUANTITY_UNIT,
                "list_fen": list_fen,
                "paid_fen": paid_fen,
            }
            for number, (sku, pieces, list_fen, paid_fen) in enumerate(basket.lines, 1)
        ],
        "paid_fen": basket.paid_fen,
        "shipping_fen": 0,
    }


def refund_properties(basket: Basket, order_no: str, line_numbers: Sequence[int]) -> dict[str, Any]:
    """The given lines, whole."""
    lines = [
        {
            "line_no": number,
            "quantity": basket.lines[number - 1][1] * QUANTITY_UNIT,
            "refund_fen": basket.lines[number - 1][3],
        }
        for number in line_numbers
    ]
    return {
        "order_no": order_no,
        "refund_no": f"{order_no}-R1",
        "lines": lines,
        "refund_fen": sum(line["refund_fen"] for line in lines),
    }


def order_number(source: str, unit: str, basket: Basket) -> str:
    """As printed on the receipt: the channel or store, and a running number."""
    prefix = {"mall": "M", "tmall": "T"}.get(source, f"P{unit[-4:]}")
    return f"{prefix}-{basket.number:06d}"


def card_of(of: Household) -> Identifier:
    return {"kind": "card", "value": of.card, "scope": "default"}


def phone_of(of: Household, *, is_verified: bool) -> tuple[Identifier, ...]:
    """The household's phone, if it has one."""
    if of.phone is None:
        return ()
    return ({"kind": "phone", "value": of.phone, "verified": is_verified},)


def mini_program_of(of: Household) -> tuple[Identifier, ...]:
    """What the mall knows: openid, and unionid for most."""
    openid = {"kind": "openid", "value": of.openid, "scope": MINI_PROGRAM_ID}
    return (openid, {"kind": "unionid", "value": of.unionid})[: 1 + of.is_unionid_in_mini_program]


def friend_of(of: Household) -> tuple[Identifier, ...]:
    """What WeCom knows: external_userid, and unionid for most."""
    external = {
        "kind": "external_userid",
        "value": of.external_userid,
        "scope": CORP_ID,
    }
    return (external, {"kind": "unionid", "value": of.unionid})[: 1 + of.is_unionid_in_wecom]


def shop_of(of: Household) -> tuple[Identifier, ...]:
    """What the marketplace tells: an ouid of this shop, no phone."""
    return ({"kind": "ouid", "value": of.ouid, "scope": SHOP_ID},)


class Journal:
    """The channels of one household, and the draws made so far."""

    def __init__(
        self,
        household: Household,
        rng: Random,
        stores: Sequence[str],
        store_phones: Mapping[str, str],
    ) -> None:
        self._of = household
        self._rng = rng
        self._stores = stores
        self._store_phones = store_phones

    def joining(self) -> Iterator[Moment]:
        """Membership at the till, the mini-program's bridge, and consent to SMS at either."""
        of, rng = self._of, self._rng
        consent = {"channel": "sms", "purpose": "marketing"}
        if of.card:
            at_s = self._time_on(of.card_day)
            how = {"method": "counter_code" if of.is_counter_verified else "counter"}
            known = (card_of(of), *phone_of(of, is_verified=of.is_counter_verified))
            yield self._moment(at_s, "member.joined", "pos", of.home_unit, known, how)
            if of.phone and of.has_consented:
                yield self._moment(at_s + 60, "consent.given", "pos", of.home_unit, known, consent)
        if of.mini_program_bridge:
            at_s = self._time_on(of.mini_program_day + rng.randint(0, 60))
            card = (card_of(of),) if of.mini_program_bridge == "card_bound" else ()
            proven = phone_of(of, is_verified=True) if of.may_verify_phone else ()
            known = (*mini_program_of(self._of), *card, *proven)
            how = {"method": of.mini_program_bridge}
            yield self._moment(at_s, "identity.bound", "mall", MALL_UNIT, known, how)
            if proven and of.has_consented and not of.card:
                yield self._moment(at_s + 30, "consent.given", "mall", MALL_UNIT, known, consent)

    def friendship(self, wecom_userid: str) -> Iterator[Moment]:
        """Becoming a WeCom friend, the cards bound through it, and leaving.

        The welcome message asks to bind the member card; the card in a marketplace parcel is
        scanned with WeChat and so names the buyer to WeCom.
        """
        of = self._of
        if not of.external_userid:
            return
        known, staff = friend_of(of), {"staff": wecom_userid}
        at_s = self._time_on(of.friend_day)
        yield self._moment(at_s, "contact.added", "wecom", of.home_unit, known, staff)
        if of.has_consented:
            consent = {"channel": "wecom", "purpose": "marketing"}
            yield self._moment(at_s + 20, "consent.given", "wecom", of.home_unit, known, consent)
        if of.is_welcome_bound:
            both = (
                *known,
                card_of(of),
                *(phone_of(of, is_verified=True) if of.may_verify_phone else ()),
            )
            how = {"method": "welcome_bound"}
            bound_s = self._time_on(max(of.friend_day, of.card_day) + 1)
            yield self._moment(bound_s, "identity.bound", "wecom", of.home_unit, both, how)
        if of.parcel_day is not None:
            both = (*shop_of(self._of), *known)
            how = {"method": "parcel_card"}
            scanned_s = self._time_on(of.parcel_day)
            yield self._moment(scanned_s, "identity.bound", "wecom", SHOP_UNIT, both, how)
        if self._rng.random() < 0.02:
            left_s = self._time_on(self._rng.randint(of.friend_day + 20, DAY_COUNT - 1))
            yield self._moment(left_s, "contact.removed", "wecom", of.home_unit, known, staff)

    def withdrawal(self) -> Iterator[Moment]:
        """Taking consent back, on the channel the brand reaches the household by."""
        of = self._of
        if of.withdrawal_day is None or not (of.external_userid or of.card):
            return
        channel, known = ("wecom", friend_of(of)) if of.external_userid else ("sms", (card_of(of),))
        source = "wecom" if channel == "wecom" else "pos"
        consent = {"channel": channel, "purpose": "marketing"}
        at_s = self._time_on(of.withdrawal_day)
        yield self._moment(at_s, "consent.withdrawn", source, of.home_unit, known, consent)

    def purchases(
        self,
        baskets: Sequence[Basket],
        redeemed: Mapping[int, Sequence[Mapping[str, str]]],
    ) -> Iterator[Moment]:
        """Every basket as an order, with what surrounds it."""
        rng = self._rng
        pending = dict(redeemed)
        for basket in baskets:
            source, unit, known = self._till(basket)
            number = order_number(source, unit, basket)
            paid = Moment(
                basket.at_s,
                f"{source}-{number}",
                "order.paid",
                source,
                unit,
                self._of.household,
                known,
                basket=basket,
            )
            yield paid
            if source == "mall":
                yield from self._browsing(basket.at_s - rng.randint(300, 1500), basket, bought=True)
            elif self._has_mini_program(basket.at_s):
                yield from self._after_visit(basket, paid)
            if known and rng.random() < REFUND_SHARE:
                yield self._refund(paid, basket)
            if known:
                yield from self._coupons(paid, pending.pop(basket.at_s // DAY_S, ()))

    def _has_mini_program(self, at_s: int) -> bool:
        return self._of.openid is not None and at_s >= self._of.mini_program_day * DAY_S

    def _till(self, basket: Basket) -> tuple[str, str, tuple[Identifier, ...]]:
        """Where a basket was paid and what the till knew of the buyer."""
        draw = self._rng.random()
        if self._of.ouid and draw < SHOP_SHARE:
            return "tmall", SHOP_UNIT, shop_of(self._of)
        if self._has_mini_program(basket.at_s) and draw < SHOP_SHARE + MALL_SHARE:
            return "mall", MALL_UNIT, mini_program_of(self._of)
        unit = self._stores[basket.store]
        return "pos", unit, self._counter(unit, basket.at_s)

    def _counter(self, unit: str, at_s: int) -> tuple[Identifier, ...]:
        """At the counter: card, typed phone, the store's own phone, or nothing."""
        of, rng = self._of, self._rng
        draw, store_draw = rng.random(), rng.random()
        store_phone = self._store_phones.get(unit)
        typed: tuple[Identifier, ...] = ()
        if of.card and at_s >= of.card_day * DAY_S + DAY_S and draw < CARD_SHARE:
            if store_phone and store_draw < 0.04:
                typed = ({"kind": "phone", "value": store_phone, "verified": False},)
            elif store_draw < 0.12:
                typed = phone_of(of, is_verified=False)
            return (card_of(of), *typed)
        if of.phone and (draw < CARD_SHARE + TYPED_PHONE_SHARE or (not of.card and draw < 0.9)):
            return phone_of(of, is_verified=False)
        if store_phone and store_draw < STORE_PHONE_SHARE:
            return ({"kind": "phone", "value": store_phone, "verified": False},)
        return ()

    def _browsing(self, at_s: int, basket: Basket, *, bought: bool) -> Iterator[Moment]:
        """Products looked at in the mall, and some put into the cart."""
        rng = self._rng
        skus = [line[0] for line in basket.lines]
        seen = rng.sample(skus, min(len(skus), rng.randint(1, 3)))
        for index, sku in enumerate(seen):
            at_s += rng.randint(15, 90)
            place = "mall", MALL_UNIT, mini_program_of(self._of)
            yield self._moment(at_s, "product.viewed", *place, {"sku": sku}, f"{index}")
            if (bought and index < 2) or rng.random() < 0.3:
                cart = {"sku": sku, "quantity": QUANTITY_UNIT}
                yield self._moment(at_s + 8, "cart.added", *place, cart, f"{index}")

    def _after_visit(self, basket: Basket, paid: Moment) -> Iterator[Moment]:
        """A check-in at the store door; browsing in the evening that led to nothing."""
        rng = self._rng
        if rng.random() < CHECK_IN_SHARE:
            known = mini_program_of(self._of)
            at_s = max(basket.at_s - rng.randint(300, 1800), 0)
            yield self._moment(at_s, "visit.checked_in", "mall", paid.unit, known, {})
        if rng.random() < BROWSE_SHARE:
            evening_s = (basket.at_s // DAY_S + 1) * DAY_S + rng.randint(19 * 3600, 22 * 3600)
            yield from self._browsing(evening_s, basket, bought=False)

    def _refund(self, paid: Moment, basket: Basket) -> Moment:
        """Some days later, of one line or of all that were paid for."""
        rng = self._rng
        paid_lines = [number for number, line in enumerate(basket.lines, 1) if line[3] > 0]
        is_full = rng.random() < FULL_REFUND_SHARE
        taken_back = paid_lines if is_full else [rng.choice(paid_lines)]
        return Moment(
            basket.at_s + rng.randint(DAY_S // 24, 7 * DAY_S),
            f"{paid.id}-R1",
            "order.refunded",
            paid.source,
            paid.unit,
            paid.household,
            paid.identifiers,
            basket=basket,
            refunded=tuple(taken_back),
        )

    def _coupons(self, paid: Moment, coupons: Sequence[Mapping[str, str]]) -> Iterator[Moment]:
        for index, coupon in enumerate(coupons):
            place = paid.source, paid.unit, paid.identifiers
            yield self._moment(paid.at_s + 1, "x.coupon_redeemed", *place, coupon, f"{index}")

    def _moment(
        self,
        at_s: int,
        kind: str,
        source: str,
        unit: str,
        known: tuple[Identifier, ...],
        properties: Mapping[str, Any],
        suffix: str = "",
    ) -> Moment:
        """The id is made of who, what and when, so it is unique and the same on every run."""
        tail = f"-{suffix}" if suffix else ""
        name = kind.replace(".", "-")
        moment_id = f"{source}-{name}-{self._of.household}-{at_s:x}{tail}"
        return Moment(at_s, moment_id, kind, source, unit, self._of.household, known, properties)

    def _time_on(self, day: int) -> int:
        """Some time of the day between nine and nine."""
        return day * DAY_S + self._rng.randint(9 * 3600, 21 * 3600)
