"""Files from outside, through the API and the worker's jobs."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.base.config import Config
from huitou.base.db import Database
from tests.conftest import Brand
from tests.imports.test_files import workbook

ORDERS = """订单号,门店编码,付款时间,商品编码,数量,实付金额（元）,会员卡号,手机号
N1,store-0401,2026-10-01 10:00:00,A1,2,19.80,66001,13800000001
N1,store-0401,2026-10-01 10:00:00,B2,1,5.00,66001,13800000001
N2,store-0401,2026-10-02 11:00:00,A1,0.5,4.95,66002,
N3,store-9999,2026-10-02 12:00:00,A1,1,9.90,66003,
N4,store-0401,昨天,A1,1,9.90,66003,
N5,store-0401,2026-10-03 09:00:00,A1,1,-3,66003,
"""


@pytest.fixture
def api(db: Database, brand: Brand, tmp_path: Path) -> Iterator[TestClient]:
    app = create_app(db)
    app.state.config = Config(tmp_path, "127.0.0.1", 8000)
    with TestClient(app, headers={"Authorization": f"Bearer {brand.key}"}) as http:
        yield http


def upload(api: TestClient, kind: str, text: str | bytes, **form: Any) -> dict[str, Any]:
    content = text.encode() if isinstance(text, str) else text
    answer = api.post(
        "/v1/imports", data={"kind": kind, **form}, files={"file": ("f.csv", content)}
    )
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def outcome(api: TestClient, started: dict[str, Any]) -> tuple[str, int, int, int]:
    found = api.get(f"/v1/imports/{started['id']}").json()
    assert found["done"] == found["total"]
    return found["state"], found["accepted"], found["duplicates"], found["failed"]


def test_a_file_is_looked_at_first(api: TestClient) -> None:
    answer = api.post(
        "/v1/imports/inspect", data={"kind": "orders"}, files={"file": ("o.csv", ORDERS.encode())}
    ).json()
    assert answer["mapping"]["order_no"] == "订单号"
    assert answer["mapping"]["paid_yuan"] == "实付金额（元）"
    assert answer["missing"] == []
    assert len(answer["sample"]) == 5


def test_orders_rehearsed_imported_and_failures_returned(
    api: TestClient, drain: Callable[[], None]
) -> None:
    rehearsal = upload(api, "orders", ORDERS, dry_run="true")
    drain()
    assert outcome(api, rehearsal) == ("done", 2, 0, 3)
    missing = api.get("/v1/customers", params={"identifier": "card:66001@default"})
    assert missing.status_code == 404
    started = upload(api, "orders", ORDERS)
    drain()
    assert outcome(api, started) == ("done", 2, 0, 3)
    customer = api.get("/v1/customers", params={"identifier": "card:66001@default"}).json()
    orders = api.get(f"/v1/customers/{customer['id']}/orders").json()["items"]
    assert [(order["order_no"], order["paid_fen"]) for order in orders] == [("N1", 2480)]
    errors = api.get(f"/v1/imports/{started['id']}/errors.csv").content.decode("utf-8-sig")
    assert errors.count("\n") == 4
    assert "event.unknown_unit" in errors
    again = upload(api, "orders", ORDERS)
    drain()
    assert outcome(api, again) == ("done", 0, 2, 3)


def test_customers_get_their_names_and_stores(api: TestClient, drain: Callable[[], None]) -> None:
    text = "会员卡号,手机号,姓名,性别,生日,门店编码,时区\n70001,13900000001,王小明,男,1990-07-21,store-0402,Asia/Urumqi\n,,无名,女,,,\n"
    started = upload(api, "customers", text.encode("gb18030"))
    drain()
    assert outcome(api, started) == ("done", 1, 0, 1)
    found = api.get("/v1/customers", params={"identifier": "card:70001@default"}).json()
    assert found["name"] == "王**"
    assert (found["gender"], found["birth_month"]) == ("male", 7)
    assert found["zone"] == "Asia/Urumqi"
    assert found["home_unit"]["code"] == "store-0402"


def test_what_a_row_says_in_vain_is_told(api: TestClient, drain: Callable[[], None]) -> None:
    text = "会员卡号,姓名,性别,生日,门店,导购\n70002,李雷,保密,7月,没有的店,查无此人\n70003,韩梅梅,女,,store-0402,\n"
    started = upload(api, "customers", text)
    drain()
    assert outcome(api, started) == ("done", 2, 0, 0)
    assert api.get(f"/v1/imports/{started['id']}").json()["noted"] == 1
    [note] = api.get(f"/v1/imports/{started['id']}/errors").json()["items"]
    assert (note["number"], note["code"]) == (2, "import.left_out")
    assert "没有的店" in note["detail"]
    assert "查无此人" in note["detail"]
    assert "保密" not in note["detail"]
    again = api.get(f"/v1/imports/{started['id']}/errors.csv").content.decode("utf-8-sig")
    assert "李雷" in again
    assert "韩梅梅" not in again
    assert (
        api.get("/v1/customers", params={"identifier": "card:70002@default"}).json()["name"]
        == "李*"
    )


def test_units_staff_and_products(api: TestClient, drain: Callable[[], None]) -> None:
    units = upload(
        api, "units", "编码,名称,类型,上级编码\nstore-1,一店,门店,region-1\nx,坏店,火星,hq\n"
    )
    staff = upload(api, "staff", "工号,姓名,角色,门店编码,企微账号\ne1,小李,导购,store-0401,wx1\n")
    goods = upload(
        api,
        "products",
        "商品编码,商品名称,分类编码,分类名称,售价（元）\nA1,苹果,fruit,水果,9.90\nA2,梨,fruit,水果,x\n",
    )
    drain()
    assert outcome(api, units) == ("done", 1, 0, 1)
    assert outcome(api, staff) == ("done", 1, 0, 0)
    assert outcome(api, goods) == ("done", 1, 0, 1)
    assert any(unit["code"] == "store-1" for unit in api.get("/v1/units").json()["items"])


def test_events_as_lines_of_json(api: TestClient, drain: Callable[[], None]) -> None:
    good = {
        "id": "e1",
        "type": "visit.checked_in",
        "occurred_at": "2026-10-01T10:00:00+08:00",
        "source": "pos",
        "unit": "store-0401",
        "identifiers": [{"kind": "card", "value": "66009", "scope": "default"}],
        "properties": {},
    }
    text = "\n".join([json.dumps(good), "not json", json.dumps({**good, "id": "e2", "unit": "no"})])
    started = upload(api, "events", text)
    drain()
    assert outcome(api, started) == ("done", 1, 0, 2)


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("orders", b"a,b\n1,2\n", "import.bad_mapping"),
        ("planets", b"a,b\n1,2\n", "import.bad_kind"),
        ("orders", b"\xff\xfe\xff", "import.bad_file"),
        ("orders", b"", "import.bad_file"),
    ],
)
def test_unusable_files_are_refused(api: TestClient, kind: str, content: bytes, code: str) -> None:
    answer = api.post("/v1/imports", data={"kind": kind}, files={"file": ("f.csv", content)})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_a_row_that_cannot_be_kept_fails_alone(api: TestClient, drain: Callable[[], None]) -> None:
    rows = ["A,奶,dairy,1", "B,茶\0,dairy,1", "C,茶,dairy,Infinity", "D,茶,dairy,1e999999"]
    started = upload(api, "products", "\n".join(["sku,name,category,price_yuan", *rows]))
    drain()
    assert outcome(api, started) == ("done", 1, 0, 3)


def test_an_order_without_end_fails_alone(api: TestClient, drain: Callable[[], None]) -> None:
    header, good = ORDERS.splitlines()[0], "N1,store-0401,2026-10-01 10:00:00,A1,2,19.80,66001,"
    bad = [
        "N2,store-0401,2026-10-01 10:00:00,A1,1e9999,19.80,66001,",
        "N3,store-0401,2026-10-01 10:00:00,A1,1,Infinity,66001,",
        "N4,store-0401,0001/01/01 00:00,A1,1,9,66001,",
    ]
    started = upload(api, "orders", "\n".join([header, good, *bad]))
    drain()
    assert outcome(api, started) == ("done", 1, 0, 3)


def test_a_workbook_with_tags_of_a_third_party(api: TestClient, drain: Callable[[], None]) -> None:
    rows: list[list[Any]] = [
        ["会员卡号", "手机号", "姓名", "客户标签", "标签来源", "入会日期"],
        [71001, 13900000011, "李一", "高端、爱送礼", "某数据商", "2026-01-02"],
        [71002, "", "李二", "", "", "2026-01-03"],
        ["", "", "无名", "高端", "某数据商", "2026-01-04"],
        [71004, "", "李四", "高端", "某数据商", "昨天"],
    ]
    content = workbook(rows)
    looked = api.post(
        "/v1/imports/inspect", data={"kind": "customers"}, files={"file": ("k.xlsx", content)}
    ).json()
    assert looked["mapping"]["tags"] == "客户标签"
    assert looked["sample"][0]["手机号"] == "13900000011"
    started = upload(api, "customers", content)
    drain()
    assert outcome(api, started) == ("done", 2, 0, 2)
    found = api.get("/v1/customers", params={"identifier": "card:71001@default"}).json()
    assert {(tag["name"], tag["source"]) for tag in found["tags"]} >= {
        ("高端", "某数据商"),
        ("爱送礼", "某数据商"),
    }
    assert found["joined_on"] == "2026-01-02"
    errors = api.get(f"/v1/imports/{started['id']}/errors.csv").content.decode("utf-8-sig")
    assert [line.split(",")[2] for line in errors.splitlines()[1:]] == ["无名", "李四"]
    assert "不是时间" in errors
    reasons = api.get(f"/v1/imports/{started['id']}/errors").json()["items"]
    assert [each["number"] for each in reasons] == [4, 5]


def test_a_cancelled_import_stops(api: TestClient, drain: Callable[[], None]) -> None:
    started = upload(api, "orders", ORDERS)
    assert (started["state"], started["total"]) == ("waiting", 6)
    stopped = api.post(f"/v1/imports/{started['id']}/cancel").json()
    assert stopped["state"] == "cancelled"
    drain()
    assert api.get(f"/v1/imports/{started['id']}").json()["done"] == 0
