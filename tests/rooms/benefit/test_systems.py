"""Points that other systems give and take over HTTP, each in a transaction that is one statement."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.base.db import Database
from huitou.benefit.actions import points as plans
from huitou.benefit.reads import explorer
from huitou.benefit.types.points import PointsPlan
from huitou.identity import actions as identity
from huitou.member.reads import purse
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.benefit.coupon_world import make_customers
from tests.rooms.benefit.money_world import broken, has
from tests.rooms.benefit.test_approvals import as_staff
from tests.rooms.benefit.test_points import PLAN

Ask = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def customer(db: Database, brand: Brand) -> UUID:
    return make_customers(db, brand.merchant.id, 1)[0]


@pytest.fixture
def move(client: TestClient, customer: UUID) -> Ask:
    """Give or take; (status, answer)."""

    def ask(key: str | None = None, **body: Any) -> tuple[int, dict[str, Any]]:
        asked = {
            "customer": str(customer),
            "direction": "give",
            "points": 5,
            "reason": "小游戏奖励",
            **body,
        }
        headers = {} if key is None else {"Idempotency-Key": key}
        answer = client.post("/v1/points/movements", json=asked, headers=headers)
        return answer.status_code, answer.json()

    return ask


def test_points_are_moved_once_for_a_key(move: Ask, customer: UUID, read: Read) -> None:
    given = move("a", points=10)
    taken = move("b", points=4, direction="take")
    assert (given[0], taken[0]) == (201, 201)
    assert move("a", points=10) == given
    assert move("b", points=4, direction="take") == taken
    status, refusal = move("a", points=11)
    assert (status, refusal["code"]) == (409, "idempotency.other_body")
    with read() as tx:
        assert has(tx, customer)[0] == 6
        shown = explorer.get_transaction(tx, UUID(given[1]["transaction_id"]))
        assert (shown.kind, shown.detail["reason"]) == ("system", "小游戏奖励")
        statement = purse.points_page(tx, customer).moved
        assert [(each.amount, each.zh) for each in statement] == [
            (-4, "小游戏奖励"),
            (10, "小游戏奖励"),
        ]
        assert broken(tx) == []


def test_who_asks_again_at_the_same_moment_gets_the_first_answer(
    move: Ask, customer: UUID, read: Read
) -> None:
    move("given", points=10)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: move(f"k{n % 3}", points=2, direction="take"), range(24)))
    assert {status for status, _ in answers} == {201}
    assert len({answer["transaction_id"] for _, answer in answers}) == 3
    with read() as tx:
        assert has(tx, customer)[0] == 4
        assert broken(tx) == []


def test_points_end_as_the_plan_says_and_a_repeat_outlives_the_plan(
    move: Ask, customer: UUID, write: Write, read: Read, clock: Clock
) -> None:
    move("forever", points=1)

    def publish(days: int) -> None:
        plan = {**PLAN, "expiry": {"kind": "days", "days": days}}
        with write() as tx:
            draft = plans.set_draft(tx, PointsPlan.model_validate(plan), 0)
            plans.publish(tx, draft.version, draft.revision)

    publish(30)
    first = move("planned", points=2)
    own = {"points": 4, "expires_at": (clock.now + timedelta(days=10)).isoformat()}
    ends = move("own", **own)
    publish(60)
    assert move("planned", points=2) == first
    for days, left in ((9, 7), (2, 3), (20, 1)):
        clock.move(days=days)
        with read() as tx:
            assert has(tx, customer)[0] == left
    assert move("own", **own) == ends
    assert move("late", **own)[1]["code"] == "points.bad_end"
    with read() as tx:
        assert has(tx, customer)[0] == left


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"points": 0}, 422, "request.invalid"),
        ({"points": -1}, 422, "request.invalid"),
        ({"points": 1.5}, 422, "request.invalid"),
        ({"points": 10**13}, 422, "request.invalid"),
        ({"reason": " "}, 422, "request.invalid"),
        ({"points": 1, "direction": "take"}, 409, "benefit.below_floor"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "points.bad_end"),
        (
            {"direction": "take", "expires_at": "2999-01-01T00:00:00Z"},
            422,
            "points.bad_end",
        ),
        ({"customer": str(uuid4())}, 404, "identity.no_such_customer"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_done(
    move: Ask, customer: UUID, read: Read, body: dict[str, Any], status: int, code: str
) -> None:
    found, refusal = move("refused", **body)
    assert (found, refusal["code"]) == (status, code)
    with read() as tx:
        assert explorer.transactions(tx, limit=1).items == []


def test_it_needs_a_key_and_a_system(
    move: Ask, client: TestClient, db: Database, brand: Brand, customer: UUID
) -> None:
    """People have a limit a day; nobody passes it this way."""
    status, refusal = move()
    assert (status, refusal["code"]) == (400, "idempotency.no_key")
    answer = client.post(
        "/v1/points/movements",
        json={"customer": str(customer), "direction": "give", "points": 5, "reason": "补偿"},
        headers={**as_staff(db, brand, client, "hq-1"), "Idempotency-Key": "by-hand"},
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "points.only_systems")


def test_of_a_merged_customer_whoever_answers_is_asked(
    db: Database, brand: Brand, client: TestClient, write: Write, read: Read
) -> None:
    one, other = make_customers(db, brand.merchant.id, 2)
    ask = {"direction": "give", "points": 5, "reason": "活动"}
    for number, customer in enumerate((one, other)):
        client.post(
            "/v1/points/movements",
            json={**ask, "customer": str(customer)},
            headers={"Idempotency-Key": f"m{number}"},
        )
    with write() as tx:
        identity.merge(tx, one, other)
    taken = client.post(
        "/v1/points/movements",
        json={**ask, "customer": str(other), "direction": "take", "points": 8},
        headers={"Idempotency-Key": "both"},
    )
    assert taken.status_code == 201
    with read() as tx:
        assert has(tx, one)[0] == 2
        assert broken(tx) == []
