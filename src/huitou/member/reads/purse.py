"""Points and stored value: what the customer has, when it comes and goes, what it can be had for."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import coupons, ledger, mall, payments, points
from huitou.benefit.types.ledger import (
    BONUS,
    FOREVER,
    POINTS,
    PRINCIPAL,
    SYSTEM,
    Entry,
    Standing,
)
from huitou.benefit.types.payments import PaymentShown
from huitou.kernel.time import day_of
from huitou.member.types import Moved, MovedOnBill, PointsPage, Purse
from huitou.merchant import reads as merchants
from huitou.order.types import Order

_STATEMENT = 20
_EXCHANGES = 10
_KINDS = {
    "earn": ("消费与互动", "Purchases and more"),
    "exchange": ("积分兑换", "Exchanged"),
    "expire": ("到期", "Ended"),
    "capture": ("抵扣使用", "Used"),
    "tier_gift": ("会员礼遇", "Member gift"),
    "recharge": ("充值", "Recharged"),
    "spend": ("消费", "Spent"),
    "pay": ("消费", "Spent"),
    "payment": ("消费抵扣", "Spent"),
    "withdrawal": ("退卡", "Paid back"),
    "grant": ("赠送", "Given"),
}
_OTHER = ("调整", "Adjusted")


def purse(tx: ReadTx, customer_id: UUID) -> Purse:
    """The figures of the first page; `points` is None where there is no plan and never was one."""
    has = ledger.standing(tx, customer_id, POINTS)
    plan = points.find_plan(tx)
    is_known = plan is not None or any((has.available, has.pending, has.held))
    principal, bonus = (ledger.standing(tx, customer_id, each) for each in (PRINCIPAL, BONUS))
    return Purse(
        points=has.available if is_known else None,
        pending=has.pending,
        owed=has.owed,
        expiring=has.next_expiring,
        expires_on=_ends_on(tx, has),
        principal_fen=principal.available,
        bonus_fen=bonus.available,
        bonus_expires_on=_ends_on(tx, bonus),
        is_stored=any((principal.available, principal.held, bonus.available, bonus.held)),
    )


def points_page(tx: ReadTx, customer_id: UUID) -> PointsPage:
    """Points with how they came and went, the mall, and what waits to be fetched."""
    plan = points.find_plan(tx)
    return PointsPage(
        purse=purse(tx, customer_id),
        plan_zh=plan.sentence_zh if plan else "",
        plan_en=plan.sentence_en if plan else "",
        items=mall.list_items(tx, is_open_only=True),
        exchanges=list(mall.exchanges(tx, customer_id=customer_id, limit=_EXCHANGES).items),
        moved=_statement(tx, customer_id, POINTS),
    )


def stored_page(tx: ReadTx, customer_id: UUID) -> tuple[Purse, list[Moved]]:
    """Stored value, principal and bonus apart, with how it came and went."""
    both = [
        *_statement(tx, customer_id, PRINCIPAL),
        *_statement(tx, customer_id, BONUS),
    ]
    both.sort(key=lambda each: each.at, reverse=True)
    return purse(tx, customer_id), both[:_STATEMENT]


def moved_on(tx: ReadTx, orders: Sequence[Order]) -> dict[UUID, MovedOnBill]:
    """What each bill earned, and what it was paid with."""
    earned = points.earned_of_orders(tx, [each.id for each in orders])
    used = coupons.used_in(tx, [(each.unit_id, each.order_no) for each in orders])
    paid = payments.of_orders(tx, [each.id for each in orders])
    return {
        each.id: _moved_on(
            earned.get(each.id, 0),
            used.get((each.unit_id, each.order_no), []),
            paid.get(each.id, []),
        )
        for each in orders
    }


def _moved_on(earned: int, names: list[str], paid: Sequence[PaymentShown]) -> MovedOnBill:
    return MovedOnBill(
        points=earned,
        coupons=names,
        points_used=sum(each.points - each.points_back for each in paid),
        points_used_fen=sum(each.points_fen - each.points_back_fen for each in paid),
        principal_fen=sum(each.principal_fen - each.principal_back_fen for each in paid),
        bonus_fen=sum(each.bonus_fen - each.bonus_back_fen for each in paid),
    )


def _statement(tx: ReadTx, customer_id: UUID, asset: str) -> list[Moved]:
    zone = merchants.get_merchant(tx).zone
    found = ledger.entries(tx, ("customer", customer_id), asset, limit=_STATEMENT).items
    return [_moved(each, zone) for each in found]


def _moved(entry: Entry, zone: str) -> Moved:
    zh, en = _KINDS.get(entry.kind, _OTHER)
    if entry.kind == SYSTEM:
        zh = en = entry.detail["reason"]
    if entry.reverses is not None:
        zh, en = f"{zh}（退回）", f"{en} (taken back)"
    return Moved(entry.asset, entry.amount, zh, en, entry.at, day_of(entry.at, zone))


def _ends_on(tx: ReadTx, has: Standing) -> date | None:
    if has.next_expiry_at is None or has.next_expiry_at >= FOREVER:
        return None
    return day_of(has.next_expiry_at, merchants.get_merchant(tx).zone)
