"""The gate on real rows: order of reasons, caps whatever the interleaving, opt-out at once."""

import threading
from datetime import timedelta
from uuid import UUID, uuid4

from huitou.content import actions as contents
from huitou.identity import actions as identities
from huitou.reach.actions import messages as actions
from huitou.reach.reads import messages as reads
from huitou.reach.types.gate import Candidate
from huitou.reach.types.messages import Search
from huitou.reach.types.policies import Calendar, Cap, ContactPolicy
from tests.conftest import Clock, Read
from tests.rooms.reach.conftest import Town


def _codes(town: Town, *candidates: Candidate) -> list[str | None]:
    with town.db.write(town.brand.merchant.id) as tx:
        return [decision.code for decision in actions.plan(tx, candidates)]


def test_a_candidate_becomes_a_message_with_a_link_and_a_kept_decision(
    town: Town, read: Read
) -> None:
    [customer] = town.people(1)
    candidate = town.candidate(customer, product_list_id=town.product_list(), campaign_id=uuid4())
    with town.db.write(town.brand.merchant.id) as tx:
        [decision] = actions.plan(tx, [candidate])
    assert decision.is_allowed
    assert decision.message_id is not None
    with read() as tx:
        detail = reads.get_message(tx, decision.message_id)
        assert (detail.message.state, detail.message.text) == ("planned", "您好")
        assert detail.why is not None
        assert detail.why.outcome == "allowed"
        assert all(check.passed for check in detail.why.checks)
        links = tx.rows(dict, "SELECT * FROM content.link WHERE merchant_id = %(merchant)s")
    assert [link["message_id"] for link in links] == [decision.message_id]


def test_everybody_who_is_left_out_has_a_reason(town: Town) -> None:
    [silent] = town.people(1, consents=())
    [held, twice] = town.people(2)
    [friend] = town.people(1, consents=("wecom", "sms"))
    elsewhere = town.brand.staff["a-12"].id
    assert _codes(
        town,
        town.candidate(silent),
        town.candidate(held, is_held_out=True),
        town.candidate(twice, content_key="same"),
        town.candidate(twice, content_key="same"),
        town.candidate(twice, content_key="other"),
        town.candidate(friend, channel="wecom"),
        town.candidate(friend, channel="wecom", staff_id=elsewhere),
        town.candidate(uuid4()),
    ) == [
        "no_consent",
        "holdout",
        None,
        "repeated_content",
        "cap",
        "no_sender",
        "not_friend",
        "forgotten",
    ]


def test_the_cap_counts_calendar_days_of_the_merchant(town: Town, clock: Clock) -> None:
    [customer] = town.people(1)
    assert _codes(town, town.candidate(customer)) == [None]
    with town.db.write(town.brand.merchant.id) as tx:
        tx.run(
            "UPDATE reach.message SET state = 'delivered', delivered_at = %(now)s"
            " WHERE merchant_id = %(merchant)s"
        )
    assert _codes(town, town.candidate(customer)) == ["cap"]
    clock.move(days=1)
    assert _codes(town, town.candidate(customer)) == [None]
    clock.move(days=-1)


def test_a_failed_message_gives_its_place_back(town: Town) -> None:
    [customer] = town.people(1)
    assert _codes(town, town.candidate(customer)) == [None]
    with town.db.write(town.brand.merchant.id) as tx:
        [open_one] = tx.column(
            "SELECT id FROM reach.message WHERE merchant_id = %(merchant)s AND state = 'planned'"
        )
        actions.cancel(tx, [open_one])
    assert _codes(town, town.candidate(customer)) == [None]


def test_no_interleaving_exceeds_the_cap(town: Town) -> None:
    customers = town.people(4)
    allowed: list[UUID] = []
    failures: list[BaseException] = []
    ready = threading.Barrier(6)

    def rush(turn: int) -> None:
        order = customers if turn % 2 else customers[::-1]
        try:
            ready.wait()
            for _ in range(3):
                with town.db.write(town.brand.merchant.id) as tx:
                    decided = actions.plan(tx, [town.candidate(each) for each in order])
                allowed.extend(d.customer_id for d in decided if d.is_allowed)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=rush, args=(turn,)) for turn in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert sorted(allowed) == sorted(customers)


def test_opting_out_on_the_page_works_at_once_everywhere_and_can_be_undone(
    town: Town, read: Read, clock: Clock
) -> None:
    [customer] = town.people(1, consents=("sms", "wecom"))
    staff = town.brand.staff["a-01"].id
    assert _codes(town, town.candidate(customer)) == [None]
    with town.db.write(town.brand.merchant.id) as tx:
        actions.opt_out(tx, customer, reason="page", proof="link:x")
    with read() as tx:
        assert reads.reachable(tx, [customer], "sms") == set()
        page = reads.list_messages(tx, Search(customer_id=customer))
        assert [message.state for message in page.items] == ["cancelled"]
    wanted = town.candidate(customer), town.candidate(customer, channel="wecom", staff_id=staff)
    assert _codes(town, *wanted) == ["opted_out", "opted_out"]
    town.drain()
    assert _codes(town, *wanted) == ["opted_out", "opted_out"]
    clock.move(seconds=1)
    with town.db.write(town.brand.merchant.id) as tx:
        actions.opt_in(tx, customer, proof="link:x")
    town.drain()
    with read() as tx:
        assert reads.reachable(tx, [customer], "sms") == {customer}
        assert reads.reachable(tx, [customer], "wecom") == {customer}


def test_undoing_gives_back_only_what_there_was(town: Town, clock: Clock) -> None:
    [customer] = town.people(1, consents=("sms",))
    with town.db.write(town.brand.merchant.id) as tx:
        actions.opt_out(tx, customer, reason="page", proof="link:x")
    town.drain()
    clock.move(seconds=1)
    with town.db.write(town.brand.merchant.id) as tx:
        actions.opt_in(tx, customer, proof="link:x")
    town.drain()
    staff = town.brand.staff["a-01"].id
    assert _codes(town, town.candidate(customer, channel="wecom", staff_id=staff)) == ["no_consent"]
    assert _codes(town, town.candidate(customer)) == [None]


def test_a_withdrawal_in_the_log_stops_and_a_later_consent_opens(town: Town, clock: Clock) -> None:
    [customer] = town.people(1)
    who = [{"kind": "phone", "value": town.phone(customer), "verified": True}]
    clock.move(minutes=1)
    town.send([town.event("consent.withdrawn", who, channel="all", purpose="marketing")])
    town.drain()
    assert _codes(town, town.candidate(customer)) == ["opted_out"]
    clock.move(minutes=1)
    town.send([town.event("consent.given", who, channel="sms", purpose="marketing")])
    town.drain()
    assert _codes(town, town.candidate(customer)) == [None]


def test_rehearsal_says_what_planning_does_and_keeps_nothing(town: Town, read: Read) -> None:
    customers = [*town.people(2), *town.people(1, consents=())]
    candidates = [town.candidate(each) for each in [*customers, customers[0]]]
    with read() as tx:
        rehearsed = actions.rehearse(tx, candidates)
        assert reads.decisions_of(tx, customers[0]) == []
    assert rehearsed == _codes(town, *candidates) == [None, None, "no_consent", "cap"]


def test_messages_follow_a_merge_and_its_undoing(town: Town, read: Read) -> None:
    one, other = town.people(2)
    assert _codes(town, town.candidate(other)) == [None]
    with town.db.write(town.brand.merchant.id) as tx:
        identities.merge(tx, one, other)
    with town.db.write(town.brand.merchant.id) as tx:
        actions.move_customers(tx, [one, other])
        contents.move_customers(tx, [one, other])
    assert _codes(town, town.candidate(one)) == ["cap"]


def test_a_merge_is_followed_before_anybody_hears_of_it(town: Town) -> None:
    one, other, stopped = town.people(3)
    assert _codes(town, town.candidate(other)) == [None]
    with town.db.write(town.brand.merchant.id) as tx:
        actions.opt_out(tx, stopped, reason="page", proof="link:x")
        identities.merge(tx, one, other)
    assert _codes(town, town.candidate(one)) == ["cap"]
    with town.db.write(town.brand.merchant.id) as tx:
        identities.merge(tx, one, stopped)
    assert _codes(town, town.candidate(one)) == ["opted_out"]


def test_a_merge_with_somebody_who_has_stopped_takes_back_what_is_planned(
    town: Town, read: Read, clock: Clock
) -> None:
    one, stopped = town.people(2)
    assert _codes(town, town.candidate(one)) == [None]
    with town.db.write(town.brand.merchant.id) as tx:
        actions.opt_out(tx, stopped, reason="page", proof="link:x")
        identities.merge(tx, one, stopped)
        actions.move_customers(tx, [one, stopped])
    with read() as tx:
        page = reads.list_messages(tx, Search(customer_id=one))
    assert [message.state for message in page.items] == ["cancelled"]
    clock.move(seconds=1)
    with town.db.write(town.brand.merchant.id) as tx:
        actions.opt_in(tx, one, proof="link:x")
        actions.move_customers(tx, [one, stopped])
    assert _codes(town, town.candidate(one)) == [None], "opened for good"


def test_a_thousand_candidates_are_planned_together(town: Town, read: Read) -> None:
    customers = town.people(300)
    with town.db.write(town.brand.merchant.id) as tx:
        actions.set_policy(
            tx, ContactPolicy(caps=(Cap(window=Calendar(unit="day"), limit=4),)), version=0
        )
    decided = []
    product_list = town.product_list()
    with town.db.write(town.brand.merchant.id) as tx:
        decided = actions.plan(
            tx,
            [
                town.candidate(customer, content_key=f"k{turn}", product_list_id=product_list)
                for turn in range(4)
                for customer in customers
            ],
        )
    assert [decision.code for decision in decided] == [None] * 1200
    with read() as tx:
        since = town.db.clock() - timedelta(days=1)
        assert reads.touches(tx, customers, since) == []
