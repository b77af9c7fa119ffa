"""Suppression lists over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import File, Form, Query, Request, UploadFile
from starlette.responses import Response

from huitou.base.db import Database
from huitou.base.http import Asking, Reading, Router, Writing, needs
from huitou.kernel.page import PAGE_MAX, Page
from huitou.merchant import actions as merchants
from huitou.reach.actions import lists as actions
from huitou.reach.reads import lists as reads
from huitou.reach.types.lists import BadList, Listed, ListReason, SuppressionList

router = Router(prefix="/v1/reach/lists", tags=["reach"])

_BYTES_MAX = 32 * 1024 * 1024


class Csv(Response):
    media_type = "text/csv; charset=utf-8"


@router.get("", dependencies=[needs("campaign.read")])
def list_lists(
    tx: Reading, cursor: str | None = None, limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50
) -> Page[SuppressionList]:
    """Uploaded lists with their progress, the latest first."""
    return reads.list_lists(tx, cursor, limit)


@router.post("", status_code=201, dependencies=[needs("import.write")])
def add_list(
    request: Request,
    asking: Asking,
    file: Annotated[UploadFile, File()],
    reason: Annotated[ListReason, Form()],
    channel: Annotated[str, Form(max_length=32)] = "",
) -> SuppressionList:
    """A CSV with a column of phones, member numbers or openids; no `channel`: all. The same file again is the same
    list."""
    content = file.file.read(_BYTES_MAX + 1)
    if len(content) > _BYTES_MAX:
        raise BadList(zh="超过 32 MB", en="more than 32 MB")
    database: Database = request.app.state.database
    with database.write(asking.merchant, scope=asking.scope, principal=asking.principal) as tx:
        return actions.add_list(
            tx, content, file_name=file.filename or "list.csv", channel=channel, reason=reason
        )


@router.get("/search", dependencies=[needs("campaign.read")])
def find_number(
    tx: Reading, number: Annotated[str, Query(min_length=4, max_length=64)]
) -> list[Listed]:
    """The lists that a number is on."""
    return reads.find_number(tx, number)


@router.get("/{list_id}", dependencies=[needs("campaign.read")])
def get_list(tx: Reading, list_id: UUID) -> SuppressionList:
    return reads.get_list(tx, list_id)


@router.delete("/{list_id}", dependencies=[needs("import.write")])
def undo_list(tx: Writing, list_id: UUID) -> SuppressionList:
    """Take it back: exactly what it added is open again."""
    return actions.undo(tx, list_id)


@router.get("/{list_id}/errors.csv", response_class=Csv, dependencies=[needs("import.write")])
def list_errors(tx: Reading, asking: Asking, list_id: UUID) -> Csv:
    """The rows that name nobody."""
    return Csv(reads.errors_csv(tx, list_id, asking.language))


@router.get(
    "/{list_id}/export.csv",
    response_class=Csv,
    dependencies=[needs("export.read"), needs("customer.reveal")],
)
def export_list(tx: Writing, list_id: UUID) -> Csv:
    """Who is on it, in full as far as they are customers; that it was taken along is audited."""
    merchants.audit(tx, "reach.list_exported", f"list:{list_id}")
    return Csv(reads.export_csv(tx, list_id))
