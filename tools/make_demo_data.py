"""Build the demo brand's compact data set from The Complete Journey.

    python tools/make_demo_data.py PATH/TO/complete_journey

Reads the six Parquet tables of the source and writes `src/huitou/demo/data/*.parquet`, and the
columns `price_fen` and `sold` of `products.csv`. The hand-made mappings beside them
(`categories.csv`, `products.csv`, `stores.csv`) are inputs: they say which product types are sold,
under which code and name. The same source and mappings give the same files.
"""

import csv
import statistics
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any

import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.parquet as pq  # type: ignore[import-untyped]

DATA = Path(__file__).resolve().parent.parent / "src" / "huitou" / "demo" / "data"
EPOCH = datetime(2017, 1, 1)  # noqa: DTZ001 - times are local to the stores
LOCAL = timedelta(hours=-5)
"""The source's times are UTC: shops are busiest at 22 and empty at 8. This makes them local."""
FEN_PER_CENT = 6
"""US$ 0.01 becomes 6 fen: a basket then costs about what a Chinese household pays."""
STORE_COUNT = 12
STORE_SIZE_LIMIT = 1.35
"""A folded store has at most this many times the mean number of baskets, if it can be helped."""


@dataclass(frozen=True, slots=True)
class Line:
    """One source line, in fen, with the SKU it is sold as here."""

    household: int
    store: int
    basket: int
    sku: int
    quantity: int
    list_fen: int
    paid_fen: int
    at: datetime


def main(source: Path) -> None:
    households = pq.read_table(source / "demographics.parquet").to_pylist()
    codes = read_codes()
    lines = paid_baskets(read_lines(source, {row["household_id"] for row in households}, codes))
    folded = fold_stores(lines)
    baskets = sorted({(line.at, line.basket): line for line in lines}.items())
    numbers = {key[1]: number for number, (key, _) in enumerate(baskets)}
    write_households(households)
    write_baskets([(line, folded[line.store]) for _, line in baskets])
    write_lines(lines, numbers)
    write_campaigns(source, {row["household_id"] for row in households})
    write_prices(lines)
    total = sum(path.stat().st_size for path in DATA.iterdir())
    print(f"{len(lines)} lines, {len(baskets)} baskets, {total / 1e6:.2f} MB")


def read_codes() -> dict[tuple[str | None, str], int]:
    """(category, type) → SKU number, and (None, type) → the SKU of the type's main category.

    0 stands for what is not merchandise or must not be advertised (fuel, coupons, tobacco).
    """
    codes: dict[tuple[str | None, str], int] = {}
    with (DATA / "products.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            number = int(row["sku"][1:]) if row["sold"] == "1" else 0
            codes[row["source_category"], row["source_type"]] = number
            if row["main"] == "1":
                codes[None, row["source_type"]] = number
    return codes


def read_lines(
    source: Path, households: set[int], codes: Mapping[tuple[str | None, str], int]
) -> Iterable[Line]:
    """The merchandise lines of the households with demographics."""
    products = {
        row["product_id"]: (
            row["product_category"],
            row["product_type"],
            row["department"],
        )
        for row in pq.read_table(source / "products.parquet").to_pylist()
    }
    unsold = unsold_categories()
    for row in pq.read_table(source / "transactions.parquet").to_pylist():
        category, kind, department = products.get(row["product_id"], (None, None, None))
        if row["household_id"] not in households or kind is None or department == "FUEL":
            continue
        sku = 0 if category in unsold else codes.get((category, kind), codes[None, kind])
        paid = cents(row["sales_value"])
        discount = sum(
            cents(row[name]) for name in ("retail_disc", "coupon_disc", "coupon_match_disc")
        )
        list_fen = to_fen(paid + discount)
        if not sku or row["quantity"] <= 0 or list_fen <= 0:
            continue
        yield Line(
            household=row["household_id"],
            store=row["store_id"],
            basket=row["basket_id"],
            sku=sku,
            quantity=row["quantity"],
            list_fen=list_fen,
            paid_fen=min(to_fen(paid), list_fen),
            at=row["transaction_timestamp"] + LOCAL,
        )


def paid_baskets(lines: Iterable[Line]) -> list[Line]:
    """Without the few baskets whose coupons covered everything: nothing was paid for them."""
    every = list(lines)
    paid: Counter[int] = Counter()
    for line in every:
        paid[line.basket] += line.paid_fen
    return [line for line in every if paid[line.basket] > 0]


def unsold_categories() -> set[str]:
    """Source categories of which nothing is sold here."""
    with (DATA / "categories.csv").open(encoding="utf-8", newline="") as file:
        return {row["source"] for row in csv.DictReader(file) if row["sold"] == "0"}


def cents(dollars: float) -> int:
    return round(dollars * 100)


def to_fen(amount_cents: int) -> int:
    """Whole 角 (10 fen), as shelf labels have it."""
    return (amount_cents * FEN_PER_CENT + 5) // 10 * 10


def fold_stores(lines: Sequence[Line]) -> dict[int, int]:
    """Source store → 0 … STORE_COUNT-1, most visited first.

    Agglomerative: the least visited cluster joins the one with which it shares most visits of the
    same households per visit of its own, unless that one would become too large. So households
    mostly keep one home store, and every store has customers.
    """
    visits = Counter((line.household, line.store) for line in distinct_baskets(lines))
    clusters: dict[int, Counter[int]] = defaultdict(Counter)
    members: dict[int, list[int]] = {}
    for (household, store), count in visits.items():
        clusters[store][household] += count
        members[store] = [store]
    limit = STORE_SIZE_LIMIT * sum(visits.values()) / STORE_COUNT
    while len(clusters) > STORE_COUNT:
        smallest = min(clusters, key=lambda store: (clusters[store].total(), store))
        moving = clusters.pop(smallest)
        target = max(clusters, key=lambda store: affinity(moving, clusters[store], limit))
        clusters[target].update(moving)
        members[target] += members.pop(smallest)
    ranked = sorted(clusters, key=lambda store: -clusters[store].total())
    return {store: rank for rank, target in enumerate(ranked) for store in members[target]}


def distinct_baskets(lines: Sequence[Line]) -> Iterable[Line]:
    return {line.basket: line for line in lines}.values()


def affinity(moving: Counter[int], target: Counter[int], limit: float) -> tuple[bool, float, int]:
    """Fits, then shared visits, then the smaller target."""
    shared = sum(min(count, target[household]) for household, count in moving.items())
    fits = moving.total() + target.total() <= limit
    return fits, shared, -target.total()


def write_households(households: Sequence[Mapping[str, Any]]) -> None:
    rows = sorted(households, key=itemgetter("household_id"))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    save("households", pa.table(columns))


def write_baskets(baskets: Sequence[tuple[Line, int]]) -> None:
    """One row per basket, in the order of time; the row number is the basket's number."""
    save(
        "baskets",
        pa.table(
            {
                "household": pa.array([line.household for line, _ in baskets], pa.int16()),
                "store": pa.array([store for _, store in baskets], pa.int8()),
                "at_s": pa.array(
                    [int((line.at - EPOCH).total_seconds()) for line, _ in baskets],
                    pa.int32(),
                ),
            }
        ),
    )


def write_lines(lines: Sequence[Line], numbers: Mapping[int, int]) -> None:
    """One row per basket and SKU: a basket has one line per product."""
    sums: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for line in lines:
        entry = sums[numbers[line.basket], line.sku]
        for index, value in enumerate((line.quantity, line.list_fen, line.paid_fen)):
            entry[index] += value
    keys = sorted(sums)
    columns = {
        "basket": pa.array([basket for basket, _ in keys], pa.int32()),
        "sku": pa.array([sku for _, sku in keys], pa.int16()),
        "quantity": pa.array([sums[key][0] for key in keys], pa.int16()),
        "list_fen": pa.array([sums[key][1] for key in keys], pa.int32()),
        "paid_fen": pa.array([sums[key][2] for key in keys], pa.int32()),
    }
    save("lines", pa.table(columns))


def write_campaigns(source: Path, households: set[int]) -> None:
    """Campaigns with the number of households targeted, and who redeemed which coupon when."""
    targeted = Counter(
        row["campaign_id"]
        for row in pq.read_table(source / "campaigns.parquet").to_pylist()
        if row["household_id"] in households
    )
    campaigns = [
        {
            "campaign": row["campaign_id"],
            "kind": row["campaign_type"][-1],
            "start_day": (row["start_date"] - EPOCH).days,
            "end_day": (row["end_date"] - EPOCH).days,
            "targeted": targeted[row["campaign_id"]],
        }
        for row in pq.read_table(source / "campaign_descriptions.parquet").to_pylist()
    ]
    redemptions = sorted(
        (
            row["redemption_date"],
            row["household_id"],
            row["campaign_id"],
            row["coupon_upc"],
        )
        for row in pq.read_table(source / "coupon_redemptions.parquet").to_pylist()
        if row["household_id"] in households
    )
    save("campaigns", pa.Table.from_pylist(campaigns))
    coupons = {upc: number for number, upc in enumerate(sorted({row[3] for row in redemptions}), 1)}
    columns = {
        "day": pa.array([(row[0] - EPOCH).days for row in redemptions], pa.int16()),
        "household": pa.array([row[1] for row in redemptions], pa.int16()),
        "campaign": pa.array([row[2] for row in redemptions], pa.int16()),
        "coupon": pa.array([coupons[row[3]] for row in redemptions], pa.int16()),
    }
    save("redemptions", pa.table(columns))


def save(name: str, table: pa.Table) -> None:
    path = DATA / f"{name}.parquet"
    pq.write_table(table, path, compression="zstd", compression_level=19, use_dictionary=True)
    print(f"{path.name}: {table.num_rows} rows, {path.stat().st_size} bytes")


def write_prices(lines: Sequence[Line]) -> None:
    """The typical list price of each SKU, rounded as retailers do.

    A type nobody here bought takes the typical price of its category, and is not on sale.
    """
    by_sku: dict[int, list[int]] = defaultdict(list)
    for line in lines:
        by_sku[line.sku].append(line.list_fen // line.quantity)
    path = DATA / "products.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    by_category: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        by_category[row["category"]] += by_sku.get(int(row["sku"][1:]), [])
    everything = [price for prices in by_sku.values() for price in prices]
    for row in rows:
        bought = by_sku.get(int(row["sku"][1:]))
        row["sold"] = "1" if bought else "0"
        prices = bought or by_category[row["category"]] or everything
        row["price_fen"] = str(shelf_price(int(statistics.median(prices))))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def shelf_price(fen: int) -> int:
    """¥x.90, below ¥5 also ¥x.50, from ¥100 in steps of ¥5; never under ¥0.90."""
    step = 50 if fen < 500 else 100 if fen < 10_000 else 500
    rounded = max(round(fen / step), 1) * step
    return rounded if step == 50 and rounded % 100 else max(rounded - 10, 90)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
