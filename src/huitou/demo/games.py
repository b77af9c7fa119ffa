"""The demo brand's games: a daily check-in and a lucky wheel, open for a month."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from huitou.demo.front_door import get, post

_OPEN = timedelta(days=30)


def open_games(api: httpx2.Client) -> None:
    """Publish both, once."""
    known = {game["rules"]["name"]: game for game in get(api, "/v1/games")["items"]}
    now = datetime.now(UTC)
    for rules in (CHECK_IN, WHEEL):
        made = known.get(rules["name"])
        if made is None:
            span = {"starts_at": now.isoformat(), "ends_at": (now + _OPEN).isoformat()}
            made = post(api, "/v1/games", {"rules": {**rules, **span}})
        if made["state"] == "draft":
            post(api, f"/v1/games/{made['id']}/publish", {"revision": made["revision"]})


def _prize(code: str, zh: str, en: str, odds_bp: int, *, value_fen: int, **more: Any) -> Any:
    return {"code": code, "zh": zh, "en": en, "odds_bp": odds_bp, "value_fen": value_fen, **more}


CHECK_IN: dict[str, Any] = {
    "kind": "check_in",
    "name": "每日签到",
    "points_per_day": 5,
    "bonuses": [{"day": 3, "points": 10}, {"day": 7, "points": 50}],
    "cycle_days": 7,
}
WHEEL: dict[str, Any] = {
    "kind": "wheel",
    "name": "会员大转盘",
    "prizes": [
        _prize(
            "basket",
            "时令果篮",
            "Fruit basket",
            50,
            value_fen=12_800,
            stock=20,
            what={"kind": "goods"},
        ),
        _prize(
            "bag",
            "帆布袋",
            "Canvas bag",
            450,
            value_fen=1_900,
            stock=200,
            what={"kind": "goods"},
        ),
        _prize(
            "points-50",
            "50 积分",
            "50 points",
            1_500,
            value_fen=50,
            what={"kind": "points", "points": 50},
        ),
        _prize(
            "points-5",
            "5 积分",
            "5 points",
            4_000,
            value_fen=5,
            what={"kind": "points", "points": 5},
        ),
        _prize("none", "谢谢参与", "No luck", 4_000, value_fen=0, what={"kind": "nothing"}),
    ],
    "plays": {
        "per_day": 1,
        "per_order": 1,
        "min_order_fen": 5_000,
        "per_share": 1,
        "shares_a_day": 1,
    },
    "disclosure": {
        "conditions": "回禾会员均可参加",
        "draw": "点击抽奖即时开奖，结果可凭开奖凭证核对",
        "claim": "实物奖品请在活动结束后 30 天内到任一门店出示会员码领取；积分即时到账",
        "abandonment": "逾期未领取视为放弃",
        "organiser": "回禾超市",
        "contact": "客服电话 400-000-0000",
    },
}
