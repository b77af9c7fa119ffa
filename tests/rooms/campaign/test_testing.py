"""Trying a campaign's words on oneself, through the real channels."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from huitou.campaign.actions import testing
from huitou.merchant import actions as merchants
from huitou.profile import actions as profile
from huitou.profile.types import Description
from huitou.reach.reads import tests as reach
from tests.adapters.sms_world import World
from tests.conftest import Clock, Read, Write
from tests.rooms.benefit.test_approvals import as_staff
from tests.rooms.campaign.test_campaign_http import body
from tests.rooms.opportunity.shopping import stock
from tests.rooms.reach.conftest import SECRET, Town

PHONE = "13900001111"


@pytest.fixture(autouse=True)
def real_time(clock: Clock) -> None:
    """The simulators live by the wall clock."""
    clock.now = datetime.now(UTC)


@pytest.fixture
def kept(live_town: Town, client: TestClient, sms: World) -> str:
    """A draft whose SMS says `text` and `link`."""
    config = {
        "endpoint": sms.url,
        "access_key_id": "AKID_TEST",
        "access_key_secret": "SECRET_TEST",
        "sign_name": "回头",
        "template_code": "SMS_M",
        "text_variable": "name",
        "link_variable": "link",
        "receipt_secret": SECRET,
        "timeout_seconds": 5,
    }
    with live_town.db.write(live_town.brand.merchant.id, principal="test") as tx:
        merchants.set_channel(tx, "sms", json.dumps(config), is_simulated=True)
    stock(live_town)
    live_town.people(1, consents=("wecom", "sms"))
    answer = client.post("/v1/campaigns", json=body(live_town, salt="salt"))
    assert answer.status_code == 201, answer.text
    return f"/v1/campaigns/{answer.json()['id']}"


def send(client: TestClient, path: str, **target: Any) -> Any:
    return client.post(f"{path}/test", json=target)


def test_an_sms_goes_out_marked_and_counts_nowhere(
    kept: str, live_town: Town, client: TestClient, sms: World, read: Read
) -> None:
    sent = send(client, kept, channel="sms", address=PHONE)
    assert sent.status_code == 201, sent.text
    assert sent.json()["text"].startswith("【测试】")
    live_town.drain()
    [message] = sms.messages(PHONE)
    assert "【测试】" in message["content"]
    assert "好物到货" in message["content"]
    [shown] = client.get(f"{kept}/tests").json()["items"]
    assert (shown["id"], shown["state"], shown["failure"]) == (sent.json()["id"], "submitted", None)
    with read() as tx:
        [row] = tx.rows(dict, "SELECT * FROM reach.message WHERE merchant_id = %(merchant)s")
        assert (row["is_test"], row["campaign_id"], row["customer_id"]) == (True, None, None)
        assert tx.value("SELECT count(*) FROM reach.decision") == 0
        details = tx.column(
            "SELECT detail::text FROM merchant.audit WHERE merchant_id = %(merchant)s"
            " AND verb = 'campaign.tested'"
        )
    assert len(details) == 1
    assert PHONE not in details[0]
    client.post(f"{kept}/publish")
    live_town.drain()
    progress = client.get(f"{kept}/progress").json()
    assert (progress["reached"], progress["messages"]) == (0, {})


def test_in_wecom_an_employee_gets_a_card(
    kept: str, live_town: Town, client: TestClient, read: Read
) -> None:
    staff = live_town.brand.staff
    sent = send(client, kept, channel="wecom", staff_id=str(staff["a-01"].id)).json()
    assert sent["text"].startswith("【测试】")
    assert sent["text"].endswith("导购甲给您留了好物")
    live_town.drain()
    with read() as tx:
        assert reach.state_of_test(tx, UUID(sent["id"])) == ("sent", None)
    assert client.get(f"{kept}/tests").json()["items"][0]["state"] == "sent"


def test_the_name_of_a_candidate_is_masked(
    kept: str, live_town: Town, client: TestClient, write: Write
) -> None:
    shown = client.post(f"{kept}/preview").json()["sample"][0]
    assert shown["copy"].startswith("亲您好")
    phone = live_town.phone(UUID(shown["customer_id"]))
    with write() as tx:
        profile.describe(tx, [Description("phone", None, phone, name="欧阳小满", gender="female")])
    assert client.post(f"{kept}/preview").json()["sample"][0]["copy"].startswith("欧阳女士您好")
    staff = str(live_town.brand.staff["a-01"].id)
    sent = send(client, kept, channel="wecom", staff_id=staff).json()
    assert sent["text"].startswith("【测试】欧***您好")


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ({"channel": "sms"}, "campaign.bad_test_target"),
        ({"channel": "sms", "address": "not a phone"}, "campaign.bad_test_target"),
        ({"channel": "sms", "address": "13900001111\n"}, "campaign.bad_test_target"),
        ({"channel": "wecom"}, "campaign.bad_test_target"),
        ({"channel": "wechat", "address": "openid-1"}, "campaign.no_such_step"),
        ({"channel": "pigeon", "address": "x"}, "request.invalid"),
    ],
)
def test_what_cannot_be_tried_is_refused(
    kept: str, client: TestClient, target: dict[str, str], code: str
) -> None:
    assert send(client, kept, **target).json()["code"] == code
    assert client.get(f"{kept}/tests").json()["items"] == []


def test_ten_an_hour_a_person(kept: str, live_town: Town, client: TestClient, clock: Clock) -> None:
    for _ in range(testing.AN_HOUR):
        assert send(client, kept, channel="sms", address=PHONE).status_code == 201
    over = send(client, kept, channel="sms", address=PHONE)
    assert (over.status_code, over.json()["code"]) == (429, "campaign.too_many_tests")
    boss = as_staff(live_town.db, live_town.brand, client, "hq-1")
    other = client.post(f"{kept}/test", json={"channel": "sms", "address": PHONE}, headers=boss)
    assert other.status_code == 201, "the limit is each person's own"
    clock.move(hours=1, seconds=1)
    assert send(client, kept, channel="sms", address=PHONE).status_code == 201
    clock.move(hours=-1, seconds=-1)


def test_a_channel_that_is_not_set_up_and_a_role_that_may_not(
    town: Town, client: TestClient
) -> None:
    stock(town)
    town.people(1, consents=("wecom",))
    path = f"/v1/campaigns/{client.post('/v1/campaigns', json=body(town)).json()['id']}"
    manager = as_staff(town.db, town.brand, client, "manager-0401")
    refused = client.post(f"{path}/test", json={"channel": "sms"}, headers=manager)
    assert refused.status_code == 403
    with town.db.write(town.brand.merchant.id) as tx:
        tx.run("DELETE FROM merchant.channel WHERE merchant_id = %(merchant)s AND kind = 'sms'")
    off = send(client, path, channel="sms", address=PHONE)
    assert off.json()["code"] == "reach.channel_off"
