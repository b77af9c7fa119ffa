"""Orders over HTTP, scores, sales, waiting refunds, ranges of the log."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient

from huitou.base.db import Scope
from huitou.event import reads as event
from huitou.identity import reads as identity
from huitou.order import actions, reads, rules
from huitou.order.store import totals as stored
from huitou.profile import actions as profile
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.order.histories import make_history

Send = Callable[[Sequence[dict[str, Any]]], Any]
Drain = Callable[[], None]


def paid(
    no: str, at: datetime, fen: int, *, card: str | None = "1", unit: str = "store-0401"
) -> dict[str, Any]:
    identifiers = [{"kind": "card", "scope": "default", "value": f"880{card}"}] if card else []
    line = {"line_no": 1, "sku": "M1", "quantity": 1000, "list_fen": fen, "paid_fen": fen}
    return {
        "id": f"o-{no}",
        "type": "order.paid",
        "source": "pos",
        "unit": unit,
        "occurred_at": at.isoformat(),
        "identifiers": identifiers,
        "properties": {"order_no": no, "lines": [line], "paid_fen": fen},
    }


def refunded(order: dict[str, Any], no: str, at: datetime, fen: int) -> dict[str, Any]:
    properties = {
        "order_no": order["properties"]["order_no"],
        "refund_no": no,
        "lines": [{"line_no": 1, "quantity": 0, "refund_fen": fen}],
        "refund_fen": fen,
    }
    return {
        "id": f"{order['id']}-{no}",
        "type": "order.refunded",
        "source": "pos",
        "unit": order["unit"],
        "occurred_at": at.isoformat(),
        "properties": properties,
    }


def test_orders_over_http(
    brand: Brand, clock: Clock, client: TestClient, send: Send, drain: Drain, read: Read
) -> None:
    send(make_history(Random(1), clock.now, count=25, people=3))
    drain()
    items: list[dict[str, Any]] = []
    cursor = None
    while True:
        params: dict[str, Any] = {"limit": 7} | ({"cursor": cursor} if cursor else {})
        page = client.get("/v1/orders", params=params).json()
        items += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(items) == len({item["id"] for item in items}) == 25
    assert [item["paid_at"] for item in items] == sorted(
        (item["paid_at"] for item in items), reverse=True
    )
    for item in items:
        assert (
            sum(line["paid_fen"] for line in item["lines"]) + item["shipping_fen"]
            == (item["paid_fen"])
        )
    customer = next(item["customer_id"] for item in items if item["customer_id"])
    own = [item for item in items if item["customer_id"] == customer]
    assert client.get(f"/v1/customers/{customer}/orders").json()["items"] == own
    totals = client.get(f"/v1/customers/{customer}/totals").json()
    assert totals["total"]["order_count"] == len(own)
    assert totals["stage_zh"]
    assert client.get("/v1/totals", params={"customers": customer}).json()["items"] == [totals]
    with read() as tx:
        exported: Any = reads.export(tx, UUID(customer))
    assert [order["id"] for order in exported["orders"]] == [item["id"] for item in own]
    assert exported["totals"]["total"]["paid_fen"] == totals["total"]["paid_fen"]
    given_back = sum(item["refunded_fen"] for item in own)
    assert sum(refund["refund_fen"] for refund in exported["refunds"]) == given_back
    assert client.get("/v1/orders", params={"customer": customer}).json()["items"] == own
    mall = [item["id"] for item in items if item["unit_id"] == str(brand.units["mall"].id)]
    found = client.get("/v1/orders", params={"unit": "mall"}).json()["items"]
    assert [item["id"] for item in found] == mall
    middle = items[12]["paid_at"]
    found = client.get("/v1/orders", params={"since": middle}).json()["items"]
    assert [item["id"] for item in found] == [item["id"] for item in items[:13]]
    assert client.get("/v1/orders", params={"cursor": "!"}).json()["code"] == "page.bad_cursor"
    bad = client.get("/v1/totals", params={"customers": "7"})
    assert bad.json()["code"] == "ids.bad"


def test_a_refund_waits_for_its_order(clock: Clock, send: Send, drain: Drain, read: Read) -> None:
    order = paid("W1", clock.now - timedelta(days=1), 1000)
    send([refunded(order, "R1", clock.now, 300)])
    drain()
    with read() as tx:
        first = event.head(tx)
        assert reads.refunds_in(tx, 0, first) == []
    send([order])
    drain()
    with read() as tx:
        [refund] = reads.refunds_in(tx, first, event.head(tx))
        assert (refund.refund_fen, refund.position) == (300, first)
        [bought] = reads.orders_in(tx, first, event.head(tx))
        assert (bought.order_id, bought.paid_fen) == (refund.order_id, 1000)
        assert bought.customer_id is not None
        total = reads.totals(tx, [bought.customer_id])[bought.customer_id]
        assert (total.paid_fen, total.refunded_fen) == (700, 300)


def test_sales_are_by_unit_and_local_day(
    clock: Clock, send: Send, drain: Drain, read: Read, write: Write, brand: Brand
) -> None:
    late = datetime(2026, 10, 1, 16, 30, tzinfo=UTC)  # half past midnight of 2 October in Shanghai
    early = datetime(2026, 10, 1, 3, 0, tzinfo=UTC)
    orders = [
        paid("D1", early, 1000, card="11"),
        paid("D2", early, 500, card=None),
        paid("D3", late, 700, card="11"),
        paid("D4", late, 900, card="12", unit="store-0412"),
    ]
    send([*orders, refunded(orders[0], "R1", late, 250)])
    drain()
    since, until = datetime(2026, 9, 30, tzinfo=UTC), datetime(2026, 10, 5, tzinfo=UTC)
    east, west = brand.units["store-0401"], brand.units["store-0412"]
    with write() as tx:
        held = identity.find_by_identifier(tx, "card", "88011", "default")
        assert held is not None
        profile.assign(tx, [held.id], brand.staff["a-01"].id)
    with read() as tx:
        found = {(day.unit_id, day.day.isoformat()): day for day in reads.sales(tx, since, until)}
        staff = reads.sales_by_staff(tx, since, until)
        sums = reads.sales_of_customers(tx, [held.id], since, until)
    first, second = found[east.id, "2026-10-01"], found[east.id, "2026-10-02"]
    assert (first.order_count, first.customer_count, first.paid_fen, first.refunded_fen) == (
        (2, 1, 1500, 0)
    )
    assert (second.order_count, second.paid_fen, second.refunded_fen) == (1, 700, 250)
    assert found[west.id, "2026-10-02"].paid_fen == 900
    assert len(found) == 3
    assert [(one.staff_id, one.order_count, one.net_fen) for one in staff] == [
        (brand.staff["a-01"].id, 2, 1450)
    ]
    assert (sums[held.id].order_count, sums[held.id].net_fen) == (2, 1450)
    with read(Scope(unit_path=west.path)) as tx:
        assert [day.unit_id for day in reads.sales(tx, since, until)] == [west.id]
        assert [o.unit_id for o in reads.list_orders(tx).items] == [west.id]
    with read(Scope(unit_path=east.path, staff_id=brand.staff["a-01"].id)) as tx:
        assert {o.customer_id for o in reads.list_orders(tx).items} == {held.id}
        assert sum(day.paid_fen - day.refunded_fen for day in reads.sales(tx, since, until)) == 1450


def test_shares_and_stages_follow_the_rules(
    clock: Clock, send: Send, drain: Drain, read: Read, write: Write
) -> None:
    send(make_history(Random(21), clock.now, count=80, people=15))
    drain()
    with write() as tx:
        actions.score(tx)
        assert (actions.score(tx), actions.score_new(tx)) == (0, 0)
        tx.run(
            """
            UPDATE "order".total SET share_before_bp = NULL
            WHERE merchant_id = %(merchant)s AND customer_id IN (
                SELECT customer_id FROM "order".total WHERE merchant_id = %(merchant)s LIMIT 2)
            """
        )
        assert (actions.score_new(tx), actions.score_new(tx)) == (2, 0)
    with read() as tx:
        totals = sorted(
            reads.totals(tx, stored.list_customers(tx)).values(),
            key=lambda total: (-total.paid_fen, total.customer_id),
        )
        now = tx.now
    assert len(totals) == 15
    whole = sum(total.paid_fen for total in totals)
    before = 0
    for total in totals:
        assert total.stage == rules.stage(
            total.order_count, total.last_paid_at, now, actions.POLICY
        )
        assert total.share_before_bp == 100 * (100 * before // whole)
        before += total.paid_fen
    assert {total.stage for total in totals} > {"dormant"}
