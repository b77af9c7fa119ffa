"""How much of an order may be paid with what, and what its refunds give back. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import gcd

from huitou.benefit.types.ledger import BONUS, POINTS, PRINCIPAL
from huitou.benefit.types.payments import (
    BadStep,
    NothingToPay,
    OverShare,
    Part,
    PointsOff,
    PointsQuote,
    PointsRate,
    Quote,
    SpendOrder,
    StoredQuote,
    ToldRefund,
    TooMuch,
    Wanted,
)
from huitou.kernel.money import BASIS_POINTS, split

_FEN = 100


def step_of(per_yuan: int) -> int:
    """The smallest number of points that is worth a whole number of fen."""
    return per_yuan // gcd(per_yuan, _FEN)


def worth_fen(points: int, per_yuan: int) -> int:
    """What points are worth, a fen begun not counted."""
    return points * _FEN // per_yuan


def most_points(order_fen: int, rate: PointsRate) -> int:
    """The most points that may pay an order, in whole steps."""
    if not rate.per_yuan:
        return 0
    most_fen = order_fen * min(rate.share_bp, BASIS_POINTS) // BASIS_POINTS
    step = step_of(rate.per_yuan)
    return most_fen * rate.per_yuan // _FEN // step * step


def quote(
    order_fen: int, rate: PointsRate, points: int, principal_fen: int, bonus_fen: int
) -> Quote:
    """What a customer who can use these may pay; below zero is owed, and nothing can be used."""
    step = step_of(rate.per_yuan) if rate.per_yuan else 1
    usable = min(max(points, 0) // step * step, most_points(order_fen, rate))
    usable_fen = worth_fen(usable, rate.per_yuan) if usable else 0
    stored_fen = min(max(principal_fen, 0) + max(bonus_fen, 0), order_fen - usable_fen)
    return Quote(
        order_fen,
        PointsQuote(points, usable, usable_fen, rate.per_yuan, step, rate.share_bp),
        StoredQuote(principal_fen, bonus_fen, stored_fen),
        order_fen - usable_fen - stored_fen,
    )


def checked(wanted: Wanted, rate: PointsRate) -> int:
    """What the points are worth. Refuses nothing at all, points that are not whole steps or more
    than the order's share, and more than the order."""
    if not wanted.points and not wanted.stored_fen:
        raise NothingToPay()
    points_fen = 0
    if wanted.points:
        if not rate.per_yuan:
            raise PointsOff()
        step = step_of(rate.per_yuan)
        if wanted.points % step:
            raise BadStep(step=step)
        most = most_points(wanted.order_fen, rate)
        if wanted.points > most:
            raise OverShare(percent=f"{rate.share_bp / 100:g}", most=most)
        points_fen = worth_fen(wanted.points, rate.per_yuan)
    if points_fen + wanted.stored_fen > wanted.order_fen:
        raise TooMuch()
    return points_fen


def split_stored(
    amount_fen: int, principal_fen: int, bonus_fen: int, order: SpendOrder
) -> dict[str, int]:
    """How `amount_fen` is taken from principal and bonus; what neither has is asked of the principal,
    where it will be refused."""
    principal_fen, bonus_fen = max(principal_fen, 0), max(bonus_fen, 0)
    if amount_fen >= principal_fen + bonus_fen:
        bonus = bonus_fen
    elif order == "bonus_first":
        bonus = min(amount_fen, bonus_fen)
    elif order == "principal_first":
        bonus = max(0, amount_fen - principal_fen)
    else:
        bonus = split(amount_fen, [principal_fen, bonus_fen])[1]
    shares = {PRINCIPAL: amount_fen - bonus, BONUS: bonus}
    return {asset: share for asset, share in shares.items() if share}


def share_refunded(told: Sequence[ToldRefund], paid_fen: int, order_fen: int) -> Fraction:
    """The share of an order that was refunded, at most all of it.

    Events tell fen of what the order was paid with (`paid_fen`), requests fen of the whole order
    (`order_fen`). A number told both ways is one refund, and the event's word counts; where it tells less, what
    was given back stays given.
    """
    told_fen = sum(each.refund_fen for each in told if each.is_event)
    share = Fraction(asked_fen(told), order_fen)
    if told_fen:
        share += Fraction(told_fen, paid_fen) if paid_fen else 1
    return min(share, Fraction(1))


def asked_fen(told: Iterable[ToldRefund]) -> int:
    """What was asked for here and no event tells, in fen of the whole order."""
    refunds = list(told)
    told_too = {each.refund_no for each in refunds if each.is_event}
    return sum(
        each.refund_fen for each in refunds if not each.is_event and each.refund_no not in told_too
    )


def backs(parts: Sequence[Part], share: Fraction) -> Mapping[str, int]:
    """What has to have come back of each asset once `share` of the order is refunded.

    A function of the sum alone, so that steps and their order do not matter; all of it gives all
    back. Stored value comes back to the fen as one amount, split as it was taken.
    """
    amounts = {part.asset: part.amount for part in parts}
    principal, bonus = amounts.get(PRINCIPAL, 0), amounts.get(BONUS, 0)
    stored = _rounded(share * (principal + bonus))
    principal_back = _rounded(Fraction(stored * principal, principal + bonus)) if principal else 0
    found = {
        POINTS: _rounded(share * amounts.get(POINTS, 0)),
        PRINCIPAL: principal_back,
        BONUS: stored - principal_back,
    }
    return {asset: found[asset] for asset in amounts}


def _rounded(value: Fraction) -> int:
    """Half up."""
    return int(value + Fraction(1, 2))
