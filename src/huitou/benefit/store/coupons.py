"""Coupons in PostgreSQL: giving them, and moving them from state to state."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.benefit.types.coupons import Had, NewCoupon


def list_had(tx: ReadTx, template_id: UUID, customer_ids: Sequence[UUID]) -> list[Had]:
    """Who answers for each living customer, and what that person took of the template: a row for
    each coupon, or one without."""
    return tx.rows(
        Had,
        "SELECT asked_id, root_id, customer_id, serial, nth, claim"
        " FROM benefit.coupons_had(%(template)s, %(customers)s::uuid[])",
        {"template": template_id, "customers": list(set(customer_ids))},
    )


def add_coupons(
    tx: Tx,
    template_id: UUID,
    new: Sequence[NewCoupon],
    span: tuple[datetime, datetime],
    transaction_id: UUID,
) -> int:
    """Keep them; returns how many were kept: all, under the lock of the stock."""
    return tx.run(
        """
        INSERT INTO benefit.coupon (merchant_id, template_id, serial, customer_id, nth, claim,
            issued_at, active_at, expires_at, transaction_id)
        SELECT %(merchant)s, %(template)s, n.serial, n.customer_id, n.nth, n.claim,
            %(now)s, %(active)s, %(expires)s, %(transaction)s
        FROM unnest(%(serials)s::bigint[], %(customers)s::uuid[], %(nths)s::int[],
            %(claims)s::uuid[]) AS n (serial, customer_id, nth, claim)
        ON CONFLICT DO NOTHING
        """,
        {
            "template": template_id,
            "serials": [each.serial for each in new],
            "customers": [each.customer_id for each in new],
            "nths": [each.nth for each in new],
            "claims": [each.claim for each in new],
            "active": span[0],
            "expires": span[1],
            "transaction": transaction_id,
        },
    )
