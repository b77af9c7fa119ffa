"""The customer's own clock: quiet hours and days, also where clocks are put forward and back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from huitou.identity import actions as identities
from huitou.identity import reads as who
from huitou.profile import actions as profiles
from huitou.reach.actions import messages as actions
from huitou.reach.reads import messages as reads
from huitou.reach.rules import caps, replaying
from huitou.reach.types.policies import Calendar, ContactPolicy, Past, QuietHours
from tests.conftest import Clock
from tests.rooms.reach.conftest import Town

MINUTE = timedelta(minutes=1)
CHANGES = {
    "Asia/Shanghai": datetime(2026, 6, 1, tzinfo=UTC),
    "Asia/Urumqi": datetime(2026, 6, 1, tzinfo=UTC),
    "Europe/Berlin": datetime(2026, 3, 29, 1, tzinfo=UTC),
    "America/New_York": datetime(2026, 11, 1, 6, tzinfo=UTC),
    "Australia/Lord_Howe": datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    "Africa/Cairo": datetime(2026, 4, 23, 22, tzinfo=UTC),
    "Pacific/Apia": datetime(2011, 12, 30, 10, tzinfo=UTC),
    "Asia/Kathmandu": datetime(2026, 6, 1, tzinfo=UTC),
}
"""A zone and a moment at which its clocks change, where they do."""
quiets = st.builds(
    QuietHours, from_minute=st.integers(0, 1_439), until_minute=st.integers(0, 1_439)
).filter(lambda one: 0 < (one.until_minute - one.from_minute) % 1_440 <= 1_380)


@given(st.sampled_from(sorted(CHANGES)), st.integers(-2_000, 2_000), quiets)
def test_quiet_hours_are_over_at_the_first_minute_outside_them(
    zone: str, minutes: int, quiet: QuietHours
) -> None:
    at = CHANGES[zone] + minutes * MINUTE
    tried = at
    while _is_quiet(quiet, tried, zone):
        tried += MINUTE
    assert caps.opens_at([quiet], "sms", at, zone)[0] == tried


@given(st.sampled_from(sorted(CHANGES)), st.lists(st.integers(-4_000, 4_000), max_size=6))
def test_a_day_is_the_one_on_the_customers_wall(zone: str, minutes: list[int]) -> None:
    at = CHANGES[zone]
    times = sorted(at + each * MINUTE for each in minutes)
    today = at.astimezone(ZoneInfo(zone)).date()
    same = sum(one.astimezone(ZoneInfo(zone)).date() == today for one in times)
    assert caps.most_with(Calendar(unit="day"), at, times, zone) == same + 1


def test_a_replay_goes_by_each_customers_clock() -> None:
    night = QuietHours(from_minute=21 * 60, until_minute=8 * 60, action="drop")
    policy = ContactPolicy(caps=(), quiet=(night,))
    at = datetime(2026, 11, 20, 0, 30, tzinfo=UTC)  # 08:30 in Shanghai, 06:30 in Urumqi
    [shanghai] = _replayed(policy, "Asia/Shanghai", at)
    [urumqi] = _replayed(policy, "Asia/Urumqi", at)
    assert (shanghai, urumqi) == ((1, 0), (0, 1))


def test_the_customers_zone_decides_when_it_is_planned_and_when_it_goes(
    town: Town, clock: Clock
) -> None:
    near, far = town.people(2)
    _policy(town, ContactPolicy(quiet=(QuietHours(from_minute=21 * 60, until_minute=8 * 60),)))
    with town.db.write(town.brand.merchant.id) as tx:
        profiles.set_zone(tx, far, "Asia/Urumqi")
    clock.now = clock.now.replace(hour=0, minute=30) + timedelta(days=1)
    with town.db.write(town.brand.merchant.id) as tx:
        decided = actions.plan(tx, [town.candidate(near), town.candidate(far)])
    times = [_not_before(town, each.message_id) for each in decided]
    assert times[0] is None
    assert times[1] == clock.now.replace(hour=2, minute=0, second=0, microsecond=0)


def test_a_zone_is_set_taken_back_and_undone_with_a_split(town: Town, client: TestClient) -> None:
    first, second = town.people(2)

    def zone(customer: UUID) -> object:
        return client.get(f"/v1/customers/{customer}").json()["zone"]

    put = f"/v1/customers/{second}/zone"
    assert client.put(put, json={"zone": "Asia/Nowhere"}).json()["code"] == "profile.unknown_zone"
    assert client.put(put, json={"zone": "Asia/Urumqi"}).json()["zone"] == "Asia/Urumqi"
    with town.db.write(town.brand.merchant.id) as tx:
        winner = identities.merge(tx, first, second)
    town.drain()
    assert zone(winner.id) == "Asia/Urumqi"
    with town.db.read(town.brand.merchant.id) as look:
        [merging] = who.mergings_of(look, winner.id)
    with town.db.write(town.brand.merchant.id) as tx:
        identities.undo_merge(tx, winner.id, merging.id)
    town.drain()
    assert {zone(first), zone(second)} == {None, "Asia/Urumqi"}
    assert client.put(put, json={"zone": None}).json()["zone"] is None


def _is_quiet(quiet: QuietHours, at: datetime, zone: str) -> bool:
    local = at.astimezone(ZoneInfo(zone))
    minute = local.hour * 60 + local.minute
    if quiet.from_minute < quiet.until_minute:
        return quiet.from_minute <= minute < quiet.until_minute
    return not quiet.until_minute <= minute < quiet.from_minute


def _replayed(policy: ContactPolicy, zone: str, at: datetime) -> list[tuple[int, int]]:
    told = replaying.replay([(zone, [Past(at, "sms", "x")])], policy, at, "Asia/Shanghai", {})
    return [(day.same, day.left_out) for day in told.days]


def _policy(town: Town, policy: ContactPolicy) -> None:
    with town.db.write(town.brand.merchant.id) as tx:
        actions.set_policy(tx, policy, version=reads.policy_shown(tx).version)


def _not_before(town: Town, message_id: UUID | None) -> datetime | None:
    assert message_id is not None
    with town.db.read(town.brand.merchant.id) as tx:
        return reads.get_message(tx, message_id).message.not_before
