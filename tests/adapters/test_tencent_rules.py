"""Tencent SMS, the pure parts of both sides: signature, codes, values by number, callbacks."""

import json
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr, ValidationError

from huitou.channels.sms.receipts import PushUnreadable
from huitou.channels.sms.templates import filled, names_in, read_templates
from huitou.channels.sms.wording import part_count
from huitou.channels.sms_tencent.channel import TencentSmsChannel
from huitou.channels.sms_tencent.codes import is_final, is_uncertain
from huitou.channels.sms_tencent.receipts import parse_replies, parse_reports
from huitou.channels.sms_tencent.signing import signature, signed_headers
from huitou.reach.types.channels import Delivered, Failed
from huitou.simulators.sms.limits import part_count as billed
from huitou.simulators.sms.tencent import expected
from tests.adapters.sms_world import outgoing, tencent_config

BODY = (
    b'{"PhoneNumberSet": ["+8613800000000"], "SmsSdkAppId": "1400006666", "TemplateId": "449739",'
    b' "SignName": "TC", "TemplateParamSet": ["1234"], "SessionContext": "ctx"}'
)
HOST = "sms.tencentcloudapi.com"
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
SIGNED = "7b3d64e51cb16c6533f3f7500a7c0dea745259190c6526d7fb9919e8c34a2c1f"
REPORT = {
    "user_receive_time": "2026-01-02 11:04:05",
    "nationcode": "86",
    "mobile": "13800000000",
    "report_status": "SUCCESS",
    "errmsg": "DELIVRD",
    "description": "用户短信送达成功",
    "sid": "2640:1",
}


def test_the_signature_vector_on_both_sides() -> None:
    assert signature("SKEY", HOST, BODY, AT) == SIGNED
    headers = {"content-type": "application/json", "host": HOST}
    assert expected(headers, "1767323045", "2026-01-02", BODY, "SKEY") == SIGNED
    made = signed_headers(
        "SendSms",
        BODY,
        version="2021-01-11",
        region="ap-guangzhou",
        host=HOST,
        secret_id="SID",
        secret="SKEY",
        now=AT,
    )
    assert made["authorization"] == (
        "TC3-HMAC-SHA256 Credential=SID/2026-01-02/sms/tc3_request,"
        f" SignedHeaders=content-type;host, Signature={SIGNED}"
    )


@pytest.mark.parametrize(
    ("code", "final", "uncertain"),
    [
        ("FailedOperation.PhoneNumberInBlacklist", True, False),
        ("FailedOperation.TemplateParamSetNotMatchApprovedTemplate", True, False),
        ("InvalidParameterValue.IncorrectPhoneNumber", True, False),
        ("FailedOperation.MarketingSendTimeConstraint", False, False),
        ("FailedOperation.InsufficientBalanceInSmsPackage", False, False),
        ("LimitExceeded.PhoneNumberDailyLimit", False, False),
        ("RequestLimitExceeded", False, False),
        ("AuthFailure.SignatureFailure", False, False),
        ("InternalError.Timeout", True, True),
    ],
)
def test_what_codes_mean(code: str, final: bool, uncertain: bool) -> None:
    assert (is_final(code), is_uncertain(code)) == (final, uncertain)


def test_values_go_by_the_order_of_their_names_in_the_wording() -> None:
    templates = read_templates("1=${name}，您的{goods}到了，{name}\n\n 2 = 验证码{code} ")
    assert templates == {"1": "${name}，您的{goods}到了，{name}", "2": "验证码{code}"}
    assert names_in(templates["1"]) == ["name", "goods"]
    assert filled(templates["1"], {"name": "李", "goods": "奶"}) == "李，您的奶到了，李"
    with pytest.raises(ValidationError, match="no template"):
        tencent_config(templates="449739")


def test_a_template_without_its_wording_is_only_sent_when_it_has_no_values() -> None:
    channel = TencentSmsChannel(tencent_config(endpoint="http://127.0.0.1:9", templates=""))
    refused = channel.submit(outgoing())
    assert refused == Failed("missing_variable", "no wording of 449739")
    passing = channel.submit(outgoing(params={}))
    assert isinstance(passing, Failed) and passing.code == "unreached"
    channel.close()


@pytest.mark.parametrize(
    ("text", "parts"),
    [("字" * 70, 1), ("字" * 71, 2), ("字" * 134, 2), ("字" * 135, 3), ("🎁" * 36, 2)],
)
def test_parts_are_70_and_67_on_both_sides(text: str, parts: int) -> None:
    assert part_count(text) == billed(text) == parts


def test_a_report_and_a_reply_are_read() -> None:
    failed = {**REPORT, "sid": "2640:2", "report_status": "FAIL", "errmsg": "BLACK"}
    good, bad = parse_reports(json.dumps([REPORT, failed]).encode())
    assert good.outcome == Delivered("2640:1", AT) and good.ref == "2640:1"
    assert isinstance(bad.outcome, Failed) and bad.outcome.code == "BLACK"
    assert good.message_id is None and good.key != bad.key
    upstream = {"extend": "", "mobile": "13800000000", "text": "T", "time": 1767323045}
    (reply,) = parse_replies(json.dumps({**upstream, "sign": "回头", "nationcode": "86"}).encode())
    assert (reply.phone, reply.at, reply.is_optout) == ("13800000000", AT, True)


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'[{"sid": 1}]', b"\xff"])
def test_what_is_no_report_is_refused(body: bytes) -> None:
    with pytest.raises(PushUnreadable):
        parse_reports(body)


def test_secrets_do_not_show() -> None:
    shown = repr(tencent_config(receipt_secret=SecretStr("a-secret-of-the-address")))
    assert "SECRET_TEST" not in shown and "a-secret" not in shown
