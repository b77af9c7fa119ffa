"""What changes orders and totals. Everything here holds the lock `order`: the stream, the listeners
and the scoring wait for each other, so that nobody counts what another is moving."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta
from uuid import UUID

import msgspec

from huitou.base.arrays import literal
from huitou.base.db import Tx
from huitou.catalog import actions as catalog_actions
from huitou.catalog import reads as catalog
from huitou.event import actions as event_actions
from huitou.event import reads as event
from huitou.event.types import LogEntry
from huitou.identity import reads as identity
from huitou.kernel.ids import new_id
from huitou.merchant import reads as merchant
from huitou.order import rules
from huitou.order.store import orders as store
from huitou.order.store import refunds as refund_store
from huitou.order.store import scores, totals
from huitou.order.types import (
    REUSED_NO,
    NewOrder,
    NewRefund,
    OrdersPaid,
    OrdersRefunded,
    Paid,
    Refunded,
    Reviewed,
    StagePolicy,
    TotalsMoved,
)

STREAM = "order"
_TYPES = ["order.paid", "order.refunded", "order.reviewed"]
_SUBJECTS_MAX = 1_000
POLICY = StagePolicy()


def consume(tx: Tx, after: int, upto: int) -> None:
    """Take in the orders, refunds and reviews of the log's positions (after, upto], once each.

    Sets aside: `order.reused_no`, `order.refund_too_large`. Tells: OrdersPaid, OrdersRefunded.
    """
    tx.lock(STREAM)
    entries = event.log_slice(tx, after, upto, _TYPES)
    if not entries:
        return
    customers = identity.customers_of(tx, [entry.position for entry in entries])
    by_type: dict[str, list[LogEntry]] = defaultdict(list)
    for entry in entries:
        by_type[entry.type].append(entry)
    orders = _take_orders(tx, by_type["order.paid"], customers)
    _take_refunds(tx, by_type["order.refunded"], orders)
    _take_reviews(tx, by_type["order.reviewed"], customers)
    _show(tx, entries)


def move_customers(tx: Tx, loser_ids: Sequence[UUID]) -> None:
    """Orders and totals of merged customers go to who answers for them now.

    Tells: TotalsMoved.
    """
    tx.lock(STREAM)
    now = identity.canonical(tx, loser_ids)
    moves = [(old, new) for old, new in now.items() if old != new]
    if moves:
        store.set_customers(tx, moves)
        _recount(tx, sorted({id_ for move in moves for id_ in move}))


def reassign(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """After a split: each order goes to whom identity gives its event now.

    Tells: TotalsMoved.
    """
    tx.lock(STREAM)
    store.reassign(tx, customer_ids)
    _recount(tx, customer_ids)


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """No totals are kept of a forgotten customer; the orders stay for the books."""
    tx.lock(STREAM)
    totals.delete_totals(tx, customer_ids)


def recategorise(tx: Tx, skus: Sequence[str]) -> None:
    """Lines of these SKUs, and the totals they count in, follow the catalogue.

    Tells: TotalsMoved.
    """
    tx.lock(STREAM)
    _recount(tx, store.set_categories(tx, catalog.category_of(tx, skus)))


def score(tx: Tx) -> int:
    """RFM scores and stages of all customers; returns how many changed. With many customers it is
    left to the night: it reads everybody's totals, and orders wait meanwhile."""
    zone = merchant.get_merchant(tx).zone
    count = scores.count_totals(tx)
    if not count or not rules.may_score(count, tx.now, zone):
        return 0
    tx.lock(STREAM)
    ranked = scores.rank_totals(tx, rules.rfm_ranks(count), count, zone)
    edges = scores.Edges(
        rules.rfm_bins(count, ranked.days),
        rules.rfm_bins(count, ranked.orders),
        rules.rfm_bins(count, ranked.yuan),
    )
    return scores.set_scores(tx, POLICY, edges, zone)


def score_new(tx: Tx) -> int:
    """As `score`, where many have no scores yet: who has just brought their customers sees segments of them."""
    bought, scored = scores.count_scored(tx, rules.SCORED_BY_DAY_MAX)
    return score(tx) if rules.are_many_new(bought, scored) else 0


def recount_all(tx: Tx) -> None:
    """Make every total again from the orders: the repair tool."""
    tx.lock(STREAM)
    totals.recount(tx, totals.list_customers(tx), POLICY)


def _recount(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Tells: TotalsMoved."""
    if customer_ids:
        totals.recount(tx, customer_ids, POLICY)
    for start in range(0, len(customer_ids), _SUBJECTS_MAX):
        tx.tell(TotalsMoved(tuple(customer_ids[start : start + _SUBJECTS_MAX])))


def _show(tx: Tx, entries: Sequence[LogEntry]) -> None:
    """Open pages hear that something was bought or brought back, where; not of history."""
    fresh = Counter(
        entry.unit_id for entry in entries if entry.occurred_at > tx.now - timedelta(days=1)
    )
    if fresh:
        counts = [("merchant", fresh.total()), *((f"unit:{id_}", n) for id_, n in fresh.items())]
        tx.show_all([(topic, {"kind": "orders", "count": count}) for topic, count in counts])


def _take_orders(
    tx: Tx, entries: Sequence[LogEntry], customers: Mapping[int, UUID]
) -> list[NewOrder]:
    """Returns all of them, new or not."""
    orders = [_new_order(entry, customers.get(entry.position)) for entry in entries]
    if not orders:
        return orders
    skus = sorted({line.sku for order in orders for line in order.paid.lines})
    catalog_actions.note_skus(tx, skus)
    new = store.add_orders(tx, orders)
    columns = store.columns_of(new, catalog.category_of(tx, skus))
    store.add_lines(tx, columns)
    totals.add_totals(tx, columns, POLICY)
    ids = [order.id for order in new]
    known = set(ids)
    others = [order for order in orders if order.id not in known]
    reused = [(position, REUSED_NO) for position in store.list_reused(tx, others)]
    event_actions.set_aside(tx, STREAM, reused)
    for start in range(0, len(ids), _SUBJECTS_MAX):
        tx.tell(OrdersPaid(tuple(ids[start : start + _SUBJECTS_MAX])))
    return orders


def _new_order(entry: LogEntry, customer_id: UUID | None) -> NewOrder:
    assert entry.unit_id is not None, "the event room refuses orders without a unit"
    paid = msgspec.convert(entry.properties, Paid)
    return NewOrder(
        id=new_id(),
        position=entry.position,
        unit_id=entry.unit_id,
        source=entry.source,
        customer_id=customer_id,
        paid_at=entry.occurred_at,
        paid=paid,
        content=rules.content_of(paid, entry.occurred_at),
    )


def _take_refunds(tx: Tx, entries: Sequence[LogEntry], orders: Sequence[NewOrder]) -> None:
    """Also those that waited for these orders."""
    waited = refund_store.take_waiting(
        tx, [(order.unit_id, order.paid.order_no) for order in orders]
    )
    asked: dict[refund_store.OrderKey, list[NewRefund]] = defaultdict(list)
    for refund in [*waited, *map(_new_refund, entries)]:
        asked[refund.unit_id, refund.refunded.order_no].append(refund)
    if not asked:
        return
    found = refund_store.find_refundable(tx, list(asked))
    waiting = [one for key, refunds in asked.items() if key not in found for one in refunds]
    if waiting:
        refund_store.add_waiting(tx, waiting)
    applied: dict[UUID, tuple[UUID, NewRefund]] = {}
    refused: list[tuple[int, str]] = []
    for key, order in found.items():
        settled = rules.settle(order, asked[key])
        applied |= {new_id(): (order.order_id, refund) for refund in settled.applied}
        refused += settled.refused
    event_actions.set_aside(tx, STREAM, refused)
    if applied:
        refund_store.apply_refunds(tx, applied)
    ids = list(applied)
    for start in range(0, len(ids), _SUBJECTS_MAX):
        tx.tell(OrdersRefunded(tuple(ids[start : start + _SUBJECTS_MAX])))


def _new_refund(entry: LogEntry) -> NewRefund:
    assert entry.unit_id is not None, "the event room refuses refunds without a unit"
    refunded = msgspec.convert(entry.properties, Refunded)
    return NewRefund(entry.position, entry.unit_id, entry.occurred_at, refunded)


def _take_reviews(tx: Tx, entries: Sequence[LogEntry], customers: Mapping[int, UUID]) -> None:
    if not entries:
        return
    rows = []
    staff = {each.code: each.id for each in merchant.staff_by_id(tx).values()}
    for entry in entries:
        review = msgspec.convert(entry.properties, Reviewed)
        rows.append(
            (
                entry.position,
                entry.unit_id,
                review.order_no,
                customers.get(entry.position),
                review.rating,
                entry.occurred_at,
                review.line_no,
                review.service_rating,
                literal(review.reasons),
                staff.get(review.staff) if review.staff else None,
            )
        )
    store.add_reviews(tx, rows)
