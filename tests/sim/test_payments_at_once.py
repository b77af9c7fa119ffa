"""Many at once pay, give up and refund the same few orders of the same few customers."""

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from huitou.base.db import Database, Tx
from huitou.benefit.actions import payments, settling, stored
from huitou.benefit.reads import ledger
from huitou.benefit.reads import payments as reads
from huitou.benefit.types.ledger import BONUS, POINTS, PRINCIPAL, BelowFloor
from huitou.benefit.types.payments import (
    AlreadyPaid,
    IsPaid,
    NoPayment,
    NotHeld,
    OtherRefund,
    OverRefunded,
    Wanted,
)
from tests.background import settle
from tests.conftest import Brand, Clock, send_events
from tests.rooms.attribution.story import customer_of, seen
from tests.rooms.benefit.money_world import ASSETS, UNIT, give_points, publish_plan
from tests.sim.lives import Died
from tests.sim.test_payments import has_all

THREADS = 16


class Rival(threading.Thread):
    """One of many who pay, give up and refund the same few orders of the same few customers."""

    ORDERS = 12

    def __init__(self, db: Database, brand: Brand, customers: list[UUID], name: str) -> None:
        super().__init__(name=name)
        self.db, self.merchant, self.customers = db, brand.merchant.id, customers
        self.dice = random.Random(name)
        self.failure: BaseException | None = None
        self.moved = 0

    def run(self) -> None:
        try:
            for _ in range(40):
                self.step()
        except BaseException as error:  # told to the test's thread
            self.failure = error

    def step(self) -> None:
        number = self.dice.randrange(self.ORDERS)
        who, no = self.customers[number % len(self.customers)], f"T{number}"
        wanted = Wanted(1_000 + number, 100 + number, 300 + number)
        hour, part = timedelta(hours=1), self.dice.randint(1, 400)
        refund_no = f"R{self.dice.randrange(3)}"
        verbs: tuple[Callable[[Tx], Any], ...] = (
            lambda tx: payments.freeze(tx, who, UNIT, no, wanted, lasts=hour),
            lambda tx: payments.freeze(tx, who, UNIT, no, wanted, lasts=hour),
            lambda tx: payments.pay(tx, who, UNIT, no, wanted),
            lambda tx: payments.capture(tx, UNIT, no),
            lambda tx: payments.void(tx, UNIT, no),
            lambda tx: payments.refund(tx, UNIT, no, refund_no, part),
            lambda tx: stored.recharge(tx, who, UNIT, 500, f"T{number}-{who}"),
            settling.settle_due,
        )
        refusals = (BelowFloor, NotHeld, IsPaid, NoPayment, OtherRefund, OverRefunded, AlreadyPaid)
        try:
            with self.db.write(self.merchant, principal="sim") as tx:
                self.dice.choice(verbs)(tx)
                if self.dice.random() < 0.1:
                    raise Died
            self.moved += 1
        except (*refusals, Died):
            return


def test_sixteen_threads_pay_each_order_once(db: Database, brand: Brand, clock: Clock) -> None:
    cards = [f"t{number}" for number in range(3)]
    send_events(db, brand.merchant.id, [seen(card, clock.now) for card in cards])
    settle(db, brand.merchant.id)
    with db.write(brand.merchant.id) as tx:
        customers = [customer_of(tx, card) for card in cards]
        publish_plan(tx)
        for customer in customers:
            give_points(tx, customer, 10_000)
    rivals = [Rival(db, brand, customers, f"rival:{number}") for number in range(THREADS)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join()
    assert [rival.failure for rival in rivals if rival.failure] == []
    assert sum(rival.moved for rival in rivals) > 100
    with db.read(brand.merchant.id) as tx:
        kept, active = dict.fromkeys(ASSETS, 0), 0
        for number in range(Rival.ORDERS):
            shown = reads.payments_of(tx, UNIT, f"T{number}")
            assert sum(each.state in ("held", "paid") for each in shown) <= 1
            active += sum(each.state == "paid" for each in shown)
            for each in shown:
                if each.state == "paid":
                    kept[POINTS] += each.points - each.points_back
                    kept[PRINCIPAL] += each.principal_fen - each.principal_back_fen
                    kept[BONUS] += each.bonus_fen - each.bonus_back_fen
                else:
                    assert (each.points_back, each.principal_back_fen) == (0, 0)
        assert active > 2
        recharged = tx.value(
            "SELECT sum(paid_fen) FROM benefit.recharge WHERE merchant_id = %(merchant)s"
        )
        found = has_all(tx, customers)
        assert found[POINTS] == 10_000 * len(customers) - kept[POINTS]
        assert found[PRINCIPAL] == int(recharged or 0) - kept[PRINCIPAL]
        assert found[BONUS] == -kept[BONUS]
        assert ledger.check(tx) == []
        twice = tx.column(
            """
            SELECT p.id FROM benefit.payment p
            JOIN benefit.payment_part t ON t.merchant_id = p.merchant_id AND t.payment_id = p.id
            LEFT JOIN benefit.hold h ON h.merchant_id = p.merchant_id AND h.id = t.hold_id
            WHERE p.merchant_id = %(merchant)s AND (
                (p.state = 'paid') <> (t.transaction_id IS NOT NULL)
                OR h.state IS NOT NULL AND (p.state = 'held') <> (h.state = 'open')
                OR h.state = 'captured' AND p.state <> 'paid')
            """
        )
        assert twice == []


def test_many_orders_of_two_customers_never_wait_for_each_other_crosswise(
    db: Database, brand: Brand, clock: Clock
) -> None:
    cards = ["x1", "x2"]
    send_events(db, brand.merchant.id, [seen(card, clock.now) for card in cards])
    settle(db, brand.merchant.id)
    with db.write(brand.merchant.id) as tx:
        customers = [customer_of(tx, card) for card in cards]
        publish_plan(tx)
        for customer in customers:
            give_points(tx, customer, 100_000)
            stored.recharge(tx, customer, UNIT, 100_000, f"X-{customer}")
    failures: list[BaseException] = []

    def shop(number: int) -> None:
        try:
            for turn in range(8):
                who = customers[(number + turn) % 2]
                shop_once(db, brand, who, f"X{number}-{turn}")
        except BaseException as error:  # told to the test's thread
            failures.append(error)

    threads = [threading.Thread(target=shop, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with db.read(brand.merchant.id) as after:
        assert has_all(after, customers)[POINTS] == 200_000 - 12 * 8 * 50
        assert ledger.check(after) == []


def shop_once(db: Database, brand: Brand, who: UUID, no: str) -> None:
    """An order from checkout to the refund of its half, and the job of the minute in between."""
    wanted, hour = Wanted(1_000, 100, 100), timedelta(hours=1)
    verbs: tuple[Callable[[Tx], Any], ...] = (
        lambda tx: payments.freeze(tx, who, UNIT, no, wanted, lasts=hour),
        lambda tx: payments.capture(tx, UNIT, no),
        lambda tx: payments.refund(tx, UNIT, no, "R", 500),
        settling.settle_due,
    )
    for verb in verbs:
        with db.write(brand.merchant.id, principal="sim") as tx:
            verb(tx)
