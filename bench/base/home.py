"""Where bases lie: `base-<customers>-<seed>` under `HUITOU_BENCH_DIR`, made once, then used again."""

import json
import resource
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from bench.base import draw, histories, load
from bench.base.files import remove, size_of
from huitou.base.migrate import all_migrations

FORMAT = 3
"""Raised when the base is drawn or written differently."""


@dataclass(frozen=True)
class Base:
    """A base on the disk. `rows` counts by table, `skew` tells of its tails; `seconds` and
    `cpu_seconds` (the database's too) is what making it took."""

    folder: Path
    customers: int
    seed: int
    merchant: UUID
    key: str
    made_at: datetime
    rows: dict[str, int]
    skew: dict[str, float]
    seconds: float
    cpu_seconds: float
    bytes: int

    def scale(self) -> dict[str, int]:
        """The sizes for a report."""
        return {
            "customers": self.customers,
            "identifiers": self.rows["event.identifier"],
            "rows": sum(self.rows.values()),
            "seed": self.seed,
        }


def prepare(
    folder: Path,
    *,
    customers: int,
    seed: int,
    say: Callable[[str], None],
    at: datetime | None = None,
) -> Base:
    """The base of that size and seed; made when missing, or when a migration it has was changed.

    `at` is the moment up to which there is history. If not given it is the last 19:30 (UTC): half past
    three in Shanghai, when the order room scores many customers.
    """
    home = folder / f"base-{customers}-{seed}"
    found = _read(home)
    if found is not None:
        return found
    remove(home)
    home.mkdir(parents=True)
    started, used = time.monotonic(), _cpu()
    say(f"making the base: {customers:,} customers, seed {seed}")
    moment = at or _last_night(datetime.now(UTC))
    pool = histories.pool()
    world = draw.draw(customers, seed, moment, pool, histories.catalogue())
    say(f"  drawn from {', '.join(pool.sources)}: {time.monotonic() - started:.0f} s")
    merchant, key, rows = load.load(home, world, say)
    base = Base(
        *(home, customers, seed, merchant, key, moment, rows, skew(world)),
        *(round(time.monotonic() - started, 1), round(_cpu() - used, 1), size_of(home)),
    )
    _write(base)
    say(
        f"  made in {base.seconds:.0f} s ({base.cpu_seconds:.0f} of CPU), {base.bytes / 1e9:.2f} GB"
    )
    say("  " + ", ".join(f"{name} {value}" for name, value in base.skew.items()))
    return base


def skew(world: draw.World) -> dict[str, float]:
    """How unequal it is: what the best hundredth buys, and the most of one customer and SKU."""
    orders = np.bincount(world.orders.customer, minlength=world.customers)
    fen = np.bincount(world.orders.customer, world.orders.fen, minlength=world.customers)
    skus = np.bincount(world.lines.sku)
    best = max(1, world.customers // 100)
    return {
        "buyers_share": round(float((orders > 0).mean()), 4),
        "orders_share_of_top_1_percent": round(
            float(np.sort(orders)[-best:].sum() / orders.sum()), 4
        ),
        "fen_share_of_top_1_percent": round(float(np.sort(fen)[-best:].sum() / fen.sum()), 4),
        "orders_max_of_a_customer": int(orders.max()),
        "lines_max_of_a_sku": int(skus.max()),
        "lines_share_of_top_sku": round(float(skus.max() / skus.sum()), 4),
    }


def _last_night(now: datetime) -> datetime:
    night = now.replace(hour=19, minute=30, second=0, microsecond=0)
    return night if night <= now else night - timedelta(days=1)


def _cpu() -> float:
    """Seconds of CPU of this process and those that ended under it."""
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, kinds))


def _read(home: Path) -> Base | None:
    path = home / "base.json"
    if not path.exists():
        return None
    kept: dict[str, Any] = json.loads(path.read_text())
    if kept.pop("format") != FORMAT or not kept.pop("schema").items() <= _schema().items():
        return None
    kept |= {"folder": home, "merchant": UUID(kept["merchant"])}
    return Base(**kept | {"made_at": datetime.fromisoformat(kept["made_at"])})


def _write(base: Base) -> None:
    kept = asdict(base) | {"format": FORMAT, "schema": _schema(), "merchant": str(base.merchant)}
    kept |= {"made_at": base.made_at.isoformat()}
    del kept["folder"]
    (base.folder / "base.json").write_text(json.dumps(kept, indent=1))


def _schema() -> dict[str, str]:
    """The migrations, by number and text; a base lives through those that are added."""
    return {str(each.number): each.checksum for each in all_migrations()}
