"""Identity on PostgreSQL: the stream, its batches, merging, splitting, forgetting."""

import random
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from huitou.base.db import Database, ReadTx
from huitou.event import reads as events
from huitou.event.types import Intake
from huitou.identity import actions, reads
from huitou.identity.types import (
    AlreadyForgotten,
    Customer,
    NoSuchCustomer,
    NothingLeft,
    NotTheirs,
    SameCustomer,
)
from huitou.merchant import actions as merchants
from huitou.merchant.types import NewStaff
from tests.conftest import Brand, Clock, Read, Write, make_brand, send_events

Send = Callable[[Sequence[dict[str, Any]]], Intake]
Drain = Callable[[], None]

STORE_PHONE = "phone||+862150000001"
SCOPES = {"card": "default", "openid": "mp", "external_userid": "corp", "ouid": "tmall"}


def identifier(text: str) -> dict[str, Any]:
    """`card:1`, `phone:13800000001!` (verified)."""
    kind, value = text.split(":")
    found: dict[str, Any] = {"kind": kind, "value": value.rstrip("!")}
    if value.endswith("!"):
        found["verified"] = True
    if kind in SCOPES:
        found["scope"] = SCOPES[kind]
    return found


def event(clock: Clock, no: int, *identifiers: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"e-{no}",
        "type": "visit.checked_in",
        "occurred_at": (clock.now - timedelta(hours=10) + timedelta(minutes=no)).isoformat(),
        "source": "pos",
        "unit": "store-0401",
        "identifiers": [identifier(text) for text in identifiers],
        "properties": {},
        **more,
    }


def find(tx: ReadTx, text: str) -> Customer | None:
    given = identifier(text)
    return reads.find_by_identifier(tx, given["kind"], given["value"], given.get("scope"))


def get(tx: ReadTx, text: str) -> Customer:
    found = find(tx, text)
    assert found is not None
    return found


def test_a_bridge_joins_till_and_mini_program(
    clock: Clock, send: Send, drain: Drain, read: Read
) -> None:
    send(
        [
            event(clock, 1, "card:88001234"),
            event(clock, 2, "openid:o-1", source="mall"),
            event(clock, 3),
            event(clock, 4, "openid:o-1", "card:88001234", type="identity.bound", source="mall"),
        ]
    )
    drain()
    with read() as tx:
        customer = get(tx, "card:88001234")
        assert find(tx, "openid:o-1") == customer
        assert customer.ordinal == 1
        assert customer.created_at == clock.now - timedelta(hours=10) + timedelta(minutes=1)
        assert reads.customers_of(tx, range(1, 5)) == dict.fromkeys((1, 2, 4), customer.id)
        (merging,) = reads.mergings_of(tx, customer.id)
        assert (merging.position, merging.reason) == (4, "together")
        assert merging.evidence["type"] == "identity.bound"
        loser = reads.get_customer(tx, merging.loser_id)
        assert loser.merged_into == customer.id
        assert reads.canonical(tx, [loser.id]) == {loser.id: customer.id}
        assert reads.positions_of(tx, customer.id) == [1, 2, 4]


def test_phones_are_normalised_and_store_phones_are_nobodys(
    clock: Clock, send: Send, drain: Drain, read: Read, write: Write
) -> None:
    with write() as tx:
        merchants.add_staff(
            tx, [NewStaff("a-99", "导购", "associate", "store-0401", phone=STORE_PHONE)]
        )
    send(
        [
            event(clock, 1, "card:A1", "phone:138 0000 0001!"),
            event(clock, 2, "phone:+8613800000001"),
            event(clock, 3, "card:A2", "phone:021-50000001!"),
            event(clock, 4, "phone:021-50000001!"),
        ]
    )
    drain()
    with read() as tx:
        assert find(tx, "phone:13800000001") == find(tx, "card:A1")
        assert find(tx, "phone:02150000001") is None
        assert set(reads.customers_of(tx, range(1, 5))) == {1, 2, 3}
        held = reads.identifiers_of(tx, get(tx, "card:A1").id)
        assert {(each.kind, each.grade, each.is_verified) for each in held} == {
            ("card", "A", False),
            ("phone", "A", True),
        }
        owner = get(tx, "card:A1").id
        assert reads.address_of(tx, [owner], "phone") == {owner: "+8613800000001"}
        assert "13800000001" not in repr(held)


def test_typed_phones_are_no_address_unless_asked(
    clock: Clock, send: Send, drain: Drain, read: Read
) -> None:
    send([event(clock, 1, "card:A1", "phone:13800000001")])
    drain()
    with read() as tx:
        owner = get(tx, "card:A1").id
        assert reads.address_of(tx, [owner], "phone") == {}
        assert set(reads.address_of(tx, [owner], "phone", may_be_typed=True)) == {owner}


def _history(clock: Clock, seed: int) -> list[dict[str, Any]]:
    dice = random.Random(seed)
    words = [
        *(f"card:{no}" for no in range(10001, 10006)),
        *(f"openid:{no}" for no in range(1, 5)),
        *(f"unionid:{no}" for no in range(1, 4)),
        *(f"phone:1380000000{no}{mark}" for no in range(1, 5) for mark in ("", "!")),
    ]
    return [
        event(
            clock, no, *{w.rstrip("!"): w for w in dice.sample(words, dice.randint(0, 3))}.values()
        )
        for no in range(60)
    ]


def everything(tx: ReadTx) -> object:
    """Everything but the customers' random ids, by ordinals."""
    return [
        tx.rows(dict, query)
        for query in (
            """
            SELECT c.ordinal, r.ordinal AS root, m.ordinal AS parent, c.is_strong, c.created_at,
                   c.origin_position, c.state
            FROM identity.customer c
            JOIN identity.customer r ON r.merchant_id = c.merchant_id AND r.id = c.root_id
            LEFT JOIN identity.customer m ON m.merchant_id = c.merchant_id AND m.id = c.merged_into
            WHERE c.merchant_id = %(merchant)s ORDER BY 1
            """,
            """
            SELECT encode(i.blind, 'hex') IS NOT NULL AS known, i.tail, l.kind, l.scope, c.ordinal,
                   l.grade, l.is_verified, l.evidence_position, l.linked_at, l.quarantine,
                   l.source, l.seen_at, rank() OVER (ORDER BY l.identifier_id)
            FROM identity.link l
            JOIN event.identifier i ON i.merchant_id = l.merchant_id AND i.id = l.identifier_id
            LEFT JOIN identity.customer c ON c.merchant_id = l.merchant_id AND c.id = l.customer_id
            WHERE l.merchant_id = %(merchant)s ORDER BY l.identifier_id
            """,
            """
            SELECT r.position, c.ordinal, l.evidence_position FROM identity.resolved r
            JOIN identity.customer c ON c.merchant_id = r.merchant_id AND c.id = r.customer_id
            LEFT JOIN identity.link l ON l.merchant_id = r.merchant_id AND l.identifier_id = r.via_id
            WHERE r.merchant_id = %(merchant)s ORDER BY 1
            """,
            """
            SELECT m.position, m.reason, f.ordinal AS one, t.ordinal AS other
            FROM identity.move m
            JOIN identity.customer f ON f.merchant_id = m.merchant_id AND f.id = m.from_id
            JOIN identity.customer t ON t.merchant_id = m.merchant_id AND t.id = m.to_id
            WHERE m.merchant_id = %(merchant)s ORDER BY m.id
            """,
            """
            SELECT p.evidence_position, o.evidence_position AS other, u.kind, u.scope
            FROM identity.phone_use u
            JOIN identity.link p ON p.merchant_id = u.merchant_id AND p.identifier_id = u.phone_id
            JOIN identity.link o ON o.merchant_id = u.merchant_id AND o.identifier_id = u.other_id
            WHERE u.merchant_id = %(merchant)s ORDER BY u.phone_id, u.other_id
            """,
            "SELECT last FROM identity.ordinal WHERE merchant_id = %(merchant)s",
            """
            SELECT g.position, g.reason, w.ordinal AS winner, l.ordinal AS loser, g.evidence
            FROM identity.merging g
            JOIN identity.customer w ON w.merchant_id = g.merchant_id AND w.id = g.winner_id
            JOIN identity.customer l ON l.merchant_id = g.merchant_id AND l.id = g.loser_id
            WHERE g.merchant_id = %(merchant)s ORDER BY 1, 4
            """,
        )
    ]


@pytest.mark.parametrize("seed", range(4))
def test_any_batches_and_a_replay_give_the_same_state(
    db: Database, clock: Clock, seed: int
) -> None:
    history = _history(clock, seed)
    states = []
    for size in (1, 7, 1_000):
        brand = make_brand(db, f"批次 {size}")
        send_events(db, brand.merchant.id, history)
        for after in range(0, len(history), size):
            with db.write(brand.merchant.id) as tx:
                actions.resolve(tx, after, min(after + size, len(history)))
        with db.write(brand.merchant.id) as tx:
            states.append(everything(tx))
            actions.resolve(tx, 0, len(history))
            assert everything(tx) == states[-1]
    assert states[0] == states[1] == states[2]


@pytest.mark.parametrize("seed", range(4))
def test_merge_then_split_restores_everything(
    db: Database, brand: Brand, clock: Clock, seed: int
) -> None:
    send_events(db, brand.merchant.id, _history(clock, seed))
    with db.write(brand.merchant.id) as tx:
        actions.resolve(tx, 0, 60)
        roots = [
            UUID(str(each))
            for each in tx.column(
                """
                SELECT DISTINCT c.root_id FROM identity.customer c JOIN identity.link l
                ON l.merchant_id = c.merchant_id AND l.customer_id = c.id
                WHERE c.merchant_id = %(merchant)s ORDER BY 1
                """
            )
        ]
        before = _links(tx)
        one, other = random.Random(seed).sample(roots, 2)
        theirs = [each.id for each in reads.identifiers_of(tx, other)]
        winner = actions.merge(tx, one, other)
        assert {each.id for each in reads.identifiers_of(tx, winner.id)} > set(theirs)
        split_off = actions.split(tx, winner.id, theirs)
        assert split_off.id in (one, other)
        assert _links(tx) == before


def _links(tx: ReadTx) -> list[dict[str, Any]]:
    return tx.rows(
        dict,
        """
        SELECT l.*, c.root_id, c.merged_into FROM identity.link l
        LEFT JOIN identity.customer c ON c.merchant_id = l.merchant_id AND c.id = l.customer_id
        WHERE l.merchant_id = %(merchant)s ORDER BY l.identifier_id
        """,
    )


def test_what_a_person_split_stays_apart_until_a_person_merges(
    clock: Clock, send: Send, drain: Drain, read: Read, write: Write
) -> None:
    send([event(clock, 1, "card:1", "openid:1"), event(clock, 2, "openid:1")])
    drain()
    with write() as tx:
        customer = get(tx, "card:1")
        openid = next(
            each for each in reads.identifiers_of(tx, customer.id) if each.kind == "openid"
        )
        other = actions.split(tx, customer.id, [openid.id])
        assert (other.ordinal, other.merged_into) == (2, None)
        # the event that the openid alone had decided goes with it; the common one stays
        assert reads.customers_of(tx, [1, 2]) == {1: customer.id, 2: other.id}
    send([event(clock, 3, "card:1", "openid:1")])
    drain()
    with write() as tx:
        assert find(tx, "openid:1") == reads.get_customer(tx, other.id)
        assert actions.merge(tx, other.id, customer.id).id == customer.id
        assert find(tx, "openid:1") == reads.get_customer(tx, customer.id)
        (merging,) = [m for m in reads.mergings_of(tx, customer.id) if m.undone_at is None]
        assert merging.reason == "by_hand"
        assert actions.undo_merge(tx, customer.id, merging.id).id == other.id


def test_refusals(clock: Clock, send: Send, drain: Drain, write: Write) -> None:
    send([event(clock, 1, "card:1", "openid:1"), event(clock, 2, "card:2")])
    drain()
    with write() as tx:
        one, two = get(tx, "card:1"), get(tx, "card:2")
        with pytest.raises(SameCustomer):
            actions.merge(tx, one.id, one.id)
        with pytest.raises(NoSuchCustomer):
            actions.merge(tx, one.id, UUID(int=1))
        ids = [each.id for each in reads.identifiers_of(tx, one.id)]
        with pytest.raises(NothingLeft):
            actions.split(tx, one.id, ids)
        with pytest.raises(NotTheirs):
            actions.split(tx, two.id, ids[:1])
        joined = actions.merge(tx, one.id, two.id)
        actions.forget(tx, one.id)
        [merging] = reads.mergings_of(tx, joined.id)
        with pytest.raises(AlreadyForgotten):
            actions.undo_merge(tx, joined.id, merging.id)
        with pytest.raises(AlreadyForgotten):
            actions.merge(tx, one.id, two.id)


def test_forgetting_leaves_nothing_and_may_be_repeated(
    clock: Clock, send: Send, drain: Drain, write: Write, read: Read
) -> None:
    send([event(clock, 1, "card:1", "phone:13800000001!"), event(clock, 2, "card:2")])
    drain()
    with write() as tx:
        customer = get(tx, "card:1")
        actions.forget(tx, customer.id)
        actions.forget(tx, customer.id)
    drain()
    with read() as tx:
        assert find(tx, "card:1") is None
        assert events.identifier_id(tx, "phone", None, "13800000001") is None
        assert (
            tx.value("SELECT count(*) FROM event.identifier WHERE merchant_id = %(merchant)s") == 1
        )
        assert reads.get_customer(tx, customer.id).state == "forgotten"
        assert reads.identifiers_of(tx, customer.id) == []
        assert (
            tx.value("SELECT count(*) FROM identity.forgotten WHERE merchant_id = %(merchant)s")
            == 1
        )
    send([event(clock, 3, "card:1")])
    drain()
    with write() as tx:
        back = get(tx, "card:1")
        assert (back.id, back.ordinal) != (customer.id, customer.ordinal)
        actions.resolve(tx, 0, 3)
        assert 1 not in reads.customers_of(tx, [1, 2, 3])


def test_clusters_name_every_identifier_that_speaks_for_somebody(
    db: Database, brand: Brand, clock: Clock, send: Send, drain: Drain
) -> None:
    with db.write(brand.merchant.id) as tx:
        merchants.add_staff(
            tx, [NewStaff("a-99", "导购", "associate", "store-0401", phone=STORE_PHONE)]
        )
    send([event(clock, 1, "card:1", "openid:1"), event(clock, 2, "phone:021-50000001")])
    drain()
    with db.read(brand.merchant.id) as tx:
        found = list(reads.clusters(tx))
        customer = get(tx, "card:1")
    assert {(each.kind, each.customer_id) for each in found} == {
        ("card", customer.id),
        ("openid", customer.id),
    }
