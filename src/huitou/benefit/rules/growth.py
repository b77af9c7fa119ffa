"""How much growth an order earns. Pure."""

from uuid import UUID

from huitou.benefit.rules.earnings import order_key
from huitou.benefit.types.earnings import Due, Earning
from huitou.benefit.types.tier_plans import GROWTH
from huitou.order.types import Spent

_FEN_A_YUAN = 100


def growth_of(paid_fen: int, per_yuan: int) -> int:
    """Each whole yuan counts."""
    return paid_fen // _FEN_A_YUAN * per_yuan


def reversed_upto(paid_fen: int, refunded_fen: int, per_yuan: int) -> int:
    """What has to be taken back by now: what is left keeps what it alone would have earned.

    Of all that was refunded so far, not of each refund: the steps do not matter, and a whole refund
    leaves nothing.
    """
    return growth_of(paid_fen, per_yuan) - growth_of(paid_fen - refunded_fen, per_yuan)


def order_earning(order: Spent, customer_id: UUID, per_yuan: int) -> Earning:
    """What an order earns, before anything of it is given back."""
    return Earning(
        asset=GROWTH,
        key=order_key(order.order_id),
        customer_id=customer_id,
        position=order.position,
        order_id=order.order_id,
        amount=growth_of(order.paid_fen, per_yuan),
        basis={"per_yuan": per_yuan},
        at=order.paid_at,
    )


def dues_of(order: Spent, per_yuan: int) -> list[Due]:
    """What has to be taken back after each refund, in the order of time."""
    dues, refunded_fen = [], 0
    for at, fen in zip(order.refund_ats, order.refund_fens, strict=True):
        refunded_fen += fen
        dues.append(Due(at, reversed_upto(order.paid_fen, refunded_fen, per_yuan)))
    return dues
