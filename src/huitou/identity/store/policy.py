"""The merchant's rule, and what people said of quarantines."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.identity.types import Policy


def list_policies(tx: ReadTx) -> list[tuple[Policy, int, datetime, str]]:
    """The rule in force and the one before it, newest first."""
    found = tx.rows(
        dict,
        """
        SELECT policy, version, at, by FROM identity.policy
        WHERE merchant_id = %(merchant)s ORDER BY version DESC LIMIT 2
        """,
    )
    return [
        (msgspec.convert(row["policy"], Policy), row["version"], row["at"], row["by"])
        for row in found
    ]


def in_force(tx: ReadTx) -> Policy:
    """The newest rule, or the default one."""
    found = list_policies(tx)
    return found[0][0] if found else Policy()


def add_policy(tx: Tx, policy: Policy, by: str) -> None:
    tx.run(
        """
        INSERT INTO identity.policy (merchant_id, version, policy, at, by)
        SELECT %(merchant)s, coalesce(max(version), 0) + 1, %(policy)s, %(now)s, %(by)s
        FROM identity.policy WHERE merchant_id = %(merchant)s
        """,
        {"policy": Jsonb(msgspec.to_builtins(policy)), "by": by},
    )


def list_lifted(tx: ReadTx, identifier_ids: Iterable[int] | None) -> frozenset[int]:
    """Of these identifiers (or of all), those whose quarantine was lifted."""
    return frozenset(
        tx.column(
            """
            SELECT identifier_id FROM identity.verdict
            WHERE merchant_id = %(merchant)s AND verdict = 'lifted'
              AND (%(ids)s::bigint[] IS NULL OR identifier_id = ANY(%(ids)s))
            """,
            {"ids": None if identifier_ids is None else list(identifier_ids)},
        )
    )


def list_quarantined(tx: ReadTx, *, after: int | None, count_max: int) -> list[dict[str, Any]]:
    """Identifiers that speak for nobody, newest in the vault first."""
    return tx.rows(
        dict,
        """
        SELECT l.identifier_id, l.kind, l.scope, l.quarantine AS reason, c.root_id AS customer_id,
               l.linked_at AS since, i.sealed, v.verdict, v.by AS verdict_by,
               (SELECT count(*) FROM identity.phone_use u
                WHERE u.merchant_id = l.merchant_id AND u.phone_id = l.identifier_id) AS used_with
        FROM identity.link l
        JOIN event.identifier i ON i.merchant_id = l.merchant_id AND i.id = l.identifier_id
        LEFT JOIN identity.customer c ON c.merchant_id = l.merchant_id AND c.id = l.customer_id
        LEFT JOIN identity.verdict v
          ON v.merchant_id = l.merchant_id AND v.identifier_id = l.identifier_id
        WHERE l.merchant_id = %(merchant)s AND l.quarantine IS NOT NULL
          AND (%(after)s::bigint IS NULL OR l.identifier_id < %(after)s)
        ORDER BY l.identifier_id DESC LIMIT %(count_max)s
        """,
        {"after": after, "count_max": count_max},
    )


def find_quarantine(tx: ReadTx, identifier_id: int) -> str | None:
    found: str | None = tx.value(
        """
        SELECT quarantine FROM identity.link
        WHERE merchant_id = %(merchant)s AND identifier_id = %(id)s
        """,
        {"id": identifier_id},
    )
    return found


def set_verdict(tx: Tx, identifier_id: int, verdict: str) -> None:
    tx.run(
        """
        INSERT INTO identity.verdict VALUES
            (%(merchant)s, %(id)s, %(verdict)s, %(now)s, %(by)s)
        ON CONFLICT (merchant_id, identifier_id) DO UPDATE SET
            verdict = excluded.verdict, at = excluded.at, by = excluded.by
        """,
        {"id": identifier_id, "verdict": verdict, "by": tx.principal},
    )


def set_speaking(tx: Tx, identifier_id: int) -> None:
    """It speaks for its customer again; one that never had a customer waits to be seen again."""
    tx.run(
        """
        DELETE FROM identity.link
        WHERE merchant_id = %(merchant)s AND identifier_id = %(id)s AND customer_id IS NULL
        """,
        {"id": identifier_id},
    )
    tx.run(
        """
        UPDATE identity.link SET quarantine = NULL
        WHERE merchant_id = %(merchant)s AND identifier_id = %(id)s
        """,
        {"id": identifier_id},
    )
