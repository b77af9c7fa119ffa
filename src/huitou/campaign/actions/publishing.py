"""From draft to live, in chunks that survive a crash; pause, resume, end."""

from dataclasses import replace
from uuid import UUID

from huitou.associate.actions import tasks as associate
from huitou.base.db import Tx
from huitou.base.jobs import job
from huitou.benefit.actions import approvals
from huitou.benefit.types.approvals import Approval
from huitou.campaign import reads
from huitou.campaign.actions import advancing, approving, deciding, mailing, timing
from huitou.campaign.store import campaigns as store
from huitou.campaign.store import candidates, passages
from huitou.campaign.types.plans import (
    Campaign,
    CampaignChanged,
    CampaignEnded,
    CampaignPublished,
    DeadlinePast,
    GrownTooMuch,
    NoCandidates,
    NoSuchCampaign,
    NotDraft,
    State,
    Stored,
    WrongState,
)
from huitou.identity import reads as identity
from huitou.merchant import actions as merchant
from huitou.reach.actions import messages as reach
from huitou.reach.actions import stops


def publish(tx: Tx, campaign_id: UUID, *, version: int | None = None) -> Campaign:
    """Begin, at once or when it is to; above a size when another person agrees.

    Refuses NoSuchCampaign, NotDraft, CampaignChanged, DeadlinePast, NoCandidates.
    """
    stored = _locked(tx, campaign_id)
    if stored.state != "draft":
        raise NotDraft()
    if version is not None and stored.version != version:
        raise CampaignChanged()
    audience = audience_of(tx, stored)
    # What somebody agreed to once was another publication.
    most = approving.most_alone(tx, replace(stored, approved_count=None))
    if most is not None and len(audience) > most:
        approving.ask(tx, stored, len(audience))
    else:
        _schedule_or_begin(tx, stored, audience)
    return reads.get_campaign(tx, campaign_id)


def audience_of(tx: Tx, stored: Stored) -> deciding.Audience:
    """Whom it would be about now. Refuses DeadlinePast, NoCandidates, and what the source refuses."""
    if stored.deadline is not None and stored.deadline <= tx.now:
        raise DeadlinePast()
    audience = deciding.audience(tx, reads.plan_of(stored).source)
    if not audience:
        raise NoCandidates()
    return audience


def check_size(tx: Tx, stored: Stored, count: int) -> None:
    """Refuses GrownTooMuch."""
    most = approving.most_alone(tx, stored)
    if most is not None and count > most:
        raise GrownTooMuch(count=count, most=most)


def begin(tx: Tx, stored: Stored, audience: deciding.Audience) -> None:
    """Fix whom it is about and begin to decide, chunk by chunk in the background."""
    plan = reads.plan_of(stored)
    if plan.person is not None:
        store.set_deadline(tx, stored.id, deciding.deadline(tx, plan.person))
    candidates.add_pending(tx, stored.id, deciding.in_order_of_worth(tx, plan, audience))
    if stored.send_time == "habit":
        customer_ids = [customer_id for customer_id, _ in audience]
        store.set_hours(tx, stored.id, timing.base_of(tx, customer_ids))
    store.set_state(tx, stored.id, "publishing")
    tx.defer(publish_chunk, key=str(stored.id), campaign_id=str(stored.id))
    merchant.audit(tx, "campaign.published", f"campaign:{stored.id}", candidates=len(audience))


@job
def publish_chunk(tx: Tx, *, campaign_id: str) -> None:
    """Decide about the next thousand; the last one makes the campaign live. Again is no change."""
    id_ = UUID(campaign_id)
    stored = store.lock_campaign(tx, id_)
    if stored is None or stored.state != "publishing":
        return
    plan = reads.plan_of(stored)
    if plan.is_mailed and not mailing.is_decided(tx, stored):
        mailing.begin(tx, stored)
        return
    pending = candidates.list_pending(tx, id_, deciding.CHUNK)
    if pending:
        if plan.person is not None:
            tx.lock("campaign.tasks")  # what associates have is counted before more is made
        roots = identity.canonical(tx, [customer_id for _, customer_id, _ in pending])
        chunk = [(roots[customer_id], opportunity_id) for _, customer_id, opportunity_id in pending]
        verdicts = deciding.decide(tx, plan, chunk, {}, id_)
        made = {}
        if stored.deadline is not None:
            tasks = deciding.new_tasks(tx, plan, verdicts, id_, stored.deadline)
            made = associate.add_tasks(tx, tasks)
        decided = [(first_id, v) for (first_id, _, _), v in zip(pending, verdicts, strict=True)]
        candidates.set_decided(tx, id_, decided, made)
        advancing.begin(tx, stored, decided)
        tx.show("merchant", {"kind": "campaign", "campaign": campaign_id, "state": "publishing"})
    if len(pending) == deciding.CHUNK:
        tx.defer(publish_chunk, key=campaign_id, campaign_id=campaign_id)
        return
    _go_live(tx, stored)


def take_mailing(tx: Tx, campaign_id: UUID) -> None:
    """Everybody was decided about at once; who is left is decided about in chunks. Again is no change."""
    if mailing.settle(tx, campaign_id):
        tx.defer(publish_chunk, key=str(campaign_id), campaign_id=str(campaign_id))


def resume_publishing(tx: Tx) -> None:
    """Take up whatever was left in the middle."""
    for stored in store.list_in_state(tx, "publishing"):
        tx.defer(publish_chunk, key=str(stored.id), campaign_id=str(stored.id))
    for stored in store.list_in_state(tx, "live"):
        mailing.resume(tx, stored)


def pause(tx: Tx, campaign_id: UUID) -> Campaign:
    """Hold a live campaign back: no task can be sent, nothing falls back. Again is no change."""
    stored = _locked(tx, campaign_id)
    if stored.state != "paused":
        _require(stored, "live")
        associate.set_paused(tx, campaign_id, is_paused=True)
        stops.pause(tx, campaign_id)
        _change(tx, stored, "paused")
    return reads.get_campaign(tx, campaign_id)


def resume(tx: Tx, campaign_id: UUID) -> Campaign:
    """Go on after a pause. Again is no change."""
    stored = _locked(tx, campaign_id)
    if stored.state != "live":
        _require(stored, "paused")
        associate.set_paused(tx, campaign_id, is_paused=False)
        stops.resume(tx, campaign_id)
        _change(tx, stored, "live")
        mailing.resume(tx, stored)
    return reads.get_campaign(tx, campaign_id)


def end(tx: Tx, campaign_id: UUID) -> Campaign:
    """Stop for good: what is not sent yet is cancelled, what is not confirmed yet taken back.

    Again is no change.
    """
    stored = _locked(tx, campaign_id)
    if stored.state != "ended":
        _require(stored, "publishing", "live", "paused")
        associate.cancel_of_campaign(tx, campaign_id)
        mailing.stop(tx, stored)
        advancing.stop(tx, campaign_id)
        stops.resume(tx, campaign_id)
        _change(tx, stored, "ended")
        tx.tell(CampaignEnded(campaign_id))
    return reads.get_campaign(tx, campaign_id)


def move_customers(tx: Tx, customer_ids: list[UUID]) -> None:
    """After merges or splits among these customers: decisions are of who answers now."""
    first = {*candidates.first_customers(tx, customer_ids), *customer_ids}
    candidates.set_customers(tx, identity.canonical(tx, first))


def forget(tx: Tx, customer_ids: list[UUID]) -> None:
    """Nothing more is done about these customers."""
    candidates.set_forgotten(tx, customer_ids)
    passages.stop_customers(tx, customer_ids, "forgotten")


def _schedule_or_begin(tx: Tx, stored: Stored, audience: deciding.Audience) -> None:
    waits = stored.starts_at is not None and stored.starts_at > tx.now
    if waits and not stored.holds_ahead:
        _change(tx, stored, "scheduled")
    else:
        begin(tx, stored, audience)


def _carry_out(tx: Tx, approval: Approval) -> None:
    """Another person agreed. Refuses CampaignChanged when it does not wait for that any more, and
    as `publish`."""
    stored = approving.waiting_for(tx, approval)
    if stored is None:
        raise CampaignChanged()
    agreed = replace(stored, approved_count=int(approval.body["candidates"]))
    audience = audience_of(tx, stored)
    check_size(tx, agreed, len(audience))
    store.set_approved(tx, stored.id, int(approval.body["candidates"]))
    _schedule_or_begin(tx, stored, audience)


def _go_live(tx: Tx, stored: Stored) -> None:
    _change(tx, stored, "live")
    for staff_id, count in candidates.list_workload(tx, stored.id).items():
        reach.notify_staff(
            tx,
            staff_id,
            title=f"新的关怀任务：{stored.name}",
            text=f"您有 {count} 位顾客待关怀，点击查看并一键发送。",
            path="/a",
            key=f"campaign:{stored.id}:{staff_id}",
        )
    tx.tell(CampaignPublished(stored.id))


def _change(tx: Tx, stored: Stored, state: State) -> None:
    store.set_state(tx, stored.id, state)
    merchant.audit(tx, f"campaign.{state}", f"campaign:{stored.id}")
    tx.show("merchant", {"kind": "campaign", "campaign": str(stored.id), "state": state})


def _locked(tx: Tx, campaign_id: UUID) -> Stored:
    stored = store.lock_campaign(tx, campaign_id)
    if stored is None:
        raise NoSuchCampaign()
    return stored


def _require(stored: Stored, *states: str) -> None:
    if stored.state not in states:
        raise WrongState(state=stored.state)


approvals.declare(approving.KIND, _carry_out, approving.let_go, permission="campaign.approve")
