"""The audit log over HTTP: who did what, in words."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, Query, Request, Response

from huitou.api.exports import file_of
from huitou.auditing import reads, sheet, telling
from huitou.auditing.types import Asked, AuditShown, VerbShown
from huitou.base.http import Asking, Moment, Reading, Router, Writing, needs
from huitou.kernel.page import PAGE_MAX, Page
from huitou.merchant import actions as merchants

router = Router(prefix="/v1", tags=["merchant"], dependencies=[needs("setting.edit")])

Text = Annotated[str | None, Query(max_length=200)]


def asked(
    who: Text = None,
    verb: Annotated[str, Query(max_length=4_000)] = "",
    subject: Text = None,
    since: Moment | None = None,
    until: Moment | None = None,
) -> Asked:
    """The filters of a query; `verb` is one, or several joined by commas."""
    return Asked(who, tuple(filter(None, verb.split(","))), subject, since, until)


AskedFor = Annotated[Asked, Depends(asked)]


@router.get("/audit")
def list_audit(
    tx: Reading,
    asking: Asking,
    asked: AskedFor,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[AuditShown]:
    """Who did what to what, newest first. `who` is a principal, or `key`, `customer` or `system`; `subject`
    is what the line was written about, as `customer:<id>`."""
    return reads.list_lines(
        tx, asked, cursor=cursor, limit=limit, is_english=asking.language == "en"
    )


@router.get("/audit/verbs")
def list_audit_verbs(asking: Asking) -> Page[VerbShown]:
    """Everything the log can say was done."""
    return Page(telling.verbs(is_english=asking.language == "en"))


@router.get("/exports/audit", response_class=Response, dependencies=[needs("export.read")])
def export_audit(request: Request, tx: Writing, asking: Asking, asked: AskedFor) -> Response:
    """The lines a search of `/v1/audit` finds, the newest 100,000, as CSV; that is audited too."""
    given: dict[str, Any] = {
        name: str(value) if name in ("since", "until") else value
        for name, value in asdict(asked).items()
        if value
    }
    merchants.audit(tx, "audit.exported", "audit", **given)
    is_english = asking.language == "en"
    found = sheet.lines(request.app.state.database, asking.merchant, asked, is_english=is_english)
    name = f"audit-{tx.now:%Y%m%d-%H%M}.csv"
    return file_of("csv", sheet.headers(is_english=is_english), found, name)
