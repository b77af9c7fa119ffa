"""Suppression lists: numbers that are not to be written to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from huitou.kernel.errors import Conflict, Invalid, NotFound

ListReason = Literal["complaint", "hard_bounce", "risk", "regulator", "own"]
ListState = Literal["running", "done", "undone"]
ROWS_MAX = 500_000


@dataclass(frozen=True, slots=True)
class SuppressionList:
    """A file as it was uploaded. `channel` is empty for all. `done` of `total` rows are taken in: `added` ones are on it,
    `repeated` were on it already, `failed` name nobody."""

    id: UUID
    file_name: str
    channel: str
    reason: ListReason
    state: ListState
    total: int
    done: int
    added: int
    repeated: int
    failed: int
    at: datetime
    by: str
    finished_at: datetime | None
    undone_at: datetime | None
    undone_by: str | None


@dataclass(frozen=True, slots=True)
class Listed:
    """That a number is on a list."""

    list_id: UUID
    file_name: str
    channel: str
    reason: ListReason
    at: datetime


@dataclass(frozen=True, slots=True)
class Number:
    """What a row names: kind of identifier, its scope and value."""

    kind: str
    scope: str | None
    value: str


class NoList(NotFound):
    code = "reach.no_list"
    zh, en = "没有这份黑名单", "There is no such suppression list"


class BadList(Invalid):
    code = "reach.bad_list"
    zh, en = "文件无法读取：{zh}", "The file cannot be read: {en}"


class ListRunning(Conflict):
    code = "reach.list_running"
    zh, en = "这份名单还在导入，请等它完成", "The list is still being taken in"
