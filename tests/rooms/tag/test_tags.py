"""Findings against a count row by row, recommended tags taken up, rule tags, and the library."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from huitou.base.db import Scope
from huitou.catalog import actions as catalog
from huitou.catalog.types import NewProduct
from huitou.identity import reads as identity
from huitou.profile import actions as profiles
from huitou.profile import reads as profile
from huitou.profile.types import NoTag, NotYourTag, RuleTag, TagTaken
from huitou.segment import actions as segments
from huitou.segment.store import filling as places
from huitou.segment.types.filling import Place
from huitou.segment.types.refusals import Followed
from huitou.tag import actions, reads, rules
from huitou.tag.store import find_findings
from huitou.tag.types import Decided, Policy
from tests.conftest import Brand, Clock, Read, Write

Send = Callable[[Sequence[dict[str, Any]]], Any]
Drain = Callable[[], None]
ZONE = ZoneInfo("Asia/Shanghai")
SKUS = {"M1": "dairy", "M2": "dairy", "B1": "bakery", "S1": "snacks"}
PEOPLE = 42
ANYTHING = ["B1", "S1", "B1", "S1", "M1"]


def describe(write: Write) -> None:
    with write() as tx:
        catalog.save_products(
            tx,
            [
                NewProduct(sku, sku, category, category, price_fen=500)
                for sku, category in SKUS.items()
            ],
        )


def purchases(random: Random, now: datetime) -> list[dict[str, Any]]:
    """Some buy dairy only, some at night, some on sale, some what is new; the others anything."""
    events = []
    for person in range(PEOPLE):
        taste = person % 6
        for index in range(random.randint(4, 12)):
            day = random.randint(1, 300)
            hour = 20 if taste == 1 else random.randint(8, 12)
            at = (now - timedelta(days=day)).astimezone(ZONE).replace(hour=hour, minute=0)
            skus = ["M1", "M2"] if taste == 0 else ANYTHING
            if taste == 2 or (day < 20 and taste == 3):
                skus = ["N1"] if day < 20 else ANYTHING
            lines: list[dict[str, Any]] = []
            for line_no in range(1, random.randint(1, 3) + 1):
                paid = 300 if taste == 4 and random.random() < 0.9 else 500
                lines.append(
                    {"line_no": line_no, "sku": random.choice(skus), "quantity": 1000,
                     "list_fen": 500, "paid_fen": paid}
                )  # fmt: skip
            events.append(
                {
                    "id": f"{person}-{index}",
                    "type": "order.paid",
                    "source": "pos",
                    "unit": "store-0401" if person % 2 else "store-0412",
                    "occurred_at": at.isoformat(),
                    "identifiers": [
                        {"kind": "card", "scope": "default", "value": f"77{person:03d}"}
                    ],
                    "properties": {
                        "order_no": f"T{person}-{index}",
                        "lines": lines,
                        "paid_fen": sum(line["paid_fen"] for line in lines),
                    },
                }
            )
    return events


def counted(events: list[dict[str, Any]]) -> dict[tuple[str, str, str], tuple[int, int, int]]:
    """(card, kind, value) → hits, total, base_bp of the findings, an order after the other."""
    hits: Counter[tuple[str, str, str]] = Counter()
    orders: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    launched: dict[str, datetime] = {}
    for event in events:
        at = datetime.fromisoformat(event["occurred_at"])
        for line in event["properties"]["lines"]:
            launched[line["sku"]] = min(at, launched.get(line["sku"], at))
    opened = min(launched.values()) + timedelta(days=30)
    for event in events:
        card, at = event["identifiers"][0]["value"], datetime.fromisoformat(event["occurred_at"])
        orders[card] += 1
        hits[card, "daypart", rules.daypart(at.hour)] += 1
        hits[card, "weekend", ""] += at.isoweekday() >= 6
        for category in {SKUS.get(line["sku"]) for line in event["properties"]["lines"]} - {None}:
            hits[card, "category", str(category)] += 1
        for line in event["properties"]["lines"]:
            lines[card] += 1
            first = launched[line["sku"]]
            hits[card, "price", ""] += line["paid_fen"] < line["list_fen"]
            hits[card, "novelty", ""] += first > opened and at < first + timedelta(days=30)
    sums: Counter[tuple[str, str]] = Counter()
    for (_, kind, value), count in hits.items():
        sums[kind, value] += count
    found = {}
    for (card, kind, value), count in hits.items():
        per = lines if kind in ("price", "novelty") else orders
        base = sums[kind, value] / per.total()
        if rules.is_finding(count, per[card], base, Policy()):
            found[card, kind, value] = (count, per[card], int(10_000 * base))
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_findings_are_those_of_a_count_row_by_row(
    clock: Clock, send: Send, drain: Drain, read: Read, write: Write, seed: int
) -> None:
    describe(write)
    events = purchases(Random(seed), clock.now)
    send(events)
    drain()
    with write() as tx:
        actions.find(tx)
    expected = counted(events)
    assert {kind for _, kind, _ in expected} == {"category", "price", "novelty", "daypart"} | (
        {"weekend"} if any(kind == "weekend" for _, kind, _ in expected) else set()
    )
    with read() as tx:
        customers = {
            found.id: f"77{person:03d}"
            for person in range(PEOPLE)
            if (found := identity.find_by_identifier(tx, "card", f"77{person:03d}", "default"))
        }
        stored = {
            (customers[each.customer_id], each.kind, each.value): (
                each.hits,
                each.total,
                each.base_bp,
            )
            for each in find_findings(tx, customers)
        }
    assert stored == expected
    drain()
    by_card: dict[str, list[str]] = defaultdict(list)
    for card, kind, value in expected:
        by_card[card].append(f"{kind}:{value}" if value else kind)
    with read() as tx:
        for customer_id, card in customers.items():
            told = profile.get_customer(tx, customer_id).traits.get("tendency", [])
            assert told == sorted(by_card[card])
    with write() as tx:
        assert actions.find(tx) == 0


def test_a_recommended_tag_is_taken_up_and_follows_its_rule(
    clock: Clock, send: Send, drain: Drain, read: Read, write: Write, client: TestClient
) -> None:
    describe(write)
    send(purchases(Random(3), clock.now))
    drain()
    found = client.post("/v1/tags/recommended/find").json()["items"]
    dairy = next(each for each in found if (each["kind"], each["value"]) == ("category", "dairy"))
    assert dairy["name_zh"] == "偏爱dairy"
    assert f"{dairy['customer_count']} 位客户合计" in dairy["evidence_zh"]
    assert dairy["confidence_bp"] >= 9_000
    kind = client.post(f"/v1/tags/recommended/{dairy['id']}/accept", json={"group": "偏好"}).json()
    segment = client.get("/v1/segments").json()["items"][0]
    assert segment["sentence"] == "「购买偏好」包含 偏爱dairy"
    vocabulary = client.get("/v1/segments/vocabulary").json()
    (habits,) = [each for each in vocabulary["traits"] if each["name"] == "tendency"]
    assert {"value": "category:dairy", "zh": "偏爱dairy", "en": "Prefers dairy"} in habits[
        "choices"
    ]
    again = client.post(f"/v1/tags/recommended/{dairy['id']}/accept")
    assert (again.status_code, again.json()["code"]) == (409, Decided.code)
    drain()
    shown = next(
        each for each in client.get("/v1/tags").json()["items"] if each["id"] == kind["id"]
    )
    assert (shown["sources"], shown["group"]) == (["rule"], "偏好")
    assert shown["customer_count"] == dairy["customer_count"]
    carriers = client.get("/v1/customers", params={"tag": kind["name"]}).json()["items"]
    evidence = client.get(f"/v1/customers/{carriers[0]['id']}/tag-evidence").json()["items"]
    assert any(
        each["kind"] == "category" and "买了dairy" in each["evidence_zh"] for each in evidence
    )
    refused = client.post(
        f"/v1/customers/{carriers[0]['id']}/tags", json={"remove": [kind["name"]]}
    )
    assert (refused.status_code, refused.json()["code"]) == (409, RuleTag.code)
    with write() as tx:
        profiles.set_flags(tx, UUID(carriers[0]["id"]), no_profiling=True, under_14=False)
    with write() as tx:
        actions.find(tx)
    drain()
    with write() as tx:
        actions.follow_all(tx)
    drain()
    left = client.get("/v1/customers", params={"tag": kind["name"]}).json()["items"]
    assert carriers[0]["id"] not in {each["id"] for each in left}
    other = next(each for each in found if each["id"] != dairy["id"])
    assert client.post(f"/v1/tags/recommended/{other['id']}/dismiss").status_code == 204
    open_now = client.get("/v1/tags/recommended").json()["items"]
    assert {dairy["id"], other["id"]}.isdisjoint(each["id"] for each in open_now)
    assert client.delete(f"/v1/tags/{kind['id']}").status_code == 204
    drain()
    assert client.get("/v1/customers", params={"tag": kind["name"]}).json()["items"] == []


def test_a_rule_tag_waits_until_all_members_are_found(
    clock: Clock, send: Send, drain: Drain, read: Read, write: Write
) -> None:
    describe(write)
    send(purchases(Random(6), clock.now))
    drain()
    rule = {"v": 1, "all": [{"kind": "trait", "name": "order_count", "op": ">=", "value": 1}]}

    def count() -> int:
        with read() as tx:
            people = [each.id for each in profile.list_customers(tx, count_max=200).items]
            tags = profile.tags(tx, people)
        return sum(tag.name == "买过" for own in tags.values() for tag in own)

    with write() as tx:
        segment = segments.add_segment(tx, "买过", rule)
        places.set_place(tx, segment.id, Place(whole=100, done=43, after=UUID(int=0), upto=0))
        tag = actions.add_tag(tx, "买过", segment_id=segment.id)
        actions.follow(tx, tag_id=str(tag.id))
    assert count() == 0
    with write() as tx:
        places.set_place(tx, segment.id, None)
    clock.move(minutes=2)
    drain()
    assert count() == segment.member_count > 0


def test_a_rule_tag_leaves_what_people_set(
    clock: Clock, send: Send, drain: Drain, read: Read, write: Write
) -> None:
    describe(write)
    send(purchases(Random(4), clock.now))
    drain()
    rule = {"v": 1, "all": [{"kind": "trait", "name": "order_count", "op": ">=", "value": 8}]}
    with read() as tx:
        people = [each.id for each in profile.list_customers(tx, count_max=200).items]
    with write() as tx:
        profiles.set_tags(tx, people, add=["常客"])
        segment = segments.add_segment(tx, "常客", rule)
        actions.add_tag(tx, "常客", segment_id=segment.id)
        with pytest.raises(TagTaken):
            actions.add_tag(tx, "常客")
        with pytest.raises(Followed) as refused:
            segments.delete_segment(tx, segment.id)
    assert "常客" in refused.value.detail("zh")
    drain()
    with read() as tx:
        assert {tag.source for tags in profile.tags(tx, people).values() for tag in tags
                if tag.name == "常客"} == {"test"}  # fmt: skip


def test_a_library_is_sent_to_units(
    brand: Brand, clock: Clock, send: Send, drain: Drain, read: Read, write: Write
) -> None:
    describe(write)
    send(purchases(Random(5), clock.now))
    drain()
    with write() as tx:
        east = actions.add_tag(tx, "东区新店客", group="区域", units=["region-1"])
        everybody = actions.add_tag(tx, "全国通用")
        person = identity.find_by_identifier(tx, "card", "77001", "default")
        assert person is not None
        actions.set_on(tx, east.id, add=[person.id], remove=[])
    scopes = {
        code: Scope(unit_path=brand.units[code].path) for code in ("store-0401", "store-0412")
    }
    with read(scopes["store-0401"]) as tx:
        assert {each.name for each in reads.list_tags(tx) if each.id} == {"东区新店客", "全国通用"}
        assert "东区新店客" in {tag.name for tag in profile.tags(tx, [person.id])[person.id]}
    with read(scopes["store-0412"]) as tx:
        assert {each.name for each in reads.list_tags(tx) if each.id} == {"全国通用"}
        assert "东区新店客" not in {tag.name for tag in profile.tags(tx, [person.id])[person.id]}
    with write(scopes["store-0412"]) as tx:
        with pytest.raises(NoTag):
            actions.set_on(tx, east.id, add=[person.id], remove=[])
        with pytest.raises(NotYourTag):
            profiles.set_tags(tx, [person.id], add=["东区新店客"])
        own = next(each.id for each in profile.list_customers(tx, count_max=1).items)
        actions.set_on(tx, everybody.id, add=[own], remove=[])
        assert "全国通用" in {tag.name for tag in profile.tags(tx, [own])[own]}
    with write() as tx:
        changed = actions.change_tag(
            tx, east.id, group="区域", units=["store-0412"], version=east.version
        )
        assert (changed.units, changed.version) == (["store-0412"], 2)
    with read(scopes["store-0412"]) as tx:
        assert "东区新店客" in {each.name for each in reads.list_tags(tx)}


def test_merged_and_forgotten_customers_have_no_findings(
    clock: Clock, send: Send, drain: Drain, read: Read, write: Write, client: TestClient
) -> None:
    describe(write)
    send(purchases(Random(6), clock.now))
    drain()
    with write() as tx:
        actions.find(tx)
    drain()
    with read() as tx:
        ids = [each.id for each in profile.list_customers(tx, count_max=200).items]
        found = [each.customer_id for each in find_findings(tx, ids)]
    first, other, third = list(dict.fromkeys(found))[:3]
    client.post(f"/v1/customers/{first}/forget")
    drain()
    with read() as tx:
        assert find_findings(tx, [first]) == []
        assert find_findings(tx, [other])
        assert profile.get_customer(tx, other).traits["tendency"]
    client.post(f"/v1/customers/{other}/merge", json={"other": str(third)})
    drain()
    with read() as tx:
        assert find_findings(tx, [other, third]) == []
        assert profile.get_customer(tx, other).traits["tendency"] == []
