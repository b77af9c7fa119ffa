"""A campaign of one step that goes by itself: decided about in sets, sent bit by bit, with everything a campaign has."""

from datetime import UTC, timedelta
from typing import Any
from uuid import UUID

import pytest

from huitou.campaign import reads
from huitou.campaign.actions import advancing, deciding, editing, mailing, publishing
from huitou.campaign.types.plans import Step
from huitou.reach.actions import messages as reach
from huitou.reach.jobs import mailing as jobs
from huitou.reach.jobs import sending
from huitou.reach.reads import mailings as shown
from huitou.reach.reads import messages as found
from tests.conftest import Clock, Write
from tests.rooms.campaign.planning import arms, campaign, plan, published
from tests.rooms.reach.conftest import Town

BY_SMS = (Step("sms", "{name}您好，新品到店", within_minutes=60),)


def _messages(town: Town, campaign_id: UUID) -> list[dict[str, Any]]:
    with town.db.read(town.brand.merchant.id) as tx:
        return tx.rows(
            dict,
            "SELECT id, customer_id, state, mailing_id FROM reach.message"
            " WHERE merchant_id = %(merchant)s AND campaign_id = %(id)s",
            {"id": campaign_id},
        )


def test_everybody_is_decided_about_and_sent_to_once(town: Town, write: Write) -> None:
    people = town.people(6)
    [silent] = town.people(1, consents=())
    with write() as tx:
        reach.opt_out(tx, people[0], reason="page", proof="test")
        tx.run(
            "UPDATE profile.customer SET no_profiling = true"
            " WHERE merchant_id = %(merchant)s AND customer_id = %(id)s",
            {"id": people[1]},
        )
    made = published(town, steps=BY_SMS, product_mode="none")
    verdicts = arms(town, made.id)
    assert verdicts[silent] == ("excluded", "no_consent")
    assert verdicts[people[0]] == ("excluded", "opted_out")
    assert verdicts[people[1]] == ("excluded", "no_profiling")
    assert [verdicts[one] for one in people[2:]] == [("treated", None)] * 4
    sent = _messages(town, made.id)
    assert sorted(one["customer_id"] for one in sent) == sorted(people[2:])
    assert {one["mailing_id"] for one in sent} == {made.id}
    with town.db.read(town.brand.merchant.id) as tx:
        told = shown.get_mailing(tx, made.id)
        progress = reads.progress(tx, made.id)
    assert told.state == "done"
    assert {one.outcome for one in told.tallies} == {"sent", "no_consent", "opted_out"}
    assert progress.counts.pending == 0
    assert progress.counts.treated == 4


def test_the_control_group_is_drawn_among_those_who_would_get_it(town: Town) -> None:
    people = town.people(20)
    town.people(20, consents=())
    made = published(town, steps=BY_SMS, product_mode="none", holdout_bp=5_000)
    verdicts = arms(town, made.id)
    held = {one for one, (arm, _) in verdicts.items() if arm == "holdout"}
    assert 2 <= len(held) <= 18
    assert held <= set(people)
    assert {one["customer_id"] for one in _messages(town, made.id)} == set(people) - held


def test_paused_it_waits_and_ended_it_gives_the_places_back(
    town: Town, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "CHUNK", 2)
    people = town.people(5)
    with write() as tx:
        draft = editing.add(tx, plan(town, steps=BY_SMS, product_mode="none"))
        publishing.publish(tx, draft.id)
        publishing.publish_chunk(tx, campaign_id=str(draft.id))
    _until_reserved(write, draft.id)
    with write() as tx:
        publishing.take_mailing(tx, draft.id)
        publishing.take_mailing(tx, draft.id)
        publishing.publish_chunk(tx, campaign_id=str(draft.id))
        mailing.send_chunk(tx, campaign_id=str(draft.id))
        publishing.pause(tx, draft.id)
        mailing.send_chunk(tx, campaign_id=str(draft.id))
    assert len(_messages(town, draft.id)) == 2
    with write() as tx:
        publishing.resume(tx, draft.id)
        mailing.send_chunk(tx, campaign_id=str(draft.id))
        advancing.keep(tx)
    assert len(_messages(town, draft.id)) == 4
    assert campaign(town, draft.id).state == "live", "a place is left"
    with write() as tx:
        publishing.end(tx, draft.id)
        publishing.end(tx, draft.id)
    town.drain()
    assert {one["state"] for one in _messages(town, draft.id)} <= {"cancelled", "failed"}
    with town.db.read(town.brand.merchant.id) as tx:
        told = shown.get_mailing(tx, draft.id)
        free = reach.rehearse(tx, [town.candidate(one) for one in people])
    assert {one.outcome: one.count for one in told.tallies} == {"sent": 4, "cancelled": 1}
    assert free == [None] * 5


@pytest.mark.parametrize("puts_off", [False, True])
def test_whoever_has_had_enough_waits_as_long_as_the_step_lasts(
    town: Town, clock: Clock, write: Write, puts_off: bool
) -> None:
    # Tomorrow's: what waits for a moment that the queue's own clock has passed would go at once.
    clock.now = clock.now.replace(hour=2) + timedelta(days=1)
    first, second, third = town.people(3)
    with write() as tx:
        reach.plan(tx, [town.candidate(one) for one in (first, second)])
        tx.run(
            "UPDATE reach.message SET state = 'delivered', delivered_at = %(now)s"
            " WHERE merchant_id = %(merchant)s AND state = 'planned'"
        )
    steps = (Step("sms", "{name}您好，新品到店", within_minutes=24 * 60),)
    made = published(town, steps=steps, product_mode="none", puts_off=puts_off)
    verdicts = arms(town, made.id)
    assert verdicts[third] == ("treated", None)
    expected = ("treated", None) if puts_off else ("excluded", "cap")
    assert verdicts[first] == verdicts[second] == expected
    with town.db.read(town.brand.merchant.id) as tx:
        told = shown.get_mailing(tx, made.id)
        times = tx.rows(
            dict,
            "SELECT customer_id, not_before FROM reach.message"
            " WHERE merchant_id = %(merchant)s AND campaign_id = %(id)s",
            {"id": made.id},
        )
        today = tx.now.astimezone(UTC).replace(hour=16, minute=0, second=0, microsecond=0)
    waits = {row["customer_id"]: row["not_before"] for row in times}
    assert waits == {third: None} | ({first: today, second: today} if puts_off else {})
    assert sum(one.count for one in told.tallies) == told.candidates


def test_paused_what_is_planned_waits_and_goes_on_once(town: Town, write: Write) -> None:
    town.people(2)
    made = published(town, steps=BY_SMS, product_mode="none")
    with write() as tx:
        tx.run(
            "UPDATE reach.message SET state = 'planned', attempt = 1 WHERE campaign_id = %(id)s",
            {"id": made.id},
        )
        publishing.pause(tx, made.id)
        publishing.pause(tx, made.id)
    [first, second] = [str(one["id"]) for one in _messages(town, made.id)]
    with write() as tx:
        assert sending.claim_submit(tx, [first]) == []
    assert {one["state"] for one in _messages(town, made.id)} == {"planned"}
    with town.db.read(town.brand.merchant.id) as tx:
        assert found.list_stops(tx) == [], "a pause is no emergency"
    with write() as tx:
        publishing.resume(tx, made.id)
    with write() as tx:
        assert len(sending.claim_submit(tx, [second])) == 1


def test_it_ends_when_its_time_is_over(town: Town, clock: Clock) -> None:
    town.people(2)
    made = published(town, steps=BY_SMS, product_mode="none")
    clock.move(days=2)
    with town.db.write(town.brand.merchant.id) as tx:
        tx.run(
            "UPDATE reach.message SET state = 'delivered', delivered_at = %(at)s"
            " WHERE merchant_id = %(merchant)s AND campaign_id = %(id)s",
            {"id": made.id, "at": tx.now - timedelta(days=1)},
        )
    town.drain()
    clock.move(minutes=2)
    town.drain()
    assert campaign(town, made.id).state == "ended"


def _until_reserved(write: Write, campaign_id: UUID) -> None:
    for step in (jobs.decide_mailing, jobs.reserve_mailing):
        with write() as tx:
            step(tx, mailing_id=str(campaign_id))
