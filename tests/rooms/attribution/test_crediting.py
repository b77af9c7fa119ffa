"""From the log to credits, whatever comes late, twice, or turns out to be somebody else's."""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from huitou.attribution import actions, reads
from huitou.attribution.types import Credit, NoVerdict, Verdict
from huitou.base.db import Database, Scope
from huitou.event import reads as events
from huitou.event.types import Intake
from huitou.identity import actions as identity
from huitou.identity import reads as people
from huitou.kernel.ids import new_id
from huitou.reach.types.messages import MessagesOpened
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.attribution.story import customer_of, deliver, paid, refunded, seen

Send = Callable[[Sequence[dict[str, Any]]], Intake]
Drain = Callable[[], None]
DAY = timedelta(days=1)


@pytest.fixture
def now(clock: Clock) -> datetime:
    return clock.now


@pytest.fixture
def order_of(read: Read) -> Callable[[str], UUID]:
    def find(order_no: str) -> UUID:
        with read() as tx:
            found: UUID = tx.value(
                'SELECT id FROM "order".purchase'
                " WHERE merchant_id = %(merchant)s AND order_no = %(no)s",
                {"no": order_no},
            )
        return found

    return find


@pytest.fixture
def verdict(read: Read, order_of: Callable[[str], UUID]) -> Callable[[str], Verdict]:
    def ask(order_no: str) -> Verdict:
        order_id = order_of(order_no)
        with read() as tx:
            return reads.verdict(tx, order_id)

    return ask


def credit(told: Verdict) -> Credit:
    assert told.credit is not None, told.reason
    return told.credit


def test_an_order_is_credited_to_the_last_delivered_message(
    send: Send,
    drain: Drain,
    write: Write,
    read: Read,
    brand: Brand,
    now: datetime,
    verdict: Callable[[str], Verdict],
) -> None:
    send([seen("c1", now - 9 * DAY)])
    drain()
    campaign = new_id()
    with write() as tx:
        customer = customer_of(tx, "c1")
        deliver(tx, customer, now - 3 * DAY, None)
        last = deliver(tx, customer, now - 2 * DAY, brand.staff["a-01"], campaign=campaign)
        deliver(tx, customer, now, brand.staff["a-02"])
    send([paid("P1", "c1", now - DAY, (4_000, 980), shipping_fen=600, unit="mall")])
    drain()
    found = credit(verdict("P1"))
    assert (found.message_id, found.staff_id) == (last, brand.staff["a-01"].id)
    assert found.campaign_id == campaign
    assert found.amount_fen == 4_980, "shipping earns nothing"
    assert found.unit_id == brand.units["mall"].id
    assert found.credited_unit_id == brand.units["store-0401"].id
    assert found.evidence["considered"] == 2
    with read() as tx:
        recorded = events.log_slice(tx, 0, events.head(tx), ["order.credited"])
        assert [entry.properties["credit"] for entry in recorded] == [str(found.id)]


def test_orders_nobody_is_credited_for_say_why(
    send: Send, drain: Drain, write: Write, now: datetime, verdict: Callable[[str], Verdict]
) -> None:
    send([seen("c1", now - 90 * DAY), seen("c2", now - 90 * DAY)])
    drain()
    with write() as tx:
        deliver(tx, customer_of(tx, "c1"), now - 20 * DAY, None)
    send([paid("P1", None, now), paid("P2", "c1", now), paid("P3", "c2", now)])
    drain()
    assert [verdict(no).reason for no in ("P1", "P2", "P3")] == [
        "anonymous",
        "outside_window",
        "no_touch",
    ]
    assert verdict("P2").sentence_zh == "最近一次送达距下单已超过归因窗口"
    assert verdict("P2").sentence_en.startswith("The last message")


def test_an_order_that_arrives_late_is_judged_by_its_own_time(
    send: Send, drain: Drain, write: Write, now: datetime, verdict: Callable[[str], Verdict]
) -> None:
    send([seen("c1", now - 40 * DAY)])
    drain()
    with write() as tx:
        early = deliver(tx, customer_of(tx, "c1"), now - 30 * DAY, None)
        deliver(tx, customer_of(tx, "c1"), now - 10 * DAY, None)
    send([paid("P1", "c1", now - 25 * DAY), paid("P2", "c1", now - 31 * DAY)])
    drain()
    assert credit(verdict("P1")).message_id == early
    assert verdict("P2").reason == "no_touch"


def test_a_receipt_that_comes_after_the_order_credits_it_once(
    send: Send,
    drain: Drain,
    write: Write,
    read: Read,
    now: datetime,
    verdict: Callable[[str], Verdict],
) -> None:
    send([paid("P1", "c1", now - DAY), paid("P0", "c1", now - 3 * DAY)])
    drain()
    assert verdict("P1").reason == "no_touch"
    with write() as tx:
        message = deliver(tx, customer_of(tx, "c1"), now - 2 * DAY, None)
    drain()
    first = credit(verdict("P1"))
    assert first.message_id == message
    assert verdict("P0").reason == "no_touch"
    with write() as tx:
        deliver(tx, customer_of(tx, "c1"), now - 2 * DAY + timedelta(hours=1), None)
        actions.messages_delivered(tx, [message])
    drain()
    assert verdict("P1").credit == first, "a credit once given stands"
    with read() as tx:
        assert len(reads.list_credits(tx).items) == 1


def test_an_order_and_its_receipt_at_the_same_moment_do_not_miss_each_other(
    send: Send,
    drain: Drain,
    write: Write,
    read: Read,
    db: Database,
    brand: Brand,
    now: datetime,
    verdict: Callable[[str], Verdict],
) -> None:
    send([paid("P1", "c1", now - DAY)])
    drain()
    with write() as tx:
        tx.run("DELETE FROM attribution.uncredited WHERE merchant_id = %(merchant)s")
    with read() as snapshot:
        head = events.head(snapshot)

    def hear(message: UUID) -> None:
        with db.write(brand.merchant.id) as second:
            actions.messages_delivered(second, [message])

    with write() as first:
        actions.consume(first, 0, head)
        with write() as tx:
            message = deliver(tx, customer_of(tx, "c1"), now - 2 * DAY, None, is_told=False)
        listener = threading.Thread(target=hear, args=(message,))
        listener.start()
        while listener.is_alive() and not _waits_for_lock(db):
            listener.join(0.01)
    listener.join()
    assert credit(verdict("P1")).message_id == message


def _waits_for_lock(db: Database) -> bool:
    with db.owner() as connection:
        row = connection.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        ).fetchone()
    assert row is not None
    return int(row[0]) > 0


def test_an_opening_before_the_purchase_is_evidence_whenever_it_is_known(
    send: Send, drain: Drain, write: Write, now: datetime, verdict: Callable[[str], Verdict]
) -> None:
    send([seen("c1", now - 9 * DAY), seen("c2", now - 9 * DAY)])
    drain()
    with write() as tx:
        messages = [
            deliver(tx, customer_of(tx, card), now - 2 * DAY, None) for card in ("c1", "c2")
        ]
    send([paid("P1", "c1", now - DAY), paid("P2", "c2", now - DAY)])
    drain()
    assert "已打开" not in verdict("P1").sentence_zh
    with write() as tx:
        for message, at in zip(messages, (now - 2 * DAY, now), strict=True):
            tx.run(
                "UPDATE reach.message SET opened_at = %(at)s"
                " WHERE merchant_id = %(merchant)s AND id = %(id)s",
                {"id": message, "at": at},
            )
        tx.tell(MessagesOpened(tuple(messages)))
    drain()
    assert credit(verdict("P1")).evidence["opened_at"] is not None
    assert "已打开" in verdict("P1").sentence_zh
    assert credit(verdict("P2")).evidence["opened_at"] is None, "it was opened after the purchase"


def test_refunds_reduce_the_credit_and_never_below_nothing(
    send: Send, drain: Drain, write: Write, now: datetime, verdict: Callable[[str], Verdict]
) -> None:
    send([seen("c1", now - 9 * DAY)])
    drain()
    with write() as tx:
        deliver(tx, customer_of(tx, "c1"), now - 2 * DAY, None)
    send(
        [
            paid("P1", "c1", now - DAY, (1_000, 2_000), shipping_fen=600),
            refunded("P1", "R1", now, {1: 300}),
        ]
    )
    drain()
    assert credit(verdict("P1")).refunded_fen == 300
    send([refunded("P1", "R2", now, {1: 700}, shipping_fen=600)])
    drain()
    assert credit(verdict("P1")).net_fen == 2_000
    send([refunded("P1", "R3", now, {2: 2_000})])
    drain()
    assert credit(verdict("P1")).net_fen == 0


def test_shipping_given_back_alone_leaves_the_credit(
    send: Send, drain: Drain, write: Write, now: datetime, verdict: Callable[[str], Verdict]
) -> None:
    send([seen("c1", now - 9 * DAY)])
    drain()
    with write() as tx:
        deliver(tx, customer_of(tx, "c1"), now - 2 * DAY, None)
    send([paid("P1", "c1", now - DAY, (1_000,), shipping_fen=600)])
    send([refunded("P1", "R1", now, {}, shipping_fen=600)])
    drain()
    assert credit(verdict("P1")).net_fen == 1_000
    send([refunded("P1", "R2", now, {1: 400})])
    drain()
    assert credit(verdict("P1")).net_fen == 600


def test_the_log_may_be_read_again_in_any_portions(
    send: Send, drain: Drain, write: Write, read: Read, now: datetime
) -> None:
    send([seen(f"c{n}", now - 9 * DAY) for n in range(3)])
    drain()
    with write() as tx:
        for n in range(3):
            deliver(tx, customer_of(tx, f"c{n}"), now - (n + 4) * DAY, None)
    send([paid(f"P{n}", f"c{n % 4}", now - n * DAY) for n in range(8)])
    send([refunded(f"P{n}", "R", now, {1: 100 + n}) for n in range(0, 8, 2)])
    drain()
    with read() as tx:
        before = reads.list_credits(tx).items
        head = events.head(tx)
    assert 0 < len(before) < 8
    for step in (1, 5, head):
        for after in range(0, head, step):
            with write() as tx:
                actions.consume(tx, after, min(after + step, head))
    drain()
    with read() as tx:
        assert reads.list_credits(tx).items == before
        assert events.head(tx) == head, "nothing is recorded twice"


def test_merging_credits_and_splitting_takes_it_back(
    send: Send,
    drain: Drain,
    write: Write,
    read: Read,
    now: datetime,
    verdict: Callable[[str], Verdict],
) -> None:
    send([seen("c1", now - 9 * DAY), seen("c2", now - 9 * DAY)])
    send([paid("P1", "c1", now - DAY), paid("P2", "c2", now - DAY)])
    drain()
    with write() as tx:
        one, other = customer_of(tx, "c1"), customer_of(tx, "c2")
        deliver(tx, other, now - 2 * DAY, None)
    drain()
    assert (verdict("P1").reason, verdict("P2").is_credited) == ("no_touch", True)
    with write() as tx:
        winner = identity.merge(tx, one, other).id
    drain()
    assert credit(verdict("P1")).customer_id == credit(verdict("P2")).customer_id
    with write() as tx:
        (merging,) = people.mergings_of(tx, winner)
        identity.undo_merge(tx, winner, merging.id)
    drain()
    assert verdict("P1").reason == "no_touch"
    assert credit(verdict("P2")).customer_id == other


def test_after_forgetting_no_credit_names_the_customer(
    send: Send, drain: Drain, write: Write, read: Read, now: datetime
) -> None:
    send([seen("c1", now - 9 * DAY)])
    drain()
    with write() as tx:
        customer = customer_of(tx, "c1")
        deliver(tx, customer, now - 2 * DAY, None)
    send([paid("P1", "c1", now - DAY), paid("P2", "c1", now - 3 * DAY)])
    drain()
    with write() as tx:
        identity.forget(tx, customer)
    drain()
    for _ in range(2):
        with read() as tx:
            assert [found.customer_id for found in reads.list_credits(tx).items] == [None]
            left = tx.rows(
                dict,
                "SELECT customer_id, reason FROM attribution.uncredited"
                " WHERE merchant_id = %(merchant)s",
            )
            head = events.head(tx)
        assert left == [{"customer_id": None, "reason": "anonymous"}]
        with write() as tx:
            actions.consume(tx, 0, head)


def test_credits_are_listed_with_filters_pages_and_scope(
    send: Send,
    drain: Drain,
    write: Write,
    read: Read,
    brand: Brand,
    client: TestClient,
    now: datetime,
) -> None:
    people = {"c1": "a-01", "c2": "a-02", "c3": "a-12"}
    send([seen(card, now - 9 * DAY) for card in people])
    drain()
    with write() as tx:
        customers = {card: customer_of(tx, card) for card in people}
        for card, code in people.items():
            deliver(tx, customers[card], now - 2 * DAY, brand.staff[code])
    send([paid(f"P{n}", card, now - DAY) for n, card in enumerate(people)])
    drain()

    def orders(**params: str) -> list[str]:
        answer = client.get("/v1/attributions", params=params)
        assert answer.status_code == 200, answer.text
        return sorted(item["order_no"] for item in answer.json()["items"])

    assert orders() == ["P0", "P1", "P2"]
    assert orders(customer=str(customers["c2"])) == ["P1"]
    assert orders(associate=str(brand.staff["a-12"].id)) == ["P2"]
    assert orders(unit="region-1") == ["P0", "P1"]
    assert orders(unit="store-0402") == []
    assert orders(since=(now - timedelta(hours=1)).isoformat()) == []
    first = client.get("/v1/attributions", params={"limit": 2}).json()
    rest = client.get("/v1/attributions", params={"limit": 2, "cursor": first["next"]}).json()
    assert [len(first["items"]), len(rest["items"]), rest["next"]] == [2, 1, None]
    with read(Scope("hq/region-1/")) as narrow:
        assert len(reads.list_credits(narrow).items) == 2
    with read(Scope("hq/region-1/store-0401/", brand.staff["a-01"].id)) as narrow:
        assert [found.order_no for found in reads.list_credits(narrow).items] == ["P0"]
    (city,) = client.get("/v1/attributions", params={"unit": "region-2"}).json()["items"]
    told = client.get(f"/v1/orders/{city['order_id']}/attribution").json()
    assert told["is_credited"] is True
    assert told["sentence_zh"]
    assert told["credit"]["unit_name"] == "城西店"
    missing = client.get(f"/v1/orders/{new_id()}/attribution")
    assert (missing.status_code, missing.json()["code"]) == (404, "attribution.no_verdict")


def test_why_nobody_is_credited_is_told_to_those_who_see_the_customer(
    send: Send, drain: Drain, read: Read, brand: Brand, client: TestClient, now: datetime
) -> None:
    send([seen("c1", now - 9 * DAY), paid("P9", "c1", now - DAY)])
    drain()
    (order,) = client.get("/v1/orders").json()["items"]
    order_id = UUID(order["id"])
    with read(Scope("hq/region-1/")) as tx:
        assert not reads.verdict(tx, order_id).is_credited
    stranger = Scope("hq/region-1/store-0401/", brand.staff["a-02"].id)
    with read(stranger) as tx, pytest.raises(NoVerdict):
        reads.verdict(tx, order_id)
