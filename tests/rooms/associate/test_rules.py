"""What may become of a task, who takes one over, and goals."""

from datetime import UTC, datetime, timedelta
from typing import get_args
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from huitou.associate import rules
from huitou.associate.types import STATES, Colleague, Loose, Verb

NOW = datetime(2026, 11, 20, tzinfo=UTC)
staff_ids = st.integers(1, 8).map(lambda n: UUID(int=n))
store_ids = st.integers(101, 103).map(lambda n: UUID(int=n))
colleagues = st.lists(
    st.builds(Colleague, staff_ids, store_ids, st.integers(0, 20)),
    unique_by=lambda each: each.staff_id,
    max_size=8,
)
loose = st.lists(
    st.builds(Loose, st.integers(1, 10**6).map(lambda n: UUID(int=n)), store_ids,
              st.frozensets(staff_ids, max_size=3)),
    unique_by=lambda each: each.key,
    max_size=40,
)  # fmt: skip


def test_every_verb_and_state_is_known_and_ends_are_final() -> None:
    for (state, verb), following in rules.TRANSITIONS.items():
        assert {state, following} <= set(STATES) and verb in get_args(Verb)
    for over in ("sent", "dismissed", "closed_by_purchase", "fallback"):
        assert not [verb for state, verb in rules.TRANSITIONS if state == over]


def test_only_an_open_task_is_sent() -> None:
    assert rules.states_before("send") == ["open"]
    assert rules.next_state("dismissed", "send") is None


@given(loose, colleagues)
def test_tasks_go_to_the_same_store_and_all_that_can_go_do(
    tasks: list[Loose], present: list[Colleague]
) -> None:
    chosen = rules.share_out(tasks, present)
    stores = {each.staff_id: each.unit_id for each in present}
    for task in tasks:
        assert (task.key in chosen) == (task.unit_id in stores.values())
        if task.key in chosen:
            assert stores[chosen[task.key]] == task.unit_id


@given(loose, colleagues)
def test_friends_come_first(tasks: list[Loose], present: list[Colleague]) -> None:
    chosen = rules.share_out(tasks, present)
    for task in tasks:
        if {c.staff_id for c in present if c.unit_id == task.unit_id} & task.friends:
            assert chosen[task.key] in task.friends


@given(st.integers(0, 60), st.integers(1, 6))
def test_loads_stay_even(task_count: int, colleague_count: int) -> None:
    store = UUID(int=101)
    present = [Colleague(UUID(int=n), store, 0) for n in range(colleague_count)]
    tasks = [Loose(UUID(int=1_000 + n), store) for n in range(task_count)]
    chosen = list(rules.share_out(tasks, present).values())
    counts = [chosen.count(each.staff_id) for each in present]
    assert max(counts) - min(counts) <= 1


@given(st.integers(-(10**9), 10**10))
def test_the_default_goal_is_five_percent_more_in_whole_hundreds(sold: int) -> None:
    goal = rules.default_goal_fen(sold)
    assert goal % 10_000 == 0 and goal >= 100_000
    if sold >= 100_000:
        assert abs(goal - sold * 105 / 100) <= 5_001


def test_a_failed_message_may_be_tried_again_while_there_is_time() -> None:
    later = NOW + timedelta(hours=1)
    assert rules.after_failure("41050", NOW, later) == "reopen"
    assert rules.after_failure("41050", later, later) == "fail"
    assert rules.after_failure("not_friend", NOW, later) == "fail"


def test_how_one_speaks_to_a_customer() -> None:
    assert rules.salutation("王小明", "male") == "王先生"
    assert rules.salutation("欧阳娜", "female") == "欧阳女士"
    assert rules.salutation("王小明", None) == "亲"
    assert rules.salutation(None, "female") == "亲"
