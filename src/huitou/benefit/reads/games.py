"""What others may ask about games."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from pydantic import TypeAdapter

from huitou.base.db import ReadTx
from huitou.benefit.rules import game_words as words
from huitou.benefit.rules import games as rules
from huitou.benefit.rules.ledger import account_id
from huitou.benefit.store import games as store
from huitou.benefit.store import plays
from huitou.benefit.store.games import GameRow, SeedRow
from huitou.benefit.store.ledger import sum_balances
from huitou.benefit.types.games import (
    CheckInRules,
    ForCustomer,
    Game,
    GameFault,
    GameResults,
    GameRules,
    NoGame,
    NoPlay,
    OtherKind,
    Play,
    PrizeResult,
    Proof,
    Seed,
    WheelRules,
)
from huitou.benefit.types.ledger import Leg
from huitou.identity import reads as identities
from huitou.kernel.page import (
    PAGE_MAX,
    BadCursor,
    Page,
    decode_cursor,
    decode_moment,
    encode_cursor,
)
from huitou.kernel.time import day_of
from huitou.merchant import reads as merchants
from huitou.profile import reads as profiles

_LOOKED_BACK = timedelta(days=400)
_EXPORTED_MAX = 10_000
_rules: TypeAdapter[CheckInRules | WheelRules] = TypeAdapter(GameRules)


def get_game(tx: ReadTx, game_id: UUID) -> Game:
    """Refuses `NoGame`."""
    found = store.find_game(tx, game_id)
    if found is None:
        raise NoGame()
    return shown(tx, found)


def names(tx: ReadTx, game_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names by id."""
    return store.names(tx, game_ids)


def list_games(tx: ReadTx, *, cursor: str | None = None, limit: int = 50) -> Page[Game]:
    """All games, latest first."""
    limit = min(limit, PAGE_MAX)
    try:
        before = UUID(decode_cursor(cursor, 1)[0]) if cursor is not None else None
    except ValueError as error:
        raise BadCursor() from error
    found = [shown(tx, row) for row in store.list_games(tx, before, limit + 1)]
    more = len(found) > limit
    return Page(found[:limit], encode_cursor(found[limit - 1].id) if more else None)


def list_open(tx: ReadTx) -> list[Game]:
    """Games that can be played now."""
    return [game for row in store.list_open(tx, tx.now) if is_open(tx, game := shown(tx, row))]


def for_customer(tx: ReadTx, game_id: UUID, customer_id: UUID) -> ForCustomer:
    """A game as a customer sees it. Refuses `NoGame`, `NoSuchCustomer` (also unseen)."""
    game = get_game(tx, game_id)
    root_id = profiles.get_visible_root(tx, customer_id)
    today = day_of(tx.now, merchants.get_merchant(tx).zone)
    if isinstance(game.rules, CheckInRules):
        since = today - _LOOKED_BACK
        rows = store.list_check_ins(tx, game.id, members(tx, root_id), since)
        days = {row.day for row in rows}
        has_checked_in = today in days
        streak = rules.streak_upto(days, today if has_checked_in else today - timedelta(days=1))
        following = rules.points_on(game.rules, streak + 1)
        return ForCustomer(
            game,
            root_id,
            is_open(tx, game),
            0,
            None,
            streak,
            has_checked_in,
            following,
            sorted(days),
        )
    seed = store.find_seed(tx, game.id, today)
    return ForCustomer(
        game,
        root_id,
        is_open(tx, game),
        plays_left(tx, game, root_id),
        seed.hash.hex() if seed else None,
        0,
        False,
        0,
        [],
    )


def points_on(check_in: CheckInRules, streak: int) -> int:
    """What the `streak`-th day in a row gives."""
    return rules.points_on(check_in, streak)


def plays_left(tx: ReadTx, game: Game, root_id: UUID) -> int:
    """How often a customer can play today: what they have, and what the day still gives."""
    assert isinstance(game.rules, WheelRules), "asked of wheels"
    own = members(tx, root_id)
    today = day_of(tx.now, merchants.get_merchant(tx).zone).isoformat()
    kept = plays.list_holders(tx, own, plays_asset(game.id))
    daily = plays.list_holders(tx, own, plays_asset(game.id, today))
    of_day = sum(daily.values()) if daily else game.rules.plays.per_day
    return max(sum(kept.values()), 0) + of_day


def list_plays(
    tx: ReadTx, game_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> Page[Play]:
    """A game's plays, latest first. Refuses `NoGame`."""
    get_game(tx, game_id)
    limit = min(limit, PAGE_MAX)
    found = plays.list_plays(
        tx,
        game_id=game_id,
        customer_ids=None,
        before=decode_moment(cursor, UUID),
        count_max=limit + 1,
    )
    return _paged(found, limit)


def plays_of(
    tx: ReadTx, customer_id: UUID, *, cursor: str | None = None, limit: int = 50
) -> Page[Play]:
    """A customer's plays in all games, latest first. Refuses `NoSuchCustomer` (also unseen)."""
    own = members(tx, profiles.get_visible_root(tx, customer_id))
    limit = min(limit, PAGE_MAX)
    found = plays.list_plays(
        tx,
        game_id=None,
        customer_ids=own,
        before=decode_moment(cursor, UUID),
        count_max=limit + 1,
    )
    return _paged(found, limit)


def get_play(tx: ReadTx, play_id: UUID) -> Play:
    """Refuses `NoPlay`; `NoSuchCustomer` for a play of somebody unseen."""
    found = plays.find_play(tx, play_id)
    if found is None:
        raise NoPlay()
    profiles.get_visible_root(tx, found.customer_id)
    return found


def list_seeds(tx: ReadTx, game_id: UUID, *, limit: int = 60) -> list[Seed]:
    """What a game committed itself to, latest day first; seeds of days that are over.

    Refuses `NoGame`.
    """
    get_game(tx, game_id)
    return [_seed(tx, row) for row in store.list_seeds(tx, game_id, None, min(limit, 400))]


def prove(tx: ReadTx, play_id: UUID) -> Proof:
    """What a draw follows from, and, when the day is over, whether it does. Refuses `NoPlay`."""
    play = get_play(tx, play_id)
    game = get_game(tx, play.game_id)
    assert isinstance(game.rules, WheelRules), "only wheels are played"
    row = store.find_seed(tx, play.game_id, play.day)
    assert row is not None, "a play has a seed"
    seed = _seed(tx, row)
    return Proof(
        play=play,
        seed=seed,
        odds=[(prize.code, prize.odds_bp) for prize in game.rules.prizes],
        is_right=None if seed.seed is None else _is_right(tx, row, play, game.rules),
    )


def results(tx: ReadTx, game_id: UUID) -> GameResults:
    """How often each prize was drawn and given, and what is left. Refuses `NoGame`, `OtherKind`."""
    game = get_game(tx, game_id)
    if not isinstance(game.rules, WheelRules):
        raise OtherKind()
    players, tallies = plays.count_outcomes(tx, game_id)
    drawn: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for tally in tallies:
        drawn[tally.drawn] += tally.count
        given[tally.given] += tally.count
    return GameResults(
        plays=drawn.total(),
        players=players,
        prizes=[
            PrizeResult(
                prize.code,
                prize.zh,
                prize.en,
                prize.odds_bp,
                drawn[prize.code],
                given[prize.code],
                None if prize.stock is None else stock_left(tx, game_id, prize.code),
            )
            for prize in game.rules.prizes
        ],
    )


def check(tx: ReadTx, game_id: UUID) -> list[GameFault]:
    """What does not hold of a wheel: stock below zero, more given than there was, a wrong draw among
    the latest plays. Empty is sound."""
    game = get_game(tx, game_id)
    if not isinstance(game.rules, WheelRules):
        return []
    faults = []
    for result in results(tx, game_id).prizes:
        if result.left is None:
            continue
        stocked = store.sum_stocked(tx, _stock_account(tx, game_id, result.code))
        if result.left < 0 or result.left + result.given != stocked:
            detail = {"prize": result.code, "left": str(result.left), "stocked": str(stocked)}
            faults.append(GameFault(game_id, "stock", detail))
    seeds = {row.day: row for row in store.list_seeds(tx, game_id, None, 400)}
    latest = plays.list_plays(tx, game_id=game_id, customer_ids=None, before=None, count_max=1_000)
    faults += [
        GameFault(game_id, "draw", {"play": str(play.id)})
        for play in latest
        if not _is_right(tx, seeds[play.day], play, game.rules)
    ]
    return faults


def export(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
    """Everything games keep about a customer, as plain values."""
    own = members(tx, customer_id)
    played = plays.list_plays(
        tx, game_id=None, customer_ids=own, before=None, count_max=_EXPORTED_MAX
    )
    found: dict[str, Any] = msgspec.to_builtins(
        {
            "plays": [
                {"game": each.game_id, "at": each.at, "prize": each.given} for each in played
            ],
            "check_ins": store.list_days(tx, own),
        }
    )
    return found


def stock_left(tx: ReadTx, game_id: UUID, prize: str) -> int:
    """By the ledger."""
    return sum_balances(tx, [_stock_account(tx, game_id, prize)])


def is_open(tx: ReadTx, game: Game) -> bool:
    """Whether it can be played now."""
    return game.state == "published" and game.starts_at <= tx.now < game.ends_at


def plays_asset(game_id: UUID, day: str | None = None) -> str:
    """Plays to be had at any time, or on that day only."""
    return f"plays:{game_id}:{day}" if day else f"plays:{game_id}"


def prize_asset(game_id: UUID, prize: str) -> str:
    """What there is of a prize: the game's own, then the winners'."""
    return f"prize:{game_id}:{prize}"


def stock_leg(game_id: UUID, prize: str, amount: int) -> Leg:
    """The stock is an account of the game itself, with a floor at nothing: it cannot be over-given."""
    return Leg("staff", game_id, prize_asset(game_id, prize), amount)


def members(tx: ReadTx, root_id: UUID) -> list[UUID]:
    """Who answers and everyone merged into them, the first one first."""
    others = sorted(each.id for each in identities.members_of(tx, root_id) if each.id != root_id)
    return [root_id, *others]


def shown(tx: ReadTx, row: GameRow) -> Game:
    """A game as it is told."""
    read = _rules.validate_python(row.document)
    zh, en = words.sentence(read, merchants.get_merchant(tx).zone)
    return Game(
        id=row.id,
        kind=row.kind,
        state=row.state,
        revision=row.revision,
        rules=read,
        rules_hash=row.rules_hash.hex() if row.rules_hash else None,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        sentence_zh=zh,
        sentence_en=en,
        created_at=row.created_at,
        created_by=row.created_by,
        published_at=row.published_at,
        published_by=row.published_by,
        stopped_at=row.stopped_at,
        stop_reason=row.stop_reason,
    )


def _is_right(tx: ReadTx, row: SeedRow, play: Play, wheel: WheelRules) -> bool:
    seed = tx.keys.open_bytes(row.sealed)
    drawn = rules.draw(seed, play.message, wheel.prizes)
    message = rules.message_of(play.game_id, play.customer_id, play.number, play.ref)
    return (
        rules.seed_hash(seed) == row.hash
        and play.message == message
        and (drawn.roll, drawn.prize) == (play.roll, play.drawn)
    )


def _seed(tx: ReadTx, row: SeedRow) -> Seed:
    is_over = tx.now >= row.reveals_at
    return Seed(
        day=row.day,
        hash=row.hash.hex(),
        committed_at=row.committed_at,
        reveals_at=row.reveals_at,
        seed=tx.keys.open_bytes(row.sealed).hex() if is_over else None,
    )


def _stock_account(tx: ReadTx, game_id: UUID, prize: str) -> UUID:
    return account_id(tx.merchant, stock_leg(game_id, prize, 0))


def _paged(found: list[Play], limit: int) -> Page[Play]:
    more = len(found) > limit
    after = encode_cursor(found[limit - 1].at, found[limit - 1].id) if more else None
    return Page(found[:limit], after)
