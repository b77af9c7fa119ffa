"""The demo brand's coupons, points plan and points mall: some coupons are out, some are used."""

from typing import Any

import httpx2

from huitou.demo.front_door import get, post

_GIVEN = 300
_USED_EACH = 6
"""Every so many of those who were given coupons have used one."""


def open_benefits(api: httpx2.Client, unit: str) -> None:
    """Publish templates, the points plan and the mall, and hand coupons out. Repeatable."""
    _publish_points(api)
    templates = _publish_templates(api)
    customers = [each["id"] for each in _customers(api, _GIVEN)]
    for place, name in enumerate(("满 100 减 20", "生鲜 85 折", "免运费")):
        some = customers[place :: place + 1]
        body = {"template": templates[name], "customers": some, "key": "demo"}
        post(api, "/v1/coupons/issue", body)
    for place, customer in enumerate(customers[::_USED_EACH]):
        _use_one(api, customer, unit, place)
    _fill_mall(api, templates)


def open_grant(api: httpx2.Client, segment: str) -> None:
    """Points for the birthdays of this month, given once."""
    known = {each["run"]["name"]: each for each in get(api, "/v1/grants")["items"]}
    body = {"name": GRANT, "segment": segment, "document": {"gift": GIFT}}
    run = (known.get(GRANT) or post(api, "/v1/grants", body))["run"]
    if run["state"] == "draft":
        post(api, f"/v1/grants/{run['id']}/start", {})


def _customers(api: httpx2.Client, count: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = ""
    while len(found) < count:
        page = get(api, f"/v1/customers?limit=100{cursor}")
        found += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    return found[:count]


def _use_one(api: httpx2.Client, customer: str, unit: str, place: int) -> None:
    """The first full reduction of the customer's pack; the same order again is the same use."""
    for coupon in get(api, f"/v1/customers/{customer}/coupons"):
        if coupon["kind"] == "full_reduction":
            body = {
                "text": coupon["code"],
                "unit": unit,
                "order_no": f"COUPON-{place:04}",
                "amount_fen": 12_000 + 700 * place,
                "key": f"demo-{place}",
            }
            post(api, "/v1/coupons/redeem", body)
            return


def _publish_templates(api: httpx2.Client) -> dict[str, str]:
    """Name → id."""
    known = {each["promise"]["name"]: each for each in get(api, "/v1/coupon-templates")["items"]}
    ids = {}
    for promise in TEMPLATES:
        template = known.get(promise["name"]) or post(api, "/v1/coupon-templates", promise)
        if template["state"] == "draft" and promise["name"] not in DRAFTS:
            post(api, f"/v1/coupon-templates/{template['id']}/publish", {})
        ids[promise["name"]] = template["id"]
    return ids


def _publish_points(api: httpx2.Client) -> None:
    plans = get(api, "/v1/points-plans")["items"]
    if any(each["state"] == "published" for each in plans):
        return
    draft = next((each for each in plans if each["state"] == "draft"), None)
    if draft is None:
        answer = api.put("/v1/points-plans/draft", json={"plan": PLAN, "revision": 0})
        draft = answer.raise_for_status().json()
    body = {"revision": draft["revision"]}
    post(api, f"/v1/points-plans/{draft['version']}/publish", body)


def _fill_mall(api: httpx2.Client, templates: dict[str, str]) -> None:
    known = {each["name"] for each in get(api, "/v1/points-mall/items")["items"]}
    for item in MALL:
        if item["name"] not in known:
            template = item.get("template")
            of = {"template": templates[template]} if template else {}
            post(api, "/v1/points-mall/items", item | of)


PLAN: dict[str, Any] = {
    "name": "回禾积分",
    "orders": [
        {"per_fen": 100, "points": 0, "categories": ["liquor"]},
        {"per_fen": 100, "points": 1},
    ],
    "events": [
        {"type": "order.reviewed", "points": 20, "limit": "daily"},
        {"type": "visit.checked_in", "points": 5, "limit": "daily"},
        {"type": "contact.added", "points": 100, "limit": "once"},
    ],
    "birthday_rate_bp": 20_000,
    "pending": {"kind": "at_once"},
    "expiry": {"kind": "year_end", "years": 1},
    "clawback": "owe",
}

_WEEK = {"kind": "relative", "days": 7}
_MONTH = {"kind": "relative", "days": 30}
TEMPLATES: tuple[dict[str, Any], ...] = (
    {
        "name": "满 100 减 20",
        "benefit": {"kind": "full_reduction", "threshold_fen": 10_000, "off_fen": 2_000},
        "window": _MONTH,
        "claiming": {},
        "per_customer": 2,
        "stock": 5_000,
        "is_transferable": True,
    },
    {
        "name": "生鲜 85 折",
        "benefit": {"kind": "discount", "pay_bp": 8_500, "cap_fen": 3_000, "threshold_fen": 5_000},
        "window": _WEEK,
        "goods": {"categories": ["organics-fruit-vegetables", "beef", "chicken"]},
        "per_customer": 1,
        "stock": 2_000,
    },
    {
        "name": "免运费",
        "benefit": {"kind": "shipping"},
        "window": _MONTH,
        "channels": ["online"],
        "per_customer": 3,
        "stock": 10_000,
        "is_combinable": True,
    },
    {
        "name": "可乐兑换券",
        "benefit": {"kind": "exchange", "skus": ["P00001"], "pay_fen": 0, "worth_fen": 2_790},
        "window": _MONTH,
        "per_customer": 2,
        "stock": 200,
    },
    {
        "name": "周末咖啡立减",
        "benefit": {"kind": "full_reduction", "threshold_fen": 3_000, "off_fen": 600},
        "window": {"kind": "relative", "days": 14},
        "goods": {"categories": ["coffee"]},
        "weekdays": [6, 7],
        "per_customer": 1,
        "stock": 1_000,
    },
)
DRAFTS = ("周末咖啡立减",)

GRANT = "生日月礼"
GIFT: dict[str, Any] = {"kind": "points", "points": 200, "days": 30}

MALL: tuple[dict[str, Any], ...] = (
    {"name": "可乐兑换券", "points": 300, "template": "可乐兑换券", "each_max": 2},
    {"name": "帆布购物袋", "points": 500, "stock": 80, "each_max": 1},
    {"name": "不锈钢保温杯", "points": 1_800, "stock": 30, "each_max": 1},
)
