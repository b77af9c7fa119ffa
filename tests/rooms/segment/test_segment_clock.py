"""What time can turn in a rule; and members that stay those of the rules while time passes, events
come, people merge and part, and staff tag by hand, without anybody ever looking at everybody."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from huitou import wiring
from huitou.base.db import Database
from huitou.base.jobs import PERIODIC
from huitou.catalog.actions import save_products
from huitou.catalog.types import NewProduct
from huitou.identity import reads as identities
from huitou.kernel.time import day_start
from huitou.segment import actions, reads
from huitou.segment.rules import clock as clocks
from huitou.segment.rules import parse
from huitou.segment.rules.clock import Turn
from huitou.segment.store import clock as store
from huitou.worker import streams
from tests.conftest import Brand, Clock, Read, Write, send_events
from tests.rooms.segment.happenings import act, check
from tests.rooms.segment.oracle import World
from tests.rooms.segment.random_rules import make_rule
from tests.rooms.segment.worlds import make_world

ZONE = "Asia/Shanghai"
ROUNDS = 14
SPANS = 12
AGES = ("last_paid_days", "first_paid_days", "last_seen_days", "created_days", "joined_days")
SEGMENTS = 40
"""Of random rules; beside them one for every distance and direction at which time can turn."""


def turns(leaf: dict[str, Any], **rules: Any) -> set[Turn]:
    tree = parse.parse({"v": 1, "all": [leaf]})
    return clocks.turns(tree, {UUID(int=7): parse.parse(rule) for rule in rules.values()})


def days_since(op: str, value: Any) -> set[int]:
    leaf = {"kind": "purchase", "agg": "days_since_last", "op": op, "value": value}
    found = turns(leaf)
    assert {turn.source for turn in found} == {"purchase"}
    return {turn.days for turn in found}


def test_each_operator_turns_at_its_own_days() -> None:
    assert days_since(">=", 30) == {30}
    assert days_since(">", 30) == {31}
    assert days_since("<", 30) == {30}
    assert days_since("<=", 30) == {31}
    assert days_since("=", 30) == days_since("!=", 30) == {30, 31}
    assert days_since("between", [10, 20]) == {10, 21}
    trait = {"kind": "trait", "name": "last_seen_days", "op": "in", "value": [3, 9]}
    assert turns(trait) == {Turn("seen", days) for days in (3, 4, 9, 10)}
    assert not turns({"kind": "trait", "name": "last_paid_days", "op": "known"})


def test_windows_sequences_and_references_turn() -> None:
    viewed = {"kind": "event", "type": "product.viewed", "agg": "count", "op": ">=", "value": 1}
    assert not turns(viewed)
    assert turns({**viewed, "window": {"last_days": 7}}) == {Turn("event", 7, "product.viewed")}
    assert not turns({**viewed, "window": {"from": "2030-01-01", "to": "2030-02-01"}})
    paid = {**viewed, "type": "order.paid", "agg": "days_since_last", "window": {"last_days": 7}}
    assert turns(paid) == {Turn("purchase", 1), Turn("purchase", 7)}
    sequence: dict[str, Any] = {
        "kind": "sequence",
        "first": {"type": "cart.added"},
        "within_days": 3,
        "window": {"last_days": 20},
    }
    then = {"type": "order.paid"}
    assert turns({**sequence, "then": then}) == {Turn("event", 20, "cart.added")}
    assert turns({**sequence, "then_not": then}) == {
        Turn("event", 20, "cart.added"),
        Turn("event", 3, "cart.added"),
    }
    other = {"v": 1, "any": [{"not": {**viewed, "window": {"last_days": 7}}}]}
    assert turns({"kind": "segment", "id": str(UUID(int=7))}, other=other) == {
        Turn("event", 7, "product.viewed")
    }
    assert turns({"kind": "trait", "name": "is_birth_month", "op": "=", "value": True}) == {
        Turn("birth_month")
    }
    nth = {"kind": "nth", "type": "order.paid", "n": 2}
    assert not turns(nth)
    assert turns({**nth, "window": {"last_days": 7}}) == {Turn("purchase", 7)}
    year = {"kind": "anniversary", "of": "joined", "from_days": -3, "to_days": 7}
    assert turns(year) == {Turn("year_joined", 7), Turn("year_joined", -4)}


def test_spans_are_those_before_and_days_those_of_the_calendar() -> None:
    since = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)  # a minute to midnight in the zone
    until = since + timedelta(minutes=2)
    day = timedelta(days=1)
    found = {Turn("purchase", 3), Turn("purchase", 10**9), Turn("seen", 0), Turn("seen", 0, "x")}
    found |= {Turn("joined", 30), Turn("joined", 10**9), Turn("birth_month"), Turn("event", 1, "x")}
    due = clocks.due(found, since, until, ZONE)
    assert due.purchases == [(since - 3 * day, until - 3 * day)]
    assert due.seen == [(since, until)]
    assert due.events == {"x": [(since - day, until - day)]}
    assert due.joined_on == [date(2026, 11, 1)]
    assert due.birth_months == [11, 12]
    within = clocks.due(found, since - timedelta(hours=9), since, ZONE)
    assert within.joined_on == within.birth_months == []
    assert clocks.due(found, since, until + 62 * day, ZONE).birth_months == [1, 2, 11, 12]
    wide = {Turn("purchase", days) for days in (1, 2, 3)}
    assert clocks.due(wide, since - 2 * day, since, ZONE).purchases == [
        (since - 5 * day, since - day)
    ]


def test_those_with_an_anniversary_are_looked_for_in_every_year() -> None:
    midnight = datetime(2028, 2, 28, 16, tzinfo=UTC)  # the 29th begins
    since, until = midnight - timedelta(minutes=1), midnight
    found = clocks.due({Turn("year_joined", 0)}, since, until, ZONE).joined_on
    assert [day for day in found if day.year > 2000] == [
        date(year, 2, 29) for year in range(2004, 2028, 4)
    ]
    found = clocks.due({Turn("year_joined", -365)}, since, until, ZONE).joined_on  # 1 March 2027
    assert {date(2024, 2, 29), date(2024, 3, 1), date(2026, 3, 1)} <= set(found)
    assert date(2027, 3, 1) not in found
    spans = clocks.due({Turn("year_first_paid", 1)}, since, until, ZONE).purchases
    tick = timedelta(microseconds=1)
    begins = datetime(2027, 2, 28, 16, tzinfo=UTC)
    assert spans[-1] == (begins - tick, begins + timedelta(days=1) - tick)
    assert not clocks.due({Turn("year_joined", 0)}, since, since, ZONE).joined_on


def every_turn() -> list[dict[str, Any]]:
    """One rule for every way of turning, so that none is left to chance."""
    rules: list[dict[str, Any]] = []
    for op, value in (
        (">=", 20),
        (">", 60),
        ("<", 40),
        ("<=", 150),
        ("=", 90),
        ("between", [5, 33]),
    ):
        rules += [{"kind": "trait", "name": name, "op": op, "value": value} for name in AGES]
        days = {"agg": "days_since_last", "op": op, "value": value}
        rules.append({"kind": "purchase", **days, "where": {"category": ["dairy"]}})
        rules.append({"kind": "event", "type": "product.viewed", **days})
        rules.append({"kind": "event", "type": "order.paid", **days})
    for last in (2, 7, 30, 90):
        window = {"agg": "count", "op": ">=", "value": 1, "window": {"last_days": last}}
        rules.append({"kind": "purchase", **window})
        rules.append({"kind": "event", "type": "cart.added", **window})
        first = {"type": "product.viewed"}
        sequence = {"kind": "sequence", "first": first, "within_days": last}
        rules.append({**sequence, "then_not": {"type": "cart.added"}})
        rules.append({**sequence, "then": {"type": "order.paid"}, "window": {"last_days": 60}})
        for type_, n in (("order.paid", 1), ("order.paid", -2), ("product.viewed", -1)):
            nth = {"kind": "nth", "type": type_, "n": n}
            rules.append({**nth, "window": {"last_days": last}})
        for of in ("joined", "first_paid"):
            days = {"from_days": -last, "to_days": 2 * last}
            rules.append({"kind": "anniversary", "of": of, **days})
    rules.append({"kind": "trait", "name": "is_birth_month", "op": "=", "value": True})
    return [{"v": 1, "all": [leaf]} for leaf in rules]


def test_whoever_time_turns_is_found(
    db: Database, brand: Brand, clock: Clock, write: Write, drain: Callable[[], None]
) -> None:
    """Rule by rule, so that nobody is found for the sake of another one."""
    random = Random(9)
    make_world(db, brand, clock, drain, 29)
    found_count = moved_count = 0
    with write() as tx:
        tx.run("DELETE FROM segment.due")
        world = World(tx)
        facts = [
            at
            for customer in world.customers.values()
            for at in (
                *(order["paid_at"] for order in customer.orders),
                *(event["occurred_at"] for event in customer.events),
                customer.known["created_at"],
            )
        ]
        joined = [
            (customer.profile or {}).get("joined_on") for customer in world.customers.values()
        ]
        facts += 5 * [day_start(day, ZONE) for day in joined if day]
        for rule in every_turn() + [make_rule(random, []) for _ in range(40)]:
            turned = clocks.turns(parse.parse(rule), {})
            for _ in range(SPANS):
                until = random.choice(facts) + timedelta(days=random.uniform(0, 0.4))
                until += timedelta(days=random.choice([turn.days for turn in turned] or [0]))
                since = until - timedelta(days=random.uniform(0.4, 0.9))
                world.now = since
                before = world.matching(rule)
                world.now = until
                moved = before ^ world.matching(rule)
                store.add_due(tx, clocks.due(turned, since, until, ZONE))
                found = set(store.take_due(tx, 1_000))
                assert moved <= found, (rule, since, until)
                found_count, moved_count = found_count + len(found), moved_count + len(moved)
        everybody = len(world.customers) * SPANS * len(every_turn())
    assert moved_count > 60
    assert found_count < everybody / 2, "it looks for those who are due"


@pytest.mark.parametrize("seed", range(3))
def test_members_stay_those_of_the_rules(
    db: Database,
    brand: Brand,
    clock: Clock,
    write: Write,
    read: Read,
    drain: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    monkeypatch.delitem(PERIODIC, "segment.check")
    random = Random(4000 + seed)
    make_world(db, brand, clock, drain, 30 + seed)
    saved: dict[str, Any] = {}
    with write() as tx:
        for rule in every_turn():
            saved[str(actions.add_segment(tx, f"人群 {len(saved)}", rule).id)] = rule
        for _ in range(SEGMENTS):
            rule = make_rule(random, list(saved)[-8:])
            saved[str(actions.add_segment(tx, f"人群 {len(saved)}", rule).id)] = rule
    drain()
    looks: list[object] = []

    def look(*asked: object) -> list[UUID]:
        looks.append(asked)
        return []

    monkeypatch.setattr(actions, "refresh", look)
    monkeypatch.setattr(actions, "_differing", look)
    moved = 0
    for round_ in range(ROUNDS):
        pass_time(random, clock, round_)
        drain()
        moved += check(read, saved, clock.now)
        for _ in range(random.randint(0, 3)):
            act(random, db, brand, clock, write)
        drain()
        check(read, saved, clock.now)
    assert not looks, "somebody looked at everybody"
    assert moved > 30, "time alone moves many"


def pass_time(random: Random, clock: Clock, round_: int) -> None:
    """Minutes, hours, up to three days; to both sides of a midnight, and of a month's end."""
    local = clock.now.astimezone(ZoneInfo(ZONE))
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    match round_ % 7:
        case 0:
            clock.move(minutes=random.randint(2, 50))
        case 1 | 2:
            clock.move(hours=random.randint(1, 40))
        case 3 | 4:
            clock.move(days=random.uniform(1, 2.9))
        case 5:
            clock.now = (midnight - timedelta(seconds=30)).astimezone(UTC)
        case _:
            clock.move(minutes=2)


def test_what_nobody_told_of_is_found_once_a_day_and_reported(
    db: Database,
    brand: Brand,
    clock: Clock,
    write: Write,
    read: Read,
    drain: Callable[[], None],
) -> None:
    make_world(db, brand, clock, drain, 61)
    saved: dict[str, Any] = {}
    with write() as tx:
        for rule in every_turn()[::3]:
            saved[str(actions.add_segment(tx, f"人群 {len(saved)}", rule).id)] = rule
    drain()
    for _ in range(3):
        clock.move(hours=25)
        drain()
        check(read, saved, clock.now)
    with read() as tx:
        known = reads.get_clock(tx)
        assert known is not None
        assert known.checked_at == known.swept_upto == clock.now
        assert known.corrected_count == 0
        largest = max(saved, key=lambda each: len(reads.members(tx, UUID(each))))
    with write() as tx:
        gone = tx.run(
            "DELETE FROM segment.member WHERE segment_id = %(segment)s AND customer_id IN"
            " (SELECT customer_id FROM segment.member WHERE segment_id = %(segment)s LIMIT 2)",
            {"segment": UUID(largest)},
        )
        assert gone == 2
        tx.run(
            "UPDATE segment.segment SET member_count = member_count - 2 WHERE id = %(segment)s",
            {"segment": UUID(largest)},
        )
        tx.defer(actions.check, segment_id=largest)
    drain()
    check(read, saved, clock.now)
    with read() as tx:
        known = reads.get_clock(tx)
        assert known is not None
        assert known.corrected_count == 2


def test_after_a_long_pause_everybody_is_compared(
    db: Database,
    brand: Brand,
    clock: Clock,
    write: Write,
    read: Read,
    drain: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(PERIODIC, "segment.check")
    make_world(db, brand, clock, drain, 62)
    saved: dict[str, Any] = {}
    with write() as tx:
        for rule in every_turn()[::2]:
            saved[str(actions.add_segment(tx, f"人群 {len(saved)}", rule).id)] = rule
    drain()
    clock.move(days=40)
    drain()
    assert check(read, saved, clock.now) > 0


def test_products_that_change_their_category_and_rules_that_are_referred_to(
    db: Database,
    brand: Brand,
    clock: Clock,
    write: Write,
    read: Read,
    drain: Callable[[], None],
) -> None:
    make_world(db, brand, clock, drain, 63)
    counted = {"agg": "count", "op": ">=", "value": 1}
    saved: dict[str, Any] = {}
    with write() as tx:
        for category in ("dairy", "snacks", "bakery", "new"):
            where = {"where": {"category": [category]}}
            for kind in ({"kind": "event", "type": "product.viewed"}, {"kind": "purchase"}):
                rule: dict[str, Any] = {"v": 1, "all": [{**kind, **where, **counted}]}
                saved[str(actions.add_segment(tx, f"人群 {len(saved)}", rule).id)] = rule
        first = next(iter(saved))
        rule = {"v": 1, "all": [{"not": {"kind": "segment", "id": first}}]}
        saved[str(actions.add_segment(tx, "其他", rule).id)] = rule
    drain()
    check(read, saved, clock.now)
    clock.move(seconds=1)
    with write() as tx:
        save_products(tx, [NewProduct("M2", "M2", "snacks"), NewProduct("Y0", "Y0", "new")])
    drain()
    assert check(read, saved, clock.now) > 0
    clock.move(seconds=1)
    with write() as tx:
        saved[first] = {"v": 1, "all": [{"kind": "tag", "name": "vip"}]}
        actions.change_segment(tx, UUID(first), name="人群", rule=saved[first], version=1)
    assert check(read, saved, clock.now) > 0


def test_whoever_does_more_than_a_person_is_judged_with_those_whom_time_moves(
    db: Database, brand: Brand, clock: Clock, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "_EVENTS_MAX", 3)
    merchant = brand.merchant.id
    leaf = {"kind": "event", "type": "visit.checked_in", "agg": "count", "op": ">=", "value": 1}
    with write() as tx:
        actions.follow_time(tx)
        segment = actions.add_segment(tx, "来过", {"v": 1, "all": [leaf]}).id
    visits = [
        {
            "id": f"{who}-{number}",
            "type": "visit.checked_in",
            "occurred_at": clock.now,
            "source": "pos",
            "unit": "store-0401",
            "identifiers": [{"kind": "card", "scope": "default", "value": who}],
            "properties": {},
        }
        for who, count in (("till", 4), ("person", 3))
        for number in range(count)
    ]
    send_events(db, merchant, visits)
    while streams.consume(db, merchant, wiring.ROOMS):
        pass
    with write() as tx:
        till, person = (
            identities.find_by_identifier(tx, "card", who, "default") for who in ("till", "person")
        )
        assert till
        assert person
        assert reads.members(tx, segment) == [person.id]
        known = reads.get_clock(tx)
        assert known
        assert known.due_count == 1
    clock.move(minutes=1)
    with write() as tx:
        actions.follow_time(tx)
        assert set(reads.members(tx, segment)) == {person.id, till.id}
