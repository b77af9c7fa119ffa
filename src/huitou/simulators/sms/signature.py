"""Checks ACS3-HMAC-SHA256 over whatever SignedHeaders names, as Aliyun's gateway does.

Written apart from the channel's signer, so that one mistake cannot hide in both.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from huitou.simulators.sms.store import Store

WINDOW = timedelta(minutes=15)
_AUTHORIZATION = re.compile(
    r"ACS3-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([a-z0-9;\-]+), ?Signature=([0-9a-f]{64})"
)
_REQUIRED = {
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
}


@dataclass(frozen=True, slots=True)
class Denied:
    """An answer of the gateway, before the business is asked."""

    status: int
    code: str
    message: str


def denial(
    store: Store,
    headers: Mapping[str, str],
    raw_query: str,
    body: bytes,
    *,
    now: datetime,
) -> Denied | None:
    """Why a POST to `/` is not let in, or None. Uses the nonce up when it is."""
    matched = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if matched is None:
        return Denied(400, "IncompleteSignature", "The request signature is incomplete.")
    key_id, signed_names, given = matched.groups()
    names = signed_names.split(";")
    if not set(names) >= _REQUIRED or any(name not in headers for name in names):
        return Denied(400, "IncompleteSignature", "A header that must be signed is missing.")
    secret = store.find_secret(key_id)
    if secret is None:
        return Denied(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
    digest = hashlib.sha256(body).hexdigest()
    if headers["x-acs-content-sha256"] != digest or not hmac.compare_digest(
        expected(headers, names, raw_query, digest, secret), given
    ):
        return Denied(
            400,
            "SignatureDoesNotMatch",
            "Specified signature is not matched with our calculation.",
        )
    if not _is_timely(headers["x-acs-date"], now):
        return Denied(400, "InvalidTimeStamp.Expired", "Specified time stamp is expired.")
    is_new = store.add_nonce(
        key_id,
        headers["x-acs-signature-nonce"],
        at_ms=int(now.timestamp() * 1000),
        forget_before_ms=int((now - 2 * WINDOW).timestamp() * 1000),
    )
    if not is_new:
        return Denied(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
    return None


def expected(
    headers: Mapping[str, str], names: list[str], raw_query: str, digest: str, secret: str
) -> str:
    """The signature that a request with these signed headers must carry, in hex."""
    pairs = sorted(parse_qsl(raw_query, keep_blank_values=True))
    query = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in pairs)
    block = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(names))
    canonical = f"POST\n/\n{query}\n{block}\n{';'.join(sorted(names))}\n{digest}"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"ACS3-HMAC-SHA256\n{hashed}".encode()
    return hmac.new(secret.encode(), to_sign, hashlib.sha256).hexdigest()


def _is_timely(text: str, now: datetime) -> bool:
    try:
        signed_at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return False
    return abs(now - signed_at) <= WINDOW
