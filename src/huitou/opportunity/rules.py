"""When is a customer due to buy a category again, how sure are we, and how to say it.

The time between two purchases of a category is taken as log-logistic with shape β = 3 and a mean of
`cycle`: survival S(t) = 1 / (1 + (t/α)^β), α = cycle · sin(π/β) / (π/β). It is the simplest
distribution whose hazard rises while a repurchase comes near and falls when the customer has gone
elsewhere (Bennett 1983, "Log-logistic regression models for survival data"); its quantiles and its
conditional probability are closed formulas:

    quartiles            α · 3^(∓1/β)
    P(buys within h | has not by a) = 1 - S(a + h) / S(a)

The customer's own mean cycle is shrunk to the category's: `PRIOR_WEIGHT` pseudo-intervals of the
category's mean count beside the customer's count - 1 observed intervals.
"""

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from huitou.kernel.money import BASIS_POINTS
from huitou.kernel.words import counted
from huitou.opportunity.types import (
    CategoryHistory,
    CategoryPrior,
    Due,
    Found,
    ListName,
    Reach,
)

SHAPE = 3.0
PRIOR_WEIGHT = 2
HORIZON_DAYS = 7
CYCLE_DAYS_MIN = 1.0
COUNT_MIN = 2
"""Two purchases make the first interval; one purchase says nothing about a rhythm."""

PER_CUSTOMER_MAX = 3
PREDICTED_MIN_BP = 3_000
BEST_MIN_BP = 2_000
RESPONSE_DAYS = 30

ANSWERED_BP = 10_000
NEVER_ASKED_BP = 7_000
SILENT_BP = 4_000
"""How likely a contact is answered, relative to a customer who opened our last message."""

_MEAN_PER_SCALE = (math.pi / SHAPE) / math.sin(math.pi / SHAPE)
_QUARTILE = 3.0 ** (1.0 / SHAPE)

MINIMUM: dict[ListName, int] = {"predicted": PREDICTED_MIN_BP, "best_now": BEST_MIN_BP}
TITLES: dict[ListName, tuple[str, str, str, str]] = {
    "predicted": (
        "预测即将购买",
        "Predicted to buy soon",
        "按每位客户自己的购买节奏，未来 7 天内再次购买的概率不低于 30%",
        "By each customer's own rhythm, at least 30% likely to buy again within 7 days",
    ),
    "best_now": (
        "此刻最易成交",
        "Convert best now",
        "正值购买周期、可以联系到、并且近期会打开消息的客户",
        "Customers who are due, can be contacted, and open what we send",
    ),
}


def shrunk_cycle(history: CategoryHistory, prior: CategoryPrior) -> float:
    """The customer's cycle in days: own mean and the category's, weighted by intervals seen."""
    own_count = history.count - 1
    own_days = (history.last - history.first) / timedelta(days=1)
    total = own_days + PRIOR_WEIGHT * prior.cycle_days
    return max(total / (own_count + PRIOR_WEIGHT), CYCLE_DAYS_MIN)


def due(history: CategoryHistory, prior: CategoryPrior, now: datetime) -> Due | None:
    """Is the customer due at `now`? None before the window, after it, and without a rhythm.

    The window is the quartiles P25 to P75 after the last purchase; the opportunity expires one
    window's length later. Nothing after `now` is looked at.
    """
    if history.count < COUNT_MIN or history.last > now:
        return None
    cycle_days = shrunk_cycle(history, prior)
    scale = cycle_days / _MEAN_PER_SCALE
    due_from = history.last + timedelta(days=scale / _QUARTILE)
    due_to = history.last + timedelta(days=scale * _QUARTILE)
    expires_at = due_to + (due_to - due_from)
    if not due_from <= now < expires_at:
        return None
    return Due(
        score_bp=score_bp(scale, (now - history.last) / timedelta(days=1)),
        expected_fen=max(history.paid_fen, 0) // history.count,
        cycle_days=max(round(cycle_days), 1),
        due_from=due_from,
        due_to=due_to,
        expected_at=history.last + timedelta(days=cycle_days),
        expires_at=expires_at,
    )


def score_bp(scale: float, age_days: float, horizon_days: float = HORIZON_DAYS) -> int:
    """P(buys within the horizon | has not bought for `age_days`) in basis points.

    Falls with `scale` (rarer buyers are less likely within the horizon), rises with the horizon.
    """
    if horizon_days <= 0:
        return 0
    now: float = (age_days / scale) ** SHAPE
    then: float = ((age_days + horizon_days) / scale) ** SHAPE
    return round(BASIS_POINTS * (1.0 - (1.0 + now) / (1.0 + then)))


def best_bp(score: int, reach: Reach, now: datetime) -> int:
    """Score × contactable × response.

    Response: 100 % for who opened a message in the last 30 days, 40 % for who was contacted in that
    time and opened nothing, 70 % for everyone else (nothing is known).
    """
    if not reach.is_contactable:
        return 0
    recent = now - timedelta(days=RESPONSE_DAYS)
    if reach.opened_at is not None and reach.opened_at > recent:
        factor = ANSWERED_BP
    elif reach.contacted_at is not None and reach.contacted_at > recent:
        factor = SILENT_BP
    else:
        factor = NEVER_ASKED_BP
    return score * factor // BASIS_POINTS


def strongest(found: Iterable[Found]) -> list[Found]:
    """At most three opportunities of one customer: the largest expected money first."""

    def value(item: Found) -> tuple[int, int, str]:
        return (-item.due.score_bp * item.due.expected_fen, -item.due.score_bp, item.category_code)

    return sorted(found, key=value)[:PER_CUSTOMER_MAX]


def sentences(
    reason: dict[str, Any], name_zh: str, name_en: str, now: datetime, zone: str
) -> tuple[str, str]:
    """The reason for shop people, in Chinese and in English; `reason` as kept (`types.Reason`)."""
    tz = ZoneInfo(zone)
    last = datetime.fromisoformat(reason["last_paid_at"]).astimezone(tz)
    expected = datetime.fromisoformat(reason["expected_at"]).astimezone(tz)
    days = (expected.date() - now.astimezone(tz).date()).days
    cycle = reason["cycle_days"]
    every_zh = f"通常每 {cycle} 天买一次{name_zh}"
    every_en = f"Buys {name_en} every {cycle} days" if cycle > 1 else f"Buys {name_en} every day"
    then_zh, then_en = _expectation(days)
    return (
        f"{every_zh}，上次 {last.month}月{last.day}日，{then_zh}",
        f"{every_en}, last on {last:%b} {last.day}; {then_en}",
    )


def _expectation(days: int) -> tuple[str, str]:
    if days > 2:
        return f"预计 {days} 天后会再买", f"expected again in {counted(days, 'day')}"
    if days >= -2:
        return "预计这两天会再买", "expected again these days"
    return f"比平常晚了 {-days} 天", f"{-days} days later than usual"
