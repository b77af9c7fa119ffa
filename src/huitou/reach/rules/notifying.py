"""What single customers are told by a merchant's own systems: checks, and when the next way is taken. Pure."""

from collections.abc import Sequence
from datetime import datetime

from huitou.reach.types.messages import State
from huitou.reach.types.notifications import (
    WAYS_MAX,
    BadNotification,
    NewNotification,
    NotificationState,
    Tried,
)


def check(new: NewNotification) -> None:
    """Refuses `BadNotification`: no way or too many, a channel twice, a way that says nothing."""
    channels = [way.channel for way in new.ways]
    if not 1 <= len(channels) <= WAYS_MAX:
        raise BadNotification(
            zh=f"应有 1 至 {WAYS_MAX} 个渠道", en=f"there are 1 to {WAYS_MAX} ways"
        )
    if len(set(channels)) < len(channels):
        raise BadNotification(zh="同一渠道只能出现一次", en="a channel can be there once")
    for way in new.ways:
        if not (way.text.strip() or way.template or way.params):
            raise BadNotification(
                zh=f"渠道 {way.channel} 没有内容", en=f"the way by {way.channel} says nothing"
            )


def goes_on(state: State, failure: str | None, now: datetime, expires_at: datetime) -> bool:
    """Is the next way taken after this end of a message? Not where it may have arrived after all, was taken back, or where
    it is too late."""
    return state == "failed" and failure not in ("expired", "too_late") and now < expires_at


def state_of(
    tried: Sequence[Tried], way_count: int, now: datetime, expires_at: datetime
) -> NotificationState:
    """Where it stands after these of its ways."""
    if any(one.state == "delivered" for one in tried):
        return "delivered"
    last = tried[-1]
    if last.state == "failed":
        is_open = len(tried) < way_count and goes_on(last.state, last.code, now, expires_at)
    else:
        is_open = last.state not in (None, "cancelled")
    return "on_the_way" if is_open else "not_reached"
