"""Tables for spreadsheets, piece by piece: CSV, and workbooks (ECMA-376, Office Open XML).

A workbook is a zip of XML; cells hold their text themselves ("inlineStr"), so that a row is written
and let go of. A sheet ends where Excel's does, and the next begins.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any
from xml.sax.saxutils import escape

from huitou.exports.types import Cell, Format

Rows = Iterable[Sequence[Cell]]
MEDIA: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SHEET_ROWS = 1_048_576
_PIECE_BYTES = 1 << 16
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff￾￿]")


def pieces(format_: Format, headers: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """The file, as it comes."""
    return csv_pieces(headers, rows) if format_ == "csv" else xlsx_pieces(headers, rows)


def csv_pieces(headers: Sequence[str], rows: Rows) -> Iterator[bytes]:
    """UTF-8 with the mark by which spreadsheets know it. Text that a spreadsheet would take for a
    formula is disarmed with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    yield "\ufeff".encode()
    writer.writerow(headers)
    for row in rows:
        writer.writerow([_disarmed(cell) for cell in row])
        if out.tell() >= _PIECE_BYTES:
            yield _taken(out)
    yield _taken(out)


def xlsx_pieces(
    headers: Sequence[str], rows: Rows, *, sheet_rows: int = SHEET_ROWS
) -> Iterator[bytes]:
    """A workbook; every sheet begins with the headers."""
    out = _Pieces()
    lines = iter(rows)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        count = 0
        line = next(lines, None)
        while count == 0 or line is not None:
            count += 1
            with archive.open(f"xl/worksheets/sheet{count}.xml", "w") as sheet:
                sheet.write(_SHEET_HEAD.encode() + _row_of(headers))
                written = 1
                while line is not None and written < sheet_rows:
                    sheet.write(_row_of(line))
                    written += 1
                    line = next(lines, None)
                    yield from out.taken(_PIECE_BYTES)
                sheet.write(_SHEET_END.encode())
        for name, text in _parts(count).items():
            archive.writestr(name, text)
    yield from out.taken(1)


class _Pieces(io.RawIOBase, IO[bytes]):
    """What a zip is written to; it cannot be gone back in."""

    def __init__(self) -> None:
        super().__init__()
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._written += data
        return len(data)

    def taken(self, least: int) -> Iterator[bytes]:
        """What was written, once it is so much."""
        if len(self._written) >= least:
            yield bytes(self._written)
            self._written.clear()


def _taken(out: io.StringIO) -> bytes:
    text = out.getvalue()
    out.seek(0)
    out.truncate()
    return text.encode()


def _disarmed(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, float):
        return f"{cell:.2f}"
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _row_of(cells: Sequence[Cell]) -> bytes:
    return f"<row>{''.join(map(_cell, cells))}</row>".encode()


def _cell(cell: Cell) -> str:
    if cell is None:
        return "<c/>"
    if isinstance(cell, int | float):
        return f"<c><v>{cell}</v></c>"
    text = escape(_NOT_XML.sub("", cell))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SHEET_HEAD = f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>'
_SHEET_END = "</sheetData></worksheet>"


def _parts(sheet_count: int) -> dict[str, str]:
    """What makes sheets a workbook."""
    numbers = range(1, sheet_count + 1)
    sheets = "".join(
        f'<sheet name="Sheet{number}" sheetId="{number}" r:id="rId{number}"/>' for number in numbers
    )
    targets = "".join(
        f'<Relationship Id="rId{number}" Type="{_RELATIONS}/worksheet"'
        f' Target="worksheets/sheet{number}.xml"/>'
        for number in numbers
    )
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{number}.xml"'
        f' ContentType="{_TYPE}.worksheet+xml"/>'
        for number in numbers
    )
    return {
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">'
        f"<sheets>{sheets}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{targets}</Relationships>",
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/>'
        "</Relationships>",
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
        f"{overrides}</Types>",
    }
