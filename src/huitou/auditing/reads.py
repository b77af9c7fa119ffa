"""The audit log, page by page."""

from uuid import UUID

from huitou.auditing import store, telling
from huitou.auditing.types import Asked, AuditShown
from huitou.base.db import ReadTx
from huitou.kernel.page import PAGE_MAX, Page, decode_moment, encode_cursor


def list_lines(
    tx: ReadTx,
    asked: Asked,
    *,
    cursor: str | None = None,
    limit: int = 50,
    is_english: bool = False,
) -> Page[AuditShown]:
    """Lines in words, the newest first."""
    limit = min(limit, PAGE_MAX)
    found = store.list_lines(tx, asked, decode_moment(cursor, UUID), limit + 1)
    shown = found[:limit]
    more = encode_cursor(shown[-1].at.isoformat(), shown[-1].id) if len(found) > limit else None
    return Page(telling.told(tx, shown, is_english=is_english), more)
