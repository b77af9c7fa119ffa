"""What customers choose channel by channel: in force at once, kept with its proof, turned back."""

from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from huitou.base.db import Tx
from huitou.content import reads as content
from huitou.content.types import Choice
from huitou.profile import reads as profiles
from huitou.reach.actions import messages as actions
from huitou.reach.actions import preferences
from huitou.reach.reads import messages as reads
from huitou.reach.types.channels import CHANNELS
from huitou.reach.types.gate import Candidate
from tests.conftest import Clock
from tests.rooms.reach.conftest import Town


@pytest.mark.parametrize(
    "said", ["", "sms", "sms.marketing", "pigeon.marketing.on", "sms.transactional.off"]
)
def test_only_what_there_is_can_be_chosen(said: str) -> None:
    with pytest.raises(preferences.NoChoice):
        preferences.parse(said)


def test_turning_a_channel_off_on_the_page_of_a_link_holds_at_once_and_is_undone(
    town: Town, client: TestClient, clock: Clock
) -> None:
    [customer] = town.people(1, consents=("sms", "wecom"))
    staff = town.brand.staff["a-01"].id
    with town.db.write(town.brand.merchant.id) as tx:
        [decision] = actions.plan(
            tx, [town.candidate(customer, product_list_id=town.product_list())]
        )
        token = tx.value("SELECT token FROM content.link WHERE merchant_id = %(merchant)s")
    assert decision.message_id is not None
    page = f"/l/{token}/preferences"
    assert "选择接收哪些消息" in client.get(f"/l/{token}").text
    shown = client.get(page).text
    assert 'value="sms.marketing.off"' in shown
    assert 'value="phone.marketing.on"' in shown
    answer = client.post(page, data={"set": "sms.marketing.off"}, follow_redirects=False)
    assert answer.status_code == 303
    told = client.get(answer.headers["location"]).text
    assert "已关闭，马上生效" in told
    assert 'value="sms.marketing.on"' in told
    with town.db.read(town.brand.merchant.id) as tx:
        assert reads.get_message(tx, decision.message_id).message.state == "cancelled"
        [kept] = [
            one
            for one in profiles.decisions_of(tx, customer)
            if (one.channel, one.purpose) == ("sms", "marketing")
        ]
        assert (kept.state, kept.at) == ("withdrawn", clock.now)
        assert kept.proof["said"].startswith("link:")
    friend = town.candidate(customer, channel="wecom", staff_id=staff)
    assert _codes(town, town.candidate(customer), friend) == ["opted_out", None]
    town.drain()
    assert _codes(town, town.candidate(customer), friend) == ["opted_out", None]
    clock.move(seconds=1)
    client.post(page, data={"set": "sms.marketing.on"})
    assert _codes(town, town.candidate(customer)) == [None]
    town.drain()
    assert _codes(town, town.candidate(customer)) == [None]
    assert client.post(page, data={"set": "x"}).json()["code"] == "reach.no_choice"


def test_service_messages_can_be_turned_off_apart_and_codes_still_come(
    town: Town, clock: Clock
) -> None:
    [customer] = town.people(1)
    service = town.candidate(customer, purpose="service")
    with town.db.write(town.brand.merchant.id) as tx:
        [planned] = actions.plan(tx, [service])
        _turn(tx, customer, "sms.service.off")
    with town.db.read(town.brand.merchant.id) as tx:
        assert planned.message_id is not None
        assert reads.get_message(tx, planned.message_id).message.state == "cancelled"
        [row] = [one for one in content.preferences_of(tx, customer) if one.channel == "sms"]
    assert [(one.purpose, one.is_on) for one in row.choices] == [
        ("marketing", True),
        ("service", False),
    ]
    code = town.candidate(customer, purpose="transactional")
    again = town.candidate(customer, purpose="service")
    assert _codes(town, again, town.candidate(customer), code) == ["opted_out", None, None]
    clock.move(seconds=1)
    with town.db.write(town.brand.merchant.id) as tx:
        _turn(tx, customer, "sms.service.on")
    assert _codes(town, again) == [None]


def test_nobody_decided_reads_as_no_marketing_and_service(town: Town) -> None:
    [customer] = town.people(1, consents=())
    with town.db.read(town.brand.merchant.id) as tx:
        rows = content.preferences_of(tx, customer)
    assert {row.channel for row in rows} == set(CHANNELS)
    assert rows[0].choices == (
        Choice("marketing", False, None, ""),
        Choice("service", True, None, ""),
    )


def _turn(tx: Tx, customer: UUID, said: str) -> None:
    preferences.choose(tx, customer, preferences.parse(said), proof="member:test")


def _codes(town: Town, *candidates: Candidate) -> list[str | None]:
    with town.db.read(town.brand.merchant.id) as tx:
        return actions.rehearse(tx, candidates)
