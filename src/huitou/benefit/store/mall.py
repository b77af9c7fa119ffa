"""The points mall in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.points import Exchange, MallItem


def add_item(tx: Tx, item: MallItem) -> None:
    tx.run(
        """
        INSERT INTO benefit.mall_item
            (merchant_id, id, name, kind, points, template_id, added, each_max, opens_at, closes_at,
             state, picture_url, created_at)
        VALUES (%(merchant)s, %(id)s, %(name)s, %(kind)s, %(points)s, %(template)s, %(stock)s,
            %(each_max)s, %(opens_at)s, %(closes_at)s, %(state)s, %(picture_url)s, %(now)s)
        """,
        _values(item),
    )


def set_item(tx: Tx, item: MallItem) -> bool:
    """Replace that version; False when there is another by now. `stock` is what is left from now on."""
    return bool(
        tx.run(
            """
            UPDATE benefit.mall_item SET name = %(name)s, points = %(points)s,
                added = %(stock)s::bigint + taken, each_max = %(each_max)s, opens_at = %(opens_at)s,
                closes_at = %(closes_at)s, state = %(state)s, picture_url = %(picture_url)s,
                version = version + 1
            WHERE merchant_id = %(merchant)s AND id = %(id)s AND version = %(version)s
            """,
            _values(item),
        )
    )


def find_items(tx: ReadTx, item_ids: Sequence[UUID]) -> list[MallItem]:
    """Those of `item_ids` that exist."""
    return _items(tx, item_ids)


def list_items(tx: ReadTx) -> list[MallItem]:
    """All items, the cheapest first."""
    return _items(tx, None)


def lock_item(tx: Tx, item_id: UUID) -> MallItem | None:
    """Held until the end of the transaction: whoever exchanges it comes here."""
    tx.run(
        "SELECT FROM benefit.mall_item WHERE merchant_id = %(merchant)s AND id = %(id)s FOR UPDATE",
        {"id": item_id},
    )
    found = _items(tx, [item_id])
    return found[0] if found else None


def _items(tx: ReadTx, item_ids: Sequence[UUID] | None) -> list[MallItem]:
    return tx.rows(
        MallItem,
        """
        SELECT id, name, kind, points, template_id, added - taken AS stock, each_max, opens_at,
            closes_at, state, version, picture_url
        FROM benefit.mall_item
        WHERE merchant_id = %(merchant)s AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s))
        ORDER BY points, id
        """,
        {"ids": None if item_ids is None else list(item_ids)},
    )


def add_taken(tx: Tx, item_id: UUID, quantity: int) -> None:
    """So many more are gone; below zero: so many came back. Under `lock_item`."""
    tx.run(
        "UPDATE benefit.mall_item SET taken = taken + %(quantity)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": item_id, "quantity": quantity},
    )


def add_exchange(tx: Tx, exchange: Exchange, key: str) -> None:
    tx.run(
        """
        INSERT INTO benefit.mall_exchange
            (merchant_id, id, idempotency_key, item_id, customer_id, quantity, points, state, at,
             transaction_id, unit_id, done_at, done_by)
        VALUES (%(merchant)s, %(id)s, %(key)s, %(item)s, %(customer)s, %(quantity)s, %(points)s,
            %(state)s, %(at)s, %(transaction)s, %(unit)s, %(done_at)s, %(done_by)s)
        """,
        {
            "id": exchange.id,
            "key": key,
            "item": exchange.item_id,
            "customer": exchange.customer_id,
            "quantity": exchange.quantity,
            "points": exchange.points,
            "state": exchange.state,
            "at": exchange.at,
            "transaction": exchange.transaction_id,
            "unit": exchange.unit_id,
            "done_at": exchange.done_at,
            "done_by": exchange.done_by,
        },
    )


def set_exchange(tx: Tx, exchange_id: UUID, state: str, unit_id: UUID | None) -> None:
    """It was handed over, or cancelled."""
    tx.run(
        """
        UPDATE benefit.mall_exchange SET state = %(state)s, unit_id = %(unit)s, done_at = %(now)s,
            done_by = %(by)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": exchange_id, "state": state, "unit": unit_id, "by": tx.principal},
    )


def lock_exchange(tx: Tx, exchange_id: UUID) -> Exchange | None:
    """Held until the end of the transaction."""
    tx.run(
        "SELECT FROM benefit.mall_exchange WHERE merchant_id = %(merchant)s AND id = %(id)s"
        " FOR UPDATE",
        {"id": exchange_id},
    )
    found = list_exchanges(tx, ids=[exchange_id], count_max=1)
    return found[0] if found else None


def find_by_key(tx: ReadTx, key: str) -> Exchange | None:
    """The exchange that was made with this key."""
    found = list_exchanges(tx, key=key, count_max=1)
    return found[0] if found else None


def list_exchanges(
    tx: ReadTx,
    *,
    count_max: int,
    ids: Sequence[UUID] | None = None,
    key: str | None = None,
    customer_ids: Sequence[UUID] | None = None,
    item_id: UUID | None = None,
    state: str | None = None,
    before: tuple[datetime, UUID] | None = None,
) -> list[Exchange]:
    """Latest first."""
    at, before_id = before or (None, None)
    params: dict[str, Any] = {
        "ids": None if ids is None else list(ids),
        "key": key,
        "customers": None if customer_ids is None else list(customer_ids),
        "item": item_id,
        "state": state,
        "at": at,
        "id": before_id,
        "count_max": count_max,
    }
    return tx.rows(
        Exchange,
        """
        SELECT e.id, e.item_id, i.name AS item_name, e.customer_id, e.quantity, e.points, e.state,
            e.at, e.transaction_id, e.unit_id, e.done_at, e.done_by
        FROM benefit.mall_exchange e
        JOIN benefit.mall_item i ON i.merchant_id = e.merchant_id AND i.id = e.item_id
        WHERE e.merchant_id = %(merchant)s
            AND (%(ids)s::uuid[] IS NULL OR e.id = ANY(%(ids)s))
            AND (%(key)s::text IS NULL OR e.idempotency_key = %(key)s)
            AND (%(customers)s::uuid[] IS NULL OR e.customer_id = ANY(%(customers)s))
            AND (%(item)s::uuid IS NULL OR e.item_id = %(item)s)
            AND (%(state)s::text IS NULL OR e.state = %(state)s)
            AND (%(at)s::timestamptz IS NULL OR (e.at, e.id) < (%(at)s, %(id)s::uuid))
        ORDER BY e.at DESC, e.id DESC LIMIT %(count_max)s
        """,
        params,
    )


def count_had(tx: ReadTx, item_id: UUID, customer_ids: Sequence[UUID]) -> int:
    """How many of an item these customers had, cancelled ones not counted."""
    return int(
        tx.value(
            """
            SELECT coalesce(sum(quantity), 0) FROM benefit.mall_exchange
            WHERE merchant_id = %(merchant)s AND item_id = %(item)s
                AND customer_id = ANY(%(customers)s) AND state <> 'cancelled'
            """,
            {"item": item_id, "customers": list(customer_ids)},
        )
    )


def _values(item: MallItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": item.name,
        "kind": item.kind,
        "points": item.points,
        "template": item.template_id,
        "stock": item.stock,
        "each_max": item.each_max,
        "opens_at": item.opens_at,
        "closes_at": item.closes_at,
        "state": item.state,
        "picture_url": item.picture_url,
        "version": item.version,
    }
