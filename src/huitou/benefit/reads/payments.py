"""What others may ask about payments with points and stored value."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import ledger
from huitou.benefit.rules import payments as rules
from huitou.benefit.store import payments as store
from huitou.benefit.types.ledger import BONUS, POINTS, PRINCIPAL
from huitou.benefit.types.payments import (
    NoOrder,
    OrderKey,
    Part,
    Payment,
    PaymentShown,
    PointsRate,
    Quote,
)
from huitou.identity import reads as identities
from huitou.merchant import reads as merchants
from huitou.merchant.types import NoUnit, Unit
from huitou.profile import reads as profile


def quote(tx: ReadTx, customer_id: UUID, unit: str, order_fen: int) -> Quote:
    """What of an order of `order_fen` (what is due before points and stored value) the customer may
    pay how. Refuses `merchant.no_unit`, `identity.no_such_customer`."""
    place = unit_of(tx, unit)
    points = ledger.standing(tx, customer_id, POINTS).available
    principal, bonus = stored_of(tx, customer_id)
    return rules.quote(order_fen, rate_of(tx, place.id), points, principal, bonus)


def stored_of(tx: ReadTx, customer_id: UUID) -> tuple[int, int]:
    """Principal and bonus that can be used now, in fen; below zero is owed."""
    principal, bonus = (
        ledger.standing(tx, customer_id, asset).available for asset in (PRINCIPAL, BONUS)
    )
    return principal, bonus


def payments_of(tx: ReadTx, unit: str, order_no: str) -> list[PaymentShown]:
    """An order's payments, earliest first, also those given up. Refuses `merchant.no_unit`."""
    return shown(tx, store.list_payments(tx, [OrderKey(unit_of(tx, unit).id, order_no)]))


def of_order(tx: ReadTx, order_id: UUID) -> list[PaymentShown]:
    """What was used for an order of a unit in the scope, or of a customer who may be seen; nothing
    is an answer too. Refuses `payment.no_order`."""
    known = store.list_known_by_id(tx, [order_id])
    if not known:
        raise NoOrder()
    found = of_orders(tx, [order_id]).get(order_id, [])
    seen = profile.visible(tx, [each.customer_id for each in found if each.customer_id])
    unit = merchants.get_unit(tx, known[0].unit_id)
    if not is_in_scope(tx, unit) and not any(each.customer_id in seen for each in found):
        raise NoOrder()
    return found


def of_orders(tx: ReadTx, order_ids: Sequence[UUID]) -> dict[UUID, list[PaymentShown]]:
    """What was used for each of the order room's orders, whatever the scope; what was given up is
    left out, and so are orders for which nothing was used."""
    known = {each.key: each.order_id for each in store.list_known_by_id(tx, order_ids)}
    found: dict[UUID, list[PaymentShown]] = defaultdict(list)
    for each in shown(tx, store.list_payments(tx, list(known))):
        if each.state in ("held", "paid"):
            found[known[OrderKey(each.unit_id, each.order_no)]].append(each)
    return dict(found)


def export(tx: ReadTx, customer_id: UUID) -> list[dict[str, Any]]:
    """What the customer paid with points and stored value, as plain values."""
    members = {each.id for each in identities.members_of(tx, customer_id)} | {customer_id}
    paid = shown(tx, store.list_payments_of(tx, sorted(members)))
    return [
        {
            "order_no": each.order_no,
            "state": each.state,
            "at": each.held_at.isoformat(),
            "points": each.points - each.points_back,
            "principal_fen": each.principal_fen - each.principal_back_fen,
            "bonus_fen": each.bonus_fen - each.bonus_back_fen,
        }
        for each in paid
    ]


def shown(tx: ReadTx, payments: Sequence[Payment], new: UUID | None = None) -> list[PaymentShown]:
    """Payments with their parts, in the order given; `new` is the one that was just made."""
    parts: dict[UUID, dict[str, Part]] = defaultdict(dict)
    for part in store.list_parts(tx, [each.id for each in payments]):
        parts[part.payment_id][part.asset] = part
    return [_shown(each, parts[each.id], is_new=each.id == new) for each in payments]


def rate_of(tx: ReadTx, unit_id: UUID) -> PointsRate:
    """What points are worth at a unit."""
    return PointsRate(
        merchants.setting(tx, "benefit.points_per_yuan", unit_id),
        merchants.setting(tx, "benefit.points_share_bp", unit_id),
    )


def unit_of(tx: ReadTx, code: str) -> Unit:
    """A unit in the scope. Refuses `merchant.no_unit`."""
    unit = merchants.get_unit_by_code(tx, code)
    if not is_in_scope(tx, unit):
        raise NoUnit(code=code)
    return unit


def is_in_scope(tx: ReadTx, unit: Unit) -> bool:
    """Is it one of the asker's units?"""
    return tx.scope.unit_path is None or unit.path.startswith(tx.scope.unit_path)


def _shown(payment: Payment, parts: dict[str, Part], *, is_new: bool) -> PaymentShown:
    amount = {asset: part.amount for asset, part in parts.items()}
    back = {asset: part.back for asset, part in parts.items()}
    fen = {asset: part.fen for asset, part in parts.items()}
    return PaymentShown(
        id=payment.id,
        is_new=is_new,
        state=payment.state,
        unit_id=payment.unit_id,
        order_no=payment.order_no,
        customer_id=payment.customer_id,
        order_fen=payment.order_fen,
        points=amount.get(POINTS, 0),
        points_fen=fen.get(POINTS, 0),
        principal_fen=amount.get(PRINCIPAL, 0),
        bonus_fen=amount.get(BONUS, 0),
        stored_fen=amount.get(PRINCIPAL, 0) + amount.get(BONUS, 0),
        points_back=back.get(POINTS, 0),
        points_back_fen=rules.worth_fen(back.get(POINTS, 0), payment.points_per_yuan),
        principal_back_fen=back.get(PRINCIPAL, 0),
        bonus_back_fen=back.get(BONUS, 0),
        held_at=payment.held_at,
        expires_at=payment.expires_at,
        ended_at=payment.ended_at,
    )
