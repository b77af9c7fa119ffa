"""The demo as its users start it: the real processes, in a folder of their own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import httpx2

WEBUI = Path("src/huitou/webui/index.html")
PORTS = 4
"""The API and its three simulators stand on consecutive ports."""
_START_SECONDS = 400.0
_STOP_SECONDS = 60.0
A = TypeVar("A")


@dataclass(frozen=True)
class Demo:
    """A running demo and its API, asked with the demo's own key."""

    told: dict[str, Any]
    """What `demo.json` says."""
    api: httpx2.Client = field(repr=False)

    @property
    def url(self) -> str:
        return str(self.told["url"])

    def get(self, path: str, **query: str) -> Any:
        answer = self.api.get(path, params=query)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def post(self, path: str, body: object = None) -> Any:
        answer = self.api.post(path, json=body if body is not None else {})
        assert answer.status_code < 300, (path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def person(self, role: str) -> dict[str, Any]:
        """The demo's person of this role, as the staff list has it."""
        code = next(one["code"] for one in self.told["logins"] if one["role"] == role)
        people = self.get("/v1/staff", limit="200")["items"]
        found: dict[str, Any] = next(one for one in people if one["code"] == code)
        return found

    def buy(self, paid_fen: int) -> str:
        """A purchase at the till now; its order number."""
        order_no = f"WALK-{uuid4().hex[:10]}"
        line = {"line_no": 1, "sku": self.told["sku"], "quantity": 1000}
        money = {"list_fen": paid_fen, "paid_fen": paid_fen}
        taken = self.post(
            "/v1/events",
            {
                "events": [
                    {
                        "id": f"pos-{order_no}",
                        "type": "order.paid",
                        "occurred_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                        "source": "pos",
                        "unit": self.told["unit"],
                        "identifiers": [
                            {"kind": "card", "value": self.told["card"], "scope": "default"}
                        ],
                        "properties": {
                            "order_no": order_no,
                            "paid_fen": paid_fen,
                            "shipping_fen": 0,
                            "lines": [line | money],
                        },
                    }
                ]
            },
        )
        assert taken["accepted"] == 1, taken
        return order_no


def soon(find: Callable[[], A | None], seconds: float = 60.0) -> A:
    """What `find` finds, asked again until it does."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = find()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"nothing found within {seconds} s")


@contextmanager
def attached(folder: Path) -> Iterator[Demo]:
    """A demo that runs already, by its data folder."""
    told = json.loads((folder / "demo.json").read_text())
    headers = {"Authorization": f"Bearer {told['api_key']}"}
    with httpx2.Client(base_url=told["url"], headers=headers, timeout=30) as api:
        yield Demo(told, api)


@contextmanager
def started() -> Iterator[Demo]:
    """A demo of our own, stopped as with Ctrl-C; fails when it does not end well."""
    if not WEBUI.exists():
        raise AssertionError(f"{WEBUI} is missing: make console")
    folder = Path(tempfile.mkdtemp(prefix="huitou-demo-"))
    port = _free_ports()
    command = [sys.executable, "-m", "huitou.cli", "demo", "--port", str(port)]
    log = folder / "demo.log"
    try:
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*command, "--data", str(folder / "data")],
                stdout=out,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )
        try:
            _await_ready(process, f"http://127.0.0.1:{port}/readyz", log)
            with attached(folder / "data") as demo:
                yield demo
        finally:
            code = _stop(process)
        assert code == 0, f"the demo ended with {code}:\n{log.read_text()[-2000:]}"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _await_ready(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx2.get(url, timeout=5).status_code == 200:
                return
        except httpx2.HTTPError:
            pass
        time.sleep(0.5)
    raise AssertionError(f"the demo did not become ready:\n{log.read_text()[-2000:]}")


def _stop(process: subprocess.Popen[bytes]) -> int:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
    try:
        return process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait()


def _free_ports() -> int:
    """The first of four free ports in a row, below those that the system hands out."""
    for base in range(20_000 + os.getpid() % 1_000 * 10, 32_000, 10):
        if all(_is_free(base + offset) for offset in range(PORTS)):
            return base
    raise AssertionError("no four free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
