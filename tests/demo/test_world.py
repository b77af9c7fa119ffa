"""The demo brand's data: shape, determinism, and the yardsticks that judge the product with it."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from importlib import resources
from itertools import islice, pairwise
from typing import Any
from xml.etree import ElementTree

import pytest

from huitou.demo.people import ASSOCIATES_PER_STORE
from huitou.demo.pictures import draw, shapes
from huitou.demo.reaction import LATEST_MIN, SOONEST_MIN, Reaction
from huitou.demo.scoring import key, linked, score
from huitou.demo.world import World
from huitou.event.rules import decode
from huitou.event.types import BODY_MAX_BYTES

TODAY = date(2026, 11, 21)
SIZE_LIMIT_BYTES = 4_000_000
TYPES = {
    "order.paid", "order.refunded", "product.viewed", "cart.added", "contact.added",
    "contact.removed", "member.joined", "identity.bound", "consent.given", "consent.withdrawn",
    "visit.checked_in", "x.coupon_redeemed",
}  # fmt: skip
SCOPED = {
    "card": "default", "openid": "mp-huihe", "external_userid": "ww-demo", "ouid": "tmall-huihe",
}  # fmt: skip
ENGLISH = re.compile(r"[A-Za-z]")
MOBILE = re.compile(r"1[3-9]\d{9}")


@pytest.fixture(scope="module")
def world() -> World:
    return World.load(seed=7, today=TODAY)


@pytest.fixture(scope="module")
def history(world: World) -> list[dict[str, Any]]:
    return list(world.history_events())


def test_the_same_seed_makes_the_same_world_and_another_one_does_not(world: World) -> None:
    again, other = World.load(seed=7, today=TODAY), World.load(seed=8, today=TODAY)
    assert list(islice(again.history_events(), 5000)) == list(islice(world.history_events(), 5000))
    assert list(again.live_events(3)) == list(world.live_events(3))
    assert (again.staff, again.households) == (world.staff, world.households)
    assert other.staff != world.staff
    assert other.profiles() != world.profiles()


def test_today_moves_dates_only(world: World, history: list[dict[str, Any]]) -> None:
    later = World.load(seed=7, today=TODAY + timedelta(days=10))
    for before, after in zip(history[-500:], list(later.history_events())[-500:], strict=True):
        assert before | {"occurred_at": 0} == after | {"occurred_at": 0}
        moved = datetime.fromisoformat(after["occurred_at"]) - datetime.fromisoformat(
            before["occurred_at"]
        )
        assert moved == timedelta(days=10)


def test_data_are_small() -> None:
    folder = resources.files("huitou.demo").joinpath("data")
    size = sum(len(path.read_bytes()) for path in folder.iterdir())
    assert 1_000_000 < size <= SIZE_LIMIT_BYTES


def test_every_product_has_a_chinese_name_a_price_and_a_picture(world: World) -> None:
    assert len(world.products) > 1900
    for product in world.products:
        assert re.search(r"[\u4e00-\u9fff]", product.name), product
        assert not ENGLISH.search(product.name + product.category_name), product
        assert product.price_fen >= 90 and product.price_fen % 10 == 0
        picture = ElementTree.fromstring(draw(product.sku))  # noqa: S314
        assert picture.attrib["viewBox"] == "0 0 96 96"
    assert len({product.name for product in world.products}) == len(world.products)
    assert {product.shape for product in world.products} == shapes()
    assert len({product.category for product in world.products}) > 250


def test_an_unknown_sku_gets_a_picture_too() -> None:
    assert ElementTree.fromstring(draw("P99999")).tag.endswith("svg")  # noqa: S314
    assert draw("P00001") == draw("P00001") != draw("P00002")


def test_units_and_staff(world: World) -> None:
    kinds = Counter(unit.kind for unit in world.units)
    assert kinds == {"headquarters": 1, "region": 2, "store": 12, "online": 2}
    codes = {unit.code for unit in world.units}
    assert all(unit.parent in codes for unit in world.units if unit.kind != "headquarters")
    assert Counter(person.role for person in world.staff) == {
        "headquarters": 1, "region": 2, "manager": 12, "associate": 12 * ASSOCIATES_PER_STORE,
    }  # fmt: skip
    assert not any(ENGLISH.search(unit.name) for unit in world.units)
    for field in ("code", "name", "phone", "wecom_userid"):
        assert len({getattr(person, field) for person in world.staff}) == len(world.staff)


def test_every_store_has_customers_and_every_associate_some_fifteen(world: World) -> None:
    stores = Counter(household.home_unit for household in world.households)
    associates = Counter(household.associate for household in world.households)
    units = {person.code: person.unit for person in world.staff}
    assert len(world.households) == 801
    assert len(stores) == 12 and min(stores.values()) >= 40 and max(stores.values()) <= 100
    assert len(associates) == 60 and min(associates.values()) >= 8
    assert max(associates.values()) <= 20
    assert all(units[h.associate] == h.home_unit for h in world.households)
    assert all(4 <= len(h.name) * 2 <= 8 and not ENGLISH.search(h.name) for h in world.households)


def test_events_have_the_form_of_the_contract(world: World, history: list[dict[str, Any]]) -> None:
    units = {unit.code for unit in world.units}
    skus = {product.sku for product in world.products}
    for event in history:
        assert set(event) == {
            "id", "type", "source", "unit", "identifiers", "properties", "occurred_at"
        }  # fmt: skip
        check_event(event, units, skus)
    assert {event["type"] for event in history} == TYPES
    assert {event["source"] for event in history} == {"pos", "mall", "wecom", "tmall"}


def test_intake_rejects_none_of_them(world: World, history: list[dict[str, Any]]) -> None:
    now = datetime(2026, 11, 21, 4, tzinfo=UTC)
    live = [event | {"occurred_at": now.isoformat()} for event, _ in world.live_events(1)]
    everything = [*history, *live]
    for start in range(0, len(everything), 1000):
        body = json.dumps({"events": everything[start : start + 1000]}).encode()
        assert len(body) <= BODY_MAX_BYTES
        decoded = decode(body, now)
        assert not decoded.rejected, decoded.rejected[0]


def check_event(event: dict[str, Any], units: set[str], skus: set[str]) -> None:
    assert event["type"] in TYPES and event["unit"] in units
    for identifier in event["identifiers"]:
        assert identifier.get("scope") == SCOPED.get(identifier["kind"])
        assert isinstance(identifier["value"], str) and identifier["value"]
        assert ("verified" in identifier) == (identifier["kind"] == "phone")
    properties = event["properties"]
    assert not MOBILE.search(str(properties)), "no personal values in properties"
    if event["type"] == "order.paid":
        check_order(properties, skus)
    elif event["type"] == "order.refunded":
        assert sum(line["refund_fen"] for line in properties["lines"]) == properties["refund_fen"]
        assert properties["refund_fen"] > 0
    else:
        assert all(isinstance(value, str | int) for value in properties.values())
        assert properties.get("sku", "P00001") in skus


def check_order(properties: dict[str, Any], skus: set[str]) -> None:
    lines = properties["lines"]
    assert [line["line_no"] for line in lines] == list(range(1, len(lines) + 1))
    assert sum(line["paid_fen"] for line in lines) + properties["shipping_fen"] > 0
    total = sum(line["paid_fen"] for line in lines) + properties["shipping_fen"]
    assert total == properties["paid_fen"]
    for line in lines:
        assert type(line["quantity"]) is int and line["quantity"] >= 1000
        assert 0 <= line["paid_fen"] <= line["list_fen"] and line["list_fen"] > 0
        assert line["list_fen"] % 10 == line["paid_fen"] % 10 == 0
        assert line["sku"] in skus


def test_history_is_in_order_and_ends_yesterday(history: list[dict[str, Any]]) -> None:
    times = [datetime.fromisoformat(event["occurred_at"]) for event in history]
    assert all(first <= second for first, second in pairwise(times))
    assert times[-1].date() == TODAY - timedelta(days=1)
    assert times[-1].utcoffset() == timedelta(hours=8)
    assert times[0] > times[-1] - timedelta(days=5 * 365)
    orders = sum(event["type"] == "order.paid" for event in history)
    assert 35_000 < orders < 41_000


def test_ids_and_order_numbers_are_unique_through_every_loop(
    world: World, history: list[dict[str, Any]]
) -> None:
    played = [[event for event, _ in world.live_events(loop)] for loop in (0, 1, 2)]
    everything = [*history, *(event for events in played for event in events)]
    ids = Counter((event["source"], event["id"]) for event in everything)
    assert ids.most_common(1)[0][1] == 1
    orders = Counter(
        event["properties"]["order_no"] for event in everything if event["type"] == "order.paid"
    )
    assert orders.most_common(1)[0][1] == 1
    assert not any("occurred_at" in event for events in played for event in events)
    paid = {event["properties"]["order_no"]: event for event in everything if is_paid(event)}
    for event in everything:
        if event["type"] == "order.refunded":
            check_refund(event, paid[event["properties"]["order_no"]])


def is_paid(event: dict[str, Any]) -> bool:
    return bool(event["type"] == "order.paid")


def check_refund(refund: dict[str, Any], order: dict[str, Any]) -> None:
    lines = {line["line_no"]: line for line in order["properties"]["lines"]}
    assert (refund["source"], refund["unit"]) == (order["source"], order["unit"])
    for line in refund["properties"]["lines"]:
        assert line["quantity"] == lines[line["line_no"]]["quantity"]
        assert line["refund_fen"] <= lines[line["line_no"]]["paid_fen"]


def test_later_loops_repeat_only_what_may_happen_twice(world: World) -> None:
    first = Counter(event["type"] for event, _ in world.live_events())
    second = Counter(event["type"] for event, _ in world.live_events(1))
    assert first["order.paid"] == second["order.paid"] > 5000
    assert first["identity.bound"] > 0
    assert not {"identity.bound", "member.joined", "consent.given", "contact.added"} & set(second)


def test_channels_are_mixed_and_refunds_are_few(history: list[dict[str, Any]]) -> None:
    orders = [event for event in history if is_paid(event)]
    sources = Counter(event["source"] for event in orders)
    assert sources["pos"] > sources["mall"] > sources["tmall"] > 300
    anonymous = sum(not event["identifiers"] for event in orders) / len(orders)
    assert 0.02 < anonymous < 0.12
    refunds = sum(event["type"] == "order.refunded" for event in history) / len(orders)
    assert 0.01 < refunds < 0.02


def test_consent_is_given_by_most_and_withdrawn_by_some(
    world: World, history: list[dict[str, Any]]
) -> None:
    given = {
        channel: sum(
            event["type"] == "consent.given" and event["properties"]["channel"] == channel
            for event in history
        )
        for channel in ("wecom", "sms")
    }
    friends = sum(household.external_userid is not None for household in world.households)
    assert 0.78 < given["wecom"] / friends < 0.92
    assert given["sms"] > 400
    assert sum(event["type"] == "consent.withdrawn" for event in history) > 10


def test_profiles_name_the_customer_by_one_strong_identifier(world: World) -> None:
    truth = world.truth()
    for profile in world.profiles():
        strong = [name for name in profile["identifiers"] if name["kind"] != "phone"]
        assert len(strong) == 1
        assert profile["gender"] in "FM" and 1 <= profile["birth_month"] <= 12
        date.fromisoformat(profile["joined_on"])
        assert all(not phone["verified"] for phone in profile["identifiers"][1:])
    owners = [truth.get(key(profile["identifiers"][0])) for profile in world.profiles()]
    assert None not in owners and len(set(owners)) == len(owners) > 700


def test_shared_phones_are_typed_but_have_no_truth(
    world: World, history: list[dict[str, Any]]
) -> None:
    store_keys = {f"phone:{unit.phone}" for unit in world.units if unit.phone}
    assert len(store_keys) == 4 and store_keys < world.shared_keys()
    assert not world.shared_keys() & set(world.truth())
    cards: dict[str, set[str]] = {name: set() for name in store_keys}
    for event in history:
        names = {key(identifier): identifier for identifier in event["identifiers"]}
        for shared in store_keys & set(names):
            assert not names[shared]["verified"]
            cards[shared] |= {name for name in names if name.startswith("card:")}
    assert all(len(seen) > 5 for seen in cards.values()), "typed with many a customer's card"


def test_resolution_has_work_and_bridges_but_not_everywhere(
    world: World, history: list[dict[str, Any]]
) -> None:
    components = linked(history)
    result = score(components, world.truth(), components)
    assert result.precision > 0.99
    assert result.recall_linkable == 1.0
    assert 0.55 < result.recall < 0.85
    assert result.true_pairs > 4000


def test_score_of_small_known_cases() -> None:
    truth = {"a": 1, "b": 1, "c": 1, "d": 2}
    chain = {"a": "x", "b": "x", "c": "c", "d": "d"}
    nothing = score({}, truth, chain)
    assert (nothing.precision, nothing.recall, nothing.recall_linkable) == (1.0, 0.0, 0.0)
    right = score({"a": 9, "b": 9}, truth, chain)
    assert (right.precision, right.recall, right.recall_linkable) == (1.0, 1 / 3, 1.0)
    wrong = score({"a": 9, "b": 9, "c": 8, "d": 8}, truth, chain)
    assert (wrong.precision, wrong.recall, wrong.correct_pairs) == (0.5, 1 / 3, 1)
    one = score(dict.fromkeys(truth, 0), truth, chain)
    assert (one.precision, one.recall, one.predicted_pairs) == (0.5, 1.0, 6)
    unseen = score({}, truth | {"e": 1}, chain)
    assert unseen.true_pairs == 3, "what was never emitted is not asked for"


def test_linked_joins_by_strong_and_verified_identifiers_only() -> None:
    card = {"kind": "card", "value": "1", "scope": "default"}
    other = {"kind": "card", "value": "2", "scope": "default"}
    openid = {"kind": "openid", "value": "o", "scope": "mp"}
    typed = {"kind": "phone", "value": "5", "verified": False}
    events: list[dict[str, Any]] = [
        {"identifiers": [card, typed]}, {"identifiers": [typed, other]}, {"identifiers": []},
    ]  # fmt: skip
    apart = linked(events)
    assert len(set(apart.values())) == 3
    proven = {**typed, "verified": True}
    joined = linked([*events, {"identifiers": [openid, proven]}, {"identifiers": [proven, card]}])
    assert joined[key(card)] == joined[key(openid)] == joined["phone:5"] != joined[key(other)]


def reactions(
    world: World, lift_bp: int, *, opened: bool = True
) -> Iterator[dict[str, Any] | None]:
    """One answer per household and seed, over twenty seeds."""
    reaction = Reaction(world)
    at = datetime(2026, 11, 21, 10, tzinfo=UTC)
    for seed in range(20):
        for household in world.households:
            yield reaction.extra_purchase(
                household.household, contacted_at=at, opened=opened, seed=seed, lift_bp=lift_bp
            )


def test_reaction_has_the_planted_lift_and_none_without_it(world: World) -> None:
    planted_bp = 1200
    orders = [order is not None for order in reactions(world, planted_bp)]
    share = planted_bp / 10_000
    spread = (share * (1 - share) / len(orders)) ** 0.5
    assert abs(sum(orders) / len(orders) - share) < 4 * spread + 0.004
    assert not any(reactions(world, 0)), "the negative control"
    assert not any(reactions(world, 10_000, opened=False))


def test_a_higher_lift_only_adds(world: World) -> None:
    for low, high in zip(reactions(world, 500), reactions(world, 2000), strict=True):
        assert low is None or low == high


def test_an_extra_purchase_is_a_valid_event_of_its_household(world: World) -> None:
    units = {unit.code for unit in world.units}
    skus = {product.sku for product in world.products}
    truth, reaction = world.truth(), Reaction(world)
    at = datetime(2026, 11, 21, 10, tzinfo=UTC)
    ids = set()
    for household in world.households:
        number = household.household
        event = reaction.extra_purchase(
            number, contacted_at=at, opened=True, seed=1, lift_bp=10_000
        )
        if event is None:
            assert reaction.expected_fen(number, lift_bp=10_000) == 0
            continue
        check_event(event, units, skus)
        ids.add(event["id"])
        delay = datetime.fromisoformat(event["occurred_at"]) - at
        assert timedelta(minutes=SOONEST_MIN) <= delay <= timedelta(minutes=LATEST_MIN)
        owners = {truth.get(key(name)) for name in event["identifiers"]} - {None}
        assert owners <= {number}
        assert reaction.expected_fen(number, lift_bp=10_000) > 0
    assert len(ids) > 790


def test_expected_fen_is_the_mean_of_what_reactions_bring(world: World) -> None:
    reaction = Reaction(world)
    at = datetime(2026, 11, 21, 10, tzinfo=UTC)
    number = max(world.households, key=lambda h: len(world.baskets[h.household])).household
    paid = [
        event["properties"]["paid_fen"] if event else 0
        for seed in range(3000)
        for event in [
            reaction.extra_purchase(number, contacted_at=at, opened=True, seed=seed, lift_bp=3000)
        ]
    ]
    mean = sum(paid) / len(paid)
    spread = (sum((value - mean) ** 2 for value in paid) / len(paid) ** 2) ** 0.5
    assert abs(mean - reaction.expected_fen(number, lift_bp=3000)) < 4 * spread


def test_opening_follows_its_rate(world: World) -> None:
    reaction, at = Reaction(world), datetime(2026, 11, 21, 10, tzinfo=UTC)
    opened = [
        reaction.opens(household.household, contacted_at=at, seed=seed, open_bp=6000)
        for household in world.households
        for seed in range(10)
    ]
    assert abs(sum(opened) / len(opened) - 0.6) < 4 * (0.24 / len(opened)) ** 0.5
