"""Associates have so many tasks and no more: who brings most comes first, the others get the campaign's next step."""

from uuid import UUID

import pytest

from huitou.campaign.actions import deciding, previewing
from huitou.merchant import actions as merchants
from tests.conftest import Write
from tests.rooms.campaign.planning import SMS, arms, plan, published
from tests.rooms.reach.conftest import Town


@pytest.fixture
def people(town: Town) -> list[UUID]:
    """Five friends of one associate, who spend 30, 10, 50, 0 and 20 yuan in an order."""
    found = sorted(town.people(5, consents=("wecom", "sms")))
    town.spend(found, [3_000, 1_000, 5_000, 0, 2_000])
    with town.db.write(town.brand.merchant.id) as tx:
        merchants.set_setting(tx, "campaign.associate_tasks", 2)
    return found


@pytest.mark.parametrize("chunk", [1, 2, 1_000])
def test_who_spends_most_gets_the_task_and_the_others_the_next_step(
    town: Town, people: list[UUID], chunk: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "CHUNK", chunk)
    with town.db.read(town.brand.merchant.id) as tx:
        foreseen = previewing.preview(tx, plan(town, product_mode="none", fallback=SMS))
    made = published(town, product_mode="none", fallback=SMS)
    told = arms(town, made.id)
    full = ("treated", "capacity")
    assert [told[one] for one in people] == [
        ("treated", None),
        full,
        ("treated", None),
        full,
        full,
    ]
    assert [load.tasks for load in foreseen.per_store] == [2]
    assert {(one.reason, one.count) for one in foreseen.fallback_only} == {("capacity", 3)}


def test_without_a_next_step_they_are_left_out_and_told_why(
    town: Town, people: list[UUID], write: Write
) -> None:
    made = published(town, product_mode="none", fallback=None)
    told = arms(town, made.id)
    assert [told[one][1] for one in people].count("capacity") == 3
    again = published(town, product_mode="none", fallback=None)
    reasons = [arms(town, again.id)[one][1] for one in people]
    assert sorted(map(str, reasons)) == ["capacity"] * 3 + ["other_campaign"] * 2
    with write() as tx:
        merchants.set_setting(tx, "campaign.associate_tasks", 4, version=1)
    third = published(town, product_mode="none", fallback=None)
    assert [reason for _, reason in arms(town, third.id).values()].count(None) == 2


def test_a_sample_fills_the_associates_as_fast_as_everybody_would(
    town: Town, people: list[UUID]
) -> None:
    wanted = plan(town, product_mode="none", fallback=None)
    with town.db.read(town.brand.merchant.id) as tx:
        sampled = previewing.preview(tx, wanted, at_most=3)
    assert (sampled.audience, sampled.candidates, sampled.treated) == (5, 3, 1)
