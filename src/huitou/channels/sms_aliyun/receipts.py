"""What Aliyun pushes to us: SmsReport (receipts) and SmsUp (replies). Pure.

Source: help.aliyun.com, HTTP batch push. Answer `RECEIVED` within seconds, or Aliyun pushes the
same again after 1, 5 and 10 minutes; it may also repeat what was answered: drop by `key`.
"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field, TypeAdapter

from huitou.channels.sms.pushes import Pushes
from huitou.channels.sms.receipts import Pushed, Receipt, Reply, key_of, moment, parsed
from huitou.channels.sms.wording import is_optout
from huitou.channels.sms_aliyun.config import AliyunSmsConfig
from huitou.reach.types.channels import Delivered, Failed

RECEIVED: dict[str, int | str] = {"code": 0, "msg": "接收成功"}


def pushes(config: AliyunSmsConfig) -> Pushes:
    """Reads what comes for one account."""
    return Pushes(config, RECEIVED, parse_reports, parse_replies)


def parse_reports(body: bytes) -> list[Receipt]:
    """The receipts of one SmsReport push, in its order. Refuses with `PushUnreadable`."""
    return [_receipt(report) for report in parsed(_REPORTS, body)]


def parse_replies(body: bytes) -> list[Reply]:
    """The replies of one SmsUp push, in its order. Refuses with `PushUnreadable`."""
    return [_reply(upstream) for upstream in parsed(_UPSTREAMS, body)]


_Moment = Annotated[datetime, BeforeValidator(moment)]
_Phone = Annotated[str, Field(min_length=1, max_length=20)]


class _Report(Pushed):
    phone_number: _Phone
    report_time: _Moment
    success: bool
    err_code: str | None = None
    err_msg: str | None = None
    sms_size: Annotated[str, Field(pattern=r"^[0-9]{1,3}$")] = "1"
    biz_id: Annotated[str, Field(min_length=1, max_length=100)]
    out_id: str | None = None


class _Upstream(Pushed):
    phone_number: _Phone
    content: Annotated[str, Field(max_length=2000)]
    send_time: _Moment
    dest_code: str | None = None
    sequence_id: int | str


_REPORTS = TypeAdapter(list[_Report])
_UPSTREAMS = TypeAdapter(list[_Upstream])


def _receipt(report: _Report) -> Receipt:
    phone = report.phone_number
    outcome: Delivered | Failed
    if report.success:
        outcome = Delivered(report.biz_id, report.report_time)
    else:
        detail = (report.err_msg or "")[:200].replace(phone, "***")
        outcome = Failed(report.err_code or "failed", detail)
    return Receipt(
        key=key_of(report.biz_id, phone),
        phone=phone,
        message_id=_message_id(report.out_id),
        ref=report.biz_id,
        outcome=outcome,
        at=report.report_time,
        part_count=int(report.sms_size),
    )


def _reply(upstream: _Upstream) -> Reply:
    phone, content = upstream.phone_number, upstream.content
    return Reply(
        key=key_of(
            str(upstream.sequence_id), upstream.dest_code or "", phone, str(upstream.send_time)
        ),
        phone=phone,
        content=content,
        at=upstream.send_time,
        is_optout=is_optout(content),
    )


def _message_id(out_id: str | None) -> UUID | None:
    try:
        return UUID(hex=out_id) if out_id and len(out_id) == 32 else None
    except ValueError:
        return None
