"""No account is called faster than its provider allows, and whoever waits comes again in time."""

from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush

from hypothesis import given
from hypothesis import strategies as st

from huitou.reach.rules.pacing import AHEAD, Pace, slot

START = datetime(2026, 11, 2, 9, tzinfo=UTC)


@given(
    st.lists(st.tuples(st.integers(0, 20_000), st.integers(1, 100)), min_size=1, max_size=40),
    st.integers(1, 60),
)
def test_sets_that_come_when_they_like_go_at_the_pace_and_all_go(
    sets: list[tuple[int, int]], per_second: int
) -> None:
    waiting = [(START + timedelta(milliseconds=at), count) for at, count in sorted(sets)]
    pace = Pace(START, START)
    went: list[tuple[datetime, int]] = []
    claims = 0
    while waiting:
        now, count = heappop(waiting)
        claims += 1
        given_ = slot(now, pace, count, per_second)
        pace = given_.pace
        assert 0 <= given_.count <= count
        if given_.count:
            went.append((now, given_.count))
        if given_.count < count:
            assert given_.at > now
            heappush(waiting, (given_.at, count - given_.count))
    assert sum(count for _, count in went) == sum(count for _, count in sets)
    for first, _ in went:
        within = sum(count for at, count in went if first <= at < first + timedelta(seconds=10))
        assert within <= per_second * (10 + AHEAD.total_seconds()) + 1
    total = sum(count for _, count in sets)
    assert claims <= 4 * (len(sets) + total / per_second) + 10, (
        "sets do not all come again and again"
    )


def test_a_message_alone_does_not_stand_in_line_behind_a_mailing() -> None:
    pace = slot(START, Pace(START, START), 100, 10).pace
    for _ in range(20):
        pace = slot(START, pace, 100, 10).pace
    assert pace.later_at > START + timedelta(minutes=3)
    alone = slot(START, pace, 1, 10)
    assert (alone.count, alone.at) == (0, START + timedelta(seconds=1))
    assert slot(alone.at, alone.pace, 1, 10).count == 1
