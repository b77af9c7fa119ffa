"""Who might get a message, what the gate asks about them, and what it says."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.reach.types.messages import Purpose
from huitou.reach.types.policies import Past


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who might get a message now.

    `content_key` names the content: the same one is not sent twice within `reach.repeat_days`.
    With `product_list_id` the message gets a tracked link. `text` is final, its placeholders are
    filled (`content.reads.fill`); `params` are the template's on channels that have templates. `category` is what
    caps count it under; at `expires_at` it is too late to send it. It goes no sooner than `not_before`, a wish that
    gives way to `expires_at`. With `puts_off` it waits until caps
    have room, as long as it is of use. With `repeats` the same content may come again from the same campaign, as its operator said.
    """

    customer_id: UUID
    channel: str
    content_key: str
    text: str
    purpose: Purpose = "marketing"
    staff_id: UUID | None = None
    unit_id: UUID | None = None
    campaign_id: UUID | None = None
    opportunity_id: UUID | None = None
    task_id: UUID | None = None
    product_list_id: UUID | None = None
    template: str | None = None
    params: dict[str, str] = field(default_factory=dict)
    category: str = "promotion"
    expires_at: datetime | None = None
    is_held_out: bool = False
    not_before: datetime | None = None
    mailing_id: UUID | None = None
    puts_off: bool = False
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the gate asks about one candidate at `now`. `past`: the customer's other marketing messages that count
    (`policies.HOURS_MAX`). `zone` is where the customer's clock is; `suppression` the reason of the list that the address is
    on."""

    purpose: Purpose
    now: datetime
    zone: str
    channel: str
    category: str = "promotion"
    campaign_id: UUID | None = None
    staff_id: UUID | None = None
    expires_at: datetime | None = None
    not_before: datetime | None = None
    puts_off: bool = False
    past: tuple[Past, ...] = ()
    is_forgotten: bool = False
    is_under_14: bool = False
    has_consent: bool = True
    is_opted_out: bool = False
    suppression: str | None = None
    is_held_out: bool = False
    has_same_content: bool = False
    is_channel_on: bool = True
    has_sender: bool = True
    has_address: bool = True
    is_friend: bool = True

    def message(self, at: datetime) -> Past:
        """The message as it would count if it went at `at`."""
        return Past(at, self.channel, self.category, self.campaign_id, self.staff_id)


@dataclass(frozen=True, slots=True)
class Check:
    """One question of the gate and its answer; `about` is the cap or the quiet hours that decided."""

    code: str
    passed: bool
    about: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Allowed:
    """It may go at `at`: now, at `not_before`, or when the quiet hours of that moment are over."""

    checks: tuple[Check, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Blocked:
    code: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided about a candidate; `message_id` when it became a message."""

    id: UUID
    customer_id: UUID
    message_id: UUID | None
    code: str | None

    @property
    def is_allowed(self) -> bool:
        return self.message_id is not None
