"""A merchant with a random past: orders, refunds, views, profiles, tags, traits, consents, a merge,
a forgotten customer, somebody who never did anything but join."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any
from uuid import UUID

from huitou.base.db import Database, Tx
from huitou.catalog.actions import save_products
from huitou.catalog.types import NewProduct
from huitou.identity import actions as identity_actions
from huitou.identity import reads as identity
from huitou.profile import actions as profile
from huitou.profile.types import ConsentChange, Description
from tests.conftest import Brand, Clock, send_events
from tests.rooms.order.histories import SKUS, STORES, make_history

PEOPLE = 14


def card(number: int) -> str:
    return f"88{number:06d}"


def make_world(
    db: Database, brand: Brand, clock: Clock, drain: Callable[[], None], seed: int
) -> None:
    random = Random(seed)
    with db.write(brand.merchant.id) as tx:
        save_products(tx, [NewProduct(sku, sku, category) for sku, category in SKUS.items()])
    events = make_history(random, clock.now, count=60, people=PEOPLE - 2)
    for event in events:
        event["source"] = "mall" if event["unit"] == "mall" else "pos"
    events += [_doing(random, clock, index) for index in range(80)]
    joined = {"type": "member.joined", "source": "pos", "unit": "store-0401"}
    joined |= {"occurred_at": clock.now.isoformat()}
    for number in (PEOPLE - 1, PEOPLE):
        identifiers = [{"kind": "card", "scope": "default", "value": card(number)}]
        events.append({**joined, "id": f"j-{number}", "identifiers": identifiers})
    send_events(db, brand.merchant.id, events)
    drain()
    with db.write(brand.merchant.id) as tx:
        customers = [_by_card(tx, number) for number in range(1, PEOPLE + 1)]
        known = [id_ for id_ in customers if id_ is not None]
        _describe(tx, brand, random, clock)
        _label(tx, random, clock, known)
    drain()
    with db.write(brand.merchant.id) as tx:
        identity_actions.merge(tx, known[0], known[1])
    drain()
    with db.write(brand.merchant.id) as tx:
        identity_actions.forget(tx, known[2])
    drain()


def _by_card(tx: Tx, number: int) -> UUID | None:
    customer = identity.find_by_identifier(tx, "card", card(number), "default")
    return customer.id if customer else None


def _doing(random: Random, clock: Clock, index: int) -> dict[str, Any]:
    type_ = random.choice(("product.viewed", "product.viewed", "cart.added", "link.opened"))
    properties: dict[str, Any] = {"sku": random.choice([*SKUS, "X9", "Y0"])}
    if type_ == "link.opened":
        properties = {"link": "abc"}
    at = clock.now - timedelta(seconds=random.randint(1, 200 * 86400))
    identifier = {"kind": "card", "scope": "default", "value": card(random.randint(1, PEOPLE))}
    event = {
        "id": f"d-{index}",
        "type": type_,
        "source": "mall",
        "occurred_at": at.isoformat(),
        "identifiers": [identifier],
        "properties": properties,
    }
    return {**event, "unit": random.choice(STORES)} if random.random() < 0.5 else event


def _describe(tx: Tx, brand: Brand, random: Random, clock: Clock) -> None:
    units = [None, *(brand.units[code].id for code in STORES)]
    staff = [None, brand.staff["a-01"].id, brand.staff["a-12"].id]
    profile.describe(
        tx,
        [
            Description(
                "card",
                "default",
                card(number),
                gender=random.choice((None, "female", "male")),
                birth_month=random.choice((None, 1, 6, 11, 12)),
                home_unit_id=random.choice(units),
                owner_staff_id=random.choice(staff),
                joined_on=random.choice((None, date(2025, 3, 1), date(2026, 11, 1))),
                no_profiling=random.random() < 0.2,
                under_14=random.random() < 0.1,
            )
            for number in range(1, PEOPLE + 1)
            if random.random() < 0.7
        ],
    )


def _label(tx: Tx, random: Random, clock: Clock, customers: list[UUID]) -> None:
    def some() -> list[UUID]:
        return random.sample(customers, len(customers) // 2)

    profile.set_tags(tx, some(), add=["vip"])
    profile.set_tags(tx, some(), add=["price-sensitive"])
    profile.set_tags(tx, some()[:3], add=["source:fair", "source:mall"])
    tiers = ["gold", "platinum", 1, 2, 7.5, True, None, ["x"]]
    profile.set_traits(tx, [(id_, "tier", random.choice(tiers)) for id_ in some()], source="test")
    likes: list[Any] = [["gold", 1], ["x"], [], [True, 7], "gold"]
    profile.set_traits(tx, [(id_, "likes", random.choice(likes)) for id_ in some()], source="test")
    profile.set_consents(
        tx,
        [
            ConsentChange(
                id_, channel, purpose, random.choice(("given", "withdrawn")), clock.now, {}
            )
            for channel in ("wecom", "sms")
            for purpose in ("marketing", "service")
            for id_ in some()
        ],
    )
