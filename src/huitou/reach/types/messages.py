"""What becomes of a message, and how reach refuses."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from huitou.kernel.errors import Conflict, NotFound

Purpose = Literal["marketing", "service", "transactional"]
"""Marketing needs consent. Service and transactional messages do not: the former are ours to send or not (a warning of points
that end), the latter the customer asked for by what they did (an order's state, a pick-up code, a verification)."""
State = Literal[
    "planned", "in_flight", "unknown", "submitted", "waiting", "cancelled", "failed", "delivered"
]
"""`waiting`: an associate still has to confirm it; `submitted`: the channel has it."""


@dataclass(frozen=True, slots=True)
class Search:
    """Which messages are looked for; None is any. `unit_path` takes the units under it, `since` (with it) and `until`
    (without it) are of the moment of planning, `failure` is a reason of the gate or a channel's own code."""

    customer_id: UUID | None = None
    staff_id: UUID | None = None
    unit_path: str | None = None
    campaign_id: UUID | None = None
    channel: str | None = None
    state: State | None = None
    purpose: Purpose | None = None
    category: str | None = None
    failure: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a message: in which attempt it is in which state, since when."""

    attempt: int
    state: State
    at: datetime
    ref: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """A message that reached a customer."""

    message_id: UUID
    customer_id: UUID
    staff_id: UUID | None
    unit_id: UUID | None
    campaign_id: UUID | None
    opportunity_id: UUID | None
    task_id: UUID | None
    channel: str
    delivered_at: datetime
    opened_at: datetime | None


# Notices, each of up to 1,000 messages


@dataclass(frozen=True, slots=True)
class MessagesSubmitted:
    """The channel has them; in WeCom the associate is asked to confirm."""

    message_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class MessagesDelivered:
    message_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class MessagesFailed:
    """They will not go out: failed for good, or cancelled before anybody had them."""

    message_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class MessagesOpened:
    """The customer opened the link for the first time."""

    message_ids: tuple[UUID, ...]


# Refusals


class NoMessage(NotFound):
    code = "reach.no_message"
    zh, en = "没有这条消息", "There is no such message"


class NoChannel(Conflict):
    code = "reach.channel_off"
    zh, en = "渠道 {channel} 还没有配置", "The channel {channel} is not set up"
