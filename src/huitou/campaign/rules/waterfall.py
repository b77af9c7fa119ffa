"""From everyone a campaign is about to everyone it reaches: who is lost where. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from huitou.campaign.types.candidates import Verdict
from huitou.campaign.types.showing import BarKind

Tally = Counter[tuple[BarKind, str]]
"""Kind of bar and its code (of those reached, the channel) → customers. Sums of tallies are tallies."""

ORDER = (
    "forgotten",
    "under_14",
    "no_profiling",
    "other_campaign",
    "no_associate",
    "owner_away",
    "capacity",
    "opted_out",
    "no_consent",
    "too_late",
    "suppressed",
    "repeated_content",
    "quiet_hours",
    "cap",
    "channel_cap",
    "channel_off",
    "no_sender",
    "no_address",
    "not_friend",
    "put_off",
    "outranked_by",
    "no_gain",
    "budget",
)
"""As the questions are asked: our own, then the gate's. Codes that are not here come after them."""


def tally(verdicts: Iterable[Verdict], channels: Sequence[str]) -> Tally:
    """Each customer under one bar; who is reached, under the channel of the first step that reaches them.
    `channels`: of the campaign's steps."""
    counted: Tally = Counter()
    for verdict in verdicts:
        if verdict.arm == "treated":
            ways = zip(channels, verdict.codes, strict=True)
            counted["reached", next(channel for channel, code in ways if code is None)] += 1
        elif verdict.arm == "holdout":
            counted["held_out", "holdout"] += 1
        else:
            counted["lost", verdict.reason or verdict.arm] += 1
    return counted


def bars(counted: Tally) -> list[tuple[BarKind, str, int]]:
    """All candidates; those lost, as the questions are asked; those held out; those reached by channel,
    the most first. The candidates are exactly the sum of the others."""
    place = {code: number for number, code in enumerate(ORDER)}
    lost = sorted(
        (place.get(code, len(ORDER)), code, count)
        for (kind, code), count in counted.items()
        if kind == "lost"
    )
    reached = sorted((-n, code) for (kind, code), n in counted.items() if kind == "reached")
    return [
        ("candidates", "candidates", counted.total()),
        *(("lost", code, count) for _, code, count in lost),
        ("held_out", "holdout", counted["held_out", "holdout"]),
        *(("reached", code, -count) for count, code in reached),
    ]


def written(counted: Tally) -> list[list[Any]]:
    """A tally as JSON: `[kind, code, customers]`."""
    return sorted([kind, code, count] for (kind, code), count in counted.items())


def read(kept: Iterable[list[Any]]) -> Tally:
    """A tally as `written`."""
    return Counter({(kind, code): count for kind, code, count in kept})
