"""Chains that begin with a channel, remind, stop by themselves, and say where everybody is."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from huitou.associate import reads as associate
from huitou.campaign import reads
from huitou.campaign.actions import advancing, editing, previewing, publishing
from huitou.campaign.types.candidates import StepTaken
from huitou.campaign.types.plans import Step
from huitou.identity import actions as identity
from huitou.reach.actions import messages as reach
from huitou.reach.jobs import sending
from huitou.reach.reads import messages as reaching
from huitou.reach.types.policies import ContactPolicy
from tests.conftest import Clock, Read, Write
from tests.rooms.campaign.planning import EVERYONE, plan, published
from tests.rooms.opportunity.shopping import stock
from tests.rooms.reach.conftest import Town

FIRST = Step("sms", "{name}您好", within_minutes=60)
SECOND = Step("sms", "再提醒您一次", within_minutes=60)


@pytest.fixture
def later(clock: Clock) -> Iterator[Clock]:
    """A clock that is put back."""
    before = clock.now
    yield clock
    clock.now = before


@pytest.fixture(autouse=True)
def no_caps(town: Town) -> None:
    """Only the repetition of contents is held back."""
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        version = reaching.policy_shown(tx).version
        reach.set_policy(tx, ContactPolicy(caps=(), repeat_days=7), version=version)


def begun(town: Town, *steps: Step, **changes: Any) -> UUID:
    """A campaign of these steps that is live; nothing has been handed over yet."""
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        draft = editing.add(tx, plan(town, steps=steps, **changes))
        publishing.publish(tx, draft.id)
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        publishing.publish_chunk(tx, campaign_id=str(draft.id))
    return draft.id


def look(town: Town, campaign_id: UUID) -> None:
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        advancing.keep(tx)
        advancing.advance_chunk(tx, campaign_id=str(campaign_id))


def ways(town: Town, campaign_id: UUID) -> dict[UUID, list[StepTaken]]:
    """Customer → their steps."""
    with town.db.read(town.brand.merchant.id) as tx:
        rows = reads.list_candidates(tx, campaign_id, limit=200).items
    return {row.customer_id: row.steps for row in rows}


def told(steps: list[StepTaken]) -> list[tuple[str | None, str | None]]:
    return [(one.outcome, one.code) for one in steps]


def set_message(town: Town, message_id: UUID | None, state: str, **more: Any) -> None:
    assert message_id is not None
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        tx.run(
            "UPDATE reach.message SET state = %(state)s, failure = %(failure)s,"
            " delivered_at = CASE WHEN %(state)s = 'delivered' THEN %(now)s END,"
            " opened_at = CASE WHEN %(opened)s THEN %(now)s END"
            " WHERE merchant_id = %(merchant)s AND id = %(id)s",
            {"id": message_id, "state": state, "failure": None, "opened": False, **more},
        )
        advancing.take_news(tx, [message_id])


def test_without_associates_the_first_channel_begins_at_publishing(
    town: Town, later: Clock, read: Read
) -> None:
    stock(town)
    [customer] = town.people(1, consents=("sms",))
    [silent] = town.people(1, consents=())
    live = begun(town, FIRST, SECOND)
    found = ways(town, live)
    assert told(found[customer]) == [(None, None)] and found[silent] == []
    first = found[customer][0]
    assert (first.channel, first.state) == ("sms", "planned")
    assert first.due_at - first.since == timedelta(minutes=60)
    with read() as tx:
        assert associate.list_tasks(tx, campaign_id=live).items == []
    set_message(town, first.message_id, "failed", failure="bad_number")
    look(town, live)
    assert told(ways(town, live)[customer]) == [(None, None)], "its time is not over yet"
    later.move(minutes=61)
    look(town, live)
    look(town, live)
    assert told(ways(town, live)[customer]) == [("failed", "bad_number"), (None, None)]


def test_the_time_of_a_step_begins_when_its_message_is_handed_over(
    town: Town, later: Clock, write: Write
) -> None:
    stock(town)
    [customer] = town.people(1, consents=("sms",))
    live = begun(town, FIRST, SECOND)
    later.move(days=2)
    look(town, live)
    [first] = ways(town, live)[customer]
    assert (first.outcome, first.state) == (None, "planned"), "held back, it has its time still"
    with write() as tx:
        assert len(sending.claim_submit(tx, [str(first.message_id)])) == 1
    set_message(town, first.message_id, "failed", failure="bad_number")
    later.move(minutes=59)
    look(town, live)
    assert told(ways(town, live)[customer]) == [(None, None)]
    later.move(minutes=2)
    look(town, live)
    assert told(ways(town, live)[customer]) == [("failed", "bad_number"), (None, None)]


def test_one_copy_is_all_that_anybody_gets(town: Town, later: Clock) -> None:
    stock(town)
    reached, unsure = town.people(2, consents=("sms",))
    live = begun(town, Step("sms", "您好", "opened", 60), SECOND)
    found = ways(town, live)
    set_message(town, found[reached][0].message_id, "delivered")
    set_message(town, found[unsure][0].message_id, "unknown")
    later.move(minutes=61)
    look(town, live)
    assert told(ways(town, live)[reached]) == [("stopped", "has_copy")]
    assert told(ways(town, live)[unsure]) == [(None, None)]
    set_message(town, found[unsure][0].message_id, "failed", failure="expired")
    look(town, live)
    assert told(ways(town, live)[unsure]) == [("stopped", "unsure")]


def test_a_reminder_passes_the_gate_where_all_copies_are_wanted(
    town: Town, later: Clock, write: Write
) -> None:
    stock(town)
    opened, lazy = town.people(2, consents=("sms",))
    live = begun(town, Step("sms", "您好", "opened", 60), SECOND, copies="all")
    found = ways(town, live)
    set_message(town, found[opened][0].message_id, "delivered", opened=True)
    set_message(town, found[lazy][0].message_id, "delivered")
    later.move(minutes=61)
    look(town, live)
    assert told(ways(town, live)[opened]) == [("succeeded", None)]
    assert told(ways(town, live)[lazy]) == [("late", "not_opened"), (None, None)]
    reminder = ways(town, live)[lazy][1].message_id
    assert reminder is not None
    with write() as tx:
        [call] = sending.claim_submit(tx, [str(reminder)])
    assert call.outgoing.text == "再提醒您一次", "the second look agrees"


def test_a_late_receipt_cancels_what_is_planned(town: Town, later: Clock) -> None:
    stock(town)
    [customer] = town.people(1, consents=("sms",))
    live = begun(town, FIRST, SECOND)
    first = ways(town, live)[customer][0].message_id
    set_message(town, first, "failed", failure="bad_number")
    later.move(minutes=61)
    look(town, live)
    assert ways(town, live)[customer][1].state == "planned"
    set_message(town, first, "delivered")
    look(town, live)
    before, after = ways(town, live)[customer]
    assert (before.outcome, before.code) == ("succeeded", "late")
    assert (after.outcome, after.code, after.state) == ("stopped", "worked_before", "cancelled")


def test_a_receipt_after_the_end_still_counts(town: Town, later: Clock) -> None:
    stock(town)
    over = ("blocked", "no_consent")
    [customer] = town.people(1, consents=("sms",))
    live = begun(town, FIRST, Step("phone", "您好", within_minutes=60))
    message = ways(town, live)[customer][0].message_id
    set_message(town, message, "failed", failure="bad_number")
    later.move(minutes=61)
    look(town, live)
    assert told(ways(town, live)[customer]) == [("failed", "bad_number"), over]
    set_message(town, message, "delivered")
    assert told(ways(town, live)[customer]) == [("succeeded", "late"), over]


def test_a_blocked_step_is_followed_at_once(town: Town) -> None:
    stock(town)
    [customer] = town.people(1, consents=("sms",))
    live = begun(town, Step("phone", "您好", within_minutes=60), FIRST)
    blocked, going = ways(town, live)[customer]
    assert (blocked.outcome, blocked.code) == ("blocked", "no_consent")
    assert blocked.reason_zh and going.outcome is None
    assert going.since == blocked.since


def test_a_step_ends_with_an_order_after_its_message(town: Town, later: Clock) -> None:
    stock(town)
    buyer, other = town.people(2, consents=("sms",))
    live = begun(town, Step("sms", "您好", "bought", 60), SECOND, copies="all")
    for customer in (buyer, other):
        set_message(town, ways(town, live)[customer][0].message_id, "delivered")
    later.move(minutes=30)
    with town.db.write(town.brand.merchant.id) as tx:
        tx.run(
            """
            INSERT INTO "order".purchase (merchant_id, id, unit_id, order_no, source, customer_id,
                paid_at, paid_fen, shipping_fen, line_count, position, content)
            VALUES (%(merchant)s, %(id)s, %(unit)s, '1', 'pos', %(id)s, %(now)s, 1, 0, 1, 1, '')
            """,
            {"id": buyer, "unit": town.brand.units["store-0401"].id},
        )
    later.move(minutes=31)
    look(town, live)
    assert told(ways(town, live)[buyer]) == [("succeeded", None)]
    assert told(ways(town, live)[other]) == [("late", "not_bought"), (None, None)]


def test_two_who_become_one_go_one_way(town: Town, later: Clock, write: Write) -> None:
    stock(town)
    one, two = town.people(2, consents=("sms",))
    live = begun(town, Step("sms", "您好", "opened", 60), SECOND, copies="all")
    for steps in ways(town, live).values():
        set_message(town, steps[0].message_id, "delivered")
    with write() as tx:
        identity.merge(tx, one, two)
    with write() as tx:
        publishing.move_customers(tx, [one, two])
    later.move(minutes=61)
    for _ in range(2):
        look(town, live)
    with town.db.read(town.brand.merchant.id) as tx:
        rows = reads.list_candidates(tx, live).items
    assert sorted(len(row.steps) for row in rows) == [1, 2]
    assert ("stopped", "merged") in [told(row.steps)[0] for row in rows]


def test_the_preview_and_the_funnel_count_by_step(town: Town, later: Clock, read: Read) -> None:
    stock(town)
    town.people(2, consents=("wecom", "sms"))
    town.people(1, consents=("sms",))
    steps = (Step("wecom", "您好", within_minutes=60, grace_minutes=0), FIRST)
    with read() as tx:
        shown = previewing.preview(tx, plan(town, steps=steps))
    assert [(one.first, one.reachable) for one in shown.steps] == [(2, 2), (1, 3)]
    assert [(r.reason, r.count) for r in shown.steps[0].blocked] == [("no_associate", 1)]
    assert shown.steps[1].text == "亲您好"
    live = published(town, steps=steps)
    assert live.deadline is not None and live.published_at is not None
    assert live.deadline - live.published_at == timedelta(minutes=60)
    later.move(minutes=61)
    look(town, live.id)
    with read() as tx:
        person, by_sms = reads.progress(tx, live.id).steps
    assert (person.entered, person.waiting, person.passed_on) == (3, 0, 3)
    assert (person.blocked, person.late) == (1, 2)
    assert {r.reason: r.count for r in person.reasons} == {"no_associate": 1, "not_sent": 2}
    assert (by_sms.entered, by_sms.waiting, by_sms.sent) == (3, 3, 0)


def body(**changes: Any) -> dict[str, Any]:
    return {
        "name": "三步",
        "source": {"rule": EVERYONE},
        "goal": "提醒",
        "product_mode": "none",
        "holdout_bp": 0,
        **changes,
    }


def test_steps_over_http(town: Town, client: TestClient) -> None:
    stock(town)
    town.people(1, consents=("sms",))
    steps: list[dict[str, Any]] = [
        {"channel": "sms", "text": "您好", "within_minutes": 60, "params": {"n": "{name}"}},
        {"channel": "rcs", "text": "您好", "until": "opened", "within_minutes": 90},
    ]
    kept = client.post("/v1/campaigns", json=body(steps=steps, copies="all"))
    assert kept.status_code == 201, kept.text
    shown = kept.json()
    assert (shown["copies"], shown["deadline"], shown["fallback"]) == ("all", None, None)
    assert [one["channel"] for one in shown["steps"]] == ["sms", "rcs"]
    assert shown["steps"][0]["params"] == {"n": "{name}"}
    path = f"/v1/campaigns/{shown['id']}"
    assert client.post(f"{path}/publish").status_code == 202
    town.drain()
    progress = client.get(f"{path}/progress").json()
    assert [one["entered"] for one in progress["steps"]] == [1, 0]
    [row] = client.get(f"{path}/candidates").json()["items"]
    assert row["steps"][0]["message_id"] == row["message_id"]
    both = body(steps=steps, copy="您好", deadline="2030-01-01T00:00:00Z")
    for wrong in (
        both,
        body(),
        body(steps=[]),
        body(steps=[steps[0], {**steps[0], "channel": "wecom"}]),
    ):
        refused = client.post("/v1/campaigns", json=wrong)
        assert refused.json()["code"] in ("campaign.bad_steps", "request.invalid"), refused.text
    assert client.post("/v1/campaigns", json=both).json()["code"] == "campaign.bad_steps"
    hole = [{**steps[0], "params": {"n": "{phone}"}}]
    refused = client.post("/v1/campaigns", json=body(steps=hole))
    assert refused.json()["code"] == "content.bad_template"
