"""Which games may be published, how fair a draw is, how long a streak is."""

import hashlib
import hmac
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitou.benefit.rules import games as rules
from huitou.benefit.rules.game_words import sentence
from huitou.benefit.types.games import (
    BadGame,
    CheckInRules,
    NotDisclosed,
    PrizeTooDear,
    WheelRules,
)
from huitou.demo.games import CHECK_IN as DEMO_CHECK_IN
from huitou.demo.games import WHEEL as DEMO_WHEEL
from huitou.kernel.errors import Invalid
from huitou.kernel.ids import derived_id
from tests.rooms.benefit.game_world import (
    CUP,
    DISCLOSURE,
    NOTHING,
    POINTS,
    check_in,
    rules_of,
    wheel,
)

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
DAY = timedelta(days=1)


def the_wheel(**changes: Any) -> WheelRules:
    found = rules_of(wheel(NOW, **changes))
    assert isinstance(found, WheelRules)
    return found


def the_check_in(**changes: Any) -> CheckInRules:
    found = rules_of(check_in(NOW, **changes))
    assert isinstance(found, CheckInRules)
    return found


def test_good_games_may_be_published() -> None:
    rules.check_game(the_wheel(), NOW)
    rules.check_game(the_check_in(), NOW)


@pytest.mark.parametrize(
    ("changes", "refusal", "word"),
    [
        ({"prizes": [CUP | {"odds_bp": 1_000, "stock": 1}, NOTHING | {"odds_bp": 8_999}]}, BadGame, "99.99%"),
        ({"prizes": [CUP | {"odds_bp": 1_000}, NOTHING | {"odds_bp": 9_000}]}, BadGame, "数量"),
        ({"prizes": [POINTS | {"odds_bp": 1_000, "value_fen": 0}, NOTHING | {"odds_bp": 9_000}]}, BadGame, "价值"),
        ({"prizes": [CUP | {"odds_bp": 5_000, "stock": 1}, POINTS | {"odds_bp": 5_000}]}, BadGame, "未中奖"),
        ({"prizes": [NOTHING | {"odds_bp": 5_000}, NOTHING | {"odds_bp": 5_000}]}, BadGame, "重复"),
        ({"prizes": [NOTHING | {"odds_bp": 5_000, "stock": 3}, CUP | {"odds_bp": 5_000, "stock": 1}]}, BadGame, "未中奖"),
        ({"prizes": [CUP | {"odds_bp": 1, "stock": 1, "value_fen": 5_000_001}, NOTHING | {"odds_bp": 9_999}]}, PrizeTooDear, "第 32 号"),
        ({"disclosure": DISCLOSURE | {"contact": " ", "claim": ""}}, NotDisclosed, "领奖时间、条件与方式、联系方式"),
        ({"plays": {}}, BadGame, "抽奖次数"),
        ({"ends_at": (NOW - DAY).isoformat()}, BadGame, "结束时间"),
        ({"ends_at": (NOW + 400 * DAY).isoformat()}, BadGame, "一年"),
    ],
)  # fmt: skip
def test_a_lottery_that_may_not_be_is_refused_and_told_why(
    changes: dict[str, Any], refusal: type[Invalid], word: str
) -> None:
    with pytest.raises(refusal) as refused:
        rules.check_game(the_wheel(**changes), NOW)
    assert word in refused.value.detail("zh")


def test_the_dearest_prize_that_may_be() -> None:
    dear = CUP | {"odds_bp": 1, "stock": 1, "value_fen": 5_000_000}
    rules.check_game(the_wheel(prizes=[dear, NOTHING | {"odds_bp": 9_999}]), NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {"bonuses": [{"day": 3, "points": 1}, {"day": 3, "points": 2}]},
        {"bonuses": [{"day": 8, "points": 1}]},
    ],
)
def test_a_check_in_that_cannot_work_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(BadGame):
        rules.check_game(the_check_in(**changes), NOW)


# The draw


@given(seed=st.binary(min_size=32, max_size=32), message=st.text(max_size=60))
def test_anybody_can_work_a_draw_out(seed: bytes, message: str) -> None:
    """As the documentation says it, with nothing of ours."""
    digest = hmac.new(seed, message.encode(), hashlib.sha256).digest()
    words = [int.from_bytes(digest[at : at + 4], "big") for at in range(0, 32, 4)]
    roll = next(word for word in words if word < 4_294_960_000) % 10_000
    drawn = rules.draw(seed, message, the_wheel().prizes)
    assert drawn.roll == roll
    assert drawn.prize == ("cup" if roll < 1_000 else "points" if roll < 4_000 else "none")


def test_words_that_would_favour_low_numbers_are_passed_over() -> None:
    high = (2**32 - 1).to_bytes(4, "big")
    first_unfair = (4_294_960_000).to_bytes(4, "big")
    last_fair = (4_294_959_999).to_bytes(4, "big")
    assert rules.fair(high + first_unfair + last_fair) == 9_999
    assert rules.fair(high * 8) is None
    assert 4_294_960_000 % 10_000 == 0


def test_draws_come_as_often_as_the_odds_say() -> None:
    """Chi-square with two degrees of freedom; the seed is fixed, so the figure is too."""
    seed = hashlib.sha256(b"odds").digest()
    game, count = the_wheel(), 20_000
    found = Counter(
        rules.draw(
            seed, rules.message_of(derived_id("g"), derived_id("c"), n, "r"), game.prizes
        ).prize
        for n in range(count)
    )
    chi = sum(
        (found[prize.code] - count * prize.odds_bp / 10_000) ** 2 / (count * prize.odds_bp / 10_000)
        for prize in game.prizes
    )
    assert chi < 9.21, "one in a hundred"


def test_rules_hash_tells_any_change() -> None:
    one = rules.rules_hash(the_wheel())
    assert one == rules.rules_hash(the_wheel())
    assert one != rules.rules_hash(the_wheel(name="别的转盘"))


# Streaks


@given(days=st.sets(st.integers(0, 40)), today=st.integers(0, 40))
def test_a_streak_is_the_days_in_a_row(days: set[int], today: int) -> None:
    start = date(2026, 2, 20)
    dates = {start + day * DAY for day in days}
    row = 0
    for day in range(41):
        row = row + 1 if day in days else 0
        if day == today:
            break
    assert rules.streak_upto(dates, start + today * DAY) == row


def test_a_streak_gives_more_on_its_days_and_begins_anew() -> None:
    game = the_check_in()
    assert [rules.points_on(game, n) for n in range(1, 11)] == [5, 5, 15, 5, 5, 5, 55, 5, 5, 15]
    endless = the_check_in(cycle_days=None)
    assert [rules.points_on(endless, n) for n in (7, 10, 14)] == [55, 5, 5]


def test_what_is_announced() -> None:
    zh, en = sentence(the_wheel())
    for told in (
        "保温杯：价值 ¥99.00，2 份，概率 10%",
        "每天 3 次",
        "发完为止",
        "主办方：测试品牌 400-000-0000",
    ):
        assert told in zh
    assert "Cup: worth ¥99.00, 2, odds 10%" in en
    zh, _ = sentence(the_check_in())
    assert zh.endswith("每 7 天一轮，漏签不补。")


@pytest.mark.parametrize("document", [DEMO_CHECK_IN, DEMO_WHEEL])
def test_the_demo_brands_games_may_be_published(document: dict[str, Any]) -> None:
    span = {"starts_at": NOW.isoformat(), "ends_at": (NOW + 30 * DAY).isoformat()}
    rules.check_game(rules_of({**document, **span}), NOW)
