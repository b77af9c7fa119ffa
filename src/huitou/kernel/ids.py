"""Identifiers we make: UUIDv7, so that keys made later sort later."""

import hashlib
import os
import time
from uuid import NAMESPACE_OID, UUID

from huitou.kernel.errors import Invalid
from huitou.kernel.page import PAGE_MAX

_RANDOM = 0x0FFF_3FFF_FFFF_FFFF_FFFF
_VERSION_AND_VARIANT = 0x7000_8000_0000_0000_0000
_NAMED = 0xFFFF_FFFF_FFFF_0FFF_3FFF_FFFF_FFFF_FFFF
_VERSION_5_AND_VARIANT = 0x5000_8000_0000_0000_0000
_NAMESPACE = NAMESPACE_OID.bytes
_VERSION = bytes(0x70 | each & 0x0F for each in range(256))
_VARIANT = bytes(0x80 | each & 0x3F for each in range(256))
_STORED = 256
_store: list[bytes] = []
# A child process that took the same noise out would make the same ids.
os.register_at_fork(after_in_child=_store.clear)


def new_id(at_ms: int | None = None) -> UUID:
    """A UUIDv7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, 74 random bits.

    Only edges and actions call it without `at_ms`; pure code takes ids as arguments.
    """
    milliseconds = time.time_ns() // 1_000_000 if at_ms is None else at_ms
    noise = int.from_bytes(_noise(), "big")
    low = noise & _RANDOM | _VERSION_AND_VARIANT
    return UUID(int=(milliseconds & 0xFFFF_FFFF_FFFF) << 80 | low)


def _noise() -> bytes:
    """Ten random bytes out of a store: whoever asks the system each time lets go of the interpreter each
    time, and threads that wait for it are woken for nothing."""
    try:
        return _store.pop()
    except IndexError:
        noise = os.urandom(10 * _STORED)
        _store.extend(noise[at : at + 10] for at in range(10, len(noise), 10))
        return noise[:10]


def new_ids(count: int) -> list[str]:
    """Many at once, in order, as 32 hexadecimal digits each."""
    ids = bytearray(os.urandom(16 * count))
    moment = (time.time_ns() // 1_000_000 & 0xFFFF_FFFF_FFFF).to_bytes(6, "big")
    for at, byte in enumerate(moment):
        ids[at::16] = bytes((byte,)) * count
    ids[6::16] = ids[6::16].translate(_VERSION)
    ids[8::16] = ids[8::16].translate(_VARIANT)
    digits = ids.hex()
    return sorted([digits[at : at + 32] for at in range(0, 32 * count, 32)])


class TooManyIds(Invalid):
    code = "ids.too_many"
    zh, en = "一次最多查询 {most} 个编号", "At most {most} ids at once"


class BadId(Invalid):
    code = "ids.bad"
    zh, en = "编号格式不正确", "An id is not well formed"


def ids_in(text: str) -> list[UUID]:
    """Up to `PAGE_MAX` different ids joined by commas, in the order given.

    Refuses: TooManyIds, BadId.
    """
    parts = text.split(",")
    if len(parts) > PAGE_MAX:
        raise TooManyIds(most=PAGE_MAX)
    try:
        return list(dict.fromkeys(UUID(part) for part in parts))
    except ValueError as error:
        raise BadId() from error


def derived_id(*parts: str) -> UUID:
    """The same id for the same parts, for effects that must not happen twice: a UUIDv5 of the OID
    namespace (RFC 9562 §5.5)."""
    digest = hashlib.sha1(_NAMESPACE + "\x1f".join(parts).encode(), usedforsecurity=False).digest()
    return UUID(int=int.from_bytes(digest[:16], "big") & _NAMED | _VERSION_5_AND_VARIANT)
