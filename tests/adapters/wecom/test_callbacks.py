"""Callbacks from the simulator to a receiver of ours, and what strangers send instead."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from huitou.channels.wecom import crypto
from huitou.channels.wecom.callbacks import (
    CallbackEvent,
    ContactAdded,
    ContactRemoved,
    Other,
    WeComCallbacks,
    event_of,
)
from huitou.channels.wecom.channel import WeComChannel
from huitou.channels.wecom.xml import DEPTH_MAX, BadXml, XmlTooLarge, read_fields
from huitou.kernel.errors import Refusal
from huitou.reach.types.channels import Failed, Link, Submitted
from tests.adapters.wecom.serving import CORP, Sim, eventually, running

CUSTOMER = "wmEMU0001"


class Receiver:
    """A product that answers the handshake and keeps events; the first `failures` it drops."""

    def __init__(self, callbacks: WeComCallbacks) -> None:
        self.events: list[CallbackEvent] = []
        self.attempts = self.failures = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = self._query()
                plain = callbacks.verify(
                    query["msg_signature"], query["timestamp"], query["nonce"], query["echostr"]
                )
                self._answer(200, plain.encode())

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.attempts += 1
                if receiver.failures:
                    receiver.failures -= 1
                    self._answer(500, b"")
                    return
                query = self._query()
                try:
                    event = callbacks.parse(
                        query["msg_signature"], query["timestamp"], query["nonce"], body
                    )
                except Refusal as refusal:
                    self._answer(refusal.status, refusal.code.encode())
                    return
                receiver.events.append(event)
                self._answer(200, b"")

            def _query(self) -> dict[str, str]:
                return {
                    name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()
                }

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/wecom"


@contextmanager
def receiving(sim: Sim) -> Iterator[Receiver]:
    receiver = Receiver(WeComCallbacks(sim.config()))
    thread = threading.Thread(target=receiver.server.serve_forever, args=(0.01,))
    thread.start()
    sim.order("corp", callback_url=receiver.url)
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        thread.join()
        receiver.server.server_close()


@pytest.fixture
def receiver(sim: Sim) -> Iterator[Receiver]:
    with receiving(sim) as receiver:
        yield receiver


def outcomes(sim: Sim) -> list[str]:
    return [row["outcome"] for row in sim.look("deliveries")["deliveries"]]


def test_the_handshake(sim: Sim, receiver: Receiver) -> None:
    assert sim.order("callback/verify") == {"is_verified": True}
    sim.order("corp", token="another")
    assert sim.order("callback/verify") == {"is_verified": False}


def test_scan_event_welcome_and_leaving(
    sim: Sim, receiver: Receiver, channel: WeComChannel
) -> None:
    sim.befriend("zhangsan", CUSTOMER, state="ch7", callback=True)
    eventually(lambda: receiver.events)
    (added,) = receiver.events
    assert isinstance(added, ContactAdded)
    assert (added.user, added.external_userid, added.state) == ("zhangsan", CUSTOMER, "ch7")
    assert abs(added.at - datetime.now(UTC)) < timedelta(minutes=1)
    assert CUSTOMER not in repr(added)

    assert added.welcome_code
    link = Link("会员中心", "领取见面礼", "https://h5.example.cn/m")
    assert channel.send_welcome(added.welcome_code, "你好", link) == Submitted(added.welcome_code)
    again = channel.send_welcome(added.welcome_code, "你好", link)
    assert isinstance(again, Failed)
    assert (again.code, again.is_final) == ("41050", True)
    kinds = [line["kind"] for line in sim.look(f"inbox/{CUSTOMER}")["messages"]]
    assert kinds == ["system", "welcome"]

    sim.order("unfriend", userid="zhangsan", external_userid=CUSTOMER)
    eventually(lambda: len(receiver.events) == 2)
    removed = receiver.events[1]
    assert isinstance(removed, ContactRemoved)
    assert removed.is_by_customer
    sim.befriend("zhangsan", CUSTOMER)
    sim.order("unfriend", userid="zhangsan", external_userid=CUSTOMER, by="member")
    eventually(lambda: len(receiver.events) == 3)
    cleaned = receiver.events[2]
    assert isinstance(cleaned, ContactRemoved)
    assert not cleaned.is_by_customer
    assert len({event.key for event in receiver.events}) == 3


def test_a_welcome_code_lives_twenty_seconds(
    sim: Sim, receiver: Receiver, channel: WeComChannel
) -> None:
    sim.befriend("zhangsan", CUSTOMER, callback=True)
    eventually(lambda: receiver.events)
    added = receiver.events[0]
    assert isinstance(added, ContactAdded)
    assert added.welcome_code
    sim.order("clock", seconds=21)
    late = channel.send_welcome(added.welcome_code, "你好", None)
    assert isinstance(late, Failed)
    assert late.code == "41050"


def test_a_chat_that_started_needs_no_welcome(
    sim: Sim, receiver: Receiver, channel: WeComChannel
) -> None:
    for _ in range(2):  # two codes for the same pair
        sim.befriend("zhangsan", CUSTOMER, callback=True)
    eventually(lambda: len(receiver.events) == 2)
    codes = [event.welcome_code for event in receiver.events if isinstance(event, ContactAdded)]
    assert codes[0]
    assert codes[1]
    assert isinstance(channel.send_welcome(codes[0], "你好", None), Submitted)
    late = channel.send_welcome(codes[1], "你好", None)
    assert isinstance(late, Failed)
    assert late.code == "41051"


def test_delivery_is_tried_three_times_then_lost(sim: Sim, receiver: Receiver) -> None:
    receiver.failures = 2
    sim.befriend("zhangsan", CUSTOMER, callback=True)
    eventually(lambda: outcomes(sim) == ["delivered"])
    assert receiver.attempts == 3
    receiver.failures = 3
    sim.befriend("zhangsan", "wmEMU0002", callback=True)
    eventually(lambda: outcomes(sim) == ["delivered", "lost"])
    assert receiver.attempts == 6
    assert len(receiver.events) == 1


def test_a_pending_callback_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "wecom.sqlite"
    with ExitStack() as open_receivers:
        with running(state) as sim:
            receiver = open_receivers.enter_context(receiving(sim))
            receiver.failures = 1
            sim.order("corp", callback_retry_s=60)
            sim.befriend("zhangsan", CUSTOMER, callback=True)
            eventually(lambda: sim.look("deliveries")["deliveries"][0]["attempts"] == 1)
            assert outcomes(sim) == ["pending"]
        with running(state) as sim:
            eventually(lambda: outcomes(sim) == ["delivered"])
    assert len(receiver.events) == 1


def test_a_duplicate_has_the_same_key_and_a_forgery_is_refused(
    sim: Sim, receiver: Receiver
) -> None:
    sim.befriend("zhangsan", CUSTOMER, callback=True)
    eventually(lambda: receiver.events)
    assert sim.order("redeliver", id=1) == {"status": 200}
    assert receiver.events[0] == receiver.events[1]
    assert sim.order("redeliver", id=1, is_forged=True) == {"status": 403}
    sim.order("corp", corp_id="ww9999999999999999")
    assert sim.order("redeliver", id=1) == {"status": 403}
    assert len(receiver.events) == 2


def sealed(plain: bytes) -> tuple[str, str, str, bytes]:
    encrypted = crypto.encrypt(CORP["encoding_aes_key"], plain, CORP["corp_id"], b"0" * 16)
    signed = crypto.signature(CORP["token"], "1767323045", "n1", encrypted)
    body = f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt></xml>"
    return signed, "1767323045", "n1", body.encode()


def test_unknown_events_are_kept(sim: Sim) -> None:
    plain = (
        "<xml><CreateTime>1767323045</CreateTime><MsgType>event</MsgType>"
        "<Event>batch_job_result</Event><BatchJob><JobId>j1</JobId></BatchJob></xml>"
    )
    other = WeComCallbacks(sim.config()).parse(*sealed(plain.encode()))
    assert isinstance(other, Other)
    assert (other.event, other.change) == ("batch_job_result", "")
    assert other.fields["BatchJob/JobId"] == "j1"
    assert other.at == datetime.fromtimestamp(1767323045, UTC)


def test_a_hand_over_names_its_source() -> None:
    removed = event_of(
        {
            "CreateTime": "1767323045",
            "Event": "change_external_contact",
            "ChangeType": "del_external_contact",
            "UserID": "zhangsan",
            "ExternalUserID": CUSTOMER,
            "Source": "DELETE_BY_TRANSFER",
        }
    )
    assert isinstance(removed, ContactRemoved)
    assert removed.source == "DELETE_BY_TRANSFER"


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;">]><xml><Encrypt>&c;</Encrypt></xml>'
)
EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Encrypt>&e;</Encrypt></xml>'
REMOTE = '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><xml><Encrypt>a</Encrypt></xml>'


@pytest.mark.parametrize(
    "raw",
    [
        BOMB,
        EXTERNAL,
        REMOTE,
        "",
        "not xml",
        "<xml><Encrypt>a</xml>",
        "<xml>&nothing;</xml>",
        "<a>" * (DEPTH_MAX + 1) + "</a>" * (DEPTH_MAX + 1),
    ],
)
def test_hostile_xml_is_refused_outside_and_inside(sim: Sim, raw: str) -> None:
    with pytest.raises(BadXml):
        read_fields(raw.encode())
    callbacks = WeComCallbacks(sim.config())
    with pytest.raises(BadXml):
        callbacks.parse("0" * 40, "1767323045", "n1", raw.encode())
    with pytest.raises(BadXml):
        callbacks.parse(*sealed(raw.encode()))


def test_a_huge_body_is_refused() -> None:
    with pytest.raises(XmlTooLarge):
        read_fields(b"<xml>" + b"a" * 300_000 + b"</xml>")


def test_a_body_without_ciphertext_has_no_right_signature(sim: Sim) -> None:
    with pytest.raises(crypto.BadSignature):
        WeComCallbacks(sim.config()).parse("0" * 40, "1", "n", b"<xml><A>1</A></xml>")
