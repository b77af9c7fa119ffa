"""A mailing decides in sets just what the gate decides row by row, and its places count at once and once."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from threading import Thread
from typing import LiteralString
from uuid import UUID, uuid4

import pytest
from pyroaring import BitMap

from huitou.base.warehouse import writer
from huitou.base.warehouse.reader import Warehouse
from huitou.merchant import actions as merchants
from huitou.profile import actions as profiles
from huitou.profile.types import ConsentChange
from huitou.reach.actions import mailings
from huitou.reach.actions import messages as actions
from huitou.reach.jobs import crowding
from huitou.reach.jobs import mailing as jobs
from huitou.reach.reads import mailings as shown_mailings
from huitou.reach.reads import messages as reads
from huitou.reach.rules.crowds import CODES
from huitou.reach.store import people as people_store
from huitou.reach.types.gate import Candidate
from huitou.reach.types.mailings import MailingPlan, Place, Way
from huitou.reach.types.policies import Calendar, Cap, ContactPolicy, QuietHours, Rolling
from tests.adapters.wecom.serving import eventually
from tests.conftest import Clock
from tests.rooms.reach.conftest import Town

POLICY = ContactPolicy(
    caps=(
        Cap(window=Calendar(unit="day"), limit=1),
        Cap(window=Rolling(hours=72), limit=2),
        Cap(scope="channel", window=Calendar(unit="week"), limit=2),
        Cap(scope="category", of="care", window=Rolling(hours=240), limit=1),
    ),
    quiet=(QuietHours(from_minute=21 * 60, until_minute=9 * 60, channels=("rcs",)),),
)


@pytest.fixture
def copies(town: Town, tmp_path: Path) -> Iterator[Warehouse]:
    made = Warehouse(tmp_path)
    town.db.warehouse = made
    yield made
    town.db.warehouse = None
    made.close()


def write_copy(town: Town, copies: Warehouse, *, is_whole: bool = False) -> None:
    with town.db.write(town.brand.merchant.id) as tx:
        step = writer.rebuild if is_whole else writer.flush
        step(tx, copies.folder(town.brand.merchant.id))


def ordinals(town: Town, customers: Sequence[UUID]) -> dict[UUID, int]:
    with town.db.read(town.brand.merchant.id) as tx:
        found = people_store.list_ordinals(tx, customers)
    return {customer: found[customer][0] for customer in customers}


def plan(**changes: object) -> MailingPlan:
    fields = {
        "content_key": uuid4().hex,
        "ways": (Way(channel="sms"), Way(channel="rcs")),
        **changes,
    }
    return MailingPlan.model_validate(fields)


def by_rows(town: Town, question: crowding.Question) -> dict[int, list[str]]:
    """Each way's code as the gate gives it, one by one."""
    with town.db.read(town.brand.merchant.id) as tx:
        said = crowding.judge(tx, question, reads.policy_of(tx), list(question.whom))
    return {ordinal: [CODES[one.code] for one in codes] for ordinal, codes in said.items()}


def by_sets(town: Town, question: crowding.Question) -> dict[int, tuple[str, str]]:
    """The code and the channel that was chosen."""
    with town.db.read(town.brand.merchant.id) as tx:
        [decided] = crowding.decide(tx, [question])
    ways = [way.channel for way in question.plan.ways]
    return {
        int(ordinal): (CODES[code], ways[way])
        for ordinal, code, way in zip(
            decided.ordinals, decided.chosen.code, decided.chosen.way, strict=True
        )
    }


def nearest(codes: list[str], ways: list[str]) -> tuple[str, str]:
    """An open way, the first; else the one that came nearest."""
    rank = [len(CODES) if code == "" else CODES.index(code) for code in codes]
    best = max(range(len(codes)), key=lambda place: (rank[place], -place))
    return codes[best], ways[best]


def held_back(verdict: tuple[str, str], is_held_out: bool) -> tuple[str, str]:
    """Drawn last, among those who would get it."""
    return ("holdout", verdict[1]) if is_held_out and not verdict[0] else verdict


def _live_a_little(town: Town, people: list[UUID], random: Random, clock: Clock) -> None:
    """Messages come, wait and fail; customers change their minds, merge and are forgotten."""
    for _ in range(3):
        some = random.sample(people, 15)
        with town.db.write(town.brand.merchant.id) as tx:
            actions.plan(
                tx,
                [
                    town.candidate(
                        customer,
                        channel=random.choice(("sms", "rcs")),
                        category=random.choice(("promotion", "care")),
                        content_key=random.choice(("a", "b")),
                        not_before=random.choice((None, tx.now + timedelta(hours=30))),
                    )
                    for customer in some
                ],
            )
            tx.run(
                "UPDATE reach.message SET state = 'delivered', delivered_at = %(at)s"
                " WHERE merchant_id = %(merchant)s AND state = 'planned' AND get_byte(uuid_send(id), 15) %% 3 = 0",
                {"at": tx.now - timedelta(hours=random.randrange(80))},
            )
            tx.run(
                "UPDATE reach.message SET state = 'failed'"
                " WHERE merchant_id = %(merchant)s AND state = 'planned' AND get_byte(uuid_send(id), 15) %% 7 = 1"
            )
        clock.move(hours=random.randrange(1, 20))
    with town.db.write(town.brand.merchant.id) as tx:
        for customer in random.sample(people, 4):
            actions.opt_out(tx, customer, reason="page", proof="test")
        for customer in random.sample(people, 4):
            profiles.set_consents(
                tx, [ConsentChange(customer, "sms", "marketing", "withdrawn", tx.now, {})]
            )
        for customer in random.sample(people, 3):
            zone = random.choice(("America/New_York", "Asia/Shanghai", None))
            tx.run(
                "UPDATE profile.customer SET zone = %(zone)s"
                " WHERE merchant_id = %(merchant)s AND customer_id = %(id)s",
                {"id": customer, "zone": zone},
            )
        for customer in random.sample(people, 3):
            tx.run(
                "UPDATE profile.customer SET under_14 = true"
                " WHERE merchant_id = %(merchant)s AND customer_id = %(id)s",
                {"id": customer},
            )


def _compete_alike(town: Town, questions: Sequence[crowding.Question]) -> set[str]:
    """What caps leave is the same over the copy and by rows: so is who gets which."""
    copies, told = town.db.warehouse, []
    for town.db.warehouse in (copies, None):
        with town.db.read(town.brand.merchant.id) as tx:
            decided = crowding.decide(tx, questions)
        told.append([[CODES[code] for code in one.chosen.code] for one in decided])
    town.db.warehouse = copies
    assert told[0] == told[1]
    return {code for codes in told[0] for code in codes}


@pytest.mark.parametrize("seed", range(4))
def test_sets_decide_as_rows_do(town: Town, clock: Clock, copies: Warehouse, seed: int) -> None:
    random = Random(seed)
    people = town.people(30, consents=("sms", "rcs")) + town.people(10, consents=("rcs",))
    with town.db.write(town.brand.merchant.id) as tx:
        merchants.set_channel(tx, "rcs", "{}", is_simulated=True)
        actions.set_policy(tx, POLICY, version=reads.policy_shown(tx).version)
    write_copy(town, copies, is_whole=True)
    codes = set()
    for step in range(4):
        _live_a_little(town, people, random, clock)
        if step % 2:
            write_copy(town, copies)
        found = ordinals(town, people)
        whom = BitMap(found.values())
        with town.db.write(town.brand.merchant.id) as tx:
            other = uuid4()
            mailings.begin(tx, other, plan(), BitMap(random.sample(sorted(whom), 8)))
        town.drain()
        question = crowding.Question(
            plan(
                content_key=random.choice(("a", "new")),
                category=random.choice(("promotion", "care")),
            ),
            uuid4(),
            whom,
            BitMap(random.sample(sorted(whom), 3)),
        )
        rows, ways = by_rows(town, question), ["sms", "rcs"]
        expected = {
            ordinal: held_back(nearest(each, ways), ordinal in question.held_out)
            for ordinal, each in rows.items()
        }
        assert by_sets(town, question) == expected
        codes |= {code for code, _ in expected.values()}
        rival = crowding.Question(plan(priority=4), uuid4(), whom, BitMap())
        codes |= _compete_alike(town, [question, rival])
        with town.db.write(town.brand.merchant.id) as tx:
            mailings.stop(tx, other)
    assert len(codes) >= 6, codes
    assert "outranked_by" in codes


def test_places_count_before_and_after_they_become_messages(town: Town, copies: Warehouse) -> None:
    people = town.people(5)
    found = ordinals(town, people)
    write_copy(town, copies, is_whole=True)
    mailing = uuid4()
    wanted = plan()
    with town.db.write(town.brand.merchant.id) as tx:
        mailings.begin(
            tx, mailing, wanted, BitMap(found.values()), held_out=BitMap([found[people[4]]])
        )
        mailings.begin(tx, mailing, wanted, BitMap())
    town.drain()

    def codes() -> list[str | None]:
        with town.db.read(town.brand.merchant.id) as tx:
            return actions.rehearse(tx, [town.candidate(customer) for customer in people])

    def tallies() -> dict[str, int]:
        with town.db.read(town.brand.merchant.id) as tx:
            shown = shown_mailings.get_mailing(tx, mailing)
        assert sum(one.count for one in shown.tallies) == shown.candidates == 5
        return {one.outcome: one.count for one in shown.tallies}

    assert tallies() == {"reserved": 4, "holdout": 1}
    assert codes() == ["cap"] * 4 + [None]

    def compose(places: Sequence[Place]) -> list[Candidate]:
        return [
            town.candidate(place.customer_id, content_key=wanted.content_key) for place in places
        ]

    with town.db.write(town.brand.merchant.id) as tx:
        assert len(mailings.dispatch(tx, mailing, 3, compose)) == 3
    assert tallies() == {"sent": 3, "reserved": 1, "holdout": 1}
    assert codes() == ["cap"] * 4 + [None]
    with town.db.write(town.brand.merchant.id) as tx:
        mailings.stop(tx, mailing)
    assert tallies() == {"sent": 3, "cancelled": 1, "holdout": 1}
    assert codes().count("cap") == 3
    with town.db.write(town.brand.merchant.id) as tx:
        assert mailings.dispatch(tx, mailing, 3, compose) == []


@pytest.mark.parametrize(
    ("table", "limit", "code"), [("reach.mailing_part", 1, "cap"), ("reach.message", 2, None)]
)
def test_a_place_that_becomes_a_message_meanwhile_counts_once(
    town: Town, table: LiteralString, limit: int, code: str | None
) -> None:
    """Whoever decides has read the messages but no places yet, or the places but no messages."""
    [customer] = town.people(1)
    policy = ContactPolicy(caps=(Cap(window=Calendar(unit="day"), limit=limit),))
    mailing, wanted = uuid4(), plan()
    with town.db.write(town.brand.merchant.id) as tx:
        actions.set_policy(tx, policy, version=0)
        mailings.begin(tx, mailing, wanted, BitMap(ordinals(town, [customer]).values()))
    town.drain()
    decided: list[str | None] = []

    def decide() -> None:
        with town.db.write(town.brand.merchant.id) as tx:
            decided.extend(one.code for one in actions.plan(tx, [town.candidate(customer)]))

    def waits() -> bool:
        with town.db.owner() as owner:
            [count] = owner.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = %s::regclass",
                [table],
            ).fetchone() or [0]
        return bool(count)

    with town.db.write(town.brand.merchant.id) as tx:
        tx.run("LOCK TABLE " + table)
        other = Thread(target=decide)
        other.start()
        eventually(waits)
        [(_, message, _)] = mailings.dispatch(
            tx, mailing, 1, lambda _: [town.candidate(customer, content_key=wanted.content_key)]
        )
    other.join()
    assert message is not None
    assert decided == [code]


def test_a_place_is_not_held_where_somebody_was_quicker(town: Town, copies: Warehouse) -> None:
    people = town.people(4)
    found = ordinals(town, people)
    write_copy(town, copies, is_whole=True)
    mailing = uuid4()
    with town.db.write(town.brand.merchant.id) as tx:
        mailings.begin(tx, mailing, plan(), BitMap(found.values()))
    with town.db.write(town.brand.merchant.id) as tx:
        jobs.decide_mailing(tx, mailing_id=str(mailing))
    with town.db.write(town.brand.merchant.id) as tx:
        actions.plan(tx, [town.candidate(people[0])])
        actions.opt_out(tx, people[1], reason="page", proof="test")
    town.drain()
    with town.db.read(town.brand.merchant.id) as tx:
        shown = shown_mailings.get_mailing(tx, mailing)
    assert {one.outcome: one.count for one in shown.tallies} == {
        "reserved": 2,
        "cap": 1,
        "opted_out": 1,
    }


def test_what_a_worker_left_in_the_middle_is_taken_up(town: Town, copies: Warehouse) -> None:
    found = ordinals(town, town.people(2))
    mailing = uuid4()
    with town.db.write(town.brand.merchant.id) as tx:
        mailings.begin(tx, mailing, plan(), BitMap(found.values()))
    with town.db.owner() as owner:
        owner.execute("DELETE FROM procrastinate.procrastinate_jobs")
    with town.db.write(town.brand.merchant.id) as tx:
        jobs.keep_mailings(tx)
    town.drain()
    with town.db.read(town.brand.merchant.id) as tx:
        assert shown_mailings.get_mailing(tx, mailing).state == "reserved"


def test_a_budget_goes_where_it_brings_most(town: Town, copies: Warehouse) -> None:
    people = town.people(6)
    found = ordinals(town, people)
    town.spend(people, range(10_000, 70_000, 10_000))
    write_copy(town, copies, is_whole=True)
    wanted = plan(ways=(Way(channel="sms", cost_fen=5_000),), budget_fen=15)
    with town.db.read(town.brand.merchant.id) as tx:
        said = mailings.rehearse(tx, wanted, BitMap(found.values()))
    assert {one.outcome: one.count for one in said} == {"reserved": 3, "budget": 3}
    decided = by_sets(town, crowding.Question(wanted, None, BitMap(found.values()), BitMap()))
    assert [decided[found[customer]][0] for customer in people] == ["budget"] * 3 + [""] * 3
