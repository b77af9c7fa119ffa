"""Plays are given, and played: one transaction from the play that is used up to the prize."""

from collections.abc import Sequence
from uuid import UUID

from huitou.base.db import Tx
from huitou.benefit.actions import gifts, ledger
from huitou.benefit.reads import games as reads
from huitou.benefit.rules import games as rules
from huitou.benefit.store import earnings
from huitou.benefit.store import games as stored
from huitou.benefit.store import ledger as posted
from huitou.benefit.store import plays as store
from huitou.benefit.types.games import (
    CouponPrize,
    Game,
    GoodsPrize,
    NoPlaysLeft,
    NoShares,
    Nothing,
    NothingToHand,
    NotOpen,
    OtherKind,
    Outcome,
    Play,
    Played,
    PointsPrize,
    Prize,
    WheelRules,
)
from huitou.benefit.types.ledger import BelowFloor, Leg, Posting, Reversal
from huitou.kernel.ids import new_id
from huitou.kernel.time import day_of, day_start
from huitou.merchant import reads as merchants
from huitou.order import reads as orders
from huitou.order.types import Spent
from huitou.profile import reads as profiles

_LOCK = "benefit.plays"
_KIND = "plays"


def play(tx: Tx, game_id: UUID, customer_id: UUID, ref: str) -> Played:
    """Turn the wheel. `ref` is the player's own word for this turn: asked again, it answers with the
    first; it goes into the draw, so that the server does not choose it.

    Refuses `NoGame`, `OtherKind`, `NoSuchCustomer` (also unseen), `NotOpen`, `NoPlaysLeft`.
    """
    root_id = profiles.get_visible_root(tx, customer_id)
    game, wheel = _wheel(tx, game_id)
    tx.lock(f"{_LOCK}:{game_id}:{root_id}")
    members = reads.members(tx, root_id)
    known = store.find_by_ref(tx, game_id, members, ref)
    if known is not None:
        return _played(tx, game, known, root_id)
    if not reads.is_open(tx, game):
        raise NotOpen()
    play_id = new_id()
    _use_play(tx, game, wheel, members, play_id)
    day = day_of(tx.now, merchants.get_merchant(tx).zone)
    seed = stored.find_seed(tx, game_id, day)
    assert seed is not None, "every day of a published wheel has a seed"
    number = store.count_plays(tx, game_id, root_id) + 1
    message = rules.message_of(game_id, root_id, number, ref)
    drawn = rules.draw(tx.keys.open_bytes(seed.sealed), message, wheel.prizes)
    prize = next(each for each in wheel.prizes if each.code == drawn.prize)
    given, outcome = _give(tx, game_id, wheel, prize, root_id, play_id)
    made = Play(
        id=play_id,
        game_id=game_id,
        customer_id=root_id,
        ref=ref,
        number=number,
        day=day,
        message=message,
        roll=drawn.roll,
        drawn=drawn.prize,
        given=given,
        outcome=outcome,
        at=tx.now,
        handed_at=None,
        handed_by=None,
    )
    store.add_play(tx, made)
    return _played(tx, game, made, root_id)


def share(tx: Tx, game_id: UUID, customer_id: UUID, ref: str) -> int:
    """A customer shared the game (`ref`: the share's own number); returns how many plays are left.

    Refuses `NoGame`, `OtherKind`, `NoSuchCustomer` (also unseen), `NotOpen`, `NoShares`.
    """
    root_id = profiles.get_visible_root(tx, customer_id)
    game, wheel = _wheel(tx, game_id)
    tx.lock(f"{_LOCK}:{game_id}:{root_id}")
    members = reads.members(tx, root_id)
    day = day_of(tx.now, merchants.get_merchant(tx).zone)
    known = store.list_shares(tx, game_id, members, day)
    if ref in known:
        return reads.plays_left(tx, game, root_id)
    if not reads.is_open(tx, game):
        raise NotOpen()
    if not wheel.plays.per_share or len(known) >= wheel.plays.shares_a_day:
        raise NoShares()
    if store.add_share(tx, game_id, root_id, day, ref):
        key = f"plays:{game_id}:share:{root_id}:{ref}"
        _post_plays(tx, game_id, [(key, root_id, wheel.plays.per_share, "share", ref)])
    return reads.plays_left(tx, game, root_id)


def take_orders(tx: Tx, order_ids: Sequence[UUID]) -> None:
    """Plays for these orders (≤ 1,000), once each; taken back when less is left of an order than the
    game asks for. Plays that were used by then are owed."""
    tx.lock(_LOCK)
    given = store.list_given_for(tx, order_ids)
    if not (given or stored.is_any_published(tx)):
        return
    spent = orders.spending(tx, order_ids)
    if not spent:
        return
    _give_plays(tx, spent)
    left = {str(order.order_id): order.paid_fen - order.refunded_fen for order in spent}
    least = {
        game_id: _wheel(tx, UUID(game_id))[1].plays.min_order_fen
        for game_id in sorted({each.game_id for each in given})
    }
    ledger.reverse(
        tx,
        [
            Reversal(each.transaction_id, f"plays:back:{each.transaction_id}", tx.now)
            for each in given
            if left[each.order_id] < max(least[each.game_id], 1)
        ],
    )


def hand_over(tx: Tx, play_id: UUID) -> Play:
    """The thing that was won is given to the winner.

    Refuses `NoPlay`, `NoSuchCustomer` (unseen), `NothingToHand`.
    """
    found = reads.get_play(tx, play_id)
    game, wheel = _wheel(tx, found.game_id)
    prize = next(each for each in wheel.prizes if each.code == found.given)
    if not isinstance(prize.what, GoodsPrize) or not store.set_handed(tx, play_id):
        raise NothingToHand()
    asset = reads.prize_asset(game.id, prize.code)
    ledger.post(
        tx,
        [
            Posting(
                idempotency_key=f"play:{play_id}:handed",
                kind="prize_handed",
                ref_kind="play",
                ref_id=str(play_id),
                at=tx.now,
                legs=(
                    Leg("customer", found.customer_id, asset, -1),
                    Leg("merchant", tx.merchant, asset, 1),
                ),
            )
        ],
    )
    return reads.get_play(tx, play_id)


def _give_plays(tx: Tx, spent: Sequence[Spent]) -> None:
    first = earnings.list_first_given(tx, [order.position for order in spent])
    for row in stored.list_open(tx, min(order.paid_at for order in spent)):
        wheel = reads.shown(tx, row).rules
        if not isinstance(wheel, WheelRules) or not wheel.plays.per_order:
            continue
        due = {
            f"plays:{row.id}:order:{order.order_id}": order
            for order in spent
            if order.position in first
            and row.starts_at <= order.paid_at < row.ends_at
            and order.paid_fen - order.refunded_fen >= max(wheel.plays.min_order_fen, 1)
        }
        known = posted.find_posted(tx, list(due))
        given = [
            (key, first[order.position], wheel.plays.per_order, "order", str(order.order_id))
            for key, order in due.items()
            if key not in known
        ]
        _post_plays(tx, row.id, given)


def _wheel(tx: Tx, game_id: UUID) -> tuple[Game, WheelRules]:
    game = reads.get_game(tx, game_id)
    if not isinstance(game.rules, WheelRules):
        raise OtherKind()
    return game, game.rules


def _played(tx: Tx, game: Game, made: Play, root_id: UUID) -> Played:
    assert isinstance(game.rules, WheelRules), "only wheels are played"
    prize = next(each for each in game.rules.prizes if each.code == made.given)
    seed = stored.find_seed(tx, made.game_id, made.day)
    assert seed is not None, "a play has a seed"
    left = reads.plays_left(tx, game, root_id)
    return Played(made, prize.zh, prize.en, left, seed.hash.hex())


def _use_play(
    tx: Tx, game: Game, wheel: WheelRules, members: Sequence[UUID], play_id: UUID
) -> None:
    """One of the day's first, then one of those that were earned, from whoever has it."""
    zone = merchants.get_merchant(tx).zone
    day = day_of(tx.now, zone)
    daily, kept = reads.plays_asset(game.id, day.isoformat()), reads.plays_asset(game.id)
    if wheel.plays.per_day and not store.list_holders(tx, members, daily):
        given = Posting(
            idempotency_key=f"{daily}:{members[0]}",
            kind=_KIND,
            ref_kind="game",
            ref_id=str(game.id),
            at=day_start(day, zone),
            legs=(
                Leg("customer", members[0], daily, wheel.plays.per_day),
                Leg("merchant", tx.merchant, daily, -wheel.plays.per_day),
            ),
        )
        ledger.post(tx, [given])
    # What is owed (plays of an order that was given back) is paid before what is earned is played.
    asset, held = daily, store.list_holders(tx, members, daily)
    if sum(held.values()) < 1:
        asset, held = kept, store.list_holders(tx, members, kept)
    if sum(held.values()) < 1:
        raise NoPlaysLeft()
    payer = max(held, key=lambda id_: held[id_])
    ledger.post(
        tx,
        [
            Posting(
                idempotency_key=f"play:{play_id}",
                kind="play",
                ref_kind="play",
                ref_id=str(play_id),
                at=tx.now,
                legs=(
                    Leg("customer", payer, asset, -1),
                    Leg("merchant", tx.merchant, asset, 1),
                ),
            )
        ],
    )


def _give(
    tx: Tx, game_id: UUID, wheel: WheelRules, prize: Prize, winner_id: UUID, play_id: UUID
) -> tuple[str, Outcome]:
    """What the winner gets of the prize drawn, and what became of it."""
    if isinstance(prize.what, Nothing):
        return prize.code, "nothing"
    none = rules.consolation(wheel.prizes).code
    try:
        # Undone whole when the stock or the coupon's template has nothing more to give.
        with tx.savepoint():
            if prize.stock is not None:
                _take_from_stock(tx, game_id, prize, winner_id, play_id)
            if isinstance(prize.what, PointsPrize):
                amounts = [(f"play:{play_id}:points", winner_id, prize.what.points)]
                gifts.give_points(tx, amounts, kind="game", ref_id=str(play_id), at=tx.now)
            elif isinstance(prize.what, CouponPrize):
                template_id, key = UUID(prize.what.template), f"play:{play_id}"
                outcomes = gifts.give_coupons(tx, template_id, [winner_id], count=1, key=key)
                if outcomes[winner_id] != gifts.GIVEN:
                    raise _NotGiven
    except BelowFloor:
        return none, "out_of_stock"
    except _NotGiven:
        return none, "not_given"
    return prize.code, "given"


class _NotGiven(Exception):
    """The coupon's template would not have it."""


def _take_from_stock(tx: Tx, game_id: UUID, prize: Prize, winner_id: UUID, play_id: UUID) -> None:
    """A thing stays the winner's in the ledger until it is handed over."""
    asset = reads.prize_asset(game_id, prize.code)
    to = (
        Leg("customer", winner_id, asset, 1)
        if isinstance(prize.what, GoodsPrize)
        else Leg("merchant", tx.merchant, asset, 1)
    )
    ledger.post(
        tx,
        [
            Posting(
                idempotency_key=f"play:{play_id}:prize",
                kind="prize",
                ref_kind="play",
                ref_id=str(play_id),
                at=tx.now,
                legs=(reads.stock_leg(game_id, prize.code, -1), to),
            )
        ],
    )


def _post_plays(tx: Tx, game_id: UUID, given: Sequence[tuple[str, UUID, int, str, str]]) -> None:
    """`(key, customer, plays, ref kind, ref)` each."""
    asset = reads.plays_asset(game_id)
    ledger.post(
        tx,
        [
            Posting(
                idempotency_key=key,
                kind=_KIND,
                ref_kind=ref_kind,
                ref_id=ref,
                at=tx.now,
                legs=(
                    Leg("customer", customer_id, asset, count),
                    Leg("merchant", tx.merchant, asset, -count),
                ),
                detail={"game": str(game_id)},
            )
            for key, customer_id, count, ref_kind, ref in given
        ],
    )
