"""Seeded histories of orders: placed, repeated, cancelled, paid, lapsed, offers changed, customers merged. After every
step no limit and no budget is exceeded, tallies are the sums of uses, and every order replays."""

from random import Random
from time import monotonic
from typing import Any
from uuid import UUID

import pytest

from huitou.base.db import Database, ReadTx, Tx
from huitou.identity import actions as identity
from huitou.identity import reads as identities
from huitou.kernel.errors import Refusal
from huitou.merchant import actions as merchants
from huitou.offer.actions import offers as editing
from huitou.offer.actions import orders, publishing
from huitou.offer.reads import carts
from huitou.offer.reads import orders as reads
from huitou.offer.reads.carts import Wanted, WantedLine
from huitou.offer.store import offers as stored
from huitou.offer.store import orders as store
from huitou.offer.types.carts import Decision
from huitou.offer.types.offers import OfferDocument
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.benefit.coupon_world import make_customers

UNIT = "store-0401"
BUDGET_FEN, BUDGET_ORDERS, CUSTOMER_ORDERS, CUSTOMER_UNITS = 4_000, 6, 2, 5


def documents(off_fen: int) -> list[OfferDocument]:
    tiers = [{"at_least": 1_000, "off_fen": off_fen}]
    told: list[dict[str, Any]] = [
        {
            "name": "预算",
            "terms": {"kind": "activity", "tiers": tiers},
            "limits": {"budget_fen": BUDGET_FEN, "budget_orders": BUDGET_ORDERS},
        },
        {
            "name": "限单",
            "terms": {"kind": "activity", "group": "other", "tiers": tiers},
            "limits": {"customer_orders": CUSTOMER_ORDERS},
        },
        {
            "name": "限件",
            "terms": {"kind": "price", "pay_bp": 9_000},
            "limits": {"customer_units": CUSTOMER_UNITS},
        },
    ]
    return [OfferDocument.model_validate(each, strict=False) for each in told]


class History:
    """What happens, by dice."""

    def __init__(self, dice: Random, customers: list[UUID], offers: list[UUID]) -> None:
        self.dice, self.customers, self.offers = dice, customers, offers
        self.asked: dict[str, tuple[Wanted, Decision]] = {}

    def step(self, tx: Tx) -> None:
        """One thing; a refusal leaves nothing behind."""
        verbs = [self.place] * 6 + [self.repeat, self.cancel, self.cancel, self.change, self.merge]
        try:
            with tx.savepoint():
                self.dice.choice(verbs)(tx)
        except Refusal:
            pass

    def place(self, tx: Tx) -> None:
        fen = self.dice.randint(500, 2_000)
        lines = (WantedLine(1, "A", self.dice.randint(1, 3), fen),)
        wanted = Wanted(UNIT, lines, customer=str(self.dice.choice(self.customers)))
        told = carts.best(tx, wanted, clock=monotonic, budget_ms=200)
        order_no = f"N-{self.dice.randint(1, 30)}"
        if order_no not in self.asked:
            self.asked[order_no] = wanted, told.decision
        self._place(tx, order_no)

    def repeat(self, tx: Tx) -> None:
        if self.asked:
            self._place(tx, self.dice.choice(sorted(self.asked)))

    def cancel(self, tx: Tx) -> None:
        if self.asked:
            orders.cancel(tx, UNIT, self.dice.choice(sorted(self.asked)))

    def change(self, tx: Tx) -> None:
        place = self.dice.randrange(len(self.offers))
        offer = stored.find_offers(tx, [self.offers[place]])[0]
        document = documents(self.dice.choice([100, 300, 700]))[place]
        edited = editing.edit(tx, offer.id, document, version=offer.version)
        publishing.publish(tx, offer.id, version=edited.version)

    def merge(self, tx: Tx) -> None:
        one, other = self.dice.sample(self.customers, 2)
        identity.merge(tx, one, other)

    def _place(self, tx: Tx, order_no: str) -> None:
        wanted, decision = self.asked[order_no]
        orders.place(tx, wanted, order_no, decision, request=order_no.encode())


def sound(tx: ReadTx, customers: list[UUID], offers: list[UUID]) -> None:
    """What must hold at any moment."""
    assert store.list_wrong_tallies(tx) == []
    assert reads.check(tx).faults == []
    tallies = stored.list_tallies(tx, offers)
    assert tallies[offers[0]].cost_fen <= BUDGET_FEN
    assert tallies[offers[0]].orders <= BUDGET_ORDERS
    for root_id in set(identities.canonical(tx, customers).values()):
        members = [each.id for each in identities.members_of(tx, root_id)]
        taken = store.list_taken(tx, members, offers)
        # A merge may bring together what each had in full; nothing is added beyond a limit.
        if offers[1] in taken:
            assert taken[offers[1]].orders <= CUSTOMER_ORDERS * len(members)
        if offers[2] in taken:
            assert taken[offers[2]].pieces <= CUSTOMER_UNITS * len(members)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_happens_limits_hold(
    seed: int, db: Database, brand: Brand, write: Write, read: Read, clock: Clock
) -> None:
    customers = make_customers(db, brand.merchant.id, 5, prefix=f"h{seed}")
    with write() as tx:
        merchants.set_setting(tx, "offer.approval_fen", 0)
        drafts = [editing.add(tx, each) for each in documents(300)]
        offers = [publishing.publish(tx, each.id, version=1).id for each in drafts]
    history = History(Random(seed), customers, offers)
    most = 0
    for _ in range(40):
        with write() as tx:
            history.step(tx)
        with read() as tx:
            sound(tx, customers, offers)
            most = max(most, *(each.orders for each in stored.list_tallies(tx, offers).values()))
    assert most > CUSTOMER_ORDERS
    clock.move(days=8)
    with write() as tx:
        orders.lapse(tx)
    with read() as tx:
        sound(tx, customers, offers)
        assert {tally.orders for tally in stored.list_tallies(tx, offers).values()} == {0}
