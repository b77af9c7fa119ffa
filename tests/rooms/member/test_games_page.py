"""Games on the customer's phone: a wheel turned by a tap, its proof, days checked in."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from huitou.benefit.reads import ledger
from huitou.benefit.types.games import Game, WheelRules
from huitou.member.rules.wheel import slices, stops_at
from tests.conftest import Clock, Read, Write
from tests.rooms.benefit.game_world import NOTHING, POINTS, check_in, publish, wheel

Link = Callable[[UUID], str]
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(clock: Clock) -> None:
    clock.now = NOON


@pytest.fixture
def game(write: Write) -> Game:
    """Nearly every turn gives 20 points; two turns a day."""
    prizes = [POINTS | {"odds_bp": 9_999}, NOTHING | {"odds_bp": 1}]
    with write() as tx:
        return publish(tx, wheel(NOON, prizes=prizes, plays={"per_day": 2}))


def turn_on(html: str) -> str:
    (found,) = re.findall(r'name="turn" value="([0-9a-f]{32})"', html)
    return str(found)


def test_a_wheel_is_turned_once_for_each_page(
    phone: TestClient, link: Link, customer: UUID, game: Game, read: Read, clock: Clock
) -> None:
    phone.get(link(customer))
    assert "今天还可抽 2 次" in phone.get("/m").text
    assert "周年大转盘" in phone.get("/m/games").text
    page = phone.get(f"/m/games/{game.id}").text
    assert "今天还可抽 2 次" in page and "99.99%" in page and "主办方：测试品牌" in page
    turn = {"turn": turn_on(page)}
    path = f"/m/games/{game.id}/turn"
    first = phone.post(path, data=turn, follow_redirects=False)
    again = phone.post(path, data=turn, follow_redirects=False)
    assert first.status_code == 303
    assert first.headers["location"] == again.headers["location"]
    won = phone.get(first.headers["location"]).text
    assert "恭喜，抽中 20 积分" in won and "今天还可抽 1 次" in won
    with read() as tx:
        assert ledger.balance(tx, ("customer", customer), "points") == 20
    proof = f"/m/games/{game.id}/proof/{first.headers['location'].partition('play=')[2]}"
    assert "种子将在当天结束后公布" in phone.get(proof).text
    phone.post(path, data={"turn": turn_on(won)})
    over = phone.get(f"/m/games/{game.id}").text
    assert "disabled" in over
    refused = phone.post(path, data={"turn": turn_on(over)})
    assert refused.status_code == 409 and "没有剩余的抽奖次数" in refused.text
    clock.move(hours=13)
    phone.get(link(customer))
    assert "已核对" in phone.get(proof).text


def test_somebody_elses_turn_is_none(
    phone: TestClient,
    link: Link,
    make_customer: Callable[[str], UUID],
    game: Game,
) -> None:
    phone.get(link(make_customer("甲")))
    page = phone.get(f"/m/games/{game.id}").text
    turned = phone.post(
        f"/m/games/{game.id}/turn", data={"turn": turn_on(page)}, follow_redirects=False
    )
    where = turned.headers["location"]
    phone.cookies.clear()
    assert phone.get(where).status_code == 401
    phone.get(link(make_customer("乙")))
    assert phone.get(where).status_code == 404
    play = where.partition("play=")[2]
    assert phone.get(f"/m/games/{game.id}/proof/{play}").status_code == 404


def test_days_are_checked_in(
    phone: TestClient, link: Link, customer: UUID, write: Write, read: Read, clock: Clock
) -> None:
    with write() as tx:
        game = publish(tx, check_in(NOON))
    phone.get(link(customer))
    path = f"/m/games/{game.id}"
    assert "签到，得 5 积分" in phone.get(path).text
    for _ in range(2):
        done = phone.post(f"{path}/check-in").text
        assert "签到成功" in done and "今天已签到" in done
    clock.move(days=1)
    phone.get(link(customer))
    page = phone.get(path).text
    assert "已连续签到 1 天" in page
    assert page.count('class="done') == 1
    assert re.findall(r'num">\+(\d+)</b>', page) == ["5", "5", "15", "5", "5", "5", "55"]
    for _ in range(6):
        phone.post(f"{path}/check-in")
        clock.move(days=1)
        phone.get(link(customer))
    assert phone.get(path).text.count('class="done') == 0, "a new cycle begins"
    with read() as tx:
        assert ledger.balance(tx, ("customer", customer), "points") == 6 * 5 + 10 + 5 + 50


def test_every_prize_stops_at_the_top(game: Game) -> None:
    assert isinstance(game.rules, WheelRules)
    prizes = game.rules.prizes
    for piece, prize in zip(slices(prizes), prizes, strict=True):
        turned = (piece.angle + stops_at(prizes, prize.code)) % 360
        assert min(turned, 360 - turned) < 0.02
