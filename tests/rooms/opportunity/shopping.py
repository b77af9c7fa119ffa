"""Purchases in a rhythm, for tests of what grows out of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from huitou.catalog import actions as catalog
from huitou.catalog.types import NewProduct
from tests.rooms.reach.conftest import Town

PRODUCTS = (
    NewProduct("milk", "鲜牛奶", "dairy", "乳制品", "dairy", 1_200),
    NewProduct("yogurt", "酸奶", "dairy", "乳制品", "dairy", 800),
    NewProduct("cheese", "奶酪", "dairy", "乳制品", "dairy", 2_500),
    NewProduct("bread", "吐司", "bakery", "烘焙", "bakery", 900),
)


def stock(town: Town) -> None:
    """Tell what the brand sells."""
    with town.db.write(town.brand.merchant.id, principal="test") as tx:
        catalog.save_products(tx, PRODUCTS)


def bought(
    town: Town, customer: UUID, at: datetime, skus: Sequence[str] = ("milk",), fen: int = 1_200
) -> dict[str, Any]:
    """An order of a customer, found by phone."""
    who = [{"kind": "phone", "value": town.phone(customer), "verified": True}]
    event = town.event("order.paid", who)
    lines = [
        {"line_no": n, "sku": sku, "quantity": 1000, "list_fen": fen, "paid_fen": fen}
        for n, sku in enumerate(skus, 1)
    ]
    properties = {"order_no": uuid4().hex[:20], "lines": lines, "paid_fen": fen * len(skus)}
    return {**event, "occurred_at": at, "properties": properties}


def rhythm(
    town: Town, customer: UUID, *, every: int, times: int, skus: Sequence[str] = ("milk",)
) -> list[dict[str, Any]]:
    """`times` orders, `every` days apart, the last one `every` days ago."""
    now = town.db.clock()
    return [
        bought(town, customer, now - timedelta(days=every * n), skus) for n in range(times, 0, -1)
    ]
