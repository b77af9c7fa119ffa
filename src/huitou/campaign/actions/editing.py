"""Drafts."""

from dataclasses import replace
from uuid import UUID

from huitou.base.db import Tx
from huitou.campaign import reads
from huitou.campaign.rules import chain
from huitou.campaign.store import campaigns as store
from huitou.campaign.types.plans import (
    BadProducts,
    BadSending,
    BadSource,
    Campaign,
    CampaignChanged,
    DeadlinePast,
    NoSuchCampaign,
    NotDraft,
    Plan,
    StartsTooLate,
)
from huitou.catalog import reads as catalog
from huitou.content import reads as texts
from huitou.content.types import Filling, TextChannel
from huitou.kernel.ids import new_id
from huitou.merchant import actions as merchant
from huitou.merchant import reads as merchants
from huitou.segment import reads as segment


def add(tx: Tx, plan: Plan) -> Campaign:
    """Keep a draft. Refuses what `check` refuses."""
    check(tx, plan)
    campaign_id = new_id()
    store.add_campaign(tx, campaign_id, plan)
    merchant.audit(tx, "campaign.added", f"campaign:{campaign_id}")
    return reads.get_campaign(tx, campaign_id)


def edit(tx: Tx, campaign_id: UUID, plan: Plan, *, version: int) -> Campaign:
    """Change a draft. An empty salt keeps the control group. Refuses NoSuchCampaign, NotDraft,
    CampaignChanged, and what `check` refuses."""
    stored = store.lock_campaign(tx, campaign_id)
    if stored is None:
        raise NoSuchCampaign()
    if stored.state != "draft":
        raise NotDraft()
    plan = replace(plan, salt=plan.salt or stored.salt)
    check(tx, plan)
    if not store.set_plan(tx, campaign_id, plan, version):
        raise CampaignChanged()
    merchant.audit(tx, "campaign.edited", f"campaign:{campaign_id}")
    return reads.get_campaign(tx, campaign_id)


def check(tx: Tx, plan: Plan) -> None:
    """Refuses BadSource, BadSteps, BadSending, DeadlinePast, StartsTooLate, BadProducts, texts that content refuses, segments and rules
    that the segment room refuses."""
    source = plan.source
    named = [source.segment_id, source.rule, source.opportunity_kind, source.list_id]
    if sum(each is not None for each in named) != 1:
        raise BadSource()
    if source.category is not None and source.opportunity_kind is None:
        raise BadSource()
    if source.segment_id is not None:
        segment.get_stored(tx, source.segment_id)
    if source.rule is not None:
        segment.read_rule(tx, source.rule)
    if source.list_id is not None:
        reads.get_list(tx, source.list_id)
    chain.check(plan.steps)
    due_at = plan.person.deadline if plan.person else None
    if due_at is not None and due_at <= tx.now:
        raise DeadlinePast()
    if due_at is not None and plan.starts_at is not None and plan.starts_at >= due_at:
        raise StartsTooLate()
    _check_sending(plan)
    longest = _longest(tx)
    for step in plan.steps:
        limit: TextChannel = "sms" if step.channel == "sms" else "wecom"
        for text in (step.text, *step.params.values()):
            texts.fill(text, longest, limit)
    _check_products(tx, plan)


def _check_sending(plan: Plan) -> None:
    if (plan.budget_fen is not None or plan.per_hour is not None) and not plan.is_mailed:
        raise BadSending(
            zh="只有一步且自动发送的活动才能设预算或每小时条数",
            en="a budget or an hourly pace is for campaigns of one step that goes by itself",
        )
    if plan.holds_ahead and (plan.person is not None or plan.starts_at is None):
        raise BadSending(
            zh="提前占位用于自动发送、且有开始时间的活动",
            en="places are held ahead for what goes by itself and begins at a moment of its own",
        )


def _longest(tx: Tx) -> Filling:
    """The longest words that can stand in a text besides products, which give way themselves."""

    def size(name: str) -> int:
        return len(name.encode())

    return Filling(
        name="欧阳女士",
        store=max((unit.name for unit in merchants.list_units(tx)), key=size, default=""),
        associate=max((staff.name for staff in merchants.list_staff(tx)), key=size, default=""),
    )


def _check_products(tx: Tx, plan: Plan) -> None:
    if plan.product_mode == "fixed" and not plan.skus:
        raise BadProducts(reason="empty")
    if len(set(plan.skus)) != len(plan.skus):
        raise BadProducts(reason="repeated")
    known = catalog.products_by_sku(tx, plan.skus)
    for sku in plan.skus:
        if sku not in known:
            raise BadProducts(reason=sku)
