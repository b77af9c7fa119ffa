"""Reading a suppression list. Pure."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from huitou.reach.types.lists import ROWS_MAX, BadList, Number

COLUMNS: dict[str, tuple[str, ...]] = {
    "phone": ("手机号", "手机", "电话", "phone", "mobile", "tel"),
    "card": ("会员号", "会员卡号", "卡号", "card", "member_no", "member"),
    "openid": ("openid", "open_id"),
    "scope": ("appid", "scope", "公众号appid"),
}
"""What a column may be called."""


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows by the names of `COLUMNS`; a file of one column without a header is one of phones. UTF-8 or
    GB18030. Refuses `BadList`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise BadList(
                zh="不是 UTF-8 或 GB18030 编码", en="neither UTF-8 nor GB18030"
            ) from error
    if "\0" in text:
        raise BadList(zh="不是 CSV 文本", en="no CSV text")
    lines = [row for row in csv.reader(io.StringIO(text)) if any(cell.strip() for cell in row)]
    if not lines:
        raise BadList(zh="文件是空的", en="the file is empty")
    named = [_name(cell) for cell in lines[0]]
    if not any(named):
        if len(lines[0]) > 1 or not any(cell.isdigit() for cell in lines[0][0]):
            raise BadList(zh="没有手机号、会员号或 openid 列", en="no column phone, card or openid")
        named, lines = ["phone"], [lines[0], *lines]
    if len(lines) - 1 > ROWS_MAX:
        raise BadList(zh=f"超过 {ROWS_MAX} 行", en=f"more than {ROWS_MAX} rows")
    return [
        {name: cell.strip() for name, cell in zip(named, row, strict=False) if name}
        for row in lines[1:]
    ]


def numbers_of(row: Mapping[str, str], scopes: Sequence[str]) -> list[Number]:
    """Whom a row names; an openid without its account is looked for on each of `scopes`."""
    found: list[Number] = []
    if row.get("phone"):
        found.append(Number("phone", None, row["phone"]))
    if row.get("card"):
        found.append(Number("card", row.get("scope") or "default", row["card"]))
    if row.get("openid"):
        own = [row["scope"]] if row.get("scope") else scopes
        found += [Number("openid", scope, row["openid"]) for scope in own]
    return found


def parts(rows: Sequence[dict[str, str]], size: int) -> Iterator[list[dict[str, str]]]:
    """So many rows at once."""
    for start in range(0, len(rows), size):
        yield list(rows[start : start + size])


def errors_csv(failed: Sequence[tuple[int, dict[str, str]]], language: str) -> str:
    """The rows that failed, by their number among the rows of the file, each with why."""
    out = io.StringIO()
    writer = csv.writer(out)
    is_english = language.startswith("en")
    writer.writerow(["row", *COLUMNS, "why"] if is_english else ["行", *COLUMNS, "原因"])
    why = "names nobody: not a valid phone, card or openid" if is_english else "号码不正确或为空"
    for number, row in failed:
        writer.writerow([number, *(row.get(name, "") for name in COLUMNS), why])
    return "\ufeff" + out.getvalue()


def _name(header: str) -> str:
    plain = header.strip().lower().replace(" ", "")
    return next((name for name, said in COLUMNS.items() if plain in said), "")
