"""The demo brand's tiers: a year's spend makes silver, gold and platinum customers."""

from typing import Any

import httpx2

from huitou.demo.front_door import get, post, wait_for


def open_tiers(api: httpx2.Client) -> None:
    """Publish the plan, once, and wait until everybody has their tier."""
    if get(api, "/v1/tiers")["plan_version"] is not None:
        return
    drafts = [each for each in get(api, "/v1/tier-plans")["items"] if each["state"] == "draft"]
    draft = drafts[0] if drafts else post(api, "/v1/tier-plans", {"plan": PLAN})
    body = {"revision": draft["revision"]}
    run = post(api, f"/v1/tier-plans/{draft['version']}/publish", body)

    def is_done() -> bool:
        return bool(get(api, f"/v1/tier-runs/{run['id']}")["state"] == "done")

    wait_for("the tiers", is_done)


def _gift(points: int, way: str) -> dict[str, Any]:
    return {"kind": "points", "points": points, "way": way}


def _multiplier(rate_bp: int) -> dict[str, Any]:
    return {"kind": "points_multiplier", "rate_bp": rate_bp}


PLAN: dict[str, Any] = {
    "name": "回禾会员",
    "metric": "spend",
    "window": {"kind": "rolling", "days": 365},
    "validity": {"kind": "days", "days": 365},
    "downgrade": "one",
    "grace_days": 30,
    "refund": "recalc",
    "growth": {
        "per_yuan": 1,
        "events": [
            {"type": "order.reviewed", "growth": 10, "limit": "daily"},
            {"type": "visit.checked_in", "growth": 5, "limit": "daily"},
        ],
    },
    "paid": [{"code": "gold-90", "tier": "gold", "days": 90, "price_fen": 9_900}],
    "tiers": [
        {"code": "base", "zh": "普卡", "en": "Base", "threshold": 0},
        {
            "code": "silver",
            "zh": "银卡",
            "en": "Silver",
            "threshold": 500_000,
            "keep": 400_000,
            "privileges": [_multiplier(12_000), _gift(100, "birthday")],
        },
        {
            "code": "gold",
            "zh": "金卡",
            "en": "Gold",
            "threshold": 1_200_000,
            "keep": 1_000_000,
            "privileges": [
                _multiplier(15_000),
                {"kind": "free_shipping"},
                _gift(200, "birthday"),
            ],
        },
        {
            "code": "platinum",
            "zh": "白金卡",
            "en": "Platinum",
            "threshold": 2_000_000,
            "keep": 1_600_000,
            "privileges": [
                _multiplier(20_000),
                {"kind": "free_shipping"},
                {"kind": "member_price", "rate_bp": 9_500},
                _gift(500, "on_upgrade"),
                _gift(500, "birthday"),
            ],
        },
    ],
}
