"""Campaigns above a size are published by two people: one asks, another says yes or no."""

from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.benefit.actions import approvals
from huitou.benefit.types.approvals import Approval
from huitou.campaign import reads
from huitou.campaign.store import campaigns as store
from huitou.campaign.types.plans import Campaign, NoSuchCampaign, Stored, WrongState
from huitou.kernel.money import BASIS_POINTS
from huitou.merchant import actions as merchant
from huitou.merchant import reads as merchants

KIND = "campaign"
GROWTH_BP = 1_000
"""By so much an audience may have grown between the yes and the start."""


def most_alone(tx: ReadTx, stored: Stored) -> int | None:
    """How many candidates the campaign may have now without asking (again); None for any number."""
    limit = int(merchants.setting(tx, "campaign.approval_size"))
    if limit == 0:
        return None
    approved = stored.approved_count or 0
    return max(limit, approved + approved * GROWTH_BP // BASIS_POINTS)


def ask(tx: Tx, stored: Stored, count: int) -> None:
    """It waits for another person."""
    body = {
        "campaign": str(stored.id),
        "name": stored.name,
        "candidates": count,
        "starts_at": stored.starts_at.isoformat() if stored.starts_at else None,
    }
    store.set_waiting(tx, stored.id, approvals.ask(tx, KIND, body).id)
    merchant.audit(tx, "campaign.waiting", f"campaign:{stored.id}", candidates=count)
    tx.show("merchant", {"kind": "campaign", "campaign": str(stored.id), "state": "waiting"})


def approve(tx: Tx, campaign_id: UUID) -> Campaign:
    """Another person agrees: it begins, now or when it is to. Asked again by the same person, the
    same answer. Refuses NoSuchCampaign, WrongState, `approval.same_person`, `approval.decided`, and
    what publishing refuses."""
    approvals.approve(tx, _asked(tx, campaign_id))
    return reads.get_campaign(tx, campaign_id)


def refuse(tx: Tx, campaign_id: UUID, reason: str) -> Campaign:
    """Another person does not: it is a draft again, and says why. Refuses as `approve`."""
    approvals.refuse(tx, _asked(tx, campaign_id), reason)
    return reads.get_campaign(tx, campaign_id)


def take_back(tx: Tx, campaign_id: UUID) -> Campaign:
    """What waits or is to begin later is a draft again; of a draft no change. Refuses NoSuchCampaign,
    WrongState."""
    stored = _locked(tx, campaign_id)
    if stored.state == "waiting":
        assert stored.approval_id is not None
        approvals.drop(tx, stored.approval_id)  # and `let_go` makes it a draft
    elif stored.state == "scheduled":
        store.set_state(tx, campaign_id, "draft")
    elif stored.state != "draft":
        raise WrongState(state=stored.state)
    if stored.state != "draft":
        merchant.audit(tx, "campaign.taken_back", f"campaign:{campaign_id}")
        tx.show("merchant", {"kind": "campaign", "campaign": str(campaign_id), "state": "draft"})
    return reads.get_campaign(tx, campaign_id)


def waiting_for(tx: Tx, approval: Approval) -> Stored | None:
    """The campaign that waits for just this word, held; None when none does any more."""
    stored = store.lock_campaign(tx, UUID(approval.body["campaign"]))
    is_it = stored and stored.state == "waiting" and stored.approval_id == approval.id
    return stored if is_it else None


def let_go(tx: Tx, approval: Approval) -> None:
    """It was refused, taken back or lapsed."""
    stored = waiting_for(tx, approval)
    if stored is not None:
        store.set_state(tx, stored.id, "draft")
        tx.show("merchant", {"kind": "campaign", "campaign": str(stored.id), "state": "draft"})


def _asked(tx: Tx, campaign_id: UUID) -> UUID:
    stored = reads.get_stored(tx, campaign_id)
    if stored.approval_id is None:
        raise WrongState(state=stored.state)
    return stored.approval_id


def _locked(tx: Tx, campaign_id: UUID) -> Stored:
    """What it waits for is held first, as those who decide hold it before they come to the campaign."""
    known = reads.get_stored(tx, campaign_id)
    if known.state == "waiting" and known.approval_id is not None:
        approvals.hold(tx, known.approval_id)
    stored = store.lock_campaign(tx, campaign_id)
    if stored is None:
        raise NoSuchCampaign()
    if stored.state == "waiting" and stored.approval_id != known.approval_id:
        raise WrongState(state=stored.state)
    return stored
