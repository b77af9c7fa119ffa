"""Giving and taking by hand, and decisions that take two people, over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query
from pydantic import AwareDatetime, Field

from huitou.base.http import Asking, Body, NotPermitted, Reading, Router, Writing, needs
from huitou.benefit.actions import adjustments
from huitou.benefit.actions import approvals as actions
from huitou.benefit.http.payments import FEN_MAX, Id
from huitou.benefit.reads import approvals as reads
from huitou.benefit.types.approvals import (
    Adjusted,
    AdjustedAsset,
    Adjustment,
    Approval,
    ApprovalState,
)
from huitou.kernel.page import PAGE_MAX, Page
from huitou.profile import reads as profile

router = Router(prefix="/v1", tags=["approvals"])

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
Reason = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class Adjust(Body):
    """`amount` in points, fen or growth, given to the customer or taken from them. What is given of
    points or bonus may end at `expires_at`."""

    customer: Id
    asset: AdjustedAsset
    direction: Literal["give", "take"]
    amount: Annotated[int, Field(ge=1, le=FEN_MAX)]
    reason: Reason
    expires_at: Annotated[AwareDatetime, Field(strict=False)] | None = None


class RefuseApproval(Body):
    reason: Reason


@router.post("/adjustments", dependencies=[needs("benefit.grant")])
def make_adjustment(tx: Writing, body: Adjust) -> Adjusted:
    """Give or take by hand: at once up to a limit a day, above it when another person agrees."""
    profile.get_visible_root(tx, body.customer)
    sign = 1 if body.direction == "give" else -1
    return adjustments.adjust(
        tx, body.customer, body.asset, sign * body.amount, body.reason, body.expires_at
    )


@router.get("/adjustments", dependencies=[needs("benefit.read")])
def list_adjustments(
    tx: Reading, customer: UUID | None = None, cursor: str | None = None, limit: Limit = 50
) -> Page[Adjustment]:
    """What was given and taken by hand, latest first."""
    root_id = None if customer is None else profile.get_visible_root(tx, customer)
    return reads.list_adjustments(tx, customer_id=root_id, cursor=cursor, limit=limit)


@router.get("/approvals", dependencies=[needs("benefit.read")])
def list_approvals(
    tx: Reading,
    state: ApprovalState | None = None,
    kind: Annotated[str | None, Query(max_length=64)] = None,
    customer: UUID | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Page[Approval]:
    """What waits for a second person, and what became of it, latest first."""
    root_id = None if customer is None else profile.get_visible_root(tx, customer)
    return reads.list_approvals(
        tx, state=state, kind=kind, customer_id=root_id, cursor=cursor, limit=limit
    )


@router.get("/approvals/{approval_id}", dependencies=[needs("benefit.read")])
def get_approval(tx: Reading, approval_id: UUID) -> Approval:
    """One of them."""
    return reads.get_approval(tx, approval_id)


@router.post("/approvals/{approval_id}/approve", dependencies=[needs("benefit.approve")])
def approve(tx: Writing, asking: Asking, approval_id: UUID) -> Approval:
    """Agree: it happens now. Never by who asked. An offer takes `offer.publish` as well."""
    _check_may(tx, asking, approval_id)
    return actions.approve(tx, approval_id)


@router.post("/approvals/{approval_id}/refuse", dependencies=[needs("benefit.approve")])
def refuse(tx: Writing, asking: Asking, approval_id: UUID, body: RefuseApproval) -> Approval:
    """Do not agree. Never by who asked, who can withdraw it."""
    _check_may(tx, asking, approval_id)
    return actions.refuse(tx, approval_id, body.reason)


@router.post("/approvals/{approval_id}/withdraw", dependencies=[needs("benefit.use")])
def withdraw(tx: Writing, approval_id: UUID) -> Approval:
    """Take back what one asked for oneself."""
    return actions.withdraw(tx, approval_id)


def _check_may(tx: Reading, asking: Asking, approval_id: UUID) -> None:
    permission = actions.permission_for(tx, approval_id)
    if permission not in asking.permissions:
        raise NotPermitted(permission=permission)
