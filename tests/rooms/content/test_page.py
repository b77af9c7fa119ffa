"""The customer's page: what it shows, what it counts, how it stops everything."""

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.base.db import Database
from huitou.catalog import actions as catalog
from huitou.catalog.types import NewProduct
from huitou.content import actions, reads
from huitou.content.types import Item, Link, NewLink
from huitou.event import reads as log
from huitou.identity import reads as identities
from huitou.merchant import actions as merchants
from tests.conftest import Brand, Clock, Read, Write, make_brand

PHONE = {"user-agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.49"}
DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><circle r="9"/></svg>'


@pytest.fixture
def customer(
    send: Callable[..., object], drain: Callable[[], None], read: Read, clock: Clock
) -> UUID:
    phone = f"137{uuid4().int % 10**8:08d}"
    who = [{"kind": "phone", "value": phone, "verified": True}]
    common = {"occurred_at": clock.now, "source": "pos", "unit": "store-0401", "identifiers": who}
    send(
        [
            {"id": uuid4().hex, "type": "member.joined", "properties": {}, **common},
            {
                "id": uuid4().hex,
                "type": "consent.given",
                "properties": {"channel": "sms", "purpose": "marketing"},
                **common,
            },
        ]
    )
    drain()
    with read() as tx:
        found = identities.find_by_identifier(tx, "phone", phone)
    assert found is not None
    return found.id


@pytest.fixture
def link(write: Write, brand: Brand, customer: UUID) -> Link:
    with write() as tx:
        catalog.save_products(
            tx,
            [
                NewProduct("milk/1", "鲜牛奶 <950ml>", "dairy", "乳品", "Dairy", 1290, DRAWING),
                NewProduct("egg", "土鸡蛋", "egg", "蛋", "Eggs", 2580),
            ],
        )
        list_id = actions.add_list(
            tx, "这周为您挑的", [Item("milk/1", "您通常 12 天买一次"), Item("egg")]
        )
        new = NewLink(list_id, customer, "sms", message_id=uuid4(), staff_id=brand.staff["a-01"].id)
        return actions.add_links(tx, [new])[0]


@pytest.fixture
def page(client: TestClient, link: Link) -> str:
    client.headers.update(PHONE)
    return client.get(f"/l/{link.token}").text


def test_a_title_made_by_itself_is_said_in_the_readers_language(
    client: TestClient, write: Write, brand: Brand, customer: UUID, link: Link
) -> None:
    with write() as tx:
        list_id = actions.add_list(tx, reads.list_title(1), [Item("egg")])
        [made] = actions.add_links(tx, [NewLink(list_id, customer, "sms", message_id=uuid4())])
    for language, title in (("zh-CN", "为您挑的 1 件"), ("en", "1 item picked for you")):
        headers = PHONE | {"Accept-Language": language}
        assert title in client.get(f"/l/{made.token}", headers=headers).text
    written = client.get(f"/l/{link.token}", headers=PHONE | {"Accept-Language": "en"}).text
    assert "这周为您挑的" in written


def test_the_page_is_one_small_answer_that_needs_nothing_from_elsewhere(
    client: TestClient, link: Link, page: str
) -> None:
    answer = client.get(f"/l/{link.token}")
    assert answer.status_code == 200
    assert len(answer.content) < 30_000
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    policy = answer.headers["content-security-policy"]
    nonces = set(re.findall(r'nonce="([^"]+)"', answer.text))
    assert len(nonces) == 1
    assert f"script-src 'nonce-{nonces.pop()}'" in policy
    assert "default-src 'none'" in policy
    assert answer.headers["cache-control"] == "no-store"
    assert "noindex" in answer.headers["x-robots-tag"]


def test_the_page_shows_products_and_the_associate_but_not_the_customer(
    page: str, brand: Brand
) -> None:
    assert "鲜牛奶 &lt;950ml&gt;" in page
    assert "您通常 12 天买一次" in page
    assert "¥12.90" in page
    assert brand.staff["a-01"].name in page
    assert brand.units["store-0401"].name in page
    assert "女士" not in page
    assert "不再接收" in page
    assert ">想买<" not in page


def test_english_on_request(client: TestClient, link: Link) -> None:
    text = client.get(f"/l/{link.token}", headers={"accept-language": "en-GB"}).text
    assert 'lang="en"' in text
    assert "Unsubscribe" in text


def test_pictures_are_kept_for_ever_and_run_nothing(client: TestClient, page: str) -> None:
    urls = re.findall(r'<img src="(/p/[^"]+)"', page)
    assert len(urls) == 2
    first = client.get(urls[0])
    assert first.text == DRAWING
    assert first.headers["content-type"].startswith("image/svg+xml")
    assert "immutable" in first.headers["cache-control"]
    assert "default-src 'none'" in first.headers["content-security-policy"]
    assert client.get(urls[1]).text.startswith("<svg")
    assert client.get(urls[0].split("?")[0]).headers["cache-control"] == "public, max-age=300"
    assert client.get(f"/p/{uuid4()}/egg.svg").status_code == 404


def test_only_people_open_and_the_first_time_is_an_event(
    client: TestClient, link: Link, page: str, read: Read
) -> None:
    robot = {"user-agent": "Mozilla/5.0 (compatible; Baiduspider/2.0)"}
    assert client.post(f"/l/{link.token}/opened", headers=robot).status_code == 204
    assert _opened(read, link) == 0
    for _ in range(2):
        assert client.post(f"/l/{link.token}/opened").status_code == 204
    assert client.get(f"/l/{link.token}/opened.gif").headers["content-type"] == "image/gif"
    assert _opened(read, link) == 3
    with read() as tx:
        entries = log.log_slice(tx, 0, log.head(tx), ["link.opened"])
    assert len(entries) == 1
    assert entries[0].properties["customer"] == str(link.customer_id)
    assert entries[0].properties["message"] == str(link.message_id)
    assert link.token not in str(entries[0].properties)


def test_a_tap_is_an_event_once_per_product(
    client: TestClient, link: Link, page: str, read: Read
) -> None:
    for sku in ("milk%2F1", "milk%2F1", "egg", "unknown"):
        assert client.post(f"/l/{link.token}/viewed/{sku}").status_code == 204
    with read() as tx:
        entries = log.log_slice(tx, 0, log.head(tx), ["product.viewed"])
    assert sorted(entry.properties["sku"] for entry in entries) == ["egg", "milk/1"]


def test_buying_leads_to_the_merchants_shop(
    client: TestClient, link: Link, page: str, write: Write, read: Read
) -> None:
    assert client.get(f"/l/{link.token}/buy/egg", follow_redirects=False).status_code == 303
    with write() as tx:
        merchants.set_setting(tx, "content.buy_url", "https://mall.example/{sku}?from={token}")
    shown = client.get(f"/l/{link.token}").text
    assert shown.count(">想买<") == 2
    answer = client.get(f"/l/{link.token}/buy/milk%2F1", follow_redirects=False)
    assert answer.headers["location"] == f"https://mall.example/milk%2F1?from={link.token}"
    outside = client.get(f"/l/{link.token}/buy/other", follow_redirects=False)
    assert outside.headers["location"] == f"/l/{link.token}"
    with read() as tx:
        types = [entry.type for entry in log.log_slice(tx, 0, log.head(tx))]
    assert types.count("product.viewed") == 1
    assert types.count("link.opened") == 1


def test_unknown_and_expired_links_say_so_kindly(
    client: TestClient, link: Link, page: str, clock: Clock
) -> None:
    for token in ("x", "A" * 23, "../../etc"):
        answer = client.get(f"/l/{token}")
        assert answer.status_code == 404
    assert "没有找到这个页面" in client.get(f"/l/{'A' * 23}").text
    clock.move(days=91)
    answer = client.get(f"/l/{link.token}")
    assert answer.status_code == 410
    assert "已经过期" in answer.text
    assert client.post(f"/l/{link.token}/opened").status_code == 204
    clock.move(days=-91)


def test_no_more_messages_at_once_and_back(client: TestClient, link: Link, page: str) -> None:
    stopped = client.post(f"/l/{link.token}/stop")
    assert str(stopped.url).endswith("/choice")
    assert "马上生效" in stopped.text
    assert "恢复接收" in client.get(f"/l/{link.token}").text
    resumed = client.post(f"/l/{link.token}/resume")
    assert "已恢复接收" in resumed.text
    assert ">不再接收<" in client.get(f"/l/{link.token}").text


def test_a_link_is_found_without_knowing_the_merchant_but_only_inside_it(
    db: Database, link: Link
) -> None:
    other = make_brand(db, "另一品牌").merchant.id
    assert reads.merchant_of(db, link.token) not in (None, other)
    with db.read(other) as tx:
        assert reads.find_link(tx, link.token) is None


def test_forgetting_ends_links_and_what_they_said(
    client: TestClient, link: Link, page: str, write: Write
) -> None:
    with write() as tx:
        actions.forget(tx, [link.customer_id])
        assert [item.reason for item in reads.get_list(tx, link.product_list_id).items] == ["", ""]
    assert client.get(f"/l/{link.token}").status_code == 410


def _opened(read: Read, link: Link) -> int:
    with read() as tx:
        found = reads.find_link(tx, link.token)
    assert found is not None
    return found.open_count
