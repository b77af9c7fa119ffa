"""The supervisor: a database, then the processes of the product, kept alive until told to stop.

Each process dies with its parent; one that fails is started again with growing pauses. Nothing here
holds state: kill -9 and a new start lose nothing.
"""

import ctypes
import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import click
import httpx2
import psycopg

from huitou.base.config import Config
from huitou.base.crypto import MasterKey
from huitou.base.db import Database
from huitou.base.migrate import migrate
from huitou.base.pg import EmbeddedPostgres, ServerFailed

_PAUSE_MAX_SECONDS = 30.0
_START_SECONDS = 60.0
_STOP_SECONDS = 15.0
_DATABASE_PAUSE_SECONDS = 5.0
_PR_SET_PDEATHSIG = 1
_COLLECTED_AFTER = 100_000
"""So many objects made and not let go."""


@dataclass
class Child:
    """One process, and how to start it again."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    retry_at: float = 0.0
    is_needed: bool = True
    """Whether it is started again when it ends well."""
    started_at: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        """Start, with output to the log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self.started_at = time.monotonic()


class Supervisor:
    """The database and the processes of one installation."""

    def __init__(self, config: Config, say: Callable[[str], None] = click.echo) -> None:
        self.config = config
        self.say = say
        self.children: list[Child] = []
        self._postgres: EmbeddedPostgres | None = None
        self._stopping = False
        self.dsn = ""

    def open_database(self) -> str:
        """Start or find the database, migrate it; returns its address."""
        if self.config.database_url is None:
            self.say("· 启动内置 PostgreSQL / starting the embedded PostgreSQL …")
            server = EmbeddedPostgres(self.config.data / "pg")
            server.start()
            self._postgres = server
            self.dsn = server.dsn
        else:
            self.dsn = self.config.database_url
            refuse_almighty(self.dsn)
        applied = migrate(self.dsn)
        if applied:
            self.say(f"· 数据库升级 / migrated: {len(applied)}")
        make_partitions(self.dsn)
        return self.dsn

    def _tell_others(self) -> None:
        """Other commands find the running database by `run/dsn`."""
        path = self.config.data / "run" / "dsn"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(0o600)
        path.write_text(self.dsn)

    def open(self) -> Database:
        """A `Database` on what `open_database` found."""
        return Database(self.dsn, MasterKey.load(self.config.master_key))

    def add(self, name: str, module: str, *arguments: str, is_needed: bool = True) -> Child:
        """Start `python -m module` and keep it alive."""
        if not self.children:
            self.config.ready.unlink(missing_ok=True)  # of a supervisor that was killed
            self._tell_others()
        environment = {
            "HUITOU_DATABASE_URL": self.dsn,
            "HUITOU_DATA": str(self.config.data),
            "HUITOU_HOST": self.config.host,
            "HUITOU_PORT": str(self.config.port),
            "HUITOU_PARENT": str(os.getpid()),
        }
        child = Child(
            name,
            [sys.executable, "-m", module, *arguments],
            environment,
            self.config.logs / f"{name}.log",
            is_needed=is_needed,
        )
        child.start()
        self.children.append(child)
        return child

    def wait_for_api(self) -> None:
        """Return once the API answers; raise when it does not come up."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            try:
                if httpx2.get(f"{self.config.url}/healthz", timeout=2).status_code == 200:
                    return
            except httpx2.HTTPError:
                time.sleep(0.2)
        raise click.ClickException(
            f"API 未能启动，见 {self.config.logs}/api.log / the API did not start"
        )

    def mark_ready(self) -> None:
        """`GET /readyz` says so from now on."""
        self.config.ready.parent.mkdir(parents=True, exist_ok=True)
        self.config.ready.touch()

    def pids(self) -> dict[str, int]:
        """The processes that run now by name; `postgres` is the embedded database."""
        running = {child.name: child.process for child in self.children}
        found = {name: process.pid for name, process in running.items() if process is not None}
        if self._postgres is not None and self._postgres.pid is not None:
            found["postgres"] = self._postgres.pid
        return found

    def watch(self) -> None:
        """Be ready and keep everything alive until SIGINT or SIGTERM, then stop it in order."""
        for name in (signal.SIGINT, signal.SIGTERM):
            signal.signal(name, self._ask_to_stop)
        try:
            self.mark_ready()
            while not self._stopping:
                self.look_after()
                time.sleep(0.2)
        finally:
            self.stop()

    def look_after(self) -> None:
        """Start again what has ended; to be called again and again."""
        self._look_after_database()
        for child in self.children:
            self._look_after(child)

    def stop(self) -> None:
        """Stop the processes, newest first, then the database."""
        if self.children:
            (self.config.data / "run" / "dsn").unlink(missing_ok=True)
            self.config.ready.unlink(missing_ok=True)
        for child in reversed(self.children):
            if child.process is not None and child.process.poll() is None:
                child.process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for child in reversed(self.children):
            if child.process is not None:
                try:
                    child.process.wait(max(0.1, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    child.process.kill()
                    child.process.wait()
        self.children.clear()
        if self._postgres is not None:
            self._postgres.stop()
            self._postgres = None

    def _ask_to_stop(self, number: int, frame: object) -> None:
        self._stopping = True

    def _look_after_database(self) -> None:
        if self._postgres is not None and self._postgres.pid is None:
            self.say("! 数据库意外退出，正在重启 / the database ended; starting it again")
            try:
                self._postgres.start()
            except ServerFailed as refusal:
                self.say(f"! {refusal.detail()}")
                time.sleep(_DATABASE_PAUSE_SECONDS)

    def _look_after(self, child: Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.retry_at:
                child.start()
            return
        code = child.process.poll()
        if code is None:
            if time.monotonic() - child.started_at > _PAUSE_MAX_SECONDS:
                child.failures = 0
            return
        if code == 0 and not child.is_needed:
            return
        child.process = None
        child.failures += 1
        pause = min(0.5 * 2**child.failures, _PAUSE_MAX_SECONDS)
        child.retry_at = time.monotonic() + pause
        self.say(
            f"! {child.name} 退出 ({code})，{pause:.0f} 秒后重启 / ended; again in {pause:.0f} s;"
            f" {child.log}"
        )


def die_with_parent() -> None:
    """Called first in a child: it gets SIGTERM when the supervisor is gone, however it went."""
    parent = os.environ.get("HUITOU_PARENT")
    if parent is None or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != int(parent):
        os.kill(os.getpid(), signal.SIGTERM)


def keep_loaded() -> None:
    """Called last in a child, before it serves: what is loaded stays. Looking through all of it for
    what nobody holds any more stops every thread for a fifth of a second, again and again; and looking
    through the rows of a batch while they are read takes a quarter of a worker's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_COLLECTED_AFTER)


def make_partitions(dsn: str) -> None:
    """This month's and next month's part of the log."""
    with psycopg.connect(dsn) as owner:
        owner.execute(
            "SELECT event.make_partition(now()), event.make_partition(now() + interval '1 month')"
        )


class Almighty(Exception):
    """The given database user could see past row-level security."""


def refuse_almighty(dsn: str) -> None:
    """Row-level security does not bind a superuser or BYPASSRLS: refuse to run as one."""
    with psycopg.connect(dsn) as owner:
        row = owner.execute(
            "SELECT rolsuper OR rolbypassrls, current_setting('server_version_num')::int"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
    assert row is not None
    if row[0]:
        raise Almighty(
            "HUITOU_DATABASE_URL 的用户是超级用户或带 BYPASSRLS，商户隔离对它不起作用，请换一个普通用户。"
            " / The user is a superuser or has BYPASSRLS; merchants' isolation would not hold."
        )
    if row[1] < 150000:
        raise Almighty("需要 PostgreSQL 15 或更新版本 / PostgreSQL 15 or newer is needed")
