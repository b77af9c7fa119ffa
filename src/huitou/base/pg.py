"""The embedded PostgreSQL under a small supervisor of our own.

    with EmbeddedPostgres(Path("data/pg")) as server:
        psycopg.connect(server.dsn)

A data folder holds `cluster/` (PGDATA), `socket/`, `postgres.log`, `supervisor.lock` and, under
root, `server/` (a private copy of the programs). The server listens on the Unix socket only, whose
folder is closed to other users. It stops when the supervising process ends, however that happens.
"""

import logging
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg
from psycopg import sql

from huitou.base import pg_home, pg_server
from huitou.base.pg_home import Runner
from huitou.base.pg_server import Server
from huitou.kernel.errors import Unavailable

DATABASE, SUPERUSER, OWNER, APP = "huitou", "postgres", "huitou_owner", "huitou_app"
PORT = 5432  # names the socket file only; nothing listens on TCP
POLL_S = 0.02
PATIENCE_S = 30.0  # for processes a killed supervisor or server left behind, before harder signals
LOG_KEPT_BYTES = 10_000_000

log = logging.getLogger(__name__)


class ServerFailed(Unavailable):
    """The server ended while starting, or initdb did."""

    code = "pg.failed"
    zh = "数据库未能启动。日志 {log} 的最后几行：\n{tail}"
    en = "The database did not start. Last lines of {log}:\n{tail}"


class EmbeddedPostgres:
    """One cluster in `data_dir`, supervised by this process.

    `settings` are PostgreSQL parameters laid over ours ({"fsync": "off"} for tests).
    """

    def __init__(
        self, data_dir: Path, *, port: int | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        self.data_dir = data_dir.absolute()
        self.port = port or PORT
        self._settings = _default_settings() | dict(settings or {})
        self._held = ExitStack()
        self._process: _Process | None = None
        self._home = self.data_dir
        self._socket = self.data_dir / "socket"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def dsn(self) -> str:
        """The database `huitou` as its owner, who is no superuser. Valid once started."""
        return self._dsn(OWNER, DATABASE)

    @property
    def superuser_dsn(self) -> str:
        """The database `huitou` as the cluster's superuser: for set-up and diagnosis only."""
        return self._dsn(SUPERUSER, DATABASE)

    @property
    def home(self) -> Path:
        """Where the cluster really is: `data_dir`, or elsewhere if that is closed to its user."""
        return self._home

    @property
    def log_path(self) -> Path:
        return self._home / "postgres.log"

    @property
    def pid(self) -> int | None:
        """The postmaster's process id while it runs."""
        return self._process.pid if self._process and self._process.is_alive() else None

    def start(self) -> None:
        """Start and return when the server answers; a recovery is waited out, however long.

        Refuses: FolderInUse, FolderNotOurs, FolderUnusable, NoServer, ServerFailed.
        """
        if self.pid is not None:
            return
        self._held.close()
        try:
            self._start()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Stop fast: end sessions, keep committed work. Returns when the server is gone."""
        if self._process is not None and self._process.is_alive():
            self._process.signal(signal.SIGINT)
            self._process.join()
        self._process = None
        self._held.close()

    def _start(self) -> None:
        pg_home.prepare(self.data_dir)
        self._held.enter_context(pg_home.lock(self.data_dir))
        self._home, runner = pg_home.settle(self.data_dir)
        if self._home != self.data_dir:  # the data folder may have been copied
            self._held.enter_context(pg_home.lock(self._home))
        cluster = self._home / "cluster"
        _end_leftovers(cluster)
        server = self._server(cluster, runner)
        if not cluster.exists():
            self._create(server, runner, cluster)
        self._socket = pg_home.socket_folder(self._home, runner, self.port)
        self._prepare_log()
        command = [str(server.bin / "postgres"), "-D", str(cluster), *self._options()]
        self._process = _Process(_launch(runner, command), self.log_path)
        self._process.start()
        self._wait(cluster / "postmaster.pid")
        self._furnish()

    def _server(self, cluster: Path, runner: Runner) -> Server:
        version = cluster / "PG_VERSION"
        server = pg_server.choose_server(int(version.read_text()) if cluster.exists() else None)
        if os.geteuid() == 0 and server.from_wheel:
            server = pg_server.private_copy(server, self._home / "server")
        if not pg_home.may_enter(server.bin, runner):
            reason = "closed to this user"
            raise pg_home.FolderUnusable(user=runner.uid, folder=server.bin, reason=reason)
        return server

    def _create(self, server: Server, runner: Runner, cluster: Path) -> None:
        """initdb beside the final place, so that an interrupted one leaves nothing half made."""
        fresh = cluster.with_name("cluster.new")
        shutil.rmtree(fresh, ignore_errors=True)
        pg_home.private_folder(fresh, runner)
        builtin = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        done = subprocess.run(
            _launch(
                runner,
                [
                    str(server.bin / "initdb"),
                    f"--pgdata={fresh}",
                    f"--username={SUPERUSER}",
                    "--encoding=UTF8",
                    "--locale=C.UTF-8",
                    "--auth-local=trust",
                    "--auth-host=reject",
                    *(builtin if server.major >= 17 else ()),
                    *(("--no-sync",) if self._settings["fsync"] == "off" else ()),
                ],
            ),
            env=_environment(),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise ServerFailed(log="initdb", tail=_tail(done.stdout + done.stderr))
        fresh.rename(cluster)

    def _options(self) -> list[str]:
        settings = self._settings | {
            "listen_addresses": "",
            "port": str(self.port),
            "unix_socket_directories": str(self._socket),
            "unix_socket_permissions": "0700",
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _wait(self, pid_file: Path) -> None:
        """Until the server says in its pid file's line 8 that it takes connections."""
        assert self._process is not None
        told = time.monotonic()
        while self._process.is_alive():
            if _state(pid_file, self._process.pid) == "ready":
                return
            if time.monotonic() - told > 10:
                told = time.monotonic()
                log.warning("the database is recovering, still waiting; see %s", self.log_path)
            time.sleep(POLL_S)
        raise ServerFailed(log=self.log_path, tail=_tail(self.log_path.read_text(errors="replace")))

    def _furnish(self) -> None:
        """The two roles, the database and what only a superuser may add to it, where missing."""
        with psycopg.connect(self._dsn(SUPERUSER, "postgres"), autocommit=True) as link:
            roles = {name for (name,) in link.execute("SELECT rolname FROM pg_roles")}
            if APP not in roles:
                link.execute(sql.SQL("CREATE ROLE {} NOLOGIN").format(sql.Identifier(APP)))
            if OWNER not in roles:
                link.execute(
                    sql.SQL(
                        "CREATE ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB"
                        " IN ROLE {}"
                    ).format(sql.Identifier(OWNER), sql.Identifier(APP))
                )
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            if link.execute(query, [DATABASE]).fetchone() is None:
                link.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {}").format(
                        sql.Identifier(DATABASE), sql.Identifier(OWNER)
                    )
                )
        with psycopg.connect(self.superuser_dsn, autocommit=True) as link:
            query = "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_prewarm'"
            if link.execute(query).fetchone():
                link.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm SCHEMA public")

    def _prepare_log(self) -> None:
        path = self.log_path
        if path.exists() and path.stat().st_size > LOG_KEPT_BYTES:
            path.replace(path.with_suffix(".log.1"))
        path.touch(mode=0o600)

    def _dsn(self, user: str, database: str) -> str:
        host = quote(str(self._socket), safe="")
        return f"postgresql://{user}@/{database}?host={host}&port={self.port}"


class _Process(threading.Thread):
    """Runs one server and reaps it.

    A thread of its own, because the kernel sends the death signal when the *thread* that started
    the child ends: one from a pool would take the database with it.
    """

    def __init__(self, command: Sequence[str], log_path: Path) -> None:
        super().__init__(name="postgres", daemon=True)
        self.pid: int | None = None
        self._command = command
        self._log_path = log_path
        self._child: subprocess.Popen[bytes] | None = None
        self._begun = threading.Event()
        self._error: OSError | None = None

    def start(self) -> None:
        super().start()
        self._begun.wait()
        if self._error is not None:
            raise self._error

    def run(self) -> None:
        try:
            with self._log_path.open("ab") as output:
                self._child = subprocess.Popen(
                    self._command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    env=_environment(),
                    cwd="/",
                    start_new_session=True,  # Ctrl-C is for us: we stop the server last
                )
            self.pid = self._child.pid
        except OSError as error:
            self._error = error
            return
        finally:
            self._begun.set()
        self._child.wait()

    def signal(self, number: signal.Signals) -> None:
        if self._child is not None:
            self._child.send_signal(number)


def _launch(runner: Runner, command: Iterable[str]) -> list[str]:
    script = Path(__file__).with_name("pg_launch.py")
    start = [sys.executable, "-I", "-S", script, os.getpid(), runner.uid, runner.gid, *command]
    return [str(part) for part in start]


def _environment() -> dict[str, str]:
    """No secrets of ours, no PG* of the operator's."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return kept | {"LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _state(pid_file: Path, pid: int | None) -> str:
    try:
        lines = pid_file.read_text().splitlines()
    except OSError:
        return ""
    ours = len(lines) >= 8 and lines[0] == str(pid)
    return lines[7].strip() if ours else ""


def _end_leftovers(cluster: Path) -> None:
    """End what an earlier supervisor or a killed postmaster left running on this cluster.

    We hold the lock, so nobody supervises it. Committed work is safe whichever signal it takes.
    """
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        until = time.monotonic() + PATIENCE_S
        postmaster = _first_line(cluster / "postmaster.pid")
        for pid in (running := _processes(cluster)):
            # Backends of a dead postmaster notice and leave by themselves, but for the last round.
            if str(pid) == postmaster or number is signal.SIGKILL:
                log.warning("ending a database process left behind (pid %d)", pid)
                os.kill(pid, number)
        while running and time.monotonic() < until:
            time.sleep(POLL_S)
            running = _processes(cluster)
        if not running:
            break
    # A pid reused by a stranger, or a zombie nobody reaps, would look like a running server.
    pid_file = cluster / "postmaster.pid"
    if Path("/proc/self/exe").exists() and Path("/proc", _first_line(pid_file) or "-").exists():
        pid_file.unlink()


def _processes(cluster: Path) -> list[int]:
    """The live PostgreSQL processes working in this cluster (their working folder is PGDATA)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            is_here = (entry / "cwd").samefile(cluster)
            program = (entry / "exe").readlink().name.removesuffix(" (deleted)")
        except OSError:  # gone meanwhile, a zombie, or another user's
            continue
        if is_here and program == "postgres":
            found.append(int(entry.name))
    return found


def _first_line(path: Path) -> str:
    try:
        return path.read_text().partition("\n")[0].strip()
    except OSError:
        return ""


def _tail(text: str) -> str:
    return "\n".join(text.strip().splitlines()[-12:])


def _default_settings() -> dict[str, str]:
    memory_mb = _memory_bytes() // 2**20
    return {
        "fsync": "on",
        "synchronous_commit": "on",
        "shared_buffers": f"{max(16, min(memory_mb // 8, 2048))}MB",
        "effective_cache_size": f"{max(64, memory_mb * 3 // 4)}MB",
        "max_connections": "100",
        "max_locks_per_transaction": "256",  # monthly partitions of many tables
        "max_wal_size": "4GB",
        # A long transaction writes its WAL itself once this is full; the WAL writer does it beside.
        "wal_buffers": f"{max(4, min(memory_mb // 256, 64))}MB",
        # Many who commit at the same moment share a flush; one who is alone never waits.
        "commit_delay": "1000",
        # Pages written whole after a checkpoint are most of the WAL; to compress them (pglz) costs
        # more than to write them. Fewer checkpoints mean fewer of them.
        "wal_compression": "off",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        # Error texts and statements quote customers' data: the caller gets them, the log does not.
        "log_min_messages": "log",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "log_checkpoints": "off",
    }


def _memory_bytes() -> int:
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:  # a container's own limit
        return min(physical, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    except (OSError, ValueError):
        return physical
