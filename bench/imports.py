"""Imports: a file of customers and one of orders, from the upload to rows durable in the log.

A database of its own (embedded PostgreSQL, fsync on). `keep_*` reads the file and writes its sealed
blocks, what the upload does; `*_rows_per_s` is both that and every block's transaction, one after the
other as one worker does, and `*_worker_us_per_row` the processor time it takes of the worker. The streams that follow (identity, profile, orders) are the bench `intake`.
The baseline is raw COPY of the same lines into a table of text with one key, one commit.
"""

import csv
import resource
import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import psycopg

from huitou import wiring
from huitou.base.crypto import MasterKey
from huitou.base.db import Database
from huitou.base.migrate import migrate
from huitou.base.pg import EmbeddedPostgres
from huitou.benchmark import Asked, Figure, Report, better
from huitou.imports import files, kept, store
from huitou.imports.fields import Kind, guess_mapping
from huitou.imports.run import run_import
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants
from huitou.merchant.types import NewUnit

ROWS = 1_000_000
_STORES = 20
_HEADERS: dict[Kind, list[str]] = {
    "customers": ["会员卡号", "手机号", "姓名", "性别", "生日", "门店编码", "入会日期", "标签"],
    "orders": [
        "订单号",
        "门店编码",
        "付款时间",
        "商品编码",
        "数量",
        "实付金额",
        "原价",
        "会员卡号",
    ],
}


def run(asked: Asked) -> Report:
    """`asked.customers` is the number of rows of each file."""
    count = asked.customers or ROWS
    home = asked.folder / "imports"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    wiring.wire()
    figures: dict[str, Figure] = {}
    with EmbeddedPostgres(home / "pg") as server:
        migrate(server.dsn)
        master = MasterKey.load(home / "master.key")
        with psycopg.connect(server.dsn) as owner:
            owner.execute("SELECT event.make_partition(now())")
            merchant = merchants.found_merchant(owner, master, name="导入", now=datetime.now(UTC))
        database = Database(server.dsn, master)
        with database.write(merchant.id, principal="bench") as tx:
            merchants.add_units(
                tx,
                [NewUnit("hq", "总部", "headquarters")]
                + [NewUnit(f"s{n}", f"店{n}", "store", "hq") for n in range(_STORES)],
            )
        database.close()
        for kind in _HEADERS:
            figures |= _measure(asked, kind, server.dsn, master, count)
    figures["resident_mb"] = Figure(
        round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024), "MB"
    )
    shutil.rmtree(home, ignore_errors=True)
    return Report(figures, {"rows": 2 * count, "customers": count, "seed": asked.seed})


def _measure(
    asked: Asked, kind: Kind, dsn: str, master: MasterKey, count: int
) -> dict[str, Figure]:
    """One file, from its lines to the log."""
    source = asked.folder / f"import-{kind}.csv"
    _write(source, kind, count, Random(asked.seed))
    database = Database(dsn, master)
    try:
        merchant = database.merchants()[0]
        import_id, path = new_id(), asked.folder / f"import-{kind}.kept"
        started, used = time.monotonic(), time.process_time()
        with database.read(merchant) as tx:
            keys = tx.keys
        with source.open("rb") as file:
            opened = files.open_file(file, kind)
            mapping = guess_mapping(kind, opened.headers)
            total = kept.keep(path, keys, opened.rows, whole=mapping.get("order_no"))
        keeping = time.monotonic() - started
        with database.write(merchant) as tx:
            store.add_import(
                tx, id=import_id, kind=kind, file_name=source.name, path=path, mapping=mapping,
                is_dry_run=False, total=total,
            )  # fmt: skip
        while True:
            with database.write(merchant) as tx:
                run_import(tx, import_id=str(import_id))
                one = store.get_import(tx, import_id)
            if one.state != "running":
                break
        seconds, cpu = time.monotonic() - started, time.process_time() - used
    finally:
        database.close()
    assert (one.state, one.done, one.failed) == ("done", total, 0), one
    copied = _copy(dsn, source, count)
    asked.say(f"{kind}: {total:,} rows kept in {keeping:.1f} s, in the log after {seconds:.1f} s")
    source.unlink()
    return {
        f"{kind}_rows_per_s": better(total / seconds, copied, "rows/s"),
        f"keep_{kind}_rows_per_s": better(total / keeping, copied, "rows/s"),
        f"{kind}_worker_us_per_row": Figure(round(1e6 * cpu / total, 1), "µs"),
    }


def _write(path: Path, kind: Kind, count: int, random: Random) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADERS[kind])
        for number in range(count):
            at = (now - timedelta(minutes=random.randrange(400_000))).strftime("%Y-%m-%d %H:%M:%S")
            unit, card = f"s{random.randrange(_STORES)}", f"6{random.randrange(count):08d}"
            if kind == "orders":
                row = [
                    f"N{number}",
                    unit,
                    at,
                    f"A{random.randrange(500)}",
                    "1",
                    "12.50",
                    "15.00",
                    card,
                ]
            else:
                phone, name = f"138{number:08d}", f"客户{number}"
                row = [f"6{number:08d}", phone, name, "女", "1990-05-01", unit, at, "高端、送礼"]
            writer.writerow(row)


def _copy(dsn: str, source: Path, count: int) -> float:
    """Rows a second by raw COPY of the file."""
    with psycopg.connect(dsn) as owner:
        owner.execute(
            "CREATE TABLE public.raw ("
            + ", ".join(f"c{n} text" for n in range(8))
            + ", PRIMARY KEY (c0))"
        )
        started = time.monotonic()
        copying = owner.cursor().copy("COPY public.raw FROM STDIN (FORMAT csv, HEADER)")
        with source.open("rb") as file, copying as copy:
            while piece := file.read(1 << 20):
                copy.write(piece)
        owner.commit()
        rate = count / (time.monotonic() - started)
        owner.execute("DROP TABLE public.raw")
    return rate
