"""Stored value on a real database: plans, recharges, taking back, giving the card back, the books."""

import threading
from datetime import UTC, datetime, timedelta
from typing import LiteralString
from uuid import UUID

import pytest

from huitou.base.db import Database
from huitou.benefit.actions import (
    adjustments,
    approvals,
    payments,
    stored,
    stored_plans,
    withdrawals,
)
from huitou.benefit.reads import approvals as asked
from huitou.benefit.reads import coupons as packs
from huitou.benefit.reads import stored as reads
from huitou.benefit.types.approvals import Decided, SamePerson
from huitou.benefit.types.payments import Wanted
from huitou.benefit.types.stored import (
    NotAStep,
    NothingLeft,
    NotOffered,
    OverCap,
    PaymentReused,
    StoredPlanChanged,
    UndoOver,
    UnlawfulPlan,
    Used,
)
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.benefit import coupon_world
from tests.rooms.benefit.coupon_world import make_customers
from tests.rooms.benefit.money_world import UNIT, broken, has, held, pay_in, plan, publish_plan


@pytest.fixture
def customer(db: Database, brand: Brand) -> UUID:
    return make_customers(db, brand.merchant.id, 1)[0]


@pytest.fixture
def boss(db: Database, brand: Brand) -> "Boss":
    return Boss(db, brand)


class Boss:
    """A second person."""

    def __init__(self, db: Database, brand: Brand) -> None:
        self.db, self.merchant = db, brand.merchant.id

    def approve(self, approval_id: UUID) -> None:
        with self.db.write(self.merchant, principal="boss") as tx:
            approvals.approve(tx, approval_id)

    def refuse(self, approval_id: UUID) -> None:
        with self.db.write(self.merchant, principal="boss") as tx:
            approvals.refuse(tx, approval_id, "不符合规定")


def test_money_paid_in_is_there_at_once_with_its_bonus_once(
    customer: UUID, write: Write, read: Read
) -> None:
    with write() as tx:
        publish_plan(tx)
        made = stored.recharge(tx, customer, UNIT, 5_000, "W1")
        assert (made.is_new, made.balance.principal_fen, made.balance.bonus_fen) == (
            True,
            5_000,
            1_000,
        )
    with write() as tx:
        again = stored.recharge(tx, customer, UNIT, 5_000, "W1")
        assert (again.is_new, again.recharge.id) == (False, made.recharge.id)
        with pytest.raises(PaymentReused):
            stored.recharge(tx, customer, UNIT, 5_001, "W1")
        assert stored.recharge(tx, customer, UNIT, 99, "W2").recharge.bonus_fen == 0
    with read() as tx:
        assert has(tx, customer) == (0, 5_099, 1_000)
        assert broken(tx) == []


def test_the_cap_of_the_law_holds_for_the_balance(customer: UUID, write: Write) -> None:
    with write() as tx:
        publish_plan(tx)
        stored.recharge(tx, customer, UNIT, 499_999, "W1")
        with pytest.raises(OverCap) as refused:
            stored.recharge(tx, customer, UNIT, 2, "W2")
        assert (
            "记名卡限额 ¥5,000.00（《单用途商业预付卡管理办法（试行）》）" in refused.value.detail()
        )
        payments.freeze(
            tx, customer, UNIT, "A1", Wanted(9_000, stored_fen=9_000), lasts=timedelta(minutes=9)
        )
        with pytest.raises(OverCap):
            stored.recharge(tx, customer, UNIT, 2, "W2")
        stored.recharge(tx, customer, UNIT, 1, "W3")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"steps": [{"pay_fen": 500_001}]}, "card_cap"),
        ({"card": "bearer", "steps": [{"pay_fen": 100_001}]}, "card_cap"),
        ({"valid_days": 9_999}, "named_expires"),
        ({"card": "bearer", "valid_days": 1_000}, "bearer_too_short"),
        ({"withdrawal": {"is_allowed": False}}, "no_refund"),
        ({"withdrawal": {"fee_bp": 2_001}}, "unfair_fee"),
        ({"terms": "充值后概不退款。"}, "unfair_terms"),
    ],
)
def test_a_plan_that_breaks_a_rule_is_a_draft_for_ever(
    write: Write, fields: dict[str, object], code: str
) -> None:
    with write() as tx:
        draft = stored_plans.add_plan(tx, plan(**fields))
        assert [each.code for each in draft.unlawful] == [code]
        with pytest.raises(UnlawfulPlan) as refused:
            stored_plans.publish(tx, draft.version, draft.revision)
        assert refused.value.params["rules"] == [code]
        with pytest.raises(NotOffered):
            reads.offered(tx)


def test_plans_are_drafted_changed_published_and_retired(customer: UUID, write: Write) -> None:
    with write() as tx:
        first = publish_plan(tx)
        draft = stored_plans.add_plan(tx, plan(spend_order="bonus_first", is_any_amount=False))
        changed = stored_plans.set_plan(tx, draft.version, draft.plan, draft.revision)
        with pytest.raises(StoredPlanChanged):
            stored_plans.publish(tx, draft.version, draft.revision)
        stored_plans.publish(tx, changed.version, changed.revision)
        assert reads.get_plan(tx, first.version).state == "retired"
        with pytest.raises(NotAStep):
            stored.recharge(tx, customer, UNIT, 5_001, "W1")
        stored.recharge(tx, customer, UNIT, 5_000, "W1")
        stored_plans.retire(tx)
        with pytest.raises(NotOffered):
            stored.recharge(tx, customer, UNIT, 5_000, "W2")
        # What customers have goes on by the plan that was in force last.
        shown = payments.pay(tx, customer, UNIT, "A1", Wanted(1_500, stored_fen=1_500))
        assert (shown.principal_fen, shown.bonus_fen) == (500, 1_000)


def test_a_recharge_is_undone_whole_with_its_coupons(
    customer: UUID, write: Write, read: Read, clock: Clock
) -> None:
    with write() as tx:
        template = coupon_world.publish(tx)
        steps = [{"pay_fen": 5_000, "bonus_fen": 1_000, "coupons": [str(template.id)]}]
        publish_plan(tx, steps=steps)
        made = stored.recharge(tx, customer, UNIT, 5_000, "W1").recharge
        assert [each.state for each in packs.pack_of(tx, customer)] == ["issued"]
    with write() as tx:
        assert stored.undo(tx, made.id, "收银员多按了").state == "undone"
        assert stored.undo(tx, made.id, "收银员多按了").state == "undone"
    with read() as tx:
        assert has(tx, customer) == (0, 0, 0)
        assert [each.state for each in packs.pack_of(tx, customer, is_all=True)] == ["revoked"]
        assert broken(tx) == []


def test_a_recharge_that_was_used_or_is_old_is_not_undone(
    customer: UUID, write: Write, read: Read, clock: Clock
) -> None:
    with write() as tx:
        publish_plan(tx)
        first = stored.recharge(tx, customer, UNIT, 5_000, "W1").recharge
        stored.recharge(tx, customer, UNIT, 5_000, "W2")
        payments.freeze(
            tx, customer, UNIT, "A1", Wanted(100, stored_fen=100), lasts=timedelta(hours=1)
        )
    with pytest.raises(Used), write() as tx:
        stored.undo(tx, first.id, "想退")
    with write() as tx:
        payments.void(tx, UNIT, "A1")
    clock.move(days=8)
    with pytest.raises(UndoOver), write() as tx:
        stored.undo(tx, first.id, "想退")
    with read() as tx:
        assert has(tx, customer) == (0, 10_000, 2_000)


def test_giving_the_card_back_waits_for_another_person(
    customer: UUID, write: Write, read: Read, boss: Boss
) -> None:
    with write() as tx:
        publish_plan(tx, withdrawal={"fee_bp": 100})
        pay_in(tx, customer, 10_000)
        payments.pay(tx, customer, UNIT, "A1", Wanted(5_000, stored_fen=5_000))
        approval = withdrawals.ask(tx, customer, UNIT, "客户搬家")
        # 40 yuan of principal and 10 of bonus are spent: what the spent share earned.
        assert (approval.body["taken_back_fen"], approval.body["fee_fen"]) == (0, 60)
        assert approval.body["payout_fen"] == 5_940
        assert (has(tx, customer), held(tx, customer)) == ((0, 0, 0), (0, 6_000, 1_500))
        with pytest.raises(NothingLeft):
            withdrawals.ask(tx, customer, UNIT, "再来一次")
    with pytest.raises(SamePerson), write() as tx:
        approvals.approve(tx, approval.id)
    boss.approve(approval.id)
    boss.approve(approval.id)
    with read() as tx:
        assert (has(tx, customer), held(tx, customer)) == ((0, 0, 0), (0, 0, 0))
        assert asked.get_approval(tx, approval.id).decided_by == "boss"
        assert reads.prepaid(tx).quarters[0].withdrawn_fen == 6_000
        assert broken(tx) == []
    with write() as tx:
        payments.refund(tx, UNIT, "A1", "R1", None)
        assert has(tx, customer) == (0, 4_000, 1_000)


def test_a_withdrawal_refused_or_forgotten_about_gives_everything_back(
    customer: UUID, write: Write, read: Read, boss: Boss, clock: Clock
) -> None:
    with write() as tx:
        publish_plan(tx)
        pay_in(tx, customer, 5_000)
        refused = withdrawals.ask(tx, customer, UNIT, "不想用了")
    boss.refuse(refused.id)
    with read() as tx:
        assert has(tx, customer) == (0, 5_000, 1_000)
    with write() as tx:
        lapsed = withdrawals.ask(tx, customer, UNIT, "不想用了")
    clock.move(days=31)
    with pytest.raises(Decided):
        boss.approve(lapsed.id)
    with write() as tx:
        approvals.lapse(tx)
        assert has(tx, customer) == (0, 5_000, 1_000)
        withdrawn = withdrawals.ask(tx, customer, UNIT, "不想用了")
        approvals.withdraw(tx, withdrawn.id)
        assert has(tx, customer) == (0, 5_000, 1_000)
    with pytest.raises(Decided):
        boss.approve(withdrawn.id)


def test_using_the_bonus_first_and_taking_the_money_out_gains_nothing(
    customer: UUID, write: Write
) -> None:
    with write() as tx:
        publish_plan(tx, spend_order="bonus_first")
        # Long ago, and all used: it earns nothing for today.
        pay_in(tx, customer, 10_000)
        payments.pay(tx, customer, UNIT, "A0", Wanted(12_500, stored_fen=12_500))
    with write() as tx:
        pay_in(tx, customer, 10_000)
        payments.pay(tx, customer, UNIT, "A1", Wanted(2_500, stored_fen=2_500))
        found = reads.refundable(tx, customer)
        assert (found.principal_fen, found.taken_back_fen, found.payout_fen) == (
            10_000,
            2_500,
            7_500,
        )
        assert found.why.zh == "剩余本金 100 元，扣回已用赠金 25 元，实退 75 元"


def test_the_books_by_quarter(customer: UUID, write: Write, read: Read, clock: Clock) -> None:
    clock.now = max(clock.now, datetime(2027, 3, 30, 4, tzinfo=UTC))
    with write() as tx:
        publish_plan(tx)
        pay_in(tx, customer, 10_000)
    clock.now = datetime(2027, 3, 31, 16, 0, tzinfo=UTC)  # midnight in Shanghai: April began
    with write() as tx:
        pay_in(tx, customer, 20_000)
        payments.pay(tx, customer, UNIT, "A1", Wanted(35_000, stored_fen=35_000))
        payments.refund(tx, UNIT, "A1", "R1", 17_500)
    with read() as tx:
        found = reads.prepaid(tx)
        now, before = found.quarters[:2]
        assert (before.name, before.balance_fen, before.recharged_fen) == ("2027Q1", 10_000, 10_000)
        assert (now.name, now.recharged_fen, now.used_fen, now.balance_fen) == (
            "2027Q2",
            20_000,
            15_000,
            15_000,
        )
        assert (found.principal_fen, found.bonus_fen) == (15_000, 2_500)
        assert (found.custody_base_fen, found.custody_fen) == (10_000, 2_000)
        assert sum(each.bonus_fen for each in found.bonus_by_month) == 2_500


def test_sixteen_at_once_book_a_payment_number_once_and_stay_below_the_cap(
    customer: UUID, db: Database, brand: Brand, write: Write, read: Read
) -> None:
    with write() as tx:
        publish_plan(tx)
    outcomes: list[str] = []

    def rival(number: int) -> None:
        try:
            with db.write(brand.merchant.id, principal=f"till-{number}") as tx:
                one = stored.recharge(tx, customer, UNIT, 90_000, f"W{number // 2}")
            outcomes.append("new" if one.is_new else "again")
        except OverCap:
            outcomes.append("cap")

    threads = [threading.Thread(target=rival, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 16
    assert (outcomes.count("new"), outcomes.count("again")) == (5, 5)
    with read() as after:
        assert has(after, customer) == (0, 450_000, 5 * 2_500)
        assert broken(after) == []


def test_a_ledger_that_does_not_bear_out_what_is_written_is_seen(
    customer: UUID, write: Write, read: Read
) -> None:
    with write() as tx:
        publish_plan(tx)
        pay_in(tx, customer, 10_000)
        payments.pay(tx, customer, UNIT, "A1", Wanted(5_000, stored_fen=5_000))
        adjustments.adjust(tx, customer, "points", 10_001, "大额")
    lies: dict[LiteralString, str] = {
        "UPDATE benefit.payment_part SET amount = amount + 1": "payment_is_posted",
        "UPDATE benefit.payment_part SET back = 1": "payment_gave_back_what_it_says",
        "UPDATE benefit.recharge SET paid_fen = paid_fen + 1": "recharge_is_posted",
        "UPDATE benefit.recharge SET state = 'undone', undone_at = at": "recharge_is_posted",
        "UPDATE benefit.adjustment SET transaction_id = id": "given_by_hand_is_agreed_to",
    }
    for lie, invariant in lies.items():
        assert told(write, lie) == [invariant]
    with write() as tx:
        payments.freeze(
            tx, customer, UNIT, "A2", Wanted(500, stored_fen=500), lasts=timedelta(hours=1)
        )
        assert broken(tx) == []
        tx.run(
            "UPDATE benefit.payment SET state = 'voided', ended_at = held_at WHERE state = 'held'"
        )
        assert broken(tx) == ["payment_holds_while_it_waits"]


class Taken(Exception):
    """A lie is taken back."""


def told(write: Write, lie: LiteralString) -> list[str]:
    """What the checks say of a lie that is taken back at once."""
    found: list[str] = []
    try:
        with write() as tx:
            tx.run(lie)
            found += broken(tx)
            raise Taken
    except Taken:
        return found
