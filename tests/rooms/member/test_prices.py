"""On the associate's phone: what products cost the customer of a task, or who stands at the counter."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.base.db import Database
from huitou.member.reads import sessions
from huitou.member.reads.head import head
from huitou.merchant import actions as merchants
from huitou.merchant.types import NewStaff
from tests.conftest import PASSWORD, Brand, Clock, Read, Write
from tests.rooms.associate.test_tasks import tasks_for
from tests.rooms.offer.cart_world import offer
from tests.rooms.reach.conftest import Town


@pytest.fixture
def customer(brand: Brand, db: Database, send: Any, drain: Callable[[], None]) -> UUID:
    found: UUID = Town(db, brand, send, drain).people(1, consents=("wecom", "sms"))[0]
    return found


@pytest.fixture
def task(
    brand: Brand, db: Database, send: Any, drain: Any, client: TestClient, customer: UUID
) -> UUID:
    rows = [
        {"sku": "milk", "name": "鲜牛奶", "category": "dairy", "price_fen": 1_200},
        {"sku": "tea", "name": "绿茶", "category": "tea", "price_fen": 5_000},
    ]
    assert client.post("/v1/products", json={"products": rows}).status_code < 300
    return tasks_for(Town(db, brand, send, drain), [customer])[0]


@pytest.fixture
def phone(db: Database, brand: Brand, write: Write) -> Iterator[Callable[[str, str], TestClient]]:
    """Somebody of a store, signed in."""
    with TestClient(create_app(db), base_url="http://testserver") as http:

        def sign_in(code: str, store: str) -> TestClient:
            login = f"{code}-{brand.merchant.id.hex[-6:]}"
            with write() as tx:
                merchants.add_staff(
                    tx, [NewStaff(code, code, "associate", store, None, login, PASSWORD)]
                )
            http.post("/v1/session", json={"login": login, "password": PASSWORD})
            return http

        yield sign_in


def offers(client: TestClient) -> None:
    own = {"kind": "price", "pay_bp": 9_000, "goods": {"skus": ["milk"]}}
    offer(client, "专属价", own, audience={"by_promoter": True})
    offer(client, "茶直降", {"kind": "price", "off_fen": 1_000, "goods": {"skus": ["tea"]}})


def test_a_tasks_prices_are_those_of_the_page_its_message_leads_to(
    client: TestClient, task: UUID, write: Write
) -> None:
    offers(client)
    offer(client, "别处", {"kind": "price", "pay_bp": 5_000}, units=["region-2"])
    url = f"/v1/tasks/{task}/prices"
    told = client.get(url, params={"skus": "milk,tea,nowhere"}).json()
    assert told["rate_bp"] == 300
    assert [
        (each["on_shelf"]["sku"], each["on_shelf"]["payable_fen"], each["commission_fen"])
        for each in told["items"]
    ] == [("milk", 1_080, 32), ("tea", 4_000, 120)]
    # Sold elsewhere, it costs what it costs there.
    with write() as tx:
        merchants.set_setting(tx, "content.sell_unit", "region-2")
    there = client.get(url, params={"skus": "milk"}).json()["items"][0]
    assert there["on_shelf"]["payable_fen"] == 600
    many = ",".join(f"S{n}" for n in range(101))
    assert client.get(url, params={"skus": many}).json()["code"] == "offer.bad_cart"


def test_nobody_asks_for_anothers_task(
    client: TestClient, task: UUID, phone: Callable[[str, str], TestClient]
) -> None:
    answer = phone("far", "store-0412").get(f"/v1/tasks/{task}/prices", params={"skus": "milk"})
    assert (answer.status_code, answer.json()["code"]) == (404, "associate.no_task")


def test_at_the_counter_they_have_the_stores_prices_while_they_stand_there(
    client: TestClient,
    task: UUID,
    customer: UUID,
    phone: Callable[[str, str], TestClient],
    read: Read,
    clock: Clock,
) -> None:
    offers(client)
    counter = phone("near", "store-0401")
    with read() as tx:
        code = sessions.next_codes(tx, head(tx, customer).ordinal)[0]
    visit = counter.post("/v1/counter/recognise", json={"code": code}).json()["visit_id"]
    asked = {"visit": visit, "skus": "milk,tea"}
    told = counter.get("/v1/counter/prices", params=asked).json()
    # Nobody's link led to the counter.
    assert [each["on_shelf"]["payable_fen"] for each in told["items"]] == [1_200, 4_000]
    assert [each["commission_fen"] for each in told["items"]] == [36, 120]
    assert client.get("/v1/counter/prices", params=asked).json()["code"] == "member.visit_over"
    clock.move(minutes=16)
    assert counter.get("/v1/counter/prices", params=asked).json()["code"] == "member.visit_over"
    clock.move(minutes=-16)
