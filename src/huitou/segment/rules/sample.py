"""A stored draw: the same customers for the same salt, in Python and in SQL."""

import hashlib
from typing import LiteralString
from uuid import UUID

SPACE = 2**32
IN_POSTGRES: LiteralString = (
    "('x' || encode(substr(sha256(convert_to({} || ':' || c.id::text, 'UTF8')), 1, 4), 'hex'))"
    "::bit(32)::bigint"
)
IN_COPY: LiteralString = "drawn({}, c.uuid)"
"""`draw` in SQL, of the customer `c` and a salt to be put in."""


def threshold_of(share: float) -> int:
    """Draws below it are in; 0 is nobody, `SPACE` everyone."""
    return round(share * SPACE)


def draw(customer_id: UUID, salt: str) -> int:
    """The first 32 bits of SHA-256 over `salt:customer_id`, big-endian."""
    digest = hashlib.sha256(f"{salt}:{customer_id}".encode()).digest()
    return int.from_bytes(digest[:4], "big")
