"""Lists as PostgreSQL's array literals: a tenth of the time that a driver needs for each element."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec


def literal(values: Sequence[Any]) -> str:
    """`{…}` of a list whose elements are None or all of one type: UUID, int, bool, str, bytes,
    datetime, or a dict (as JSON). To be cast by the statement, `%(ids)s::uuid[]`."""
    first = next((value for value in values if value is not None), None)
    if type(first) is str and None not in values:
        return _of_texts(values)
    write = _WRITERS.get(type(first), str)
    return "{" + ",".join(["NULL" if value is None else write(value) for value in values]) + "}"


def _of_texts(texts: Sequence[str]) -> str:
    """Quoted in one go, as nearly always none of them has anything to be escaped."""
    joined = '","'.join(texts)
    if "\\" in joined or joined.count('"') > 2 * (len(texts) - 1):
        joined = '","'.join(map(_escaped, texts))
    return f'{{"{joined}"}}'


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _quoted(text: str) -> str:
    return f'"{_escaped(text)}"'


def _of_bool(value: bool) -> str:
    return "t" if value else "f"


def _of_bytes(value: bytes) -> str:
    return f'"\\\\x{value.hex()}"'


def _of_uuid(value: UUID) -> str:
    return f"{value.int:032x}"


def _of_dict(value: dict[str, Any]) -> str:
    return _quoted(msgspec.json.encode(value).decode()) if value else '"{}"'


_WRITERS: dict[type, Any] = {
    UUID: _of_uuid,
    int: int.__repr__,
    bool: _of_bool,
    str: _quoted,
    bytes: _of_bytes,
    datetime: datetime.isoformat,
    dict: _of_dict,
}
