"""How much, and how much is taken back. Pure."""

from datetime import timedelta

from huitou.attribution.types import Credit
from huitou.commission.types import State
from huitou.kernel.money import share_of

SETTLE_AFTER = timedelta(days=7)
"""How long after payment a commission may be settled: most refunds have come by then."""


def amount(base_fen: int, rate_bp: int) -> int:
    """What an order of `base_fen` earns at `rate_bp`."""
    return share_of(base_fen, rate_bp)


def reversed_upto(credit: Credit, rate_bp: int) -> int:
    """What has to be taken back by now: all but what the part that was kept earns.

    Of all refunds so far, not of each: the steps do not matter, and the refund of the whole order takes
    back exactly what it gave.
    """
    return amount(credit.amount_fen, rate_bp) - amount(credit.net_fen, rate_bp)


def state(current: State, amount_fen: int, reversed_fen: int) -> State:
    """A line whose amount is taken back entirely is reversed; others stay what they are."""
    return "reversed" if amount_fen and reversed_fen >= amount_fen else current
