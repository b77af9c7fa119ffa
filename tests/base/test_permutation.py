"""Numbers told as others, and signatures that anybody with the public key can check."""

import base64

import numpy as np
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from huitou.base.crypto import MerchantKeys
from huitou.base.permutation import BITS, Permutation

KEYS = MerchantKeys(b"k" * 32)


@given(st.lists(st.integers(0, 2**BITS - 1), min_size=1, max_size=50), st.binary(min_size=16))
def test_back_undoes_forward_and_stays_within_the_bits(numbers: list[int], key: bytes) -> None:
    permutation = Permutation(key)
    plain = np.array(numbers, dtype=np.uint64)
    told = permutation.forward(plain)
    assert int(told.max()) < 2**BITS
    assert permutation.back(told).tolist() == numbers
    assert permutation.forward(permutation.back(plain)).tolist() == numbers
    assert [int(permutation.forward(plain[n : n + 1])[0]) for n in range(len(plain))] == (
        told.tolist()
    )


def test_neighbours_are_told_as_strangers() -> None:
    told = KEYS.codes.forward(np.arange(10_000, dtype=np.uint64))
    changed = np.bitwise_count(told[:-1] ^ told[1:])
    # Of 60 bits half change, as with a coin: the mean of 10,000 lies within five deviations.
    assert abs(float(changed.mean()) - 30) < 5 * (60**0.5 / 2) / 100


@given(st.binary(max_size=200))
def test_a_signature_is_checked_with_the_public_key_alone(message: bytes) -> None:
    signature, key = KEYS.sign(message), KEYS.public_key()
    x, y = (int.from_bytes(base64.urlsafe_b64decode(key[name] + "=")) for name in "xy")
    public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
    r, s = int.from_bytes(signature[:32]), int.from_bytes(signature[32:])
    public.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(SHA256()))
    assert KEYS.has_signed(message, signature)
    assert not KEYS.has_signed(message + b".", signature)
    assert not KEYS.has_signed(message, signature[:-1])
    assert not KEYS.has_signed(message, bytes(64))
    assert not MerchantKeys(b"o" * 32).has_signed(message, signature)
