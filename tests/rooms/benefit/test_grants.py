"""Something for a whole segment: once each, within the budget, undone as far as it is not used."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from huitou.base.db import Database, Tx
from huitou.benefit.actions import grants, ledger
from huitou.benefit.jobs import grants as jobs
from huitou.benefit.reads import coupons, explorer
from huitou.benefit.reads import grants as runs
from huitou.benefit.reads import ledger as reads
from huitou.benefit.rules import grants as rules
from huitou.benefit.types.grants import BadGrant, GrantDocument, SecondPerson
from huitou.benefit.types.ledger import BONUS, POINTS, Leg, Posting
from huitou.identity import actions as identity
from huitou.kernel.ids import new_id
from huitou.segment import actions as segments
from huitou.segment.store import filling as places
from huitou.segment.types.filling import Place
from huitou.segment.types.refusals import BeingFilled
from tests.conftest import Brand, Read, Write
from tests.rooms.benefit import coupon_world

RULE = {
    "v": 1,
    "any": [{"kind": "tag", "name": "喜欢牛奶"}, {"kind": "sample", "share": 1.0, "salt": "a"}],
}


@pytest.fixture
def crowd(db: Database, brand: Brand, write: Write) -> tuple[UUID, list[UUID]]:
    """A segment and its members."""
    members = coupon_world.make_customers(db, brand.merchant.id, 12)
    with write() as tx:
        segment = segments.add_segment(tx, "大家", RULE)
        segments.refresh(tx, segment.id)
    return segment.id, sorted(members)


def drafted(tx: Tx, segment: UUID, gift: dict[str, Any], budget: int | None = None) -> UUID:
    document = GrantDocument.model_validate({"gift": gift, "budget": budget})
    return grants.draft(tx, "试", segment, document).run.id


def run(write: Write, grant: UUID) -> None:
    while True:
        with write() as tx:
            if not grants.go_on(tx, grant):
                return


def test_nothing_is_granted_until_all_members_are_found(
    write: Write, crowd: tuple[UUID, list[UUID]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor drafted: what it gives at most would be too little. One that is under way waits."""
    monkeypatch.setattr(grants, "AT_ONCE", 5)
    segment, members = crowd
    gift = {"kind": "points", "points": 10, "days": 30}
    place = Place(whole=100, done=43, after=UUID(int=0), upto=0)
    with write() as tx:
        grant = drafted(tx, segment, gift)
        places.set_place(tx, segment, place)
        with pytest.raises(BeingFilled):
            drafted(tx, segment, gift)
        with pytest.raises(BeingFilled):
            grants.start(tx, grant)
        places.set_place(tx, segment, None)
        grants.start(tx, grant)
        jobs.grant_block(tx, grant=str(grant))
        places.set_place(tx, segment, place)
        jobs.grant_block(tx, grant=str(grant))
        assert runs.get_grant(tx, grant).run.given == 5
        places.set_place(tx, segment, None)
        jobs.grant_block(tx, grant=str(grant))
        assert runs.get_grant(tx, grant).run.given == 10
    run(write, grant)
    with write() as tx:
        assert runs.get_grant(tx, grant).run.given == len(members)


def test_points_come_once_in_blocks_and_go_back_as_far_as_unused(
    write: Write, read: Read, crowd: tuple[UUID, list[UUID]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(grants, "AT_ONCE", 5)
    segment, members = crowd
    with write() as tx:
        grant = drafted(tx, segment, {"kind": "points", "points": 10, "days": 30})
        grants.start(tx, grant)
        grants.go_on(tx, grant)
        grants.pause(tx, grant)
        assert not grants.go_on(tx, grant)
    with read() as tx:
        assert sum(each.available for each in _standings(tx, members, POINTS)) == 50
    with write() as tx:
        # Whoever has theirs and is merged with somebody who has not gets no second one.
        identity.merge(tx, members[0], members[11])
        shown = grants.start(tx, grant)
        assert shown.run.state == "running"
    run(write, grant)
    with write() as tx:
        done = runs.get_grant(tx, grant).run
        assert (done.state, done.amount) == ("done", done.given * 10)
        assert done.given in (11, 12)
        _spend(tx, members[1], 7)
    with write() as tx:
        grants.undo(tx, grant)
    run(write, grant)
    with read() as tx:
        undone = runs.get_grant(tx, grant).run
        assert (undone.state, undone.taken_back) == ("undone", done.amount - 7)
        standings = _standings(tx, members, POINTS)
        assert all(each.owed == 0 and each.available == 0 for each in standings)
        assert reads.check(tx) == []


def test_red_packets_keep_within_bounds_and_budget(
    write: Write, read: Read, crowd: tuple[UUID, list[UUID]]
) -> None:
    segment, members = crowd
    gift = {"kind": "red_packet", "least_fen": 100, "most_fen": 300, "days": 7}
    with write() as tx:
        grant = drafted(tx, segment, gift, 1_000)
        grants.start(tx, grant)
    run(write, grant)
    with read() as tx:
        done = runs.get_grant(tx, grant).run
        given = runs.list_given(tx, grant).items
        assert 700 <= done.amount <= 1_000
        assert done.passed_over["budget"] == 12 - done.given
        assert all(100 <= each.amount <= 300 for each in given)
        assert len({each.amount for each in given}) > 1
        assert sum(each.available for each in _standings(tx, members, BONUS)) == done.amount
        owed = {each.asset: each.total for each in explorer.liability(tx)}
        assert owed[BONUS] == done.amount
        assert reads.check(tx) == []


def test_coupons_come_and_unused_ones_are_revoked(
    write: Write, read: Read, crowd: tuple[UUID, list[UUID]]
) -> None:
    segment, members = crowd
    with write() as tx:
        template = coupon_world.publish(tx, stock=10)
        grant = drafted(tx, segment, {"kind": "coupon", "template": str(template.id)})
        grants.start(tx, grant)
    run(write, grant)
    with write() as tx:
        done = runs.get_grant(tx, grant).run
        assert (done.given, done.passed_over) == (10, {"sold_out": 2})
        grants.undo(tx, grant)
    run(write, grant)
    with read() as tx:
        assert runs.get_grant(tx, grant).run.taken_back == 10
        assert all(not coupons.pack(tx, member) for member in members)
        assert reads.check(tx) == []


def test_above_the_limit_another_person_starts(
    client: TestClient, write: Write, crowd: tuple[UUID, list[UUID]]
) -> None:
    segment, _ = crowd
    gift = {"kind": "points", "points": 9_000}
    with write() as tx:
        grant = drafted(tx, segment, gift)
        assert runs.get_grant(tx, grant).most_amount == 108_000
    with pytest.raises(SecondPerson), write() as tx:
        grants.start(tx, grant)
    started = client.post(f"/v1/grants/{grant}/start")
    assert (started.status_code, started.json()["run"]["state"]) == (200, "running")
    again = client.post(f"/v1/grants/{grant}/start")
    assert (again.status_code, again.json()["code"]) == (409, "grant.state")
    assert client.get("/v1/grants").json()["items"][0]["sentence_zh"] == (
        "给人群「大家」每人 9000 积分。"
    )
    body = {
        "name": "x",
        "segment": str(segment),
        "document": {"gift": {"kind": "points", "points": 0}},
    }
    assert client.post("/v1/grants", json=body).json()["code"] == "request.invalid"


def test_a_forgotten_customer_is_in_no_grant(
    write: Write, read: Read, crowd: tuple[UUID, list[UUID]], drain: Callable[[], None]
) -> None:
    segment, members = crowd
    with write() as tx:
        grant = drafted(tx, segment, {"kind": "points", "points": 3})
        grants.start(tx, grant)
    run(write, grant)
    with write() as tx:
        identity.forget(tx, members[0])
    drain()
    with read() as tx:
        assert members[0] not in {each.customer_id for each in runs.list_given(tx, grant).items}


@given(st.integers(1, 500), st.integers(0, 500), st.lists(st.uuids(), min_size=1, max_size=9))
def test_what_is_drawn_is_drawn_again(least: int, more: int, people: list[UUID]) -> None:
    gift = {"kind": "red_packet", "least_fen": least, "most_fen": least + more, "days": 1}
    document = GrantDocument.model_validate({"gift": gift})
    first = [rules.amount_for(document, b"seed", who) for who in people]
    assert first == [rules.amount_for(document, b"seed", who) for who in people]
    assert all(least <= amount <= least + more for amount in first)
    assert sum(first) <= rules.most(document, len(people))


def test_a_red_packet_with_least_above_most_is_refused() -> None:
    gift = {"kind": "red_packet", "least_fen": 2, "most_fen": 1, "days": 1}
    with pytest.raises(BadGrant):
        rules.check(GrantDocument.model_validate({"gift": gift}))


def _standings(tx: Any, members: Sequence[UUID], asset: str) -> list[Any]:
    return [reads.standing(tx, member, asset) for member in members]


def _spend(tx: Tx, customer: UUID, amount: int) -> None:
    legs = (
        Leg("customer", customer, POINTS, -amount),
        Leg("merchant", tx.merchant, POINTS, amount),
    )
    ledger.post(tx, [Posting(str(new_id()), "pay", "order", "1", tx.now, legs)])
