"""Arrays from answers and sets of ordinals from arrays, at the speed of memory.

Adding ordinals one by one to a roaring bitmap costs some 65 ns each. Writing its portable format
(RoaringFormatSpec: cookie 12346, no runs) from a mask costs less than 1 ns for each ordinal there is.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyroaring import BitMap

CHUNK = 1 << 16
"""Ordinals in a container of the format."""
_BYTES = CHUNK // 8
_ARRAY_MAX = 4_096
"""A container of more is written as bits, as the format demands."""
_COOKIE = 12_346
_FEW = 2_000


def array(column: pa.ChunkedArray) -> NDArray[Any]:
    """A column of integers, moments or dates, none of them NULL. (pyarrow would load pandas for it:
    a second and 50 MB.)"""
    is_date = pa.types.is_date32(column.type)
    is_moment = pa.types.is_timestamp(column.type)
    raw = np.dtype("int32" if is_date else "int64" if is_moment else str(column.type))
    chunks = [
        np.frombuffer(chunk.buffers()[1], raw, len(chunk), chunk.offset * raw.itemsize)
        for chunk in column.chunks
        if len(chunk)
    ]
    values = np.concatenate(chunks) if chunks else np.zeros(0, raw)
    if is_date:
        return values.astype("datetime64[D]")
    return values.view(f"datetime64[{column.type.unit}]") if is_moment else values


def bitmap(ordinals: NDArray[Any]) -> BitMap:
    """A set of ordinals (0 to 2³² − 1) from an array, in any order, repeated or not."""
    if len(ordinals) < _FEW:
        return BitMap(ordinals.tolist())
    return of_bits(bits_of(ordinals))


def bits_of(ordinals: NDArray[Any]) -> NDArray[np.uint8]:
    """The same as packed bits, the lowest first; their number is a multiple of `CHUNK`."""
    if not len(ordinals):
        return np.zeros(0, np.uint8)
    mask = np.zeros((int(ordinals.max()) // CHUNK + 1) * CHUNK, dtype=bool)
    mask[ordinals] = True
    return np.packbits(mask, bitorder="little")


def of_bits(bits: NDArray[np.uint8]) -> BitMap:
    """The set of packed bits, as `bits_of` packs them."""
    chunks = bits.reshape(-1, _BYTES)
    words = bits.view(np.uint64).reshape(-1, _BYTES // 8)
    counts = np.bitwise_count(words).sum(axis=1, dtype=np.int64)
    keys = np.flatnonzero(counts)
    containers = [
        chunks[key].tobytes() if counts[key] > _ARRAY_MAX else _places(chunks[key]).tobytes()
        for key in keys
    ]
    headers = np.empty((len(keys), 2), dtype="<u2")
    headers[:, 0], headers[:, 1] = keys, counts[keys] - 1
    sizes = np.fromiter((len(one) for one in containers), dtype="<u4", count=len(containers))
    start = 8 + headers.nbytes + 4 * len(keys)
    offsets = (start + np.cumsum(sizes) - sizes).astype("<u4")
    head = np.array([_COOKIE, len(keys)], dtype="<u4")
    parts = (head.tobytes(), headers.tobytes(), offsets.tobytes(), *containers)
    return BitMap.deserialize(b"".join(parts))


def _places(bits: NDArray[np.uint8]) -> NDArray[np.uint16]:
    """Where bits are set."""
    mask = np.unpackbits(bits, bitorder="little").view(np.bool_)
    return np.flatnonzero(mask).astype("<u2")
