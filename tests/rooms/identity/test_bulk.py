"""A long range at once gives exactly what small batches give, whatever people did between."""

import contextlib
import random
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest

from huitou.base.db import Database
from huitou.base.jobs import BACKLOG, STREAMS
from huitou.identity import actions, reads
from huitou.identity.types import Policy, SameCustomer
from huitou.kernel.ids import new_ids
from tests.background import settle
from tests.conftest import Clock, make_brand, send_events
from tests.rooms.identity.test_identity import event, everything, find, get
from tests.rooms.identity.test_policy import apply

COUNT, HALF = 150, 70
LOST = """
    SELECT l.identifier_id FROM identity.link l
    WHERE l.merchant_id = %(merchant)s AND l.customer_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM identity.customer c
        WHERE c.merchant_id = l.merchant_id AND c.id = l.customer_id)
"""
"""Links to a customer whom there is not: no foreign key forbids them."""
KINDS = ("card", "openid", "external_userid", "unionid")


def history(clock: Clock, dice: random.Random) -> list[dict[str, Any]]:
    """Mostly known and new identifiers alone; some that bridge, phones, and nobody."""
    firm = [f"{kind}:{kind[0]}{no}" for kind in KINDS for no in range(25)]
    phones = [f"phone:1380000000{no}{mark}" for no in range(6) for mark in ("", "!")]
    found = []
    for no in range(COUNT):
        names = dice.sample(firm, dice.choice((0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3)))
        names += dice.sample(phones, dice.choice((0, 0, 0, 0, 0, 1)))
        found.append(event(clock, no, *names))
    return found


def edges(dice: random.Random, sizes: tuple[int, ...]) -> list[int]:
    """Where batches end; one of them at HALF."""
    found = [0]
    while found[-1] < COUNT:
        upto = min(found[-1] + dice.choice(sizes), COUNT)
        found.append(HALF if found[-1] < HALF < upto else upto)
    return found


def meddle(db: Database, merchant: UUID, dice: random.Random) -> None:
    """A person merges two, takes one apart, and forgets one."""
    with db.write(merchant, principal="test") as tx:
        names = [f"{kind}:{kind[0]}{no}" for kind in KINDS for no in range(25)]
        known = [name for name in names if find(tx, name)]
        one, other, third, fourth = dice.sample(known, 4)
        with contextlib.suppress(SameCustomer):
            actions.merge(tx, get(tx, one).id, get(tx, other).id)
        person = get(tx, third).id
        held = reads.identifiers_of(tx, person)
        if len(held) > 1:
            actions.split(tx, person, [max(each.id for each in held)])
        actions.forget(tx, get(tx, fourth).id)


@pytest.mark.parametrize("seed", range(6))
def test_much_at_once_gives_the_state_of_small_batches(
    seed: int, db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = random.Random(seed).choice(
        (Policy(), Policy(shared_after=2), Policy(grades={"openid": "C", "card@default": "B"}))
    )
    states = []
    for decoded_max, sizes in ((COUNT, (1, 3, 20)), (0, (40, 75))):
        monkeypatch.setattr(actions, "_DECODED_MAX", decoded_max)
        dice, cutting = random.Random(seed), random.Random(seed)
        brand = make_brand(db, f"大批 {decoded_max} {seed}")
        merchant = brand.merchant.id
        apply(db, brand, policy)
        send_events(db, merchant, history(clock, dice))
        for after, upto in pairwise(edges(cutting, sizes)):
            if after == HALF:
                meddle(db, merchant, random.Random(seed))
            with db.write(merchant, principal="stream:identity") as tx:
                actions.resolve(tx, after, upto)
        with db.write(merchant, principal="stream:identity") as tx:
            actions.resolve(tx, 0, COUNT)
        with db.read(merchant) as tx:
            states.append(everything(tx))
            assert tx.column(LOST) == []
    assert states[0] == states[1]


def test_a_stream_far_behind_takes_more_at_once(
    db: Database, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = STREAMS["identity"]
    assert stream.size(BACKLOG - 1) == stream.batch < stream.size(BACKLOG) == stream.bulk
    monkeypatch.setattr(actions, "_DECODED_MAX", 0)
    brand = make_brand(db, "全部")
    send_events(db, brand.merchant.id, history(clock, random.Random(9)))
    settle(db, brand.merchant.id)
    with db.read(brand.merchant.id) as tx:
        given = reads.customers_of(tx, range(1, COUNT + 1))
        assert len(given) == tx.value(
            "SELECT count(*) FROM identity.resolved WHERE merchant_id = %(merchant)s"
        )
        assert len(given) > COUNT / 2


def test_ids_made_together_are_in_order_and_of_version_7() -> None:
    ids = [UUID(each) for each in new_ids(1_000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1_000
    assert {(each.version, each.variant) for each in ids} == {(7, "specified in RFC 4122")}
