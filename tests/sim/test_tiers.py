"""Random lives of tiers: orders late and twice, refunds, merges and splits, plans that change, days
that pass, clients that die and several at once. The stored tier is the recomputed one after every
step, and growth is what the orders that are left would earn. `HUITOU_SEED` runs one life again.
"""

import random
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from huitou.base.db import Database
from huitou.benefit.actions import tiers as actions
from huitou.benefit.reads import ledger
from huitou.benefit.reads import tiers as reads
from huitou.benefit.types.tier_plans import GROWTH
from huitou.identity import actions as identities
from huitou.identity import reads as identity
from huitou.order import reads as orders
from tests.background import settle
from tests.conftest import Clock, make_brand, send_events
from tests.rooms.attribution.story import customer_of, paid, refunded, seen
from tests.rooms.benefit.tier_world import BY_GROWTH, BY_SPEND, publish
from tests.sim.seeds import seeds

SEEDS = seeds((1, 2, 3, 4))
CARDS = ("c1", "c2", "c3", "c4")
STEPS = 25
PLANS: list[dict[str, Any]] = [
    BY_SPEND,
    BY_SPEND | {"refund": "no_downgrade", "validity": {"kind": "days", "days": 10}},
    BY_SPEND | {"window": {"kind": "since_upgrade"}, "validity": {"kind": "days", "days": 7},
                "downgrade": "one", "grace_days": 3},
    BY_SPEND | {"window": {"kind": "calendar", "span": "month"}, "grace_days": 2},
    BY_GROWTH | {"window": {"kind": "rolling", "days": 12}, "growth": {"per_yuan": 1}},
]  # fmt: skip


class Died(Exception):
    """The worker dies before its transaction commits."""


class Life:
    def __init__(self, seed: int, db: Database, clock: Clock) -> None:
        self.dice = random.Random(seed)
        self.db, self.clock = db, clock
        self.merchant = make_brand(db, f"等级{seed}").merchant.id
        self.bought: list[tuple[str, int]] = []
        self.is_rate_fixed = False
        self.take(*(seen(card, clock.now - timedelta(days=30)) for card in CARDS))
        settle(db, self.merchant)
        self.plan()
        settle(db, self.merchant)

    def step(self) -> None:
        act: Callable[[], None] = self.dice.choice(
            [self.order] * 5 + [self.refund] * 3
            + [self.merge, self.split, self.plan, self.die, self.together, self.buy]
        )  # fmt: skip
        act()
        self.clock.move(hours=self.dice.choice((1, 5, 24, 60)))
        settle(self.db, self.merchant)
        self.check()

    def take(self, *events: dict[str, Any]) -> None:
        send_events(self.db, self.merchant, events)

    def order(self) -> None:
        number, fen = f"P{len(self.bought)}", self.dice.randrange(50, 30_000)
        self.bought.append((number, fen))
        late = timedelta(days=self.dice.choice((0, 0, 0, 2, 9)))
        event = paid(number, self.dice.choice(CARDS), self.clock.now - late, (fen,))
        for _ in range(self.dice.choice((1, 1, 2))):
            self.take(event)

    def refund(self) -> None:
        if self.bought:
            number, fen = self.dice.choice(self.bought)
            part = self.dice.choice((fen, fen // 2, 1))
            late = timedelta(days=self.dice.choice((0, 0, 1)))
            refund = refunded(
                number, f"R{self.dice.randrange(10**9)}", self.clock.now - late, {1: part}
            )
            self.take(refund, refund)

    def merge(self) -> None:
        with self.db.write(self.merchant, principal="test") as tx:
            one, two = (customer_of(tx, card) for card in self.dice.sample(CARDS, 2))
            if one != two:
                identities.merge(tx, one, two)

    def split(self) -> None:
        with self.db.write(self.merchant, principal="test") as tx:
            root = customer_of(tx, self.dice.choice(CARDS))
            standing = [each for each in identity.mergings_of(tx, root) if each.undone_at is None]
            if standing:
                identities.undo_merge(tx, root, self.dice.choice(standing).id)

    def plan(self) -> None:
        with self.db.write(self.merchant, principal="test") as tx:
            publish(tx, self.dice.choice(PLANS))

    def buy(self) -> None:
        with self.db.write(self.merchant, principal="test") as tx:
            plan = reads.find_plan_in_force(tx)
            if plan is not None and plan.plan.paid:
                ref = f"M{self.dice.randrange(8)}-{self.dice.choice(CARDS)}"
                card = ref.partition("-")[2]
                if not reads.list_purchases(tx, customer_of(tx, card)):
                    actions.buy(tx, customer_of(tx, card), offer="gold-30", ref=ref)

    def die(self) -> None:
        ids = self._order_ids()
        try:
            with self.db.write(self.merchant, principal="test") as tx:
                actions.take_orders(tx, ids)
                actions.evaluate_due(tx)
                raise Died
        except Died:
            pass

    def together(self) -> None:
        """Several workers hear of the same orders at the same moment."""
        ids = self._order_ids()
        failures: list[BaseException] = []

        def hear() -> None:
            try:
                with self.db.write(self.merchant, principal="test") as tx:
                    actions.take_orders(tx, ids)
            except BaseException as error:  # told to the test's thread
                failures.append(error)

        threads = [threading.Thread(target=hear) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert not failures

    def check(self) -> None:
        with self.db.read(self.merchant) as tx:
            assert ledger.check(tx) == []
            assert reads.check(tx).faults == []
            plan = reads.find_plan_in_force(tx)
            assert plan is not None
            roots = {customer_of(tx, card) for card in CARDS}
            found = reads.standings(tx, sorted(roots), plan.plan, plan.version)
            ladder = {each.code: each.customers for each in reads.tiers(tx).tiers}
            assert sum(ladder.values()) == len(found)
            assert all(each.due_at is None or each.due_at > tx.now for each in found.values())
            if plan.plan.growth is not None:
                self._check_growth(tx, roots)

    def _check_growth(self, tx: Any, roots: set[Any]) -> None:
        for root in roots:
            left = sum(
                (each.paid_fen - each.refunded_fen) // 100
                for each in orders.spending_of(tx, [root])
            )
            assert ledger.balance(tx, ("customer", root), GROWTH) == left

    def _order_ids(self) -> list[Any]:
        with self.db.read(self.merchant) as tx:
            roots = sorted({customer_of(tx, card) for card in CARDS})
            return [each.order_id for each in orders.spending_of(tx, roots)]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_stored_tier_is_the_recomputed_one(seed: int, db: Database, clock: Clock) -> None:
    life = Life(seed, db, clock)
    for _ in range(STEPS):
        life.step()
