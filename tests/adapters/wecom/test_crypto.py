"""The vectors of the protocol, and every way a ciphertext can be wrong."""

import base64

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from hypothesis import given, settings
from hypothesis import strategies as st

from huitou.channels.wecom import crypto

AES_KEY = "cD0d7jx4tYvVtzqrmh3Dm3QFCXe6f8SlHoMtMh3qQEP"
TOKEN = "kz7Yx62CH8SaLN"
CORP = "ww0123456789abcdef"
NOISE = b"0123456789abcdef"
SEALED = "go+F1sQCEw+oZE/jt2es8tIyHuGBqC6AAMToVbPUvjTxFk/C42DlXvLZ6fKSJ8gFr/29QbbyvLI+ArNmskbuSw=="


def test_the_signature_vector_of_the_platform() -> None:
    encrypted = (
        "6KmUQuPVu7UhjyVqRdbo5SfcRqaHvbUlKSHFvBV2ZuR6TIlKsygcfeSd1GDplg1C5KSKr6UPHCaC/nIX3ZNt9w=="
    )
    token = "kjr2TKI8umCBfVF3wAHk8JiPwma5VBme"
    signed = crypto.signature(token, "1583940690", "VHh7ymSeb0jc4lSb", encrypted)
    assert signed == "1ba3cb09c0d2c2b3ed6900d37f91a6efae6cb011"


def test_the_encryption_vector() -> None:
    assert crypto.encrypt(AES_KEY, b"1616140317555161061", CORP, NOISE) == SEALED
    assert crypto.decrypt(AES_KEY, SEALED, CORP) == b"1616140317555161061"
    signed = crypto.signature(TOKEN, "1767323045", "n1", SEALED)
    assert signed == "b779dd00683239af306f80d479b70640ac6010b7"


@settings(deadline=None)
@given(st.binary(max_size=200), st.binary(min_size=16, max_size=16))
def test_what_is_encrypted_is_decrypted(message: bytes, noise: bytes) -> None:
    assert crypto.decrypt(AES_KEY, crypto.encrypt(AES_KEY, message, CORP, noise), CORP) == message


@settings(deadline=None)
@given(st.binary(max_size=160))
def test_noise_is_refused_never_a_crash(sealed: bytes) -> None:
    with pytest.raises((crypto.Undecipherable, crypto.WrongCorp)):
        crypto.decrypt(AES_KEY, base64.b64encode(sealed).decode(), CORP)


@pytest.mark.parametrize("text", ["", "====", "不是", "AAAA", SEALED[:-4]])
def test_what_is_no_ciphertext_is_refused(text: str) -> None:
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt(AES_KEY, text, CORP)


@pytest.mark.parametrize("padding", [b"\x00" * 12, b"\x21" * 12, b"\x01" * 11 + b"\x0c"])
def test_wrong_padding_is_refused(padding: bytes) -> None:
    """Block 32, every padding byte alike: what AES alone would let pass is refused."""
    plain = NOISE + (2).to_bytes(4) + b"ok" + CORP.encode()
    plain += b"." * (-(len(plain) + 12) % 16) + padding
    key = base64.b64decode(AES_KEY + "=")
    encryptor = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    sealed = encryptor.update(plain) + encryptor.finalize()
    with pytest.raises(crypto.Undecipherable):
        crypto.decrypt(AES_KEY, base64.b64encode(sealed).decode(), CORP)


def test_another_corporation_is_refused() -> None:
    with pytest.raises(crypto.WrongCorp):
        crypto.decrypt(AES_KEY, SEALED, "ww9999999999999999")
    with pytest.raises(crypto.WrongCorp):
        crypto.decrypt(AES_KEY, SEALED, CORP[:-1])


@pytest.mark.parametrize("part", range(4))
def test_every_part_is_signed(part: int) -> None:
    parts = [TOKEN, "1767323045", "n1", SEALED]
    signed = crypto.signature(*parts)
    crypto.check_signature(signed, *parts)
    parts[part] += "x"
    with pytest.raises(crypto.BadSignature):
        crypto.check_signature(signed, *parts)
