"""Customers with points and stored value, and short words for the tests of payments."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.benefit.actions import ledger, stored, stored_plans
from huitou.benefit.reads import ledger as reads
from huitou.benefit.types.ledger import BONUS, POINTS, PRINCIPAL, Leg, Posting, Terms
from huitou.benefit.types.stored import StoredPlan, StoredPlanVersion
from huitou.kernel.ids import new_id

UNIT = "store-0401"
ASSETS = (POINTS, PRINCIPAL, BONUS)


def plan(**fields: Any) -> StoredPlan:
    """充 50 送 10, 充 100 送 25; bonus for 180 days; unless said otherwise."""
    steps = [{"pay_fen": 5_000, "bonus_fen": 1_000}, {"pay_fen": 10_000, "bonus_fen": 2_500}]
    wanted: dict[str, Any] = {"name": "充值有礼", "steps": steps, "bonus_days": 180, **fields}
    return StoredPlan.model_validate(wanted)


def publish_plan(tx: Tx, **fields: Any) -> StoredPlanVersion:
    draft = stored_plans.add_plan(tx, plan(**fields))
    return stored_plans.publish(tx, draft.version, draft.revision)


def give_points(tx: Tx, customer: UUID, amount: int, terms: Terms | None = None) -> UUID:
    legs = (
        Leg("customer", customer, POINTS, amount, terms),
        Leg("merchant", tx.merchant, POINTS, -amount),
    )
    posting = Posting(f"given:{new_id()}", "sim", "sim", "1", tx.now, legs)
    return ledger.post(tx, [posting])[0].transaction_id


def pay_in(tx: Tx, customer: UUID, fen: int) -> None:
    stored.recharge(tx, customer, UNIT, fen, f"pay-{new_id()}")


def has(tx: ReadTx, customer: UUID) -> tuple[int, ...]:
    """Points, principal and bonus that can be used."""
    return tuple(reads.standing(tx, customer, asset).available for asset in ASSETS)


def held(tx: ReadTx, customer: UUID) -> tuple[int, ...]:
    return tuple(reads.standing(tx, customer, asset).held for asset in ASSETS)


def broken(tx: ReadTx) -> Sequence[str]:
    return [each.invariant for each in reads.check(tx)]
