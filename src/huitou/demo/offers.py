"""The demo brand's offers: what a supermarket has running in one week, and orders placed through them."""

from datetime import datetime, time, timedelta
from typing import Any

import httpx2

from huitou.demo.front_door import get, post, put_setting
from huitou.demo.people import MALL_UNIT
from huitou.demo.state import ZONE

_PLACED = 12
_POSTAGE_FEN = 800
_SECOND_PERSON = "offer.approval_fen"
_ALONE_FEN = 1_000_000


def open_offers(api: httpx2.Client, unit: str) -> None:
    """Publish them, pause and end what is paused and over, ask for another person's word where that is asked for,
    and place orders. Repeatable."""
    now = datetime.now(ZONE)
    known = {each["document"]["name"]: each for each in get(api, "/v1/offers?limit=100")["items"]}
    # These are all in force already, as far as the story goes: nobody is asked about them.
    put_setting(api, _SECOND_PERSON, 0)
    for document, state in offers(now):
        name = document["name"]
        offer = known.get(name) or post(api, "/v1/offers", document)
        path = f"/v1/offers/{offer['id']}"
        if state == "asked":
            put_setting(api, _SECOND_PERSON, _ALONE_FEN)
        if offer["state"] == "draft" and state != "draft":
            offer = post(api, f"{path}/publish", {"version": offer["version"]})
        if offer["state"] == "published" and state in ("paused", "ended"):
            post(api, f"{path}/{'pause' if state == 'paused' else 'end'}", {})
    customers = [each["id"] for each in get(api, f"/v1/customers?limit={_PLACED}")["items"]]
    for place, customer in enumerate(customers):
        _place(api, place, customer, MALL_UNIT if place % 3 == 0 else unit)


def _place(api: httpx2.Client, place: int, customer: str, unit: str) -> None:
    """An order as the solver would have it; the same number again is the same order."""
    order_no = f"DEMO-OFFER-{place:04}"
    if api.get("/v1/offers/orders", params={"unit": unit, "order_no": order_no}).is_success:
        return
    lines = [
        {"line_no": line_no, "sku": sku, "quantity": quantity}
        for line_no, (sku, quantity) in enumerate(BASKETS[place % len(BASKETS)], start=1)
    ]
    postage_fen = _POSTAGE_FEN if unit == MALL_UNIT else 0
    cart = {"unit": unit, "customer": customer, "lines": lines, "shipping_fen": postage_fen}
    best = post(api, "/v1/offers/best", cart | {"budget_ms": 60})
    body = cart | {"order_no": order_no, "decision": best["decision"]}
    api.put("/v1/offers/orders", json=body).raise_for_status()


BASKETS: tuple[tuple[tuple[str, int], ...], ...] = (
    (("P00097", 2), ("P00074", 2), ("P00025", 3), ("P00605", 2)),
    (("P00003", 4), ("P00057", 3), ("P00060", 2), ("P00025", 2)),
    (("P00509", 2), ("P00566", 3), ("P00434", 1), ("P00108", 2)),
    (("P00822", 2), ("P00552", 3), ("P00074", 3), ("P00203", 2)),
    (("P00018", 2), ("P00223", 2), ("P00047", 1), ("P00260", 2)),
)
"""SKU and pieces."""


Given = list[tuple[dict[str, Any], str]]
"""`asked`, the last, waits for a second person."""


def offers(now: datetime) -> Given:
    """Each document, and the state it is in."""
    week = _span(now - timedelta(days=2), now + timedelta(days=5))
    month = _span(now - timedelta(days=9), now + timedelta(days=21))
    return [
        *_prices(week, month),
        *_pieces(week, month),
        *_activities(week, month),
        *_extras(week),
        *_later(now),
    ]


def _prices(week: dict[str, str], month: dict[str, str]) -> Given:
    dairy = {"categories": ["fluid-milk-products", "yogurt", "cheese", "eggs"]}
    return [
        (
            {
                "name": "乳品会员价",
                "terms": {"kind": "price", "sort": "member", "goods": dairy, "pay_bp": 9_500},
                "audience": {"tiers": ["base", "silver", "gold", "platinum"]},
                "note": "常年有效，总部与品牌各担一半",
                "funding": [
                    {"party": "headquarters", "share_bp": 5_000},
                    {"party": "brand", "share_bp": 5_000},
                ],
            },
            "published",
        ),
        (
            {
                "name": "金卡乳品价",
                "terms": {"kind": "price", "sort": "member", "goods": dairy, "pay_bp": 8_800},
                "audience": {"tiers": ["gold", "platinum"]},
            },
            "published",
        ),
        (
            {
                "name": "牛排限时价",
                "terms": {
                    "kind": "price",
                    "sort": "limited",
                    "prices_fen": {"P00097": 4_990, "P00074": 3_990, "P00098": 9_990},
                },
                "when": week,
                "limits": {"budget_fen": 300_000},
            },
            "published",
        ),
        (
            {
                "name": "导购专属鲜肉价",
                "terms": {
                    "kind": "price",
                    "sort": "channel",
                    "goods": {"categories": ["beef", "chicken", "pork", "seafood-fresh"]},
                    "pay_bp": 9_000,
                },
                "audience": {"by_promoter": True},
                "limits": {"budget_fen": 200_000},
                "note": "只给导购发出的专属链接；与导购佣金同享",
            },
            "published",
        ),
        (
            {
                "name": "草莓早市秒杀",
                "terms": {"kind": "price", "sort": "flash", "prices_fen": {"P00509": 990}},
                "when": {**month, "hours": {"from_minute": 420, "until_minute": 600}},
                "limits": {"customer_units": 2, "budget_orders": 500},
            },
            "published",
        ),
    ]


def _pieces(week: dict[str, str], month: dict[str, str]) -> Given:
    return [
        (
            {
                "name": "饮料第 2 件半价",
                "terms": {
                    "kind": "buy_get",
                    "goods": {"categories": ["soft-drinks", "canned-juices"]},
                    "buy": 1,
                    "get": 1,
                    "pay_bp": 5_000,
                },
                "when": week,
                "limits": {"budget_fen": 500_000},
            },
            "published",
        ),
        (
            {
                "name": "满 80 元加 3.9 元换购鲜鸡蛋",
                "terms": {
                    "kind": "add_on",
                    "goods": {"skus": ["P00261", "P00264"]},
                    "price_fen": 390,
                    "threshold_fen": 8_000,
                },
                "when": month,
                "channels": ["store"],
            },
            "published",
        ),
        (
            {
                "name": "苹果任选 3 件 45 元",
                "terms": {
                    "kind": "bundle",
                    "goods": {"categories": ["apples"]},
                    "count": 3,
                    "price_fen": 4_500,
                },
                "when": month,
            },
            "published",
        ),
    ]


def _activities(week: dict[str, str], month: dict[str, str]) -> Given:
    snacks = {"categories": ["bag-snacks", "cookies-cones", "crackers-misc-bkd-fd"]}
    return [
        (
            {
                "name": "全场满 300 减 50",
                "terms": {
                    "kind": "activity",
                    "tiers": [
                        {"at_least": 30_000, "off_fen": 5_000},
                        {"at_least": 50_000, "off_fen": 10_000},
                    ],
                },
                "when": week,
                "limits": {"customer_orders": 3, "budget_fen": 2_000_000},
            },
            "published",
        ),
        (
            {
                "name": "零食 3 件 85 折",
                "terms": {
                    "kind": "activity",
                    "goods": snacks,
                    "measure": "count",
                    "tiers": [
                        {"at_least": 3, "pay_bp": 8_500},
                        {"at_least": 5, "pay_bp": 7_500},
                    ],
                    "cap_fen": 3_000,
                },
                "when": month,
                "limits": {"budget_fen": 400_000},
            },
            "published",
        ),
    ]


def _extras(week: dict[str, str]) -> Given:
    """What stands beside the others: gifts, postage, and a first order."""
    return [
        (
            {
                "name": "满 200 元赠可乐",
                "terms": {
                    "kind": "activity",
                    "group": "gift",
                    "tiers": [
                        {
                            "at_least": 20_000,
                            "gifts": [{"sku": "P00003", "count": 2, "worth_fen": 790}],
                        }
                    ],
                },
                "when": week,
                "limits": {"budget_orders": 1_000},
            },
            "published",
        ),
        (
            {
                "name": "线上满 99 元包邮",
                "terms": {
                    "kind": "activity",
                    "group": "shipping",
                    "tiers": [{"at_least": 9_900, "free_shipping": True}],
                },
                "channels": ["online"],
            },
            "published",
        ),
        (
            {
                "name": "新客首单立减 15",
                "terms": {
                    "kind": "activity",
                    "group": "newcomer",
                    "tiers": [{"at_least": 5_000, "off_fen": 1_500}],
                },
                "audience": {"bought": "new"},
                "limits": {"customer_orders": 1, "budget_fen": 600_000},
            },
            "published",
        ),
    ]


def _later(now: datetime) -> Given:
    """What does not hold now: paused, over, and not begun."""
    frozen = {"categories": ["frozen-pizza", "frzn-meat-meat-dinners"]}
    return [
        (
            {
                "name": "冷冻速食任选 3 件 49 元",
                "terms": {"kind": "bundle", "goods": frozen, "count": 3, "price_fen": 4_900},
                "note": "供货不足，暂停",
            },
            "paused",
        ),
        (
            {
                "name": "店庆每满 100 减 15",
                "terms": {
                    "kind": "activity",
                    "tiers": [{"at_least": 10_000, "off_fen": 1_500}],
                    "repeats": True,
                    "times_max": 3,
                },
                "when": _span(now - timedelta(days=40), now - timedelta(days=10)),
            },
            "ended",
        ),
        (
            {
                "name": "年末囤货满 500 减 120",
                "terms": {"kind": "activity", "tiers": [{"at_least": 50_000, "off_fen": 12_000}]},
                "when": _span(now + timedelta(days=12), now + timedelta(days=19)),
                "limits": {"budget_fen": 3_000_000},
            },
            "asked",
        ),
    ]


def _span(since: datetime, until: datetime) -> dict[str, str]:
    """From one midnight until another."""
    return {"from_at": _midnight(since), "until_at": _midnight(until)}


def _midnight(at: datetime) -> str:
    return datetime.combine(at.date(), time(), ZONE).isoformat()
