"""The frame of all benchmarks: `huitou bench NAME --json`.

A benchmark lives in `bench/name.py` (`-` in its name is `_` there) and has `run(asked) -> Report`.
What it needs lies under `HUITOU_BENCH_DIR`, with an embedded PostgreSQL of its own. Every figure
stands beside a baseline measured in the same run, because machines differ and are noisy.
"""

import importlib
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

BENCH_FOLDER = Path(__file__).parents[2] / "bench"


@dataclass(frozen=True, slots=True)
class Figure:
    """`ratio`: how many times better than the baseline (above 1 is better, for durations too)."""

    value: float
    unit: str
    baseline: float | None = None
    ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a bench is asked to measure, and how much; each takes what it knows.

    `customers` and `seed` name the base; None takes the bench's own size. `events` are sent,
    `kills` are processes killed meanwhile, `seconds` is how long to measure.
    """

    folder: Path
    say: Callable[[str], None]
    customers: int | None = None
    seed: int = 1
    seconds: float = 20.0
    events: int | None = None
    kills: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    figures: dict[str, Figure]
    scale: dict[str, int]


def folder() -> Path:
    """Where benchmarks keep their data."""
    return Path(os.environ.get("HUITOU_BENCH_DIR", "data/bench")).absolute()


def benches() -> list[str]:
    """The benchmarks there are."""
    return sorted(path.stem.replace("_", "-") for path in BENCH_FOLDER.glob("[a-z]*.py"))


def run_bench(name: str, asked: Asked) -> dict[str, Any]:
    """Run one; returns the object that is printed."""
    if name not in benches():
        raise SystemExit(f"there is no benchmark {name}; known: {', '.join(benches())}")
    report: Report = _module(name.replace("-", "_")).run(asked)
    return {
        "bench": name,
        "figures": {key: asdict(figure) for key, figure in report.figures.items()},
        "scale": report.scale,
        "machine": {
            "cores": os.cpu_count(),
            "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
            "system": platform.platform(),
            "python": platform.python_version(),
        },
    }


def make_base(asked: Asked) -> None:
    """The base that several benchmarks share, made once."""
    assert asked.customers is not None, "a base has a size"
    home = _module("base.home")
    home.prepare(asked.folder, customers=asked.customers, seed=asked.seed, say=asked.say)


def better(value: float, baseline: float, unit: str) -> Figure:
    """A figure of which more is better."""
    return Figure(round(value, 1), unit, round(baseline, 1), round(value / baseline, 4))


def shorter(value: float, baseline: float, unit: str) -> Figure:
    """A figure of which less is better."""
    return Figure(round(value, 3), unit, round(baseline, 3), round(baseline / value, 6))


def _module(name: str) -> Any:
    """A module of the folder `bench`, which is beside the package and not in it."""
    root = str(BENCH_FOLDER.parent)
    if root not in sys.path:
        sys.path.insert(0, root)
    return importlib.import_module(f"bench.{name}")
