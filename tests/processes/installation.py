"""The product as it is run: `huitou serve` in a folder, with hands to kill what it consists of."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2

from tests.adapters.sms_world import free_port

PASSWORD = "a-long-password"
_PATIENCE_SECONDS = 180.0


class Installation:
    """One data folder; `start` and `stop` its processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.http = httpx2.Client(
            base_url=f"http://127.0.0.1:{self.port}", timeout=30, trust_env=False
        )
        self.log = folder.with_name(f"{folder.name}.log")
        self.supervisor: subprocess.Popen[bytes] | None = None
        self.seen: set[int] = set()
        """Every process there ever was; none may outlive the supervisor."""

    def start(self, *options: str) -> None:
        """`huitou serve`, until it is ready."""
        with self.log.open("ab") as output:
            self.supervisor = subprocess.Popen(
                command("serve", "--port", str(self.port), "--data", str(self.folder), *options),
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self.await_ready()

    def await_ready(self) -> None:
        until(self.is_ready, "ready", self.log)
        self.look_around()

    def is_ready(self) -> bool:
        assert self.supervisor is not None
        assert self.supervisor.poll() is None, self.log.read_text()
        try:
            return self.http.get("/readyz").status_code == 200
        except httpx2.TransportError:
            return False

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send the signal to the supervisor; its exit code."""
        assert self.supervisor is not None
        self.look_around()
        self.supervisor.send_signal(number)
        code = self.supervisor.wait(_PATIENCE_SECONDS)
        self.supervisor = None
        return code

    def close(self) -> None:
        """End what still runs."""
        self.http.close()
        if self.supervisor is not None and self.supervisor.poll() is None:
            self.stop()

    def look_around(self) -> None:
        """Note every process under the supervisor."""
        assert self.supervisor is not None
        self.seen |= descendants(self.supervisor.pid)

    def left(self) -> set[int]:
        """Processes of ours that are still there."""
        return {pid for pid in self.seen if is_alive(pid)}

    def child(self, word: str) -> int:
        """The process under the supervisor with `word` in its command."""
        found = self.all(word)
        assert found, f"no {word} runs"
        return found[0]

    def all(self, word: str) -> list[int]:
        """All of them."""
        assert self.supervisor is not None
        return [pid for pid in sorted(children(self.supervisor.pid)) if word in command_of(pid)]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command on this folder."""
        return subprocess.run(
            command(*arguments, "--data", str(self.folder)),
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def set_up(self) -> str:
        """First run: merchant, owner, an API key."""
        answer = self.http.post(
            "/v1/setup",
            json={"merchant_name": "回禾", "name": "店主", "login": "owner", "password": PASSWORD},
        )
        assert answer.status_code == 201, answer.text
        permissions = self.http.get("/v1/me").json()["permissions"]
        body = {"name": "till", "permissions": permissions}
        key: str = self.http.post("/v1/api-keys", json=body).json()["secret"]
        self.use(key)
        return key

    def use(self, key: str) -> None:
        """Ask with this key from now on."""
        self.http.cookies.clear()
        self.http.headers["Authorization"] = f"Bearer {key}"

    def join(self, numbers: Sequence[int], padding: int = 0) -> httpx2.Response:
        """A request with a customer's joining for each number."""
        return self.http.post(
            "/v1/events", json={"events": [joined(number, padding) for number in numbers]}
        )

    def customer(self, number: int) -> dict[str, Any] | None:
        """The customer with that number, or None."""
        answer = self.http.get("/v1/customers", params={"identifier": f"phone:{phone(number)}"})
        assert answer.status_code in (200, 404), answer.text
        found: dict[str, Any] | None = answer.json() if answer.status_code == 200 else None
        return found

    def await_consumed(self) -> None:
        """Until every stream has read the whole log."""

        def is_consumed() -> bool:
            answer = self.http.get("/v1/lag")
            if answer.status_code != 200:
                return False
            streams = answer.json()["streams"]
            return bool(streams) and all(stream["behind"] == 0 for stream in streams)

        until(is_consumed, "consumed", self.log)


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "huitou.cli", *arguments]


def environment() -> dict[str, str]:
    """Ours, without what would lead to another installation."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HUITOU_")}


def phone(number: int) -> str:
    return f"137{number:08d}"


def joined(number: int, padding: int = 0) -> dict[str, Any]:
    """A customer joins; with `padding`, something so long besides."""
    extra = {"note": "x" * padding} if padding else {}
    return {
        "id": f"join-{number}",
        "type": "x.joined" if padding else "member.joined",
        "occurred_at": datetime.now(UTC).isoformat(),
        "source": "pos",
        "unit": "hq",
        "identifiers": [{"kind": "phone", "value": phone(number), "verified": True}],
        "properties": extra,
    }


def until(is_so: Callable[[], bool], what: str, log: Path) -> None:
    """Wait for what other processes do."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < deadline, f"never {what}\n{log.read_text()[-4000:]}"
        time.sleep(0.1)


def children(pid: int) -> set[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return {int(word) for task in tasks for word in (task / "children").read_text().split()}
    except (FileNotFoundError, ProcessLookupError):
        return set()


def descendants(pid: int) -> set[int]:
    found = children(pid)
    return found.union(*(descendants(child) for child in found))


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except FileNotFoundError:
        return ""


def is_alive(pid: int) -> bool:
    """Running; a zombie has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
