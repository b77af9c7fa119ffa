"""Random histories of the ledger from several threads, against an auditor that knows no SQL.

Each history is a seed: who posts what, which requests come twice, which clients die before they
hear the answer and ask again, what is taken back. `HUITOU_SEED` runs one history again.
"""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from huitou.base.db import Database, Tx
from huitou.benefit.actions import ledger as actions
from huitou.benefit.reads import ledger as reads
from huitou.benefit.types.ledger import (
    BelowFloor,
    Leg,
    OverReversed,
    OwnerKind,
    Posted,
    Posting,
    Reversal,
)
from tests.conftest import Brand
from tests.sim.seeds import seeds

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
SEEDS = seeds(range(6))
THREADS = 4
STEPS = 25
STAFF = [UUID(int=100 + n) for n in range(3)]
CUSTOMERS = [UUID(int=200 + n) for n in range(3)]


class Died(Exception):
    """The client dies before its transaction commits."""


@dataclass
class Auditor:
    """Sums up what was acknowledged, and what may have been."""

    postings: dict[str, Posting] = field(default_factory=dict)
    reversals: dict[str, Reversal] = field(default_factory=dict)
    ids: dict[str, UUID] = field(default_factory=dict)
    new_count: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def posted(self, posting: Posting, answer: Posted) -> None:
        with self.lock:
            self.postings[posting.idempotency_key] = posting
            self._answered(posting.idempotency_key, answer)

    def reversed(self, reversal: Reversal, answer: Posted) -> None:
        with self.lock:
            self.reversals[reversal.idempotency_key] = reversal
            self._answered(reversal.idempotency_key, answer)

    def originals(self) -> list[UUID]:
        with self.lock:
            return [self.ids[key] for key in sorted(self.postings)]

    def balances(self) -> dict[tuple[OwnerKind, UUID, str], int]:
        """From the requests alone: gifts, less the part of each that was taken back."""
        sums: dict[tuple[OwnerKind, UUID, str], int] = defaultdict(int)
        back: dict[UUID, int] = defaultdict(int)
        for reversal in self.reversals.values():
            assert reversal.amount is not None
            back[reversal.original_id] += reversal.amount
        for key, posting in self.postings.items():
            size = sum(leg.amount for leg in posting.legs if leg.amount > 0)
            if back[self.ids[key]] > size:
                self.faults.append(f"{key}: more taken back than given")
            for leg in posting.legs:
                taken = back[self.ids[key]] * (1 if leg.amount > 0 else -1)
                sums[leg.owner_kind, leg.owner_id, leg.asset] += leg.amount - taken
        return dict(sums)

    def _answered(self, key: str, answer: Posted) -> None:
        if self.ids.setdefault(key, answer.transaction_id) != answer.transaction_id:
            self.faults.append(f"{key}: two transactions for one key")
        self.new_count[key] += answer.is_new


class Client(threading.Thread):
    """One worker with a seed of its own."""

    def __init__(self, db: Database, merchant: UUID, auditor: Auditor, seed: str) -> None:
        super().__init__(name=seed)
        self._db, self._merchant, self._auditor = db, merchant, auditor
        self._dice = random.Random(seed)
        self._failure: BaseException | None = None

    def run(self) -> None:
        try:
            for _ in range(STEPS):
                self._step()
                time.sleep(self._dice.random() / 500)
        except BaseException as error:  # told to the test's thread by `finish`
            self._failure = error

    def finish(self) -> None:
        self.join()
        if self._failure is not None:
            raise self._failure

    def _step(self) -> None:
        originals = self._auditor.originals()
        if originals and self._dice.random() < 0.4:
            self._reverse(self._dice.choice(originals))
        else:
            self._post([self._posting() for _ in range(self._dice.randint(1, 6))])

    def _posting(self) -> Posting:
        # Few keys, each with one body, so that clients meet on them.
        number = self._dice.randrange(120)
        body = random.Random(f"{self._merchant}:{number}")
        is_points = body.random() < 0.5
        asset = "points" if is_points else "commission"
        who = body.choice(CUSTOMERS if is_points else STAFF)
        amount = body.randint(1, 300) * (-1 if is_points and body.random() < 0.4 else 1)
        return Posting(
            f"sim:{number}",
            asset,
            "sim",
            str(number),
            START + timedelta(minutes=number),
            (
                Leg("customer" if is_points else "staff", who, asset, amount),
                Leg("merchant", self._merchant, asset, -amount),
            ),
        )

    def _post(self, postings: list[Posting]) -> None:
        if self._dice.random() < 0.3:
            postings = [*postings, self._dice.choice(postings)]
        for _ in range(self._dice.choice((1, 1, 2))):
            try:
                if len(postings) == 1 and postings[0].kind == "points":
                    answers = [self._post_alone(postings[0])]
                else:
                    answers = self._until_heard(lambda tx: actions.post(tx, postings))
            except BelowFloor:
                return
            for posting, answer in zip(postings, answers, strict=True):
                self._auditor.posted(posting, answer)

    def _post_alone(self, posting: Posting) -> Posted:
        """A transaction of its own, whose first answer may not be heard."""
        answer = actions.post_alone(self._db, self._merchant, posting)
        if self._dice.random() < 0.15:
            answer = actions.post_alone(self._db, self._merchant, posting)
        return answer

    def _reverse(self, original: UUID) -> None:
        amount = self._dice.randint(1, 150)
        key = f"sim:back:{original}:{self._dice.randrange(4)}:{amount}"
        reversal = Reversal(original, key, START + timedelta(days=1), amount)
        for _ in range(self._dice.choice((1, 1, 2))):
            try:
                answers = self._until_heard(lambda tx: actions.reverse(tx, [reversal]))
            except OverReversed:
                return
            self._auditor.reversed(reversal, answers[0])

    def _until_heard(self, act: Callable[[Tx], list[Posted]]) -> list[Posted]:
        """Ask until an answer is heard: some die before the commit, some after it."""
        while True:
            answers: list[Posted] = []
            try:
                with self._db.write(self._merchant, principal="sim") as tx:
                    answers = act(tx)
                    if self._dice.random() < 0.15:
                        raise Died
            except Died:
                continue
            if self._dice.random() >= 0.15:
                return answers


@pytest.mark.parametrize("seed", SEEDS)
def test_random_histories_keep_the_ledger_sound(db: Database, brand: Brand, seed: int) -> None:
    auditor = Auditor()
    clients = [
        Client(db, brand.merchant.id, auditor, f"{seed}:{number}") for number in range(THREADS)
    ]
    for client in clients:
        client.start()
    for client in clients:
        client.finish()

    told = f"run again with HUITOU_SEED={seed}"
    expected = auditor.balances()
    assert auditor.faults == [], told
    assert max(auditor.new_count.values()) == 1, told
    assert len(auditor.reversals) > 5, told
    with db.read(brand.merchant.id) as tx:
        assert reads.check(tx) == [], told
        actual = {
            (kind, owner, asset): reads.balance(tx, (kind, owner), asset)
            for kind, owner, asset in expected
        }
        count = tx.value(
            "SELECT count(*) FROM benefit.transaction WHERE merchant_id = %(merchant)s"
        )
        by_entries = {
            (kind, owner, asset): reads.balance(tx, (kind, owner), asset, START + timedelta(days=2))
            for kind, owner, asset in expected
        }
    assert actual == expected, told
    assert by_entries == expected, told
    assert count == len(auditor.ids), told
