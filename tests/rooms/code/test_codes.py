"""Codes against a WeCom on a socket: made once, changed, stopped, following their staff, copied for stores."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitou.base.db import Database, Scope
from huitou.code import actions, reads
from huitou.code.types import Draft, NoCode, NotYourUnit, Welcome
from huitou.merchant import actions as merchants
from huitou.merchant import reads as business
from huitou.merchant.types import NewStaff
from tests.adapters.wecom.serving import Sim
from tests.conftest import Brand, Clock
from tests.rooms.code.conftest import said
from tests.rooms.reach.conftest import Send, Town
from tests.rooms.reach.conftest import _configured as configured

FAULT = {"path": "externalcontact/add_contact_way"}


@pytest.fixture(autouse=True)
def real_time(clock: Clock, wecom: Sim) -> Iterator[None]:
    clock.now = datetime.now(UTC)
    yield
    wecom.http.delete("/sim/faults")


def _ways(wecom: Sim, state: str) -> list[dict[str, Any]]:
    client = wecom.client()
    rows = client.post("externalcontact/list_contact_way", {})["contact_way"]
    ways = [client.post("externalcontact/get_contact_way", row)["contact_way"] for row in rows]
    return [way for way in ways if way["state"] == state]


def _add(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/v1/codes", json=body)
    assert answer.status_code == 201, answer.text
    code: dict[str, Any] = answer.json()
    return code


def _get(client: TestClient, code_id: str) -> dict[str, Any]:
    code: dict[str, Any] = client.get(f"/v1/codes/{code_id}").json()["code"]
    return code


def test_a_code_is_made_changed_and_stopped(
    live_town: Town, wecom: Sim, client: TestClient
) -> None:
    code = _add(client, said(live_town))
    assert (code["standing"], code["has_picture"]) == ("making", False)
    assert client.get(f"/v1/codes/{code['id']}/qr.png").status_code == 404
    live_town.drain()
    made = _get(client, code["id"])
    assert (made["standing"], made["behind"]) == ("live", ["wc-a01"])
    [way] = _ways(wecom, code["state"])
    assert (way["user"], way["remark"]) == (["wc-a01"], "收银台立牌")
    picture = client.get(f"/v1/codes/{code['id']}/qr.png")
    assert picture.content == wecom.http.get(way["qr_code"]).content, "WeCom's own picture"
    staff = [str(live_town.brand.staff[name].id) for name in ("a-01", "a-02")]
    body = said(live_town, staff_ids=staff, name="新立牌", asks_first=True)
    stale = client.put(f"/v1/codes/{code['id']}", json={"version": 9, "code": body})
    assert stale.json()["code"] == "version.conflict"
    client.put(f"/v1/codes/{code['id']}", json={"version": 1, "code": body}).raise_for_status()
    live_town.drain()
    [way] = _ways(wecom, code["state"])
    assert (way["user"], way["remark"]) == (["wc-a01", "wc-a02"], "新立牌")
    assert client.post(f"/v1/codes/{code['id']}/stop").json()["standing"] == "stopped"
    live_town.drain()
    assert _ways(wecom, code["state"]) == []
    assert client.get(f"/v1/codes/{code['id']}/qr.png").status_code == 404
    refused = client.put(f"/v1/codes/{code['id']}", json={"version": 3, "code": body})
    assert refused.json()["code"] == "code.stopped"


def test_a_lost_answer_does_not_double_the_code(
    live_town: Town, wecom: Sim, client: TestClient, clock: Clock
) -> None:
    _add(client, said(live_town, name="别的码"))
    live_town.drain()
    wecom.order("faults", **FAULT, mode="drop_after")
    code = _add(client, said(live_town))
    live_town.drain()
    assert _get(client, code["id"])["standing"] == "making"
    assert len(_ways(wecom, code["state"])) == 1, "it arrived, but nobody told us"
    live_town.drain()
    assert len(_ways(wecom, code["state"])) == 1, "not asked at once: it may be on its way"
    clock.move(seconds=130)
    live_town.drain()
    assert _get(client, code["id"])["standing"] == "live"
    assert len(_ways(wecom, code["state"])) == 1


def test_what_never_arrived_is_made_after_looking(
    live_town: Town, wecom: Sim, client: TestClient, clock: Clock
) -> None:
    wecom.order("faults", **FAULT, mode="drop_before")
    code = _add(client, said(live_town))
    live_town.drain()
    assert _ways(wecom, code["state"]) == []
    clock.move(seconds=130)
    live_town.drain()
    assert _get(client, code["id"])["standing"] == "live"
    assert len(_ways(wecom, code["state"])) == 1


def test_a_refusal_is_shown_and_tried_again_by_hand(
    live_town: Town, wecom: Sim, client: TestClient
) -> None:
    wecom.order("faults", **FAULT, mode="errcode", errcode=41054)
    code = _add(client, said(live_town))
    live_town.drain()
    failed = _get(client, code["id"])
    assert (failed["standing"], failed["failure"]) == ("failed", "41054")
    listed = client.get("/v1/codes?standing=failed").json()["items"]
    assert [item["code"]["id"] for item in listed] == [code["id"]]
    client.post(f"/v1/codes/{code['id']}/retry").raise_for_status()
    live_town.drain()
    assert _get(client, code["id"])["standing"] == "live"


def test_a_code_taken_away_in_wecom_gets_a_new_picture(
    live_town: Town, wecom: Sim, client: TestClient
) -> None:
    code = _add(client, said(live_town))
    live_town.drain()
    [way] = _ways(wecom, code["state"])
    wecom.client().post("externalcontact/del_contact_way", {"config_id": way["config_id"]})
    body = said(live_town, name="改名")
    client.put(f"/v1/codes/{code['id']}", json={"version": 1, "code": body}).raise_for_status()
    live_town.drain()
    assert _get(client, code["id"])["failure"] == "41044"
    client.post(f"/v1/codes/{code['id']}/retry").raise_for_status()
    live_town.drain()
    [anew] = _ways(wecom, code["state"])
    assert anew["config_id"] != way["config_id"]


def test_a_code_waits_for_the_channel(
    db: Database,
    brand: Brand,
    send: Send,
    drain: Callable[[], None],
    wecom: Sim,
    client: TestClient,
    clock: Clock,
) -> None:
    town = Town(db, brand, send, drain, wecom)
    code = _add(client, said(town))
    drain()
    assert _get(client, code["id"])["failure"] == "reach.no_channel"
    configured(town, "http://127.0.0.1:9", wecom.base_url)
    clock.move(seconds=61)
    drain()
    assert _get(client, code["id"])["standing"] == "live"
    assert len(_ways(wecom, code["state"])) == 1


def test_a_stores_code_follows_its_staff(
    live_town: Town, wecom: Sim, client: TestClient, clock: Clock
) -> None:
    fallback = str(live_town.brand.staff["a-12"].id)
    code = _add(client, said(live_town, "store", fallback_staff_id=fallback))

    def behind() -> list[str]:
        clock.move(seconds=61)
        live_town.drain()
        [way] = _ways(wecom, code["state"])
        users: list[str] = way["user"]
        return users

    assert behind() == ["wc-a01", "wc-a02"]
    people = live_town.brand.staff
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        merchants.set_away(tx, people["a-01"].id, is_away=True)
        merchants.add_staff(tx, [NewStaff("a-09", "新人", "associate", "store-0401", "wc-a03x")])
    wecom.order("members", members=[{"userid": "wc-a03x", "name": "新人"}])
    assert behind() == ["wc-a02", "wc-a03x"]
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        for staff in business.list_staff(tx, role="associate"):
            if staff.unit_id == people["a-01"].unit_id:
                merchants.set_away(tx, staff.id, is_away=True)
    assert behind() == ["wc-a12"], "nobody on duty: the fallback answers"
    with live_town.db.write(live_town.brand.merchant.id) as tx:
        merchants.set_away(tx, people["a-02"].id, is_away=False)
    assert behind() == ["wc-a02"]


def test_codes_for_all_stores_in_one_go(live_town: Town, wecom: Sim, client: TestClient) -> None:
    what = {"name": "店铺海报", "welcome": {"text": "欢迎来{store}"}, "tags": ["海报"]}
    answer = client.post("/v1/codes/batches", json={"code": what})
    assert answer.status_code == 201, answer.text
    batch = answer.json()
    assert (batch["total"], batch["making"]) == (3, 3)
    mall = str(live_town.brand.units["mall"].id)
    assert batch["refused"] == [{"unit_id": mall, "reason": "code.nobody"}]
    live_town.drain()
    done = client.get(f"/v1/codes/batches/{batch['id']}").json()
    assert (done["total"], done["live"], done["failed"]) == (3, 3, 0)
    listed = client.get(f"/v1/codes?batch={batch['id']}").json()["items"]
    names = sorted(item["code"]["name"] for item in listed)
    assert names == ["城东一店 · 店铺海报", "城东二店 · 店铺海报", "城西店 · 店铺海报"]
    sheet = client.get(f"/v1/codes/sheet?batch={batch['id']}").text
    assert sheet.count("data:image/png;base64,") == 3
    assert all(name in sheet for name in names)
    unknown = client.post("/v1/codes/batches", json={"code": what, "units": ["nowhere"]})
    assert unknown.json()["code"] == "code.bad"


def test_a_scope_sees_its_own(live_town: Town, client: TestClient) -> None:
    own = _add(client, said(live_town))
    store = _add(client, said(live_town, "store"))
    far = said(live_town, unit_id=str(live_town.brand.units["store-0412"].id))
    other = _add(client, {**far, "staff_ids": [str(live_town.brand.staff["a-12"].id)]})
    merchant = live_town.brand.merchant.id
    path = live_town.brand.units["store-0401"].path
    with live_town.db.read(merchant, scope=Scope(path)) as tx:
        assert {str(c.id) for c in reads.list_codes(tx).items} == {own["id"], store["id"]}
        with pytest.raises(NoCode):
            reads.get_code(tx, other["id"])
    second = live_town.brand.staff["a-02"]
    with live_town.db.read(merchant, scope=Scope(path, second.id)) as tx:
        assert [str(c.id) for c in reads.list_codes(tx).items] == [store["id"]], (
            "not of a colleague"
        )
    draft = Draft(
        name="a",
        kind="staff",
        unit_id=live_town.brand.units["store-0401"].id,
        staff_ids=[live_town.brand.staff["a-12"].id],
        welcome=Welcome("您好"),
    )
    with live_town.db.write(merchant, scope=Scope(path)) as tx, pytest.raises(NotYourUnit):
        actions.add_code(tx, draft)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"welcome": {"text": "{nobody}"}}, "content.bad_template"),
        ({"welcome": {"text": "{name}您好"}}, "code.name_unknown"),
        ({"staff_ids": []}, "code.nobody"),
        ({"kind": "product", "sku": "no-such"}, "code.bad"),
        ({"from_minute": 60}, "code.bad"),
    ],
)
def test_what_cannot_be_said_is_refused(
    town: Town, client: TestClient, changes: dict[str, Any], code: str
) -> None:
    answer = client.post("/v1/codes", json=said(town, **changes))
    assert answer.json()["code"] == code
    assert client.get("/v1/codes").json()["items"] == []


def test_staff_without_wecom_cannot_be_added(town: Town, client: TestClient) -> None:
    nobody = said(town, staff_ids=[str(town.brand.staff["hq-1"].id)])
    assert client.post("/v1/codes", json=nobody).json()["code"] == "code.nobody"
