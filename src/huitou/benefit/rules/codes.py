"""A coupon's code: its template's number and its serial, told so that nobody can guess another.

12 characters of Crockford's base32 (https://www.crockford.com/base32.html: no I, L, O, U) and a check
character. Codes are not kept: the merchant's key makes and reads them. Pure.
"""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from huitou.base.permutation import BITS, Numbers, Permutation
from huitou.benefit.types.coupon_refusals import Mistyped

Symbols = TypeVar("Symbols", int, NDArray[np.uint8])

LENGTH = 13
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS = np.frombuffer(_ALPHABET.encode(), dtype=np.uint8)
_VALUES = {letter: value for value, letter in enumerate(_ALPHABET)} | {"O": 0, "I": 1, "L": 1}
_DIGITS = BITS // 5
_SERIAL_BITS = 40
_POLYNOMIAL = 0b100101
"""x^5 + x^2 + 1: primitive, so that the powers of x up to the 30th differ."""


def codes_of(permutation: Permutation, number: int, serials: Sequence[int] | Numbers) -> list[str]:
    """The codes of these coupons of the template with that number."""
    plain = np.uint64(number) << np.uint64(_SERIAL_BITS) | np.asarray(serials, dtype=np.uint64)
    told = permutation.forward(plain)
    shifts = np.arange(BITS - 5, -5, -5, dtype=np.uint64)
    digits = (told[:, None] >> shifts & np.uint64(31)).astype(np.uint8)
    check = np.zeros(len(told), dtype=np.uint8)
    for column in range(_DIGITS):
        check = _times_x(check) ^ digits[:, column]
    whole = np.column_stack([digits, _times_x(check)])
    text = _LETTERS[whole].tobytes().decode()
    return [text[at : at + LENGTH] for at in range(0, len(text), LENGTH)]


def code_of(permutation: Permutation, number: int, serial: int) -> str:
    """One code."""
    return codes_of(permutation, number, [serial])[0]


def read(permutation: Permutation, text: str) -> tuple[int, int]:
    """The template's number and the serial that a code tells, if there are such.

    Takes small letters, spaces and dashes. Refuses `coupon.mistyped`: the check character finds
    every wrong character and every two that changed places (a Reed-Solomon code over GF(32) with
    one check symbol). A code that is well formed and made up tells numbers that nobody gave.
    """
    letters = [letter for letter in text.upper() if letter not in " -\t\u3000"]
    if len(letters) != LENGTH or not _VALUES.keys() >= set(letters):
        raise Mistyped()
    told, check = 0, 0
    for letter in letters[:-1]:
        told = told << 5 | _VALUES[letter]
        check = _times_x(check) ^ _VALUES[letter]
    if _times_x(check) != _VALUES[letters[-1]]:
        raise Mistyped()
    plain = int(permutation.back(np.array([told], dtype=np.uint64))[0])
    return plain >> _SERIAL_BITS, plain & ((1 << _SERIAL_BITS) - 1)


def _times_x(value: Symbols) -> Symbols:
    """`value` · x in GF(32), of one or of a whole array."""
    if isinstance(value, int):
        return value << 1 ^ (value >> 4) * _POLYNOMIAL
    one, four = np.uint8(1), np.uint8(4)
    return value << one ^ (value >> four) * np.uint8(_POLYNOMIAL)
