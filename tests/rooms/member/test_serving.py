"""At a counter across the town: paid in, paid with, and seen on the customer's own page at once."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.base.db import Database
from huitou.member.reads import sessions
from huitou.member.reads.head import head
from huitou.merchant import actions as merchants
from huitou.merchant.types import NewStaff
from tests.conftest import PASSWORD, Brand, Clock, Read, Write

Link = Callable[[UUID], str]


@pytest.fixture
def counter(db: Database, brand: Brand, write: Write) -> Iterator[TestClient]:
    """The phone of an associate who has never seen the customer."""
    login = f"far-{brand.merchant.id.hex[-6:]}"
    with write() as tx:
        far = NewStaff("far", "导购己", "associate", "store-0412", None, login, PASSWORD)
        merchants.add_staff(tx, [far])
    with TestClient(create_app(db), base_url="http://testserver") as http:
        http.post("/v1/session", json={"login": login, "password": PASSWORD})
        yield http


@pytest.fixture
def offer(client: TestClient) -> None:
    """充50送10."""
    plan = {"name": "充值", "steps": [{"pay_fen": 5_000, "bonus_fen": 1_000}]}
    draft = client.post("/v1/stored-plans", json={"plan": plan}).json()
    path = f"/v1/stored-plans/{draft['version']}/publish"
    assert client.post(path, json={"revision": draft["revision"]}).status_code == 200


def recognise(counter: TestClient, read: Read, customer: UUID) -> dict[str, Any]:
    with read() as tx:
        code = sessions.next_codes(tx, head(tx, customer).ordinal)[0]
    answer = counter.post("/v1/counter/recognise", json={"code": code})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.usefixtures("offer")
def test_paid_in_and_spent_at_a_store_that_never_saw_them(
    counter: TestClient, phone: TestClient, link: Link, customer: UUID, read: Read
) -> None:
    phone.get(link(customer))
    here = recognise(counter, read, customer)
    assert here["offer"]["steps"][0]["pay_fen"] == 5_000
    visit = here["visit_id"]
    paid_in = {"visit": visit, "paid_fen": 5_000, "payment_no": "receipt-1"}
    for _ in range(2):
        booked = counter.post("/v1/counter/recharge", json=paid_in).json()
        assert booked["balance"]["stored_fen"] == 6_000
    assert re.search(r'<b class="num">¥60</b><span>储值', phone.get("/m").text)
    quote = counter.post("/v1/counter/quote", json={"visit": visit, "order_fen": 4_800}).json()
    assert quote["stored"]["usable_fen"] == 4_800
    bill = {"visit": visit, "order_fen": 4_800, "order_no": "C-1", "stored_fen": 4_800}
    for _ in range(2):
        taken = counter.post("/v1/counter/pay", json=bill).json()
        assert (taken["principal_fen"], taken["bonus_fen"]) == (4_000, 800)
    page = phone.get("/m/stored").text
    assert re.search(r"本金<strong[^>]*>¥10.00", page)
    assert re.search(r"赠金<strong[^>]*>¥2.00", page)
    more = {**bill, "order_no": "C-2"}
    assert counter.post("/v1/counter/pay", json=more).status_code == 409


@pytest.mark.usefixtures("offer")
def test_only_while_they_stand_there_and_only_for_whoever_scanned(
    counter: TestClient, client: TestClient, customer: UUID, read: Read, clock: Clock
) -> None:
    visit = recognise(counter, read, customer)["visit_id"]
    wanted = {"visit": visit, "paid_fen": 5_000, "payment_no": "receipt-2"}
    for asked in (wanted, {**wanted, "visit": str(uuid4())}):
        other = client.post("/v1/counter/recharge", json=asked)
        assert (other.status_code, other.json()["code"]) == (409, "member.visit_over")
    clock.move(minutes=16)
    late = counter.post("/v1/counter/recharge", json=wanted)
    assert late.json()["code"] == "member.visit_over"
    for path, body in (
        ("quote", {"visit": visit, "order_fen": 100}),
        ("pay", {"visit": visit, "order_fen": 100, "order_no": "C-3", "stored_fen": 100}),
    ):
        assert counter.post(f"/v1/counter/{path}", json=body).status_code == 409
    clock.move(minutes=-16)


@pytest.mark.parametrize(
    "changes",
    [{"paid_fen": 0}, {"paid_fen": -1}, {"paid_fen": 10**9}, {"paid_fen": 1.5}, {"payment_no": ""}],
)
@pytest.mark.usefixtures("offer")
def test_bad_amounts_are_refused(
    counter: TestClient, customer: UUID, read: Read, changes: dict[str, Any]
) -> None:
    visit = recognise(counter, read, customer)["visit_id"]
    wanted = {"visit": visit, "paid_fen": 5_000, "payment_no": "receipt-3", **changes}
    assert counter.post("/v1/counter/recharge", json=wanted).status_code == 422


def test_what_lies_on_the_counter_is_priced_for_whoever_stands_there(
    counter: TestClient, client: TestClient, customer: UUID, read: Read, clock: Clock
) -> None:
    terms = {"kind": "activity", "tiers": [{"at_least": 10_000, "off_fen": 3_000}]}
    document = {"audience": {"bought": "old"}, "limits": {"budget_fen": 100_000}}
    added = client.post("/v1/offers", json={"name": "老客回馈", "terms": terms, **document})
    client.post(f"/v1/offers/{added.json()['id']}/publish", json={"version": 1})
    body = {"lines": [{"line_no": 1, "sku": "A", "quantity": 2, "list_fen": 6_000}]}
    unseen = {"unit": "store-0412", "customer": str(customer), **body}
    assert counter.post("/v1/offers/best", json=unseen).status_code == 404
    body |= {"visit": recognise(counter, read, customer)["visit_id"]}
    told = counter.post("/v1/counter/best", json=body)
    assert told.status_code == 200, told.text
    assert (told.json()["payable_fen"], told.json()["customer_id"]) == (9_000, str(customer))
    refused = counter.post("/v1/counter/best", json=body | {"refused": [added.json()["id"]]})
    assert refused.json()["payable_fen"] == 12_000
    clock.move(minutes=16)
    over = counter.post("/v1/counter/best", json=body)
    assert over.json()["code"] == "member.visit_over"
