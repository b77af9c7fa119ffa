"""What reconciliation looked at and what it found."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.explorer import Reconciled
from huitou.benefit.types.ledger import Broken

_KEPT = timedelta(days=400)


def add(tx: Tx, done: Reconciled) -> None:
    """Keep it. Of sound continuous ones only the latest hour stays: there is one a minute."""
    tx.run(
        """
        INSERT INTO benefit.reconciliation
        VALUES (%(merchant)s, %(id)s, %(kind)s, %(at)s, %(upto)s, %(looked_at)s, %(broken)s)
        """,
        {
            "id": done.id,
            "kind": done.kind,
            "at": done.at,
            "upto": done.upto,
            "looked_at": done.looked_at,
            "broken": Jsonb(msgspec.to_builtins(done.broken)),
        },
    )
    tx.run(
        """
        DELETE FROM benefit.reconciliation
        WHERE merchant_id = %(merchant)s AND (at < %(old)s
            OR (kind = 'continuous' AND broken = '[]' AND at < %(now)s - interval '1 hour'))
        """,
        {"old": tx.now - _KEPT},
    )


def list_latest(
    tx: ReadTx, *, kind: str | None = None, is_broken: bool = False, count_max: int
) -> list[Reconciled]:
    """Latest first."""
    rows: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT id, kind, at, upto, looked_at, broken FROM benefit.reconciliation
        WHERE merchant_id = %(merchant)s AND (%(kind)s::text IS NULL OR kind = %(kind)s)
            AND (NOT %(is_broken)s OR broken <> '[]')
        ORDER BY at DESC, id DESC LIMIT %(count_max)s
        """,
        {"kind": kind, "is_broken": is_broken, "count_max": count_max},
    )
    return [
        Reconciled(**{**row, "broken": msgspec.convert(row["broken"], list[Broken])})
        for row in rows
    ]


def list_touched(tx: ReadTx, after: datetime, upto: datetime) -> tuple[list[UUID], list[UUID]]:
    """Transactions posted in `(after, upto]`, and the accounts they moved."""
    row = tx.row(
        dict,
        """
        WITH posted AS (
            SELECT id FROM benefit.transaction
            WHERE merchant_id = %(merchant)s AND posted_at > %(after)s AND posted_at <= %(upto)s
        )
        SELECT coalesce((SELECT array_agg(id) FROM posted), '{}') AS transactions,
            coalesce((SELECT array_agg(DISTINCT e.account_id) FROM benefit.every_entry e
                WHERE e.merchant_id = %(merchant)s
                    AND e.transaction_id = ANY(ARRAY(SELECT id FROM posted))), '{}') AS accounts
        """,
        {"after": after, "upto": upto},
    )
    assert row is not None
    return row["transactions"], row["accounts"]


def count_transactions(tx: ReadTx) -> int:
    """All that were ever posted."""
    return int(
        tx.value("SELECT count(*) FROM benefit.transaction WHERE merchant_id = %(merchant)s")
    )
