"""Which games may be published, what a draw gives, how long a streak is. Pure.

A draw is a commitment kept: the hash of a day's seed is told before the first play, the seed when the
day is over. The message of a play leaves nothing to choose: whose, in which game, the how-manieth,
and the word the player's own side chose. So neither side can steer it, and anybody can work it out.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from huitou.benefit.types.games import (
    PRIZE_VALUE_MAX_FEN,
    BadGame,
    CheckInRules,
    Drawn,
    GoodsPrize,
    NotDisclosed,
    Nothing,
    Prize,
    PrizeTooDear,
    WheelRules,
)
from huitou.kernel.money import BASIS_POINTS

_WORD = 2**32
_FAIR = _WORD - _WORD % BASIS_POINTS
_LONGEST = timedelta(days=366)
_DISCLOSED = {
    "conditions": ("参与条件", "who may take part"),
    "draw": ("开奖时间与方式", "when and how it is drawn"),
    "claim": ("领奖时间、条件与方式", "when, where and how prizes are claimed"),
    "abandonment": ("弃奖处理", "what counts as abandoning a prize"),
    "organiser": ("主办方名称", "the organiser"),
    "contact": ("联系方式", "how to reach the organiser"),
}


def check_game(rules: CheckInRules | WheelRules, now: datetime) -> None:
    """Refuses `BadGame`, `PrizeTooDear`, `NotDisclosed` for what may not be published."""
    if rules.ends_at <= rules.starts_at or rules.ends_at <= now:
        _refuse("结束时间须晚于开始时间和现在", "it must end after it begins, and after now")
    if isinstance(rules, CheckInRules):
        _check_bonuses(rules)
    else:
        _check_wheel(rules)


def rules_hash(rules: CheckInRules | WheelRules) -> bytes:
    """32 bytes that tell the published rules from any other."""
    text = json.dumps(
        rules.model_dump(mode="json"), ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).digest()


def seed_hash(seed: bytes) -> bytes:
    """What is told of a seed before it is used."""
    return hashlib.sha256(seed).digest()


def message_of(game_id: UUID, customer_id: UUID, number: int, ref: str) -> str:
    """What is drawn with: the customer's `number`-th play of the game, and the player's own `ref`."""
    return f"{game_id}|{customer_id}|{number}|{ref}"


def draw(seed: bytes, message: str, prizes: Sequence[Prize]) -> Drawn:
    """The prize whose share of 10,000 numbers holds the roll."""
    roll = roll_of(seed, message)
    upto = 0
    for prize in prizes:
        upto += prize.odds_bp
        if roll < upto:
            return Drawn(roll, prize.code)
    raise AssertionError("the odds of a published game sum to 10,000")


def roll_of(seed: bytes, message: str) -> int:
    """0..9,999, each as likely: words that would favour the low ones are passed over.

    HMAC-SHA256 (RFC 2104) of the message; when all its words are passed over (once in 10^46), of the
    message with `|1`, `|2` … behind it.
    """
    extra = 0
    while True:
        text = message if extra == 0 else f"{message}|{extra}"
        digest = hmac.new(seed, text.encode(), hashlib.sha256).digest()
        roll = fair(digest)
        if roll is not None:
            return roll
        extra += 1


def fair(digest: bytes) -> int | None:
    """The first word that favours no remainder, modulo 10,000; None without one."""
    for at in range(0, len(digest), 4):
        word = int.from_bytes(digest[at : at + 4], "big")
        if word < _FAIR:
            return word % BASIS_POINTS
    return None


def consolation(prizes: Sequence[Prize]) -> Prize:
    """What a draw gives whose prize has run out."""
    return next(prize for prize in prizes if isinstance(prize.what, Nothing))


def streak_upto(days: Collection[date], today: date) -> int:
    """How many days in a row end with `today`, if it is among them: no day is made up for."""
    count = 0
    while today - timedelta(days=count) in days:
        count += 1
    return count


def points_on(rules: CheckInRules, streak: int) -> int:
    """What the `streak`-th day in a row gives."""
    place = (streak - 1) % rules.cycle_days + 1 if rules.cycle_days else streak
    extra = sum(bonus.points for bonus in rules.bonuses if bonus.day == place)
    return rules.points_per_day + extra


def _check_bonuses(rules: CheckInRules) -> None:
    days = [bonus.day for bonus in rules.bonuses]
    if len(set(days)) != len(days):
        _refuse("连续签到奖励的天数重复", "two bonuses on the same day")
    if rules.cycle_days is not None and any(day > rules.cycle_days for day in days):
        _refuse("奖励天数超过一轮的天数", "a bonus beyond the days of a cycle cannot be reached")


def _check_wheel(rules: WheelRules) -> None:
    codes = [prize.code for prize in rules.prizes]
    if len(set(codes)) != len(codes):
        _refuse("奖品编码重复", "a prize's code is repeated")
    total = sum(prize.odds_bp for prize in rules.prizes)
    if total != BASIS_POINTS:
        _refuse(f"中奖概率合计须为 100%，现为 {total / 100:g}%", f"odds sum to {total} of 10,000")
    for prize in rules.prizes:
        if prize.value_fen > PRIZE_VALUE_MAX_FEN:
            raise PrizeTooDear(prize=prize.zh)
        if isinstance(prize.what, GoodsPrize) and prize.stock is None:
            _refuse(f"实物奖品“{prize.zh}”须有数量", f"the quantity of {prize.en} must be told")
        if not isinstance(prize.what, Nothing) and prize.value_fen == 0:
            _refuse(f"须填写“{prize.zh}”的价值", f"the value of {prize.en} must be told")
    if rules.ends_at - rules.starts_at > _LONGEST:
        _refuse("抽奖活动最长一年", "a lottery lasts a year at most")
    nothings = [prize for prize in rules.prizes if isinstance(prize.what, Nothing)]
    if len(nothings) != 1 or nothings[0].stock is not None:
        _refuse(
            "须有且只有一个不限量的“未中奖”", "there must be one prize that is nothing, without end"
        )
    plays = rules.plays
    if not (plays.per_day or plays.per_order or plays.per_share):
        _refuse("没有任何获得抽奖次数的方式", "nothing gives a play")
    missing = [name for name in _DISCLOSED if not getattr(rules.disclosure, name).strip()]
    if missing:
        raise NotDisclosed(
            missing_zh="、".join(_DISCLOSED[name][0] for name in missing),
            missing_en=", ".join(_DISCLOSED[name][1] for name in missing),
        )


def _refuse(zh: str, en: str) -> None:
    raise BadGame(reason_zh=zh, reason_en=en)
