"""Opportunities on real rows: opened, listed in scope, won, expired, moved, forgotten."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from fastapi.testclient import TestClient

from huitou.base.db import Scope
from huitou.identity import actions as identity
from huitou.opportunity import actions, reads
from huitou.opportunity.types import Refreshed, Shown
from huitou.order import actions as orders
from huitou.profile import actions as profile
from tests.conftest import Clock, Read, Write
from tests.rooms.opportunity.shopping import bought, rhythm, stock
from tests.rooms.reach.conftest import Town


def of(town: Town, customer: UUID) -> list[Shown]:
    with town.db.read(town.brand.merchant.id) as tx:
        return list(reads.list_opportunities(tx, customer_id=customer).items)


def refresh(town: Town) -> Refreshed:
    with town.db.write(town.brand.merchant.id) as tx:
        return actions.refresh(tx)


def regulars(town: Town, count: int = 1, *, every: int = 12) -> list[UUID]:
    """Customers who buy milk every so many days and are due."""
    stock(town)
    people = town.people(count, consents=("wecom", "sms"))
    town.send([e for c in people for e in rhythm(town, c, every=every, times=5)])
    town.drain()
    refresh(town)
    return people


def test_a_regular_buyer_is_due_with_the_facts(town: Town) -> None:
    [customer] = regulars(town)
    [found] = of(town, customer)
    assert (found.state, found.category_code, found.expected_fen) == ("open", "dairy", 1_200)
    assert found.reason["cycle_days"] == 12
    assert found.reason["order_count"] == 5
    assert found.reason_zh.startswith("通常每 12 天买一次乳制品，上次 ")
    assert found.skus[0] == "milk"
    assert found.due_from <= town.db.clock() < found.expires_at
    assert found.name is None or "*" in found.name.masked


def test_refreshing_again_changes_nothing(town: Town) -> None:
    [customer] = regulars(town)
    before = of(town, customer)
    again = refresh(town)
    assert again.expired == 0
    assert of(town, customer) == before


def test_a_purchase_of_the_category_wins_and_begins_a_new_rhythm(town: Town) -> None:
    [customer] = regulars(town)
    town.send([bought(town, customer, town.db.clock() + timedelta(seconds=1))])
    town.drain()
    assert [item.state for item in of(town, customer)] == ["won"]


def test_a_purchase_of_something_else_wins_nothing(town: Town) -> None:
    [customer] = regulars(town)
    town.send([bought(town, customer, town.db.clock() + timedelta(seconds=1), ["bread"])])
    town.drain()
    assert [item.state for item in of(town, customer)] == ["open"]


def test_what_is_not_used_expires(town: Town, clock: Clock) -> None:
    [customer] = regulars(town)
    clock.move(days=30)
    try:
        assert refresh(town).expired == 1
        assert [item.state for item in of(town, customer)] == ["expired"]
    finally:
        clock.move(days=-30)


def test_who_will_not_be_profiled_is_left_alone(town: Town, write: Write) -> None:
    [customer] = regulars(town)
    with write() as tx:
        profile.set_flags(tx, customer, no_profiling=True, under_14=False)
    refresh(town)
    assert [item.state for item in of(town, customer)] == ["expired"]


def test_lists_keep_to_the_scope(town: Town, read: Read) -> None:
    [customer] = regulars(town)
    staff = town.brand.staff
    units = town.brand.units
    seen = {
        "own": Scope(units["store-0401"].path, staff["a-01"].id),
        "colleague": Scope(units["store-0401"].path, staff["a-02"].id),
        "store": Scope(units["store-0401"].path),
        "other region": Scope(units["region-2"].path),
    }
    counts = {}
    for name, scope in seen.items():
        with read(scope) as tx:
            page = reads.list_opportunities(tx)
            assert reads.kinds(tx)[0].count == len(page.items)
            counts[name] = [item.customer_id for item in page.items]
    assert counts == {"own": [customer], "colleague": [], "store": [customer], "other region": []}


def test_pages_hold_everyone_once_best_first(town: Town, read: Read) -> None:
    people = regulars(town, 5)
    found: list[Shown] = []
    cursor = None
    with read() as tx:
        while True:
            page = reads.list_opportunities(tx, cursor=cursor, limit=2)
            found += page.items
            cursor = page.next
            if cursor is None:
                break
    assert sorted(item.customer_id for item in found) == sorted(people)
    scores = [item.score_bp for item in found]
    assert scores == sorted(scores, reverse=True)


def test_a_merge_and_its_undoing_move_the_rhythm(
    town: Town, write: Write, drain: Callable[[], None]
) -> None:
    [customer] = regulars(town)
    [other] = town.people(1)
    with write() as tx:
        identity.merge(tx, other, customer)
    drain()
    with town.db.read(town.brand.merchant.id) as tx:
        roots = [c.customer_id for c in reads.open_candidates(tx, "predicted")]
    assert len(roots) == 1 and roots[0] in (customer, other)


def test_a_merge_heard_before_the_orders_have_moved_is_made_good(
    town: Town, write: Write, drain: Callable[[], None]
) -> None:
    [other] = town.people(1)
    [customer] = regulars(town)
    with write() as tx:
        winner = identity.merge(tx, other, customer).id
    with write() as tx:
        actions.move_customers(tx, [other, customer])
    with write() as tx:
        orders.move_customers(tx, [other, customer])
    with town.db.owner() as owner:
        owner.execute(
            "DELETE FROM procrastinate_jobs WHERE args::text LIKE '%opportunity.customers_merged%'"
        )
    drain()
    with town.db.read(town.brand.merchant.id) as tx:
        roots = [c.customer_id for c in reads.open_candidates(tx, "predicted")]
    assert roots == [winner]


def test_forgetting_leaves_nothing(town: Town, write: Write, drain: Callable[[], None]) -> None:
    [customer] = regulars(town)
    with write() as tx:
        identity.forget(tx, customer)
    drain()
    with town.db.read(town.brand.merchant.id) as tx:
        assert reads.export(tx, customer) == []


def test_the_lists_over_http(town: Town, client: TestClient) -> None:
    [customer] = regulars(town)
    kinds = client.get("/v1/opportunities/kinds").json()
    assert [kind["kind"] for kind in kinds] == ["predicted", "best_now"]
    assert [kind["count"] for kind in kinds] == [1, 1]
    page = client.get("/v1/opportunities", params={"kind": "best_now"}).json()
    assert [item["customer_id"] for item in page["items"]] == [str(customer)]
    one = client.get(f"/v1/opportunities/{page['items'][0]['id']}").json()
    assert one == page["items"][0]
    assert client.post("/v1/opportunities/refresh").json()["open"] == 1
    assert client.get("/v1/opportunities", params={"unit": "store-0412"}).json()["items"] == []
    assert client.get("/v1/opportunities", params={"kind": "luck"}).status_code == 422
    assert client.get("/v1/opportunities", params={"cursor": "x"}).status_code == 422


def test_after_an_import_nobody_waits_for_the_next_turn(town: Town, clock: Clock) -> None:
    stock(town)
    [customer] = town.people(1, consents=("wecom",))
    town.send(rhythm(town, customer, every=12, times=5))
    town.drain()
    clock.move(minutes=3)
    try:
        town.drain()
        assert [item.state for item in of(town, customer)] == ["open"]
    finally:
        clock.move(minutes=-3)
