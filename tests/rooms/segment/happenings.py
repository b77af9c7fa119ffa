"""What happens to the people of a random world, and whether members are still those of the rules."""

from datetime import datetime, timedelta
from random import Random
from typing import Any, Literal
from uuid import UUID

from huitou.base.db import Database, Tx
from huitou.identity import actions as identity_actions
from huitou.profile import actions as profile
from huitou.profile.types import ConsentChange, Description
from huitou.segment import reads
from tests.conftest import Brand, Clock, Read, Write, send_events
from tests.rooms.order.histories import STORES
from tests.rooms.segment.oracle import World
from tests.rooms.segment.worlds import PEOPLE, card


def check(read: Read, saved: dict[str, Any], now: datetime) -> int:
    """Members are those of the rules; how many moved in this very moment."""
    moved = 0
    with read() as tx:
        world = World(tx, saved)
        assert world.now == now
        for segment_id, rule in saved.items():
            expected = world.matching(rule)
            assert set(reads.members(tx, UUID(segment_id))) == expected, rule
            assert reads.get_stored(tx, UUID(segment_id)).member_count == len(expected), rule
            moved += sum(1 for _ in reads.changes(tx, UUID(segment_id), now))
        known = reads.get_clock(tx)
        assert known is not None
        assert known.due_count == 0
    return moved


def act(random: Random, db: Database, brand: Brand, clock: Clock, write: Write) -> None:
    """Something happens to somebody."""
    random.choice((_come, _come, _label, _join, _part, _forget, _describe))(
        random, db, brand, clock, write
    )


def _somebody(tx: Tx, random: Random) -> UUID:
    live = "SELECT id FROM identity.customer WHERE root_id = id AND state = 'live' ORDER BY ordinal"
    known: list[UUID] = tx.column(live)
    return random.choice(known)


def _come(random: Random, db: Database, brand: Brand, clock: Clock, write: Write) -> None:
    sent = []
    for _ in range(random.randint(1, 6)):
        name = f"e-{random.getrandbits(60)}"
        at = clock.now + timedelta(seconds=random.choice((-1, 200, -90_000, -20 * 86_400)))
        event: dict[str, Any] = {
            "id": name,
            "source": "mall",
            "occurred_at": at.isoformat(),
            "identifiers": [
                {"kind": "card", "scope": "default", "value": card(random.randint(1, PEOPLE + 4))}
            ],
        }
        if random.random() < 0.4:
            line = {"line_no": 1, "sku": "M1", "quantity": 1000, "list_fen": 300, "paid_fen": 300}
            order = {"order_no": name, "lines": [line], "paid_fen": 300, "shipping_fen": 0}
            event |= {"type": "order.paid", "unit": random.choice(STORES), "properties": order}
        else:
            type_ = random.choice(("product.viewed", "cart.added"))
            event |= {"type": type_, "properties": {"sku": random.choice(("M1", "B1", "Y0"))}}
        sent.append(event)
    send_events(db, brand.merchant.id, sent)


def _label(random: Random, db: Database, brand: Brand, clock: Clock, write: Write) -> None:
    with write() as tx:
        who = _somebody(tx, random)
        profile.set_tags(tx, [who], add=["vip"])
        profile.set_tags(tx, [_somebody(tx, random)], remove=["vip", "price-sensitive"])
        profile.set_traits(tx, [(who, "tier", random.choice(["gold", 2, True]))], source="test")
        given: Literal["given", "withdrawn"] = random.choice(("given", "withdrawn"))
        profile.set_consents(tx, [ConsentChange(who, "sms", "marketing", given, clock.now, {})])


def _join(random: Random, db: Database, brand: Brand, clock: Clock, write: Write) -> None:
    with write() as tx:
        one, other = _somebody(tx, random), _somebody(tx, random)
        if one != other:
            identity_actions.merge(tx, one, other)


def _part(random: Random, db: Database, brand: Brand, clock: Clock, write: Write) -> None:
    with write() as tx:
        mergings = tx.rows(
            dict,
            "SELECT id, winner_id FROM identity.merging WHERE undone_at IS NULL ORDER BY at, id",
        )
        if mergings:
            merging = random.choice(mergings)
            identity_actions.undo_merge(tx, merging["winner_id"], merging["id"])


def _forget(random: Random, db: Database, brand: Brand, clock: Clock, write: Write) -> None:
    if random.random() < 0.3:
        with write() as tx:
            identity_actions.forget(tx, _somebody(tx, random))


def _describe(random: Random, db: Database, brand: Brand, clock: Clock, write: Write) -> None:
    ago = timedelta(days=random.choice((0, 4, 19, 32, 39, 59, 89, 149)))
    described = Description(
        "card",
        "default",
        card(random.randint(1, PEOPLE)),
        birth_month=random.choice((None, clock.now.month, clock.now.month % 12 + 1)),
        joined_on=random.choice((None, (clock.now - ago).date())),
    )
    with write() as tx:
        profile.describe(tx, [described])
