"""What all cases share: amounts in major units for the profiles' minor units, and the day on which they are judged."""

import json
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from huitou.offer.types.profiles.cases import Case, CaseRefused

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
"""Cases speak of days beside it."""
DIGITS = 2
"""Of the minor unit; all cases are in currencies of two."""

Got = dict[str, object]
"""What a profile says about a case, by the name under which a case may expect it."""


def minor(amount: Decimal) -> int:
    """Whole minor units; anything finer, negative or endless is refused."""
    scaled = amount.scaleb(DIGITS)
    if not scaled.is_finite() or scaled != scaled.to_integral_value() or scaled < 0:
        raise CaseRefused(why=f"{amount} is no amount of whole minor units")
    return int(scaled)


def pieces(value: Decimal) -> int:
    if value != value.to_integral_value() or value < 0:
        raise CaseRefused(why=f"{value} is no number of pieces")
    return int(value)


def percent(value: Decimal) -> Decimal:
    if not 0 <= value <= 100:
        raise CaseRefused(why=f"{value} is no percentage")
    return value


def decimal(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise CaseRefused(why=f"{text} is no number") from None


def major(amount: int) -> Decimal:
    return Decimal(amount).scaleb(-DIGITS)


def expected_of(case: Case) -> dict[str, Any]:
    """Numbers as decimals."""
    found = json.loads(bytes(case.expect), parse_float=Decimal)
    if not isinstance(found, dict):
        raise CaseRefused(why="expect is no object")
    return found
