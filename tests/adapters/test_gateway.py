"""Vendors by HTTP: the suite of all channels, safe addresses, and what a configuration may say."""

import json
import socket
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from huitou.channels.gateway import pointers, safety, signing
from huitou.channels.gateway.callbacks import BadSignature, GatewayEars
from huitou.channels.gateway.channel import GatewayChannel
from huitou.channels.gateway.config import GatewayForm, WebhookConfig, webhook_form
from huitou.kernel.ids import new_id
from huitou.reach.types.channels import Channel, Failed, Link, Outgoing, Receipt, Submitted, Unknown
from huitou.reach.types.hearing import Reported
from huitou.simulators.gateway.app import create_app
from tests.adapters.contract import (
    ChannelContract,
    Push,
    ReportContract,
    ReportingStage,
    Stage,
    TemplateContract,
    TemplatedStage,
)
from tests.adapters.receiver import Receiver
from tests.adapters.wecom.serving import PLAIN, serve

SECRET = "a-secret-both-sides-know"
BODY = '{"id": "${id}", "to": "${to}", "card": {"text": "${text} ${goods}", "url": "${url}"}}'


def form(url: str, **changes: Any) -> GatewayForm:
    fields: dict[str, Any] = {
        "endpoint": f"{url}/rcs/messages",
        "secret": SecretStr(SECRET),
        "body": BODY,
        "codes_passing": "busy, limit",
        "fen_per_thousand": 25_000,
    }
    return GatewayForm.model_validate({**fields, **changes})


def message(**changes: Any) -> Outgoing:
    fields: dict[str, Any] = {
        "message_id": new_id(),
        "address": "13800000000",
        "text": '您好"\n',
        "link": Link("鲜奶", "", "https://h5.example.cn/t/Ab"),
        "params": {"goods": "鲜奶"},
    }
    return Outgoing(**{**fields, **changes})


class GatewayStage:
    is_asked = False

    def __init__(self, url: str, receiver: Receiver, *, is_webhook: bool) -> None:
        self._url, self._receiver, self._is_webhook = url, receiver, is_webhook
        self._http = httpx2.Client(base_url=url, verify=PLAIN, trust_env=False, timeout=60)
        self._name = "webhook" if is_webhook else "rcs"
        self._opened: list[GatewayChannel] = []
        self._order("settings", is_holding=True)
        self._order(
            "vendor",
            name=self._name,
            secret=SECRET,
            callback_url=receiver.url,
            recognises_id=is_webhook,
        )
        self._form = self._formed(url)
        self.channel: Channel = self._open(url)

    def outgoing(self) -> Outgoing:
        return message()

    def unwanted(self) -> Outgoing:
        return message(address="")

    def lacking(self) -> Outgoing:
        return message(params={})

    def deliver(self, outgoing: Outgoing) -> None:
        self._order("finish")

    def count(self, outgoing: Outgoing) -> int:
        rows = self._http.get("/sim/messages").json()["messages"]
        return sum(row["body"]["id"] == outgoing.message_id.hex for row in rows)

    def refuse_once(self) -> None:
        self._order("faults", path=self._name, errcode=-1)

    def break_before(self) -> None:
        self._order("faults", path=self._name, mode="drop_before")

    def break_after(self) -> None:
        self._order("faults", path=self._name, mode="drop_after")

    def unplugged(self) -> Channel:
        return self._open("http://127.0.0.1:9")

    def pushes(self, count: int) -> Sequence[Push]:
        return self._receiver.wait(count)

    def hear(self, push: Push) -> Sequence[Receipt]:
        ears = GatewayEars(self._form)
        heard = ears.hear(push.query, push.headers, push.body, datetime.now(UTC))
        return [one for one in heard if isinstance(one, Reported)]

    def forge(self, push: Push) -> Push:
        stamp = push.headers[signing.TIMESTAMP]
        forged = signing.signature("somebody-elses-secret", stamp, push.body)
        return replace(push, headers={**push.headers, signing.SIGNATURE: forged})

    def push_again(self) -> None:
        for row in self._http.get("/sim/receipts").json()["receipts"]:
            self._order("redeliver", id=row["id"])

    def close(self) -> None:
        self._http.close()
        for channel in self._opened:
            channel.close()

    def _formed(self, url: str) -> GatewayForm:
        if not self._is_webhook:
            return form(url)
        config = WebhookConfig(
            endpoint=f"{url}/webhook/messages",
            secret=SecretStr(SECRET),
            card_scope="vip",
            fen_per_thousand=0,
            timeout_seconds=10,
            per_second=0,
        )
        return webhook_form(config)

    def _open(self, url: str) -> Channel:
        channel = GatewayChannel(self._name, self._formed(url))
        self._opened.append(channel)
        return channel

    def _order(self, path: str, /, **body: Any) -> None:
        answer = self._http.post(f"/sim/{path}", json=body)
        assert answer.is_success, answer.text


@pytest.fixture(params=["vendor", "webhook"])
def gateway_stage(request: Any) -> Iterator[GatewayStage]:
    receiver = Receiver(b'{"code":0}')
    with serve(create_app()) as url:
        stage = GatewayStage(url, receiver, is_webhook=request.param == "webhook")
        yield stage
        stage.close()
    receiver.close()


class TestContract(ChannelContract):
    @pytest.fixture
    def stage(self, gateway_stage: GatewayStage) -> Stage:
        return gateway_stage


@pytest.mark.parametrize("gateway_stage", ["vendor"], indirect=True)
class TestTemplates(TemplateContract):
    @pytest.fixture
    def stage(self, gateway_stage: GatewayStage) -> TemplatedStage:
        return gateway_stage


class TestReports(ReportContract):
    @pytest.fixture
    def stage(self, gateway_stage: GatewayStage) -> ReportingStage:
        return gateway_stage


def test_values_stay_values_whatever_they_hold(gateway_stage: GatewayStage) -> None:
    sent = message(text='"}, {"to": "13900000000')
    assert isinstance(gateway_stage.channel.submit(sent), Submitted)
    (row,) = gateway_stage._http.get("/sim/messages").json()["messages"]
    assert row["body"]["to"] == "13800000000"


def test_a_wrong_secret_can_be_mended_and_an_error_of_the_vendor_is_unknown(
    gateway_stage: GatewayStage,
) -> None:
    wrong = GatewayChannel("rcs", form(gateway_stage._url, secret=SecretStr("x" * 16)))
    outcome = wrong.submit(message())
    assert isinstance(outcome, Failed) and not outcome.is_final
    wrong.close()
    assert gateway_stage._http.get("/sim/messages").json()["messages"] == []


def test_a_receipt_is_good_for_five_minutes() -> None:
    ears, body = GatewayEars(form("http://127.0.0.1:1")), b'{"id":"r1","state":"delivered"}'
    now = datetime(2026, 1, 2, tzinfo=UTC)
    headers = signing.signed_headers(SECRET, body, now)
    assert len(ears.hear({}, headers, body, now + timedelta(minutes=5))) == 1
    for late in (timedelta(minutes=5, seconds=1), timedelta(minutes=-6)):
        with pytest.raises(BadSignature):
            ears.hear({}, headers, body, now + late)
    sent = b'[{"id":"r1","state":"on_its_way"},{"id":"r2","state":"failed"}]'
    (failed,) = ears.hear({}, signing.signed_headers(SECRET, sent, now), sent, now)
    assert isinstance(failed, Reported) and isinstance(failed.outcome, Failed)


@pytest.mark.parametrize(
    "address",
    [
        "http://vendor.example.cn/send",
        "https://10.0.0.8/send",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/",
        "https://[::ffff:10.0.0.8]/",
        "https://224.0.0.1/",
        "https://user:pass@vendor.example.cn/",
        "https://vendor.example.cn:port/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "https:///send",
        "https://0.0.0.0/",
    ],
)
def test_unsafe_addresses_are_refused(address: str) -> None:
    with pytest.raises(safety.Unsafe):
        safety.checked(address)
    with pytest.raises(ValidationError):
        form("http://127.0.0.1:1", endpoint=address)


def test_a_name_that_leads_inside_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
    def inside(*_: object, **__: object) -> list[Any]:
        return [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.8", 443))]

    monkeypatch.setattr(socket, "getaddrinfo", inside)
    channel = GatewayChannel("rcs", form("", endpoint="https://rebind.example.cn/send"))
    outcome = channel.submit(message())
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.is_final) == ("unsafe_address", False)
    channel.close()


def test_a_public_name_is_called_by_the_number_that_was_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = [(2, 1, 6, "", ("93.184.216.34", 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    target = safety.resolved("https://vendor.example.cn/send?a=1")
    assert target.url == "https://93.184.216.34:443/send?a=1"
    assert (target.host, target.server_name) == ("vendor.example.cn", "vendor.example.cn")


@pytest.mark.parametrize(
    "changes",
    [
        {"headers": "no colon"},
        {"headers": "Host: elsewhere"},
        {"headers": "X-A: 一"},
        {"body": "[]"},
        {"body": "{"},
        {"code_path": "code"},
        {"secret": SecretStr("short")},
    ],
)
def test_what_a_configuration_may_not_say(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        form("http://127.0.0.1:1", **changes)


_DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(_DOCUMENTS)
def test_every_place_of_a_document_has_its_pointer(document: Any) -> None:
    def walk(here: Any, path: str) -> None:
        assert pointers.find(document, path) == here
        if isinstance(here, dict):
            for name, value in here.items():
                walk(value, f"{path}/{name.replace('~', '~0').replace('/', '~1')}")
        elif isinstance(here, list):
            for number, value in enumerate(here):
                walk(value, f"{path}/{number}")

    walk(json.loads(json.dumps(document)), "")
    assert pointers.find(document, "/no/such/place/at/all") is None


def test_an_unknown_submit_is_repeated_only_where_the_vendor_promises() -> None:
    for recognises in (True, False):
        channel = GatewayChannel("rcs", form("http://127.0.0.1:1", recognises_id=recognises))
        asked = channel.ask(message(), None)
        assert isinstance(asked, Failed if recognises else Unknown)
        channel.close()
