"""SQL of lists and links."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.content.types import Item, Link, NewList, ProductList

_LINK_COLUMNS = {
    "id": "uuid",
    "token": "text",
    "product_list_id": "uuid",
    "customer_id": "uuid",
    "message_id": "uuid",
    "campaign_id": "uuid",
    "opportunity_id": "uuid",
    "task_id": "uuid",
    "staff_id": "uuid",
    "unit_id": "uuid",
    "channel": "text",
    "expires_at": "timestamptz",
}


def add_lists(tx: Tx, lists: Sequence[tuple[UUID, NewList]]) -> None:
    """Lists with their items, one statement each."""
    tx.load(
        "new_list",
        {"id": "uuid", "title": "text", "note": "text"},
        [(id, new.title, new.note) for id, new in lists],
    )
    tx.run(
        "INSERT INTO content.product_list (merchant_id, id, title, note, created_by, created_at)"
        " SELECT %(merchant)s, id, title, note, %(by)s, %(now)s FROM new_list",
        {"by": tx.principal},
    )
    _add_items(tx, [(id, new.items) for id, new in lists])


def set_list(
    tx: Tx, list_id: UUID, *, title: str, note: str, items: Sequence[Item], version: int
) -> bool:
    """Replace a list's content if it still has this version."""
    is_changed = tx.run(
        "UPDATE content.product_list SET title = %(title)s, note = %(note)s, version = version + 1"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s AND version = %(version)s",
        {"id": list_id, "title": title, "note": note, "version": version},
    )
    if not is_changed:
        return False
    tx.run(
        "DELETE FROM content.list_item"
        " WHERE merchant_id = %(merchant)s AND product_list_id = %(id)s",
        {"id": list_id},
    )
    _add_items(tx, [(list_id, items)])
    return True


def find_lists(tx: ReadTx, list_ids: Sequence[UUID]) -> list[ProductList]:
    """Lists with their items in order; unknown ids are missing."""
    ids = {"ids": list(list_ids)}
    items: dict[UUID, list[Item]] = {}
    for row in tx.rows(
        dict,
        "SELECT product_list_id, sku, reason FROM content.list_item"
        " WHERE merchant_id = %(merchant)s AND product_list_id = ANY(%(ids)s)"
        " ORDER BY product_list_id, rank",
        ids,
    ):
        items.setdefault(row["product_list_id"], []).append(Item(row["sku"], row["reason"]))
    return [
        ProductList(**row, items=items.get(row["id"], []))
        for row in tx.rows(
            dict,
            "SELECT id, title, note, created_at, version FROM content.product_list"
            " WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s)",
            ids,
        )
    ]


def add_links(tx: Tx, links: Sequence[Link]) -> None:
    """Links, in one statement."""
    tx.load(
        "new_link",
        _LINK_COLUMNS,
        [[getattr(link, column) for column in _LINK_COLUMNS] for link in links],
    )
    tx.run(
        """
        INSERT INTO content.link (merchant_id, id, token, product_list_id, customer_id,
            first_customer_id, message_id, campaign_id, opportunity_id, task_id, staff_id, unit_id,
            channel, created_at, expires_at)
        SELECT %(merchant)s, id, token, product_list_id, customer_id, customer_id, message_id,
            campaign_id, opportunity_id, task_id, staff_id, unit_id, channel, %(now)s, expires_at
        FROM new_link
        """
    )


def find_link(tx: ReadTx, token: str) -> Link | None:
    """The link with this token."""
    return tx.row(
        Link,
        """
        SELECT id, token, product_list_id, customer_id, message_id, campaign_id, opportunity_id,
               task_id, staff_id, unit_id, channel, created_at, expires_at, first_opened_at,
               open_count, opted_out_at
        FROM content.link WHERE merchant_id = %(merchant)s AND token = %(token)s
        """,
        {"token": token},
    )


def find_latest_token(tx: ReadTx, customer_id: UUID) -> str | None:
    """Of the customer's links that still lead somewhere, the one made last."""
    found: str | None = tx.value(
        """
        SELECT token FROM content.link
        WHERE merchant_id = %(merchant)s AND customer_id = %(customer)s AND expires_at > %(now)s
        ORDER BY created_at DESC, id DESC LIMIT 1
        """,
        {"customer": customer_id},
    )
    return found


def set_opened(tx: Tx, link_id: UUID) -> datetime | None:
    """Count an opening; returns when it was first opened before, if it was."""
    row = tx.row(
        dict,
        """
        UPDATE content.link l
        SET open_count = l.open_count + 1, last_opened_at = %(now)s,
            first_opened_at = coalesce(l.first_opened_at, %(now)s)
        FROM (SELECT merchant_id, id, first_opened_at FROM content.link
              WHERE merchant_id = %(merchant)s AND id = %(id)s FOR UPDATE) before
        WHERE l.merchant_id = before.merchant_id AND l.id = before.id
        RETURNING before.first_opened_at
        """,
        {"id": link_id},
    )
    return row["first_opened_at"] if row else None


def set_opted_out(tx: Tx, customer_id: UUID, at: datetime | None) -> None:
    """Every page of the customer says so."""
    tx.run(
        """
        UPDATE content.link SET opted_out_at = %(at)s
        WHERE merchant_id = %(merchant)s AND customer_id IN (
            SELECT id FROM identity.customer
            WHERE merchant_id = %(merchant)s AND root_id = %(customer)s
            UNION ALL SELECT %(customer)s::uuid)
        """,
        {"customer": customer_id, "at": at},
    )


def set_customers(tx: Tx, owners: Sequence[tuple[UUID, UUID]]) -> None:
    """Links first given to `a` are `b`'s now, for each `(a, b)`."""
    tx.run(
        """
        UPDATE content.link l SET customer_id = o.now_id
        FROM unnest(%(first)s::uuid[], %(now_ids)s::uuid[]) AS o (first_id, now_id)
        WHERE l.merchant_id = %(merchant)s AND l.first_customer_id = o.first_id
          AND l.customer_id <> o.now_id
        """,
        {"first": [a for a, _ in owners], "now_ids": [b for _, b in owners]},
    )


def set_receivers(tx: Tx, rows: Sequence[tuple[UUID, UUID, UUID]]) -> None:
    """`(link, to whom it was given, who answers for them)`."""
    tx.run(
        """
        UPDATE content.link l SET first_customer_id = g.first_id, customer_id = g.now_id
        FROM unnest(%(links)s::uuid[], %(first)s::uuid[], %(now_ids)s::uuid[])
            AS g (id, first_id, now_id)
        WHERE l.merchant_id = %(merchant)s AND l.id = g.id
        """,
        {
            "links": [link for link, _, _ in rows],
            "first": [first for _, first, _ in rows],
            "now_ids": [now for _, _, now in rows],
        },
    )


def first_customers(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[UUID]:
    """To whom the links of these customers were first given."""
    return tx.column(
        "SELECT DISTINCT first_customer_id FROM content.link"
        " WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)",
        {"ids": list(customer_ids)},
    )


def end_links(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """The links of forgotten customers are over, and the reasons they showed are gone."""
    ids: dict[str, Any] = {"ids": list(customer_ids)}
    tx.run(
        """
        UPDATE content.list_item i SET reason = ''
        FROM content.link l
        WHERE l.merchant_id = %(merchant)s AND l.customer_id = ANY(%(ids)s)
          AND i.merchant_id = l.merchant_id AND i.product_list_id = l.product_list_id
        """,
        ids,
    )
    tx.run(
        """
        UPDATE content.product_list p SET note = ''
        FROM content.link l
        WHERE l.merchant_id = %(merchant)s AND l.customer_id = ANY(%(ids)s)
          AND p.merchant_id = l.merchant_id AND p.id = l.product_list_id
        """,
        ids,
    )
    tx.run(
        "UPDATE content.link SET expires_at = least(expires_at, %(now)s)"
        " WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)",
        ids,
    )


def _add_items(tx: Tx, lists: Sequence[tuple[UUID, Sequence[Item]]]) -> None:
    tx.load(
        "new_item",
        {"list_id": "uuid", "rank": "int", "sku": "text", "reason": "text"},
        [
            (list_id, rank, item.sku, item.reason)
            for list_id, items in lists
            for rank, item in enumerate(items, 1)
        ],
    )
    tx.run(
        "INSERT INTO content.list_item (merchant_id, product_list_id, rank, sku, reason)"
        " SELECT %(merchant)s, list_id, rank, sku, reason FROM new_item"
    )
