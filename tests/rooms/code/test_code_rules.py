"""What makes a code whole, what WeCom is told next, and that no order of answers makes a code twice."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitou.code import rules
from huitou.code.rules import Call, Kept
from huitou.code.types import (
    Attachment,
    BadCode,
    Done,
    Draft,
    Made,
    NobodyBehind,
    NotTaken,
    NoWay,
    Outcome,
    Unsure,
    Welcome,
)

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
DRAFT = Draft(
    name="立牌", kind="staff", unit_id=uuid4(), staff_ids=[uuid4()], welcome=Welcome("您好")
)
MINUTES = st.integers(0, 1439)


@given(st.uuids())
def test_a_state_is_short_and_the_codes_own(id: UUID) -> None:
    state = rules.state_of(id)
    assert len(state) <= 30
    assert state.isalnum()
    assert int(state[1:] or "0", 36) == id.int


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"tags": ["a", "a"]}, "tags"),
        ({"from_minute": 540}, "hours"),
        ({"from_minute": 540, "until_minute": 540}, "hours"),
        ({"sku": "milk"}, "sku"),
        ({"kind": "product"}, "sku"),
        ({"product_list_id": uuid4()}, "product_list_id"),
        ({"kind": "store"}, "staff_ids"),
        ({"welcome": Welcome("a", attachment=Attachment("goods"))}, "attachment"),
        (
            {"welcome": Welcome("a", attachment=Attachment("link", "t", url="ftp://a"))},
            "attachment",
        ),
    ],
)
def test_what_is_not_whole_is_refused_by_its_field(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(BadCode) as refused:
        rules.checked(replace(DRAFT, **changes))
    assert refused.value.params["field"] == field


def test_somebody_stands_behind_a_code() -> None:
    assert rules.checked(DRAFT) == DRAFT
    with pytest.raises(NobodyBehind):
        rules.checked(replace(DRAFT, staff_ids=[]))


@given(MINUTES, MINUTES)
def test_hours_hold_for_as_long_as_they_are(start: int, end: int) -> None:
    open_minutes = sum(rules.is_open(start, end, minute) for minute in range(1440))
    assert open_minutes == ((end - start) % 1440 or 1440)
    assert start == end or rules.is_open(start, end, start)
    assert start == end or not rules.is_open(start, end, end)


def test_the_away_text_is_for_outside_the_hours() -> None:
    both, one = Welcome("在", "已下班"), Welcome("在")
    assert [rules.words_of(both, open_now=now) for now in (True, False)] == ["在", "已下班"]
    assert rules.words_of(one, open_now=False) == "在"


class WeCom:
    """What a corporation would hold: every `add` that arrives makes another code."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def answer(self, call: Call, fate: str) -> Outcome:
        """`fate`: whether the call arrives, and whether its answer does."""
        if fate == "refused":
            return NotTaken("45009", "frequency", is_final=False)
        if fate == "lost":
            return Unsure("timeout")
        outcome = self._take(call)
        return Unsure("timeout") if fate == "unanswered" else outcome

    def _take(self, call: Call) -> Outcome:
        if call.verb == "add":
            self.made.append(f"cw{len(self.made)}")
            return Made(self.made[-1], "http://pic", None)
        if call.verb == "find":
            return Made(self.made[-1], "http://pic", None) if self.made else NoWay()
        if call.verb == "remove":
            self.made.clear()
        return Done()


USERS = st.sampled_from([("a",), ("b",), ("a", "b"), ()])
FATES = st.sampled_from(["answered", "unanswered", "lost", "refused", "crashed"])


@given(st.lists(st.tuples(FATES, USERS), max_size=12), st.booleans())
def test_whatever_is_lost_no_code_is_made_twice(
    steps: list[tuple[str, tuple[str, ...]]], is_stopped: bool
) -> None:
    wecom = WeCom()
    kept = Kept(uuid4(), "s", "立牌", False, False, None, None, None, None, 0, 0)
    for fate, users in [*steps, ("answered", ("a",)), ("answered", ("a",)), ("answered", ("a",))]:
        kept = _step(wecom, kept, fate, users)
        assert len(wecom.made) <= 1
    assert kept.told == {"users": ["a"], "remark": "立牌", "asks_first": False}
    assert wecom.made == [kept.config_id]
    if is_stopped:
        kept = _step(wecom, replace(kept, is_stopped=True), "answered", ("a",))
        assert wecom.made == []
        assert rules.next_call(kept, ("a",)) is None


def _step(wecom: WeCom, kept: Kept, fate: str, users: tuple[str, ...]) -> Kept:
    call = rules.next_call(kept, users)
    if call is None:
        return kept
    added_at = NOW if call.verb == "add" else kept.added_at
    claimed = replace(kept, calling=call.verb, attempt=call.attempt, added_at=added_at)
    if fate == "crashed":
        wecom.answer(call, "unanswered")
        return claimed
    end = rules.settled(call, wecom.answer(call, fate), NOW, kept.tries)
    return replace(
        claimed,
        calling=end.calling,
        config_id=end.config_id,
        told=end.told,
        tries=kept.tries + 1 if end.failure else 0,
    )


def test_a_passing_failure_is_tried_again_and_a_final_one_is_not() -> None:
    kept = Kept(uuid4(), "s", "立牌", False, False, None, None, None, None, 0, 0)
    call = rules.next_call(kept, ("a",))
    assert call is not None
    passing = rules.settled(call, NotTaken("45009", "", is_final=False), NOW, 3)
    final = rules.settled(call, NotTaken("40003", "", is_final=True), NOW, 0)
    assert passing.next_at == NOW + timedelta(hours=2)
    assert final.next_at is None
    told = {"is_stopped": False, "is_told": False}
    assert rules.standing_of(**told, failure="45009", next_at=passing.next_at) == "making"
    assert rules.standing_of(**told, failure="40003", next_at=None) == "failed"


def test_pictures_are_pictures() -> None:
    assert rules.qr_png("http://shop.test/q/c1").startswith(b"\x89PNG\r\n")
    assert rules.qr_svg("http://shop.test/q/c1").startswith("<svg")
