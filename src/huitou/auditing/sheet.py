"""The log as lines of a table."""

from collections.abc import Iterator
from uuid import UUID
from zoneinfo import ZoneInfo

from huitou.auditing import reads
from huitou.auditing.types import Asked, AuditShown, Fact
from huitou.base.db import Database
from huitou.exports.types import Cell
from huitou.kernel.page import PAGE_MAX
from huitou.merchant import reads as merchants

LINES_MAX = 100_000
"""So many lines an export has at most, the newest."""
_HEADERS = (
    ("时间", "At"),
    ("谁", "Who"),
    ("做了什么", "Did"),
    ("对象", "Kind"),
    ("名称", "Name"),
    ("细节", "Detail"),
    ("对象编号", "Subject"),
    ("操作者编号", "Principal"),
    ("动作", "Verb"),
)


def headers(*, is_english: bool) -> list[str]:
    """What the columns are called."""
    return [words[is_english] for words in _HEADERS]


def lines(
    database: Database, merchant: UUID, asked: Asked, *, is_english: bool
) -> Iterator[list[Cell]]:
    """The lines found, newest first, a page a transaction; names masked."""
    cursor: str | None = None
    for _ in range(LINES_MAX // PAGE_MAX):
        with database.read(merchant) as tx:
            zone = ZoneInfo(merchants.get_merchant(tx).zone)
            page = reads.list_lines(tx, asked, cursor=cursor, limit=PAGE_MAX, is_english=is_english)
        yield from ([*_cells(line, zone, is_english=is_english)] for line in page.items)
        cursor = page.next
        if cursor is None:
            return


def _cells(line: AuditShown, zone: ZoneInfo, *, is_english: bool) -> list[Cell]:
    at = line.at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S")
    facts = ("; " if is_english else "；").join(_said(fact) for fact in line.facts)
    words: list[Cell] = [at, line.who, line.did, line.thing, line.name, facts]
    return [*words, line.subject, line.principal, line.verb]


def _said(fact: Fact) -> str:
    change = f"{fact.before} → " if fact.before is not None else ""
    return f"{fact.name}: {change}{fact.value}"
