"""Members of a segment as a file, through the API and the worker's jobs."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from huitou.api.app import create_app
from huitou.base.config import Config
from huitou.base.db import Database, Scope
from huitou.exports import run, sheets, store
from huitou.exports.types import NewExport, NoExport
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants
from huitou.segment.store import filling as places
from huitou.segment.types.filling import Place
from tests.conftest import Brand, Clock, Write

BUYERS = {
    "v": 1,
    "all": [{"kind": "purchase", "window": {"ever": True}, "agg": "count", "op": ">=", "value": 1}],
}
PEOPLE = 7
NAMES = ["=1+1", "张三", "李四", "王五", "赵六", "孙七", "周八"]


@pytest.fixture
def api(db: Database, brand: Brand, tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(db)
    app.state.config = Config(tmp_path, "127.0.0.1", 8000)
    with TestClient(app, headers={"Authorization": f"Bearer {brand.key}"}) as http:
        yield http


@pytest.fixture
def segment(
    api: TestClient, send: Callable[..., Any], clock: Clock, drain: Callable[[], None]
) -> str:
    send([_bought(number, clock) for number in range(PEOPLE)])
    drain()
    answer = api.post("/v1/segments", json={"name": "买过的 客户", "rule": BUYERS})
    assert answer.json()["member_count"] == PEOPLE
    return str(answer.json()["id"])


def _bought(number: int, clock: Clock) -> dict[str, Any]:
    line = {"line_no": 1, "sku": "A1", "quantity": 1000, "list_fen": 1980, "paid_fen": 1980}
    return {
        "id": f"buy-{number}",
        "type": "order.paid",
        "source": "pos",
        "occurred_at": (clock.now - timedelta(days=1)).isoformat(),
        "unit": "store-0401" if number % 2 else "store-0412",
        "identifiers": [
            {"kind": "card", "scope": "default", "value": f"77{number:06d}"},
            {"kind": "phone", "value": f"1390000{number:04d}"},
        ],
        "properties": {
            "order_no": f"X{number}",
            "paid_fen": 1980,
            "shipping_fen": 0,
            "lines": [line],
        },
    }


def ask(api: TestClient, segment: str, **body: Any) -> Any:
    return api.post("/v1/exports", json={"segment": segment, **body})


def table(api: TestClient, export: str) -> list[list[str]]:
    answer = api.get(f"/v1/exports/{export}/file")
    assert answer.status_code == 200, answer.text
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_an_export_waits_until_all_members_are_found(
    api: TestClient,
    segment: str,
    write: Write,
    drain: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run, "BLOCK_CUSTOMERS", 3)
    started = ask(api, segment, format="csv", fields=["ordinal"]).json()
    with write() as tx:
        run.run_export(tx, export_id=started["id"])
        places.set_place(tx, UUID(segment), Place(whole=100, done=43, after=UUID(int=0), upto=0))
        run.run_export(tx, export_id=started["id"])
    assert api.get(f"/v1/exports/{started['id']}").json()["done"] == 3
    refused = ask(api, segment, format="csv", fields=["ordinal"])
    assert (refused.status_code, refused.json()["code"]) == (409, "segment.filling")
    with write() as tx:
        places.set_place(tx, UUID(segment), None)
        assert tx.value(
            "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'exports.run_export'"
            " AND scheduled_at > %(now)s",
        )
        run.run_export(tx, export_id=started["id"])
    drain()
    assert api.get(f"/v1/exports/{started['id']}").json()["state"] == "done"


def test_an_export_is_written_block_by_block_and_sealed(
    api: TestClient,
    segment: str,
    drain: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(run, "BLOCK_CUSTOMERS", 3)
    chosen = ["phone", "ordinal", "paid_yuan", "order_count", "home_unit"]
    started = ask(api, segment, format="csv", fields=chosen).json()
    assert (started["state"], started["total"], started["done"]) == ("waiting", PEOPLE, 0)
    assert api.get(f"/v1/exports/{started['id']}/file").status_code == 409
    drain()
    found = api.get(f"/v1/exports/{started['id']}").json()
    assert (found["state"], found["done"]) == ("done", PEOPLE)
    assert found["fields"] == ["ordinal", "phone", "home_unit", "order_count", "paid_yuan"]
    rows = table(api, started["id"])
    assert rows[0] == ["客户编号", "手机号", "归属门店", "累计订单", "累计消费（元）"]
    assert len(rows) == 1 + PEOPLE
    assert len({row[0] for row in rows[1:]}) == PEOPLE
    for row in rows[1:]:
        assert row[1].startswith("139****")
        assert row[3:] == ["1", "19.80"]
    assert {row[2] for row in rows[1:]} == {"城东一店", "城西店"}
    [file] = [path for path in (tmp_path / "files").rglob("*") if path.is_file()]
    assert b"139****" not in file.read_bytes()
    verbs = [line["verb"] for line in api.get("/v1/audit").json()["items"]]
    for verb in ("export.started", "export.finished", "export.downloaded"):
        assert verb in verbs


def test_values_in_full_take_a_reason_and_the_permission(
    api: TestClient, brand: Brand, segment: str, drain: Callable[[], None], write: Write
) -> None:
    asked: dict[str, Any] = {"format": "csv", "fields": ["phone"], "reveal": True}
    assert ask(api, segment, **asked, reason="  ").json()["code"] == "export.reason_needed"
    assert ask(api, segment, fields=["salary"]).json()["code"] == "export.bad_fields"
    started = ask(api, segment, **asked, reason="寄送周年礼").json()
    drain()
    phones = {row[0] for row in table(api, started["id"])[1:]}
    assert phones == {f"1390000{number:04d}" for number in range(PEOPLE)}
    [listed] = api.get("/v1/exports", params={"segment": segment}).json()["items"]
    assert (listed["reason"], listed["done"], listed["is_revealed"]) == ("寄送周年礼", PEOPLE, True)

    with write() as tx:
        key = merchants.add_key(tx, "narrow", ["export.read", "segment.read"]).secret
        none = merchants.add_key(tx, "none", ["segment.read"]).secret
    for secret, code in ((key, "permission.missing"), (none, "permission.missing")):
        headers = {"Authorization": f"Bearer {secret}"}
        refused = api.post(
            "/v1/exports", json={"segment": segment, **asked, "reason": "x"}, headers=headers
        )
        assert (refused.status_code, refused.json()["code"]) == (403, code)
        file = api.get(f"/v1/exports/{started['id']}/file", headers=headers)
        assert file.status_code == 403


def test_a_workbook_is_read_by_others(
    api: TestClient, segment: str, drain: Callable[[], None]
) -> None:
    chosen = ["ordinal", "paid_yuan", "home_unit", "stage"]
    headers = {"Accept-Language": "en"}
    started = api.post(
        "/v1/exports", json={"segment": segment, "fields": chosen}, headers=headers
    ).json()
    drain()
    answer = api.get(f"/v1/exports/{started['id']}/file")
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0] == ["Customer no.", "Home store", "Stage", "Spent (yuan)"]
    assert len(rows) == 1 + PEOPLE
    assert {row[3] for row in rows[1:]} == {19.8}


def test_sheets_hold_what_they_can() -> None:
    rows = [[number, name, 1.5, None] for number, name in enumerate(NAMES)]
    rows.append([7, "a\x00b<&>\ud800 ", 2.25, "x"])
    headers = ["n", "name", "yuan", "empty"]
    content = b"".join(sheets.xlsx_pieces(headers, rows, sheet_rows=4))
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["Sheet1", "Sheet2", "Sheet3"]
    found: list[Any] = []
    for name in book.sheet_names:
        first, *others = book.get_sheet_by_name(name).to_python()
        assert first == headers
        found += others
    assert [row[1] for row in found] == [*NAMES, "ab<&> "]
    assert found[-1] == [7.0, "ab<&> ", 2.25, "x"]
    text = b"".join(sheets.csv_pieces(headers, rows[:2])).decode("utf-8-sig")
    assert list(csv.reader(io.StringIO(text)))[1:] == [
        ["0", "'=1+1", "1.50", ""],
        ["1", "张三", "1.50", ""],
    ]


def test_a_cancelled_one_leaves_nothing_and_a_forgotten_customer_is_left_out(
    api: TestClient, segment: str, drain: Callable[[], None], clock: Clock, tmp_path: Path
) -> None:
    stopped = ask(api, segment, fields=["ordinal"]).json()
    answer = api.post(f"/v1/exports/{stopped['id']}/cancel").json()
    assert answer["state"] == "cancelled"
    drain()
    assert api.get(f"/v1/exports/{stopped['id']}").json()["done"] == 0
    assert api.get(f"/v1/exports/{stopped['id']}/file").status_code == 409

    kept = ask(api, segment, format="csv", fields=["id"]).json()
    drain()
    rows = table(api, kept["id"])
    gone = rows[1][0]
    assert api.post(f"/v1/customers/{gone}/forget").status_code == 200
    assert table(api, kept["id"]) == [rows[0], *rows[2:]]
    clock.move(days=7, seconds=1)
    expired = api.get(f"/v1/exports/{kept['id']}/file")
    assert (expired.status_code, expired.json()["code"]) == (404, "export.expired")


def test_it_holds_whom_its_asker_sees(
    api: TestClient,
    brand: Brand,
    segment: str,
    drain: Callable[[], None],
    db: Database,
    tmp_path: Path,
) -> None:
    new = NewExport(UUID(segment), "csv", ["home_unit"], is_revealed=False, reason="")
    id_ = new_id()
    scope = Scope(brand.units["region-1"].path)
    with db.write(brand.merchant.id, scope=scope, principal="staff:one") as tx:
        store.add_export(tx, id_, new, path=tmp_path / "file", total=3, language="zh")
        tx.defer(run.run_export, export_id=str(id_))
    drain()
    assert table(api, str(id_)) == [["归属门店"], *[["城东一店"]] * 3]
    with db.read(brand.merchant.id, scope=scope, principal="staff:one") as reading:
        assert [found.id for found in store.list_exports(reading, None)] == [id_]
    with (
        db.read(brand.merchant.id, scope=scope, principal="staff:two") as reading,
        pytest.raises(NoExport),
    ):
        store.get_export(reading, id_)
