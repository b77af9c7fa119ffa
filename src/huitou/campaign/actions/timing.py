"""Messages wait for the hour in which their customer looks at messages. Reads only."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.campaign.rules import timing as rules
from huitou.campaign.store import campaigns
from huitou.campaign.store import habits as store
from huitou.campaign.types.plans import Plan
from huitou.campaign.types.timing import Habit
from huitou.merchant import reads as merchants
from huitou.reach.reads import quiet

LOOKED_BACK = timedelta(days=180)
SAMPLE_MAX = 5_000
"""So many of those a campaign is about tell when everybody looks."""


def base_of(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[int]:
    """When those a campaign is about opened and bought, by hours of the week."""
    step = max(1, -(-len(customer_ids) // SAMPLE_MAX))
    sample = customer_ids[::step]
    counts = [0] * rules.WEEK
    for first in range(0, len(sample), 1_000):
        for habit in _habits(tx, sample[first : first + 1_000]):
            for hour in habit.hours:
                counts[hour] += 1
    return counts


def moments(
    tx: ReadTx, plan: Plan, campaign_id: UUID, asked: Sequence[tuple[UUID, str]]
) -> list[datetime | None]:
    """For each `(customer, channel)` the moment from which on their message goes; None: now."""
    base = campaigns.find_hours(tx, campaign_id) if plan.send_time == "habit" and asked else None
    begins_at = plan.begins_at(tx.now)
    if base is None:
        return [begins_at if begins_at > tx.now else None] * len(asked)
    habits = {habit.customer_id: habit for habit in _habits(tx, [one for one, _ in asked])}
    everything = rules.slots(begins_at, plan.window_hours)
    open_of: dict[tuple[str, str], list[datetime]] = {}
    found: list[datetime | None] = []
    for customer_id, channel in asked:
        habit = habits[customer_id]
        place = channel, habit.zone
        if place not in open_of:
            open_of[place] = quiet.not_quiet(tx, channel, habit.zone, everything)
        fitting = open_of[place]
        at = rules.choose(habit, base, fitting, plan.salt) if fitting else begins_at
        found.append(at if at > tx.now else None)
    return found


def _habits(tx: ReadTx, customer_ids: Sequence[UUID]) -> list[Habit]:
    zone = merchants.get_merchant(tx).zone
    return store.list_habits(tx, customer_ids, zone=zone, since=tx.now - LOOKED_BACK)
