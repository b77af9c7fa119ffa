"""Games on a real database: plays, prizes, proofs, streaks, and what is refused."""

import hashlib
import hmac
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from fastapi.testclient import TestClient

from huitou.base.db import ReadTx, Scope
from huitou.benefit.actions import check_ins, games, plays
from huitou.benefit.reads import games as reads
from huitou.benefit.reads import ledger
from huitou.benefit.types.games import (
    GameChanged,
    NoPlaysLeft,
    NoShares,
    NothingToHand,
    NotOpen,
    NotStocked,
    OtherKind,
    PublishedAlready,
    WheelRules,
)
from huitou.event.types import Intake
from huitou.identity import actions as identity
from huitou.identity import reads as people
from huitou.identity.types import NoSuchCustomer
from huitou.profile import reads as profile
from tests.conftest import Brand, Clock, Read, Write
from tests.rooms.attribution.story import customer_of, paid, refunded, seen
from tests.rooms.benefit import coupon_world
from tests.rooms.benefit.game_world import CUP, NOTHING, POINTS, check_in, publish, rules_of, wheel

Send = Callable[[Sequence[dict[str, Any]]], Intake]
Drain = Callable[[], None]
NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def noon(clock: Clock) -> None:
    clock.now = NOON


@pytest.fixture
def customers(send: Send, drain: Drain, read: Read) -> list[UUID]:
    send([seen(card, NOON) for card in ("c1", "c2")])
    drain()
    with read() as tx:
        return [customer_of(tx, card) for card in ("c1", "c2")]


def only(prize: dict[str, Any]) -> list[dict[str, Any]]:
    """Nearly every draw gives it."""
    return [prize | {"odds_bp": 9_999}, NOTHING | {"odds_bp": 1}]


def points_of(tx: ReadTx, customer: UUID) -> int:
    return ledger.balance(tx, ("customer", customer), "points")


def test_from_a_draft_to_a_proof(client: TestClient, customers: list[UUID], clock: Clock) -> None:
    body = {"rules": wheel(NOON, disclosure={})}
    made = client.post("/v1/games", json=body)
    assert (made.status_code, made.json()["state"]) == (201, "draft")
    path = f"/v1/games/{made.json()['id']}"
    refused = client.post(f"{path}/publish", json={"revision": 1})
    assert (refused.status_code, refused.json()["code"]) == (422, "game.not_disclosed")
    assert client.put(path, json={"rules": wheel(NOON), "revision": 1}).json()["revision"] == 2
    published = client.post(f"{path}/publish", json={"revision": 2}).json()
    assert published["state"] == "published" and len(published["rules_hash"]) == 64
    again = client.put(path, json={"rules": wheel(NOON), "revision": 2})
    assert (again.status_code, again.json()["code"]) == (409, "game.published_already")
    mine = client.get(f"{path}/customers/{customers[0]}").json()
    assert (mine["is_open"], mine["plays_left"]) == (True, 3)
    turn = {"customer": str(customers[0]), "ref": "turn-1"}
    first = client.post(f"{path}/plays", json=turn).json()
    assert client.post(f"{path}/plays", json=turn).json() == first
    assert (first["plays_left"], first["seed_hash"]) == (2, mine["seed_hash"])
    proof = client.get(f"/v1/plays/{first['play']['id']}/proof").json()
    assert (proof["seed"]["seed"], proof["is_right"]) == (None, None)
    clock.move(hours=13)  # past midnight in Shanghai
    proof = client.get(f"/v1/plays/{first['play']['id']}/proof").json()
    seed = bytes.fromhex(proof["seed"]["seed"])
    assert hashlib.sha256(seed).hexdigest() == first["seed_hash"]
    digest = hmac.new(seed, first["play"]["message"].encode(), hashlib.sha256).digest()
    assert int.from_bytes(digest[:4], "big") % 10_000 == first["play"]["roll"]
    assert proof["is_right"] is True
    seeds = client.get(f"{path}/seeds").json()["items"]
    assert len(seeds) == 11
    assert [each["seed"] is None for each in seeds] == [True] * 10 + [False]
    results = client.get(f"{path}/results").json()
    assert (results["plays"], results["players"]) == (1, 1)
    assert client.get(f"{path}/check").json()["items"] == []
    assert len(client.get(f"/v1/customers/{customers[0]}/plays").json()["items"]) == 1


def test_plays_run_out_and_come_back_with_the_day(
    write: Write, read: Read, customers: list[UUID], clock: Clock
) -> None:
    with write() as tx:
        game = publish(tx, wheel(NOON))
    for number in range(3):
        with write() as tx:
            plays.play(tx, game.id, customers[0], f"t{number}")
    with write() as tx, pytest.raises(NoPlaysLeft):
        plays.play(tx, game.id, customers[0], "t3")
    clock.move(days=1)
    with write() as tx:
        assert plays.play(tx, game.id, customers[0], "t3").plays_left == 2
    clock.move(days=2)
    with read() as later:
        left = reads.for_customer(later, game.id, customers[0]).plays_left
    assert left == 3, "none are saved up"


def test_orders_and_shares_give_plays_and_refunds_take_them(
    send: Send, drain: Drain, write: Write, read: Read, customers: list[UUID], clock: Clock
) -> None:
    with write() as tx:
        game = publish(
            tx, wheel(NOON, plays={"per_order": 2, "min_order_fen": 1_000, "per_share": 1})
        )

    def left() -> int:
        with read() as tx:
            return reads.for_customer(tx, game.id, customers[0]).plays_left

    send([paid("P1", "c1", NOON, (1_500,)), paid("P2", "c1", NOON, (999,))])
    drain()
    assert left() == 2
    with write() as tx:
        assert plays.share(tx, game.id, customers[0], "s1") == 3
        assert plays.share(tx, game.id, customers[0], "s1") == 3
        with pytest.raises(NoShares):
            plays.share(tx, game.id, customers[0], "s2")
    for number in range(2):
        with write() as tx:
            plays.play(tx, game.id, customers[0], f"t{number}")
    send([refunded("P1", "R1", NOON, {1: 500})])
    drain()
    assert left() == 1
    send([refunded("P1", "R2", NOON, {1: 1})])
    drain()
    assert left() == 0, "two that came by the order are owed: one is left, less two"
    send([paid("P3", "c1", NOON, (2_000,))])
    drain()
    assert left() == 1
    with read() as after:
        assert ledger.check(after) == []


def test_a_prize_is_never_given_more_often_than_there_is(
    write: Write, read: Read, customers: list[UUID]
) -> None:
    with write() as tx:
        game = publish(tx, wheel(NOON, prizes=only(CUP | {"stock": 2}), plays={"per_day": 50}))
    outcomes = []
    for number in range(6):
        with write() as tx:
            outcomes.append(plays.play(tx, game.id, customers[number % 2], f"t{number}").play)
    assert [each.outcome for each in outcomes[:3]] == ["given", "given", "out_of_stock"]
    assert (outcomes[3].drawn, outcomes[3].given) == ("cup", "none")
    with write() as tx:
        assert games.add_stock(tx, game.id, "cup", 1) == 1
        with pytest.raises(NotStocked):
            games.add_stock(tx, game.id, "none", 1)
        assert plays.play(tx, game.id, customers[0], "more").play.outcome == "given"
    with read() as tx:
        cup, _ = reads.results(tx, game.id).prizes
        assert (cup.left, cup.given, cup.drawn) == (0, 3, 7)
        assert reads.check(tx, game.id) == []
        assert ledger.check(tx) == []


def test_points_coupons_and_things_reach_the_winner(
    write: Write, read: Read, customers: list[UUID]
) -> None:
    with write() as tx:
        template = coupon_world.publish(tx, per_customer=1, stock=1)
        coupon = {
            "code": "coupon",
            "zh": "券",
            "en": "Coupon",
            "what": {"kind": "coupon", "template": str(template.id)},
            "value_fen": 1_000,
        }
        by_points, by_coupon, by_cup = (
            publish(tx, wheel(NOON, prizes=only(prize), plays={"per_day": 9}))
            for prize in (POINTS, coupon, CUP | {"stock": 5})
        )
        plays.play(tx, by_points.id, customers[0], "a")
        assert points_of(tx, customers[0]) == 20
        assert plays.play(tx, by_coupon.id, customers[0], "a").play.outcome == "given"
        none = plays.play(tx, by_coupon.id, customers[1], "a").play
        assert (none.drawn, none.given, none.outcome) == ("coupon", "none", "not_given")
        won = plays.play(tx, by_cup.id, customers[0], "a").play
        assert ledger.balance(tx, ("customer", customers[0]), f"prize:{by_cup.id}:cup") == 1
        assert plays.hand_over(tx, won.id).handed_by == "test"
        assert ledger.balance(tx, ("customer", customers[0]), f"prize:{by_cup.id}:cup") == 0
        with pytest.raises(NothingToHand):
            plays.hand_over(tx, won.id)
        with pytest.raises(NothingToHand):
            plays.hand_over(tx, none.id)
    with read() as tx:
        told = profile.export(tx, customers[0])["benefit"]["games"]["plays"]
        assert sorted(each["prize"] for each in told) == ["coupon", "cup", "points"]
        assert ledger.check(tx) == []


def test_what_was_published_cannot_be_changed_even_in_the_database(
    write: Write, customers: list[UUID]
) -> None:
    with write() as tx:
        game = publish(tx, wheel(NOON))
    with pytest.raises(psycopg.Error, match="not changed"), write() as tx:
        tx.run(
            'UPDATE benefit.game SET document = document || \'{"name": "x"}\' WHERE id = %(id)s',
            {"id": game.id},
        )
    with write() as tx:
        with pytest.raises(PublishedAlready):
            games.remove_game(tx, game.id)
        with pytest.raises(PublishedAlready):
            games.publish(tx, game.id, game.revision)
        stopped = games.stop(tx, game.id, "奖品召回")
        assert (stopped.state, stopped.stop_reason) == ("stopped", "奖品召回")
        with pytest.raises(NotOpen):
            plays.play(tx, game.id, customers[0], "late")


def test_refusals(
    write: Write, read: Read, customers: list[UUID], brand: Brand, clock: Clock, client: TestClient
) -> None:
    with write() as tx:
        turning = publish(tx, wheel(NOON))
        daily = publish(tx, check_in(NOON))
        coming = publish(tx, wheel(NOON, starts_at=(NOON + DAY).isoformat()))
        draft = games.add_game(tx, rules_of(wheel(NOON)))
        with pytest.raises(OtherKind):
            plays.play(tx, daily.id, customers[0], "a")
        with pytest.raises(OtherKind):
            check_ins.check_in(tx, turning.id, customers[0])
        for game in (coming, draft):
            with pytest.raises(NotOpen):
                plays.play(tx, game.id, customers[0], "a")
        with pytest.raises(GameChanged):
            games.set_game(tx, draft.id, rules_of(wheel(NOON)), 7)
    with write(Scope(staff_id=brand.staff["a-12"].id)) as tx, pytest.raises(NoSuchCustomer):
        plays.play(tx, turning.id, customers[0], "a")
    assert client.get(f"/v1/games/{customers[0]}").json()["code"] == "game.no_game"
    assert client.get(f"/v1/plays/{customers[0]}/proof").json()["code"] == "game.no_play"
    path = f"/v1/games/{turning.id}/plays"
    for wrong in ("", "x" * 65, "a b", "手机"):
        turn = {"customer": str(customers[0]), "ref": wrong}
        assert client.post(path, json=turn).status_code == 422
    assert client.post(path, json={"customer": "nobody", "ref": "a"}).status_code == 422
    clock.move(days=30)
    with write() as tx, pytest.raises(NotOpen):
        plays.play(tx, turning.id, customers[0], "late")


def test_a_merged_customer_has_the_plays_of_both_and_the_ref_of_either(
    send: Send, drain: Drain, write: Write, read: Read, customers: list[UUID]
) -> None:
    with write() as tx:
        game = publish(tx, wheel(NOON, plays={"per_order": 1}))
    send([paid("P1", "c1", NOON, (1_500,)), paid("P2", "c2", NOON, (1_500,))])
    drain()
    with write() as tx:
        first = plays.play(tx, game.id, customers[1], "mine").play
        winner = identity.merge(tx, *customers).id
    drain()
    with write() as tx:
        assert plays.play(tx, game.id, winner, "mine").play == first
        assert plays.play(tx, game.id, winner, "again").plays_left == 0
        (merging,) = people.mergings_of(tx, winner)
        identity.undo_merge(tx, winner, merging.id)
    drain()
    with read() as tx:
        assert [reads.for_customer(tx, game.id, id_).plays_left for id_ in customers] == [0, 0]
        assert [len(reads.plays_of(tx, id_).items) for id_ in customers] == [1, 1]
        assert reads.check(tx, game.id) == []


# Checking in


def test_a_streak_of_days(
    client: TestClient, write: Write, read: Read, customers: list[UUID], clock: Clock
) -> None:
    with write() as tx:
        game = publish(tx, check_in(NOON))
    path, body = f"/v1/games/{game.id}/check-ins", {"customer": str(customers[0])}
    got = []
    for gap in (1, 1, 1, 2, 1, 0):
        answer = client.post(path, json=body).json()
        got.append((answer["streak"], answer["points"], answer["is_new"]))
        clock.move(days=gap)
    assert got == [
        (1, 5, True), (2, 5, True), (3, 15, True), (4, 5, True), (1, 5, True), (2, 5, True),
    ]  # fmt: skip
    assert client.post(path, json=body).json() == {
        "day": "2026-11-26", "streak": 2, "points": 5, "is_new": False,
    }  # fmt: skip
    with read() as tx:
        assert points_of(tx, customers[0]) == 40
        mine = reads.for_customer(tx, game.id, customers[0])
        assert (mine.streak, mine.has_checked_in, mine.next_points) == (2, True, 15)
    clock.move(days=1)
    with read() as tx:
        mine = reads.for_customer(tx, game.id, customers[0])
        assert (mine.streak, mine.has_checked_in, mine.next_points) == (2, False, 15)


def test_the_day_is_the_merchants(write: Write, customers: list[UUID], clock: Clock) -> None:
    with write() as tx:
        game = publish(tx, check_in(NOON))
    clock.now = datetime(2026, 11, 20, 15, 59, tzinfo=UTC)
    with write() as tx:
        assert check_ins.check_in(tx, game.id, customers[0]).streak == 1
    clock.move(minutes=2)
    with write() as tx:
        found = check_ins.check_in(tx, game.id, customers[0])
        assert (found.streak, str(found.day)) == (2, "2026-11-21")


def test_checking_in_by_both_names_of_one_person_counts_once(
    drain: Drain, write: Write, read: Read, customers: list[UUID], clock: Clock
) -> None:
    with write() as tx:
        game = publish(tx, check_in(NOON))
        check_ins.check_in(tx, game.id, customers[0])
    clock.move(days=1)
    with write() as tx:
        check_ins.check_in(tx, game.id, customers[1])
        winner = identity.merge(tx, *customers).id
        found = check_ins.check_in(tx, game.id, winner)
        assert (found.is_new, points_of(tx, winner)) == (False, 10)
    clock.move(days=1)
    with write() as tx:
        assert check_ins.check_in(tx, game.id, winner).streak == 3
        identity.forget(tx, winner)
    drain()
    with read() as tx:
        assert (
            tx.value(
                "SELECT count(*) FROM benefit.check_in WHERE game_id = %(id)s", {"id": game.id}
            )
            == 0
        )


def test_rules_are_kept_as_they_were_written(write: Write) -> None:
    with write() as tx:
        game = publish(tx, wheel(NOON))
        assert isinstance(game.rules, WheelRules)
        assert game.rules == rules_of(wheel(NOON))
