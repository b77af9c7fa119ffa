"""The official account and the mini program by the suite of all channels."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from huitou.channels.wechat.callbacks import WechatEars
from huitou.reach.types.channels import Channel, Outgoing, Receipt
from huitou.reach.types.hearing import Reported
from tests.adapters.contract import (
    ChannelContract,
    Push,
    ReportContract,
    ReportingStage,
    Stage,
    TemplateContract,
    TemplatedStage,
    TokenContract,
    TokenStage,
)
from tests.adapters.receiver import Receiver
from tests.adapters.wechat_world import (
    CREDIT,
    MINI,
    TEMPLATE,
    WechatSim,
    message,
    mini_config,
    official_config,
    running,
)

PATHS = {"official": "message/template/send", "mini": "message/subscribe/send"}


class WechatStage:
    is_asked = False

    def __init__(self, sim: WechatSim, kind: str, receiver: Receiver) -> None:
        self._sim, self._kind, self._receiver = sim, kind, receiver
        sim.set_up()
        for _ in range(12):
            sim.act(MINI, "accept", CREDIT)
        sim.set_up(receiver.url)
        self.channel: Channel = self._open()
        config = official_config(sim.url) if kind == "official" else mini_config(sim.url)
        self._ears = WechatEars(config)

    def outgoing(self) -> Outgoing:
        return message(template=TEMPLATE if self._kind == "official" else CREDIT)

    def unwanted(self) -> Outgoing:
        return replace(self.outgoing(), address="oNOBODY")

    def lacking(self) -> Outgoing:
        return replace(self.outgoing(), params={})

    def deliver(self, outgoing: Outgoing) -> None:
        self._sim.order("finish")

    def count(self, outgoing: Outgoing) -> int:
        assert outgoing.link
        rows = self._sim.look(f"messages/{outgoing.address}")["messages"]
        return sum(outgoing.message_id.hex in str(row["body"]) for row in rows)

    def refuse_once(self) -> None:
        self._fault("errcode", 45009)

    def break_before(self) -> None:
        self._fault("drop_before")

    def break_after(self) -> None:
        self._fault("drop_after")

    def unplugged(self) -> Channel:
        return self._open(base_url="http://127.0.0.1:9")

    def pushes(self, count: int) -> Sequence[Push]:
        return self._receiver.wait(count)

    def hear(self, push: Push) -> Sequence[Receipt]:
        heard = self._ears.hear(push.query, push.headers, push.body, datetime.now(UTC))
        return [one for one in heard if isinstance(one, Reported)]

    def forge(self, push: Push) -> Push:
        return replace(push, query={**push.query, "msg_signature": "0" * 40})

    def push_again(self) -> None:
        for row in self._sim.look("deliveries")["deliveries"]:
            self._sim.order("redeliver", id=row["id"])

    def expire_token(self, *, is_revoked: bool) -> None:
        self._sim.order("tokens/expire", is_revoked=is_revoked)

    def count_tokens(self) -> int:
        return int(self._sim.look()["calls"]["stable_token"])

    def another(self) -> Channel:
        return self._open()

    def _open(self, **changes: Any) -> Channel:
        is_official = self._kind == "official"
        return self._sim.official(**changes) if is_official else self._sim.mini(**changes)

    def _fault(self, mode: str, errcode: int = -1) -> None:
        self._sim.order("faults", path=PATHS[self._kind], mode=mode, errcode=errcode)


@pytest.fixture(params=PATHS)
def wechat_stage(request: Any) -> Iterator[WechatStage]:
    receiver = Receiver(b"success")
    with running() as sim:
        yield WechatStage(sim, request.param, receiver)
    receiver.close()


class TestContract(ChannelContract):
    @pytest.fixture
    def stage(self, wechat_stage: WechatStage) -> Stage:
        return wechat_stage


class TestTemplates(TemplateContract):
    @pytest.fixture
    def stage(self, wechat_stage: WechatStage) -> TemplatedStage:
        return wechat_stage


class TestReports(ReportContract):
    @pytest.fixture
    def stage(self, wechat_stage: WechatStage) -> ReportingStage:
        return wechat_stage


class TestTokens(TokenContract):
    @pytest.fixture
    def stage(self, wechat_stage: WechatStage) -> TokenStage:
        return wechat_stage
