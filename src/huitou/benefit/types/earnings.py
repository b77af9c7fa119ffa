"""What is earned by a plan: points and growth of orders and events."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from huitou.benefit.types.ledger import Terms


@dataclass(frozen=True, slots=True)
class Earning:
    """What an order or an event earns, before it is posted. `basis` is what of the plan is needed to
    work out refunds; with `terms` it makes a lot."""

    asset: str
    key: str
    customer_id: UUID
    position: int
    order_id: UUID | None
    amount: int
    basis: dict[str, Any]
    at: datetime
    terms: Terms | None = None


@dataclass(frozen=True, slots=True)
class Earns:
    """An event of this type earns `amount`: each time, or once a day or once ever a customer."""

    type: str
    amount: int
    limit: Literal["each", "daily", "once"]


@dataclass(frozen=True, slots=True)
class Earned:
    """An earning as kept: `amount - reversed` is what counts. `forgiven` should have been taken back
    and was let go. `moves`: how often it changed hands."""

    asset: str
    key: str
    customer_id: UUID
    position: int
    order_id: UUID | None
    amount: int
    basis: dict[str, Any]
    reversed: int
    forgiven: int
    at: datetime
    active_at: datetime | None
    expires_at: datetime | None
    plan_version: int
    moves: int
    transaction_id: UUID | None

    @property
    def terms(self) -> Terms | None:
        if self.active_at is None or self.expires_at is None:
            return None
        return Terms(self.active_at, self.expires_at)


@dataclass(frozen=True, slots=True)
class Due:
    """By `at`, `upto` of an earning has to be taken back, all told; with `is_forgiven` nothing that is
    spent already, otherwise that is owed."""

    at: datetime
    upto: int
    is_forgiven: bool = False
