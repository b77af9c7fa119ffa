"""The thread over HTTP: preview, draft, publish, task, tap; and refusals."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from tests.conftest import PASSWORD
from tests.rooms.campaign.planning import EVERYONE
from tests.rooms.opportunity.shopping import stock
from tests.rooms.reach.conftest import Town


def body(town: Town, **changes: Any) -> dict[str, Any]:
    deadline = (town.db.clock() + timedelta(days=1)).isoformat()
    return {
        "name": "乳制品关怀",
        "source": {"rule": EVERYONE},
        "goal": "提醒补货",
        "copy": "{name}您好，{associate}给您留了好物",
        "product_mode": "fixed",
        "skus": ["milk"],
        "deadline": deadline,
        "fallback": {"text": "{name}您好，好物到货"},
        "holdout_bp": 0,
        **changes,
    }


def test_from_preview_to_the_tap(town: Town, client: TestClient) -> None:
    stock(town)
    town.people(2, consents=("wecom", "sms"))
    shown = client.post("/v1/campaigns/preview", json=body(town))
    assert shown.status_code == 200, shown.text
    assert (shown.json()["treated"], shown.json()["associates"]) == (2, 1)
    assert shown.json()["sample"][0]["copy"].endswith("导购甲给您留了好物")
    draft = client.post("/v1/campaigns", json=body(town, salt=shown.json()["salt"]))
    assert draft.status_code == 201, draft.text
    path = f"/v1/campaigns/{draft.json()['id']}"
    assert client.post(f"{path}/preview").json()["treated"] == 2
    key = {"Idempotency-Key": "publish-once"}
    first = client.post(f"{path}/publish", json={"version": 1}, headers=key)
    assert first.status_code == 202, first.text
    assert client.post(f"{path}/publish", json={"version": 1}, headers=key).json() == first.json()
    town.drain()
    progress = client.get(f"{path}/progress").json()
    assert (progress["state"], progress["share"], progress["tasks"]) == ("live", 1.0, {"open": 2})
    candidates = client.get(f"{path}/candidates", params={"arm": "treated", "limit": 1}).json()
    assert candidates["items"][0]["task_id"] and candidates["next"]
    tasks = client.get("/v1/tasks", params={"campaign": draft.json()["id"]}).json()["items"]
    assert len(tasks) == 2
    tapped = client.post(f"/v1/tasks/{tasks[0]['id']}/send", json={"copy": "王姐，牛奶到了"})
    assert tapped.json()["state"] == "awaiting_confirmation", tapped.text
    assert tapped.json()["products"][0]["name"] == "鲜牛奶"
    assert client.post(f"/v1/tasks/{tasks[0]['id']}/send").json() == tapped.json()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"deadline": "2020-01-01T00:00:00+08:00"}, "campaign.deadline_past"),
        ({"source": {}}, "campaign.bad_source"),
        ({"copy": "{phone}"}, "content.bad_template"),
        ({"skus": ["nothing"]}, "campaign.bad_products"),
        ({"skus": []}, "campaign.bad_products"),
        ({"source": {"rule": {"v": 1, "all": [{"kind": "luck"}]}}}, "segment.bad_rule"),
        ({"holdout_bp": True}, None),
        ({"colour": "red"}, None),
        ({"deadline": "2030-01-01T00:00:00"}, None),
    ],
)
def test_a_bad_plan_is_refused(
    town: Town, client: TestClient, changes: dict[str, Any], code: str | None
) -> None:
    stock(town)
    answer = client.post("/v1/campaigns", json=body(town, **changes))
    assert answer.status_code in (400, 422), answer.text
    if code is not None:
        assert answer.json()["code"] == code
    assert client.get("/v1/campaigns").json()["items"] == []


def test_states_and_versions_are_refused_over_http(town: Town, client: TestClient) -> None:
    stock(town)
    draft = client.post("/v1/campaigns", json=body(town)).json()
    path = f"/v1/campaigns/{draft['id']}"
    assert client.post(f"{path}/publish").json()["code"] == "campaign.no_candidates"
    assert client.post(f"{path}/pause").json()["code"] == "campaign.wrong_state"
    edited = client.put(path, json=body(town, name="新", version=1))
    assert (edited.json()["name"], edited.json()["version"]) == ("新", 2)
    stale = client.put(path, json=body(town, version=1))
    assert (stale.status_code, stale.json()["code"]) == (409, "version.conflict")
    missing = "/v1/campaigns/00000000-0000-7000-8000-000000000000"
    assert client.get(missing).json()["code"] == "campaign.none"
    assert client.get(f"{missing}/progress").status_code == 404


def login(town: Town, name: str) -> TestClient:
    http = TestClient(
        create_app(town.db), base_url="http://testserver", headers={"x-huitou-surface": "phone"}
    )
    full = f"{name}-{town.brand.merchant.id.hex[-6:]}"
    answer = http.post("/v1/session", json={"login": full, "password": PASSWORD})
    assert answer.status_code < 300, answer.text
    return http


def test_what_each_role_sees(town: Town, client: TestClient) -> None:
    stock(town)
    town.people(1, consents=("wecom",))
    [other] = town.people(1, consents=("wecom",), staff="wc-a02")
    draft = client.post("/v1/campaigns", json=body(town)).json()
    client.post(f"/v1/campaigns/{draft['id']}/publish")
    town.drain()
    store = town.brand.units["store-0401"].id
    with login(town, "a01") as associate, login(town, "m0401") as manager:
        home = associate.get("/v1/associates/me/home").json()
        assert (home["staff"]["name"], home["tasks"]["open"]) == ("导购甲", 1)
        assert home["month"]["gap_fen"] == home["month"]["target_fen"] == 100_000
        mine = associate.get("/v1/tasks").json()["items"]
        assert [task["associate"]["name"] for task in mine] == ["导购甲"]
        theirs = manager.get("/v1/tasks", params={"customer": str(other)}).json()["items"]
        assert len(theirs) == 1
        assert associate.get(f"/v1/tasks/{theirs[0]['id']}").status_code == 404
        assert associate.post(f"/v1/tasks/{theirs[0]['id']}/send").status_code == 404
        assert associate.post("/v1/tasks/urge", json={"unit": "store-0401"}).status_code == 403
        assert associate.get("/v1/campaigns").status_code == 403
        assert manager.post(f"/v1/campaigns/{draft['id']}/end").status_code == 403
        assert manager.get(f"/v1/units/{store}/tasks").json()["open"] == 2
        urged = manager.post("/v1/tasks/urge", json={"unit": "store-0401"}).json()
        assert len(urged["urged"]) == 2
        staff = town.brand.staff
        moved = manager.post(
            "/v1/tasks/reassign",
            json={"from_staff": str(staff["a-02"].id), "to_staff": str(staff["a-01"].id)},
        )
        assert moved.json() == {"moved": 1, "kept": 0}
        assert len(associate.get("/v1/tasks").json()["items"]) == 2
        goal = {"month": "2026-11-01", "target_fen": 5_000_000}
        path = f"/v1/associates/{staff['a-01'].id}/goal"
        assert associate.put(path, json=goal).status_code == 403
        assert manager.put(path, json=goal).json()["target_fen"] == 5_000_000
        far = f"/v1/associates/{staff['a-12'].id}/goal"
        assert manager.put(far, json=goal).status_code == 404
    assert client.get("/v1/associates/me/home").json()["code"] == "associate.not_an_associate"
