"""Tests of a campaign's words."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from huitou.kernel.errors import Invalid, Limited


@dataclass(frozen=True, slots=True)
class TestSent:
    """A test with the words it has; `GET …/tests` tells what became of it."""

    id: UUID
    channel: str
    text: str


@dataclass(frozen=True, slots=True)
class TestShown:
    """What became of a test: the state of its message or card, and why it failed."""

    id: UUID
    channel: str
    sent_by: str
    sent_at: datetime
    state: str
    failure: str | None
    failure_text: str | None


class NoSuchStep(Invalid):
    code = "campaign.no_such_step"
    zh, en = "这个活动不使用该渠道", "The campaign does not use this channel"


class BadTestTarget(Invalid):
    code = "campaign.bad_test_target"
    zh, en = "请填写该渠道可用的接收人", "Say who gets the test, as the channel addresses people"


class TooManyTests(Limited):
    code = "campaign.too_many_tests"
    zh, en = (
        "每人每小时最多发送 {most} 条测试，请稍后再试",
        "One person sends {most} tests an hour at most; try again later",
    )
