"""Plans are drafted, looked at with everybody, and published."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

import msgspec

from huitou.base.db import Tx
from huitou.benefit.actions import tiers
from huitou.benefit.actions.growth import LOCK
from huitou.benefit.actions.tiers import Outcome
from huitou.benefit.reads import tiers as reads
from huitou.benefit.rules import tier_plans as rules
from huitou.benefit.store import plans
from huitou.benefit.store import tier_runs as store
from huitou.benefit.store import tiers as kept
from huitou.benefit.store.tier_runs import RunRow
from huitou.benefit.types.tier_plans import TierPlan
from huitou.benefit.types.tiers import (
    DraftThere,
    Moved,
    NotADraft,
    PlanVersion,
    Run,
    TierPlanChanged,
)
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchants

_EXAMPLES = 10


def add_plan(tx: Tx, plan: TierPlan) -> PlanVersion:
    """A draft; it may be unfinished, the checks come with publishing. Refuses `DraftThere`."""
    tx.lock(LOCK)
    draft = plans.find_draft(tx, reads.KIND)
    if draft is not None:
        raise DraftThere(version=draft)
    version = plans.add_plan(tx, reads.KIND, plan.model_dump())
    merchants.audit(tx, "tier_plan.added", f"tier_plan:{version}")
    return reads.get_plan(tx, version)


def set_plan(tx: Tx, version: int, plan: TierPlan, revision: int) -> PlanVersion:
    """Another wording of a draft. Refuses `NoTierPlan`, `NotADraft`, `TierPlanChanged`."""
    tx.lock(LOCK)
    _draft(tx, version)
    if not plans.set_plan(tx, reads.KIND, version, plan.model_dump(), revision):
        raise TierPlanChanged()
    merchants.audit(tx, "tier_plan.changed", f"tier_plan:{version}", revision=revision + 1)
    return reads.get_plan(tx, version)


def remove_plan(tx: Tx, version: int) -> None:
    """Throw a draft away. Refuses `NoTierPlan`, `NotADraft`."""
    tx.lock(LOCK)
    _draft(tx, version)
    plans.remove_draft(tx, reads.KIND, version)
    merchants.audit(tx, "tier_plan.removed", f"tier_plan:{version}")


def start_preview(tx: Tx, version: int) -> Run:
    """Ask whom a plan would move. Refuses `NoTierPlan`, `BadTierPlan`."""
    tx.lock(LOCK)
    found = reads.get_plan(tx, version)
    rules.check_plan(found.plan)
    return _start(tx, "preview", found)


def publish(tx: Tx, version: int, revision: int) -> Run:
    """Put a draft in force: from now on for whoever buys, and for everybody by the run returned.

    Refuses `NoTierPlan`, `NotADraft`, `TierPlanChanged`, `BadTierPlan`.
    """
    tx.lock(LOCK)
    found = _draft(tx, version)
    if found.revision != revision:
        raise TierPlanChanged()
    rules.check_plan(found.plan)
    plans.set_published(tx, reads.KIND, version)
    merchants.audit(tx, "tier_plan.published", f"tier_plan:{version}", revision=revision)
    return _start(tx, "apply", found)


def go_on(tx: Tx, run_id: UUID) -> bool:
    """The next block of a run; returns whether there is more.

    A preview of a draft that was changed meanwhile, and the application of a plan that was replaced,
    are superseded.
    """
    tx.lock(LOCK)
    run = store.find_run(tx, run_id)
    if run is None or run.state not in ("queued", "running"):
        return False
    found = plans.find_plan(tx, reads.KIND, run.plan_version)
    is_current = found is not None and found.revision == run.revision
    if found is None or not is_current or (run.kind == "apply" and found.state != "published"):
        store.set_run(tx, replace(run, state="superseded", ended_at=tx.now))
        return False
    plan = reads.shown(found)
    ids = store.list_customers(tx, run.cursor, tiers.AT_ONCE)
    if run.kind == "apply":
        tiers.backfill(tx, ids, plan)
        outcomes = tiers.evaluate(tx, ids, by_plan=True)
    else:
        outcomes = _foreseen(tx, ids, plan)
    after = _counted(run, plan.plan, outcomes)
    is_done = len(ids) < tiers.AT_ONCE
    store.set_run(
        tx,
        replace(
            after,
            state="done" if is_done else "running",
            cursor=ids[-1] if ids else run.cursor,
            done=run.done + len(ids),
            ended_at=tx.now if is_done else None,
        ),
    )
    return not is_done


def _start(tx: Tx, kind: str, plan: PlanVersion) -> Run:
    id_ = new_id()
    total = store.count_customers(tx)
    store.add_run(tx, id_, kind=kind, version=plan.version, revision=plan.revision, total=total)
    return reads.get_run(tx, id_)


def _draft(tx: Tx, version: int) -> PlanVersion:
    found = reads.get_plan(tx, version)
    if found.state != "draft":
        raise NotADraft()
    return found


def _foreseen(tx: Tx, ids: Sequence[UUID], plan: PlanVersion) -> list[Outcome]:
    before = kept.list_memberships(tx, ids)
    found = reads.standings(tx, ids, plan.plan, plan.version)
    return [Outcome(id_, before.get(id_), standing) for id_, standing in sorted(found.items())]


def _counted(run: RunRow, plan: TierPlan, outcomes: Sequence[Outcome]) -> RunRow:
    """Who goes up and who down on the plan's own ladder; whoever had a tier that is not on it, or
    none, stood below."""
    place = {rule.code: index for index, rule in enumerate(plan.tiers)}
    counts, examples = dict(run.counts), list(run.examples)
    up, down = run.up, run.down
    for outcome in outcomes:
        to = outcome.standing.tier
        counts[to] = counts.get(to, 0) + 1
        from_tier = outcome.before.tier if outcome.before else None
        was = place.get(from_tier, 0) if from_tier else 0
        if was == place[to]:
            continue
        up, down = (up + 1, down) if place[to] > was else (up, down + 1)
        if len(examples) < _EXAMPLES:
            evidence = outcome.standing.evidence
            moved = Moved(outcome.customer_id, from_tier, to, evidence.why_zh, evidence.why_en)
            examples.append(msgspec.to_builtins(moved))
    return replace(run, counts=counts, examples=examples, up=up, down=down)
