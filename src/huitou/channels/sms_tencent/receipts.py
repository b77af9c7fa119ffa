"""What Tencent calls back: reports of a list of messages, and replies one by one. Pure.

Source: cloud.tencent.com/document/product/382/59178 (reports) and 59179 (replies). Answer
`RECEIVED`, or Tencent calls again; it may also repeat what was answered: drop by `key`.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import BeforeValidator, Field, TypeAdapter

from huitou.channels.sms.pushes import Pushes
from huitou.channels.sms.receipts import Pushed, Receipt, Reply, key_of, moment, parsed
from huitou.channels.sms.wording import is_optout
from huitou.channels.sms_tencent.config import TencentSmsConfig
from huitou.reach.types.channels import Delivered, Failed

RECEIVED: dict[str, int | str] = {"result": 0, "errmsg": "OK"}
_CARRIER_MAX = 80


def pushes(config: TencentSmsConfig) -> Pushes:
    """Reads what comes for one account."""
    return Pushes(config, RECEIVED, parse_reports, parse_replies)


def parse_reports(body: bytes) -> list[Receipt]:
    """The receipts of one status callback, in its order. Refuses with `PushUnreadable`."""
    return [_receipt(report) for report in parsed(_REPORTS, body)]


def parse_replies(body: bytes) -> list[Reply]:
    """The reply of one reply callback. Refuses with `PushUnreadable`."""
    upstream = parsed(_UPSTREAM, body)
    at = datetime.fromtimestamp(upstream.time, UTC)
    return [
        Reply(
            key=key_of(upstream.mobile, upstream.extend, str(upstream.time), upstream.text),
            phone=upstream.mobile,
            content=upstream.text,
            at=at,
            is_optout=is_optout(upstream.text),
        )
    ]


class _Report(Pushed):
    user_receive_time: Annotated[datetime, BeforeValidator(moment)]
    mobile: Annotated[str, Field(min_length=1, max_length=20)]
    report_status: str
    errmsg: str = ""
    description: str = ""
    sid: Annotated[str, Field(min_length=1, max_length=100)]


class _Upstream(Pushed):
    extend: str = ""
    mobile: Annotated[str, Field(min_length=1, max_length=20)]
    text: Annotated[str, Field(max_length=2000)]
    time: Annotated[int, Field(ge=0, le=2**33)]


_REPORTS = TypeAdapter(list[_Report])
_UPSTREAM = TypeAdapter(_Upstream)


def _receipt(report: _Report) -> Receipt:
    outcome: Delivered | Failed
    if report.report_status == "SUCCESS":
        outcome = Delivered(report.sid, report.user_receive_time)
    else:
        detail = report.description[:200].replace(report.mobile, "***")
        outcome = Failed(report.errmsg[:_CARRIER_MAX] or "failed", detail)
    return Receipt(
        key=key_of(report.sid, report.mobile),
        phone=report.mobile,
        message_id=None,
        ref=report.sid,
        outcome=outcome,
        at=report.user_receive_time,
    )
