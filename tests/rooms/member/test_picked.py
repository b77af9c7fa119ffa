"""From the member page to what was picked for the customer last."""

from collections.abc import Callable
from uuid import UUID

from fastapi.testclient import TestClient

from huitou.content import actions as content
from huitou.content.types import Item, Link, NewLink
from tests.conftest import Clock, Write


def picked(write: Write, customer: UUID, title: str) -> Link:
    with write() as tx:
        list_id = content.add_list(tx, title, [Item("milk")])
        return content.add_links(tx, [NewLink(list_id, customer, "wecom")])[0]


def test_the_member_page_leads_to_the_latest_list_while_it_lasts(
    phone: TestClient,
    link: Callable[[UUID], str],
    make_customer: Callable[[str], UUID],
    write: Write,
    clock: Clock,
) -> None:
    customer, other = make_customer("林晓云"), make_customer("别人")
    picked(write, other, "别人的")
    phone.get(link(customer))
    assert "为您挑的商品" not in phone.get("/m").text
    first = picked(write, customer, "上周")
    clock.move(minutes=1)
    latest = picked(write, customer, "这周")
    page = phone.get("/m").text
    assert f'href="/l/{latest.token}"' in page
    assert first.token not in page
    assert "鲜牛奶" in phone.get(f"/l/{latest.token}").text
    clock.move(days=91)
    phone.get(link(customer))
    assert "为您挑的商品" not in phone.get("/m").text
