"""Random histories of coupons from sixteen threads, against an auditor that knows no SQL.

Each history is a seed: who takes, holds, uses, gives back, gives away and enters what, which requests
come twice, which clients die before they hear the answer and ask again, which phones tell late what
they did without a network, how time passes, which orders are refunded in the end. `HUITOU_SEED` runs
one history again.
"""

import random
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import pytest

from huitou.base.db import Database, Tx
from huitou.benefit.actions import coupons, handing, offline, redeeming
from huitou.benefit.reads import coupons as reads
from huitou.benefit.reads import ledger
from huitou.benefit.rules import codes
from huitou.benefit.rules.coupons import claim_of
from huitou.benefit.types.coupons import Claim
from huitou.benefit.types.redeeming import Basket, OfflineUse, Presented
from huitou.benefit.types.templates import Template
from huitou.kernel.errors import Refusal
from tests.background import settle
from tests.conftest import Brand, Clock, send_events
from tests.rooms.benefit.coupon_world import make_customers, publish
from tests.sim.seeds import seeds

SEEDS = seeds(range(4))
THREADS, STEPS = 16, 30
CUSTOMERS, ORDERS, PRINTED = 8, 12, 12
UNITS = ("store-0401", "store-0412", "mall")
ORDER_UNIT = "store-0401"

Answer = TypeVar("Answer")


class Died(Exception):
    """The client dies before its transaction commits."""


@dataclass
class Auditor:
    """What clients were told, and what of it cannot be true."""

    codes: set[str] = field(default_factory=set)
    tokens: list[tuple[str, Any]] = field(default_factory=list)
    taken: dict[Any, str] = field(default_factory=dict)
    uses: dict[str, UUID] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    faults: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def heard(self, book: dict[Any, Any], key: Any, answer: Any) -> None:
        """The same request has the same answer for ever."""
        with self.lock:
            if book.setdefault(key, answer) != answer:
                self.faults.append(f"{key}: {book[key]}, then {answer}")

    def count(self, what: str) -> None:
        with self.lock:
            self.counts[what] += 1

    def some_code(self, dice: random.Random) -> str | None:
        with self.lock:
            return dice.choice(sorted(self.codes)) if self.codes else None


@dataclass(frozen=True)
class World:
    db: Database
    brand: Brand
    clock: Clock
    customers: Sequence[UUID]
    templates: Sequence[Template]
    printed: Sequence[str]
    auditor: Auditor


class Client(threading.Thread):
    """One of many, with a seed of its own."""

    def __init__(self, world: World, seed: str) -> None:
        super().__init__(name=seed)
        self._world, self._auditor = world, world.auditor
        self._dice = random.Random(seed)
        self._failure: BaseException | None = None

    def run(self) -> None:
        try:
            for _ in range(STEPS):
                self._step()
        except BaseException as error:  # told to the test's thread by `finish`
            self._failure = error

    def finish(self) -> None:
        self.join()
        if self._failure is not None:
            raise self._failure

    def _step(self) -> None:
        acts = {
            self._take: 8,
            self._issue: 2,
            self._redeem: 5,
            self._check_out: 5,
            self._return: 3,
            self._give_away: 3,
            self._enter: 3,
            self._make_tokens: 2,
            self._sync: 3,
            self._revoke: 1,
            self._pass_time: 2,
        }
        [act] = self._dice.choices(list(acts), weights=list(acts.values()))
        try:
            act()
            self._auditor.count(act.__name__)
        except Refusal as refusal:
            self._auditor.count(refusal.code)

    def _take(self) -> None:
        template = self._dice.choice(self._world.templates)
        wishes = [(self._customer(), f"wish {self._dice.randrange(3)}") for _ in range(3)]
        claims = [Claim(who, claim_of(key, who)) for who, key in wishes]
        answers = self._until_heard(lambda tx: coupons.take(tx, template.id, claims))
        for claim, answer in zip(claims, answers, strict=True):
            if answer.code is not None:
                self._auditor.heard(self._auditor.taken, (template.id, claim.claim), answer.code)
                self._auditor.codes.add(answer.code)

    def _issue(self) -> None:
        template = self._dice.choice(self._world.templates)
        key = f"grant {self._dice.randrange(3)}"
        issued = self._until_heard(
            lambda tx: coupons.issue(tx, template.id, self._world.customers, key=key)
        )
        for each in issued.answers:
            if each.serial is not None:
                self._auditor.heard(
                    self._auditor.taken, (template.id, key, each.customer_id), each.serial
                )

    def _redeem(self) -> None:
        code = self._code()
        number = self._dice.randrange(60)
        order_no = f"O-{number % ORDERS}" if number % 2 else None
        unit = ORDER_UNIT if order_no else self._dice.choice(UNITS)
        asked = Presented(code, unit, f"till {code} {number}", order_no, Basket(50_000))
        redeemed = self._until_heard(lambda tx: redeeming.redeem(tx, asked))
        assert asked.key is not None
        self._auditor.heard(self._auditor.uses, asked.key, redeemed.use_id)

    def _check_out(self) -> None:
        order_no = f"O-{self._dice.randrange(ORDERS)}"
        wanted = [self._code() for _ in range(self._dice.randint(1, 2))]
        lasts = timedelta(minutes=self._dice.choice((5, 60)))
        self._until_heard(
            lambda tx: redeeming.freeze(tx, wanted, ORDER_UNIT, order_no, Basket(), lasts=lasts)
        )
        if self._dice.random() < 0.7:
            self._until_heard(lambda tx: redeeming.capture(tx, ORDER_UNIT, order_no))
        else:
            self._until_heard(lambda tx: redeeming.release(tx, ORDER_UNIT, order_no))

    def _return(self) -> None:
        code = self._code()
        self._until_heard(lambda tx: redeeming.give_back(tx, code))

    def _give_away(self) -> None:
        giver, taker = self._customer(), self._customer()
        with self._world.db.read(self._world.brand.merchant.id) as tx:
            pack = [each.code for each in reads.pack(tx, giver) if each.is_transferable]
        if pack:
            code = self._dice.choice(pack)
            theirs = self._until_heard(
                lambda tx: handing.transfer(tx, code, taker, from_customer_id=giver)
            )
            self._auditor.codes.add(theirs.code)

    def _enter(self) -> None:
        code, who = self._dice.choice(self._world.printed), self._customer()
        bound = self._until_heard(lambda tx: handing.bind(tx, code, who))
        self._auditor.heard(self._auditor.taken, f"printed {code}", bound.customer_id)
        self._auditor.codes.add(code)

    def _make_tokens(self) -> None:
        code = self._code()
        with self._world.db.read(self._world.brand.merchant.id) as tx:
            made = offline.make_tokens(tx, code, 2)
        self._auditor.tokens += [(token, self._world.clock.now) for token in made.tokens]

    def _sync(self) -> None:
        if not self._auditor.tokens:
            return
        told = []
        for _ in range(self._dice.randint(1, 4)):
            token, at = self._dice.choice(self._auditor.tokens)
            number = self._dice.randrange(2)
            told.append(
                OfflineUse(f"phone {token[-20:]} {number}", token, UNITS[number], at, None, 50_000)
            )
        for each in self._until_heard(lambda tx: offline.sync(tx, told)):
            if each.outcome != "refused":
                self._auditor.heard(self._auditor.told, each.key, each.outcome)

    def _revoke(self) -> None:
        code = self._code()
        self._until_heard(lambda tx: handing.revoke(tx, code, "sim"))

    def _pass_time(self) -> None:
        self._world.clock.move(minutes=self._dice.choice((1, 10, 60, 300)))
        self._until_heard(handing.lapse)
        self._until_heard(handing.expire)

    def _customer(self) -> UUID:
        return self._dice.choice(self._world.customers)

    def _code(self) -> str:
        return self._auditor.some_code(self._dice) or self._dice.choice(self._world.printed)

    def _until_heard(self, act: Callable[[Tx], Answer]) -> Answer:
        """Ask until an answer is heard: some die before the commit, some after it.

        Who died after the commit and is refused now (the coupon is used, given back …) has been
        served: that is no fault.
        """
        while True:
            try:
                with self._world.db.write(self._world.brand.merchant.id, principal="sim") as tx:
                    answer = act(tx)
                    if self._dice.random() < 0.1:
                        raise Died
            except Died:
                continue
            if self._dice.random() >= 0.1:
                return answer


@pytest.mark.parametrize("seed", SEEDS)
def test_random_histories_keep_coupons_sound(
    db: Database, brand: Brand, clock: Clock, seed: int
) -> None:
    world = _world(db, brand, clock, seed)
    clients = [Client(world, f"{seed}:{number}") for number in range(THREADS)]
    for client in clients:
        client.start()
    for client in clients:
        client.finish()
    told = f"run again with HUITOU_SEED={seed}"
    auditor = world.auditor
    assert auditor.faults == [], told
    assert auditor.counts["_redeem"] + auditor.counts["_check_out"] > 5, (told, auditor.counts)
    with db.read(brand.merchant.id) as tx:
        assert ledger.check(tx) == [], told
        _check_answers(tx, world, told)

    _refund_all(world)
    with db.read(brand.merchant.id) as tx:
        assert ledger.check(tx) == [], told
        left = tx.value(
            "SELECT count(*) FROM benefit.coupon WHERE state = 'used' AND ref LIKE '%%/O-%%'"
        )
    assert left == 0, told


def _check_answers(tx: Any, world: World, told: str) -> None:
    """Whoever was told of a coupon has it, no more were given than there are, and what phones told was
    kept once."""
    for answer in world.auditor.taken.values():
        if isinstance(answer, str):
            assert reads.get_coupon(tx, answer).code == answer, told
    stock = {each.id: each.promise.stock for each in world.templates}
    for template_id, most in stock.items():
        given = tx.value(
            "SELECT count(*) FROM benefit.coupon WHERE template_id = %(id)s AND nth IS NOT NULL",
            {"id": template_id},
        )
        assert most is None or given <= most, told
    booked = tx.value("SELECT count(*) FROM benefit.coupon_use WHERE is_offline")
    assert booked == len(world.auditor.told), told


def _world(db: Database, brand: Brand, clock: Clock, seed: int) -> World:
    customers = make_customers(db, brand.merchant.id, CUSTOMERS, f"sim{seed}-{uuid4().hex[:4]}-")
    with db.write(brand.merchant.id, principal="sim") as tx:
        templates = [
            publish(tx, per_customer=3, stock=25, is_transferable=True, is_combinable=True),
            publish(tx, per_customer=1, stock=None, window={"kind": "relative", "days": 1}),
            publish(tx, per_customer=None, stock=40, is_combinable=True, return_days=0),
        ]
        batch = handing.print_codes(tx, templates[2].id, PRINTED)
        printed = codes.codes_of(
            tx.keys.codes, templates[2].number, range(batch.first, batch.last + 1)
        )
    return World(db, brand, clock, customers, templates, printed, Auditor())


def _refund_all(world: World) -> None:
    """Every order is paid and refunded in full: what they used comes back, once."""
    at = world.clock.now.isoformat()
    common = {"occurred_at": at, "source": "pos", "unit": ORDER_UNIT, "identifiers": []}
    line = {"line_no": 1, "sku": "A", "quantity": 1_000, "list_fen": 500, "paid_fen": 500}
    for number in range(ORDERS):
        order_no = f"O-{number}"
        paid = {"order_no": order_no, "paid_fen": 500, "shipping_fen": 0, "lines": [line]}
        events = [{"id": f"paid {number}", "type": "order.paid", "properties": paid} | common]
        for part, fen in enumerate((200, 300)):
            back = {"line_no": 1, "quantity": 0, "refund_fen": fen}
            refunded = {"order_no": order_no, "refund_no": f"{order_no}-{part}"}
            properties = refunded | {"refund_fen": fen, "lines": [back]}
            events.append(
                {"id": f"back {number} {part}", "type": "order.refunded", "properties": properties}
                | common
            )
        send_events(world.db, world.brand.merchant.id, events)
    settle(world.db, world.brand.merchant.id)
