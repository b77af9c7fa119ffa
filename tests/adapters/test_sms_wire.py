"""The real channel against the simulator over real sockets."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr

from huitou.channels.sms_aliyun.channel import AliyunSmsChannel
from huitou.channels.sms_aliyun.receipts import parse_replies, parse_reports
from huitou.channels.sms_aliyun.signing import canonical_query, signed_headers
from huitou.kernel.ids import new_id
from huitou.reach.types.channels import (
    Channel,
    Delivered,
    Failed,
    Link,
    Submitted,
    Unknown,
    Waiting,
)
from tests.adapters.sms_world import (
    LINK,
    PHONE,
    WORLD,
    Receiver,
    World,
    free_port,
    is_up,
    outgoing,
    simulator,
    until,
)


@pytest.fixture
def world() -> Iterator[World]:
    with simulator() as running:
        running.sim("/configure", WORLD)
        yield running


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.server.shutdown()
    running.server.server_close()


def test_send_then_receipt_then_ask(world: World, receiver: Receiver) -> None:
    world.sim("/configure", {"report_url": f"{receiver.url}/r"})
    message = outgoing()
    channel: Channel = world.channel()
    before = datetime.now(UTC).replace(microsecond=0)
    sent = channel.submit(message)
    assert isinstance(sent, Submitted)
    until(lambda: bool(receiver.at("/r")))
    (receipt,) = parse_reports(receiver.at("/r")[0])
    assert (receipt.phone, receipt.message_id) == (PHONE, message.message_id)
    assert isinstance(receipt.outcome, Delivered) and receipt.outcome.ref == sent.ref
    assert before <= receipt.outcome.at <= datetime.now(UTC)
    assert channel.ask(message, sent.ref) == receipt.outcome
    assert channel.ask(message, None) == Delivered(message.message_id.hex, receipt.outcome.at)
    (line,) = world.http.get(f"/sim/phones/{PHONE}/conversation").json()
    assert line["content"] == f"【回头】李 女士+，您常买的鲜奶到货了 {LINK} 拒收请回复R"


def test_text_and_link_fill_the_variables_the_settings_name(world: World) -> None:
    template = {"code": "SMS_T", "kind": "marketing", "content": "${text} ${url} 拒收请回复R"}
    world.sim("/configure", {"templates": [template]})
    channel = world.channel(template_code="SMS_T", text_variable="text", link_variable="url")
    message = outgoing(text="鲜奶到货", params={}, link=Link("", "", LINK))
    assert isinstance(channel.submit(message), Submitted)
    assert world.messages()[0]["content"] == f"【回头】鲜奶到货 {LINK} 拒收请回复R"


def test_wrong_signature_key_time_and_replay_are_4xx(world: World) -> None:
    query = {"PhoneNumbers": PHONE, "SignName": "回头", "TemplateCode": "SMS_V"}
    query["TemplateParam"] = '{"code":"1"}'

    def post(asked: dict[str, str] = query, **changes: Any) -> tuple[int, str]:
        signing: dict[str, Any] = {
            "version": "2017-05-25",
            "host": world.url.removeprefix("http://"),
            "key_id": "AKID_TEST",
            "secret": "SECRET_TEST",
            "nonce": uuid4().hex,
            "now": datetime.now(UTC),
        }
        headers = signed_headers("SendSms", query, **{**signing, **changes})
        answer = world.http.post(f"/?{canonical_query(asked)}", headers=headers)
        assert {"Code", "Message", "RequestId"} <= answer.json().keys()
        return answer.status_code, answer.json()["Code"]

    assert post(secret="WRONG") == (400, "SignatureDoesNotMatch")
    assert post(asked={**query, "PhoneNumbers": "13900000000"}) == (400, "SignatureDoesNotMatch")
    assert post(key_id="NOBODY") == (404, "InvalidAccessKeyId.NotFound")
    late = datetime.now(UTC) - timedelta(minutes=16)
    assert post(now=late) == (400, "InvalidTimeStamp.Expired")
    assert post(version="2000-01-01") == (400, "InvalidVersion")
    assert world.messages() == []
    assert post(nonce="n1") == (200, "OK")
    assert post(nonce="n1") == (400, "SignatureNonceUsed")
    assert len(world.messages()) == 1
    refused = world.channel(access_key_secret=SecretStr("WRONG")).submit(outgoing())
    assert isinstance(refused, Failed)
    assert (refused.code, refused.is_final) == ("SignatureDoesNotMatch", False)


def test_business_refusals_are_http_200(world: World) -> None:
    def code(channel: AliyunSmsChannel, **changes: Any) -> tuple[str, bool]:
        outcome = channel.submit(outgoing(**changes))
        assert isinstance(outcome, Failed)
        return outcome.code, outcome.is_final

    channel = world.channel()
    assert code(channel, phone="12345") == ("isv.MOBILE_NUMBER_ILLEGAL", True)
    assert code(channel, template="SMS_X") == ("isv.SMS_TEMPLATE_ILLEGAL", True)
    assert code(channel, params={}) == ("isv.TEMPLATE_MISSING_PARAMETERS", True)
    assert code(world.channel(sign_name="无")) == ("isv.SMS_SIGN_ILLEGAL", True)
    assert code(world.channel(sign_name="未审")) == ("isv.SIGN_STATE_ILLEGAL", True)
    assert code(channel, params={"name": "字" * 500, "link": ""}) == (
        "isv.SMS_CONTENT_ILLEGAL",
        True,
    )
    world.sim("/faults", {"effect": "error", "code": "isv.AMOUNT_NOT_ENOUGH"})
    assert code(channel) == ("isv.AMOUNT_NOT_ENOUGH", False)
    assert world.messages() == []
    code_message = outgoing(template="SMS_V", params={"code": "1"})
    assert isinstance(channel.submit(code_message), Submitted)
    world.sim("/configure", {"has_marketing_hours": True, "marketing_hours": [0, 0]})
    assert code(channel) == ("isv.BUSINESS_LIMIT_CONTROL", False)
    assert len(world.messages()) == 1


def test_flood_limit_is_not_final(world: World) -> None:
    channel = world.channel()
    for _ in range(50):
        assert isinstance(channel.submit(outgoing()), Submitted)
    refused = channel.submit(outgoing())
    assert isinstance(refused, Failed) and not refused.is_final
    assert refused.code == "isv.BUSINESS_LIMIT_CONTROL"
    assert isinstance(channel.submit(outgoing("13800000001")), Submitted)
    message = outgoing()
    assert channel.ask(message, None) == Failed(
        "not_found", "no such message on any day since its making", is_final=False
    ), "a whole page of others, then an empty one"


def test_marketing_template_without_opt_out_is_refused(world: World) -> None:
    template = {"code": "SMS_B", "kind": "marketing", "content": "大促"}
    answer = world.http.post("/sim/configure", json={"templates": [template]})
    assert answer.status_code == 422 and "拒收请回复R" in answer.text


@pytest.mark.parametrize("effect", ["drop_after", "hang_after"])
def test_unknown_after_the_effect_is_found_by_asking(world: World, effect: str) -> None:
    world.sim("/faults", {"effect": effect, "action": "SendSms", "delay_ms": 1500})
    message, channel = outgoing(), world.channel(timeout_seconds=1)
    assert isinstance(channel.submit(message), Unknown)
    until(lambda: isinstance(channel.ask(message, None), Delivered))
    assert len(world.messages()) == 1
    assert world.messages()[0]["out_id"] == message.message_id.hex


def test_unknown_before_the_effect_is_not_found(world: World) -> None:
    world.sim("/faults", {"effect": "drop_before", "action": "SendSms"})
    message, channel = outgoing(), world.channel()
    assert isinstance(channel.submit(message), Unknown)
    asked = channel.ask(message, None)
    assert isinstance(asked, Failed) and (asked.code, asked.is_final) == ("not_found", False)
    assert isinstance(channel.submit(message), Submitted)
    assert len(world.messages()) == 1


def test_server_errors_are_unknown_and_a_closed_port_is_surely_not_sent(world: World) -> None:
    world.sim("/faults", {"effect": "http_error", "code": "503", "times": 2})
    message, channel = outgoing(), world.channel()
    assert isinstance(channel.submit(message), Unknown)
    assert isinstance(channel.ask(message, None), Unknown)
    closed = world.channel(endpoint="http://127.0.0.1:9").submit(message)
    assert isinstance(closed, Failed) and not closed.is_final


def test_ask_looks_back_to_the_day_the_message_was_made() -> None:
    moment = datetime(2026, 1, 2, 15, 59, 59, tzinfo=UTC)

    def now() -> datetime:
        return moment

    made_v7 = outgoing(message_id=new_id(int(moment.timestamp() * 1000)))
    made_otherwise = outgoing(message_id=uuid4())
    with simulator(now=now) as world:
        world.sim("/configure", WORLD)
        channel = world.channel(now=now)
        for message in (made_v7, made_otherwise):
            assert isinstance(channel.submit(message), Submitted)
        until(lambda: all(row["settled_ms"] for row in world.messages()))
        for days in (0, 1, 3, 24):
            moment += timedelta(days=days, seconds=1)
            for message in (made_v7, made_otherwise):
                found = channel.ask(message, None)
                assert isinstance(found, Delivered)
                assert found.at == datetime(2026, 1, 2, 15, 59, 59, tzinfo=UTC)
        moment += timedelta(days=3)
        assert isinstance(channel.ask(made_v7, None), Failed), "Aliyun keeps 30 days"


def test_undeliverable_and_held(world: World, receiver: Receiver) -> None:
    world.sim("/configure", {"report_url": f"{receiver.url}/r"})
    world.sim(f"/phones/{PHONE}", {"err_code": "MOBILE_NOT_ON_SERVICE"})
    world.sim("/receipts/hold", {"is_holding": True})
    message, channel = outgoing(), world.channel()
    sent = channel.submit(message)
    assert isinstance(sent, Submitted)
    assert channel.ask(message, sent.ref) == Waiting(sent.ref)
    world.sim("/receipts/hold", {"is_holding": False})
    until(lambda: bool(receiver.at("/r")))
    (receipt,) = parse_reports(receiver.at("/r")[0])
    assert isinstance(receipt.outcome, Failed) and receipt.outcome.is_final
    assert receipt.outcome.code == "MOBILE_NOT_ON_SERVICE"
    asked = channel.ask(message, sent.ref)
    assert isinstance(asked, Failed) and asked.code == "MOBILE_NOT_ON_SERVICE"
    assert world.http.get(f"/sim/phones/{PHONE}/conversation").json() == []


def test_receipts_are_retried_and_repeated_with_one_key(world: World, receiver: Receiver) -> None:
    receiver.refusals = 2
    world.sim(
        "/configure",
        {"report_url": f"{receiver.url}/r", "retry_ms": [0, 0, 0], "repeat_count": 2},
    )
    world.channel().submit(outgoing())
    until(lambda: len(receiver.at("/r")) == 5)
    assert len({parse_reports(body)[0].key for body in receiver.at("/r")}) == 1
    until(lambda: world.http.get("/sim/pushes").json()[0]["due_ms"] is None)
    (push,) = world.http.get("/sim/pushes").json()
    assert (push["attempt_count"], push["is_answered"]) == (5, True)


def test_unanswered_push_is_given_up(world: World, receiver: Receiver) -> None:
    receiver.refusals = 99
    world.sim("/configure", {"report_url": f"{receiver.url}/r", "retry_ms": [0, 0, 0]})
    world.channel().submit(outgoing())
    until(lambda: len(receiver.at("/r")) == 4)
    until(lambda: world.http.get("/sim/pushes").json()[0]["due_ms"] is None)
    assert world.http.get("/sim/pushes").json()[0]["is_answered"] is False


def test_opt_out_reply(world: World, receiver: Receiver) -> None:
    world.sim("/configure", {"up_url": f"{receiver.url}/up"})
    world.channel().submit(outgoing())
    world.sim(f"/phones/{PHONE}/replies", {"content": " r "})
    until(lambda: bool(receiver.at("/up")))
    assert json.loads(receiver.at("/up")[0])[0]["sign_name"] == "回头"
    (reply,) = parse_replies(receiver.at("/up")[0])
    assert (reply.phone, reply.content, reply.is_optout) == (PHONE, " r ", True)
    lines = world.http.get(f"/sim/phones/{PHONE}/conversation").json()
    assert [line["is_mine"] for line in lines] == [False, True]


def test_killed_simulator_keeps_everything(tmp_path: Path, receiver: Receiver) -> None:
    """kill -9 with a receipt still held; the next process on the file pushes it."""
    path = tmp_path / "sms.sqlite"
    port = free_port()
    command = [sys.executable, "-m", "huitou.simulators.sms", "--port", str(port)]
    first = subprocess.Popen([*command, "--data", str(path)], stdout=subprocess.DEVNULL)
    world = World(f"http://127.0.0.1:{port}")
    message = outgoing()
    try:
        until(lambda: is_up(world))
        world.sim("/configure", {**WORLD, "report_url": f"{receiver.url}/r", "is_holding": True})
        sent = world.channel().submit(message)
        assert isinstance(sent, Submitted)
    finally:
        first.kill()
        first.wait()
        world.close()
    with simulator(str(path)) as again:
        assert again.channel().ask(message, None) == Waiting(message.message_id.hex)
        again.sim("/receipts/hold", {"is_holding": False})
        until(lambda: bool(receiver.at("/r")))
        assert parse_reports(receiver.at("/r")[0])[0].message_id == message.message_id
        assert isinstance(again.channel().ask(message, sent.ref), Delivered)
        assert len(again.messages()) == 1


def test_pages_need_nothing_from_elsewhere(world: World) -> None:
    for path in ("/", f"/phone/{PHONE}"):
        page = world.http.get(path)
        assert page.status_code == 200 and "x-frame-options" not in page.headers
        assert "短信" in page.text and " src=" not in page.text and "@import" not in page.text
    assert world.http.get("/phone/%3Cscript%3E").status_code == 422
