"""SQL of imports: their progress and the rows that failed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.imports.fields import Kind
from huitou.imports.rules import Fault
from huitou.kernel.errors import NotFound
from huitou.kernel.page import PAGE_MAX

State = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Import:
    """`done` of `total` rows are worked on; `noted` were taken, but not with everything they say. A
    rehearsal (`is_dry_run`) leaves nothing behind."""

    id: UUID
    kind: Kind
    file_name: str
    is_dry_run: bool
    state: State
    total: int | None
    done: int
    accepted: int
    duplicates: int
    failed: int
    noted: int
    reason: str | None
    created_by: str
    created_at: datetime
    finished_at: datetime | None
    mapping: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an import's blocks lie, and the place of the next."""

    path: Path
    place: int


class NoImport(NotFound):
    code = "import.not_found"
    zh, en = "没有这个导入任务", "There is no such import"


def add_import(
    tx: Tx,
    *,
    id: UUID,
    kind: str,
    file_name: str,
    path: Path,
    mapping: Any,
    is_dry_run: bool,
    total: int,
) -> None:
    """A file of `total` rows that waits for its job."""
    tx.run(
        """
        INSERT INTO event.import (merchant_id, id, kind, file_name, path, mapping, is_dry_run,
                                  total, state, created_by, created_at)
        VALUES (%(merchant)s, %(id)s, %(kind)s, %(file_name)s, %(path)s, %(mapping)s,
                %(is_dry_run)s, %(total)s, 'waiting', %(by)s, %(now)s)
        """,
        {
            "id": id,
            "kind": kind,
            "file_name": file_name,
            "path": str(path),
            "mapping": Jsonb(mapping),
            "total": total,
            "is_dry_run": is_dry_run,
            "by": tx.principal,
        },
    )


def get_import(tx: ReadTx, import_id: UUID) -> Import:
    """One import, or a refusal."""
    found = tx.row(
        Import,
        """
        SELECT id, kind, file_name, is_dry_run, state, total, done, accepted, duplicates, failed,
               noted, reason, created_by, created_at, finished_at, mapping
        FROM event.import WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": import_id},
    )
    if found is None:
        raise NoImport()
    return found


def names(tx: ReadTx, import_ids: Sequence[UUID]) -> dict[UUID, str]:
    """File names by id."""
    rows = tx.rows(
        dict,
        """
        SELECT id, file_name FROM event.import
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::uuid[])
        """,
        {"ids": list(import_ids)},
    )
    return {row["id"]: row["file_name"] for row in rows}


def lock_import(tx: Tx, import_id: UUID) -> Import:
    """One import, for its job alone."""
    tx.run(
        "SELECT FROM event.import WHERE merchant_id = %(merchant)s AND id = %(id)s FOR UPDATE",
        {"id": import_id},
    )
    return get_import(tx, import_id)


def get_place(tx: ReadTx, import_id: UUID) -> Place:
    """Where to go on."""
    found = tx.row(
        dict,
        "SELECT path, place FROM event.import WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": import_id},
    )
    if found is None:
        raise NoImport()
    return Place(Path(found["path"]), found["place"])


def list_imports(tx: ReadTx) -> list[Import]:
    """Newest first."""
    return tx.rows(
        Import,
        """
        SELECT id, kind, file_name, is_dry_run, state, total, done, accepted, duplicates, failed,
               noted, reason, created_by, created_at, finished_at, mapping
        FROM event.import WHERE merchant_id = %(merchant)s ORDER BY id DESC LIMIT %(limit)s
        """,
        {"limit": PAGE_MAX},
    )


def add_progress(
    tx: Tx,
    import_id: UUID,
    *,
    done: int,
    accepted: int,
    duplicates: int,
    failed: int,
    noted: int,
    place: int | None,
) -> None:
    """A block more; `place` is that of the next, None when this was the last."""
    tx.run(
        """
        UPDATE event.import SET done = done + %(done)s, accepted = accepted + %(accepted)s,
            duplicates = duplicates + %(duplicates)s, failed = failed + %(failed)s,
            noted = noted + %(noted)s, place = coalesce(%(place)s, place),
            state = CASE WHEN %(place)s::bigint IS NULL THEN 'done' ELSE 'running' END,
            finished_at = CASE WHEN %(place)s::bigint IS NULL THEN %(now)s END
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {
            "id": import_id,
            "done": done,
            "accepted": accepted,
            "duplicates": duplicates,
            "failed": failed,
            "noted": noted,
            "place": place,
        },
    )


def set_failed(tx: Tx, import_id: UUID, reason: str) -> None:
    """It cannot go on."""
    tx.run(
        "UPDATE event.import SET state = 'failed', reason = %(reason)s, finished_at = %(now)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": import_id, "reason": reason},
    )


def cancel(tx: Tx, import_id: UUID) -> int:
    """Stop before the next chunk; what is in stays in."""
    return tx.run(
        "UPDATE event.import SET state = 'cancelled', finished_at = %(now)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s AND state IN ('waiting', 'running')",
        {"id": import_id},
    )


def add_faults(tx: Tx, import_id: UUID, faults: Sequence[Fault]) -> None:
    """Rows that failed, or were not taken with everything they say; once each."""
    tx.run(
        """
        INSERT INTO event.import_failure (merchant_id, import_id, row_no, code, detail)
        SELECT %(merchant)s, %(id)s, number, code, detail
        FROM unnest(%(numbers)s::int[], %(codes)s::text[], %(details)s::text[])
            AS t (number, code, detail)
        ON CONFLICT DO NOTHING
        """,
        {
            "id": import_id,
            "numbers": [fault.number for fault in faults],
            "codes": [fault.code for fault in faults],
            "details": [fault.detail for fault in faults],
        },
    )


def list_faults(tx: ReadTx, import_id: UUID, limit: int) -> list[Fault]:
    """The first rows that failed, in the order of the file."""
    return tx.rows(
        Fault,
        "SELECT row_no AS number, code, detail FROM event.import_failure"
        " WHERE merchant_id = %(merchant)s AND import_id = %(id)s ORDER BY row_no LIMIT %(limit)s",
        {"id": import_id, "limit": limit},
    )


def iter_faults(tx: ReadTx, import_id: UUID) -> Iterator[Fault]:
    """Every row that failed, in the order of the file."""
    yield from tx.iterate(
        Fault,
        "SELECT row_no AS number, code, detail FROM event.import_failure"
        " WHERE merchant_id = %(merchant)s AND import_id = %(id)s ORDER BY row_no",
        {"id": import_id},
    )
