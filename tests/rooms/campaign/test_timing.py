"""Messages wait for their customer's own hour: the rule held to its promises, in a world, and on real rows."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from huitou.campaign.actions import timing as actions
from huitou.campaign.rules import timing
from huitou.campaign.types.timing import Habit
from huitou.reach.actions import messages as reach
from huitou.reach.types.policies import ContactPolicy, QuietHours
from tests.conftest import Clock, Read
from tests.rooms.campaign.test_campaign_http import body
from tests.rooms.opportunity.shopping import bought, stock
from tests.rooms.reach.conftest import Send, Town

ZONE = "Asia/Shanghai"
NOW = datetime(2026, 11, 23, 2, 20, tzinfo=UTC)
"""A Monday, 10:20 in Shanghai."""
hours = st.lists(st.integers(0, timing.WEEK - 1), max_size=30)
counts = st.lists(st.integers(0, 50), min_size=timing.WEEK, max_size=timing.WEEK)
FLAT = [1] * timing.WEEK


@given(hours, counts)
def test_looks_are_a_distribution_and_a_fact_speaks_for_its_hour(
    own: list[int], base: list[int]
) -> None:
    before = timing.looks(timing.counted(own), base)
    assert abs(sum(before) - 1) < 1e-9
    assert min(before) > 0
    for hour in own[:3]:
        after = timing.looks(timing.counted([*own, hour]), base)
        assert after[hour] >= before[hour] or before[hour] > 0.5


@given(st.integers(1, 200), st.integers(0, 59), st.uuids(), hours, counts)
def test_the_moment_is_one_of_those_within_the_window(
    window: int, minute: int, customer: UUID, own: list[int], base: list[int]
) -> None:
    now = NOW.replace(minute=minute)
    moments = timing.slots(now, window)
    assert moments[0] == now
    assert moments == sorted(set(moments))
    assert all(each - now < timedelta(hours=min(window, 72)) for each in moments)
    assert all(each.minute == 0 for each in moments[1:])
    habit = Habit(customer, ZONE, tuple(own))
    at = timing.choose(habit, base, moments, "salt")
    assert at in moments
    assert timing.choose(habit, base, moments, "salt") == at
    allowed = moments[::2]
    assert timing.choose(habit, base, allowed, "salt") in allowed


def unexplored(random: Random) -> UUID:
    """A customer who is not written to at just any hour: told by a moment that only chance would choose."""
    while True:
        customer = UUID(int=random.getrandbits(128))
        moments = timing.slots(NOW, 48)
        if timing.choose(Habit(customer, ZONE, ()), FLAT, moments, "salt") == NOW:
            return customer


def test_without_any_facts_it_goes_at_once() -> None:
    moments = timing.slots(NOW, 48)
    chosen = [
        timing.choose(Habit(UUID(int=n), ZONE, ()), FLAT, moments, "salt") for n in range(10_000)
    ]
    explored = sum(at != NOW for at in chosen)
    assert 380 < explored < 600, "five in a hundred try any hour"
    assert len(set(chosen)) == len(moments)


@pytest.mark.parametrize("hour", range(0, 24, 3))
@pytest.mark.parametrize("zone", [ZONE, "America/New_York"])
def test_a_clear_habit_is_followed_by_the_customers_own_clock(hour: int, zone: str) -> None:
    customer = unexplored(Random(hour))
    habit = Habit(customer, zone, tuple(day * 24 + hour for day in range(7)) * 2)
    at = timing.choose(habit, FLAT, timing.slots(NOW, 24), "salt").astimezone(ZoneInfo(zone))
    assert (hour - at.hour) % 24 < timing.SOON_HOURS, "in time for the hour"


def test_a_customer_of_whom_little_is_known_goes_by_everybody() -> None:
    customer = unexplored(Random(1))
    base = timing.counted([day * 24 + 12 for day in range(7)] * 50)
    at = timing.choose(Habit(customer, ZONE, ()), base, timing.slots(NOW, 24), "salt")
    assert at.astimezone(ZoneInfo(ZONE)).hour in (10, 11, 12)


def world(seed: int, customers: int = 2_000) -> tuple[float, float]:
    """Shares of messages looked at within three hours, sent at once and by habit.

    Each customer looks once a day, four times of five within an hour of an hour of their own (drawn with two
    peaks), otherwise at any time; 0 to 12 of their looks are known. Messages go out on a morning.
    """
    random = Random(seed)
    peaks = [8, 9, 12, 13, 18, 20, 20, 21, 21, 22]
    people = []
    for n in range(customers):
        own_hour = random.choice(peaks) if random.random() < 0.8 else random.randrange(24)

        def look(own_hour: int = own_hour) -> float:
            if random.random() < 0.8:
                return (own_hour + random.random() * 2 - 0.5) % 24
            return random.random() * 24

        known = [random.randrange(7) * 24 + int(look()) for _ in range(random.randrange(13))]
        people.append((Habit(UUID(int=n + seed * 10**6), ZONE, tuple(known)), look))
    base = timing.counted([hour for habit, _ in people for hour in habit.hours])
    moments = timing.slots(NOW, 24)
    local = NOW.astimezone(ZoneInfo(ZONE))
    midnight = local.replace(hour=0, minute=0)
    found = {"now": 0, "habit": 0}
    for habit, look in people:
        days = [midnight + timedelta(days=day, hours=look()) for day in range(3)]
        for way, at in (
            ("now", NOW),
            ("habit", timing.choose(habit, base, moments, f"salt-{seed}")),
        ):
            first = min(each for each in days if each >= at)
            found[way] += first - at < timedelta(hours=timing.SOON_HOURS)
    return found["now"] / customers, found["habit"] / customers


def test_in_a_world_of_habits_it_beats_sending_at_once() -> None:
    for seed in range(5):
        at_once, by_habit = world(seed)
        print(f"seed {seed}: looked at within 3 h {at_once:.3f} at once, {by_habit:.3f} by habit")
        assert by_habit > at_once + 0.15


def chain_of(town: Town, **changes: Any) -> dict[str, Any]:
    step = {"channel": "sms", "text": "{name}您好，好物到货", "within_minutes": 600}
    plain = body(town, steps=[step], **changes)
    return {k: v for k, v in plain.items() if k not in ("copy", "deadline", "fallback")}


def test_messages_wait_for_their_customers_hours(
    town: Town, client: TestClient, clock: Clock, send: Send, read: Read
) -> None:
    stock(town)
    people = town.people(6)
    evenings = [clock.now.replace(hour=12, minute=30) - timedelta(days=day) for day in range(2, 14)]
    send([bought(town, customer, at) for customer in people for at in evenings])
    town.drain()
    clock.now = clock.now.replace(hour=2, minute=20) + timedelta(days=1)  # 10:20 in Shanghai
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        quiet = QuietHours(from_minute=19 * 60 + 30, until_minute=20 * 60 + 30)
        reach.set_policy(tx, ContactPolicy(quiet=(quiet,)), version=0)
    plan = chain_of(town, send_time="habit", window_hours=24, salt="salt")
    draft = client.post("/v1/campaigns", json=plan)
    assert draft.status_code == 201, draft.text
    assert (draft.json()["send_time"], draft.json()["window_hours"]) == ("habit", 24)
    client.post(f"/v1/campaigns/{draft.json()['id']}/publish")
    town.drain()
    with read() as tx:
        rows = tx.rows(
            dict,
            "SELECT customer_id, not_before FROM reach.message WHERE merchant_id = %(merchant)s",
        )
        habits = actions._habits(tx, people)
    assert all(len(habit.hours) == 12 for habit in habits)
    assert {row["customer_id"] for row in rows} == set(people)
    local = [row["not_before"].astimezone(ZoneInfo(ZONE)) for row in rows if row["not_before"]]
    before = [at for at in local if at.hour in (18, 19) and at.minute == 0]
    assert len(before) >= 4, "a few may be tried at another hour"
    assert all(not 19 * 60 + 30 <= at.hour * 60 + at.minute < 20 * 60 + 30 for at in local)


def test_a_window_out_of_bounds_is_refused(town: Town, client: TestClient) -> None:
    stock(town)
    for changes in ({"window_hours": 0}, {"window_hours": 73}, {"send_time": "soon"}):
        assert client.post("/v1/campaigns", json=body(town, **changes)).status_code == 422
