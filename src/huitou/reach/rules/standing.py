"""What becomes of a message. Pure.

`advance` is the join of a semilattice: reports may come in any order, any number of times, and the
message ends in the same state. A delivered message stays delivered; otherwise a later attempt
counts more than an earlier one, and within an attempt the further state does.
"""

from datetime import datetime, timedelta

from huitou.reach.types.channels import (
    AskOutcome,
    Delivered,
    Failed,
    SubmitOutcome,
    Submitted,
    Unknown,
    Waiting,
)
from huitou.reach.types.messages import Purpose, Standing, State

ATTEMPTS_MAX = 4
BLIND_MAX = 2
"""What customers wait for goes out so often where nobody can say whether it arrived."""
GIVE_UP = timedelta(days=8)
"""An associate who has not confirmed by then will not: the day's place is free again."""
UNKNOWN_PAUSE = timedelta(seconds=60)
"""A call that is still on its way may arrive after a list that lacks it: ask no sooner."""
STUCK_AFTER = timedelta(minutes=6)
"""Longer than the longest pause before another attempt."""
LOST_AFTER = timedelta(seconds=75)
"""A call begins within two seconds of its claim and takes a minute at the very most: whoever made this one has died."""
LEASE = timedelta(seconds=45)
CALL_MAX = timedelta(seconds=20)
"""A call may take so long to arrive: a window that ends sooner is over."""

_RANK: dict[State, int] = {
    "planned": 0,
    "in_flight": 1,
    "unknown": 2,
    "submitted": 3,
    "waiting": 4,
    "cancelled": 5,
    "failed": 6,
    "delivered": 7,
}
OPEN: tuple[State, ...] = ("planned", "in_flight", "unknown", "submitted", "waiting")
ASKED: tuple[State, ...] = ("unknown", "submitted", "waiting")
TAKEN_BACK: tuple[State, ...] = ("submitted", "waiting", "failed")
"""What an associate may still have before them; `failed` where we gave it up."""

_QUICK = {"wecom": timedelta(seconds=2), "sms": timedelta(seconds=30)}
_SLOWER = (
    (timedelta(minutes=10), timedelta(seconds=10)),
    (timedelta(hours=1), timedelta(seconds=30)),
    (timedelta(hours=8), timedelta(minutes=2)),
    (timedelta(days=2), timedelta(minutes=15)),
)
_QUICK_FOR = timedelta(minutes=3)
_SLOWEST = timedelta(hours=1)
_RETRY_FIRST = timedelta(seconds=20)


def advance(current: Standing, news: Standing) -> Standing:
    """What is known of a message after `news`: the greater of the two in one total order."""
    return max(current, news, key=_order)


def after_submit(outcome: SubmitOutcome, attempt: int, at: datetime) -> Standing:
    """What a submit tells. A refusal that is not final opens another attempt, while there is one."""
    match outcome:
        case Submitted(ref):
            return Standing(attempt, "submitted", at, ref=ref)
        case Unknown():
            return Standing(attempt, "unknown", at)
        case Failed():
            return _failed(outcome, attempt, at)


def after_ask(outcome: AskOutcome, attempt: int, at: datetime) -> Standing:
    """What the channel says when asked. A message it never took may go out again."""
    match outcome:
        case Delivered(ref, delivered_at):
            return Standing(attempt, "delivered", delivered_at, ref=ref)
        case Waiting(ref, on_person):
            return Standing(attempt, "waiting" if on_person else "submitted", at, ref=ref)
        case Unknown():
            return Standing(attempt, "unknown", at)
        case Failed():
            return _failed(outcome, attempt, at)


def may_send_again(purpose: Purpose, state: State, attempt: int) -> bool:
    """Whether a message of which the channel, when asked, knows nothing goes out once more at the risk of a second
    copy: a pick-up code that never comes is worse than one that comes twice. Nothing else does, ever."""
    return purpose == "transactional" and state == "unknown" and attempt < BLIND_MAX


def retry_pause(attempt: int) -> timedelta:
    """Before attempt number `attempt`."""
    return _RETRY_FIRST * int(4 ** max(attempt - 2, 0))


def ask_pause(channel: str, state: State, age: timedelta) -> timedelta | None:
    """How long until the channel is asked again; None when the message is given up."""
    if age >= GIVE_UP:
        return None
    if state == "unknown":
        return max(UNKNOWN_PAUSE, min(age / 2, _SLOWEST))
    if age < _QUICK_FOR:
        return _QUICK.get(channel, _QUICK["sms"])
    for until, pause in _SLOWER:
        if age < until:
            return max(pause, _QUICK.get(channel, pause))
    return _SLOWEST


def _failed(outcome: Failed, attempt: int, at: datetime) -> Standing:
    if outcome.is_final or attempt >= ATTEMPTS_MAX:
        return Standing(attempt, "failed", at, failure=outcome.code)
    return Standing(attempt + 1, "planned", at, failure=outcome.code)


def _order(standing: Standing) -> tuple[bool, int, int, float, str, str, int]:
    """Delivered before all; then the attempt, then the state; of equals the earlier."""
    is_delivered = standing.state == "delivered"
    return (
        is_delivered,
        0 if is_delivered else standing.attempt,
        _RANK[standing.state],
        -standing.at.timestamp(),
        standing.ref or "",
        standing.failure or "",
        standing.attempt,
    )
