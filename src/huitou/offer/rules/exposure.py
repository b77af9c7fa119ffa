"""What an offer would cost, by what it costs on days of the past; and how a replay is told. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil, floor, sqrt
from statistics import mean, stdev

from huitou.offer.types.checks import (
    Bar,
    CheckedCart,
    Exposure,
    Moved,
    Replay,
    UnitDifference,
)
from huitou.offer.types.offers import OfferDocument

DAYS = 30
"""Looked back at; and looked ahead where an offer has no end."""
_MOST_MOVED = 10
_EDGES = (-50_000, -20_000, -10_000, -5_000, -2_000, -1_000, -500)
_TWO_SIDED_95 = 1.96


def exposure(document: OfferDocument, costs: Sequence[int], now: datetime) -> Exposure | None:
    """By what it costs on each of the last days; None with fewer than two.

    Days are taken as independent and alike: the sum over n days to come is foreseen from d days past with mean m and
    deviation s as n·m ± 1.96·s·√(n + n²/d) (the prediction interval of a sum). Nobody is foreseen who would come
    because of the offer, and nobody who buys more for a threshold.
    """
    if len(costs) < 2:
        return None
    begins = max(now, document.when.from_at or now)
    end = document.when.until_at
    days = DAYS if end is None else max(1, ceil((end - begins) / timedelta(days=1)))
    day, spread = mean(costs), stdev(costs)
    wide = _TWO_SIDED_95 * spread * sqrt(days + days * days / len(costs))
    low, high = max(0, floor(days * day - wide)), ceil(days * day + wide)
    budget = document.limits.budget_fen
    return Exposure(
        days=days,
        has_end=end is not None,
        day_fen=round(day),
        expected_fen=round(days * day),
        low_fen=low,
        high_fen=high,
        budget_fen=budget,
        empty_from_days=_lasts(budget, high, days),
        empty_to_days=_lasts(budget, low, days),
    )


def day_costs(
    carts: Sequence[CheckedCart], since: datetime, until: datetime, order_count: int
) -> list[int]:
    """What the offer costs on each day from `since` to `until`: of a sample, as much more as there are orders for
    each of it."""
    days = max(1, ceil((until - since) / timedelta(days=1)))
    found = [0] * days
    seen = sum(cart.state == "compared" for cart in carts)
    for cart in carts:
        found[min(days - 1, (cart.paid_at - since) // timedelta(days=1))] += cart.cost_fen
    return [cost * order_count // seen for cost in found] if seen else []


def replay(carts: Sequence[CheckedCart]) -> Replay:
    """What past carts cost without and with the offer, summed up."""
    seen = [cart for cart in carts if cart.state == "compared"]
    before, after = sum(cart.before_fen for cart in seen), sum(cart.after_fen for cart in seen)
    touched = [cart for cart in seen if cart.more_fen]
    by_more = sorted(touched, key=lambda cart: (cart.more_fen, cart.place))
    return Replay(
        orders=len(seen),
        left_out=sum(cart.state == "left_out" for cart in carts),
        proven=sum(cart.is_proven for cart in seen),
        used=sum(cart.is_used for cart in seen),
        touched=len(touched),
        real_fen=sum(cart.paid_fen for cart in seen),
        before_fen=before,
        after_fen=after,
        cost_fen=sum(cart.cost_fen for cart in seen),
        average_fen=round((after - before) / len(touched)) if touched else 0,
        bars=bars([cart.more_fen for cart in seen]),
        units=_units(seen),
        less=[_moved(cart) for cart in by_more[:_MOST_MOVED] if cart.more_fen < 0],
        more=[_moved(cart) for cart in by_more[: -_MOST_MOVED - 1 : -1] if cart.more_fen > 0],
    )


def bars(differences: Sequence[int]) -> list[Bar]:
    """Orders by what would be paid more or less; from the first bar with any to the last, and always the one of
    exactly nothing."""
    edges = [None, *_EDGES, 0, 1, *(1 - edge for edge in reversed(_EDGES)), None]
    found = [
        Bar(
            low,
            high,
            sum(
                (low is None or low <= each) and (high is None or each < high)
                for each in differences
            ),
        )
        for low, high in pairwise(edges)
    ]
    used = [n for n, bar in enumerate(found) if bar.orders or bar.from_fen == 0]
    return found[used[0] : used[-1] + 1]


def _lasts(budget: int | None, cost: int, days: int) -> int | None:
    """After how many days so much is used up, at a cost for `days`; None: not within them."""
    if budget is None or cost <= budget:
        return None
    return budget * days // cost


def _units(carts: Sequence[CheckedCart]) -> list[UnitDifference]:
    by_unit: dict[str, list[CheckedCart]] = {}
    for cart in carts:
        by_unit.setdefault(cart.unit_code, []).append(cart)
    found = [
        UnitDifference(
            unit_id=group[0].unit_id,
            code=code,
            name=group[0].unit_name,
            orders=len(group),
            touched=sum(cart.more_fen != 0 for cart in group),
            before_fen=sum(cart.before_fen for cart in group),
            after_fen=sum(cart.after_fen for cart in group),
            cost_fen=sum(cart.cost_fen for cart in group),
        )
        for code, group in by_unit.items()
    ]
    return sorted(found, key=lambda unit: (unit.after_fen - unit.before_fen, unit.code))


def _moved(cart: CheckedCart) -> Moved:
    return Moved(
        order_no=cart.order_no,
        unit_name=cart.unit_name,
        paid_at=cart.paid_at,
        before_fen=cart.before_fen,
        after_fen=cart.after_fen,
        more_fen=cart.more_fen,
    )
