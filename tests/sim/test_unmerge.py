"""Taking a merge back restores everything: two brands live the same day, one merges and thinks again.

In the end every customer of the two brands is the same in every room, whatever came in meanwhile.
"""

import random
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from huitou.base.db import Database, ReadTx
from huitou.benefit.reads import ledger
from huitou.event.types import OWN_SOURCE
from huitou.identity import actions as identities
from huitou.identity import reads as identity
from huitou.profile import actions as profiles
from huitou.profile import reads as profile
from huitou.profile.types import ConsentChange
from huitou.segment import actions as segments
from huitou.segment import reads as segment
from tests.background import settle
from tests.conftest import Brand, Clock, make_brand, send_events
from tests.rooms.attribution.story import customer_of, deliver, paid, refunded, seen
from tests.sim.seeds import seeds

SEEDS = seeds((1, 2, 3, 905))
CARDS = ("c1", "c2", "c3", "c4")
BEFORE, MEANWHILE, AFTER = 10, 8, 4
UUIDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
RULES = {
    "常客": {
        "kind": "purchase",
        "window": {"last_days": 90},
        "agg": "count",
        "op": ">=",
        "value": 2,
    },
    "大客": {
        "kind": "purchase",
        "window": {"ever": True},
        "agg": "sum_fen",
        "op": ">=",
        "value": 20_000,
    },
    "好友": {"kind": "tag", "name": "喜欢牛奶"},
}


class Twins:
    """Two brands to whom everything happens in the same moment."""

    def __init__(self, seed: int, db: Database, clock: Clock) -> None:
        self.dice = random.Random(seed)
        self.db, self.clock = db, clock
        self.brands = [make_brand(db, f"双生{n}") for n in range(2)]
        self.orders: list[tuple[str, list[int]]] = []
        self.are_merged = False
        self.take(*(seen(card, clock.now - timedelta(days=40)) for card in CARDS))
        self.settle()
        for brand in self.brands:
            with db.write(brand.merchant.id, principal="test") as tx:
                for name, leaf in RULES.items():
                    segments.add_segment(tx, name, {"v": 1, "all": [leaf]})
        self.settle()

    def live(self, steps: int) -> None:
        acts: list[Callable[[str], None]] = [self.order, self.order, self.refund, self.consent]
        acts += [self.join] if self.are_merged else [self.tag, self.trait, self.message, self.join]
        for _ in range(steps):
            self.dice.choice(acts)(self.dice.choice(CARDS))
            self.clock.move(minutes=7)
        self.settle()

    def merge(self, one: str, other: str) -> UUID:
        """Only the second brand takes them for one."""
        with self.db.write(self.brands[1].merchant.id, principal="test") as tx:
            winner = identities.merge(tx, customer_of(tx, one), customer_of(tx, other))
        self.are_merged = True
        self.settle()
        return winner.id

    def undo(self, winner: UUID) -> None:
        with self.db.write(self.brands[1].merchant.id, principal="test") as tx:
            (merging,) = identity.mergings_of(tx, winner)
            identities.undo_merge(tx, winner, merging.id)
        self.are_merged = False
        self.settle()

    def settle(self) -> None:
        for brand in self.brands:
            settle(self.db, brand.merchant.id)

    def take(self, *events: dict[str, Any]) -> None:
        for brand in self.brands:
            send_events(self.db, brand.merchant.id, events)

    def each(self) -> Iterator[tuple[Brand, Any]]:
        for brand in self.brands:
            with self.db.write(brand.merchant.id, principal="test") as tx:
                yield brand, tx

    def order(self, card: str) -> None:
        fens = [self.dice.randrange(100, 9_000) for _ in range(self.dice.randint(1, 3))]
        no = f"P{len(self.orders)}"
        self.orders.append((no, fens))
        at = self.clock.now - timedelta(days=self.dice.choice((0, 0, 0, 3, 12)))
        self.take(paid(no, card, at, fens, unit=self.dice.choice(("store-0401", "store-0412"))))

    def refund(self, card: str) -> None:
        if self.orders:
            no, fens = self.dice.choice(self.orders)
            line = self.dice.randint(1, len(fens))
            unit = self.dice.choice(("store-0401", "store-0412"))
            self.take(
                refunded(
                    no, f"R{self.dice.randrange(10**6)}", self.clock.now, {line: 50}, unit=unit
                )
            )

    def consent(self, card: str) -> None:
        verb = self.dice.choice(("given", "withdrawn"))
        event = seen(card, self.clock.now)
        event |= {"id": f"consent-{self.dice.random()}", "type": f"consent.{verb}"}
        event["properties"] = {"channel": "sms", "purpose": "marketing"}
        self.take(event)

    def join(self, card: str) -> None:
        self.take(
            seen(card, self.clock.now) | {"id": f"v-{self.dice.random()}", "type": "member.joined"}
        )

    def tag(self, card: str) -> None:
        is_on = self.dice.random() < 0.7
        for _, tx in self.each():
            names = ["喜欢牛奶"]
            profiles.set_tags(
                tx,
                [customer_of(tx, card)],
                add=names if is_on else (),
                remove=() if is_on else names,
            )

    def trait(self, card: str) -> None:
        value = self.dice.randint(1, 9)
        for _, tx in self.each():
            profiles.set_traits(tx, [(customer_of(tx, card), "tier", value)], source="test")
            change = ConsentChange(customer_of(tx, card), "phone", "service", "given", tx.now, {})
            profiles.set_consents(tx, [change])

    def message(self, card: str) -> None:
        for brand, tx in self.each():
            deliver(tx, customer_of(tx, card), tx.now - timedelta(hours=1), brand.staff["a-01"])

    def check(self) -> None:
        """Scores compare customers with each other; they follow in the night."""
        self.clock.move(hours=25)
        self.settle()
        found = differences(self.state(0), self.state(1))
        assert not found, "\n".join(found)

    def state(self, number: int) -> dict[str, Any]:
        """Everything the rooms say of a brand's customers, without its ids."""
        brand = self.brands[number]
        with self.db.read(brand.merchant.id) as tx:
            names = {str(unit.id): code for code, unit in brand.units.items()}
            names |= {str(person.id): f"staff {code}" for code, person in brand.staff.items()}
            names |= {str(customer_of(tx, card)): card for card in CARDS}
            assert len(set(names.values())) == len(names), "everybody is their own again"
            told: dict[str, Any] = {card: dump(tx, customer_of(tx, card)) for card in CARDS}
            told["segments"] = {
                each.name: segment.members(tx, each.id) for each in segment.list_active(tx)
            }
            told["earned"] = ledger.balance(tx, ("staff", brand.staff["a-01"].id), "commission")
            assert ledger.check(tx) == []
        found: dict[str, Any] = canonical(msgspec.to_builtins(told), names)
        return found


def dump(tx: ReadTx, customer: UUID) -> dict[str, Any]:
    told = msgspec.to_builtins(profile.export(tx, customer), enc_hook=lambda value: value.plain)
    for grown in ("segment", "opportunity"):
        told.pop(grown)  # what happened while merged did happen; members are told apart
    del told["customer"]["exported_at"]
    # What we recorded meanwhile, of credits given and taken, stays.
    told["timeline"] = [each for each in told["timeline"] if each["source"] != OWN_SOURCE]
    # A trait that is known to hold nothing says as much as one that was never told.
    traits = told["profile"]["traits"]
    told["profile"]["traits"] = {name: value for name, value in traits.items() if value != []}
    for identifier in told["identity"]:
        del identifier["id"]  # the vault's numbers go over all brands
    return dict(told)


def canonical(value: Any, names: dict[str, str]) -> Any:
    """Ids by what they name, all others alike; the order of a list says nothing, nor do positions: one log
    holds more of what we recorded."""
    if isinstance(value, dict):
        return {
            canonical(key, names): canonical(each, names)
            for key, each in value.items()
            if key != "position"
        }
    if isinstance(value, list):
        return sorted((canonical(each, names) for each in value), key=repr)
    if isinstance(value, str):
        return UUIDS.sub(lambda found: names.get(found[0], "#"), value)
    return value


def differences(one: Any, other: Any, at: str = "") -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [line for key in one for line in differences(one[key], other[key], f"{at}/{key}")]
    return [] if one == other else [f"{at}: {one!r} is not {other!r}"]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_merge_that_was_taken_back_left_nothing(seed: int, db: Database, clock: Clock) -> None:
    twins = Twins(seed, db, clock)
    twins.live(BEFORE)
    twins.check()
    one, other = twins.dice.sample(CARDS, 2)
    winner = twins.merge(one, other)
    twins.live(MEANWHILE)
    twins.undo(winner)
    twins.check()
    twins.live(AFTER)
    twins.check()
