"""WeCom over sockets: an associate confirms, friends come and go, staff get cards."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx2
import psycopg
import pytest

from huitou.api.app import create_app
from huitou.event import reads as log
from huitou.identity import actions as merging
from huitou.identity import reads as identities
from huitou.reach.actions import messages as actions
from huitou.reach.reads import messages as reads
from huitou.reach.store.search import MessageRow
from tests.adapters.wecom.serving import CORP, Sim, eventually, serve
from tests.conftest import Clock
from tests.rooms.reach.conftest import Town

PHONE = {"user-agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.49"}


@pytest.fixture(autouse=True)
def real_time(clock: Clock) -> None:
    clock.now = datetime.now(UTC)


@pytest.fixture
def site(live_town: Town, wecom: Sim) -> Iterator[str]:
    with serve(create_app(live_town.db)) as url:
        wecom.order("corp", callback_url=f"{url}/callbacks/wecom/{live_town.brand.merchant.id}")
        yield url


def _plan(town: Town, customer: UUID) -> UUID:
    with town.db.write(town.brand.merchant.id) as tx:
        candidate = town.candidate(
            customer,
            channel="wecom",
            staff_id=town.brand.staff["a-01"].id,
            product_list_id=town.product_list(),
            text="李女士您好，鲜奶到了",
        )
        [decision] = actions.plan(tx, [candidate])
    assert decision.message_id is not None, decision.code
    return decision.message_id


def _message(town: Town, message_id: UUID) -> MessageRow:
    with town.db.read(town.brand.merchant.id) as tx:
        return reads.get_message(tx, message_id).message


def test_it_waits_for_the_associate_then_is_delivered_and_opened(
    live_town: Town, wecom: Sim, site: str, clock: Clock
) -> None:
    [customer] = live_town.people(1, consents=("wecom",))
    pages = psycopg.connect(live_town.db.dsn, autocommit=True)
    pages.execute("LISTEN huitou_live")
    message_id = _plan(live_town, customer)
    live_town.drain()
    assert _message(live_town, message_id).state == "submitted"
    clock.move(seconds=3)
    live_town.drain()
    assert _message(live_town, message_id).state == "waiting"
    wecom.order("confirm", userid="wc-a01")
    clock.move(seconds=3)
    live_town.drain()
    assert _message(live_town, message_id).state == "delivered"
    phone = live_town.phone(customer)
    texts = wecom.look(f"inbox/wm{phone}")["messages"]
    assert "李女士您好，鲜奶到了" in str(texts)
    url = _link_in(texts)
    assert url.startswith("http://shop.test/l/")
    with httpx2.Client(base_url=site, trust_env=False, headers=PHONE) as http:
        assert http.get(url.removeprefix("http://shop.test")).status_code == 200
        http.post(f"{url.removeprefix('http://shop.test')}/opened")
    live_town.drain()
    assert _message(live_town, message_id).opened_at is not None
    with pages:
        notes = [json.loads(note.payload) for note in pages.notifies(timeout=0.2)]
    own = f"staff:{live_town.brand.staff['a-01'].id}"
    mine = [n for n in notes if n.get("message") == str(message_id) and n["topic"] == own]
    assert [n["state"] for n in mine] == ["submitted", "waiting", "delivered", "opened"]


def test_a_lost_answer_does_not_double_the_task(live_town: Town, wecom: Sim, clock: Clock) -> None:
    [customer] = live_town.people(1, consents=("wecom",))
    wecom.order("faults", path="externalcontact/add_msg_template", mode="drop_after")
    message_id = _plan(live_town, customer)
    live_town.drain()
    assert _message(live_town, message_id).state == "unknown"
    clock.move(seconds=61)
    live_town.drain()
    assert _message(live_town, message_id).state == "waiting"
    url = f"wm{live_town.phone(customer)}"
    wecom.order("confirm", userid="wc-a01")
    clock.move(seconds=3)
    live_town.drain()
    assert _message(live_town, message_id).state == "delivered"
    mine = [m for m in wecom.look(f"inbox/{url}")["messages"] if "鲜奶到了" in str(m)]
    assert len({m["msgid"] for m in mine}) == 1


def test_opting_out_takes_back_what_is_not_confirmed(
    live_town: Town, wecom: Sim, clock: Clock
) -> None:
    [customer] = live_town.people(1, consents=("wecom",))
    message_id = _plan(live_town, customer)
    live_town.drain()
    clock.move(seconds=3)
    live_town.drain()
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        actions.opt_out(tx, customer, reason="page", proof="link:x")
    live_town.drain()
    assert _message(live_town, message_id).state == "cancelled"
    wecom.order("confirm", userid="wc-a01")
    inbox = wecom.look(f"inbox/wm{live_town.phone(customer)}")["messages"]
    assert "鲜奶到了" not in str(inbox)


def _inbox(wecom: Sim, phone: str) -> str:
    """What the customer has after the associate confirms all that is there to confirm."""
    wecom.order("confirm", userid="wc-a01")
    return str(wecom.look(f"inbox/wm{phone}")["messages"])


def test_a_withdrawal_in_the_log_takes_back_what_is_not_confirmed(
    live_town: Town, wecom: Sim, clock: Clock
) -> None:
    [customer] = live_town.people(1, consents=("wecom",))
    message_id = _plan(live_town, customer)
    live_town.drain()
    clock.move(seconds=3)
    phone = live_town.phone(customer)
    who = [{"kind": "phone", "value": phone, "verified": True}]
    live_town.send([live_town.event("consent.withdrawn", who, channel="wecom")])
    live_town.drain()
    assert _message(live_town, message_id).state == "cancelled"
    assert "鲜奶到了" not in _inbox(wecom, phone)


def test_opting_out_while_nobody_knows_takes_it_back_once_it_is_found(
    live_town: Town, wecom: Sim, clock: Clock
) -> None:
    [customer] = live_town.people(1, consents=("wecom",))
    wecom.order("faults", path="externalcontact/add_msg_template", mode="drop_after")
    message_id = _plan(live_town, customer)
    live_town.drain()
    assert _message(live_town, message_id).state == "unknown"
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        actions.opt_out(tx, customer, reason="page", proof="link:x")
    clock.move(seconds=61)
    live_town.drain()
    assert _message(live_town, message_id).state == "cancelled"
    assert "鲜奶到了" not in _inbox(wecom, live_town.phone(customer))


def test_forgetting_takes_back_what_is_not_confirmed(
    live_town: Town, wecom: Sim, clock: Clock
) -> None:
    [customer] = live_town.people(1, consents=("wecom",))
    message_id = _plan(live_town, customer)
    phone = live_town.phone(customer)
    live_town.drain()
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        merging.forget(tx, customer)
    clock.move(seconds=3)
    live_town.drain()
    assert _message(live_town, message_id).state in ("cancelled", "failed")
    assert "鲜奶到了" not in _inbox(wecom, phone)


def test_what_was_never_confirmed_is_taken_back_when_it_is_given_up(
    live_town: Town, wecom: Sim, clock: Clock
) -> None:
    [customer] = live_town.people(1, consents=("wecom",))
    message_id = _plan(live_town, customer)
    live_town.drain()
    clock.move(days=9)
    live_town.drain()
    found = _message(live_town, message_id)
    assert (found.state, found.failure) == ("failed", "expired")
    assert "鲜奶到了" not in _inbox(wecom, live_town.phone(customer))


def test_the_address_is_verified_and_a_new_friend_is_greeted_and_known(
    live_town: Town, wecom: Sim, site: str
) -> None:
    assert wecom.order("callback/verify")["is_verified"]
    wecom.befriend("wc-a01", "wmnewfriend1", unionid="un-1", state="store-0401", callback=True)
    store = live_town.brand.units["store-0401"].name

    def greeted() -> bool:
        return store in str(wecom.look("inbox/wmnewfriend1"))

    eventually(greeted)
    live_town.drain()
    with live_town.db.read(live_town.brand.merchant.id) as tx:
        friend = identities.find_by_identifier(
            tx, "external_userid", "wmnewfriend1", CORP["corp_id"]
        )
        person = identities.find_by_identifier(tx, "unionid", "un-1")
        assert friend is not None
        assert person is not None
        assert (friend.merged_into or friend.id) == (person.merged_into or person.id)
        entries = log.log_slice(tx, 0, log.head(tx), ["contact.added"])
    added = next(entry for entry in entries if entry.properties.get("state") == "store-0401")
    assert added.properties["staff"] == "wc-a01"
    _again(wecom, count=len(entries), town=live_town)
    wecom.order("unfriend", userid="wc-a01", external_userid="wmnewfriend1")

    def is_removed() -> bool:
        with live_town.db.read(live_town.brand.merchant.id) as tx:
            return len(log.log_slice(tx, 0, log.head(tx), ["contact.removed"])) == 1

    eventually(is_removed)


def test_a_forged_callback_is_refused(live_town: Town, wecom: Sim, site: str) -> None:
    wecom.befriend("wc-a01", "wmforged0001", callback=True)
    eventually(lambda: wecom.look("deliveries")["deliveries"][-1]["outcome"] is not None)
    last = wecom.look("deliveries")["deliveries"][-1]["id"]
    assert wecom.order("redeliver", id=last, is_forged=True)["status"] == 403


def test_a_card_is_shown_once(live_town: Town, wecom: Sim) -> None:
    staff = live_town.brand.staff["a-02"].id
    for _ in range(2):
        with live_town.db.write(live_town.brand.merchant.id) as tx:
            actions.notify_staff(tx, staff, "还有 3 条任务", "今天 18:00 截止", "/a", key="urge-1")
    live_town.drain()
    notices = wecom.look("notices/wc-a02")["notices"]
    assert len(notices) == 1
    assert "http://shop.test/a" in str(notices)


def _again(wecom: Sim, *, count: int, town: Town) -> None:
    """WeCom repeats what it told already: nothing happens twice."""
    last = wecom.look("deliveries")["deliveries"][-1]["id"]
    assert wecom.order("redeliver", id=last)["status"] == 200
    with town.db.read(town.brand.merchant.id) as tx:
        assert len(log.log_slice(tx, 0, log.head(tx), ["contact.added"])) == count


def _link_in(messages: list[dict[str, Any]]) -> str:
    for message in messages:
        for attachment in message["attachments"]:
            if "link" in attachment:
                return str(attachment["link"]["url"])
    raise AssertionError("no link arrived")
