"""Mass messages, welcomes and cards, as a story of associates and customers."""

from datetime import UTC, datetime, timedelta

import pytest

from huitou.channels.wecom.channel import WeComChannel, _window
from huitou.kernel.ids import new_id
from huitou.reach.types.channels import (
    Channel,
    Delivered,
    Failed,
    Link,
    Outgoing,
    Submitted,
    Unknown,
    Waiting,
)
from tests.adapters.contract import ChannelContract, Stage
from tests.adapters.wecom.messages import message
from tests.adapters.wecom.serving import Sim

CUSTOMER = "wmEMU0001"


class WeComStage:
    is_asked = True

    def __init__(self, sim: Sim) -> None:
        self._sim = sim
        self.channel: Channel = WeComChannel(sim.client())
        sim.befriend("zhangsan", CUSTOMER)

    def outgoing(self) -> Outgoing:
        return message()

    def unwanted(self) -> Outgoing:
        return message(to="wmGONE")

    def deliver(self, outgoing: Outgoing) -> None:
        self._sim.order("confirm", userid=outgoing.sender)

    def count(self, outgoing: Outgoing) -> int:
        assert outgoing.sender
        assert outgoing.link
        tasks = self._sim.look(f"tasks/{outgoing.sender}")["tasks"]
        urls = [part["link"]["url"] for task in tasks for part in task["attachments"]]
        return urls.count(outgoing.link.url)

    def refuse_once(self) -> None:
        self._fault("errcode", errcode=45009)

    def break_before(self) -> None:
        self._fault("drop_before")

    def break_after(self) -> None:
        self._fault("drop_after")

    def unplugged(self) -> Channel:
        return WeComChannel(self._sim.client(base_url="http://127.0.0.1:9"))

    def _fault(self, mode: str, errcode: int = -1) -> None:
        path = "externalcontact/add_msg_template"
        self._sim.order("faults", path=path, mode=mode, errcode=errcode)


class TestContract(ChannelContract):
    @pytest.fixture
    def stage(self, sim: Sim) -> Stage:
        return WeComStage(sim)


def submit(channel: WeComChannel, outgoing: Outgoing) -> str:
    submitted = channel.submit(outgoing)
    assert isinstance(submitted, Submitted), submitted
    return submitted.ref


def test_the_life_of_a_mass_message(sim: Sim, channel: WeComChannel) -> None:
    sim.befriend("zhangsan", CUSTOMER)
    sim.order("corp", dispatch_s=60)
    outgoing = message()
    ref = submit(channel, outgoing)
    assert channel.ask(outgoing, ref) == Waiting(ref)  # 41063: being dispatched
    sim.order("clock", seconds=61)
    assert channel.ask(outgoing, ref) == Waiting(ref, on_person=True)
    assert sim.look(f"inbox/{CUSTOMER}")["messages"] == []

    confirmed = sim.order("confirm", userid="zhangsan", msgid=ref)
    assert confirmed == {"tasks": 1, "sent": 1, "not_friend": 0, "quota_used": 0}
    delivered = channel.ask(outgoing, ref)
    assert isinstance(delivered, Delivered)
    assert abs(delivered.at - datetime.now(UTC) - timedelta(seconds=61)) < timedelta(minutes=1)
    (seen,) = sim.look(f"inbox/{CUSTOMER}")["messages"]
    assert (seen["userid"], seen["kind"], seen["text"]) == ("zhangsan", "mass", "上新")
    assert outgoing.link
    assert seen["attachments"][0]["link"]["url"] == outgoing.link.url


def test_confirming_twice_sends_once(sim: Sim, channel: WeComChannel) -> None:
    sim.befriend("zhangsan", CUSTOMER)
    ref = submit(channel, message())
    sim.order("confirm", userid="zhangsan", msgid=ref)
    assert sim.order("confirm", userid="zhangsan", msgid=ref)["tasks"] == 0
    assert len(sim.look(f"inbox/{CUSTOMER}")["messages"]) == 1


def test_a_used_up_quota_fails_at_the_confirmation_then_at_once(
    sim: Sim, channel: WeComChannel
) -> None:
    sim.befriend("zhangsan", CUSTOMER)
    sim.order("corp", quota_per_month=1)
    first, second = message(), message()
    refs = submit(channel, first), submit(channel, second)
    assert sim.order("confirm", userid="zhangsan")["quota_used"] == 1
    assert isinstance(channel.ask(first, refs[0]), Delivered)
    failed = channel.ask(second, refs[1])
    assert isinstance(failed, Failed)
    assert (failed.code, failed.is_final) == ("quota_used", True)
    third = channel.submit(message())
    assert isinstance(third, Failed)
    assert (third.code, third.is_final) == ("41048", True)


def test_the_quota_is_as_many_as_the_month_has_days_and_renews(
    sim: Sim, channel: WeComChannel
) -> None:
    sim.befriend("zhangsan", CUSTOMER)
    taken = 0
    while isinstance(channel.submit(message()), Submitted):
        sim.order("confirm", userid="zhangsan")
        taken += 1
        assert taken <= 31
    assert 28 <= taken <= 31
    sim.order("clock", seconds=32 * 86_400)
    assert isinstance(channel.submit(message()), Submitted)


def test_a_customer_who_left_before_the_confirmation(sim: Sim, channel: WeComChannel) -> None:
    sim.befriend("zhangsan", CUSTOMER)
    outgoing = message()
    ref = submit(channel, outgoing)
    sim.order("unfriend", userid="zhangsan", external_userid=CUSTOMER)
    assert sim.order("confirm", userid="zhangsan")["not_friend"] == 1
    failed = channel.ask(outgoing, ref)
    assert isinstance(failed, Failed)
    assert (failed.code, failed.is_final) == ("not_friend", True)


def test_a_partial_fail_list_names_who_is_not_a_friend(sim: Sim) -> None:
    sim.befriend("zhangsan", CUSTOMER)
    answer = sim.client().post(
        "externalcontact/add_msg_template",
        {
            "chat_type": "single",
            "external_userid": [CUSTOMER, "wmGONE"],
            "sender": "zhangsan",
            "text": {"content": "上新"},
        },
    )
    assert answer["fail_list"] == ["wmGONE"]


def test_without_a_sender_the_member_who_met_the_customer_last_gets_the_task(
    sim: Sim, channel: WeComChannel
) -> None:
    sim.befriend("zhangsan", CUSTOMER, created_at=1_700_000_000)
    sim.befriend("lisi", CUSTOMER, created_at=1_700_000_100)
    outgoing = message(sender=None)
    ref = submit(channel, outgoing)
    assert sim.look("tasks/zhangsan")["tasks"] == []
    assert channel.ask(outgoing, ref) == Waiting(ref, on_person=True)
    sim.order("confirm", userid="lisi")
    assert isinstance(channel.ask(outgoing, ref), Delivered)


def test_reminding_three_times_a_day(sim: Sim, channel: WeComChannel) -> None:
    sim.befriend("zhangsan", CUSTOMER)
    ref = submit(channel, message())
    for _ in range(3):
        assert channel.remind(ref) == Submitted(ref)
    tired = channel.remind(ref)
    assert isinstance(tired, Failed)
    assert (tired.code, tired.is_final) == ("41094", False)
    kinds = [notice["kind"] for notice in sim.look("notices/zhangsan")["notices"]]
    assert kinds == ["reminder"] * 3
    sim.order("clock", seconds=86_401)
    assert channel.remind(ref) == Submitted(ref)


def test_a_cancelled_message_is_never_sent(sim: Sim, channel: WeComChannel) -> None:
    sim.befriend("zhangsan", CUSTOMER)
    outgoing = message()
    ref = submit(channel, outgoing)
    assert channel.cancel(ref) == Submitted(ref)
    assert sim.order("confirm", userid="zhangsan", msgid=ref)["tasks"] == 0
    asked = channel.ask(outgoing, ref)
    assert isinstance(asked, Failed)
    assert (asked.code, asked.is_final) == ("cancelled", True)
    for outcome in (channel.cancel(ref), channel.remind(ref)):
        assert isinstance(outcome, Failed)
        assert (outcome.code, outcome.is_final) == ("41093", True)


def test_what_was_confirmed_is_not_taken_back(sim: Sim, channel: WeComChannel) -> None:
    """WeCom stops it as gladly; the customer has it all the same."""
    sim.befriend("zhangsan", CUSTOMER)
    outgoing = message()
    ref = submit(channel, outgoing)
    assert sim.order("confirm", userid="zhangsan", msgid=ref)["tasks"] == 1
    kept = channel.cancel(ref)
    assert isinstance(kept, Failed)
    assert kept.code == "confirmed"
    assert isinstance(channel.ask(outgoing, ref), Delivered)


def test_a_timeout_is_unknown_and_found_among_many(sim: Sim, channel: WeComChannel) -> None:
    sim.befriend("zhangsan", CUSTOMER)
    lost = message()
    path = "externalcontact/add_msg_template"
    sim.order("faults", path=path, mode="timeout_after", seconds=0.2)
    assert isinstance(channel.submit(lost), Unknown)
    for _ in range(120):  # more than a page of the list
        submit(channel, message())
    asked = channel.ask(lost, None)
    assert isinstance(asked, Waiting)
    assert asked.on_person
    sim.order("confirm", userid="zhangsan", msgid=asked.ref)
    assert channel.ask(lost, None) == channel.ask(lost, asked.ref)
    (seen,) = sim.look(f"inbox/{CUSTOMER}")["messages"]
    assert lost.link
    assert seen["attachments"][0]["link"]["url"] == lost.link.url


def test_while_wecom_is_in_trouble_asking_stays_unknown(sim: Sim, channel: WeComChannel) -> None:
    sim.befriend("zhangsan", CUSTOMER)
    outgoing = message()
    ref = submit(channel, outgoing)
    for order in ({"errcode": 45009}, {"mode": "drop_before"}, {"errcode": 60020}):
        sim.order("faults", path="externalcontact/get_groupmsg_task", **order)
        assert isinstance(channel.ask(outgoing, ref), Unknown)
    sim.order("faults", path="externalcontact/get_groupmsg_list_v2", errcode=41063)
    assert isinstance(channel.ask(outgoing, None), Unknown)
    bare = Outgoing(outgoing.message_id, CUSTOMER, "没有链接", sender="zhangsan")
    assert isinstance(channel.ask(bare, None), Unknown)


def test_an_unknown_sender_and_too_long_a_text_are_final(sim: Sim, channel: WeComChannel) -> None:
    sim.befriend("zhangsan", CUSTOMER)
    for outgoing, code in (
        (message(sender="nobody"), "40003"),
        (message(text="长" * 1334), "40058"),
    ):
        failed = channel.submit(outgoing)
        assert isinstance(failed, Failed)
        assert (failed.code, failed.is_final) == (code, True)


def test_a_long_title_is_clipped_at_a_character(sim: Sim, channel: WeComChannel) -> None:
    sim.befriend("zhangsan", CUSTOMER)
    plain = message()
    assert plain.link
    link = Link("新" * 100, "述" * 300, plain.link.url, picture_url="https://h5.example.cn/p.png")
    submit(channel, Outgoing(plain.message_id, CUSTOMER, "", sender="zhangsan", link=link))
    (task,) = sim.look("tasks/zhangsan")["tasks"]
    card = task["attachments"][0]["link"]
    assert (card["title"], card["desc"]) == ("新" * 42, "述" * 170)
    assert card["picurl"] == "https://h5.example.cn/p.png"


def test_cards_to_staff_are_shown_once(sim: Sim, channel: WeComChannel) -> None:
    card = ("新任务", "请联系 3 位客户", "https://crm.example.cn/a/1")
    for _ in range(2):
        assert isinstance(channel.notify("zhangsan", *card), Submitted)
    (notice,) = sim.look("notices/zhangsan")["notices"]
    assert notice["body"]["title"] == "新任务"
    assert notice["body"]["url"] == "https://crm.example.cn/a/1"
    nobody = channel.notify("nobody", *card)
    assert isinstance(nobody, Failed)
    assert (nobody.code, nobody.is_final) == ("81013", True)


def test_some_invalid_recipients_are_named(sim: Sim) -> None:
    body = {"touser": "zhangsan|nobody", "msgtype": "text", "agentid": 1000002}
    answer = sim.client().post("message/send", {**body, "text": {"content": "你好"}})
    assert answer["invaliduser"] == "nobody"


def test_where_the_clock_was_set_back_a_whole_month_is_searched() -> None:
    now = datetime.now(UTC)
    made = new_id(int(now.timestamp() * 1_000))
    assert _window(made, now)[0] > now - timedelta(hours=2)
    assert _window(made, now - timedelta(days=2))[0] < now - timedelta(days=28)
