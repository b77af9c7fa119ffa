"""Messages handed over together: each gets its own outcome, and none waits for, or is lost with, another."""

import json
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.types.json import Jsonb

from huitou.base.migrate import all_migrations
from huitou.merchant import actions as merchants
from huitou.merchant import reads as merchants_read
from huitou.profile import actions as profiles
from huitou.reach.actions import messages as actions
from huitou.reach.actions import stops as stopping
from huitou.reach.jobs import asking, sending
from huitou.reach.reads import messages as reads
from huitou.reach.rules import standing
from huitou.reach.store import messages as store
from huitou.reach.store import permits
from huitou.reach.store.search import MessageRow
from huitou.reach.types.gate import Candidate
from huitou.reach.types.policies import ContactPolicy, QuietHours
from huitou.reach.types.stops import NewStop
from huitou.worker.calling import run_calls
from tests.adapters.sms_world import World
from tests.conftest import Clock
from tests.rooms.reach.conftest import Town


@pytest.fixture(autouse=True)
def real_time(clock: Clock) -> None:
    """The simulator keeps the wall clock's time."""
    clock.now = datetime.now(UTC)


def test_each_of_a_set_gets_its_own_outcome(live_town: Town, sms: World, clock: Clock) -> None:
    town = live_town
    clock.move(days=1)  # what waits then does so by the clock of the queue too
    clock.now = clock.now.replace(hour=4, minute=0)
    night = QuietHours(from_minute=21 * 60, until_minute=8 * 60)
    _set_policy(town, ContactPolicy(caps=(), repeat_days=0, quiet=(night,)))
    one, other, gone, far, late, nowhere, stopped, twice = town.people(8)
    campaign = uuid4()
    ids = _plan(
        town,
        *(town.candidate(each) for each in (one, other, gone, far)),
        town.candidate(late, expires_at=clock.now + timedelta(hours=1)),
        town.candidate(nowhere),
        town.candidate(stopped, campaign_id=campaign),
        town.candidate(twice),
        town.candidate(twice),
    )
    ids[7:] = sorted(ids[7:])
    clock.move(hours=2)
    with town.db.write(town.brand.merchant.id) as tx:
        tx.run(
            "DELETE FROM profile.consent WHERE merchant_id = %(merchant)s AND customer_id = %(id)s",
            {"id": gone},
        )
        profiles.set_zone(tx, far, "America/New_York")
        tx.run(
            "UPDATE identity.link SET quarantine = 'shared'"
            " WHERE merchant_id = %(merchant)s AND customer_id = %(id)s",
            {"id": nowhere},
        )
        stopping.stop(tx, NewStop("campaign", None, campaign, False, False, "r"))
        test = actions.add_test(tx, "sms", "您好", "13712345678", {"name": "测试", "link": "-"})
    sms.sim("/faults", {"effect": "error", "action": "SendSms", "code": "isv.DENY"})
    _hand_over(town, [*ids, test])
    found = {id_: _message(town, id_) for id_ in [*ids, test]}
    called = [ids[0], ids[1], ids[7], test]
    said = sorted((found[id_].state, found[id_].failure or "") for id_ in called)
    assert said == [("failed", "isv.DENY"), *[("submitted", "")] * 3]
    others = [ids[at] for at in (2, 3, 4, 5, 6, 8)]
    assert [(found[id_].state, found[id_].failure) for id_ in others] == [
        ("failed", "no_consent"),
        ("planned", None),
        ("failed", "too_late"),
        ("failed", "no_address"),
        ("planned", None),
        ("planned", None),
    ]
    with town.db.read(town.brand.merchant.id) as tx:
        waits = tx.rows(
            dict,
            "SELECT id, not_before, held_by FROM reach.message"
            " WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s)",
            {"ids": [ids[3], ids[6], ids[8]]},
        )
        why = [reads.get_message(tx, ids[at]).why for at in (2, 4, 5)]
    assert [one["id"] for one in waits if one["not_before"]] == [ids[3]]
    assert [one["id"] for one in waits if one["held_by"]] == [ids[6]]
    assert [one.code for one in why if one] == ["no_consent", "too_late", "no_address"]
    assert ["ids" in args and args["ids"] for args in _waiting(town, "reach.submit")].count(
        [str(ids[8])]
    ) == 1
    _hand_over(town, ids)
    assert _message(town, ids[8]).state == "submitted"
    assert [sms.messages(town.phone(each)) for each in (gone, far, stopped)] == [[]] * 3
    got = sum(len(sms.messages(town.phone(each))) for each in (one, other, twice))
    assert got == 4 - (found[test].state == "submitted")


def test_a_slow_call_delays_no_other(live_town: Town, sms: World) -> None:
    ids = _plan(live_town, *(live_town.candidate(each) for each in live_town.people(6)))
    sms.sim("/faults", {"effect": "hang_before", "action": "SendSms", "delay_ms": 4_000})
    worker = threading.Thread(target=_hand_over, args=(live_town, ids))
    began = monotonic()
    worker.start()
    while _states(live_town, ids).count("submitted") < 5:
        assert monotonic() - began < 3.5
        sleep(0.1)
    assert sorted(_states(live_town, ids)) == ["in_flight", *["submitted"] * 5]
    worker.join()
    assert sorted(_states(live_town, ids)) == [*["submitted"] * 5, "unknown"]


def test_what_there_was_no_time_for_is_as_if_nobody_had_claimed_it(
    live_town: Town, sms: World, clock: Clock
) -> None:
    customers, ids = _planned(live_town, 4)
    sms.sim("/faults", {"effect": "hang_before", "action": "SendSms", "delay_ms": 2_500})
    calls = replace(sending.submit(), at_once=1)
    run_calls(
        live_town.db, live_town.brand.merchant.id, "reach.submit", calls, [str(i) for i in ids]
    )
    assert _states(live_town, ids) == ["unknown", "planned", "planned", "planned"]
    assert [sms.messages(live_town.phone(each)) for each in customers] == [[]] * 4
    assert _message(live_town, ids[1]).attempt == 1
    _hand_over(live_town, ids)
    assert _states(live_town, ids)[1:] == ["planned"] * 3, "it is not time yet"
    clock.move(seconds=6)
    _hand_over(live_town, ids)
    assert _states(live_town, ids) == ["unknown", *["submitted"] * 3]
    assert [len(sms.messages(live_town.phone(each))) for each in customers] == [0, 1, 1, 1]


def test_one_that_cannot_be_opened_stops_no_other(live_town: Town, sms: World) -> None:
    _, ids = _planned(live_town, 3)
    sealed = _swap_body(live_town, ids[1], b"nothing of ours")
    _hand_over(live_town, ids)
    assert _states(live_town, ids) == ["planned"] * 3
    alone = [args["ids"] for args in _waiting(live_town, "reach.submit")][-3:]
    assert alone == [[str(id_)] for id_ in ids]
    for id_ in (ids[0], ids[2]):
        _hand_over(live_town, [id_])
    with pytest.raises(AssertionError, match="another key"):
        _hand_over(live_town, [ids[1]])
    assert _states(live_town, ids) == ["submitted", "planned", "submitted"]
    _swap_body(live_town, ids[1], sealed)
    _hand_over(live_town, ids)
    assert _states(live_town, ids) == ["submitted"] * 3


def test_a_worker_that_dies_in_the_middle_of_a_set_doubles_nothing(
    live_town: Town, sms: World, clock: Clock
) -> None:
    customers, ids = _planned(live_town, 4)
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        claimed = sending.claim_submit(tx, [str(id_) for id_ in ids])
    outcomes = [(one, sending.call_submit(one)) for one in claimed[:3]]
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        sending.settle_submit(tx, outcomes[:1])  # it dies here: two were called, one was not
    assert _states(live_town, ids) == ["submitted", *["in_flight"] * 3]
    _hand_over(live_town, ids)
    assert _states(live_town, ids) == ["submitted", *["in_flight"] * 3], "somebody may be at it"
    clock.move(seconds=76)
    _hand_over(live_town, ids)
    assert _states(live_town, ids)[1:] == ["unknown"] * 3
    clock.move(seconds=61)
    run_calls(
        live_town.db,
        live_town.brand.merchant.id,
        "reach.ask",
        asking.ask(),
        [str(id_) for id_ in ids],
    )
    assert _states(live_town, ids)[1:3] == ["delivered"] * 2
    assert _message(live_town, ids[3]).state == "planned"
    assert _message(live_town, ids[3]).attempt == 2
    clock.move(seconds=21)
    _hand_over(live_town, ids)
    assert [len(sms.messages(live_town.phone(each))) for each in customers] == [1] * 4


def test_whose_job_died_is_taken_up_and_what_waits_is_not(town: Town, clock: Clock) -> None:
    _, ids = _planned(town, 4)
    with town.db.write(town.brand.merchant.id) as tx:
        [call] = sending.claim_submit(tx, [str(ids[0])])
        store.set_not_before(tx, [(ids[1], tx.now + timedelta(hours=1))])

    def stuck() -> set[UUID]:
        with town.db.read(town.brand.merchant.id) as tx:
            planned, called = tx.now - standing.STUCK_AFTER, tx.now - standing.LOST_AFTER
            return {id_ for id_, _ in store.stuck_messages(tx, planned, called, 10)}

    assert stuck() == set()
    clock.move(seconds=76)
    assert stuck() == {call.message_id}
    clock.move(minutes=5)
    assert stuck() == {ids[0], ids[2], ids[3]}
    clock.move(hours=1)
    assert stuck() == set(ids)


def test_what_goes_to_one_alone_goes_before_sets(town: Town) -> None:
    customers = town.people(3)
    many = _plan(town, *(town.candidate(each) for each in customers[:2]))
    [alone] = _plan(town, town.candidate(customers[2]))
    assert [args["ids"] for args in _waiting(town, "reach.submit")] == [
        [str(alone)],
        [str(id_) for id_ in many],
    ]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_permit_is_used_twice_within_a_set(town: Town, count: int) -> None:
    messages = [uuid4() for _ in range(3)]
    with town.db.write(town.brand.merchant.id) as tx:
        permits.add_permits(tx, [uuid4() for _ in range(count)], "mini", 7, "S", None)
        permits.add_permits(tx, [uuid4()], "mini", 8, "S", None)
        wanted = [(id_, "mini", 7, "S") for id_ in messages] + [(uuid4(), "mini", 9, "S")]
        used = permits.take_permits(tx, wanted, tx.now)
        assert len(used) == count
        assert used <= set(messages)
        assert permits.count_permits(tx, "mini", 7, "S") == 0
        assert permits.count_permits(tx, "mini", 8, "S") == 1


def _set_policy(town: Town, policy: ContactPolicy) -> None:
    with town.db.write(town.brand.merchant.id) as tx:
        actions.set_policy(tx, policy, version=reads.policy_shown(tx).version)


def test_an_account_is_called_no_faster_than_its_provider_allows(
    live_town: Town, clock: Clock
) -> None:
    town = live_town
    clock.move(days=1)  # what waits then does so by the clock of the queue too
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        config = json.loads(merchants_read.channel_config(tx, "sms") or "")
        merchants.set_channel(tx, "sms", json.dumps({**config, "per_second": 2}), is_simulated=True)
    _, ids = _planned(town, 5)
    gone = []
    for _ in range(4):
        _hand_over(town, ids)
        gone.append(sum(state != "planned" for state in _states(town, ids)))
        clock.move(seconds=1)
    assert gone == [2, 4, 4, 5]
    waiting = [job["ids"] for job in _waiting(town, "reach.submit")]
    assert [str(id_) for id_ in ids[2:]] in waiting
    assert [str(ids[4])] in waiting


def _plan(town: Town, *candidates: Candidate) -> list[UUID]:
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        decisions = actions.plan(tx, candidates)
    assert all(decision.message_id for decision in decisions), decisions
    return [decision.message_id for decision in decisions if decision.message_id]


def _hand_over(town: Town, ids: Sequence[UUID]) -> None:
    """As the worker does it, in one set."""
    named = [str(id_) for id_ in ids]
    run_calls(town.db, town.brand.merchant.id, "reach.submit", sending.submit(), named)


def _message(town: Town, message_id: UUID) -> MessageRow:
    with town.db.read(town.brand.merchant.id) as tx:
        return reads.get_message(tx, message_id).message


def _states(town: Town, ids: Sequence[UUID]) -> list[str]:
    with town.db.read(town.brand.merchant.id) as tx:
        found = {message.id: message.state for message in store.find_messages(tx, ids)}
    return [found[id_] for id_ in ids]


def _swap_body(town: Town, message_id: UUID, body: bytes) -> bytes:
    with town.db.write(town.brand.merchant.id) as tx:
        [message] = store.find_messages(tx, [message_id])
        assert message.body_sealed is not None
        tx.run(
            "UPDATE reach.message SET body_sealed = %(body)s"
            " WHERE merchant_id = %(merchant)s AND id = %(id)s",
            {"id": message_id, "body": body},
        )
    return bytes(message.body_sealed)


def _planned(town: Town, count: int) -> tuple[list[UUID], list[UUID]]:
    """Customers and their messages, in the order in which these are claimed."""
    customers = town.people(count)
    ids = _plan(town, *(town.candidate(each) for each in customers))
    pairs = sorted(zip(ids, customers, strict=True))
    return [customer for _, customer in pairs], [id_ for id_, _ in pairs]


def _waiting(town: Town, task: str) -> list[dict[str, Any]]:
    """The arguments of jobs, in the order in which they are taken."""
    with town.db.owner() as owner:
        found = owner.execute(
            "SELECT args FROM procrastinate.procrastinate_jobs"
            " WHERE task_name = %s AND status = 'todo' AND args ->> 'merchant' = %s"
            " ORDER BY priority DESC, id",
            [task, str(town.brand.merchant.id)],
        ).fetchall()
    return [row[0]["args"] for row in found]


def test_jobs_from_before_there_were_sets_are_sets_of_one(live_town: Town) -> None:
    town = live_town
    [customer] = town.people(1)
    [message_id] = _plan(town, town.candidate(customer))
    [upgrade] = [one for one in all_migrations() if one.name == "reach_queued"]
    with town.db.owner() as owner:
        owner.execute(
            "UPDATE procrastinate.procrastinate_jobs SET args = jsonb_set(args, '{args}', %s)"
            " WHERE task_name = 'reach.submit' AND status = 'todo'",
            [Jsonb({"message_id": str(message_id)})],
        )
        owner.execute(upgrade.sql.encode())
    town.drain()
    assert _message(town, message_id).state in ("submitted", "delivered")
