"""Emergency stops: what is held back, since when, and who said so."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from huitou.kernel.errors import Invalid, NotFound

StopScope = Literal["everything", "channel", "campaign"]


@dataclass(frozen=True, slots=True)
class NewStop:
    """`channel` or `campaign_id` where the scope asks for one. `is_total` (of everything): transactional messages
    wait too. `take_back`: what associates have not confirmed yet is asked back."""

    scope: StopScope
    channel: str | None
    campaign_id: UUID | None
    is_total: bool
    take_back: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Stop:
    """In force until `lifted_at`. `by` and `lifted_by` are principals; `held`, where it is asked for, counts the messages that
    came upon it and wait."""

    id: UUID
    scope: StopScope
    channel: str | None
    campaign_id: UUID | None
    is_total: bool
    take_back: bool
    reason: str
    since: datetime
    by: str
    lifted_at: datetime | None
    lifted_by: str | None
    held: int = 0


class NoStop(NotFound):
    code = "reach.no_stop"
    zh, en = "没有这条紧急停发", "There is no such emergency stop"


class BadStop(Invalid):
    code = "reach.bad_stop"
    zh, en = "紧急停发的范围不完整：{zh}", "The scope of the stop is not complete: {en}"
