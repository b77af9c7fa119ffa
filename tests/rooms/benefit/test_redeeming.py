"""Coupons over HTTP: packs, tills, checkouts, phones without a network; and clear refusals."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.base.db import Database
from tests.conftest import Brand, Clock, make_brand

Post = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("sound_coupons")


@pytest.fixture
def post(client: TestClient) -> Post:
    """`post("redeem", text=…)` → the answer, or the refusal's code."""

    def send(path: str, **body: Any) -> Any:
        answer = client.post(f"/v1/coupons/{path}", json=body)
        return answer.json() if answer.status_code < 300 else answer.json()["code"]

    return send


def test_a_pack_shows_what_ends_first_first(
    client: TestClient, give: Callable[..., str], customers: list[UUID]
) -> None:
    late = give(customers[0], window={"kind": "relative", "days": 30})
    soon = give(customers[0], window={"kind": "relative", "days": 1})
    waiting = give(customers[0], window={"kind": "relative", "days": 7, "after_days": 2})
    pack = client.get(f"/v1/customers/{customers[0]}/coupons").json()
    assert [each["code"] for each in pack] == [soon, waiting, late]
    assert [each["shown_state"] for each in pack] == ["available", "waiting", "available"]
    assert [each["days_left"] for each in pack] == [0, 8, 29]
    assert pack[0]["sentence"]["zh"].startswith("满 100 元减 10 元")


def test_a_till_uses_a_coupon_once(
    post: Post, give: Callable[..., str], customers: list[UUID]
) -> None:
    code = give(customers[0])
    first = post("redeem", text=code, unit="store-0401", key="till-1", amount_fen=12_000)
    assert (first["is_new"], first["off_fen"]) == (True, 1_000)
    again = post("redeem", text=code.lower(), unit="store-0401", key="till-1", amount_fen=12_000)
    assert (again["is_new"], again["use_id"]) == (False, first["use_id"])
    assert post("redeem", text=code, unit="store-0401", key="till-2") == "coupon.used"
    assert post("return", text=code)["shown_state"] == "available"
    assert post("return", text=code) == "coupon.not_used"
    assert post("redeem", text=code, unit="store-0402", key="till-3")["is_new"]
    steps = post("steps", text=code)
    assert [each["arc"] for each in steps] == ["use", "return", "use"]


def test_a_key_is_for_one_coupon(
    post: Post, give: Callable[..., str], customers: list[UUID]
) -> None:
    one, other = give(customers[0]), give(customers[1])
    assert post("redeem", text=one, unit="mall", key="k")["is_new"]
    assert post("redeem", text=other, unit="mall", key="k") == "coupon.key_reused"
    assert post("check", text=other, unit="mall")["code"] is None


def test_without_a_key_the_order_tells_a_repeated_request(
    post: Post, give: Callable[..., str], customers: list[UUID]
) -> None:
    code = give(customers[0])
    asked = {"text": code, "unit": "mall", "order_no": "M-1"}
    assert [post("redeem", **asked)["is_new"] for _ in range(2)] == [True, False]
    post("return", text=code)
    assert post("redeem", **asked)["is_new"]


@pytest.mark.parametrize(
    ("fields", "asked", "code"),
    [
        ({}, {"amount_fen": 9_999}, "coupon.below_threshold"),
        ({}, {"lines": [{"sku": "A", "paid_fen": 9_000}]}, "coupon.below_threshold"),
        ({"units": ["region-2"]}, {}, "coupon.not_here"),
        ({"channels": ["online"]}, {}, "coupon.not_here"),
        ({"window": {"kind": "relative", "days": 2, "after_days": 1}}, {}, "coupon.not_active"),
        (
            {"goods": {"skus": ["B"]}},
            {"lines": [{"sku": "A", "paid_fen": 90_000}]},
            "coupon.nothing_fits",
        ),
        ({}, {"unit": "nowhere"}, "merchant.no_unit"),
        ({}, {"amount_fen": -1}, "request.invalid"),
        ({}, {"amount_fen": 10**15}, "request.invalid"),
        ({}, {"amount_fen": 99.5}, "request.invalid"),
        ({}, {"text": ""}, "request.invalid"),
        ({}, {"text": "0000000000000"}, "coupon.unknown"),
        ({}, {"text": "HT1.e30.AAAA"}, "coupon.bad_token"),
    ],
)
def test_conditions_refuse_and_keep_nothing(
    post: Post,
    give: Callable[..., str],
    customers: list[UUID],
    fields: dict[str, Any],
    asked: dict[str, Any],
    code: str,
) -> None:
    text = give(customers[0], **fields)
    assert post("redeem", **({"text": text, "unit": "store-0401"} | asked)) == code
    assert post("steps", text=text) == []


def test_mistyped_unknown_and_foreign_codes_are_told_apart(
    db: Database, post: Post, give: Callable[..., str], customers: list[UUID]
) -> None:
    code = give(customers[0])
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    swapped = code[1] + code[0] + code[2:] if code[0] != code[1] else wrong
    assert post("redeem", text=wrong, unit="mall") == "coupon.mistyped"
    assert post("redeem", text=swapped, unit="mall") == "coupon.mistyped"
    other = make_brand(db, "别家")
    with TestClient(create_app(db), headers={"Authorization": f"Bearer {other.key}"}) as foreign:
        answer = foreign.post("/v1/coupons/redeem", json={"text": code, "unit": "mall"})
        token = post("tokens", text=code, count=1)["tokens"][0]
        signed = foreign.post("/v1/coupons/redeem", json={"text": token, "unit": "mall"})
    assert answer.json()["code"] == "coupon.unknown"
    assert signed.json()["code"] == "coupon.bad_token"


def test_a_coupon_that_is_over_is_over_before_it_is_booked(
    post: Post, give: Callable[..., str], customers: list[UUID], clock: Clock, drain: Any
) -> None:
    code = give(customers[0], window={"kind": "relative", "days": 1})
    clock.move(days=2)
    assert post("redeem", text=code, unit="mall") == "coupon.expired"
    assert post("check", text=code, unit="mall")["coupon"]["shown_state"] == "expired"
    drain()
    assert [each["arc"] for each in post("steps", text=code)] == ["expire"]
    assert post("redeem", text=code, unit="mall") == "coupon.expired"


def test_a_checkout_holds_then_uses_or_lets_go(
    post: Post, give: Callable[..., str], customers: list[UUID]
) -> None:
    code = give(customers[0])
    order = {"unit": "mall", "order_no": "M-7"}
    assert post("freeze", texts=[code], **order)[0]["shown_state"] == "held"
    assert post("redeem", text=code, unit="mall", order_no="M-8") == "coupon.held"
    assert post("freeze", texts=[code], unit="mall", order_no="M-8") == "coupon.held"
    assert post("freeze", texts=[code], **order)[0]["shown_state"] == "held"
    assert post("release", **order)[0]["shown_state"] == "available"
    assert post("release", **order) == []
    assert post("capture", **order) == "coupon.not_held"
    post("freeze", texts=[code], **order)
    assert [post("capture", **order)[0]["shown_state"] for _ in range(2)] == ["used", "used"]
    assert post("release", **order) == []


def test_a_hold_lapses_by_itself(
    post: Post, give: Callable[..., str], customers: list[UUID], clock: Clock, drain: Any
) -> None:
    code = give(customers[0], window={"kind": "relative", "days": 30})
    post("freeze", texts=[code], unit="mall", order_no="M-9", minutes=5)
    clock.move(minutes=6)
    assert post("check", text=code, unit="mall")["coupon"]["shown_state"] == "available"
    assert post("freeze", texts=[code], unit="mall", order_no="M-10")[0]["shown_state"] == "held"
    clock.move(hours=1)
    drain()
    assert [each["arc"] for each in post("steps", text=code)] == [
        "freeze",
        "unfreeze",
        "freeze",
        "unfreeze",
    ]


def test_taking_back_and_holding_again_does_not_make_a_coupon_last(
    post: Post, give: Callable[..., str], customers: list[UUID], clock: Clock
) -> None:
    code = give(customers[0], window={"kind": "relative", "days": 1})
    post("redeem", text=code, unit="mall", key="a")
    assert post("return", text=code)["days_left"] == 0
    order = {"unit": "mall", "order_no": "M-20"}
    held = post("freeze", texts=[code], **order, minutes=1_440)[0]
    clock.move(hours=23)
    again = post("freeze", texts=[code], **order, minutes=1_440)[0]
    assert (again["shown_state"], again["expires_at"]) == ("held", held["expires_at"])
    clock.move(hours=2)
    assert post("check", text=code, unit="mall")["coupon"]["shown_state"] == "expired"


def test_two_coupons_in_an_order_need_to_allow_it(
    post: Post, give: Callable[..., str], customers: list[UUID]
) -> None:
    alone = give(customers[0])
    together = [give(customers[0], is_combinable=True) for _ in range(2)]
    order = {"unit": "mall", "order_no": "M-11"}
    assert post("freeze", texts=[alone, together[0]], **order) == "coupon.not_combinable"
    assert len(post("freeze", texts=together, **order)) == 2
    assert post("redeem", text=alone, **order) == "coupon.not_combinable"
    assert post("redeem", text=together[0], **order)["is_new"]


def test_a_full_refund_gives_the_coupon_back_once(
    post: Post,
    give: Callable[..., str],
    customers: list[UUID],
    clock: Clock,
    send: Any,
    drain: Any,
) -> None:
    code, kept = give(customers[0]), give(customers[0], on_refund="keep_used")
    for text, number in ((code, "P-1"), (kept, "P-2")):
        post("redeem", text=text, unit="store-0401", order_no=number)
        send([_paid(clock, number)])
    send([_refunded(clock, "P-1", "R-1", 4_000), _refunded(clock, "P-2", "R-2", 10_000)])
    drain()
    assert post("check", text=code, unit="mall")["coupon"]["shown_state"] == "used"
    clock.move(days=6)
    send([_refunded(clock, "P-1", "R-3", 6_000)])
    drain()
    drain()
    back = post("check", text=code, unit="mall")["coupon"]
    assert (back["shown_state"], back["days_left"]) == ("available", 3)
    assert post("check", text=kept, unit="mall")["coupon"]["shown_state"] == "used"


def test_an_associate_uses_coupons_at_the_own_store_only(
    db: Database, brand: Brand, give: Callable[..., str], customers: list[UUID], client: TestClient
) -> None:
    code = give(customers[0])
    login = f"a01-{brand.merchant.id.hex[-6:]}"
    with TestClient(create_app(db), base_url="http://testserver") as phone:
        phone.headers["x-huitou-surface"] = "phone"
        session = phone.post(
            "/v1/session",
            json={"login": login, "password": "demo-password"},
        )
        assert session.status_code < 300, session.text
        there = phone.post("/v1/coupons/redeem", json={"text": code, "unit": "store-0412"})
        here = phone.post("/v1/coupons/redeem", json={"text": code, "unit": "store-0401"})
        grant = phone.post(
            "/v1/coupons/issue",
            json={"template": str(customers[0]), "customers": [str(customers[0])]},
        )
    assert there.json()["code"] == "merchant.no_unit"
    assert here.json()["is_new"] is True
    assert grant.json()["code"] == "permission.missing"


def test_a_token_is_for_one_presentation(
    post: Post, give: Callable[..., str], customers: list[UUID], clock: Clock
) -> None:
    code = give(customers[0])
    one, other = post("tokens", text=code, count=2)["tokens"]
    assert post("redeem", text=one, unit="mall", key="t1")["is_new"]
    post("return", text=code)
    assert post("redeem", text=one, unit="mall", key="t2") == "coupon.token_used"
    clock.move(minutes=18)
    assert post("redeem", text=other, unit="mall", key="t3") == "coupon.token_over"


def test_what_phones_did_without_a_network_is_taken_once_and_double_uses_are_shown(
    post: Post, client: TestClient, give: Callable[..., str], customers: list[UUID], clock: Clock
) -> None:
    code = give(customers[0])
    made = post("tokens", text=code, count=2)["tokens"]
    at = clock.now + timedelta(minutes=3)
    one, other = (
        {"key": f"phone-{n}", "token": token, "unit": unit, "used_at": moment.isoformat()}
        for n, (token, unit, moment) in enumerate(
            zip(made, ("store-0401", "store-0412"), (at, at + timedelta(minutes=2)), strict=True)
        )
    )
    clock.move(days=20)
    first = post("sync", redemptions=[other])
    assert [each["outcome"] for each in first] == ["used"]
    again = post("sync", redemptions=[one, other])
    assert [each["outcome"] for each in again] == ["double", "used"]
    assert post("sync", redemptions=[one]) == again[:1]
    [conflict] = client.get("/v1/coupons/conflicts").json()["items"]
    assert conflict["coupon_code"] == code
    assert (conflict["use"]["key"], conflict["first"]["key"]) == ("phone-0", "phone-1")


def test_a_late_sync_finds_the_coupon_as_it_was(
    post: Post, give: Callable[..., str], customers: list[UUID], clock: Clock, drain: Any
) -> None:
    code = give(customers[0], window={"kind": "relative", "days": 1})
    dear = give(customers[1], benefit={"kind": "full_reduction", "off_fen": 9_000})
    held = give(customers[2], window={"kind": "relative", "days": 20})
    told = [
        {
            "key": f"late-{number}",
            "token": post("tokens", text=text, count=1)["tokens"][0],
            "unit": "store-0401",
            "used_at": (clock.now + timedelta(minutes=1)).isoformat(),
        }
        for number, text in enumerate((code, dear, held))
    ]
    post("freeze", texts=[held], unit="mall", order_no="H-1", minutes=600)
    forged = {**told[0], "key": "forged", "token": told[0]["token"][:-4] + "AAAA"}
    future = {**told[0], "key": "future", "used_at": (clock.now + timedelta(days=1)).isoformat()}
    early = post("sync", redemptions=[forged, future])
    assert [(each["outcome"], each["code"]) for each in early] == [
        ("refused", "coupon.bad_token"),
        ("refused", "coupon.bad_moment"),
    ]
    clock.move(days=3)
    drain()
    assert [each["arc"] for each in post("steps", text=code)] == ["expire"]
    post("freeze", texts=[held], unit="mall", order_no="H-1", minutes=600)
    found = post("sync", redemptions=told)
    assert [each["outcome"] for each in found] == ["used", "not_offline", "held"]
    assert [each["arc"] for each in post("steps", text=code)] == ["expire", "use_late"]


def test_a_redemption_told_after_its_order_was_refunded_comes_back(
    post: Post,
    give: Callable[..., str],
    customers: list[UUID],
    clock: Clock,
    send: Any,
    drain: Any,
) -> None:
    code = give(customers[0])
    token = post("tokens", text=code, count=1)["tokens"][0]
    at = clock.now.isoformat()
    send([_paid(clock, "L-1"), _refunded(clock, "L-1", "L-R", 10_000)])
    drain()
    clock.move(hours=1)
    told = {"key": "l", "token": token, "unit": "store-0401", "used_at": at, "order_no": "L-1"}
    assert post("sync", redemptions=[told])[0]["outcome"] == "used"
    drain()
    assert post("check", text=code, unit="mall")["coupon"]["shown_state"] == "available"
    # The goods went out once more on the same token: that is one to look at.
    assert post("sync", redemptions=[told | {"key": "m"}])[0]["outcome"] == "token_used"


def test_a_key_told_for_two_coupons_is_refused(
    post: Post, give: Callable[..., str], customers: list[UUID], clock: Clock
) -> None:
    made = [post("tokens", text=give(each), count=1)["tokens"][0] for each in customers[:2]]
    told = [
        {"key": "same", "token": token, "unit": "mall", "used_at": clock.now.isoformat()}
        for token in made
    ]
    found = post("sync", redemptions=[*told, told[0]])
    assert [(each["outcome"], each["code"]) for each in found] == [
        ("used", None),
        ("refused", "coupon.key_reused"),
        ("used", None),
    ]


def _paid(clock: Clock, number: str) -> dict[str, Any]:
    return {
        "id": f"paid-{number}",
        "type": "order.paid",
        "occurred_at": clock.now.isoformat(),
        "source": "pos",
        "unit": "store-0401",
        "identifiers": [],
        "properties": {
            "order_no": number,
            "paid_fen": 10_000,
            "shipping_fen": 0,
            "lines": [
                {
                    "line_no": 1,
                    "sku": "A",
                    "quantity": 1_000,
                    "list_fen": 11_000,
                    "paid_fen": 10_000,
                }
            ],
        },
    }


def _refunded(clock: Clock, number: str, refund: str, fen: int) -> dict[str, Any]:
    return {
        "id": f"refunded-{refund}",
        "type": "order.refunded",
        "occurred_at": clock.now.isoformat(),
        "source": "pos",
        "unit": "store-0401",
        "identifiers": [],
        "properties": {
            "order_no": number,
            "refund_no": refund,
            "refund_fen": fen,
            "lines": [{"line_no": 1, "quantity": 0, "refund_fen": fen}],
        },
    }
