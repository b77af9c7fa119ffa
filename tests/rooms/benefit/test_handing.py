"""Printed codes, coupons given away, revoked and forgotten; customers merged and split again."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.identity import actions as identities
from huitou.identity import reads as people
from huitou.kernel.time import day_of
from tests.conftest import Clock, Write
from tests.rooms.benefit.coupon_world import publish

Post = Callable[..., Any]
pytestmark = pytest.mark.usefixtures("sound_coupons")


@pytest.fixture
def post(client: TestClient) -> Post:
    """`post("coupons/bind", text=…)` → the answer, or the refusal's code."""

    def send(path: str, **body: Any) -> Any:
        answer = client.post(f"/v1/{path}", json=body)
        return answer.json() if answer.status_code < 300 else answer.json()["code"]

    return send


@pytest.fixture
def print_codes(write: Write, client: TestClient, post: Post) -> Callable[..., list[str]]:
    """Codes of a new template, as its file holds them."""

    def make(count: int, **fields: Any) -> list[str]:
        with write() as tx:
            template = publish(tx, **fields).id
        batch = post(f"coupon-templates/{template}/codes", count=count)
        file = client.get(f"/v1/coupon-codes/{batch['id']}.csv")
        assert file.headers["content-type"] == "text/csv; charset=utf-8"
        head, *lines = file.text.splitlines()
        assert head == "code"
        return lines

    return make


def test_printed_codes_are_as_many_as_asked_and_out_of_the_stock(
    post: Post, write: Write, print_codes: Callable[..., list[str]]
) -> None:
    assert len(set(print_codes(25_000, stock=30_000))) == 25_000
    with write() as tx:
        template = publish(tx, stock=10).id
        draft = publish(tx).id
    url = f"coupon-templates/{template}/codes"
    assert post(url, count=11) == "coupon.sold_out"
    assert post(url, count=10)["last"] == 10
    assert post(url, count=1) == "coupon.sold_out"
    assert post(f"coupon-templates/{draft}/pause")["state"] == "paused"
    assert post(f"coupon-templates/{draft}/codes", count=1) == "coupon.not_open"
    for count in (0, -1, 1_000_001, 1.5):
        assert post(url, count=count) == "request.invalid"
    assert post(f"coupon-templates/{uuid4()}/codes", count=1) == "coupon.no_template"


def test_a_printed_code_is_the_one_who_enters_it_first(
    post: Post, client: TestClient, print_codes: Callable[..., list[str]], customers: list[UUID]
) -> None:
    code, second = print_codes(2)
    assert post("coupons/redeem", text=code, unit="mall") == "coupon.not_received"
    mine = post("coupons/bind", text=code, customer=str(customers[0]))
    assert (mine["shown_state"], mine["days_left"]) == ("available", 6)
    assert post("coupons/bind", text=code, customer=str(customers[0])) == mine
    assert post("coupons/bind", text=code, customer=str(customers[1])) == "coupon.already_taken"
    assert post("coupons/bind", text=second, customer=str(customers[0])) == "coupon.limit"
    assert post("coupons/bind", text=second, customer=str(uuid4())) == "identity.no_such_customer"
    assert [
        each["code"] for each in client.get(f"/v1/customers/{customers[0]}/coupons").json()
    ] == [code]


def test_a_voucher_with_fixed_days_is_good_for_whoever_holds_it(
    post: Post, print_codes: Callable[..., list[str]], clock: Clock
) -> None:
    days = {
        "kind": "fixed",
        "from_at": clock.now,
        "until_at": clock.now.replace(year=clock.now.year + 1),
    }
    code = print_codes(1, window=days)[0]
    assert post("coupons/redeem", text=code, unit="mall", key="v")["is_new"]
    assert post("coupons/return", text=code)["state"] == "printed"
    assert post("coupons/revoke", text=code, reason="lost")["state"] == "revoked"
    assert post("coupons/revoke", text=code, reason="lost")["state"] == "revoked"
    assert post("coupons/redeem", text=code, unit="mall", key="w") == "coupon.not_available"


def test_a_coupon_given_away_has_another_code(
    post: Post, client: TestClient, give: Callable[..., str], customers: list[UUID]
) -> None:
    giver, taker = (str(each) for each in customers[:2])
    kept = give(customers[0])
    asked = {"from_customer": giver, "to_customer": taker}
    assert post("coupons/transfer", text=kept, **asked) == "coupon.not_transferable"
    code = give(customers[0], is_transferable=True)
    away = {"from_customer": taker, "to_customer": giver}
    assert post("coupons/transfer", text=code, **away) == "coupon.not_transferable"
    assert post("coupons/transfer", text=code, from_customer=giver, to_customer=giver) == (
        "coupon.not_available"
    )
    theirs = post("coupons/transfer", text=code, **asked)
    assert theirs["code"] != code
    assert theirs["expires_at"] is not None
    assert post("coupons/transfer", text=code, **asked) == "coupon.not_available"
    assert post("coupons/redeem", text=code, unit="mall", key="a") == "coupon.not_available"
    assert post("coupons/redeem", text=theirs["code"], unit="mall", key="b")["is_new"]


def test_the_giver_may_not_take_another_and_the_taker_may(
    post: Post, write: Write, client: TestClient, customers: list[UUID]
) -> None:
    giver, taker = customers[:2]
    with write() as tx:
        template = publish(tx, is_transferable=True).id
    url = f"coupon-templates/{template}/claim"
    code = post(url, customer=str(giver), key="1")["code"]
    post("coupons/transfer", text=code, from_customer=str(giver), to_customer=str(taker))
    assert post(url, customer=str(giver), key="2")["outcome"] == "limit"
    assert post(url, customer=str(taker), key="2")["outcome"] == "issued"
    assert len(client.get(f"/v1/customers/{taker}/coupons").json()) == 2


def test_a_used_coupon_cannot_be_revoked(
    post: Post, give: Callable[..., str], customers: list[UUID]
) -> None:
    code = give(customers[0])
    post("coupons/redeem", text=code, unit="mall", key="a")
    assert post("coupons/revoke", text=code, reason="x") == "coupon.not_available"


def test_a_merge_joins_packs_and_a_split_parts_them_as_they_were(
    client: TestClient, write: Write, give: Callable[..., str], customers: list[UUID], drain: Any
) -> None:
    one, other = customers[:2]
    codes = {give(one), give(other)}

    def pack(customer: UUID) -> set[str]:
        return {each["code"] for each in client.get(f"/v1/customers/{customer}/coupons").json()}

    before = [pack(one), pack(other)]
    with write() as tx:
        identities.merge(tx, one, other)
        numbers = [each.id for each in people.identifiers_of(tx, one) if each.customer_id == other]
    drain()
    assert pack(one) == pack(other) == codes
    with write() as tx:
        identities.split(tx, one, numbers)
    drain()
    assert [pack(one), pack(other)] == before


def test_a_forgotten_customers_coupons_are_revoked_and_name_nobody(
    post: Post,
    client: TestClient,
    write: Write,
    give: Callable[..., str],
    customers: list[UUID],
    drain: Any,
) -> None:
    free, used, held = (give(customers[0]) for _ in range(3))
    post("coupons/redeem", text=used, unit="mall", key="a")
    post("coupons/freeze", texts=[held], unit="mall", order_no="M-1")
    with write() as tx:
        identities.forget(tx, customers[0])
    drain()
    states = {}
    for code in (free, used, held):
        coupon = post("coupons/check", text=code, unit="mall")["coupon"]
        assert coupon["customer_id"] is None
        states[code] = coupon["state"]
    assert states == {free: "revoked", used: "used", held: "revoked"}
    # Who is forgotten gets nothing back.
    assert post("coupons/return", text=used)["state"] == "revoked"
    with write() as tx:
        count = tx.value(
            "SELECT count(*) FROM benefit.coupon WHERE customer_id = %(id)s", {"id": customers[0]}
        )
    assert count == 0


def test_the_liability_is_by_the_month_in_which_coupons_end(
    client: TestClient, post: Post, give: Callable[..., str], customers: list[UUID], clock: Clock
) -> None:
    before = {
        (row["month"], row["template_id"]): row
        for row in client.get("/v1/coupons/liability").json()
    }
    give(customers[0], name="一", window={"kind": "relative", "days": 1})
    gone = give(customers[0], name="二")
    post("coupons/redeem", text=gone, unit="mall", key="x")
    rows = client.get("/v1/coupons/liability").json()
    [new] = [row for row in rows if (row["month"], row["template_id"]) not in before]
    assert (new["template_name"], new["count"], new["face_fen"]) == ("一", 1, 1_000)
    assert new["month"] == day_of(clock.now).strftime("%Y-%m")
