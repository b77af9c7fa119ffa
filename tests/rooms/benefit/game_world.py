"""Games for the tests: a wheel and a check-in that may be published."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from huitou.base.db import Tx
from huitou.benefit.actions import games
from huitou.benefit.types.games import CheckInRules, Game, GameRules, WheelRules

DISCLOSURE = {
    "conditions": "会员均可参加",
    "draw": "点击即时开奖",
    "claim": "中奖后 30 天内凭会员码到店领取",
    "abandonment": "逾期未领视为放弃",
    "organiser": "测试品牌",
    "contact": "400-000-0000",
}
NOTHING = {
    "code": "none",
    "zh": "谢谢参与",
    "en": "No luck",
    "what": {"kind": "nothing"},
    "value_fen": 0,
}
CUP = {"code": "cup", "zh": "保温杯", "en": "Cup", "what": {"kind": "goods"}, "value_fen": 9_900}
POINTS = {
    "code": "points",
    "zh": "20 积分",
    "en": "20 points",
    "what": {"kind": "points", "points": 20},
    "value_fen": 20,
}


def wheel(now: datetime, **changes: Any) -> dict[str, Any]:
    """A cup in ten draws, of which there are two; points in three draws."""
    return {
        "kind": "wheel",
        "name": "周年大转盘",
        "starts_at": (now - timedelta(hours=1)).isoformat(),
        "ends_at": (now + timedelta(days=10)).isoformat(),
        "prizes": [
            CUP | {"odds_bp": 1_000, "stock": 2},
            POINTS | {"odds_bp": 3_000},
            NOTHING | {"odds_bp": 6_000},
        ],
        "plays": {"per_day": 3, "per_order": 2, "min_order_fen": 1_000, "per_share": 1},
        "disclosure": DISCLOSURE,
        **changes,
    }


def check_in(now: datetime, **changes: Any) -> dict[str, Any]:
    return {
        "kind": "check_in",
        "name": "每日签到",
        "starts_at": (now - timedelta(days=1)).isoformat(),
        "ends_at": (now + timedelta(days=90)).isoformat(),
        "points_per_day": 5,
        "bonuses": [{"day": 3, "points": 10}, {"day": 7, "points": 50}],
        "cycle_days": 7,
        **changes,
    }


def rules_of(document: dict[str, Any]) -> WheelRules | CheckInRules:
    adapter: TypeAdapter[WheelRules | CheckInRules] = TypeAdapter(GameRules)
    return adapter.validate_python(document)


def publish(tx: Tx, document: dict[str, Any]) -> Game:
    draft = games.add_game(tx, rules_of(document))
    return games.publish(tx, draft.id, draft.revision)
