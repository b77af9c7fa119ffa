"""Customers, templates and short words for the tests of coupons."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from huitou import wiring
from huitou.base.db import Database, Tx
from huitou.benefit.actions import templates
from huitou.benefit.reads import ledger
from huitou.benefit.types.ledger import Broken
from huitou.benefit.types.templates import Promise, Template
from huitou.identity import reads as identities
from huitou.worker import streams
from tests.conftest import send_events


def promise(**fields: Any) -> Promise:
    """Ten off a hundred, for 7 days, one each of a thousand, unless said otherwise."""
    wanted: dict[str, Any] = {
        "name": "满百减十",
        "benefit": {"kind": "full_reduction", "threshold_fen": 10_000, "off_fen": 1_000},
        "window": {"kind": "relative", "days": 7},
        "claiming": {},
        "per_customer": 1,
        "stock": 1_000,
        **fields,
    }
    return Promise.model_validate({name: value for name, value in wanted.items() if value != ...})


def publish(tx: Tx, **fields: Any) -> Template:
    """A published template."""
    return templates.publish(tx, templates.add(tx, promise(**fields)).id)


def make_customers(db: Database, merchant: UUID, count: int, prefix: str = "c") -> list[UUID]:
    """Customers as events make them, in order."""
    cards = [f"{prefix}{number:07d}" for number in range(count)]
    for first in range(0, count, 1_000):
        send_events(
            db,
            merchant,
            [
                {
                    "id": f"join-{card}",
                    "type": "member.joined",
                    "occurred_at": db.clock().isoformat(),
                    "source": "pos",
                    "unit": "store-0401",
                    "identifiers": [{"kind": "card", "value": card, "scope": "default"}],
                    "properties": {},
                }
                for card in cards[first : first + 1_000]
            ],
        )
    streams.consume(db, merchant, wiring.ROOMS)
    with db.read(merchant) as tx:
        found = identities.find_holders(tx, [("card", "default", card) for card in cards])
    assert all(found)
    return [each for each in found if each is not None]


def broken(db: Database, merchant: UUID) -> Sequence[Broken]:
    """Invariants that do not hold."""
    with db.read(merchant) as tx:
        return ledger.check(tx)
