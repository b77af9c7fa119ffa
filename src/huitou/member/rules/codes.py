"""The member code: what a customer shows at the counter, another every half minute. Pure.

As a time-based one-time password (RFC 6238) it is a keyed hash of the customer and of the half
minute; it also has to say whose it is, so the ordinal travels in it, hidden under a pad that comes
from the hash (a synthetic initialisation vector, RFC 5297): equal only for the same customer in the
same half minute, and nobody without the key learns an ordinal or makes a code.

`M` and 21 characters of Crockford's base32: a QR code reads it in its small alphanumeric mode, and
a person can type it.
"""

import hmac
from collections.abc import Callable
from datetime import datetime

STEP_SECONDS = 30
AHEAD = 1
BEHIND = 2
"""Steps a code is taken before and after its own: clocks differ, and people take a moment."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TAG = 8
_ORDINAL = 5
_DIGITS = 21
_MISREAD = str.maketrans("OIL", "011")


def step_of(moment: datetime) -> int:
    """The half minute a moment is in."""
    return int(moment.timestamp()) // STEP_SECONDS


def code_of(ordinal: int, step: int, sign: Callable[[str], bytes]) -> str:
    """The code of a customer in a half minute."""
    tag = _tag(ordinal, step, sign)
    hidden = bytes(
        a ^ b for a, b in zip(ordinal.to_bytes(_ORDINAL, "big"), _pad(tag, sign), strict=True)
    )
    number = int.from_bytes(tag + hidden, "big")
    return "M" + "".join(_ALPHABET[number >> 5 * at & 31] for at in reversed(range(_DIGITS)))


def ordinal_in(code: str, step: int, sign: Callable[[str], bytes]) -> int | None:
    """Whose code it is at this half minute; None for wrong and old ones."""
    number = _number(code)
    if number is None:
        return None
    raw = number.to_bytes(_TAG + _ORDINAL, "big")
    tag, hidden = raw[:_TAG], raw[_TAG:]
    ordinal = int.from_bytes(
        bytes(a ^ b for a, b in zip(hidden, _pad(tag, sign), strict=True)), "big"
    )
    possible = range(step - BEHIND, step + AHEAD + 1)
    is_ours = any(hmac.compare_digest(_tag(ordinal, each, sign), tag) for each in possible)
    return ordinal if is_ours else None


def normal(text: str) -> str:
    """A code as it is compared: without spaces and hyphens, in capitals."""
    return text.upper().replace(" ", "").replace("-", "")


def _number(code: str) -> int | None:
    if len(code) != 1 + _DIGITS or code[0] != "M":
        return None
    number = 0
    for letter in code[1:].translate(_MISREAD):
        digit = _ALPHABET.find(letter)
        if digit < 0:
            return None
        number = number << 5 | digit
    return number if number < 1 << 8 * (_TAG + _ORDINAL) else None


def _tag(ordinal: int, step: int, sign: Callable[[str], bytes]) -> bytes:
    return sign(f"member.code|{ordinal}|{step}")[:_TAG]


def _pad(tag: bytes, sign: Callable[[str], bytes]) -> bytes:
    return sign(f"member.pad|{tag.hex()}")[:_ORDINAL]
