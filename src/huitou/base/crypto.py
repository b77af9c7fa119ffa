"""Keys of a merchant: keyed hashes to compare personal values by, and sealing to keep them.

The master key lives outside the database (`HUITOU_MASTER_KEY` or a file kept apart from backups).
Each merchant has a random key, wrapped by the master; from it come one key for hashing (HMAC-SHA-256)
and one for sealing (AES-256-GCM). Destroying the merchant's key makes everything sealed unreadable.
"""

import base64
import hashlib
import hmac
import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class MerchantKeys:
    """Hash and seal for one merchant."""

    def __init__(self, secret: bytes) -> None:
        self._hashing = hmac.digest(secret, b"huitou/blind", "sha256")
        self._sealing = AESGCM(hmac.digest(secret, b"huitou/seal", "sha256"))

    def blind(self, text: str) -> bytes:
        """32 bytes: equal for equal text, meaningless without the merchant's key."""
        return hmac.digest(self._hashing, text.encode(), "sha256")

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
