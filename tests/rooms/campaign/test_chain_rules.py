"""Who goes on to the next step: never past a copy that arrived or may, and never nowhere."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitou.campaign.rules import chain
from huitou.campaign.types.candidates import Copy, Leave, Place, Wait
from huitou.campaign.types.plans import BadSteps, Copies, Fallback, Step

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
OPEN = {"planned", "in_flight", "unknown", "submitted", "waiting"}
ANSWERS = {"dismissed": "dismissed", "closed_by_purchase": "bought"}

moments = st.integers(-600, 600).map(lambda minutes: NOW + timedelta(minutes=minutes))
maybe = st.one_of(st.none(), moments)
untils = st.sampled_from(["delivered", "opened", "bought"])
plans = st.tuples(
    st.booleans(),
    st.lists(st.tuples(st.sampled_from(["sms", "rcs", "phone"]), untils), min_size=1, max_size=4),
).map(
    lambda drawn: tuple(
        Step("wecom" if drawn[0] and no == 0 else channel, "x", until, 120)  # type: ignore[arg-type]
        for no, (channel, until) in enumerate(drawn[1])
    )
)


@st.composite
def copies_to(draw: st.DrawFn, steps: int) -> Copy:
    state = draw(st.sampled_from([*sorted(OPEN), "failed", "cancelled", "delivered"]))
    is_there = state == "delivered"
    return Copy(
        draw(st.uuids(version=4)),
        draw(st.one_of(st.none(), st.integers(0, steps - 1))),
        state,
        draw(st.sampled_from(["bad_number", "expired"])) if state == "failed" else None,
        NOW if is_there else None,
        draw(maybe) if is_there else None,
        draw(maybe) if is_there else None,
        draw(maybe),
    )


@st.composite
def places(draw: st.DrawFn) -> tuple[tuple[Step, ...], Place]:
    steps = draw(plans)
    step = draw(st.integers(0, len(steps) - 1))
    return steps, Place(
        UUID(int=1),
        UUID(int=1),
        step,
        draw(moments),
        code=draw(st.sampled_from([None, "no_associate"])),
        task_id=UUID(int=2),
        task_state=draw(st.sampled_from([None, "open", "blocked", "failed", *ANSWERS]))
        if steps[step].is_person
        else "fallback",
        is_second=draw(st.sampled_from([False, False, True])),
        copies=tuple(draw(st.lists(copies_to(step + 1), max_size=4))),
    )


def worked(step: Step, copy: Copy) -> bool:
    return {
        "delivered": copy.state == "delivered",
        "opened": copy.opened_at is not None,
        "bought": copy.bought_at is not None,
    }[step.until]


def oracle(steps: Sequence[Step], copies: Copies, place: Place) -> str:
    """What becomes of it, from the documentation alone."""
    own = [copy for copy in place.copies if copy.step == place.step]
    done = {c.step for c in place.copies if c.step is not None and worked(steps[c.step], c)}
    if place.step in done and min(done) == place.step:
        return "succeeded"
    if done:
        # Which of two came first is all the same: nothing more goes out.
        return "succeeded|stopped"
    if place.is_second or place.task_state in ANSWERS:
        return "stopped"
    if copies == "one" and any(c.state == "delivered" and c not in own for c in place.copies):
        return "stopped"
    due = place.due_at
    if not steps[place.step].is_person:
        if any(copy.state == "planned" and not copy.submitted_at for copy in own):
            return "wait"
        due = max([due, *(c.submitted_at + timedelta(minutes=120) for c in own if c.submitted_at)])
    if due > NOW:
        return "wait"
    asked = list(place.copies) if copies == "one" else own
    if copies == "all" and steps[place.step].until != "delivered":
        return "goes_on"
    if copies == "one" and any(copy.state == "delivered" for copy in own):
        return "stopped"
    if any(copy.state in OPEN for copy in asked):
        return "wait"
    if any(copy.failure == "expired" for copy in asked):
        return "stopped"
    return "goes_on"


def told(move: Wait | Leave) -> str:
    if isinstance(move, Wait):
        return "wait"
    return "goes_on" if move.goes_on else move.outcome


@given(places(), st.sampled_from(["one", "all"]))
def test_everybody_goes_where_the_documentation_says(
    drawn: tuple[tuple[Step, ...], Place], copies: Copies
) -> None:
    steps, place = drawn
    assert told(chain.judge(steps, copies, place, NOW)) in oracle(steps, copies, place).split("|")


@given(places())
def test_with_one_copy_nobody_goes_on_while_one_may_arrive(
    drawn: tuple[tuple[Step, ...], Place],
) -> None:
    steps, place = drawn
    move = chain.judge(steps, "one", place, NOW)
    if isinstance(move, Leave) and move.goes_on:
        assert all(
            copy.state == "cancelled" or (copy.state == "failed" and copy.failure != "expired")
            for copy in place.copies
        )
        assert move.outcome in ("blocked", "failed", "late")


@given(places(), st.sampled_from(["one", "all"]))
def test_only_what_has_not_gone_yet_is_taken_back_and_everything_has_a_reason(
    drawn: tuple[tuple[Step, ...], Place], copies: Copies
) -> None:
    steps, place = drawn
    move = chain.judge(steps, copies, place, NOW)
    states = {copy.message_id: (copy.step, copy.state) for copy in place.copies}
    for message_id in move.take_back:
        assert states[message_id][0] == place.step
        assert states[message_id][1] in ("planned", "submitted", "waiting")
    if isinstance(move, Wait):
        assert move.until > NOW
    else:
        assert move.code is not None or move.outcome == "succeeded"


@given(places(), st.sampled_from(["one", "all"]))
def test_once_all_messages_are_settled_nobody_waits_after_their_time(
    drawn: tuple[tuple[Step, ...], Place], copies: Copies
) -> None:
    steps, place = drawn
    move = chain.judge(steps, copies, place, NOW + timedelta(days=3))
    if not any(copy.state in OPEN for copy in place.copies):
        assert isinstance(move, Leave)


MINUTES = st.one_of(st.none(), st.integers(1, 1_000))


@given(st.text(min_size=1), moments, st.one_of(st.none(), st.text(min_size=1)), MINUTES)
def test_the_simple_form_comes_back_from_its_steps(
    copy: str, deadline: datetime, sms: str | None, grace: int | None
) -> None:
    fallback = None if sms is None else Fallback(sms, template="SMS_1", grace_minutes=grace)
    steps = chain.simple(copy, deadline, fallback)
    chain.check(steps)
    assert (steps[0].text, steps[0].deadline) == (copy, deadline)
    assert chain.as_fallback(steps) == fallback


BY_SMS = Step("sms", "x", within_minutes=60)


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (BY_SMS,) * 7,
        (BY_SMS, Step("wecom", "x", within_minutes=60)),
        (Step("wecom", "x"),),
        (Step("wecom", "x", within_minutes=60, deadline=NOW),),
        (Step("sms", "x"),),
        (Step("sms", "x", within_minutes=60, deadline=NOW),),
        (Step("sms", "x", within_minutes=60, grace_minutes=0),),
    ],
)
def test_steps_that_cannot_be_meant_are_refused(steps: tuple[Step, ...]) -> None:
    with pytest.raises(BadSteps):
        chain.check(steps)
