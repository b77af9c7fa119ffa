"""What is exported, how, and why it is refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from huitou.kernel.errors import Conflict, Invalid, NotFound

Format = Literal["csv", "xlsx"]
State = Literal["waiting", "running", "done", "failed", "cancelled"]
Cell = str | int | float | None
"""Numbers are written as numbers: a float has two decimals (yuan)."""

KEPT = timedelta(days=7)
"""So long after it was finished a file can be downloaded."""


@dataclass(frozen=True, slots=True)
class Line:
    """A customer's cells, in the order of the fields."""

    customer_id: UUID
    cells: list[Cell]


@dataclass(frozen=True, slots=True)
class Export:
    """`done` of about `total` customers are written. Personal values are in full if `is_revealed`.
    `expires_at` is when its file goes; None before it is finished."""

    id: UUID
    segment_id: UUID
    segment_name: str
    format: Format
    fields: list[str]
    is_revealed: bool
    reason: str
    state: State
    total: int
    done: int
    created_by: str
    created_by_name: str | None
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewExport:
    """What is asked for."""

    segment_id: UUID
    format: Format
    fields: list[str]
    is_revealed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Work:
    """What the job needs to go on: the asker's scope, and where the next block goes."""

    segment_id: UUID
    fields: list[str]
    is_revealed: bool
    language: str
    state: State
    scope_path: str | None
    scope_staff: UUID | None
    path: str
    place: int
    last_id: UUID | None
    done: int


class NoExport(NotFound):
    code = "export.not_found"
    zh, en = "没有这个导出任务", "There is no such export"


class NotReady(Conflict):
    code = "export.not_ready"
    zh, en = "文件还没有导出完成", "The file is not finished"


class Expired(NotFound):
    code = "export.expired"
    zh, en = "文件已过期删除，请重新导出", "The file is gone after seven days; export it again"


class BadFields(Invalid):
    code = "export.bad_fields"
    zh, en = "没有名为 {field} 的字段", "There is no field named {field}"


class ReasonNeeded(Invalid):
    code = "export.reason_needed"
    zh, en = "导出完整信息须说明用途", "Say what the values in full are needed for"
