"""Counting rules over the whole base: twelve rules as operators write them.

`first_p95_ms`: a rule nobody asked before, of figures nobody asked for; baseline the plain query over
raw purchase lines, one for the whole rule, by DuckDB over the same files. `edit_p95_ms`: one number
of it changed, the other leaves kept; the same baseline. `state_p95_ms`: leaves on running totals that
nobody asked before, the totals read before, as they are in a process that has answered anything
about them; two baselines, the plain query over raw rows (`ratio`), and a good engineer's query over
the same totals (`state_sql_p95_ms`). `windowed_p95_ms`: the first of the rules with windows;
baseline theirs over raw lines. `algebra_p95_ms`: what is done with the sets of twenty kept segments, to count a combination of
them, how many of it can be reached, and its first members; baseline the count alone with numpy's packed bits.
"""

import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np

from bench.base import home
from huitou import wiring
from huitou.base.crypto import MasterKey
from huitou.base.db import Database, ReadTx
from huitou.base.migrate import migrate
from huitou.base.pg import EmbeddedPostgres
from huitou.base.warehouse import writer
from huitou.base.warehouse.engine import Engine
from huitou.base.warehouse.files import list_extents
from huitou.base.warehouse.reader import Warehouse
from huitou.base.warehouse.sets import bitmap
from huitou.benchmark import Asked, Figure, Report, shorter
from huitou.segment import reads, warehouse
from huitou.segment.rules.algebra import Algebra, Known
from huitou.segment.types.rule import (
    SAMPLE_COUNT,
    All,
    AnyOf,
    At,
    InSegment,
    Node,
    Not,
    Trait,
)

CUSTOMERS = 1_000_000
ROUNDS = 5
SEGMENTS = 20

Rule = dict[str, Any]
Edit = Callable[[int], Rule]


def _purchase(days: int | None, op: str, value: int, agg: str = "count", **where: Any) -> Rule:
    leaf: Rule = {"kind": "purchase", "agg": agg, "op": op, "value": value, "where": where}
    return leaf | ({"window": {"last_days": days}} if days else {})


def _trait(name: str, op: str, value: Any) -> Rule:
    return {"kind": "trait", "name": name, "op": op, "value": value}


def _rules(categories: list[str]) -> dict[str, tuple[Edit, str]]:
    """Name → (the rule with its n-th number, the plain query over raw lines)."""
    one, two, three = categories[:3]
    raw = 'SELECT count(*) FROM (SELECT customer_id FROM "order".line {} GROUP BY 1 HAVING {})'
    recent = "WHERE paid_at > {now} - INTERVAL {} DAY"
    return {
        "loyal": (
            lambda n: {"all": [_trait("order_count", ">=", 5 + n)]},
            raw.format("", "count(DISTINCT order_id) >= 5"),
        ),
        "big spenders": (
            lambda n: {"all": [_trait("paid_fen", ">=", 100_000 + n)]},
            raw.format("", "sum(paid_fen - refunded_fen) >= 100000"),
        ),
        "dormant": (
            lambda n: {"all": [_trait("last_paid_days", ">=", 180 + n)]},
            raw.format("", "max(paid_at) <= {now} - INTERVAL 180 DAY"),
        ),
        "average order": (
            lambda n: {"all": [_trait("avg_order_fen", ">=", 5_000 + n)]},
            raw.format("", "sum(paid_fen) / count(DISTINCT order_id) >= 5000"),
        ),
        "bought lately": (
            lambda n: {"all": [_purchase(30 + n, ">=", 1)]},
            raw.format(recent.replace("{}", "30"), "count(*) >= 1"),
        ),
        "twice in a quarter": (
            lambda n: {"all": [_purchase(90 + n, ">=", 2)]},
            raw.format(recent.replace("{}", "90"), "count(DISTINCT order_id) >= 2"),
        ),
        "category in half a year": (
            lambda n: {"all": [_purchase(180, ">=", 2 + n, category=[one])]},
            raw.format(
                recent.replace("{}", "180") + f" AND category_code = '{one}'",
                "count(DISTINCT order_id) >= 2",
            ),
        ),
        "one category, not another": (
            lambda n: {
                "all": [
                    _purchase(180, ">=", 1, category=[one]),
                    {"not": _purchase(365 - n, ">=", 1, category=[two])},
                ]
            },
            raw.format(
                recent.replace("{}", "365"),
                f"count(*) FILTER (WHERE category_code = '{one}'"
                " AND paid_at > {now} - INTERVAL 180 DAY) >= 1"
                f" AND count(*) FILTER (WHERE category_code = '{two}') = 0",
            ),
        ),
        "spent in a year": (
            lambda n: {"all": [_purchase(365, ">=", 50_000 + n, agg="sum_fen")]},
            raw.format(recent.replace("{}", "365"), "sum(paid_fen - refunded_fen) >= 50000"),
        ),
        "reachable and loyal": (
            lambda n: {
                "all": [
                    _trait("order_count", ">=", 3 + n),
                    {"kind": "consent", "channel": "sms"},
                    {"not": _trait("last_paid_days", ">=", 365)},
                ]
            },
            raw.format(
                "", "count(DISTINCT order_id) >= 3 AND max(paid_at) > {now} - INTERVAL 1 YEAR"
            ),
        ),
        "women of a category": (
            lambda n: {
                "all": [
                    _trait("gender", "=", "female"),
                    _purchase(None, ">=", 1 + n, category=[three]),
                ]
            },
            raw.format(f"WHERE category_code = '{three}'", "count(DISTINCT order_id) >= 1"),
        ),
        "either": (
            lambda n: {
                "any": [
                    _trait("r", ">=", 5),
                    _purchase(60 + n, ">=", 3),
                    _purchase(90, ">=", 20_000, agg="sum_fen"),
                ]
            },
            raw.format(
                recent.replace("{}", "90"),
                "count(DISTINCT order_id) FILTER (WHERE paid_at > {now} - INTERVAL 60 DAY) >= 3"
                " OR sum(paid_fen - refunded_fen) >= 20000",
            ),
        ),
    }


STATE = ("loyal", "big spenders", "dormant", "average order")
_TOTALS_SQL = {
    "loyal": 'SELECT count(*) FROM "order".total WHERE order_count >= {}',
    "big spenders": 'SELECT count(*) FROM "order".total WHERE paid_fen >= 100000 + {}',
    "dormant": 'SELECT count(*) FROM "order".total'
    " WHERE last_paid_at <= {now} - INTERVAL (180 + {}) DAY",
    "average order": 'SELECT count(*) FROM "order".total WHERE paid_fen // order_count >= 5000 + {}',
}


def run(asked: Asked) -> Report:
    """Measure on a base of `customers`; the copy is made from it first."""
    wiring.wire()
    base = home.prepare(
        asked.folder, customers=asked.customers or CUSTOMERS, seed=asked.seed, say=asked.say
    )
    with EmbeddedPostgres(base.folder / "pg") as server:
        migrate(server.dsn)
        copies = Warehouse(base.folder / "warehouse")
        master = MasterKey.load(base.folder / "keys" / "master.key")
        database = Database(server.dsn, master, clock=lambda: base.made_at, warehouse=copies)
        try:
            folder = copies.folder(base.merchant)
            started = time.monotonic()
            with database.write(base.merchant) as tx:
                rows = writer.rebuild(tx, folder)
            asked.say(f"  copied {rows:,} rows in {time.monotonic() - started:.0f} s")
            with database.read(base.merchant) as tx:
                size = sum(extent.bytes for extent in list_extents(tx))
            figures = _measure(database, base, copies.copy(base.merchant), asked)
        finally:
            copies.close()
            database.close()
    figures["copy_bytes_per_row"] = Figure(round(size / rows, 1), "bytes")
    return Report(figures=figures, scale=base.scale() | {"copied_rows": rows})


def _measure(database: Database, base: home.Base, copy: Engine, asked: Asked) -> dict[str, Figure]:
    now = f"TIMESTAMPTZ '{base.made_at.isoformat()}'"
    times: dict[str, list[float]] = {
        name: []
        for name in (
            "first",
            "edit",
            "state",
            "windowed",
            "raw",
            "state_raw",
            "windowed_raw",
            "sql",
        )
    }
    with database.read(base.merchant) as tx:
        warehouse.count(tx, *reads.read_rule(tx, {"v": 1, "all": []}))
        categories = [row[0] for row in copy.rows(_COMMON)]
        rules = _rules(categories)
        for name, (make, plain) in rules.items():
            raw = _timed(partial(copy.rows, plain.replace("{now}", now)))
            times["raw"].append(raw)
            for round_ in range(ROUNDS):
                rule = {"v": 1, **make(round_)}
                is_first = round_ == 0
                if is_first or name in STATE:
                    _forget_leaves(copy, figures=is_first)
                took = _timed(partial(_count, tx, rule))
                times["first" if is_first else "edit"].append(took)
                if is_first and "purchase" in str(rule):
                    times["windowed"].append(took)
                    times["windowed_raw"].append(raw)
                if name in STATE and not is_first:
                    times["state"].append(took)
                    times["state_raw"].append(raw)
                    text = _TOTALS_SQL[name].replace("{now}", now).replace("{}", str(round_))
                    times["sql"].append(_timed(partial(copy.rows, text)))
            asked.say(f"  {name}: first {times['first'][-1]:.0f} ms, raw {raw:.0f} ms")
        algebra, packed = _algebra(base.customers, asked.seed)
    return {
        "first_p95_ms": shorter(_p95(times["first"]), _p95(times["raw"]), "ms"),
        "edit_p95_ms": shorter(_p95(times["edit"]), _p95(times["raw"]), "ms"),
        "state_p95_ms": shorter(_p95(times["state"]), _p95(times["state_raw"]), "ms"),
        "state_sql_p95_ms": shorter(_p95(times["state"]), _p95(times["sql"]), "ms"),
        "windowed_p95_ms": shorter(_p95(times["windowed"]), _p95(times["windowed_raw"]), "ms"),
        "algebra_p95_ms": shorter(algebra, packed, "ms"),
    }


def _count(tx: ReadTx, rule: Rule) -> Any:
    return warehouse.count(tx, *reads.read_rule(tx, rule))


_COMMON = 'SELECT category_code FROM "order".line GROUP BY 1 ORDER BY count(*) DESC LIMIT 3'


def _algebra(customers: int, seed: int) -> tuple[float, float]:
    """Twenty segments of 0.1 to 60 per cent: the union of seven and what three have in common, without ten. What
    `warehouse.count` does with known sets, beside the same count of packed bits."""
    random = np.random.default_rng(seed)
    masks = [random.random(customers) < share for share in np.geomspace(0.001, 0.6, SEGMENTS)]
    bits = [np.packbits(mask) for mask in masks]
    met = [Known(bitmap(np.flatnonzero(mask))) for mask in masks]
    friends, reachable = (
        Known(bitmap(np.flatnonzero(random.random(customers) < 0.23))) for _ in range(2)
    )
    leaves = [Trait(name="number", op="=", value=number) for number in range(SEGMENTS)]
    rules: dict[UUID, Node] = {
        UUID(int=number): All((At("all[0]", leaf),)) for number, leaf in enumerate(leaves)
    }
    segments = [At("", InSegment(id=each)) for each in rules]
    tree = All(
        (
            AnyOf((*segments[:7], All(tuple(segments[17:])))),
            Not(AnyOf(tuple(segments[7:17]))),
        )
    )
    known = dict(zip(map(id, leaves), met, strict=True))
    people = bitmap(np.arange(customers))
    algebra = Algebra(people, lambda leaf: known[id(leaf)], rules)

    def combine_sets() -> int:
        found = algebra.found(tree)
        found.count_of(friends), found.count_of(reachable), found.first(SAMPLE_COUNT)
        return found.count()

    def combine_bits() -> int:
        left = np.bitwise_or.reduce(bits[:7]) | np.bitwise_and.reduce(bits[17:])
        return int(np.bitwise_count(left & ~np.bitwise_or.reduce(bits[7:17])).sum())

    assert combine_sets() == combine_bits()
    return (
        _p95([_timed(combine_sets) for _ in range(20)]),
        _p95([_timed(combine_bits) for _ in range(20)]),
    )


def _forget_leaves(copy: Engine, *, figures: bool) -> None:
    """Nobody asked before; who is in the scope stays known, as in a running process."""
    kept = copy.kept["segment"]
    for key in list(kept):
        if not key.startswith(b'["people"') and b'"consent"' not in key:
            del kept[key]
    if figures:
        copy.kept["figures"].clear()


def _timed(action: Callable[[], Any]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1_000


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
