"""What people do in WeChat and what it opens up; templates; the vectors of the signatures."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr, ValidationError

from huitou.channels.wechat.callbacks import BadSignature, WechatEars, plain_signature
from huitou.channels.wechat.values import overlong, read_templates
from huitou.reach.types.channels import Delivered, Failed, Submitted, Unknown
from huitou.reach.types.hearing import Forbade, Heard, Joined, Left, Permitted
from tests.adapters.receiver import Receiver
from tests.adapters.wechat_world import (
    CREDIT,
    MINI,
    OFFICIAL,
    OPENID,
    TEMPLATE,
    WechatSim,
    message,
    mini_config,
    official_config,
    running,
)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running_receiver = Receiver(b"success")
    yield running_receiver
    running_receiver.close()


@pytest.fixture
def sim(receiver: Receiver) -> Iterator[WechatSim]:
    with running() as sim:
        sim.set_up(receiver.url)
        yield sim


def heard(sim: WechatSim, receiver: Receiver, count: int) -> list[Heard]:
    """What the last of so many callbacks said."""
    push = receiver.wait(count)[-1]
    config = official_config(sim.url) if push.path == "/official" else mini_config(sim.url)
    return WechatEars(config).hear(push.query, push.headers, push.body, datetime.now(UTC))


def refused(outcome: object) -> str:
    assert isinstance(outcome, Failed)
    return outcome.code


def test_the_vector_of_the_plain_signature_and_the_handshake(sim: WechatSim) -> None:
    signed = plain_signature("TOKEN", "1767323045", "NONCE")
    assert signed == "5415320604eaba00ce0a0cad5861dca1b0358efe"
    ears = WechatEars(official_config(sim.url, token="TOKEN"))
    query = {"timestamp": "1767323045", "nonce": "NONCE", "echostr": "e1", "signature": signed}
    assert ears.verify(query) == "e1"
    with pytest.raises(BadSignature):
        ears.verify({**query, "nonce": "other"})


def test_a_customer_service_message_needs_an_open_window(sim: WechatSim) -> None:
    channel = sim.official()
    text = message(template=None)
    assert refused(channel.submit(text)) == "45015"
    sim.act(OFFICIAL, "say", "你好")
    for _ in range(5):
        assert isinstance(channel.submit(message()), Submitted)
    assert refused(channel.submit(message())) == "45047"
    assert channel.is_used_up("45047") and channel.permission_of(text) == ""
    sim.act(OFFICIAL, "say", "还在吗")
    sent = channel.submit(text)
    assert isinstance(sent, Submitted)
    done = channel.ask(text, sent.ref)
    assert isinstance(done, Delivered) and channel.ask(text, sent.ref) == done
    sim.act(OFFICIAL, "click")
    sim.order("clock", seconds=61)
    assert refused(channel.submit(message())) == "45015"
    last = sim.look(f"messages/{OPENID}")["messages"][-1]["body"]["text"]["content"]
    assert last.startswith('您好\n<a href="https://h5.example.cn/t/')


def test_an_unknown_customer_service_message_is_never_sent_again(sim: WechatSim) -> None:
    channel, text = sim.official(), message()
    sim.act(OFFICIAL, "say", "你好")
    sim.order("faults", path="message/custom/send", mode="timeout_after", seconds=0.2)
    assert isinstance(channel.submit(text), Unknown)
    assert isinstance(channel.ask(text, None), Unknown)
    assert len(sim.look(f"messages/{OPENID}")["messages"]) == 1


def test_an_old_template_message_is_not_repeated(sim: WechatSim) -> None:
    """WeChat recognises a repeat for ten minutes only."""
    later = datetime.now(UTC) + timedelta(minutes=5)
    channel = sim.official()
    channel._now = lambda: later
    assert isinstance(channel.ask(message(template=TEMPLATE), None), Unknown)


def test_what_people_do_opens_windows_and_credits(sim: WechatSim, receiver: Receiver) -> None:
    sim.act(OFFICIAL, "say", "在吗 <b>")
    (spoke,) = heard(sim, receiver, 1)
    assert isinstance(spoke, Permitted) and spoke.until is not None
    assert (spoke.address, spoke.subject, spoke.count) == (OPENID, "", 5)
    assert spoke.until - spoke.at == timedelta(hours=48)
    sim.act(OFFICIAL, "follow", "st_0012_camp9")
    joined, acted = heard(sim, receiver, 2)
    assert isinstance(joined, Joined) and joined.scene == "st_0012_camp9"
    assert isinstance(acted, Permitted) and acted.count == 3
    sim.act(OFFICIAL, "unfollow")
    (left,) = heard(sim, receiver, 3)
    assert isinstance(left, Left)
    sim.act(MINI, "accept", CREDIT)
    (accepted,) = heard(sim, receiver, 4)
    assert isinstance(accepted, Permitted)
    assert (accepted.subject, accepted.count, accepted.until) == (CREDIT, 1, None)
    sim.act(MINI, "reject", CREDIT)
    assert heard(sim, receiver, 5) == []
    sim.act(MINI, "switch_off", CREDIT)
    (off,) = heard(sim, receiver, 6)
    assert isinstance(off, Forbade) and off.subject == CREDIT


def test_one_subscribe_message_for_each_acceptance(sim: WechatSim) -> None:
    channel = sim.mini()
    assert refused(channel.submit(message())) == "43101"
    sim.act(MINI, "accept", CREDIT)
    assert isinstance(channel.submit(message()), Submitted)
    assert refused(channel.submit(message())) == "43101"
    assert channel.permission_of(message()) == CREDIT
    body = sim.look(f"messages/{OPENID}")["messages"][0]["body"]
    assert body["data"] == {"thing1": {"value": "鲜奶"}, "phrase2": {"value": "到货"}}
    assert body["page"].startswith("pages/index/index?url=https%3A%2F%2Fh5.example.cn")


def test_bad_templates_and_values_are_refused_before_anything_is_sent(sim: WechatSim) -> None:
    mini, official = sim.mini(), sim.official()
    for channel, outgoing, code in (
        (mini, message(template="unknown"), "missing_variable"),
        (mini, message(params={"goods": "鲜" * 21}), "value_too_long"),
        (official, message(template="unknown"), "missing_variable"),
        (official, message(template=TEMPLATE, params={"goods": "鲜奶"}), "missing_variable"),
        (
            official,
            message(template=TEMPLATE, params={"goods": "鲜" * 21, "when": "今"}),
            "value_too_long",
        ),
    ):
        assert refused(channel.submit(outgoing)) == code
    assert sim.look()["calls"] == {}
    with pytest.raises(ValidationError, match="no field"):
        mini_config(sim.url, templates="T1=不是字段")


@pytest.mark.parametrize(
    ("field", "value", "is_fine"),
    [
        ("thing1", "字" * 20, True),
        ("thing1", "字" * 21, False),
        ("thing1", "", False),
        ("number2", "12.5", True),
        ("number2", "十二", False),
        ("phrase3", "已到货了吗", True),
        ("phrase3", "已到货了吗？", False),
        ("amount4", "¥12.50", True),
        ("name5", "李" * 11, False),
        ("name5", "Li Xiaoming Johnson", True),
        ("character_string6", "A-1", True),
        ("time7", "2026年1月2日 11:04", True),
    ],
)
def test_each_kind_of_field_has_its_rule(field: str, value: str, is_fine: bool) -> None:
    assert overlong({field: value}) == (None if is_fine else field)


def test_templates_are_read_line_by_line() -> None:
    found = read_templates("T1=thing1:${a}您好;time2:${b}\n\nT2 = phrase1:好")
    assert found["T1"].names() == ["a", "b"]
    assert found["T1"].values({"a": "李\n女士", "b": "今"}) == {
        "thing1": "李 女士您好",
        "time2": "今",
    }
    assert found["T2"].fields == {"phrase1": "好"}


@pytest.mark.parametrize(
    ("errcode", "is_final", "waits"),
    [(45009, False, True), (45011, False, True), (43004, True, False), (48001, False, False)],
)
def test_limits_wait_and_faults_of_the_account_can_be_mended(
    sim: WechatSim, errcode: int, is_final: bool, waits: bool
) -> None:
    sim.order("faults", path="message/template/send", errcode=errcode)
    outcome = sim.official().submit(message(template=TEMPLATE))
    assert isinstance(outcome, Failed)
    assert (outcome.is_final, outcome.wait > timedelta(0)) == (is_final, waits)


def test_a_wrong_secret_is_a_refusal_that_can_be_mended(sim: WechatSim) -> None:
    outcome = sim.official(secret=SecretStr("S2")).submit(message(template=TEMPLATE))
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.is_final) == ("40125", False)
