"""Checking in, once a local day."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import gifts
from huitou.benefit.reads import games as reads
from huitou.benefit.rules import games as rules
from huitou.benefit.store import games as store
from huitou.benefit.store.games import CheckInRow
from huitou.benefit.types.games import CheckedIn, CheckInRules, NotOpen, OtherKind
from huitou.kernel.time import day_of, day_start
from huitou.merchant import reads as merchants
from huitou.profile import reads as profiles

_LOOKED_BACK = timedelta(days=400)


def check_in(tx: Tx, game_id: UUID, customer_id: UUID) -> CheckedIn:
    """A customer checks in: points for the day, more on days of a streak. A second time on a day
    answers with the first.

    Refuses `NoGame`, `OtherKind`, `NoSuchCustomer` (also unseen), `NotOpen`.
    """
    root_id = profiles.get_visible_root(tx, customer_id)
    game = reads.get_game(tx, game_id)
    if not isinstance(game.rules, CheckInRules):
        raise OtherKind()
    tx.lock(f"benefit.check_in:{game_id}:{root_id}")
    zone = merchants.get_merchant(tx).zone
    today = day_of(tx.now, zone)
    known = store.list_check_ins(tx, game_id, reads.members(tx, root_id), today - _LOOKED_BACK)
    done = next((row for row in known if row.day == today), None)
    if done is not None:
        return CheckedIn(today, done.streak, done.points, is_new=False)
    if not reads.is_open(tx, game):
        raise NotOpen()
    streak = rules.streak_upto({row.day for row in known} | {today}, today)
    points = rules.points_on(game.rules, streak)
    store.add_check_in(tx, game_id, root_id, CheckInRow(today, streak, points))
    gifts.give_points(
        tx,
        [(f"check_in:{game_id}:{root_id}:{today}", root_id, points)],
        kind="check_in",
        ref_id=str(game_id),
        at=day_start(today, zone),
    )
    return CheckedIn(today, streak, points, is_new=True)


def forget(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """When somebody came and shared goes; what was played stays, as evidence of the lottery."""
    store.remove_of(tx, customer_ids)
