"""A hundred rules as a brand keeps them: windows, lapsed customers, sequences, scores, profiles,
stores, and segments of segments."""

from typing import Any

Rule = dict[str, Any]

PROBE = "x.probe"


def probe(type_: str = PROBE) -> Rule:
    """Whoever did what nothing but a probe does."""
    return _all(_event(type_, "count", ">=", 1))


def rules(categories: list[str], regions: list[str], skus: list[str]) -> list[Rule]:
    """Ninety-five that refer to nothing."""
    made: list[Rule] = []
    for place, category in enumerate(categories[:12]):
        made += [
            _all(_purchase(30, "count", ">=", 1, category=[category])),
            _all(
                _purchase(365, "count", ">=", 2, category=[category]),
                {"not": _purchase(60 + place, "count", ">=", 1, category=[category])},
            ),
            _all(
                _followed("product.viewed", 1 + place % 4, then_not="order.paid", where=category),
                _purchase(None, "count", ">=", 1),
            ),
        ]
    for days, fen in ((30, 20_000), (90, 50_000), (180, 80_000), (365, 150_000)):
        made += [
            _all(_purchase(days, "sum_fen", ">=", fen)),
            _all(_purchase(days, "quantity", ">=", fen // 5, category=categories[:3])),
            _all(_trait("last_paid_days", ">=", days), _trait("order_count", ">=", 2)),
            _all(_trait("first_paid_days", "<", days), _purchase(days, "count", ">=", 2)),
            _all(_trait("created_days", "<=", days), _trait("order_count", "=", 0)),
            _all(_event("cart.added", "count", ">=", 1, days), _purchase(days, "count", "=", 0)),
            _all(_event("product.viewed", "count", ">=", 3, days), _trait("is_member", "=", True)),
            _all(_event("product.viewed", "days_since_last", "between", [days, 2 * days])),
            _all(_purchase(days, "count", ">=", 1, channel=["mall"])),
        ]
    for score in (2, 3, 4, 5):
        made += [
            _all(_trait("r", ">=", score), _trait("f", ">=", score), _trait("m", ">=", score)),
            _all(_trait("share_before_bp", "<", 2_000 * score), _trait("r", "<=", score)),
            _all(_trait("stage", "in", ["new", "growing"]), _trait("f", "=", score)),
        ]
    for region in regions[:4]:
        made += [
            _all(_trait("home_unit", "in", [region]), _purchase(90, "count", ">=", 1)),
            _all(_purchase(180, "count", ">=", 2, unit=[region])),
        ]
    made += [_all(_purchase(180, "count", ">=", 1, sku=[sku])) for sku in skus[:4]]
    made += [
        _all(_trait("is_birth_month", "=", True), _trait("no_profiling", "=", False)),
        _all(_trait("is_friend", "=", True), {"not": _purchase(30, "count", ">=", 1)}),
        _all({"kind": "consent", "channel": "sms"}, _trait("last_seen_days", "<=", 7)),
        _all({"kind": "tag", "name": "vip"}, {"kind": "sample", "share": 0.5, "salt": "bench"}),
    ]
    return made[:95]


def referring(ids: list[str], count: int) -> list[Rule]:
    """Some that refer to others."""
    made = []
    for place in range(count):
        one, two, three = (
            {"kind": "segment", "id": ids[1 + place * 7 + step]} for step in range(3)
        )
        made.append(_all({"any": [one, two]}, {"not": three}))
    return made


def _all(*nodes: Rule) -> Rule:
    return {"v": 1, "all": list(nodes)}


def _purchase(days: int | None, agg: str, op: str, value: int, **where: Any) -> Rule:
    leaf: Rule = {"kind": "purchase", "agg": agg, "op": op, "value": value, "where": where}
    return leaf | ({"window": {"last_days": days}} if days else {})


def _trait(name: str, op: str, value: Any) -> Rule:
    return {"kind": "trait", "name": name, "op": op, "value": value}


def _event(type_: str, agg: str, op: str, value: Any, days: int | None = None) -> Rule:
    leaf: Rule = {"kind": "event", "type": type_, "agg": agg, "op": op, "value": value}
    return leaf | ({"window": {"last_days": days}} if days else {})


def _followed(first: str, days: int, *, then_not: str, where: str) -> Rule:
    return {
        "kind": "sequence",
        "first": {"type": first, "where": {"category": [where]}},
        "then_not": {"type": then_not},
        "within_days": days,
        "window": {"last_days": 30},
    }
