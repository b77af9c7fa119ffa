"""Step by step: urge once, then the next channel, never for somebody already reached."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from huitou.associate import reads as associate
from huitou.associate.actions import tasks
from huitou.campaign import reads
from huitou.campaign.actions import advancing
from tests.conftest import Clock, Write
from tests.rooms.campaign.planning import campaign, published
from tests.rooms.opportunity.shopping import stock
from tests.rooms.reach.conftest import Town


@pytest.fixture
def later(clock: Clock) -> Iterator[Clock]:
    """A clock that is put back."""
    before = clock.now
    yield clock
    clock.now = before


def states(town: Town, campaign_id: UUID) -> dict[UUID, str]:
    """Customer → state of the task."""
    with town.db.read(town.brand.merchant.id) as tx:
        page = associate.list_tasks(tx, campaign_id=campaign_id, limit=200)
    return {task.customer.id: task.state for task in page.items}


def messages(town: Town, campaign_id: UUID) -> list[tuple[UUID, str]]:
    with town.db.read(town.brand.merchant.id) as tx:
        rows = tx.rows(
            dict,
            "SELECT customer_id, channel FROM reach.message"
            " WHERE merchant_id = %(merchant)s AND campaign_id = %(id)s ORDER BY customer_id",
            {"id": campaign_id},
        )
    return [(row["customer_id"], row["channel"]) for row in rows]


def keep(town: Town) -> None:
    """The periodic job, and what it defers."""
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        advancing.keep(tx)
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        for row in tx.rows(
            dict, "SELECT id FROM campaign.campaign WHERE merchant_id = %(merchant)s"
        ):
            advancing.advance_chunk(tx, campaign_id=str(row["id"]))


def test_urged_once_then_the_sms_only_to_those_nobody_reached(
    town: Town, write: Write, later: Clock
) -> None:
    stock(town)
    sent, waiting, failed, unsent, refused = town.people(5, consents=("wecom", "sms"))
    [by_sms] = town.people(1, consents=("sms",))
    live = published(town)
    with town.db.read(town.brand.merchant.id) as tx:
        ids = {t.customer.id: t.id for t in associate.list_tasks(tx, campaign_id=live.id).items}
    with write() as tx:
        for customer in (sent, waiting, failed):
            tasks.send(tx, ids[customer])
        tasks.dismiss(tx, ids[refused], "customer_declined")
        message_of = {
            row["customer_id"]: row["id"]
            for row in tx.rows(
                dict, "SELECT id, customer_id FROM reach.message WHERE merchant_id = %(merchant)s"
            )
        }
        for customer, state in ((sent, "delivered"), (waiting, "unknown"), (failed, "failed")):
            tx.run(
                "UPDATE reach.message SET state = %(state)s, failure = 'not_friend',"
                " delivered_at = CASE WHEN %(state)s = 'delivered' THEN %(now)s END"
                " WHERE merchant_id = %(merchant)s AND id = %(id)s",
                {"id": message_of[customer], "state": state},
            )
        tasks.mark_delivered(tx, [message_of[sent]])
        tasks.mark_failed(tx, [message_of[failed]])
    keep(town)
    assert states(town, live.id)[unsent] == "open"

    later.move(days=1, minutes=1)
    for _ in range(2):
        keep(town)
    with town.db.read(town.brand.merchant.id) as tx:
        urged = tx.value("SELECT count(*) FROM associate.urging WHERE merchant_id = %(merchant)s")
    assert urged == 1
    assert states(town, live.id)[unsent] == "open"
    assert {channel for _, channel in messages(town, live.id)} == {"wecom"}

    later.move(minutes=60)
    for _ in range(3):
        keep(town)
    texted = [c for c, channel in messages(town, live.id) if channel == "sms"]
    assert sorted(texted) == sorted([failed, unsent, by_sms])
    assert states(town, live.id) == {
        sent: "sent",
        waiting: "awaiting_confirmation",
        failed: "fallback",
        unsent: "fallback",
        refused: "dismissed",
    }
    with town.db.read(town.brand.merchant.id) as tx:
        progress = reads.progress(tx, live.id)
    assert progress.messages == {"planned": 3}
    assert progress.reached == 1


def test_consent_withdrawn_meanwhile_is_heeded_and_kept_as_the_reason(
    town: Town, later: Clock
) -> None:
    stock(town)
    [customer] = town.people(1, consents=("wecom", "sms"))
    live = published(town)
    who = [{"kind": "phone", "value": town.phone(customer), "verified": True}]
    later.move(minutes=1)
    town.send([town.event("consent.withdrawn", who, channel="sms", purpose="marketing")])
    town.drain()
    later.move(days=1, hours=2)
    keep(town)
    assert messages(town, live.id) == []
    assert states(town, live.id) == {customer: "expired"}
    with town.db.read(town.brand.merchant.id) as tx:
        [row] = reads.list_candidates(tx, live.id).items
    by_staff, by_sms = row.steps
    assert (by_staff.outcome, by_staff.code) == ("late", "not_sent")
    assert by_sms.outcome == "blocked" and by_sms.code in ("no_consent", "opted_out")


def test_without_a_fallback_tasks_expire(town: Town, later: Clock) -> None:
    stock(town)
    [customer] = town.people(1, consents=("wecom", "sms"))
    live = published(town, fallback=None)
    later.move(days=1, hours=2)
    keep(town)
    assert states(town, live.id) == {customer: "expired"}
    assert messages(town, live.id) == []


def test_a_campaign_ends_when_nobody_is_in_a_step(town: Town, write: Write, later: Clock) -> None:
    stock(town)
    town.people(1, consents=("wecom", "sms"))
    live = published(town)
    assert live.closes_at is not None
    later.now = live.closes_at
    keep(town)
    later.move(days=3)
    with write() as tx:
        tx.run("UPDATE reach.message SET state = 'unknown' WHERE merchant_id = %(merchant)s")
    for _ in range(2):
        keep(town)
        assert campaign(town, live.id).state == "live"
    with write() as tx:
        [message] = tx.column("SELECT id FROM reach.message WHERE merchant_id = %(merchant)s")
        tx.run(
            "UPDATE reach.message SET state = 'delivered', delivered_at = %(now)s"
            " WHERE merchant_id = %(merchant)s"
        )
        advancing.take_news(tx, [message])
    for _ in range(2):
        keep(town)
    assert campaign(town, live.id).state == "ended"
    with town.db.read(town.brand.merchant.id) as tx:
        [row] = reads.list_candidates(tx, live.id).items
    assert [(step.outcome, step.code) for step in row.steps] == [
        ("late", "not_sent"),
        ("succeeded", None),
    ]


def test_without_a_second_step_a_campaign_ends_with_the_associates_time(
    town: Town, later: Clock
) -> None:
    stock(town)
    town.people(1, consents=("wecom", "sms"))
    live = published(town, fallback=None)
    assert live.closes_at is not None
    later.now = live.closes_at
    for _ in range(2):
        keep(town)
    assert campaign(town, live.id).state == "ended"


def test_the_worker_does_it(live_town: Town, later: Clock) -> None:
    stock(live_town)
    [customer] = live_town.people(1, consents=("wecom", "sms"))
    live = published(live_town, deadline=live_town.db.clock() + timedelta(hours=2))
    later.move(hours=2, minutes=1)
    live_town.drain()
    later.move(hours=1, minutes=1)
    live_town.drain()
    assert states(live_town, live.id) == {customer: "fallback"}
    later.move(minutes=1)
    live_town.drain()
    assert messages(live_town, live.id) == [(customer, "sms")]


def test_tapped_but_never_confirmed_is_taken_back_and_texted(
    town: Town, write: Write, later: Clock
) -> None:
    stock(town)
    [customer] = town.people(1, consents=("wecom", "sms"))
    live = published(town)
    with write() as tx:
        [task] = associate.list_tasks(tx, campaign_id=live.id).items
        tasks.send(tx, task.id)
    town.drain()
    assert states(town, live.id) == {customer: "awaiting_confirmation"}
    later.move(days=1, hours=2)
    keep(town)
    assert {channel for _, channel in messages(town, live.id)} == {"wecom"}
    town.drain()
    keep(town)
    assert [channel for _, channel in messages(town, live.id)].count("sms") == 1
    assert states(town, live.id) == {customer: "fallback"}
