"""Whether providers' calls reach us: counted when taken and when refused, and what is not heard of."""

import json
from datetime import timedelta, timezone
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from huitou import wiring
from huitou.api.app import create_app
from huitou.base.config import Config
from huitou.base.db import Database
from huitou.channels.gateway import signing
from huitou.merchant import actions as merchants
from tests.conftest import Brand, Clock
from tests.rooms.reach.conftest import SECRET, Town

HTTP_SECRET = "webhook-secret-0123456789"


def _health(client: TestClient, kind: str, language: str = "zh") -> dict[str, Any]:
    answer = client.get(f"/v1/channels/{kind}/health", headers={"accept-language": language})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def _report(town: Town, clock: Clock, key: str, *, ago: int) -> list[dict[str, Any]]:
    told = (clock.now - timedelta(seconds=ago)).astimezone(timezone(timedelta(hours=8)))
    return [
        {
            "phone_number": "13900000000",
            "send_time": told.strftime("%Y-%m-%d %H:%M:%S"),
            "report_time": told.strftime("%Y-%m-%d %H:%M:%S"),
            "success": True,
            "err_code": "DELIVERED",
            "err_msg": "",
            "sms_size": "1",
            "biz_id": key,
            "out_id": "",
        }
    ]


def test_calls_taken_and_refused_are_told(town: Town, client: TestClient, clock: Clock) -> None:
    merchant = town.brand.merchant.id
    before = _health(client, "sms")
    assert (before["accepted_at"], before["accepted"], before["missing"]) == (None, 0, 0)

    right = f"/callbacks/sms/{merchant}/{SECRET}/report"
    for number in range(3):
        body = json.dumps(_report(town, clock, f"b{number}", ago=60 * (number + 1)))
        assert client.post(right, content=body).status_code == 200
    first = _health(client, "sms")
    assert (first["accepted"], first["refused"], first["refusal"]) == (3, 0, None)
    assert 100 < first["lag_seconds"] < 140
    assert 170 < first["lag_seconds_max"] < 190

    clock.move(hours=2)
    wrong = f"/callbacks/sms/{merchant}/not-the-secret/report"
    assert client.post(wrong, content=b"[]").status_code == 403
    assert client.post(right, content=b"not json").status_code == 400
    then = _health(client, "sms")
    assert (then["accepted"], then["refused"]) == (3, 2)
    assert then["refused_at"] is not None
    assert then["refusal"] not in (None, "reach.bad_push_secret")  # the last one
    assert len(then["hours"]) == 2
    assert then["refusal_text"] != _health(client, "sms", "en")["refusal_text"]

    clock.move(hours=25)
    later = _health(client, "sms")
    assert (later["accepted"], later["refused"], later["hours"], later["lag_seconds"]) == (
        0,
        0,
        [],
        None,
    )
    assert later["accepted_at"] == first["accepted_at"]
    assert later["refusal"] == then["refusal"]


def test_a_wrong_signature_is_told_and_takes_nothing(town: Town, client: TestClient) -> None:
    config = {
        "endpoint": "https://example.com/push",
        "secret": HTTP_SECRET,
        "card_scope": "default",
        "fen_per_thousand": 0,
        "timeout_seconds": 5,
    }
    merchant = town.brand.merchant.id
    with town.db.write(merchant, principal="test") as tx:
        merchants.set_channel(tx, "webhook", json.dumps(config), is_simulated=False)
    headers = {signing.TIMESTAMP: "1", signing.SIGNATURE: "00"}
    answer = client.post(f"/callbacks/webhook/{merchant}", content=b"{}", headers=headers)
    assert answer.status_code == 403
    health = _health(client, "webhook")
    assert (health["accepted"], health["refused"], health["refusal"]) == (
        0,
        1,
        "gateway.bad_signature",
    )


def test_what_is_not_heard_of_is_missing(town: Town, client: TestClient, clock: Clock) -> None:
    merchant = town.brand.merchant.id
    with town.db.write(merchant) as tx:
        tx.run(
            """
            INSERT INTO reach.message (merchant_id, id, customer_id, channel, purpose, content_key,
                state, carrier, planned_at, submitted_at)
            SELECT %(merchant)s, uuidv7(), uuidv7(), 'sms', 'marketing', 'k', s.state, 'sms', s.at, s.at
            FROM (VALUES
                ('submitted', %(now)s::timestamptz - interval '2 hours'),
                ('unknown', %(now)s::timestamptz - interval '3 hours'),
                ('submitted', %(now)s::timestamptz - interval '10 minutes'),
                ('submitted', %(now)s::timestamptz - interval '8 days'),
                ('delivered', %(now)s::timestamptz - interval '2 hours')) AS s (state, at)
            """
        )
    health = _health(client, "sms")
    assert health["missing"] == 2
    assert _health(client, "sms_tencent")["missing"] == 0
    assert client.get("/v1/channels/pigeon/health").json()["code"] == "channel.unknown"


def test_channels_say_what_they_allow_and_cost(town: Town, db: Database, brand: Brand) -> None:
    app = create_app(db)
    app.state.config = Config(Path("/nowhere"), "127.0.0.1", 8000)
    with TestClient(app, headers={"Authorization": f"Bearer {brand.key}"}) as http:
        told = {one["kind"]: one["terms"] for one in http.get("/v1/channels").json()["items"]}
    assert set(told) == set(wiring.CHANNELS)
    assert all(told.values())
    assert told["sms"][-1].startswith("每条计费短信 ¥0.0")
    assert not any("计入活动预算" in line for line in told["rcs"])
