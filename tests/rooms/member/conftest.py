"""Customers with bills at two channels, and their phones."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient

from huitou.api.app import create_app
from huitou.base.db import Database
from huitou.catalog import actions as catalog
from huitou.catalog.types import NewProduct
from huitou.identity import reads as identities
from huitou.member.reads import sessions
from huitou.profile import actions as profiles
from huitou.profile.types import Description
from tests.conftest import Brand, Clock, Read, Write

DRAWING = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96"><circle r="9"/></svg>'


def paid(phone: str, no: str, at: datetime, fen: int, unit: str, source: str) -> dict[str, Any]:
    line = {"line_no": 1, "sku": "milk", "quantity": 2000, "list_fen": fen, "paid_fen": fen}
    return {
        "id": f"paid-{no}",
        "type": "order.paid",
        "source": source,
        "unit": unit,
        "occurred_at": at.isoformat(),
        "identifiers": [{"kind": "phone", "value": phone, "verified": True}],
        "properties": {"order_no": no, "lines": [line], "paid_fen": fen},
    }


@pytest.fixture
def make_customer(
    send: Callable[..., object],
    drain: Callable[[], None],
    read: Read,
    write: Write,
    clock: Clock,
    brand: Brand,
) -> Callable[[str], UUID]:
    """A customer named so, in 导购甲's book, with a bill online and one in a store."""

    def make(name: str) -> UUID:
        phone = f"137{uuid4().int % 10**8:08d}"
        stem = phone[-8:]
        with write() as tx:
            catalog.save_products(
                tx, [NewProduct("milk", "鲜牛奶 <950ml>", "dairy", "乳品", "Dairy", 1290, DRAWING)]
            )
        earlier = clock.now - timedelta(days=3)
        send(
            [
                paid(phone, f"S-{stem}", earlier, 2_580, "store-0401", "pos"),
                paid(phone, f"W-{stem}", clock.now, 12_900, "mall", "mall"),
            ]
        )
        drain()
        with write() as tx:
            profiles.describe(
                tx,
                [
                    Description(
                        "phone", None, phone, name=name, owner_staff_id=brand.staff["a-01"].id
                    )
                ],
            )
        with read() as tx:
            found = identities.find_by_identifier(tx, "phone", phone)
        assert found is not None
        return found.id

    return make


@pytest.fixture
def customer(make_customer: Callable[[str], UUID]) -> UUID:
    return make_customer("林晓云")


@pytest.fixture
def phone(db: Database) -> Iterator[TestClient]:
    """A browser that nobody signed in to."""
    with TestClient(create_app(db), base_url="http://testserver") as http:
        yield http


@pytest.fixture
def link(read: Read) -> Callable[[UUID], str]:
    """The path of a customer's own link."""

    def of(customer_id: UUID) -> str:
        with read() as tx:
            return sessions.link_of(tx, customer_id)

    return of
