"""The lines of an export as they are kept: sealed blocks, each written by one transaction.

A block is 4 bytes of length and the sealed, compressed JSON of its lines. What lies behind the place
the database knows was written by a transaction that did not commit, and is written over.
"""

import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from huitou.base.crypto import MerchantKeys
from huitou.exports.types import Line

_LENGTH_BYTES = 4
_decoder = msgspec.json.Decoder(list[Line])


def append(path: Path, keys: MerchantKeys, place: int, lines: Sequence[Line]) -> int:
    """Write a block at `place`; returns the place of the next."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    body = keys.seal_bytes(zlib.compress(msgspec.json.encode(lines), 1))
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        file.truncate(place)
        file.seek(place)
        file.write(len(body).to_bytes(_LENGTH_BYTES, "big") + body)
        file.flush()
        os.fsync(file.fileno())
        return file.tell()


def read_blocks(path: Path, keys: MerchantKeys, place: int) -> Iterator[list[Line]]:
    """The blocks before `place`, one at a time."""
    with path.open("rb") as file:
        while file.tell() < place:
            length = int.from_bytes(file.read(_LENGTH_BYTES), "big")
            yield _decoder.decode(zlib.decompress(keys.open_bytes(file.read(length))))
