"""Another rule for the whole log: foreseen, applied, and taken back."""

import random
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any

import pytest

from huitou.base.db import Database, ReadTx
from huitou.event.types import Intake
from huitou.identity import actions, jobs, reads
from huitou.identity.rules import resolving
from huitou.identity.rules.resolving import Fold
from huitou.identity.rules.state import Known, Sighted, Sighting
from huitou.identity.types import Applying, BadPolicy, NotQuarantined, Policy
from tests.background import settle
from tests.conftest import Brand, Clock, Read, Write, make_brand, send_events
from tests.rooms.identity.test_identity import event, find, get

Send = Callable[[Sequence[dict[str, Any]]], Intake]
Drain = Callable[[], None]
POLICIES = (
    Policy(),
    Policy(shared_after=2),
    Policy(shared_after=5),
    Policy(verified_phone_merges=False),
    Policy(grades={"openid": "C"}),
    Policy(grades={"card@default": "C", "external_userid": "C"}),
)


def history(clock: Clock, dice: random.Random, count: int) -> list[dict[str, Any]]:
    """Cards, accounts and phones of a few people, often together."""
    pools = [
        [f"{kind}:{kind[0]}{n}" for n in range(6)] for kind in ("card", "openid", "external_userid")
    ]
    phones = [f"phone:1380000000{n}" for n in range(4)]
    found = []
    for no in range(1, count + 1):
        names = {dice.choice(dice.choice(pools)) for _ in range(dice.choice((1, 1, 2)))}
        if dice.random() < 0.5:
            names.add(dice.choice(phones) + dice.choice(("", "!")))
        if dice.random() < 0.1:
            names = {dice.choice(phones)}
        found.append(event(clock, no, *sorted(names)))
    return found


def state(tx: ReadTx) -> dict[str, Any]:
    """Who is who, by ordinals."""
    customers = tx.rows(
        dict,
        "SELECT c.ordinal, r.ordinal AS root, w.ordinal AS into FROM identity.customer c"
        " JOIN identity.customer r ON r.id = c.root_id"
        " LEFT JOIN identity.customer w ON w.id = c.merged_into"
        " WHERE c.merchant_id = %(merchant)s",
    )
    links = tx.rows(
        dict,
        "SELECT l.identifier_id, c.ordinal, l.grade, l.quarantine, l.is_verified"
        " FROM identity.link l LEFT JOIN identity.customer c ON c.id = l.customer_id"
        " WHERE l.merchant_id = %(merchant)s",
    )
    events = tx.rows(
        dict,
        "SELECT r.position, c.ordinal, r.via_id FROM identity.resolved r"
        " JOIN identity.customer c ON c.id = r.customer_id WHERE r.merchant_id = %(merchant)s",
    )
    used = {row["ordinal"] for row in (*links, *events)}
    return {
        "customers": {
            r["ordinal"]: (r["root"], r["into"]) for r in customers if r["ordinal"] in used
        },
        "links": {r["identifier_id"]: tuple(r.values()) for r in links},
        "events": {r["position"]: tuple(r.values()) for r in events},
    }


def groups(tx: ReadTx) -> set[frozenset[int]]:
    """Identifiers that speak for the same customer."""
    found: dict[int, set[int]] = {}
    for row in tx.rows(
        dict,
        "SELECT l.identifier_id, r.ordinal FROM identity.link l"
        " JOIN identity.customer c ON c.id = l.customer_id"
        " JOIN identity.customer r ON r.id = c.root_id"
        " WHERE l.merchant_id = %(merchant)s AND l.quarantine IS NULL",
    ):
        found.setdefault(row["ordinal"], set()).add(row["identifier_id"])
    return {frozenset(group) for group in found.values()}


def apply(db: Database, brand: Brand, policy: Policy) -> None:
    with db.write(brand.merchant.id, principal="test") as tx:
        run = actions.ask_for_policy(tx, policy)
        tx.defer(jobs.apply, run=str(run.id))
    settle(db, brand.merchant.id)
    with db.read(brand.merchant.id) as tx:
        assert reads.get_run(tx, run.id).state == "done"
        assert reads.policy_in_force(tx).policy == policy


@pytest.mark.parametrize("seed", range(3))
def test_a_rule_is_foreseen_applied_and_taken_back(seed: int, db: Database, clock: Clock) -> None:
    dice = random.Random(seed)
    brand = make_brand(db, f"规则{seed}")
    send_events(db, brand.merchant.id, history(clock, dice, 70))
    settle(db, brand.merchant.id)
    with db.read(brand.merchant.id) as tx:
        before, grouped = state(tx), groups(tx)
        assert reads.what_if(tx, Policy()).merges == reads.what_if(tx, Policy()).splits == 0
    apply(db, brand, Policy())
    with db.read(brand.merchant.id) as tx:
        assert state(tx) == before
    for policy in dice.sample(POLICIES[1:], 2):
        with db.read(brand.merchant.id) as tx:
            foreseen = reads.what_if(tx, policy)
        apply(db, brand, policy)
        with db.read(brand.merchant.id) as tx:
            assert reads.what_if(tx, policy).examples == []
            assert (groups(tx) != grouped) >= bool(foreseen.examples)
        apply(db, brand, Policy())
        with db.read(brand.merchant.id) as tx:
            assert state(tx) == before


@pytest.mark.parametrize("seed", range(20))
def test_the_log_under_a_rule_is_as_if_it_had_always_been(seed: int, clock: Clock) -> None:
    ids: dict[tuple[str, ...], int] = {}
    sightings = [
        Sighting(
            position,
            "pos",
            [
                Sighted(
                    ids.setdefault((each["kind"], each["value"]), len(ids) + 1),
                    each["kind"],
                    each.get("scope", ""),
                    each.get("verified", False),
                )
                for each in happened["identifiers"]
            ],
        )
        for position, happened in enumerate(history(clock, random.Random(seed), 60), 1)
    ]
    usual = resolving.resolve(sightings, Known(), Policy())
    first: dict[int, int] = {}
    for assigned in usual.assigned:
        first.setdefault(assigned.customer, assigned.position)
    for policy in POLICIES:
        always = Fold(Known(), policy)
        changed = Fold(Known(next_ordinal=len(usual.created) + 1), policy)
        changed.origins = {first[each]: each for each in usual.created}
        for sighting in sightings:
            always.take(sighting)
            changed.take(sighting)
        changed.rest()
        assert cells(always, ids.values()) == cells(changed, ids.values())


def cells(fold: Fold, identifier_ids: Iterable[int]) -> set[frozenset[int]]:
    found: dict[int, set[int]] = {}
    for each in identifier_ids:
        holder = fold.holder_of(each)
        if holder is not None:
            found.setdefault(holder, set()).add(each)
    return {frozenset(cell) for cell in found.values()}


def test_people_stay_as_a_person_put_them(
    db: Database, brand: Brand, clock: Clock, send: Send, drain: Drain, read: Read, write: Write
) -> None:
    send(
        [
            event(clock, 1, "card:1", "openid:1"),
            event(clock, 2, "card:2"),
            event(clock, 3, "card:3", "openid:3"),
        ]
    )
    drain()
    with write() as tx:
        actions.merge(tx, get(tx, "card:1").id, get(tx, "card:2").id)
        held = reads.identifiers_of(tx, get(tx, "card:3").id)
        (openid,) = [each.id for each in held if each.kind == "openid"]
        actions.split(tx, get(tx, "card:3").id, [openid])
    with read() as tx:
        before = groups(tx)
    apply(db, brand, Policy(shared_after=2))
    with read() as tx:
        assert groups(tx) == before
        assert get(tx, "card:1") == get(tx, "card:2")
        assert get(tx, "card:3") != get(tx, "openid:3")


def test_a_rule_says_what_it_would_do(
    clock: Clock, send: Send, drain: Drain, read: Read, write: Write
) -> None:
    send([event(clock, no, f"card:{no}", "phone:13800000001!") for no in (1, 2)])
    send([event(clock, 3, "card:1"), event(clock, 4, "card:2")])
    drain()
    with read() as tx:
        assert get(tx, "card:1") == get(tx, "card:2")
        said = reads.what_if(tx, Policy(verified_phone_merges=False))
        assert (said.merges, said.splits, said.customers_before, said.customers_after) == (
            0,
            1,
            1,
            2,
        )
        assert said.en == "This rule would merge 0 and split 1; see 1 of them"
        assert said.zh == "这条规则会合并 0 位客户、拆开 1 位；看其中 1 例"
        (example,) = said.examples
        assert (example.kind, example.customer_ids, example.into) == (
            "split",
            [get(tx, "card:1").id],
            2,
        )
        for wrong in (
            Policy(shared_after=1),
            Policy(grades={"fax": "A"}),
            Policy(silence_months=-1),
        ):
            with pytest.raises(BadPolicy):
                reads.what_if(tx, wrong)
    with write() as tx:
        actions.ask_for_policy(tx, Policy())
        with pytest.raises(Applying):
            actions.ask_for_policy(tx, Policy(shared_after=4))


def test_a_number_given_to_somebody_else_joins_nobody(
    db: Database, brand: Brand, clock: Clock, send: Send, drain: Drain, read: Read, write: Write
) -> None:
    apply(db, brand, Policy(silence_months=12))
    long_ago = (clock.now - timedelta(days=500)).isoformat()
    send([event(clock, 1, "card:1", "phone:13800000001!", occurred_at=long_ago)])
    send([event(clock, 2, "card:2", "phone:13800000001!")])
    drain()
    with read() as tx:
        assert get(tx, "card:1") != get(tx, "card:2")
        (held,) = reads.list_quarantined(tx).items
        assert (held.reason, held.value.masked) == ("recycled_phone", "138****0001")
        assert held.customer_id == get(tx, "card:1").id
    with write() as tx:
        actions.confirm(tx, held.identifier_id)
        assert reads.list_quarantined(tx).items[0].verdict == "confirmed"
        actions.lift(tx, held.identifier_id)
        assert reads.list_quarantined(tx).items == []
        assert find(tx, "phone:13800000001") == get(tx, "card:1")
        with pytest.raises(NotQuarantined):
            actions.confirm(tx, held.identifier_id)
    apply(db, brand, Policy(silence_months=6))
    with read() as tx:
        assert reads.list_quarantined(tx).items == []
