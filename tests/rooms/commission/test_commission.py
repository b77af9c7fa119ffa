"""From a credited order to the associate's money, and back."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi.testclient import TestClient

from huitou import wiring
from huitou.base.db import Database, Scope
from huitou.benefit.reads import ledger
from huitou.commission import actions, reads
from huitou.commission.types import ShownLine
from huitou.event.types import Intake
from huitou.identity import actions as identity
from huitou.identity import reads as people
from huitou.merchant import actions as merchants
from huitou.merchant.types import NoStaff
from huitou.worker import streams
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.attribution.story import customer_of, deliver, paid, refunded, seen

Send = Callable[[Sequence[dict[str, Any]]], Intake]
Drain = Callable[[], None]
DAY = timedelta(days=1)


@pytest.fixture
def now(clock: Clock) -> datetime:
    return clock.now


@pytest.fixture
def messaged(send: Send, drain: Drain, write: Write, brand: Brand, now: datetime) -> None:
    """The holder of card c1 got a message from associate a-01 two days ago."""
    send([seen("c1", now - 9 * DAY)])
    drain()
    with write() as tx:
        deliver(tx, customer_of(tx, "c1"), now - 2 * DAY, brand.staff["a-01"])


def only_line(read: Read) -> ShownLine:
    with read() as tx:
        (line,) = reads.list_lines(tx).items
        assert ledger.check(tx) == []
        assert line.amount_fen - line.reversed_fen == ledger.balance(
            tx, ("staff", line.staff_id), "commission"
        )
    return line


@pytest.mark.usefixtures("messaged")
def test_a_credited_order_earns_commission_at_once(
    send: Send, drain: Drain, read: Read, brand: Brand, db: Database, now: datetime
) -> None:
    with psycopg.connect(db.dsn, autocommit=True) as listener:
        listener.execute("LISTEN huitou_live")
        send([paid("P1", "c1", now, (4_980,))])
        drain()
        notes = [json.loads(note.payload) for note in listener.notifies(timeout=0.2)]
    line = only_line(read)
    assert (line.staff_id, line.rate_bp) == (brand.staff["a-01"].id, 300)
    assert (line.base_fen, line.amount_fen, line.state) == (4_980, 149, "pending")
    assert line.order_no == "P1"
    (note,) = [note for note in notes if note.get("kind") == "commission"]
    assert note["topic"] == f"staff:{line.staff_id}"
    assert (note["amount_fen"], note["paid_fen"]) == (149, 4_980)
    assert note["order"] == str(line.order_id)


@pytest.mark.usefixtures("messaged")
def test_refunds_take_it_back_and_nothing_is_left_of_a_whole_refund(
    send: Send, drain: Drain, read: Read, now: datetime
) -> None:
    send([paid("P1", "c1", now - DAY, (333, 334, 335))])
    drain()
    assert only_line(read).amount_fen == 30
    left = []
    for number, fen in ((1, 333), (2, 334), (3, 335)):
        send([refunded("P1", f"R{number}", now, {number: fen})])
        drain()
        line = only_line(read)
        left.append(line.amount_fen - line.reversed_fen)
    assert left == [20, 10, 0]
    assert line.state == "reversed"


@pytest.mark.usefixtures("messaged")
def test_an_order_refunded_before_anyone_looked_earns_nothing(
    send: Send, drain: Drain, read: Read, now: datetime
) -> None:
    send([refunded("P1", "R1", now, {1: 4_980}), paid("P1", "c1", now - DAY, (4_980,))])
    drain()
    line = only_line(read)
    assert (line.amount_fen, line.reversed_fen, line.state) == (149, 149, "reversed")


@pytest.mark.usefixtures("messaged")
def test_hearing_it_again_changes_nothing(
    send: Send, drain: Drain, read: Read, write: Write, now: datetime
) -> None:
    send([paid("P1", "c1", now - DAY), refunded("P1", "R1", now, {1: 1_000})])
    drain()
    line = only_line(read)
    for _ in range(2):
        with write() as tx:
            actions.settle_credits(tx, [line.credit_id])
    assert only_line(read) == line


@pytest.mark.usefixtures("messaged")
def test_the_rate_is_the_stores(
    send: Send, drain: Drain, read: Read, write: Write, brand: Brand, now: datetime
) -> None:
    with write() as tx:
        merchants.set_setting(tx, "commission.rate_bp", 500, unit_id=brand.units["store-0401"].id)
    send([paid("P1", "c1", now - DAY, (1_000,))])
    drain()
    assert (only_line(read).rate_bp, only_line(read).amount_fen) == (500, 50)


@pytest.mark.usefixtures("messaged")
def test_a_split_takes_back_what_the_merge_gave(
    send: Send, drain: Drain, write: Write, read: Read, brand: Brand, now: datetime
) -> None:
    send([seen("c2", now - 9 * DAY), paid("P1", "c2", now - DAY)])
    drain()
    with write() as tx:
        winner = identity.merge(tx, customer_of(tx, "c1"), customer_of(tx, "c2")).id
    drain()
    assert only_line(read).customer_id == winner
    with write() as tx:
        (merging,) = people.mergings_of(tx, winner)
        identity.undo_merge(tx, winner, merging.id)
    drain()
    line = only_line(read)
    assert (line.state, line.reversed_fen) == ("reversed", line.amount_fen)
    assert line.customer_id != winner
    with read() as tx:
        assert ledger.balance(tx, ("staff", brand.staff["a-01"].id), "commission") == 0


@pytest.mark.usefixtures("messaged")
def test_a_merge_heard_before_the_credit_is_followed(
    send: Send, drain: Drain, write: Write, read: Read, db: Database, brand: Brand, now: datetime
) -> None:
    send([seen("c2", now - 9 * DAY), paid("P1", "c1", now - DAY)])
    while streams.consume(db, brand.merchant.id, wiring.ROOMS):
        pass
    with write() as tx:
        one, other = customer_of(tx, "c1"), customer_of(tx, "c2")
        winner = identity.merge(tx, one, other).id
    with write() as tx:
        actions.move_customers(tx, [one, other])
        owner = tx.row(
            dict, "SELECT id, customer_id FROM attribution.credit WHERE merchant_id = %(merchant)s"
        )
        assert owner is not None
        tx.run(
            "UPDATE attribution.credit SET customer_id = %(loser)s"
            " WHERE merchant_id = %(merchant)s",
            {"loser": ({one, other} - {winner}).pop()},
        )
        actions.settle_credits(tx, [owner["id"]])
    assert only_line(read).customer_id == winner
    drain()
    assert only_line(read).customer_id == winner


@pytest.mark.usefixtures("messaged")
def test_it_may_be_settled_when_refunds_have_had_their_time(
    send: Send, drain: Drain, read: Read, clock: Clock, now: datetime
) -> None:
    send([paid("P1", "c1", now - DAY)])
    drain()
    assert only_line(read).state == "pending"
    clock.move(days=7)
    drain()
    assert only_line(read).state == "settleable"


@pytest.mark.usefixtures("messaged")
def test_an_associate_sees_their_money_and_nobody_elses(
    send: Send,
    drain: Drain,
    read: Read,
    client: TestClient,
    brand: Brand,
    clock: Clock,
) -> None:
    send([paid("P1", "c1", clock.now, (10_000,)), refunded("P1", "R1", clock.now, {1: 1_000})])
    drain()
    own: UUID = brand.staff["a-01"].id
    money = client.get(f"/v1/associates/{own}/money").json()
    assert money["today"] == {
        "sales_fen": 9_000,
        "commission_fen": 270,
        "orders": 1,
        "customers": 1,
    }
    assert money["month"]["sales_fen"] == 9_000
    assert money["balance_fen"] == 270
    with read(Scope("hq/region-1/store-0401/", own)) as tx:
        assert reads.money(tx, own).balance_fen == 270
        assert len(reads.list_lines(tx).items) == 1
        with pytest.raises(NoStaff):
            reads.money(tx, brand.staff["a-02"].id)
    with read(Scope("hq/region-1/store-0401/", brand.staff["a-02"].id)) as tx:
        assert reads.list_lines(tx).items == []
    with read(Scope("hq/region-2/")) as tx, pytest.raises(NoStaff):
        reads.money(tx, own)


@pytest.mark.usefixtures("messaged")
def test_lines_are_filtered(
    send: Send, drain: Drain, client: TestClient, brand: Brand, now: datetime
) -> None:
    send([paid("P1", "c1", now - DAY)])
    drain()

    def count(**params: str) -> int:
        answer = client.get("/v1/commissions", params=params)
        assert answer.status_code == 200, answer.text
        return len(answer.json()["items"])

    assert count() == 1
    assert count(associate=str(brand.staff["a-01"].id), unit="region-1") == 1
    assert count(associate=str(brand.staff["a-02"].id)) == 0
    assert count(unit="region-2") == 0
    assert count(since=now.isoformat()) == 0
