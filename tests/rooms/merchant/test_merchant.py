"""Units, staff, settings, keys, log-in and the walls between merchants."""

from uuid import uuid4

import psycopg
import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.base.db import Database, Scope
from huitou.merchant import actions, reads
from huitou.merchant.types import NewUnit, NoUnit, SettingLocked, UnknownSetting, VersionConflict
from tests.conftest import PASSWORD, Brand, Read, Write, make_brand


def test_units_form_paths(read: Read, brand: Brand) -> None:
    with read() as tx:
        units = reads.units_by_code(tx)
    assert units["store-0401"].path == "hq/region-1/store-0401/"
    with read(Scope(unit_path="hq/region-1/")) as tx:
        assert {u.code for u in reads.list_units(tx)} == {"region-1", "store-0401", "store-0402"}
        assert {s.code for s in reads.list_staff(tx)} == {
            "region-1",
            "manager-0401",
            "a-01",
            "a-02",
            "a-03",
        }


def test_a_unit_needs_its_parent(write: Write) -> None:
    with pytest.raises(NoUnit), write() as tx:
        actions.add_units(tx, [NewUnit("store-x", "新店", "store", "region-9")])


def test_settings_inherit_override_and_lock(write: Write, read: Read, brand: Brand) -> None:
    region, store = brand.units["region-1"].id, brand.units["store-0401"].id
    with write() as tx:
        assert reads.setting(tx, "commission.rate_bp", store) == 300
        actions.set_setting(tx, "commission.rate_bp", 400)
        actions.set_setting(tx, "commission.rate_bp", 500, unit_id=region)
    with read() as tx:
        assert reads.setting(tx, "commission.rate_bp") == 400
        assert reads.setting(tx, "commission.rate_bp", store) == 500
        assert reads.setting(tx, "commission.rate_bp", brand.units["store-0412"].id) == 400
    with write() as tx:
        actions.set_setting(tx, "commission.rate_bp", 450, is_locked=True, version=1)
        assert reads.setting(tx, "commission.rate_bp", store) == 450
    with pytest.raises(SettingLocked), write() as tx:
        actions.set_setting(tx, "commission.rate_bp", 500, unit_id=store)
    with pytest.raises(VersionConflict), write() as tx:
        actions.set_setting(tx, "commission.rate_bp", 1, version=1)


@pytest.mark.parametrize("value", [True, "300", 3.5, -1, None])
def test_a_setting_of_another_type_is_refused(write: Write, value: object) -> None:
    with pytest.raises(UnknownSetting), write() as tx:
        actions.set_setting(tx, "commission.rate_bp", value)


def test_log_in_and_out(db: Database, brand: Brand) -> None:
    login = f"hq-{brand.merchant.id.hex[-6:]}"
    with TestClient(create_app(db)) as http:
        assert http.get("/v1/me").status_code == 401
        wrong = http.post("/v1/session", json={"login": login, "password": "nope"})
        assert (wrong.status_code, wrong.json()["code"]) == (401, "merchant.wrong_login")
        unknown = http.post("/v1/session", json={"login": "nobody", "password": "nope"})
        assert unknown.json() == wrong.json()
        assert (
            http.post("/v1/session", json={"login": login, "password": PASSWORD}).status_code == 200
        )
        me = http.get("/v1/me").json()
        assert me["staff"]["role"] == "headquarters"
        assert "campaign.publish" in me["permissions"]
        assert http.get("/v1/me", headers={"X-Huitou-Surface": "phone"}).status_code == 401
        cross = http.delete("/v1/session", headers={"Sec-Fetch-Site": "cross-site"})
        assert (cross.status_code, cross.json()["code"]) == (403, "session.cross_site")
        assert http.delete("/v1/session").status_code == 204
        assert http.get("/v1/me").status_code == 401


def test_roles_are_refused_what_they_may_not(db: Database, brand: Brand) -> None:
    login = f"a01-{brand.merchant.id.hex[-6:]}"
    with TestClient(create_app(db)) as http:
        http.post("/v1/session", json={"login": login, "password": PASSWORD})
        answer = http.post("/v1/api-keys", json={"name": "x", "permissions": ["event.write"]})
        assert (answer.status_code, answer.json()["code"]) == (403, "permission.missing")


def test_keys_are_shown_once_and_end_at_once(client: TestClient) -> None:
    made = client.post("/v1/api-keys", json={"name": "pos", "permissions": ["event.write"]}).json()
    headers = {"Authorization": f"Bearer {made['secret']}"}
    assert client.get("/v1/units", headers=headers).status_code == 200
    assert client.get("/v1/audit", headers=headers).status_code == 403
    assert made["secret"] not in client.get("/v1/api-keys").text
    client.delete(f"/v1/api-keys/{made['id']}")
    assert client.get("/v1/units", headers=headers).status_code == 401


def test_an_idempotency_key_answers_the_first_answer(client: TestClient) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    body = {"name": "erp", "permissions": ["event.write"]}
    first = client.post("/v1/api-keys", json=body, headers=key)
    again = client.post("/v1/api-keys", json=body, headers=key)
    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()
    other = client.post("/v1/api-keys", json={**body, "name": "crm"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency.other_body")


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"{", 400, "malformed"),
        (b'{"name": "x"}', 422, "request.invalid"),
        (b'{"name": "x", "permissions": ["a.b"]}', 422, "api_key.bad_permission"),
        (b'{"name": "x", "permissions": ["event.write"], "more": 1}', 422, "request.invalid"),
        (b'{"name": 1, "permissions": ["event.write"]}', 422, "request.invalid"),
    ],
)
def test_bad_bodies_are_refused(client: TestClient, content: bytes, status: int, code: str) -> None:
    answer = client.post(
        "/v1/api-keys", content=content, headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert client.get("/v1/api-keys").json()["items"][0]["name"] == "test"


def test_merchants_do_not_see_each_other(db: Database, brand: Brand) -> None:
    other = make_brand(db, "别家")
    with db.read(brand.merchant.id) as tx:
        ids = tx.column("SELECT DISTINCT merchant_id FROM merchant.unit")
        assert ids == [brand.merchant.id]
    with pytest.raises(psycopg.errors.InsufficientPrivilege), db.write(brand.merchant.id) as tx:
        tx.run(
            "INSERT INTO merchant.connector VALUES (%(other)s, 'erp', 'x', %(now)s)",
            {"other": other.merchant.id},
        )
    with db.write(brand.merchant.id) as tx:
        assert not tx.run(
            "UPDATE merchant.unit SET name = 'x' WHERE merchant_id = %(other)s",
            {"other": other.merchant.id},
        )


def test_the_audit_log_cannot_be_changed(write: Write) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege), write() as tx:
        tx.run("DELETE FROM merchant.audit WHERE merchant_id = %(merchant)s")


def test_guessing_passwords_is_slowed_down(db: Database, brand: Brand) -> None:
    login = {"login": f"m0401-{brand.merchant.id.hex[-6:]}", "password": "guess"}
    with TestClient(create_app(db), client=("10.0.0.9", 1)) as http:
        answers = [http.post("/v1/session", json=login) for _ in range(21)]
    assert [answer.status_code for answer in answers] == [401] * 20 + [429]
    assert answers[-1].json()["code"] == "session.too_many_attempts"
