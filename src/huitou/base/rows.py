"""Rows as objects, made by position: naming each column of each row takes twice the time, and ten
times that of a `Struct`."""

import dataclasses
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from msgspec import Struct
from psycopg import Cursor
from psycopg.rows import class_row, dict_row

Maker = Callable[[Sequence[Any]], Any]


def rows_as(cls: type) -> Callable[[Cursor[Any]], Maker]:
    """A row factory: `dict`, a dataclass or a Struct by its columns' names."""
    if cls is dict:
        return dict_row

    def factory(cursor: Cursor[Any]) -> Maker:
        names = tuple(column.name for column in cursor.description or ())
        if names and names == _fields(cls)[: len(names)]:
            return lambda values: cls(*values)
        return class_row(cls)(cursor)

    return factory


@cache
def _fields(cls: type) -> tuple[str, ...]:
    """What the class is made of, in order."""
    if issubclass(cls, Struct):
        return cls.__struct_fields__
    if dataclasses.is_dataclass(cls):
        return tuple(each.name for each in dataclasses.fields(cls) if each.init)
    return ()
