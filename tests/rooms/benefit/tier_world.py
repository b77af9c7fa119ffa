"""Steps the tests of tiers share: a plan in force, customers, and what they should be."""

from typing import Any

from huitou.base.db import ReadTx, Tx
from huitou.benefit.actions import tier_plans
from huitou.benefit.jobs import tiers as jobs
from huitou.benefit.reads import ledger, tiers
from huitou.benefit.types.tier_plans import GROWTH, TierPlan
from huitou.benefit.types.tiers import Run
from tests.rooms.attribution.story import customer_of

LADDER = [
    {"code": "base", "zh": "普卡", "en": "Base", "threshold": 0},
    {
        "code": "silver",
        "zh": "银卡",
        "en": "Silver",
        "threshold": 10_000,
        "privileges": [{"kind": "points_multiplier", "rate_bp": 12_000}],
    },
    {"code": "gold", "zh": "金卡", "en": "Gold", "threshold": 50_000, "keep": 30_000},
]
BY_SPEND: dict[str, Any] = {
    "name": "会员",
    "metric": "spend",
    "window": {"kind": "rolling", "days": 30},
    "paid": [{"code": "gold-30", "tier": "gold", "days": 30, "price_fen": 9_900}],
    "tiers": LADDER,
}
BY_GROWTH: dict[str, Any] = {
    "name": "成长",
    "metric": "growth",
    "window": {"kind": "rolling", "days": 365},
    "growth": {
        "per_yuan": 1,
        "events": [
            {"type": "visit.checked_in", "growth": 5, "limit": "daily"},
            {"type": "x.profile_completed", "growth": 50, "limit": "once"},
            {"type": "order.reviewed", "growth": 7},
        ],
    },
    "tiers": [
        LADDER[0],
        {"code": "silver", "zh": "银卡", "en": "Silver", "threshold": 100},
        {"code": "gold", "zh": "金卡", "en": "Gold", "threshold": 500},
    ],
}


def publish(tx: Tx, document: dict[str, Any]) -> Run:
    """Put a plan in force; everybody follows in the background."""
    draft = tier_plans.add_plan(tx, TierPlan.model_validate(document))
    run = tier_plans.publish(tx, draft.version, draft.revision)
    tx.defer(jobs.tier_run, run=str(run.id))
    return run


def tier_of(tx: ReadTx, card: str) -> str:
    """By the page of the customer, after making sure that what is stored says the same."""
    customer = customer_of(tx, card)
    stored = tiers.tiers_of(tx, [customer])[customer].code
    assert tiers.customer_tier(tx, customer).standing.tier == stored
    assert tiers.check(tx).faults == []
    return stored


def growth_of(tx: ReadTx, card: str) -> int:
    return ledger.balance(tx, ("customer", customer_of(tx, card)), GROWTH)
