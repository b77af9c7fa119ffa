"""The simple meal: a guest scans the code in the lobby, becomes a member, pays in 50 and gets 10, sees it
at once, pays at the counter with it, brings something back, and in the end takes the rest home.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest

from huitou.base.db import Database
from tests.conftest import Clock
from tests.stories.house import PHONE, Api, House, house

STORE, ASSOCIATE = "store-0412", "a-12"


@pytest.fixture(scope="module")
def brand(db: Database, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUITOU_DATA", str(folder))
        with house(db, clock, folder) as made:
            made.owner.put("/v1/settings/member.sms_template", {"value": "SMS_V", "version": 0})
            yield made


@contextmanager
def joined_in_the_lobby(brand: House, number: str) -> Iterator[Api]:
    """The guest's phone, on the member page: code by SMS, no form to fill in."""
    phone = Api(brand.url, headers={"User-Agent": PHONE}, follow_redirects=True)
    where = {"merchant": str(brand.merchant), "unit": STORE}
    assert "回禾超市" in phone.http.get("/m/join", params=where).text
    said = {"phone": number, "agrees": "1", "unit": STORE}
    phone.http.post("/m/join", params={"merchant": str(brand.merchant)}, data=said)
    brand.settle()
    found = re.search(r"\d{6}", brand.sms.messages(number)[-1]["content"])
    assert found
    phone.http.post("/m/join/code", data={"code": found.group()})
    brand.settle()
    assert "我的账单" in phone.http.get("/m/join/wait").text
    yield phone
    phone.close()


def offered(brand: House) -> None:
    """Headquarters offers 充 50 送 10; a plan that breaks the law is not let out of its draft."""
    hq = brand.owner
    plan: dict[str, Any] = {
        "name": "简餐储值",
        "steps": [{"pay_fen": 5_000, "bonus_fen": 1_000}],
        "bonus_days": 365,
        "terms": "充值后概不退款",
    }
    draft = hq.post("/v1/stored-plans", {"plan": plan})
    assert [each["code"] for each in draft["unlawful"]] == ["unfair_terms"]
    path = f"/v1/stored-plans/{draft['version']}"
    assert hq.refused("POST", f"{path}/publish", {"revision": 1}) == (422, "stored.unlawful")
    draft = hq.put(path, {"plan": {**plan, "terms": "余额可随时退还"}, "revision": 1})
    assert hq.post(f"{path}/publish", {"revision": 2})["state"] == "published"
    assert draft["sentence"]["zh"].startswith("充 50 元送 10 元；")


def test_a_guest_pays_in_and_pays_with_it_and_gets_the_rest_back(brand: House) -> None:
    offered(brand)
    number = f"136{uuid4().int % 10**8:08d}"
    with joined_in_the_lobby(brand, number) as phone:
        customer = pays_in(brand, phone, number)
        pays_at_the_counter(brand, phone, customer)
    brings_half_back(brand, number, customer)
    takes_the_rest_home(brand, customer)


def pays_in(brand: House, phone: Api, number: str) -> str:
    """The payment's notification reaches the shop twice; the money is there once, and at once."""
    customer: str = brand.key.get("/v1/customers", identifier=f"phone:{number}")["id"]
    money = {"customer": customer, "unit": STORE, "paid_fen": 5_000, "payment_no": "wx-4200001"}
    first, again = (brand.key.post("/v1/recharges", money) for _ in range(2))
    assert (first["is_new"], again["is_new"]) == (True, False)
    assert first["recharge"]["id"] == again["recharge"]["id"]
    assert "60" in phone.http.get("/m").text
    assert brand.key.get(f"/v1/customers/{customer}/balance")["stored_fen"] == 6_000
    return customer


def pays_at_the_counter(brand: House, phone: Api, customer: str) -> None:
    """A meal of 18 yuan: the guest shows their code to an associate whose book they are not in."""
    associate = brand.people[ASSOCIATE]
    code = phone.get("/m/code.json")["codes"][0]["code"]
    visit = associate.post("/v1/counter/recognise", {"code": code})
    assert visit["customer_id"] == customer
    here = {"visit": visit["visit_id"], "order_fen": 1_800}
    assert associate.post("/v1/counter/quote", here)["stored"]["usable_fen"] == 1_800
    bill = {**here, "order_no": "M-1", "stored_fen": 1_800}
    paid = associate.post("/v1/counter/pay", bill)
    assert (paid["principal_fen"], paid["bonus_fen"]) == (1_500, 300)
    assert associate.post("/v1/counter/pay", bill)["is_new"] is False
    assert brand.key.get(f"/v1/customers/{customer}/balance")["stored_fen"] == 4_200


def brings_half_back(brand: House, number: str, customer: str) -> None:
    """The till tells the order; the yogurt was sour: its half comes back to where it was taken from."""
    guest = {"kind": "phone", "value": number, "verified": True}
    lines = {"bread": 900, "yogurt": 900}
    brand.take(brand.paid([guest], lines, order_no="M-1", unit=STORE))
    [order] = brand.key.items("/v1/orders", customer=customer)
    [used] = brand.key.get(f"/v1/orders/{order['id']}/payments")
    assert (used["stored_fen"], used["state"]) == (1_800, "paid")
    manager = brand.people["m-0412"]
    assert manager.get(f"/v1/orders/{order['id']}/payments") == [used]
    stranger = f"/v1/orders/{order['id']}/payments"
    assert brand.people["m-0401"].refused("GET", stranger) == (404, "payment.no_order")
    brand.take(brand.refunded("M-1", "B-1", {2: 900}, unit=STORE))
    balance = brand.key.get(f"/v1/customers/{customer}/balance")
    assert (balance["principal_fen"], balance["bonus_fen"]) == (4_250, 850)


def takes_the_rest_home(brand: House, customer: str) -> None:
    """The guest moves away. The till asks, the owner agrees; nobody agrees with themselves."""
    foreseen = brand.key.get(f"/v1/customers/{customer}/withdrawal")
    assert foreseen["why"]["zh"] == "剩余本金 42.5 元，未用赠金 8.5 元作废，实退 42.5 元"
    asked = brand.key.post(
        "/v1/withdrawals", {"customer": customer, "unit": STORE, "reason": "搬家"}
    )
    path = f"/v1/approvals/{asked['id']}"
    assert brand.key.refused("POST", f"{path}/approve") == (403, "approval.same_person")
    [waiting] = brand.owner.items("/v1/approvals", state="open")
    assert waiting["body"]["payout_fen"] == 4_250
    assert brand.owner.post(f"{path}/approve")["state"] == "approved"
    assert brand.key.get(f"/v1/customers/{customer}/balance")["stored_fen"] == 0
    prepaid = brand.owner.get("/v1/prepaid")
    assert prepaid["principal_fen"] == 0
    assert prepaid["quarters"][0]["withdrawn_fen"] == 4_250
