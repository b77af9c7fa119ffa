"""What may become of a task, who takes one over, and goals. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from huitou.associate.types import Colleague, Loose, State, Verb

TRANSITIONS: dict[tuple[State, Verb], State] = {
    ("open", "send"): "awaiting_confirmation",
    ("open", "block"): "blocked",
    ("open", "dismiss"): "dismissed",
    ("open", "expire"): "expired",
    ("open", "fall_back"): "fallback",
    ("open", "close_by_purchase"): "closed_by_purchase",
    ("open", "cancel"): "cancelled",
    ("awaiting_confirmation", "deliver"): "sent",
    ("awaiting_confirmation", "reopen"): "open",
    ("awaiting_confirmation", "fail"): "failed",
    ("blocked", "fall_back"): "fallback",
    ("failed", "fall_back"): "fallback",
    ("cancelled", "deliver"): "sent",
    ("expired", "deliver"): "sent",
    ("failed", "deliver"): "sent",
}
"""Delivery is a fact whatever we thought before: a receipt may come after a task was closed."""

FINAL_FAILURES = frozenset(
    {
        "cancelled",
        "opted_out",
        "suppressed",
        "not_friend",
        "no_consent",
        "forgotten",
        "under_14",
        "holdout",
    }
)
"""Failures after which another try by the same associate is pointless."""

GOAL_RATE_PERCENT = 105
GOAL_STEP_FEN = 10_000
GOAL_MIN_FEN = 100_000
URGE_PAUSE_MINUTES = 60
STILL_HELD = timedelta(days=1)
"""How long whoever had a task still sees its customer: to answer what comes back."""


def next_state(state: State, verb: Verb) -> State | None:
    """The state after `verb`, or None when it is not possible."""
    return TRANSITIONS.get((state, verb))


def states_before(verb: Verb) -> list[State]:
    """In which states `verb` is possible."""
    return [state for state, possible in TRANSITIONS if possible == verb]


def after_failure(code: str | None, now: datetime, closes_at: datetime) -> Verb:
    """A message will not go out: may the associate try again?"""
    return "fail" if code in FINAL_FAILURES or now >= closes_at else "reopen"


def share_out(tasks: Sequence[Loose], colleagues: Sequence[Colleague]) -> dict[UUID, UUID]:
    """Task → colleague of the same store, so that loads stay even.

    A customer's WeCom friends come first, then who has fewer open tasks, then the lower id. Tasks
    of a store without colleagues are left out.
    """
    loads = {colleague.staff_id: colleague.open_count for colleague in colleagues}
    by_unit: dict[UUID, list[UUID]] = {}
    for colleague in colleagues:
        by_unit.setdefault(colleague.unit_id, []).append(colleague.staff_id)
    chosen: dict[UUID, UUID] = {}
    for task in tasks:
        present = by_unit.get(task.unit_id, [])
        preferred = [staff_id for staff_id in present if staff_id in task.friends] or present
        if not preferred:
            continue
        taker = min(preferred, key=lambda staff_id: (loads[staff_id], staff_id))
        loads[taker] += 1
        chosen[task.key] = taker
    return chosen


def default_goal_fen(last_month_fen: int) -> int:
    """Last full month's sales of the book and 5 %, to the nearest ¥100; ¥1,000 at least."""
    raised = max(last_month_fen, 0) * GOAL_RATE_PERCENT // 100
    return max((raised + GOAL_STEP_FEN // 2) // GOAL_STEP_FEN * GOAL_STEP_FEN, GOAL_MIN_FEN)


def salutation(name: str | None, gender: str | None) -> str:
    """How one speaks to a customer: 王女士, 李先生, or 亲 when too little is known."""
    title = {"female": "女士", "male": "先生"}.get(gender or "")
    if not name or title is None:
        return "亲"
    return (name[:2] if name[:2] in _DOUBLE_SURNAMES and len(name) > 2 else name[:1]) + title


_DOUBLE_SURNAMES = frozenset(
    ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "夏侯")
)
