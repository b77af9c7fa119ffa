"""Lives of messages under a contact policy, by dice: planned, handed over, lost on the way, delivered late, refused; senders
that claim sets and die between claim, call and settle, or in the middle of their calls; consent withdrawn in the middle, by link and by page; emergency stops declared and lifted; the policy changed. The provider is a list of what
it took. After every hand-over: consent, quiet hours, caps; at the end nothing is doubled and nothing is held for ever."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from time import monotonic, sleep
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from huitou.base.db import Tx
from huitou.reach.actions import messages as actions
from huitou.reach.actions import preferences
from huitou.reach.actions import stops as stopping
from huitou.reach.jobs import asking, sending
from huitou.reach.jobs.opening import Sending
from huitou.reach.jobs.stopping import release
from huitou.reach.reads import messages as reads
from huitou.reach.types.channels import (
    AskOutcome,
    Delivered,
    Failed,
    SubmitOutcome,
    Submitted,
    Unknown,
    Waiting,
)
from huitou.reach.types.policies import ContactPolicy
from huitou.reach.types.stops import NewStop, Stop, StopScope
from tests.conftest import Clock
from tests.rooms.reach import conftest as reach
from tests.rooms.reach.conftest import Town
from tests.sim.seeds import seeds

town = reach.town

ZONE = ZoneInfo("Asia/Shanghai")
ROLLING_HOURS, ROLLING_MAX, DAY_MAX = 60, 3, 2
POLICY = {
    "caps": [
        {"window": {"kind": "rolling", "hours": ROLLING_HOURS}, "limit": ROLLING_MAX},
        {
            "scope": "channel",
            "of": "sms",
            "window": {"kind": "calendar", "unit": "day"},
            "limit": DAY_MAX,
        },
    ],
    "quiet": [{"from_minute": 21 * 60, "until_minute": 8 * 60}],
}
STEPS = 200


class Provider:
    """What the outside has of us. It may take a message and not say so."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.taken: dict[UUID, datetime] = {}
        self.lock = threading.Lock()

    def submit(self, message_id: UUID, now: datetime) -> SubmitOutcome:
        with self.lock:
            luck = self.dice.random()
            if luck < 0.1:
                return Failed("45009", "busy", is_final=False)
            if luck < 0.15:
                return Failed("bad", "no such number")
            if luck < 0.25:
                return Unknown("nothing came of it")
            assert message_id not in self.taken, "the same message was handed over twice"
            self.taken[message_id] = now
            return Unknown("taken, the answer was lost") if luck < 0.4 else Submitted("r")

    def ask(self, message_id: UUID, now: datetime) -> AskOutcome:
        with self.lock:
            if message_id not in self.taken:
                return Failed("not_found", "never seen", is_final=False)
            if self.dice.random() < 0.4:
                return Waiting("r")
            return Delivered("r", min(now, self.taken[message_id] + timedelta(minutes=7)))


class Senders:
    """Whoever plans and sends, with dice of their own; each call is in one pair of hands until it is settled or lost."""

    def __init__(self, town: Town, clock: Clock, provider: Provider, customers: list[UUID]) -> None:
        self.town, self.clock, self.provider = town, clock, provider
        self.customers = customers
        self.consenting = set(customers)
        self.calls: list[Sending] = []
        self.handed: list[tuple[UUID, UUID, datetime]] = []
        """Message, customer, when."""
        self.stop: Stop | None = None
        self.gone: dict[UUID, float] = {}
        """Who has withdrawn while others send, and since which moment of the machine's clock."""
        self.begun: list[tuple[UUID, float, float]] = []
        """Customer, and the moments at which a claim was asked for and its call was begun."""

    def write(self, act: Callable[..., object], *args: object) -> object:
        with self.town.db.write(self.town.brand.merchant.id, principal="sim") as tx:
            return act(tx, *args)

    def plan(self, dice: Random) -> None:
        chosen = dice.sample(self.customers, dice.randint(1, 3))
        self.write(lambda tx: actions.plan(tx, [self.town.candidate(each) for each in chosen]))

    def claim(self, dice: Random) -> None:
        waiting = self._ids("planned")
        if not waiting:
            return
        self._claim(dice.sample(waiting, min(len(waiting), dice.randint(1, 8))))

    def _claim(self, ids: list[UUID]) -> None:
        with self.town.db.write(self.town.brand.merchant.id, principal="sim") as tx:
            calls = sending.claim_submit(tx, [str(id_) for id_ in ids])
            for call in calls:
                self._may_go(tx, call.message_id)
        self.calls += calls

    def declare(self, dice: Random) -> None:
        """An emergency: of everything, or of the one channel."""
        if self.stop is None:
            scopes: tuple[StopScope, ...] = ("everything", "channel")
            scope = dice.choice(scopes)
            channel = "sms" if scope == "channel" else None
            new = NewStop(scope, channel, None, False, False, "sim")
            # Whoever has claimed makes the call in the same breath here, or has died.
            self.calls.clear()
            made = self.write(stopping.stop, new)
            assert isinstance(made, Stop)
            self.stop = made

    def lift(self, dice: Random) -> None:
        if self.stop is not None:
            self.write(stopping.lift, self.stop.id)
            self.stop = None
            self._release()

    def _release(self) -> None:
        self.write(release)

    def turn_off(self, dice: Random) -> None:
        """On the page of preferences."""
        customer = dice.choice(self.customers)
        self.consenting.discard(customer)
        self._turn(customer, "sms.marketing.off")

    def _turn(self, customer: UUID, said: str) -> None:
        self.write(
            lambda tx: preferences.choose(tx, customer, preferences.parse(said), proof="member:sim")
        )

    def settle(self, dice: Random) -> None:
        """Calls are made, a few too late to be begun; what comes of them is kept at once, in two parts, or in part."""
        answers = []
        for call in self._taken(dice):
            is_late = dice.random() < 0.1
            answer = None if is_late else self.provider.submit(call.message_id, self.clock.now)
            answers.append((call, answer))
        kept = dice.randint(0, len(answers)) if dice.random() < 0.3 else len(answers)
        part = dice.randint(0, kept)
        for some in (answers[:part], answers[part:kept]):  # the rest dies between call and settle
            for _ in range(1 + (dice.random() < 0.2)):  # settled, or settled and told again
                self.write(sending.settle_submit, some)

    def lose(self, dice: Random) -> None:
        self._taken(dice)  # dies between claim and call

    def _taken(self, dice: Random) -> list[Sending]:
        count = dice.randint(1, 6)
        return [
            self.calls.pop(dice.randrange(len(self.calls)))
            for _ in range(min(count, len(self.calls)))
        ]

    def withdraw(self, dice: Random) -> None:
        customer = dice.choice(self.customers)
        self.consenting.discard(customer)
        self.write(lambda tx: actions.opt_out(tx, customer, reason="page", proof="sim"))

    def consent(self, dice: Random) -> None:
        gone = sorted(set(self.customers) - self.consenting)
        if gone:
            customer = dice.choice(gone)
            self.write(lambda tx: actions.opt_in(tx, customer, proof="sim"))
            self.consenting.add(customer)

    def ask(self, dice: Random) -> None:
        """What the worker does about calls that nobody finished, and what was submitted."""
        held = {call.message_id for call in self.calls}
        dead = [str(id_) for id_ in self._ids("in_flight") if id_ not in held]
        self.write(sending.claim_submit, dead)
        for state in ("unknown", "submitted", "waiting"):
            with self.town.db.write(self.town.brand.merchant.id, principal="sim") as tx:
                asked = asking.claim_ask(tx, [str(id_) for id_ in self._ids(state)])
            answers = [(a, self.provider.ask(a.message_id, self.clock.now)) for a in asked]
            self.write(asking.settle_ask, answers)

    def _may_go(self, tx: Tx, message_id: UUID) -> None:
        """Looked at apart from the gate, in the transaction that hands it over."""
        [message] = tx.rows(
            dict,
            "SELECT customer_id FROM reach.message WHERE merchant_id = %(merchant)s AND id = %(id)s",
            {"id": message_id},
        )
        customer, now = message["customer_id"], self.clock.now
        assert customer in self.consenting
        assert self.stop is None, "handed over under an emergency stop"
        assert 8 <= now.astimezone(ZONE).hour < 21, "handed over in quiet hours"
        self.handed.append((message_id, customer, now))
        rows = tx.rows(
            dict,
            "SELECT state, delivered_at FROM reach.message WHERE merchant_id = %(merchant)s"
            " AND customer_id = %(customer)s AND state IN"
            " ('in_flight', 'unknown', 'submitted', 'waiting', 'delivered')",
            {"customer": customer},
        )
        times = [row["delivered_at"] or now for row in rows]
        today = [at for at in times if at.astimezone(ZONE).date() == now.astimezone(ZONE).date()]
        assert len(today) <= DAY_MAX
        since = now - timedelta(hours=ROLLING_HOURS)
        assert sum(at > since for at in times) <= ROLLING_MAX

    def customer_of(self, message_id: UUID) -> UUID:
        with self.town.db.read(self.town.brand.merchant.id) as tx:
            found: UUID = tx.value(
                "SELECT customer_id FROM reach.message"
                " WHERE merchant_id = %(merchant)s AND id = %(id)s",
                {"id": message_id},
            )
        return found

    def _ids(self, state: str) -> list[UUID]:
        with self.town.db.read(self.town.brand.merchant.id) as tx:
            return tx.column(
                "SELECT id FROM reach.message WHERE merchant_id = %(merchant)s"
                " AND state = %(state)s ORDER BY id",
                {"state": state},
            )

    def finish(self) -> None:
        """Senders go on until nothing is open; none is held for ever."""
        self.calls.clear()
        self.lift(Random(0))
        for _ in range(40):
            self.clock.move(hours=7)
            self.ask(Random(0))
            self._claim(self._ids("planned"))
            while self.calls:
                self.settle(Random(1))
        open_ = ("planned", "in_flight", "unknown", "submitted", "waiting")
        assert {state: self._ids(state) for state in open_} == {state: [] for state in open_}


@pytest.fixture
def senders(town: Town, clock: Clock, request: pytest.FixtureRequest) -> Senders:
    day = datetime.now(UTC).date()
    clock.now = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    customers = town.people(8)
    with town.db.write(town.brand.merchant.id) as tx:
        version = reads.policy_shown(tx).version
        actions.set_policy(tx, ContactPolicy.model_validate(POLICY), version=version)
    return Senders(town, clock, Provider(Random(request.node.name)), customers)


@pytest.mark.parametrize("seed", seeds(range(3)))
def test_whatever_happens_the_policy_holds(senders: Senders, seed: int) -> None:
    dice = Random(seed)
    verbs = [senders.plan] * 4 + [senders.claim] * 5 + [senders.settle] * 4
    verbs += [senders.lose, senders.ask, senders.withdraw, *[senders.consent] * 3]
    verbs += [senders.declare, *[senders.lift] * 2, senders.turn_off]
    for _ in range(STEPS):
        dice.choice(verbs)(dice)
        if dice.random() < 0.25:
            senders.clock.move(minutes=dice.randint(1, 400))
    senders.finish()
    assert len(senders.handed) > 10
    assert len(senders.provider.taken) > 5


def test_thirty_two_senders_at_once_keep_to_it(senders: Senders) -> None:
    failures: list[BaseException] = []
    ready = threading.Barrier(32)

    def rush(seed: int) -> None:
        dice = Random(seed)
        try:
            ready.wait()
            for _ in range(4):
                senders.plan(dice)
                senders.claim(dice)
                senders.settle(dice)
        except IndexError:
            pass  # another took the last call
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=rush, args=(seed,)) for seed in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    senders.ask(Random(0))
    senders.finish()
    assert len(senders.provider.taken) >= 4


def test_after_a_stop_or_a_withdrawal_none_of_thirty_two_senders_begins_a_call(
    senders: Senders,
) -> None:
    """Everybody sends as fast as they can; in the middle half of the customers withdraw on their page, and then all of
    it is stopped. What counts is when each was committed."""
    with senders.town.db.write(senders.town.brand.merchant.id) as tx:
        version = reads.policy_shown(tx).version
        actions.set_policy(tx, ContactPolicy(caps=(), repeat_days=0), version=version)
    for _ in range(12):
        senders.write(
            lambda tx: actions.plan(tx, [senders.town.candidate(c) for c in senders.customers])
        )
    failures: list[BaseException] = []
    ready = threading.Barrier(33)
    over = threading.Event()

    def rush(seed: int) -> None:
        dice = Random(seed)
        try:
            ready.wait()
            while not over.is_set():
                waiting = senders._ids("planned")
                if not waiting:
                    return
                some = dice.sample(waiting, min(len(waiting), dice.randint(1, 3)))
                asked = monotonic()
                with senders.town.db.write(senders.town.brand.merchant.id, principal="sim") as tx:
                    calls = sending.claim_submit(tx, [str(id_) for id_ in some])
                at = monotonic()
                senders.begun += [(senders.customer_of(c.message_id), asked, at) for c in calls]
                with senders.town.db.write(senders.town.brand.merchant.id, principal="sim") as tx:
                    sending.settle_submit(tx, [(call, Submitted("r")) for call in calls])
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=rush, args=(seed,)) for seed in range(32)]
    for thread in threads:
        thread.start()
    ready.wait()
    sleep(0.4)
    for customer in senders.customers[::2]:
        senders._turn(customer, "sms.marketing.off")
        senders.gone[customer] = monotonic()
    sleep(0.2)
    senders.write(stopping.stop, NewStop("everything", None, None, False, False, "sim"))
    stopped = monotonic()
    sleep(0.5)
    over.set()
    for thread in threads:
        thread.join()
    assert not failures, failures
    assert senders.begun
    assert [one for one in senders.begun if one[2] > stopped] == []
    gone = senders.gone
    assert [one for one in senders.begun if one[0] in gone and one[1] > gone[one[0]]] == []
