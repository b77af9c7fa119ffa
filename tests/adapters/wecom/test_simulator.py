"""The simulator itself: what survives a kill, the envelope, and the pages people use."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest

from huitou.channels.wecom.channel import WeComChannel
from huitou.reach.types.channels import Delivered, Submitted, Waiting
from tests.adapters.wecom.messages import message
from tests.adapters.wecom.serving import CORP, Sim, eventually

CUSTOMER = "wmEMU0001"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def process(state: Path, port: int) -> Iterator[Sim]:
    """The simulator as its own process, killed with SIGKILL at the end."""
    command = [sys.executable, "-m", "huitou.simulators.wecom"]
    arguments = ["--port", str(port), "--state", str(state), "--corp", CORP["corp_id"]]
    running = subprocess.Popen([*command, *arguments], env={**os.environ, "PYTHONPATH": "src"})
    sim = Sim(f"http://127.0.0.1:{port}")

    def is_up() -> bool:
        try:
            return sim.http.get("/sim/").status_code == 200
        except httpx2.TransportError:
            return False

    try:
        eventually(is_up, seconds=30)
        yield sim
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()
        sim.close()


def test_a_kill_loses_nothing(tmp_path: Path) -> None:
    state, port = tmp_path / "wecom.sqlite", free_port()
    outgoing = message()
    with process(state, port) as sim:
        sim.order("corp", **CORP)
        sim.order("members", members=[{"userid": "zhangsan", "name": "张三"}])
        sim.befriend("zhangsan", CUSTOMER)
        submitted = WeComChannel(sim.client()).submit(outgoing)
        assert isinstance(submitted, Submitted)
        sim.order("clock", seconds=3600)
        query = {"corpid": CORP["corp_id"], "corpsecret": CORP["secret"]}
        token = sim.http.get("/cgi-bin/gettoken", params=query).json()["access_token"]
        before = sim.look("")
    with process(state, port) as sim:
        after = sim.look("")
        assert after["counts"] == before["counts"]
        assert after["now"] >= before["now"]
        assert sim.http.get("/cgi-bin/gettoken", params=query).json()["access_token"] == token
        channel = WeComChannel(sim.client())
        assert channel.ask(outgoing, submitted.ref) == Waiting(submitted.ref, on_person=True)
        sim.order("confirm", userid="zhangsan")
        assert isinstance(channel.ask(outgoing, submitted.ref), Delivered)


def call(sim: Sim, method: str, path: str, body: bytes = b"") -> int:
    query = {"corpid": CORP["corp_id"], "corpsecret": CORP["secret"]}
    token = sim.http.get("/cgi-bin/gettoken", params=query).json()["access_token"]
    response = sim.http.request(
        method, f"/cgi-bin/{path}", params={"access_token": token}, content=body
    )
    assert response.status_code == 200
    errcode: int = response.json()["errcode"]
    return errcode


@pytest.mark.parametrize(
    ("method", "path", "body", "errcode"),
    [
        ("POST", "externalcontact/add_msg_template", b"{", 47001),
        ("POST", "externalcontact/add_msg_template", b"[]", 47001),
        ("POST", "externalcontact/add_msg_template", b'{"external_userid":["wmX"]}', 40063),
        ("GET", "externalcontact/add_msg_template", b"", 43002),
        ("POST", "externalcontact/list", b"{}", 43001),
        ("GET", "externalcontact/list", b"", 40003),
        ("GET", "externalcontact/get", b"", 41035),
        ("GET", "user/get", b"", 60111),
        ("POST", "externalcontact/get_groupmsg_task", b"{}", 41046),
        ("POST", "externalcontact/get_groupmsg_task", b'{"msgid":"msgX"}', 41047),
        ("POST", "externalcontact/send_welcome_msg", b'{"text":{"content":"a"}}', 41049),
        ("POST", "externalcontact/get_groupmsg_list_v2", b'{"start_time":0}', 40035),
        (
            "POST",
            "externalcontact/get_groupmsg_list_v2",
            b'{"start_time":0,"end_time":2764800}',
            40035,
        ),
        ("POST", "externalcontact/batch/get_by_user", b"{}", 40031),
    ],
)
def test_errors_come_with_http_200(
    sim: Sim, method: str, path: str, body: bytes, errcode: int
) -> None:
    assert call(sim, method, path, body) == errcode


def test_tokens_are_checked(sim: Sim) -> None:
    path = "/cgi-bin/user/get"
    assert sim.http.get(path).json()["errcode"] == 41001
    assert sim.http.get(path, params={"access_token": "T0"}).json()["errcode"] == 40014
    token = "/cgi-bin/gettoken"
    for query, errcode in (
        ({}, 41002),
        ({"corpid": CORP["corp_id"]}, 41004),
        ({"corpid": "wwx", "corpsecret": "S1"}, 40013),
        ({"corpid": CORP["corp_id"], "corpsecret": "no"}, 40001),
    ):
        assert sim.http.get(token, params=query).json()["errcode"] == errcode


def test_the_pages_tell_the_story(sim: Sim) -> None:
    sim.befriend("zhangsan", CUSTOMER)
    channel = WeComChannel(sim.client())
    outgoing = message(text="<b>新品</b>")
    assert outgoing.link
    assert isinstance(channel.submit(outgoing), Submitted)
    channel.notify("zhangsan", "新任务", "请联系客户", "https://crm.example.cn/a")

    page = sim.http.get("/member/zhangsan").text
    assert "&lt;b&gt;新品&lt;/b&gt;" in page
    assert "1 条待发送" in page
    assert "请联系客户" in page
    assert "新品" not in sim.http.get(f"/customer/{CUSTOMER}/zhangsan").text

    assert sim.http.post("/member/zhangsan/confirm").status_code == 303
    chat = sim.http.get(f"/customer/{CUSTOMER}/zhangsan").text
    assert f'href="{outgoing.link.url}"' in chat
    assert "[链接] 秋冬新品" in sim.http.get(f"/customer/{CUSTOMER}").text

    assert sim.http.post(f"/customer/{CUSTOMER}/zhangsan/leave").status_code == 303
    assert "你已删除该联系人" in sim.http.get(f"/customer/{CUSTOMER}/zhangsan").text
    found = sim.http.get("/", params={"q": "客户01"}).text
    assert CUSTOMER in found
    assert sim.http.get("/customer/wmNOBODY").status_code == 404


def test_a_link_that_is_no_web_address_is_not_followed(sim: Sim) -> None:
    sim.befriend("zhangsan", CUSTOMER)
    body = {
        "external_userid": [CUSTOMER],
        "sender": "zhangsan",
        "attachments": [{"msgtype": "link", "link": {"title": "a", "url": "javascript:alert(1)"}}],
    }
    sim.client().post("externalcontact/add_msg_template", body)
    sim.order("confirm", userid="zhangsan")
    assert 'href="javascript' not in sim.http.get(f"/customer/{CUSTOMER}/zhangsan").text


def test_scanning_a_contact_way_makes_a_friend(sim: Sim) -> None:
    body = {"type": 1, "scene": 2, "user": ["zhangsan"], "state": "ch7", "remark": "南京西路店"}
    way = sim.client().post("externalcontact/add_contact_way", body)
    scan = f"/scan/{way['config_id']}"
    page = sim.http.get(scan)
    assert "张三" in page.text
    response = sim.http.post(scan, data={"name": "小李"})
    customer = response.headers["location"].split("/")[2]
    detail = sim.client().get("externalcontact/get", {"external_userid": customer})
    assert detail["external_contact"]["name"] == "小李"
    assert detail["follow_user"][0]["state"] == "ch7"


def test_the_control_api_refuses_what_it_does_not_know(sim: Sim) -> None:
    assert "not WeCom" in sim.look("")["what"]
    assert sim.http.post("/sim/corp", json={"corpid": "x"}).status_code == 422
    missing = {"userid": "zhangsan", "external_userid": "wmNOBODY"}
    assert sim.http.post("/sim/unfriend", json=missing).status_code == 404
    friendship = {**missing, "userid": "zhangsan"}
    answer = sim.http.post("/sim/friendships", json={"friendships": [friendship]})
    assert (answer.status_code, answer.json()["detail"]) == (422, "unknown: wmNOBODY")
