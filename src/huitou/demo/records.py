"""The demo brand's committed data, read from `data/`: products, baskets, redemptions."""

import csv
import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from typing import Any

import pyarrow.parquet as pq

DAY_COUNT = 212
"""2017-01-01 … 2017-07-31 in the source."""
QUANTITY_UNIT = 1000


@dataclass(frozen=True, slots=True)
class Product:
    """One SKU: a product type of the source under its Chinese name. `price_fen` is the shelf price.

    `shape` names a drawing in `pictures.xml`.
    """

    sku: str
    name: str
    category: str
    category_name: str
    category_name_en: str
    price_fen: int
    shape: str


@dataclass(frozen=True, slots=True)
class Basket:
    """`lines`: (SKU, pieces, list_fen, paid_fen), amounts being line totals.

    `at_s` counts seconds of local time from midnight of the data's first day.
    """

    number: int
    household: int
    store: int
    at_s: int
    lines: tuple[tuple[str, int, int, int], ...]

    @property
    def paid_fen(self) -> int:
        return sum(paid for *_, paid in self.lines)


@dataclass(frozen=True, slots=True)
class Redemption:
    """A household used a coupon of a campaign on a day."""

    day: int
    household: int
    campaign: int
    coupon: int


@functools.cache
def products() -> tuple[Product, ...]:
    """Every SKU that was ever bought, by code; without tobacco, fuel and what is no merchandise."""
    categories = {row["code"]: row for row in _csv("categories")}
    return tuple(
        Product(
            row["sku"],
            row["name"],
            row["category"],
            categories[row["category"]]["name"],
            categories[row["category"]]["source"].capitalize(),
            int(row["price_fen"]),
            row["shape"],
        )
        for row in _csv("products")
        if row["sold"] == "1"
    )


@functools.cache
def baskets() -> tuple[Basket, ...]:
    """All baskets in the order of time, each with its lines by SKU."""
    heads, lines = _columns("baskets"), _columns("lines")
    skus = [f"P{number:05d}" for number in lines["sku"]]
    rows = list(zip(skus, lines["quantity"], lines["list_fen"], lines["paid_fen"], strict=True))
    starts = [
        index
        for index, basket in enumerate(lines["basket"])
        if index == 0 or lines["basket"][index - 1] != basket
    ]
    groups = [tuple(rows[start:end]) for start, end in pairwise([*starts, len(rows)])]
    columns = heads["household"], heads["store"], heads["at_s"], groups
    return tuple(
        Basket(number, household, store, at_s, group)
        for number, (household, store, at_s, group) in enumerate(zip(*columns, strict=True))
    )


def demographics() -> dict[int, Mapping[str, str | None]]:
    """Household → the source's columns (age, household_size, kids_count …)."""
    rows = pq.read_table(_path("households.parquet")).to_pylist()
    return {row["household_id"]: row for row in rows}


def redemptions() -> Iterator[Redemption]:
    """In the order of time."""
    columns = _columns("redemptions")
    names = ("day", "household", "campaign", "coupon")
    for row in zip(*(columns[name] for name in names), strict=True):
        yield Redemption(*row)


def _csv(name: str) -> list[dict[str, str]]:
    text = resources.files("huitou.demo").joinpath(f"data/{name}.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


def _columns(name: str) -> dict[str, list[Any]]:
    table = pq.read_table(_path(f"{name}.parquet"))
    return {column: table[column].to_pylist() for column in table.column_names}


def _path(name: str) -> str:
    return str(resources.files("huitou.demo").joinpath(f"data/{name}"))
