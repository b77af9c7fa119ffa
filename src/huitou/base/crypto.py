"""Keys of a merchant: keyed hashes to compare personal values by, and sealing to keep them.

The master key lives outside the database (`HUITOU_MASTER_KEY` or a file kept apart from backups).
Each merchant has a random key, wrapped by the master; from it come one key for hashing (HMAC-SHA-256)
and one for sealing (AES-256-GCM), one for telling numbers as codes, and a pair for signing (ECDSA
P-256). Destroying the merchant's key makes everything sealed unreadable.
"""

import base64
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256

from huitou.base.permutation import Permutation

SHORT_BLIND_BYTES = 15
_NONCE_BYTES = 12
_P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_P256_BYTES = 32


class MerchantKeys:
    """Hash, seal, tell numbers as codes and sign for one merchant."""

    def __init__(self, secret: bytes) -> None:
        self._hashing = hmac.digest(secret, b"huitou/blind", "sha256")
        self._sealing = AESGCM(hmac.digest(secret, b"huitou/seal", "sha256"))
        self.codes = Permutation(hmac.digest(secret, b"huitou/codes", "sha256"))
        # FIPS 186-5 A.2.1: 256 bits more than the order has, so that no scalar is more likely.
        scalar = int.from_bytes(hmac.digest(secret, b"huitou/sign", "sha512"))
        self._signing = ec.derive_private_key(scalar % (_P256_ORDER - 1) + 1, ec.SECP256R1())

    def blind(self, text: str) -> bytes:
        """32 bytes: equal for equal text, meaningless without the merchant's key."""
        return hmac.digest(self._hashing, text.encode(), "sha256")

    def short_blind(self, text: str) -> bytes:
        """The beginning of `blind`, for identifiers, of which there are most: of a hundred million two
        are alike with a probability of 2⁻⁶⁷. With the byte for its length it fills two words of eight."""
        return self.blind(text)[:SHORT_BLIND_BYTES]

    def seal(self, text: str) -> bytes:
        """Encrypted, different each time."""
        return self.seal_bytes(text.encode())

    def open(self, sealed: bytes) -> str:
        """The text that was sealed. A value sealed under another key is a programmer's mistake."""
        return self.open_bytes(sealed).decode()

    def seal_bytes(self, content: bytes) -> bytes:
        """The same for what is no text."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._sealing.encrypt(nonce, content, None)

    def open_bytes(self, sealed: bytes) -> bytes:
        """The same for what is no text."""
        try:
            return self._sealing.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], None)
        except InvalidTag as error:
            raise AssertionError("sealed under another key") from error

    def sign(self, message: bytes) -> bytes:
        """64 bytes r‖s (IEEE P1363, as browsers verify it), ECDSA P-256 with SHA-256."""
        r, s = utils.decode_dss_signature(self._signing.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(_P256_BYTES) + s.to_bytes(_P256_BYTES)

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Is it this merchant's signature?"""
        if len(signature) != 2 * _P256_BYTES:
            return False
        r, s = signature[:_P256_BYTES], signature[_P256_BYTES:]
        encoded = utils.encode_dss_signature(int.from_bytes(r), int.from_bytes(s))
        try:
            self._signing.public_key().verify(encoded, message, ec.ECDSA(SHA256()))
        except InvalidSignature:
            return False
        return True

    def public_key(self) -> dict[str, str]:
        """The public half as a JSON Web Key (RFC 7517)."""
        point = self._signing.public_key().public_numbers()
        x, y = (base64url(each.to_bytes(_P256_BYTES)) for each in (point.x, point.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


def base64url(content: bytes) -> str:
    """Without padding (RFC 7515)."""
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class MasterKey:
    """Wraps merchants' keys."""

    def __init__(self, secret: bytes) -> None:
        self._cipher = AESGCM(hashlib.sha256(b"huitou/master" + secret).digest())

    @classmethod
    def load(cls, path: Path) -> "MasterKey":
        """From `HUITOU_MASTER_KEY` (base64, ≥ 32 bytes) or `path`, made there on first use, 0600."""
        given = os.environ.get("HUITOU_MASTER_KEY")
        if given:
            return cls(base64.b64decode(given))
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return cls(base64.b64decode(path.read_text()))
        secret = os.urandom(32)
        with os.fdopen(descriptor, "w") as file:
            file.write(base64.b64encode(secret).decode())
            file.flush()
            os.fsync(file.fileno())
        return cls(secret)

    def wrap_new(self) -> bytes:
        """A new merchant's key, wrapped."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, os.urandom(32), None)

    def unwrap(self, wrapped: bytes) -> MerchantKeys:
        """The keys of the merchant whose wrapped key this is."""
        return MerchantKeys(
            self._cipher.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], None)
        )
