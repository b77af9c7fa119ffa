"""What somebody may use somewhere, and why not the rest."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.base.db import Database
from huitou.benefit.actions import coupons
from tests.conftest import Brand, Clock, Write, make_brand
from tests.rooms.benefit.coupon_world import make_customers
from tests.rooms.benefit.coupon_world import publish as publish_template
from tests.rooms.benefit.tier_world import BY_SPEND, LADDER
from tests.rooms.benefit.tier_world import publish as publish_tiers
from tests.rooms.offer.cart_world import best, cart, off, offer, why

HALF = {"kind": "price", "pay_bp": 5_000}


@pytest.fixture
def customer(db: Database, brand: Brand) -> UUID:
    return make_customers(db, brand.merchant.id, 1)[0]


def give(write: Write, client: TestClient, customer: UUID, **fields: Any) -> str:
    """A new template's coupon for a customer; its code."""
    with write() as tx:
        template = publish_template(tx, **fields)
        coupons.issue(tx, template.id, [customer], key="given")
    pack = client.get(f"/v1/customers/{customer}/coupons").json()
    return str(next(each["code"] for each in pack if each["template_id"] == str(template.id)))


def test_each_offer_that_does_not_hold_says_why(
    client: TestClient, customer: UUID, clock: Clock
) -> None:
    now = clock.now
    before, after = now.replace(year=now.year - 1).isoformat(), now.replace(year=now.year + 1)
    fields: dict[str, dict[str, Any]] = {
        "not_started": {"when": {"from_at": after.isoformat()}},
        "not_here": {"units": ["region-2"]},
        "wrong_channel": {"channels": ["online"]},
        "audience": {"audience": {"bought": "old"}},
        "scope_empty": {"terms": HALF | {"goods": {"skus": ["other"]}}},
    }
    ids = {code: offer(client, code, **({"terms": HALF} | given)) for code, given in fields.items()}
    long_over = offer(client, "over", HALF, when={"until_at": before})
    # Tomorrow here may be today there.
    other_day = offer(
        client, "other day", HALF, when={"weekdays": [(now.isoweekday() + 1) % 7 + 1]}
    )
    told = best(client, cart(("A", 1, 1_000), customer=str(customer)))
    codes = why(told)
    assert {code: codes[id_] for code, id_ in ids.items()} == {code: code for code in ids}
    assert long_over not in codes
    assert codes[other_day] == "not_in_window"
    assert told["payable_fen"] == 1_000
    nobody = why(best(client, cart(("A", 1, 1_000))))
    assert nobody[ids["audience"]] == "needs_customer"


def test_days_and_hours_are_the_merchants(client: TestClient) -> None:
    id_ = offer(
        client,
        "周一上午",
        HALF,
        when={"weekdays": [1], "hours": {"from_minute": 600, "until_minute": 720}},
    )
    for at, holds in (
        ("2026-11-30T10:00:00+08:00", True),
        ("2026-11-30T03:59:00Z", True),
        ("2026-11-30T12:00:00+08:00", False),
        ("2026-12-01T10:00:00+08:00", False),
    ):
        told = best(client, cart(("A", 1, 1_000), at=at))
        assert (told["payable_fen"] == 500) == holds
        assert (why(told).get(id_) == "not_in_window") != holds


def test_a_members_day_comes_every_month(client: TestClient) -> None:
    id_ = offer(client, "会员日", HALF, when={"monthdays": [8, 31]})
    for at, holds in (
        ("2026-12-08T00:00:00+08:00", True),
        ("2026-12-07T16:00:00Z", True),
        ("2026-12-08T16:00:00Z", False),
        ("2026-12-31T12:00:00+08:00", True),
    ):
        told = best(client, cart(("A", 1, 1_000), at=at))
        assert (told["payable_fen"] == 500) == holds
        assert (why(told).get(id_) == "not_in_window") != holds


def test_a_new_customer_is_one_without_an_order(
    client: TestClient, customer: UUID, send: Any, drain: Any
) -> None:
    new = offer(client, "新客", HALF, audience={"bought": "new"})
    old = offer(client, "老客", HALF, audience={"bought": "old"})
    body = cart(("A", 1, 1_000), customer="card:c0000000@default")
    assert why(best(client, body)) == {old: "audience"}
    send(
        [
            {
                "id": "o-1",
                "type": "order.paid",
                "occurred_at": "2026-11-20T10:00:00+08:00",
                "source": "pos",
                "unit": "store-0401",
                "identifiers": [{"kind": "card", "value": "c0000000", "scope": "default"}],
                "properties": {
                    "order_no": "O-1",
                    "lines": [
                        {
                            "line_no": 1,
                            "sku": "A",
                            "quantity": 1000,
                            "list_fen": 500,
                            "paid_fen": 500,
                        }
                    ],
                    "paid_fen": 500,
                    "shipping_fen": 0,
                },
            }
        ]
    )
    drain()
    assert why(best(client, body)) == {new: "audience"}


def test_a_segment_is_an_audience(
    client: TestClient, db: Database, brand: Brand, drain: Any
) -> None:
    inside, outside = make_customers(db, brand.merchant.id, 2)
    assert client.post(f"/v1/customers/{inside}/tags", json={"add": ["vip"]}).status_code == 200
    rule = {"v": 1, "all": [{"kind": "tag", "name": "vip"}]}
    segment = client.post("/v1/segments", json={"name": "贵宾", "rule": rule}).json()["id"]
    drain()
    id_ = offer(client, "贵宾价", HALF, audience={"segments": [segment]})
    assert client.get(f"/v1/offers/{id_}").json()["sentence"]["zh"] == "限时价 5 折，限人群「贵宾」"
    assert best(client, cart(("A", 1, 1_000), customer=str(inside)))["payable_fen"] == 500
    assert why(best(client, cart(("A", 1, 1_000), customer=str(outside)))) == {id_: "audience"}


def test_a_tier_brings_its_price_and_free_shipping(
    client: TestClient, write: Write, customer: UUID, drain: Any
) -> None:
    base = LADDER[0] | {
        "privileges": [
            {"kind": "member_price", "rate_bp": 9_000},
            {"kind": "free_shipping"},
        ]
    }
    with write() as tx:
        publish_tiers(tx, BY_SPEND | {"tiers": [base, *LADDER[1:]]})
    drain()
    gold = offer(client, "金卡", HALF, audience={"tiers": ["gold"]})
    everyone = offer(client, "普卡", off(900, 100), audience={"tiers": ["base"]})
    told = best(client, cart(("A", 1, 1_000), customer=str(customer), shipping_fen=600))
    assert told["payable_fen"] == 800
    assert [step["zh"] for step in told["steps"]] == [
        "普卡会员价：减 1 元",
        "普卡：减 1 元",
    ]
    assert why(told) == {gold: "audience"}
    assert everyone in {step["id"] for step in told["steps"]}
    assert best(client, cart(("A", 1, 1_000), shipping_fen=600))["payable_fen"] == 1_600


def test_coupons_are_used_as_they_promise(client: TestClient, write: Write, customer: UUID) -> None:
    kinds: dict[str, dict[str, Any]] = {
        "reduction": {"kind": "full_reduction", "threshold_fen": 10_000, "off_fen": 1_500},
        "discount": {"kind": "discount", "pay_bp": 9_000, "cap_fen": 1_200},
        "exchange": {"kind": "exchange", "skus": ["B"], "pay_fen": 100, "worth_fen": 900},
        "product": {"kind": "product", "skus": ["B"], "off_fen": 300},
        "shipping": {"kind": "shipping", "off_fen": 400},
    }
    ids = {
        kind: give(write, client, customer, benefit=benefit, is_combinable=True)
        for kind, benefit in kinds.items()
    }
    body = cart(("A", 1, 12_000), ("B", 1, 900), customer=str(customer), shipping_fen=600)
    told = best(client, body)
    assert set(told["decision"]["coupons"]) == {ids["reduction"], ids["exchange"], ids["shipping"]}
    assert told["payable_fen"] == 12_000 - 1_500 + 100 + 600 - 400
    assert why(told) == {ids["discount"]: "excluded_by", ids["product"]: "excluded_by"}
    [discount] = [each for each in told["unused"] if each["id"] == ids["discount"]]
    assert discount["by"] == [ids["reduction"]]
    assert discount["zh"] == "不能与已用的「满百减十」同享"
    chosen = client.post("/v1/offers/price", json=body | {"coupons": [ids["discount"]]}).json()
    assert chosen["payable_fen"] == 12_000 - 1_200 + 900 + 600
    assert why(chosen)[ids["reduction"]] == "refused"


def test_a_coupon_that_is_used_alone_stays_alone(
    client: TestClient, write: Write, customer: UUID
) -> None:
    alone = give(write, client, customer, benefit={"kind": "full_reduction", "off_fen": 500})
    shipping = give(
        write, client, customer, benefit={"kind": "shipping", "off_fen": 400}, is_combinable=True
    )
    told = best(client, cart(("A", 1, 1_000), customer=str(customer), shipping_fen=600))
    assert told["decision"]["coupons"] == [alone]
    assert why(told) == {shipping: "excluded_by"}


def test_coupons_that_do_not_hold_say_why(client: TestClient, write: Write, customer: UUID) -> None:
    any_off = {"kind": "full_reduction", "off_fen": 500}
    ids = {
        "not_here": give(write, client, customer, benefit=any_off, units=["region-2"]),
        "not_started": give(
            write,
            client,
            customer,
            benefit=any_off,
            window={"kind": "relative", "days": 7, "after_days": 1},
        ),
        "threshold_short": give(write, client, customer),
        "scope_empty": give(write, client, customer, benefit=any_off, goods={"skus": ["Z"]}),
        "frozen": give(write, client, customer, benefit=any_off),
    }
    client.post(
        "/v1/coupons/freeze",
        json={"texts": [ids["frozen"]], "unit": "store-0401", "order_no": "other"},
    )
    told = best(client, cart(("A", 1, 8_800), customer=str(customer)))
    assert why(told) == {id_: code for code, id_ in ids.items()}
    [short] = [each for each in told["unused"] if each["code"] == "threshold_short"]
    assert (short["short_fen"], short["zh"], short["en"]) == (1_200, "还差 12 元", "¥12 short")


def test_of_coupons_that_are_the_same_the_first_to_end_is_used(
    client: TestClient, write: Write, customer: UUID, clock: Clock
) -> None:
    with write() as tx:
        template = publish_template(tx, per_customer=2)
        coupons.issue(tx, template.id, [customer], key="first")
    clock.move(hours=25)
    with write() as tx:
        coupons.issue(tx, template.id, [customer], key="second")
    first, second = (
        each["code"] for each in client.get(f"/v1/customers/{customer}/coupons").json()
    )
    told = best(client, cart(("A", 1, 12_000), customer=str(customer)))
    assert told["decision"]["coupons"] == [first]
    assert why(told) == {second: "twin"}
    pinned = best(client, cart(("A", 1, 12_000), customer=str(customer), pinned=[second]))
    assert pinned["decision"]["coupons"] == [second]


def test_coupons_of_whoever_was_merged_are_theirs(
    client: TestClient, write: Write, db: Database, brand: Brand, drain: Any
) -> None:
    one, other = make_customers(db, brand.merchant.id, 2)
    code = give(write, client, other)
    client.post(f"/v1/customers/{one}/merge", json={"other": str(other)})
    drain()
    told = best(client, cart(("A", 1, 12_000), customer=str(one)))
    assert told["decision"]["coupons"] == [code]


def test_another_merchants_offers_and_customers_are_not_there(
    client: TestClient, db: Database, customer: UUID
) -> None:
    offer(client, "半价", HALF)
    other = make_brand(db, "另一家")
    with TestClient(create_app(db), headers={"Authorization": f"Bearer {other.key}"}) as http:
        assert best(http, cart(("A", 1, 1_000)))["payable_fen"] == 1_000
        answer = http.post("/v1/offers/best", json=cart(("A", 1, 1_000), customer=str(customer)))
        assert (answer.status_code, answer.json()["code"]) == (404, "identity.no_such_customer")


def test_who_comes_through_an_associates_link_has_their_offer(
    client: TestClient, brand: Brand
) -> None:
    own = offer(client, "专属", HALF, audience={"by_promoter": True})
    assert client.get(f"/v1/offers/{own}").json()["sentence"] == {
        "zh": "限时价 5 折，限经导购专属链接购买",
        "en": "limited-time price: 50% off, only through an associate's own link",
    }
    body = cart(("A", 1, 1_000))
    assert why(best(client, body)) == {own: "needs_promoter"}
    staff = brand.staff["a-01"]
    for told in (staff.code, str(staff.id)):
        assert best(client, body | {"promoter": told})["payable_fen"] == 500
    for nobody in ("nobody", str(uuid4())):
        refused = client.post("/v1/offers/best", json=body | {"promoter": nobody})
        assert (refused.status_code, refused.json()["code"]) == (404, "merchant.no_staff")


def test_an_order_keeps_through_whom_it_came_and_replays(client: TestClient, brand: Brand) -> None:
    offer(client, "专属", HALF, audience={"by_promoter": True})
    staff = brand.staff["a-01"]
    body = cart(("A", 1, 1_000), promoter=staff.code)
    decision = best(client, body)["decision"]
    left = {name: value for name, value in body.items() if name != "budget_ms"}
    order = left | {"order_no": "P-1", "decision": decision}
    # The decision alone is not enough: it holds through the link only.
    direct = {name: value for name, value in order.items() if name != "promoter"}
    refused = client.put("/v1/offers/orders", json=direct)
    assert (refused.status_code, refused.json()["code"]) == (422, "offer.not_usable")
    placed = client.put("/v1/offers/orders", json=order).json()
    assert (placed["promoter_id"], placed["payable_fen"]) == (str(staff.id), 500)
    where = {"unit": "store-0401", "order_no": "P-1"}
    assert client.get("/v1/offers/orders", params=where).json()["promoter_id"] == str(staff.id)
    assert client.post("/v1/offers/orders/replay", json=where).json()["is_same"] is True
