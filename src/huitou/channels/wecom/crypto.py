"""The callback envelope of WeCom: SHA-1 signature over sorted parts, AES-256-CBC, block 32.

Source: developer.work.weixin.qq.com/document/path/90968; plaintext is 16 random bytes, the
message's length as uint32 big-endian, the message, and the receiver's id. Pure: randomness is
an argument.
"""

import base64
import binascii
import hashlib
import hmac
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from huitou.kernel.errors import Forbidden, Malformed

BLOCK = 32
NOISE = 16
HEAD = NOISE + 4


class BadSignature(Forbidden):
    code = "wecom.bad_signature"
    zh, en = "企业微信回调签名不正确", "The signature of the WeCom callback is wrong"


class WrongCorp(Forbidden):
    code = "wecom.wrong_corp"
    zh, en = "回调不属于本企业", "The callback belongs to another corporation"


class Undecipherable(Malformed):
    code = "wecom.undecipherable"
    zh, en = "企业微信回调无法解密", "The WeCom callback cannot be decrypted"


def signature(token: str, timestamp: str, nonce: str, encrypted: str) -> str:
    """`msg_signature`: lower-case hex SHA-1 of the four parts, sorted and joined."""
    parts = sorted([token, timestamp, nonce, encrypted])
    return hashlib.sha1("".join(parts).encode(), usedforsecurity=False).hexdigest()


def check_signature(given: str, token: str, timestamp: str, nonce: str, encrypted: str) -> None:
    """Refuses `wecom.bad_signature`; compares in constant time."""
    expected = signature(token, timestamp, nonce, encrypted)
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise BadSignature()


def encrypt(aes_key: str, message: bytes, receiver: str, noise: bytes) -> str:
    """Base64 ciphertext. `aes_key` is the 43-character EncodingAESKey, `noise` 16 random bytes."""
    assert len(noise) == NOISE
    plain = noise + struct.pack(">I", len(message)) + message + receiver.encode()
    padding = BLOCK - len(plain) % BLOCK
    encryptor = _cipher(aes_key).encryptor()
    sealed = encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()
    return base64.b64encode(sealed).decode()


def decrypt(aes_key: str, encrypted: str, receiver: str) -> bytes:
    """The message. Refuses `wecom.undecipherable` and, for another receiver, `wecom.wrong_corp`."""
    try:
        sealed = base64.b64decode(encrypted, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Undecipherable() from error
    if not sealed or len(sealed) % 16:
        raise Undecipherable()
    decryptor = _cipher(aes_key).decryptor()
    plain = _unpadded(decryptor.update(sealed) + decryptor.finalize())
    if len(plain) < HEAD:
        raise Undecipherable()
    (length,) = struct.unpack(">I", plain[NOISE:HEAD])
    if HEAD + length > len(plain):
        raise Undecipherable()
    if plain[HEAD + length :] != receiver.encode():
        raise WrongCorp()
    return plain[HEAD : HEAD + length]


def _unpadded(plain: bytes) -> bytes:
    padding = plain[-1]
    if not 1 <= padding <= min(BLOCK, len(plain)):
        raise Undecipherable()
    if plain[-padding:] != bytes([padding]) * padding:
        raise Undecipherable()
    return plain[:-padding]


def _cipher(aes_key: str) -> Cipher[modes.CBC]:
    try:
        key = base64.b64decode(aes_key + "=")
    except (binascii.Error, ValueError) as error:
        raise Undecipherable() from error
    if len(key) != 32:
        raise Undecipherable()
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))
