"""Exports over HTTP: ask for one, follow it, stop it, fetch its file."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import Request, Response
from pydantic import Field
from starlette.responses import StreamingResponse

from huitou.base.config import Config
from huitou.base.db import Database, Scope
from huitou.base.http import Asking, Body, NotPermitted, Reading, Router, Writing, needs
from huitou.exports import fields, kept, messages, run, sheets, store
from huitou.exports.types import (
    Cell,
    Expired,
    Export,
    Format,
    NewExport,
    NotReady,
    ReasonNeeded,
)
from huitou.identity import reads as identities
from huitou.kernel.ids import new_id
from huitou.kernel.page import Page
from huitou.merchant import actions as merchants
from huitou.reach.http.messages import Searched
from huitou.segment import reads as segments

router = Router(prefix="/v1/exports", tags=["exports"], dependencies=[needs("export.read")])


@dataclass(frozen=True, slots=True)
class ExportField:
    """A column that can be chosen."""

    name: str
    title: str
    is_personal: bool


class ExportIn(Body):
    """`reveal` asks for personal values in full: it needs `customer.reveal` and a reason."""

    segment: Annotated[UUID, Field(strict=False)]
    format: Format = "xlsx"
    fields: Annotated[tuple[str, ...], Field(min_length=1, max_length=50, strict=False)]
    reveal: bool = False
    reason: Annotated[str, Field(max_length=200)] = ""


@router.get("/fields")
def list_export_fields(asking: Asking) -> Page[ExportField]:
    """The columns an export may have."""
    return Page(
        [
            ExportField(
                field.name, field.en if asking.language == "en" else field.zh, field.is_personal
            )
            for field in fields.FIELDS.values()
        ]
    )


@router.post("", status_code=201)
def add_export(request: Request, tx: Writing, asking: Asking, body: ExportIn) -> Export:
    """Write the members of a segment in the asker's scope to a file, in the background. Refuses `segment.filling`
    until all members are found."""
    reason = body.reason.strip()
    if body.reveal:
        if "customer.reveal" not in asking.permissions:
            raise NotPermitted(permission="customer.reveal")
        if not reason:
            raise ReasonNeeded()
    stored = segments.get_whole(tx, body.segment)
    is_whole = tx.scope == Scope()
    config: Config = request.app.state.config
    id_ = new_id()
    new = NewExport(stored.id, body.format, fields.checked(body.fields), body.reveal, reason)
    store.add_export(
        tx,
        id_,
        new,
        path=config.files / str(tx.merchant) / str(id_),
        total=stored.member_count if is_whole else segments.count_members(tx, stored.id),
        language=asking.language,
    )
    merchants.audit(
        tx,
        "export.started",
        f"export:{id_}",
        segment=str(stored.id),
        fields=new.fields,
        revealed=new.is_revealed,
    )
    tx.defer(run.run_export, export_id=str(id_))
    return store.get_export(tx, id_)


@router.get("")
def list_exports(tx: Reading, segment: UUID | None = None) -> Page[Export]:
    """Exports, newest first: everybody's, or one's own where one sees a part of the business."""
    return Page(store.list_exports(tx, segment))


@router.get("/messages", response_class=Response, dependencies=[needs("task.read")])
def export_messages(request: Request, tx: Writing, asking: Asking, asked: Searched) -> Response:
    """The messages a search of `/v1/messages` finds, the newest 100,000, as CSV; audited. Names are masked, and what was
    written is not in it."""
    given = {name: str(value) for name, value in asdict(asked).items() if value is not None}
    merchants.audit(tx, "messages.exported", "messages", **given)
    language = asking.language
    found = messages.lines(
        request.app.state.database, asking.merchant, asking.scope, asked, language
    )
    return file_of("csv", messages.headers(language), found, f"messages-{tx.now:%Y%m%d-%H%M}.csv")


@router.get("/{export_id}")
def get_export(tx: Reading, export_id: UUID) -> Export:
    """One export and its progress."""
    return store.get_export(tx, export_id)


@router.post("/{export_id}/cancel")
def cancel_export(tx: Writing, export_id: UUID) -> Export:
    """Stop after the block under way; nothing of it is kept."""
    store.get_export(tx, export_id)
    if store.set_over(tx, export_id, "cancelled"):
        Path(store.get_work(tx, export_id).path).unlink(missing_ok=True)
        merchants.audit(tx, "export.cancelled", f"export:{export_id}")
    return store.get_export(tx, export_id)


@router.get("/{export_id}/file", response_class=Response)
def get_export_file(request: Request, tx: Writing, asking: Asking, export_id: UUID) -> Response:
    """The file, opened as it is sent; that it was fetched is audited. Refuses: NotReady, Expired,
    and one with personal values in full whoever lacks `customer.reveal`."""
    found = store.get_export(tx, export_id)
    if found.is_revealed and "customer.reveal" not in asking.permissions:
        raise NotPermitted(permission="customer.reveal")
    if found.expires_at is None:
        raise NotReady()
    work = store.get_work(tx, export_id)
    if tx.now >= found.expires_at or not Path(work.path).exists():
        raise Expired()
    merchants.audit(tx, "export.downloaded", f"export:{export_id}", customers=found.done)
    lines = _lines(request.app.state.database, asking.merchant, Path(work.path), work.place)
    name = f"{found.segment_name}-{found.created_at:%Y%m%d}.{found.format}"
    return file_of(found.format, fields.headers(found.fields, work.language), lines, name)


def file_of(format_: Format, headers: Sequence[str], lines: sheets.Rows, name: str) -> Response:
    """A download that is written as it is sent."""
    return StreamingResponse(
        sheets.pieces(format_, headers, lines),
        media_type=sheets.MEDIA[format_],
        headers={
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        },
    )


def _lines(database: Database, merchant: UUID, path: Path, place: int) -> Iterator[list[Cell]]:
    """The lines without those of customers who were forgotten since."""
    with database.read(merchant) as tx:
        keys = tx.keys
    for block in kept.read_blocks(path, keys, place):
        with database.read(merchant) as tx:
            known = identities.customers_by_id(tx, {line.customer_id for line in block})
        for line in block:
            if line.customer_id in known and known[line.customer_id].state != "forgotten":
                yield line.cells
