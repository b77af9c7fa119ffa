"""Seeded histories of the whole thread, with crashes, lost answers, duplicates and reordering.

After each history the standing invariants hold. A failing seed is in the test's name.
"""

import json
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from huitou import wiring
from huitou.associate.actions import tasks
from huitou.base.db import Database, Tx
from huitou.base.jobs import STREAMS
from huitou.benefit.reads import ledger
from huitou.campaign.actions import editing, publishing
from huitou.channels.wecom.client import WeComClient
from huitou.identity import actions as identities
from huitou.identity import reads as identity
from huitou.kernel.errors import Refusal
from huitou.reach.actions import messages as reach
from huitou.segment import actions as segments
from huitou.segment import reads as segment
from huitou.simulators.wecom.app import create_app as wecom_app
from huitou.worker import streams
from tests.adapters.sms_world import World
from tests.adapters.wecom.serving import CORP, Sim, serve
from tests.background import settle
from tests.conftest import Brand, Clock, make_brand, send_events
from tests.rooms.campaign.planning import plan
from tests.rooms.opportunity.shopping import stock
from tests.rooms.reach.conftest import Town, _configured, sms
from tests.sim.seeds import seeds

__all__ = ["sms"]

SEEDS = seeds((1, 2, 910))
_states: set[str] = set()
"""Of the messages of all histories."""
STEPS = 18
CRASH_SHARE = 0.08
OFTEN = {
    "v": 1,
    "all": [
        {"kind": "purchase", "window": {"last_days": 90}, "agg": "count", "op": ">=", "value": 2}
    ],
}


class Crashes:
    """The worker dies between transactions, or its commit is not answered."""

    def __init__(self, db: Database, dice: random.Random) -> None:
        self.is_on = False
        self.count = 0
        self._dice = dice
        self._write = db.write
        db.write = self.write  # type: ignore[method-assign]

    @contextmanager
    def write(self, merchant: UUID, **options: Any) -> Iterator[Tx]:
        is_worker = ":" in options.get("principal", "")
        fate = self._dice.random() if self.is_on and is_worker else 0.5
        with self._write(merchant, **options) as tx:
            yield tx
            if fate < CRASH_SHARE:
                self.count += 1
                raise psycopg.OperationalError("died before the commit")
        if fate > 1 - CRASH_SHARE:
            self.count += 1
            raise psycopg.OperationalError("died after the commit")


class History:
    """One brand's random day."""

    def __init__(self, seed: int, town: Town, wecom: Sim, sms: World, clock: Clock) -> None:
        self.dice = random.Random(seed)
        self.town, self.wecom, self.sms, self.clock = town, wecom, sms, clock
        self.crashes = Crashes(town.db, random.Random(seed + 1))
        self.merchant = town.brand.merchant.id
        stock(town)
        self.friends = town.people(8, consents=("wecom", "sms"))
        self.texted = town.people(4, consents=("sms",))
        self.silent = town.people(2, consents=())
        self.phones = {id: town.phone(id) for id in (*self.friends, *self.texted, *self.silent)}
        self.stopped: dict[UUID, Any] = {}
        self.orders: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.acts: list[str] = []
        with town.db.write(self.merchant, principal="test") as tx:
            self.segment = segments.add_segment(tx, "常客", OFTEN).id

    def run(self) -> None:
        acts: list[Callable[[], None]] = [
            self.order, self.order, self.order, self.refund, self.refund_before_order,
            self.duplicate, self.merge, self.campaign, self.tap, self.tap, self.confirm,
            self.opt_out, self.withdraw, self.split, self.forget, self.trouble, self.rewind,
        ]  # fmt: skip
        self.campaign()
        self.work()
        for _ in range(STEPS):
            act = self.dice.choice(acts)
            self.acts.append(f"{self.clock.now:%H:%M} {act.__name__}")
            act()
            self.clock.move(minutes=2)
            self.work()
        self.come_to_rest()

    def work(self) -> None:
        """The worker works, dies now and then, and is started again."""
        self.crashes.is_on = True
        for _ in range(3):
            with suppress(psycopg.OperationalError):
                settle(self.town.db, self.merchant)
        self.crashes.is_on = False

    def come_to_rest(self) -> None:
        """No more trouble; what waits for its next try has it now."""
        self.wecom.http.delete("/sim/faults")
        self.sms.http.delete("/sim/faults")
        for _ in range(4):
            self.clock.move(minutes=40)
            with self.town.db.owner() as owner:
                owner.execute(
                    "UPDATE procrastinate.procrastinate_jobs SET scheduled_at = NULL"
                    " WHERE status = 'todo'"
                )
            settle(self.town.db, self.merchant)
            self.confirm()

    def who(self, customer: UUID) -> list[dict[str, Any]]:
        return [{"kind": "phone", "value": self.phones[customer], "verified": True}]

    def take(self, *events: dict[str, Any]) -> None:
        self.sent += events
        send_events(self.town.db, self.merchant, events)

    def order(self) -> None:
        customer = self.dice.choice(list(self.phones))
        self.orders.append(self.paid(customer))
        self.take(self.orders[-1])

    def paid(self, customer: UUID) -> dict[str, Any]:
        number = f"o-{self.dice.getrandbits(60):x}"
        fen = [self.dice.randrange(1, 9_000) for _ in range(self.dice.randrange(1, 4))]
        lines = [
            {"line_no": n, "sku": "milk", "quantity": 1000, "list_fen": f, "paid_fen": f}
            for n, f in enumerate(fen, 1)
        ]
        event = self.town.event("order.paid", self.who(customer))
        late = self.dice.choice((0, 0, 1, 30))
        return {
            **event,
            "id": number,
            "occurred_at": self.clock.now - timedelta(minutes=late),
            "properties": {"order_no": number, "lines": lines, "paid_fen": sum(fen)},
        }

    def refunded(self, order: dict[str, Any]) -> dict[str, Any]:
        line = self.dice.choice(order["properties"]["lines"])
        fen = self.dice.randrange(1, line["paid_fen"] + 1)
        event = self.town.event("order.refunded", [])
        number = f"r-{self.dice.getrandbits(60):x}"
        part = {"line_no": line["line_no"], "quantity": 0, "refund_fen": fen}
        named = {"order_no": order["properties"]["order_no"], "refund_no": number}
        return {**event, "properties": {**named, "lines": [part], "refund_fen": fen}}

    def refund(self) -> None:
        if self.orders:
            self.take(self.refunded(self.dice.choice(self.orders)))

    def refund_before_order(self) -> None:
        order = self.paid(self.dice.choice(list(self.phones)))
        self.take(self.refunded(order))
        self.work()
        self.take(order)

    def duplicate(self) -> None:
        if self.sent:
            send_events(self.town.db, self.merchant, [self.dice.choice(self.sent)])

    def merge(self) -> None:
        """A card bound in the mini-program by two who turn out to be one."""
        one, two = self.dice.sample(list(self.phones), 2)
        both = [*self.who(one), *self.who(two)]
        event = self.town.event("identity.bound", both, method="card_bound")
        self.take(event)

    def campaign(self) -> None:
        with self.town.db.write(self.merchant, principal="test") as tx:
            deadline = self.clock.now + timedelta(minutes=self.dice.randrange(5, 20))
            made = editing.add(
                tx, plan(self.town, deadline=deadline, name=f"关怀 {self.dice.random()}")
            )
            with suppress(Refusal):
                publishing.publish(tx, made.id)

    def tap(self) -> None:
        """Associates send everything they have, from several phones at once."""
        with self.town.db.read(self.merchant) as tx:
            ids = tx.column(
                "SELECT id FROM associate.task WHERE merchant_id = %(merchant)s AND state = 'open'"
            )

        def send(id: UUID) -> None:
            with suppress(Refusal), self.town.db.write(self.merchant, principal="test") as tx:
                tasks.send(tx, id)

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(send, [*ids, *ids]))

    def confirm(self) -> None:
        self.wecom.order("confirm", userid="wc-a01")

    def opt_out(self) -> None:
        customer = self.dice.choice(list(self.phones))
        with self.town.db.write(self.merchant, principal="test") as tx:
            reach.opt_out(tx, customer, reason="page", proof="link:x")
        self.stopped.setdefault(customer, self.clock.now)

    def withdraw(self) -> None:
        """Told at the counter: it comes by the log."""
        who = self.who(self.dice.choice(list(self.phones)))
        self.take(self.town.event("consent.withdrawn", who, channel="all"))

    def split(self) -> None:
        """Somebody looks at two who were joined, and takes it back."""
        with suppress(Refusal), self.town.db.write(self.merchant, principal="test") as tx:
            for customer in self.dice.sample(list(self.phones), len(self.phones)):
                for merging in identity.mergings_of(tx, customer):
                    if merging.undone_at is None:
                        identities.undo_merge(tx, customer, merging.id)
                        return

    def forget(self) -> None:
        with self.town.db.write(self.merchant, principal="test") as tx:
            identities.forget(tx, self.dice.choice(list(self.phones)))

    def trouble(self) -> None:
        """Answers are lost on the way: what became of the call is unknown."""
        mode = self.dice.choice(("drop_before", "drop_after"))
        self.wecom.order("faults", path="externalcontact/add_msg_template", mode=mode, count=2)
        self.sms.sim("/faults", {"effect": mode, "action": "SendSms", "times": 2})

    def rewind(self) -> None:
        name = self.dice.choice(["order", "profile", "opportunity", "attribution"])
        streams.rewind(self.town.db, self.merchant, name, 0)


@pytest.fixture
def wecom(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sim]:
    """WeCom, and our clients of it, by the clock of the history: what came of a lost answer is looked for by time."""
    monkeypatch.setattr(wiring, "WeComClient", partial(WeComClient, now=lambda: clock.now))
    clock.now = (clock.now - timedelta(days=6)).replace(hour=1, minute=0, second=0, microsecond=0)
    with serve(wecom_app(None, lambda: clock.now.timestamp(), corp=CORP)) as url:
        sim = Sim(url)
        members = [{"userid": f"wc-a{no}", "name": no} for no in ("01", "02", "03", "12")]
        sim.order("members", members=members)
        yield sim
        sim.close()


def town_of(db: Database, brand: Brand, wecom: Sim, sms: World) -> Town:
    with db.owner() as owner:
        owner.execute(
            "SELECT event.make_partition(%(now)s), event.make_partition(%(now)s - interval '99 d')",
            {"now": db.clock()},
        )

    def send(events: Any) -> Any:
        return send_events(db, brand.merchant.id, events)

    town = Town(db, brand, send, lambda: settle(db, brand.merchant.id), wecom)
    # Adapters are kept by their settings. Another simulator may have had, or get, this port: nobody else's adapter may go
    # by this history's clock, nor this history's by another.
    own = wecom.base_url.replace("//", f"//{uuid4().hex}@")
    return _configured(town, sms.url, own)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_invariants_hold_after_any_history(
    seed: int, db: Database, clock: Clock, wecom: Sim, sms: World
) -> None:
    plain = db.write
    town = town_of(db, make_brand(db), wecom, sms)
    history = History(seed, town, wecom, sms, clock)
    try:
        history.run()
    finally:
        db.write = plain  # type: ignore[method-assign]
    assert history.crashes.count > 0
    with db.read(history.merchant) as tx:
        assert ledger.check(tx) == []
        assert set(segment.members(tx, history.segment)) == set(
            segment.customers_matching(tx, OFTEN)
        )
        assert tx.rows(dict, _WRONG_TOTALS) == []
        assert tx.rows(dict, _WRONG_COMMISSIONS) == []
        assert tx.rows(dict, _WRONG_CREDITS) == []
        assert tx.rows(dict, _NOT_FORGOTTEN) == []
        messages = tx.rows(dict, _MESSAGES)
    _states.update(message["state"] for message in messages)
    nobody_was_written_to_who_must_not_be(history, messages)
    nobody_got_more_than_one(history, messages)
    before = dump(db, history.merchant)
    for name in ("identity", "profile", "order", "reach", "opportunity", "attribution"):
        streams.rewind(db, history.merchant, name, 0)
    settle(db, history.merchant)
    assert dump(db, history.merchant) == before, "going over the log again changes nothing"


def test_the_histories_held_messages_that_were_handed_over() -> None:
    """Of all seeds together: else the invariants above are of nothing. Runs after them."""
    if not _states:
        pytest.skip("no history has run in this process")
    assert _states & {"submitted", "waiting", "unknown", "delivered"}


def nobody_was_written_to_who_must_not_be(history: History, messages: list[dict[str, Any]]) -> None:
    silent = {history.phones[id] for id in history.silent}
    for message in messages:
        at = history.stopped.get(message["first_customer_id"])
        assert at is None or message["planned_at"] <= at, "planned after the customer had opted out"
    for phone in silent:
        assert history.sms.messages(phone) == []


def nobody_got_more_than_one(history: History, messages: list[dict[str, Any]]) -> None:
    """In the inboxes, where it counts: the day's cap, and one effective message of a content."""
    for customer, phone in history.phones.items():
        chats = history.wecom.look(f"inbox/wm{phone}")["messages"]
        received = [chat for chat in chats if chat["msgid"]]
        came = received + history.sms.messages(phone)
        assert len(came) <= 1, f"{customer}, {phone}: {came}\n{history.acts}\n{messages}"


_MESSAGES = """
    SELECT m.first_customer_id, c.root_id, m.planned_at, m.state, m.channel, m.attempt
    FROM reach.message m JOIN identity.customer c
        ON c.merchant_id = m.merchant_id AND c.id = m.first_customer_id
    WHERE m.merchant_id = %(merchant)s
"""
_WRONG_TOTALS = """
    SELECT coalesce(t.customer_id, p.customer_id) AS customer, t.order_count, p.n, t.paid_fen, p.net
    FROM (SELECT o.customer_id, count(*) AS n, sum(paid_fen - refunded_fen) AS net
          FROM "order".purchase o JOIN identity.customer c
              ON c.merchant_id = o.merchant_id AND c.id = o.customer_id AND c.state = 'live'
          WHERE o.merchant_id = %(merchant)s GROUP BY o.customer_id) p
    FULL JOIN (SELECT * FROM "order".total WHERE merchant_id = %(merchant)s) t
        ON t.customer_id = p.customer_id
    WHERE (t.order_count, t.paid_fen) IS DISTINCT FROM (p.n, p.net)
"""
_WRONG_COMMISSIONS = """
    SELECT l.id FROM commission.line l
    JOIN attribution.credit c ON c.merchant_id = l.merchant_id AND c.id = l.credit_id
    WHERE l.merchant_id = %(merchant)s AND c.withdrawn_at IS NULL
      AND abs((l.amount_fen - l.reversed_fen) * 10000
              - (c.amount_fen - c.refunded_fen) * l.rate_bp) > 5000
"""
_WRONG_CREDITS = """
    SELECT c.order_no, c.customer_id, r.customer_id AS bought_by, w.root_id AS written_to,
           l.customer_id AS line_of
    FROM attribution.credit c
    JOIN identity.resolved_now r ON r.merchant_id = c.merchant_id AND r.position = c.position
    JOIN reach.message m ON m.merchant_id = c.merchant_id AND m.id = c.message_id
    JOIN identity.customer w ON w.merchant_id = m.merchant_id AND w.id = m.first_customer_id
    LEFT JOIN commission.line l ON l.merchant_id = c.merchant_id AND l.credit_id = c.id
    WHERE c.merchant_id = %(merchant)s AND c.withdrawn_at IS NULL
      AND (w.root_id <> r.customer_id
           OR c.customer_id IS DISTINCT FROM
              CASE WHEN r.state = 'live' THEN r.customer_id END
           OR l.id IS NOT NULL AND l.customer_id IS DISTINCT FROM c.customer_id)
"""
_NOT_FORGOTTEN = """
    SELECT c.id, p.customer_id AS profile, s.customer_id AS seen, n.customer_id AS consent,
           t.customer_id AS total, o.customer_id AS opportunity
    FROM identity.customer c
    LEFT JOIN profile.customer p ON p.merchant_id = c.merchant_id AND p.customer_id = c.id
    LEFT JOIN profile.seen s ON s.merchant_id = c.merchant_id AND s.customer_id = c.id
    LEFT JOIN profile.consent n ON n.merchant_id = c.merchant_id AND n.customer_id = c.id
    LEFT JOIN "order".total t ON t.merchant_id = c.merchant_id AND t.customer_id = c.id
    LEFT JOIN opportunity.opportunity o
        ON o.merchant_id = c.merchant_id AND o.customer_id = c.id
    WHERE c.merchant_id = %(merchant)s AND c.state = 'forgotten'
      AND coalesce(p.customer_id, s.customer_id, n.customer_id, t.customer_id, o.customer_id)
          IS NOT NULL
"""
_DUMPS = {
    "customers": """
        SELECT i.blind, min(other.blind) AS same_as
        FROM identity.link l JOIN identity.customer c
            ON c.merchant_id = l.merchant_id AND c.id = l.customer_id
        JOIN event.identifier i ON i.merchant_id = l.merchant_id AND i.id = l.identifier_id
        JOIN identity.customer c2 ON c2.merchant_id = c.merchant_id AND c2.root_id = c.root_id
        JOIN identity.link l2 ON l2.merchant_id = c2.merchant_id AND l2.customer_id = c2.id
        JOIN event.identifier other
            ON other.merchant_id = l2.merchant_id AND other.id = l2.identifier_id
        WHERE l.merchant_id = %(merchant)s GROUP BY i.blind ORDER BY 1""",
    "orders": """
        SELECT order_no, paid_fen, refunded_fen, line_count FROM "order".purchase
        WHERE merchant_id = %(merchant)s ORDER BY order_no""",
    "totals": """
        SELECT order_count, paid_fen, refunded_fen, first_paid_at, last_paid_at
        FROM "order".total WHERE merchant_id = %(merchant)s ORDER BY 1, 2, 3, 4, 5""",
    "consents": """
        SELECT channel, purpose, state, at FROM profile.consent
        WHERE merchant_id = %(merchant)s ORDER BY 1, 2, 3, 4""",
    "credits": """
        SELECT order_no, channel, amount_fen, refunded_fen, withdrawn_at FROM attribution.credit
        WHERE merchant_id = %(merchant)s ORDER BY 1, 2, 3, 4""",
    "commissions": """
        SELECT amount_fen, reversed_fen, state FROM commission.line
        WHERE merchant_id = %(merchant)s ORDER BY 1, 2, 3""",
}


def dump(db: Database, merchant: UUID) -> str:
    """The state as a text that does not depend on ids; one line for each kind of thing."""
    with db.read(merchant) as tx:
        return "\n".join(
            f"{name} {json.dumps(tx.rows(dict, query), default=str)}"
            for name, query in _DUMPS.items()
        )


def test_batches_of_any_size_give_the_same_state(
    db: Database, clock: Clock, wecom: Sim, sms: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    dice = random.Random(11)
    events = story(dice, clock)
    states = {}
    for batch in (1, 3, 10, 2_000):
        for name, stream in list(STREAMS.items()):
            monkeypatch.setitem(STREAMS, name, replace(stream, batch=batch))
        brand = make_brand(db)
        send_events(db, brand.merchant.id, events)
        while streams.consume(db, brand.merchant.id, wiring.ROOMS):
            pass
        settle(db, brand.merchant.id)
        state = dump(db, brand.merchant.id).splitlines()
        states[batch] = [line for line in state if not line.startswith("customers")]
        states[batch].append(str(groups(db, brand.merchant.id)))
    assert states[1] == states[3] == states[10] == states[2_000]


def groups(db: Database, merchant: UUID) -> list[list[str]]:
    """Which identifiers are of one customer, by their values."""
    with db.read(merchant) as tx:
        rows = tx.rows(
            dict,
            "SELECT c.root_id, array_agg(i.sealed) AS sealed FROM identity.link l"
            " JOIN identity.customer c ON c.merchant_id = l.merchant_id AND c.id = l.customer_id"
            " JOIN event.identifier i ON i.merchant_id = l.merchant_id AND i.id = l.identifier_id"
            " WHERE l.merchant_id = %(merchant)s GROUP BY c.root_id",
        )
        return sorted(sorted(tx.keys.open(bytes(s)) for s in row["sealed"]) for row in rows)


def story(dice: random.Random, clock: Clock) -> list[dict[str, Any]]:
    """Sixty events about nine customers, refunds before orders and bindings among them."""
    phones = [f"1330000000{n}" for n in range(9)]
    events: list[dict[str, Any]] = []
    for number in range(60):
        who = [{"kind": "phone", "value": dice.choice(phones), "verified": True}]
        kind = dice.choice(
            ("order.paid", "order.paid", "order.refunded", "identity.bound", "consent")
        )
        event = {
            "id": f"e-{number}",
            "occurred_at": clock.now - timedelta(minutes=dice.randrange(10_000)),
            "source": "pos",
            "unit": "store-0401",
            "identifiers": who,
        }
        order = f"o-{dice.randrange(25)}"
        if kind == "order.paid":
            line = {"line_no": 1, "sku": "milk", "quantity": 1000, "list_fen": 900, "paid_fen": 900}
            properties: dict[str, Any] = {"order_no": order, "lines": [line], "paid_fen": 900}
        elif kind == "order.refunded":
            line = {"line_no": 1, "quantity": 0, "refund_fen": 300}
            refund = {"order_no": order, "refund_no": f"r-{number}", "refund_fen": 300}
            properties = {**refund, "lines": [line]}
        elif kind == "identity.bound":
            card = {"kind": "card", "value": f"77{dice.randrange(6)}", "scope": "default"}
            event["identifiers"] = [*who, {**card, "verified": True}]
            properties = {"method": "card_bound"}
        else:
            kind = dice.choice(("consent.given", "consent.withdrawn"))
            properties = {"channel": "sms", "purpose": "marketing"}
        events.append({**event, "type": kind, "properties": properties})
    return events
