"""Messages that compete: what assigning them over the whole wave brings, beside taking them one after the other.

Three competitions (`bench/base/waves.py`), the same for the same seed: `crowded`, `mixed`, and `orderly`, in which first come, first
served is nearly right. Peers look at messages one after the other and let each go by the channel that brings most of those
that still fit every limit: `first_come` in order of arrival, as common engines do; `priority` the higher priorities first,
then in order of arrival; `dearest` the higher priorities first, then what brings most. They are as well informed
as we are and just as exact about limits.

`gain_vs_*` is how much more is expected to be brought in (less costs and the price of fatigue) at equal sends: arbitration is run
with a limit of as many messages as the peer sent. Figures without a world's name are those of `crowded`. `gap_*` is how far
all that goes without that limit may at most be from the best (the bound of the prices). `violations` counts, over all runs, whatever checks
that were written apart find: limits exceeded, something left over that still fits, wrong reasons or fates.
`seconds` is one arbitration of the crowded competition, beside first come; `cpu_seconds` is the processor's part of it.
"""

from dataclasses import dataclass
from time import perf_counter, process_time

import numpy as np

from bench.base.wave_checks import faults
from bench.base.waves import WORLDS, competition, with_sends
from huitou.benchmark import Asked, Figure, Report, shorter
from huitou.reach.rules.admitting import admit
from huitou.reach.rules.arbitrating import arbitrate
from huitou.reach.rules.limits import inherent
from huitou.reach.types.arbitration import Mask, Outcome, Wave

CUSTOMERS = 200_000
PEERS = ("first_come", "priority", "dearest")


@dataclass(slots=True)
class World:
    """A competition, and what became of it."""

    wave: Wave
    outcome: Outcome
    seconds: float
    cpu_seconds: float
    first_come_seconds: float
    gains: dict[str, Figure]
    violations: int


def run(asked: Asked) -> Report:
    """Of `asked.customers` in each competition."""
    customers = asked.customers or CUSTOMERS
    worlds: dict[str, World] = {}
    for name in WORLDS:
        asked.say(f"{name}: {customers:,} customers")
        worlds[name] = _compete(competition(name, customers, asked.seed))
    crowded = worlds["crowded"]
    figures = {f"gain_vs_{peer}": crowded.gains[peer] for peer in PEERS}
    for name, world in worlds.items():
        if world is not crowded:
            figures |= {f"gain_vs_{peer}_{name}": world.gains[peer] for peer in PEERS}
    for name, world in worlds.items():
        outcome = world.outcome
        figures[f"gap_{name}"] = Figure(1 - outcome.worth_fen / outcome.bound_fen, "share of bound")
    figures["violations"] = Figure(sum(world.violations for world in worlds.values()), "faults")
    figures["seconds"] = shorter(crowded.seconds, crowded.first_come_seconds, "s")
    figures["cpu_seconds"] = Figure(round(crowded.cpu_seconds, 3), "s")
    scale = {"customers": customers, "seed": asked.seed}
    for name, world in worlds.items():
        scale[f"messages_{name}"] = len(world.wave.messages.key)
        scale[f"options_{name}"] = len(world.wave.options.message)
        scale[f"sends_{name}"] = int((world.outcome.option >= 0).sum())
    return Report(figures, scale)


def _compete(wave: Wave) -> World:
    began, used = perf_counter(), process_time()
    outcome = arbitrate(wave)
    took, worked = perf_counter() - began, process_time() - used
    world = World(wave, outcome, took, worked, 0.0, {}, faults(wave, outcome).total())
    for peer in PEERS:
        began = perf_counter()
        taken = _one_by_one(wave, peer)
        if peer == "first_come":
            world.first_come_seconds = perf_counter() - began
        theirs = float(wave.worth_fen[taken].sum())
        equal = with_sends(wave, int(taken.sum()))
        ours = arbitrate(equal)
        world.violations += faults(equal, ours).total()
        gain = ours.worth_fen / theirs - 1
        world.gains[peer] = Figure(gain, "share of theirs", theirs, ours.worth_fen / theirs)
    return world


def _one_by_one(wave: Wave, peer: str) -> Mask:
    """Which options go when messages are looked at in the peer's order, each by its best channel that fits."""
    worth, of = wave.worth_fen, wave.options.message
    arrived, priority = wave.messages.key[of], wave.messages.priority[of]
    order = np.lexsort(
        {
            "first_come": (-worth, arrived),
            "priority": (-worth, arrived, -priority),
            "dearest": (arrived, -worth, -priority),
        }[peer]
    )
    limits = [*inherent(wave), *wave.limits]
    return admit(order[worth[order] > 0.0], limits, [limit.room for limit in limits])
