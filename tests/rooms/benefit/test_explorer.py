"""Any balance opens to its entries; liability adds up; reconciliation finds what was tampered with."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from fastapi.testclient import TestClient

from huitou.base.db import Database
from huitou.benefit.actions import ledger, reconciling
from huitou.benefit.reads import explorer
from huitou.benefit.types.ledger import COMMISSION, POINTS, Leg, Posting, Reversal, Terms
from huitou.identity import actions as identities
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.attribution.story import customer_of, seen


def test_a_balance_opens_to_its_lots_entries_and_transactions(
    client: TestClient,
    write: Write,
    send: Callable[..., object],
    drain: Callable[[], None],
    clock: Clock,
) -> None:
    send([seen("c1", clock.now)])
    drain()
    started = clock.now
    with write() as tx:
        customer = customer_of(tx, "c1")
        soon = Terms(tx.now, tx.now + timedelta(days=5))

        def posting(key: str, amount: int, terms: Terms | None = None) -> Posting:
            legs = (
                Leg("customer", customer, POINTS, amount, terms),
                Leg("merchant", tx.merchant, POINTS, -amount),
            )
            return Posting(key, "test", "order", "u:1", tx.now, legs)

        ledger.post(tx, [posting("a", 50, soon), posting("b", 100)])
    clock.move(hours=1)
    with write() as tx:
        spent = ledger.post(tx, [posting("c", -70)])[0].transaction_id
        ledger.reverse(tx, [Reversal(spent, "c:back", tx.now, 10)])

    path = f"/v1/customers/{customer}/holdings"
    (points,) = [
        each
        for each in client.get(path, params={"at": started.isoformat()}).json()
        if each["standing"]["asset"] == POINTS
    ]
    assert (points["balance"], points["standing"]["available"]) == (90, 90)
    assert (points["balance_at"], points["usable_at"]) == (150, 150)
    assert [lot["remaining"] for lot in points["lots"]] == [90]

    listed = client.get("/v1/ledger/transactions", params={"customer": str(customer)}).json()
    assert [sum(leg["amount"] for leg in row["legs"]) for row in listed["items"]] == [0] * 4
    back, payment = listed["items"][0], listed["items"][1]
    assert back["reverses"] == payment["id"] == str(spent)
    assert payment["reversed_by"] == [back["id"]]
    assert [leg["amount"] for leg in payment["legs"]] == [-50, -20, 70]
    one = client.get(f"/v1/ledger/transactions/{spent}").json()
    assert one == payment
    by_order: dict[str, str | int] = {"ref_kind": "order", "ref_id": "u:1", "limit": 3}
    first = client.get("/v1/ledger/transactions", params=by_order).json()
    rest = client.get(
        "/v1/ledger/transactions", params={**by_order, "cursor": first["next"]}
    ).json()
    assert [*first["items"], *rest["items"]] == listed["items"]
    refused = client.get(f"/v1/ledger/transactions/{customer}").json()
    assert refused["code"] == "benefit.no_transaction"

    (owed,) = [each for each in client.get("/v1/ledger/liability").json() if each["total"]]
    assert (owed["asset"], owed["total"], owed["owed_by_customers"]) == (POINTS, 90, 0)
    span = {"since": started.isoformat(), "until": (clock.now + timedelta(1)).isoformat()}
    moved = client.get("/v1/ledger/movements", params={"asset": POINTS, **span}).json()
    assert moved == [{"kind": "test", "amount": 80}, {"kind": "test:back", "amount": 10}]


def test_entries_name_staff_and_who_answers_now(
    client: TestClient,
    write: Write,
    brand: Brand,
    send: Callable[..., object],
    drain: Callable[[], None],
    clock: Clock,
) -> None:
    send([seen("c1", clock.now - timedelta(days=2)), seen("c2", clock.now - timedelta(days=1))])
    drain()
    with write() as tx:
        first, second = customer_of(tx, "c1"), customer_of(tx, "c2")
        points = Leg("customer", second, POINTS, 5), Leg("merchant", tx.merchant, POINTS, -5)
        earned = (
            Leg("staff", brand.staff["a-01"].id, COMMISSION, 7),
            Leg("merchant", tx.merchant, COMMISSION, -7),
        )
        ledger.post(
            tx,
            [
                Posting("m:1", "test", "order", "u:2", tx.now, points),
                Posting("m:2", "test", "order", "u:2", tx.now, earned),
            ],
        )
        one = identities.merge(tx, first, second).id
    asked = {"ref_kind": "order", "ref_id": "u:2"}
    rows = client.get("/v1/ledger/transactions", params=asked).json()["items"]
    legs = {leg["owner_kind"]: leg for row in rows for leg in row["legs"]}
    assert legs["customer"]["owner_id"] == str(one)
    assert legs["staff"]["staff_name"] == "导购甲"
    assert legs["merchant"]["owner_id"] is None


def test_reconciliation_looks_at_the_new_each_minute_and_at_all_each_night(
    db: Database, brand: Brand, write: Write, read: Read, clock: Clock, client: TestClient
) -> None:
    owner = brand.merchant.id  # any id is a customer to the ledger
    with write() as tx:
        legs = (Leg("customer", owner, POINTS, 5), Leg("merchant", tx.merchant, POINTS, -5))
        ledger.post(tx, [Posting("r", "test", "t", "1", tx.now, legs)])
    clock.move(minutes=5)
    with write() as tx:
        done = reconciling.look_at_new(tx)
        assert done is not None
        assert (done.looked_at, done.broken) == (1, [])
        assert reconciling.look_at_new(tx) is None
    tamper: Any = "UPDATE benefit.lot SET remaining = remaining - 1 WHERE merchant_id = %s"
    with db.owner() as connection:
        connection.execute(tamper, [owner])
    with write() as tx:
        more = (Leg("customer", owner, POINTS, 1), Leg("merchant", tx.merchant, POINTS, -1))
        ledger.post(tx, [Posting("r2", "test", "t", "1", tx.now, more)])
    clock.move(minutes=5)
    with write() as tx:
        found = reconciling.look_at_new(tx)
        assert found is not None
        assert {each.invariant for each in found.broken} == {
            "lot_is_its_entries",
            "balance_is_its_lots",
        }
    answer = client.post("/v1/ledger/reconciliation").json()
    assert answer["kind"] == "full"
    assert len(answer["broken"]) == 2
    with read() as tx:
        sound = explorer.soundness(tx)
        assert sound.continuous is not None
        assert [each.kind for each in sound.failures] == ["full", "continuous"]
    shown = client.get("/v1/ledger/reconciliation").json()
    assert shown["full"]["id"] == answer["id"]
