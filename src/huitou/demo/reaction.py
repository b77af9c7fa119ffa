"""How the played customers react to a contact: by a known lift, so that measuring it can be judged.

The households buy almost weekly whatever one sends them. On top of that, each opened contact makes
one basket more with probability `lift_bp` / 10,000, independently of everything else. So the true
incremental effect is known: an opened contact of a household brings `lift_bp` / 10,000 orders and
`expected_fen` of sales in the mean; with `lift_bp=0`, the negative control, exactly nothing.

The draws depend on `seed`, household and the moment of contact alone: the same contact always has
the same outcome, and a higher lift only adds purchases to those of a lower one.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

from huitou.demo.journal import (
    DAY_S,
    Identifier,
    card_of,
    friend_of,
    mini_program_of,
    order_properties,
    phone_of,
)
from huitou.demo.people import MALL_UNIT, Household
from huitou.demo.records import DAY_COUNT, Basket
from huitou.demo.world import HELD_BACK_DAYS, World
from huitou.kernel.money import BASIS_POINTS

SOONEST_MIN, LATEST_MIN = 10, 48 * 60
"""An extra purchase comes ten minutes to two days after the contact."""


class Reaction:
    """Decides for the households of one world. Pure: nothing is remembered between calls."""

    def __init__(self, world: World) -> None:
        self._households = {household.household: household for household in world.households}
        self._baskets = {household: _typical(own) for household, own in world.baskets.items()}

    def opens(self, household: int, *, contacted_at: datetime, seed: int, open_bp: int) -> bool:
        """Whether the household opens the message: with probability `open_bp` / 10,000."""
        draw = Random(f"{seed}:open:{household}:{contacted_at.timestamp()}")
        return draw.randrange(BASIS_POINTS) < open_bp

    def extra_purchase(
        self, household: int, *, contacted_at: datetime, opened: bool, seed: int, lift_bp: int
    ) -> dict[str, Any] | None:
        """The additional order of a contact, as an `order.paid` event, or None.

        `occurred_at` lies `SOONEST_MIN` to `LATEST_MIN` minutes after `contacted_at`; a player that
        runs time faster may stamp it anew. A household without any identifier cannot react.
        """
        rng = Random(f"{seed}:react:{household}:{contacted_at.timestamp()}")
        buys = rng.randrange(BASIS_POINTS) < lift_bp
        place = _place(self._households[household])
        if not (opened and buys and place):
            return None
        source, unit, known = place
        basket = rng.choice(self._baskets[household])
        delay = timedelta(minutes=rng.randint(SOONEST_MIN, LATEST_MIN))
        number = f"R{household:04d}-{int(contacted_at.timestamp() * 1000):x}"
        return {
            "id": f"{source}-{number}",
            "type": "order.paid",
            "source": source,
            "unit": unit,
            "identifiers": [dict(identifier) for identifier in known],
            "properties": order_properties(basket, number),
            "occurred_at": (contacted_at + delay).isoformat(),
        }

    def expected_fen(self, household: int, *, lift_bp: int) -> int:
        """The sales an opened contact adds in the mean, to the fen."""
        if _place(self._households[household]) is None:
            return 0
        own = self._baskets[household]
        return sum(basket.paid_fen for basket in own) * lift_bp // (len(own) * BASIS_POINTS)


def _typical(own: Sequence[Basket]) -> Sequence[Basket]:
    """The held-back baskets of a household, or all of them if it has none."""
    held_back_s = (DAY_COUNT - HELD_BACK_DAYS) * DAY_S
    return [basket for basket in own if basket.at_s >= held_back_s] or own


def _place(of: Household) -> tuple[str, str, tuple[Identifier, ...]] | None:
    """Where the household buys after a contact, and what it is known by there.

    A WeCom friend comes through the link in the chat, so the mall knows the friend.
    """
    if of.external_userid:
        return "mall", MALL_UNIT, friend_of(of)
    if of.card:
        return "pos", of.home_unit, (card_of(of),)
    if of.openid:
        return "mall", MALL_UNIT, mini_program_of(of)
    if of.phone:
        return "pos", of.home_unit, phone_of(of, is_verified=False)
    return None
