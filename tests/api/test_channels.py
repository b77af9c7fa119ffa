"""Channels in settings: forms, secrets, and the demo's wall against real ones."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.base.config import Config
from huitou.base.db import Database
from tests.conftest import Brand

SMS: dict[str, Any] = {
    "access_key_id": "AKID",
    "access_key_secret": "very-secret",
    "sign_name": "测试",
    "template_code": "SMS_1",
}


@pytest.fixture
def api(db: Database, brand: Brand, tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(db)
    app.state.config = Config(tmp_path, "127.0.0.1", 1)
    with TestClient(app, headers={"Authorization": f"Bearer {brand.key}"}) as http:
        yield http


def test_forms_are_drawn_and_secrets_never_shown(api: TestClient) -> None:
    kinds = {item["kind"]: item for item in api.get("/v1/channels").json()["items"]}
    assert kinds["wecom"]["state"] == "missing"
    assert "access_key_secret" in kinds["sms"]["schema"]["properties"]
    assert api.put("/v1/channels/sms", json={"config": SMS}).json()["is_simulated"] is False
    shown = api.get("/v1/channels")
    assert "very-secret" not in shown.text
    sms = next(item for item in shown.json()["items"] if item["kind"] == "sms")
    assert (sms["state"], sms["config"]["access_key_id"]) == ("ready", "AKID")
    again = {**sms["config"], "sign_name": "新签名"}
    changed = {key: value for key, value in again.items() if value is not None}
    assert api.put("/v1/channels/sms", json={"config": changed}).status_code == 200


@pytest.mark.parametrize(
    ("kind", "config", "code"),
    [
        ("pigeon", {}, "channel.unknown"),
        ("sms", {}, "channel.bad_config"),
        ("sms", {**SMS, "extra": 1}, "channel.bad_config"),
        ("wecom", {"corp_id": "x"}, "channel.bad_config"),
    ],
)
def test_wrong_settings_are_refused(
    api: TestClient, kind: str, config: dict[str, Any], code: str
) -> None:
    answer = api.put(f"/v1/channels/{kind}", json={"config": config})
    assert answer.json()["code"] == code


def test_the_demo_takes_simulators_only(api: TestClient, db: Database, brand: Brand) -> None:
    with db.owner() as owner:
        owner.execute(
            "UPDATE merchant.merchant SET is_demo = true WHERE id = %s", [brand.merchant.id]
        )
    real = api.put("/v1/channels/sms", json={"config": SMS})
    assert (real.status_code, real.json()["code"]) == (403, "channel.simulator_only")
    local = api.put(
        "/v1/channels/sms", json={"config": {**SMS, "endpoint": "http://127.0.0.1:8002"}}
    )
    assert local.json()["is_simulated"] is True


def test_without_a_simulator_it_says_so(api: TestClient) -> None:
    answer = api.post("/v1/channels/sms/simulate", json={})
    assert (answer.status_code, answer.json()["code"]) == (503, "channel.no_simulator")
