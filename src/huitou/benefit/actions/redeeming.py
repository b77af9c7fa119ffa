"""Using coupons: at a till at once, in a checkout in two phases, and taking a use back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.benefit.actions import coupon_moves as moves
from huitou.benefit.reads import coupons as reads
from huitou.benefit.reads import templates as templates_of
from huitou.benefit.rules import redeeming as rules
from huitou.benefit.rules import tokens
from huitou.benefit.store import coupon_lists, uses
from huitou.benefit.store import coupons as store
from huitou.benefit.types.coupon_refusals import (
    KeyReused,
    NoCoupon,
    NotCombinable,
    NotHeld,
    NotUsed,
    TokenOver,
    TokenUsed,
)
from huitou.benefit.types.coupons import Coupon, CouponShown, CouponsUsed, Ref
from huitou.benefit.types.redeeming import Basket, Checked, Place, Presented, Redeemed, Use
from huitou.benefit.types.templates import Promise, Template
from huitou.catalog import reads as catalog
from huitou.kernel.errors import Refusal
from huitou.kernel.ids import new_id
from huitou.merchant import reads as merchants
from huitou.merchant.types import NoUnit, Unit

HOLD_MAX = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class _Order:
    """What an order is known by here: numbers are a unit's own."""

    place: Place
    order_no: str | None

    @property
    def ref(self) -> str | None:
        return None if self.order_no is None else f"{self.place.unit_id}/{self.order_no}"


def check(tx: ReadTx, presented: Presented, language: str) -> Checked:
    """The coupon, and what `redeem` would say now. Refuses `coupon.mistyped`, `coupon.unknown`,
    `coupon.bad_token`."""
    order = _Order(place_of(tx, presented.unit), presented.order_no)
    template, serial = reads.resolve(tx, presented.text)
    found = coupon_lists.find_coupons(tx, [(template.id, serial)])
    if not found:
        raise NoCoupon()
    refusal = refusal_of(tx, template.promise, found[0], order.place, presented.basket, order.ref)
    if refusal is None:
        refusal = _stale(tx, presented.text)
    [shown] = reads.shown(tx, found, {template.id: template})
    off_fen = rules.saved_fen(template.promise, presented.basket, _categories(tx, presented.basket))
    if refusal is None:
        return Checked(shown, None, None, off_fen)
    return Checked(shown, refusal.code, refusal.detail(language), None)


def redeem(tx: Tx, presented: Presented, *, staff_id: UUID | None = None) -> Redeemed:
    """Use a coupon now, once for each `key` (without one: once in the order).

    Refuses what `coupon_refusals` names: mistyped and unknown codes, tokens of others, over or
    presented before, coupons used, over, not active, held by another order, and conditions that do
    not hold. A coupon that this very order holds is used by it.
    """
    order = _Order(place_of(tx, presented.unit), presented.order_no)
    template, serial = reads.resolve(tx, presented.text)
    if order.ref is not None:
        tx.lock(f"coupon.order:{order.ref}")
    coupon = moves.lock(tx, template.id, serial)
    known = _known(tx, presented, template, coupon, order)
    if known is not None:
        if (known.template_id, known.serial, known.outcome) != (template.id, serial, "used"):
            raise KeyReused()
        return _redeemed(tx, known, template, coupon, presented.basket, is_new=False)
    refusal = refusal_of(tx, template.promise, coupon, order.place, presented.basket, order.ref)
    refusal = refusal or _stale(tx, presented.text)
    if refusal is not None:
        raise refusal
    _check_together(tx, order.ref, [template], [coupon])
    use = Use(
        id=new_id(),
        key=presented.key or str(new_id()),
        template_id=template.id,
        serial=serial,
        unit_id=order.place.unit_id,
        staff_id=staff_id,
        principal=tx.principal,
        order_no=presented.order_no,
        amount_fen=presented.basket.amount_fen,
        nonce=_nonce_in(tx, presented.text),
        is_offline=False,
        used_at=tx.now,
        taken_at=tx.now,
        outcome="used",
        returned_at=None,
    )
    ref = Ref("coupon_use", str(use.id), use.unit_id)
    after = moves.move(tx, "use", coupon, ref, ref=order.ref)
    if uses.add_uses(tx, [use]) != 1:
        raise KeyReused()
    return _redeemed(tx, use, template, after, presented.basket, is_new=True)


def freeze(
    tx: Tx, texts: Sequence[str], unit: str, order_no: str, basket: Basket, *, lasts: timedelta
) -> list[CouponShown]:
    """An order holds these coupons until it is paid, given up, or `lasts` is over; together or not
    at all. Asked again it holds them anew. Refuses as `redeem`, `coupon.not_combinable`.
    """
    order = _Order(place_of(tx, unit), order_no)
    assert order.ref is not None
    tx.lock(f"coupon.order:{order.ref}")
    wanted = dict.fromkeys((t.id, serial) for t, serial in (reads.resolve(tx, x) for x in texts))
    coupons = store.lock_coupons(tx, list(wanted))
    if len(coupons) != len(wanted):
        raise NoCoupon()
    known = templates_of.templates_by_id(tx, [each.template_id for each in coupons])
    for coupon in coupons:
        promise = known[coupon.template_id].promise
        refusal = refusal_of(tx, promise, coupon, order.place, basket, order.ref)
        if refusal is not None:
            raise refusal
    _check_together(tx, order.ref, [known[each.template_id] for each in coupons], coupons)
    ref = Ref("order", order.ref, order.place.unit_id)
    # One that is held (by this order, or by one whose time is over) is let go and held anew; but not
    # one that is over meanwhile: its hold keeps it alive, and must not do so for ever.
    over = [each for each in coupons if each.expires_at and each.expires_at <= tx.now]
    coupons = [each for each in coupons if each not in over]
    held = [(each, {"ref": None}) for each in coupons if each.state == "held"]
    free = [each for each in coupons if each.state != "held"]
    free += moves.move_all(tx, "unfreeze", held, ref)
    changes: dict[str, Any] = {
        "ref": order.ref,
        "held_until": tx.now + min(max(lasts, timedelta(minutes=1)), HOLD_MAX),
    }
    frozen = moves.move_all(tx, "freeze", [(each, changes) for each in free], ref)
    return reads.shown(tx, [*frozen, *over])


def capture(tx: Tx, unit: str, order_no: str, *, staff_id: UUID | None = None) -> list[CouponShown]:
    """The order is paid: what it holds is used, also a little late. Asked again, the same answer.

    Refuses `coupon.not_held` when the order neither holds nor used any.
    """
    order = _Order(place_of(tx, unit), order_no)
    assert order.ref is not None
    tx.lock(f"coupon.order:{order.ref}")
    coupons = store.lock_coupons_of(tx, order.ref)
    if not coupons:
        raise NotHeld()
    held = [each for each in coupons if each.state == "held"]
    ref = Ref("order", order.ref, order.place.unit_id)
    moves.move_all(tx, "use", [(each, {"ref": order.ref}) for each in held], ref)
    taken = [
        Use(
            id=new_id(),
            # A coupon that came back may be used by an order of the same number again.
            key=f"order:{order.ref}:{each.template_id}:{each.serial}:{new_id()}",
            template_id=each.template_id,
            serial=each.serial,
            unit_id=order.place.unit_id,
            staff_id=staff_id,
            principal=tx.principal,
            order_no=order_no,
            amount_fen=None,
            nonce=None,
            is_offline=False,
            used_at=tx.now,
            taken_at=tx.now,
            outcome="used",
            returned_at=None,
        )
        for each in held
    ]
    uses.add_uses(tx, taken)
    tell_used(tx, taken)
    return reads.shown(tx, store.lock_coupons_of(tx, order.ref))


def release(tx: Tx, unit: str, order_no: str) -> list[CouponShown]:
    """The order was given up: what it holds may be used again. Asked again, nothing is left to do."""
    order = _Order(place_of(tx, unit), order_no)
    assert order.ref is not None
    tx.lock(f"coupon.order:{order.ref}")
    held = [each for each in store.lock_coupons_of(tx, order.ref) if each.state == "held"]
    ref = Ref("order", order.ref, order.place.unit_id)
    return reads.shown(
        tx, moves.move_all(tx, "unfreeze", [(each, {"ref": None}) for each in held], ref)
    )


def give_back(tx: Tx, text: str) -> CouponShown:
    """A use was a mistake: the coupon may be used again, today at least.

    Refuses `coupon.not_used`, and uses at units out of the scope.
    """
    template, serial = reads.resolve(tx, text)
    coupon = moves.lock(tx, template.id, serial)
    use = uses.find_last_use(tx, template.id, serial)
    if coupon.state != "used" or use is None:
        raise NotUsed()
    path = merchants.get_unit(tx, use.unit_id).path
    if tx.scope.unit_path is not None and not path.startswith(tx.scope.unit_path):
        raise NotUsed()
    back = _return(tx, [use], [coupon], {template.id: 0})
    return reads.shown(tx, back, {template.id: template})[0]


def return_refunded(
    tx: Tx, *, refund_ids: Sequence[UUID] = (), orders: Sequence[tuple[UUID, str]] = ()
) -> int:
    """Coupons used in orders that were refunded in full come back where their template says so;
    however often and from however many sides this is asked. Returns how many came back."""
    found = uses.list_refunded(tx, refund_ids, orders)
    if not found:
        return 0
    coupons = store.lock_coupons(tx, [(each.template_id, each.serial) for each in found])
    # Seen again under the locks: another may have given them back meanwhile.
    holding = {
        (each.template_id, each.serial): each for each in uses.list_refunded(tx, refund_ids, orders)
    }
    known = templates_of.templates_by_id(tx, [each.template_id for each in coupons])
    back = [
        each
        for each in coupons
        if each.state == "used"
        and (each.template_id, each.serial) in holding
        and known[each.template_id].promise.on_refund == "return_when_full"
    ]
    days = {id_: template.promise.return_days for id_, template in known.items()}
    _return(tx, [holding[each.template_id, each.serial] for each in back], back, days)
    return len(back)


def tell_used(tx: Tx, taken: Sequence[Use]) -> None:
    """Say in which orders coupons were used: such an order may have been refunded already."""
    orders = sorted({(use.unit_id, use.order_no) for use in taken if use.order_no is not None})
    if orders:
        tx.tell(CouponsUsed(tuple(orders)))


def place_of(tx: ReadTx, code: str) -> Place:
    """A unit in the scope. Refuses `merchant.no_unit`."""
    unit = merchants.get_unit_by_code(tx, code)
    if tx.scope.unit_path is not None and not unit.path.startswith(tx.scope.unit_path):
        raise NoUnit(code=code)
    return place_at(unit)


def place_at(unit: Unit) -> Place:
    """A unit as a place of sale."""
    return Place(unit.id, unit.path, "online" if unit.kind == "online" else "store")


def refusal_of(
    tx: ReadTx, promise: Promise, coupon: Coupon, place: Place, basket: Basket, ref: str | None
) -> Refusal | None:
    """Why it cannot be used now, here, for this."""
    refusal = rules.refusal_of(coupon, tx.now, ref)
    if refusal is not None:
        return refusal
    units = merchants.units_by_code(tx) if promise.units else {}
    return rules.conditions_refusal(
        promise,
        tx.now,
        merchants.get_merchant(tx).zone,
        place,
        [units[code].path for code in promise.units],
        basket,
        _categories(tx, basket),
    )


def _check_together(
    tx: ReadTx, ref: str | None, templates: Sequence[Template], coupons: Sequence[Coupon]
) -> None:
    if ref is None:
        return
    asked = {(each.template_id, each.serial) for each in coupons}
    others = [
        each
        for each in store.list_of_ref(tx, ref)
        if each.state in ("held", "used") and (each.template_id, each.serial) not in asked
    ]
    if len(others) + len(asked) < 2:
        return
    known = templates_of.templates_by_id(tx, [each.template_id for each in others])
    if not all(each.promise.is_combinable for each in [*known.values(), *templates]):
        raise NotCombinable()


def _known(
    tx: ReadTx, presented: Presented, template: Template, coupon: Coupon, order: _Order
) -> Use | None:
    """The use that this very presentation made before."""
    if presented.key is not None:
        return uses.find_use(tx, key=presented.key)
    if order.ref is None or coupon.ref != order.ref:
        return None
    return uses.find_last_use(tx, template.id, coupon.serial)


def _stale(tx: ReadTx, text: str) -> Refusal | None:
    """Why a scanned token is worth nothing any more."""
    if not tokens.is_token(text):
        return None
    token = tokens.read(tx.keys, text)
    if token.not_after + tokens.SKEW < tx.now:
        return TokenOver()
    return TokenUsed() if uses.find_use(tx, nonce=token.nonce) is not None else None


def _nonce_in(tx: ReadTx, text: str) -> str | None:
    return tokens.read(tx.keys, text).nonce if tokens.is_token(text) else None


def _return(
    tx: Tx, found: Sequence[Use], coupons: Sequence[Coupon], days: dict[UUID, int]
) -> list[Coupon]:
    zone = merchants.get_merchant(tx).zone
    changed: list[tuple[Coupon, dict[str, Any]]] = [
        (
            each,
            {
                "ref": None,
                "expires_at": rules.returned_until(
                    each.expires_at, tx.now, zone, days[each.template_id]
                ),
            },
        )
        for each in coupons
    ]
    ids = sorted(str(each.id) for each in found)
    after = moves.move_all(tx, "return", changed, Ref("coupon_use", ids[0] if ids else ""))
    uses.set_returned(tx, [each.id for each in found])
    return after


def _redeemed(
    tx: ReadTx, use: Use, template: Template, coupon: Coupon, basket: Basket, *, is_new: bool
) -> Redeemed:
    [shown] = reads.shown(tx, [coupon], {template.id: template})
    off_fen = rules.saved_fen(template.promise, basket, _categories(tx, basket))
    return Redeemed(use.id, is_new, shown, off_fen)


def _categories(tx: ReadTx, basket: Basket) -> dict[str, str]:
    return catalog.category_of(tx, [line.sku for line in basket.lines]) if basket.lines else {}
