"""One table in every format is the same rows; the formats' own ways to be wrong."""

import io
import json
import tracemalloc
import zipfile
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from huitou.base.crypto import MasterKey
from huitou.imports import fields, files, kept, rules
from huitou.imports.fields import Kind
from huitou.imports.rules import Row, Unreadable

HEADERS = ["商品编码", "商品名称", "分类编码", "售价（元）"]
CELLS = [
    ["A1", "苹果", "fruit", "9.9"],
    ["A2", "梨", "fruit", "12"],
    ["", "", "", ""],
    ["A3", "茶", "tea", "5.05"],
]
KEYS = MasterKey(b"a test's own").unwrap(MasterKey(b"a test's own").wrap_new())


def table(kind: str) -> BinaryIO:
    lines = "\r\n".join(",".join(cells) for cells in [HEADERS, *CELLS])
    made = {
        "utf-8": lambda: lines.encode(),
        "with a mark": lambda: lines.encode("utf-8-sig"),
        "gb18030": lambda: lines.encode("gb18030"),
        "tabs": lambda: lines.replace(",", "\t").encode(),
        "xlsx": lambda: workbook(
            [
                HEADERS,
                ["A1", "苹果", "fruit", 9.9],
                ["A2", "梨", "fruit", 12],
                ["", "", "", ""],
                ["A3", "茶", "tea", 5.05],
            ]
        ),
        "parquet": parquet,
    }
    return io.BytesIO(made[kind]())


def workbook(rows: list[list[Any]]) -> bytes:
    """The least a spreadsheet program opens."""
    sheet = "".join(
        "<row>"
        + "".join(
            f"<c><v>{cell}</v></c>"
            if isinstance(cell, int | float)
            else f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
            for cell in cells
        )
        + "</row>"
        for cells in rows
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packed = "http://schemas.openxmlformats.org/package/2006/relationships"
    parts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{packed}"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="s" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{packed}"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/s.xml"/></Relationships>',
        "xl/worksheets/s.xml": f'<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return out.getvalue()


def parquet() -> bytes:
    columns = [[cells[index] or None for cells in CELLS if cells[0]] for index in range(3)]
    prices = [Decimal("9.90"), Decimal(12), Decimal("5.05")]
    out = io.BytesIO()
    pq.write_table(pa.table([*columns, prices], names=HEADERS), out)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["utf-8", "with a mark", "gb18030", "tabs", "xlsx", "parquet"])
def test_a_table_is_the_same_in_every_format(kind: str) -> None:
    opened = files.open_file(table(kind), "products")
    assert opened.headers == HEADERS
    assert fields.guess_mapping("products", opened.headers).keys() == {
        "sku",
        "name",
        "category",
        "price_yuan",
    }
    found = [list(row.values.values()) for row in opened.rows]
    assert [[*cells[:3], Decimal(cells[3])] for cells in found] == [
        [*cells[:3], Decimal(cells[3])] for cells in CELLS if cells[0]
    ]


def test_rows_are_numbered_as_their_reader_shows_them() -> None:
    numbers = {
        kind: [row.number for row in files.open_file(table(kind), "products").rows]
        for kind in ("utf-8", "xlsx", "parquet")
    }
    assert numbers == {"utf-8": [2, 3, 5], "xlsx": [2, 3, 5], "parquet": [1, 2, 3]}


def test_cells_are_as_people_would_type_them() -> None:
    values = {
        "phone": 13800000001,
        "amount": 19.799999999999997,
        "whole": 3.0,
        "at": datetime.fromisoformat("2026-10-01 10:30"),
        "on": date(2026, 10, 1),
        "flag": True,
        "none": None,
    }
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([values]), out)
    row = next(files.open_file(out, "customers").rows)
    assert row.values == {
        "phone": "13800000001",
        "amount": "19.8",
        "whole": "3",
        "at": "2026-10-01 10:30:00",
        "on": "2026-10-01",
        "flag": "1",
        "none": "",
    }


ABOVE = ["", "2026年3月商品表（总部）", "制表：王芳，2026-03-31"]


@pytest.mark.parametrize("form", ["csv", "utf-16", "xlsx"])
def test_what_stands_above_a_table_is_passed_over(form: str) -> None:
    titled = [[line, "", "", ""] for line in ABOVE]
    lines = "\r\n".join(",".join(cells) for cells in [*titled, HEADERS, *CELLS])
    content = {
        "csv": lines.encode("gb18030"),
        "utf-16": lines.replace(",", "\t").encode("utf-16"),
        "xlsx": workbook([*titled, HEADERS, *CELLS]),
    }[form]
    opened = files.open_file(io.BytesIO(content), "products")
    assert opened.headers == HEADERS
    rows = list(opened.rows)
    assert [row.number for row in rows] == [5, 6, 8]
    assert [row.values["商品名称"] for row in rows] == ["苹果", "梨", "茶"]


@pytest.mark.parametrize(
    ("lines", "headers"),
    [
        ("phone\n13800000001\n王;李", ["phone"]),
        ("one,two\ncard,x\nphone,y", ["one", "two"]),
        ("姓名,手机号,手机号\n王,13800000001,", ["姓名", "手机号", "手机号 (2)"]),
    ],
)
def test_the_header_is_the_first_row_where_nothing_stands_above(
    lines: str, headers: list[str]
) -> None:
    opened = files.open_file(io.BytesIO(lines.encode()), "customers")
    assert opened.headers == headers
    assert next(opened.rows).number == 2


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("7", 7),
        ("7月", 7),
        ("07-21", 7),
        ("1990/7/21", 7),
        ("1990年7月21日", 7),
        ("1990.7", 7),
        ("19900721", 7),
        ("1990-07-21 00:00:00", 7),
        ("13月", None),
        ("七月", None),
        ("", None),
    ],
)
def test_a_month_of_birth_as_people_write_it(text: str, month: int | None) -> None:
    assert rules.month_of(text) == month


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("orders", b"PK\x03\x04 this is no workbook"),
        ("orders", b"\xd0\xcf\x11\xe0 nor is this"),
        ("orders", b"PAR1 nor this PAR1"),
        ("orders", workbook([])),
        ("orders", b"\n\n"),
    ],
)
def test_what_is_not_what_it_says_is_refused(kind: Kind, content: bytes) -> None:
    with pytest.raises(Unreadable):
        list(files.open_file(io.BytesIO(content), kind).rows)


def test_a_workbook_that_unpacks_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_UNPACKED_MAX_BYTES", 1_000)
    with pytest.raises(Unreadable, match="too large"):
        files.open_file(io.BytesIO(workbook([["x" * 2_000]])), "orders")


def test_headers_are_known_however_they_are_written() -> None:
    given = ["Order No.", "STORE CODE", "Paid  at", "Product-ID", "Qty", "实收金额(元)"]
    found = fields.guess_mapping("orders", given)
    assert list(found.values()) == given


def test_blocks_keep_orders_whole_and_are_read_from_any_place(tmp_path: Path) -> None:
    rows = [Row(n, {"no": str(n // 7), "name": "王"}) for n in range(kept.BLOCK_ROWS * 3)]
    path = tmp_path / "kept"
    assert kept.keep(path, KEYS, rows, whole="no") == len(rows)
    assert "王".encode() not in path.read_bytes()
    found, place, places = [], 0, []
    while True:
        block = kept.read_block(path, KEYS, place)
        found.append(block.rows)
        if block.following is None:
            break
        place = block.following
        places.append(place)
    assert [row for block in found for row in block] == rows == list(kept.read_rows(path, KEYS))
    assert all(one[-1].values["no"] != other[0].values["no"] for one, other in pairwise(found))
    assert kept.read_block(path, KEYS, places[1]).rows == found[2]
    with pytest.raises(kept.Unkept):
        kept.read_block(tmp_path / "none", KEYS, 0)


def test_what_json_cannot_carry_is_a_row_without_values(tmp_path: Path) -> None:
    lines = ['{"a": "\\ud800"}', '{"a": ' + "9" * 400 + "}", json.dumps({"a": "good"})]
    opened = files.open_file(io.BytesIO("\n".join(lines).encode()), "events")
    kept.keep(tmp_path / "kept", KEYS, opened.rows)
    assert [row.values for row in kept.read_rows(tmp_path / "kept", KEYS)][2] == {"a": "good"}


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_memory_does_not_grow_with_the_file(tmp_path: Path, kind: str) -> None:
    peaks = []
    for count in (40_000, 160_000):
        source = tmp_path / f"{kind}-{count}"
        columns = {name: [f"{name}-{n}" for n in range(count)] for name in HEADERS}
        if kind == "csv":
            with source.open("w") as out:
                out.writelines(
                    ",".join(cells) + "\n"
                    for cells in [HEADERS, *zip(*columns.values(), strict=True)]
                )
        else:
            pq.write_table(pa.table(columns), source, row_group_size=5_000)
        del columns
        tracemalloc.start()
        with source.open("rb") as file:
            assert (
                kept.keep(tmp_path / "kept", KEYS, files.open_file(file, "products").rows) == count
            )
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.5
