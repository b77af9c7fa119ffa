"""After the deadline: urge once, then let another channel take over."""

from datetime import timedelta
from uuid import UUID

from huitou.associate.actions import managing
from huitou.associate.actions import tasks as associate
from huitou.base.db import Tx
from huitou.base.jobs import job
from huitou.campaign import reads
from huitou.campaign.actions import deciding
from huitou.campaign.store import campaigns as store
from huitou.campaign.store import candidates
from huitou.campaign.types.candidates import Target, Verdict
from huitou.campaign.types.plans import CampaignEnded, Fallback, Plan, Stored
from huitou.content import actions as content
from huitou.content import reads as contents
from huitou.content.types import Item, NewList
from huitou.merchant import actions as merchant
from huitou.reach.actions import messages as reach
from huitou.reach.types.gate import Candidate

FOLLOW = timedelta(days=2)
"""So long after closing, a message that failed late is still taken over by the fallback."""


def keep(tx: Tx) -> None:
    """Look at every live campaign past its deadline: urge, fall back, end. Again is no change."""
    for due in store.list_due(tx):
        stored = store.lock_campaign(tx, due.id)
        if stored is None or stored.state != "live":
            continue
        if stored.urged_at is None:
            managing.urge_staff(tx, candidates.list_workload(tx, stored.id))
            store.set_urged(tx, stored.id)
        closes_at = deciding.closes_at(tx, stored.deadline, reads.plan_of(stored).fallback)
        if tx.now >= closes_at + FOLLOW:
            _end(tx, stored)
        elif tx.now >= closes_at:
            tx.defer(fall_back_chunk, key=str(stored.id), campaign_id=str(stored.id))


@job
def fall_back_chunk(tx: Tx, *, campaign_id: str) -> None:
    """Take over the next thousand treated customers whom nobody reached.

    The contact gate decides about each: who has had the campaign's message, or one that may still
    arrive, gets no other. What an associate tapped but never confirmed is taken back from the
    channel; once that is certain, a later look takes those over too. Without a fallback, tasks
    expire. Again is no change.
    """
    id_ = UUID(campaign_id)
    stored = store.lock_campaign(tx, id_)
    if stored is None or stored.state != "live":
        return
    plan = reads.plan_of(stored)
    if tx.now < deciding.closes_at(tx, stored.deadline, plan.fallback):
        return
    if plan.fallback is not None:
        reach.cancel(tx, candidates.list_unconfirmed(tx, id_))
        targets = candidates.list_targets(tx, id_, deciding.CHUNK)
        if targets:
            _take_over(tx, id_, plan, plan.fallback, targets)
        if len(targets) == deciding.CHUNK:
            tx.defer(fall_back_chunk, key=campaign_id, campaign_id=campaign_id)
            return
    associate.expire_of_campaign(tx, id_)
    store.set_fell_back(tx, id_)


def _take_over(
    tx: Tx, campaign_id: UUID, plan: Plan, fallback: Fallback, targets: list[Target]
) -> None:
    verdicts = [
        Verdict(
            target.customer_id,
            "treated",
            staff_id=target.staff_id,
            unit_id=target.unit_id,
            opportunity_id=target.opportunity_id,
        )
        for target in targets
    ]
    # Whoever had a task gets its list, as the associate left it.
    own = deciding.lists_of(tx, plan, verdicts)
    skus = {t.customer_id: t.skus if t.task_id else own[t.customer_id] for t in targets}
    texts = deciding.sms_texts(tx, fallback, [(v, skus[v.customer_id]) for v in verdicts])
    listed = [customer_id for customer_id, chosen in skus.items() if chosen]
    lists = content.add_lists(
        tx,
        [
            NewList(
                contents.list_title(len(skus[customer_id])),
                [Item(sku) for sku in skus[customer_id]],
            )
            for customer_id in listed
        ],
    )
    list_of = dict(zip(listed, lists, strict=True))
    decisions = reach.plan(
        tx,
        [
            Candidate(
                customer_id=target.customer_id,
                channel=fallback.channel,
                content_key=deciding.content_key(campaign_id),
                text=text,
                staff_id=target.staff_id,
                unit_id=target.unit_id,
                campaign_id=campaign_id,
                opportunity_id=target.opportunity_id,
                task_id=target.task_id,
                product_list_id=list_of.get(target.customer_id),
                template=fallback.template,
            )
            for target, text in zip(targets, texts, strict=True)
        ],
    )
    outcomes = list(zip(targets, decisions, strict=True))
    candidates.set_fallback(
        tx,
        campaign_id,
        [(target.first_customer_id, d.message_id, d.code) for target, d in outcomes],
    )
    associate.fall_back(
        tx, [target.task_id for target, d in outcomes if target.task_id and d.message_id]
    )


def _end(tx: Tx, stored: Stored) -> None:
    associate.expire_of_campaign(tx, stored.id)
    store.set_state(tx, stored.id, "ended")
    merchant.audit(tx, "campaign.ended", f"campaign:{stored.id}")
    tx.show("merchant", {"kind": "campaign", "campaign": str(stored.id), "state": "ended"})
    tx.tell(CampaignEnded(stored.id))
