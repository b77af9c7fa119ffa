"""HMAC-SHA256 over time and body, both ways. Pure.

`x-huitou-timestamp` holds Unix seconds; `x-huitou-signature` the lower-case hex of
HMAC-SHA256(secret, timestamp + "." + body). Whoever checks refuses a time more than five minutes off.
"""

import hmac
from datetime import datetime, timedelta

TIMESTAMP, SIGNATURE = "x-huitou-timestamp", "x-huitou-signature"
WINDOW = timedelta(minutes=5)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Over the body exactly as it is sent."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, "sha256").hexdigest()


def signed_headers(secret: str, body: bytes, now: datetime) -> dict[str, str]:
    """The two headers of a request."""
    timestamp = str(int(now.timestamp()))
    return {TIMESTAMP: timestamp, SIGNATURE: signature(secret, timestamp, body)}


def is_signed(secret: str, timestamp: str, given: str, body: bytes, now: datetime) -> bool:
    """Is it signed with this secret, and now?"""
    if not timestamp.isdecimal() or len(timestamp) > 12:
        return False
    if abs(now.timestamp() - int(timestamp)) > WINDOW.total_seconds():
        return False
    return hmac.compare_digest(signature(secret, timestamp, body).encode(), given.encode())
