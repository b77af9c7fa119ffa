"""Points on the customer's phone: earned by a bill, given for things, fetched at a counter."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.benefit.actions import ledger
from huitou.benefit.types.ledger import BONUS, PRINCIPAL, Leg, Posting
from huitou.member.reads import sessions
from huitou.member.reads.bills import bills
from huitou.member.reads.head import head
from tests.conftest import Clock, Read, Write
from tests.rooms.member.conftest import paid

Link = Callable[[UUID], str]


@pytest.fixture
def rich(
    client: TestClient,
    customer: UUID,
    read: Read,
    send: Callable[[list[dict[str, Any]]], object],
    drain: Callable[[], None],
    clock: Clock,
) -> UUID:
    """A customer who earned 300 points by a bill of ¥300 in a store."""
    plan = {"name": "积分", "orders": [{"per_fen": 100, "points": 1}]}
    draft = client.put("/v1/points-plans/draft", json={"plan": plan}).json()
    path = f"/v1/points-plans/{draft['version']}/publish"
    assert client.post(path, json={"revision": draft["revision"]}).status_code == 200
    clock.move(seconds=1)
    with read() as tx:
        stem = bills(tx, customer).items[0].order_no[2:]
    send([paid(f"137{stem}", f"R-{stem}", clock.now, 30_000, "store-0402", "pos")])
    drain()
    return customer


def item(client: TestClient, name: str, points: int, **more: Any) -> str:
    made = client.post("/v1/points-mall/items", json={"name": name, "points": points, **more})
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def test_a_bill_tells_what_it_earned(phone: TestClient, link: Link, rich: UUID) -> None:
    phone.get(link(rich))
    home = phone.get("/m").text
    assert re.search(r'<b class="num">300</b><span>积分', home)
    assert "+300 积分" in home
    newest = re.findall(r'href="(/m/bills/[0-9a-f-]{36})"', home)[0]
    bill = phone.get(newest).text
    assert re.search(r"获得积分</dt><dd>\+300", bill)
    page = phone.get("/m/points").text
    assert "消费与互动" in page
    assert "+300" in page


def test_points_are_given_once_a_page_and_never_beyond(
    phone: TestClient, client: TestClient, link: Link, rich: UUID
) -> None:
    cup = item(client, "保温杯", 200, stock=5)
    phone.get(link(rich))
    page = phone.get("/m/points").text
    assert "保温杯" in page
    (wish,) = set(re.findall(r'name="wish" value="([^"]+)"', page))
    path = f"/m/points/exchange/{cup}"
    for _ in range(2):
        assert "兑换成功" in phone.post(path, data={"wish": wish}).text
    after = phone.get("/m/points").text
    assert re.search(r'可用积分</span><b class="num">100</b>', after)
    assert "剩 4 份" in after
    assert "积分不够" in after
    short = phone.post(path, data={"wish": str(uuid4())})
    assert short.status_code == 409
    assert phone.post(path, data={"wish": "x"}).status_code == 422
    assert phone.post(f"/m/points/exchange/{uuid4()}", data={"wish": wish}).status_code == 404
    cross = {"sec-fetch-site": "cross-site"}
    assert phone.post(path, data={"wish": wish}, headers=cross).status_code == 403


def test_what_was_exchanged_is_fetched_at_any_counter(
    phone: TestClient, client: TestClient, link: Link, rich: UUID, read: Read
) -> None:
    cup = item(client, "环保袋", 100)
    phone.get(link(rich))
    phone.post(f"/m/points/exchange/{cup}", data={"wish": str(uuid4())})
    assert "到店出示会员码领取" in phone.get("/m/points").text
    with read() as tx:
        code = sessions.next_codes(tx, head(tx, rich).ordinal)[0]
    found = client.post("/v1/counter/recognise", json={"code": code, "unit": "store-0412"}).json()
    assert found["points"] == 200
    (waiting,) = found["to_fetch"]
    assert waiting["item_name"] == "环保袋"
    path = f"/v1/points-mall/exchanges/{waiting['id']}/hand-over"
    assert client.post(path, json={"unit": "store-0412"}).status_code == 200
    assert client.post(path, json={"unit": "store-0412"}).status_code == 409
    assert "已领取" in phone.get("/m/points").text


def test_principal_and_bonus_are_told_apart(
    phone: TestClient, link: Link, customer: UUID, write: Write
) -> None:
    phone.get(link(customer))
    assert "储值</span>" not in phone.get("/m").text
    with write() as tx:
        legs: list[Leg] = []
        for asset, fen in ((PRINCIPAL, 5_000), (BONUS, 1_000)):
            legs.append(Leg("customer", customer, asset, fen))
            legs.append(Leg("merchant", tx.merchant, asset, -fen))
        posting = Posting("r1", "recharge", "recharge", "1", tx.now, tuple(legs))
        ledger.post(tx, [posting])
    home = phone.get("/m").text
    assert re.search(r'<b class="num">¥60</b><span>储值', home)
    page = phone.get("/m/stored").text
    assert re.search(r"本金<strong[^>]*>¥50.00", page)
    assert re.search(r"赠金<strong[^>]*>¥10.00", page)
    assert page.count("充值") == 2
