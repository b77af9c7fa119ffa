"""Where bases lie: `base-<customers>-<seed>` under `HUITOU_BENCH_DIR`, made once, then used again."""

import hashlib
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np

from bench.base import draw, histories, load
from huitou.base.migrate import all_migrations

FORMAT = 1
"""Raised when the base is drawn or written differently."""


@dataclass(frozen=True)
class Base:
    """A base on the disk. `rows` counts by table, `skew` tells of its tails."""

    folder: Path
    customers: int
    seed: int
    merchant: UUID
    key: str
    made_at: datetime
    rows: dict[str, int]
    skew: dict[str, float]
    seconds: float
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
    """The base of that size and seed; made when missing or of another schema.

    `at` is the moment up to which there is history: the last midnight (UTC) if not given.
    """
    home = folder / f"base-{customers}-{seed}"
    found = _read(home)
    if found is not None:
        return found
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    started = time.monotonic()
    say(f"making the base: {customers:,} customers, seed {seed}")
    moment = at or datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    pool = histories.pool()
    world = draw.draw(customers, seed, moment, pool, histories.catalogue())
    say(f"  drawn from {', '.join(pool.sources)}: {time.monotonic() - started:.0f} s")
    merchant, key, rows = load.load(home, world, say)
    base = Base(
        *(home, customers, seed, merchant, key, moment, rows, skew(world)),
        *(round(time.monotonic() - started, 1), size_of(home)),
    )
    _write(base)
    say(f"  made in {base.seconds:.0f} s, {base.bytes / 1e9:.2f} GB; {_told(base)}")
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


def size_of(folder: Path) -> int:
    """Bytes on the disk."""
    return sum(path.lstat().st_blocks * 512 for path in folder.rglob("*") if not path.is_symlink())


def _told(base: Base) -> str:
    return ", ".join(f"{name} {value}" for name, value in base.skew.items())


def _schema() -> str:
    sums = [migration.checksum for migration in all_migrations()]
    return hashlib.sha256("".join([str(FORMAT), *sums]).encode()).hexdigest()[:16]


def _read(home: Path) -> Base | None:
    path = home / "base.json"
    if not path.exists():
        return None
    kept: dict[str, Any] = json.loads(path.read_text())
    if kept.pop("schema") != _schema():
        return None
    kept |= {"folder": home, "merchant": UUID(kept["merchant"])}
    return Base(**kept | {"made_at": datetime.fromisoformat(kept["made_at"])})


def _write(base: Base) -> None:
    kept = asdict(base) | {"schema": _schema(), "merchant": str(base.merchant)}
    kept |= {"made_at": base.made_at.isoformat()}
    del kept["folder"]
    (base.folder / "base.json").write_text(json.dumps(kept, indent=1))
