"""What publishing would do now: the same decisions, nothing kept."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.campaign import reads
from huitou.campaign.actions import deciding
from huitou.campaign.rules import waterfall
from huitou.campaign.types.candidates import Verdict
from huitou.campaign.types.plans import Plan
from huitou.campaign.types.showing import (
    AssociateLoad,
    Preview,
    SampleTask,
    StepForeseen,
    StoreLoad,
)
from huitou.merchant import reads as merchant
from huitou.profile import reads as profile

SAMPLE_COUNT = 3


def preview(
    tx: ReadTx, plan: Plan, campaign_id: UUID | None = None, at_most: int | None = None
) -> Preview:
    """What publishing would do now: the same decisions, nothing kept.

    With `at_most`, of a larger audience only so many are decided about: taken evenly, as an
    audience may have its best first. Refuses BadSource, and what the segment room refuses of a rule.
    """
    everybody = deciding.in_order_of_worth(tx, plan, deciding.audience(tx, plan.source))
    each = max(1, -(-len(everybody) // at_most)) if at_most else 1
    audience = everybody[::each]
    loads: deciding.Loads = {}
    verdicts: list[Verdict] = []
    for first in range(0, len(audience), deciding.CHUNK):
        chunk = audience[first : first + deciding.CHUNK]
        verdicts += deciding.decide(tx, plan, chunk, loads, campaign_id, each)
    treated = [v for v in verdicts if v.arm == "treated"]
    tasks = [v for v in treated if v.staff_id is not None]
    by_fallback = [v for v in treated if v.staff_id is None and plan.person]
    return Preview(
        audience=len(everybody),
        candidates=len(verdicts),
        treated=len(treated),
        held_out=sum(v.arm == "holdout" for v in verdicts),
        holdout_bp=plan.holdout_bp,
        excluded=reads.reason_counts(Counter(v.reason for v in verdicts if v.arm == "excluded")),
        associates=len({v.staff_id for v in tasks}),
        covered=sum(v.is_covered for v in tasks),
        without_associate=len(by_fallback),
        fallback_only=reads.reason_counts(Counter(v.reason for v in by_fallback)),
        per_store=_workload(tx, tasks),
        sample=_sample(tx, plan, tasks[:SAMPLE_COUNT], campaign_id),
        salt=plan.salt,
        waterfall=reads.bars_of(waterfall.tally(verdicts, [step.channel for step in plan.steps])),
        steps=_foreseen(tx, plan, treated),
    )


def _foreseen(tx: ReadTx, plan: Plan, treated: Sequence[Verdict]) -> list[StepForeseen]:
    """What each step would do as things are now."""
    shown = []
    for no, step in enumerate(plan.steps):
        reached = [v for v in treated if v.codes[no] is None]
        first = [v for v in reached if all(code is not None for code in v.codes[:no])]
        told = [replace(v, staff_id=v.staff_id or v.owner_id) for v in (first or reached)[:1]]
        skus = deciding.lists_of(tx, plan, told)
        words = deciding.words_of(tx, [(step, v, skus[v.customer_id]) for v in told])
        shown.append(
            StepForeseen(
                step=no,
                channel=step.channel,
                first=len(first),
                reachable=len(reached),
                blocked=reads.reason_counts(
                    Counter(v.codes[no] for v in treated if v.codes[no] is not None)
                ),
                text=next((said[0] for said in words if said is not None), None),
            )
        )
    return shown


def _workload(tx: ReadTx, tasks: Sequence[Verdict]) -> list[StoreLoad]:
    """Tasks per store and associate, the busiest first."""
    units = merchant.units_by_id(tx)
    staff = {each.id: each.name for each in merchant.list_staff(tx)}
    per_unit: dict[UUID, Counter[UUID]] = {}
    for v in tasks:
        assert v.staff_id is not None and v.unit_id is not None
        per_unit.setdefault(v.unit_id, Counter())[v.staff_id] += 1
    loads = [
        StoreLoad(
            unit_id=unit_id,
            code=units[unit_id].code,
            name=units[unit_id].name,
            tasks=counted.total(),
            associates=[
                AssociateLoad(staff_id, staff.get(staff_id, ""), count)
                for staff_id, count in counted.most_common()
            ],
        )
        for unit_id, counted in per_unit.items()
    ]
    return sorted(loads, key=lambda load: (-load.tasks, load.code))


def _sample(
    tx: ReadTx, plan: Plan, verdicts: Sequence[Verdict], campaign_id: UUID | None
) -> list[SampleTask]:
    if plan.person is None:
        return []
    due_at = deciding.deadline(tx, plan.person)
    tasks = deciding.new_tasks(tx, plan, verdicts, campaign_id, due_at)
    named = profile.names(tx, [task.customer_id for task in tasks])
    staff = {each.id: each.name for each in merchant.list_staff(tx)}
    units = merchant.units_by_id(tx)
    return [
        SampleTask(
            customer_id=task.customer_id,
            name=named.get(task.customer_id),
            associate=staff.get(task.staff_id, ""),
            store=units[task.unit_id].name,
            reason_zh=task.reason["zh"],
            reason_en=task.reason["en"],
            copy=task.copy,
            skus=list(task.skus),
        )
        for task in tasks
    ]
