"""The frame of all benchmarks: `huitou bench NAME --json`.

A benchmark lives in `bench/NAME.py` and has `run(bed, seconds, say) -> Report`. The bed is an
installation of its own under `HUITOU_BENCH_DIR`. Every figure stands beside a baseline measured in
the same run, because machines differ and are noisy.
"""

import importlib.util
import os
import platform
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
class Report:
    figures: dict[str, Figure]
    scale: dict[str, int]


def folder() -> Path:
    """Where benchmarks keep their data."""
    return Path(os.environ.get("HUITOU_BENCH_DIR", "data/bench")).absolute()


def benches() -> list[str]:
    """The benchmarks there are."""
    return sorted(path.stem for path in BENCH_FOLDER.glob("[a-z]*.py"))


def run_bench(name: str, *, seconds: float, say: Callable[[str], None]) -> dict[str, Any]:
    """Run one; returns the object that is printed."""
    report: Report = _load(name).run(folder(), seconds, say)
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


def make_base(*, customers: int, seed: int, say: Callable[[str], None]) -> None:
    """Data that several benchmarks share, made once."""
    _load("thread").make_base(folder(), customers=customers, seed=seed, say=say)


def _load(name: str) -> Any:
    path = BENCH_FOLDER / f"{name}.py"
    if name not in benches():
        raise SystemExit(f"there is no benchmark {name}; known: {', '.join(benches())}")
    spec = importlib.util.spec_from_file_location(f"bench_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
