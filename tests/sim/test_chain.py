"""Campaigns by dice: steps, channels that take a message and do not say so, receipts that come late, twice and before the
answer, associates who confirm or do not, chunks that die before their commit, consent withdrawn in the middle, orders.

The provider knows what customers really got. With one copy nobody gets two, whatever was reported; at the end nobody is in
a step, and everybody's way has a reason at its end.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from random import Random
from uuid import UUID, uuid4

import pytest

from huitou.associate.actions import tasks
from huitou.base.db import Tx
from huitou.campaign import reads
from huitou.campaign.actions import advancing, deciding, editing, publishing
from huitou.campaign.types.candidates import CandidateRow
from huitou.campaign.types.plans import Copies, Step, Until
from huitou.kernel.errors import Refusal
from huitou.reach.actions import messages as reach
from huitou.reach.jobs import asking, receipts, sending
from huitou.reach.jobs.asking import TakingBack
from huitou.reach.jobs.opening import Sending
from huitou.reach.reads import messages as reaching
from huitou.reach.types.channels import (
    AskOutcome,
    Delivered,
    Failed,
    SubmitOutcome,
    Submitted,
    Unknown,
    Waiting,
)
from huitou.reach.types.hearing import Reported
from huitou.reach.types.policies import ContactPolicy
from tests.conftest import Clock
from tests.rooms.campaign.planning import plan
from tests.rooms.opportunity.shopping import stock
from tests.rooms.reach import conftest as places
from tests.rooms.reach.conftest import Town
from tests.sim.seeds import seeds

town = places.town

STEPS = 160
CUSTOMERS = 7
OPEN = ("planned", "in_flight", "unknown", "submitted", "waiting")


class Killed(Exception):
    """A worker died before its commit."""


class Outside:
    """What the channels have of us, and what customers got. `silent`: arrived, and nobody ever says so."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.fate: dict[UUID, str] = {}
        self.taken: dict[UUID, datetime] = {}
        self.got: dict[UUID, datetime] = {}

    def submit(self, call: Sending, now: datetime) -> SubmitOutcome:
        luck = self.dice.random()
        if luck < 0.08:
            return Failed("45009", "busy", is_final=False)
        if luck < 0.2:
            return Failed("bad", "no such number")
        if luck < 0.25:
            return Unknown("nothing came of it")
        assert call.message_id not in self.fate, "the same message was handed over twice"
        is_by_person = call.outgoing.sender is not None and call.carrier == "wecom"
        fate = "pending" if is_by_person else self.dice.choice(("delivered", "lost", "silent"))
        self.fate[call.message_id], self.taken[call.message_id] = fate, now
        if fate in ("delivered", "silent"):
            self.got[call.message_id] = now
        return Unknown("taken, the answer was lost") if luck < 0.35 else Submitted("r")

    def ask(self, message_id: UUID) -> AskOutcome:
        match self.fate.get(message_id):
            case None:
                return Failed("not_found", "never seen", is_final=False)
            case "pending":
                return Waiting("r", on_person=True)
            case "confirmed":
                return Delivered("r", self.got[message_id])
            case "withdrawn":
                return Failed("withdrawn", "taken back")
        return Waiting("r")

    def confirm(self, message_id: UUID, now: datetime) -> None:
        if self.fate.get(message_id) == "pending":
            self.fate[message_id], self.got[message_id] = "confirmed", now

    def take_back(self, message_id: UUID) -> SubmitOutcome:
        if self.fate.get(message_id) == "pending":
            self.fate[message_id] = "withdrawn"
            return Submitted("r")
        return Failed("late", "confirmed already")

    def report(self, message_id: UUID) -> Reported | None:
        """An SMS provider's receipt, told as often as it is asked for."""
        fate = self.fate.get(message_id)
        if fate not in ("delivered", "lost"):
            return None
        at = self.taken[message_id]
        is_there = fate == "delivered"
        said = Delivered("r", at) if is_there else Failed("UNDELIV", "lost on the way")
        return Reported(uuid4().hex, "r", said, at, message_id)


class Life:
    """A campaign and everybody who has to do with it, with dice of their own."""

    def __init__(self, town: Town, clock: Clock, dice: Random, copies: Copies) -> None:
        self.town, self.clock, self.dice, self.copies = town, clock, dice, copies
        self.outside = Outside(dice)
        self.customers = town.people(CUSTOMERS, consents=("wecom", "sms"))
        self.customers += town.people(2, consents=("sms",))
        self.consenting = set(self.customers)
        self.calls: list[Sending] = []
        self.customer_of: dict[UUID, UUID] = {}
        untils: tuple[Until, ...] = ("delivered", "delivered", "opened", "bought")
        steps = [
            Step("sms", f"第{no}步", dice.choice(untils), within_minutes=dice.randint(20, 900))
            for no in range(dice.randint(2, 4))
        ]
        if dice.random() < 0.6:
            steps[0] = Step("wecom", "导购", steps[0].until, within_minutes=300, grace_minutes=60)
        self.steps = tuple(steps)
        with self._write() as tx:
            # Nothing but the chain itself holds copies back.
            version = reaching.policy_shown(tx).version
            reach.set_policy(tx, ContactPolicy(caps=(), repeat_days=0), version=version)
            wanted = plan(town, steps=self.steps, copies=copies)
            self.id = editing.add(tx, wanted).id
            publishing.publish(tx, self.id)

    def publish(self) -> None:
        self._maybe_dies(lambda tx: publishing.publish_chunk(tx, campaign_id=str(self.id)))

    def tick(self) -> None:
        self._maybe_dies(advancing.keep)
        for _ in range(self.dice.randint(0, 4)):
            self._maybe_dies(lambda tx: advancing.advance_chunk(tx, campaign_id=str(self.id)))

    def claim(self) -> None:
        waiting = self._ids("planned")
        if waiting:
            self.claim_some(self.dice.sample(waiting, min(len(waiting), self.dice.randint(1, 4))))

    def claim_some(self, ids: list[UUID]) -> None:
        with self._write() as tx:
            calls = sending.claim_submit(tx, [str(id_) for id_ in ids])
            for call in calls:
                customer = self._customer(call.message_id)
                assert customer in self.consenting, "handed over without consent"
        self.calls += calls

    def settle(self) -> None:
        if not self.calls:
            return
        call = self.calls.pop(self.dice.randrange(len(self.calls)))
        outcome = self.outside.submit(call, self.clock.now)
        if self.dice.random() < 0.2:
            self.receipt([call.message_id])  # before the answer
        if self.dice.random() < 0.15:
            return  # dies between call and settle
        for _ in range(1 + (self.dice.random() < 0.2)):
            with self._write() as tx:
                sending.settle_submit(tx, [(call, outcome)])

    def lose(self) -> None:
        if self.calls:
            self.calls.pop(self.dice.randrange(len(self.calls)))  # dies between claim and call

    def ask(self) -> None:
        held = {call.message_id for call in self.calls}
        with self._write() as tx:
            sending.claim_submit(tx, [str(i) for i in self._ids("in_flight") if i not in held])
        for state in ("unknown", "submitted", "waiting"):
            with self._write() as tx:
                asked = asking.claim_ask(tx, [str(id_) for id_ in self._ids(state)])
            with self._write() as tx:
                asking.settle_ask(tx, [(a, self.outside.ask(a.message_id)) for a in asked])

    def receipt(self, ids: list[UUID] | None = None) -> None:
        some = list(self.outside.fate)
        chosen = ids or self.dice.sample(some, min(len(some), 2))
        told = [one for id_ in chosen for one in [self.outside.report(id_)] if one]
        told += told[: self.dice.randint(0, 1)]
        with self._write() as tx:
            receipts.take(tx, "sms", told)

    def hear(self, share: float = 0.3) -> None:
        """Notices come late, twice and in any order, but they come."""
        ids = [id_ for id_ in self._ids(None) if self.dice.random() < share]
        with self._write() as tx:
            tasks.mark_delivered(tx, ids)
            tasks.mark_failed(tx, ids)
            advancing.take_news(tx, ids)

    def tap(self) -> None:
        with self._write() as tx:
            mine = tx.column(
                "SELECT id FROM associate.task WHERE merchant_id = %(merchant)s AND state = 'open'"
            )
            try:
                if mine:
                    tasks.send(tx, self.dice.choice(mine))
            except Refusal:
                pass  # too late

    def confirm(self) -> None:
        pending = [id_ for id_, fate in self.outside.fate.items() if fate == "pending"]
        if pending:
            self.outside.confirm(self.dice.choice(pending), self.clock.now)

    def take_back(self) -> None:
        for id_ in self._ids("submitted") + self._ids("waiting") + self._ids("failed"):
            if self.outside.fate.get(id_) != "pending":
                continue
            with self._write() as tx:
                if not tx.value(
                    "SELECT EXISTS (SELECT FROM procrastinate_jobs WHERE task_name LIKE"
                    " '%%take_back' AND args::text LIKE %(id)s)",
                    {"id": f"%{id_}%"},
                ):
                    continue
                taking = asking.claim_take_back(tx, str(id_))
            if isinstance(taking, TakingBack):
                with self._write() as tx:
                    asking.settle_take_back(tx, taking, self.outside.take_back(id_))

    def open_link(self) -> None:
        got = sorted(self.outside.got)
        if got:
            id_ = self.dice.choice(got)
            with self._write() as tx:
                tx.run(
                    "UPDATE reach.message SET opened_at = coalesce(opened_at, %(now)s)"
                    " WHERE merchant_id = %(merchant)s AND id = %(id)s",
                    {"id": id_},
                )

    def buy(self) -> None:
        with self._write() as tx:
            tx.run(
                """
                INSERT INTO "order".purchase (merchant_id, id, unit_id, order_no, source,
                    customer_id, paid_at, paid_fen, shipping_fen, line_count, position, content)
                VALUES (%(merchant)s, %(id)s, %(unit)s, %(no)s, 'pos', %(customer)s, %(now)s, 100,
                    0, 1, 1, '')
                """,
                {
                    "id": uuid4(),
                    "no": uuid4().hex,
                    "unit": self.town.brand.units["store-0401"].id,
                    "customer": self.dice.choice(self.customers),
                },
            )

    def withdraw(self) -> None:
        if len(self.consenting) < len(self.customers) - 2:
            return
        customer = self.dice.choice(self.customers)
        self.consenting.discard(customer)
        with self._write() as tx:
            reach.opt_out(tx, customer, reason="page", proof="sim")

    def finish(self) -> Sequence[CandidateRow]:
        """Everybody goes on until nothing is left to do."""
        while self.state() == "publishing":
            self.publish()
        for _ in range(90):
            self.claim_some(self._ids("planned"))
            while self.calls:
                self.settle()
            self.ask()
            self.take_back()
            self.hear(share=1.0)
            for _ in range(4):
                self.tick()
            if self.state() == "ended":
                break
            self.clock.move(hours=6)
        assert self.state() == "ended"
        with self.town.db.read(self.town.brand.merchant.id) as tx:
            return reads.list_candidates(tx, self.id, limit=200).items

    def state(self) -> str:
        with self.town.db.read(self.town.brand.merchant.id) as tx:
            return reads.get_stored(tx, self.id).state

    def copies_got(self) -> Counter[UUID]:
        """Customer → copies that really reached them."""
        return Counter(self._customer(id_) for id_ in self.outside.got)

    def _customer(self, id_: UUID) -> UUID:
        if id_ not in self.customer_of:
            with self.town.db.read(self.town.brand.merchant.id) as read:
                self.customer_of[id_] = read.value(
                    "SELECT customer_id FROM reach.message WHERE id = %(id)s", {"id": id_}
                )
        return self.customer_of[id_]

    def _ids(self, state: str | None) -> list[UUID]:
        with self.town.db.read(self.town.brand.merchant.id) as tx:
            return tx.column(
                "SELECT id FROM reach.message WHERE merchant_id = %(merchant)s"
                " AND (%(state)s::text IS NULL OR state = %(state)s) ORDER BY id",
                {"state": state},
            )

    def _maybe_dies(self, act: Callable[[Tx], object]) -> None:
        try:
            with self._write() as tx:
                act(tx)
                if self.dice.random() < 0.2:
                    raise Killed
        except Killed:
            pass

    def _write(self) -> AbstractContextManager[Tx]:
        return self.town.db.write(self.town.brand.merchant.id, principal="sim")


@pytest.mark.parametrize("copies", ["one", "all"])
@pytest.mark.parametrize("seed", seeds(range(4)))
def test_whatever_happens_the_promise_of_copies_holds(
    town: Town, clock: Clock, seed: int, copies: Copies, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "CHUNK", 3)
    stock(town)
    before = clock.now
    life = Life(town, clock, Random(seed), copies)
    verbs = [life.publish, life.tick, life.tick, life.tick, *[life.claim] * 5, *[life.settle] * 5]
    verbs += [life.lose, life.ask, life.receipt, life.receipt, life.hear, *[life.tap] * 3]
    verbs += [life.confirm, life.take_back, life.open_link, life.buy, life.withdraw]
    for _ in range(STEPS):
        life.dice.choice(verbs)()
        if life.dice.random() < 0.2:
            clock.move(minutes=life.dice.randint(1, 90))
    rows = life.finish()
    clock.now = before
    got = life.copies_got()
    most = 1 if copies == "one" else len(life.steps)
    assert all(count <= most for count in got.values()), got
    assert len(rows) == len(life.customers)
    for row in rows:
        assert row.arm == "excluded" or row.steps, "nobody was forgotten on the way"
        assert [one.step for one in row.steps] == list(range(len(row.steps)))
        for one in row.steps:
            assert one.outcome is not None
            assert one.outcome == "succeeded" or one.code is not None
    assert got.total() >= 3, "something was sent"
