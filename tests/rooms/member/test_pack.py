"""The coupon pack on the customer's phone: shown to be scanned, used at a counter, seen as used."""

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.benefit.actions import coupons
from huitou.member.reads import sessions
from huitou.member.reads.head import head
from tests.conftest import Clock, Read, Write
from tests.rooms.benefit.coupon_world import publish

Link = Callable[[UUID], str]
OPEN = {"kind": "full_reduction", "threshold_fen": 0, "off_fen": 2_000}


@pytest.fixture
def code(phone: TestClient, link: Link, customer: UUID, write: Write) -> str:
    """A coupon of ¥20 in the customer's pack, whose phone is signed in."""
    with write() as tx:
        template = publish(tx, name="到店立减券", benefit=OPEN, claiming=None)
        coupons.issue(tx, template.id, [customer], key="test")
    phone.get(link(customer))
    (found,) = set(re.findall(r'href="/m/coupons/([0-9A-Z]{13})"', phone.get("/m").text))
    return str(found)


def tokens_on(html: str) -> list[str]:
    return re.findall(r'data-token="(HT1\.[^"]+)"', html)


def redeem(client: TestClient, text: str, unit: str = "store-0401") -> tuple[int, str]:
    body = {"text": text, "unit": unit, "key": uuid4().hex}
    answer = client.post("/v1/coupons/redeem", json=body)
    return answer.status_code, answer.json().get("code", "")


def test_a_coupon_is_shown_scanned_and_seen_as_used(
    phone: TestClient, client: TestClient, code: str
) -> None:
    assert "¥20" in phone.get("/m/coupons").text
    page = phone.get(f"/m/coupons/{code}").text
    shown = tokens_on(page)
    assert len(shown) == len(set(shown)) == 8
    assert page.count("<svg") >= 8
    state = f"/m/coupons/{code}/state.json"
    assert phone.get(state).json() == {"state": "available"}
    assert redeem(client, shown[0]) == (200, "")
    assert phone.get(state).json() == {"state": "used"}
    after = phone.get(f"/m/coupons/{code}").text
    assert "已使用" in after
    assert not tokens_on(after)
    assert phone.get(f"/m/coupons/{code}/tokens.json").status_code == 409
    assert "已用完和过期" in phone.get("/m/coupons").text
    assert redeem(client, shown[1]) == (409, "coupon.used")


def test_codes_follow_one_another_and_are_over_after_a_while(
    phone: TestClient, client: TestClient, code: str, clock: Clock
) -> None:
    more = phone.get(f"/m/coupons/{code}/tokens.json").json()["tokens"]
    assert all(each["svg"].startswith("<svg") for each in more)
    clock.move(minutes=18)
    assert redeem(client, more[0]["token"]) == (409, "coupon.token_over")
    clock.move(minutes=-18)


def test_somebody_elses_coupon_is_none(
    phone: TestClient, code: str, link: Link, make_customer: Callable[[str], UUID]
) -> None:
    phone.get(link(make_customer("陈白露")))
    for path in ("", "/state.json", "/tokens.json"):
        assert phone.get(f"/m/coupons/{code}{path}").status_code == 404
    phone.cookies.clear()
    assert phone.get(f"/m/coupons/{code}").status_code == 401
    assert phone.get(f"/m/coupons/{code}/tokens.json").status_code == 401


def test_taking_once_for_each_page_and_within_limits(
    phone: TestClient, link: Link, customer: UUID, write: Write
) -> None:
    with write() as tx:
        template = publish(tx, name="新人券", benefit=OPEN, per_customer=2)
        hidden = publish(tx, name="内部券", benefit=OPEN, claiming=None)
    phone.get(link(customer))
    page = phone.get("/m/coupons").text
    assert "新人券" in page
    assert "内部券" not in page
    (claim,) = set(re.findall(r'name="claim" value="([^"]+)"', page))
    path = f"/m/coupons/take/{template.id}"
    for _ in range(2):  # a double tap is one
        assert "领到了" in phone.post(path, data={"claim": claim}).text
    assert len(set(re.findall(r"/m/coupons/([0-9A-Z]{13})", phone.get("/m/coupons").text))) == 1
    assert phone.post(path, data={"claim": str(uuid4())}).status_code == 200
    limit = phone.post(path, data={"claim": str(uuid4())})
    assert limit.status_code == 409
    assert "已达到每人限领数量" in limit.text
    assert (
        phone.post(f"/m/coupons/take/{hidden.id}", data={"claim": str(uuid4())}).status_code == 409
    )
    elsewhere = {"sec-fetch-site": "cross-site"}
    assert phone.post(path, data={"claim": claim}, headers=elsewhere).status_code == 403


def test_the_counter_sees_what_can_be_used_there(
    client: TestClient, customer: UUID, write: Write, read: Read
) -> None:
    with write() as tx:
        here = publish(tx, name="城东券", benefit=OPEN, units=("region-1",))
        there = publish(tx, name="城西券", benefit=OPEN, units=("region-2",))
        for template in (there, here):
            coupons.issue(tx, template.id, [customer], key=str(template.id))
    with read() as tx:
        code = sessions.next_codes(tx, head(tx, customer).ordinal)[0]
    body = {"code": code, "unit": "store-0401"}
    found = client.post("/v1/counter/recognise", json=body).json()["coupons"]
    assert [(each["coupon"]["template_name"], each["code"]) for each in found] == [
        ("城东券", None),
        ("城西券", "coupon.not_here"),
    ]
    nowhere = client.post("/v1/counter/recognise", json={"code": code, "unit": "nowhere"})
    assert nowhere.status_code == 404
