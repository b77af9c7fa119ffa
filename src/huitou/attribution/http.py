"""Credits and lift over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from huitou.attribution import reads
from huitou.attribution.types import Attribution, ChannelResult, Lift, Verdict
from huitou.base.http import Moment, Reading, Router, needs
from huitou.kernel.page import PAGE_MAX, Page

router = Router(prefix="/v1", tags=["attribution"])

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


@router.get("/attributions", dependencies=[needs("result.read")])
def list_attributions(
    tx: Reading,
    customer: UUID | None = None,
    associate: UUID | None = None,
    unit: str | None = None,
    campaign: UUID | None = None,
    since: Moment | None = None,
    until: Moment | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Page[Attribution]:
    """Credited orders with their evidence, latest first; `unit` is a code and its subtree."""
    return reads.list_credits(
        tx,
        customer_id=customer,
        staff_id=associate,
        unit=unit,
        campaign_id=campaign,
        since=since,
        until=until,
        cursor=cursor,
        limit=limit,
    )


@router.get("/orders/{order_id}/attribution", dependencies=[needs("result.read")])
def get_verdict(tx: Reading, order_id: UUID) -> Verdict:
    """Whose order it is, or why nobody's."""
    return reads.verdict(tx, order_id)


@router.get("/campaigns/{campaign_id}/lift", dependencies=[needs("result.read")])
def get_lift(tx: Reading, campaign_id: UUID) -> Lift:
    """What the campaign really added, with an interval that may be looked at every day."""
    return reads.lift(tx, campaign_id)


@router.get("/campaigns/{campaign_id}/channels", dependencies=[needs("result.read")])
def list_channels(tx: Reading, campaign_id: UUID) -> list[ChannelResult]:
    """What came of the campaign's messages, channel by channel, and what they cost."""
    return reads.channels(tx, campaign_id)
