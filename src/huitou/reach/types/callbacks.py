"""How a provider's calls to us go."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CallbackHour:
    """Calls of one hour, which begins at `hour`."""

    hour: datetime
    accepted: int
    refused: int


@dataclass(frozen=True, slots=True)
class CallbackHealth:
    """Whether a provider's calls reach us; of the last 24 hours where nothing else is said.

    `accepted_at`, `refused_at`: of the last ever (30 days are kept); `refusal` is the code of the latter, such as a wrong
    signature, `refusal_text` its sentence. `lag_seconds` is how long, on average, what was told of had been over, None
    where nothing was. `missing`: messages handed over more than an hour and less than seven days ago of which nothing
    was heard. `hours` has those with calls, oldest first.
    """

    kind: str
    accepted_at: datetime | None
    refused_at: datetime | None
    refusal: str | None
    refusal_text: str | None
    accepted: int
    refused: int
    lag_seconds: float | None
    lag_seconds_max: float | None
    missing: int
    missing_since: datetime | None
    hours: list[CallbackHour]
