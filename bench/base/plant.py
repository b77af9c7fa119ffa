"""An installation that runs on a base: database, API and workers, as `huitou serve` runs them."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from bench.base.home import Base
from huitou import wiring
from huitou.base.config import Config
from huitou.base.crypto import MasterKey
from huitou.base.db import Database
from huitou.base.jobs import PERIODIC
from huitou.base.warehouse.reader import Warehouse
from huitou.serve import Supervisor
from huitou.worker import copying

_PATIENCE_SECONDS = 1_800.0
_LOOK_SECONDS = 0.05


class Plant:
    """What a bench holds while the processes run."""

    def __init__(self, base: Base, supervisor: Supervisor, database: Database) -> None:
        self.base, self.supervisor, self.database = base, supervisor, database

    @property
    def api(self) -> httpx2.Client:
        return client(self.base, self.supervisor.config.port)

    def catch_up(self) -> None:
        """Return when every stream has read the whole log."""
        with self.api as api:
            until(lambda: is_caught_up(api), "the streams never caught up")


@contextmanager
def running(base: Base, *, workers: int, say: Callable[[str], None]) -> Iterator[Plant]:
    """Start everything, as if it had run all the time: the columnar copy is there, and periodic
    work has just been done."""
    wiring.wire()
    config = Config(base.folder, "127.0.0.1", free_port())
    supervisor = Supervisor(config, say=say)
    try:
        supervisor.open_database()
        copies = Warehouse(config.warehouse)
        master = MasterKey.load(config.master_key)
        database = Database(supervisor.dsn, master, warehouse=copies)
        copying.keep_copy(database, base.merchant)
        copies.close()
        put_off_periodic(database, base)
        supervisor.add("api", "huitou.api")
        for number in range(workers):
            supervisor.add(f"worker-{number + 1}", "huitou.worker")
        supervisor.mark_ready()
        with client(base, config.port) as api:
            until(lambda: is_ready(api), "the API never came up")
        yield Plant(base, supervisor, database)
        database.close()
    finally:
        supervisor.stop()


def put_off_periodic(database: Database, base: Base) -> None:
    """Nothing that is due every so often begins with the measurement."""
    with database.write(base.merchant) as tx:
        for periodic in PERIODIC.values():
            tx.run(
                """
                INSERT INTO base.schedule VALUES (%(merchant)s, %(name)s, %(due)s)
                ON CONFLICT (merchant_id, name) DO UPDATE SET due_at = excluded.due_at
                """,
                {"name": periodic.name, "due": tx.now + periodic.interval},
            )


def free_port() -> int:
    """One that nobody listens on now, so that benches may run beside each other."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def client(base: Base, port: int) -> httpx2.Client:
    """Asks the API with the base's key."""
    return httpx2.Client(
        base_url=f"http://127.0.0.1:{port}",
        headers={"Authorization": f"Bearer {base.key}", "Content-Type": "application/json"},
        timeout=120,
        trust_env=False,
    )


def is_ready(api: httpx2.Client) -> bool:
    try:
        return api.get("/readyz").status_code == 200
    except httpx2.HTTPError:
        return False


def is_caught_up(api: httpx2.Client) -> bool:
    """Has every stream read the whole log?"""
    try:
        answer = api.get("/v1/lag")
    except httpx2.HTTPError:
        return False
    lag: Any = answer.json() if answer.status_code == 200 else {"streams": []}
    return bool(lag["streams"]) and all(stream["behind"] == 0 for stream in lag["streams"])


def until(is_so: Callable[[], bool], otherwise: str) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            raise SystemExit(otherwise)
        time.sleep(_LOOK_SECONDS)
