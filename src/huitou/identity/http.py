"""Reviewing identity over HTTP: possible duplicates.

Who may edit customers sees the whole base: a merge reaches across units.
"""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query

from huitou.base.http import Reading, Router, Writing, needs
from huitou.identity import actions, jobs, reads
from huitou.identity.types import Review, Run, SuggestionShown
from huitou.kernel.page import PAGE_MAX, Page
from huitou.merchant import actions as merchants

router = Router(prefix="/v1/identity", tags=["identity"], dependencies=[needs("customer.edit")])

Count = Annotated[int, Query(ge=1, le=PAGE_MAX, alias="limit")]


@router.get("/suggestions")
def list_suggestions(
    tx: Reading,
    state: Literal["open", "accepted", "rejected"] = "open",
    cursor: str | None = None,
    limit: Count = 50,
) -> Page[SuggestionShown]:
    """Possible duplicates, those with the most evidence first. The customers themselves, masked:
    `GET /v1/customers?ids=`."""
    return reads.list_suggestions(tx, state=state, cursor=cursor, count_max=limit)


@router.get("/review")
def get_review(tx: Reading) -> Review:
    """The latest comparison, and the precision that decisions have shown, by probability."""
    return reads.review_state(tx)


@router.post("/suggestions/refresh", status_code=202)
def refresh(tx: Writing) -> Run:
    """Compare the whole base, as a job; `GET /v1/identity/review` tells how far it is."""
    run = actions.start_comparing(tx)
    tx.defer(jobs.compare, key=str(run.id), run=str(run.id))
    return run


@router.post("/suggestions/{suggestion_id}/accept")
def accept(tx: Writing, suggestion_id: UUID) -> SuggestionShown:
    """They are one person: the two are merged."""
    return _decided(tx, "accepted", reads.shown(actions.accept(tx, suggestion_id)))


@router.post("/suggestions/{suggestion_id}/reject")
def reject(tx: Writing, suggestion_id: UUID) -> SuggestionShown:
    """They are two people, for ever."""
    return _decided(tx, "rejected", reads.shown(actions.reject(tx, suggestion_id)))


@router.post("/suggestions/{suggestion_id}/undo")
def undo(tx: Writing, suggestion_id: UUID) -> SuggestionShown:
    """Take the decision back."""
    return _decided(tx, "undone", reads.shown(actions.undo_decision(tx, suggestion_id)))


def _decided(tx: Writing, verb: str, shown: SuggestionShown) -> SuggestionShown:
    merchants.audit(tx, f"duplicate.{verb}", f"customer:{shown.one_id}", other=str(shown.other_id))
    return shown
