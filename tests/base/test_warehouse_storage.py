"""Two machines with one database share the copy's files by a storage: S3 over a socket, or a mounted folder."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from moto.server import ThreadedMotoServer

from huitou.base.config import Config
from huitou.base.db import Database
from huitou.base.warehouse import writer
from huitou.base.warehouse.files import list_files
from huitou.base.warehouse.folder import Folder, Storage
from huitou.base.warehouse.reader import Warehouse
from huitou.doctor import Finding, examine
from tests.base.test_warehouse import customers, flush_and_crash, join, take
from tests.conftest import Brand, Clock


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """`host:port` of something that speaks S3."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    served = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    served.start()
    host, port = served.get_host_and_port()
    yield f"{host}:{port}"
    served.stop()


@pytest.fixture(params=["s3", "file"])
def uri(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: str
) -> str:
    if request.param == "file":
        return (tmp_path / "mounted").as_uri()
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    address = f"s3://huitou-{tmp_path.name.replace('_', '-')}/copies?scheme=http&region=cn-north-1"
    address += f"&endpoint_override={server}&allow_bucket_creation=true"
    Storage(address)._system.create_dir(f"huitou-{tmp_path.name.replace('_', '-')}")
    return address


@pytest.fixture
def machines(tmp_path: Path, uri: str) -> Iterator[tuple[Warehouse, Warehouse]]:
    made = Warehouse(tmp_path / "one", storage=uri), Warehouse(tmp_path / "two", storage=uri)
    yield made
    for each in made:
        each.close()


def names_in(folder: Folder) -> set[str]:
    return {path.name for path in folder.path.glob("*.parquet")}


def listed(db: Database, brand: Brand) -> set[str]:
    with db.read(brand.merchant.id) as tx:
        return {file.path for file in list_files(tx)}


def kept(uri: str, brand: Brand, clock: Clock) -> set[str]:
    return set(Storage(uri).names(str(brand.merchant.id), clock.now.replace(year=2100)))


def test_what_one_machine_writes_another_reads_adds_to_and_tidies(
    db: Database,
    brand: Brand,
    clock: Clock,
    machines: tuple[Warehouse, Warehouse],
    uri: str,
) -> None:
    merchant = brand.merchant.id
    one, two = machines
    here, there = one.folder(merchant), two.folder(merchant)
    join(db, brand, clock, range(5))
    take(db, merchant, here, is_whole=True)
    assert kept(uri, brand, clock) == names_in(here) == listed(db, brand)
    assert not names_in(there)
    assert customers(db, brand, two.copy(merchant)) == 5
    assert names_in(there) <= names_in(here)
    for start in range(5, 60, 2):
        join(db, brand, clock, range(start, start + 2))
        take(db, merchant, there if start % 4 == 1 else here)
    assert customers(db, brand, one.copy(merchant)) == 61
    with db.write(merchant) as tx:
        assert writer.compact(tx, there) > 0
    assert customers(db, brand, one.copy(merchant)) == 61
    assert customers(db, brand, two.copy(merchant)) == 61
    clock.move(hours=2)
    for folder in (here, there):
        with db.write(merchant) as tx:
            assert writer.forget_files(tx, folder) > 0
    assert kept(uri, brand, clock) == listed(db, brand)
    assert names_in(here) | names_in(there) <= listed(db, brand)
    assert customers(db, brand, one.copy(merchant)) == 61


def test_what_a_crash_left_in_the_storage_goes(
    db: Database,
    brand: Brand,
    clock: Clock,
    machines: tuple[Warehouse, Warehouse],
    uri: str,
) -> None:
    merchant, folder = brand.merchant.id, machines[0].folder(brand.merchant.id)
    take(db, merchant, folder, is_whole=True)
    join(db, brand, clock, range(3))
    with pytest.raises(RuntimeError, match="crash"):
        flush_and_crash(db, merchant, folder)
    strays = kept(uri, brand, clock) - listed(db, brand)
    assert strays
    take(db, merchant, folder)
    young = clock.now.replace(year=2000)
    assert not folder.list_strays(listed(db, brand), young), "another may be about to list them"
    clock.move(hours=2)
    with db.write(merchant) as tx:
        assert writer.forget_files(tx, folder) == len(strays)
    assert kept(uri, brand, clock) == listed(db, brand)
    assert customers(db, brand, machines[1].copy(merchant)) == 3


def test_a_storage_that_is_away_loses_nothing(
    db: Database, brand: Brand, clock: Clock, tmp_path: Path
) -> None:
    merchant, mounted = brand.merchant.id, tmp_path / "mounted"
    copies = Warehouse(tmp_path / "one", storage=mounted.as_uri())
    folder = copies.folder(merchant)
    take(db, merchant, folder, is_whole=True)
    before = listed(db, brand)
    join(db, brand, clock, range(3))
    away = mounted.rename(tmp_path / "away")
    mounted.write_text("not mounted")
    with pytest.raises(OSError, match="mounted"):
        take(db, merchant, folder)
    assert listed(db, brand) == before
    mounted.unlink()
    away.rename(mounted)
    assert take(db, merchant, folder) > 0
    assert customers(db, brand, copies.copy(merchant)) == 3
    copies.close()


def test_the_doctor_tries_the_storage(tmp_path: Path, uri: str) -> None:
    def found(storage: str) -> Finding:
        config = Config(tmp_path, "127.0.0.1", 1, warehouse_storage=storage)
        return next(each for each in examine(config) if "copy's storage" in each.title)

    assert found(uri).is_good
    (tmp_path / "taken").write_text("a file")
    for wrong in ("nowhere", "ftp://a/b", f"{(tmp_path / 'taken').as_uri()}/below"):
        assert not found(wrong).is_good
        assert "HUITOU_WAREHOUSE_STORAGE" in found(wrong).remedy


def test_spark_is_told_where_the_storage_is(
    tmp_path: Path, uri: str, machines: tuple[Warehouse, Warehouse], brand: Brand
) -> None:
    folder = machines[0].folder(brand.merchant.id)
    scheme, place = folder.url("a.parquet").split("://")
    assert scheme == {"s3": "s3a", "file": "file"}[uri.split(":", 1)[0]]
    assert place.endswith(f"/{brand.merchant.id}/a.parquet")
    alone = Folder(tmp_path / "alone").url("a.parquet")
    assert alone == (tmp_path / "alone" / "a.parquet").as_uri()
