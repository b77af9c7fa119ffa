"""TC3-HMAC-SHA256, Tencent Cloud's request signature. Pure.

Source: cloud.tencent.com/document/api/382/52071; agrees with tencentcloud-sdk-python 3.1.195.
"""

import hashlib
import hmac
from datetime import UTC, datetime

ALGORITHM = "TC3-HMAC-SHA256"
CONTENT_TYPE = "application/json"
SERVICE = "sms"
_SIGNED = "content-type;host"


def signature(secret: str, host: str, body: bytes, at: datetime) -> str:
    """The hex signature over a POST to `/` of the SMS service."""
    canonical = "\n".join(
        [
            "POST",
            "/",
            "",
            f"content-type:{CONTENT_TYPE}\nhost:{host}\n",
            _SIGNED,
            hashlib.sha256(body).hexdigest(),
        ]
    )
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"{ALGORITHM}\n{int(at.timestamp())}\n{scope(at)}\n{hashed}"
    key = f"TC3{secret}".encode()
    for part in scope(at).split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, to_sign.encode(), "sha256").hexdigest()


def scope(at: datetime) -> str:
    """`2026-01-02/sms/tc3_request`; the date is UTC's."""
    return f"{at.astimezone(UTC):%Y-%m-%d}/{SERVICE}/tc3_request"


def signed_headers(
    action: str,
    body: bytes,
    *,
    version: str,
    region: str,
    host: str,
    secret_id: str,
    secret: str,
    now: datetime,
) -> dict[str, str]:
    """All headers of a call, `authorization` among them."""
    signed = signature(secret, host, body, now)
    return {
        "host": host,
        "content-type": CONTENT_TYPE,
        "x-tc-action": action,
        "x-tc-version": version,
        "x-tc-region": region,
        "x-tc-timestamp": str(int(now.timestamp())),
        "authorization": f"{ALGORITHM} Credential={secret_id}/{scope(now)},"
        f" SignedHeaders={_SIGNED}, Signature={signed}",
    }
