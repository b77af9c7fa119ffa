"""Tencent Cloud SMS 2021-01-11 on the same world of phones: signature, SendSms, reports.

Source: cloud.tencent.com/document/api/382/55981 (SendSms), 55976 (reports by number), 52071
(signature, checked apart from the channel's signer, so that one mistake cannot hide in both).
"""

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from huitou.simulators.sms.limits import DAY_MS, is_marketing_hour, part_count
from huitou.simulators.sms.settings import Settings
from huitou.simulators.sms.store import Message, Store, Template

VERSION = "2021-01-11"
VENDOR = "tencent"
ACTIONS = ("SendSms", "PullSmsSendStatusByPhoneNumber")
WINDOW = timedelta(minutes=5)
_AUTHORIZATION = re.compile(
    r"TC3-HMAC-SHA256 Credential=([^/]+)/(\d{4}-\d\d-\d\d)/sms/tc3_request, ?"
    r"SignedHeaders=content-type;host, ?Signature=([0-9a-f]{64})"
)
_PHONE = re.compile(r"\+86(1[3-9][0-9]{9})")
_PLACE = re.compile(r"\{(\d{1,2})\}")
_NUMBERS_MAX, _CONTENT_MAX, _CONTEXT_BYTES = 200, 500, 512
_HALF_MINUTE_MS, _HOUR_MS = 30_000, 3_600_000


class Denied(Exception):
    """An `Error` of the whole call, answered with HTTP 200."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code, self.message = code, message


def admit(store: Store, headers: Mapping[str, str], body: bytes, *, now: datetime) -> str:
    """The action of a call whose signature holds. Raises `Denied`."""
    matched = _AUTHORIZATION.fullmatch(headers.get("authorization", ""))
    if matched is None:
        raise Denied(
            "AuthFailure.InvalidAuthorization", "请求头部的 Authorization 不符合腾讯云标准。"
        )
    key_id, day, given = matched.groups()
    secret = store.find_secret(key_id)
    if secret is None:
        raise Denied("AuthFailure.SecretIdNotFound", "密钥不存在。")
    stamp = headers.get("x-tc-timestamp", "")
    if not stamp.isdecimal() or abs(now.timestamp() - int(stamp)) > WINDOW.total_seconds():
        raise Denied("AuthFailure.SignatureExpire", "签名过期。")
    if f"{datetime.fromtimestamp(int(stamp), UTC):%Y-%m-%d}" != day or not hmac.compare_digest(
        expected(headers, stamp, day, body, secret), given
    ):
        raise Denied("AuthFailure.SignatureFailure", "签名错误。")
    if headers.get("x-tc-version") != VERSION:
        raise Denied("NoSuchVersion", "接口版本不存在。")
    action = headers.get("x-tc-action", "")
    if action not in ACTIONS:
        raise Denied("InvalidAction", "接口不存在。")
    return action


def expected(headers: Mapping[str, str], stamp: str, day: str, body: bytes, secret: str) -> str:
    """The signature that a call with these headers must carry, in hex."""
    block = f"content-type:{headers.get('content-type', '')}\nhost:{headers.get('host', '')}\n"
    digest = hashlib.sha256(body).hexdigest()
    canonical = f"POST\n/\n\n{block}\ncontent-type;host\n{digest}"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"TC3-HMAC-SHA256\n{stamp}\n{day}/sms/tc3_request\n{hashed}"
    dated = hmac.new(f"TC3{secret}".encode(), day.encode(), hashlib.sha256).digest()
    served = hmac.new(dated, b"sms", hashlib.sha256).digest()
    signing = hmac.new(served, b"tc3_request", hashlib.sha256).digest()
    return hmac.new(signing, to_sign.encode(), hashlib.sha256).hexdigest()


def done(
    store: Store, action: str, body: bytes, settings: Settings, *, now: datetime
) -> dict[str, Any]:
    """What an admitted call answers. Raises `Denied`."""
    try:
        asked = json.loads(body)
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise Denied("InvalidParameter", "参数错误。")
    if action == "SendSms":
        return _send(store, asked, settings, now)
    return _reports(store, asked)


def error(code: str, message: str = "模拟的错误") -> dict[str, Any]:
    """The envelope of a refusal."""
    return {"Error": {"Code": code, "Message": message}}


def answer(response: dict[str, Any]) -> dict[str, Any]:
    """The envelope of every answer."""
    return {"Response": {**response, "RequestId": str(uuid4())}}


def _send(store: Store, asked: dict[str, Any], settings: Settings, now: datetime) -> dict[str, Any]:
    numbers = asked.get("PhoneNumberSet")
    if not isinstance(numbers, list) or not 1 <= len(numbers) <= _NUMBERS_MAX:
        raise Denied("LimitExceeded.PhoneNumberCountLimit", "号码数量超过限制。")
    context = str(asked.get("SessionContext", ""))
    if len(context.encode()) >= _CONTEXT_BYTES:
        raise Denied("InvalidParameterValue.ParameterLengthLimit", "SessionContext 过长。")
    rows = []
    for number in numbers:
        with store.write():
            rows.append(_send_one(store, str(number), context, asked, settings, now))
    return {"SendStatusSet": rows}


def _send_one(
    store: Store,
    number: str,
    context: str,
    asked: dict[str, Any],
    settings: Settings,
    now: datetime,
) -> dict[str, Any]:
    row = {"PhoneNumber": number, "SessionContext": context, "IsoCode": "CN"}
    now_ms = int(now.timestamp() * 1000)
    try:
        phone, sign = _phone(number), str(asked.get("SignName", ""))
        template = store.find_template(str(asked.get("TemplateId", "")))
        if not store.find_sign(sign):
            raise Denied("FailedOperation.SignatureIncorrectOrUnapproved", "签名未审批或格式错误。")
        if template is None:
            raise Denied(
                "FailedOperation.TemplateIncorrectOrUnapproved", "模板未审批或内容不匹配。"
            )
        content = f"【{sign}】{_filled(template, asked.get('TemplateParamSet'))}"
        if len(content) > _CONTENT_MAX:
            raise Denied("InvalidParameterValue.ContentLengthLimit", "请求的短信内容太长。")
        _check_time(template, settings, now)
        if settings.is_limiting:
            _check_flood(store, phone, template, now_ms)
    except Denied as denied:
        return {**row, "SerialNo": "", "Fee": 0, "Code": denied.code, "Message": denied.message}
    serial = f"2640:{now_ms}{secrets.randbelow(10**9):09d}"
    fee = part_count(content)
    store.add_message(
        serial,
        phone,
        sign=sign,
        template=template,
        content=content,
        out_id=context,
        part_count=fee,
        sent_ms=now_ms,
        due_ms=now_ms + settings.delivery_ms,
        err_code=store.find_bad_number(phone) or "DELIVRD",
        vendor=VENDOR,
    )
    return {**row, "SerialNo": serial, "Fee": fee, "Code": "Ok", "Message": "send success"}


def _reports(store: Store, asked: dict[str, Any]) -> dict[str, Any]:
    """PullSmsSendStatusByPhoneNumber: only what carriers have reported, newest first."""
    since, until = asked.get("SendDateTime"), asked.get("EndDateTime", 2**40)
    limit = asked.get("Limit")
    if not isinstance(since, int) or not isinstance(until, int) or not isinstance(limit, int):
        raise Denied("InvalidParameter", "参数错误。")
    if not 1 <= limit <= 100:
        raise Denied("InvalidParameterValue", "Limit 取值错误。")
    phone = _phone(str(asked.get("PhoneNumber", "")))
    rows = store.list_messages(phone, from_ms=since * 1000, to_ms=until * 1000)
    return {
        "PullSmsSendStatusSet": [
            _report(row) for row in rows if row.vendor == VENDOR and row.settled_ms is not None
        ][:limit]
    }


def _report(message: Message) -> dict[str, Any]:
    assert message.settled_ms is not None
    return {
        "UserReceiveTime": message.settled_ms // 1000,
        "CountryCode": "86",
        "SubscriberNumber": message.phone,
        "PhoneNumber": f"+86{message.phone}",
        "SerialNo": message.biz_id,
        "ReportStatus": "SUCCESS" if message.is_deliverable else "FAIL",
        "Description": message.err_code,
        "SessionContext": message.out_id,
    }


def _phone(number: str) -> str:
    matched = _PHONE.fullmatch(number)
    if matched is None:
        raise Denied("InvalidParameterValue.IncorrectPhoneNumber", "手机号格式错误。")
    return matched.group(1)


def _filled(template: Template, values: object) -> str:
    wanted = {int(place) for place in _PLACE.findall(template.content)}
    if not isinstance(values, list) or len(values) != len(wanted):
        raise Denied(
            "FailedOperation.TemplateParamSetNotMatchApprovedTemplate", "参数个数与模板不匹配。"
        )
    return _PLACE.sub(lambda place: str(values[int(place.group(1)) - 1]), template.content)


def _check_time(template: Template, settings: Settings, now: datetime) -> None:
    hours = (settings.marketing_hours[0], settings.marketing_hours[1])
    is_hour = is_marketing_hour(now, hours if settings.has_marketing_hours else None)
    if template.kind == "marketing" and not is_hour:
        raise Denied("FailedOperation.MarketingSendTimeConstraint", "营销短信发送时间限制。")


def _check_flood(store: Store, phone: str, template: Template, now_ms: int) -> None:
    """Verification codes 1 in 30 s, 5 an hour, 10 a day for a number; others 50 a day."""
    sent = store.list_sent_ms(
        phone, kind=template.kind, since_ms=now_ms - DAY_MS, sign=None, template=None
    )
    if template.kind != "verify":
        if len(sent) >= 50:
            raise Denied("LimitExceeded.PhoneNumberDailyLimit", "单个手机号日下发数量超过上限。")
        return
    if any(at > now_ms - _HALF_MINUTE_MS for at in sent):
        raise Denied("LimitExceeded.PhoneNumberThirtySecondLimit", "30秒内下发数量超过上限。")
    if sum(at > now_ms - _HOUR_MS for at in sent) >= 5:
        raise Denied("LimitExceeded.PhoneNumberOneHourLimit", "1小时内下发数量超过上限。")
    if len(sent) >= 10:
        raise Denied("LimitExceeded.PhoneNumberDailyLimit", "单个手机号日下发数量超过上限。")
