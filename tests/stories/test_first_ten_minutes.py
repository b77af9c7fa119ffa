"""The first user of an empty product, from the owner's account to a first care task, over HTTP.

The API and both simulators stand on sockets, in the places in which `huitou serve` puts them.
"""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from huitou.api.app import create_app
from huitou.base.config import Config
from huitou.base.db import Database
from huitou.simulators.sms.app import create_app as sms_app
from huitou.simulators.wecom.app import create_app as wecom_app
from tests.adapters.wecom.serving import Sim, serve
from tests.background import settle
from tests.conftest import Clock
from tests.stories.house import PASSWORD, PHONE, Api

UNITS = """门店编码,门店名称,类型,所属区域
1001,南京路店,门店,QY01
1002,徐家汇店,门店,华东区
QY01,华东区,区域,
1003,静安店,门店,QY99
1005,陆家嘴店,旗舰店,QY01
"""
STAFF = """员工编号,员工姓名,岗位,所属门店,手机号码,企业微信账号
E001,王店长,店长,1001,13900010001,wangdz
E002,李小满,导购,南京路店,13900010002,lixiaoman
E003,周立夏,导购,1002,13900010003,zhoulixia
E004,赵谷雨,收银员,1002,13900010004,
"""
CUSTOMERS = """会员卡号,会员姓名,手机号码,性别,生日,开卡门店,开卡日期,专属导购
VIP1,王芳,13810000001,女,1990-07-21,南京路店,2025/3/5,李小满
VIP2,张伟,13810000002,男,1985-01-02,1001,2025年3月6日,E002
VIP3,刘洋,13810000003,男,,1002,2025.4.1,E003
,无名,,女,,,,
VIP4,陈静,13810000004,女,,1002,去年,E003
"""
PRODUCTS = """货号\t商品名称\t品类\t零售价
SP1\t拿铁咖啡豆\t咖啡\t¥59.00
SP2\t挂耳咖啡\t咖啡\t39.9
SP3\t燕麦饼干\t零食\t面议
"""
ORDER_HEADER = "小票号,门店编码,交易时间,货号,商品名称,数量,金额,会员卡号\r\n"
BAD_ORDERS = """X1,1009,{day} 10:00,SP1,拿铁咖啡豆,1,59.00,VIP1
X1,1009,{day} 10:00,SP2,挂耳咖啡,1,39.90,VIP1
X2,1001,昨天,SP1,拿铁咖啡豆,1,59.00,VIP2
"""


@dataclass
class Start:
    """An empty product, and what stands beside it."""

    db: Database
    clock: Clock
    api: Api
    url: str
    wecom: Sim
    sms_url: str
    merchant: Any = None

    def upload(self, kind: str, content: bytes, **form: Any) -> dict[str, Any]:
        """A file taken in to its end; what became of it."""
        answer = self.api.http.post(
            "/v1/imports", data={"kind": kind, **form}, files={"file": ("f.csv", content)}
        )
        assert answer.status_code == 201, answer.text
        settle(self.db, self.merchant)
        found: dict[str, Any] = self.api.get(f"/v1/imports/{answer.json()['id']}")
        assert found["done"] == found["total"]
        return found

    def reasons(self, done: dict[str, Any]) -> list[str]:
        return [
            fault["detail"] for fault in self.api.get(f"/v1/imports/{done['id']}/errors")["items"]
        ]


def counts(done: dict[str, Any]) -> tuple[str, int, int, int]:
    return done["state"], done["accepted"], done["duplicates"], done["failed"]


@pytest.fixture(scope="module")
def start(db: Database, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Start]:
    port = free_pair()
    folder: Path = tmp_path_factory.mktemp("first")
    app = create_app(db)
    app.state.config = Config(folder, "127.0.0.1", port - 1)
    with serve(app) as url, serve(wecom_app(), port) as wecom, serve(sms_app(), port + 1) as sms:
        found = Start(db, clock, Api(url), url, Sim(wecom), sms)
        try:
            yield found
        finally:
            found.api.close()
            found.wecom.close()


def free_pair() -> int:
    """The first of two free ports side by side."""
    for _ in range(50):
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port
    raise AssertionError("no two free ports side by side")


def test_the_owner_is_made_once_and_logged_in(start: Start) -> None:
    assert start.api.get("/v1/setup") == {"needed": True}
    body = {"merchant_name": "回禾生活", "name": "陈老板", "login": "owner", "password": PASSWORD}
    assert start.api.refused("POST", "/v1/setup", {**body, "password": "short"})[0] == 422
    start.merchant = start.api.post("/v1/setup", body)["merchant"]
    assert start.api.get("/v1/setup") == {"needed": False}
    assert start.api.refused("POST", "/v1/setup", body) == (409, "merchant.already_set_up")
    assert start.api.get("/v1/me")["staff"]["name"] == "陈老板"
    settings = {item["key"]: item["value"] for item in start.api.items("/v1/settings")}
    assert settings["site.url"] == start.url


def test_pages_of_an_empty_shop_answer(start: Start) -> None:
    for path in ("customers", "segments", "campaigns", "tasks", "imports", "products"):
        assert start.api.items(f"/v1/{path}") == []
    assert start.api.get("/v1/overview")["month"]["credited_fen"] == 0


def test_units_and_staff_from_tables_as_shops_have_them(start: Start) -> None:
    units = start.upload("units", UNITS.encode("gb18030"))
    assert counts(units) == ("done", 3, 0, 2)
    unknown_parent, unknown_kind = start.reasons(units)
    assert "QY99" in unknown_parent
    assert "旗舰店" in unknown_kind
    assert "门店" in unknown_kind
    tree = {unit["code"]: unit for unit in start.api.items("/v1/units")}
    assert tree["1001"]["parent_id"] == tree["1002"]["parent_id"] == tree["QY01"]["id"]
    staff = start.upload("staff", STAFF.encode("gb18030"))
    assert counts(staff) == ("done", 3, 0, 1)
    again = start.upload("staff", STAFF.replace("收银员", "店员").encode("gb18030"))
    assert counts(again) == ("done", 1, 3, 0)


def test_customers_come_with_names_stores_and_associates(start: Start) -> None:
    done = start.upload("customers", CUSTOMERS.encode("gb18030"))
    assert counts(done) == ("done", 3, 0, 2)
    found = start.api.get("/v1/customers", identifier="card:VIP1@default")
    assert (found["name"], found["birth_month"]) == ("王*", 7)
    assert found["home_unit"]["code"] == "1001"
    assert found["associate"]["name"] == "李小满"


def test_products_with_tabs_and_orders_rehearsed_mended_and_sent_again(start: Start) -> None:
    assert counts(start.upload("products", PRODUCTS.encode("utf-8-sig"))) == ("done", 2, 0, 1)
    good = "".join(
        f"N{n},1001,{day(start, 4 * n)} 10:0{n % 9},SP1,拿铁咖啡豆,1,59.00,VIP{1 + n % 3}\r\n"
        for n in range(1, 25)
    )
    bad = BAD_ORDERS.replace("{day}", day(start, 3))
    content = (ORDER_HEADER + good + bad).encode()
    rehearsal = start.upload("orders", content, dry_run="true")
    assert counts(rehearsal) == ("done", 24, 0, 3)
    assert start.api.items("/v1/orders") == []
    done = start.upload("orders", content)
    assert counts(done) == ("done", 24, 0, 3)
    failed = start.api.http.get(f"/v1/imports/{done['id']}/errors.csv").content.decode("utf-8-sig")
    assert failed.count("X1,1009") == 2, "an order comes back whole"
    mended = failed.replace("1009", "1002").replace("昨天", day(start, 2))
    assert counts(start.upload("orders", mended.encode("utf-8-sig"))) == ("done", 2, 0, 0)
    orders = {order["order_no"]: order["paid_fen"] for order in start.api.items("/v1/orders")}
    assert len(orders) == 26
    assert orders["X1"] == 9_890


def day(start: Start, ago: int) -> str:
    return f"{start.clock.now - timedelta(days=ago):%Y/%m/%d}"


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"PK\x03\x04\x14\x00", "Excel"), (b"", "表头"), ("小票号,金额\n".encode(), "门店编码")],
)
def test_files_that_cannot_be_read_say_what_to_do(start: Start, content: bytes, said: str) -> None:
    answer = start.api.http.post(
        "/v1/imports", data={"kind": "orders"}, files={"file": ("f.xlsx", content)}
    )
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_a_long_table_keeps_its_header(start: Start) -> None:
    for shift in range(3):
        text = "货号,商品名称,品类,零售价," + "x" * shift + "\n" + "A1,名,类,1,好好好\n" * 6_000
        answer = start.api.http.post(
            "/v1/imports/inspect",
            data={"kind": "products"},
            files={"file": ("f.csv", text.encode())},
        )
        assert answer.json()["missing"] == []


def test_wrong_credentials_are_refused_and_not_kept(start: Start) -> None:
    own = {
        "corp_id": "ww1",
        "agent_id": 1000002,
        "secret": "wrong",
        "token": "t",
        "encoding_aes_key": "x" * 43,
        "base_url": start.wecom.base_url,
    }
    refused = start.api.refused("PUT", "/v1/channels/wecom", {"config": own})
    assert refused == (422, "channel.bad_credentials")
    short = {**own, "encoding_aes_key": "x"}
    answer = start.api.http.put("/v1/channels/wecom", json={"config": short})
    assert "EncodingAESKey" in answer.json()["detail"]
    english = start.api.http.put(
        "/v1/channels/wecom", json={"config": short}, headers={"Accept-Language": "en"}
    )
    assert "Callback EncodingAESKey" in english.json()["detail"]
    wecom = start.api.get("/v1/channels")["items"][0]
    assert wecom["state"] == "missing"
    assert wecom["callback_url"] == f"{start.url}/callbacks/wecom/{start.merchant}"
    assert start.api.refused("POST", "/v1/channels/wecom/test", {})[1] == "channel.not_configured"


def test_a_test_message_arrives_by_either_simulator(start: Start) -> None:
    for kind in ("wecom", "sms"):
        assert start.api.post(f"/v1/channels/{kind}/simulate")["is_simulated"]
    assert start.wecom.order("callback/verify")["is_verified"]
    assert start.api.refused("POST", "/v1/channels/wecom/test", {}) == (422, "channel.no_address")
    sent = start.api.post("/v1/channels/wecom/test", {"to": "lixiaoman"})
    assert "【测试】回禾生活" in start.wecom.http.get(urlsplit(sent["url"]).path).text
    sent = start.api.post("/v1/channels/sms/test", {"to": "13912345678"})
    assert sent["url"].startswith(start.sms_url)
    answer = start.api.http.post("/v1/channels/wecom/test", json={"to": "nobody"})
    assert answer.json()["code"] == "channel.test_failed"
    assert "通讯录" in answer.json()["detail"]


def test_imported_staff_log_in_through_the_card(start: Start) -> None:
    phone = Api(start.url, headers={"User-Agent": PHONE, "X-Huitou-Surface": "phone"})
    to_wecom = phone.http.get("/v1/wecom/login").headers["location"]
    assert to_wecom.startswith(start.wecom.base_url)
    back = start.wecom.http.get(f"{to_wecom.partition('#')[0]}&login_hint=lixiaoman")
    landed = phone.http.get(back.headers["location"])
    assert (landed.status_code, landed.headers["location"]) == (302, "/a")
    assert phone.get("/v1/me")["staff"]["name"] == "李小满"
    phone.close()


def test_a_first_segment_and_a_first_care_task(start: Start) -> None:
    templates = start.api.items("/v1/segments/templates")
    frequent = next(one for one in templates if one["key"] == "frequent-buyers")
    count = start.api.post("/v1/segments/count", {"rule": frequent["rule"]})
    assert count["count"] == 3
    segment = start.api.post("/v1/segments", {"name": frequent["name"], "rule": frequent["rule"]})
    settle(start.db, start.merchant)
    plan = {
        "name": "第一个关怀任务",
        "source": {"segment_id": segment["id"]},
        "goal": "请老客回店",
        "copy": "{name}您好，您常买的{products}到货了",
        "deadline": (start.clock.now + timedelta(days=2)).isoformat(),
        "holdout_bp": 0,
    }
    preview = start.api.post("/v1/campaigns/preview", plan)
    assert preview["candidates"] == 3
    campaign = start.api.post("/v1/campaigns", plan)
    start.api.post(f"/v1/campaigns/{campaign['id']}/publish")
    settle(start.db, start.merchant)
    assert start.api.get(f"/v1/campaigns/{campaign['id']}")["state"] == "live"
