"""Points plans in versions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.points import PlanState


@dataclass(frozen=True, slots=True)
class PlanRow:
    version: int
    state: PlanState
    revision: int
    document: dict[str, Any]
    created_at: datetime
    created_by: str
    published_at: datetime | None
    published_by: str | None


def list_plans(
    tx: ReadTx, *, version: int | None = None, state: PlanState | None = None
) -> list[PlanRow]:
    """Latest first; one version, or those in a state."""
    return tx.rows(
        PlanRow,
        """
        SELECT version, state, revision, document, created_at, created_by, published_at, published_by
        FROM benefit.points_plan
        WHERE merchant_id = %(merchant)s AND (%(version)s::int IS NULL OR version = %(version)s)
            AND (%(state)s::text IS NULL OR state = %(state)s)
        ORDER BY version DESC
        """,
        {"version": version, "state": state},
    )


def set_draft(tx: Tx, document: dict[str, Any], revision: int) -> int | None:
    """Keep the draft, a new one at revision 0; its version, or None when it was changed meanwhile."""
    if revision == 0:
        found: int | None = tx.value(
            """
            INSERT INTO benefit.points_plan
                (merchant_id, version, state, document, created_at, created_by)
            SELECT %(merchant)s, coalesce(max(version), 0) + 1, 'draft', %(document)s, %(now)s, %(by)s
            FROM benefit.points_plan WHERE merchant_id = %(merchant)s
            HAVING NOT coalesce(bool_or(state = 'draft'), false)
            RETURNING version
            """,
            {"document": Jsonb(document), "by": tx.principal},
        )
        return found
    changed: int | None = tx.value(
        """
        UPDATE benefit.points_plan SET document = %(document)s, revision = revision + 1
        WHERE merchant_id = %(merchant)s AND state = 'draft' AND revision = %(revision)s
        RETURNING version
        """,
        {"document": Jsonb(document), "revision": revision},
    )
    return changed


def remove_draft(tx: Tx) -> bool:
    return bool(
        tx.run(
            "DELETE FROM benefit.points_plan WHERE merchant_id = %(merchant)s AND state = 'draft'"
        )
    )


def set_published(tx: Tx, version: int) -> None:
    """The one in force so far is retired."""
    tx.run(
        "UPDATE benefit.points_plan SET state = 'retired'"
        " WHERE merchant_id = %(merchant)s AND state = 'published'"
    )
    tx.run(
        """
        UPDATE benefit.points_plan SET state = 'published', published_at = %(now)s,
            published_by = %(by)s
        WHERE merchant_id = %(merchant)s AND version = %(version)s
        """,
        {"version": version, "by": tx.principal},
    )
