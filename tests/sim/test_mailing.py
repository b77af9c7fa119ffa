"""Mailings among single messages, by dice and by threads: whatever is decided in sets, reserved in buckets and made into messages
bit by bit, nobody gets more than the policy allows, and no place is held for ever."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest
from pyroaring import BitMap

from huitou.base.db import Tx
from huitou.base.warehouse import writer
from huitou.base.warehouse.reader import Warehouse
from huitou.reach.actions import mailings
from huitou.reach.actions import messages as actions
from huitou.reach.jobs import mailing
from huitou.reach.reads import mailings as shown
from huitou.reach.reads import messages as reads
from huitou.reach.store import mailings as store
from huitou.reach.store import people as people_store
from huitou.reach.types.gate import Candidate
from huitou.reach.types.mailings import MailingPlan, Place, Way
from huitou.reach.types.policies import ContactPolicy
from tests.conftest import Clock
from tests.rooms.reach import conftest as reach
from tests.rooms.reach.conftest import Town
from tests.sim.seeds import seeds
from tests.sim.test_contact import DAY_MAX, POLICY, ZONE, Provider, Senders

town = reach.town

STEPS = 150


class Mailers(Senders):
    """Senders, and headquarters that mails to many."""

    def __init__(
        self, town: Town, clock: Clock, provider: Provider, customers: list[UUID], copies: Warehouse
    ) -> None:
        super().__init__(town, clock, provider, customers)
        self.copies = copies
        with town.db.read(town.brand.merchant.id) as tx:
            self.ordinals = {
                id: own[0] for id, own in people_store.list_ordinals(tx, customers).items()
            }
        self.mailings: list[tuple[UUID, MailingPlan]] = []
        self.flush(is_whole=True)

    def flush(self, dice: Random | None = None, *, is_whole: bool = False) -> None:
        step: Callable[..., int] = writer.rebuild if is_whole else writer.flush
        self.write(step, self.copies.folder(self.town.brand.merchant.id))

    def mail(self, dice: Random) -> None:
        whom = BitMap(self.ordinals[one] for one in dice.sample(self.customers, 5))
        plan = MailingPlan(
            content_key=uuid4().hex,
            ways=(Way(channel="sms", cost_fen=5_000),),
            priority=dice.randint(1, 5),
            budget_fen=dice.choice((None, None, 15)),
            not_before=dice.choice(
                (None, None, self.clock.now + timedelta(hours=dice.randint(1, 60)))
            ),
        )
        mailing_id = uuid4()
        self.write(lambda tx: mailings.begin(tx, mailing_id, plan, whom))
        self.mailings.append((mailing_id, plan))

    def go_on(self, dice: Random) -> None:
        """A step of some mailing; a step that is late, or comes twice, does nothing."""
        if not self.mailings:
            return
        mailing_id, plan = dice.choice(self.mailings)
        step = dice.choice(("decide", "reserve", "reserve", "dispatch", "dispatch", "stop"))
        if step == "decide":
            self.write(lambda tx: mailing.decide_mailing(tx, mailing_id=str(mailing_id)))
        elif step == "reserve":
            self.write(lambda tx: mailing.reserve_mailing(tx, mailing_id=str(mailing_id)))
        elif step == "dispatch":
            count = dice.randint(1, 4)
            self.write(lambda tx: self._dispatch(tx, mailing_id, plan, count))
        elif dice.random() < 0.2:
            self.write(lambda tx: mailings.stop(tx, mailing_id))

    def _dispatch(self, tx: Tx, mailing_id: UUID, plan: MailingPlan, count: int) -> object:
        def compose(places: Sequence[Place]) -> list[Candidate]:
            return [
                self.town.candidate(one.customer_id, content_key=plan.content_key) for one in places
            ]

        return mailings.dispatch(tx, mailing_id, count, compose)

    def finish_mailings(self) -> None:
        for mailing_id, plan in self.mailings:
            for _ in range(20):
                self.write(lambda tx, id=mailing_id: mailing.decide_mailing(tx, mailing_id=str(id)))
                self.write(
                    lambda tx, id=mailing_id: mailing.reserve_mailing(tx, mailing_id=str(id))
                )
                self.write(lambda tx, id=mailing_id, plan=plan: self._dispatch(tx, id, plan, 5))
            with self.town.db.read(self.town.brand.merchant.id) as tx:
                over = shown.get_mailing(tx, mailing_id)
            assert over.state in ("done", "stopped")
            assert sum(tally.count for tally in over.tallies) == over.candidates == 5
            assert not {"chosen", "reserved"} & {tally.outcome for tally in over.tallies}
        with self.town.db.read(self.town.brand.merchant.id) as tx:
            assert not store.has_held(tx)


@pytest.fixture
def mailers(
    town: Town, clock: Clock, tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Mailers]:
    day = datetime.now(UTC).date()
    clock.now = datetime(day.year, day.month, day.day, 1, tzinfo=UTC)
    customers = town.people(8)
    with town.db.write(town.brand.merchant.id) as tx:
        version = reads.policy_shown(tx).version
        actions.set_policy(tx, ContactPolicy.model_validate(POLICY), version=version)
    copies = Warehouse(tmp_path)
    town.db.warehouse = copies
    yield Mailers(town, clock, Provider(Random(request.node.name)), customers, copies)
    town.db.warehouse = None
    copies.close()


@pytest.mark.parametrize("seed", seeds(range(4)))
def test_mailings_and_single_messages_count_each_other(mailers: Mailers, seed: int) -> None:
    dice = Random(seed)
    verbs = [mailers.plan] * 2 + [mailers.claim] * 5 + [mailers.settle] * 4
    verbs += [mailers.lose, mailers.ask, mailers.withdraw, *[mailers.consent] * 3]
    verbs += [mailers.mail] * 2 + [mailers.go_on] * 10 + [mailers.flush] * 2
    for _ in range(STEPS):
        dice.choice(verbs)(dice)
        if dice.random() < 0.25:
            mailers.clock.move(minutes=dice.randint(1, 400))
    mailers.finish_mailings()
    mailers.finish()
    assert len(mailers.provider.taken) > 5
    assert len(mailers.mailings) > 3


def test_a_mailing_and_many_planners_at_once(mailers: Mailers) -> None:
    """Nobody is planned for more than the policy allows, whoever was quicker: places and messages together."""
    failures: list[BaseException] = []
    ready = threading.Barrier(9)

    def rush(seed: int) -> None:
        dice = Random(seed)
        try:
            ready.wait()
            for _ in range(6):
                if seed:
                    mailers.plan(dice)
                    continue
                mailers.mail(dice)
                for step in (
                    mailing.decide_mailing,
                    mailing.reserve_mailing,
                    mailing.reserve_mailing,
                ):
                    own = str(mailers.mailings[-1][0])
                    mailers.write(lambda tx, step=step, own=own: step(tx, mailing_id=own))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=rush, args=(seed,)) for seed in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    with mailers.town.db.read(mailers.town.brand.merchant.id) as tx:
        held = store.list_held(tx)
        planned = tx.column(
            "SELECT customer_id FROM reach.message WHERE merchant_id = %(merchant)s AND state = 'planned'"
        )
    today = mailers.clock.now.astimezone(ZONE).date()
    for customer, ordinal in mailers.ordinals.items():
        days = Counter([today] * planned.count(customer))
        days.update(one.at.astimezone(ZONE).date() for one in held if ordinal in one.people)
        assert max(days.values(), default=0) <= DAY_MAX, "more than a day allows"
    assert held or planned
    mailers.finish_mailings()
    mailers.finish()
