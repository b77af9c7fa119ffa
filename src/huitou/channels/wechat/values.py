"""The fields of WeChat's message templates: what they ask for, and what they may hold. Pure.

`ID=thing1:${goods};time2:${when}`: a template a line, its fields parted by semicolons. The name of
a field tells its kind. Source: developers.weixin.qq.com, 订阅消息参数值内容限制说明.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from huitou.channels.sms.templates import filled, names_in

MIDDLE_MAX = 20
"""Since 2023 a field of the official account's template shows 20 characters and one line."""
_FIELD = re.compile(r"[a-z_]{1,32}[0-9]{1,2}|keyword[0-9]{1,2}|first|remark")


@dataclass(frozen=True, slots=True)
class Template:
    """Field → content with variables, in the order they were typed."""

    fields: dict[str, str]

    def names(self) -> list[str]:
        """The variables of all fields, each once."""
        return names_in(" ".join(self.fields.values()))

    def values(self, params: Mapping[str, str]) -> dict[str, str]:
        """The fields filled, each on one line."""
        return {
            field: " ".join(filled(content, params).split())
            for field, content in self.fields.items()
        }


def read_templates(text: str) -> dict[str, Template]:
    """Id → template. ValueError names the first line or field that is none."""
    templates: dict[str, Template] = {}
    for line in filter(None, (line.strip() for line in text.splitlines())):
        code, equals, rest = (part.strip() for part in line.partition("="))
        fields = dict(_field(part) for part in filter(None, rest.split(";")))
        if not (code and equals and fields):
            raise ValueError(f"no template: {line[:40]}")
        templates[code] = Template(fields)
    return templates


def overlong(values: Mapping[str, str]) -> str | None:
    """The first field whose value breaks the rule of its kind; WeChat would refuse all (47003)."""
    for field, value in values.items():
        rule = _RULES.get(field.rstrip("0123456789"))
        if not value or (rule is not None and not rule(value)):
            return field
    return None


def _field(part: str) -> tuple[str, str]:
    name, colon, content = (piece.strip() for piece in part.partition(":"))
    if not (colon and content and _FIELD.fullmatch(name)):
        raise ValueError(f"no field: {part[:40]}")
    return name, content


def _is_name(text: str) -> bool:
    return len(text) <= (20 if text.isascii() else 10)


_RULES: dict[str, Callable[[str], bool]] = {
    "thing": lambda text: len(text) <= 20,
    "number": lambda text: re.fullmatch(r"[0-9.\-]{1,32}", text) is not None,
    "letter": lambda text: re.fullmatch(r"[A-Za-z]{1,32}", text) is not None,
    "symbol": lambda text: len(text) <= 5,
    "character_string": lambda text: len(text) <= 32 and text.isascii(),
    "amount": lambda text: re.fullmatch(r"\D{0,4}[0-9.,]{1,12}\D{0,4}", text) is not None,
    "phone_number": lambda text: re.fullmatch(r"[0-9+\-]{1,17}", text) is not None,
    "car_number": lambda text: len(text) <= 8,
    "name": _is_name,
    "phrase": lambda text: len(text) <= 5,
}
