"""Being added by a code, over sockets: greeted once within 20 seconds, tagged, counted, and what they buy."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx2
import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.code import actions
from huitou.event import reads as log
from huitou.identity import actions as merging
from huitou.identity import reads as identities
from tests.adapters.wecom.serving import CORP, Sim, eventually, serve
from tests.conftest import Clock
from tests.rooms.code.conftest import said
from tests.rooms.opportunity.shopping import stock
from tests.rooms.reach.conftest import Town


@pytest.fixture(autouse=True)
def real_time(clock: Clock, wecom: Sim) -> Iterator[None]:
    clock.now = datetime.now(UTC)
    yield
    wecom.http.delete("/sim/faults")


@pytest.fixture
def site(live_town: Town, wecom: Sim) -> Iterator[str]:
    with serve(create_app(live_town.db)) as url:
        # The first request of a process builds its routes, which on a busy machine outlasts a callback.
        httpx2.get(f"{url}/callbacks/wecom/none", timeout=60, trust_env=False)
        wecom.order("corp", callback_url=f"{url}/callbacks/wecom/{live_town.brand.merchant.id}")
        yield url


def _code(town: Town, client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/v1/codes", json=body)
    assert answer.status_code == 201, answer.text
    town.drain()
    code: dict[str, Any] = client.get(f"/v1/codes/{answer.json()['id']}").json()["code"]
    assert code["standing"] == "live"
    return code


def _scan(wecom: Sim, code: dict[str, Any], customer: str, name: str = "小李") -> None:
    """Somebody scans the printed picture and becomes a friend."""
    client = wecom.client()
    rows = client.post("externalcontact/list_contact_way", {})["contact_way"]
    ways = [client.post("externalcontact/get_contact_way", row)["contact_way"] for row in rows]
    [way] = [way for way in ways if way["state"] == code["state"]]
    wecom.order("customers", customers=[{"external_userid": customer, "name": name}])
    scanned = wecom.http.post(
        f"/scan/{way['config_id']}", data={"external_userid": customer}, follow_redirects=False
    )
    assert scanned.status_code == 303
    eventually(lambda: wecom.look("deliveries")["deliveries"][-1]["outcome"] != "pending")


def _inbox(wecom: Sim, customer: str) -> list[dict[str, Any]]:
    """What the customer was written, without WeCom's own lines."""
    return [m for m in wecom.look(f"inbox/{customer}")["messages"] if m["kind"] != "system"]


def _greetings(client: TestClient, code: dict[str, Any]) -> list[tuple[str, str | None, int]]:
    rows = client.get(f"/v1/greetings?code={code['id']}").json()
    return [(row["state"], row["failure"], row["count"]) for row in rows]


def _customer(town: Town, external: str) -> UUID:
    with town.db.read(town.brand.merchant.id) as tx:
        found = identities.find_by_identifier(tx, "external_userid", external, CORP["corp_id"])
    assert found is not None
    return found.id


def test_a_scan_is_greeted_once_with_the_codes_words_and_marked(
    live_town: Town, wecom: Sim, site: str, client: TestClient
) -> None:
    stock(live_town)
    welcome = {"text": "欢迎来{store}，{products}等您", "attachment": {"kind": "goods"}}
    body = said(live_town, "product", sku="milk", welcome=welcome, name="鲜奶瓶身码")
    code = _code(live_town, client, body)
    _scan(wecom, code, "wmscan000001")
    eventually(lambda: _inbox(wecom, "wmscan000001"))
    [message] = _inbox(wecom, "wmscan000001")
    assert message["text"] == "欢迎来城东一店，鲜牛奶等您"
    link = message["attachments"][0]["link"]
    assert (link["title"], link["url"]) == ("鲜牛奶", f"http://shop.test/q/{code['state']}/goods")
    assert "¥12" in httpx2.get(f"{site}/q/{code['state']}/goods", trust_env=False).text
    last = wecom.look("deliveries")["deliveries"][-1]["id"]
    assert wecom.order("redeliver", id=last)["status"] == 200
    live_town.drain()
    assert len(_inbox(wecom, "wmscan000001")) == 1, "a repeated callback greets nobody again"
    eventually(lambda: _greetings(client, code) == [("sent", None, 1)])
    with live_town.db.read(live_town.brand.merchant.id) as tx:
        [entry] = log.log_slice(tx, 0, log.head(tx), ["contact.added"])
    customer = _customer(live_town, "wmscan000001")
    known = client.get(f"/v1/customers/{customer}").json()
    assert entry.properties == {"staff": "wc-a01", "state": code["state"], "code": code["id"]}
    assert "立牌新客" in {tag["name"] for tag in known["tags"]}
    assert known["traits"]["friend_source"] == "门店立牌"
    assert client.get(f"/v1/codes/{code['id']}").json()["numbers"]["added"] == 1


def test_without_words_of_its_own_the_associate_greets(
    live_town: Town, wecom: Sim, site: str, client: TestClient
) -> None:
    code = _code(live_town, client, said(live_town, welcome={"text": ""}))
    _scan(wecom, code, "wmscan000002")
    eventually(lambda: _inbox(wecom, "wmscan000002"))
    [message] = _inbox(wecom, "wmscan000002")
    assert "我是城东一店的导购甲" in message["text"]


def test_a_greeting_too_long_to_be_said_keeps_nobody_from_being_known(
    live_town: Town, wecom: Sim, site: str, client: TestClient
) -> None:
    code = _code(live_town, client, said(live_town, welcome={"text": "{store}{associate}" * 52}))
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        unit = live_town.brand.units["store-0401"].id
        tx.run(
            "UPDATE merchant.unit SET name = %(name)s WHERE merchant_id = %(merchant)s AND id = %(id)s",
            {"name": "很长的店名" * 19, "id": unit},
        )
    _scan(wecom, code, "wmscan000009")
    eventually(lambda: _inbox(wecom, "wmscan000009"))
    [message] = _inbox(wecom, "wmscan000009")
    assert "很高兴认识您" in message["text"], "the associate's own words instead"
    live_town.drain()
    assert client.get(f"/v1/codes/{code['id']}").json()["numbers"]["added"] == 1


def test_a_greeting_that_comes_too_late_says_so_and_is_not_sent_again(
    live_town: Town, wecom: Sim, site: str, client: TestClient
) -> None:
    code = _code(live_town, client, said(live_town))
    wecom.order("corp", callback_url="http://127.0.0.1:9/nobody")
    _scan(wecom, code, "wmscan000003")
    wecom.order("clock", seconds=25)
    wecom.order("corp", callback_url=f"{site}/callbacks/wecom/{live_town.brand.merchant.id}")
    last = wecom.look("deliveries")["deliveries"][-1]["id"]
    for _ in range(2):
        assert wecom.order("redeliver", id=last)["status"] == 200
    eventually(lambda: _greetings(client, code) == [("failed", "41050", 1)])
    live_town.drain()
    assert _inbox(wecom, "wmscan000003") == []
    assert client.get(f"/v1/codes/{code['id']}").json()["numbers"]["added"] == 1, (
        "they came all the same"
    )
    said_why = client.get(f"/v1/greetings?code={code['id']}").json()[0]["text"]
    assert "20 秒" in said_why


def test_an_unanswered_greeting_is_not_sent_again(
    live_town: Town, wecom: Sim, site: str, client: TestClient, clock: Clock
) -> None:
    code = _code(live_town, client, said(live_town))
    wecom.order("faults", path="externalcontact/send_welcome_msg", mode="drop_after")
    _scan(wecom, code, "wmscan000004")
    eventually(lambda: _greetings(client, code) == [("unknown", "unanswered", 1)])
    clock.move(seconds=300)
    live_town.drain()
    assert len(_inbox(wecom, "wmscan000004")) == 1


def test_what_came_of_a_code_follows_friendships_orders_and_merges(
    live_town: Town, wecom: Sim, site: str, client: TestClient, clock: Clock
) -> None:
    stock(live_town)
    code = _code(live_town, client, said(live_town, "store"))
    for n in (1, 2, 3):
        _scan(wecom, code, f"wmcame00000{n}", f"客{n}")
    live_town.drain()
    scope = CORP["corp_id"]
    for n, (days, fen) in enumerate([(1, 3_000), (40, 5_000)], 1):
        who = [{"kind": "external_userid", "value": f"wmcame00000{n}", "scope": scope}]
        event = live_town.event("order.paid", [{**who[0], "verified": True}])
        line = {"line_no": 1, "sku": "milk", "quantity": 1000, "list_fen": fen, "paid_fen": fen}
        at = clock.now + timedelta(days=days)
        properties = {"order_no": f"C-{n}", "lines": [line], "paid_fen": fen}
        clock.now = at
        live_town.send([{**event, "occurred_at": at, "properties": properties}])
        clock.now = at - timedelta(days=days)
    clock.move(days=41)
    wecom.order("unfriend", userid="wc-a01", external_userid="wmcame000003")
    eventually(lambda: wecom.look("deliveries")["deliveries"][-1]["outcome"] != "pending")
    live_town.drain()

    def numbers() -> dict[str, int]:
        found: dict[str, int] = client.get(f"/v1/codes/{code['id']}").json()["numbers"]
        return found

    assert numbers() == {
        "added": 3,
        "friends": 2,
        "opened": 0,
        "bought": 1,
        "first_bought": 1,
        "paid_fen": 8_000,
    }
    days = client.get(f"/v1/codes/{code['id']}/days?days=60").json()
    assert [day["numbers"]["added"] for day in days] == [3]
    one, two = (_customer(live_town, f"wmcame00000{n}") for n in (1, 2))
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        merging.merge(tx, one, two)
    live_town.drain()
    assert (numbers()["added"], numbers()["paid_fen"]) == (2, 8_000)
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        merging.forget(tx, _customer(live_town, "wmcame000003"))
    live_town.drain()
    assert numbers()["added"] == 1


def test_reading_the_log_again_changes_nothing(
    live_town: Town, wecom: Sim, site: str, client: TestClient
) -> None:
    code = _code(live_town, client, said(live_town))
    _scan(wecom, code, "wmagain00001")
    live_town.drain()
    merchant = live_town.brand.merchant.id
    with live_town.db.write(merchant) as tx:
        told = tx.value("SELECT count(*) FROM profile.tag_log WHERE name = '立牌新客'")
        assert told == 1
        assert actions.take_arrivals(tx, 0, log.head(tx)) == set()
        assert tx.value("SELECT count(*) FROM profile.tag_log WHERE name = '立牌新客'") == told
