"""What no column can hold, what nobody may grant, and what must not be kept or told in the clear."""

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from huitou.api.app import create_app
from huitou.api.auth import cookie_name
from huitou.api.setup import Setup
from huitou.base.config import Config
from huitou.base.db import Database, Scope
from huitou.base.log import traceback_of
from huitou.kernel.page import encode_cursor
from huitou.merchant import actions as merchants
from huitou.merchant import reads
from huitou.merchant.types import NoUnit
from tests.conftest import PASSWORD, Brand, Read, Write


@pytest.fixture
def http(db: Database, brand: Brand, tmp_path: Path) -> Iterator[TestClient]:
    """The API as the outside sees it: what would be a crash is an answer."""
    app = create_app(db)
    app.state.config = Config(tmp_path, "127.0.0.1", 8000)
    with TestClient(
        app,
        headers={"Authorization": f"Bearer {brand.key}"},
        raise_server_exceptions=False,
    ) as client:
        yield client


def key_with(write: Write, *permissions: str) -> dict[str, str]:
    with write() as tx:
        secret = merchants.add_key(tx, "narrow", permissions).secret
    return {"Authorization": f"Bearer {secret}"}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/session", {"login": "a\0b", "password": "x"}),
        ("/v1/session", {"login": "a", "password": "\ud800"}),
        ("/v1/connectors", {"name": "\ud800", "title": "x"}),
        ("/v1/connectors", {"name": "pos-9", "title": "\0"}),
        ("/v1/connectors", {"\ud800": 1}),
        ("/v1/products", {"products": [{"sku": "\0", "name": "x", "category": "x"}]}),
        ("/v1/segments/sentence", {"rule": {"v": 1, "all": [{"kind": "\ud800"}]}}),
        ("/v1/segments/sentence", {"rule": {"v": 1, "all": [{"kind": "tag", "name": "\ud800"}]}}),
        ("/v1/segments", {"name": "\0", "rule": {"v": 1, "all": [{"kind": "tag", "name": "a"}]}}),
    ],
)
def test_texts_that_cannot_be_kept_are_refused(http: TestClient, path: str, body: object) -> None:
    answer = http.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})
    assert answer.status_code in (401, 422)
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/v1/products?q=%00", "/l/%00", "/assets/%00", "/assets/" + "a" * 5_000]
)
def test_addresses_that_cannot_be_kept_are_refused(http: TestClient, path: str) -> None:
    assert http.get(path).status_code in (404, 422)


@pytest.mark.parametrize(
    "cursor",
    [
        "%%",
        encode_cursor("infinity", UUID(int=1)),
        encode_cursor("2026-01-01T00:00:00+00:00", "x"),
        encode_cursor("2026-01-01T00:00:00+00:00", "9" * 40),
        encode_cursor("a\0b", "a\0b"),
        "W1tb" * 10_000,
    ],
)
def test_cursors_of_others_are_refused(http: TestClient, cursor: str) -> None:
    for path in ("customers", "messages", "audit", "orders", "commissions", "attributions"):
        assert http.get(f"/v1/{path}", params={"cursor": cursor}).status_code == 422, path


def test_nothing_is_founded_for_an_owner_who_cannot_be_kept() -> None:
    names = {"merchant_name": "品牌", "name": "店主", "login": "owner", "password": "long-enough"}
    assert Setup(**names).login == "owner"
    for field in ("merchant_name", "name", "login"):
        for bad in ("a\0bc", "abc\ud800"):
            with pytest.raises(ValidationError):
                Setup(**{**names, field: bad})


def test_answers_are_neither_stored_nor_guessed_at(http: TestClient) -> None:
    for path in ("/v1/customers", "/v1/customers/1"):
        headers = http.get(path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"


def test_a_number_beyond_sense_is_no_setting(http: TestClient) -> None:
    answer = http.put("/v1/settings/attribution.window_days", json={"value": 10**12})
    assert (answer.status_code, answer.json()["code"]) == (422, "merchant.unknown_setting")


def test_nobody_adds_staff_who_may_do_more(http: TestClient, write: Write) -> None:
    narrow = key_with(write, "staff.edit")
    boss = {"code": "x-1", "name": "某", "role": "headquarters", "unit_code": "hq"}
    answer = http.post("/v1/staff", json=boss, headers=narrow)
    assert (answer.status_code, answer.json()["code"]) == (403, "api_key.own_permissions_only")
    assert http.post("/v1/staff", json=boss).status_code == 201


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("staff", "code,name,role,unit\nx-2,某,headquarters,hq\n"),
        ("units", "code,name,kind,parent\ns-2,店,store,hq\n"),
        ("products", "sku,name,category,price_yuan\nA,奶,dairy,1\n"),
    ],
)
def test_a_file_grants_nothing_its_sender_lacks(
    http: TestClient, write: Write, kind: str, content: str
) -> None:
    narrow = key_with(write, "import.write")
    answer = http.post(
        "/v1/imports", files={"file": ("x.csv", content)}, data={"kind": kind}, headers=narrow
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "permission.missing")


@pytest.mark.parametrize("mapping", ['{"sku": ["sku"]}', '{"sku": 1}', "[1]", "[" * 100_000])
def test_a_mapping_is_of_names(http: TestClient, mapping: str) -> None:
    answer = http.post(
        "/v1/imports",
        files={"file": ("x.csv", "sku,name,category,price_yuan\nA,b,c,1\n")},
        data={"kind": "products", "mapping": mapping},
    )
    assert answer.status_code == 422


def test_channels_and_notes_are_not_for_a_till(http: TestClient, write: Write) -> None:
    till = key_with(write, "event.write")
    for path in ("/v1/channels", "/v1/stream"):
        assert http.get(path, headers=till).json()["code"] == "permission.missing"


def test_settings_of_units_out_of_scope_are_not_shown(read: Read, brand: Brand) -> None:
    with read(Scope(unit_path="hq/region-1/")) as tx:
        assert reads.settings_in_force(tx, brand.units["store-0401"].id, "zh")
        with pytest.raises(NoUnit):
            reads.settings_in_force(tx, brand.units["store-0412"].id, "zh")


def test_answers_kept_for_a_key_are_sealed(http: TestClient, read: Read) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    body = {"name": "erp", "permissions": ["event.write"]}
    secret = http.post("/v1/api-keys", json=body, headers=key).json()["secret"]
    with read() as tx:
        kept = tx.column("SELECT body FROM base.idempotency WHERE merchant_id = %(merchant)s")
    assert kept
    assert all(secret.encode() not in bytes(each) for each in kept)
    assert http.post("/v1/api-keys", json=body, headers=key).json()["secret"] == secret


def test_logs_quote_no_row_and_no_value(write: Write, brand: Brand) -> None:
    try:
        try:
            with write() as tx:
                tx.run(
                    "INSERT INTO merchant.connector VALUES (%(merchant)s, 'pos', '李雷', %(now)s)"
                )
        except psycopg.errors.UniqueViolation as error:
            raise ValueError("韩梅梅") from error
    except ValueError as error:
        told = traceback_of((type(error), error, error.__traceback__))
    assert "23505 merchant connector" in told
    assert "ValueError" in told
    assert str(brand.merchant.id) not in told


@pytest.mark.parametrize(
    ("state", "kept"),
    [
        ("z" * 32 + "a" * 32, "a" * 32 + "/a"),
        ("a" * 32 + "é" * 32, "é" * 32 + "/a"),
        ("a" * 64, "a" * 32 + '"/a\\015\\012Set-Cookie: x=1"'),
    ],
)
def test_a_forged_state_is_refused(http: TestClient, state: str, kept: str) -> None:
    answer = http.get(
        "/v1/wecom/oauth",
        params={"state": state},
        headers={b"Cookie": f"huitou_oauth={kept}".encode("latin-1")},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "login.bad_state")


def test_logging_out_over_https_takes_the_cookie_away(db: Database, brand: Brand) -> None:
    login = {"login": f"hq-{brand.merchant.id.hex[-6:]}", "password": PASSWORD}
    with TestClient(create_app(db), base_url="https://testserver") as http:
        assert http.post("/v1/session", json=login).status_code == 200
        answer = http.delete("/v1/session")
    assert cookie_name("console", is_secure=True) in answer.headers["set-cookie"]
    assert "Secure" in answer.headers["set-cookie"]
