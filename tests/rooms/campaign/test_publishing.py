"""From preview to live: the same decisions, in chunks that survive a crash."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from uuid import UUID

import pytest

from huitou.associate import reads as associate
from huitou.associate.actions import tasks
from huitou.associate.types import TaskPaused
from huitou.campaign import reads
from huitou.campaign.actions import deciding, editing, previewing, publishing
from huitou.campaign.types.plans import (
    BadSource,
    CampaignChanged,
    DeadlinePast,
    NoCandidates,
    NotDraft,
    Source,
    WrongState,
)
from huitou.identity import actions as identity
from huitou.merchant import actions as merchants
from huitou.profile import actions as profile
from tests.adapters.wecom.serving import CORP
from tests.conftest import Read, Write
from tests.rooms.campaign.planning import SMS, arms, campaign, plan, published
from tests.rooms.opportunity.shopping import rhythm, stock
from tests.rooms.opportunity.test_opportunities import refresh
from tests.rooms.reach.conftest import Town


def crowd(town: Town) -> dict[str, list[UUID]]:
    """Customers of every kind."""
    stock(town)
    return {
        "friends": town.people(6, consents=("wecom", "sms")),
        "sms": town.people(2, consents=("sms",)),
        "silent": town.people(2, consents=()),
    }


def test_everyone_has_a_verdict_with_a_reason(town: Town, write: Write) -> None:
    people = crowd(town)
    young, private = people["friends"][:2]
    with write() as tx:
        profile.set_flags(tx, young, no_profiling=False, under_14=True)
        profile.set_flags(tx, private, no_profiling=True, under_14=False)
    live = published(town)
    found = arms(town, live.id)
    assert found[young] == ("excluded", "under_14")
    assert found[private] == ("excluded", "no_profiling")
    assert {found[c] for c in people["friends"][2:]} == {("treated", None)}
    assert {found[c] for c in people["sms"]} == {("treated", "no_associate")}
    assert {found[c][0] for c in people["silent"]} == {"excluded"}
    assert live.state == "live"
    assert (live.counts.treated, live.counts.excluded) == (6, 4)


def test_without_a_fallback_nobody_is_treated_without_an_associate(town: Town) -> None:
    people = crowd(town)
    found = arms(town, published(town, fallback=None).id)
    assert {found[c] for c in people["sms"]} == {("excluded", "no_associate")}


@pytest.mark.parametrize("holdout_bp", [0, 1_000, 5_000])
def test_the_preview_is_what_publishing_does(town: Town, write: Write, holdout_bp: int) -> None:
    crowd(town)
    with write() as tx:
        merchants.set_away(tx, town.brand.staff["a-01"].id, is_away=True)
    away = town.people(3, consents=("wecom",), staff="wc-a02")
    wanted = plan(town, holdout_bp=holdout_bp, salt=f"salt-{holdout_bp}")
    with town.db.read(town.brand.merchant.id) as tx:
        shown = previewing.preview(tx, wanted)
    live = published(town, holdout_bp=holdout_bp, salt=wanted.salt)
    with town.db.read(town.brand.merchant.id) as tx:
        done = reads.progress(tx, live.id)
        made = associate.list_tasks(tx, campaign_id=live.id, limit=200).items
    assert (shown.candidates, shown.treated, shown.held_out) == (
        done.counts.candidates,
        done.counts.treated,
        done.counts.holdout,
    )
    assert shown.excluded == done.excluded
    per_staff = {a.staff_id: a.tasks for load in shown.per_store for a in load.associates}
    assert per_staff == dict(Counter(task.associate.id for task in made))
    copies = {task.customer.id: task.copy for task in made}
    assert all(copies[sample.customer_id] == sample.copy for sample in shown.sample)
    assert len(arms(town, live.id)) == 10 + len(away)


def test_a_preview_of_so_many_decides_about_them_as_about_everybody(town: Town) -> None:
    crowd(town)
    wanted = plan(town)
    with town.db.read(town.brand.merchant.id) as tx:
        whole = previewing.preview(tx, wanted)
        some = previewing.preview(tx, wanted, at_most=4)
        enough = previewing.preview(tx, wanted, at_most=whole.audience)
    assert whole.audience == whole.candidates == 10
    assert (some.audience, some.candidates) == (10, 4)
    assert some.treated + some.held_out + sum(one.count for one in some.excluded) == 4
    assert enough == whole


@pytest.mark.parametrize("seed", range(4))
def test_the_preview_is_what_publishing_does_whoever_the_customers_are(
    town: Town, write: Write, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    stock(town)
    monkeypatch.setattr(deciding, "CHUNK", random.randint(1, 5))
    choices = ((), ("sms",), ("wecom",), ("wecom", "sms"))
    for staff in ("wc-a01", "wc-a02", "wc-a03"):
        for consents in choices:
            for customer in town.people(random.randint(0, 2), consents=consents, staff=staff):
                if random.random() < 0.3:
                    befriend(town, customer, "wc-a02")
                with write() as tx:
                    profile.set_flags(
                        tx,
                        customer,
                        no_profiling=random.random() < 0.1,
                        under_14=random.random() < 0.1,
                    )
    with write() as tx:
        merchants.set_away(tx, town.brand.staff["a-01"].id, is_away=random.random() < 0.5)
    wanted = plan(
        town,
        holdout_bp=random.choice((0, 2_000)),
        fallback=random.choice((None, SMS)),
        salt=f"salt-{seed}",
    )
    with town.db.read(town.brand.merchant.id) as tx:
        loads: deciding.Loads = {}
        audience = deciding.audience(tx, wanted.source)
        foreseen = {
            v.customer_id: (v.arm, v.reason, v.staff_id)
            for start in range(0, len(audience), deciding.CHUNK)
            for v in deciding.decide(
                tx, wanted, audience[start : start + deciding.CHUNK], loads, None
            )
        }
        shown = previewing.preview(tx, wanted)
    with write() as tx:
        draft = editing.add(tx, wanted)
        publishing.publish(tx, draft.id)
    town.drain()
    with town.db.read(town.brand.merchant.id) as tx:
        rows = reads.list_candidates(tx, draft.id, limit=200).items
        progress = reads.progress(tx, draft.id)
    assert {r.customer_id: (r.arm, r.reason, r.associate_id) for r in rows} == foreseen
    assert shown.excluded == progress.excluded
    assert shown.treated == progress.counts.treated


def befriend(town: Town, customer: UUID, staff: str) -> None:
    """Make a customer somebody's WeCom friend, too."""
    phone = town.phone(customer)
    who = [{"kind": "external_userid", "value": f"wm{phone}", "scope": CORP["corp_id"]}]
    town.send([town.event("contact.added", who, staff=staff)])
    town.drain()


def test_a_task_of_an_absent_associate_goes_to_a_colleague_who_is_a_friend(
    town: Town, write: Write
) -> None:
    stock(town)
    friend, stranger = town.people(2, consents=("wecom",))
    befriend(town, friend, "wc-a02")
    with write() as tx:
        merchants.set_away(tx, town.brand.staff["a-01"].id, is_away=True)
    live = published(town, fallback=None)
    found = arms(town, live.id)
    assert found == {friend: ("treated", None), stranger: ("excluded", "not_friend")}
    with town.db.read(town.brand.merchant.id) as tx:
        [task] = associate.list_tasks(tx, campaign_id=live.id).items
    assert task.associate.id == town.brand.staff["a-02"].id


def test_the_task_is_filled_in(town: Town, read: Read) -> None:
    stock(town)
    [customer] = town.people(1, consents=("wecom", "sms"))
    town.send(rhythm(town, customer, every=12, times=5))
    town.drain()
    refresh(town)
    live = published(town, source=Source(opportunity_kind="predicted"))
    with read() as tx:
        [row] = associate.list_tasks(tx, campaign_id=live.id).items
        task = associate.get_task(tx, row.id)
    assert task.customer.id == customer
    assert task.reason_zh.startswith("通常每 12 天买一次乳制品")
    assert task.copy.startswith("亲您好，城东一店的导购甲给您留了鲜牛奶")
    assert task.products[0].name == "鲜牛奶"
    assert task.opportunity_id is not None


def test_publishing_survives_a_crash_between_chunks(
    town: Town, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(town)
    monkeypatch.setattr(deciding, "CHUNK", 3)
    with write() as first:
        draft = editing.add(first, plan(town))
        publishing.publish(first, draft.id)

    class Killed(Exception):
        pass

    for attempt in range(12):
        try:
            with write() as chunk:
                publishing.publish_chunk(chunk, campaign_id=str(draft.id))
                if attempt % 2:
                    raise Killed
        except Killed:
            continue
    live = campaign(town, draft.id)
    assert (live.state, live.counts.pending, live.counts.candidates) == ("live", 0, 10)
    town.drain()
    with town.db.read(town.brand.merchant.id) as tx:
        made = associate.list_tasks(tx, campaign_id=draft.id, limit=200).items
        notes = tx.column("SELECT key FROM reach.staff_note WHERE merchant_id = %(merchant)s")
    assert len({task.customer.id for task in made}) == len(made) == 6
    assert len(notes) == len(set(notes)) == 1


def test_a_customer_has_one_campaign_at_a_time(town: Town) -> None:
    people = crowd(town)
    published(town)
    second = arms(town, published(town).id)
    assert {second[c] for c in people["friends"]} == {("excluded", "other_campaign")}


def test_paused_tasks_wait_and_an_ended_campaign_cancels_them(
    town: Town, write: Write, read: Read
) -> None:
    crowd(town)
    live = published(town)
    with read() as tx:
        first = associate.list_tasks(tx, campaign_id=live.id).items[0]
    with write() as tx:
        assert publishing.pause(tx, live.id).state == "paused"
        assert publishing.pause(tx, live.id).state == "paused"
    with pytest.raises(TaskPaused), write() as tx:
        tasks.send(tx, first.id)
    with write() as tx:
        assert publishing.resume(tx, live.id).state == "live"
        assert publishing.end(tx, live.id).state == "ended"
    with read() as tx:
        page = associate.list_tasks(tx, campaign_id=live.id, limit=200)
    assert {(task.state, task.code) for task in page.items} == {("cancelled", "campaign_ended")}
    with pytest.raises(WrongState), write() as tx:
        publishing.resume(tx, live.id)


def test_an_ended_campaign_takes_back_what_is_not_confirmed_and_opens_nothing_again(
    town: Town, write: Write, read: Read, drain: Callable[[], None]
) -> None:
    crowd(town)
    live = published(town)
    with read() as tx:
        mine = [task.id for task in associate.list_tasks(tx, campaign_id=live.id).items]
    with write() as tx:
        tasks.send(tx, mine[0])
        [message] = tx.column(
            "SELECT id FROM reach.message WHERE merchant_id = %(merchant)s AND campaign_id = %(id)s",
            {"id": live.id},
        )
        publishing.pause(tx, live.id)
        publishing.end(tx, live.id)
    with read() as tx:
        [state] = tx.column("SELECT state FROM reach.message WHERE id = %(id)s", {"id": message})
    assert state == "cancelled"
    with write() as tx:
        tx.run(
            "UPDATE reach.message SET state = 'failed', failure = '45009' WHERE id = %(id)s",
            {"id": message},
        )
    drain()
    with read() as tx:
        page = associate.list_tasks(tx, campaign_id=live.id, limit=200)
    assert {task.state for task in page.items} == {"cancelled", "failed"}


def test_a_failed_message_of_a_paused_campaign_is_not_tried_again_meanwhile(
    town: Town, write: Write, read: Read
) -> None:
    crowd(town)
    live = published(town)
    with read() as tx:
        task = associate.list_tasks(tx, campaign_id=live.id).items[0].id
    with write() as tx:
        tasks.send(tx, task)
        publishing.pause(tx, live.id)
        tx.run(
            "UPDATE reach.message SET state = 'failed', failure = '45009'"
            " WHERE merchant_id = %(merchant)s AND campaign_id = %(id)s",
            {"id": live.id},
        )
        [message] = tx.column(
            "SELECT message_id FROM associate.task WHERE id = %(id)s", {"id": task}
        )
        tasks.mark_failed(tx, [message])
    with pytest.raises(TaskPaused), write() as tx:
        tasks.send(tx, task)
    with write() as tx:
        publishing.resume(tx, live.id)
        assert tasks.send(tx, task).state == "awaiting_confirmation"


def test_drafts_are_checked(town: Town, write: Write) -> None:
    past = town.db.clock() - timedelta(minutes=1)
    for wrong, refusal in (
        ({"deadline": past}, DeadlinePast),
        ({"source": Source()}, BadSource),
        ({"source": Source(opportunity_kind="predicted", rule={"v": 1, "all": []})}, BadSource),
    ):
        with pytest.raises(refusal), write() as tx:
            editing.add(tx, plan(town, **wrong))
    with write() as tx:
        draft = editing.add(tx, plan(town))
        edited = editing.edit(tx, draft.id, replace(plan(town), name="新名字", salt=""), version=1)
    assert (edited.name, edited.version, edited.salt) == ("新名字", 2, "salt")
    with pytest.raises(CampaignChanged), write() as tx:
        editing.edit(tx, draft.id, plan(town), version=1)
    with pytest.raises(NoCandidates), write() as tx:
        publishing.publish(tx, draft.id)
    town.people(1, consents=("sms",))
    with write() as tx:
        publishing.publish(tx, draft.id)
    with pytest.raises(NotDraft), write() as tx:
        publishing.publish(tx, draft.id)


def test_decisions_follow_merges_and_forgetting(
    town: Town, write: Write, drain: Callable[[], None]
) -> None:
    people = crowd(town)
    live = published(town)
    winner, loser, forgotten = people["friends"][:3]
    with write() as tx:
        identity.merge(tx, winner, loser)
    drain()
    with town.db.read(town.brand.merchant.id) as tx:
        assigned = [a.customer_id for a in reads.assignments(tx, live.id)]
    assert len(assigned) == len(set(assigned)) == 7
    assert not {winner, loser} <= set(assigned)
    with write() as tx:
        identity.forget(tx, forgotten)
    drain()
    with town.db.read(town.brand.merchant.id) as tx:
        copies = tx.column(
            "SELECT copy FROM associate.task WHERE merchant_id = %(merchant)s"
            " AND customer_id = %(id)s",
            {"id": forgotten},
        )
    assert copies == [""]
