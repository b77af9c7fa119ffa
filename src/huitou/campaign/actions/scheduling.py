"""Campaigns that begin at a moment of their own."""

from uuid import UUID

from huitou.base.db import Tx
from huitou.base.jobs import job
from huitou.campaign.actions import publishing
from huitou.campaign.store import campaigns as store
from huitou.kernel.errors import Refusal
from huitou.merchant import actions as merchant
from huitou.segment.types.refusals import BeingFilled


def start_due(tx: Tx) -> None:
    """Begin whatever is due."""
    for campaign_id in store.list_starting(tx):
        tx.defer(start, key=str(campaign_id), campaign_id=str(campaign_id))


@job
def start(tx: Tx, *, campaign_id: str) -> None:
    """Fix whom it is about, as of now, and begin. What cannot begin is a draft again and says why; one whose segment is
    being filled waits.

    Again is no change: only a scheduled campaign begins, and it is held.
    """
    id_ = UUID(campaign_id)
    stored = store.lock_campaign(tx, id_)
    if stored is None or stored.state != "scheduled" or not stored.starts_at:
        return
    if stored.starts_at > tx.now:
        return
    try:
        audience = publishing.audience_of(tx, stored)
        publishing.check_size(tx, stored, len(audience))
    except BeingFilled:
        return  # it is due until its members are found
    except Refusal as refusal:
        said = {"code": refusal.code, "zh": refusal.detail("zh"), "en": refusal.detail("en")}
        store.set_not_started(tx, id_, said)
        merchant.audit(tx, "campaign.not_started", f"campaign:{id_}", code=refusal.code)
        tx.show("merchant", {"kind": "campaign", "campaign": campaign_id, "state": "draft"})
        return
    publishing.begin(tx, stored, audience)
