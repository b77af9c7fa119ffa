"""The review of identity as a program sees it."""

from collections.abc import Callable, Sequence
from typing import Any

from fastapi.testclient import TestClient

from huitou.event.types import Intake
from tests.conftest import Clock, Write
from tests.rooms.identity.test_identity import event, get
from tests.rooms.identity.test_review import alike, file

Send = Callable[[Sequence[dict[str, Any]]], Intake]


def test_a_duplicate_is_decided_and_taken_back(
    client: TestClient, clock: Clock, send: Send, drain: Callable[[], None], write: Write
) -> None:
    send([event(clock, 1, "card:1"), event(clock, 2, "card:2")])
    drain()
    with write() as tx:
        file(tx, alike(get(tx, "card:1"), get(tx, "card:2")))
    (one,) = client.get("/v1/identity/suggestions").json()["items"]
    assert one["agreements"][0]["zh"] == "名字相同"
    url = f"/v1/identity/suggestions/{one['id']}"
    assert client.post(f"{url}/accept").json()["state"] == "accepted"
    refused = client.post(f"{url}/reject")
    assert (refused.status_code, refused.json()["code"]) == (409, "identity.not_open")
    assert client.post(f"{url}/undo").json()["state"] == "open"
    assert client.post(f"{url}/reject").json()["state"] == "rejected"
    assert client.get("/v1/identity/suggestions").json()["items"] == []
    assert client.get("/v1/identity/review").json()["precision"][2]["rejected"] == 1
    verbs = {line["verb"] for line in client.get("/v1/audit").json()["items"]}
    assert {"duplicate.accepted", "duplicate.undone", "duplicate.rejected"} <= verbs


def test_a_rule_is_previewed_and_asked_for(
    client: TestClient, clock: Clock, send: Send, drain: Callable[[], None]
) -> None:
    send([event(clock, no, f"card:{no}", "phone:13800000001!") for no in (1, 2)])
    send([event(clock, 3, "card:1"), event(clock, 4, "card:2")])
    drain()
    assert client.get("/v1/identity/policy").json()["preview"] is None
    rule = {"policy": {"verified_phone_merges": False}}
    asked = client.post("/v1/identity/policy/preview", json=rule)
    assert (asked.status_code, asked.json()["state"], asked.json()["found"]) == (
        202,
        "queued",
        None,
    )
    assert client.get("/v1/identity/policy").json()["preview"] == asked.json()
    drain()
    preview = client.get("/v1/identity/policy").json()["preview"]
    assert (preview["id"], preview["state"]) == (asked.json()["id"], "done")
    assert preview["total"] == 4
    assert preview["policy"]["verified_phone_merges"] is False
    assert preview["found"]["zh"] == "这条规则会合并 0 位客户、拆开 1 位；看其中 1 例"
    assert [each["into"] for each in preview["found"]["examples"]] == [2]
    wrong = client.post("/v1/identity/policy/preview", json={"policy": {"shared_after": 0}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "identity.bad_policy")
    run = client.put("/v1/identity/policy", json={"policy": {"shared_after": 2}})
    assert (run.status_code, run.json()["state"]) == (202, "queued")
    assert client.get("/v1/identity/policy").json()["run"]["id"] == run.json()["id"]
    assert client.post("/v1/identity/suggestions/refresh").status_code == 202


def test_nothing_that_speaks_is_lifted(client: TestClient) -> None:
    assert client.get("/v1/identity/quarantine").json()["items"] == []
    refused = client.post("/v1/identity/quarantine/999999/lift")
    assert (refused.status_code, refused.json()["code"]) == (404, "identity.not_quarantined")
