"""Codes and batches as rows: what was said of them, listed in the asker's scope."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.code.types import Batch, Draft, Kind, Refused


@dataclass(frozen=True, slots=True)
class CodeRow:
    id: UUID
    state: str
    name: str
    kind: Kind
    unit_id: UUID
    staff_ids: list[UUID]
    fallback_staff_id: UUID | None
    sku: str | None
    product_list_id: UUID | None
    source: str
    tags: list[str]
    welcome: dict[str, Any]
    from_minute: int | None
    until_minute: int | None
    asks_first: bool
    day_limit: int | None
    batch_id: UUID | None
    created_at: datetime
    stopped_at: datetime | None
    version: int
    told: dict[str, Any] | None
    has_picture: bool
    next_at: datetime | None
    failure: str | None
    failure_detail: str | None = field(repr=False)


def add_codes(tx: Tx, rows: Sequence[tuple[UUID, str, Draft]], batch_id: UUID | None) -> None:
    """All of them in one statement: (id, state, draft)."""
    columns = {
        "id": "uuid", "state": "text", "name": "text", "kind": "text", "unit_id": "uuid",
        "staff_ids": "uuid[]", "fallback_staff_id": "uuid", "sku": "text",
        "product_list_id": "uuid", "source": "text", "tags": "text[]", "welcome": "jsonb",
        "from_minute": "int", "until_minute": "int", "asks_first": "boolean", "day_limit": "int",
    }  # fmt: skip
    tx.load(
        "new_code",
        columns,
        [
            (
                *(id, state, d.name.strip(), d.kind, d.unit_id, list(d.staff_ids)),
                *(d.fallback_staff_id, d.sku, d.product_list_id, d.source.strip(), list(d.tags)),
                *(asdict(d.welcome), d.from_minute, d.until_minute, d.asks_first, d.day_limit),
            )
            for id, state, d in rows
        ],
    )
    tx.run(
        """
        INSERT INTO code.code (merchant_id, id, state, name, kind, unit_id, staff_ids,
            fallback_staff_id, sku, product_list_id, source, tags, welcome, from_minute,
            until_minute, asks_first, day_limit, batch_id, created_by, created_at, next_at)
        SELECT %(merchant)s, id, state, name, kind, unit_id, staff_ids, fallback_staff_id, sku,
            product_list_id, source, tags, welcome, from_minute, until_minute, asks_first,
            day_limit, %(batch)s, %(by)s, %(now)s, %(now)s
        FROM new_code
        """,
        {"batch": batch_id, "by": tx.principal},
    )


def set_code(tx: Tx, code_id: UUID, draft: Draft, version: int) -> bool:
    """What is said of it from now on; WeCom has to be told. False when it was changed meanwhile."""
    return bool(
        tx.run(
            """
            UPDATE code.code SET name = %(name)s, kind = %(kind)s, unit_id = %(unit)s,
                staff_ids = %(staff)s, fallback_staff_id = %(fallback)s, sku = %(sku)s,
                product_list_id = %(list)s, source = %(source)s, tags = %(tags)s,
                welcome = %(welcome)s, from_minute = %(from)s, until_minute = %(until)s,
                asks_first = %(asks)s, day_limit = %(limit)s, version = version + 1,
                told = NULL, failure = NULL, failure_detail = NULL, tries = 0, next_at = %(now)s
            WHERE merchant_id = %(merchant)s AND id = %(id)s AND version = %(version)s
              AND stopped_at IS NULL
            """,
            {
                "id": code_id,
                "version": version,
                "name": draft.name.strip(),
                "kind": draft.kind,
                "unit": draft.unit_id,
                "staff": list(draft.staff_ids),
                "fallback": draft.fallback_staff_id,
                "sku": draft.sku,
                "list": draft.product_list_id,
                "source": draft.source.strip(),
                "tags": list(draft.tags),
                "welcome": Jsonb(asdict(draft.welcome)),
                "from": draft.from_minute,
                "until": draft.until_minute,
                "asks": draft.asks_first,
                "limit": draft.day_limit,
            },
        )
    )


def set_stopped(tx: Tx, code_ids: Sequence[UUID]) -> int:
    """Nobody is added by them any more; again is no change."""
    return tx.run(
        "UPDATE code.code SET stopped_at = %(now)s, version = version + 1, failure = NULL,"
        " failure_detail = NULL, tries = 0, next_at = %(now)s"
        " WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s) AND stopped_at IS NULL",
        {"ids": list(code_ids)},
    )


def set_tried_again(tx: Tx, code_ids: Sequence[UUID], gone: str) -> None:
    """What failed is tried anew; one that was taken away in WeCom's console is made anew."""
    tx.run(
        """
        UPDATE code.code SET next_at = %(now)s, tries = 0, failure = NULL, failure_detail = NULL,
            told = NULL,
            config_id = CASE WHEN failure = %(gone)s THEN NULL ELSE config_id END,
            picture = CASE WHEN failure = %(gone)s THEN NULL ELSE picture END,
            picture_url = CASE WHEN failure = %(gone)s THEN NULL ELSE picture_url END
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s) AND failure IS NOT NULL
        """,
        {"ids": list(code_ids), "gone": gone},
    )


def find_codes(tx: ReadTx, code_ids: Sequence[UUID]) -> list[CodeRow]:
    """These, in the asker's scope."""
    return list_codes(tx, ids=code_ids, limit=len(code_ids))


def list_codes(
    tx: ReadTx,
    *,
    limit: int,
    ids: Sequence[UUID] | None = None,
    batch_id: UUID | None = None,
    kind: Kind | None = None,
    standing: str | None = None,
    unit_path: str | None = None,
    q: str | None = None,
    after: tuple[datetime, UUID] | None = None,
) -> list[CodeRow]:
    """Newest first, in the asker's scope: a subtree, or the codes one stands behind oneself."""
    return tx.rows(
        CodeRow,
        """
        SELECT c.id, c.state, c.name, c.kind, c.unit_id, c.staff_ids, c.fallback_staff_id, c.sku,
            c.product_list_id, c.source, c.tags, c.welcome, c.from_minute, c.until_minute,
            c.asks_first, c.day_limit, c.batch_id, c.created_at, c.stopped_at, c.version, c.told,
            c.config_id IS NOT NULL AS has_picture, c.next_at, c.failure, c.failure_detail
        FROM code.code c
        JOIN merchant.unit u ON u.merchant_id = c.merchant_id AND u.id = c.unit_id
        LEFT JOIN merchant.staff me ON me.merchant_id = c.merchant_id AND me.id = %(scope_staff)s
        WHERE c.merchant_id = %(merchant)s AND base.in_scope(u.path, %(scope_path)s)
          AND (%(scope_staff)s::uuid IS NULL OR %(scope_staff)s = ANY(c.staff_ids)
               OR (c.kind = 'store' AND c.unit_id = me.unit_id))
          AND (%(ids)s::uuid[] IS NULL OR c.id = ANY(%(ids)s))
          AND (%(batch)s::uuid IS NULL OR c.batch_id = %(batch)s)
          AND (%(kind)s::text IS NULL OR c.kind = %(kind)s)
          AND (%(standing)s::text IS NULL OR %(standing)s = CASE
                WHEN c.stopped_at IS NOT NULL THEN 'stopped'
                WHEN c.failure IS NOT NULL AND c.next_at IS NULL THEN 'failed'
                WHEN c.told IS NOT NULL THEN 'live' ELSE 'making' END)
          AND base.in_scope(u.path, %(unit_path)s)
          AND (%(q)s::text IS NULL OR strpos(lower(c.name || ' ' || c.source || ' ' || u.name),
                                             lower(%(q)s)) > 0)
          AND (%(at)s::timestamptz IS NULL OR (c.created_at, c.id) < (%(at)s, %(id)s::uuid))
        ORDER BY c.created_at DESC, c.id DESC LIMIT %(limit)s
        """,
        {
            "ids": None if ids is None else list(ids),
            "batch": batch_id,
            "kind": kind,
            "standing": standing,
            "unit_path": unit_path,
            "q": q,
            "limit": limit,
            "at": after[0] if after else None,
            "id": after[1] if after else None,
        },
    )


def find_by_states(tx: ReadTx, states: Sequence[str]) -> list[CodeRow]:
    """Codes by what WeCom calls back with, also stopped ones, whatever the scope."""
    return tx.rows(
        CodeRow,
        """
        SELECT id, state, name, kind, unit_id, staff_ids, fallback_staff_id, sku, product_list_id,
            source, tags, welcome, from_minute, until_minute, asks_first, day_limit, batch_id,
            created_at, stopped_at, version, told, config_id IS NOT NULL AS has_picture, next_at,
            failure, failure_detail
        FROM code.code WHERE merchant_id = %(merchant)s AND state = ANY(%(states)s)
        """,
        {"states": list(states)},
    )


def pictures_of(tx: ReadTx, code_ids: Sequence[UUID]) -> dict[UUID, bytes]:
    """WeCom's own pictures, where they could be fetched."""
    rows = tx.rows(
        dict,
        "SELECT id, picture FROM code.code WHERE merchant_id = %(merchant)s"
        " AND id = ANY(%(ids)s) AND picture IS NOT NULL",
        {"ids": list(code_ids)},
    )
    return {row["id"]: bytes(row["picture"]) for row in rows}


def add_batch(tx: Tx, batch_id: UUID, name: str, refused: Sequence[Refused]) -> None:
    tx.run(
        "INSERT INTO code.batch VALUES"
        " (%(merchant)s, %(id)s, %(name)s, %(refused)s, %(by)s, %(now)s)",
        {
            "id": batch_id,
            "name": name,
            "refused": Jsonb([{"unit_id": str(r.unit_id), "reason": r.reason} for r in refused]),
            "by": tx.principal,
        },
    )


def list_batches(tx: ReadTx, batch_id: UUID | None = None) -> list[Batch]:
    """Batches with their progress, newest first; counts are of the asker's scope."""
    rows = tx.rows(
        dict,
        """
        SELECT b.id, b.name, b.created_at, b.refused, n.*
        FROM code.batch b
        CROSS JOIN LATERAL (
            SELECT count(*)::int AS total,
                count(*) FILTER (WHERE c.stopped_at IS NOT NULL)::int AS stopped,
                count(*) FILTER (WHERE c.stopped_at IS NULL AND c.failure IS NOT NULL
                                 AND c.next_at IS NULL)::int AS failed,
                count(*) FILTER (WHERE c.stopped_at IS NULL AND c.told IS NOT NULL
                                 AND (c.failure IS NULL OR c.next_at IS NOT NULL))::int AS live
            FROM code.code c
            JOIN merchant.unit u ON u.merchant_id = c.merchant_id AND u.id = c.unit_id
            WHERE c.merchant_id = b.merchant_id AND c.batch_id = b.id
              AND base.in_scope(u.path, %(scope_path)s)
        ) n
        WHERE b.merchant_id = %(merchant)s AND (%(id)s::uuid IS NULL OR b.id = %(id)s)
          AND (n.total > 0 OR %(scope_path)s::text IS NULL)
        ORDER BY b.created_at DESC LIMIT 20
        """,
        {"id": batch_id},
    )
    return [
        Batch(
            making=row["total"] - row["live"] - row["failed"] - row["stopped"],
            refused=[Refused(UUID(r["unit_id"]), r["reason"]) for r in row["refused"]],
            **{name: row[name] for name in ("id", "name", "created_at", "total", "live")},
            **{name: row[name] for name in ("failed", "stopped")},
        )
        for row in rows
    ]
