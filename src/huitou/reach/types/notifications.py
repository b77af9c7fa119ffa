"""What a merchant's own systems tell one customer: an order's state, a pick-up code."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from huitou.kernel.errors import Conflict, Invalid, NotFound
from huitou.reach.types.messages import State

NotificationPurpose = Literal["transactional", "service"]
WayChannel = Literal["sms", "wechat", "mini", "rcs", "phone", "webhook"]
"""What goes by itself: associates are asked by tasks."""
NotificationState = Literal["on_the_way", "delivered", "not_reached"]
"""`not_reached`: no way is left, it was taken back, or it is too late."""
WAYS_MAX = 6
KEY_PREFIX = "notification:"
"""What the content of its messages is called, before its key."""


@dataclass(frozen=True, slots=True)
class Way:
    """A channel, and what is said by it: final words, or a template of the channel's with its variables."""

    channel: WayChannel
    text: str = ""
    template: str | None = None
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewNotification:
    """`key` names the event it tells of: it is told once. The ways are tried in order, the next one where the gate says no
    or the channel fails for good, until `expires_at`."""

    key: str
    customer_id: UUID
    purpose: NotificationPurpose
    ways: tuple[Way, ...]
    within_minutes: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Which notifications are looked for; None is any. `since` (with it) and `until` (without it) are of the moment of
    telling."""

    customer_id: UUID | None = None
    purpose: NotificationPurpose | None = None
    state: NotificationState | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """One way: the message that it became, with its state, or the gate's `code` why not. The channel's code where it failed.
    `reason` is the code for a person."""

    channel: str
    code: str | None
    reason: str | None
    message_id: UUID | None
    state: State | None
    delivered_at: datetime | None


@dataclass(frozen=True, slots=True)
class Notification:
    id: UUID
    key: str
    customer_id: UUID
    purpose: NotificationPurpose
    state: NotificationState
    tried: list[Tried]
    made_at: datetime
    expires_at: datetime


class NoNotification(NotFound):
    code = "reach.no_notification"
    zh, en = "没有这条通知", "There is no such notification"


class BadNotification(Invalid):
    code = "reach.bad_notification"
    zh, en = "通知有误：{zh}", "The notification is wrong: {en}"


class OtherNotification(Conflict):
    code = "reach.other_notification"
    zh, en = "编号 {key} 已用于另一条通知", "The key {key} was used for another notification"
