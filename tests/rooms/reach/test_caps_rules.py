"""Caps and quiet hours, held against definitions that try every window and every minute."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huitou.reach.rules import caps, checking, gate, replaying
from huitou.reach.types.categories import CATEGORIES, by_code
from huitou.reach.types.gate import Allowed, Blocked, Facts
from huitou.reach.types.policies import (
    BadPolicy,
    Calendar,
    Cap,
    ContactPolicy,
    Past,
    QuietHours,
    Rolling,
)

ZONE = "Asia/Shanghai"
NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)
NAMES = by_code(CATEGORIES)
times = st.lists(st.integers(-60, 60).map(lambda hours: NOON + hours * HOUR), max_size=8).map(
    sorted
)


@given(times, st.integers(1, 50))
def test_a_rolling_window_counts_as_trying_every_start_does(
    near: list[datetime], hours: int
) -> None:
    length = hours * HOUR
    tried = [
        sum(start <= one < start + length for one in [*near, NOON])
        for start in (NOON - length + k * HOUR for k in range(1, hours + 1))
    ]
    assert caps.most_with(Rolling(hours=hours), NOON, near, ZONE) == max(tried)


@given(times, st.sampled_from(["day", "week", "month"]))
def test_a_calendar_window_is_the_one_on_the_wall(near: list[datetime], unit: str) -> None:
    def page(at: datetime) -> object:
        local = at.astimezone(ZoneInfo(ZONE))
        pages = {
            "day": local.date(),
            "week": local.isocalendar()[:2],
            "month": (local.year, local.month),
        }
        return pages[unit]

    window = Calendar.model_validate({"kind": "calendar", "unit": unit})
    expected = 1 + sum(page(one) == page(NOON) for one in near)
    assert caps.most_with(window, NOON, near, ZONE) == expected


quiets = st.builds(
    QuietHours,
    from_minute=st.integers(0, 23).map(lambda hour: hour * 60),
    until_minute=st.integers(0, 23).map(lambda hour: hour * 60),
    action=st.sampled_from(["defer", "drop"]),
    channels=st.sampled_from([(), ("sms",), ("wecom",)]),
)


def is_quiet(policy: ContactPolicy, at: datetime, channel: str, zone: str) -> bool:
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    return any(
        (not one.channels or channel in one.channels)
        and (
            one.from_minute <= minute < one.until_minute
            if one.from_minute < one.until_minute
            else not one.until_minute <= minute < one.from_minute
        )
        for one in policy.quiet
    )


@given(
    st.lists(quiets, max_size=3).map(tuple),
    st.integers(0, 24 * 60 - 1),
    st.sampled_from([ZONE, "America/New_York", "Europe/Berlin"]),
)
def test_a_message_waits_for_the_first_minute_that_is_open(
    quiet: tuple[QuietHours, ...], minute: int, zone: str
) -> None:
    policy = ContactPolicy(quiet=quiet)
    try:
        checking.checked(policy)
    except BadPolicy:
        return
    for day in (21, 1):  # on 1 November clocks change in New York
        at = datetime(2026, 11, day, tzinfo=UTC) + timedelta(minutes=minute)
        opens, held = caps.opens_at(policy.quiet, "sms", at, zone)
        first = at
        while is_quiet(policy, first, "sms", zone):
            first = (first + timedelta(minutes=1)).replace(second=0, microsecond=0)
        assert opens == first
        assert bool(held) == (first > at)


@given(
    st.lists(quiets, max_size=3).map(tuple),
    st.integers(-100, 3_000),
    st.none() | st.integers(1, 3_000),
)
def test_a_message_goes_no_sooner_than_wished_nor_in_quiet_hours(
    quiet: tuple[QuietHours, ...], wished: int, end: int | None
) -> None:
    policy = ContactPolicy(quiet=quiet)
    try:
        checking.checked(policy)
    except BadPolicy:
        return
    wish = NOON + timedelta(minutes=wished)
    over = None if end is None else NOON + timedelta(minutes=end)
    facts = Facts("marketing", NOON, ZONE, "sms", not_before=wish, expires_at=over)
    verdict = gate.gate(facts, policy)
    begins = max(NOON, wish) if over is None or wish < over else NOON
    first, held = caps.opens_at(quiet, "sms", begins, ZONE)
    is_dropped = any(one.action == "drop" for one in held)
    is_late = bool(held) and over is not None and first >= over
    if is_dropped or is_late:
        assert isinstance(verdict, Blocked)
        assert verdict.code == "quiet_hours"
    else:
        assert isinstance(verdict, Allowed)
        assert verdict.at == first >= begins
        assert not is_quiet(policy, verdict.at, "sms", ZONE)


ONE, OTHER = UUID(int=1), UUID(int=2)


MESSAGE = Past(NOON, "sms", "birthday", ONE, ONE)
BEFORE = replace(MESSAGE, at=NOON - HOUR)


@pytest.mark.parametrize(
    ("cap", "unlike"),
    [
        ({"scope": "channel"}, replace(BEFORE, channel="wecom")),
        ({"scope": "channel", "of": "sms"}, replace(BEFORE, channel="wecom")),
        ({"scope": "category"}, replace(BEFORE, category="promotion")),
        ({"scope": "campaign"}, replace(BEFORE, campaign_id=OTHER)),
        ({"scope": "associate"}, replace(BEFORE, staff_id=OTHER)),
    ],
)
def test_a_cap_counts_its_own_only(cap: dict[str, object], unlike: Past) -> None:
    own = Cap.model_validate({**cap, "window": {"kind": "rolling", "hours": 24}, "limit": 1})
    assert caps.first_exceeded([own], MESSAGE, [BEFORE], ZONE) == own
    assert caps.first_exceeded([own], MESSAGE, [unlike], ZONE) is None
    assert caps.first_exceeded([own], MESSAGE, [], ZONE) is None


def test_a_cap_of_one_channel_or_of_campaigns_leaves_others_alone() -> None:
    window = Rolling(hours=24)
    sms = Cap(scope="channel", of="sms", window=window, limit=0)
    campaign = Cap(scope="campaign", window=window, limit=0)
    assert caps.first_exceeded([sms, campaign], Past(NOON, "wecom", "x"), [], ZONE) is None


@pytest.mark.parametrize(
    "policy",
    [
        {"quiet": [{"from_minute": 60, "until_minute": 60}]},
        {"quiet": [{"from_minute": 0, "until_minute": 1_430}]},
        {
            "quiet": [
                {"from_minute": 0, "until_minute": 720},
                {"from_minute": 720, "until_minute": 0, "channels": ["sms"]},
            ]
        },
        {"caps": [{"of": "sms", "window": {"kind": "rolling", "hours": 1}, "limit": 1}]},
        {"caps": [{"window": {"kind": "rolling", "hours": 1}, "limit": 1}] * 2},
        {"quiet": [{"from_minute": 0, "until_minute": 60, "channels": ["pigeon"]}]},
    ],
)
def test_what_cannot_be_meant_is_refused(policy: dict[str, object]) -> None:
    with pytest.raises(BadPolicy):
        checking.checked(ContactPolicy.model_validate(policy))


def test_a_policy_reads_as_sentences() -> None:
    policy = ContactPolicy(
        caps=(
            Cap(window=Calendar(unit="week"), limit=2),
            Cap(scope="channel", of="sms", window=Rolling(hours=72), limit=1),
        ),
        quiet=(QuietHours(from_minute=1_260, until_minute=480),),
        repeat_days=7,
    )
    assert [said.zh for said in checking.lines(policy, NAMES)] == [
        "每位客户每周最多 2 条营销消息",
        "每位客户任意 3 天内最多 1 条营销消息（短信）",
        "21:00 至次日 08:00 所有渠道免打扰，营销消息顺延到结束后",
        "同一内容 7 天内不重发",
    ]


@given(
    st.lists(st.lists(st.integers(0, 40), max_size=10), max_size=4),
    st.integers(0, 3),
    st.integers(1, 72),
)
def test_a_replay_keeps_within_the_policy_and_loses_no_message(
    hours: list[list[int]], limit: int, window: int
) -> None:
    policy = ContactPolicy(
        caps=(Cap(window=Rolling(hours=window), limit=limit),),
        quiet=(QuietHours(from_minute=1_260, until_minute=480),),
    )
    histories = [
        (ZONE, [Past(NOON + hour * HOUR, "sms", "x") for hour in sorted(one)]) for one in hours
    ]
    told = replaying.replay(histories, policy, NOON, ZONE, NAMES)
    total = sum(day.same + day.later + day.left_out for day in told.days)
    assert total == sum(map(len, hours))
    assert sum(each.count for each in told.stopped) == sum(day.left_out for day in told.days)
    free = replaying.replay(histories, ContactPolicy(caps=()), NOON, ZONE, NAMES)
    assert all(day.later == day.left_out == 0 for day in free.days)
    if limit == 0:
        assert all(day.same == day.later == 0 for day in told.days)


caps_drawn = st.lists(
    st.builds(
        Cap,
        window=st.one_of(
            st.builds(Rolling, hours=st.integers(1, 60)),
            st.builds(Calendar, unit=st.sampled_from(["day", "week"])),
        ),
        limit=st.integers(0, 2),
    ),
    max_size=3,
)


@given(times, caps_drawn, st.integers(1, 90), st.lists(quiets, max_size=1))
def test_a_message_that_may_wait_goes_at_the_first_hour_with_room(
    near: list[datetime], some: list[Cap], hours: int, quiet: list[QuietHours]
) -> None:
    """Held against trying every hour while it is of use."""
    quiet = [one.model_copy(update={"action": "defer", "channels": ()}) for one in quiet]
    quiet = [one for one in quiet if one.from_minute != one.until_minute]
    past = tuple(Past(at, "sms", "promotion") for at in near)
    facts = Facts("marketing", NOON, ZONE, "sms", past=past, puts_off=True)
    facts = replace(facts, expires_at=NOON + hours * HOUR)
    policy = ContactPolicy(caps=tuple(some), quiet=tuple(quiet))

    def has_room(at: datetime) -> bool:
        if caps.opens_at(quiet, "sms", at, ZONE)[1]:
            return False
        return caps.first_exceeded(some, facts.message(at), past, ZONE) is None

    tried = [NOON + n * HOUR for n in range(hours)]
    expected = next((at for at in tried if has_room(at)), None)
    verdict = gate.gate(facts, policy)
    if expected is None:
        assert isinstance(verdict, Blocked)
    else:
        assert isinstance(verdict, Allowed)
        assert verdict.at == expected
