"""Who is treated, held out or left out."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from huitou.campaign.rules import verdicts
from huitou.campaign.types.candidates import Person, Routes, Verdict

CUSTOMER, OWNER, STORE = UUID(int=1), UUID(int=2), UUID(int=3)
codes = st.sampled_from(
    [None, "no_consent", "not_friend", "no_address", "channel_off", "cap", "opted_out"]
)
routes = st.builds(Routes, st.lists(codes, min_size=1, max_size=6).map(tuple))
people = st.builds(
    Person,
    customer_id=st.just(CUSTOMER),
    ordinal=st.integers(1, 10**6),
    is_forgotten=st.booleans(),
    no_profiling=st.booleans(),
    under_14=st.booleans(),
    has_other_task=st.booleans(),
    owner_id=st.sampled_from([None, OWNER]),
    unit_id=st.just(STORE),
    is_owner_away=st.booleans(),
)


def decide(
    person: Person,
    by: Routes,
    holdout_bp: int,
    salt: str = "s",
    *,
    has_person_step: bool = True,
    has_enough: bool = False,
) -> Verdict:
    staff_id = None if person.is_owner_away else person.owner_id
    return verdicts.decide(
        person,
        by,
        has_person_step=has_person_step,
        staff_id=staff_id if has_person_step else None,
        has_enough=has_enough,
        unit_id=STORE if staff_id else None,
        opportunity_id=None,
        salt=salt,
        holdout_bp=holdout_bp,
    )


@given(people, routes)
def test_who_has_tasks_enough_gets_no_other(person: Person, by: Routes) -> None:
    verdict = decide(person, by, 0, has_enough=True)
    assert verdict.staff_id is None
    assert not verdict.codes or verdict.codes[0] == "capacity"


@given(people, routes)
def test_a_task_needs_a_present_associate_and_the_gate(person: Person, by: Routes) -> None:
    verdict = decide(person, by, 0)
    if verdict.staff_id is not None:
        assert verdict.arm == "treated" and verdict.reason is None
        assert by.codes[0] is None and not person.is_owner_away
    elif verdict.arm == "treated":
        assert verdict.reason is not None and None in by.codes[1:]
    else:
        assert verdict.arm == "excluded" and verdict.reason is not None


@given(people, routes)
def test_without_a_person_step_whoever_any_step_reaches_is_treated(
    person: Person, by: Routes
) -> None:
    verdict = decide(person, by, 0, has_person_step=False)
    assert verdict.staff_id is None
    if verdicts.forbidden(person, has_person_step=False) is None:
        assert (verdict.arm == "treated") == (None in by.codes)
    if verdict.arm == "excluded":
        assert verdict.reason is not None


@given(people, routes, st.booleans())
def test_a_person_who_must_not_be_contacted_never_is(
    person: Person, by: Routes, has_person_step: bool
) -> None:
    if verdicts.forbidden(person, has_person_step=has_person_step) is not None:
        verdict = decide(person, by, 5_000, has_person_step=has_person_step)
        assert verdict.arm == "excluded"


@given(people, routes, st.integers(0, 5_000))
def test_holding_out_draws_only_from_the_treated(
    person: Person, by: Routes, holdout_bp: int
) -> None:
    without, drawn = decide(person, by, 0), decide(person, by, holdout_bp)
    if without.arm == "excluded":
        assert drawn == without
    elif verdicts.is_held_out(person.ordinal, "s", holdout_bp):
        assert drawn.arm == "holdout"
    else:
        assert drawn == without


@given(st.integers(1, 10**9), st.text(max_size=20), st.integers(0, 5_000), st.integers(0, 5_000))
def test_a_larger_share_holds_out_the_same_and_more(
    ordinal: int, salt: str, one: int, other: int
) -> None:
    low, high = sorted((one, other))
    if verdicts.is_held_out(ordinal, salt, low):
        assert verdicts.is_held_out(ordinal, salt, high)
    assert not verdicts.is_held_out(ordinal, salt, 0)


def test_the_share_held_out_is_the_share_asked_for() -> None:
    held = sum(verdicts.is_held_out(ordinal, "autumn", 1_000) for ordinal in range(1, 20_001))
    assert 1_800 <= held <= 2_200
    other = sum(
        verdicts.is_held_out(ordinal, "autumn", 1_000)
        and verdicts.is_held_out(ordinal, "winter", 1_000)
        for ordinal in range(1, 20_001)
    )
    assert 120 <= other <= 290
