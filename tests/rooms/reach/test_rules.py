"""Receipts in any order, the gate's order, and when a channel is asked."""

import functools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from huitou.reach.rules import gate, standing
from huitou.reach.types.channels import Delivered, Failed, Submitted, Unknown, Waiting
from huitou.reach.types.gate import Allowed, Blocked, Facts
from huitou.reach.types.messages import Standing, State
from huitou.reach.types.policies import Calendar, Cap, ContactPolicy

NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
moments = st.integers(0, 5).map(lambda minutes: NOON + timedelta(minutes=minutes))
standings = st.builds(
    Standing,
    attempt=st.integers(1, 3),
    state=st.sampled_from(get_args(State)),
    at=moments,
    ref=st.sampled_from([None, "r1", "r2"]),
    failure=st.sampled_from([None, "f1", "f2"]),
)


@given(standings, standings, standings)
def test_advance_is_a_join(a: Standing, b: Standing, c: Standing) -> None:
    assert standing.advance(a, a) == a
    assert standing.advance(a, b) == standing.advance(b, a)
    assert standing.advance(standing.advance(a, b), c) == standing.advance(
        a, standing.advance(b, c)
    )


@given(st.lists(standings, min_size=1, max_size=6), st.randoms())
def test_order_and_repetition_of_receipts_do_not_matter(
    news: list[Standing], random: object
) -> None:
    start = Standing(1, "planned", NOON - timedelta(hours=1))
    told = functools.reduce(standing.advance, news, start)
    shuffled = news + news[: len(news) // 2]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert functools.reduce(standing.advance, shuffled, start) == told


@given(standings, standings)
def test_delivered_stays_delivered(a: Standing, b: Standing) -> None:
    if a.state == "delivered":
        assert standing.advance(a, b).state == "delivered"


def test_a_later_attempt_outweighs_the_failure_before_it() -> None:
    failed = standing.after_submit(Failed("45009", "busy", is_final=False), 1, NOON)
    assert (failed.attempt, failed.state, failed.failure) == (2, "planned", "45009")
    late = Standing(1, "unknown", NOON)
    assert standing.advance(late, failed) == failed


def test_attempts_end() -> None:
    last = standing.after_submit(Failed("45009", "", is_final=False), standing.ATTEMPTS_MAX, NOON)
    assert last.state == "failed"


def test_outcomes_become_states() -> None:
    assert standing.after_submit(Submitted("r"), 1, NOON).state == "submitted"
    assert standing.after_submit(Unknown("lost"), 1, NOON).state == "unknown"
    assert standing.after_submit(Failed("x", ""), 1, NOON).state == "failed"
    assert standing.after_ask(Waiting("r", on_person=True), 1, NOON).state == "waiting"
    assert standing.after_ask(Waiting("r"), 1, NOON).state == "submitted"
    delivered = standing.after_ask(Delivered("r", NOON), 2, NOON + timedelta(hours=1))
    assert (delivered.state, delivered.at) == ("delivered", NOON)


facts = st.builds(
    Facts,
    purpose=st.sampled_from(["marketing", "service"]),
    now=st.just(NOON),
    zone=st.just("Asia/Shanghai"),
    channel=st.sampled_from(["wecom", "sms"]),
    is_forgotten=st.booleans(),
    is_under_14=st.booleans(),
    has_consent=st.booleans(),
    is_opted_out=st.booleans(),
    is_held_out=st.booleans(),
    has_same_content=st.booleans(),
    is_channel_on=st.booleans(),
    has_sender=st.booleans(),
    has_address=st.booleans(),
    is_friend=st.booleans(),
)


@given(facts, st.integers(0, 3), st.integers(0, 3))
def test_no_marketing_without_consent_nor_above_the_cap(known: Facts, had: int, cap: int) -> None:
    known = replace(known, past=(known.message(NOON),) * had)
    policy = ContactPolicy(caps=(Cap(window=Calendar(unit="day"), limit=cap),))
    verdict = gate.gate(known, policy)
    if isinstance(verdict, Allowed):
        assert all(check.passed for check in verdict.checks)
        assert known.has_address
        assert not known.is_forgotten
        assert not known.is_held_out
        if known.purpose == "marketing":
            assert known.has_consent
            assert not known.is_opted_out
            assert had < cap
    else:
        assert [check.code for check in verdict.checks if not check.passed] == [verdict.code]
        assert verdict.checks[-1].code == verdict.code


@given(facts)
def test_every_block_has_a_sentence_and_every_check_a_question(known: Facts) -> None:
    verdict = gate.gate(known, ContactPolicy())
    if isinstance(verdict, Blocked):
        assert verdict.code in gate.SENTENCES
    for check in verdict.checks:
        assert all(gate.QUESTIONS[check.code])


def test_the_channel_is_asked_soon_then_ever_more_rarely_then_no_more() -> None:
    ages = [timedelta(seconds=s) for s in (0, 170, 200, 1800, 7200, 86_400, 500_000)]
    pauses = [standing.ask_pause("wecom", "waiting", age) for age in ages]
    assert pauses[0] == timedelta(seconds=2)
    known = [pause for pause in pauses if pause is not None]
    assert known == sorted(known)
    assert standing.ask_pause("wecom", "waiting", standing.GIVE_UP) is None


def test_an_unknown_call_is_left_a_minute_before_asking() -> None:
    pause = standing.ask_pause("wecom", "unknown", timedelta(0))
    assert pause is not None
    assert pause >= timedelta(seconds=60)
