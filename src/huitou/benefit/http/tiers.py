"""Tiers over HTTP: plans, the ladder, a customer's standing."""

from typing import Annotated
from uuid import UUID

from fastapi import Query
from pydantic import Field

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.benefit.actions import tier_plans, tiers
from huitou.benefit.jobs import tiers as jobs
from huitou.benefit.reads import tiers as reads
from huitou.benefit.types.tier_plans import TierPlan
from huitou.benefit.types.tiers import (
    CustomerTier,
    NoTierRun,
    PlanVersion,
    Purchase,
    Run,
    TierChange,
    Tiers,
    TiersChecked,
)
from huitou.kernel.page import PAGE_MAX, Page

router = Router(prefix="/v1", tags=["tiers"])

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class NewPlan(Body):
    plan: TierPlan


class PlanChange(Body):
    """`revision` is the one the change was made on."""

    plan: TierPlan
    revision: Version


class Publishing(Body):
    revision: Version


class Buying(Body):
    """`offer`: the code of a paid tier of the plan in force; `ref`: the seller's own number."""

    offer: Annotated[str, Field(min_length=1, max_length=32)]
    ref: Annotated[str, Field(min_length=1, max_length=64)]


@router.get("/tier-plans", dependencies=[needs("benefit.read")])
def list_plans(tx: Reading, cursor: str | None = None, limit: Limit = 50) -> Page[PlanVersion]:
    """All versions of the plan, latest first, each as a document and as a sentence."""
    return reads.list_plans(tx, cursor=cursor, limit=limit)


@router.post("/tier-plans", status_code=201, dependencies=[needs("benefit.edit")])
def add_plan(tx: Writing, body: NewPlan) -> PlanVersion:
    """A new draft; there is one at a time."""
    return tier_plans.add_plan(tx, body.plan)


@router.get("/tier-plans/{version}", dependencies=[needs("benefit.read")])
def get_plan(tx: Reading, version: Version) -> PlanVersion:
    """A version of the plan."""
    return reads.get_plan(tx, version)


@router.put("/tier-plans/{version}", dependencies=[needs("benefit.edit")])
def set_plan(tx: Writing, version: Version, body: PlanChange) -> PlanVersion:
    """Another wording of a draft."""
    return tier_plans.set_plan(tx, version, body.plan, body.revision)


@router.delete("/tier-plans/{version}", status_code=204, dependencies=[needs("benefit.edit")])
def remove_plan(tx: Writing, version: Version) -> None:
    """Throw a draft away."""
    tier_plans.remove_plan(tx, version)


@router.post("/tier-plans/{version}/preview", status_code=202, dependencies=[needs("benefit.edit")])
def preview(tx: Writing, version: Version) -> Run:
    """Look for whom a plan would move, as a job that moves nobody."""
    run = tier_plans.start_preview(tx, version)
    tx.defer(jobs.tier_run, run=str(run.id))
    return run


@router.get("/tier-plans/{version}/preview", dependencies=[needs("benefit.read")])
def get_preview(tx: Reading, version: Version) -> Run:
    """The latest preview of a plan: how far it is, how many would move, and ten of them."""
    found = reads.find_latest_run(tx, "preview", version)
    if found is None:
        raise NoTierRun()
    return found


@router.post("/tier-plans/{version}/publish", status_code=202, dependencies=[needs("benefit.edit")])
def publish(tx: Writing, version: Version, body: Publishing) -> Run:
    """Put a draft in force, and apply it to everybody as a job."""
    run = tier_plans.publish(tx, version, body.revision)
    tx.defer(jobs.tier_run, run=str(run.id))
    return run


@router.get("/tier-runs/{run_id}", dependencies=[needs("benefit.read")])
def get_run(tx: Reading, run_id: UUID) -> Run:
    """A preview or an application, and how far it is."""
    return reads.get_run(tx, run_id)


@router.get("/tiers", dependencies=[needs("benefit.read")])
def get_tiers(tx: Reading) -> Tiers:
    """The ladder in force, with the customers of one's scope on each step."""
    return reads.tiers(tx)


@router.get("/tiers/check", dependencies=[needs("benefit.read")])
def check(
    tx: Reading,
    cursor: str | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 1_000,
) -> TiersChecked:
    """Reconciliation: stored tiers against orders and ledger, a block at a time."""
    return reads.check(tx, cursor=cursor, limit=limit)


@router.get("/customers/{customer_id}/tier", dependencies=[needs("customer.read")])
def get_customer_tier(tx: Reading, customer_id: UUID) -> CustomerTier:
    """Where a customer stands: why, until when, what keeps it, what is missing to the next."""
    return reads.customer_tier(tx, customer_id)


@router.get("/customers/{customer_id}/tier/changes", dependencies=[needs("customer.read")])
def list_changes(
    tx: Reading, customer_id: UUID, cursor: str | None = None, limit: Limit = 50
) -> Page[TierChange]:
    """How the tier came to be, latest first, each with its evidence."""
    return reads.list_changes(tx, customer_id, cursor=cursor, limit=limit)


@router.get("/customers/{customer_id}/tier/purchases", dependencies=[needs("customer.read")])
def list_purchases(tx: Reading, customer_id: UUID) -> Page[Purchase]:
    """Tiers the customer bought."""
    return Page(reads.list_purchases(tx, customer_id))


@router.post(
    "/customers/{customer_id}/tier/purchases",
    status_code=201,
    dependencies=[needs("benefit.grant")],
)
def buy(tx: Writing, customer_id: UUID, body: Buying) -> Purchase:
    """Record that a customer paid for a tier; the money is the seller's business."""
    return tiers.buy(tx, customer_id, offer=body.offer, ref=body.ref)
