"""Games over HTTP: the console's, and what a member page or mini-program asks for a customer."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.benefit.actions import check_ins, games, plays
from huitou.benefit.reads import games as reads
from huitou.benefit.types.games import (
    CheckedIn,
    ForCustomer,
    Game,
    GameFault,
    GameResults,
    GameRules,
    Play,
    Played,
    Proof,
    Seed,
)
from huitou.kernel.page import PAGE_MAX, Page

router = Router(prefix="/v1", tags=["games"])

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
Revision = Annotated[int, Field(ge=1, le=2**31 - 1)]
Ref = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")]
CustomerId = Annotated[UUID, Field(strict=False)]


@dataclass(frozen=True, slots=True)
class Left:
    """How many there are now."""

    left: int


class NewGame(Body):
    rules: GameRules


class GameChange(Body):
    """`revision` is the one the change was made on."""

    rules: GameRules
    revision: Revision


class Publishing(Body):
    revision: Revision


class Stopping(Body):
    reason: Annotated[str, Field(min_length=1, max_length=200)]


class Stocking(Body):
    prize: Annotated[str, Field(min_length=1, max_length=32)]
    count: Annotated[int, Field(ge=1, le=10_000_000)]


class Turn(Body):
    """`ref` is the player's own word: the same turn again answers with the first."""

    customer: CustomerId
    ref: Ref


class Coming(Body):
    customer: CustomerId


@router.get("/games", dependencies=[needs("benefit.read")])
def list_games(tx: Reading, cursor: str | None = None, limit: Limit = 50) -> Page[Game]:
    """All games, latest first, each with what is announced of it."""
    return reads.list_games(tx, cursor=cursor, limit=limit)


@router.post("/games", status_code=201, dependencies=[needs("benefit.edit")])
def add_game(tx: Writing, body: NewGame) -> Game:
    """A new draft."""
    return games.add_game(tx, body.rules)


@router.get("/games/{game_id}", dependencies=[needs("benefit.use")])
def get_game(tx: Reading, game_id: UUID) -> Game:
    """A game: its rules, their hash, and what is announced."""
    return reads.get_game(tx, game_id)


@router.put("/games/{game_id}", dependencies=[needs("benefit.edit")])
def set_game(tx: Writing, game_id: UUID, body: GameChange) -> Game:
    """Other rules of a draft."""
    return games.set_game(tx, game_id, body.rules, body.revision)


@router.delete("/games/{game_id}", status_code=204, dependencies=[needs("benefit.edit")])
def remove_game(tx: Writing, game_id: UUID) -> None:
    """Throw a draft away."""
    games.remove_game(tx, game_id)


@router.post("/games/{game_id}/publish", dependencies=[needs("benefit.edit")])
def publish(tx: Writing, game_id: UUID, body: Publishing) -> Game:
    """Announce a game for good: from now on its rules are not changed."""
    return games.publish(tx, game_id, body.revision)


@router.post("/games/{game_id}/stop", dependencies=[needs("benefit.edit")])
def stop(tx: Writing, game_id: UUID, body: Stopping) -> Game:
    """Nobody plays any more; the reason is kept."""
    return games.stop(tx, game_id, body.reason)


@router.post("/games/{game_id}/stock", dependencies=[needs("benefit.edit")])
def add_stock(tx: Writing, game_id: UUID, body: Stocking) -> Left:
    """More of a prize; an `Idempotency-Key` keeps it from coming twice."""
    return Left(games.add_stock(tx, game_id, body.prize, body.count))


@router.get("/games/{game_id}/results", dependencies=[needs("benefit.read")])
def get_results(tx: Reading, game_id: UUID) -> GameResults:
    """How often each prize was drawn and given, and what is left of it by the ledger."""
    return reads.results(tx, game_id)


@router.get("/games/{game_id}/check", dependencies=[needs("benefit.read")])
def check(tx: Reading, game_id: UUID) -> Page[GameFault]:
    """Stock against plays, and the latest draws worked out again; empty is sound."""
    return Page(reads.check(tx, game_id))


@router.get("/games/{game_id}/plays", dependencies=[needs("benefit.read")])
def list_plays(
    tx: Reading, game_id: UUID, cursor: str | None = None, limit: Limit = 50
) -> Page[Play]:
    """A game's plays, latest first."""
    return reads.list_plays(tx, game_id, cursor=cursor, limit=limit)


@router.get("/games/{game_id}/seeds", dependencies=[needs("benefit.use")])
def list_seeds(tx: Reading, game_id: UUID) -> Page[Seed]:
    """The hashes the game committed itself to, and the seeds of days that are over."""
    return Page(reads.list_seeds(tx, game_id))


@router.get("/games/{game_id}/customers/{customer_id}", dependencies=[needs("benefit.use")])
def for_customer(tx: Reading, game_id: UUID, customer_id: UUID) -> ForCustomer:
    """A game as a customer sees it: plays left and today's hash, or the streak and what comes."""
    return reads.for_customer(tx, game_id, customer_id)


@router.post("/games/{game_id}/plays", dependencies=[needs("benefit.use")])
def play(tx: Writing, game_id: UUID, body: Turn) -> Played:
    """Turn the wheel for a customer."""
    return plays.play(tx, game_id, body.customer, body.ref)


@router.post("/games/{game_id}/shares", dependencies=[needs("benefit.use")])
def share(tx: Writing, game_id: UUID, body: Turn) -> Left:
    """A customer shared the game; how many plays are left now."""
    return Left(plays.share(tx, game_id, body.customer, body.ref))


@router.post("/games/{game_id}/check-ins", dependencies=[needs("benefit.use")])
def check_in(tx: Writing, game_id: UUID, body: Coming) -> CheckedIn:
    """A customer checks in, once a local day."""
    return check_ins.check_in(tx, game_id, body.customer)


@router.get("/customers/{customer_id}/plays", dependencies=[needs("customer.read")])
def plays_of(
    tx: Reading, customer_id: UUID, cursor: str | None = None, limit: Limit = 50
) -> Page[Play]:
    """A customer's plays in all games, latest first."""
    return reads.plays_of(tx, customer_id, cursor=cursor, limit=limit)


@router.get("/plays/{play_id}/proof", dependencies=[needs("benefit.use")])
def prove(tx: Reading, play_id: UUID) -> Proof:
    """What a draw follows from; when the day is over, the seed, and whether it does."""
    return reads.prove(tx, play_id)


@router.post("/plays/{play_id}/hand-over", dependencies=[needs("benefit.use")])
def hand_over(tx: Writing, play_id: UUID) -> Play:
    """The thing that was won is given to the winner."""
    return plays.hand_over(tx, play_id)
