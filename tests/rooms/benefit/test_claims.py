"""Taking coupons over HTTP: first come, first served, and the same answer to the same request."""

import asyncio
import time
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.api.claims import make_claims
from huitou.base.db import Database
from huitou.benefit.rules.coupons import claim_of
from huitou.benefit.types.coupons import Claim, Taken
from huitou.identity import actions as identities
from huitou.merchant import actions as merchants
from tests.conftest import Brand, Clock, Write
from tests.rooms.benefit.coupon_world import broken, make_customers, publish


@pytest.fixture
def customers(db: Database, brand: Brand) -> list[UUID]:
    return make_customers(db, brand.merchant.id, 4)


def take(client: TestClient, template: UUID, **body: Any) -> Any:
    answer = client.post(f"/v1/coupon-templates/{template}/claim", json=body)
    return answer.json() if answer.status_code == 200 else answer.json()["code"]


def test_a_claim_is_answered_with_a_code_and_again_the_same(
    client: TestClient, write: Write, customers: list[UUID]
) -> None:
    with write() as tx:
        template = publish(tx, stock=2).id
    first = take(client, template, customer=str(customers[0]), key="tap")
    assert first["outcome"] == "issued"
    again = take(client, template, customer=str(customers[0]), key="tap")
    assert again == {"outcome": "already_has", "code": first["code"]}
    assert take(client, template, customer=str(customers[0]), key="more")["outcome"] == "limit"
    assert take(client, template, customer=str(customers[1]), key="tap")["outcome"] == "issued"
    late = take(client, template, customer=str(customers[2]), key="tap")
    assert late == {"outcome": "sold_out", "code": None}
    assert take(client, template, customer=str(uuid4()), key="tap")["outcome"] == "no_customer"
    pack = client.get(f"/v1/customers/{customers[0]}/coupons").json()
    assert [each["code"] for each in pack] == [first["code"]]


def test_claims_wait_for_their_time_and_their_day(
    client: TestClient, write: Write, customers: list[UUID], clock: Clock
) -> None:
    opens = clock.now.replace(microsecond=0)
    clock.move(hours=-1)
    with write() as tx:
        given = publish(tx, claiming=None).id
        timed = publish(tx, claiming={"from_at": opens}, per_day=1, per_customer=None).id
    assert take(client, given, customer=str(customers[0]), key="a")["outcome"] == "not_open"
    assert take(client, timed, customer=str(customers[0]), key="a")["outcome"] == "not_open"
    clock.move(hours=1, minutes=1)
    assert take(client, timed, customer=str(customers[0]), key="a")["outcome"] == "issued"
    assert take(client, timed, customer=str(customers[1]), key="a")["outcome"] == "sold_out_today"
    clock.move(days=1)
    assert take(client, timed, customer=str(customers[1]), key="a")["outcome"] == "issued"


BAD: list[tuple[dict[str, Any], str]] = [
    ({"customer": "nobody", "key": "k"}, "malformed"),
    ({"key": "k"}, "malformed"),
    ({"customer": str(uuid4()), "key": ""}, "malformed"),
    ({"customer": str(uuid4()), "key": "k", "more": 1}, "malformed"),
    ({"customer": str(uuid4())}, "coupon.no_key"),
    ({"customer": str(uuid4()), "key": "k"}, "coupon.no_template"),
]


@pytest.mark.parametrize(("body", "code"), BAD)
def test_claims_that_cannot_be_read_are_refused(
    client: TestClient, body: dict[str, Any], code: str
) -> None:
    assert take(client, uuid4(), **body) == code


def test_whoever_asked_before_is_answered_the_same_by_the_short_way(
    client: TestClient, write: Write, customers: list[UUID]
) -> None:
    with write() as tx:
        template = publish(tx).id
    url = f"/v1/coupon-templates/{template}/claim"
    asked = {"customer": str(customers[0]), "key": "k"}
    slow, fast = client.post(url, json=asked), client.post(url, json=asked)
    assert (slow.json()["outcome"], fast.json()["outcome"]) == ("issued", "already_has")
    assert fast.json()["code"] == slow.json()["code"]
    for body, code in BAD:
        assert take(client, uuid4(), **body) == code
    by_header = client.post(
        url, json={"customer": asked["customer"]}, headers={"Idempotency-Key": "other"}
    )
    assert by_header.json()["outcome"] == "limit"
    assert client.get(url).status_code == 405
    assert client.post(f"/v1/coupon-templates/{uuid4().hex}/claim", json=asked).status_code == 404
    assert client.post(url, content=b"x" * 5_000).json()["code"] == "malformed"


def test_nobody_claims_without_a_key_of_the_api(client: TestClient) -> None:
    url = f"/v1/coupon-templates/{uuid4()}/claim"
    answer = client.post(url, json={}, headers={"Authorization": "Bearer hk_no"})
    assert answer.status_code == 401


def test_a_key_that_is_revoked_claims_two_seconds_more_at_most(
    client: TestClient, write: Write, customers: list[UUID]
) -> None:
    with write() as tx:
        url = f"/v1/coupon-templates/{publish(tx).id}/claim"
        key = merchants.add_key(tx, "till", ["benefit.use"])
    asked = {"customer": str(customers[0]), "key": "k"}

    def status() -> int:
        time.sleep(0.1)
        headers = {"Authorization": f"Bearer {key.secret}"}
        return client.post(url, json=asked, headers=headers).status_code

    assert {status() for _ in range(25)} == {200}
    with write() as tx:
        merchants.revoke_key(tx, key.id)
    revoked = time.monotonic()
    while status() == 200:
        assert time.monotonic() - revoked < 3
    assert status() == 401


def test_a_merged_customer_has_the_limit_of_one(
    client: TestClient, db: Database, brand: Brand, write: Write, customers: list[UUID]
) -> None:
    one, other = customers[:2]
    with write() as tx:
        template = publish(tx, per_customer=2).id
    first = take(client, template, customer=str(one), key="tap")
    take(client, template, customer=str(other), key="tap")
    with write() as tx:
        identities.merge(tx, one, other)
    assert take(client, template, customer=str(other), key="again")["outcome"] == "limit"
    assert take(client, template, customer=str(one), key="tap")["code"] == first["code"]
    assert len(client.get(f"/v1/customers/{one}/coupons").json()) == 2
    assert broken(db, brand.merchant.id) == []


def test_a_rush_of_writers_never_gives_more_than_there_are(
    db: Database, brand: Brand, write: Write
) -> None:
    """Two processes, each with a writer, two thousand claims for a thousand coupons."""
    crowd = make_customers(db, brand.merchant.id, 500, "rush")
    with write() as tx:
        template = publish(tx, per_customer=4, stock=1_000).id
    wishes = [Claim(each, claim_of(f"k{n}", each)) for n in range(4) for each in crowd]

    async def rush() -> list[Taken]:
        writers = [make_claims(db), make_claims(db)]
        group = (brand.merchant.id, template)
        return await asyncio.gather(
            *(writers[n % 2].add(group, wish) for n, wish in enumerate(wishes))
        )

    answers = asyncio.run(rush())
    issued = [each for each in answers if each.outcome == "issued"]
    assert len(issued) == len({each.code for each in issued}) == 1_000
    assert {each.outcome for each in answers} == {"issued", "sold_out"}
    # Whoever asks again hears the same.
    assert asyncio.run(rush()) == [
        Taken("already_has", each.code) if each.code else each for each in answers
    ]
    assert broken(db, brand.merchant.id) == []


def test_a_claim_reads_no_more_the_more_coupons_there_are(
    db: Database, brand: Brand, write: Write
) -> None:
    """Whatever the planner knew when the table was empty: coupons are found by their customer."""
    crowd = make_customers(db, brand.merchant.id, 400, "many")
    with write() as tx:
        template = publish(tx, per_customer=None, stock=None).id

    async def rush() -> None:
        writer, group = make_claims(db), (brand.merchant.id, template)
        for n in range(8):
            wishes = [Claim(each, claim_of(f"m{n}", each)) for each in crowd[: 50 * (n + 1)]]
            await asyncio.gather(*(writer.add(group, wish) for wish in wishes))

    before = _rows_read(db)
    asyncio.run(rush())
    # 1,800 claims: each finds the at most seven coupons that its customer has, and the three unique
    # keys that it must not meet.
    assert _rows_read(db) - before < 1_800 * 12


def _rows_read(db: Database) -> int:
    with db.owner() as owner:
        owner.execute("SELECT pg_stat_force_next_flush()")
    with db.owner() as owner:
        row = owner.execute(
            "SELECT sum(idx_tup_read) + sum(idx_scan) FROM pg_stat_user_indexes"
            " WHERE schemaname = 'benefit' AND relname = 'coupon'"
        ).fetchone()
        seq = owner.execute(
            "SELECT coalesce(seq_tup_read, 0) FROM pg_stat_user_tables"
            " WHERE schemaname = 'benefit' AND relname = 'coupon'"
        ).fetchone()
    assert row is not None
    assert seq is not None
    return int(row[0] or 0) + int(seq[0])
