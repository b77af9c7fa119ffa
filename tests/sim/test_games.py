"""Random fairs: sixteen players at one wheel at the same moment, who ask twice, die before they hear
the answer, buy and bring back, share and check in. Afterwards every turn was played once, every prize
was there to be given, every draw can be worked out, and points are what was won.
`HUITOU_SEED` runs one fair again.
"""

import random
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from huitou.base.db import Database, Tx
from huitou.benefit.actions import check_ins, plays
from huitou.benefit.reads import games as reads
from huitou.benefit.reads import ledger
from huitou.benefit.types.games import CheckInRules, NoPlaysLeft, NoShares, Play
from tests.background import settle
from tests.conftest import Clock, make_brand, send_events
from tests.rooms.attribution.story import customer_of, paid, refunded, seen
from tests.rooms.benefit.game_world import CUP, NOTHING, POINTS, check_in, publish, wheel
from tests.sim.seeds import seeds

SEEDS = seeds((1, 2, 3))
CARDS = tuple(f"c{number}" for number in range(5))
THREADS, STEPS, DAYS = 16, 12, 3
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
PRIZES = [
    CUP | {"odds_bp": 3_000, "stock": 7},
    POINTS | {"odds_bp": 4_000, "stock": 20},
    NOTHING | {"odds_bp": 3_000},
]


class Died(Exception):
    """The player's connection dies before the transaction commits."""


class Fair:
    def __init__(self, seed: int, db: Database, clock: Clock) -> None:
        clock.now = NOON
        self.dice = random.Random(seed)
        self.db, self.clock = db, clock
        self.merchant = make_brand(db, f"游园{seed}").merchant.id
        send_events(db, self.merchant, [seen(card, NOON) for card in CARDS])
        settle(db, self.merchant)
        with db.write(self.merchant, principal="test") as tx:
            self.customers = [customer_of(tx, card) for card in CARDS]
            given = {"per_day": 4, "per_order": 2, "per_share": 1, "shares_a_day": 2}
            self.wheel = publish(tx, wheel(NOON, prizes=PRIZES, plays=given)).id
            self.daily = publish(tx, check_in(NOON)).id
        self.answers: dict[tuple[UUID, str], set[tuple[Any, ...]]] = {}
        self.came: set[tuple[UUID, Any]] = set()
        self.lock = threading.Lock()
        self.failures: list[BaseException] = []

    def day(self) -> None:
        players = [
            threading.Thread(target=self._live, args=(self.dice.random(),)) for _ in range(THREADS)
        ]
        for player in players:
            player.start()
        for player in players:
            player.join()
        if self.failures:
            raise self.failures[0]
        settle(self.db, self.merchant)
        self.check()
        self._trade()
        self.clock.move(days=1)
        settle(self.db, self.merchant)

    def _live(self, seed: float) -> None:
        dice = random.Random(seed)
        try:
            for _ in range(STEPS):
                self._step(dice)
        except BaseException as error:  # told to the test's thread
            self.failures.append(error)

    def _step(self, dice: random.Random) -> None:
        customer = dice.choice(self.customers)
        dies = dice.random() < 0.15
        try:
            with self.db.write(self.merchant, principal="test") as tx:
                self._act(tx, dice, customer)
                if dies:
                    raise Died
        except (Died, NoPlaysLeft, NoShares):
            pass

    def _act(self, tx: Tx, dice: random.Random, customer: UUID) -> None:
        kind = dice.random()
        if kind < 0.7:
            played = plays.play(tx, self.wheel, customer, f"t{dice.randrange(30)}").play
            with self.lock:
                self._heard(customer, played)
        elif kind < 0.85:
            plays.share(tx, self.wheel, customer, f"s{dice.randrange(9)}-{self.clock.now:%d}")
        else:
            check_ins.check_in(tx, self.daily, customer)

    def _heard(self, customer: UUID, played: Play) -> None:
        """Of those that died afterwards too: what they were told need not have been kept."""
        self.answers.setdefault((customer, played.ref), set()).add(
            (played.id, played.roll, played.given)
        )

    def _trade(self) -> None:
        number = f"P{self.dice.randrange(10**6)}"
        card = self.dice.choice(CARDS)
        send_events(self.db, self.merchant, [paid(number, card, self.clock.now, (2_000,))])
        if self.dice.random() < 0.5:
            back = refunded(number, "R1", self.clock.now, {1: 2_000})
            send_events(self.db, self.merchant, [back])

    def check(self) -> None:
        with self.db.read(self.merchant) as tx:
            assert ledger.check(tx) == []
            assert reads.check(tx, self.wheel) == []
            played = list(reads.list_plays(tx, self.wheel, limit=200).items)
            assert len({(each.customer_id, each.ref) for each in played}) == len(played)
            for each in played:
                heard = self.answers[each.customer_id, each.ref]
                assert (each.id, each.roll, each.given) in heard
            given = Counter(each.given for each in played)
            assert given["cup"] <= 7 and given["points"] <= 20
            results = reads.results(tx, self.wheel)
            assert [each.left for each in results.prizes] == [
                7 - given["cup"], 20 - given["points"], None,
            ]  # fmt: skip
            game = reads.get_game(tx, self.daily)
            assert isinstance(game.rules, CheckInRules)
            for customer in self.customers:
                self._check_customer(tx, customer, [p for p in played if p.customer_id == customer])

    def _check_customer(self, tx: Any, customer: UUID, played: list[Play]) -> None:
        rows = tx.rows(
            dict,
            "SELECT day, points FROM benefit.check_in WHERE customer_id = %(id)s",
            {"id": customer},
        )
        won = 20 * sum(each.given == "points" for each in played)
        points = ledger.balance(tx, ("customer", customer), "points")
        assert points == won + sum(row["points"] for row in rows)
        assert sorted(each.number for each in played) == list(range(1, len(played) + 1))
        cups = ledger.balance(tx, ("customer", customer), f"prize:{self.wheel}:cup")
        assert cups == sum(each.given == "cup" for each in played)
        today = [each for each in played if each.at >= self.clock.now - timedelta(hours=1)]
        daily = f"plays:{self.wheel}:{self.clock.now:%Y-%m-%d}"
        left_of_day = ledger.balance(tx, ("customer", customer), daily)
        assert 0 <= left_of_day <= 4
        assert left_of_day == max(4 - len(today), 0) or not today


@pytest.mark.parametrize("seed", SEEDS)
def test_every_turn_is_played_once_and_every_prize_was_there(
    seed: int, db: Database, clock: Clock
) -> None:
    fair = Fair(seed, db, clock)
    for _ in range(DAYS):
        fair.day()
    fair.check()
