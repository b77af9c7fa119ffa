"""What another contact policy would have done to messages that went. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from huitou.kernel.time import day_of
from huitou.reach.rules import caps
from huitou.reach.rules.checking import cap_line, quiet_line
from huitou.reach.types.categories import Names
from huitou.reach.types.policies import ContactPolicy, DayReplayed, Past, Replayed, Stopped


def replay(
    histories: Iterable[tuple[str, Sequence[Past]]],
    policy: ContactPolicy,
    since: datetime,
    zone: str,
    names: Names,
) -> Replayed:
    """Goes through each customer's messages in the order they came, by the clock of the customer's own zone, given with
    them; days are told in `zone`, categories by their `names`. Those before `since` count and are not judged;
    what would have been left out counts for nothing after it. Repetition is not looked at.

    O(messages x caps x messages of the same customer).
    """
    days: dict[str, list[int]] = {}
    stopped: dict[str, Stopped] = {}
    customers = 0
    for own_zone, history in histories:
        kept: list[Past] = []
        customers += 1
        for message in history:
            if message.at < since:
                kept.append(message)
                continue
            at, why = _fate(message, kept, policy, own_zone, names)
            day = days.setdefault(day_of(message.at, zone).isoformat(), [0, 0, 0])
            if at is None:
                day[2] += 1
                zh, en = why
                stopped[zh] = Stopped(zh, en, stopped[zh].count + 1 if zh in stopped else 1)
            else:
                day[0 if at == message.at else 1] += 1
                kept.append(replace(message, at=at))
    ordered = [DayReplayed(day, *counts) for day, counts in sorted(days.items())]
    most = sorted(stopped.values(), key=lambda each: (-each.count, each.zh))
    return Replayed(customers, ordered, most)


def _fate(
    message: Past, kept: Sequence[Past], policy: ContactPolicy, zone: str, names: Names
) -> tuple[datetime | None, tuple[str, str]]:
    """When it would have gone, or None and why."""
    at, held = caps.opens_at(policy.quiet, message.channel, message.at, zone)
    dropping = [one for one in held if one.action == "drop"]
    if dropping:
        said = quiet_line(dropping[0])
        return None, (said.zh, said.en)
    found = caps.first_exceeded(policy.caps, replace(message, at=at), kept, zone)
    if found is not None:
        said = cap_line(found, names)
        return None, (said.zh, said.en)
    return at, ("", "")
