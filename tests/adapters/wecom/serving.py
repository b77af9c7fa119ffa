"""The WeCom simulator on a real socket, and hands to move its world."""

import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import uvicorn
from pydantic import SecretStr
from starlette.types import ASGIApp

from huitou.channels.wecom.client import WeComClient
from huitou.channels.wecom.config import WeComConfig
from huitou.simulators.wecom.app import create_app

CORP: dict[str, Any] = {
    "corp_id": "ww0123456789abcdef",
    "secret": "S1",
    "agent_id": 1000002,
    "token": "kz7Yx62CH8SaLN",
    "encoding_aes_key": "cD0d7jx4tYvVtzqrmh3Dm3QFCXe6f8SlHoMtMh3qQEP",
    "dispatch_s": 0.0,
    "callback_retry_s": 0.01,
    "callback_timeout_s": 8.0,
}
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts nobody: a client that meets plain sockets only. To read the certificates of the world takes
each client 30 ms."""


@contextmanager
def serve(app: ASGIApp, port: int = 0) -> Iterator[str]:
    """Serve an application on 127.0.0.1; its base url."""
    # Breaking a connection on purpose is an error to uvicorn, but not to us.
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
    # With the protocol named asyncio turns Nagle's algorithm off; else each answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    config = uvicorn.Config(
        app, log_config=None, access_log=False, ws="none", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        eventually(lambda: server.started)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(10)
        listener.close()


def eventually(is_so: Callable[[], object], seconds: float = 30.0) -> None:
    """Wait until `is_so()`; fails when it never is."""
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "never happened"
        time.sleep(0.01)


class Sim:
    """A running simulator, its control API and clients of it."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.http = httpx2.Client(base_url=base_url, verify=PLAIN, trust_env=False)
        self._clients: list[WeComClient] = []

    def order(self, path: str, /, **body: Any) -> dict[str, Any]:
        """POST /sim/<path>."""
        response = self.http.post(f"/sim/{path}", json=body)
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    def look(self, path: str) -> dict[str, Any]:
        """GET /sim/<path>."""
        answer: dict[str, Any] = self.http.get(f"/sim/{path}").json()
        return answer

    def befriend(self, userid: str, *external_userids: str, **more: Any) -> None:
        """Friendships of one member; the customers are made on the way."""
        callback = more.pop("callback", False)
        rows = [
            {"userid": userid, "external_userid": who, "name": f"客户{who[-2:]}", **more}
            for who in external_userids
        ]
        self.order("friendships", friendships=rows, callback=callback)

    def config(self, **changes: Any) -> WeComConfig:
        """The config of an app of this corporation."""
        return WeComConfig(
            corp_id=changes.get("corp_id", CORP["corp_id"]),
            agent_id=CORP["agent_id"],
            secret=SecretStr(changes.get("secret", CORP["secret"])),
            token=CORP["token"],
            encoding_aes_key=SecretStr(CORP["encoding_aes_key"]),
            base_url=changes.get("base_url", self.base_url),
            oauth_url=f"{self.base_url}/connect/oauth2/authorize",
        )

    def client(self, **changes: Any) -> WeComClient:
        """A client of this corporation; closed with the simulator."""
        client = WeComClient(self.config(**changes))
        self._clients.append(client)
        return client

    def close(self) -> None:
        for client in self._clients:
            client.close()
        self.http.close()


@contextmanager
def running(path: Path | None = None) -> Iterator[Sim]:
    """A simulator with members zhangsan and lisi."""
    with serve(create_app(path, corp=CORP)) as base_url:
        sim = Sim(base_url)
        members = [{"userid": "zhangsan", "name": "张三"}, {"userid": "lisi", "name": "李四"}]
        sim.order("members", members=members)
        try:
            yield sim
        finally:
            sim.close()
