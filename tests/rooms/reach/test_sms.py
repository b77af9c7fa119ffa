"""SMS over sockets: delivered, refused, lost, and told to stop."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx2
import pytest

from huitou.api.app import create_app
from huitou.event import reads as log
from huitou.identity import actions as identities
from huitou.identity import reads as identity
from huitou.reach.actions import messages as actions
from huitou.reach.jobs import sending
from huitou.reach.reads import messages as reads
from huitou.reach.store.search import MessageRow
from tests.adapters.sms_world import World
from tests.adapters.wecom.serving import eventually, serve
from tests.conftest import Clock
from tests.rooms.reach.conftest import SECRET, Town


@pytest.fixture(autouse=True)
def real_time(clock: Clock) -> None:
    """The simulator stamps receipts by the wall clock."""
    clock.now = datetime.now(UTC)


@pytest.fixture
def site(live_town: Town, sms: World) -> Iterator[str]:
    """The product on a socket, where the simulator pushes to."""
    with serve(create_app(live_town.db)) as url:
        base = f"{url}/callbacks/sms/{live_town.brand.merchant.id}/{SECRET}"
        sms.sim("/configure", {"report_url": f"{base}/report", "up_url": f"{base}/up"})
        yield url
        sms.sim("/configure", {"report_url": None, "up_url": None})


def _plan(town: Town, customer: UUID) -> UUID:
    with town.db.write(town.brand.merchant.id) as tx:
        [decision] = actions.plan(
            tx, [town.candidate(customer, product_list_id=town.product_list())]
        )
    assert decision.message_id is not None
    return decision.message_id


def _message(town: Town, message_id: UUID) -> MessageRow:
    with town.db.read(town.brand.merchant.id) as tx:
        return reads.get_message(tx, message_id).message


def test_a_message_goes_out_once_and_its_receipt_comes_back(
    live_town: Town, sms: World, site: str
) -> None:
    [customer] = live_town.people(1)
    message_id = _plan(live_town, customer)
    live_town.drain()
    eventually(lambda: _message(live_town, message_id).state == "delivered")
    live_town.drain()
    [sent] = sms.messages(live_town.phone(customer))
    assert "李女士" in sent["content"]
    with live_town.db.read(live_town.brand.merchant.id) as tx:
        entries = log.log_slice(tx, 0, log.head(tx), ["message.delivered"])
        [touch] = reads.touches(tx, [customer], live_town.db.clock() - timedelta(hours=1))
    assert [entry.properties["message"] for entry in entries] == [str(message_id)]
    assert touch.message_id == message_id


def test_without_a_push_the_channel_is_asked(live_town: Town, sms: World, clock: Clock) -> None:
    [customer] = live_town.people(1)
    message_id = _plan(live_town, customer)
    live_town.drain()
    assert _message(live_town, message_id).state == "submitted"
    clock.move(seconds=31)
    live_town.drain()
    assert _message(live_town, message_id).state == "delivered"
    assert len(sms.messages(live_town.phone(customer))) == 1


@pytest.mark.parametrize("is_bound", [False, True])
def test_what_went_to_somebody_counts_for_them_when_two_are_taken_apart(
    live_town: Town, sms: World, clock: Clock, is_bound: bool
) -> None:
    """Whichever of a customer's two numbers was written to, and whether they were merged or never two customers."""
    merchant = live_town.brand.merchant.id
    phones = [f"137{uuid4().int % 10**7:07d}{tail}" for tail in range(2)]
    known = [{"kind": "phone", "value": phone, "verified": True} for phone in phones]
    for who in ([known[0]], known if is_bound else [known[1]]):
        clock.move(seconds=1)
        live_town.send(
            [
                live_town.event("identity.bound", who, method="card_bound"),
                live_town.event("consent.given", who, channel="sms", purpose="marketing"),
            ]
        )
    live_town.drain()
    with live_town.db.write(merchant) as tx:
        one, other = (identity.find_by_identifier(tx, "phone", phone) for phone in phones)
        assert one
        assert other
        assert (one == other) == is_bound
        kept = one.id if is_bound else identities.merge(tx, one.id, other.id).id
    live_town.drain()
    message_id = _plan(live_town, kept)
    live_town.drain()
    with live_town.db.write(merchant) as tx:
        [written_to] = [phone for phone in phones if sms.messages(phone)]
        numbers = {number.tail: number.id for number in identity.identifiers_of(tx, kept)}
        identities.split(tx, kept, [numbers[written_to[-4:]]])
    for number in known:
        agreed = live_town.event("consent.given", [number], channel="sms", purpose="marketing")
        live_town.send([agreed])
    live_town.drain()
    for phone in phones:
        with live_town.db.write(merchant) as tx:
            owner = identity.find_by_identifier(tx, "phone", phone)
            assert owner
            [decision] = actions.plan(tx, [live_town.candidate(owner.id)])
            [linked] = tx.column(
                "SELECT customer_id FROM content.link"
                " WHERE merchant_id = %(merchant)s AND message_id = %(message)s",
                {"message": message_id},
            )
        assert decision.code == ("cap" if phone == written_to else None)
        assert (linked == owner.id) == (phone == written_to)


@pytest.mark.parametrize("ahead", [timedelta(hours=3), timedelta(days=-1)])
def test_a_provider_with_a_clock_of_its_own_moves_no_message_to_another_day(
    live_town: Town, sms: World, clock: Clock, ahead: timedelta
) -> None:
    clock.now -= ahead
    planned_at = clock.now
    [customer] = live_town.people(1)
    message_id = _plan(live_town, customer)
    live_town.drain()
    clock.move(seconds=31)
    live_town.drain()
    message = _message(live_town, message_id)
    assert message.state == "delivered"
    assert message.delivered_at == (clock.now if ahead > timedelta() else planned_at)


def test_a_lost_answer_is_asked_about_and_not_sent_again(
    live_town: Town, sms: World, clock: Clock
) -> None:
    [customer] = live_town.people(1)
    sms.sim("/faults", {"effect": "drop_after", "action": "SendSms"})
    message_id = _plan(live_town, customer)
    live_town.drain()
    assert _message(live_town, message_id).state == "unknown"
    clock.move(seconds=30)
    live_town.drain()
    assert _message(live_town, message_id).state == "unknown"
    clock.move(seconds=31)
    live_town.drain()
    assert _message(live_town, message_id).state == "delivered"
    assert len(sms.messages(live_town.phone(customer))) == 1


def test_what_surely_never_arrived_is_sent_again(live_town: Town, sms: World, clock: Clock) -> None:
    [customer] = live_town.people(1)
    sms.sim("/faults", {"effect": "drop_before", "action": "SendSms"})
    message_id = _plan(live_town, customer)
    live_town.drain()
    assert sms.messages(live_town.phone(customer)) == []
    clock.move(seconds=61)
    live_town.drain()
    assert (_message(live_town, message_id).state, _message(live_town, message_id).attempt) == (
        "planned",
        2,
    )
    clock.move(seconds=21)
    _run_submit(live_town, message_id)
    assert _message(live_town, message_id).state == "submitted"
    assert len(sms.messages(live_town.phone(customer))) == 1


def test_a_worker_that_dies_between_claim_and_settle_doubles_nothing(
    live_town: Town, sms: World, clock: Clock
) -> None:
    [customer] = live_town.people(1)
    message_id = _plan(live_town, customer)
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        [claimed] = sending.claim_submit(tx, [str(message_id)])
    sending.call_submit(claimed)  # the worker dies here
    live_town.drain()
    assert _message(live_town, message_id).state == "in_flight", "somebody may be at it"
    clock.move(seconds=76)
    live_town.drain()
    assert _message(live_town, message_id).state == "unknown"
    clock.move(seconds=61)
    live_town.drain()
    assert _message(live_town, message_id).state == "delivered"
    assert len(sms.messages(live_town.phone(customer))) == 1


def test_a_refusal_is_final_and_gives_the_day_back(live_town: Town, sms: World) -> None:
    [customer] = live_town.people(1)
    sms.sim(
        "/faults", {"effect": "error", "action": "SendSms", "code": "isv.BLACK_KEY_CONTROL_LIMIT"}
    )
    message_id = _plan(live_town, customer)
    live_town.drain()
    failed = _message(live_town, message_id)
    assert (failed.state, failed.failure) == ("failed", "isv.BLACK_KEY_CONTROL_LIMIT")
    assert _plan(live_town, customer) != message_id


def test_consent_is_asked_again_when_the_message_goes_out(live_town: Town, sms: World) -> None:
    [customer] = live_town.people(1)
    message_id = _plan(live_town, customer)
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        tx.run("DELETE FROM profile.consent WHERE merchant_id = %(merchant)s")
    live_town.drain()
    with live_town.db.read(live_town.brand.merchant.id) as snapshot:
        detail = reads.get_message(snapshot, message_id)
    assert (detail.message.state, detail.message.failure) == ("failed", "no_consent")
    assert detail.why is not None
    assert detail.why.outcome == "blocked"
    assert sms.messages(live_town.phone(customer)) == []


def test_a_reply_stops_sms_at_once(live_town: Town, sms: World, site: str) -> None:
    [customer] = live_town.people(1)
    message_id = _plan(live_town, customer)
    live_town.drain()
    eventually(lambda: _message(live_town, message_id).state == "delivered")
    phone = live_town.phone(customer)
    sms.sim(f"/phones/{phone}/replies", {"content": "ｔｄ"})

    def is_stopped() -> bool:
        with live_town.db.read(live_town.brand.merchant.id) as tx:
            return reads.reachable(tx, [customer], "sms") == set()

    eventually(is_stopped)
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        [decision] = actions.plan(tx, [live_town.candidate(customer)])
    assert decision.code == "opted_out"
    live_town.drain()
    with live_town.db.read(live_town.brand.merchant.id) as snapshot:
        assert len(log.log_slice(snapshot, 0, log.head(snapshot), ["consent.withdrawn"])) == 1


def test_a_wrong_push_address_is_refused(live_town: Town, site: str) -> None:
    merchant = live_town.brand.merchant.id
    with httpx2.Client(base_url=site, trust_env=False) as http:
        wrong = http.post(f"/callbacks/sms/{merchant}/not-the-secret/report", content=b"[]")
        assert wrong.status_code == 403
        assert (
            http.post(f"/callbacks/sms/{uuid4()}/{SECRET}/report", content=b"[]").status_code == 404
        )
        bad = http.post(f"/callbacks/sms/{merchant}/{SECRET}/report", content=b"{")
        assert bad.status_code == 400
        assert http.post(f"/callbacks/sms/{merchant}/{SECRET}/report", content=b"[]").json() == {
            "code": 0,
            "msg": "接收成功",
        }


def test_a_test_message_is_marked_and_counted_nowhere(
    live_town: Town, sms: World, site: str
) -> None:
    phone = "13700001234"
    key = {"authorization": f"Bearer {live_town.brand.key}"}
    with httpx2.Client(base_url=site, trust_env=False, headers=key) as http:
        params = {"name": "测试", "link": "x"}
        asked = {"channel": "sms", "address": phone, "params": params}
        made = http.post("/v1/messages/test", json=asked)
        assert made.status_code == 201, made.text
        live_town.drain()
        url = f"/v1/messages/test/{made.json()['id']}"
        eventually(lambda: http.get(url).json()["state"] == "delivered")
        assert http.get("/v1/messages").json()["items"][0]["is_test"]
        assert http.post("/v1/messages/test", json={"channel": "sms"}).status_code == 422
    assert len(sms.messages(phone)) == 1


def _run_submit(town: Town, message_id: UUID) -> None:
    """The retry is queued for later by the wall clock: run it now."""
    with town.db.write(town.brand.merchant.id) as tx:
        [claimed] = sending.claim_submit(tx, [str(message_id)])
    outcome = sending.call_submit(claimed)
    with town.db.write(town.brand.merchant.id) as tx:
        sending.settle_submit(tx, [(claimed, outcome)])
