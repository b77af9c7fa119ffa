"""Whoever has a task sees its customer, in whoever's book they are, while the task lasts and a day more."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.associate.actions import managing, tasks
from huitou.base.db import Database, Scope
from huitou.identity import actions as identity
from huitou.identity import reads as identities
from huitou.merchant import actions as merchants
from huitou.merchant.types import NewStaff
from huitou.opportunity import actions as opportunities
from huitou.profile import actions as profiles
from huitou.profile import reads as profile
from tests.conftest import PASSWORD, Brand, Clock, Read, Write
from tests.rooms.associate.test_tasks import tasks_for
from tests.rooms.opportunity.shopping import rhythm, stock
from tests.rooms.reach.conftest import Town


@pytest.fixture
def colleague(db: Database, brand: Brand) -> Iterator[TestClient]:
    """The phone of 导购甲; in these tests the customers are 导购乙's."""
    with TestClient(create_app(db), base_url="http://testserver") as http:
        login = f"a01-{brand.merchant.id.hex[-6:]}"
        assert http.post("/v1/session", json={"login": login, "password": PASSWORD}).is_success
        yield http


def of_another(town: Town, count: int = 1) -> list[UUID]:
    """Customers in 导购乙's book."""
    stock(town)
    return town.people(count, consents=("wecom", "sms"), staff="wc-a02")


def own(town: Town, staff: str, store: str = "store-0401") -> Scope:
    return Scope(town.brand.units[store].path, town.brand.staff[staff].id)


def hand_over(town: Town, task_id: UUID, staff: str) -> None:
    with town.db.write(town.brand.merchant.id) as tx:
        moved = managing.reassign(tx, task_ids=[task_id], to_staff=town.brand.staff[staff].id)
    assert moved.moved == 1


def sees(read: Read, scope: Scope, *customers: UUID) -> set[UUID]:
    with read(scope) as tx:
        return profile.visible(tx, customers)


def test_a_colleague_sees_the_customer_while_the_task_is_hers(
    town: Town, colleague: TestClient, clock: Clock, read: Read
) -> None:
    customer, other = of_another(town, 2)
    town.send(rhythm(town, customer, every=12, times=5))
    town.drain()
    with town.db.write(town.brand.merchant.id) as tx:
        opportunities.refresh(tx)
    [task] = tasks_for(town, [customer], staff="a-02")

    about = [
        f"/v1/customers/{customer}{page}"
        for page in ("", "/totals", "/orders", "/timeline", "/coupons", "/why-one")
    ]
    about.append(f"/v1/notifications?customer={customer}")

    def answers() -> set[int]:
        return {colleague.get(path).status_code for path in about}

    def found(path: str) -> list[Any]:
        items: list[Any] = colleague.get(path).json()["items"]
        return items

    def told() -> list[int]:
        """How much the questions with a filter answer about the customer."""
        filters = (f"orders?customer={customer}", f"opportunities?customer={customer}",
                   f"totals?customers={customer},{other}", f"customers?ids={customer},{other}")  # fmt: skip
        return [len(found(f"/v1/{each}")) for each in filters]

    assert (answers(), told()) == ({404}, [0, 0, 0, 0])
    hand_over(town, task, "a-01")
    assert (answers(), told()) == ({200}, [5, 1, 1, 1])
    [due] = found(f"/v1/opportunities?customer={customer}")
    assert colleague.get(f"/v1/opportunities/{due['id']}").status_code == 200
    assert colleague.get(f"/v1/customers/{customer}/totals").json()["total"]["order_count"] == 5
    # Lists and searches stay her own book.
    lists = ("customers", f"customers?q={customer}", "orders", "opportunities", "notifications")
    assert [found(f"/v1/{each}") for each in lists] == [[]] * len(lists)
    assert colleague.get(f"/v1/customers/{other}").status_code == 404

    dismissed = colleague.post(f"/v1/tasks/{task}/dismiss", json={"reason": "contacted_elsewhere"})
    assert dismissed.is_success
    clock.move(hours=23)
    assert (answers(), told()) == ({200}, [5, 1, 1, 1])
    clock.move(hours=2)
    assert (answers(), told()) == ({404}, [0, 0, 0, 0])
    assert colleague.get(f"/v1/opportunities/{due['id']}").status_code == 404
    assert sees(read, own(town, "a-02"), customer) == {customer}


def test_nobody_else_sees_more_and_a_task_handed_on_is_gone_at_once(
    town: Town, read: Read, write: Write
) -> None:
    [customer] = of_another(town)
    [task] = tasks_for(town, [customer], staff="a-02")
    hand_over(town, task, "a-01")
    seen = {staff for staff in ("a-01", "a-02") if sees(read, own(town, staff), customer)}
    assert seen == {"a-01", "a-02"}
    with write() as tx:
        [new] = merchants.add_staff(tx, [NewStaff("a-04", "导购戊", "associate", "store-0401")])
    others = [own(town, "a-03", "store-0402"), own(town, "a-12", "store-0412"),
              Scope(town.brand.units["store-0401"].path, new.id),
              Scope(town.brand.units["region-2"].path)]  # fmt: skip
    assert [sees(read, scope, customer) for scope in others] == [set()] * len(others)
    with write() as tx:
        managing.reassign(tx, task_ids=[task], to_staff=new.id)
    assert sees(read, own(town, "a-01"), customer) == set()
    assert sees(read, Scope(town.brand.units["store-0401"].path, new.id), customer) == {customer}


def test_who_has_gone_to_another_store_sees_neither_task_nor_customer(
    town: Town, read: Read
) -> None:
    [customer] = of_another(town)
    tasks_for(town, [customer])
    assert sees(read, own(town, "a-01"), customer) == {customer}
    assert sees(read, own(town, "a-01", "store-0412"), customer) == set()


def test_a_task_shows_its_customer_whatever_their_home_store(
    town: Town, read: Read, write: Write
) -> None:
    [customer] = of_another(town)
    with write() as tx:
        profiles.assign(tx, [customer], town.brand.staff["a-12"].id)
    tasks_for(town, [customer])
    with read(own(town, "a-01")) as tx:
        assert profile.get_customer(tx, customer).id == customer


def test_a_merge_keeps_it_and_its_undoing_leaves_the_one_of_the_task(
    town: Town, read: Read, write: Write, drain: Callable[[], None]
) -> None:
    first, second = of_another(town, 2)
    tasks_for(town, [second])
    scope = own(town, "a-01")
    with write() as tx:
        root = identity.merge(tx, first, second)
    assert root.id == first

    def holds() -> None:
        assert sees(read, scope, first) == {first}
        with read(scope) as tx:
            assert profile.get_visible_root(tx, second) == first

    holds()  # before the rooms have heard of it, and after
    drain()
    holds()
    with write() as tx:
        [merging] = identities.mergings_of(tx, first)
        identity.undo_merge(tx, first, merging.id)
    assert first not in sees(read, scope, first, second)
    drain()
    assert sees(read, scope, first, second) == {second}


def test_of_the_forgotten_nothing_is_seen(
    town: Town, read: Read, write: Write, drain: Callable[[], None]
) -> None:
    [customer] = of_another(town)
    tasks_for(town, [customer])
    with write() as tx:
        identity.forget(tx, customer)
    drain()
    assert sees(read, own(town, "a-01"), customer) == set()


def test_a_sent_task_counts_from_its_receipt_and_one_opened_again_goes_on(
    town: Town, read: Read, write: Write, clock: Clock
) -> None:
    [customer] = of_another(town)
    [task] = tasks_for(town, [customer])
    scope, day = own(town, "a-01"), timedelta(days=1)

    def ended(state: str, ago: timedelta | None) -> set[UUID]:
        with write() as tx:
            tx.run(
                "UPDATE associate.task SET state = %(state)s, closed_at = %(now)s - %(ago)s::interval"
                " WHERE merchant_id = %(merchant)s AND id = %(id)s",
                {"id": task, "state": state, "ago": ago},
            )
        return sees(read, scope, customer)

    assert ended("awaiting_confirmation", None) == {customer}
    assert ended("sent", day - timedelta(minutes=1)) == {customer}
    assert ended("sent", day) == set()
    assert ended("expired", day * 3) == set()
    assert ended("open", None) == {customer}
    with write() as tx:
        tasks.expire_these(tx, [task])
    assert sees(read, scope, customer) == {customer}
