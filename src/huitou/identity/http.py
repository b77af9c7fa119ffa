"""Reviewing identity over HTTP: possible duplicates, the rule, and quarantines.

Who may edit customers sees the whole base: a merge reaches across units.
"""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.identity import actions, jobs, reads
from huitou.identity.rules.answers import (
    Foreseen,
    PolicyInForce,
    QuarantinedIdentifier,
    Review,
    SuggestionShown,
)
from huitou.identity.types import Grade, Policy, Run
from huitou.kernel.page import PAGE_MAX, Page
from huitou.merchant import actions as merchants

router = Router(prefix="/v1/identity", tags=["identity"], dependencies=[needs("customer.edit")])

Count = Annotated[int, Query(ge=1, le=PAGE_MAX, alias="limit")]


class Rule(Body):
    """The rule by which identifiers join customers; what is left out is the default."""

    shared_after: int = Policy().shared_after
    verified_phone_merges: bool = True
    silence_months: int = 0
    grades: Annotated[dict[str, Grade], Field(max_length=100, default_factory=dict)]

    def policy(self) -> Policy:
        return Policy(**self.model_dump())


class Asked(Body):
    policy: Rule


@router.get("/policy")
def get_policy(tx: Reading) -> PolicyInForce:
    """The rule in force, the one before it, and how far the application of another is."""
    return reads.policy_in_force(tx)


@router.post("/policy/preview", status_code=202)
def preview_policy(tx: Writing, body: Asked) -> Foreseen:
    """Look for what another rule would do to the customers of today, as a job that changes none.
    `GET /v1/identity/policy` has it as `preview`, with ten examples when it is done."""
    foreseen = actions.ask_what_if(tx, body.policy.policy())
    tx.defer(jobs.preview, key=str(foreseen.id), run=str(foreseen.id))
    return foreseen


@router.put("/policy", status_code=202, dependencies=[needs("setting.edit")])
def put_policy(tx: Writing, body: Asked) -> Run:
    """Put a rule in force for the whole log, as a job. The former one put back undoes it."""
    run = actions.ask_for_policy(tx, body.policy.policy())
    tx.defer(jobs.apply, key=str(run.id), run=str(run.id))
    merchants.audit(tx, "identity.policy", f"run:{run.id}", **body.policy.model_dump())
    return run


@router.get("/quarantine")
def list_quarantine(
    tx: Reading, cursor: str | None = None, limit: Count = 50
) -> Page[QuarantinedIdentifier]:
    """Identifiers that speak for nobody, with the reason."""
    return reads.list_quarantined(tx, cursor=cursor, count_max=limit)


@router.post("/quarantine/{identifier_id}/lift", status_code=204)
def lift(tx: Writing, identifier_id: int) -> None:
    """It speaks for its customer again, and no rule puts it back."""
    actions.lift(tx, identifier_id)
    merchants.audit(tx, "quarantine.lifted", f"identifier:{identifier_id}")


@router.post("/quarantine/{identifier_id}/confirm", status_code=204)
def confirm(tx: Writing, identifier_id: int) -> None:
    """A person looked, and it is right."""
    actions.confirm(tx, identifier_id)
    merchants.audit(tx, "quarantine.confirmed", f"identifier:{identifier_id}")


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
