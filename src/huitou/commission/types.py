"""Commission lines and what an associate has earned."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

State = Literal["pending", "settleable", "reversed"]


@dataclass(frozen=True, slots=True)
class Line:
    """What one credited order earns. `amount_fen - reversed_fen` is what counts.

    `credit_id` and `order_id` are the evidence, `transaction_id` the ledger's entry (None when the
    amount is 0). `base_fen` is what was paid for goods, `at` when.
    """

    id: UUID
    credit_id: UUID
    staff_id: UUID
    order_id: UUID
    customer_id: UUID | None
    unit_id: UUID
    campaign_id: UUID | None
    rate_bp: int
    base_fen: int
    amount_fen: int
    reversed_fen: int
    state: State
    at: datetime
    transaction_id: UUID | None


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A line with the names a page shows."""

    id: UUID
    credit_id: UUID
    staff_id: UUID
    staff_name: str
    order_id: UUID
    order_no: str
    message_id: UUID
    customer_id: UUID | None
    unit_id: UUID
    unit_name: str
    campaign_id: UUID | None
    rate_bp: int
    base_fen: int
    refunded_fen: int
    amount_fen: int
    reversed_fen: int
    state: State
    at: datetime
    transaction_id: UUID | None


@dataclass(frozen=True, slots=True)
class Earned:
    """By orders paid in a span: credited sales and commission, both net of refunds."""

    sales_fen: int
    commission_fen: int
    orders: int
    customers: int


@dataclass(frozen=True, slots=True)
class Money:
    """An associate's money; `balance_fen` is the ledger's, all time (may be below zero)."""

    staff_id: UUID
    today: Earned
    month: Earned
    balance_fen: int
