"""The contact policy: kept in versions, held for every message, and tried on what went."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.base.db import Database
from huitou.reach.actions import messages as actions
from huitou.reach.reads import messages as reads
from huitou.reach.types.messages import Search
from huitou.reach.types.policies import ContactPolicy
from tests.adapters.sms_world import World
from tests.adapters.wecom.serving import eventually
from tests.conftest import Clock, Read
from tests.rooms.reach.conftest import Town

URL = "/v1/reach/policy"
DAY = {"kind": "calendar", "unit": "day"}
NIGHT = {"from_minute": 21 * 60, "until_minute": 8 * 60}


def put(client: TestClient, policy: dict[str, Any], version: int) -> Any:
    return client.put(URL, json={"version": version, "policy": policy})


def hold(town: Town, **policy: Any) -> None:
    with town.db.write(town.brand.merchant.id) as tx:
        version = reads.policy_shown(tx).version
        actions.set_policy(tx, ContactPolicy.model_validate(policy), version=version)


def plan(town: Town, *customers: UUID, **changes: Any) -> list[str | None]:
    with town.db.write(town.brand.merchant.id) as tx:
        decided = actions.plan(tx, [town.candidate(each, **changes) for each in customers])
    return [decision.code for decision in decided]


def deliver(town: Town) -> None:
    with town.db.write(town.brand.merchant.id) as tx:
        tx.run(
            "UPDATE reach.message SET state = 'delivered', delivered_at = %(now)s"
            " WHERE merchant_id = %(merchant)s AND state = 'planned'"
        )


def run_waiting(db: Database) -> None:
    """The worker's queue goes by the wall clock, the test's by its own."""
    with db.owner() as owner:
        owner.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")


@pytest.fixture
def evening(clock: Clock) -> Clock:
    """Half past ten in Shanghai, of today by the wall clock."""
    day = datetime.now(UTC).date()
    clock.now = datetime(day.year, day.month, day.day, 14, 30, tzinfo=UTC)
    return clock


def test_it_is_kept_in_versions_and_says_itself(client: TestClient, read: Read) -> None:
    first = client.get(URL).json()
    assert (first["version"], first["changed_by"]) == (0, None)
    assert [line["zh"] for line in first["lines"]] == [
        "每位客户每天最多 1 条营销消息",
        "同一内容 7 天内不重发",
    ]
    told = put(client, {"caps": [{"window": DAY, "limit": 2}], "repeat_days": 0}, 0).json()
    assert told["version"] == 1
    assert [line["en"] for line in told["lines"]] == [
        "At most 2 marketing messages a day to a customer"
    ]
    late = put(client, {}, 0)
    assert (late.status_code, late.json()["code"]) == (409, "reach.policy_changed")
    bad = put(client, {"quiet": [{"from_minute": 60, "until_minute": 60}]}, 1)
    assert (bad.status_code, bad.json()["code"]) == (422, "reach.bad_policy")
    unknown = put(client, {"caps": [{"window": DAY, "limit": -1}]}, 1)
    assert unknown.status_code == 422
    assert client.get(URL).json()["version"] == 1
    with read() as tx:
        audited = tx.column(
            "SELECT verb FROM merchant.audit WHERE merchant_id = %(merchant)s"
            " AND verb = 'reach.policy_changed'"
        )
    assert len(audited) == 1


def test_caps_of_every_scope_hold_and_are_named(town: Town, client: TestClient) -> None:
    [customer] = town.people(1)
    hold(
        town,
        caps=[
            {"window": {"kind": "rolling", "hours": 48}, "limit": 4},
            {"scope": "channel", "of": "sms", "window": DAY, "limit": 3},
            {"scope": "category", "window": DAY, "limit": 2},
            {"scope": "campaign", "window": DAY, "limit": 1},
        ],
    )
    one, other = uuid4(), uuid4()
    assert plan(town, customer, campaign_id=one, category="birthday") == [None]
    assert plan(town, customer, campaign_id=one, category="arrival") == ["cap"]
    assert plan(town, customer, campaign_id=other, category="birthday") == [None]
    assert plan(town, customer, category="birthday") == ["cap"]
    assert plan(town, customer, category="arrival") == [None]
    assert plan(town, customer, category="news") == ["channel_cap"]
    told = client.get(f"/v1/customers/{customer}/decisions").json()
    items = told["items"] if isinstance(told, dict) else told
    assert items[0]["text"] == ("已达该渠道营销消息的上限：每位客户每天最多 3 条营销消息（短信）")
    assert plan(town, customer, purpose="service") == [None]


def test_a_rolling_window_lets_go_exactly_after_its_hours(town: Town, clock: Clock) -> None:
    [customer] = town.people(1)
    hold(town, caps=[{"window": {"kind": "rolling", "hours": 72}, "limit": 1}])
    assert plan(town, customer) == [None]
    deliver(town)
    clock.move(hours=71, minutes=59)
    assert plan(town, customer) == ["cap"]
    clock.move(minutes=1)
    assert plan(town, customer) == [None]
    clock.move(hours=-72)


def test_what_falls_into_quiet_hours_goes_when_they_are_over(
    live_town: Town, sms: World, evening: Clock, read: Read
) -> None:
    [customer] = live_town.people(1)
    hold(live_town, caps=[{"window": DAY, "limit": 1}], quiet=[NIGHT])
    assert plan(live_town, customer) == [None]
    with read() as tx:
        [waiting] = tx.column(
            "SELECT not_before FROM reach.message WHERE merchant_id = %(merchant)s"
        )
    assert waiting == evening.now.replace(hour=0, minute=0) + timedelta(days=1)
    # It counts tomorrow: today has room, which no quiet hour leaves; tomorrow is full.
    assert plan(live_town, customer) == ["cap"]
    run_waiting(live_town.db)
    live_town.drain()
    assert sms.messages(live_town.phone(customer)) == [], "too early: it waits again"
    evening.move(hours=9, minutes=31)
    run_waiting(live_town.db)
    live_town.drain()
    eventually(lambda: len(sms.messages(live_town.phone(customer))) == 1)


def test_a_wished_moment_is_waited_for_through_quiet_hours(
    live_town: Town, sms: World, evening: Clock, read: Read
) -> None:
    [customer] = live_town.people(1)
    hold(live_town, quiet=[NIGHT])
    wish = evening.now + timedelta(hours=14)
    assert plan(live_town, customer, not_before=wish) == [None]
    with read() as tx:
        waits = tx.column("SELECT not_before FROM reach.message WHERE merchant_id = %(merchant)s")
    assert waits == [wish]
    run_waiting(live_town.db)
    live_town.drain()
    assert sms.messages(live_town.phone(customer)) == [], "too early: it waits again"
    evening.move(hours=14, minutes=1)
    run_waiting(live_town.db)
    live_town.drain()
    eventually(lambda: len(sms.messages(live_town.phone(customer))) == 1)


def test_quiet_hours_that_come_later_hold_back_what_was_planned(
    live_town: Town, sms: World, evening: Clock
) -> None:
    [customer] = live_town.people(1)
    assert plan(live_town, customer) == [None]
    hold(live_town, quiet=[NIGHT])
    live_town.drain()
    assert sms.messages(live_town.phone(customer)) == []
    hold(live_town, quiet=[{**NIGHT, "action": "drop"}])
    run_waiting(live_town.db)
    live_town.drain()
    with live_town.db.read(live_town.brand.merchant.id) as tx:
        [message] = reads.list_messages(tx, Search(customer_id=customer)).items
    assert (message.state, message.failure) == ("failed", "quiet_hours")
    assert sms.messages(live_town.phone(customer)) == []


def test_what_would_come_too_late_is_given_up(town: Town, evening: Clock) -> None:
    one, other = town.people(2)
    hold(town, quiet=[NIGHT])
    soon = evening.now + timedelta(hours=9)
    assert plan(town, one, expires_at=soon) == ["quiet_hours"]
    assert plan(town, other, expires_at=soon + timedelta(hours=1)) == [None]


def test_another_policy_is_tried_on_what_went(town: Town, client: TestClient, clock: Clock) -> None:
    customers = town.people(3)
    for _ in range(2):
        assert plan(town, *customers) == [None] * 3
        deliver(town)
        clock.move(days=1)
    week = {"caps": [{"window": {"kind": "rolling", "hours": 168}, "limit": 1}]}
    told = client.post(f"{URL}/preview", json=week).json()
    assert told["lines"][0]["zh"] == "每位客户任意 7 天内最多 1 条营销消息"
    days = told["replayed"]["days"]
    assert [(day["same"], day["left_out"]) for day in days] == [(3, 0), (0, 3)]
    assert told["replayed"]["stopped"][0]["count"] == 3
    assert told["replayed"]["customers"] == 3
    clock.move(days=-2)
