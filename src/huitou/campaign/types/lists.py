"""Customers named by a file."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from huitou.kernel.errors import Invalid, NotFound

LINES_MAX = 200_000
Trouble = Literal["unknown", "repeated", "quarantined"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a file and whom it may mean: our own id of a customer, or identifiers `(kind, scope, value)`
    of which the first that is known counts."""

    number: int
    text: str = field(repr=False)
    customer_id: UUID | None = None
    identifiers: tuple[tuple[str, str | None, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class CustomerList:
    """A kept list: `lines` is exactly the sum of the four that follow."""

    id: UUID
    name: str
    lines: int
    found: int
    unknown: int
    repeated: int
    quarantined: int
    has_errors: bool
    """There is a file of the lines that led nowhere; for 30 days."""
    created_by: str
    created_at: datetime


class NoSuchList(NotFound):
    code = "campaign.no_list"
    zh, en = "没有找到这份名单", "There is no such list"


class EmptyList(Invalid):
    code = "campaign.empty_list"
    zh, en = "名单里没有内容", "The list has no lines"


class LongList(Invalid):
    code = "campaign.long_list"
    zh, en = "名单超过 {most} 行，请分开上传", "The list has more than {most} lines: split it"
