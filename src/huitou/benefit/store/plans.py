"""Plans in versions: a draft at most, and one in force, of each kind."""

from typing import Any

from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.plans import PlanKind, PlanRow, PlanState


def list_plans(
    tx: ReadTx,
    kind: PlanKind,
    *,
    version: int | None = None,
    state: PlanState | None = None,
    before: int | None = None,
    count_max: int | None = None,
) -> list[PlanRow]:
    """Latest first; one version, or those in a state."""
    return tx.rows(
        PlanRow,
        """
        SELECT version, state, revision, document, created_at, created_by, published_at, published_by
        FROM benefit.plan
        WHERE merchant_id = %(merchant)s AND kind = %(kind)s
            AND (%(version)s::int IS NULL OR version = %(version)s)
            AND (%(state)s::text IS NULL OR state = %(state)s)
            AND (%(before)s::int IS NULL OR version < %(before)s)
        ORDER BY version DESC LIMIT %(count_max)s
        """,
        {
            "kind": kind,
            "version": version,
            "state": state,
            "before": before,
            "count_max": count_max,
        },
    )


def find_plan(tx: ReadTx, kind: PlanKind, version: int) -> PlanRow | None:
    found = list_plans(tx, kind, version=version)
    return found[0] if found else None


def find_published(tx: ReadTx, kind: PlanKind) -> PlanRow | None:
    """The plan in force."""
    found = list_plans(tx, kind, state="published")
    return found[0] if found else None


def find_latest(tx: ReadTx, kind: PlanKind) -> PlanRow | None:
    """The plan in force, or else the one that was published last."""
    return tx.row(
        PlanRow,
        """
        SELECT version, state, revision, document, created_at, created_by, published_at, published_by
        FROM benefit.plan
        WHERE merchant_id = %(merchant)s AND kind = %(kind)s AND state <> 'draft'
        ORDER BY state = 'published' DESC, published_at DESC, version DESC LIMIT 1
        """,
        {"kind": kind},
    )


def find_draft(tx: ReadTx, kind: PlanKind) -> int | None:
    """The version of the draft, if there is one."""
    found = list_plans(tx, kind, state="draft")
    return found[0].version if found else None


def add_plan(tx: Tx, kind: PlanKind, document: dict[str, Any]) -> int:
    """A draft; returns its version. The caller has seen, under a lock, that there is none."""
    version: int = tx.value(
        """
        INSERT INTO benefit.plan
            (merchant_id, kind, version, state, document, created_at, created_by)
        SELECT %(merchant)s, %(kind)s, coalesce(max(version), 0) + 1, 'draft', %(document)s,
            %(now)s, %(by)s
        FROM benefit.plan WHERE merchant_id = %(merchant)s AND kind = %(kind)s
        RETURNING version
        """,
        {"kind": kind, "document": Jsonb(document), "by": tx.principal},
    )
    return version


def set_plan(tx: Tx, kind: PlanKind, version: int, document: dict[str, Any], revision: int) -> bool:
    """Whether the draft was still at `revision`."""
    return bool(
        tx.run(
            """
            UPDATE benefit.plan SET document = %(document)s, revision = revision + 1
            WHERE merchant_id = %(merchant)s AND kind = %(kind)s AND version = %(version)s
                AND state = 'draft' AND revision = %(revision)s
            """,
            {"kind": kind, "version": version, "document": Jsonb(document), "revision": revision},
        )
    )


def remove_draft(tx: Tx, kind: PlanKind, version: int) -> None:
    tx.run(
        "DELETE FROM benefit.plan WHERE merchant_id = %(merchant)s AND kind = %(kind)s"
        " AND version = %(version)s AND state = 'draft'",
        {"kind": kind, "version": version},
    )


def set_retired(tx: Tx, kind: PlanKind) -> int:
    """The plan in force is none any more; returns whether there was one."""
    return tx.run(
        "UPDATE benefit.plan SET state = 'retired'"
        " WHERE merchant_id = %(merchant)s AND kind = %(kind)s AND state = 'published'",
        {"kind": kind},
    )


def set_published(tx: Tx, kind: PlanKind, version: int) -> None:
    """The one in force so far is retired."""
    set_retired(tx, kind)
    tx.run(
        """
        UPDATE benefit.plan
        SET state = 'published', published_at = %(now)s, published_by = %(by)s
        WHERE merchant_id = %(merchant)s AND kind = %(kind)s AND version = %(version)s
        """,
        {"kind": kind, "version": version, "by": tx.principal},
    )
