"""Emergency stops: what they hold, that nothing slips through, and that everything goes on once."""

import threading
from datetime import timedelta
from time import monotonic, sleep
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from huitou.merchant import actions as merchants
from huitou.reach.actions import messages as actions
from huitou.reach.actions import stops as stopping
from huitou.reach.jobs import sending
from huitou.reach.reads import messages as reads
from huitou.reach.rules import stopping as rules
from huitou.reach.store.search import MessageRow
from huitou.reach.types.channels import CHANNELS, Submitted
from huitou.reach.types.gate import Candidate
from huitou.reach.types.stops import BadStop, NewStop, Stop
from tests.adapters.sms_world import World
from tests.conftest import Clock
from tests.rooms.reach.conftest import Town

EVERYTHING = NewStop("everything", None, None, False, False, "价格写错了")
CAMPAIGNS = [uuid4(), uuid4()]

stops = st.one_of(
    st.builds(
        NewStop,
        scope=st.just("everything"),
        channel=st.none(),
        campaign_id=st.none(),
        is_total=st.booleans(),
        take_back=st.just(False),
        reason=st.just("r"),
    ),
    st.builds(
        NewStop,
        scope=st.just("channel"),
        channel=st.sampled_from(CHANNELS),
        campaign_id=st.none(),
        is_total=st.just(False),
        take_back=st.just(False),
        reason=st.just("r"),
    ),
    st.builds(
        NewStop,
        scope=st.just("campaign"),
        channel=st.none(),
        campaign_id=st.sampled_from(CAMPAIGNS),
        is_total=st.just(False),
        take_back=st.just(False),
        reason=st.just("r"),
    ),
)


@given(
    st.lists(stops, max_size=4),
    st.sampled_from(CHANNELS),
    st.sampled_from([None, *CAMPAIGNS]),
    st.sampled_from(["marketing", "service", "transactional"]),
    st.booleans(),
)
def test_a_stop_holds_what_is_in_its_scope_and_nothing_else(
    new: list[NewStop], channel: str, campaign: UUID | None, purpose: str, is_test: bool
) -> None:
    in_force = [_stop(rules.checked(each)) for each in new]
    held = rules.holding(
        in_force, channel=channel, campaign_id=campaign, purpose=purpose, is_test=is_test
    )
    if is_test or purpose == "transactional":
        wanted = [each for each in in_force if each.is_total]
    else:
        wanted = [
            each
            for each in in_force
            if each.scope == "everything"
            or (each.channel is not None and each.channel == channel)
            or (each.campaign_id is not None and each.campaign_id == campaign)
        ]
    assert held == (wanted[0] if wanted else None)


@pytest.mark.parametrize(
    "bad",
    [
        NewStop("channel", None, None, False, False, "r"),
        NewStop("channel", "pigeon", None, False, False, "r"),
        NewStop("everything", "sms", None, False, False, "r"),
        NewStop("campaign", None, None, False, False, "r"),
        NewStop("channel", "sms", None, True, False, "r"),
    ],
)
def test_a_scope_that_is_not_complete_is_refused(bad: NewStop) -> None:
    with pytest.raises(BadStop):
        rules.checked(bad)


def test_what_is_planned_waits_and_goes_on_once(live_town: Town, sms: World, clock: Clock) -> None:
    [customer] = live_town.people(1)
    other = live_town.people(1)[0]
    stop = _declare(live_town, EVERYTHING)
    ids = _plan(live_town, live_town.candidate(customer), live_town.candidate(other))
    live_town.drain()
    assert sms.messages(live_town.phone(customer)) == []
    first = _message(live_town, ids[0])
    assert (first.state, first.failure) == ("planned", None)
    assert first.next is not None
    assert "紧急停发" in first.next
    clock.move(minutes=10)
    live_town.drain()
    with live_town.db.read(live_town.brand.merchant.id) as tx:
        [shown] = [each for each in reads.list_stops(tx) if each.id == stop.id]
    assert shown.held == 2
    _lift(live_town, stop)
    _lift(live_town, stop)
    live_town.drain()
    for who in (customer, other):
        assert len(sms.messages(live_town.phone(who))) == 1
    assert _message(live_town, ids[0]).next is None


def test_a_stop_of_a_channel_or_a_campaign_leaves_the_others_alone(
    live_town: Town, sms: World
) -> None:
    mine, others = uuid4(), uuid4()
    a, b = live_town.people(2)
    kept = _declare(live_town, NewStop("channel", "wecom", None, False, False, "r"))
    stop = _declare(live_town, NewStop("campaign", None, mine, False, False, "r"))
    _plan(
        live_town,
        live_town.candidate(a, campaign_id=mine),
        live_town.candidate(b, campaign_id=others),
    )
    live_town.drain()
    assert sms.messages(live_town.phone(a)) == []
    assert len(sms.messages(live_town.phone(b))) == 1
    _lift(live_town, kept)
    live_town.drain()
    assert sms.messages(live_town.phone(a)) == []
    _lift(live_town, stop)
    live_town.drain()
    assert len(sms.messages(live_town.phone(a))) == 1


def test_what_customers_wait_for_is_held_by_a_total_stop_only(live_town: Town, sms: World) -> None:
    [customer] = live_town.people(1, consents=())
    stop = _declare(live_town, EVERYTHING)
    code = live_town.candidate(customer, purpose="transactional")
    _plan(live_town, code)
    live_town.drain()
    assert len(sms.messages(live_town.phone(customer))) == 1
    again = _declare(live_town, NewStop("everything", None, None, True, False, "r"))
    assert again.id == stop.id
    _plan(live_town, live_town.candidate(customer, purpose="transactional"))
    live_town.drain()
    assert len(sms.messages(live_town.phone(customer))) == 1
    _lift(live_town, stop)
    live_town.drain()
    assert len(sms.messages(live_town.phone(customer))) == 2


def test_what_is_too_late_when_a_stop_is_lifted_does_not_go(
    live_town: Town, sms: World, clock: Clock
) -> None:
    [customer] = live_town.people(1)
    stop = _declare(live_town, EVERYTHING)
    until = clock.now + timedelta(hours=1)
    [message_id] = _plan(live_town, live_town.candidate(customer, expires_at=until))
    live_town.drain()
    clock.move(hours=2)
    _lift(live_town, stop)
    live_town.drain()
    found = _message(live_town, message_id)
    assert (found.state, found.failure) == ("failed", "too_late")
    assert sms.messages(live_town.phone(customer)) == []


def test_what_an_associate_has_not_confirmed_is_asked_back_where_that_is_wanted(
    live_town: Town,
) -> None:
    [first, second] = live_town.people(2, consents=("wecom",))
    staff = live_town.brand.staff["a-01"].id
    [kept] = _plan(live_town, live_town.candidate(first, channel="wecom", staff_id=staff))
    live_town.drain()
    assert _message(live_town, kept).state in ("submitted", "waiting")
    mild = _declare(live_town, NewStop("channel", "wecom", None, False, False, "r"))
    live_town.drain()
    assert _message(live_town, kept).state in ("submitted", "waiting")
    _declare(live_town, NewStop("channel", "wecom", None, False, True, "r"))
    live_town.drain()
    assert _message(live_town, kept).state == "cancelled"
    [held] = _plan(live_town, live_town.candidate(second, channel="wecom", staff_id=staff))
    live_town.drain()
    assert _message(live_town, held).state == "planned"
    _lift(live_town, mild)
    live_town.drain()
    assert _message(live_town, held).state in ("submitted", "waiting")
    assert _message(live_town, kept).state == "cancelled"


def test_after_the_stop_no_call_begins(town: Town) -> None:
    """Eight senders at full speed, each with its claims and calls; the stop comes in between."""
    customers = town.people(60)
    ids = _plan(town, *(town.candidate(each) for each in customers))
    begun: list[float] = []
    failures: list[BaseException] = []
    ready = threading.Barrier(9)

    def rush(mine: list[UUID]) -> None:
        try:
            ready.wait()
            for id_ in mine:
                with town.db.write(town.brand.merchant.id, principal="sender") as tx:
                    calls = sending.claim_submit(tx, [str(id_)])
                for call in calls:
                    sleep(0.02)  # the worker is slow between its claim and its call
                    begun.append(monotonic())
                    with town.db.write(town.brand.merchant.id, principal="sender") as tx:
                        sending.settle_submit(tx, [(call, Submitted("r"))])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=rush, args=(ids[at::8],)) for at in range(8)]
    for thread in threads:
        thread.start()
    ready.wait()
    sleep(0.15)
    stop = _declare(town, EVERYTHING)
    stopped = monotonic()
    for thread in threads:
        thread.join()
    assert failures == []
    assert 0 < len(begun) < len(ids)
    assert max(begun) < stopped
    states = [_message(town, id_).state for id_ in ids]
    assert states.count("submitted") == len(begun)
    assert states.count("planned") == len(ids) - len(begun)
    _lift(town, stop)


def test_over_http_with_permission_and_in_the_audit(town: Town, client: TestClient) -> None:
    asked = {"scope": "channel", "channel": "sms", "reason": "错价"}
    with town.db.write(town.brand.merchant.id) as tx:
        token = merchants.open_session(tx, town.brand.staff["manager-0401"].id, "console")
    manager = {"Authorization": "", "Cookie": f"huitou_console={token}"}
    manager["Sec-Fetch-Site"] = "same-origin"
    denied = client.post("/v1/reach/stops", json=asked, headers=manager)
    assert (denied.status_code, denied.json()["params"]) == (403, {"permission": "reach.stop"})
    made = client.post("/v1/reach/stops", json=asked)
    assert made.status_code == 201, made.text
    again = client.post("/v1/reach/stops", json={**asked, "take_back": True})
    assert again.json()["id"] == made.json()["id"]
    seen = client.get("/v1/reach/stops", headers=manager).json()["items"]
    [shown] = [each for each in seen if not each["lifted_at"]]
    assert (shown["channel"], shown["take_back"], shown["reason"]) == ("sms", True, "错价")
    bad = client.post("/v1/reach/stops", json={"scope": "channel", "reason": "x"})
    assert bad.json()["code"] == "reach.bad_stop"
    lifted = client.delete(f"/v1/reach/stops/{shown['id']}")
    assert lifted.json()["lifted_at"] is not None
    assert client.delete(f"/v1/reach/stops/{uuid4()}").json()["code"] == "reach.no_stop"
    verbs = [line["verb"] for line in client.get("/v1/audit").json()["items"]]
    assert verbs.count("reach.stopped") == 2
    assert verbs.count("reach.stop_lifted") == 1


def _stop(new: NewStop) -> Stop:
    now = Clock().now
    return Stop(
        uuid4(),
        new.scope,
        new.channel,
        new.campaign_id,
        new.is_total,
        new.take_back,
        new.reason,
        now,
        "staff:x",
        None,
        None,
    )


def _declare(town: Town, new: NewStop) -> Stop:
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        return stopping.stop(tx, new)


def _lift(town: Town, stop: Stop) -> None:
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        stopping.lift(tx, stop.id)
    assert isinstance(town.db.clock, Clock)
    town.db.clock.move(seconds=3)  # it is looked every other second for what may go on


def _plan(town: Town, *candidates: Candidate) -> list[UUID]:
    with town.db.write(town.brand.merchant.id) as tx:
        decided = actions.plan(tx, candidates)
    assert all(each.message_id for each in decided), [each.code for each in decided]
    return [each.message_id for each in decided if each.message_id]


def _message(town: Town, message_id: UUID) -> MessageRow:
    with town.db.read(town.brand.merchant.id) as tx:
        return reads.get_message(tx, message_id).message
