"""Points of real orders: earned once, taken back with refunds in any order, moved with their events; the
points mall."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from huitou.base.db import ReadTx, Tx
from huitou.benefit.actions import ledger as ledger_actions
from huitou.benefit.actions import lots, points
from huitou.benefit.actions.points import Gift
from huitou.benefit.reads import ledger
from huitou.benefit.reads import points as reads
from huitou.benefit.types.ledger import (
    POINTS,
    PRINCIPAL,
    BelowFloor,
    Holding,
    Leg,
    OtherBody,
    OwnerKind,
    Posting,
    Standing,
)
from huitou.benefit.types.points import NotADraft, PointsPlan, PointsPlanChanged
from huitou.identity import actions as identity
from huitou.identity import reads as people
from huitou.kernel.ids import new_id
from huitou.profile import reads as profile
from huitou.segment import reads as segments
from tests.conftest import Clock, Read, Write
from tests.rooms.attribution.story import customer_of, paid, refunded, seen
from tests.rooms.benefit import coupon_world, tier_world

Send = Callable[..., object]
Drain = Callable[[], None]

PLAN: dict[str, Any] = {
    "name": "消费积分",
    "orders": [{"per_fen": 100, "points": 1}],
    "events": [{"type": "order.reviewed", "points": 5, "limit": "daily"}],
    "pending": {"kind": "at_once"},
    "expiry": {"kind": "days", "days": 30},
}


@pytest.fixture
def plan(write: Write) -> Callable[..., None]:
    """Put a plan in force."""

    def publish(**changes: Any) -> None:
        with write() as tx:
            draft = points.set_draft(tx, PointsPlan.model_validate({**PLAN, **changes}), 0)
            points.publish(tx, draft.version, draft.revision)

    return publish


def has(tx: ReadTx, card: str) -> Standing:
    return ledger.standing(tx, customer_of(tx, card), POINTS)


def test_an_order_earns_once_and_refunds_take_back_in_any_order(
    write: Write, read: Read, send: Send, drain: Drain, clock: Clock, plan: Callable[..., None]
) -> None:
    plan()
    send([refunded("o1", "r2", clock.now, {2: 1_000})])
    send([paid("o1", "c1", clock.now, (5_050, 2_000), shipping_fen=600)])
    drain()
    with read() as tx:
        assert has(tx, "c1").available == 60
    with write() as tx:
        order_id = tx.value('SELECT id FROM "order".purchase')
        points.take_orders(tx, [order_id])
        points.take_orders(tx, [order_id])
    send([refunded("o1", "r1", clock.now, {1: 5_050})])
    drain()
    with read() as tx:
        assert has(tx, "c1").available == 10
        assert reads.earned_of_orders(tx, [order_id]) == {order_id: 10}
    send([refunded("o1", "r3", clock.now, {2: 1_000}, shipping_fen=600)])
    drain()
    with read() as tx:
        assert has(tx, "c1").available == 0
        assert ledger.check(tx) == []


def test_what_was_spent_is_owed_and_earned_back_before_it_can_be_spent(
    write: Write, read: Read, send: Send, drain: Drain, clock: Clock, plan: Callable[..., None]
) -> None:
    plan()
    send([paid("o1", "c1", clock.now, (10_000,))])
    drain()
    with write() as tx:
        customer = customer_of(tx, "c1")
        _spend(tx, customer, 90)
    send([refunded("o1", "r1", clock.now, {1: 10_000})])
    drain()
    with read() as tx:
        assert (has(tx, "c1").available, has(tx, "c1").owed) == (-90, 90)
    with pytest.raises(BelowFloor), write() as tx:
        _spend(tx, customer, 1)
    send([paid("o2", "c1", clock.now, (10_000,))])
    drain()
    with read() as tx:
        assert (has(tx, "c1").available, has(tx, "c1").owed) == (10, 0)
        assert ledger.check(tx) == []


def test_a_forgiving_plan_takes_only_what_is_there(
    write: Write, read: Read, send: Send, drain: Drain, clock: Clock, plan: Callable[..., None]
) -> None:
    plan(clawback="forgive")
    send([paid("o1", "c1", clock.now, (10_000,))])
    drain()
    with write() as tx:
        _spend(tx, customer_of(tx, "c1"), 90)
    send([refunded("o1", "r1", clock.now, {1: 5_000})])
    drain()
    send([refunded("o1", "r2", clock.now, {1: 5_000})])
    drain()
    send([paid("o2", "c1", clock.now, (700,))])
    drain()
    with read() as tx:
        assert (has(tx, "c1").available, has(tx, "c1").owed) == (7, 0)
        assert ledger.check(tx) == []


def test_what_was_promised_when_an_order_earned_holds_under_another_plan(
    write: Write, read: Read, send: Send, drain: Drain, clock: Clock, plan: Callable[..., None]
) -> None:
    plan(clawback="forgive")
    send([paid("o1", "c1", clock.now, (10_000,))])
    drain()
    with write() as tx:
        _spend(tx, customer_of(tx, "c1"), 90)
    plan(clawback="owe", orders=[{"per_fen": 1_000, "points": 1}])
    send([refunded("o1", "r1", clock.now, {1: 10_000})])
    drain()
    with read() as tx:
        assert (has(tx, "c1").available, has(tx, "c1").owed) == (0, 0)
        assert ledger.check(tx) == []


def test_points_wait_and_end(
    read: Read, write: Write, send: Send, drain: Drain, clock: Clock, plan: Callable[..., None]
) -> None:
    plan(pending={"kind": "days", "days": 7})
    send([paid("o1", "c1", clock.now, (10_000,))])
    drain()
    with read() as tx:
        assert (has(tx, "c1").available, has(tx, "c1").pending) == (0, 100)
    with pytest.raises(BelowFloor), write() as tx:
        _spend(tx, customer_of(tx, "c1"), 1)
    clock.move(days=7)
    with read() as tx:
        assert (has(tx, "c1").available, has(tx, "c1").pending) == (100, 0)
        assert has(tx, "c1").next_expiring == 100
    clock.move(days=30)
    with read() as tx:
        assert has(tx, "c1").available == 0  # before any job has run
        assert ledger.balance(tx, ("customer", customer_of(tx, "c1")), POINTS) == 100
    drain()
    with read() as tx:
        assert ledger.balance(tx, ("customer", customer_of(tx, "c1")), POINTS) == 0
        assert ledger.check(tx) == []


def test_history_earns_nothing_and_a_late_order_what_is_left_of_its_time(
    read: Read, send: Send, drain: Drain, clock: Clock, plan: Callable[..., None]
) -> None:
    plan()
    send([paid("old", "c1", clock.now - timedelta(days=1), (10_000,))])
    published_at = clock.now
    clock.move(days=31)
    send([paid("late", "c1", published_at, (5_000,)), paid("new", "c1", clock.now, (700,))])
    drain()
    with read() as tx:
        assert has(tx, "c1").available == 7
        kinds = [entry.kind for entry in _statement(tx, "c1")]
        assert sorted(kinds) == ["earn", "earn", "expire"]
        assert ledger.check(tx) == []


def test_a_review_earns_once_a_day_and_the_tier_multiplies(
    read: Read, write: Write, send: Send, drain: Drain, clock: Clock, plan: Callable[..., None]
) -> None:
    with write() as tx:
        tier_world.publish(tx, tier_world.BY_SPEND)
    plan()
    send([paid("o1", "c1", clock.now, (10_000,))])
    drain()
    with read() as tx:
        assert has(tx, "c1").available == 100  # the tier comes with this order, not before it
    clock.move(minutes=1)
    send([paid("o2", "c1", clock.now, (10_000,)), _review("v1", "c1", clock)])
    drain()
    send([_review("v2", "c1", clock)])
    drain()
    with read() as tx:
        assert has(tx, "c1").available == 100 + 120 + 5


def test_points_go_where_identity_gives_their_orders(
    read: Read, write: Write, send: Send, drain: Drain, clock: Clock, plan: Callable[..., None]
) -> None:
    plan()
    send([seen("c1", clock.now), seen("c2", clock.now)])
    send([paid("o1", "c1", clock.now, (3_000,)), paid("o2", "c2", clock.now, (5_000,))])
    drain()
    with write() as tx:
        one, other = customer_of(tx, "c1"), customer_of(tx, "c2")
        winner = identity.merge(tx, one, other).id
    drain()
    with write() as tx:
        assert ledger.standing(tx, winner, POINTS).available == 80
        _spend(tx, winner, 60)
        (merging,) = people.mergings_of(tx, winner)
        identity.undo_merge(tx, winner, merging.id)
    drain()
    with read() as tx:
        assert (
            ledger.standing(tx, one, POINTS).available
            + (ledger.standing(tx, other, POINTS).available)
            == 20
        )
    with write() as tx:
        winner = identity.merge(tx, one, other).id
        left = identity.split(tx, winner, people.ids_of(tx, ["card:c2@default"])).id
    drain()
    with read() as tx:
        both = ledger.standing(tx, winner, POINTS).available
        assert both + ledger.standing(tx, left, POINTS).available == 20
        assert reads.earned_of_orders(tx, tx.column('SELECT id FROM "order".purchase')).values()
        assert ledger.check(tx) == []


def test_what_a_forgotten_customer_had_is_nobodys_but_for_the_money_paid_in(
    read: Read, write: Write, send: Send, drain: Drain, clock: Clock
) -> None:
    send([seen("c1", clock.now)])
    drain()
    with write() as tx:
        customer = customer_of(tx, "c1")
        points.give(tx, [Gift(customer, 9, str(new_id()), "t", "1", {})], kind="gift", at=tx.now)
        until = clock.now + timedelta(hours=1)
        lots.hold(tx, Holding(str(new_id()), customer, POINTS, 4, until, "order", "1"))
        legs = (
            Leg("customer", customer, PRINCIPAL, 700),
            Leg("merchant", tx.merchant, PRINCIPAL, -700),
        )
        ledger_actions.post(tx, [Posting(str(new_id()), "recharge", "t", "1", tx.now, legs)])
        identity.forget(tx, customer)
    drain()
    with read() as tx:
        owner: tuple[OwnerKind, UUID] = ("customer", customer)
        assert ledger.balance(tx, owner, POINTS) == 0
        assert ledger.balance(tx, owner, PRINCIPAL) == 700
        assert ledger.check(tx) == []


def test_segments_can_ask_for_points_and_for_those_that_end_soon(
    read: Read, write: Write, send: Send, drain: Drain, clock: Clock, plan: Callable[..., None]
) -> None:
    plan(expiry={"kind": "days", "days": 40})
    send([paid("o1", "c1", clock.now, (10_000,)), seen("c2", clock.now)])
    drain()
    clock.move(minutes=2)
    drain()
    soon = {"v": 1, "all": [{"kind": "trait", "name": "points_expiring", "op": ">=", "value": 50}]}
    rich = {"v": 1, "all": [{"kind": "trait", "name": "points", "op": ">=", "value": 100}]}
    with read() as tx:
        customer = customer_of(tx, "c1")
        assert segments.customers_matching(tx, rich) == [customer]
        assert segments.customers_matching(tx, soon) == []
    clock.move(days=10, minutes=1)
    drain()
    with read() as tx:
        assert segments.customers_matching(tx, soon) == [customer]
    with write() as tx:
        _spend(tx, customer, 60)
    clock.move(minutes=2)
    drain()
    with read() as tx:
        assert segments.customers_matching(tx, rich) == segments.customers_matching(tx, soon) == []
        traits = profile.get_customer(tx, customer).traits
        assert (traits["points"], traits["points_expiring"], traits["stored_fen"]) == (40, 40, 0)


def test_gifts_are_given_once_whatever_plan_came_between(
    write: Write, read: Read, clock: Clock, plan: Callable[..., None]
) -> None:
    plan()
    gift, at = Gift(new_id(), 5, str(new_id()), "game", "1", {}), clock.now
    with write() as tx:
        (first,) = points.give(tx, [gift], kind="gift", at=at)
        assert first.is_new
    plan(expiry={"kind": "days", "days": 60})
    with write() as tx:
        (again,) = points.give(tx, [gift], kind="gift", at=at)
        assert (again.is_new, again.transaction_id) == (False, first.transaction_id)
    with read() as tx:
        assert ledger.standing(tx, gift.customer_id, POINTS).available == 5
    with pytest.raises(OtherBody), write() as tx:
        points.give(tx, [replace(gift, points=6)], kind="gift", at=at)


def test_a_plan_is_drafted_changed_and_published_once(write: Write) -> None:
    document = PointsPlan.model_validate(PLAN)
    with write() as tx:
        draft = points.set_draft(tx, document, 0)
    with pytest.raises(PointsPlanChanged), write() as tx:
        points.set_draft(tx, document, 0)
    with write() as tx:
        changed = points.set_draft(tx, document.model_copy(update={"name": "新"}), draft.revision)
        assert (changed.version, changed.revision) == (draft.version, draft.revision + 1)
    with pytest.raises(PointsPlanChanged), write() as tx:
        points.publish(tx, draft.version, draft.revision)
    with write() as tx:
        assert points.publish(tx, draft.version, changed.revision).state == "published"
    with pytest.raises(NotADraft), write() as tx:
        points.publish(tx, draft.version, changed.revision)
    with write() as tx:
        second = points.set_draft(tx, document, 0)
        points.publish(tx, second.version, second.revision)
        assert [each.state for each in reads.list_plans(tx)] == ["published", "retired"]


def test_the_mall_gives_goods_and_coupons_for_points(
    client: TestClient, write: Write, read: Read, send: Send, drain: Drain, clock: Clock
) -> None:
    send([seen("c1", clock.now)])
    drain()
    with write() as tx:
        customer = customer_of(tx, "c1")
        points.give(tx, [Gift(customer, 100, str(new_id()), "t", "1", {})], kind="gift", at=tx.now)
        template = coupon_world.publish(tx)
    goods = {"name": "帆布袋", "points": 30, "stock": 2, "each_max": 2}
    bag = client.post("/v1/points-mall/items", json=goods).json()
    coupon = {"name": "满百减十", "points": 20, "template": str(template.id)}
    ticket = client.post("/v1/points-mall/items", json=coupon).json()

    body = {"item": bag["id"], "customer": str(customer)}
    headers = {"Idempotency-Key": "once"}
    first = client.post("/v1/points-mall/exchanges", json=body, headers=headers)
    again = client.post("/v1/points-mall/exchanges", json=body, headers=headers)
    assert (first.status_code, first.json()) == (201, again.json())
    _refused(client, {**body, "quantity": 2}, 409, "points.sold_out")
    _refused(client, {**body, "quantity": 0}, 422, "request.invalid")
    _refused(client, {**body, "quantity": 1.5}, 422, "request.invalid")
    _refused(client, {**body, "item": str(new_id())}, 404, "points.no_item")

    taken = client.post(
        "/v1/points-mall/exchanges", json={"item": ticket["id"], "customer": str(customer)}
    ).json()
    assert taken["state"] == "done"
    _refused(
        client, {"item": ticket["id"], "customer": str(customer)}, 409, "points.item_closed"
    )  # one each
    with read() as tx:
        assert ledger.standing(tx, customer, POINTS).available == 50
    path = f"/v1/points-mall/exchanges/{first.json()['id']}"
    assert client.post(f"{path}/cancel").json()["state"] == "cancelled"
    refused = client.post(f"{path}/hand-over", json={"unit": "store-0401"})
    assert refused.json()["code"] == "points.exchange_ended"
    second = client.post("/v1/points-mall/exchanges", json=body).json()
    handed = client.post(
        f"/v1/points-mall/exchanges/{second['id']}/hand-over", json={"unit": "store-0401"}
    ).json()
    assert handed["state"] == "done"
    items = {
        item["name"]: item["stock"] for item in client.get("/v1/points-mall/items").json()["items"]
    }
    assert items == {"帆布袋": 1, "满百减十": None}
    change = {**goods, "points": 90, "version": bag["version"]}
    changed = client.put(f"/v1/points-mall/items/{bag['id']}", json={**change, "stock": 5})
    assert (changed.status_code, changed.json()["stock"]) == (200, 5)
    stale = client.put(f"/v1/points-mall/items/{bag['id']}", json=change)
    assert stale.json()["code"] == "points.item_changed"
    _refused(client, body, 409, "benefit.below_floor")
    with read() as tx:
        assert ledger.standing(tx, customer, POINTS).available == 50
        assert ledger.check(tx) == []


def _refused(client: TestClient, body: dict[str, Any], status: int, code: str) -> None:
    answer = client.post("/v1/points-mall/exchanges", json=body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def _review(id_: str, card: str, clock: Clock) -> dict[str, Any]:
    return {
        **seen(card, clock.now),
        "id": id_,
        "type": "order.reviewed",
        "properties": {"order_no": "o1", "rating": 5},
    }


def _spend(tx: Tx, customer: UUID, amount: int) -> None:
    legs = (
        Leg("customer", customer, POINTS, -amount),
        Leg("merchant", tx.merchant, POINTS, amount),
    )
    ledger_actions.post(tx, [Posting(str(new_id()), "pay", "order", "1", tx.now, legs)])


def _statement(tx: ReadTx, card: str) -> list[Any]:
    return list(ledger.entries(tx, ("customer", customer_of(tx, card)), POINTS).items)
