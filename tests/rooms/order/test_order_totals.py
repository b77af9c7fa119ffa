"""Totals are what a slow reading of the same history gives, whatever the batches, and after merges,
splits and forgetting."""

from collections.abc import Callable, Sequence
from random import Random
from typing import Any
from uuid import UUID

import pytest

from huitou.base.db import Database
from huitou.catalog.actions import save_products
from huitou.catalog.types import NewProduct
from huitou.event import reads as event
from huitou.identity import actions as identity_actions
from huitou.identity import reads as identity
from huitou.order import actions, reads
from huitou.order.store import totals as stored
from huitou.worker import streams
from tests.conftest import Brand, Clock, Read, Write, send_events
from tests.rooms.order.histories import SKUS, Model, make_history

Send = Callable[[Sequence[dict[str, Any]]], Any]


def describe(write: Write) -> None:
    with write() as tx:
        save_products(tx, [NewProduct(sku, sku, category) for sku, category in SKUS.items()])


def take(db: Database, brand: Brand, batches: list[int]) -> None:
    """Let identity and then order consume the log, order in batches of these sizes."""
    streams.consume(db, brand.merchant.id, ["identity"])
    with db.read(brand.merchant.id) as tx:
        head = event.head(tx)
    after = 0
    while after < head:
        upto = min(head, after + batches[after % len(batches)])
        with db.write(brand.merchant.id) as tx:
            actions.consume(tx, after, upto)
        after = upto


def customer_by_card(read: Read, cards: list[str]) -> dict[str, UUID]:
    found = {}
    with read() as tx:
        for card in cards:
            customer = identity.find_by_identifier(tx, "card", card, "default")
            assert customer is not None
            found[card] = identity.canonical(tx, [customer.id])[customer.id]
    return found


def check(read: Read, model: Model, merged: dict[str, str] | None = None) -> None:
    """`merged` says under which card another one's purchases count."""
    under = merged or {}
    cards = sorted(model.totals())
    customers = customer_by_card(read, cards)
    totals: dict[UUID, list[Any]] = {}
    for card, figures in model.totals().items():
        totals.setdefault(customers[under.get(card, card)], []).append(figures)
    categories: dict[tuple[UUID, str], list[Any]] = {}
    for (card, category), of_category in model.category_totals().items():
        categories.setdefault((customers[under.get(card, card)], category), []).append(of_category)
    with read() as tx:
        found = reads.totals(tx, stored.list_customers(tx))
        found_categories = {
            (cycle.customer_id, cycle.category_code): cycle for cycle in reads.purchase_cycles(tx)
        }
    assert found.keys() == totals.keys()
    for id_, parts in totals.items():
        times = [time for part in parts for time in part.times]
        total = found[id_]
        assert total.order_count == sum(part.order_count for part in parts)
        assert total.paid_fen == sum(part.paid_fen for part in parts)
        assert total.refunded_fen == sum(part.refunded_fen for part in parts)
        assert (total.first_paid_at, total.last_paid_at) == (min(times), max(times))
    assert found_categories.keys() == categories.keys()
    for key, parts in categories.items():
        times = [time for part in parts for time in part.times]
        cycle = found_categories[key]
        assert cycle.order_count == sum(part.order_count for part in parts)
        assert cycle.quantity == sum(part.quantity for part in parts)
        assert cycle.paid_fen == sum(part.paid_fen for part in parts)
        assert (cycle.first_paid_at, cycle.last_paid_at) == (min(times), max(times))


def set_aside(read: Read) -> dict[str, str]:
    with read() as tx:
        return {
            row.event_id: row.reason
            for row in event.list_set_aside(tx)
            if row.stream == actions.STREAM
        }


@pytest.mark.parametrize("seed", range(6))
def test_totals_are_those_of_a_slow_reading(
    db: Database, brand: Brand, write: Write, read: Read, clock: Clock, seed: int
) -> None:
    random = Random(seed)
    describe(write)
    events = make_history(random, clock.now, count=40, people=6)
    for start in range(0, len(events), 17):
        send_events(db, brand.merchant.id, events[start : start + 17])
    take(db, brand, random.choice([[1], [3, 1, 7], [50], [1000]]))
    model = Model()
    model.take(events)
    check(read, model)
    assert set_aside(read) == model.set_aside
    take(db, brand, [11])
    check(read, model)
    assert set_aside(read) == model.set_aside
    with write() as tx:
        actions.recount_all(tx)
    check(read, model)


def test_orders_and_totals_follow_merges_and_splits(
    db: Database, brand: Brand, write: Write, read: Read, clock: Clock, drain: Callable[[], None]
) -> None:
    random = Random(99)
    describe(write)
    events = make_history(random, clock.now, count=30, people=4)
    send_events(db, brand.merchant.id, events)
    drain()
    model = Model()
    model.take(events)
    cards = sorted(model.totals())
    customers = customer_by_card(read, cards)
    with write() as tx:
        identity_actions.merge(tx, customers[cards[0]], customers[cards[1]])
    drain()
    check(read, model, {cards[1]: cards[0], cards[0]: cards[0]})
    with write() as tx:
        actions.recount_all(tx)
    check(read, model, {cards[1]: cards[0], cards[0]: cards[0]})
    with read() as tx:
        [held] = [
            identifier.id
            for identifier in identity.identifiers_of(tx, customers[cards[0]])
            if identifier.value.plain == cards[1]
        ]
    with write() as tx:
        identity_actions.split(tx, customers[cards[0]], [held])
    drain()
    check(read, model)


def test_a_forgotten_customer_has_orders_but_no_totals(
    db: Database, brand: Brand, write: Write, read: Read, clock: Clock, drain: Callable[[], None]
) -> None:
    describe(write)
    events = make_history(Random(5), clock.now, count=12, people=1)
    send_events(db, brand.merchant.id, events)
    drain()
    [customer] = customer_by_card(read, ["88000001"]).values()
    with read() as tx:
        before = reads.list_orders(tx, customer_id=customer, is_scoped=False).items
        assert before
        assert customer in reads.totals(tx, [customer])
    with write() as tx:
        identity_actions.forget(tx, customer)
    drain()
    with write() as tx:
        actions.recount_all(tx)
        assert reads.totals(tx, [customer]) == {}
        assert reads.category_totals(tx, [customer]) == {}
        assert reads.list_orders(tx, customer_id=customer, is_scoped=False).items == before


def test_lines_and_totals_follow_the_catalogue(
    db: Database, brand: Brand, write: Write, read: Read, clock: Clock, drain: Callable[[], None]
) -> None:
    events = make_history(Random(8), clock.now, count=20, people=3)
    send_events(db, brand.merchant.id, events)
    drain()
    with read() as tx:
        assert {cycle.category_code for cycle in reads.purchase_cycles(tx)} == {"unknown"}
    describe(write)
    drain()
    model = Model()
    model.take(events)
    check(read, model)
