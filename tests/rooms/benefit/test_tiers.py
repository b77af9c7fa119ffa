"""Tiers on a real database: orders, refunds, time, plans, merges, and the page of a customer."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from huitou.base.db import Database, Scope
from huitou.benefit.actions import tier_plans
from huitou.benefit.actions import tiers as actions
from huitou.benefit.reads import ledger
from huitou.benefit.reads import tiers as reads
from huitou.benefit.types.tier_plans import TierPlan
from huitou.benefit.types.tiers import (
    BadTierPlan,
    DraftThere,
    NotADraft,
    RefReused,
    TierPlanChanged,
)
from huitou.event.types import Intake
from huitou.identity import actions as identity
from huitou.identity import reads as people
from huitou.identity.types import NoSuchCustomer
from huitou.profile import reads as profile
from huitou.segment import actions as segments
from huitou.segment import reads as segment
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.attribution.story import customer_of, paid, refunded, seen
from tests.rooms.benefit.tier_world import BY_GROWTH, BY_SPEND, LADDER, growth_of, publish, tier_of

Send = Callable[[Sequence[dict[str, Any]]], Intake]
Drain = Callable[[], None]
DAY = timedelta(days=1)
GOLD = {"v": 1, "all": [{"kind": "trait", "name": "tier", "op": "in", "value": ["gold"]}]}


@pytest.fixture
def now(clock: Clock) -> datetime:
    return clock.now


@pytest.fixture
def by_spend(write: Write) -> None:
    with write() as tx:
        publish(tx, BY_SPEND)


def trait_of(tx: Any, card: str) -> Any:
    told = profile.export(tx, customer_of(tx, card))
    return told["profile"]["traits"].get("tier")


@pytest.mark.usefixtures("by_spend")
def test_reached_at_once_and_told(
    send: Send, drain: Drain, read: Read, write: Write, now: datetime
) -> None:
    send([paid("P1", "c1", now, (49_999,))])
    drain()
    with read() as tx:
        assert tier_of(tx, "c1") == "silver"
    with write() as tx:
        gold = segments.add_segment(tx, "金卡", GOLD)
    send([paid("P2", "c1", now, (1,))])
    drain()
    with read() as tx:
        assert tier_of(tx, "c1") == "gold"
        assert "gold" in str(trait_of(tx, "c1"))
        assert segment.members(tx, gold.id) == [customer_of(tx, "c1")]
        first, second = reads.list_changes(tx, customer_of(tx, "c1")).items
        assert (second.from_tier, second.to_tier) == (None, "silver")
        assert (first.from_tier, first.to_tier) == ("silver", "gold")
        assert first.evidence["sum"] == 50_000
        assert first.evidence["why_zh"] == "近 30 天消费 500 元，达到金卡 500 元"
        (event,) = [
            each
            for each in profile.timeline(tx, customer_of(tx, "c1")).items
            if each.type == "tier.changed" and each.detail["to"] == "gold"
        ]
        assert event.title_zh == "会员等级由 银卡 变为 金卡"


@pytest.mark.usefixtures("by_spend")
def test_a_refund_takes_it_back_and_repeats_change_nothing(
    send: Send, drain: Drain, read: Read, write: Write, now: datetime
) -> None:
    send([paid("P1", "c1", now - DAY, (60_000,)), refunded("P1", "R1", now, {1: 15_000})])
    drain()
    with read() as tx:
        assert tier_of(tx, "c1") == "silver"
        customer = customer_of(tx, "c1")
        before = reads.list_changes(tx, customer)
    with write() as tx:
        actions.evaluate(tx, [customer])
        actions.evaluate(tx, [customer, customer])
    with read() as tx:
        assert reads.list_changes(tx, customer) == before


@pytest.mark.usefixtures("by_spend")
def test_time_alone_takes_it_and_only_who_is_due_is_looked_at(
    send: Send, drain: Drain, read: Read, write: Write, clock: Clock
) -> None:
    send([paid("P1", "c1", clock.now, (60_000,)), paid("P2", "c2", clock.now, (10_000,))])
    clock.move(days=10)
    send([paid("P3", "c2", clock.now, (10_000,))])
    drain()
    clock.move(days=20)
    with write() as tx:
        assert actions.evaluate_due(tx) == 1
        assert actions.evaluate_due(tx) == 0
    with read() as tx:
        assert (tier_of(tx, "c1"), tier_of(tx, "c2")) == ("base", "silver")
    clock.move(days=10)
    drain()
    with read() as tx:
        assert tier_of(tx, "c2") == "base"


def test_a_plan_is_looked_at_before_it_is_published(
    client: TestClient, send: Send, drain: Drain, now: datetime
) -> None:
    send([paid(f"P{n}", f"c{n}", now, (n * 10_000,)) for n in range(1, 7)])
    drain()
    made = client.post("/v1/tier-plans", json={"plan": BY_SPEND}).json()
    assert (made["version"], made["state"], made["revision"]) == (1, "draft", 1)
    assert made["sentence_zh"].startswith("会员：按近 30 天消费评定")
    preview = client.post("/v1/tier-plans/1/preview")
    assert (preview.status_code, preview.json()["state"]) == (202, "queued")
    drain()
    found = client.get("/v1/tier-plans/1/preview").json()
    assert (found["state"], found["done"], found["up"], found["down"]) == ("done", 6, 6, 0)
    assert found["counts"] == {"silver": 4, "gold": 2}
    assert found["sentence_zh"] == "将有 6 位客户升级、0 位降级"
    assert {each["to_tier"] for each in found["examples"]} == {"silver", "gold"}
    assert client.get("/v1/tiers").json()["tiers"] == []
    stale = client.post("/v1/tier-plans/1/publish", json={"revision": 2})
    assert (stale.status_code, stale.json()["code"]) == (409, "benefit.tier_plan_changed")
    run = client.post("/v1/tier-plans/1/publish", json={"revision": 1}).json()
    drain()
    assert client.get(f"/v1/tier-runs/{run['id']}").json()["up"] == 6
    ladder = client.get("/v1/tiers").json()
    assert [(each["code"], each["customers"]) for each in ladder["tiers"]] == [
        ("base", 0),
        ("silver", 4),
        ("gold", 2),
    ]
    assert client.get("/v1/tiers/check").json() == {"looked": 6, "faults": [], "next": None}


def test_another_plan_moves_everybody(
    client: TestClient, send: Send, drain: Drain, read: Read, write: Write, now: datetime
) -> None:
    send([paid(f"P{n}", f"c{n}", now, (n * 10_000,)) for n in range(1, 7)])
    with write() as tx:
        publish(tx, BY_SPEND)
    drain()
    harder = BY_SPEND | {
        "tiers": [LADDER[0], LADDER[1] | {"threshold": 30_000}, LADDER[2] | {"threshold": 60_000}]
    }
    client.post("/v1/tier-plans", json={"plan": harder})
    client.post("/v1/tier-plans/2/preview")
    drain()
    found = client.get("/v1/tier-plans/2/preview").json()
    assert (found["up"], found["down"], found["counts"]) == (
        0,
        3,
        {"base": 2, "silver": 3, "gold": 1},
    )
    client.post("/v1/tier-plans/2/publish", json={"revision": 1})
    drain()
    with read() as tx:
        assert [tier_of(tx, f"c{n}") for n in range(1, 7)] == [
            "base", "base", "silver", "silver", "silver", "gold",
        ]  # fmt: skip
        assert [each.state for each in reads.list_plans(tx).items] == ["published", "retired"]


def test_refusals_of_plans(client: TestClient, write: Write) -> None:
    flat = BY_SPEND | {"tiers": [LADDER[0], LADDER[2], LADDER[1]]}
    with write() as tx:
        draft = tier_plans.add_plan(tx, TierPlan.model_validate(flat))
        with pytest.raises(DraftThere):
            tier_plans.add_plan(tx, TierPlan.model_validate(flat))
        with pytest.raises(BadTierPlan):
            tier_plans.publish(tx, draft.version, draft.revision)
        changed = tier_plans.set_plan(tx, draft.version, TierPlan.model_validate(BY_SPEND), 1)
        with pytest.raises(TierPlanChanged):
            tier_plans.set_plan(tx, draft.version, TierPlan.model_validate(flat), 1)
        tier_plans.publish(tx, draft.version, changed.revision)
        with pytest.raises(NotADraft):
            tier_plans.set_plan(tx, draft.version, TierPlan.model_validate(flat), 2)
        with pytest.raises(NotADraft):
            tier_plans.remove_plan(tx, draft.version)
    for wrong in (
        {**BY_SPEND, "colour": "red"},
        BY_SPEND | {"tiers": [LADDER[0], LADDER[1] | {"threshold": "1"}]},
        BY_SPEND | {"tiers": [LADDER[0], LADDER[1] | {"threshold": 1.5}]},
        BY_SPEND | {"tiers": [LADDER[0]]},
        BY_SPEND | {"window": {"kind": "rolling", "days": 0}},
        BY_SPEND | {"tiers": [LADDER[0], LADDER[1] | {"threshold": 10**13}]},
    ):
        assert client.post("/v1/tier-plans", json={"plan": wrong}).status_code == 422
    assert client.get("/v1/tier-plans/99").json()["code"] == "benefit.no_tier_plan"


@pytest.mark.usefixtures("by_spend")
def test_the_page_of_a_customer(
    client: TestClient, send: Send, drain: Drain, now: datetime
) -> None:
    send([paid("P1", "c1", now, (12_000,)), seen("c2", now)])
    drain()
    one = client.get("/v1/customers", params={"identifier": "card:c1@default"}).json()["id"]
    page = client.get(f"/v1/customers/{one}/tier").json()
    assert (page["zh"], page["standing"]["to_next"], page["standing"]["next_tier"]) == (
        "银卡",
        38_000,
        "gold",
    )
    assert page["sentence_zh"] == "近 30 天消费 120 元，达到银卡 100 元；距离金卡还差 380 元"
    assert page["privileges"][0]["zh"] == "1.2 倍积分"
    other = client.get("/v1/customers", params={"identifier": "card:c2@default"}).json()["id"]
    assert client.get(f"/v1/customers/{other}/tier").json()["standing"]["tier"] == "base"


@pytest.mark.usefixtures("by_spend")
def test_a_tier_is_bought(
    client: TestClient, send: Send, drain: Drain, read: Read, write: Write, clock: Clock
) -> None:
    send([seen("c1", clock.now), seen("c2", clock.now)])
    drain()
    with read() as tx:
        one, two = customer_of(tx, "c1"), customer_of(tx, "c2")
    body = {"offer": "gold-30", "ref": "M-1"}
    first = client.post(f"/v1/customers/{one}/tier/purchases", json=body).json()
    assert client.post(f"/v1/customers/{one}/tier/purchases", json=body).json() == first
    taken = client.post(f"/v1/customers/{two}/tier/purchases", json=body)
    assert (taken.status_code, taken.json()["code"]) == (409, RefReused.code)
    unknown = client.post(f"/v1/customers/{one}/tier/purchases", json=body | {"offer": "ruby"})
    assert unknown.status_code == 409
    with read() as tx:
        assert tier_of(tx, "c1") == "gold"
    second = client.post(f"/v1/customers/{one}/tier/purchases", json=body | {"ref": "M-2"}).json()
    assert second["since"] == first["until"]
    clock.move(days=59)
    drain()
    with read() as tx:
        assert tier_of(tx, "c1") == "gold"
    clock.move(days=1)
    drain()
    with read() as tx:
        assert tier_of(tx, "c1") == "base"


def test_an_associate_sees_the_tiers_of_their_own_book_only(
    send: Send, drain: Drain, read: Read, write: Write, brand: Brand, now: datetime
) -> None:
    with write() as tx:
        publish(tx, BY_SPEND)
    send([paid("P1", "c1", now, (12_000,))])
    drain()
    with read() as tx:
        customer = customer_of(tx, "c1")
    with read(Scope(staff_id=brand.staff["a-12"].id)) as tx:
        with pytest.raises(NoSuchCustomer):
            reads.customer_tier(tx, customer)
        assert sum(each.customers for each in reads.tiers(tx).tiers) == 0


# Growth


def test_growth_of_orders_goes_with_refunds_whatever_the_steps(
    send: Send, drain: Drain, read: Read, write: Write, now: datetime
) -> None:
    send([paid("P0", "c1", now - 9 * DAY, (10_000,))])
    drain()
    with write() as tx:
        publish(tx, BY_GROWTH)
    drain()
    with read() as tx:
        assert (growth_of(tx, "c1"), tier_of(tx, "c1")) == (100, "silver")
    send([paid("P1", "c1", now - DAY, (333, 334, 399))])
    drain()
    left = []
    for number, fen in ((1, 333), (2, 334), (3, 399)):
        send([refunded("P1", f"R{number}", now, {number: fen})])
        drain()
        with read() as tx:
            left.append(growth_of(tx, "c1") - 100)
            assert ledger.check(tx) == []
    assert left == [7, 3, 0]
    send([refunded("P0", "R0", now, {1: 1})])
    drain()
    with read() as tx:
        assert (growth_of(tx, "c1"), tier_of(tx, "c1")) == (99, "base")


def test_a_refund_heard_before_its_order_earns_nothing(
    send: Send, drain: Drain, read: Read, write: Write, now: datetime
) -> None:
    with write() as tx:
        publish(tx, BY_GROWTH)
    send([refunded("P1", "R1", now, {1: 50_000}), paid("P1", "c1", now - DAY, (50_000,))])
    drain()
    with read() as tx:
        assert (growth_of(tx, "c1"), tier_of(tx, "c1")) == (0, "base")


def test_events_earn_within_their_limits(
    send: Send, drain: Drain, read: Read, write: Write, db: Database, brand: Brand, clock: Clock
) -> None:
    with write() as tx:
        publish(tx, BY_GROWTH)
    noon = clock.now.replace(hour=4, minute=0, second=0, microsecond=0) - DAY

    def happened(number: int, type_: str, at: datetime) -> dict[str, Any]:
        properties = {"order_no": "P1", "rating": 1} if type_ == "order.reviewed" else {}
        return seen("c1", at) | {"id": f"e{number}", "type": type_, "properties": properties}

    send(
        [
            happened(1, "visit.checked_in", noon),
            happened(2, "visit.checked_in", noon + timedelta(hours=1)),
            happened(3, "visit.checked_in", noon - DAY),
            happened(4, "x.profile_completed", noon),
            happened(5, "x.profile_completed", noon - DAY),
            happened(6, "order.reviewed", noon),
            happened(7, "order.reviewed", noon),
        ]
    )
    drain()
    with read() as then:
        assert growth_of(then, "c1") == 2 * 5 + 50 + 2 * 7
    with write() as tx:
        actions.take_events(tx, 0, 10)
    with read() as then:
        assert growth_of(then, "c1") == 74


@pytest.mark.parametrize("document", [BY_SPEND, BY_GROWTH])
def test_a_merge_joins_and_a_split_separates_exactly(
    document: dict[str, Any],
    send: Send, drain: Drain, read: Read, write: Write, clock: Clock,
) -> None:  # fmt: skip
    with write() as tx:
        publish(tx, document)
    now = clock.now
    send([paid("P1", "c1", now - DAY, (40_000,)), paid("P2", "c2", now - DAY, (12_000,))])
    drain()
    with read() as tx:
        one, two = customer_of(tx, "c1"), customer_of(tx, "c2")
        before = [
            (reads.customer_tier(tx, id_).standing, growth_of(tx, card), trait_of(tx, card))
            for id_, card in ((one, "c1"), (two, "c2"))
        ]
        assert [tier_of(tx, card) for card in ("c1", "c2")] == ["silver", "silver"]
    with write() as tx:
        winner = identity.merge(tx, one, two).id
    drain()
    with read() as tx:
        assert (tier_of(tx, "c1"), tier_of(tx, "c2")) == ("gold", "gold")
        assert len(reads.list_changes(tx, winner).items) == 3
    send([paid("P3", "c2", now, (1_000,)), refunded("P2", "R1", now, {1: 1_000})])
    drain()
    with write() as tx:
        (merging,) = people.mergings_of(tx, winner)
        identity.undo_merge(tx, winner, merging.id)
    drain()
    send([refunded("P3", "R3", now, {1: 1_000})])
    drain()
    with read() as tx:
        after = [
            (reads.customer_tier(tx, id_).standing, growth_of(tx, card), trait_of(tx, card))
            for id_, card in ((one, "c1"), (two, "c2"))
        ]
        assert after[0] == before[0]
        assert (after[1][0].tier, after[1][0].since) == (before[1][0].tier, before[1][0].since)
        assert after[1][0].evidence.sum == (11_000 if document is BY_SPEND else 110)
        assert ledger.check(tx) == []


def test_what_is_split_off_takes_its_growth_along(
    send: Send, drain: Drain, read: Read, write: Write, now: datetime
) -> None:
    with write() as tx:
        publish(tx, BY_GROWTH)
    both = paid("P1", "c1", now - 2 * DAY, (20_000,))
    both["identifiers"] = [
        *both["identifiers"],
        {"kind": "phone", "value": "13800000001", "verified": True},
    ]
    by_phone = paid("P2", None, now - DAY, (60_000,))
    by_phone["identifiers"] = [{"kind": "phone", "value": "13800000001", "verified": True}]
    send([both, by_phone, refunded("P2", "R2", now, {1: 10_000})])
    drain()
    with read() as tx:
        customer = customer_of(tx, "c1")
        assert (growth_of(tx, "c1"), tier_of(tx, "c1")) == (700, "gold")
        (phone,) = [each for each in people.identifiers_of(tx, customer) if each.kind == "phone"]
    with write() as tx:
        other = identity.split(tx, customer, [phone.id])
    drain()
    with read() as tx:
        assert growth_of(tx, "c1") == 200
        assert ledger.balance(tx, ("customer", other.id), "growth") == 500
        assert reads.customer_tier(tx, other.id).standing.tier == "gold"
        assert tier_of(tx, "c1") == "silver"
        assert ledger.check(tx) == []


@pytest.mark.usefixtures("by_spend")
def test_nothing_is_kept_of_the_standing_of_the_forgotten(
    send: Send, drain: Drain, read: Read, write: Write, now: datetime
) -> None:
    send([paid("P1", "c1", now, (12_000,))])
    drain()
    with read() as tx:
        customer = customer_of(tx, "c1")
        told = profile.export(tx, customer)
        assert told["benefit"]["tiers"]["tier"] == ["silver"]
    with write() as tx:
        identity.forget(tx, customer)
    drain()
    with read() as tx:
        assert sum(each.customers for each in reads.tiers(tx).tiers) == 0
        assert reads.check(tx).looked == 0
