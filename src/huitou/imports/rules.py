"""What a file may hold and how its rows become records. Pure."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

Kind = Literal["orders", "customers", "products", "staff", "units", "events"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Field:
    """A column we understand; `aliases` are the headers it is recognised by."""

    name: str
    zh: str
    en: str
    is_required: bool
    aliases: tuple[str, ...] = ()


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


_IDENTIFIERS = (
    Field("card", "会员卡号", "Card number", False, ("卡号", "会员号", "member_no", "card_no")),
    Field("phone", "手机号", "Phone", False, ("手机", "电话", "mobile", "tel")),
    Field("unionid", "UnionID", "UnionID", False),
    Field("external_userid", "企微外部联系人 ID", "WeCom external user id", False),
)

FIELDS: dict[Kind, tuple[Field, ...]] = {
    "orders": (
        Field("order_no", "订单号", "Order number", True, ("单号", "订单编号", "order_id")),
        Field("unit", "门店编码", "Unit code", True, ("门店", "店铺编码", "store", "store_code")),
        Field("paid_at", "付款时间", "Paid at", True, ("支付时间", "时间", "日期", "date")),
        Field("sku", "商品编码", "SKU", True, ("商品", "货号", "product", "item")),
        Field("quantity", "数量", "Quantity", True, ("件数", "qty")),
        Field(
            "paid_yuan", "实付金额（元）", "Paid (yuan)", True, ("实付", "金额", "amount", "paid")
        ),
        Field("list_yuan", "原价（元）", "List price (yuan)", False, ("吊牌价", "标价", "list")),
        *_IDENTIFIERS,
    ),
    "customers": (
        *_IDENTIFIERS,
        Field("name", "姓名", "Name", False, ("客户姓名", "会员姓名", "customer")),
        Field("gender", "性别", "Gender", False, ("sex",)),
        Field("birth_month", "生日月份", "Month of birth", False, ("生日", "birthday")),
        Field("home_unit", "归属门店编码", "Home unit code", False, ("门店", "门店编码", "store")),
        Field("joined_on", "入会日期", "Joined on", False, ("入会时间", "注册日期", "joined")),
        Field("associate", "专属导购工号", "Associate's code", False, ("导购", "导购工号")),
    ),
    "products": (
        Field("sku", "商品编码", "SKU", True, ("货号", "编码", "code")),
        Field("name", "商品名称", "Name", True, ("名称", "品名", "title")),
        Field("category", "分类编码", "Category code", True, ("分类", "类目", "category_code")),
        Field("category_name", "分类名称", "Category name", False, ("类目名称",)),
        Field("price_yuan", "售价（元）", "Price (yuan)", True, ("价格", "零售价", "price")),
    ),
    "staff": (
        Field("code", "工号", "Staff code", True, ("员工编号", "编号", "no")),
        Field("name", "姓名", "Name", True, ()),
        Field("role", "角色", "Role", True, ("岗位", "职位")),
        Field("unit", "门店编码", "Unit code", True, ("门店", "store", "store_code")),
        Field("wecom_user", "企微账号", "WeCom user id", False, ("userid", "企业微信账号")),
        Field("phone", "手机号", "Phone", False, ("手机", "mobile")),
    ),
    "units": (
        Field("code", "编码", "Code", True, ("门店编码", "store_code")),
        Field("name", "名称", "Name", True, ("门店名称", "门店")),
        Field("kind", "类型", "Kind", True, ("type",)),
        Field("parent", "上级编码", "Parent code", False, ("上级", "区域", "region")),
    ),
    "events": (),
}

ROLES = {
    "总部": "headquarters",
    "总部运营": "headquarters",
    "区域经理": "region",
    "区域": "region",
    "店长": "manager",
    "导购": "associate",
    "店员": "associate",
}
UNIT_KINDS = {
    "总部": "headquarters",
    "品牌": "brand",
    "区域": "region",
    "经销商": "dealer",
    "门店": "store",
    "网店": "online",
    "线上店": "online",
}
_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M")
_NUMBER = re.compile(r"[¥￥,，\s元]")


def read_rows(content: bytes, kind: Kind) -> Iterator[Row]:
    """Rows of a CSV (UTF-8 with or without BOM, or GB18030) or of JSON lines."""
    if kind == "events" or content.lstrip()[:1] == b"{":
        yield from _json_lines(content)
        return
    reader = csv.DictReader(io.StringIO(_text(content)))
    if not reader.fieldnames:
        raise Unreadable("没有表头 / there is no header")
    try:
        for values in reader:
            if any(value not in (None, "") for value in values.values()):
                yield Row(reader.line_num, {key: value for key, value in values.items() if key})
    except csv.Error as error:
        raise Unreadable(str(error)) from error


def headers_of(content: bytes, kind: Kind) -> list[str]:
    """The header of a table; lines of JSON name their fields as we do."""
    if kind == "events" or content.lstrip()[:1] == b"{":
        return [field.name for field in FIELDS[kind]]
    line = csv.reader(io.StringIO(_text(content[:65_536])))
    try:
        return [name.strip() for name in next(line)]
    except (StopIteration, csv.Error) as error:
        raise Unreadable("没有表头 / there is no header") from error


def guess_mapping(kind: Kind, headers: Sequence[str]) -> dict[str, str]:
    """Which header is which field, by their names; lines of JSON have our own names."""
    found: dict[str, str] = {}
    folded = {header.strip().lower(): header for header in headers}
    for field in FIELDS[kind]:
        for name in (field.name, field.zh, field.en, *field.aliases):
            header = folded.get(name.lower())
            if header is not None and header not in found.values():
                found[field.name] = header
                break
    return found


def missing_fields(kind: Kind, mapping: Mapping[str, str]) -> list[Field]:
    """Required fields that no column was chosen for."""
    return [field for field in FIELDS[kind] if field.is_required and not mapping.get(field.name)]


def mapped(row: Row, mapping: Mapping[str, str]) -> dict[str, str]:
    """The row's values by our field names, empty ones left out."""
    values = {field: str(row.values.get(header) or "").strip() for field, header in mapping.items()}
    return {field: value for field, value in values.items() if value}


def fen(text: str) -> int:
    """`¥12.50` → 1250. Refuses fractions of a fen and negative amounts."""
    try:
        amount = Decimal(_NUMBER.sub("", text)) * 100
    except InvalidOperation as error:
        raise ValueError(f"不是金额 / not an amount: {text}") from error
    if amount != amount.to_integral_value() or amount < 0:
        raise ValueError(f"不是金额 / not an amount: {text}")
    return int(amount)


def thousandths(text: str) -> int:
    """`2` → 2000, `0.125` → 125."""
    try:
        amount = Decimal(_NUMBER.sub("", text)) * 1000
    except InvalidOperation as error:
        raise ValueError(f"不是数量 / not a quantity: {text}") from error
    if amount != amount.to_integral_value() or amount <= 0:
        raise ValueError(f"不是数量 / not a quantity: {text}")
    return int(amount)


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
        except ValueError:
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
        except ValueError:
            values = None
        yield Row(number, values if isinstance(values, dict) else {})


def _text(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("编码无法识别，请存为 UTF-8 / unknown encoding, save it as UTF-8")
