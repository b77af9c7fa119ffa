"""What a customer costs, from a hundredth of the size asked for to all of it.

At each size the other benches run on a base of that size, their figures named `<bench>_<figure>_<size>`
with baselines of their own; `resident_mb_<size>` is the most that all processes took together
meanwhile (this one, API, workers and PostgreSQL, shared memory counted once), and
`bytes_per_customer_year_<size>` what the base took on the disk when it was made, its columnar copy
too. `identity-merge` takes the size as its number of identifiers.
"""

import os
from collections.abc import Callable
from dataclasses import replace

from bench import identity_merge, intake, segment_count, segment_live
from bench.base import home
from bench.base.draw import YEARS_DAYS
from bench.base.files import size_of
from bench.base.memory import Peak
from huitou.benchmark import Asked, Figure, Report

CUSTOMERS, EVENTS = 1_000_000, 50_000
_SHARES = (100, 10, 1)
_SMALLEST = 300
_BENCHES: dict[str, Callable[[Asked], Report]] = {
    "segment_count": segment_count.run,
    "intake": intake.run,
    "segment_live": segment_live.run,
    "identity_merge": identity_merge.run,
}


def run(asked: Asked) -> Report:
    """Figures as above."""
    largest = asked.customers or CUSTOMERS
    figures: dict[str, Figure] = {}
    sizes = dict.fromkeys(max(_SMALLEST, largest // share) for share in _SHARES)
    for customers in sizes:
        asked.say(f"== {customers:,} customers")
        figures |= _at(replace(asked, customers=customers))
    return Report(figures, {"customers": largest, "sizes": len(sizes), "seed": asked.seed})


def _at(asked: Asked) -> dict[str, Figure]:
    customers = asked.customers
    assert customers is not None
    base = home.prepare(asked.folder, customers=customers, seed=asked.seed, say=asked.say)
    figures: dict[str, Figure] = {}
    sized = replace(asked, kills=0, events=asked.events or EVENTS)
    with Peak([os.getpid()]) as peak:
        for name, bench in _BENCHES.items():
            asked.say(f"-- {name}")
            found = bench(sized).figures
            asked.say(", ".join(f"{key} {each.value}" for key, each in found.items()))
            figures |= {f"{name}_{key}_{customers}": each for key, each in found.items()}
    copied = size_of(base.folder / "warehouse")
    yearly = (base.bytes + copied) / customers / YEARS_DAYS * 365
    figures[f"bytes_per_customer_year_{customers}"] = Figure(round(yearly), "bytes")
    figures[f"resident_mb_{customers}"] = Figure(round(peak.mb), "MB")
    return figures
