"""What a message of a campaign costs, before any has gone. Reads only."""

from collections.abc import Sequence
from math import ceil
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.campaign.actions import deciding
from huitou.campaign.types.candidates import Verdict
from huitou.campaign.types.plans import Plan
from huitou.content import reads as texts
from huitou.reach.reads import prices
from huitou.reach.types.channels import Link, Outgoing

SAMPLE = 50
"""What so many customers would be told says what a message costs."""
_TOKEN = "0" * 22
"""As long as a link's."""


def fen_per_thousand(
    tx: ReadTx, campaign_id: UUID, plan: Plan, people: Sequence[tuple[UUID, UUID | None]]
) -> int:
    """Of messages by the first step's channel, as the first of these would be told, each with their opportunity; 0 where the
    channel has no price."""
    step = plan.steps[0]
    verdicts = [
        Verdict(customer_id, "treated", opportunity_id=opportunity_id)
        for customer_id, opportunity_id in people[:SAMPLE]
    ]
    skus = deciding.lists_of(tx, plan, verdicts)
    said = deciding.words_of(tx, [(step, one, skus[one.customer_id]) for one in verdicts])
    [url] = texts.urls_of(tx, [_TOKEN])
    link = None if plan.product_mode == "none" else Link("", "", url)
    messages = [
        Outgoing(campaign_id, "", text=words[0], link=link, template=step.template, params=words[1])
        for words in said
        if words is not None
    ]
    return ceil(prices.fen_per_thousand(tx, step.channel, messages) or 0)
