"""SendSms and QuerySendDetails: what Aliyun answers, and what it remembers of it."""

import json
import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from huitou.simulators.sms.limits import (
    DAY_MS,
    is_marketing_hour,
    other_breach,
    part_count,
    verify_breach,
)
from huitou.simulators.sms.settings import Settings
from huitou.simulators.sms.store import Message, Store, Template

_PHONE = re.compile(r"1[3-9][0-9]{9}")
_PLACE = re.compile(r"\$\{([A-Za-z0-9_]+)\}")
_NUMBERS_MAX = 1000
_CONTENT_MAX = 500
_SHANGHAI = ZoneInfo("Asia/Shanghai")


class Refusal(Exception):
    """A business code, answered with HTTP 200."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code)
        self.code, self.message = code, message


def send(
    store: Store, query: Mapping[str, str], settings: Settings, *, now: datetime
) -> dict[str, Any]:
    """SendSms: all numbers or none. Raises `Refusal`."""
    phones = _phones(_required(query, "PhoneNumbers"))
    sign = _sign(store, _required(query, "SignName"))
    template = store.find_template(_required(query, "TemplateCode"))
    if template is None:
        raise Refusal("isv.SMS_TEMPLATE_ILLEGAL", "该账号下找不到对应模板")
    content = f"【{sign}】{_filled(template, query.get('TemplateParam', ''))}"
    if len(content) > _CONTENT_MAX:
        raise Refusal("isv.SMS_CONTENT_ILLEGAL", "短信内容超过500字")
    hours = (settings.marketing_hours[0], settings.marketing_hours[1])
    is_hour = is_marketing_hour(now, hours if settings.has_marketing_hours else None)
    if template.kind == "marketing" and not is_hour:
        raise Refusal(
            "isv.BUSINESS_LIMIT_CONTROL", f"营销短信仅可在{hours[0]}:00-{hours[1]}:00发送"
        )
    now_ms = int(now.timestamp() * 1000)
    biz_id = f"{now_ms}{secrets.randbelow(100_000):05d}^0"
    with store.write():
        for phone in phones:
            if settings.is_limiting:
                _check_flood(store, phone, sign, template, now_ms)
            store.add_message(
                biz_id,
                phone,
                sign=sign,
                template=template,
                content=content,
                out_id=query.get("OutId", ""),
                part_count=part_count(content),
                sent_ms=now_ms,
                due_ms=now_ms + settings.delivery_ms,
                err_code=store.find_bad_number(phone) or "DELIVERED",
            )
    return {"BizId": biz_id}


def details(store: Store, query: Mapping[str, str], *, now: datetime) -> dict[str, Any]:
    """QuerySendDetails: one number, one Shanghai day, newest first. Raises `Refusal`."""
    (phone,) = _phones(_required(query, "PhoneNumber"))[:1]
    start = _day(_required(query, "SendDate"), now)
    size, page = _number(query, "PageSize", 50), _number(query, "CurrentPage", 1_000_000)
    rows = store.list_messages(
        phone,
        from_ms=int(start.timestamp() * 1000),
        to_ms=int((start + timedelta(days=1)).timestamp() * 1000),
    )
    if query.get("BizId"):
        rows = [row for row in rows if row.biz_id == query["BizId"]]
    shown = rows[(page - 1) * size : page * size]
    return {
        "TotalCount": len(rows),
        "SmsSendDetailDTOs": {"SmsSendDetailDTO": [_detail(row) for row in shown]},
    }


def shanghai_text(at_ms: int) -> str:
    """`2026-01-02 11:04:05` in UTC+8."""
    moment = datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(_SHANGHAI)
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _required(query: Mapping[str, str], name: str) -> str:
    value = query.get(name, "")
    if not value:
        raise Refusal("isv.INVALID_PARAMETERS", f"参数{name}不能为空")
    return value


def _phones(text: str) -> list[str]:
    phones = [phone.removeprefix("+86") for phone in text.split(",")]
    if len(phones) > _NUMBERS_MAX:
        raise Refusal("isv.MOBILE_COUNT_OVER_LIMIT", "手机号码数量超过限制")
    for phone in phones:
        if not _PHONE.fullmatch(phone):
            raise Refusal("isv.MOBILE_NUMBER_ILLEGAL", f"{phone}无效号码")
    return phones


def _sign(store: Store, name: str) -> str:
    is_approved = store.find_sign(name)
    if is_approved is None:
        raise Refusal("isv.SMS_SIGN_ILLEGAL", "该账号下找不到对应签名")
    if not is_approved:
        raise Refusal("isv.SIGN_STATE_ILLEGAL", "签名未通过审核")
    return name


def _filled(template: Template, text: str) -> str:
    try:
        values = json.loads(text) if text else {}
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise Refusal("isv.INVALID_JSON_PARAM", "参数格式错误，请修改为JSON格式")
    missing = [name for name in _PLACE.findall(template.content) if name not in values]
    if missing:
        raise Refusal("isv.TEMPLATE_MISSING_PARAMETERS", f"模板缺少变量{missing[0]}")
    return _PLACE.sub(lambda found: str(values[found.group(1)]), template.content)


def _check_flood(store: Store, phone: str, sign: str, template: Template, now_ms: int) -> None:
    def sent(of_sign: str | None, of_template: str | None) -> list[int]:
        return store.list_sent_ms(
            phone,
            kind=template.kind,
            since_ms=now_ms - DAY_MS,
            sign=of_sign,
            template=of_template,
        )

    if template.kind == "verify":
        breach = verify_breach(now_ms, same_sign=sent(sign, None), all_signs=sent(None, None))
    else:
        breach = other_breach(now_ms, same_template=sent(sign, template.code))
    if breach is not None:
        raise Refusal("isv.BUSINESS_LIMIT_CONTROL", breach)


def _day(text: str, now: datetime) -> datetime:
    try:
        start = datetime.strptime(text, "%Y%m%d").replace(tzinfo=_SHANGHAI)
    except ValueError:
        raise Refusal("isv.INVALID_PARAMETERS", "SendDate格式错误") from None
    if now - start > timedelta(days=31):
        raise Refusal("isv.INVALID_PARAMETERS", "仅支持查询最近30天的记录")
    return start


def _number(query: Mapping[str, str], name: str, most: int) -> int:
    text = _required(query, name)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= most:
        raise Refusal("isv.INVALID_PARAMETERS", f"参数{name}无效")
    return int(text)


def _detail(message: Message) -> dict[str, Any]:
    row: dict[str, Any] = {
        "PhoneNum": message.phone,
        "SendStatus": 1,
        "TemplateCode": message.template,
        "Content": message.content,
        "SendDate": shanghai_text(message.sent_ms),
        "OutId": message.out_id,
    }
    if message.settled_ms is None:
        return row
    row["SendStatus"] = 3 if message.is_deliverable else 2
    row["ErrCode"] = message.err_code
    row["ReceiveDate"] = shanghai_text(message.settled_ms)
    return row
