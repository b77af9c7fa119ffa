"""Columns as PostgreSQL's arrays, in text.

The driver's dumping of a list value by value costs several times as much. Source:
https://www.postgresql.org/docs/current/arrays.html#ARRAYS-INPUT
"""

from collections.abc import Collection, Iterable
from typing import Any


def array(values: Iterable[Any]) -> str:
    """Numbers, booleans, moments or ids; None is NULL."""
    return "{" + ",".join(["NULL" if value is None else str(value) for value in values]) + "}"


def texts(values: Collection[str | None]) -> str:
    """Texts, of which most are alike."""
    quoted = {value: "NULL" if value is None else _quoted(value) for value in set(values)}
    return "{" + ",".join([quoted[value] for value in values]) + "}"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
