"""ACS3-HMAC-SHA256, Aliyun's request signature. Pure.

Source: alibabacloud-tea-openapi 0.4.6 (`Client.get_authorization`), agreed with by execution.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

ALGORITHM = "ACS3-HMAC-SHA256"


def canonical_query(query: Mapping[str, str]) -> str:
    """The sorted query, both sides percent-encoded by RFC 3986 (space is `%20`)."""
    return "&".join(f"{_encoded(name)}={_encoded(query[name])}" for name in sorted(query))


def signature(
    method: str, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, *, secret: str
) -> str:
    """The hex signature over path `/`; `headers` are those to sign, with lower-case names."""
    names = sorted(headers)
    canonical = "\n".join(
        [
            method,
            "/",
            canonical_query(query),
            "".join(f"{name}:{headers[name].strip()}\n" for name in names),
            ";".join(names),
            hashlib.sha256(body).hexdigest(),
        ]
    )
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()


def signed_headers(
    action: str,
    query: Mapping[str, str],
    *,
    version: str,
    host: str,
    key_id: str,
    secret: str,
    nonce: str,
    now: datetime,
) -> dict[str, str]:
    """All headers of a POST to `/` with an empty body, `authorization` among them."""
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        "x-acs-date": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": version,
    }
    signed = signature("POST", query, headers, b"", secret=secret)
    names = ";".join(sorted(headers))
    credential = f"Credential={key_id},SignedHeaders={names},Signature={signed}"
    return {**headers, "authorization": f"{ALGORITHM} {credential}"}


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
