"""Where a customer goes in the chain of a campaign's steps. Pure.

The order of the questions is what keeps the promise of one copy: nothing goes on while a copy has arrived or
may still arrive, whoever's step it belongs to; what waits for a person is taken back before the next step begins.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from huitou.campaign.types.candidates import Copy, Leave, Outcome, Place, Wait
from huitou.campaign.types.plans import STEPS_MAX, BadSteps, Copies, Fallback, Step

LOOK_AGAIN = timedelta(minutes=5)
"""A message of unknown fate is looked at again so soon, if nobody tells earlier."""
FALLBACK_MINUTES = 2 * 24 * 60
"""The SMS of the simple form is given so long to arrive."""
_ON_THE_WAY = ("planned", "in_flight", "unknown", "submitted", "waiting")
_TO_TAKE_BACK = ("planned", "submitted", "waiting")
_DECIDED_BY_PERSON = {"dismissed": "dismissed", "closed_by_purchase": "bought"}


def simple(copy: str, deadline: datetime, fallback: Fallback | None) -> tuple[Step, ...]:
    """The simple form as steps: associates until `deadline`, then perhaps one SMS."""
    grace = fallback.grace_minutes if fallback else None
    steps = [Step("wecom", copy, deadline=deadline, grace_minutes=grace)]
    if fallback is not None:
        by_sms = Step(
            "sms", fallback.text, within_minutes=FALLBACK_MINUTES, template=fallback.template
        )
        steps.append(by_sms)
    return tuple(steps)


def as_fallback(steps: Sequence[Step]) -> Fallback | None:
    """The second step in the simple form, where it has one."""
    if len(steps) != 2 or not steps[0].is_person or steps[1].channel != "sms":
        return None
    person, by_sms = steps
    return Fallback(by_sms.text, template=by_sms.template, grace_minutes=person.grace_minutes)


def check(steps: Sequence[Step]) -> None:
    """Refuses `BadSteps`: none or more than six, a person step that is not the first, a step without a
    time-out or with two, and what only the person step can have."""
    if not 1 <= len(steps) <= STEPS_MAX:
        raise BadSteps(zh=f"应有 1 至 {STEPS_MAX} 步", en=f"there are 1 to {STEPS_MAX}")
    for no, step in enumerate(steps):
        if step.is_person and no > 0:
            raise BadSteps(zh="导购只能是第一步", en="associates can only be the first")
        if step.is_person and (step.within_minutes is None) == (step.deadline is None):
            raise BadSteps(
                zh="导购步骤要么给出分钟数，要么给出截止时间",
                en="the associates' step has either minutes or a deadline",
            )
        if not step.is_person and step.within_minutes is None:
            raise BadSteps(zh=f"第 {no + 1} 步缺少时限", en=f"step {no + 1} lacks its time-out")
        if not step.is_person and (step.deadline or step.grace_minutes) is not None:
            raise BadSteps(
                zh="只有导购步骤可以有截止时间与宽限",
                en="only the associates' step has a deadline and a grace",
            )


def is_met(step: Step, copy: Copy) -> bool:
    """Has the step worked with this message?"""
    match step.until:
        case "delivered":
            return copy.state == "delivered"
        case "opened":
            return copy.opened_at is not None
        case "bought":
            return copy.bought_at is not None


def may_arrive(copy: Copy) -> bool:
    """It is on its way, or nobody ever learnt what became of it."""
    return copy.state in _ON_THE_WAY or (copy.state == "failed" and copy.failure == "expired")


def judge(steps: Sequence[Step], copies: Copies, place: Place, now: datetime) -> Wait | Leave:
    """What to do about a customer in `place`."""
    step = steps[place.step]
    own = [copy for copy in place.copies if copy.step == place.step]
    unsent = tuple(copy.message_id for copy in own if copy.state in _TO_TAKE_BACK)
    for copy in place.copies:
        if copy.step is not None and is_met(steps[copy.step], copy):
            if copy.step == place.step:
                return Leave("succeeded", None)
            return Leave("stopped", "worked_before", worked=copy.step, take_back=unsent)
    if place.is_second:
        return Leave("stopped", "merged", take_back=unsent)
    if copies == "one" and any(c.state == "delivered" for c in place.copies if c not in own):
        return Leave("stopped", "has_copy", take_back=unsent)
    if place.task_state in _DECIDED_BY_PERSON:
        return Leave("stopped", _DECIDED_BY_PERSON[place.task_state])
    if not step.is_person and any(c.state == "planned" and c.submitted_at is None for c in own):
        # Quiet hours, a stop or a queue: its time has not begun.
        return Wait(max(place.due_at, now + LOOK_AGAIN))
    due_at = _due_at(step, place, own)
    if now < due_at:
        return Wait(due_at)
    return _over(step, copies, place, own, unsent, now)


def _over(
    step: Step,
    copies: Copies,
    place: Place,
    own: Sequence[Copy],
    unsent: tuple[UUID, ...],
    now: datetime,
) -> Wait | Leave:
    """The time of the step is over and it has not worked."""
    if copies == "one":
        if any(copy.state == "delivered" for copy in own):
            return Leave("stopped", "has_copy")
        open_ = [copy for copy in place.copies if may_arrive(copy)]
    else:
        # Whether it was opened is known while it is on its way: it was not.
        open_ = [copy for copy in own if may_arrive(copy)] if step.until == "delivered" else []
    if any(copy.state in _ON_THE_WAY for copy in open_):
        return Wait(now + LOOK_AGAIN, unsent)
    if open_:
        return Leave("stopped", "unsure")
    outcome, code = _why(step, place, own)
    return Leave(outcome, code, goes_on=True, take_back=unsent)


def _due_at(step: Step, place: Place, own: Sequence[Copy]) -> datetime:
    """Its time begins when the message is handed over."""
    handed = [copy.submitted_at for copy in own if copy.submitted_at is not None]
    if step.is_person or step.within_minutes is None or not handed:
        return place.due_at
    return max(place.due_at, max(handed) + timedelta(minutes=step.within_minutes))


def _why(step: Step, place: Place, own: Sequence[Copy]) -> tuple[Outcome, str]:
    """How a step ended that did not work."""
    if not own:
        if place.code is not None:
            return "blocked", place.code
        if place.task_state == "blocked":
            return "blocked", place.task_code or "blocked"
        return "late", "not_sent"
    last = max(own, key=lambda copy: copy.message_id)
    if last.state == "failed":
        return "failed", last.failure or "failed"
    if last.state == "cancelled":
        return "late", "taken_back" if step.is_person else "not_delivered"
    if last.state != "delivered":
        return "late", "not_delivered"
    return "late", "not_opened" if step.until == "opened" else "not_bought"
