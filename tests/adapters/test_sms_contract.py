"""Both SMS providers by the same suite, against the same phones."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from pydantic import SecretStr

from huitou.channels.sms.pushes import Pushes
from huitou.channels.sms.receipts import Receipt
from huitou.channels.sms_aliyun import receipts as aliyun
from huitou.channels.sms_aliyun.channel import AliyunSmsChannel
from huitou.channels.sms_tencent import receipts as tencent
from huitou.channels.sms_tencent.channel import TencentSmsChannel
from huitou.reach.http.callbacks import BadPushSecret
from huitou.reach.types.channels import Channel, Outgoing
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
from tests.adapters.sms_world import (
    ALIYUN_TEMPLATES,
    PHONE,
    TENCENT_TEMPLATES,
    WORLD,
    World,
    aliyun_config,
    outgoing,
    simulator,
    tencent_config,
    until,
)

SECRET = "a-secret-of-the-address"
UNPLUGGED = {"endpoint": "http://127.0.0.1:9"}


@dataclass(frozen=True)
class Vendor:
    open: Callable[..., AliyunSmsChannel | TencentSmsChannel]
    pushes: Pushes
    templates: str
    report_url: str
    passing: str
    answer: bytes


VENDORS = {
    "aliyun": Vendor(
        World.channel,
        aliyun.pushes(aliyun_config(receipt_secret=SecretStr(SECRET))),
        ALIYUN_TEMPLATES,
        "report_url",
        "isv.BUSINESS_LIMIT_CONTROL",
        b'{"code":0,"msg":"ok"}',
    ),
    "tencent": Vendor(
        World.tencent,
        tencent.pushes(tencent_config(receipt_secret=SecretStr(SECRET))),
        TENCENT_TEMPLATES,
        "tencent_report_url",
        "LimitExceeded.PhoneNumberDailyLimit",
        b'{"result":0,"errmsg":"OK"}',
    ),
}


class SmsStage:
    is_asked = True

    def __init__(self, world: World, vendor: Vendor, receiver: Receiver) -> None:
        self._world, self._vendor, self._receiver = world, vendor, receiver
        self.channel: Channel = vendor.open(world, templates=vendor.templates)
        world.sim("/configure", {**WORLD, "is_holding": True})
        world.sim("/configure", {vendor.report_url: f"{receiver.url}/{SECRET}"})

    def outgoing(self) -> Outgoing:
        return outgoing()

    def unwanted(self) -> Outgoing:
        return outgoing(
            template="999999" if self._vendor.report_url[0] == "t" else "SMS_X", params={}
        )

    def lacking(self) -> Outgoing:
        return outgoing(params={"name": "李女士"})

    def deliver(self, outgoing: Outgoing) -> None:
        self._world.sim("/receipts/hold", {"is_holding": False})
        until(lambda: all(row["settled_ms"] for row in self._world.messages()))
        self._world.sim("/receipts/hold", {"is_holding": True})

    def count(self, outgoing: Outgoing) -> int:
        return [row["out_id"] for row in self._world.messages()].count(outgoing.message_id.hex)

    def refuse_once(self) -> None:
        self._fault("error", self._vendor.passing)

    def break_before(self) -> None:
        self._fault("drop_before")

    def break_after(self) -> None:
        self._fault("drop_after")

    def unplugged(self) -> Channel:
        return self._vendor.open(self._world, templates=self._vendor.templates, **UNPLUGGED)

    def pushes(self, count: int) -> Sequence[Push]:
        return self._receiver.wait(count)

    def hear(self, push: Push) -> Sequence[Receipt]:
        if not self._vendor.pushes.accepts(push.path.removeprefix("/")):
            raise BadPushSecret()
        return self._vendor.pushes.reports(push.body)

    def forge(self, push: Push) -> Push:
        return replace(push, path="/another-secret-of-the-address")

    def push_again(self) -> None:
        self._world.sim("/pushes/repeat", {})

    def _fault(self, effect: str, code: str = "") -> None:
        self._world.sim("/faults", {"effect": effect, "action": "SendSms", "code": code})


@pytest.fixture(params=VENDORS)
def sms_stage(request: Any) -> Iterator[SmsStage]:
    vendor = VENDORS[request.param]
    receiver = Receiver(vendor.answer)
    with simulator() as world:
        yield SmsStage(world, vendor, receiver)
    receiver.close()


class TestContract(ChannelContract):
    @pytest.fixture
    def stage(self, sms_stage: SmsStage) -> Stage:
        return sms_stage


class TestTemplates(TemplateContract):
    @pytest.fixture
    def stage(self, sms_stage: SmsStage) -> TemplatedStage:
        return sms_stage


class TestReports(ReportContract):
    @pytest.fixture
    def stage(self, sms_stage: SmsStage) -> ReportingStage:
        return sms_stage


def test_both_reach_the_same_phone_and_a_price_is_by_the_part(sms_stage: SmsStage) -> None:
    message = outgoing()
    sms_stage.channel.submit(message)
    (row,) = sms_stage._world.messages(PHONE)
    assert row["content"].startswith("【回头】李 女士+，您常买的鲜奶到货了 https://")
    long = outgoing(params={"name": "李" * 60, "link": "https://h5.example.cn/t/Ab3dE"})
    channel = sms_stage.channel
    assert isinstance(channel, AliyunSmsChannel | TencentSmsChannel)
    assert (channel.fen_per_thousand(message), channel.fen_per_thousand(long)) == (4500, 9000)
