"""Games are drafted, published for good, stocked, and stopped in need."""

import secrets
from datetime import timedelta
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import ledger
from huitou.benefit.reads import games as reads
from huitou.benefit.rules import games as rules
from huitou.benefit.store import games as store
from huitou.benefit.types.games import (
    CheckInRules,
    Game,
    GameChanged,
    NotOpen,
    NotStocked,
    PublishedAlready,
    WheelRules,
)
from huitou.benefit.types.ledger import Leg, Posting
from huitou.kernel.ids import new_id
from huitou.kernel.time import day_of, day_start
from huitou.merchant import actions as merchants
from huitou.merchant import reads as merchant

_SEED_BYTES = 32


def add_game(tx: Tx, game: CheckInRules | WheelRules) -> Game:
    """A draft; it may be unfinished, the checks come with publishing."""
    id_ = new_id()
    store.add_game(tx, id_, game.model_dump(mode="json"), game.starts_at, game.ends_at)
    merchants.audit(tx, "game.added", f"game:{id_}")
    return reads.get_game(tx, id_)


def set_game(tx: Tx, game_id: UUID, game: CheckInRules | WheelRules, revision: int) -> Game:
    """Other rules of a draft. Refuses `NoGame`, `PublishedAlready`, `GameChanged`."""
    _draft(tx, game_id)
    document = game.model_dump(mode="json")
    if not store.set_rules(tx, game_id, document, game.starts_at, game.ends_at, revision):
        raise GameChanged()
    merchants.audit(tx, "game.changed", f"game:{game_id}", revision=revision + 1)
    return reads.get_game(tx, game_id)


def remove_game(tx: Tx, game_id: UUID) -> None:
    """Throw a draft away. Refuses `NoGame`, `PublishedAlready`."""
    _draft(tx, game_id)
    store.remove_draft(tx, game_id)
    merchants.audit(tx, "game.removed", f"game:{game_id}")


def publish(tx: Tx, game_id: UUID, revision: int) -> Game:
    """Announce a game for good: its rules are never changed, its stock stands in the ledger, and the
    secrets of all its days are committed to.

    Refuses `NoGame`, `PublishedAlready`, `GameChanged`, `BadGame`, `PrizeTooDear`, `NotDisclosed`.
    """
    game = _draft(tx, game_id)
    if game.revision != revision:
        raise GameChanged()
    rules.check_game(game.rules, tx.now)
    store.set_published(tx, game_id, rules.rules_hash(game.rules))
    if isinstance(game.rules, WheelRules):
        _commit(tx, game)
        for prize in game.rules.prizes:
            if prize.stock is not None:
                _stock(tx, game_id, prize.code, prize.stock, "published")
    merchants.audit(tx, "game.published", f"game:{game_id}", revision=revision)
    return reads.get_game(tx, game_id)


def add_stock(tx: Tx, game_id: UUID, prize: str, count: int) -> int:
    """More of a prize (in favour of players, so it may come later); returns what is left now.

    Refuses `NoGame`, `NotOpen` for a game that is no longer played, `NotStocked`.
    """
    store.lock_game(tx, game_id)
    game = reads.get_game(tx, game_id)
    if game.state != "published" or tx.now >= game.ends_at:
        raise NotOpen()
    stocked = isinstance(game.rules, WheelRules) and any(
        each.code == prize and each.stock is not None for each in game.rules.prizes
    )
    if not stocked:
        raise NotStocked(prize=prize)
    _stock(tx, game_id, prize, count, str(new_id()))
    merchants.audit(tx, "game.stocked", f"game:{game_id}", prize=prize, count=count)
    return reads.stock_left(tx, game_id, prize)


def stop(tx: Tx, game_id: UUID, reason: str) -> Game:
    """Nobody plays any more; why is kept. Refuses `NoGame`, `NotOpen`."""
    store.lock_game(tx, game_id)
    game = reads.get_game(tx, game_id)
    if game.state != "published":
        raise NotOpen()
    store.set_stopped(tx, game_id, reason)
    merchants.audit(tx, "game.stopped", f"game:{game_id}")
    return reads.get_game(tx, game_id)


def _draft(tx: Tx, game_id: UUID) -> Game:
    store.lock_game(tx, game_id)
    game = reads.get_game(tx, game_id)
    if game.state != "draft":
        raise PublishedAlready()
    return game


def _commit(tx: Tx, game: Game) -> None:
    """A seed for each day, from today on: all hashes are told before anybody plays."""
    zone = merchant.get_merchant(tx).zone
    day = day_of(max(game.starts_at, tx.now), zone)
    while day_start(day, zone) < game.ends_at:
        seed = secrets.token_bytes(_SEED_BYTES)
        store.add_seed(
            tx,
            game.id,
            day,
            sealed=tx.keys.seal_bytes(seed),
            hash_=rules.seed_hash(seed),
            reveals_at=day_start(day + timedelta(days=1), zone),
        )
        day += timedelta(days=1)


def _stock(tx: Tx, game_id: UUID, prize: str, count: int, name: str) -> None:
    asset = reads.prize_asset(game_id, prize)
    ledger.post(
        tx,
        [
            Posting(
                idempotency_key=f"{asset}:stock:{name}",
                kind="prize_stock",
                ref_kind="game",
                ref_id=str(game_id),
                at=tx.now,
                legs=(
                    reads.stock_leg(game_id, prize, count),
                    Leg("merchant", tx.merchant, asset, -count),
                ),
            )
        ],
    )
