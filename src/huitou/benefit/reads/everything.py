"""All that the room keeps about a customer, concern by concern."""

from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx
from huitou.benefit.reads import approvals, coupons, games, ledger, payments, stored, tiers


def export(tx: ReadTx, customer_id: UUID) -> dict[str, Any]:
    """For the customer, as plain values."""
    return {
        "balances": ledger.export(tx, customer_id),
        "coupons": coupons.export(tx, customer_id),
        "tiers": tiers.export(tx, customer_id),
        "payments": payments.export(tx, customer_id),
        "recharges": stored.export(tx, customer_id),
        "adjustments": approvals.export(tx, customer_id),
        "games": games.export(tx, customer_id),
    }
