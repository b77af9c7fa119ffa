"""Random rules over the vocabulary of the test histories, plain JSON as a client sends it."""

from random import Random
from typing import Any

from huitou.segment.rules import traits

CATEGORIES = ["dairy", "bakery", "snacks", "unknown"]
SKUS = ["M1", "M2", "B1", "S1", "X9"]
UNITS = ["hq", "region-1", "region-2", "store-0401", "store-0412", "mall"]
TAGS = ["vip", "price-sensitive", "source:pos", "source:mall", "source:fair"]
COMPARISONS = ["=", "!=", ">", ">=", "<", "<=", "between"]
EVENT_TYPES = ["product.viewed", "cart.added", "order.paid", "order.reviewed", "link.opened"]
TEXTS: dict[str, list[str]] = {
    "stage": ["new", "growing", "loyal", "dormant", "lost"],
    "rfm_segment": ["champions", "loyal", "new", "at_risk", "lost", "others"],
    "gender": ["female", "male"],
    "owner": ["a-01", "a-12", "nobody"],
    "source_channels": ["pos", "mall", "wecom"],
    "home_unit": UNITS,
}
NUMBERS: dict[str, list[int]] = {
    "order_count": [0, 1, 2, 5],
    "paid_fen": [0, 300, 1000, 3000],
    "refunded_fen": [0, 1, 200],
    "avg_order_fen": [100, 300, 700],
    "share_before_bp": [0, 2000, 5000, 8000],
    "r": [1, 2, 3, 4, 5],
    "f": [1, 2, 3, 4, 5],
    "m": [1, 2, 3, 4, 5],
    "birth_month": [1, 6, 11, 12],
}
DAYS = [0, 1, 20, 60, 150, 300]
CUSTOM: list[Any] = [1, 2, 7, "gold", "platinum", True, False, "x"]


def make_rule(random: Random, segments: list[str]) -> dict[str, Any]:
    return {"v": 1, **_group(random, segments, 1)}


def _group(random: Random, segments: list[str], depth: int) -> dict[str, Any]:
    word = random.choice(("all", "any"))
    count = random.randint(1, 3)
    return {word: [_node(random, segments, depth + 1) for _ in range(count)]}


def _node(random: Random, segments: list[str], depth: int) -> dict[str, Any]:
    kind = random.random()
    if kind < 0.15 and depth < 4:
        return _group(random, segments, depth)
    if kind < 0.35 and depth < 5:
        return {"not": _node(random, segments, depth + 1)}
    made = (
        _purchase,
        _purchase,
        _trait,
        _trait,
        _trait,
        _event,
        _sequence,
        _nth,
        _anniversary,
        _other,
    )
    return random.choice(made)(random, segments)


def _numeric(random: Random, choices: list[int]) -> dict[str, Any]:
    op = random.choice(COMPARISONS)
    pair = sorted(random.choices(choices, k=2))
    return {"op": op, "value": pair if op == "between" else pair[0]}


def _some(random: Random, values: list[str]) -> list[str]:
    return random.sample(values, random.choice((1, 1, 2)))


def _purchase(random: Random, segments: list[str]) -> dict[str, Any]:
    agg = random.choice(("count", "count", "sum_fen", "quantity", "days_since_last"))
    choices = {
        "count": [0, 1, 2, 4],
        "sum_fen": [0, 100, 500, 2000],
        "quantity": [0, 1000, 4000, 9000],
        "days_since_last": DAYS,
    }
    where: dict[str, Any] = {}
    if random.random() < 0.5:
        where["category"] = _some(random, CATEGORIES)
    if random.random() < 0.2:
        where["sku"] = _some(random, SKUS)
    if random.random() < 0.3:
        where["unit"] = _some(random, UNITS)
    if random.random() < 0.2:
        where["channel"] = _some(random, ["pos", "mall"])
    leaf = {"kind": "purchase", "agg": agg, **_numeric(random, choices[agg])}
    return _with(leaf, where=where, window=_window(random))


def _window(random: Random) -> dict[str, Any]:
    return random.choice(
        [
            {},
            {"ever": True},
            {"last_days": random.choice((1, 30, 90, 365))},
            {"from": "2026-01-01", "to": "2026-08-31"},
            {"from": "2026-06-15"},
            {"to": "2026-06-15"},
        ]
    )


def _with(leaf: dict[str, Any], **parts: dict[str, Any]) -> dict[str, Any]:
    return {**leaf, **{name: part for name, part in parts.items() if part}}


def _trait(random: Random, segments: list[str]) -> dict[str, Any]:
    name = random.choice([*traits.BUILT_IN, "tier", "tier", "likes"])
    leaf: dict[str, Any] = {"kind": "trait", "name": name}
    kind = traits.BUILT_IN.get(name) or traits.custom(name)
    op = random.choice(kind.ops)
    leaf["op"] = op
    if op in ("known", "unknown"):
        return leaf
    if kind.type == "flag":
        return {**leaf, "value": random.choice((True, False))}
    if kind.type in ("number", "money", "days"):
        choices: list[Any] = list(NUMBERS.get(name, DAYS))
    elif kind.type == "custom":
        choices = [1, 2, 7] if op in (">", ">=", "<", "<=", "between") else list(CUSTOM)
    else:
        choices = list(TEXTS[name])
    if op == "between":
        return {**leaf, "value": sorted(random.choices(choices, k=2))}
    if op in ("in", "not_in", "contains", "not_contains"):
        return {**leaf, "value": random.sample(choices, 2)}
    return {**leaf, "value": random.choice(choices)}


def _match(random: Random) -> dict[str, Any]:
    type_ = random.choice(EVENT_TYPES)
    where: dict[str, Any] = {}
    has_product = type_ in ("product.viewed", "cart.added", "order.paid")
    if has_product and random.random() < 0.4:
        where["category"] = _some(random, CATEGORIES)
    if has_product and random.random() < 0.2:
        where["sku"] = _some(random, SKUS)
    if random.random() < 0.2:
        where["unit"] = _some(random, UNITS)
    return _with({"type": type_}, where=where)


def _event(random: Random, segments: list[str]) -> dict[str, Any]:
    agg = random.choice(("count", "count", "days_since_last"))
    numeric = _numeric(random, [0, 1, 2] if agg == "count" else DAYS)
    leaf = {"kind": "event", **_match(random), "agg": agg, **numeric}
    return _with(leaf, window=_window(random))


def _sequence(random: Random, segments: list[str]) -> dict[str, Any]:
    leaf = {
        "kind": "sequence",
        "first": _match(random),
        random.choice(("then", "then_not")): _match(random),
        "within_days": random.choice((1, 10, 60, 200)),
    }
    return _with(leaf, window=_window(random))


def _nth(random: Random, segments: list[str]) -> dict[str, Any]:
    leaf = {"kind": "nth", **_match(random), "n": random.choice((1, 1, 2, 3, -1, -1, -2))}
    return _with(leaf, window=_window(random))


def _anniversary(random: Random, segments: list[str]) -> dict[str, Any]:
    low, high = sorted(random.choices((-200, -30, -1, 0, 1, 30, 150), k=2))
    leaf = {"kind": "anniversary", "of": random.choice(("joined", "first_paid"))}
    years = random.choice(({}, {}, {"years": 1}, {"years": 2}))
    return {**leaf, "from_days": low, "to_days": high, **years}


def _other(random: Random, segments: list[str]) -> dict[str, Any]:
    leaves: list[dict[str, Any]] = [
        {"kind": "tag", "name": random.choice(TAGS)},
        {"kind": "consent", "channel": random.choice(("wecom", "sms"))},
        {"kind": "consent", "channel": "sms", "purpose": "service"},
        {"kind": "sample", "share": random.choice((0.0, 0.1, 0.5, 1.0)), "salt": "q4"},
    ]
    if segments:
        leaves.append({"kind": "segment", "id": random.choice(segments)})
    return random.choice(leaves)
