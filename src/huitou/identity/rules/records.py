"""Records about people, brought into one form, and the keys by which two may meet."""

import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from huitou.identity.types import Person

FIELDS = (
    "given", "surname", "birth", "month", "gender", "street", "city", "postcode", "home",
    "phone", "email", "number",
)  # fmt: skip

KEYS: tuple[tuple[tuple[str, int], ...], ...] = (
    (("number", 0),),
    (("email", 0),),
    (("email_user", 0),),
    (("phone", 0),),
    (("street", 0),),
    (("given", 0), ("surname", 0)),
    (("surname", 0), ("birth", 0)),
    (("given", 0), ("birth", 0)),
    (("birth", 0), ("postcode", 0)),
    (("birth", 0), ("city", 0)),
    (("surname", 0), ("postcode", 0)),
    (("given", 0), ("postcode", 0)),
    (("given", 0), ("city", 0)),
    (("surname", 0), ("city", 0)),
    (("surname", 3), ("given", 3)),
    (("birth", 0), ("surname", 1)),
    (("birth", 0), ("given", 1)),
    (("birth", 6), ("given", 2)),
    (("birth", 6), ("surname", 2)),
    (("given", 0), ("birth", 4)),
    (("surname", 0), ("birth", 4)),
    (("postcode", 0), ("birth", 4)),
    (("given", 0), ("surname", 0), ("month", 0)),
    (("given", 0), ("surname", 0), ("home", 0)),
    (("surname", 0), ("month", 0), ("home", 0)),
    (("given", 0), ("month", 0), ("home", 0)),
    (("phone_tail", 0), ("surname", 1)),
    (("phone_tail", 0), ("given", 1)),
    (("phone_head", 0), ("surname", 0)),
    (("birth", 0),),
    (("surname", 0),),
    (("given", 0),),
    (("postcode", 0),),
    (("phone_tail", 0),),
)
"""Fields that two records share when they are worth comparing; 0: whole, n: the first n letters."""

_GRAM = 3
_TAIL = 4
_NUMBER = 10
"""Digits of a phone number that tell it: country codes and a leading 1 do not."""
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_COMPOUND = frozenset(
    "欧阳 太史 端木 上官 司马 东方 独孤 南宫 万俟 闻人 夏侯 诸葛 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 "
    "申屠 公孙 慕容 仲孙 钟离 长孙 宇文 司徒 鲜于 司空 令狐 轩辕 呼延 百里 东郭 南门 西门 第五".split()
)
_HAN = re.compile(r"[\u3400-\u9fff]+")


def name_parts(name: str) -> tuple[str | None, str | None]:
    """A whole name as `(surname, given)`: Chinese by family name, others by the last word."""
    name = " ".join(name.split())
    if _HAN.fullmatch(name):
        cut = 2 if name[:2] in _COMPOUND and len(name) > 2 else 1
        return name[:cut], name[cut:] or None
    *given, surname = name.split(" ") if name else [""]
    return surname or None, " ".join(given) or None


def in_one_form(people: Sequence[Person]) -> list[dict[str, Any]]:
    """Records without what writing hides: width, case, accents, separators, order of a date.

    `31/12/1980` and `12/31/1980` are told apart by the file: where any first part exceeds 12, days
    come first.
    """
    days_first = any(
        (found := _DAY_FIRST.fullmatch((each.birth or "").strip())) and int(found[1]) > 12
        for each in people
    )
    return [_record(row, each, days_first) for row, each in enumerate(people)]


def meeting_key(record: dict[str, Any], parts: Sequence[tuple[str, int]]) -> int | None:
    """A number that records share when they agree in `parts`; None where one is unknown.

    A whole name is the same in either order.
    """
    values: list[str] = []
    for field, letters in parts:
        value = record[field]
        if not value:
            return None
        values.append(value[:letters] if letters else value)
    if [field for field, _ in parts[:2]] == ["given", "surname"]:
        values[:2] = sorted(values[:2])
    return zlib.crc32("\0".join(values).encode())


def fields_of(parts: Sequence[tuple[str, int]]) -> set[str]:
    """The fields of `FIELDS` that a key is made of."""
    return {field.partition("_")[0] for field, _ in parts}


def _record(row: int, person: Person, days_first: bool) -> dict[str, Any]:
    if person.name and person.given is None and person.surname is None:
        surname, given = name_parts(person.name)
        person = replace(person, surname=surname, given=given)
    record: dict[str, Any] = {field: _plain(getattr(person, field)) for field in FIELDS}
    record["unique_id"] = row
    record["birth"] = _date(person.birth, days_first)
    record["phone"] = (_without(r"\D", record["phone"]) or "")[-_NUMBER:] or None
    record["number"] = _without(r"\W", record["number"])
    record["postcode"] = _without(r"\s", record["postcode"])
    email, phone, street = record["email"], record["phone"], record["street"]
    record["email_user"] = email.partition("@")[0] or None if email else None
    record["phone_tail"] = phone[-_TAIL:] if phone else None
    record["phone_head"] = phone[:-_TAIL] or None if phone else None
    record["grams"] = _grams(street) if street else None
    return record


def _plain(text: str | None) -> str | None:
    if text is None:
        return None
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    dots = "." if "@" in bare else ""
    return " ".join(re.sub(rf"[^\w@{dots}+ -]", " ", bare).split()) or None


def _date(text: str | None, days_first: bool) -> str | None:
    """Eight digits, year first, where it can be read; the digits there are otherwise."""
    found = _DAY_FIRST.fullmatch((text or "").strip())
    if found:
        one, two, year = found.groups()
        day, month = (one, two) if days_first else (two, one)
        return f"{year}{int(month):02}{int(day):02}"
    return _without(r"\D", text)


def _without(pattern: str, text: str | None) -> str | None:
    return re.sub(pattern, "", text) or None if text else None


def _grams(text: str) -> list[str]:
    """Trigrams of the words, so that neither their order nor one slip says much."""
    words = (f"  {word} " for word in text.split())
    return sorted(
        set(chain.from_iterable((w[n : n + _GRAM] for n in range(len(w) - 2)) for w in words))
    )
