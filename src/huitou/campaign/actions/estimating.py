"""What publishing a draft would do, counted in the background as publishing decides: everybody at once, or chunk by chunk.

A preview decides about everybody within a request; an estimate is for audiences where that takes too long.
"""

from uuid import UUID

from pyroaring import BitMap

from huitou.base.db import Tx
from huitou.base.jobs import job
from huitou.campaign import reads
from huitou.campaign.actions import costing, deciding, mailing
from huitou.campaign.rules import waterfall
from huitou.campaign.store import campaigns as campaigns
from huitou.campaign.store import estimates as store
from huitou.campaign.types.estimates import Estimate, KeptEstimate, NoEstimate
from huitou.campaign.types.plans import NoSuchCampaign, NotDraft, Plan
from huitou.kernel.ids import new_id

AT_ONCE = 5
"""Chunks a transaction: some seconds of work, then the count is seen."""


def begin(tx: Tx, campaign_id: UUID) -> Estimate:
    """Count anew; while that of the same version is under way, it stays, one of an older version ends.

    Refuses NoSuchCampaign, NotDraft, and what the source refuses.
    """
    stored = campaigns.lock_campaign(tx, campaign_id)
    if stored is None:
        raise NoSuchCampaign()
    if stored.state != "draft":
        raise NotDraft()
    going = store.find_latest(tx, campaign_id)
    if going is not None and going.state == "running":
        if going.version == stored.version:
            return reads.get_estimate(tx, campaign_id)
        _end(tx, going.id, "cancelled")
    plan, estimate_id = reads.plan_of(stored), new_id()
    audience = deciding.in_order_of_worth(tx, plan, deciding.audience(tx, plan.source))
    store.add_estimate(tx, estimate_id, campaign_id, stored.version, audience)
    _go_on(tx, estimate_id, plan)
    return reads.get_estimate(tx, campaign_id)


def cancel(tx: Tx, campaign_id: UUID) -> Estimate:
    """Count no further; what is counted stays. Again is no change. Refuses NoSuchCampaign, NoEstimate."""
    found = store.find_latest(tx, reads.get_stored(tx, campaign_id).id)
    if found is None:
        raise NoEstimate()
    _end(tx, found.id, "cancelled")
    return reads.get_estimate(tx, campaign_id)


@job
def estimate_at_once(tx: Tx, *, estimate_id: str) -> None:
    """Decide about everybody. Again is no change."""
    tx.hold_moment()
    found = _under_way(tx, UUID(estimate_id))
    if found is None:
        return
    kept, plan = found
    some = store.list_next(tx, kept.id, 0, costing.SAMPLE)
    whom = BitMap(store.list_fit(tx, kept.id))
    counted = mailing.rehearse(tx, kept.campaign_id, plan, some, whom)
    counted.update({("lost", why): n for why, n in store.count_unfit(tx, kept.id).items()})
    store.set_counted(tx, kept.id, kept.candidates, waterfall.written(counted), {})
    store.set_ended(tx, kept.id, "done")
    _show(tx, kept, kept.candidates)


@job
def estimate_chunk(tx: Tx, *, estimate_id: str) -> None:
    """Decide about the next few thousand. Again is no change: the place is kept with the count."""
    id_ = UUID(estimate_id)
    found = _under_way(tx, id_)
    if found is None:
        return
    kept, plan = found
    loads = {UUID(staff): count for staff, count in kept.loads.items()}
    counted, decided = waterfall.read(kept.tally), kept.decided
    for _ in range(AT_ONCE):
        chunk = store.list_next(tx, id_, decided, deciding.CHUNK)
        if not chunk:
            break
        verdicts = deciding.decide(tx, plan, chunk, loads, kept.campaign_id)
        counted += waterfall.tally(verdicts, [step.channel for step in plan.steps])
        decided += len(chunk)
    kept_loads = {str(staff): count for staff, count in loads.items()}
    store.set_counted(tx, id_, decided, waterfall.written(counted), kept_loads)
    if decided < kept.candidates:
        tx.defer(estimate_chunk, key=estimate_id, estimate_id=estimate_id)
    else:
        store.set_ended(tx, id_, "done")
    _show(tx, kept, decided)


def resume(tx: Tx) -> None:
    """Take up whatever was left in the middle."""
    for kept in store.list_running(tx):
        _go_on(tx, kept.id, reads.plan_of(reads.get_stored(tx, kept.campaign_id)))


def _go_on(tx: Tx, estimate_id: UUID, plan: Plan) -> None:
    step = estimate_at_once if plan.is_mailed else estimate_chunk
    tx.defer(step, key=str(estimate_id), estimate_id=str(estimate_id))


def _under_way(tx: Tx, estimate_id: UUID) -> tuple[KeptEstimate, Plan] | None:
    """An estimate, held until the commit, and what it is about; one about an older version ends."""
    kept = store.lock_estimate(tx, estimate_id)
    if kept is None or kept.state != "running":
        return None
    stored = reads.get_stored(tx, kept.campaign_id)
    if stored.version != kept.version:
        _end(tx, estimate_id, "cancelled")
        return None
    return kept, reads.plan_of(stored)


def _show(tx: Tx, kept: KeptEstimate, decided: int) -> None:
    note = {"kind": "campaign_estimate", "campaign": str(kept.campaign_id), "decided": decided}
    tx.show("merchant", note)


def _end(tx: Tx, estimate_id: UUID, state: str) -> None:
    kept = store.lock_estimate(tx, estimate_id)
    if kept is not None and kept.state == "running":
        store.set_ended(tx, estimate_id, state)
