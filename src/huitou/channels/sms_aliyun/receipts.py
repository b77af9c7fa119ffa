"""What Aliyun pushes to us: SmsReport (receipts) and SmsUp (replies). Pure.

Source: help.aliyun.com, HTTP batch push. Answer `RECEIVED` within seconds, or Aliyun pushes the
same again after 1, 5 and 10 minutes; it may also repeat what was answered: drop by `key`.
"""

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, TypeVar
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from huitou.channels.sms_aliyun.channel import shanghai_time
from huitou.kernel.errors import Malformed
from huitou.reach.types.channels import Delivered, Failed

RECEIVED: dict[str, int | str] = {"code": 0, "msg": "接收成功"}

_T = TypeVar("_T")
_BODY_MAX = 4 * 1024 * 1024

_KEYWORDS = "R|TD|T|N|NO|QX|0000|STOP|UNSUBSCRIBE|CANCEL|退|取消|退出|退订|拒绝|拒收"
_KEYWORD = re.compile(rf"(?:请?回复?|请?发送?)?({_KEYWORDS})\1*")
_PHRASES = ("退订", "拒收", "取消订阅", "不要再发", "别再发", "不要给我发", "别给我发", "勿扰")


class PushUnreadable(Malformed):
    """The pushed body is not what Aliyun documents."""

    code = "sms.push_unreadable"
    zh, en = "短信推送内容无法解析", "The SMS push cannot be read"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one SMS. `key` is the same for repeats of the same receipt."""

    key: str
    phone: str = field(repr=False)
    message_id: UUID | None
    """None when the SMS was not sent by us with our OutId."""
    outcome: Delivered | Failed
    at: datetime
    """When the carrier reported it."""
    part_count: int


@dataclass(frozen=True, slots=True)
class Reply:
    """A customer's SMS to us. `key` is the same for repeats of the same reply."""

    key: str
    phone: str = field(repr=False)
    content: str = field(repr=False)
    at: datetime
    is_optout: bool


def parse_reports(body: bytes) -> list[Receipt]:
    """The receipts of one SmsReport push, in its order. Refuses with `PushUnreadable`."""
    return [_receipt(report) for report in _parsed(_REPORTS, body)]


def parse_replies(body: bytes) -> list[Reply]:
    """The replies of one SmsUp push, in its order. Refuses with `PushUnreadable`."""
    return [_reply(upstream) for upstream in _parsed(_UPSTREAMS, body)]


def is_optout(text: str) -> bool:
    """Whether a reply asks us to stop: a keyword alone in any width and case, or a clear phrase.

    When in doubt it is one: a customer kept silent costs less than one annoyed against the law.
    """
    wide = unicodedata.normalize("NFKC", text).upper()
    bare = "".join(char for char in wide if unicodedata.category(char)[0] in "LN")
    return _KEYWORD.fullmatch(bare) is not None or any(phrase in bare for phrase in _PHRASES)


class _Pushed(BaseModel):
    # Fields Aliyun adds later are let through: refusing them would lose every receipt.
    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True)


def _moment(value: object) -> object:
    return shanghai_time(value) if isinstance(value, str) else value


_Moment = Annotated[datetime, BeforeValidator(_moment)]
_Phone = Annotated[str, Field(min_length=1, max_length=20)]


class _Report(_Pushed):
    phone_number: _Phone
    report_time: _Moment
    success: bool
    err_code: str | None = None
    err_msg: str | None = None
    sms_size: Annotated[str, Field(pattern=r"^[0-9]{1,3}$")] = "1"
    biz_id: Annotated[str, Field(min_length=1, max_length=100)]
    out_id: str | None = None


class _Upstream(_Pushed):
    phone_number: _Phone
    content: Annotated[str, Field(max_length=2000)]
    send_time: _Moment
    dest_code: str | None = None
    sequence_id: int | str


_REPORTS = TypeAdapter(list[_Report])
_UPSTREAMS = TypeAdapter(list[_Upstream])


def _parsed(adapter: TypeAdapter[_T], body: bytes) -> _T:
    if len(body) > _BODY_MAX:
        raise PushUnreadable
    try:
        # Parsed first, then checked as Python values: no string is taken for a number or a flag.
        return adapter.validate_python(_json(body))
    except (ValidationError, ValueError):
        # The cause quotes the body, which holds numbers: it must not reach a log.
        raise PushUnreadable from None


def _json(body: bytes) -> Any:
    return json.loads(body.decode("utf-8"))


def _receipt(report: _Report) -> Receipt:
    phone = report.phone_number
    outcome: Delivered | Failed
    if report.success:
        outcome = Delivered(report.biz_id, report.report_time)
    else:
        detail = (report.err_msg or "")[:200].replace(phone, "***")
        outcome = Failed(report.err_code or "failed", detail)
    return Receipt(
        key=_key(report.biz_id, phone),
        phone=phone,
        message_id=_message_id(report.out_id),
        outcome=outcome,
        at=report.report_time,
        part_count=int(report.sms_size),
    )


def _reply(upstream: _Upstream) -> Reply:
    phone, content = upstream.phone_number, upstream.content
    return Reply(
        key=_key(
            str(upstream.sequence_id), upstream.dest_code or "", phone, str(upstream.send_time)
        ),
        phone=phone,
        content=content,
        at=upstream.send_time,
        is_optout=is_optout(content),
    )


def _key(*parts: str) -> str:
    """Hashed, for it is kept longer than the number may be."""
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def _message_id(out_id: str | None) -> UUID | None:
    try:
        return UUID(hex=out_id) if out_id and len(out_id) == 32 else None
    except ValueError:
        return None
