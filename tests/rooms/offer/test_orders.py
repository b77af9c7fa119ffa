"""What orders cost is kept and replays; limits and budgets are exact, whatever comes together or twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.base.db import Database
from huitou.benefit.actions import coupons
from huitou.identity import actions as identity
from huitou.offer.actions import orders
from huitou.offer.rules import proofs
from huitou.offer.store import orders as store
from huitou.profile import reads as profile
from tests.conftest import Brand, Clock, Read, Write, make_brand
from tests.rooms.benefit.coupon_world import broken, make_customers
from tests.rooms.benefit.coupon_world import publish as publish_template
from tests.rooms.offer.cart_world import best, cart, off, offer, why

URL = "/v1/offers/orders"
HALF = {"kind": "price", "pay_bp": 5_000}


@pytest.fixture
def customer(db: Database, brand: Brand) -> UUID:
    return make_customers(db, brand.merchant.id, 1)[0]


def order(client: TestClient, body: dict[str, Any], order_no: str, **fields: Any) -> dict[str, Any]:
    """The body that places a cart as is best."""
    decision = best(client, body)["decision"]
    left = {name: value for name, value in body.items() if name != "budget_ms"}
    return left | {"order_no": order_no, "decision": decision} | fields


def place(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.put(URL, json=body)
    assert answer.status_code == 200, answer.text
    placed: dict[str, Any] = answer.json()
    return placed


def at_once(db: Database, brand: Brand, bodies: list[dict[str, Any]]) -> list[Any]:
    """The answers to orders that are placed in one moment."""
    headers = {"Authorization": f"Bearer {brand.key}"}
    with (
        TestClient(create_app(db), headers=headers) as http,
        ThreadPoolExecutor(len(bodies)) as pool,
    ):
        return list(pool.map(lambda body: http.put(URL, json=body), bodies))


def of(order_no: str) -> dict[str, str]:
    return {"unit": "store-0401", "order_no": order_no}


def tally(client: TestClient, id_: str) -> tuple[int, int]:
    shown = client.get(f"/v1/offers/{id_}").json()
    return shown["orders"], shown["cost_fen"]


def test_an_order_keeps_its_proof_and_replays_whatever_changes(client: TestClient) -> None:
    funding = [{"party": "headquarters", "share_bp": 3_333}, {"party": "store", "share_bp": 6_667}]
    full = offer(client, "满减", off(30_000, 5_000), funding=funding, refund_policy="recompute")
    body = order(client, cart(("A", 3, 12_000), shipping_fen=600), "O-1", payable_fen=31_600)
    placed = place(client, body)
    assert (placed["is_new"], placed["state"], placed["payable_fen"]) == (True, "placed", 31_600)
    [use] = placed["uses"]
    assert use == {
        "offer_id": full,
        "version": 1,
        "pieces": 0,
        "cost_fen": 5_000,
        "refund_policy": "recompute",
        "funding": [{"party": "headquarters", "fen": 1_667}, {"party": "store", "fen": 3_333}],
    }
    assert tally(client, full) == (1, 5_000)
    # The offer becomes another one, and ends: the order stays what it was.
    document = {"name": "小满减", "terms": off(30_000, 100)}
    client.put(f"/v1/offers/{full}", json={"version": 1, "document": document})
    client.post(f"/v1/offers/{full}/publish", json={"version": 2})
    client.post(f"/v1/offers/{full}/end")
    assert place(client, body) == placed | {"is_new": False}
    assert client.get(URL, params=of("O-1")).json() == placed | {"is_new": False}
    assert tally(client, full) == (1, 5_000)
    replayed = client.post(f"{URL}/replay", json=of("O-1")).json()
    assert replayed["is_same"]
    assert (replayed["payable_fen"], replayed["kept_payable_fen"]) == (31_600, 31_600)
    assert replayed["rules_hash"] == replayed["kept_rules_hash"] == placed["rules_hash"]


def test_what_is_kept_opens_to_the_same(client: TestClient, read: Read, brand: Brand) -> None:
    tier = {"at_least": 3_000, "gifts": [{"sku": "G", "worth_fen": 300}], "free_shipping": True}
    offer(client, "满赠", {"kind": "activity", "tiers": [tier]}, tags=["gift-day"])
    offer(client, "秒杀", {"kind": "price", "prices_fen": {"A": 900, "B": 1_900}})
    offer(client, "买二赠一", {"kind": "buy_get", "buy": 2, "get_goods": {"skus": ["B"]}})
    offer(client, "换购", {"kind": "add_on", "goods": {"skus": ["C"]}, "price_fen": 1})
    place(client, order(client, cart(("A", 4, 2_000), ("B", 2, 2_500), ("C", 1, 500)), "O-2"))
    with read() as tx:
        kept = store.find_latest(tx, brand.units["store-0401"].id, "O-2")
    assert kept is not None
    found = proofs.opened(kept.document)
    assert proofs.kept(found.cart, found.rules, found.proof).items() <= kept.document.items()
    assert proofs.replayed(found) == found.proof
    assert proofs.hash_of(found.rules) == kept.rules_hash
    # A fen of difference is seen, of a price that is taken even when the search had little time.
    [price] = [
        one["terms"] for one in kept.document["rules"]["offers"] if one["terms"]["kind"] == "price"
    ]
    price["prices_fen"]["A"] += 1
    other = proofs.opened(kept.document)
    assert proofs.replayed(other) != other.proof
    assert proofs.hash_of(other.rules) != kept.rules_hash


def test_an_order_that_comes_twice_in_one_moment_is_placed_once(
    db: Database, client: TestClient, brand: Brand
) -> None:
    id_ = offer(client, "半价", HALF)
    body = order(client, cart(("A", 1, 1_000)), "O-7")
    answers = [answer.json() for answer in at_once(db, brand, [body] * 4)]
    assert sorted(answer["is_new"] for answer in answers) == [False] * 3 + [True]
    assert len({answer["id"] for answer in answers}) == 1
    assert tally(client, id_) == (1, 500)


def test_all_orders_are_looked_at_again(client: TestClient, db: Database) -> None:
    id_ = offer(client, "半价", HALF)
    for n in range(3):
        place(client, order(client, cart(("A", n + 1, 1_000)), f"K-{n}"))
    client.post(f"{URL}/cancel", json=of("K-0"))
    first = client.get(f"{URL}/check?limit=2").json()
    assert (first["orders"], first["faults"]) == (2, [])
    rest = client.get(f"{URL}/check?limit=2&cursor={first['next']}").json()
    assert rest == {"orders": 1, "faults": [], "next": None}
    with db.owner() as owner:
        owner.execute("UPDATE offer.tally SET cost_fen = cost_fen + 7 WHERE offer_id = %s", [id_])
        owner.execute(
            "UPDATE offer.proof SET document = jsonb_set(document, '{cart,shipping_fen}', '9')"
            " WHERE order_no = 'K-2'"
        )
    faults = client.get(f"{URL}/check").json()["faults"]
    assert [each["kind"] for each in faults] == ["tally", "replay"]
    assert faults[1]["found_fen"] - faults[1]["expected_fen"] == 9


def test_another_body_for_the_order_is_refused(client: TestClient) -> None:
    body = order(client, cart(("A", 1, 1_000)), "O-3")
    place(client, body)
    other = client.put(URL, json=body | {"shipping_fen": 100})
    assert (other.status_code, other.json()["code"]) == (409, "offer.other_order")
    elsewhere = place(client, body | {"unit": "store-0402"})
    assert elsewhere["is_new"]
    nothing = client.get(URL, params=of("O-99"))
    assert (nothing.status_code, nothing.json()["code"]) == (404, "offer.no_order")


def test_the_price_that_was_told_is_the_price(client: TestClient) -> None:
    id_ = offer(client, "半价", HALF)
    body = order(client, cart(("A", 1, 1_000)), "O-4", payable_fen=499)
    changed = client.put(URL, json=body)
    assert (changed.status_code, changed.json()["code"]) == (409, "offer.price_changed")
    assert changed.json()["params"] == {"payable_fen": "500"}
    assert tally(client, id_) == (0, 0)
    client.post(f"/v1/offers/{id_}/end")
    ended = client.put(URL, json=body | {"payable_fen": 500})
    assert (ended.status_code, ended.json()["code"]) == (422, "offer.not_usable")
    assert client.get(URL, params=of("O-4")).status_code == 404


def test_a_till_tells_an_order_of_today_later_but_not_of_last_week(
    client: TestClient, clock: Clock
) -> None:
    now = clock.now
    id_ = offer(client, "半价", HALF, when={"until_at": now.isoformat()})
    clock.move(hours=3)
    body = cart(("A", 1, 1_000), at=(now.replace(microsecond=0)).isoformat())
    placed = place(client, order(client, body, "O-5"))
    assert placed["payable_fen"] == (500 if now.microsecond else 1_000)
    assert tally(client, id_)[0] == (1 if now.microsecond else 0)
    clock.move(days=2)
    late = client.put(URL, json=order(client, body, "O-6"))
    assert (late.status_code, late.json()["code"]) == (422, "offer.bad_moment")


def test_a_budget_is_never_exceeded_by_orders_of_one_moment(
    db: Database, client: TestClient, brand: Brand
) -> None:
    fen = offer(client, "预算", HALF, limits={"budget_fen": 1_700})
    bodies = [order(client, cart(("A", 1, 1_000)), f"B-{n}") for n in range(6)]
    answers = at_once(db, brand, bodies)
    codes = sorted(answer.json().get("code", "placed") for answer in answers)
    assert codes == ["offer.budget_used"] * 3 + ["placed"] * 3
    assert tally(client, fen) == (3, 1_500)
    # What is left is too little for the whole, and the best way does without.
    told = best(client, cart(("A", 1, 1_000)))
    assert (told["payable_fen"], why(told)) == (1_000, {fen: "budget_empty"})
    small = best(client, cart(("A", 1, 400)))
    assert small["payable_fen"] == 200


def test_limits_of_a_customer_hold_for_orders_of_one_moment(
    db: Database, client: TestClient, brand: Brand, customer: UUID
) -> None:
    once = offer(client, "限一单", off(0, 100), limits={"customer_orders": 1})
    body = cart(("A", 1, 1_000), customer=str(customer))
    bodies = [order(client, body, f"L-{n}") for n in range(4)]
    answers = at_once(db, brand, bodies)
    assert sorted(answer.status_code for answer in answers) == [200, 422, 422, 422]
    assert {answer.json().get("params", {}).get("why") for answer in answers} == {
        None,
        "limit_reached",
    }
    assert why(best(client, body)) == {once: "limit_reached"}
    assert why(best(client, cart(("A", 1, 1_000)))) == {once: "needs_customer"}


def test_pieces_of_a_customer_are_counted(client: TestClient, customer: UUID) -> None:
    flash = offer(client, "限两件", HALF | {"limit": 2}, limits={"customer_units": 3})
    pair = offer(
        client,
        "两件一元",
        {"kind": "bundle", "count": 2, "price_fen": 100, "goods": {"skus": ["B"]}},
        limits={"customer_units": 5},
    )
    body = cart(("A", 5, 1_000), ("B", 6, 1_000), customer=str(customer))
    first = place(client, order(client, body, "P-1"))
    assert {use["offer_id"]: use["pieces"] for use in first["uses"]} == {flash: 2, pair: 4}
    second = place(client, order(client, body, "P-2"))
    assert {use["offer_id"]: use["pieces"] for use in second["uses"]} == {flash: 1}
    assert why(best(client, body)) == {flash: "limit_reached", pair: "limit_reached"}


def test_cancelling_gives_back_once_and_the_order_may_be_placed_anew(
    client: TestClient, customer: UUID
) -> None:
    id_ = offer(client, "限一单", off(0, 100), limits={"customer_orders": 1, "budget_orders": 1})
    body = order(client, cart(("A", 1, 1_000), customer=str(customer)), "C-1")
    place(client, body)
    for _ in range(2):
        cancelled = client.post(f"{URL}/cancel", json=of("C-1"))
        assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
        assert tally(client, id_) == (0, 0)
    again = place(client, body)
    assert (again["is_new"], again["state"]) == (True, "placed")
    assert tally(client, id_) == (1, 100)
    assert client.get(URL, params=of("C-1")).json()["id"] == again["id"]
    nothing = client.post(f"{URL}/cancel", json=of("C-9"))
    assert (nothing.status_code, nothing.json()["code"]) == (404, "offer.no_order")


def test_an_order_holds_its_coupons_until_it_is_cancelled(
    client: TestClient, write: Write, customer: UUID, db: Database, brand: Brand
) -> None:
    with write() as tx:
        coupons.issue(tx, publish_template(tx).id, [customer], key="given")
    [code] = [each["code"] for each in client.get(f"/v1/customers/{customer}/coupons").json()]
    body = cart(("A", 1, 12_000), customer=str(customer))
    held = order(client, body, "H-1", hold_minutes=30)
    assert place(client, held)["payable_fen"] == 11_000
    assert why(best(client, body)) == {code: "frozen"}
    other = client.put(URL, json=held | {"order_no": "H-2"})
    assert other.json()["params"]["why"] == "frozen"
    client.post(f"{URL}/cancel", json=of("H-1"))
    assert best(client, body)["decision"]["coupons"] == [code]
    place(client, held)
    client.post("/v1/coupons/capture", json=of("H-1"))
    assert place(client, held)["is_new"] is False
    assert broken(db, brand.merchant.id) == []


def test_a_refused_hold_keeps_nothing(client: TestClient, write: Write, customer: UUID) -> None:
    id_ = offer(client, "半价", HALF)
    with write() as tx:
        template = publish_template(tx)
        coupons.issue(tx, template.id, [customer], key="given")
    body = order(client, cart(("A", 1, 24_000), customer=str(customer)), "R-1", hold_minutes=30)
    client.post(
        "/v1/coupons/redeem",
        json={"text": body["decision"]["coupons"][0], "unit": "store-0401", "order_no": "other"},
    )
    assert client.put(URL, json=body).json()["code"] == "offer.not_usable"
    assert client.get(URL, params=of("R-1")).status_code == 404
    assert tally(client, id_) == (0, 0)


def test_limits_count_over_the_merged_and_a_split_takes_that_back(
    client: TestClient, db: Database, brand: Brand, write: Write, drain: Callable[[], None]
) -> None:
    one, other = make_customers(db, brand.merchant.id, 2)
    id_ = offer(client, "限一单", off(0, 100), limits={"customer_orders": 1})
    place(client, order(client, cart(("A", 1, 1_000), customer=str(other)), "M-1"))
    assert best(client, cart(("A", 1, 1_000), customer=str(one)))["payable_fen"] == 900
    client.post(f"/v1/customers/{one}/merge", json={"other": str(other)})
    drain()
    for each in (one, other):
        told = best(client, cart(("A", 1, 1_000), customer=str(each)))
        assert why(told) == {id_: "limit_reached"}
    split = client.post(
        f"/v1/customers/{one}/split", json={"identifiers": ["card:c0000001@default"]}
    )
    assert split.status_code == 200, split.text
    drain()
    assert best(client, cart(("A", 1, 1_000), customer=str(one)))["payable_fen"] == 900


def paid(order_no: str) -> dict[str, Any]:
    """The event of a till."""
    line = {"line_no": 1, "sku": "A", "quantity": 1000, "list_fen": 1_000, "paid_fen": 500}
    return {
        "id": f"e-{order_no}",
        "type": "order.paid",
        "occurred_at": "2026-11-28T10:00:00+08:00",
        "source": "pos",
        "unit": "store-0401",
        "identifiers": [],
        "properties": {"order_no": order_no, "lines": [line], "paid_fen": 500, "shipping_fen": 0},
    }


def test_what_is_paid_stays_and_what_is_not_is_given_up(
    client: TestClient,
    send: Callable[[Any], Any],
    write: Write,
    drain: Callable[[], None],
    clock: Clock,
) -> None:
    id_ = offer(client, "半价", HALF, limits={"budget_orders": 10})
    bodies = {no: order(client, cart(("A", 1, 1_000)), no) for no in ("U-1", "U-2", "U-3", "U-4")}
    send([paid("U-1")])
    drain()
    assert place(client, bodies["U-1"])["state"] == "paid"  # its event came first
    for no in ("U-2", "U-3"):
        assert place(client, bodies[no])["state"] == "placed"
    send([paid("U-2")])
    drain()
    assert place(client, bodies["U-2"])["state"] == "paid"
    refused = client.post(f"{URL}/cancel", json=of("U-2"))
    assert (refused.status_code, refused.json()["code"]) == (409, "offer.order_paid")
    clock.move(days=6)
    place(client, bodies["U-4"])
    with write() as tx:
        orders.lapse(tx)
    assert tally(client, id_) == (4, 2_000)
    clock.move(days=2)
    with write() as tx:
        assert orders.lapse(tx) is False
    states = {no: client.get(URL, params=of(no)).json()["state"] for no in bodies}
    assert states == {"U-1": "paid", "U-2": "paid", "U-3": "cancelled", "U-4": "placed"}
    assert tally(client, id_) == (3, 1_500)


def returned(order_no: str, refund_no: str, pieces: int, fen: int) -> dict[str, Any]:
    """The event of pieces of `paid` that came back."""
    line = {"line_no": 1, "quantity": pieces * 1000, "refund_fen": fen}
    return {
        "id": f"r-{order_no}-{refund_no}",
        "type": "order.refunded",
        "occurred_at": "2026-11-28T11:00:00+08:00",
        "source": "pos",
        "unit": "store-0401",
        "identifiers": [],
        "properties": {
            "order_no": order_no,
            "refund_no": refund_no,
            "lines": [line],
            "refund_fen": fen,
        },
    }


def test_an_order_that_comes_back_whole_gives_back_once(
    client: TestClient,
    send: Callable[[Any], Any],
    write: Write,
    drain: Callable[[], None],
) -> None:
    id_ = offer(client, "半价", HALF, limits={"budget_orders": 10})
    both = {"line_no": 1, "sku": "A", "quantity": 2000, "list_fen": 2_000, "paid_fen": 1_000}
    for no in ("B-1", "B-2"):
        place(client, order(client, cart(("A", 2, 1_000)), no))
        event = paid(no)
        event["properties"] |= {"lines": [both], "paid_fen": 1_000}
        send([event])
    send([returned("B-1", "1", 1, 500), returned("B-2", "1", 1, 500)])
    drain()
    assert tally(client, id_) == (2, 2_000)
    send([returned("B-1", "2", 1, 500)])
    drain()
    assert tally(client, id_) == (1, 1_000)
    with write() as tx:
        [order_id] = tx.column(
            'SELECT id FROM "order".purchase WHERE merchant_id = %(merchant)s AND order_no = %(no)s',
            {"no": "B-1"},
        )
        orders.take_returned(tx, [order_id])
    assert tally(client, id_) == (1, 1_000)
    assert client.get(f"{URL}/check").json()["faults"] == []
    # One whose events all came before it was placed.
    send([paid("B-3"), returned("B-3", "1", 1, 500)])
    drain()
    assert place(client, order(client, cart(("A", 1, 1_000)), "B-3"))["state"] == "paid"
    assert tally(client, id_) == (1, 1_000)


def test_a_forgotten_customer_is_named_nowhere_and_the_order_stays(
    client: TestClient, customer: UUID, write: Write, read: Read, drain: Callable[[], None]
) -> None:
    id_ = offer(client, "半价", HALF)
    placed = place(client, order(client, cart(("A", 1, 1_000), customer=str(customer)), "F-1"))
    assert placed["customer_id"] == str(customer)
    with read() as tx:
        exported = profile.export(tx, customer)["offer"]
    assert [(each["order_no"], each["payable_fen"]) for each in exported] == [("F-1", 500)]
    with write() as tx:
        identity.forget(tx, customer)
    drain()
    after = client.get(URL, params=of("F-1")).json()
    assert after == placed | {"customer_id": None, "is_new": False}
    assert client.post(f"{URL}/replay", json=of("F-1")).json()["is_same"]
    assert tally(client, id_) == (1, 500)


def test_another_merchant_and_another_region_see_no_order(db: Database, client: TestClient) -> None:
    place(client, order(client, cart(("A", 1, 1_000)), "X-1"))
    other = make_brand(db, "另一家")
    with TestClient(create_app(db), headers={"Authorization": f"Bearer {other.key}"}) as http:
        assert http.get(URL, params=of("X-1")).status_code == 404
        placed = place(http, order(http, cart(("A", 1, 1_000)), "X-1"))
        assert placed["is_new"]


def test_pieces_that_come_back_give_back_by_the_policy_of_then(client: TestClient) -> None:
    id_ = offer(client, "满减", off(30_000, 6_000), refund_policy="recompute")
    body = order(client, cart(("A", 1, 20_000), ("B", 1, 10_000), shipping_fen=700), "T-1")
    place(client, body)
    document = {"name": "满减", "terms": off(30_000, 6_000), "refund_policy": "as_apportioned"}
    client.put(f"/v1/offers/{id_}", json={"version": 1, "document": document})
    client.post(f"/v1/offers/{id_}/publish", json={"version": 2})
    now = [{"line_no": 2, "pieces": 1}]
    first = client.post(f"{URL}/refund", json=of("T-1") | {"now": now}).json()
    assert first == {
        "refund_fen": 4_000,
        "shipping_fen": 0,
        "lines": [{"line_no": 2, "pieces": 1, "fen": 4_000}],
        "kept_back": [
            {
                "id": id_,
                "fen": 4_000,
                "zh": "退后不再满足「满减」，扣回 40 元",
                "en": "What stays no longer reaches 满减: ¥40 are kept",
            }
        ],
        "coupons": [],
        "gifts": [],
        "is_last": False,
    }
    before = [{"line_no": 2, "pieces": 1, "fen": 4_000}]
    rest = of("T-1") | {"before": before, "now": [{"line_no": 1, "pieces": 1}]}
    last = client.post(f"{URL}/refund", json=rest).json()
    assert (last["refund_fen"], last["shipping_fen"], last["is_last"]) == (20_000, 700, True)
    more = client.post(f"{URL}/refund", json=of("T-1") | {"now": [{"line_no": 2, "pieces": 2}]})
    assert (more.status_code, more.json()["code"]) == (422, "offer.bad_return")


def test_priced_orders_of_a_customer_are_listed_page_by_page(
    client: TestClient, customer: UUID
) -> None:
    url = f"/v1/customers/{customer}/priced-orders"
    assert client.get(url).json() == {"items": [], "next": None}
    body = cart(("A", 1, 1_000), customer=str(customer))
    for no in ("L-1", "L-2", "L-3"):
        place(client, order(client, body, no))
    client.post(f"{URL}/cancel", json=of("L-2"))
    first = client.get(url, params={"limit": 2}).json()
    assert [(each["order_no"], each["state"], each["payable_fen"]) for each in first["items"]] == [
        ("L-3", "placed", 1_000),
        ("L-2", "cancelled", 1_000),
    ]
    rest = client.get(url, params={"limit": 2, "cursor": first["next"]}).json()
    assert ([each["order_no"] for each in rest["items"]], rest["next"]) == (["L-1"], None)
    assert client.get(url, params={"cursor": "x"}).status_code == 422
    unknown = "/v1/customers/00000000-0000-7000-8000-000000000001/priced-orders"
    assert client.get(unknown).status_code == 404
