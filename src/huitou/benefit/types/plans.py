"""Plans in versions: of points, tiers and stored value."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

PlanKind = Literal["points", "tiers", "stored"]
PlanState = Literal["draft", "published", "retired"]


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A version as kept. `revision` counts the wordings of a draft."""

    version: int
    state: PlanState
    revision: int
    document: dict[str, Any]
    created_at: datetime
    created_by: str
    published_at: datetime | None
    published_by: str | None
