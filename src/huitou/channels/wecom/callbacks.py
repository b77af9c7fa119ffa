"""What WeCom tells us: the handshake of the callback address, and events as typed values.

Source: developer.work.weixin.qq.com/document/path/90930 and 92130. WeCom waits 5 s and tries
three times, so answer at once, work later, and drop what has a `key` already seen.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime

from huitou.channels.wecom import crypto
from huitou.channels.wecom.config import WeComConfig
from huitou.channels.wecom.xml import BadXml, read_fields

CONTACT_EVENT = "change_external_contact"


@dataclass(frozen=True, slots=True)
class ContactAdded:
    """A customer and a member became friends. `welcome_code` lives 20 s and may be absent."""

    user: str
    external_userid: str = field(repr=False)
    state: str
    welcome_code: str | None = field(repr=False)
    at: datetime
    key: str
    is_half: bool = False
    """The customer added a member who accepts everybody and has not added back."""


@dataclass(frozen=True, slots=True)
class ContactRemoved:
    """The friendship ended: `is_by_customer` tells a customer leaving from a member's clean-up."""

    user: str
    external_userid: str = field(repr=False)
    is_by_customer: bool
    source: str
    """`DELETE_BY_TRANSFER` when a hand-over did it, else empty."""
    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class Other:
    """Any other callback: acknowledge and keep. `change` is the ChangeType, if any."""

    event: str
    change: str
    fields: dict[str, str] = field(repr=False)
    at: datetime
    key: str


CallbackEvent = ContactAdded | ContactRemoved | Other


class WeComCallbacks:
    """Reads one corporation's callbacks."""

    def __init__(self, config: WeComConfig) -> None:
        self._config = config

    def verify(self, msg_signature: str, timestamp: str, nonce: str, echostr: str) -> str:
        """The plaintext to answer a GET with, raw and within 1 s.

        Refuses `wecom.bad_signature`, `wecom.undecipherable`, `wecom.wrong_corp`.
        """
        return self._open(msg_signature, timestamp, nonce, echostr).decode("utf-8", "strict")

    def parse(self, msg_signature: str, timestamp: str, nonce: str, body: bytes) -> CallbackEvent:
        """The event of a POST body.

        Refuses as `verify` does, and `wecom.bad_xml`, `wecom.xml_too_large`.
        """
        encrypted = read_fields(body).get("Encrypt", "")
        return event_of(read_fields(self._open(msg_signature, timestamp, nonce, encrypted)))

    def _open(self, msg_signature: str, timestamp: str, nonce: str, encrypted: str) -> bytes:
        crypto.check_signature(msg_signature, self._config.token, timestamp, nonce, encrypted)
        aes_key = self._config.encoding_aes_key.get_secret_value()
        return crypto.decrypt(aes_key, encrypted, self._config.corp_id)


def event_of(fields: dict[str, str]) -> CallbackEvent:
    """The typed event of a decrypted callback's fields. Refuses `wecom.bad_xml` without a time."""
    event, change = fields.get("Event", fields.get("MsgType", "")), fields.get("ChangeType", "")
    user, customer = fields.get("UserID", ""), fields.get("ExternalUserID", "")
    at, key = _time_of(fields), _key_of(fields)
    if event == CONTACT_EVENT and user and customer:
        if change in ("add_external_contact", "add_half_external_contact"):
            return ContactAdded(
                user=user,
                external_userid=customer,
                state=fields.get("State", ""),
                welcome_code=fields.get("WelcomeCode") or None,
                at=at,
                key=key,
                is_half=change == "add_half_external_contact",
            )
        if change in ("del_follow_user", "del_external_contact"):
            return ContactRemoved(
                user=user,
                external_userid=customer,
                is_by_customer=change == "del_follow_user",
                source=fields.get("Source", ""),
                at=at,
                key=key,
            )
    return Other(event=event, change=change, fields=fields, at=at, key=key)


def _time_of(fields: dict[str, str]) -> datetime:
    try:
        return datetime.fromtimestamp(int(fields.get("CreateTime", "")), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise BadXml() from error


def _key_of(fields: dict[str, str]) -> str:
    """Events carry no id; a repeated delivery repeats every field, so their digest is the id."""
    canonical = json.dumps(sorted(fields.items()), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()
