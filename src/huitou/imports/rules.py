"""What a file may hold and how its rows become records. Pure."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from huitou.imports.fields import FIELDS, Kind


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the file (`number` counts from 1, the header is row 1 of a table)."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    number: int
    code: str
    detail: str


class Unreadable(Exception):
    """The file is not what its kind needs."""


_TIMES = tuple(
    f"{day}{clock}"
    for day in ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日")
    for clock in (" %H:%M:%S", " %H:%M", "")
)
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How .xlsx and .xls begin."""
_COUNT_MAX = 10**15
_NUMBER = re.compile(r"[¥￥,，\s元]")


def read_rows(content: bytes, kind: Kind) -> Iterator[Row]:
    """Rows of a CSV (UTF-8 with or without BOM, or GB18030) or of JSON lines."""
    if kind == "events" or content.lstrip()[:1] == b"{":
        yield from _json_lines(content)
        return
    text = _text(content)
    headers = _headers(text)
    reader = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
    try:
        next(reader)
        for cells in reader:
            if any(cell.strip() for cell in cells):
                cells += [""] * (len(headers) - len(cells))
                yield Row(
                    reader.line_num,
                    {name: cell for name, cell in zip(headers, cells, strict=False) if name},
                )
    except csv.Error as error:
        raise Unreadable(str(error)) from error


def headers_of(content: bytes, kind: Kind) -> list[str]:
    """The header of a table; lines of JSON name their fields as we do."""
    if kind == "events" or content.lstrip()[:1] == b"{":
        return [field.name for field in FIELDS[kind]]
    return _headers(_text(content))


def _headers(text: str) -> list[str]:
    try:
        headers = [
            name.strip() for name in next(csv.reader(io.StringIO(text), delimiter=_delimiter(text)))
        ]
    except (StopIteration, csv.Error) as error:
        raise Unreadable("没有表头 / there is no header") from error
    if not any(headers):
        raise Unreadable("没有表头 / there is no header")
    return headers


def codes_by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """`(name, code)` as a mapping, without the names that several share."""
    found: dict[str, list[str]] = {}
    for name, code in pairs:
        found.setdefault(name, []).append(code)
    return {name: codes[0] for name, codes in found.items() if len(codes) == 1}


def mapped(row: Row, mapping: Mapping[str, str]) -> dict[str, str]:
    """The row's values by our field names, empty ones left out."""
    values = {field: str(row.values.get(header) or "").strip() for field, header in mapping.items()}
    return {field: value for field, value in values.items() if value}


def fen(text: str) -> int:
    """`¥12.50` → 1250. Refuses fractions of a fen and negative amounts."""
    amount = _whole(text, 100)
    if amount is None:
        raise ValueError(f"不是金额 / not an amount: {text}")
    return amount


def thousandths(text: str) -> int:
    """`2` → 2000, `0.125` → 125."""
    quantity = _whole(text, 1000)
    if not quantity:
        raise ValueError(f"不是数量 / not a quantity: {text}")
    return quantity


def _whole(text: str, parts: int) -> int | None:
    """So many hundredths or thousandths; None when there is a rest, a sign, or no end to it."""
    try:
        count = Decimal(_NUMBER.sub("", text)) * parts
        is_whole = 0 <= count <= _COUNT_MAX and count == count.to_integral_value()
    except ArithmeticError:
        return None
    return int(count) if is_whole else None


def moment(text: str, zone: str) -> datetime:
    """A time with its offset, or a local one in the merchant's zone."""
    try:
        parsed = datetime.fromisoformat(text)
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(zone))
    except ValueError:
        pass
    for form in _TIMES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    raise ValueError(f"不是时间 / not a time: {text}")


def identifiers_of(values: Mapping[str, str]) -> list[dict[str, Any]]:
    """The identifiers of a row. A card and ids of WeChat bind; a phone in a file is only a hint."""
    found: list[dict[str, Any]] = []
    if "card" in values:
        found.append({"kind": "card", "value": values["card"], "scope": "default"})
    if "phone" in values:
        found.append({"kind": "phone", "value": values["phone"]})
    if "unionid" in values:
        found.append({"kind": "unionid", "value": values["unionid"]})
    if "external_userid" in values:
        found.append(
            {"kind": "external_userid", "value": values["external_userid"], "scope": "wecom"}
        )
    return found


def identifiers_in(row: Row, values: Mapping[str, str]) -> list[dict[str, Any]]:
    """A line of JSON may name its identifiers itself, as an event does."""
    given = row.values.get("identifiers")
    if isinstance(given, list) and all(isinstance(item, dict) for item in given):
        return given
    return identifiers_of(values)


def month_of(text: str) -> int | None:
    """The month of a birthday: `7`, `7月` or `1990-07-21`."""
    found = re.fullmatch(r"(?:\d{4}[-/])?(\d{1,2})(?:[-/]\d{1,2})?月?", text)
    month = int(found.group(1)) if found else 0
    return month if 1 <= month <= 12 else None


def order_event(
    rows: Sequence[tuple[Row, dict[str, str]]], *, source: str, zone: str
) -> dict[str, Any]:
    """The rows of one order (a row a line) as an event. ValueError names what is wrong."""
    first = rows[0][1]
    lines = []
    for number, (_, values) in enumerate(rows, start=1):
        paid = fen(values["paid_yuan"])
        lines.append(
            {
                "line_no": number,
                "sku": values["sku"],
                "quantity": thousandths(values["quantity"]),
                "list_fen": fen(values["list_yuan"]) if "list_yuan" in values else paid,
                "paid_fen": paid,
            }
        )
    return {
        "id": f"order-{first['unit']}-{first['order_no']}",
        "type": "order.paid",
        "occurred_at": moment(first["paid_at"], zone).isoformat(),
        "source": source,
        "unit": first["unit"],
        "identifiers": identifiers_of(first),
        "properties": {
            "order_no": first["order_no"],
            "lines": lines,
            "paid_fen": sum(line["paid_fen"] for line in lines),
        },
    }


def _json_lines(content: bytes) -> Iterator[Row]:
    for number, line in enumerate(content.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            values = None
        yield Row(number, values if isinstance(values, dict) else {})


def parents_first(rows: Sequence[tuple[Row, dict[str, str]]]) -> list[tuple[Row, dict[str, str]]]:
    """Units in an order in which each comes after the one above it, however the file has them."""
    codes = {name: values.get("code") for _, values in rows for name in _names(values)}
    waiting, sorted_rows, done = list(rows), list[tuple[Row, dict[str, str]]](), set[str | None]()
    while waiting:
        ready = [item for item in waiting if _above(item[1], codes) in done | {None}] or waiting
        sorted_rows += ready
        done |= {values.get("code") for _, values in ready}
        numbers = {row.number for row, _ in ready}
        waiting = [item for item in waiting if item[0].number not in numbers]
    return sorted_rows


def _names(values: Mapping[str, str]) -> list[str]:
    return [values[field] for field in ("name", "code") if field in values]


def _above(values: Mapping[str, str], codes: Mapping[str, str | None]) -> str | None:
    """The code of the unit above, when this file has it too."""
    return codes.get(values.get("parent", ""))


def _delimiter(text: str) -> str:
    """A comma, unless the header has more of what spreadsheets write instead."""
    header = text.partition("\n")[0]
    return max((",", "\t", ";"), key=header.count)


def _text(content: bytes) -> str:
    if content.startswith(_SPREADSHEETS):
        raise Unreadable(
            "这是 Excel 工作簿，请另存为 CSV 再上传"
            " / this is an Excel workbook: save it as CSV, then upload that"
        )
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("编码无法识别，请存为 UTF-8 / unknown encoding, save it as UTF-8")
