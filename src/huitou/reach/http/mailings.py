"""Mailings over HTTP: how far they are, and who was left out and why."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from huitou.base.http import Reading, Router, needs
from huitou.kernel.page import PAGE_MAX, Page
from huitou.reach.reads import mailings as reads
from huitou.reach.types.mailings import MailingPerson, MailingShown

router = Router(prefix="/v1/reach/mailings", tags=["reach"])


@router.get("", dependencies=[needs("campaign.read")])
def list_mailings(tx: Reading, campaign: UUID) -> list[MailingShown]:
    """The mailings of a campaign, and what was decided in each."""
    return reads.list_mailings(tx, campaign)


@router.get("/{mailing_id}", dependencies=[needs("campaign.read")])
def get_mailing(tx: Reading, mailing_id: UUID) -> MailingShown:
    """How far a mailing is, and what was decided, with the number of people for each reason."""
    return reads.get_mailing(tx, mailing_id)


@router.get("/{mailing_id}/people", dependencies=[needs("campaign.read")])
def list_people(
    tx: Reading,
    mailing_id: UUID,
    outcome: Annotated[str, Query(min_length=1, max_length=40)],
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
) -> Page[MailingPerson]:
    """Who has this outcome, within what the caller may see."""
    return reads.list_mailing_people(tx, mailing_id, outcome, cursor=cursor, limit=limit)
