"""Grants over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.benefit.actions import grants as actions
from huitou.benefit.jobs import grants as jobs
from huitou.benefit.reads import grants as reads
from huitou.benefit.types.grants import Given, GrantDocument, GrantShown
from huitou.kernel.page import PAGE_MAX, Page

router = Router(prefix="/v1/grants", tags=["grants"])

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


class NewGrant(Body):
    """`segment` is the id of a segment: its members when the grant comes to them get the gift."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    segment: Annotated[UUID, Field(strict=False)]
    document: GrantDocument


@router.get("", dependencies=[needs("benefit.read")])
def list_grants(tx: Reading, cursor: str | None = None, limit: Limit = 50) -> Page[GrantShown]:
    """Grants with what they mean and how far they are, latest first."""
    return reads.list_grants(tx, cursor=cursor, limit=limit)


@router.post("", status_code=201, dependencies=[needs("benefit.grant")])
def draft_grant(tx: Writing, body: NewGrant) -> GrantShown:
    """Keep a grant that is not started; the answer says what it gives at most."""
    return actions.draft(tx, body.name, body.segment, body.document)


@router.get("/{grant_id}", dependencies=[needs("benefit.read")])
def get_grant(tx: Reading, grant_id: UUID) -> GrantShown:
    """One grant and how far it is."""
    return reads.get_grant(tx, grant_id)


@router.get("/{grant_id}/given", dependencies=[needs("benefit.read")])
def list_given(
    tx: Reading, grant_id: UUID, cursor: str | None = None, limit: Limit = 50
) -> Page[Given]:
    """Who got what, and what was taken back."""
    return reads.list_given(tx, grant_id, cursor=cursor, limit=limit)


@router.post("/{grant_id}/start", dependencies=[needs("benefit.grant")])
def start_grant(tx: Writing, grant_id: UUID) -> GrantShown:
    """Begin, or go on after a pause; above the limit by another than who drafted it."""
    started = actions.start(tx, grant_id)
    tx.defer(jobs.grant_block, grant=str(grant_id))
    return started


@router.post("/{grant_id}/pause", dependencies=[needs("benefit.grant")])
def pause_grant(tx: Writing, grant_id: UUID) -> GrantShown:
    """Stop after the block at work."""
    return actions.pause(tx, grant_id)


@router.post("/{grant_id}/undo", dependencies=[needs("benefit.grant")])
def undo_grant(tx: Writing, grant_id: UUID) -> GrantShown:
    """Take back what is not used yet; nobody owes for what they used."""
    undone = actions.undo(tx, grant_id)
    tx.defer(jobs.grant_block, grant=str(grant_id))
    return undone
