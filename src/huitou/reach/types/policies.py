"""The contact policy: how often, when and how soon again a customer may be written to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from huitou.benefit.types.documents import Part
from huitou.kernel.errors import Conflict, Invalid

HOURS_MAX = 60 * 24
"""The longest rolling window: messages older than that are not looked at."""

Scope = Literal["all", "channel", "category", "campaign", "associate"]
Minute = Annotated[int, Field(ge=0, le=1_439)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]


class Rolling(Part):
    """Any `hours` in a row."""

    kind: Literal["rolling"] = "rolling"
    hours: Annotated[int, Field(ge=1, le=HOURS_MAX)]


class Calendar(Part):
    """A day, a week from Monday or a month of the merchant's calendar."""

    kind: Literal["calendar"] = "calendar"
    unit: Literal["day", "week", "month"]


class Cap(Part):
    """One customer gets at most `limit` marketing messages within `window`: of all, or of each channel,
    category, campaign or associate for itself. `of` names one channel or category only."""

    scope: Scope = "all"
    of: Name | None = None
    window: Annotated[Rolling | Calendar, Field(discriminator="kind")]
    limit: Annotated[int, Field(ge=0, le=1_000)]


class QuietHours(Part):
    """From a minute of the day to another, over midnight where it is earlier, by the customer's clock. Marketing waits until
    they are over (`defer`) or is given up (`drop`); with `is_for_service` service and transactional messages wait as well
    and are never given up. No channel named: all."""

    from_minute: Minute
    until_minute: Minute
    action: Literal["defer", "drop"] = "defer"
    channels: Annotated[tuple[Name, ...], Field(max_length=20, strict=False)] = ()
    is_for_service: bool = False


class ContactPolicy(Part):
    """All that holds. The same content goes to nobody again within `repeat_days`, on any channel. Where messages compete, each that
    a customer has had in the last 30 days makes the next one dearer by `fatigue_fen`."""

    caps: Annotated[tuple[Cap, ...], Field(max_length=20, strict=False)] = (
        Cap(window=Calendar(unit="day"), limit=1),
    )
    quiet: Annotated[tuple[QuietHours, ...], Field(max_length=5, strict=False)] = ()
    repeat_days: Annotated[int, Field(ge=0, le=365)] = 7
    fatigue_fen: Annotated[int, Field(ge=0, le=100_000)] = 0


@dataclass(frozen=True, slots=True)
class Past:
    """A marketing message that counts: when it came, comes or is expected, and what it is one of."""

    at: datetime
    channel: str
    category: str
    campaign_id: UUID | None = None
    staff_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PolicySaid:
    """A line of the policy in words."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class PolicyShown:
    """`version` is 0 where the merchant never changed what holds from the start."""

    version: int
    policy: ContactPolicy
    lines: list[PolicySaid]
    changed_at: datetime | None
    changed_by: str | None


@dataclass(frozen=True, slots=True)
class DayReplayed:
    """Of a day's messages: those that would have gone as they did, later, or not at all."""

    day: str
    same: int
    later: int
    left_out: int


@dataclass(frozen=True, slots=True)
class Stopped:
    """How many a line of the policy would have stopped."""

    zh: str
    en: str
    count: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """Over so many customers' messages."""

    customers: int
    days: list[DayReplayed]
    stopped: list[Stopped]


@dataclass(frozen=True, slots=True)
class PolicyPreview:
    lines: list[PolicySaid]
    replayed: Replayed


class BadPolicy(Invalid):
    code = "reach.bad_policy"
    zh, en = "触达规则不合法：{zh}", "The contact policy is not valid: {en}"


class PolicyChanged(Conflict):
    code = "reach.policy_changed"
    zh, en = "触达规则已被他人修改，请刷新", "The policy was changed meanwhile; reload it"
