"""Messages as lines of a table: when, where and by whom, and what became of them; never what was written."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from huitou.base.db import Database, ReadTx, Scope
from huitou.campaign import reads as campaigns
from huitou.exports.types import Cell
from huitou.kernel.page import PAGE_MAX
from huitou.merchant import reads as merchants
from huitou.profile import reads as profiles
from huitou.reach.reads import messages as reach
from huitou.reach.store.search import MessageRow
from huitou.reach.types.messages import Search

LINES_MAX = 100_000
"""So many messages an export has at most, the newest."""
_HEADERS = (
    ("计划时间", "Planned at"),
    ("渠道", "Channel"),
    ("状态", "State"),
    ("原因", "Reason"),
    ("客户编号", "Customer no."),
    ("姓名", "Name"),
    ("用途", "Purpose"),
    ("类别", "Category"),
    ("活动", "Campaign"),
    ("门店", "Store"),
    ("导购", "Associate"),
    ("提交时间", "Submitted at"),
    ("送达时间", "Delivered at"),
    ("打开时间", "Opened at"),
    ("系统编号", "Id"),
)
_STATES = {
    "planned": ("已计划", "planned"),
    "in_flight": ("提交中", "being submitted"),
    "unknown": ("结果未知", "unknown"),
    "submitted": ("已提交", "submitted"),
    "waiting": ("待导购确认", "waits for the associate"),
    "cancelled": ("已取消", "cancelled"),
    "failed": ("失败", "failed"),
    "delivered": ("已送达", "delivered"),
}


def headers(language: str) -> list[str]:
    """What the columns are called."""
    return [names[language == "en"] for names in _HEADERS]


def lines(
    database: Database, merchant: UUID, scope: Scope, asked: Search, language: str
) -> Iterator[list[Cell]]:
    """The messages in the scope, newest first, a page a transaction; names masked."""
    cursor: str | None = None
    for _ in range(LINES_MAX // PAGE_MAX):
        with database.read(merchant, scope=scope) as tx:
            page = reach.list_messages(tx, asked, cursor=cursor, limit=PAGE_MAX, language=language)
            made = _lines_of(tx, page.items, language)
        yield from made
        cursor = page.next
        if cursor is None:
            return


def _lines_of(tx: ReadTx, items: Sequence[MessageRow], language: str) -> list[list[Cell]]:
    zone = ZoneInfo(merchants.get_merchant(tx).zone)
    customers = {item.customer_id for item in items if item.customer_id}
    known = {row.id: row for row in profiles.customers_of(tx, list(customers)).items}
    named = campaigns.names(tx, [item.campaign_id for item in items if item.campaign_id])

    def time(at: datetime | None) -> str | None:
        return at.astimezone(zone).strftime("%Y-%m-%d %H:%M:%S") if at else None

    made: list[list[Cell]] = []
    for item in items:
        row = known.get(item.customer_id) if item.customer_id else None
        made.append(
            [
                time(item.planned_at),
                item.channel,
                _STATES[item.state][language == "en"],
                item.failure_text,
                row.ordinal if row else None,
                row.name.masked if row and row.name else None,
                item.purpose,
                item.category,
                named.get(item.campaign_id) if item.campaign_id else None,
                item.unit_name,
                item.staff_name,
                time(item.submitted_at),
                time(item.delivered_at),
                time(item.opened_at),
                str(item.id),
            ]
        )
    return made
