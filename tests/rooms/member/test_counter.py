"""Recognised at any counter by a code, once."""

from collections.abc import Callable
from uuid import UUID

from fastapi.testclient import TestClient

from huitou.base.db import Database
from huitou.member.actions import visits as actions
from huitou.member.reads import sessions
from huitou.member.reads.head import head
from huitou.merchant import actions as merchants
from huitou.merchant.types import NewStaff
from tests.conftest import PASSWORD, Brand, Clock, Read, Write, make_brand


def code_of(read: Read, customer: UUID) -> str:
    with read() as tx:
        return sessions.next_codes(tx, head(tx, customer).ordinal)[0]


def test_an_associate_of_another_store_recognises_the_customer(
    phone: TestClient, brand: Brand, customer: UUID, read: Read, client: TestClient, write: Write
) -> None:
    # The customer is in 导购甲's book; 导购戊 works across the town.
    login = f"a13-{brand.merchant.id.hex[-6:]}"
    far = NewStaff("a-13", "导购戊", "associate", "store-0412", None, login, PASSWORD)
    with write() as tx:
        merchants.add_staff(tx, [far])
    phone.post("/v1/session", json={"login": login, "password": PASSWORD})
    assert phone.get(f"/v1/customers/{customer}").status_code == 404
    code = code_of(read, customer)
    answer = phone.post("/v1/counter/recognise", json={"code": f" {code.lower()} "})
    assert answer.status_code == 200
    found = answer.json()
    assert found["customer_id"] == str(customer)
    assert found["name"] == "林**"
    assert found["phone"].startswith("137****")
    assert found["order_count"] == 2
    # The same counter may ask again; another one needs a fresh code.
    again = phone.post("/v1/counter/recognise", json={"code": code}).json()
    assert again["visit_id"] == found["visit_id"]
    other = client.post("/v1/counter/recognise", json={"code": code})
    assert (other.status_code, other.json()["code"]) == (409, "member.code_used")


def test_old_wrong_and_foreign_codes_are_nobodys(
    client: TestClient, customer: UUID, read: Read, clock: Clock, db: Database
) -> None:
    code = code_of(read, customer)
    with db.read(make_brand(db, "另一品牌").merchant.id) as tx:
        foreign = sessions.next_codes(tx, 1)[0]
    for wrong in (foreign, code[:-1], "M" * 22, "林晓云", "' OR 1=1"):
        answer = client.post("/v1/counter/recognise", json={"code": wrong})
        assert (answer.status_code, answer.json()["code"]) == (422, "member.bad_code")
    clock.move(seconds=91)
    late = client.post("/v1/counter/recognise", json={"code": code})
    clock.move(seconds=-91)
    assert late.json()["code"] == "member.bad_code"


def test_visits_go_after_a_day_and_with_the_forgotten(
    write: Write, customer: UUID, read: Read, clock: Clock
) -> None:
    with write() as tx:
        actions.recognise(tx, code_of(read, customer), unit_id=None)
        actions.forget(tx, [customer])
        assert actions.tidy(tx) == 0
    clock.move(seconds=30)
    with write() as tx:
        actions.recognise(tx, code_of(read, customer), unit_id=None)
    clock.move(hours=25)
    with write() as tx:
        assert actions.tidy(tx) == 1
    clock.move(hours=-25, seconds=-30)


def test_a_link_is_made_for_customers_one_may_see(
    client: TestClient, phone: TestClient, customer: UUID, make_customer: Callable[[str], UUID]
) -> None:
    made = client.post(f"/v1/customers/{customer}/member-link").json()
    assert phone.get(made["url"]).status_code == 200
    assert client.post(f"/v1/customers/{UUID(int=7)}/member-link").status_code == 404
