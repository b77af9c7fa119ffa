"""Estimates of what publishing a draft would do."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from huitou.campaign.types.showing import Bar
from huitou.kernel.errors import NotFound

EstimateState = Literal["running", "done", "cancelled"]


@dataclass(frozen=True, slots=True)
class KeptEstimate:
    """An estimate as kept: `tally` as `[kind, code, customers]`, `loads` by associate."""

    id: UUID
    campaign_id: UUID
    version: int
    state: EstimateState
    candidates: int
    decided: int
    tally: Any
    loads: Any
    begun_by: str
    begun_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many of `candidates` would be reached, and where the others are lost, of those `decided` so
    far. `is_current`: the campaign is still as it was then."""

    id: UUID
    campaign_id: UUID
    version: int
    is_current: bool
    state: EstimateState
    candidates: int
    decided: int
    waterfall: list[Bar]
    begun_by: str
    begun_at: datetime
    ended_at: datetime | None


class NoEstimate(NotFound):
    code = "campaign.no_estimate"
    zh, en = "还没有为这个活动估算过", "Nobody has asked for an estimate of this campaign"
