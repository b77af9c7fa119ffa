"""In by a phone number: a code by SMS, through the channel and its simulator; few tries, few codes."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.event import reads as log
from huitou.identity import reads as identities
from huitou.member.actions import doors as actions
from huitou.member.http import doors as http
from huitou.member.rules import doors
from huitou.merchant import actions as merchants
from huitou.profile import reads as profiles
from tests.adapters.sms_world import WORLD, World, simulator
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.member.conftest import paid


@pytest.fixture(scope="module")
def sms() -> Iterator[World]:
    with simulator() as world:
        world.sim("/configure", {**WORLD, "is_limiting": False})
        yield world


@pytest.fixture(autouse=True)
def _channel(sms: World, write: Write) -> Iterator[None]:
    config = {
        "endpoint": sms.url,
        "access_key_id": "AKID_TEST",
        "access_key_secret": "SECRET_TEST",
        "sign_name": "回头",
        "template_code": "SMS_M",
        "timeout_seconds": 5,
    }
    with write() as tx:
        merchants.set_channel(tx, "sms", json.dumps(config), is_simulated=True)
        merchants.set_setting(tx, "member.sms_template", "SMS_V")
    http._asked.storage.reset()
    yield
    http._asked.storage.reset()


@pytest.fixture
def number() -> str:
    return f"136{uuid4().int % 10**8:08d}"


@pytest.fixture
def ask(phone: TestClient, brand: Brand) -> Callable[..., Any]:
    def post(number: str, **more: str) -> Any:
        said = {"phone": number, "agrees": "1", **more}
        return phone.post("/m/join", params={"merchant": str(brand.merchant.id)}, data=said)

    return post


def code_on(sms: World, number: str) -> str:
    found = re.search(r"验证码(\d{6})", sms.messages(number)[-1]["content"])
    assert found
    return found.group(1)


def test_a_new_customer_joins_in_the_lobby(
    phone: TestClient,
    ask: Callable[..., Any],
    number: str,
    sms: World,
    drain: Callable[[], None],
    read: Read,
    brand: Brand,
) -> None:
    page = phone.get("/m/join", params={"merchant": str(brand.merchant.id), "unit": "store-0402"})
    assert brand.merchant.name in page.text
    assert 'value="store-0402"' in page.text
    shown = ask(number, unit="store-0402", wants_sms="1")
    assert shown.status_code == 200
    assert f"{number[:3]}****{number[-4:]}" in shown.text
    assert number not in shown.text
    drain()
    waiting = phone.post("/m/join/code", data={"code": code_on(sms, number)})
    assert "正在为您开通" in waiting.text
    drain()
    home = phone.get("/m/join/wait")
    assert home.status_code == 200
    assert str(home.url).endswith("/m")
    assert "我的账单" in home.text
    with read() as tx:
        customer = identities.find_by_identifier(tx, "phone", number)
        assert customer is not None
        assert profiles.profiles(tx, [customer.id])[customer.id].joined_on is not None
        assert profiles.consents(tx, [customer.id], "sms", "marketing") == {customer.id}
        entries = log.log_slice(tx, 0, log.head(tx), ["member.joined"])
        assert entries[-1].unit_id == brand.units["store-0402"].id
        assert number not in str(entries[-1].properties)
    # The door is gone from the phone; the code opens nothing twice.
    assert phone.get("/m/join/wait").status_code == 401


def test_a_member_comes_back_and_sees_what_is_theirs(
    phone: TestClient,
    ask: Callable[..., Any],
    sms: World,
    drain: Callable[[], None],
    send: Callable[[list[dict[str, Any]]], object],
    number: str,
    clock: Clock,
    read: Read,
) -> None:
    joined = paid(number, f"J-{number}", clock.now, 1_234, "store-0401", "pos")
    send([joined, {**joined, "id": f"j-{number}", "type": "member.joined", "properties": {}}])
    drain()
    ask(number)
    drain()
    phone.post("/m/join/code", data={"code": code_on(sms, number)})
    drain()
    assert "¥12.34" in phone.get("/m/join/wait").text
    with read() as tx:
        types = [entry.type for entry in log.log_slice(tx, 0, log.head(tx))]
        assert types[-1] == "identity.bound"
        customer = identities.find_by_identifier(tx, "phone", number)
        assert customer is not None
        assert not profiles.consents(tx, [customer.id], "sms", "marketing")


def test_five_tries_then_no_more(
    phone: TestClient,
    ask: Callable[..., Any],
    number: str,
    sms: World,
    drain: Callable[[], None],
    read: Read,
) -> None:
    ask(number)
    drain()
    right = code_on(sms, number)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(doors.ATTEMPTS_MAX - 1):
        assert "验证码不对" in phone.post("/m/join/code", data={"code": wrong}).text
    assert "已失效" in phone.post("/m/join/code", data={"code": wrong}).text
    assert "已失效" in phone.post("/m/join/code", data={"code": right}).text
    assert "不能用于会员" in phone.get("/m/join/wait").text
    with read() as tx:
        assert identities.find_by_identifier(tx, "phone", number) is None


def test_a_code_is_over_after_five_minutes(
    phone: TestClient,
    ask: Callable[..., Any],
    number: str,
    sms: World,
    drain: Callable[[], None],
    clock: Clock,
) -> None:
    ask(number)
    drain()
    right = code_on(sms, number)
    clock.move(minutes=6)
    assert "已失效" in phone.post("/m/join/code", data={"code": right}).text
    clock.move(minutes=-6)


def test_few_codes_for_a_number_and_for_an_address(
    ask: Callable[..., Any], number: str, clock: Clock, write: Write
) -> None:
    assert ask(number).status_code == 200
    assert ask(f"+86 {number}").status_code == 429
    for minute in range(1, 5):
        clock.move(minutes=1, seconds=1)
        assert ask(number).status_code == 200, minute
    clock.move(minutes=2)
    assert ask(number).status_code == 429
    clock.move(hours=-1)
    clock.move(hours=1, minutes=-6, seconds=-4)
    codes = [ask(f"135{at:08d}").status_code for at in range(40)]
    assert codes.count(200) == 30 - 7
    assert codes[-1] == 429
    clock.move(hours=26)
    with write() as tx:
        assert actions.tidy(tx) == 28
    clock.move(hours=-26)


@pytest.mark.parametrize("bad", ["", "12345", "1380013800a", "+1 650 253 0000", "' OR 1=1 --"])
def test_no_number_no_code(ask: Callable[..., Any], bad: str, read: Read) -> None:
    assert ask(bad).status_code == 422


def test_nobody_joins_without_agreeing_or_without_a_channel(
    ask: Callable[..., Any], number: str, db: Any, brand: Brand, phone: TestClient
) -> None:
    assert ask(number, agrees="").status_code == 422
    with db.owner() as owner:
        owner.execute("DELETE FROM merchant.channel WHERE merchant_id = %s", [brand.merchant.id])
    assert ask(number).status_code == 503
    elsewhere = phone.post(
        "/m/join",
        params={"merchant": str(brand.merchant.id)},
        data={"phone": number, "agrees": "1"},
        headers={"sec-fetch-site": "cross-site"},
    )
    assert elsewhere.status_code == 403


def test_doors_of_others_stay_shut(phone: TestClient, number: str) -> None:
    assert phone.post("/m/join/code", data={"code": "123456"}).status_code == 401
    phone.cookies.set("huitou_door", "A" * 71, path="/m/join")
    assert phone.post("/m/join/code", data={"code": "123456"}).status_code == 401
    assert phone.get("/m/join/wait").status_code == 401
    assert phone.get("/m/join?merchant=nobody").status_code == 200
