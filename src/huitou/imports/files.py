"""Reading files row by row: CSV, JSON lines, Excel workbooks, Parquet. A file is never held whole,
but for the cells of a workbook's first sheet, of which Excel itself allows 1,048,576 rows."""

import codecs
import csv
import io
import json
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from huitou.imports.fields import FIELDS, Kind, guess_mapping
from huitou.imports.rules import Row, Unreadable

_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How .xlsx and .xls begin."""
_PARQUET = b"PAR1"
_ENCODINGS = ("utf-8-sig", "gb18030")
_PIECE_BYTES = 1 << 20
_BATCH_ROWS = 2_000
_UNPACKED_MAX_BYTES = 2 << 30
_DELIMITERS = (",", "\t", ";")
_HEADER_ROWS = 10
"""Among so many rows with anything in them the header is looked for."""

Numbered = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Opened:
    """A file's columns, and its rows to be read once."""

    headers: list[str]
    rows: Iterator[Row]


def open_file(file: BinaryIO, kind: Kind) -> Opened:
    """Look at a file by its first bytes. Raises Unreadable, then or while its rows are read.

    Rows are numbered as their reader shows them: by line or row, its header's included; from 1 in
    Parquet, which has no header row.
    """
    file.seek(0)
    begin = file.read(64)
    file.seek(0)
    if kind == "events" or begin.lstrip()[:1] == b"{":
        return Opened([field.name for field in FIELDS[kind]], _json_lines(file))
    if begin.startswith(_WORKBOOKS):
        return _workbook(file, kind)
    if begin.startswith(_PARQUET):
        return _parquet(file)
    return _csv(file, kind)


def _json_lines(file: BinaryIO) -> Iterator[Row]:
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            values = None
        yield Row(number, values if isinstance(values, dict) else {})


def _csv(file: BinaryIO, kind: Kind) -> Opened:
    """UTF-8 or UTF-16 by their marks, UTF-8 without one, else GB18030; a comma, unless the first
    line that is divided has more of what spreadsheets write instead."""
    encoding = _encoding_of(file)
    text = io.TextIOWrapper(file, encoding, newline="")
    lines = list(islice(text, _HEADER_ROWS))
    text.detach()
    file.seek(0)
    divided = next((line for line in lines if any(map(line.count, _DELIMITERS))), "")
    delimiter = max(_DELIMITERS, key=divided.count)
    text = io.TextIOWrapper(file, encoding, newline="")
    return _below_header(_csv_rows(text, csv.reader(text, delimiter=delimiter)), kind)


_NO_HEADER = "没有表头 / there is no header"


def _csv_rows(text: io.TextIOWrapper, reader: Any) -> Iterator[Numbered]:
    """`text` gives the file back at the end: it is its opener's to close."""
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise Unreadable(str(error)) from error
    finally:
        text.detach()


def _below_header(rows: Iterator[Numbered], kind: Kind) -> Opened:
    """A table from its header on. People put a title over all columns above it, who made the table
    and when: those rows are passed over."""
    first = list(islice(rows, _HEADER_ROWS))
    at = _header_among([cells for _, cells in first], kind)
    headers = _checked(first[at][1]) if first else _checked(())
    below = chain(first[at + 1 :], rows)
    return Opened(headers, (Row(number, _named(headers, cells)) for number, cells in below))


def _header_among(rows: Sequence[Sequence[str]], kind: Kind) -> int:
    """The first row of more than one cell or with one of our fields, unless a later one names more
    of them (and two at least: a single word may stand in any row)."""
    named = [len(guess_mapping(kind, cells)) for cells in rows]
    filled = [sum(map(bool, map(str.strip, cells))) for cells in rows]
    plain = next((at for at in range(len(rows)) if filled[at] > 1 or named[at]), 0)
    best = max(named, default=0)
    return named.index(best) if best > 1 and best > named[plain] else plain


def _named(headers: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    values = dict(zip(headers, cells, strict=False))
    if len(cells) < len(headers):
        values |= dict.fromkeys(headers[len(cells) :], "")
    values.pop("", None)
    return values


def _encoding_of(file: BinaryIO) -> str:
    is_marked = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    file.seek(0)
    for encoding in ("utf-16",) if is_marked else _ENCODINGS:
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while piece := file.read(_PIECE_BYTES):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        else:
            return encoding
        finally:
            file.seek(0)
    raise Unreadable("编码无法识别，请存为 UTF-8 / unknown encoding, save it as UTF-8")


def _workbook(file: BinaryIO, kind: Kind) -> Opened:
    """The first sheet of a workbook."""
    try:
        _check_unpacked(file)
        sheet = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0)
    except (CalamineError, zipfile.BadZipFile, IndexError) as error:
        raise Unreadable("Excel 工作簿无法打开 / the workbook cannot be opened") from error
    return _below_header(_workbook_rows(enumerate(sheet.iter_rows(), start=1)), kind)


def _workbook_rows(rows: Iterable[tuple[int, list[Any]]]) -> Iterator[Numbered]:
    for number, cells in rows:
        texts = [_text(cell) for cell in cells]
        if any(text.strip() for text in texts):
            yield number, texts


def _check_unpacked(file: BinaryIO) -> None:
    """A workbook is a zip: what it says it unpacks to has a limit."""
    if file.read(2) == b"PK":
        with zipfile.ZipFile(file) as archive:
            if sum(item.file_size for item in archive.infolist()) > _UNPACKED_MAX_BYTES:
                raise Unreadable("工作簿太大，请分成几份 / the workbook is too large, divide it")
    file.seek(0)


def _parquet(file: BinaryIO) -> Opened:
    try:
        table = pq.ParquetFile(file, pre_buffer=False)  # else it reads everything ahead
        headers = _checked(table.schema_arrow.names)
    except (pa.ArrowException, OSError) as error:
        raise Unreadable("Parquet 文件无法打开 / the Parquet file cannot be opened") from error
    return Opened(headers, _parquet_rows(table, headers))


def _parquet_rows(table: Any, headers: Sequence[str]) -> Iterator[Row]:
    number = 0
    try:
        for batch in table.iter_batches(batch_size=_BATCH_ROWS):
            columns = [column.to_pylist() for column in batch.columns]
            for cells in zip(*columns, strict=True):
                number += 1
                yield Row(number, _named(headers, [_text(cell) for cell in cells]))
    except (pa.ArrowException, OSError) as error:
        raise Unreadable("Parquet 文件无法读完 / the Parquet file breaks off") from error


def _text(cell: Any) -> str:
    """A cell as people would type it: whole numbers without a point, 15 digits as Excel shows."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return str(int(cell))
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() else format(cell, ".15g")
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, bytes):
        return cell.decode("utf-8", "replace")
    return str(cell)


def _checked(headers: Sequence[str]) -> list[str]:
    """The names of the columns. One that comes again is told apart by its place among them."""
    names = [name.strip() for name in headers]
    if not any(names):
        raise Unreadable(_NO_HEADER)
    times: Counter[str] = Counter()
    found = []
    for name in names:
        times[name] += 1
        found.append(f"{name} ({times[name]})" if name and times[name] > 1 else name)
    return found
