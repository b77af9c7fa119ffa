"""Receipts and replies as reach reads them, whoever pushed them."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from huitou.kernel.errors import Malformed
from huitou.kernel.time import DEFAULT_ZONE
from huitou.reach.types.channels import Delivered, Failed

_T = TypeVar("_T")
_BODY_MAX = 4 * 1024 * 1024


class PushUnreadable(Malformed):
    """The pushed body is not what the provider documents."""

    code = "sms.push_unreadable"
    zh, en = "短信推送内容无法解析", "The SMS push cannot be read"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one SMS. `key` is the same for repeats of the same receipt."""

    key: str
    phone: str = field(repr=False)
    message_id: UUID | None
    """None where the provider does not tell it, or the SMS was not ours."""
    ref: str
    """The provider's own reference, as a submit gave it."""
    outcome: Delivered | Failed
    at: datetime
    """When the carrier reported it."""
    part_count: int = 1


@dataclass(frozen=True, slots=True)
class Reply:
    """A customer's SMS to us. `key` is the same for repeats of the same reply."""

    key: str
    phone: str = field(repr=False)
    content: str = field(repr=False)
    at: datetime
    is_optout: bool


class Pushed(BaseModel):
    """A row of a push. Fields added later are let through: refusing them would lose receipts."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True)


def parsed(adapter: TypeAdapter[_T], body: bytes) -> _T:
    """The rows of a pushed body. Refuses with `PushUnreadable`."""
    if len(body) > _BODY_MAX:
        raise PushUnreadable
    try:
        # Parsed first, then checked as Python values: no string is taken for a number or a flag.
        plain: Any = json.loads(body.decode("utf-8"))
        return adapter.validate_python(plain)
    except (ValidationError, ValueError):
        # The cause quotes the body, which holds numbers: it must not reach a log.
        raise PushUnreadable from None


def shanghai_time(text: str) -> datetime:
    """`2026-01-02 11:04:05` of a provider, in UTC. ValueError for anything else."""
    local = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=ZoneInfo(DEFAULT_ZONE))
    return local.astimezone(UTC)


def moment(value: object) -> object:
    """For a pydantic field: a provider's local time as an aware one."""
    return shanghai_time(value) if isinstance(value, str) else value


def key_of(*parts: str) -> str:
    """Hashed, for it is kept longer than the number may be."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
