"""A running SMS simulator, and an endpoint that receives what it pushes."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import uvicorn
from pydantic import SecretStr

from huitou.channels.sms_aliyun.channel import AliyunSmsChannel
from huitou.channels.sms_aliyun.config import AliyunSmsConfig
from huitou.channels.sms_tencent.channel import TencentSmsChannel
from huitou.channels.sms_tencent.config import TencentSmsConfig
from huitou.kernel.ids import new_id
from huitou.reach.types.channels import Outgoing
from huitou.simulators.sms.app import create_app, utc_now
from tests.adapters.wecom.serving import PLAIN

PHONE = "13800000000"
LINK = "https://h5.example.cn/t/Ab3dE"
ALIYUN_TEMPLATES = "SMS_M=${name}，您常买的鲜奶到货了 ${link} 拒收请回复R"
TENCENT_TEMPLATES = "449739={name}，您常买的鲜奶到货了 {link} 退订回T\n449740=验证码{code}"
WORLD: dict[str, Any] = {
    "keys": [{"id": "AKID_TEST", "secret": "SECRET_TEST"}],
    "signs": [{"name": "回头"}, {"name": "未审", "is_approved": False}],
    "templates": [
        {
            "code": "SMS_M",
            "kind": "marketing",
            "content": "${name}，您常买的鲜奶到货了 ${link} 拒收请回复R",
        },
        {"code": "SMS_V", "kind": "verify", "content": "验证码${code}"},
        {"code": "449739", "kind": "marketing", "content": "{1}，您常买的鲜奶到货了 {2} 退订回T"},
        {"code": "449740", "kind": "verify", "content": "验证码{1}"},
    ],
    "delivery_ms": 0,
}


class Receiver:
    """The product's push endpoint: keeps bodies, refuses the first `refusals` of them."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, bytes]] = []
        self.refusals = 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                receiver.bodies.append((self.path, body))
                is_refused = receiver.refusals > 0
                receiver.refusals -= is_refused
                answer = json.dumps({"code": 1 if is_refused else 0, "msg": "接收成功"}).encode()
                self.send_response(200)
                self.send_header("content-length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def at(self, path: str) -> list[bytes]:
        return [body for where, body in list(self.bodies) if where == path]


class World:
    """A running simulator and ways to reach it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx2.Client(base_url=url, timeout=10, verify=PLAIN, trust_env=False)
        self._channels: list[AliyunSmsChannel | TencentSmsChannel] = []

    def close(self) -> None:
        self.http.close()
        for channel in self._channels:
            channel.close()

    def sim(self, path: str, body: Any) -> Any:
        response = self.http.post(f"/sim{path}", json=body)
        assert response.is_success, response.text
        return response.json()

    def messages(self, phone: str = PHONE) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.http.get(f"/sim/phones/{phone}/messages").json()
        return rows

    def channel(self, **changes: Any) -> AliyunSmsChannel:
        now = changes.pop("now", utc_now)
        channel = AliyunSmsChannel(aliyun_config(**{"endpoint": self.url, **changes}), now=now)
        self._channels.append(channel)
        return channel

    def tencent(self, **changes: Any) -> TencentSmsChannel:
        now = changes.pop("now", utc_now)
        channel = TencentSmsChannel(tencent_config(**{"endpoint": self.url, **changes}), now=now)
        self._channels.append(channel)
        return channel


def aliyun_config(**changes: Any) -> AliyunSmsConfig:
    fields: dict[str, Any] = {
        "access_key_id": "AKID_TEST",
        "access_key_secret": SecretStr("SECRET_TEST"),
        "sign_name": "回头",
        "template_code": "SMS_M",
        "timeout_seconds": 5,
    }
    return AliyunSmsConfig.model_validate({**fields, **changes})


def tencent_config(**changes: Any) -> TencentSmsConfig:
    fields: dict[str, Any] = {
        "secret_id": "AKID_TEST",
        "secret_key": SecretStr("SECRET_TEST"),
        "sdk_app_id": "1400006666",
        "sign_name": "回头",
        "template_id": "449739",
        "templates": TENCENT_TEMPLATES,
        "timeout_seconds": 5,
    }
    return TencentSmsConfig.model_validate({**fields, **changes})


@contextmanager
def simulator(database: str = ":memory:", now: Callable[[], datetime] = utc_now) -> Iterator[World]:
    config = uvicorn.Config(
        create_app(database, now=now),
        host="127.0.0.1",
        port=0,
        log_level="critical",
        access_log=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    until(lambda: server.started)
    world = World(f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}")
    try:
        yield world
    finally:
        world.close()
        server.should_exit = True
        thread.join()


def until(is_so: Callable[[], bool]) -> None:
    """Wait for what another thread does; a generous end, so that a failure is not a hang."""
    for _ in range(1000):
        if is_so():
            return
        time.sleep(0.01)
    raise AssertionError("did not happen")


def outgoing(phone: str = PHONE, **changes: Any) -> Outgoing:
    fields: dict[str, Any] = {
        "message_id": new_id(),
        "address": phone,
        "text": "",
        "params": {"name": "李 女士+", "link": LINK},
    }
    return Outgoing(**{**fields, **changes})


def free_port() -> int:
    """A port that nobody listens on now."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as probe:
        return int(probe.server_port)


def is_up(world: World) -> bool:
    """Whether the simulator answers."""
    try:
        return world.http.get("/healthz").is_success
    except httpx2.HTTPError:
        return False
