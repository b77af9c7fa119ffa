"""Rows in PostgreSQL's binary COPY format, made by numpy a hundred thousand at a time.

Format: https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4 (a row is the number of
fields, then each field's length and bytes, big-endian; length -1 is NULL).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np

Array = np.ndarray[Any, Any]

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
POSTGRES_EPOCH_US = 946_684_800_000_000
_EPOCH_DAYS = 10_957


@dataclass(frozen=True)
class Field:
    """A column of some rows: bytes (rows, width); `length` where it varies, -1 for NULL."""

    data: Array
    length: Array | None = None

    def or_null(self, is_null: Array) -> "Field":
        """NULL where said."""
        width = self.data.shape[1]
        length = np.full(len(self.data), width) if self.length is None else self.length
        return Field(self.data, np.where(is_null, -1, length))


def rows(fields: Sequence[Field]) -> bytes:
    """The rows as COPY takes them."""
    count = len(fields[0].data)
    width = 2 + sum(4 + field.data.shape[1] for field in fields)
    out = np.zeros((count, width), np.uint8)
    out[:, :2] = np.frombuffer(len(fields).to_bytes(2, "big"), np.uint8)
    varies = any(field.length is not None for field in fields)
    kept = np.ones((count, width), bool) if varies else None
    at = 2
    for field in fields:
        size = field.data.shape[1]
        length = np.full(count, size) if field.length is None else field.length
        out[:, at : at + 4] = _big(length, ">i4")
        out[:, at + 4 : at + 4 + size] = field.data
        if field.length is not None:
            assert kept is not None
            kept[:, at + 4 : at + 4 + size] = np.arange(size) < np.maximum(length, 0)[:, None]
        at += 4 + size
    return out.tobytes() if kept is None else out[kept].tobytes()


def int8(values: Array) -> Field:
    return Field(_big(values, ">i8"))


def int4(values: Array) -> Field:
    return Field(_big(values, ">i4"))


def int2(values: Array) -> Field:
    return Field(_big(values, ">i2"))


def boolean(values: Array) -> Field:
    return Field(np.asarray(values).astype(np.uint8)[:, None])


def moment(micros: Array) -> Field:
    """Microseconds of Unix time."""
    return int8(np.asarray(micros) - POSTGRES_EPOCH_US)


def date(days: Array) -> Field:
    """Days of Unix time."""
    return int4(np.asarray(days) - _EPOCH_DAYS)


def raw(data: Array) -> Field:
    """UUIDs, or bytea of one length: (rows, width)."""
    return Field(data)


def same_uuid(value: UUID, count: int) -> Field:
    return Field(np.broadcast_to(np.frombuffer(value.bytes, np.uint8), (count, 16)))


def chosen(choices: Sequence[bytes | None], which: Array) -> Field:
    """Of a few values (texts, encoded arrays, JSON), one a row; None is NULL."""
    width = max(1, *(len(choice or b"") for choice in choices))
    table = np.zeros((len(choices), width), np.uint8)
    for index, choice in enumerate(choices):
        table[index, : len(choice or b"")] = np.frombuffer(choice or b"", np.uint8)
    lengths = np.array([-1 if choice is None else len(choice) for choice in choices])
    if (lengths == width).all():
        return Field(table[which])
    return Field(table[which], lengths[which])


def same(value: bytes, count: int) -> Field:
    return Field(np.broadcast_to(np.frombuffer(value, np.uint8), (count, len(value))))


def null(count: int) -> Field:
    return Field(np.zeros((count, 1), np.uint8), np.full(count, -1))


def texts(values: Sequence[bytes]) -> Field:
    """Any texts."""
    lengths = np.array([len(value) for value in values])
    width = max(1, int(lengths.max(initial=1)))
    joined = b"".join(value.ljust(width, b"\0") for value in values)
    return Field(np.frombuffer(joined, np.uint8).reshape(len(values), width), lengths)


def numbered(prefix: str, numbers: Array, digits: int) -> Field:
    """`prefix` and the number with leading zeros."""
    head = np.broadcast_to(np.frombuffer(prefix.encode(), np.uint8), (len(numbers), len(prefix)))
    powers = 10 ** np.arange(digits - 1, -1, -1)
    tail = (np.asarray(numbers)[:, None] // powers % 10 + 48).astype(np.uint8)
    return Field(np.concatenate([head, tail], axis=1))


def jsonb(field: Field) -> Field:
    """JSON text as `jsonb` is sent: a version byte before it."""
    data = np.concatenate([np.ones((len(field.data), 1), np.uint8), field.data], axis=1)
    length = None if field.length is None else np.where(field.length < 0, -1, field.length + 1)
    return Field(data, length)


def array_of(items: Sequence[Field], count: Array, oid: int) -> Field:
    """One-dimensional arrays of the first `count` of `items` each, of a type given by its oid.

    `items` are of one width; the shortest array has one element.
    """
    size, rows_ = items[0].data.shape[1], len(count)
    head = np.broadcast_to(np.array([1, 0, oid], ">i4").view(np.uint8), (rows_, 12))
    bound = np.broadcast_to(np.array([1], ">i4").view(np.uint8), (rows_, 4))
    width = np.broadcast_to(np.array([size], ">i4").view(np.uint8), (rows_, 4))
    parts = [head, _big(count, ">i4"), bound]
    for item in items:
        parts += [width, item.data]
    return Field(np.concatenate(parts, axis=1), 20 + (4 + size) * np.asarray(count))


def text_array(items: Sequence[str]) -> bytes:
    """A `text[]`, encoded."""
    if not items:
        return np.array([0, 0, 25], ">i4").tobytes()
    head = np.array([1, 0, 25, len(items), 1], ">i4").tobytes()
    parts = [len(item.encode()).to_bytes(4, "big") + item.encode() for item in items]
    return head + b"".join(parts)


def _big(values: Array, kind: str) -> Array:
    size = int(kind[-1])
    data = np.ascontiguousarray(np.asarray(values).astype(kind))
    return data.view(np.uint8).reshape(len(data), size)
