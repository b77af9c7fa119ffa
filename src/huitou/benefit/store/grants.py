"""Grants in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.arrays import literal
from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.grants import Given, GrantRun, GrantState


def add_grant(
    tx: Tx,
    grant_id: UUID,
    *,
    name: str,
    document: Mapping[str, Any],
    segment_id: UUID,
    seed: bytes,
    total: int,
) -> None:
    tx.run(
        """
        INSERT INTO benefit.grant_run
            (merchant_id, id, name, document, segment_id, state, seed, total, created_at, created_by)
        VALUES (%(merchant)s, %(id)s, %(name)s, %(document)s, %(segment)s, 'draft', %(seed)s,
            %(total)s, %(now)s, %(by)s)
        """,
        {
            "id": grant_id,
            "name": name,
            "document": Jsonb(dict(document)),
            "segment": segment_id,
            "seed": seed,
            "total": total,
            "by": tx.principal,
        },
    )


def find_grants(tx: ReadTx, grant_ids: Sequence[UUID]) -> list[GrantRun]:
    return list_grants(tx, ids=grant_ids, count_max=len(grant_ids))


def list_grants(
    tx: ReadTx,
    *,
    count_max: int,
    ids: Sequence[UUID] | None = None,
    before: tuple[datetime, UUID] | None = None,
) -> list[GrantRun]:
    """Latest first."""
    at, before_id = before or (None, None)
    return tx.rows(
        GrantRun,
        """
        SELECT id, name, document, segment_id, state, total, seen, given, amount, passed_over,
            taken_back, created_at, created_by, started_at, started_by, ended_at
        FROM benefit.grant_run
        WHERE merchant_id = %(merchant)s AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s))
            AND (%(at)s::timestamptz IS NULL OR (created_at, id) < (%(at)s, %(id)s::uuid))
        ORDER BY created_at DESC, id DESC LIMIT %(count_max)s
        """,
        {
            "ids": None if ids is None else list(ids),
            "at": at,
            "id": before_id,
            "count_max": count_max,
        },
    )


def lock_grant(tx: Tx, grant_id: UUID) -> tuple[bytes, UUID | None] | None:
    """Its seed and cursor, held until the end of the transaction: blocks come one after another."""
    row = tx.row(
        dict,
        "SELECT seed, cursor FROM benefit.grant_run"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s FOR UPDATE",
        {"id": grant_id},
    )
    return None if row is None else (bytes(row["seed"]), row["cursor"])


def set_state(tx: Tx, grant_id: UUID, state: GrantState) -> None:
    """Who started it is kept; a new course begins at the first member."""
    tx.run(
        """
        UPDATE benefit.grant_run SET state = %(state)s,
            started_at = CASE WHEN %(state)s = 'running' THEN coalesce(started_at, %(now)s)
                ELSE started_at END,
            started_by = CASE WHEN %(state)s = 'running' THEN coalesce(started_by, %(by)s)
                ELSE started_by END,
            cursor = CASE WHEN %(state)s = 'undoing' THEN NULL ELSE cursor END,
            ended_at = CASE WHEN %(state)s IN ('done', 'undone') THEN %(now)s END
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": grant_id, "state": state, "by": tx.principal},
    )


def set_progress(tx: Tx, run: GrantRun, cursor: UUID | None) -> None:
    tx.run(
        """
        UPDATE benefit.grant_run SET seen = %(seen)s, given = %(given)s, amount = %(amount)s,
            passed_over = %(passed_over)s, taken_back = %(taken_back)s, cursor = %(cursor)s
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {
            "id": run.id,
            "seen": run.seen,
            "given": run.given,
            "amount": run.amount,
            "passed_over": Jsonb(run.passed_over),
            "taken_back": run.taken_back,
            "cursor": cursor,
        },
    )


def list_had(tx: ReadTx, grant_id: UUID, customer_ids: Sequence[UUID]) -> set[UUID]:
    """Who of these, or of those merged into them, has theirs already."""
    return set(
        tx.column(
            """
            SELECT w.id FROM unnest(%(ids)s::uuid[]) AS w (id)
            WHERE EXISTS (
                SELECT FROM identity.customer m
                JOIN benefit.grant_given g ON g.merchant_id = m.merchant_id
                    AND g.grant_id = %(grant)s AND g.customer_id = m.id
                WHERE m.merchant_id = %(merchant)s AND m.root_id = w.id)
            """,
            {"grant": grant_id, "ids": list(customer_ids)},
        )
    )


def add_given(tx: Tx, grant_id: UUID, given: Sequence[Given]) -> None:
    tx.run(
        """
        INSERT INTO benefit.grant_given
            (merchant_id, grant_id, customer_id, amount, transaction_id, serial)
        SELECT %(merchant)s, %(grant)s, g.customer_id, g.amount, g.transaction_id, g.serial
        FROM unnest(%(customers)s::uuid[], %(amounts)s::bigint[], %(transactions)s::uuid[],
            %(serials)s::bigint[]) AS g (customer_id, amount, transaction_id, serial)
        """,
        {
            "grant": grant_id,
            "customers": literal([each.customer_id for each in given]),
            "amounts": literal([each.amount for each in given]),
            "transactions": literal([each.transaction_id for each in given]),
            "serials": literal([each.serial for each in given]),
        },
    )


def list_given(tx: ReadTx, grant_id: UUID, after: UUID | None, count_max: int) -> list[Given]:
    """Who got theirs, by customer."""
    return tx.rows(
        Given,
        """
        SELECT customer_id, amount, transaction_id, serial, taken_back FROM benefit.grant_given
        WHERE merchant_id = %(merchant)s AND grant_id = %(grant)s
            AND (%(after)s::uuid IS NULL OR customer_id > %(after)s)
        ORDER BY customer_id LIMIT %(count_max)s
        """,
        {"grant": grant_id, "after": after, "count_max": count_max},
    )


def set_taken_back(tx: Tx, grant_id: UUID, given: Sequence[Given]) -> None:
    tx.run(
        """
        UPDATE benefit.grant_given g SET taken_back = n.taken_back
        FROM unnest(%(customers)s::uuid[], %(amounts)s::bigint[]) AS n (customer_id, taken_back)
        WHERE g.merchant_id = %(merchant)s AND g.grant_id = %(grant)s
            AND g.customer_id = n.customer_id
        """,
        {
            "grant": grant_id,
            "customers": literal([each.customer_id for each in given]),
            "amounts": literal([each.taken_back for each in given]),
        },
    )


def remove_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """What was given to forgotten customers is told of nobody: the row goes, the sums stay."""
    tx.run(
        "DELETE FROM benefit.grant_given WHERE merchant_id = %(merchant)s"
        " AND customer_id = ANY(%(ids)s)",
        {"ids": list(customer_ids)},
    )
