"""What tiers give out, once a customer and period."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from huitou.base.db import ReadTx
from huitou.benefit.actions import privileges
from huitou.benefit.reads import ledger
from huitou.benefit.rules.privileges import period_of
from huitou.event.types import Intake
from huitou.identity import actions as identity
from huitou.identity import reads as people
from huitou.profile import actions as profiles
from huitou.profile import reads as profile
from huitou.profile.types import Description
from tests.conftest import Clock, Read, Write
from tests.rooms.attribution.story import customer_of, paid, refunded
from tests.rooms.benefit import coupon_world
from tests.rooms.benefit.tier_world import BY_SPEND, LADDER, publish, tier_of

Send = Callable[[Sequence[dict[str, Any]]], Intake]
Drain = Callable[[], None]
NOV = datetime(2026, 11, 20, 4, tzinfo=UTC)


def giving(*privileges: dict[str, Any]) -> dict[str, Any]:
    return BY_SPEND | {
        "window": {"kind": "rolling", "days": 365},
        "tiers": [LADDER[0], LADDER[1] | {"privileges": list(privileges)}, LADDER[2]],
    }


def points_of(tx: ReadTx, card: str) -> int:
    return ledger.balance(tx, ("customer", customer_of(tx, card)), "points")


@pytest.fixture(autouse=True)
def november(clock: Clock) -> None:
    clock.now = NOV


def test_reaching_a_tier_gives_once_ever(
    send: Send, drain: Drain, read: Read, write: Write, clock: Clock
) -> None:
    with write() as tx:
        template = coupon_world.publish(tx)
        coupons = {"kind": "coupons", "template": str(template.id), "way": "on_upgrade"}
        points = {"kind": "points", "points": 88, "way": "on_upgrade"}
        publish(tx, giving(points, coupons))
    drain()
    send([paid("P1", "c1", clock.now, (12_000,)), paid("P2", "c2", clock.now, (500,))])
    drain()
    with read() as tx:
        assert (points_of(tx, "c1"), points_of(tx, "c2")) == (88, 0)
        told = profile.export(tx, customer_of(tx, "c1"))["benefit"]["tiers"]["gifts"]
        assert sorted(each["outcome"] for each in told) == ["issued", "issued"]
        customer = customer_of(tx, "c1")
        counted = "SELECT count(*) FROM benefit.coupon WHERE customer_id = %(customer)s"
        assert tx.value(counted, {"customer": customer}) == 1
    send([refunded("P1", "R1", clock.now, {1: 12_000})])
    drain()
    send([paid("P3", "c1", clock.now, (12_000,))])
    drain()
    with write() as tx:
        privileges.give_on_upgrade(tx, [customer])
    with read() as tx:
        assert tier_of(tx, "c1") == "silver"
        assert points_of(tx, "c1") == 88
        assert tx.value(counted, {"customer": customer}) == 1
        assert ledger.check(tx) == []


def test_a_plan_that_is_published_gives_nobody_a_gift(
    send: Send, drain: Drain, read: Read, write: Write, clock: Clock
) -> None:
    send([paid("P1", "c1", clock.now, (12_000,))])
    with write() as tx:
        publish(tx, giving({"kind": "points", "points": 88, "way": "on_upgrade"}))
    drain()
    with read() as tx:
        assert (tier_of(tx, "c1"), points_of(tx, "c1")) == ("silver", 0)


def test_every_month_and_in_the_month_of_birth(
    send: Send, drain: Drain, read: Read, write: Write, clock: Clock
) -> None:
    with write() as tx:
        publish(
            tx,
            giving(
                {"kind": "points", "points": 5, "way": "monthly"},
                {"kind": "points", "points": 100, "way": "birthday"},
            ),
        )
    send([paid("P1", "c1", clock.now, (12_000,)), paid("P2", "c2", clock.now, (12_000,))])
    drain()
    with write() as tx:
        born = Description("card", "default", "c1", birth_month=12)
        assert profiles.describe(tx, [born]).described == 1
    clock.move(hours=2)
    drain()
    with read() as tx:
        assert (points_of(tx, "c1"), points_of(tx, "c2")) == (5, 5)
    clock.now = datetime(2026, 11, 30, 17, tzinfo=UTC)  # December in Shanghai
    for _ in range(3):
        drain()
        clock.move(hours=2)
    with read() as tx:
        assert (points_of(tx, "c1"), points_of(tx, "c2")) == (110, 10)


def test_a_merged_customer_gets_it_once(
    send: Send, drain: Drain, read: Read, write: Write, clock: Clock
) -> None:
    with write() as tx:
        publish(tx, giving({"kind": "points", "points": 5, "way": "monthly"}))
    send([paid("P1", "c1", clock.now, (12_000,)), paid("P2", "c2", clock.now, (12_000,))])
    drain()
    clock.move(hours=2)
    drain()
    with write() as tx:
        one, two = customer_of(tx, "c1"), customer_of(tx, "c2")
        winner = identity.merge(tx, one, two).id
    clock.move(hours=2)
    drain()
    with read() as tx:
        assert points_of(tx, "c1") == 10
    clock.now = datetime(2026, 12, 2, tzinfo=UTC)
    drain()
    with read() as tx:
        assert points_of(tx, "c1") == 15
        (merging,) = people.mergings_of(tx, winner)
    with write() as tx:
        identity.undo_merge(tx, winner, merging.id)
    drain()  # the tiers first: the hour's gifts may come before them
    clock.move(hours=2)
    drain()
    with read() as tx:
        assert (points_of(tx, "c1"), points_of(tx, "c2")) == (10, 10)


def test_a_period_is_local_and_begins_anew() -> None:
    day = NOV.date()
    assert period_of("monthly", day) == "2026-11"
    assert period_of("birthday", day + timedelta(days=60)) == "2027"
    assert period_of("on_upgrade", day) == "once"
