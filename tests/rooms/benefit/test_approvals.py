"""Giving and taking by hand, and decisions that take two people, on a real database and over HTTP."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.auditing import reads as audit
from huitou.auditing.types import Asked
from huitou.base.db import Database, Scope
from huitou.benefit.actions import adjustments, approvals, stored
from huitou.benefit.reads import approvals as reads
from huitou.benefit.reads import ledger
from huitou.benefit.types.approvals import BadEnd, Decided, NotTheAsker, SamePerson
from huitou.benefit.types.ledger import BelowFloor
from huitou.benefit.types.stored import OverCap
from huitou.merchant import actions as merchants
from huitou.merchant.types import NoUnit
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.benefit.coupon_world import make_customers
from tests.rooms.benefit.money_world import UNIT, broken, has, publish_plan


@pytest.fixture
def customer(db: Database, brand: Brand) -> UUID:
    return make_customers(db, brand.merchant.id, 1)[0]


def test_below_the_limit_one_person_gives_and_takes(
    customer: UUID, write: Write, read: Read, clock: Clock
) -> None:
    with write() as tx:
        given = adjustments.adjust(
            tx, customer, "points", 600, "补偿", clock.now + timedelta(days=9)
        )
        taken = adjustments.adjust(tx, customer, "points", -100, "误发")
        adjustments.adjust(tx, customer, "growth", 50, "补偿")
        with pytest.raises(BelowFloor), tx.savepoint():
            adjustments.adjust(tx, customer, "points", -501, "误发")
        with pytest.raises(BadEnd):
            adjustments.adjust(tx, customer, "principal", 5, "补", clock.now + timedelta(days=9))
    assert given.approval is None
    assert taken.adjustment.transaction_id is not None
    with read() as tx:
        assert has(tx, customer)[0] == 500
        assert ledger.balance(tx, ("customer", customer), "growth") == 50
        lines = [
            each for each in audit.list_lines(tx, Asked()).items if each.verb == "benefit.adjusted"
        ]
        assert [each.detail["reason"] for each in lines] == ["补偿", "误发", "补偿"]
        assert broken(tx) == []
    clock.move(days=10)
    with read() as tx:
        assert has(tx, customer)[0] == 0


def test_many_small_ones_are_no_way_round_the_limit(
    customer: UUID, db: Database, brand: Brand, write: Write, read: Read, clock: Clock
) -> None:
    with write() as tx:
        merchants.set_setting(tx, "benefit.adjust_limit", 1_000)
        assert adjustments.adjust(tx, customer, "points", 600, "一").approval is None
        assert adjustments.adjust(tx, customer, "points", -400, "二").approval is None
        waiting = adjustments.adjust(tx, customer, "points", 1, "三").approval
        # Another asset has a limit of its own.
        assert adjustments.adjust(tx, customer, "bonus", 1_000, "四").approval is None
    assert waiting is not None
    with read() as tx:
        assert has(tx, customer) == (200, 0, 1_000)
    with db.write(brand.merchant.id, principal="boss") as tx:
        approvals.approve(tx, waiting.id)
    with read() as tx:
        assert has(tx, customer)[0] == 201
        [newest, *_] = reads.list_adjustments(tx, customer_id=customer).items
        assert newest.asset == "bonus"
        assert all(each.transaction_id for each in reads.list_adjustments(tx).items)
    clock.move(days=1, minutes=1)
    with write() as tx:
        assert adjustments.adjust(tx, customer, "points", 1_000, "五").approval is None


def test_one_asks_another_decides_once(
    customer: UUID, db: Database, brand: Brand, write: Write, read: Read
) -> None:
    with write() as tx:
        asked = [
            adjustments.adjust(tx, customer, "points", 50_000, f"第{n}次").approval
            for n in range(3)
        ]
    first, second, third = (each.id for each in asked if each)
    with write() as tx:
        for verb in (approvals.approve, lambda tx, id_: approvals.refuse(tx, id_, "自己")):
            with pytest.raises(SamePerson):
                verb(tx, first)
        approvals.withdraw(tx, third)
    with db.write(brand.merchant.id, principal="boss") as tx:
        with pytest.raises(NotTheAsker):
            approvals.withdraw(tx, first)
        approvals.approve(tx, first)
        approvals.refuse(tx, second, "没有凭证")
        for verb in (approvals.approve, lambda tx, id_: approvals.refuse(tx, id_, "晚了")):
            with pytest.raises(Decided):
                verb(tx, third)
        with pytest.raises(Decided):
            approvals.approve(tx, second)
    with read() as tx:
        assert has(tx, customer)[0] == 50_000
        states = {each.id: each.state for each in reads.list_approvals(tx, kind="adjust").items}
        assert states == {first: "approved", second: "refused", third: "withdrawn"}
        assert broken(tx) == []


def test_what_cannot_be_carried_out_stays_open(
    customer: UUID, db: Database, brand: Brand, write: Write, read: Read
) -> None:
    with write() as tx:
        publish_plan(tx)
        asked = adjustments.adjust(tx, customer, "principal", 500_001, "补录").approval
    assert asked is not None
    with pytest.raises(OverCap), db.write(brand.merchant.id, principal="boss") as tx:
        approvals.approve(tx, asked.id)
    with read() as tx:
        assert reads.get_approval(tx, asked.id).state == "open"
        assert has(tx, customer) == (0, 0, 0)


def as_staff(db: Database, brand: Brand, client: TestClient, code: str) -> dict[str, str]:
    """Headers with which a request is a member of staff's."""
    with db.write(brand.merchant.id) as tx:
        token = merchants.open_session(tx, brand.staff[code].id, "console")
    return {
        "Authorization": "",
        "Cookie": f"huitou_console={token}",
        "Sec-Fetch-Site": "same-origin",
    }


def test_the_thread_over_http(
    customer: UUID, client: TestClient, db: Database, brand: Brand
) -> None:
    plan = {
        "name": "充值有礼",
        "steps": [{"pay_fen": 5_000, "bonus_fen": 1_000}],
        "bonus_days": 180,
    }
    drafted = client.post("/v1/stored-plans", json={"plan": plan})
    assert drafted.status_code == 201
    assert drafted.json()["sentence"]["zh"] == (
        "充 50 元送 10 元；可充任意金额；赠金 180 天内有效；记名，本金永不过期；消费按余额比例扣本金和赠金；"
        "随时可退剩余本金，扣回超出已消费比例的赠金"
    )
    assert client.post("/v1/stored-plans/1/publish", json={"revision": 1}).status_code == 200
    assert client.get("/v1/stored-plans/offered").json()["version"] == 1
    who = {"customer": str(customer), "unit": UNIT}
    money = {**who, "paid_fen": 5_000, "payment_no": "W1"}
    made = client.post("/v1/recharges", json=money).json()
    assert (made["is_new"], made["balance"]["stored_fen"]) == (True, 6_000)
    assert client.post("/v1/recharges", json=money).json()["is_new"] is False
    points = {"customer": str(customer), "asset": "points", "direction": "give", "amount": 2_000}
    given = client.post("/v1/adjustments", json={**points, "reason": "入会礼"}).json()
    assert given["approval"] is None
    quote = client.post("/v1/payments/quote", json={**who, "order_fen": 3_000}).json()
    assert (quote["points"]["usable"], quote["stored"]["usable_fen"]) == (1_500, 1_500)
    bill = {**who, "order_no": "H1", "order_fen": 3_000, "points": 1_500, "stored_fen": 1_500}
    frozen = client.post("/v1/payments/freeze", json=bill).json()
    assert (frozen["state"], frozen["principal_fen"], frozen["bonus_fen"]) == ("held", 1_250, 250)
    order = {"unit": UNIT, "order_no": "H1"}
    assert client.post("/v1/payments/capture", json=order).json()["state"] == "paid"
    assert client.post("/v1/payments/void", json=order).json()["code"] == "payment.paid"
    back = client.post(
        "/v1/payments/refund", json={**order, "refund_no": "R1", "refund_fen": 1_000}
    )
    assert (back.json()["points_back"], back.json()["principal_back_fen"]) == (500, 417)
    assert len(client.get("/v1/payments", params=order).json()) == 1
    balance = client.get(f"/v1/customers/{customer}/balance").json()
    assert (balance["points"], balance["principal_fen"], balance["bonus_fen"]) == (
        1_000,
        4_167,
        833,
    )

    foreseen = client.get(f"/v1/customers/{customer}/withdrawal").json()
    asked = client.post("/v1/withdrawals", json={**who, "reason": "搬家"})
    assert (asked.status_code, asked.json()["body"]["payout_fen"]) == (201, foreseen["payout_fen"])
    path = f"/v1/approvals/{asked.json()['id']}"
    assert client.post(f"{path}/approve").json()["code"] == "approval.same_person"
    boss = as_staff(db, brand, client, "hq-1")
    assert client.post(f"{path}/approve", headers=boss).json()["state"] == "approved"
    assert client.get(path).json()["decided_by"] == f"staff:{brand.staff['hq-1'].id}"
    assert client.get("/v1/prepaid").json()["principal_fen"] == 0
    recharge = made["recharge"]["id"]
    kept = client.get(f"/v1/customers/{customer}/export").json()["benefit"]
    assert [each["points"] for each in kept["payments"]] == [1_000]
    assert [each["paid_fen"] for each in kept["recharges"]] == [5_000]
    assert [each["amount"] for each in kept["adjustments"]] == [2_000]
    undone = client.post(f"/v1/recharges/{recharge}/undo", json={"reason": "退"})
    assert undone.json()["code"] == "stored.used"


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, False, "5", None, 10**12, 10**30])
def test_amounts_that_are_none_are_refused(
    customer: UUID, client: TestClient, amount: object
) -> None:
    who = {"customer": str(customer), "unit": UNIT}
    bodies = {
        "/v1/recharges": {**who, "payment_no": "W1", "paid_fen": amount},
        "/v1/payments": {**who, "order_no": "H2", "order_fen": 100, "stored_fen": amount},
        "/v1/payments/freeze": {**who, "order_no": "H2", "order_fen": amount, "points": 1},
        "/v1/payments/quote": {**who, "order_fen": amount},
        "/v1/adjustments": {
            "customer": str(customer),
            "asset": "points",
            "direction": "give",
            "amount": amount,
            "reason": "x",
        },
    }
    for path, body in bodies.items():
        answer = client.post(path, json=body)
        assert answer.status_code == 422, (path, answer.text)


def test_what_one_may_not_see_is_not_there(
    customer: UUID, client: TestClient, db: Database, brand: Brand, write: Write
) -> None:
    with write() as tx:
        publish_plan(tx)
    who = {"customer": str(customer), "unit": "store-0412"}
    money = {"paid_fen": 5_000, "payment_no": "W1"}
    manager = as_staff(db, brand, client, "manager-0401")
    there = client.post("/v1/recharges", json={**who, **money}, headers=manager)
    assert there.status_code == 404
    with write() as tx:
        asked = adjustments.adjust(tx, customer, "points", 100_000, "大额").approval
    assert asked is not None
    for path, key in (("/v1/approvals", "id"), ("/v1/adjustments", "approval_id")):
        assert [each[key] for each in client.get(path).json()["items"]] == [str(asked.id)]
        assert client.get(path, headers=manager).json()["items"] == []
    unseen = client.get(f"/v1/approvals/{asked.id}", headers=manager)
    assert unseen.json()["code"] == "approval.none"
    grant = {"customer": str(customer), "asset": "points", "direction": "give", "amount": 1}
    given = client.post("/v1/adjustments", json={**grant, "reason": "x"}, headers=manager)
    assert given.json()["code"] == "permission.missing"
    assert client.get(f"/v1/orders/{uuid4()}/payments").json()["code"] == "payment.no_order"
    for reason in ("", "  ", None):
        blank = client.post("/v1/adjustments", json={**grant, "reason": reason})
        assert blank.status_code == 422, "a reason is obligatory"
    stranger = {"customer": str(uuid4()), "unit": UNIT}
    assert client.post("/v1/recharges", json={**stranger, **money}).status_code == 404
    with pytest.raises(NoUnit), write(Scope("hq/region-2/")) as tx:
        stored.recharge(tx, customer, UNIT, 5_000, "W9")
