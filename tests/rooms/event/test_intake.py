"""What an outsider relies on at POST /v1/events."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from tests.conftest import Clock


def order(clock: Clock, **changes: Any) -> dict[str, Any]:
    """A good order; `changes` replace top-level fields."""
    number = uuid4().hex[:12]
    return {
        "id": f"pos-{number}",
        "type": "order.paid",
        "occurred_at": clock.now.isoformat(),
        "source": "pos",
        "unit": "store-0412",
        "identifiers": [
            {"kind": "phone", "value": "13800000000", "verified": False},
            {"kind": "card", "value": "88001234", "scope": "default"},
        ],
        "properties": {
            "order_no": number,
            "lines": [
                {"line_no": 1, "sku": "A1", "quantity": 2000, "list_fen": 5980, "paid_fen": 4980}
            ],
            "paid_fen": 4980,
            "shipping_fen": 0,
        },
    } | changes


def post(client: TestClient, *events: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/v1/events", json={"events": list(events)})
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_accepts_once(client: TestClient, clock: Clock) -> None:
    event = order(clock)
    first = post(client, event)
    assert (first["accepted"], first["duplicates"], first["rejected"]) == (1, 0, [])
    again = post(client, event)
    assert (again["accepted"], again["duplicates"]) == (0, 1)
    assert again["position"] == first["position"]
    other = post(client, event | {"unit": "store-0401"})
    assert other["accepted"] == 0
    assert other["rejected"][0]["code"] == "event.id_reused"


def test_repeats_inside_one_request(client: TestClient, clock: Clock) -> None:
    event = order(clock)
    body = post(client, event, event, event | {"unit": "store-0401"})
    assert (body["accepted"], body["duplicates"]) == (1, 1)
    assert [(r["index"], r["code"]) for r in body["rejected"]] == [(2, "event.id_reused")]


def changed_line(clock: Clock, **changes: Any) -> dict[str, Any]:
    event = order(clock)
    event["properties"]["lines"][0].update(changes)
    return event


def changed(clock: Clock, **changes: Any) -> dict[str, Any]:
    event = order(clock)
    event["properties"].update(changes)
    return event


FAULTS: list[tuple[str, Any]] = [
    ("event.malformed", lambda c: order(c) | {"unknown": 1}),
    ("event.malformed", lambda c: {k: v for k, v in order(c).items() if k != "id"}),
    ("event.malformed", lambda c: order(c) | {"occurred_at": "2026-11-20T10:00:00"}),
    ("event.malformed", lambda c: order(c) | {"id": 7}),
    ("event.malformed", lambda c: "text"),
    ("event.malformed", lambda c: order(c) | {"id": "a\0b"}),
    ("event.malformed", lambda c: changed(c, order_no="a\0b")),
    ("event.malformed", lambda c: order(c) | {"type": "x.note", "properties": {"t": "\0"}}),
    ("event.unknown_type", lambda c: order(c) | {"type": "order.eaten"}),
    (
        "event.in_future",
        lambda c: order(c) | {"occurred_at": (c.now + timedelta(minutes=6)).isoformat()},
    ),
    (
        "event.too_old",
        lambda c: order(c) | {"occurred_at": (c.now - timedelta(days=3700)).isoformat()},
    ),
    ("event.unit_required", lambda c: order(c) | {"unit": None}),
    ("event.unknown_unit", lambda c: order(c) | {"unit": "store-9999"}),
    ("event.unknown_source", lambda c: order(c) | {"source": "erp"}),
    ("event.reserved_source", lambda c: order(c) | {"source": "huitou"}),
    ("event.bad_properties", lambda c: changed_line(c, paid_fen=-1)),
    ("event.bad_properties", lambda c: changed_line(c, paid_fen=49.8)),
    ("event.bad_properties", lambda c: changed_line(c, quantity=0)),
    ("event.bad_properties", lambda c: changed(c, paid_fen=False)),
    ("event.bad_properties", lambda c: changed(c, lines=[])),
    ("event.bad_properties", lambda c: changed(c, note="hello")),
    ("event.lines_do_not_sum", lambda c: changed(c, paid_fen=4981)),
    (
        "event.unknown_identifier",
        lambda c: order(c) | {"identifiers": [{"kind": "nick", "value": "x"}]},
    ),
    (
        "event.scope_required",
        lambda c: order(c) | {"identifiers": [{"kind": "card", "value": "1"}]},
    ),
    (
        "event.bad_identifier",
        lambda c: order(c) | {"identifiers": [{"kind": "phone", "value": "12"}]},
    ),
    (
        "event.personal_value",
        lambda c: order(c) | {"type": "x.note", "properties": {"t": "打13800000000"}},
    ),
    (
        "event.personal_value",
        lambda c: order(c) | {"type": "x.note", "properties": {"mobile": "有"}},
    ),
    (
        "event.bad_properties",
        lambda c: order(c) | {"type": "x.note", "properties": {"a": {"b": 1}}},
    ),
]


@pytest.mark.parametrize(("code", "make"), FAULTS)
def test_a_faulty_event_is_rejected_alone(
    client: TestClient, clock: Clock, code: str, make: Any
) -> None:
    body = post(client, make(clock), order(clock))
    assert body["accepted"] == 1
    assert [(r["index"], r["code"]) for r in body["rejected"]] == [(0, code)]


def test_a_backslash_before_u0000_is_text(client: TestClient, clock: Clock) -> None:
    assert post(client, order(clock, id="a\\u0000b"))["accepted"] == 1


def test_all_rejected_is_still_202(client: TestClient, clock: Clock) -> None:
    body = post(client, order(clock, type="nope"))
    assert body["accepted"] == 0
    assert len(body["rejected"]) == 1


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 400, "event.bad_body"),
        (b"[]", 400, "event.bad_body"),
        (b'{"events": [], "more": 1}', 400, "event.bad_body"),
        (b'{"events": []}', 422, "event.batch_size"),
        (b'{"events": [' + b",".join([b"{}"] * 1001) + b"]}", 422, "event.batch_size"),
        (b'{"events": ["' + b"x" * (4 * 1024 * 1024) + b'"]}', 413, "event.body_too_large"),
        (b"\xff\xfe", 400, "event.bad_body"),
    ],
)
def test_a_faulty_body_stores_nothing(
    client: TestClient, content: bytes, status: int, code: str
) -> None:
    answer = client.post(
        "/v1/events", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == code


def test_other_media_types_are_refused(client: TestClient) -> None:
    answer = client.post("/v1/events", content=b"a=1", headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported")


def test_detail_follows_the_language(client: TestClient, clock: Clock) -> None:
    event = order(clock, unit="store-9999")
    chinese = post(client, event)["rejected"][0]["detail"]
    english = client.post(
        "/v1/events", json={"events": [event]}, headers={"Accept-Language": "en"}
    ).json()["rejected"][0]["detail"]
    assert chinese.startswith("没有编码为")
    assert english.startswith("There is no unit")


@pytest.mark.parametrize("header", ["Bearer ht_wrong", "Bearer", "Basic x"])
def test_a_bad_key_is_refused(client: TestClient, header: str) -> None:
    answer = client.post("/v1/events", json={"events": []}, headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key.not_valid")


def test_an_idempotency_key_gives_the_first_answer(client: TestClient, clock: Clock) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    body = {"events": [order(clock)]}
    first = client.post("/v1/events", json=body, headers=key)
    again = client.post("/v1/events", json=body, headers=key)
    assert first.json()["accepted"] == 1
    assert again.json() == first.json()
    other = client.post("/v1/events", json={"events": [order(clock)]}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.other_body")
