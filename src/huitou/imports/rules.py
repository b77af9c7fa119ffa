"""How the rows of a file become records. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from huitou.kernel.time import is_zone
from huitou.profile.types import TAG_MAX


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
_BIRTHDAY = re.compile(
    r"(?:\d{4}[-/.年])?(?P<month>\d{1,2})(?:[-/.月]\d{1,2}日?)?月?(?: [\d:.]+)?"
    r"|\d{4}(?P<middle>\d\d)\d\d"
)
_COUNT_MAX = 10**15
_NUMBER = re.compile(r"[¥￥,，\s元]")


def codes_by_name(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """`(name, code)` as a mapping, without the names that several share."""
    found: dict[str, list[str]] = {}
    for name, code in pairs:
        found.setdefault(name, []).append(code)
    return {name: codes[0] for name, codes in found.items() if len(codes) == 1}


def mapped(row: Row, mapping: Mapping[str, str]) -> dict[str, str]:
    """The row's values by our field names, empty ones left out."""
    found = {}
    for field, header in mapping.items():
        value = row.values.get(header)
        text = value.strip() if isinstance(value, str) else "" if value is None else str(value)
        if text:
            found[field] = text
    return found


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
        plain = text if text.isascii() and text.replace(".", "", 1).isdigit() else None
        count = Decimal(plain or _NUMBER.sub("", text)) * parts
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
    """The month of a birthday: `7`, `7月`, `1990-07-21`, `1990年7月21日` or `19900721`."""
    found = _BIRTHDAY.fullmatch(text)
    month = int(found["month"] or found["middle"]) if found else 0
    return month if 1 <= month <= 12 else None


def zone_of(text: str) -> str | None:
    """An IANA name of a zone; what is none is left out."""
    return text if is_zone(text) else None


def tags_of(text: str) -> tuple[str, ...]:
    """`高端、送礼` → both, each once; what is too long for a tag is left out."""
    names = (name.strip() for name in re.split(r"[,，、;；|]", text))
    return tuple(dict.fromkeys(name for name in names if 0 < len(name) <= TAG_MAX))


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
