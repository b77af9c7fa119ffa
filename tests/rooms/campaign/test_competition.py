"""Campaigns that want the same customers at the same time, and what they may spend, hold and send at a time."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from huitou.campaign.actions import advancing, editing, mailing, publishing
from huitou.campaign.types.plans import BadSending, Campaign, Step
from huitou.merchant import actions as merchants
from huitou.reach.actions import messages as reach
from huitou.reach.jobs import mailing as jobs
from huitou.reach.reads import mailings as shown
from tests.conftest import Clock, Write
from tests.rooms.campaign.planning import arms, campaign, plan, published
from tests.rooms.reach.conftest import Town

A_DAY = (Step("sms", "{name}您好，新品到店", within_minutes=24 * 60),)


def waiting(town: Town, *changes: dict[str, Any]) -> list[Campaign]:
    """Campaigns that were published and wait for each other."""
    with town.db.write(town.brand.merchant.id) as tx:
        merchants.set_setting(tx, "reach.gather_minutes", 5, version=1)
    made = [published(town, steps=A_DAY, product_mode="none", **one) for one in changes]
    assert [one.state for one in made] == ["publishing"] * len(made)
    return made


def decided(town: Town, made: list[Campaign]) -> None:
    """What happens when the minutes are over."""
    with town.db.write(town.brand.merchant.id) as tx:
        jobs.decide_mailing(tx, mailing_id=str(made[-1].id))
    town.drain()
    assert [campaign(town, one.id).state for one in made] == ["live"] * len(made)


def morning(clock: Clock) -> datetime:
    """Ten o'clock in Shanghai. The next day's: jobs of a past that the queue's own clock does not know would run at once."""
    return (clock.now + timedelta(days=1)).replace(hour=2)


def messages(town: Town, campaign_id: UUID) -> list[dict[str, Any]]:
    with town.db.read(town.brand.merchant.id) as tx:
        return tx.rows(
            dict,
            "SELECT customer_id, not_before FROM reach.message"
            " WHERE merchant_id = %(merchant)s AND campaign_id = %(id)s ORDER BY customer_id",
            {"id": campaign_id},
        )


def test_the_more_important_one_has_the_place_and_the_other_waits_its_turn(
    town: Town, clock: Clock
) -> None:
    clock.now = morning(clock)
    people = town.people(3)
    made = waiting(town, {"priority": 2, "puts_off": True}, {"priority": 4})
    usual, important = made
    decided(town, made)
    assert set(arms(town, important.id).values()) == {("treated", None)}
    assert set(arms(town, usual.id).values()) == {("treated", None)}
    assert {one["not_before"] for one in messages(town, important.id)} == {None}
    tomorrow = clock.now.replace(hour=16, minute=0, second=0, microsecond=0)
    assert {one["not_before"] for one in messages(town, usual.id)} == {tomorrow}
    assert len(messages(town, usual.id)) == len(people)


def test_the_one_that_does_not_wait_says_who_has_the_place(town: Town) -> None:
    people = town.people(3)
    made = waiting(town, {"share_bp": 50}, {"share_bp": 300}, {"share_bp": 300})
    decided(town, made)
    poor, rich, later = (arms(town, one.id) for one in made)
    assert set(rich.values()) == {("treated", None)}
    assert set(poor.values()) == set(later.values()) == {("excluded", "outranked_by")}
    with town.db.read(town.brand.merchant.id) as tx:
        told = shown.get_mailing(tx, made[0].id)
        who = shown.list_mailing_people(tx, made[0].id, "outranked_by").items
        free = reach.rehearse(tx, [town.candidate(one) for one in people])
    assert [(one.campaign_id, one.count) for one in told.rivals] == [(made[1].id, 3)]
    assert {one.outranked_by for one in who} == {made[1].id}
    assert {one.zh for one in who} == {"同期有更重要的消息"}
    assert free == ["cap"] * 3


def test_the_control_group_leaves_its_place_to_the_others(town: Town) -> None:
    people = town.people(12)
    made = waiting(town, {"priority": 5, "holdout_bp": 5_000}, {"priority": 1})
    decided(town, made)
    held = {one for one, (arm, _) in arms(town, made[0].id).items() if arm == "holdout"}
    treated = {one for one, (arm, _) in arms(town, made[1].id).items() if arm == "treated"}
    assert held == treated
    assert 0 < len(held) < len(people)


def test_a_budget_is_spent_where_it_brings_most(town: Town) -> None:
    people = sorted(town.people(4))
    town.spend(people, [10_000, 20_000, 30_000, 40_000])
    made = published(town, steps=A_DAY, product_mode="none", budget_fen=10)
    told = arms(town, made.id)
    assert [told[one][1] for one in people] == ["budget", "budget", None, None]
    assert len(messages(town, made.id)) == 2


def test_messages_go_out_at_a_pace(town: Town, clock: Clock, write: Write) -> None:
    town.people(5)
    made = published(town, steps=A_DAY, product_mode="none", per_hour=120)
    counts = [len(messages(town, made.id))]
    for seconds in (0, 59, 1, 60, 60):
        clock.move(seconds=seconds)
        with write() as tx:
            publishing.resume_publishing(tx)
            mailing.send_chunk(tx, campaign_id=str(made.id))
            advancing.keep(tx)
        counts.append(len(messages(town, made.id)))
    assert counts == [2, 2, 2, 4, 5, 5]


def test_places_are_held_ahead_of_those_who_come_in_between(
    town: Town, clock: Clock, write: Write
) -> None:
    clock.now = morning(clock)
    people = town.people(3)
    tomorrow = clock.now + timedelta(days=1)
    made = published(town, steps=A_DAY, product_mode="none", starts_at=tomorrow, holds_ahead=True)
    assert made.state == "live"
    assert messages(town, made.id) == []
    today, then = (
        [town.candidate(one, not_before=at) for one in people] for at in (None, tomorrow)
    )
    with town.db.read(town.brand.merchant.id) as tx:
        assert reach.rehearse(tx, then) == ["cap"] * 3
        assert reach.rehearse(tx, today) == [None] * 3
    clock.move(days=1)
    with write() as tx:
        advancing.keep(tx)
        mailing.send_chunk(tx, campaign_id=str(made.id))
    assert len(messages(town, made.id)) == 3
    with town.db.read(town.brand.merchant.id) as tx:
        assert reach.rehearse(tx, today) == ["cap"] * 3


@pytest.mark.parametrize(
    "changes",
    [
        {"budget_fen": 100},
        {"per_hour": 600},
        {"holds_ahead": True},
        {"steps": A_DAY, "holds_ahead": True},
        {"steps": A_DAY * 2, "budget_fen": 100},
    ],
)
def test_what_only_some_campaigns_can_is_refused_to_the_others(
    town: Town, write: Write, changes: dict[str, Any]
) -> None:
    with write() as tx, pytest.raises(BadSending) as refused:
        editing.add(tx, plan(town, **changes))
    assert refused.value.code == "campaign.bad_sending"
