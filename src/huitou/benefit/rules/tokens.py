"""One-time tokens that a customer's phone shows and another phone checks without a network. Pure.

`HT1.<payload>.<signature>`: two parts in base64url without padding, the signature over everything
before it and the dot. See `types.redeeming.OfflineKit` for the fields.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from huitou.base.crypto import MerchantKeys, base64url
from huitou.benefit.types.coupon_refusals import BadToken

PREFIX = "HT1."
NONCE_BYTES = 9
SKEW = timedelta(minutes=2)
"""How much two clocks may differ."""
LATE = timedelta(days=30)
"""How long after a redemption without a network it may be told."""
TOKENS_MAX = 20
_LENGTH_MAX = 1_000


class Payload(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Code, template's number, nonce, not after and the coupon's end in Unix seconds, whether it
    may be redeemed without a network."""

    c: str
    t: int
    n: str
    x: int
    e: int | None
    o: bool


@dataclass(frozen=True, slots=True)
class Read:
    """A token whose signature is right."""

    code: str
    nonce: str
    not_after: datetime


def is_token(text: str) -> bool:
    """Was a token scanned, rather than a code typed?"""
    return text.strip().startswith(PREFIX)


def make(keys: MerchantKeys, payload: Payload) -> str:
    """The token."""
    head = PREFIX + base64url(msgspec.json.encode(payload))
    return f"{head}.{base64url(keys.sign(head.encode()))}"


def read(keys: MerchantKeys, text: str) -> Read:
    """What a token says. Refuses `coupon.bad_token`: not signed by this merchant."""
    head, _, signature = text.strip().rpartition(".")
    if len(text) > _LENGTH_MAX or not head.startswith(PREFIX) or not text.isascii():
        raise BadToken()
    if not keys.has_signed(head.encode(), _bytes(signature)):
        raise BadToken()
    payload = msgspec.json.decode(_bytes(head.removeprefix(PREFIX)), type=Payload)
    return Read(payload.c, payload.n, datetime.fromtimestamp(payload.x, UTC))


def _bytes(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadToken() from error
