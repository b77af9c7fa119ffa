"""Reading a list of customers, one a line. Pure."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

from huitou.campaign.types.lists import Line, Trouble

REASONS: dict[Trouble, tuple[str, str]] = {
    "unknown": ("没有找到对应客户", "Nobody is known by it"),
    "repeated": ("与前面的行是同一位客户", "The same customer as a line before"),
    "quarantined": ("该标识存疑，已隔离", "The identifier is in doubt and set aside"),
}
_LINE_END = re.compile(r"\r\n|\r|\n")
_CELL_END = re.compile(r"[,;\t]")
_KINDS = ("phone", "card", "openid", "unionid", "external_userid", "email")


def read_lines(text: str, card_scope: str) -> Iterator[Line]:
    """The lines that say something. Of several columns the first counts; a first line without any digit is a
    heading.

    A value is our customer id, `kind:value[@scope]`, or a phone number or else a member number of `card_scope`.
    """
    is_first = True
    clean = text.encode(errors="replace").decode().removeprefix("\ufeff")
    for number, row in enumerate(_LINE_END.split(clean), start=1):
        value = _CELL_END.split(row, maxsplit=1)[0].strip(" '\"")
        if not value:
            continue
        is_heading = is_first and not any(letter.isdigit() for letter in value)
        is_first = False
        if not is_heading:
            yield _line(number, value, card_scope)


def sort_out(
    lines: Sequence[Line], holders: Mapping[tuple[str, str | None, str], UUID | None]
) -> tuple[list[UUID], list[tuple[Line, Trouble]]]:
    """The customers, in order, and the lines that lead to none or to one named before.

    `holders`: identifier → who answers; None for those in doubt, missing when nobody is known by it. The customers'
    own ids stand there as `("id", None, id)`.
    """
    found: dict[UUID, None] = {}
    troubles: list[tuple[Line, Trouble]] = []
    for line in lines:
        asked = [key for key in keys_of(line) if key in holders]
        holder = next((known for key in asked if (known := holders[key]) is not None), None)
        if holder is None:
            troubles.append((line, "quarantined" if asked else "unknown"))
        elif holder in found:
            troubles.append((line, "repeated"))
        else:
            found[holder] = None
    return list(found), troubles


def keys_of(line: Line) -> tuple[tuple[str, str | None, str], ...]:
    """Under what the line's customer may be known."""
    own = ("id", None, str(line.customer_id))
    return (own,) if line.customer_id else line.identifiers


def error_file(troubles: Sequence[tuple[Line, Trouble]], language: str) -> str:
    """The lines that led nowhere, as a table: line, value, reason."""
    out = io.StringIO()
    writer = csv.writer(out)
    is_english = language.startswith("en")
    writer.writerow(("line", "value", "reason") if is_english else ("行号", "内容", "原因"))
    for line, trouble in troubles:
        # A spreadsheet takes what begins so for a formula.
        value = f"'{line.text}" if line.text[:1] in "=+-@\t" else line.text
        writer.writerow((line.number, value, REASONS[trouble][is_english]))
    return out.getvalue()


def _line(number: int, value: str, card_scope: str) -> Line:
    try:
        return Line(number, value, UUID(value))
    except ValueError:
        pass
    kind, colon, rest = value.partition(":")
    if colon and kind in _KINDS:
        plain, at, scope = rest.rpartition("@")
        if not at or kind == "email":
            plain, scope = rest, ""
        return Line(number, value, None, ((kind, scope or None, plain),))
    return Line(number, value, None, (("phone", None, value), ("card", card_scope, value)))
