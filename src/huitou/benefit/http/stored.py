"""Stored value over HTTP: plans, paying in, giving back, and the books."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.benefit.actions import stored as actions
from huitou.benefit.actions import stored_plans, withdrawals
from huitou.benefit.http.payments import Id, Unit
from huitou.benefit.reads import stored as reads
from huitou.benefit.types.approvals import Approval
from huitou.benefit.types.stored import (
    Balance,
    Fen,
    Prepaid,
    Recharge,
    Recharged,
    Refundable,
    StoredPlan,
    StoredPlanPreview,
    StoredPlanVersion,
)
from huitou.kernel.page import PAGE_MAX, Page
from huitou.profile import reads as profile

router = Router(prefix="/v1", tags=["stored value"])

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]
PaymentNo = Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
Reason = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]


class StoredPlanBody(Body):
    plan: StoredPlan


class StoredPlanChange(Body):
    """`revision` is the one the change was made on."""

    plan: StoredPlan
    revision: Version


class StoredPublishing(Body):
    revision: Version


class MakeRecharge(Body):
    """`payment_no` is the receipt's or the online payment's number; it is booked once."""

    customer: Id
    unit: Unit
    paid_fen: Fen
    payment_no: PaymentNo


class UndoRecharge(Body):
    reason: Reason


class AskWithdrawal(Body):
    customer: Id
    unit: Unit
    reason: Reason


@router.get("/stored-plans", dependencies=[needs("benefit.read")])
def list_stored_plans(
    tx: Reading, cursor: str | None = None, limit: Limit = 50
) -> Page[StoredPlanVersion]:
    """All versions of the plan, latest first, each with its sentence and the rules it breaks."""
    return reads.list_plans(tx, cursor=cursor, limit=limit)


@router.post("/stored-plans", status_code=201, dependencies=[needs("benefit.edit")])
def add_stored_plan(tx: Writing, body: StoredPlanBody) -> StoredPlanVersion:
    """A new draft; there is one at a time."""
    return stored_plans.add_plan(tx, body.plan)


@router.post("/stored-plans/preview", dependencies=[needs("benefit.edit")])
def preview_stored_plan(tx: Reading, body: StoredPlanBody) -> StoredPlanPreview:
    """The plan as a sentence, the rules it breaks, and what is probably not meant."""
    return reads.preview(tx, body.plan)


@router.post("/stored-plans/retire", status_code=204, dependencies=[needs("benefit.edit")])
def retire_stored_plan(tx: Writing) -> None:
    """No money is paid in any more; what customers have is spent and paid back as before."""
    stored_plans.retire(tx)


@router.get("/stored-plans/offered", dependencies=[needs("benefit.use")])
def get_offered_plan(tx: Reading) -> StoredPlanVersion:
    """The plan by which money can be paid in now."""
    return reads.offered(tx)


@router.get("/stored-plans/{version}", dependencies=[needs("benefit.read")])
def get_stored_plan(tx: Reading, version: Version) -> StoredPlanVersion:
    """A version of the plan."""
    return reads.get_plan(tx, version)


@router.put("/stored-plans/{version}", dependencies=[needs("benefit.edit")])
def set_stored_plan(tx: Writing, version: Version, body: StoredPlanChange) -> StoredPlanVersion:
    """Another wording of a draft."""
    return stored_plans.set_plan(tx, version, body.plan, body.revision)


@router.delete("/stored-plans/{version}", status_code=204, dependencies=[needs("benefit.edit")])
def remove_stored_plan(tx: Writing, version: Version) -> None:
    """Throw a draft away."""
    stored_plans.remove_plan(tx, version)


@router.post("/stored-plans/{version}/publish", dependencies=[needs("benefit.edit")])
def publish_stored_plan(tx: Writing, version: Version, body: StoredPublishing) -> StoredPlanVersion:
    """Put a draft in force; one that breaks the law on prepaid cards is refused, and the rule named."""
    return stored_plans.publish(tx, version, body.revision)


@router.get("/customers/{customer_id}/balance", dependencies=[needs("benefit.use")])
def get_balance(tx: Reading, customer_id: UUID) -> Balance:
    """Points, stored value and growth of a customer."""
    return reads.balance_of(tx, profile.get_visible_root(tx, customer_id))


@router.post("/recharges", dependencies=[needs("benefit.use")])
def make_recharge(tx: Writing, body: MakeRecharge) -> Recharged:
    """Book money that was paid in at a counter or online; the balance is there at once."""
    profile.get_visible_root(tx, body.customer)
    return actions.recharge(tx, body.customer, body.unit, body.paid_fen, body.payment_no)


@router.get("/recharges", dependencies=[needs("benefit.use")])
def list_recharges(
    tx: Reading, customer: UUID | None = None, cursor: str | None = None, limit: Limit = 50
) -> Page[Recharge]:
    """Recharges, latest first: of a customer, or at one's units."""
    root_id = None if customer is None else profile.get_visible_root(tx, customer)
    return reads.list_recharges(tx, customer_id=root_id, cursor=cursor, limit=limit)


@router.post("/recharges/{recharge_id}/undo", dependencies=[needs("benefit.use")])
def undo_recharge(tx: Writing, recharge_id: UUID, body: UndoRecharge) -> Recharge:
    """Take back a recharge of which nothing was used; the money is given back outside."""
    return actions.undo(tx, recharge_id, body.reason)


@router.get("/customers/{customer_id}/withdrawal", dependencies=[needs("benefit.use")])
def get_refundable(tx: Reading, customer_id: UUID) -> Refundable:
    """What a customer would get who gives the card back now, and why."""
    return reads.refundable(tx, profile.get_visible_root(tx, customer_id))


@router.post("/withdrawals", status_code=201, dependencies=[needs("benefit.use")])
def ask_withdrawal(tx: Writing, body: AskWithdrawal) -> Approval:
    """A customer gives the card back: what they have is held until another person decides."""
    profile.get_visible_root(tx, body.customer)
    return withdrawals.ask(tx, body.customer, body.unit, body.reason)


@router.get("/prepaid", dependencies=[needs("benefit.read")])
def get_prepaid(tx: Reading) -> Prepaid:
    """Prepaid money now and by quarter, what of it belongs into custody, and when bonus ends."""
    return reads.prepaid(tx)
