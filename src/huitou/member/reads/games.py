"""Games on the customer's phone."""

from datetime import timedelta
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import games
from huitou.benefit.types.games import CheckInRules, ForCustomer, NoPlay, Play, WheelRules
from huitou.kernel.time import day_of
from huitou.member.rules import wheel
from huitou.member.types import DayShown, Fair, Turned, WheelShown
from huitou.merchant import reads as merchants

_TURNS_SHOWN = 10
_WEEK = 7


def fair(tx: ReadTx, customer_id: UUID) -> list[Fair]:
    """The games that can be played now, and how much of each there is left to do."""
    found = []
    for game in games.list_open(tx):
        mine = games.for_customer(tx, game.id, customer_id)
        is_wheel = game.kind == "wheel"
        left = mine.plays_left if is_wheel else int(not mine.has_checked_in)
        found.append(Fair(game.id, game.kind, game.rules.name, left, mine.streak))
    return found


def own_play(tx: ReadTx, customer_id: UUID, play_id: UUID) -> Play:
    """A turn of the customer's own; somebody else's is none. Refuses `game.no_play`."""
    found = games.get_play(tx, play_id)
    if found.customer_id not in games.members(tx, customer_id):
        raise NoPlay()
    return found


def wheel_page(
    tx: ReadTx, mine: ForCustomer, wheel_rules: WheelRules, play_id: UUID | None
) -> WheelShown:
    """The wheel, where it stops for the play just made, and the latest turns. Refuses `game.no_play`
    for a play that is not the customer's own."""
    just = own_play(tx, mine.customer_id, play_id) if play_id else None
    played = [
        each
        for each in games.plays_of(tx, mine.customer_id, limit=50).items
        if each.game_id == mine.game.id
    ]
    by_code = {prize.code: prize for prize in wheel_rules.prizes}
    zone = merchants.get_merchant(tx).zone
    return WheelShown(
        slices=wheel.slices(wheel_rules.prizes),
        stops_at=wheel.stops_at(wheel_rules.prizes, just.given) if just else 0,
        won=by_code[just.given] if just else None,
        outcome=just.outcome if just else None,
        turns=[
            Turned(
                each.id, day_of(each.at, zone), by_code[each.given], each.outcome, each.handed_at
            )
            for each in played[:_TURNS_SHOWN]
        ],
    )


def days_page(tx: ReadTx, mine: ForCustomer, check_in: CheckInRules) -> list[DayShown]:
    """The days of this cycle: those that are done, and what the following ones give."""
    cycle = check_in.cycle_days or _WEEK
    done = mine.streak % cycle or (cycle if mine.streak and mine.has_checked_in else 0)
    first = mine.streak - done + 1
    today = day_of(tx.now, merchants.get_merchant(tx).zone)
    begin = today - timedelta(days=done - 1 if mine.has_checked_in else done)
    return [
        DayShown(
            on=begin + timedelta(days=number),
            points=games.points_on(check_in, first + number),
            is_done=number < done,
            is_today=begin + timedelta(days=number) == today,
        )
        for number in range(min(cycle, 2 * _WEEK))
    ]
