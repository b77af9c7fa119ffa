"""Orders paid with points and stored value, on a real database."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from huitou.base.db import Database
from huitou.benefit.actions import ledger, payments, settling
from huitou.benefit.reads import payments as reads
from huitou.benefit.types.ledger import POINTS, BelowFloor, Leg, Posting, Terms
from huitou.benefit.types.payments import (
    AlreadyPaid,
    IsPaid,
    NoPayment,
    NotHeld,
    OtherRefund,
    OverRefunded,
    Wanted,
)
from huitou.event.types import Intake
from huitou.identity import actions as identity
from huitou.merchant import actions as merchants
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.attribution.story import paid, refunded
from tests.rooms.benefit.coupon_world import make_customers
from tests.rooms.benefit.money_world import (
    UNIT,
    broken,
    give_points,
    has,
    held,
    pay_in,
    publish_plan,
)

Send = Callable[[Sequence[dict[str, Any]]], Intake]
Drain = Callable[[], None]
HALF_HOUR = timedelta(minutes=30)


@pytest.fixture
def customer(db: Database, brand: Brand, write: Write) -> UUID:
    """Somebody with 10,000 points (worth 100 yuan), 100 yuan of principal and 25 of bonus."""
    [found] = make_customers(db, brand.merchant.id, 1)
    with write() as tx:
        publish_plan(tx)
        give_points(tx, found, 10_000)
        pay_in(tx, found, 10_000)
    return found


def test_a_quote_is_the_points_share_and_then_stored_value(customer: UUID, read: Read) -> None:
    with read() as tx:
        found = reads.quote(tx, customer, UNIT, 8_000)
        assert (found.points.usable, found.points.usable_fen, found.points.step) == (
            4_000,
            4_000,
            1,
        )
        assert (found.stored.usable_fen, found.rest_fen) == (4_000, 0)
        dear = reads.quote(tx, customer, UNIT, 50_000)
        assert (dear.points.usable, dear.stored.usable_fen, dear.rest_fen) == (
            10_000,
            12_500,
            27_500,
        )


def test_an_order_is_paid_at_once_and_once(customer: UUID, write: Write, read: Read) -> None:
    wanted = Wanted(10_000, points=3_000, stored_fen=5_000)
    with write() as tx:
        first = payments.pay(tx, customer, UNIT, "A1", wanted)
    with write() as tx:
        again = payments.pay(tx, customer, UNIT, "A1", wanted)
        with pytest.raises(AlreadyPaid):
            payments.pay(tx, customer, UNIT, "A1", Wanted(10_000, points=3_000))
    assert (first.is_new, again.is_new, first.id) == (True, False, again.id)
    assert (first.points, first.principal_fen, first.bonus_fen) == (3_000, 4_000, 1_000)
    with read() as tx:
        assert has(tx, customer) == (7_000, 6_000, 1_500)
        assert broken(tx) == []


def test_what_is_frozen_is_taken_when_the_order_comes_and_comes_back_in_shares(
    customer: UUID, write: Write, read: Read, send: Send, drain: Drain, clock: Clock
) -> None:
    with write() as tx:
        frozen = payments.freeze(
            tx, customer, UNIT, "A2", Wanted(9_000, points=3_001, stored_fen=1_001), lasts=HALF_HOUR
        )
        assert (frozen.state, held(tx, customer)) == ("held", (3_001, 801, 200))
    send([paid("A2", "c0000000", clock.now, (3_000, 1_998))])
    drain()
    with read() as tx:
        assert (has(tx, customer), held(tx, customer)) == ((6_999, 9_199, 2_300), (0, 0, 0))
    send([refunded("A2", "R1", clock.now, {1: 1_000})])
    drain()
    with read() as tx:
        [shown] = reads.payments_of(tx, UNIT, "A2")
        assert (shown.points_back, shown.principal_back_fen, shown.bonus_back_fen) == (600, 160, 40)
    send([refunded("A2", "R2", clock.now, {1: 2_000, 2: 1_998})])
    drain()
    with read() as tx:
        assert has(tx, customer) == (10_000, 10_000, 2_500)
        assert broken(tx) == []


def test_a_refund_before_the_order_and_a_request_for_the_same_count_once(
    customer: UUID, write: Write, read: Read, send: Send, drain: Drain, clock: Clock
) -> None:
    send([refunded("A3", "R1", clock.now, {1: 2_000})])
    drain()
    with write() as tx:
        payments.freeze(tx, customer, UNIT, "A3", Wanted(8_000, points=4_000), lasts=HALF_HOUR)
    send([paid("A3", "c0000000", clock.now, (4_000,))])
    drain()
    with write() as tx:
        assert has(tx, customer)[0] == 8_000
        # The till asks for the refund that the event told as well.
        payments.refund(tx, UNIT, "A3", "R1", 4_000)
        assert has(tx, customer)[0] == 8_000
        payments.refund(tx, UNIT, "A3", "R2", 2_000)
        assert has(tx, customer)[0] == 9_000
        payments.refund(tx, UNIT, "A3", "R2", None)
        with pytest.raises(OtherRefund):
            payments.refund(tx, UNIT, "A3", "R2", 1_999)
        with pytest.raises(OverRefunded):
            payments.refund(tx, UNIT, "A3", "R3", 6_001)
        payments.refund(tx, UNIT, "A3", "R3", None)
        assert has(tx, customer)[0] == 10_000


def test_an_order_paid_wholly_with_points_is_refunded_by_request(
    customer: UUID, write: Write, brand: Brand
) -> None:
    with write() as tx:
        merchants.set_setting(tx, "benefit.points_share_bp", 10_000)
        payments.pay(tx, customer, UNIT, "A4", Wanted(3_000, points=3_000))
        shown = payments.refund(tx, UNIT, "A4", "R1", 1_000)
        assert (shown.points_back, shown.points_back_fen) == (1_000, 1_000)
        assert payments.refund(tx, UNIT, "A4", "R2", None).points_back == 3_000
        assert has(tx, customer)[0] == 10_000


def test_given_up_is_free_again_and_may_be_paid_anew(
    customer: UUID, write: Write, read: Read, send: Send, drain: Drain, clock: Clock
) -> None:
    wanted = Wanted(8_000, points=4_000, stored_fen=4_000)
    with write() as tx:
        with pytest.raises(NoPayment):
            payments.void(tx, UNIT, "A5")
        payments.freeze(tx, customer, UNIT, "A5", wanted, lasts=HALF_HOUR)
        assert payments.void(tx, UNIT, "A5").state == "voided"
        assert payments.void(tx, UNIT, "A5").state == "voided"
        with pytest.raises(NotHeld):
            payments.capture(tx, UNIT, "A5")
    with write() as tx:
        again = payments.freeze(tx, customer, UNIT, "A5", wanted, lasts=HALF_HOUR)
        assert payments.capture(tx, UNIT, "A5").id == again.id
        assert payments.capture(tx, UNIT, "A5").state == "paid"
        with pytest.raises(IsPaid):
            payments.void(tx, UNIT, "A5")
    send([paid("A5", "c0000000", clock.now, (8_000,))])
    drain()
    with read() as tx:
        assert has(tx, customer) == (6_000, 6_800, 1_700)
        assert broken(tx) == []


def test_what_nobody_pays_in_time_is_free_again(
    customer: UUID, write: Write, read: Read, drain: Drain, clock: Clock
) -> None:
    with write() as tx:
        payments.freeze(tx, customer, UNIT, "A6", Wanted(8_000, stored_fen=8_000), lasts=HALF_HOUR)
    clock.move(minutes=31)
    drain()
    with write() as tx:
        [shown] = reads.payments_of(tx, UNIT, "A6")
        assert (shown.state, has(tx, customer)[1:]) == ("lapsed", (10_000, 2_500))
        with pytest.raises(NotHeld):
            payments.capture(tx, UNIT, "A6")


def test_a_late_event_of_an_order_paid_in_time_takes_what_was_promised(
    customer: UUID, write: Write, read: Read, send: Send, drain: Drain, clock: Clock
) -> None:
    with write() as tx:
        payments.freeze(tx, customer, UNIT, "A7", Wanted(20_000, points=8_000), lasts=HALF_HOUR)
        payments.freeze(tx, customer, UNIT, "A8", Wanted(4_000, points=1_000), lasts=HALF_HOUR)
    paid_at = clock.now
    clock.move(hours=2)
    drain()
    with write() as tx:
        payments.pay(tx, customer, UNIT, "A9", Wanted(20_000, points=9_000))
    send(
        [
            paid("A7", "c0000000", paid_at, (20_000,)),
            paid("A8", "c0000000", clock.now, (4_000,)),  # paid when nothing was held any more
        ]
    )
    drain()
    with read() as tx:
        assert [x.state for n in ("A7", "A8") for x in reads.payments_of(tx, UNIT, n)] == [
            "paid",
            "lapsed",
        ]
        assert has(tx, customer)[0] == -7_000
        assert broken(tx) == []
    with pytest.raises(BelowFloor), write() as tx:
        payments.pay(tx, customer, UNIT, "A10", Wanted(20_000, points=1))


def test_an_order_known_already_is_paid_when_it_is_frozen(
    customer: UUID, write: Write, send: Send, drain: Drain, clock: Clock
) -> None:
    send(
        [paid("A11", "c0000000", clock.now, (4_000,)), refunded("A11", "R", clock.now, {1: 2_000})]
    )
    drain()
    with write() as tx:
        shown = payments.freeze(
            tx, customer, UNIT, "A11", Wanted(4_000, points=2_000), lasts=HALF_HOUR
        )
        assert (shown.state, shown.points_back) == ("paid", 1_000)


def test_a_notice_that_went_past_a_payment_being_written_is_made_good(
    customer: UUID, write: Write, read: Read, send: Send, drain: Drain, clock: Clock
) -> None:
    with write() as tx:
        payments.freeze(tx, customer, UNIT, "A12", Wanted(4_000, points=2_000), lasts=HALF_HOUR)
        tx.run("UPDATE benefit.payment SET order_no = 'later' WHERE order_no = 'A12'")
    send([paid("A12", "c0000000", clock.now, (4_000,))])
    drain()
    with write() as tx:
        tx.run("UPDATE benefit.payment SET order_no = 'A12' WHERE order_no = 'later'")
        assert settling.settle_due(tx) == 1
        assert reads.payments_of(tx, UNIT, "A12")[0].state == "paid"


def test_points_come_back_with_their_own_end_or_days_of_grace(
    customer: UUID, write: Write, read: Read, clock: Clock
) -> None:
    with write() as tx:
        give_points(tx, customer, 500, Terms(tx.now, tx.now + timedelta(days=5)))
        payments.pay(tx, customer, UNIT, "A13", Wanted(2_000, points=600))
        payments.refund(tx, UNIT, "A13", "R1", 1_000)
        assert has(tx, customer)[0] == 10_200
    clock.move(days=6)
    with write() as tx:
        assert has(tx, customer)[0] == 10_000
        payments.refund(tx, UNIT, "A13", "R2", 400)
        assert has(tx, customer)[0] == 10_000
        merchants.set_setting(tx, "benefit.refund_grace_days", 7)
        payments.refund(tx, UNIT, "A13", "R3", None)
        assert has(tx, customer)[0] == 10_180
        assert broken(tx) == []
    clock.move(days=7)
    with read() as tx:
        assert has(tx, customer)[0] == 10_000


def test_whoever_was_merged_pays_together_and_gets_their_own_back(
    db: Database, brand: Brand, write: Write, read: Read, drain: Drain
) -> None:
    one, other = make_customers(db, brand.merchant.id, 2, "m")
    with write() as tx:
        for each in (one, other):
            give_points(tx, each, 1_000)
    with write() as tx:
        identity.merge(tx, one, other)
    drain()
    with write() as tx:
        payments.pay(tx, other, UNIT, "A14", Wanted(3_000, points=1_500))
        assert has(tx, one)[0] == 500
        payments.refund(tx, UNIT, "A14", "R1", None)
        assert has(tx, one)[0] == has(tx, other)[0] == 2_000
        assert broken(tx) == []


def test_a_forgotten_customer_holds_nothing_and_is_not_named(
    customer: UUID, write: Write, read: Read, send: Send, drain: Drain, clock: Clock
) -> None:
    with write() as tx:
        payments.freeze(tx, customer, UNIT, "A15", Wanted(4_000, points=2_000), lasts=HALF_HOUR)
        payments.pay(tx, customer, UNIT, "A16", Wanted(4_000, points=1_000))
        identity.forget(tx, customer)
    drain()
    send([paid("A15", None, clock.now, (4_000,)), paid("A16", None, clock.now, (4_000,))])
    send([refunded("A16", "R1", clock.now, {1: 2_000})])
    drain()
    with read() as tx:
        [gone], [kept] = (reads.payments_of(tx, UNIT, no) for no in ("A15", "A16"))
        assert (gone.state, gone.customer_id, kept.customer_id) == ("voided", None, None)
        assert kept.points_back == 500
        assert broken(tx) == []


def test_who_owes_pays_with_nothing(customer: UUID, write: Write) -> None:
    with write() as tx:
        ledger.post(
            tx,
            [
                Posting(
                    "owed",
                    "sim",
                    "sim",
                    "1",
                    tx.now,
                    (
                        Leg("customer", customer, POINTS, -10_001),
                        Leg("merchant", tx.merchant, POINTS, 10_001),
                    ),
                    may_overdraw=True,
                )
            ],
        )
        assert reads.quote(tx, customer, UNIT, 5_000).points.usable == 0
