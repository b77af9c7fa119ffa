"""Links and sessions: who somebody is, signed with the merchant's key. Pure.

A token is base64url of `merchant (16) | subject (16) | seconds since 1970 (5) | tag (16)`; the tag
is the first half of HMAC-SHA-256 over a purpose and the rest, so that a link is no session. It says
whose key to check it with before it is checked; nothing in it is personal.
"""

import base64
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from huitou.member.types import Claim

Purpose = Literal["link", "session", "door"]
"""`link` opens the page, `session` keeps it open, `door` waits for identity to say who a proven
phone number is."""

LINK_LIFE = timedelta(days=7)
SESSION_LIFE = timedelta(hours=12)
DOOR_LIFE = timedelta(hours=1)

_BODY = 16 + 16 + 5
_TAG = 16
_LENGTH = -(-(_BODY + _TAG) * 4 // 3)


def token_of(purpose: Purpose, claim: Claim, sign: Callable[[str], bytes]) -> str:
    """The token; `sign` is the merchant's keyed hash."""
    seconds = int(claim.expires_at.timestamp())
    body = claim.merchant.bytes + claim.subject.bytes + seconds.to_bytes(5, "big")
    return _text(body + _tag(purpose, body, sign))


def merchant_in(token: str) -> UUID | None:
    """Whose key to check it with; None for what cannot be a token."""
    raw = _raw(token)
    return UUID(bytes=raw[:16]) if raw else None


def claim_of(
    purpose: Purpose, token: str, sign: Callable[[str], bytes], now: datetime
) -> Claim | None:
    """What a token says, if it is one of ours for this purpose and not over."""
    raw = _raw(token)
    if raw is None:
        return None
    body, tag = raw[:_BODY], raw[_BODY:]
    if not hmac.compare_digest(tag, _tag(purpose, body, sign)):
        return None
    expires_at = datetime.fromtimestamp(int.from_bytes(body[32:], "big"), UTC)
    if expires_at <= now:
        return None
    return Claim(UUID(bytes=body[:16]), UUID(bytes=body[16:32]), expires_at)


def _tag(purpose: Purpose, body: bytes, sign: Callable[[str], bytes]) -> bytes:
    return sign(f"member.{purpose}|{body.hex()}")[:_TAG]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _raw(token: str) -> bytes | None:
    if len(token) != _LENGTH or not token.isascii():
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
    except ValueError:
        return None
    return raw if len(raw) == _BODY + _TAG and _text(raw) == token else None
