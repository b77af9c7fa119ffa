"""Fixtures on a real PostgreSQL: one cluster a session, one migrated database a test module."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from psycopg import sql

from huitou import wiring
from huitou.api.app import create_app
from huitou.base import log
from huitou.base.crypto import MasterKey
from huitou.base.db import EVERYTHING, Database, ReadTx, Scope, Tx
from huitou.base.migrate import migrate
from huitou.base.pg import EmbeddedPostgres
from huitou.event.actions import accept_events
from huitou.event.rules import decode
from huitou.event.types import Intake
from huitou.merchant import actions as merchants
from huitou.merchant.rules import PERMISSIONS
from huitou.merchant.types import Merchant, NewStaff, NewUnit, Staff, Unit
from tests.background import settle

# A slow machine is no failure.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")
merchants.passwords = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "256MB",
    "shared_buffers": "128MB",  # all of them are looked through when a database is dropped
}
MEMORY = Path("/dev/shm")
MEMORY_MIN_BYTES = 2 << 30
LONG = ("bench", "offer", "processes", "segment", "sim", "stories")
"""Folders of tests that take minutes."""


def pytest_configure() -> None:
    """Log as the product does. Temporary folders, and with them every database, are kept in memory
    where there is room: a disk takes ten times as long to copy the 1,300 files of a database."""
    log.configure("test")
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return
    if shutil.disk_usage(MEMORY).free > MEMORY_MIN_BYTES:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first: in the end no processor waits for what another has just begun."""
    items.sort(key=lambda item: item.path.parent.name not in LONG)


@dataclass
class Clock:
    """The edges' clock, moved by tests."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Brand:
    """A merchant with headquarters, two regions, three stores and an online mall."""

    merchant: Merchant
    units: dict[str, Unit]
    staff: dict[str, Staff]
    key: str
    """An API key with every permission."""


UNITS = (
    NewUnit("hq", "总部", "headquarters"),
    NewUnit("region-1", "城东区", "region", "hq"),
    NewUnit("region-2", "城西区", "region", "hq"),
    NewUnit("store-0401", "城东一店", "store", "region-1", phone="phone||+862150000001"),
    NewUnit("store-0402", "城东二店", "store", "region-1"),
    NewUnit("store-0412", "城西店", "store", "region-2"),
    NewUnit("mall", "小程序商城", "online", "hq"),
)
PASSWORD = "demo-password"
STAFF = (
    NewStaff("hq-1", "总部运营", "headquarters", "hq", None, "hq", PASSWORD),
    NewStaff("region-1", "城东区经理", "region", "region-1", "wc-region-1"),
    NewStaff(
        "manager-0401", "城东一店店长", "manager", "store-0401", "wc-m0401", "m0401", PASSWORD
    ),
    NewStaff("a-01", "导购甲", "associate", "store-0401", "wc-a01", "a01", PASSWORD),
    NewStaff("a-02", "导购乙", "associate", "store-0401", "wc-a02"),
    NewStaff("a-03", "导购丙", "associate", "store-0402", "wc-a03"),
    NewStaff("a-12", "导购丁", "associate", "store-0412", "wc-a12"),
)
SOURCES = ("pos", "mall", "wecom", "tmall", "sms")


@pytest.fixture(scope="session", autouse=True)
def own_data_folder() -> Iterator[None]:
    """What processes keep beside the database (keys, the forgotten) goes to a folder of the run."""
    with (
        tempfile.TemporaryDirectory(prefix="huitou-data-") as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("HUITOU_DATA", folder)
        yield


@pytest.fixture(scope="session")
def cluster() -> Iterator[EmbeddedPostgres]:
    """A cluster with the database `huitou` migrated, to copy from."""
    wiring.wire()
    folder = Path(tempfile.mkdtemp(prefix="huitou-test-"))
    try:
        with EmbeddedPostgres(folder, settings=FAST) as server:
            migrate(server.dsn)
            with psycopg.connect(server.dsn, autocommit=True) as connection:
                connection.execute("SELECT event.make_partition(now())")
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def master(tmp_path_factory: pytest.TempPathFactory) -> MasterKey:
    return MasterKey.load(Path(tmp_path_factory.mktemp("keys")) / "master.key")


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def db(cluster: EmbeddedPostgres, master: MasterKey, clock: Clock) -> Iterator[Database]:
    """A database of the module's own."""
    name = f"test_{uuid4().hex[:12]}"
    with psycopg.connect(cluster.superuser_dsn, dbname="postgres", autocommit=True) as connection:
        connection.execute(
            sql.SQL(
                "CREATE DATABASE {} TEMPLATE huitou OWNER huitou_owner STRATEGY file_copy"
            ).format(sql.Identifier(name))
        )
    database = Database(
        cluster.dsn.replace("/huitou?", f"/{name}?"), master, clock=clock, size_max=16
    )
    yield database
    database.close()
    with psycopg.connect(cluster.superuser_dsn, dbname="postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def make_brand(db: Database, name: str = "测试品牌") -> Brand:
    """A merchant of its own, so that tests in one module do not meet."""
    with db.owner() as owner:
        merchant = merchants.found_merchant(owner, db.master, name=name, now=db.clock())
    with db.write(merchant.id, principal="test") as tx:
        units = {unit.code: unit for unit in merchants.add_units(tx, UNITS)}
        logins = [
            NewStaff(s.code, s.name, s.role, s.unit_code, s.wecom_user)
            if s.login is None
            else NewStaff(
                s.code,
                s.name,
                s.role,
                s.unit_code,
                s.wecom_user,
                f"{s.login}-{merchant.id.hex[-6:]}",
                s.password,
            )
            for s in STAFF
        ]
        staff = {person.code: person for person in merchants.add_staff(tx, logins)}
        for source in SOURCES:
            merchants.add_connector(tx, source, source)
        key = merchants.add_key(tx, "test", list(PERMISSIONS)).secret
    return Brand(merchant, units, staff, key)


@pytest.fixture
def brand(db: Database) -> Brand:
    return make_brand(db)


Write = Callable[..., AbstractContextManager[Tx]]
Read = Callable[..., AbstractContextManager[ReadTx]]


@pytest.fixture
def write(db: Database, brand: Brand) -> Write:
    """`with write() as tx:`; `write(scope=…)` narrows."""

    def open_write(scope: Scope = EVERYTHING) -> AbstractContextManager[Tx]:
        return db.write(brand.merchant.id, scope=scope, principal="test")

    return open_write


@pytest.fixture
def read(db: Database, brand: Brand) -> Read:
    """`with read() as tx:`; `read(scope=…)` narrows."""

    def open_read(scope: Scope = EVERYTHING) -> AbstractContextManager[ReadTx]:
        return db.read(brand.merchant.id, scope=scope, principal="test")

    return open_read


@pytest.fixture
def send(db: Database, brand: Brand) -> Callable[[Sequence[dict[str, Any]]], Intake]:
    """Take events in as the API does; a rejection fails the test."""

    def take_in(events: Sequence[dict[str, Any]]) -> Intake:
        return send_events(db, brand.merchant.id, events)

    return take_in


def send_events(db: Database, merchant: UUID, events: Sequence[dict[str, Any]]) -> Intake:
    """Take events in as the API does."""
    decoded = decode(json.dumps({"events": list(events)}, default=str).encode(), db.clock())
    assert not decoded.rejected, decoded.rejected
    with db.write(merchant, principal="test") as tx:
        intake = accept_events(tx, [item.event for item in decoded.accepted])
    assert not intake.rejected, intake.rejected
    return intake


@pytest.fixture
def drain(db: Database, brand: Brand) -> Callable[[], None]:
    """Let streams, listeners, jobs and periodic work run until nothing is left."""

    def run() -> None:
        settle(db, brand.merchant.id)

    return run


@pytest.fixture
def client(db: Database, brand: Brand) -> Iterator[TestClient]:
    """The API, asked with the brand's key."""
    with TestClient(
        create_app(db),
        headers={"Authorization": f"Bearer {brand.key}"},
        base_url="http://testserver",
    ) as http:
        yield http
