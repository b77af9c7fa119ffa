"""The audit log as people read it: names instead of ids, words instead of codes, and what is looked for."""

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.auditing import reads
from huitou.auditing.types import Asked
from huitou.base.db import Database
from huitou.merchant import actions as merchants
from huitou.profile import actions as profiles
from huitou.profile.types import Description
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.benefit.coupon_world import make_customers


@pytest.fixture
def api(db: Database, brand: Brand) -> Iterator[TestClient]:
    with TestClient(create_app(db), headers={"Authorization": f"Bearer {brand.key}"}) as http:
        yield http


def _lines(api: TestClient, language: str = "zh-CN", **asked: str) -> list[dict[str, Any]]:
    answer = api.get("/v1/audit", params=asked, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    lines: list[dict[str, Any]] = answer.json()["items"]
    return lines


def test_a_changed_setting_says_what_it_was_and_is(api: TestClient, brand: Brand) -> None:
    unit = brand.units["store-0401"]
    for value, version in ((400, 0), (500, 1)):
        body = {"value": value, "unit_id": str(unit.id), "version": version}
        assert api.put("/v1/settings/commission.rate_bp", json=body).status_code == 200
    line = _lines(api, verb="setting.changed")[0]
    assert (line["did"], line["thing"]) == ("修改参数", "参数")
    assert line["name"] == "提成比例（万分之）"
    assert line["who"].startswith("API 密钥 ")
    assert line["facts"] == [
        {"name": "值", "value": "500", "before": "400"},
        {"name": "门店或组织", "value": unit.name, "before": None},
        {"name": "锁定下级", "value": "否", "before": None},
    ]
    english = _lines(api, "en", verb="setting.changed")[0]
    assert (english["did"], english["name"]) == ("Changed a setting", "Commission rate (bp)")


def test_customers_are_named_masked_and_by_their_number_without_a_name(
    api: TestClient, db: Database, brand: Brand, write: Write
) -> None:
    named, nameless = make_customers(db, brand.merchant.id, 2)
    with write() as tx:
        profiles.describe(tx, [Description("card", "default", "c0000000", name="欧阳小红")])
        merchants.audit(tx, "customer.merged", f"customer:{named}", other=str(nameless))
    [line] = _lines(api, subject=f"customer:{named}")
    assert (line["kind"], line["about"], line["name"]) == ("customer", str(named), "欧***")
    [fact] = line["facts"]
    assert fact["name"] == "另一位客户"
    assert fact["value"].startswith("#")
    assert "欧阳小红" not in api.get("/v1/audit").text


def test_a_thing_that_is_gone_keeps_its_id_and_a_strange_value_stands_in_the_detail(
    api: TestClient, write: Write
) -> None:
    gone = UUID(int=7)
    with write() as tx:
        merchants.audit(tx, "coupon.revoked", f"{gone}/12", reason="重复发放", odd={"a": [1]})
        merchants.audit(tx, "offer.paused", str(gone), name="店庆")
    lines = _lines(api, verb="offer.paused,coupon.revoked")
    paused, revoked = sorted(lines, key=lambda line: line["verb"], reverse=True)
    assert (paused["kind"], paused["about"], paused["name"]) == ("offer", str(gone), "店庆")
    assert (revoked["kind"], revoked["about"], revoked["name"]) == ("coupon", str(gone), None)
    assert [fact["value"] for fact in revoked["facts"]] == ["重复发放"]
    assert revoked["detail"]["odd"] == {"a": [1]}


def test_the_log_is_looked_through_by_who_when_and_page(
    api: TestClient, db: Database, brand: Brand, write: Write, clock: Clock
) -> None:
    staff = brand.staff["a-01"]
    with write() as tx:
        merchants.audit(tx, "tag.added", "tag:1", name="早")
    clock.move(days=3)
    with db.write(brand.merchant.id, principal=f"staff:{staff.id}") as tx:
        merchants.audit(tx, "tag.added", "tag:2", name="晚")
    with db.write(brand.merchant.id, principal="stream:order") as tx:
        merchants.audit(tx, "tag.added", "tag:3", name="自动")
    since = (clock.now - timedelta(days=1)).isoformat()
    assert {line["name"] for line in _lines(api, since=since)} == {"晚", "自动"}
    assert "早" in {line["name"] for line in _lines(api, until=since, verb="tag.added")}
    [mine] = _lines(api, who=f"staff:{staff.id}")
    assert (mine["who"], mine["name"]) == (staff.name, "晚")
    [automatic] = _lines(api, who="system", verb="tag.added", since=since)
    assert (automatic["who"], automatic["name"]) == ("系统", "自动")
    seen, cursor = [], None
    while True:
        page = api.get("/v1/audit", params={"limit": 2} | ({"cursor": cursor} if cursor else {}))
        seen += [line["id"] for line in page.json()["items"]]
        cursor = page.json()["next"]
        if cursor is None:
            break
    everything = [line["id"] for line in _lines(api, limit="200")]
    assert seen == everything
    assert len(set(seen)) == len(seen)


def test_what_was_found_is_a_file_and_fetching_it_is_audited(
    api: TestClient, write: Write, read: Read
) -> None:
    with write() as tx:
        merchants.audit(tx, "tag.added", "tag:1", name="=1+1")
        merchants.audit(tx, "session.opened", "staff:x", surface="console")
    answer = api.get("/v1/exports/audit", params={"verb": "tag.added"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][:3] == ["时间", "谁", "做了什么"]
    [row] = [each for each in rows[1:] if each[6] == "tag:1"]
    assert row[2:6] == ["新建标签", "标签", "'=1+1", "名称: =1+1"]
    assert {each[8] for each in rows[1:]} == {"tag.added"}
    with read() as tx:
        newest = reads.list_lines(tx, Asked()).items[0]
    assert newest.verb == "audit.exported"
    assert [fact.value for fact in newest.facts] == ["新建标签"]


def test_only_who_may_set_up_the_business_reads_it(api: TestClient) -> None:
    key = api.post("/v1/api-keys", json={"name": "看", "permissions": ["customer.read"]}).json()
    weak = {"Authorization": f"Bearer {key['secret']}"}
    for path in ("/v1/audit", "/v1/audit/verbs", "/v1/exports/audit"):
        assert api.get(path, headers=weak).status_code == 403
    groups = [each["group"] for each in api.get("/v1/audit/verbs").json()["items"]]
    assert groups[0] == "客户"
