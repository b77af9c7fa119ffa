"""A worker killed anywhere in a file: who goes on brings it to the same end, once."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from huitou.base.db import Database
from huitou.imports import files, kept, run, store
from huitou.imports.fields import Kind, guess_mapping
from huitou.kernel.ids import new_id
from tests.background import settle
from tests.conftest import Brand, make_brand

ORDERS = "订单号,门店编码,付款时间,商品编码,数量,实付金额,会员卡号\n" + "".join(
    f"N{n // 2},store-040{1 + n // 2 % 2},2026-10-0{1 + n % 3 * 0 + n // 2 % 7} 10:00:00,A{n % 5},1,{'x' if n == 9 else n + 1},6600{n // 2 % 4}\n"
    for n in range(24)
)
CUSTOMERS = "会员卡号,手机号,姓名,门店编码,标签,标签来源\n" + "".join(
    f"{7000 + n},139000000{n:02d},客户{n},store-0401,高端、送礼,某数据商\n" for n in range(13)
)
PRODUCTS = "商品编码,商品名称,分类编码,售价\n" + "".join(
    f"A{n},货{n},c{n % 3},{'?' if n == 4 else n}\n" for n in range(14)
)
STAFF = "工号,姓名,角色,门店编码\n" + "".join(
    f"e{n},员工{n},{'船长' if n == 5 else '导购'},store-0401\n" for n in range(11)
)
FILES: dict[Kind, str] = {
    "orders": ORDERS,
    "customers": CUSTOMERS,
    "products": PRODUCTS,
    "staff": STAFF,
}


class Killed(Exception):
    """The worker's end, before its transaction's."""


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "BLOCK_ROWS", 3)


def begin(db: Database, brand: Brand, tmp_path: Path, kind: Kind) -> tuple[Any, int]:
    """A kept file; its id and how many blocks it has."""
    import_id = new_id()
    opened = files.open_file(BytesIO(FILES[kind].encode()), kind)
    mapping = guess_mapping(kind, opened.headers)
    path = tmp_path / str(import_id)
    with db.write(brand.merchant.id) as tx:
        total = kept.keep(path, tx.keys, opened.rows, whole=mapping.get("order_no"))
        store.add_import(
            tx,
            id=import_id,
            kind=kind,
            file_name="f",
            path=path,
            mapping=mapping,
            is_dry_run=False,
            total=total,
        )
        blocks, place = 1, 0
        while (following := kept.read_block(path, tx.keys, place).following) is not None:
            blocks, place = blocks + 1, following
    return import_id, blocks


def step(db: Database, brand: Brand, import_id: Any, *, is_killed: bool) -> None:
    try:
        with db.write(brand.merchant.id) as tx:
            run.run_import(tx, import_id=str(import_id))
            if is_killed:
                raise Killed
    except Killed:
        pass


def end(db: Database, brand: Brand, import_id: Any) -> dict[str, Any]:
    """What anybody can see of it."""
    settle(db, brand.merchant.id)
    with db.read(brand.merchant.id) as tx:
        one = store.get_import(tx, import_id)
        return {
            "import": (one.state, one.done, one.accepted, one.duplicates, one.failed),
            "faults": store.list_faults(tx, import_id, 100),
            "orders": tx.column('SELECT order_no || paid_fen FROM "order".purchase ORDER BY 1'),
            "totals": tx.column(
                "SELECT order_count || '/' || paid_fen FROM \"order\".total ORDER BY 1"
            ),
            "names": sorted(
                tx.keys.open(sealed)
                for sealed in tx.column(
                    "SELECT name_sealed FROM profile.customer WHERE name_sealed IS NOT NULL"
                )
            ),
            "tags": tx.column("SELECT name || source FROM profile.tag ORDER BY 1"),
            "tag_log": tx.value("SELECT count(*) FROM profile.tag_log"),
            "awaited": tx.value("SELECT count(*) FROM profile.awaited"),
            "products": tx.column("SELECT sku || name FROM catalog.product ORDER BY 1"),
            "staff": tx.column("SELECT code FROM merchant.staff ORDER BY 1"),
        }


@pytest.mark.parametrize("kind", list(FILES))
def test_killed_between_any_two_blocks(db: Database, tmp_path: Path, kind: Kind) -> None:
    calm = make_brand(db)
    import_id, blocks = begin(db, calm, tmp_path, kind)
    for _ in range(blocks):
        step(db, calm, import_id, is_killed=False)
    expected = end(db, calm, import_id)
    assert expected["import"][0] == "done"
    assert blocks >= 4
    for killed_at in range(blocks):
        brand = make_brand(db)
        import_id, _ = begin(db, brand, tmp_path, kind)
        for block in range(blocks):
            if block == killed_at:
                step(db, brand, import_id, is_killed=True)
                step(db, brand, import_id, is_killed=True)
            step(db, brand, import_id, is_killed=False)
            if block % 2:
                settle(db, brand.merchant.id)
        step(db, brand, import_id, is_killed=False)  # delivered once more
        assert end(db, brand, import_id) == expected, f"killed in block {killed_at}"


def test_cancelled_between_blocks_stays_so(db: Database, tmp_path: Path) -> None:
    brand = make_brand(db)
    import_id, _ = begin(db, brand, tmp_path, "customers")
    step(db, brand, import_id, is_killed=False)
    with db.write(brand.merchant.id) as tx:
        assert store.cancel(tx, import_id) == 1
    found = end(db, brand, import_id)
    assert found["import"] == ("cancelled", 3, 3, 0, 0)
    assert found["names"] == ["客户0", "客户1", "客户2"]


def test_the_same_file_again_adds_nothing(db: Database, tmp_path: Path) -> None:
    brand = make_brand(db)
    ends = []
    for _ in range(2):
        import_id, blocks = begin(db, brand, tmp_path, "customers")
        for _ in range(blocks):
            step(db, brand, import_id, is_killed=False)
        ends.append(end(db, brand, import_id))
    assert ends[0]["import"] == ("done", 13, 13, 0, 0)
    assert ends[1]["import"] == ("done", 13, 0, 13, 0)
    assert ends[0]["tags"] == ends[1]["tags"]
    assert ends[0]["tags"].count("高端某数据商") == 13
    assert ends[1]["awaited"] == 0
