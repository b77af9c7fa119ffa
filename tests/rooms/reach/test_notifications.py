"""What merchants' own systems tell single customers: once, by the first way that can, the next where one fails."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx2
import pytest
from fastapi.testclient import TestClient

from huitou.base.db import Database, Scope
from huitou.identity import actions as identities
from huitou.merchant import actions as merchants
from huitou.profile import actions as profiles
from huitou.reach.actions import messages as reach
from huitou.reach.reads import notifications as reads
from huitou.reach.types.notifications import Asked
from huitou.simulators.gateway.app import create_app
from huitou.simulators.sms.app import utc_now
from tests.adapters.sms_world import World
from tests.adapters.wecom.serving import serve
from tests.conftest import Clock
from tests.rooms.reach.conftest import Town

VENDOR = "a-secret-both-sides-know"
PARAMS = {"name": "李女士", "link": "取件码 8817"}
BY_SMS = {"channel": "sms", "params": PARAMS}


@pytest.fixture(autouse=True)
def real_time(clock: Clock) -> None:
    """The simulators check the time of a signature."""
    clock.now = datetime.now(UTC)


@pytest.fixture
def rcs(live_town: Town) -> Iterator[httpx2.Client]:
    """A vendor of 5G messages."""
    with (
        serve(create_app(now=lambda: utc_now().timestamp())) as url,
        httpx2.Client(base_url=url) as vendor,
    ):
        vendor.post("/sim/vendor", json={"name": "rcs", "secret": VENDOR}).raise_for_status()
        config = {
            "endpoint": f"{url}/rcs/messages",
            "secret": VENDOR,
            "body": '{"id": "${id}", "to": "${to}", "t": "${text}"}',
        }
        with live_town.db.write(live_town.brand.merchant.id) as tx:
            merchants.set_channel(tx, "rcs", json.dumps(config), is_simulated=True)
        yield vendor


def _tell(client: TestClient, status: int = 201, **changes: Any) -> dict[str, Any]:
    body = {"key": f"order:{uuid4().hex}:ready", "ways": [BY_SMS], **changes}
    answer = client.post("/v1/notifications", json={k: v for k, v in body.items() if v is not None})
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


def _look(client: TestClient, told: dict[str, Any]) -> dict[str, Any]:
    answer = client.get(f"/v1/notifications/{told['id']}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_the_first_way_that_can_is_taken_whatever_was_said_about_marketing(
    live_town: Town, client: TestClient, sms: World
) -> None:
    [customer] = live_town.people(1, consents=())
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        reach.opt_out(tx, customer, reason="page", proof="link:x")
    ways = [{"channel": "wechat", "text": "您的订单可以取了"}, BY_SMS]
    told = _tell(client, customer=str(customer), ways=ways)
    assert [(way["channel"], way["code"]) for way in told["tried"]] == [
        ("wechat", "channel_off"),
        ("sms", None),
    ]
    assert told["tried"][0]["reason"] and told["state"] == "on_the_way"
    live_town.drain()
    [sent] = sms.messages(live_town.phone(customer))
    assert "8817" in sent["content"]
    assert _look(client, told)["tried"][1]["state"] == "submitted"
    detail = client.get(f"/v1/messages/{told['tried'][1]['message_id']}").json()
    assert detail["message"]["purpose"] == "transactional"


def test_a_key_is_told_once(live_town: Town, client: TestClient, sms: World) -> None:
    [customer, other] = live_town.people(2, consents=())
    asked: dict[str, Any] = {
        "key": "order:1:ready",
        "identifier": f"phone:{live_town.phone(customer)}",
    }
    told = _tell(client, **asked)
    assert told["customer_id"] == str(customer)
    assert _tell(client, **asked)["id"] == told["id"]
    assert _tell(client, key="order:1:ready", customer=str(customer))["id"] == told["id"]
    for changed in (
        {"ways": [{**BY_SMS, "text": "别的"}]},
        {"customer": str(other), "identifier": None},
    ):
        refused = _tell(client, 409, **{**asked, **changed})
        assert refused["code"] == "reach.other_notification"
    live_town.drain()
    assert len(sms.messages(live_town.phone(customer))) == 1
    listed = client.get("/v1/notifications", params={"customer": str(customer)}).json()
    assert [one["id"] for one in listed["items"]] == [told["id"]]
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        winner = identities.merge(tx, customer, other).id
    live_town.drain()
    for one in (customer, other):
        assert _tell(client, key="order:1:ready", customer=str(one))["id"] == told["id"]
    assert _look(client, told)["customer_id"] == str(winner)


def test_where_one_way_fails_the_next_is_taken(
    live_town: Town, client: TestClient, sms: World, rcs: httpx2.Client
) -> None:
    """The provider refuses an SMS without the template's variables."""
    [customer] = live_town.people(1, consents=())
    ways = [{"channel": "sms", "text": "没有变量"}, {"channel": "rcs", "text": "您的订单可以取了"}]
    told = _tell(client, customer=str(customer), ways=ways)
    assert [way["channel"] for way in told["tried"]] == ["sms"]
    live_town.drain()
    found = _look(client, told)
    assert [(way["channel"], way["state"]) for way in found["tried"]] == [
        ("sms", "failed"),
        ("rcs", "submitted"),
    ]
    assert found["tried"][0]["code"] == "isv.TEMPLATE_MISSING_PARAMETERS"
    assert found["state"] == "on_the_way"
    rows = rcs.get("/sim/messages").json()["messages"]
    assert [row["body"]["t"] for row in rows] == ["您的订单可以取了"]
    live_town.drain()
    assert len(rcs.get("/sim/messages").json()["messages"]) == 1


def test_a_message_tells_what_else_was_tried_for_its_notification(
    live_town: Town, client: TestClient, sms: World, rcs: httpx2.Client
) -> None:
    """Its first way failed later than it was planned, its second is the last: both are of the same notification."""
    [customer] = live_town.people(1, consents=("sms",))
    ways = [{"channel": "sms", "text": "没有变量"}, {"channel": "rcs", "text": "您的订单可以取了"}]
    told = _tell(client, customer=str(customer), ways=ways)
    live_town.drain()
    found = _look(client, told)
    for way in found["tried"]:
        detail = client.get(f"/v1/messages/{way['message_id']}").json()
        assert detail["notification"] == found
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        [decision] = reach.plan(tx, [live_town.candidate(customer)])
    assert decision.message_id is not None, decision.code
    assert client.get(f"/v1/messages/{decision.message_id}").json()["notification"] is None


def test_notifications_are_found_by_what_became_of_them(
    live_town: Town, client: TestClient, sms: World, rcs: httpx2.Client, clock: Clock
) -> None:
    """By each state the same as they say of themselves; what no channel could take with its reasons."""
    one, two = live_town.people(2, consents=())
    off = {"channel": "wechat", "text": "您的订单可以取了"}
    bad = {"channel": "sms", "text": "没有变量"}

    def tell(**changes: Any) -> dict[str, Any]:
        clock.move(seconds=1)
        return _tell(client, **changes)

    nobody = tell(customer=str(one), ways=[off], purpose="service")
    stopped = tell(customer=str(one))
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        reach.cancel(tx, [UUID(stopped["tried"][0]["message_id"])])
    failed = tell(customer=str(one), ways=[bad, off])
    late = tell(customer=str(two), ways=[bad, off], within_minutes=1)
    clock.move(minutes=2)
    arrived = tell(customer=str(two))
    live_town.drain()
    clock.move(seconds=31)
    live_town.drain()
    waits = tell(customer=str(two))

    def listed(**query: str) -> list[dict[str, Any]]:
        answer = client.get("/v1/notifications", params=query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    everything = listed()
    order = [waits, arrived, late, failed, stopped, nobody]
    assert [told["id"] for told in everything] == [told["id"] for told in order]
    states = {told["id"]: told["state"] for told in everything}
    assert [states[told["id"]] for told in order] == [
        "on_the_way",
        "delivered",
        *["not_reached"] * 4,
    ]
    for state in set(states.values()):
        assert listed(state=state) == [told for told in everything if told["state"] == state]
    [found] = listed(purpose="service")
    assert (found["id"], found["tried"][0]["reason"]) == (nobody["id"], "该渠道还没有配置")
    assert [told["id"] for told in listed(customer=str(two))] == [one["id"] for one in order[:3]]
    since = everything[1]["made_at"]
    assert listed(since=since) == everything[:2]
    assert listed(until=since, state="not_reached") == everything[2:]
    first = client.get("/v1/notifications", params={"limit": "4"}).json()
    assert first["items"] + listed(cursor=first["next"]) == everything


def test_an_associate_finds_what_the_own_customers_were_told(
    town: Town, client: TestClient
) -> None:
    mine, other = town.people(2, consents=())
    told = _tell(client, customer=str(mine))
    _tell(client, customer=str(other))
    staff, units = town.brand.staff["a-12"], town.brand.units
    with town.db.write(town.brand.merchant.id) as tx:
        profiles.assign(tx, [mine], staff.id)

    def seen(scope: Scope) -> set[UUID]:
        with town.db.read(town.brand.merchant.id, scope=scope) as tx:
            page = reads.list_notifications(tx, Asked(), cursor=None, limit=50, language="zh")
        return {one.id for one in page.items}

    assert seen(Scope(units["store-0412"].path, staff.id)) == {UUID(told["id"])}
    assert seen(Scope(units["region-2"].path)) == {UUID(told["id"])}
    assert len(seen(Scope())) == 2


def test_nobody_is_told_too_late_or_after_it_was_taken_back(
    live_town: Town, client: TestClient, rcs: httpx2.Client, clock: Clock
) -> None:
    late, stopped = live_town.people(2, consents=())
    ways = [{"channel": "sms", "text": "没有变量"}, {"channel": "rcs", "text": "晚了"}]
    told = [
        _tell(client, customer=str(one), ways=ways, within_minutes=5) for one in (late, stopped)
    ]
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        reach.cancel(tx, [UUID(told[1]["tried"][0]["message_id"])])
    clock.move(minutes=6)
    live_town.drain()
    for one, code in zip(told, ("too_late", None), strict=True):
        found = _look(client, one)
        assert (found["state"], [way["code"] for way in found["tried"]]) == ("not_reached", [code])
    assert rcs.get("/sim/messages").json()["messages"] == []


def test_what_would_be_said_is_gone_with_its_customer_and_its_time(
    db: Database, town: Town, client: TestClient, clock: Clock
) -> None:
    forgotten, kept = town.people(2, consents=())
    for one in (forgotten, kept):
        _tell(client, customer=str(one))

    def sealed() -> set[UUID]:
        with db.read(town.brand.merchant.id) as tx:
            return set(
                tx.column(
                    "SELECT customer_id FROM reach.notification"
                    " WHERE merchant_id = %(merchant)s AND ways_sealed IS NOT NULL"
                )
            )

    with db.write(town.brand.merchant.id) as tx:
        identities.forget(tx, forgotten)
    town.drain()
    assert sealed() == {kept}
    clock.now += timedelta(days=2)
    town.drain()
    assert sealed() == set()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ways": []}, "reach.bad_notification"),
        ({"ways": [BY_SMS, BY_SMS]}, "reach.bad_notification"),
        ({"ways": [{"channel": "sms", "text": "  "}]}, "reach.bad_notification"),
        ({"ways": [{"channel": "wecom", "text": "您好"}]}, "request.invalid"),
        ({"purpose": "marketing"}, "request.invalid"),
        ({"identifier": "phone:13900000000"}, "reach.bad_notification"),
        ({"customer": None}, "reach.bad_notification"),
        ({"within_minutes": 0}, "request.invalid"),
    ],
)
def test_what_cannot_be_told_is_refused(
    town: Town, client: TestClient, changes: dict[str, Any], code: str
) -> None:
    [customer] = town.people(1)
    assert _tell(client, 422, **{"customer": str(customer), **changes})["code"] == code


def test_nobody_can_be_told_whom_nobody_knows(town: Town, client: TestClient) -> None:
    assert _tell(client, 404, customer=str(uuid4()))["code"] == "identity.no_such_customer"
    assert _tell(client, 404, identifier="phone:13999999999")["code"] == "identity.no_such_customer"
