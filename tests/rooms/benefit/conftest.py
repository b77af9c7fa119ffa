"""What the tests of coupons share."""

from collections.abc import Callable, Iterator
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from huitou.base.db import Database
from huitou.benefit.actions import coupons
from tests.conftest import Brand, Write
from tests.rooms.benefit.coupon_world import broken, make_customers, publish


@pytest.fixture
def customers(db: Database, brand: Brand) -> list[UUID]:
    return make_customers(db, brand.merchant.id, 3)


@pytest.fixture
def sound_coupons(db: Database, brand: Brand) -> Iterator[None]:
    """Whatever a test did, the ledger is sound afterwards."""
    yield
    assert broken(db, brand.merchant.id) == []


@pytest.fixture
def give(write: Write, client: TestClient) -> Callable[..., str]:
    """A new template's coupon for a customer; its code."""

    def issue(customer: UUID, **fields: object) -> str:
        with write() as tx:
            coupons.issue(tx, publish(tx, **fields).id, [customer], key="given")
        pack = client.get(f"/v1/customers/{customer}/coupons").json()
        code: str = max(pack, key=lambda each: each["template_id"])["code"]
        return code

    return issue
