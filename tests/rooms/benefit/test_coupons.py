"""Coupons on a real database: giving them, within limits, once."""

from uuid import UUID, uuid4

import pytest

from huitou.base.db import Database
from huitou.benefit.actions import coupons
from huitou.benefit.types.templates import NoTemplate
from tests.conftest import Brand, Write
from tests.rooms.benefit.coupon_world import broken, make_customers, publish


@pytest.fixture
def customers(db: Database, brand: Brand) -> list[UUID]:
    return make_customers(db, brand.merchant.id, 5)


def test_an_issue_gives_each_customer_one_and_a_repeat_gives_nothing(
    db: Database, brand: Brand, write: Write, customers: list[UUID]
) -> None:
    with write() as tx:
        template = publish(tx, per_customer=2)
        first = coupons.issue(tx, template.id, customers[:3], key="birthday")
    with write() as tx:
        again = coupons.issue(tx, template.id, customers, key="birthday")
    assert first.new_count == 3
    assert again.new_count == 2
    assert [each.outcome for each in again.answers] == ["already_has"] * 3 + ["issued"] * 2
    assert [each.serial for each in again.answers] == [1, 2, 3, 4, 5]
    assert broken(db, brand.merchant.id) == []


def test_limits_hold_for_the_customer_the_stock_and_the_unknown(
    write: Write, customers: list[UUID]
) -> None:
    with write() as tx:
        template = publish(tx, stock=3)
        coupons.issue(tx, template.id, customers[:2], key="one")
        answers = coupons.issue(tx, template.id, [*customers, uuid4()], key="two").answers
    assert [each.outcome for each in answers] == [
        "limit",
        "limit",
        "issued",
        "sold_out",
        "sold_out",
        "no_customer",
    ]


def test_an_unknown_template_is_refused(write: Write, customers: list[UUID]) -> None:
    with write() as tx, pytest.raises(NoTemplate):
        coupons.issue(tx, uuid4(), customers, key="one")
