"""A movement that is a transaction of its own."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from huitou.base.db import Database
from huitou.benefit.actions import ledger
from huitou.benefit.reads import ledger as reads
from huitou.benefit.store import ledger as store
from huitou.benefit.store.ledger import Prepared
from huitou.benefit.types.ledger import BelowFloor, OtherBody, Posted, Posting
from huitou.identity import actions as identities
from huitou.kernel.ids import new_id
from tests.conftest import Brand, Read, Write
from tests.rooms.benefit.coupon_world import make_customers
from tests.rooms.benefit.test_ledger import points


@pytest.mark.parametrize("amount", [7, -7])
def test_one_movement_alone_is_posted_once(
    db: Database, write: Write, read: Read, amount: int
) -> None:
    customer, key = new_id(), str(new_id())
    with write() as tx:
        merchant = tx.merchant
        ledger.post(tx, [points(tx, customer, 10, str(new_id()))])
        movement, other = (points(tx, customer, each, key) for each in (amount, 2 * amount))
        too_much = points(tx, customer, -100, str(new_id()))
    answers = [ledger.post_alone(db, merchant, movement) for _ in range(2)]
    with write() as tx:
        answers += ledger.post(tx, [movement])
    assert [answer.is_new for answer in answers] == [True, False, False]
    assert len({answer.transaction_id for answer in answers}) == 1
    with pytest.raises(OtherBody):
        ledger.post_alone(db, merchant, other)
    with pytest.raises(BelowFloor):
        ledger.post_alone(db, merchant, too_much)
    with read() as tx:
        assert reads.balance(tx, ("customer", customer), "points") == 10 + amount
        assert reads.check(tx) == []


def test_one_movement_alone_is_posted_once_by_many_threads(
    db: Database, write: Write, read: Read
) -> None:
    customer = new_id()
    with write() as tx:
        merchant = tx.merchant
        movements = [points(tx, customer, each, str(new_id())) for each in range(1, 6)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda each: ledger.post_alone(db, merchant, each), movements * 4))
    assert sum(answer.is_new for answer in answers) == 5
    assert len({answer.transaction_id for answer in answers}) == 5
    with read() as tx:
        assert reads.balance(tx, ("customer", customer), "points") == 15
        assert reads.check(tx) == []


def test_the_application_moves_for_no_other_merchant(db: Database, write: Write) -> None:
    """The owner at rest says whose a movement is; in a transaction of the application it is the transaction's."""
    with write() as tx:
        item = Prepared(new_id(), points(tx, new_id(), 5, str(new_id())), b"0" * 32)
        values = store._values_of(new_id(), tx.now, item)
    with pytest.raises(psycopg.errors.RaiseException), write() as tx:
        tx.call(store._MOVE, values)
    with pytest.raises(psycopg.errors.RaiseException):
        db.alone(store._MOVE, [None, *values[1:]])


@pytest.mark.parametrize("is_merged", [False, True])
def test_a_payment_told_again_takes_nothing_even_when_nothing_is_left(
    db: Database, brand: Brand, write: Write, read: Read, is_merged: bool
) -> None:
    """What its second telling drew, from one lot or from several, went back to where it was."""
    one, other = make_customers(db, brand.merchant.id, 2)
    with write() as tx:
        merchant = tx.merchant
        ledger.post(tx, [points(tx, one, each, str(new_id())) for each in (3, 4)])
        if is_merged:
            ledger.post(tx, [points(tx, other, 5, str(new_id()))])
            identities.merge(tx, one, other)
        have = 12 if is_merged else 7
        first, second = (points(tx, one, -each, f"pays {each}") for each in (2, have - 2))
        wrong = points(tx, one, -1, "pays 2")

    def tell(movement: Posting) -> list[Posted]:
        with write() as tx:
            return [ledger.post_alone(db, merchant, movement), *ledger.post(tx, [movement])]

    for movement, left in ((first, have - 2), (second, 0), (first, 0), (second, 0)):
        assert len({each.transaction_id for each in tell(movement)}) == 1
        with read() as now:
            assert reads.balance(now, ("customer", one), "points") == left
            assert reads.check(now) == []
    with pytest.raises(OtherBody):
        ledger.post_alone(db, merchant, wrong)
    with read() as now:
        assert reads.check(now) == []
