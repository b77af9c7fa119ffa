"""The customer's own page: theirs only, every channel, rated once, and nothing from elsewhere."""

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.base.db import Database
from huitou.event import reads as log
from huitou.identity import actions as identity
from huitou.identity import reads as identities
from huitou.member.reads import bills, sessions
from huitou.order import reads as orders
from tests.conftest import Clock, Read, Write, make_brand
from tests.rooms.member.conftest import paid

Link = Callable[[UUID], str]


def bill_ids(html: str) -> list[str]:
    return re.findall(r'href="/m/bills/([0-9a-f-]{36})"', html)


def test_a_link_opens_the_page_and_leaves_the_address(
    phone: TestClient, link: Link, customer: UUID
) -> None:
    first = phone.get(link(customer), follow_redirects=False)
    assert first.status_code == 303
    assert first.headers["location"] == "/m"
    assert first.headers["referrer-policy"] == "no-referrer"
    cookie = first.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "Path=/m" in cookie
    assert "SameSite=lax" in cookie
    page = phone.get("/m")
    assert page.status_code == 200
    assert "林**" in page.text
    assert "林晓云" not in page.text
    assert "导购甲" in page.text
    secure = phone.get(link(customer), headers={"x-forwarded-proto": "https"})
    assert "__Secure-huitou_member" in secure.history[0].headers["set-cookie"]
    assert "Secure" in secure.history[0].headers["set-cookie"]


def test_the_page_is_one_small_answer_that_needs_nothing_from_elsewhere(
    phone: TestClient, link: Link, customer: UUID
) -> None:
    phone.get(link(customer))
    for path in ("/m", "/m/bills", "/m/code", f"/m/bills/{bill_ids(phone.get('/m').text)[0]}"):
        answer = phone.get(path)
        assert len(answer.content) < 60_000
        assert not re.findall(r'(?:src|href)="(?:https?:)?//', answer.text)
        nonces = set(re.findall(r'nonce="([^"]+)"', answer.text))
        assert len(nonces) == 1
        policy = answer.headers["content-security-policy"]
        assert f"script-src 'nonce-{nonces.pop()}'" in policy
        assert "default-src 'none'" in policy
        assert not re.findall(r'\sstyle="|\son[a-z]+="', answer.text)
        assert answer.headers["cache-control"] == "no-store"
        assert "noindex" in answer.headers["x-robots-tag"]


def test_every_channel_and_every_line(phone: TestClient, link: Link, customer: UUID) -> None:
    phone.get(link(customer))
    page = phone.get("/m").text
    assert "线上商城" in page
    assert "门店" in page
    assert "城东一店" in page
    newest, oldest = bill_ids(page)
    bill = phone.get(f"/m/bills/{oldest}").text
    assert "鲜牛奶 &lt;950ml&gt;" in bill
    assert "¥25.80" in bill
    assert "× 2" in bill
    assert "¥129.00" in phone.get(f"/m/bills/{newest}").text


def test_every_link_of_the_page_leads_on(phone: TestClient, link: Link, customer: UUID) -> None:
    page = phone.get(link(customer)).text
    for path in {"/m/preferences", *re.findall(r'href="(/m[^"#?]*)"', page)}:
        assert phone.get(path).status_code == 200, path


def test_english_on_request_and_by_choice(phone: TestClient, link: Link, customer: UUID) -> None:
    phone.get(link(customer))
    assert "My bills" in phone.get("/m", headers={"accept-language": "en"}).text
    assert "我的账单" in phone.get("/m").text
    assert "My bills" in phone.get("/m/language/en").text
    assert "My bills" in phone.get("/m").text
    assert "我的账单" in phone.get("/m/language/zh").text


def test_pages_of_bills(
    phone: TestClient,
    link: Link,
    make_customer: Callable[[str], UUID],
    send: Callable[[list[dict[str, Any]]], object],
    drain: Callable[[], None],
    read: Read,
    clock: Clock,
) -> None:
    customer = make_customer("周立夏")
    with read() as tx:
        number = bills.bills(tx, customer).items[0].order_no[2:]
    send(
        [
            paid(f"137{number}", f"{at}-{number}", clock.now, 100 + at, "store-0402", "pos")
            for at in range(11)
        ]
    )
    drain()
    phone.get(link(customer))
    first = phone.get("/m/bills").text
    (following,) = re.findall(r'href="(/m/bills\?cursor=[^"]+)"', first)
    second = phone.get(following).text
    assert len(bill_ids(first)) == bills.PAGE
    assert len(bill_ids(second)) == 3
    assert not set(bill_ids(first)) & set(bill_ids(second))
    assert phone.get("/m/bills?cursor=nonsense").status_code == 422


@pytest.mark.parametrize("token", ["x", "A" * 71, "../../etc", "%00", "M" * 22])
def test_no_link_no_page(phone: TestClient, token: str) -> None:
    answer = phone.get(f"/m/{token}")
    assert answer.status_code in (401, 404)
    assert "set-cookie" not in answer.headers


def test_forged_expired_and_foreign_tokens_open_nothing(
    phone: TestClient, link: Link, customer: UUID, clock: Clock, db: Database
) -> None:
    path = link(customer)
    other = make_brand(db, "另一品牌").merchant.id
    with db.read(other) as tx:
        foreign = sessions.link_of(tx, customer)
    for each in (path[:-1] + ("A" if path[-1] != "A" else "B"), foreign, f"/m/{'A' * 71}"):
        assert phone.get(each).status_code == 401
    # A link is no session, and a session no link.
    phone.cookies.set("huitou_member", path.rsplit("/", 1)[1], path="/m")
    assert phone.get("/m").status_code == 401
    phone.cookies.clear()
    phone.get(path)
    session = phone.cookies["huitou_member"]
    assert phone.get(f"/m/{session}").status_code == 401
    clock.move(hours=13)
    assert phone.get("/m").status_code == 401
    clock.move(days=7)
    assert phone.get(path).status_code == 401
    clock.move(days=-7, hours=-13)
    assert phone.get("/m").status_code == 200
    assert phone.post("/m/leave").status_code == 200
    assert phone.get("/m").status_code == 401


def test_another_customers_bill_is_none(
    phone: TestClient, link: Link, customer: UUID, make_customer: Callable[[str], UUID]
) -> None:
    stranger = make_customer("陈白露")
    phone.get(link(customer))
    own = bill_ids(phone.get("/m").text)
    phone.get(link(stranger))
    theirs = bill_ids(phone.get("/m").text)
    assert not set(own) & set(theirs)
    for order_id in (own[0], uuid4()):
        assert phone.get(f"/m/bills/{order_id}").status_code == 404
        assert phone.post(f"/m/bills/{order_id}/rating", data={"rating": 1}).status_code == 404


def test_a_store_bill_is_rated_and_changed_and_the_manager_sees_it(
    phone: TestClient,
    client: TestClient,
    link: Link,
    customer: UUID,
    drain: Callable[[], None],
    read: Read,
) -> None:
    phone.get(link(customer))
    order_id = bill_ids(phone.get("/m").text)[1]
    path = f"/m/bills/{order_id}/rating"
    said = {"rating": "4", "service": "2", "reasons": ["slow", "fresh", "slow"]}
    answer = phone.post(path, data=said)
    assert answer.status_code == 200
    assert "谢谢您的评价" in answer.text
    assert re.search(r'value="4" checked', answer.text)
    phone.post(path, data=said)  # the same again, from a page opened twice
    drain()
    (row,) = client.get("/v1/reviews", params={"rating_max": 2}).json()["items"]
    assert (row["rating"], row["service_rating"], row["staff_name"]) == (4, 2, "导购甲")
    assert row["reasons"] == ["slow", "fresh"]
    assert row["customer_name"] == "林**"
    assert row["order_id"] == order_id
    phone.post(path, data={"rating": "5", "service": "5"})
    drain()
    assert not client.get("/v1/reviews", params={"rating_max": 3}).json()["items"]
    with read() as tx:
        entries = log.log_slice(tx, 0, log.head(tx), ["order.reviewed"])
        assert len([e for e in entries if e.properties["customer"] == str(customer)]) == 2
        assert len(orders.list_reviews(tx).items) == 1


@pytest.mark.parametrize(
    "said",
    [
        {"rating": "0"},
        {"rating": "6"},
        {"rating": "5", "service": "9"},
        {"rating": "5", "reasons": ["很好，我的电话 13900000000"]},
        {"rating": "five"},
        {},
    ],
)
def test_bad_ratings_change_nothing(
    phone: TestClient, link: Link, customer: UUID, said: dict[str, Any], read: Read
) -> None:
    phone.get(link(customer))
    order_id = bill_ids(phone.get("/m").text)[0]
    assert phone.post(f"/m/bills/{order_id}/rating", data=said).status_code == 422
    with read() as tx:
        assert bills.get_bill(tx, customer, UUID(order_id)).rating is None


def test_old_bills_and_other_sites_rate_nothing(
    phone: TestClient, link: Link, customer: UUID, clock: Clock, read: Read
) -> None:
    phone.get(link(customer))
    order_id = bill_ids(phone.get("/m").text)[1]
    path = f"/m/bills/{order_id}/rating"
    elsewhere = {"sec-fetch-site": "cross-site"}
    assert phone.post(path, data={"rating": "1"}, headers=elsewhere).status_code == 403
    clock.move(days=28)
    phone.get(link(customer))
    assert phone.post(path, data={"rating": "1"}).status_code == 409
    assert "已过评价期" in phone.get(f"/m/bills/{order_id}").text
    clock.move(days=-28)
    with read() as tx:
        assert bills.get_bill(tx, customer, UUID(order_id)).rating is None


def test_the_code_page_rotates_and_holds_nothing_personal(
    phone: TestClient, link: Link, customer: UUID, clock: Clock
) -> None:
    phone.get(link(customer))
    page = phone.get("/m/code").text
    made = re.findall(r'data-code="(M[0-9A-Z]{21})"', page)
    assert len(made) == len(set(made)) == sessions.CODES
    assert page.count("<svg") >= sessions.CODES
    more = phone.get("/m/code.json").json()
    assert [each["code"] for each in more["codes"]] == made
    assert 0 < more["left_ms"] <= 30_000
    assert all(each["svg"].startswith("<svg") for each in more["codes"])
    clock.move(seconds=30)
    assert phone.get("/m/code.json").json()["codes"][0]["code"] == made[1]
    clock.move(seconds=-30)
    phone.cookies.clear()
    assert phone.get("/m/code.json").status_code == 401


def test_a_forgotten_customer_is_out_at_once(
    phone: TestClient, link: Link, customer: UUID, write: Write, drain: Callable[[], None]
) -> None:
    path = link(customer)
    phone.get(path)
    assert phone.get("/m").status_code == 200
    with write() as tx:
        identity.forget(tx, customer)
    assert phone.get("/m").status_code == 401
    assert phone.get(path).status_code == 401


def test_the_tier_is_on_the_card_with_what_is_missing(
    phone: TestClient, client: TestClient, link: Link, customer: UUID, drain: Callable[[], None]
) -> None:
    tiers = [
        {"code": "new", "zh": "新芽会员", "en": "Sprout", "threshold": 0},
        {
            "code": "gold",
            "zh": "金禾会员",
            "en": "Gold",
            "threshold": 20_000,
            "privileges": [{"kind": "free_shipping"}],
        },
    ]
    window = {"kind": "rolling", "days": 365}
    plan = {"name": "会员等级", "metric": "spend", "window": window, "tiers": tiers}
    made = client.post("/v1/tier-plans", json={"plan": plan})
    assert made.status_code == 201, made.text
    version, revision = made.json()["version"], made.json()["revision"]
    published = client.post(f"/v1/tier-plans/{version}/publish", json={"revision": revision})
    assert published.status_code < 300, published.text
    drain()
    phone.get(link(customer))
    page = phone.get("/m").text
    assert "新芽会员" in page
    # The customer has spent ¥129.00 and ¥25.80.
    assert "再消费 ¥45.20，升级到金禾会员" in page
    assert "Sprout" in phone.get("/m", headers={"accept-language": "en"}).text


def test_a_link_follows_a_merge_and_a_split(
    phone: TestClient,
    link: Link,
    customer: UUID,
    make_customer: Callable[[str], UUID],
    write: Write,
    drain: Callable[[], None],
    read: Read,
) -> None:
    other = make_customer("林小云")
    phone.get(link(other))
    own = set(bill_ids(phone.get("/m/bills").text))
    with write() as tx:
        identity.merge(tx, customer, other)
    drain()
    joined = set(bill_ids(phone.get("/m/bills").text))
    assert own < joined
    assert len(joined) == 4
    with read() as tx:
        every = identities.identifiers_of(tx, customer)
        theirs = [each.id for each in every if each.customer_id == other]
    assert (len(every), len(theirs)) == (2, 1)
    with write() as tx:
        identity.split(tx, customer, theirs)
    drain()
    assert set(bill_ids(phone.get("/m/bills").text)) == own
