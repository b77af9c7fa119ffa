"""Who it is: the head of the page, and whoever stands at a counter."""

from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.actions import redeeming
from huitou.benefit.reads import coupons, mall, stored, tiers
from huitou.benefit.types.redeeming import Checked, Presented
from huitou.benefit.types.stored import NotOffered, StoredPlan
from huitou.identity import reads as identities
from huitou.kernel.personal import Personal
from huitou.member.reads.purse import purse
from huitou.member.types import AtCounter, Head, Visit
from huitou.merchant import reads as merchants
from huitou.order import reads as orders
from huitou.profile import reads as profiles

_COUPONS_MAX = 20


def head(tx: ReadTx, customer_id: UUID) -> Head:
    """Who it is, with the associate and the store they belong to."""
    known = profiles.profiles(tx, [customer_id]).get(customer_id)
    total = orders.totals(tx, [customer_id]).get(customer_id)
    owner = known.owner_staff_id if known else None
    staff = merchants.staff_by_id(tx).get(owner) if owner else None
    unit_id = (staff.unit_id if staff else None) or (known.home_unit_id if known else None)
    return Head(
        customer_id=customer_id,
        ordinal=identities.get_customer(tx, customer_id).ordinal,
        brand=merchants.get_merchant(tx).name,
        name=known.name if known else None,
        joined_on=known.joined_on if known else None,
        associate=staff.name if staff else "",
        store=merchants.get_unit(tx, unit_id).name if unit_id else "",
        order_count=total.order_count if total else 0,
        paid_fen=total.paid_fen if total else 0,
    )


def at_counter(tx: ReadTx, visit: Visit, *, unit: str | None, language: str) -> AtCounter:
    """Who stands at the counter, masked, and which coupons could be used there now."""
    customer_id = identities.get_root(tx, visit.customer_id).id
    known = head(tx, customer_id)
    phones = identities.address_of(tx, [customer_id], "phone", may_be_typed=True)
    phone = phones.get(customer_id)
    has = purse(tx, customer_id)
    rule = tiers.tiers_of(tx, [customer_id]).get(customer_id)
    return AtCounter(
        visit_id=visit.id,
        customer_id=customer_id,
        name=known.name,
        phone=Personal(phone.removeprefix("+86")) if phone else None,
        associate=known.associate,
        store=known.store,
        joined_on=known.joined_on,
        order_count=known.order_count,
        paid_fen=known.paid_fen,
        tier=rule.zh if rule else None,
        tier_en=rule.en if rule else None,
        points=has.points,
        principal_fen=has.principal_fen,
        bonus_fen=has.bonus_fen,
        coupons=_usable(tx, customer_id, unit, language),
        to_fetch=mall.waiting_of(tx, customer_id),
        offer=_offer(tx),
    )


def _offer(tx: ReadTx) -> StoredPlan | None:
    try:
        return stored.offered(tx).plan
    except NotOffered:
        return None


def _usable(tx: ReadTx, customer_id: UUID, unit: str | None, language: str) -> list[Checked]:
    pack = coupons.pack(tx, customer_id)[:_COUPONS_MAX]
    if unit is None:
        return [Checked(coupon, None, None, None) for coupon in pack]
    found = [redeeming.check(tx, Presented(coupon.code, unit, None), language) for coupon in pack]
    return sorted(found, key=lambda each: each.code is not None)
