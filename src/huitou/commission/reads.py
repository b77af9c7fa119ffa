"""What others may ask about commissions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.attribution import reads as attribution
from huitou.base.db import ReadTx
from huitou.benefit.reads import ledger
from huitou.benefit.types.ledger import COMMISSION
from huitou.commission import rules, store
from huitou.commission.types import Earned, Money, ShownLine
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor
from huitou.kernel.time import day_range, month_range
from huitou.merchant import reads as merchants
from huitou.merchant.types import NoStaff


def list_lines(
    tx: ReadTx,
    *,
    customer_id: UUID | None = None,
    staff_id: UUID | None = None,
    unit: str | None = None,
    campaign_id: UUID | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[ShownLine]:
    """Lines with their evidence, latest purchase first, in the scope. `unit`: a code's subtree."""
    path = None
    if unit is not None:
        found_unit = merchants.find_unit_by_code(tx, unit)
        if found_unit is None:
            return Page([])
        path = found_unit.path
    limit = min(limit, PAGE_MAX)
    filters = {
        "customer": customer_id,
        "staff": staff_id,
        "unit_path": path,
        "campaign": campaign_id,
        "since": since,
        "until": until,
    }
    found = store.page_lines(tx, filters, decode_moment(cursor, UUID), limit + 1)
    if len(found) <= limit:
        return Page(found)
    return Page(found[:limit], encode_cursor(found[limit - 1].at, found[limit - 1].id))


def estimate(tx: ReadTx, unit_id: UUID, paid_fen: Sequence[int]) -> tuple[int, list[int]]:
    """The rate (basis points) at a unit now, and what orders would earn of which so much is paid for goods, if
    they are credited and nothing is returned."""
    rate_bp = int(merchants.setting(tx, "commission.rate_bp", unit_id))
    return rate_bp, [rules.amount(fen, rate_bp) for fen in paid_fen]


def export(tx: ReadTx, customer_id: UUID) -> list[dict[str, Any]]:
    """For which of the customer's orders associates earned, as plain values."""
    return [
        {"order": str(order_id), "at": at.isoformat()}
        for order_id, at in store.list_orders_of(tx, customer_id)
    ]


def money(tx: ReadTx, staff_id: UUID) -> Money:
    """What one member of staff sold and earned today and this month, by the merchant's zone.

    Refuses `merchant.no_staff` for those out of the scope: an associate sees only their own.
    """
    own = tx.scope.staff_id
    if staff_id not in merchants.staff_by_id(tx) or own not in (None, staff_id):
        raise NoStaff()
    zone = merchants.get_merchant(tx).zone
    return Money(
        staff_id=staff_id,
        today=_earned(tx, staff_id, *day_range(tx.now, zone)),
        month=_earned(tx, staff_id, *month_range(tx.now, zone)),
        balance_fen=ledger.balance(tx, ("staff", staff_id), COMMISSION),
    )


def _earned(tx: ReadTx, staff_id: UUID, since: datetime, until: datetime) -> Earned:
    sales = attribution.staff_sales(tx, staff_id, since, until)
    return Earned(
        sales_fen=sales.net_fen,
        commission_fen=store.sum_staff(tx, staff_id, since, until),
        orders=sales.order_count,
        customers=sales.customer_count,
    )
