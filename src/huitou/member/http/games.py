"""Games on the customer's phone: a wheel to turn, days to check in."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Form, Request
from starlette.responses import Response

from huitou.base.db import ReadTx, Tx
from huitou.base.http import Router
from huitou.benefit.actions import check_ins, plays
from huitou.benefit.reads import games
from huitou.benefit.types.games import CheckInRules, NoGame, NoPlay
from huitou.kernel.ids import new_id
from huitou.member.http import frame
from huitou.member.reads.games import days_page, fair, own_play, wheel_page

router = Router(prefix="/m/games", tags=["member page"], include_in_schema=False)


@router.get("")
def list_games(request: Request) -> Response:
    """What can be played now."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        return {"games": fair(tx, customer_id)}

    return frame.page(request, "games.html", compose)


@router.get("/{game_id}")
def game(request: Request, game_id: UUID, play: UUID | None = None, done: str = "") -> Response:
    """One game: with what is announced of it, and what it gave just now."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        mine = games.for_customer(tx, game_id, customer_id)
        if mine.game.state == "draft":
            raise NoGame()
        rules = mine.game.rules
        if isinstance(rules, CheckInRules):
            return {"mine": mine, "days": days_page(tx, mine, rules), "is_done": done == "1"}
        return {"mine": mine, "wheel": wheel_page(tx, mine, rules, play), "turn": new_id().hex}

    return frame.page(request, "game.html", compose)


@router.post("/{game_id}/turn")
def turn(request: Request, game_id: UUID, turn: Annotated[UUID, Form()]) -> Response:
    """Turn the wheel, once for each page that was shown."""
    made: list[UUID] = []

    def change(tx: Tx, customer_id: UUID) -> None:
        made.append(plays.play(tx, game_id, customer_id, turn.hex).play.id)

    answer = frame.changed(request, change, to=f"/m/games/{game_id}")
    if made:
        answer.headers["location"] = f"/m/games/{game_id}?play={made[0]}"
    return answer


@router.post("/{game_id}/check-in")
def check_in(request: Request, game_id: UUID) -> Response:
    """Check in for today."""

    def change(tx: Tx, customer_id: UUID) -> None:
        check_ins.check_in(tx, game_id, customer_id)

    return frame.changed(request, change, to=f"/m/games/{game_id}?done=1")


@router.get("/{game_id}/proof/{play_id}")
def proof(request: Request, game_id: UUID, play_id: UUID) -> Response:
    """What a turn followed from, for whoever wants to work it out."""

    def compose(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
        if own_play(tx, customer_id, play_id).game_id != game_id:
            raise NoPlay()
        return {"game_id": game_id, "proof": games.prove(tx, play_id)}

    return frame.page(request, "proof.html", compose)
