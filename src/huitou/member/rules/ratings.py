"""When and how a bill is rated. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from huitou.member.types import REVIEW_REASONS, BadRating

RATE_DAYS = 30
"""A bill is rated, and its rating changed, this long."""
REASONS_MAX = 5


def may_rate(paid_at: datetime, now: datetime) -> bool:
    """Is the bill young enough?"""
    return now - paid_at <= timedelta(days=RATE_DAYS)


def checked(rating: int, service_rating: int | None, reasons: Sequence[str]) -> list[str]:
    """The reasons, once each. Refuses `BadRating`."""
    stars = [rating] if service_rating is None else [rating, service_rating]
    chosen = list(dict.fromkeys(reasons))
    if not all(1 <= each <= 5 for each in stars):
        raise BadRating()
    if len(chosen) > REASONS_MAX or not set(chosen) <= REVIEW_REASONS.keys():
        raise BadRating()
    return chosen


def count_of(quantity: int) -> str:
    """Thousandths as people write them: `2`, `0.35`."""
    whole, rest = divmod(quantity, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".") if rest else str(whole)
