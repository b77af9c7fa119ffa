"""A stored draw: the same customers for the same salt, in Python and in SQL."""

import hashlib
from uuid import UUID

SPACE = 2**32


def threshold_of(share: float) -> int:
    """Draws below it are in; 0 is nobody, `SPACE` everyone."""
    return round(share * SPACE)


def draw(customer_id: UUID, salt: str) -> int:
    """The first 32 bits of SHA-256 over `salt:customer_id`, big-endian."""
    digest = hashlib.sha256(f"{salt}:{customer_id}".encode()).digest()
    return int.from_bytes(digest[:4], "big")
