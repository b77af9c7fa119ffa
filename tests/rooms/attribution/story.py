"""Steps the tests of attribution and commission share."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.identity import reads as identity
from huitou.kernel.ids import new_id
from huitou.merchant.types import Staff
from huitou.reach.types.messages import MessagesDelivered


def paid(
    order_no: str,
    card: str | None,
    at: datetime,
    fens: Sequence[int] = (4_980,),
    *,
    unit: str = "store-0401",
    shipping_fen: int = 0,
) -> dict[str, Any]:
    """An `order.paid` with a line for each of `fens`; no card is an anonymous order."""
    return {
        "id": f"paid-{order_no}",
        "type": "order.paid",
        "occurred_at": at,
        "source": "pos",
        "unit": unit,
        "identifiers": _card(card),
        "properties": {
            "order_no": order_no,
            "lines": [
                {"line_no": n, "sku": "A1", "quantity": 1000, "list_fen": fen, "paid_fen": fen}
                for n, fen in enumerate(fens, start=1)
            ],
            "paid_fen": sum(fens) + shipping_fen,
            "shipping_fen": shipping_fen,
        },
    }


def refunded(
    order_no: str,
    refund_no: str,
    at: datetime,
    lines: dict[int, int],
    *,
    unit: str = "store-0401",
    shipping_fen: int = 0,
) -> dict[str, Any]:
    """An `order.refunded` of `lines`: line number → fen."""
    return {
        "id": f"refunded-{order_no}-{refund_no}",
        "type": "order.refunded",
        "occurred_at": at,
        "source": "pos",
        "unit": unit,
        "identifiers": [],
        "properties": {
            "order_no": order_no,
            "refund_no": refund_no,
            "lines": [{"line_no": n, "quantity": 0, "refund_fen": fen} for n, fen in lines.items()],
            "refund_fen": sum(lines.values()) + shipping_fen,
            "shipping_fen": shipping_fen,
        },
    }


def seen(card: str, at: datetime) -> dict[str, Any]:
    """An event that makes the holder of a card known."""
    return {
        "id": f"seen-{card}",
        "type": "visit.checked_in",
        "occurred_at": at,
        "source": "pos",
        "unit": "store-0401",
        "identifiers": _card(card),
        "properties": {},
    }


def customer_of(tx: ReadTx, card: str) -> UUID:
    found = identity.find_by_identifier(tx, "card", card, "default")
    assert found is not None
    return found.id


def deliver(
    tx: Tx,
    customer: UUID,
    at: datetime,
    staff: Staff | None,
    *,
    campaign: UUID | None = None,
    is_told: bool = True,
) -> UUID:
    """A message to the customer was delivered at `at`, and reach tells of it now."""
    message = new_id()
    tx.run(
        """
        INSERT INTO reach.message
            (merchant_id, id, customer_id, first_customer_id, channel, purpose, staff_id, unit_id,
             campaign_id, content_key, state, planned_at, delivered_at)
        VALUES (%(merchant)s, %(id)s, %(customer)s, %(customer)s, %(channel)s, 'marketing',
            %(staff)s, %(unit)s, %(campaign)s, 'k', 'delivered', %(at)s, %(at)s)
        """,
        {
            "id": message,
            "customer": customer,
            "channel": "wecom" if staff else "sms",
            "staff": staff.id if staff else None,
            "unit": staff.unit_id if staff else None,
            "campaign": campaign,
            "at": at,
        },
    )
    if is_told:
        tx.tell(MessagesDelivered((message,)))
    return message


def _card(card: str | None) -> list[dict[str, Any]]:
    return (
        []
        if card is None
        else [{"kind": "card", "value": card, "scope": "default", "verified": True}]
    )
