"""Facts of a slice, and the words people read."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from huitou.event.rules import REGISTRY
from huitou.event.types import LogEntry
from huitou.profile.rules import facts, titles

T0 = datetime(2026, 1, 1, tzinfo=UTC)
CUSTOMER, STAFF, STORE, MALL = (UUID(int=number) for number in range(1, 5))


def entry(position: int, type_: str, minutes: int, **more: Any) -> LogEntry:
    given: dict[str, Any] = {
        "position": position,
        "id": f"e-{position}",
        "source": "pos",
        "type": type_,
        "occurred_at": T0 + timedelta(minutes=minutes),
        "received_at": T0,
        "unit_id": None,
        "identifier_ids": [],
        "verified": [],
        "properties": {},
    }
    return LogEntry(**(given | more))


def gather(entries: list[LogEntry], customers: dict[int, UUID] | None = None) -> facts.Facts:
    known = {each.position: CUSTOMER for each in entries} if customers is None else customers
    return facts.gather(entries, known, {"wc-1": STAFF}, frozenset({STORE}), frozenset({7}))


PURCHASES = st.lists(
    st.tuples(st.integers(0, 50), st.sampled_from([STORE, MALL])), min_size=1, max_size=8
)


@given(PURCHASES)
def test_the_first_purchase_in_a_store_outranks_one_online(
    purchases: list[tuple[int, UUID]],
) -> None:
    entries = [
        entry(no, "order.paid", minutes, unit_id=unit)
        for no, (minutes, unit) in enumerate(purchases)
    ]
    (seen,) = gather(entries).seen
    in_store = [minutes for minutes, unit in purchases if unit == STORE]
    first = min(in_store) if in_store else min(minutes for minutes, _ in purchases)
    assert seen.bought_at == T0 + timedelta(minutes=first)
    assert seen.bought_unit_id == (STORE if in_store else MALL)
    assert seen.last_seen_at == T0 + timedelta(minutes=max(minutes for minutes, _ in purchases))
    (turned,) = gather(entries[::-1]).seen
    assert (turned.bought_at, turned.bought_unit_id) == (seen.bought_at, seen.bought_unit_id)


def test_what_was_done_to_a_customer_is_no_sight_of_them() -> None:
    own = [
        entry(1, "message.delivered", 1, source="huitou"),
        entry(2, "link.opened", 2, source="huitou"),
    ]
    (seen,) = gather(own).seen
    assert seen.last_seen_at == T0 + timedelta(minutes=2)
    assert gather(own[:1]).seen == []


def test_contacts_and_decisions_and_strangers() -> None:
    found = gather(
        [
            entry(1, "contact.added", 1, properties={"staff": "wc-1"}, identifier_ids=[5, 7]),
            entry(2, "contact.removed", 2, properties={"staff": "wc-1"}),
            entry(3, "contact.added", 3, properties={"staff": "gone"}),
            entry(4, "consent.withdrawn", 4, properties={"channel": "sms", "proof": "form-9"}),
            entry(5, "visit.checked_in", 5),
        ],
        dict.fromkeys((1, 2, 3, 4), CUSTOMER),
    )
    assert [(each.is_added, each.identifier_id) for each in found.contacts] == [
        (True, 7),
        (False, None),
    ]
    assert found.strangers == [3]
    (decision,) = found.decisions
    assert (decision.channel, decision.purpose, decision.state) == ("sms", "marketing", "withdrawn")
    assert decision.proof == {"event": "e-4", "source": "pos", "position": 4, "proof": "form-9"}
    assert found.seen[0].last_seen_at == T0 + timedelta(minutes=4)


def test_every_registered_type_has_a_title_of_its_own_in_both_languages() -> None:
    said: dict[str, Any] = {
        "paid_fen": 123_456,
        "lines": [{}, {}],
        "refund_fen": 100,
        "order_no": "A-1",
        "rating": 5,
        "sku": "S1",
        "channel": "sms",
        "purpose": "marketing",
    }
    for type_ in REGISTRY:
        zh, en = titles.title_of(type_, said, "城东一店")
        assert "其他行为" not in zh, type_
        assert en.replace("城东一店", "").replace("¥", "").isascii()
    assert titles.title_of("order.paid", said, "城东一店") == (
        "在城东一店消费 ¥1,234.56，2 个商品",
        "Bought 2 items for ¥1,234.56 at 城东一店",
    )
    assert (
        titles.title_of("product.viewed", {**said, "product": "鲜牛奶"}, None)[0] == "浏览了 鲜牛奶"
    )
    assert titles.title_of("consent.withdrawn", said, None)[0] == "撤回短信营销触达的同意"
    assert titles.title_of("x.spin", {}, None) == ("其他行为：x.spin", "Other event: x.spin")
