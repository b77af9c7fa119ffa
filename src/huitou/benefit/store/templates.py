"""Coupon templates in PostgreSQL."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.coupons import Stock
from huitou.benefit.types.templates import Promise, Template, TemplateState, TemplateVersion


def add_template(tx: Tx, template_id: UUID, promise: Promise) -> int:
    """Keep a draft with the next number; returns the number."""
    tx.lock("benefit.coupon_template")
    return int(
        tx.value(
            """
            INSERT INTO benefit.coupon_template
                (merchant_id, id, number, state, promise, version, created_at)
            SELECT %(merchant)s, %(id)s, 1 + coalesce(max(number), 0), 'draft', %(promise)s, 1,
                %(now)s
            FROM benefit.coupon_template WHERE merchant_id = %(merchant)s
            RETURNING number
            """,
            {"id": template_id, "promise": _json(promise)},
        )
    )


def add_stock(tx: Tx, template_id: UUID) -> None:
    tx.run(
        "INSERT INTO benefit.coupon_stock (merchant_id, template_id)"
        " VALUES (%(merchant)s, %(template)s)",
        {"template": template_id},
    )


def add_version(tx: Tx, template_id: UUID, version: int, promise: Promise) -> None:
    tx.run(
        """
        INSERT INTO benefit.coupon_template_version
        VALUES (%(merchant)s, %(template)s, %(version)s, %(promise)s, %(now)s, %(by)s)
        """,
        {
            "template": template_id,
            "version": version,
            "promise": _json(promise),
            "by": tx.principal,
        },
    )


def set_promise(tx: Tx, template_id: UUID, promise: Promise, version: int) -> bool:
    """Replace the promise of that version; False when there is another by now."""
    return bool(
        tx.run(
            """
            UPDATE benefit.coupon_template SET promise = %(promise)s, version = version + 1
            WHERE merchant_id = %(merchant)s AND id = %(id)s AND version = %(version)s
            """,
            {"id": template_id, "promise": _json(promise), "version": version},
        )
    )


def set_state(tx: Tx, template_id: UUID, state: TemplateState) -> None:
    """The first time it is published is kept."""
    tx.run(
        """
        UPDATE benefit.coupon_template SET state = %(state)s, published_at = CASE
            WHEN %(state)s = 'published' THEN coalesce(published_at, %(now)s)
            ELSE published_at END
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": template_id, "state": state},
    )


def lock_stock(tx: Tx, template_id: UUID, today: date) -> Stock | None:
    """What was given, held until the end of the transaction: whoever gives coupons comes here."""
    return tx.row(
        Stock,
        """
        SELECT serial, issued, CASE WHEN day = %(today)s THEN day_issued ELSE 0 END AS today
        FROM benefit.coupon_stock
        WHERE merchant_id = %(merchant)s AND template_id = %(template)s FOR UPDATE
        """,
        {"template": template_id, "today": today},
    )


def set_stock(tx: Tx, template_id: UUID, stock: Stock, today: date) -> None:
    """Under `lock_stock`."""
    tx.run(
        """
        UPDATE benefit.coupon_stock SET serial = %(serial)s, issued = %(issued)s, day = %(day)s,
            day_issued = %(today)s
        WHERE merchant_id = %(merchant)s AND template_id = %(template)s
        """,
        {
            "template": template_id,
            "serial": stock.serial,
            "issued": stock.issued,
            "day": today,
            "today": stock.today,
        },
    )


def list_given(tx: ReadTx, template_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How many came out of each template's stock."""
    rows: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT template_id, issued FROM benefit.coupon_stock
        WHERE merchant_id = %(merchant)s AND template_id = ANY(%(ids)s::uuid[])
        """,
        {"ids": list(template_ids)},
    )
    return {row["template_id"]: row["issued"] for row in rows}


def find_templates(
    tx: ReadTx, ids: Sequence[UUID] = (), numbers: Sequence[int] = ()
) -> list[Template]:
    """Those with these ids or numbers."""
    return _templates(
        tx.rows(
            dict,
            """
            SELECT id, number, state, promise, version, created_at, published_at
            FROM benefit.coupon_template
            WHERE merchant_id = %(merchant)s
                AND (id = ANY(%(ids)s::uuid[]) OR number = ANY(%(numbers)s::int[]))
            """,
            {"ids": list(ids), "numbers": list(numbers)},
        )
    )


def list_templates(
    tx: ReadTx, *, states: Sequence[TemplateState], before: int | None, count_max: int
) -> list[Template]:
    """Newest first, those numbered below `before`."""
    return _templates(
        tx.rows(
            dict,
            """
            SELECT id, number, state, promise, version, created_at, published_at
            FROM benefit.coupon_template
            WHERE merchant_id = %(merchant)s AND state = ANY(%(states)s::text[])
                AND (%(before)s::int IS NULL OR number < %(before)s::int)
            ORDER BY number DESC LIMIT %(count_max)s
            """,
            {"states": list(states), "before": before, "count_max": count_max},
        )
    )


def list_versions(tx: ReadTx, template_id: UUID) -> list[TemplateVersion]:
    """What was published, latest first."""
    return tx.rows(
        TemplateVersion,
        """
        SELECT version, promise, at, by FROM benefit.coupon_template_version
        WHERE merchant_id = %(merchant)s AND template_id = %(template)s ORDER BY version DESC
        """,
        {"template": template_id},
    )


def sum_accounts(tx: ReadTx, account_ids: Sequence[UUID]) -> dict[UUID, int]:
    """What the entries of each of these accounts come to; those without any are missing."""
    rows: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT account_id, sum(amount)::bigint AS amount FROM benefit.entry
        WHERE merchant_id = %(merchant)s AND account_id = ANY(%(ids)s::uuid[])
        GROUP BY account_id
        """,
        {"ids": list(account_ids)},
    )
    return {row["account_id"]: row["amount"] for row in rows}


def _templates(rows: Sequence[dict[str, Any]]) -> list[Template]:
    # Kept in JSON: a moment is a text there and a tuple an array, so types are not taken strictly.
    return [
        Template(**row | {"promise": Promise.model_validate(row["promise"], strict=False)})
        for row in rows
    ]


def _json(promise: Promise) -> Jsonb:
    return Jsonb(promise.model_dump(mode="json"))
