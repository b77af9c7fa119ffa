"""The pure parts of both sides: signature, codes, opt-out words, pushes, flood limits."""

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from pydantic import SecretStr, ValidationError

from huitou.channels.sms.numbers import mainland_number
from huitou.channels.sms.receipts import PushUnreadable, shanghai_time
from huitou.channels.sms.wording import is_optout
from huitou.channels.sms_aliyun.codes import is_final
from huitou.channels.sms_aliyun.config import AliyunSmsConfig
from huitou.channels.sms_aliyun.receipts import parse_replies, parse_reports
from huitou.channels.sms_aliyun.signing import signed_headers
from huitou.reach.types.channels import Delivered, Failed
from huitou.simulators.sms.limits import (
    is_marketing_hour,
    other_breach,
    part_count,
    verify_breach,
)
from huitou.simulators.sms.signature import expected

QUERY = {
    "OutId": "o1",
    "PhoneNumbers": "13800000000",
    "SignName": "测试",
    "TemplateCode": "SMS_1",
    "TemplateParam": '{"code":"1234"}',
}
RAW_QUERY = (
    "TemplateParam=%7B%22code%22%3A%221234%22%7D&OutId=o1&PhoneNumbers=13800000000"
    "&SignName=%E6%B5%8B%E8%AF%95&TemplateCode=SMS_1"
)
SIGNED = "7feb59a313da61bfc8d8fff9994ea6025e72d38437c52fa5f10fd4197a5f5448"
REPORT = {
    "phone_number": "13800000000",
    "send_time": "2026-01-02 11:04:05",
    "report_time": "2026-01-02 11:04:08",
    "success": True,
    "err_code": "DELIVERED",
    "err_msg": "用户接收成功",
    "sms_size": "1",
    "biz_id": "1^1",
    "out_id": "0197d8a8a7c07cc0a7c07cc0a7c07cc0",
}
UPSTREAM = {
    "phone_number": "13800000000",
    "content": "R",
    "send_time": "2026-01-02 11:05:00",
    "dest_code": "1069",
    "sequence_id": 1,
}


def test_signer_and_verifier_agree_with_the_vendor() -> None:
    headers = signed_headers(
        "SendSms",
        QUERY,
        version="2017-05-25",
        host="dysmsapi.aliyuncs.com",
        key_id="AKID_TEST",
        secret="SECRET_TEST",
        nonce="0123456789abcdef0123456789abcdef",
        now=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    names = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"
    assert headers["authorization"] == (
        f"ACS3-HMAC-SHA256 Credential=AKID_TEST,SignedHeaders={names},Signature={SIGNED}"
    )
    digest = headers["x-acs-content-sha256"]
    assert expected(headers, names.split(";"), RAW_QUERY, digest, "SECRET_TEST") == SIGNED
    assert expected(headers, names.split(";"), RAW_QUERY, digest, "SECRET_TESU") != SIGNED


@pytest.mark.parametrize(
    ("code", "final"),
    [
        ("isv.BUSINESS_LIMIT_CONTROL", False),
        ("isv.DAY_LIMIT_CONTROL", False),
        ("isv.AMOUNT_NOT_ENOUGH", False),
        ("isp.RAM_PERMISSION_DENY", False),
        ("SignatureDoesNotMatch", False),
        ("Throttling.User", False),
        ("isv.MOBILE_NUMBER_ILLEGAL", True),
        ("isv.SMS_TEMPLATE_ILLEGAL", True),
        ("isv.SMS_SIGN_ILLEGAL", True),
        ("isv.NEVER_SEEN_BEFORE", True),
    ],
)
def test_final_is_what_the_message_is_at_fault_for(code: str, final: bool) -> None:
    assert is_final(code) is final


@pytest.mark.parametrize(
    "text",
    [
        *("R", "r", " r ", "ｒ", "R。", "TD", "t d", "T", "n", "QX", "退订", "退订回T", "回复TD"),
        *("TT", "我要退订！", "请不要再发了", "拒收", "Stop", "T\u200b", "回R", "【退订】"),
    ],
)
def test_optout(text: str) -> None:
    assert is_optout(text)


@pytest.mark.parametrize(
    "text", ["", "好的", "T恤有货吗", "RMB多少", "1", "什么时候到货", "谢谢", "TNT快递", "?"]
)
def test_not_optout(text: str) -> None:
    assert not is_optout(text)


def test_reports() -> None:
    failed = {**REPORT, "success": False, "err_code": "MOBILE_NOT_ON_SERVICE", "out_id": "x"}
    failed["err_msg"] = "13800000000停机"
    delivered, refused = parse_reports(json.dumps([REPORT, failed]).encode())
    assert delivered.message_id == UUID("0197d8a8a7c07cc0a7c07cc0a7c07cc0")
    at = datetime(2026, 1, 2, 3, 4, 8, tzinfo=UTC)
    assert delivered.outcome == Delivered("1^1", at)
    assert refused.message_id is None
    assert refused.outcome == Failed("MOBILE_NOT_ON_SERVICE", "***停机")
    assert delivered.key == refused.key, "one number of one BizId has one receipt"
    other = json.dumps([{**REPORT, "phone_number": "13800000001"}]).encode()
    assert parse_reports(other)[0].key != delivered.key
    assert "13800000000" not in repr(delivered) + delivered.key


def test_replies() -> None:
    first, second = parse_replies(
        json.dumps([UPSTREAM, {**UPSTREAM, "content": "有货吗", "sequence_id": 2}]).encode()
    )
    assert (first.phone, first.content, first.is_optout) == ("13800000000", "R", True)
    assert first.at == datetime(2026, 1, 2, 3, 5, tzinfo=UTC)
    assert not second.is_optout and first.key != second.key
    assert "13800000000" not in repr(first)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"{}",
        b"null",
        b"[1]",
        json.dumps([{**REPORT, "success": "true"}]).encode(),
        json.dumps([{**REPORT, "report_time": "2026-13-02 11:04:08"}]).encode(),
        json.dumps([{**REPORT, "report_time": 1}]).encode(),
        json.dumps([{k: v for k, v in REPORT.items() if k != "biz_id"}]).encode(),
    ],
)
def test_unreadable_reports_are_refused_without_quoting_them(body: bytes) -> None:
    with pytest.raises(PushUnreadable) as caught:
        parse_reports(body)
    assert caught.value.__cause__ is None and caught.value.status == 400


def test_fields_added_by_the_vendor_are_let_through() -> None:
    assert len(parse_reports(json.dumps([{**REPORT, "new_field": 1}]).encode())) == 1


def test_numbers_and_times() -> None:
    assert mainland_number("+8613800000000") == "13800000000"
    for refused in ("13800000000,13800000001", "1380000000", "", "+14155550100", "１３８00000000"):
        assert mainland_number(refused) is None
    assert shanghai_time("2026-01-01 07:59:59") == datetime(2025, 12, 31, 23, 59, 59, tzinfo=UTC)


def test_config_is_strict_and_keeps_its_secrets() -> None:
    fields = {
        "access_key_id": "AK",
        "access_key_secret": SecretStr("SK-very-secret"),
        "sign_name": "回头",
        "template_code": "SMS_1",
    }
    config = AliyunSmsConfig.model_validate(fields)
    assert "SK-very-secret" not in repr(config) + config.model_dump_json()
    assert not config.accepts("") and not config.accepts("None")
    with_path = AliyunSmsConfig.model_validate(
        {**fields, "receipt_secret": SecretStr("0123456789abcdef")}
    )
    assert with_path.accepts("0123456789abcdef") and not with_path.accepts("0123456789abcdeg")
    for wrong in ({"endpoint": "ftp://x"}, {"endpoint": "https://a/b"}, {"other": 1}):
        with pytest.raises(ValidationError):
            AliyunSmsConfig.model_validate({**fields, **wrong})
    titles = [
        field["title"] for field in AliyunSmsConfig.model_json_schema()["properties"].values()
    ]
    assert "短信签名" in titles


def test_flood_limits() -> None:
    start = int(datetime(2026, 1, 2, 3, 0, tzinfo=UTC).timestamp() * 1000)
    minute, hour = 60_000, 3_600_000

    def breach(now_ms: int, sent: list[int], others: int = 0) -> str | None:
        return verify_breach(now_ms, same_sign=sent, all_signs=sent + [now_ms - hour] * others)

    assert breach(start, []) is None
    assert breach(start + 59_999, [start]) == "触发分钟级流控Permits:1"
    assert breach(start + minute, [start + 59_999]) is None, "natural minutes, not sixty seconds"
    five = [start + n * minute for n in range(5)]
    assert breach(start + 6 * minute, five) == "触发小时级流控Permits:5"
    assert breach(start + hour, five) is None
    ten = five + [start + hour + n * minute for n in range(5)]
    assert breach(start + 3 * hour, ten) == "触发天级流控Permits:10"
    assert breach(start + 24 * hour, ten) is None, "a day is 24 hours from the send"
    assert breach(start, [], others=40) == "触发天级流控Permits:40"
    assert other_breach(start, same_template=[start - n for n in range(49)]) is None
    assert other_breach(start, same_template=[start - n for n in range(50)]) is not None


def test_marketing_hours_and_parts() -> None:
    eight = datetime(2026, 1, 2, 0, 0, tzinfo=UTC)
    assert is_marketing_hour(eight, (8, 22))
    assert not is_marketing_hour(eight - timedelta(seconds=1), (8, 22))
    assert not is_marketing_hour(eight + timedelta(hours=14), (8, 22))
    assert is_marketing_hour(eight + timedelta(hours=14), None)
    assert [part_count("字" * n) for n in (1, 70, 71, 134, 135)] == [1, 1, 2, 2, 3]
