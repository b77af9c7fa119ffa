"""Reviews of bills: the newest counts, and managers see the low ones of their own units."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi.testclient import TestClient

from huitou.base.db import Scope
from huitou.event.rules import decode
from huitou.order import reads
from tests.conftest import Brand, Clock, Read

Send = Callable[[list[dict[str, Any]]], object]


def paid(no: str, at: datetime, unit: str) -> dict[str, Any]:
    line = {"line_no": 1, "sku": "M1", "quantity": 1000, "list_fen": 900, "paid_fen": 900}
    return {
        "id": f"paid-{no}",
        "type": "order.paid",
        "source": "pos",
        "unit": unit,
        "occurred_at": at.isoformat(),
        "identifiers": [{"kind": "phone", "value": "13900000001", "verified": True}],
        "properties": {"order_no": no, "lines": [line], "paid_fen": 900},
    }


def reviewed(no: str, at: datetime, unit: str, rating: int, **more: Any) -> dict[str, Any]:
    return {
        **paid(no, at, unit),
        "id": f"reviewed-{no}-{rating}-{len(more)}",
        "type": "order.reviewed",
        "properties": {"order_no": no, "rating": rating, **more},
    }


def test_the_newest_of_a_bill_stands_and_low_is_low_either_way(
    send: Send, drain: Callable[[], None], read: Read, clock: Clock, brand: Brand
) -> None:
    now = clock.now
    send([paid("A", now, "store-0401"), paid("B", now, "store-0412")])
    send([reviewed("A", now, "store-0401", 1), reviewed("B", now, "store-0412", 5)])
    send(
        [
            reviewed(
                "A",
                now,
                "store-0401",
                5,
                service_rating=2,
                reasons=["fresh", "unkind_service"],
                staff="a-01",
            )
        ]
    )
    drain()
    with read() as tx:
        every = reads.list_reviews(tx).items
        low = reads.list_reviews(tx, rating_max=3).items
        assert [item.order_no for item in reads.list_reviews(tx, unit="region-2").items] == ["B"]
        assert not reads.list_reviews(tx, unit="nowhere").items
    assert sorted((item.order_no or "", item.rating) for item in every) == [("A", 5), ("B", 5)]
    (one,) = low
    assert (one.order_no, one.service_rating, one.staff_name) == ("A", 2, "导购甲")
    assert one.reasons == ["fresh", "unkind_service"]
    assert one.order_id is not None
    with read(Scope(brand.units["region-2"].path)) as tx:
        assert not reads.list_reviews(tx, rating_max=3).items


def test_pages_follow_one_another(
    send: Send, drain: Callable[[], None], client: TestClient, clock: Clock
) -> None:
    orders = [f"P{number}" for number in range(5)]
    send([paid(no, clock.now, "store-0401") for no in orders])
    send([reviewed(no, clock.now, "store-0401", 2) for no in orders])
    drain()
    seen: list[str] = []
    cursor = None
    while True:
        query = {"limit": 2, "rating_max": 3} | ({"cursor": cursor} if cursor else {})
        answer = client.get("/v1/reviews", params=query).json()
        seen += [item["order_no"] for item in answer["items"]]
        cursor = answer["next"]
        if cursor is None:
            break
    assert sorted(seen) == orders
    assert client.get("/v1/reviews", params={"rating_max": 6}).status_code == 422


def test_what_came_later_is_left_out_of_events_that_do_not_say_it(clock: Clock) -> None:
    """An event sent again after an upgrade must be the same text, or it counts as reused."""
    import json

    body = json.dumps({"events": [reviewed("A", clock.now, "store-0401", 4)]}).encode()
    (item,) = decode(body, clock.now).accepted
    assert item.event.properties == {"order_no": "A", "rating": 4, "line_no": None}
    words = reviewed("A", clock.now, "store-0401", 4, reasons=["我叫王小明 13900000001"])
    assert decode(json.dumps({"events": [words]}).encode(), clock.now).rejected
