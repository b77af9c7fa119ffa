"""The rows of an uploaded file, as they are kept: sealed blocks, each of which one transaction takes.

A file is read once, when it comes, whatever its format. A block is 4 bytes of length and the sealed,
compressed JSON of its rows. Its place is its offset, so that a worker goes on at the next one
without reading those before.
"""

import os
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from huitou.base.crypto import MerchantKeys
from huitou.imports.rules import Row

BLOCK_ROWS = 2_000
_BLOCK_ROWS_MAX = 20_000
_MARK = b"HTI1"
_LENGTH_BYTES = 4
_decoder = msgspec.json.Decoder(list[Row])


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of the file; `following` is the place of the next block, None after the last."""

    rows: list[Row]
    following: int | None


class Unkept(Exception):
    """The file is not there, or not as we keep it."""


def keep(path: Path, keys: MerchantKeys, rows: Iterable[Row], *, whole: str | None = None) -> int:
    """Write the rows and return how many. Rows that follow each other with the same value in the
    column `whole` (an order's lines) stay in one block."""
    count = 0
    with path.open("wb") as file:
        file.write(_MARK)
        for block in _blocks(rows, whole):
            body = keys.seal_bytes(zlib.compress(_encoded(block), 1))
            file.write(len(body).to_bytes(_LENGTH_BYTES, "big") + body)
            count += len(block)
        file.flush()
        os.fsync(file.fileno())
    return count


def read_block(path: Path, keys: MerchantKeys, place: int) -> Block:
    """The block at a place; 0 is the first. Raises Unkept."""
    with _opened(path) as file:
        file.seek(max(place, len(_MARK)))
        rows = _next(file, keys)
        place = file.tell()
        return Block(rows or [], place if file.read(1) else None)


def read_rows(path: Path, keys: MerchantKeys) -> Iterator[Row]:
    """All rows, a block at a time. Raises Unkept."""
    with _opened(path) as file:
        while rows := _next(file, keys):
            yield from rows


def _opened(path: Path) -> BinaryIO:
    try:
        file = path.open("rb")
    except OSError as error:
        raise Unkept from error
    if file.read(len(_MARK)) != _MARK:
        file.close()
        raise Unkept
    return file


def _next(file: BinaryIO, keys: MerchantKeys) -> list[Row] | None:
    length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
    return _decoder.decode(zlib.decompress(keys.open_bytes(file.read(length)))) if length else None


def _encoded(block: list[Row]) -> bytes:
    try:
        return msgspec.json.encode(block)
    except (ValueError, OverflowError, RecursionError):
        return msgspec.json.encode(
            [row if _is_keepable(row) else Row(row.number, {}) for row in block]
        )


def _is_keepable(row: Row) -> bool:
    """Not so: half a surrogate, a number of twenty digits, a line of a thousand brackets."""
    try:
        msgspec.json.encode(row)
    except (ValueError, OverflowError, RecursionError):
        return False
    return True


def _blocks(rows: Iterable[Row], whole: str | None) -> Iterator[list[Row]]:
    block: list[Row] = []
    for row in rows:
        if len(block) >= BLOCK_ROWS and not (
            whole is not None
            and len(block) < _BLOCK_ROWS_MAX
            and block[-1].values.get(whole) == row.values.get(whole)
        ):
            yield block
            block = []
        block.append(row)
    if block:
        yield block
