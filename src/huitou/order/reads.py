"""What others may ask about orders and totals."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from huitou.base.db import ReadTx
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor
from huitou.merchant import reads as merchant
from huitou.order import rules
from huitou.order.store import lists, scores
from huitou.order.store import totals as stored
from huitou.order.types import (
    RFM_SEGMENT_NAMES,
    STAGE_NAMES,
    CategoryTotal,
    CustomerSales,
    CustomerTotals,
    DaySales,
    Order,
    OrderLine,
    OrderRefund,
    OrderRow,
    PaidOrder,
    ReviewRow,
    RfmSegment,
    RfmSegmentTotal,
    ScoredGroup,
    Spent,
    StaffSales,
    Total,
)
from huitou.profile import reads as profile


def orders_in(tx: ReadTx, after: int, upto: int) -> list[PaidOrder]:
    """Orders of the log's positions (after, upto], by position."""
    return lists.list_orders_in(tx, after, upto)


def refunds_in(tx: ReadTx, after: int, upto: int) -> list[OrderRefund]:
    """Refunds that took effect in (after, upto], by position: said there, or waiting for an order
    said there."""
    return lists.list_refunds_in(tx, after, upto)


def refunds(tx: ReadTx, refund_ids: Sequence[UUID]) -> list[OrderRefund]:
    """Refunds by id, as OrdersRefunded tells them."""
    return lists.find_refunds(tx, refund_ids)


def spending(tx: ReadTx, order_ids: Sequence[UUID]) -> list[Spent]:
    """These orders with their refunds."""
    return lists.list_spent(tx, order_ids)


def spending_of(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[Spent]:
    """All orders of these customers with their refunds, by customer and time."""
    return lists.list_spent_by(tx, customer_ids)


def totals(tx: ReadTx, customer_ids: Sequence[UUID]) -> dict[UUID, Total]:
    """Running totals of those among `customer_ids` who bought."""
    return {total.customer_id: total for total in stored.find_totals(tx, customer_ids)}


def category_totals(tx: ReadTx, customer_ids: Sequence[UUID]) -> dict[UUID, list[CategoryTotal]]:
    """Totals per category, the largest first."""
    found: dict[UUID, list[CategoryTotal]] = defaultdict(list)
    for total in stored.find_category_totals(tx, customer_ids):
        found[total.customer_id].append(total)
    return dict(found)


def customer_totals(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[CustomerTotals]:
    """Everything a customer's panel shows, in the order asked."""
    found, categories = totals(tx, customer_ids), category_totals(tx, customer_ids)
    return [_customer_totals(id_, found.get(id_), categories.get(id_, [])) for id_ in customer_ids]


def lines_of(tx: ReadTx, order_ids: Sequence[UUID]) -> dict[UUID, list[OrderLine]]:
    """The lines of each order, by line number."""
    found: dict[UUID, list[OrderLine]] = defaultdict(list)
    for line in lists.find_lines(tx, order_ids):
        found[line.order_id].append(line)
    return dict(found)


def purchase_cycles(tx: ReadTx) -> Iterator[CategoryTotal]:
    """Every customer and category, streamed by customer: counts, first, last, quantity, net fen."""
    return lists.iter_cycles(tx)


def sales(tx: ReadTx, since: datetime, until: datetime) -> list[DaySales]:
    """By unit and the merchant's local day in [since, until), in the transaction's scope."""
    return lists.sum_days(tx, since, until, merchant.get_merchant(tx).zone)


def sales_by_staff(tx: ReadTx, since: datetime, until: datetime) -> list[StaffSales]:
    """What each associate's customers bought in [since, until), in the scope."""
    return lists.sum_staff(tx, since, until)


def sales_of_customers(
    tx: ReadTx, customer_ids: Sequence[UUID], since: datetime, until: datetime | None = None
) -> dict[UUID, CustomerSales]:
    """Orders paid in [since, until) of each customer who has any, net of refunds to date."""
    found = lists.sum_customers(tx, customer_ids, since, until)
    return {sales.customer_id: sales for sales in found}


def list_orders(
    tx: ReadTx,
    *,
    customer_id: UUID | None = None,
    unit: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str | None = None,
    limit: int = 50,
    is_scoped: bool = True,
) -> Page[Order]:
    """Orders with lines, newest first, in the scope; an associate sees those of her book, and all of one
    customer whom she may see. `unit` is a unit's code: its subtree.

    `is_scoped=False` shows all of a customer's orders to who may see the customer.
    """
    path = None
    if unit is not None:
        found_unit = merchant.find_unit_by_code(tx, unit)
        if found_unit is None:
            return Page([])
        path = found_unit.path
    if is_scoped and customer_id is not None and tx.scope.staff_id is not None:
        is_scoped = customer_id not in profile.visible(tx, [customer_id])
    limit = min(limit, PAGE_MAX)
    found = lists.list_orders(
        tx,
        customer_id=customer_id,
        unit_path=path,
        since=since,
        until=until,
        before=decode_moment(cursor, UUID),
        is_scoped=is_scoped,
        count_max=limit + 1,
    )
    shown = found[:limit]
    lines = lines_of(tx, [row.id for row in shown])
    following = encode_cursor(shown[-1].paid_at, shown[-1].id) if len(found) > limit else None
    return Page([_order(row, lines.get(row.id, [])) for row in shown], following)


def orders_by_id(tx: ReadTx, order_ids: Sequence[UUID]) -> dict[UUID, Order]:
    """These orders with their lines, whatever the scope; unknown ones are missing."""
    found = lists.list_orders(
        tx,
        customer_id=None,
        ids=order_ids,
        unit_path=None,
        since=None,
        until=None,
        before=None,
        is_scoped=False,
        count_max=len(order_ids),
    )
    lines = lines_of(tx, order_ids)
    return {row.id: _order(row, lines.get(row.id, [])) for row in found}


def orders_of(
    tx: ReadTx, customer_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> Page[Order]:
    """A customer's orders at all units, newest first. Refuses: NoSuchCustomer (also unseen)."""
    root_id = profile.get_visible_root(tx, customer_id)
    return list_orders(tx, customer_id=root_id, cursor=cursor, limit=limit, is_scoped=False)


def find_order_of(tx: ReadTx, customer_id: UUID, order_id: UUID) -> Order | None:
    """An order of a customer who answers for themselves, whatever the scope; nobody else's."""
    found = lists.list_orders(
        tx,
        customer_id=customer_id,
        ids=[order_id],
        unit_path=None,
        since=None,
        until=None,
        before=None,
        is_scoped=False,
        count_max=1,
    )
    return _order(found[0], lines_of(tx, [order_id]).get(order_id, [])) if found else None


def list_reviews(
    tx: ReadTx,
    *,
    unit: str | None = None,
    rating_max: int = 5,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[ReviewRow]:
    """Reviews as they stand, newest first, of the units in the scope; `unit` is a code: its
    subtree. `rating_max` is of the goods or of the service, whichever got fewer stars."""
    path = None
    if unit is not None:
        found_unit = merchant.find_unit_by_code(tx, unit)
        if found_unit is None:
            return Page([])
        path = found_unit.path
    limit = min(limit, PAGE_MAX)
    found = lists.page_reviews(
        tx,
        unit_path=path,
        rating_max=rating_max,
        before=decode_moment(cursor, int),
        count_max=limit + 1,
    )
    rows, more = found[:limit], found[limit:]
    names = profile.names(tx, {row["customer_id"] for row in rows if row["customer_id"]})
    shown = [ReviewRow(**row, customer_name=names.get(row["customer_id"])) for row in rows]
    after = encode_cursor(shown[-1].reviewed_at, shown[-1].position) if more else None
    return Page(shown, after)


def totals_of(tx: ReadTx, customer_id: UUID) -> CustomerTotals:
    """One customer's totals. Refuses: NoSuchCustomer (also unseen)."""
    return customer_totals(tx, [profile.get_visible_root(tx, customer_id)])[0]


def totals_for(tx: ReadTx, ids: Sequence[UUID]) -> list[CustomerTotals]:
    """Totals of these customers; those out of sight are left out."""
    visible = profile.visible(tx, ids)
    return customer_totals(tx, [id_ for id_ in ids if id_ in visible])


def rfm_segments(tx: ReadTx) -> list[RfmSegmentTotal]:
    """Every RFM segment with what its customers in the scope bought, as `rfm_segment_summary` of
    the R package; scores are those last kept."""
    groups: dict[RfmSegment, list[ScoredGroup]] = defaultdict(list)
    for group in scores.sum_scores(tx):
        groups[rules.rfm_segment(group.r, group.f, group.m)].append(group)
    return [_segment_total(segment, groups[segment]) for segment in RFM_SEGMENT_NAMES]


def export(tx: ReadTx, customer_id: UUID) -> object:
    """Everything this room keeps about a customer who answers for themselves, as plain JSON."""
    orders: list[Order] = []
    cursor: str | None = None
    while True:
        page = list_orders(
            tx, customer_id=customer_id, cursor=cursor, limit=PAGE_MAX, is_scoped=False
        )
        orders += page.items
        cursor = page.next
        if cursor is None:
            break
    return msgspec.to_builtins(
        {
            "orders": orders,
            "refunds": lists.list_refunds_of(tx, customer_id),
            "reviews": lists.list_reviews(tx, customer_id),
            "totals": customer_totals(tx, [customer_id])[0],
        }
    )


def _order(row: OrderRow, lines: list[OrderLine]) -> Order:
    return Order(
        id=row.id,
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        order_no=row.order_no,
        source=row.source,
        customer_id=row.customer_id,
        paid_at=row.paid_at,
        paid_fen=row.paid_fen,
        shipping_fen=row.shipping_fen,
        refunded_fen=row.refunded_fen,
        line_count=row.line_count,
        lines=lines,
    )


def _segment_total(segment: RfmSegment, groups: Sequence[ScoredGroup]) -> RfmSegmentTotal:
    zh, en = RFM_SEGMENT_NAMES[segment]
    orders = sum(group.order_count for group in groups)
    paid_fen = sum(group.paid_fen for group in groups)
    return RfmSegmentTotal(
        segment=segment,
        name_zh=zh,
        name_en=en,
        customer_count=sum(group.customer_count for group in groups),
        order_count=orders,
        paid_fen=paid_fen,
        avg_order_fen=paid_fen // orders if orders else 0,
    )


def _customer_totals(
    customer_id: UUID, total: Total | None, categories: list[CategoryTotal]
) -> CustomerTotals:
    stage_zh, stage_en = STAGE_NAMES[total.stage] if total else (None, None)
    segment = None
    if total and total.r is not None and total.f is not None and total.m is not None:
        segment = rules.rfm_segment(total.r, total.f, total.m)
    segment_zh, segment_en = RFM_SEGMENT_NAMES[segment] if segment else (None, None)
    return CustomerTotals(
        customer_id, total, stage_zh, stage_en, segment, segment_zh, segment_en, categories
    )
