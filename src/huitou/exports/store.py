"""SQL of exports: who asked for what, and how far it is."""

from collections.abc import Sequence
from pathlib import Path
from typing import LiteralString
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.exports.types import KEPT, Export, NewExport, NoExport, Work
from huitou.kernel.page import PAGE_MAX

_EXPORT: LiteralString = """
    SELECT x.id, x.segment_id, s.name AS segment_name, x.format, x.fields, x.is_revealed, x.reason,
           x.state, x.total, x.done, x.created_by,
           (SELECT p.name FROM merchant.staff p
            WHERE p.merchant_id = x.merchant_id AND 'staff:' || p.id = x.created_by)
               AS created_by_name,
           x.created_at, x.finished_at,
           CASE WHEN x.state = 'done' THEN x.finished_at + %(kept)s::interval END AS expires_at
    FROM segment.export x
    JOIN segment.segment s ON s.merchant_id = x.merchant_id AND s.id = x.segment_id
    WHERE x.merchant_id = %(merchant)s
      AND (%(scope_path)s::text IS NULL AND %(scope_staff)s::uuid IS NULL
           OR x.created_by = %(by)s)
"""
"""Who sees a part of the merchant sees their own exports."""


def add_export(tx: Tx, id_: UUID, new: NewExport, *, path: Path, total: int, language: str) -> None:
    """An export of about `total` customers that waits for its job."""
    tx.run(
        """
        INSERT INTO segment.export (merchant_id, id, segment_id, format, fields, is_revealed,
                                    reason, scope_path, scope_staff, language, path, state, total,
                                    created_by, created_at)
        VALUES (%(merchant)s, %(id)s, %(segment)s, %(format)s, %(fields)s, %(revealed)s,
                %(reason)s, %(scope_path)s, %(scope_staff)s, %(language)s, %(path)s, 'waiting',
                %(total)s, %(by)s, %(now)s)
        """,
        {
            "id": id_,
            "segment": new.segment_id,
            "format": new.format,
            "fields": new.fields,
            "revealed": new.is_revealed,
            "reason": new.reason,
            "language": language,
            "path": str(path),
            "total": total,
            "by": tx.principal,
        },
    )


def get_export(tx: ReadTx, export_id: UUID) -> Export:
    """One export that the asker may see. Refuses: NoExport."""
    found = tx.row(
        Export,
        _EXPORT + "AND x.id = %(id)s",
        {"id": export_id, "by": tx.principal, "kept": KEPT},
    )
    if found is None:
        raise NoExport()
    return found


def list_exports(tx: ReadTx, segment_id: UUID | None) -> list[Export]:
    """Those the asker may see, newest first."""
    return tx.rows(
        Export,
        _EXPORT
        + """
        AND (%(segment)s::uuid IS NULL OR x.segment_id = %(segment)s)
        ORDER BY x.id DESC LIMIT %(count_max)s
        """,
        {"segment": segment_id, "by": tx.principal, "kept": KEPT, "count_max": PAGE_MAX},
    )


def names(tx: ReadTx, export_ids: Sequence[UUID]) -> dict[UUID, str]:
    """The names of the segments that were exported, by the export's id."""
    rows = tx.rows(
        dict,
        """
        SELECT x.id, s.name FROM segment.export x
        JOIN segment.segment s ON s.merchant_id = x.merchant_id AND s.id = x.segment_id
        WHERE x.merchant_id = %(merchant)s AND x.id = ANY(%(ids)s::uuid[])
        """,
        {"ids": list(export_ids)},
    )
    return {row["id"]: row["name"] for row in rows}


def get_work(tx: ReadTx, export_id: UUID) -> Work:
    """What its job, or a download, needs. Refuses: NoExport."""
    found = tx.row(
        Work,
        """
        SELECT segment_id, fields, is_revealed, language, state, scope_path, scope_staff, path,
               place, last_id, done
        FROM segment.export WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": export_id},
    )
    if found is None:
        raise NoExport()
    return found


def lock_work(tx: Tx, export_id: UUID) -> Work:
    """The same, for its job alone."""
    tx.run(
        "SELECT FROM segment.export WHERE merchant_id = %(merchant)s AND id = %(id)s FOR UPDATE",
        {"id": export_id},
    )
    return get_work(tx, export_id)


def add_progress(
    tx: Tx, export_id: UUID, *, done: int, place: int, last_id: UUID | None, is_last: bool
) -> None:
    """A block more; after the last one it is done."""
    tx.run(
        """
        UPDATE segment.export
        SET done = done + %(done)s, place = %(place)s, last_id = coalesce(%(last)s, last_id),
            state = CASE WHEN %(is_last)s THEN 'done' ELSE 'running' END,
            finished_at = CASE WHEN %(is_last)s THEN %(now)s::timestamptz END
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": export_id, "done": done, "place": place, "last": last_id, "is_last": is_last},
    )


def set_over(tx: Tx, export_id: UUID, state: str) -> int:
    """It is 'cancelled' or 'failed', unless it was over before."""
    return tx.run(
        "UPDATE segment.export SET state = %(state)s, finished_at = %(now)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s AND state IN ('waiting', 'running')",
        {"id": export_id, "state": state},
    )
