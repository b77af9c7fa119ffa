"""A page of a list and its opaque cursor."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from huitou.kernel.errors import Invalid

PAGE_MAX = 200
Item = TypeVar("Item")
Key = TypeVar("Key")


class BadCursor(Invalid):
    code = "page.bad_cursor"
    zh, en = "分页游标无效", "The page cursor is not valid"


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Up to `PAGE_MAX` items and the cursor of the next page, if there is one."""

    items: Sequence[Item]
    next: str | None = None


def encode_cursor(*values: object) -> str:
    """Opaque text for the sort key of the last item."""
    raw = json.dumps([str(value) for value in values], ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode_cursor(cursor: str, count: int) -> list[str]:
    """The `count` values given to `encode_cursor`; refuses anything else."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        values = json.loads(raw)
    except ValueError as error:
        raise BadCursor() from error
    if not isinstance(values, list) or len(values) != count:
        raise BadCursor()
    return [str(value) for value in values]


def decode_number(cursor: str | None) -> int | None:
    """A cursor of a number of at most nine digits; None before the first page."""
    if cursor is None:
        return None
    [text] = decode_cursor(cursor, 1)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise BadCursor()
    return int(text)


def decode_moment(
    cursor: str | None, read_key: Callable[[str], Key]
) -> tuple[datetime, Key] | None:
    """A cursor of a moment and a key that `read_key` reads; None before the first page."""
    if cursor is None:
        return None
    at, key = decode_cursor(cursor, 2)
    try:
        return datetime.fromisoformat(at), read_key(key)
    except ValueError as error:
        raise BadCursor() from error
