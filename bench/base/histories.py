"""Real purchase histories to draw from, so that counts, gaps and amounts keep their tails.

CDNOW (23,570 customers), UCI Online Retail (4,338) and The Complete Journey (2,414 households) from
`../shared/data`; without that folder the demo brand's committed part of The Complete Journey. What
is sold comes from The Complete Journey too: its products with how often each was bought.
"""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

SHARED = Path(__file__).parents[3] / "shared" / "data"
LINES_MAX = 8
"""Longer baskets are cut: the tails that matter are orders and amounts per customer."""
CATEGORIES_MAX, SKUS_MAX = 40, 3_000
_SHARES = (("cdnow", 0.965), ("online_retail", 0.03), ("complete_journey", 0.005))
_FEN = {"cdnow": 700, "online_retail": 900, "complete_journey": 700}

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Pool:
    """Histories one after the other: `day` since the first order, `fen` and `lines` per order.

    `ranges` gives the share of customers drawn from the histories `[first, end)`.
    """

    start: Array
    count: Array
    day: Array
    fen: Array
    lines: Array
    ranges: list[tuple[float, int, int]]
    sources: list[str]


@dataclass(frozen=True)
class Catalogue:
    """SKUs sorted by category; `weight` is how often each was bought."""

    categories: list[tuple[str, str]]
    sku: list[str]
    name: list[str]
    category: Array
    price_fen: Array
    weight: Array


def pool() -> Pool:
    """All histories there are."""
    if not SHARED.exists():
        return _pool([("complete_journey (demo)", 1.0, *_demo_orders())])
    readers: dict[str, Callable[[], tuple[Array, ...]]] = {
        "cdnow": _cdnow,
        "online_retail": _online_retail,
        "complete_journey": _complete_journey,
    }
    return _pool([(name, share, *readers[name]()) for name, share in _SHARES])


def catalogue() -> Catalogue:
    """What is sold."""
    return _catalogue(*(_journey_products() if SHARED.exists() else _demo_products()))


def _pool(parts: list[tuple[Any, ...]]) -> Pool:
    starts, counts, days, fens, lines = [], [], [], [], []
    ranges: list[tuple[float, int, int]] = []
    histories = orders = 0
    for _, share, customer, day, fen, line in parts:
        kept = fen > 0
        by = np.lexsort((day[kept], customer[kept]))
        who, when = customer[kept][by], day[kept][by]
        first = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
        count = np.diff(np.r_[first, len(who)])
        starts.append(first + orders)
        counts.append(count)
        days.append(when - np.repeat(when[first], count))
        fens.append(fen[kept][by])
        lines.append(np.clip(line[kept][by], 1, LINES_MAX))
        ranges.append((share, histories, histories + len(first)))
        histories, orders = histories + len(first), orders + len(who)
    start, count, day, fen, line = map(np.concatenate, (starts, counts, days, fens, lines))
    return Pool(start, count, day, fen, line, ranges, [part[0] for part in parts])


def _cdnow() -> tuple[Array, ...]:
    table = pq.read_table(SHARED / "cdnow" / "transactions_master.parquet")
    return (
        table["customer_id"].to_numpy().astype(np.int64),
        _days(table["date"]),
        _fen(table["dollar_value"].to_numpy(), "cdnow"),
        table["number_of_cds"].to_numpy(),
    )


def _online_retail() -> tuple[Array, ...]:
    table = pq.read_table(SHARED / "online_retail" / "transactions.parquet")
    is_sale = pc.and_(pc.greater(table["Quantity"], 0), pc.greater(table["UnitPrice"], 0))
    table = table.filter(pc.and_(is_sale, pc.is_valid(table["CustomerID"])))
    paid = pc.multiply(table["UnitPrice"], pc.cast(table["Quantity"], pa.float64()))
    return _orders(
        table.append_column("paid", paid),
        ("CustomerID", "InvoiceNo", "InvoiceDate"),
        "online_retail",
    )


def _complete_journey() -> tuple[Array, ...]:
    table = pq.read_table(SHARED / "complete_journey" / "transactions.parquet")
    table = table.append_column("paid", table["sales_value"])
    keys = ("household_id", "basket_id", "transaction_timestamp")
    return _orders(table, keys, "complete_journey")


def _orders(table: Any, keys: tuple[str, str, str], source: str) -> tuple[Array, ...]:
    """Lines to orders: customer, day, fen, number of lines."""
    customer, order, at = keys
    groups = table.group_by([customer, order]).aggregate(
        [(at, "min"), ("paid", "sum"), ("paid", "count")]
    )
    return (
        groups[customer].to_numpy().astype(np.int64),
        _days(groups[f"{at}_min"]),
        _fen(groups["paid_sum"].to_numpy(), source),
        groups["paid_count"].to_numpy(),
    )


def _demo_orders() -> tuple[Array, ...]:
    with resources.as_file(resources.files("huitou.demo") / "data") as folder:
        lines = pq.read_table(folder / "lines.parquet")
        baskets = pq.read_table(folder / "baskets.parquet")
    groups = lines.group_by("basket").aggregate([("paid_fen", "sum"), ("paid_fen", "count")])
    basket = groups["basket"].to_numpy()
    return (
        baskets["household"].to_numpy()[basket].astype(np.int64),
        baskets["at_s"].to_numpy()[basket] / 86_400,
        groups["paid_fen_sum"].to_numpy(),
        groups["paid_fen_count"].to_numpy(),
    )


def _journey_products() -> tuple[list[str], list[str], Array, Array]:
    """Names, categories, prices and counts of the products bought most."""
    folder = SHARED / "complete_journey"
    lines = pq.read_table(folder / "transactions.parquet")
    sold = lines.filter(
        pc.and_(pc.greater(lines["quantity"], 0), pc.greater(lines["sales_value"], 0))
    )
    sums = sold.group_by("product_id").aggregate(
        [("sales_value", "sum"), ("quantity", "sum"), ("product_id", "count")]
    )
    products = pq.read_table(folder / "products.parquet")
    known = products.filter(pc.is_valid(products["product_category"]))
    table = sums.join(known, "product_id", join_type="inner").sort_by(
        [("product_id_count", "descending"), ("product_id", "ascending")]
    )
    table = table.slice(0, SKUS_MAX)
    price = table["sales_value_sum"].to_numpy() / np.maximum(table["quantity_sum"].to_numpy(), 1)
    return (
        [str(name) for name in table["product_type"].to_pylist()],
        [str(name) for name in table["product_category"].to_pylist()],
        _fen(price, "complete_journey"),
        table["product_id_count"].to_numpy(),
    )


def _demo_products() -> tuple[list[str], list[str], Array, Array]:
    with resources.as_file(resources.files("huitou.demo") / "data") as folder:
        with (folder / "products.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        bought = np.bincount(
            pq.read_table(folder / "lines.parquet")["sku"].to_numpy(), minlength=len(rows) + 1
        )[: len(rows)]
    price = np.array([int(row["price_fen"]) for row in rows])
    names, categories = [row["name"] for row in rows], [row["category"] for row in rows]
    return names, categories, price, bought


def _catalogue(names: list[str], categories: list[str], price: Array, count: Array) -> Catalogue:
    """The biggest categories keep their name, the others are one."""
    weights: dict[str, int] = {}
    for category, bought in zip(categories, count, strict=True):
        weights[category] = weights.get(category, 0) + int(bought)
    biggest = sorted(weights, key=lambda name: (-weights[name], name))[: CATEGORIES_MAX - 1]
    place = {name: index for index, name in enumerate(biggest)}
    code = np.array([place.get(name, CATEGORIES_MAX - 1) for name in categories])
    by = np.argsort(code, kind="stable")
    titles = [*biggest, *["other"] * (CATEGORIES_MAX - len(biggest))]
    return Catalogue(
        [(f"c{index:02d}", title.lower()) for index, title in enumerate(titles)],
        [f"s{index:05d}" for index in range(len(by))],
        [names[index] for index in by],
        code[by],
        np.maximum(price[by], 100).astype(np.int64),
        np.maximum(count[by], 1).astype(np.float64),
    )


def _days(column: Any) -> Array:
    micros = pc.cast(column, pa.timestamp("us"), safe=False).to_numpy().astype(np.int64)
    days: Array = micros / 86_400e6
    return days


def _fen(amounts: Array, source: str) -> Array:
    fen: Array = np.rint(amounts * _FEN[source]).astype(np.int64)
    return fen
