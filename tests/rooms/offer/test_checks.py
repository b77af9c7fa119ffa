"""An offer is looked at before it is published: conflicts, low prices, past orders, and a second person."""

import csv
import io
from collections.abc import Callable, Sequence
from datetime import timedelta
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.auditing import reads as audit
from huitou.auditing.types import Asked
from huitou.base.db import Database, Scope
from huitou.benefit.actions import approvals, coupons, redeeming
from huitou.benefit.types.redeeming import Presented
from huitou.merchant import actions as merchants
from huitou.offer.actions import checks, publishing
from huitou.offer.reads import checks as reads
from huitou.offer.store import checks as store
from tests.conftest import Brand, Clock, Read, Write, make_brand
from tests.rooms.benefit.coupon_world import publish as publish_template
from tests.rooms.benefit.test_approvals import as_staff
from tests.rooms.offer.cart_world import off, offer

Send = Callable[[Sequence[dict[str, Any]]], Any]
Drain = Callable[[], None]
HALF = {"kind": "price", "pay_bp": 5_000}
PRODUCTS: tuple[tuple[str, int, dict[str, int]], ...] = (
    ("milk", 2_000, {"cost_fen": 900, "floor_fen": 1_250}),
    ("bread", 1_000, {"cost_fen": 300}),
    ("cake", 8_000, {}),
)


@pytest.fixture(autouse=True)
def products(client: TestClient) -> None:
    body = [
        {"sku": sku, "name": f"商品{sku}", "category": "food", "price_fen": fen, **fields}
        for sku, fen, fields in PRODUCTS
    ]
    assert client.post("/v1/products", json={"products": body}).status_code == 200


def sold(clock: Clock, number: int, sku: str, pieces: int, fen: int, **fields: Any) -> Any:
    """An order some days ago, of a customer of its own unless `card` is told."""
    card = fields.get("card", f"8{number:06d}")
    return {
        "id": f"o-{number}",
        "type": "order.paid",
        "source": "pos",
        "unit": fields.get("unit", "store-0401"),
        "occurred_at": (clock.now - timedelta(days=fields.get("days", 1 + number % 20))).isoformat(),
        "identifiers": [{"kind": "card", "scope": "default", "value": card}],
        "properties": {
            "order_no": f"N{number}",
            "lines": [
                {
                    "line_no": 1, "sku": sku, "quantity": pieces * 1_000,
                    "list_fen": fen * pieces, "paid_fen": fen * pieces,
                }
            ],
            "paid_fen": fen * pieces,
            "shipping_fen": 0,
        },
    }  # fmt: skip


def draft(client: TestClient, terms: dict[str, Any], **fields: Any) -> str:
    added = client.post("/v1/offers", json={"name": "草稿", "terms": terms, **fields})
    assert added.status_code == 201, added.text
    id_: str = added.json()["id"]
    return id_


def start(client: TestClient, id_: str, **fields: Any) -> dict[str, Any]:
    answer = client.post(f"/v1/offers/{id_}/check", json={"version": 1, **fields})
    assert answer.status_code == 202, answer.text
    begun: dict[str, Any] = answer.json()
    return begun


def done(client: TestClient, drain: Drain, id_: str, **fields: Any) -> dict[str, Any]:
    start(client, id_, **fields)
    drain()
    checked: dict[str, Any] = client.get(f"/v1/offers/{id_}/check").json()
    assert checked["state"] == "done"
    assert checked["done"] == checked["total"]
    return checked


def test_past_orders_are_bought_again_with_and_without(
    client: TestClient, clock: Clock, send: Send, drain: Drain
) -> None:
    send(
        [
            sold(clock, 1, "milk", 3, 2_000),
            sold(clock, 2, "cake", 1, 8_000, unit="store-0412"),
            sold(clock, 3, "bread", 2, 1_000),
            sold(clock, 4, "cake", 2, 8_000, days=40),
            sold(clock, 5, "milk", 600, 2_000),
        ]
    )
    drain()
    offer(client, "面包半价", HALF | {"goods": {"skus": ["bread"]}})
    id_ = draft(client, off(5_000, 1_000))
    checked = done(client, drain, id_)
    assert (checked["order_count"], checked["cart_count"]) == (4, 4)
    replay = checked["replay"]
    assert (replay["orders"], replay["left_out"], replay["touched"]) == (3, 1, 2)
    assert (replay["real_fen"], replay["before_fen"]) == (16_000, 15_000)
    assert (replay["after_fen"], replay["cost_fen"], replay["average_fen"]) == (
        13_000,
        2_000,
        -1_000,
    )
    assert replay["proven"] == 3
    assert {unit["code"]: unit["orders"] for unit in replay["units"]} == {
        "store-0401": 2,
        "store-0412": 1,
    }
    assert [each["more_fen"] for each in replay["less"]] == [-1_000, -1_000]
    assert replay["more"] == []
    exposure = checked["exposure"]
    assert exposure["days"] == 30
    assert exposure["low_fen"] <= exposure["expected_fen"] <= exposure["high_fen"]
    assert {each["code"] for each in checked["findings"]} >= {
        "conflict_together",
        "exposure",
        "replay",
    }
    answer = client.get(f"/v1/offers/{id_}/check.csv")
    lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert {line["order_no"]: line["more_fen"] for line in lines} == {
        "N1": "-1000", "N2": "-1000", "N3": "0", "N5": "",
    }  # fmt: skip
    assert {line["state"] for line in lines} == {"compared", "left_out"}


def test_conflicts_name_what_holds_at_once_and_how_they_go_together(
    client: TestClient, write: Write, drain: Drain, clock: Clock
) -> None:
    same = offer(client, "另一满减", off(1_000, 100))
    half = offer(client, "半价", HALF | {"goods": {"skus": ["bread"]}})
    offer(client, "西区满减", off(1_000, 100, group="west"), units=["region-2"])
    offer(client, "线上满减", off(1_000, 100), channels=["online"])
    ended = (clock.now - timedelta(days=1)).isoformat()
    offer(client, "已过期", off(1_000, 100), when={"until_at": ended})
    with write() as tx:
        coupon = publish_template(tx)
    id_ = draft(client, off(5_000, 1_000), units=["region-1"])
    met = {each["id"]: each for each in done(client, drain, id_)["conflicts"]}
    assert {each: met[each]["relation"] for each in met} == {
        same: "exclusive",
        half: "together",
        f"coupon:{coupon.id}": "together",
    }
    assert met[half]["sku"] == "bread"
    assert "先算「半价」" in met[half]["zh"]


def test_prices_below_the_floor_are_found_with_the_cart_that_gets_there(
    client: TestClient, drain: Drain
) -> None:
    offer(client, "满 40 减 6", off(4_000, 600, group="shop"))
    id_ = draft(client, {"kind": "price", "pay_bp": 7_000}, limits={"budget_fen": 1_000})
    checked = done(client, drain, id_)
    low = {each["sku"]: each for each in checked["prices"]}
    assert (low["milk"]["problem"], low["milk"]["pieces"]) == ("floor", 1)
    assert (low["milk"]["paid_fen"], low["milk"]["piece_fen"]) == (1_200, 1_200)
    assert [step["name"] for step in low["milk"]["steps"]] == ["草稿", "满 40 减 6"]
    assert low["cake"]["problem"] is None
    assert checked["products_looked_at"] == checked["product_count"] == 3
    assert checked["findings"][0]["severity"] == "block"
    assert checked["findings"][0]["code"] == "price_floor"


def test_all_for_nothing_is_found(client: TestClient, write: Write, drain: Drain) -> None:
    offer(client, "半价", HALF)
    id_ = draft(client, off(500, 500, repeats=True))
    checked = done(client, drain, id_)
    assert {each["sku"]: each["problem"] for each in checked["prices"]}["bread"] == "free"
    assert checked["findings"][0]["code"] == "price_free"


def test_a_sample_of_whole_customers_says_so(
    client: TestClient, clock: Clock, send: Send, drain: Drain
) -> None:
    send(
        [sold(clock, n, "cake", 1, 8_000, card=f"8{n // 2:06d}", days=2 + n % 2) for n in range(40)]
    )
    drain()
    limits = {"customer_orders": 1, "budget_fen": 500_000}
    id_ = draft(client, off(5_000, 1_000), limits=limits)
    checked = done(client, drain, id_, carts_max=20)
    assert (checked["order_count"], checked["cart_count"]) == (40, 20)
    # Two orders of each of ten customers; the offer is for one of the two.
    assert checked["replay"]["used"] == 10
    assert checked["exposure"]["expected_fen"] == 20_000
    assert str(checked["seed"]) in checked["notes"][0]["zh"]
    whole = done(client, drain, id_, carts_max=40)
    assert whole["replay"]["used"] == 20
    assert whole["id"] != checked["id"]


def test_coupons_that_orders_used_are_used_again(
    client: TestClient,
    clock: Clock,
    send: Send,
    drain: Drain,
    write: Write,
    db: Database,
    brand: Brand,
) -> None:
    send([sold(clock, 1, "cake", 2, 8_000)])
    drain()
    who = client.get("/v1/customers", params={"identifier": "card:8000001@default"}).json()["id"]
    with write() as tx:
        template = publish_template(tx)
        coupons.issue(tx, template.id, [UUID(who)], key="given")
    [pack] = client.get(f"/v1/customers/{who}/coupons").json()
    with write() as tx:
        redeeming.redeem(tx, Presented(pack["code"], "store-0401", "k", "N1"))
    id_ = draft(client, off(5_000, 1_000))
    replay = done(client, drain, id_)["replay"]
    assert (replay["before_fen"], replay["after_fen"]) == (15_000, 14_000)


def test_a_check_goes_on_after_a_crash_and_keeps_nothing_twice(
    client: TestClient, clock: Clock, send: Send, drain: Drain, write: Write, read: Read
) -> None:
    send([sold(clock, n, "cake", 1, 8_000) for n in range(60)])
    drain()
    id_ = draft(client, off(5_000, 1_000))
    begun = start(client, id_)
    assert start(client, id_)["id"] == begun["id"]
    check_id = UUID(begun["id"])
    with write() as tx:
        block = checks.claim(tx, check_id)
        twin = checks.claim(tx, check_id)
    assert block is not None
    assert twin is not None
    with write() as tx:
        assert checks.settle(tx, block, checks.work_out(block, monotonic))
    with write() as tx:
        assert not checks.settle(tx, twin, checks.work_out(twin, monotonic))
    assert client.get(f"/v1/offers/{id_}/check").json()["done"] == 3
    with write() as tx:
        carts = checks.claim(tx, check_id)
    assert carts is not None
    worked = checks.work_out(carts, monotonic)
    # The worker dies here: what it worked out is lost, and worked out again.
    drain()
    checked = client.get(f"/v1/offers/{id_}/check").json()
    assert (checked["state"], checked["replay"]["used"]) == ("done", 60)
    with write() as tx:
        assert not checks.settle(tx, carts, worked)
    with read() as tx:
        check = reads.get_latest(tx, UUID(id_))
        assert (
            sum(each.cost_fen for each in store.list_carts(tx, check.id, is_scoped=False)) == 60_000
        )


def test_a_cancelled_check_keeps_nothing_more(
    client: TestClient, clock: Clock, send: Send, drain: Drain, write: Write
) -> None:
    send([sold(clock, n, "cake", 1, 8_000) for n in range(5)])
    drain()
    id_ = draft(client, off(5_000, 1_000))
    check_id = UUID(start(client, id_)["id"])
    with write() as tx:
        block = checks.claim(tx, check_id)
    assert block is not None
    assert client.post(f"/v1/offers/{id_}/check/cancel").json()["state"] == "cancelled"
    again = client.post(f"/v1/offers/{id_}/check/cancel")
    assert (again.status_code, again.json()["code"]) == (409, "offer.check_over")
    with write() as tx:
        assert not checks.settle(tx, block, checks.work_out(block, monotonic))
        assert checks.claim(tx, check_id) is None
    drain()
    left = client.get(f"/v1/offers/{id_}/check").json()
    assert (left["state"], left["replay"]["orders"], left["exposure"]) == ("cancelled", 0, None)
    assert start(client, id_)["id"] != str(check_id)


def test_another_version_is_another_check(client: TestClient, drain: Drain) -> None:
    id_ = draft(client, off(5_000, 1_000))
    first = start(client, id_)
    body = {"name": "草稿", "terms": off(5_000, 900)}
    client.put(f"/v1/offers/{id_}", json={"version": 1, "document": body})
    stale = client.post(f"/v1/offers/{id_}/check", json={"version": 1})
    assert stale.json()["code"] == "offer.changed"
    second = done(client, drain, id_, version=2)
    assert second["is_current"]
    former = client.get(f"/v1/offers/{id_}/check", params={"version": 1}).json()
    assert (former["id"], former["state"], former["is_current"]) == (
        first["id"],
        "cancelled",
        False,
    )
    offer(client, "后来的", off(1_000, 1))
    assert not client.get(f"/v1/offers/{id_}/check").json()["is_current"]


def test_what_is_replaced_may_make_orders_dearer(
    client: TestClient, clock: Clock, send: Send, drain: Drain
) -> None:
    send([sold(clock, 1, "cake", 1, 8_000)])
    drain()
    id_ = offer(client, "满减", off(5_000, 1_000))
    body = {"name": "满减", "terms": off(5_000, 400)}
    client.put(f"/v1/offers/{id_}", json={"version": 1, "document": body})
    replay = done(client, drain, id_, version=2)["replay"]
    assert (replay["before_fen"], replay["after_fen"]) == (7_000, 7_600)
    assert [each["more_fen"] for each in replay["more"]] == [600]


def test_merchants_and_units_see_their_own(
    client: TestClient,
    clock: Clock,
    send: Send,
    drain: Drain,
    db: Database,
    brand: Brand,
    read: Read,
) -> None:
    send([sold(clock, 1, "cake", 1, 8_000), sold(clock, 2, "cake", 1, 8_000, unit="store-0412")])
    drain()
    id_ = draft(client, off(5_000, 1_000))
    done(client, drain, id_)
    with read(Scope(brand.units["region-1"].path)) as tx:
        seen = reads.shown(tx, reads.get_latest(tx, UUID(id_)))
        assert [unit.code for unit in seen.replay.units] == ["store-0401"]
        assert seen.exposure is None
    other = make_brand(db, "另一品牌")
    headers = {"Authorization": f"Bearer {other.key}"}
    with TestClient(create_app(db), headers=headers) as http:
        for path in ("check", "check.csv"):
            assert http.get(f"/v1/offers/{id_}/{path}").status_code == 404
        assert http.post(f"/v1/offers/{id_}/check", json={"version": 1}).status_code == 404
    manager = as_staff(db, brand, client, "manager-0401")
    assert client.get(f"/v1/offers/{id_}/check", headers=manager).status_code == 403
    assert client.get(f"/v1/offers/{uuid4()}/check").json()["code"] == "offer.not_found"
    unchecked = draft(client, off(5_000, 1_000))
    assert client.get(f"/v1/offers/{unchecked}/check").json()["code"] == "offer.no_check"


def publish(client: TestClient, id_: str, version: int = 1, **options: Any) -> dict[str, Any]:
    answer = client.post(f"/v1/offers/{id_}/publish", json={"version": version}, **options)
    assert answer.status_code == 200, answer.text
    published: dict[str, Any] = answer.json()
    return published


def test_what_may_cost_much_is_published_by_two(
    client: TestClient, db: Database, brand: Brand, read: Read
) -> None:
    id_ = draft(client, off(5_000, 1_000), limits={"budget_fen": 1_000_001})
    asked = publish(client, id_)
    assert (asked["state"], asked["in_force"]) == ("draft", None)
    assert "预算" in asked["waiting"]["why"][0]["zh"]
    assert publish(client, id_)["waiting"] == asked["waiting"]
    path = f"/v1/approvals/{asked['waiting']['approval_id']}"
    waiting = client.get("/v1/approvals", params={"state": "open"}).json()["items"]
    assert [(each["kind"], each["body"]["offer"]) for each in waiting] == [("offer", id_)]
    assert client.post(f"{path}/approve").json()["code"] == "approval.same_person"
    boss = as_staff(db, brand, client, "hq-1")
    assert client.post(f"{path}/approve", headers=boss).status_code == 200
    shown = client.get(f"/v1/offers/{id_}").json()
    assert (shown["state"], shown["in_force"], shown["waiting"]) == ("published", 1, None)
    with read() as tx:
        verbs = [line.verb for line in audit.list_lines(tx, Asked()).items]
    assert {"approval.asked", "approval.approved", "offer.published"} <= set(verbs)
    client.post(f"/v1/offers/{id_}/pause")
    assert publish(client, id_)["state"] == "published"


def test_refused_and_changed_offers_wait_no_more(
    client: TestClient, db: Database, brand: Brand
) -> None:
    boss = as_staff(db, brand, client, "hq-1")
    id_ = draft(client, off(5_000, 1_000))
    first = publish(client, id_)["waiting"]["approval_id"]
    refused = client.post(f"/v1/approvals/{first}/refuse", json={"reason": "太便宜"}, headers=boss)
    assert refused.json()["state"] == "refused"
    assert client.get(f"/v1/offers/{id_}").json()["waiting"] is None
    second = publish(client, id_)["waiting"]["approval_id"]
    body = {"name": "草稿", "terms": off(5_000, 900), "limits": {"budget_fen": 1_000}}
    edited = client.put(f"/v1/offers/{id_}", json={"version": 1, "document": body}).json()
    assert edited["waiting"] is None
    over = client.post(f"/v1/approvals/{second}/approve", headers=boss)
    assert over.json()["code"] == "approval.decided"
    assert publish(client, id_, 2)["state"] == "published"


def test_a_check_lets_one_person_publish_unless_prices_go_too_low(
    client: TestClient, clock: Clock, send: Send, drain: Drain
) -> None:
    send([sold(clock, n, "cake", 1, 8_000) for n in range(5)])
    drain()
    id_ = draft(client, off(5_000, 1_000))
    assert publish(client, id_)["waiting"] is not None
    client.post(f"/v1/offers/{id_}/end")
    sound = draft(client, off(8_000, 100))
    assert done(client, drain, sound)["takes_two"] == []
    assert publish(client, sound)["state"] == "published"
    cheap = draft(client, HALF, limits={"budget_fen": 1_000})
    assert done(client, drain, cheap)["takes_two"] != []
    assert publish(client, cheap)["waiting"] is not None
    clock.move(days=8)
    old = draft(client, off(8_000, 100, group="shop"))
    done(client, drain, old)
    clock.move(days=8)
    assert "没有检查" in publish(client, old)["waiting"]["why"][0]["zh"]


def test_deciding_an_offer_takes_the_permission_to_publish(
    client: TestClient, write: Write, db: Database, brand: Brand
) -> None:
    id_ = draft(client, off(5_000, 1_000))
    asked = publish(client, id_)["waiting"]["approval_id"]
    with write() as tx:
        key = merchants.add_key(tx, "finance", ["benefit.read", "benefit.approve"]).secret
    headers = {"Authorization": f"Bearer {key}"}
    denied = client.post(f"/v1/approvals/{asked}/approve", headers=headers)
    assert (denied.status_code, denied.json()["params"]["permission"]) == (403, "offer.publish")
    denied = client.post(f"/v1/approvals/{asked}/refuse", json={"reason": "x"}, headers=headers)
    assert denied.status_code == 403


def test_what_lapses_waits_no_more(
    client: TestClient, clock: Clock, drain: Drain, write: Write
) -> None:
    id_ = draft(client, off(5_000, 1_000))
    publish(client, id_)
    clock.move(days=31)
    with write() as tx:
        assert approvals.lapse(tx) == 1
    assert client.get(f"/v1/offers/{id_}").json()["waiting"] is None
    with write() as tx:
        again = publishing.publish(tx, UUID(id_), version=1)
    assert again.approval_id is not None
