"""The ledger as it is looked at."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from huitou.benefit.types.ledger import Broken, Lot, Standing
from huitou.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class TransactionRow:
    id: UUID
    kind: str
    ref_kind: str
    ref_id: str
    at: datetime
    posted_at: datetime
    reverses: UUID | None
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class LegShown:
    """`owner_id` is None for the merchant's own accounts, and who answers now for a customer who was merged;
    `expires_at` is of the lot it moved."""

    owner_kind: str
    owner_id: UUID | None
    staff_name: str | None
    asset: str
    amount: int
    lot_id: UUID | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class TransactionShown:
    """A transaction with all its legs. `at` is when it counts, `posted_at` when it was written;
    `reversed_by` are those that take it back."""

    id: UUID
    kind: str
    ref_kind: str
    ref_id: str
    at: datetime
    posted_at: datetime
    reverses: UUID | None
    reversed_by: list[UUID]
    detail: dict[str, Any]
    legs: list[LegShown]


@dataclass(frozen=True, slots=True)
class Holding360:
    """What a customer has of one asset: now with its lots, and `at` a moment by the entries that
    counted by then (None when no moment was asked for)."""

    standing: Standing
    balance: int
    lots: list[Lot]
    usable_at: int | None
    balance_at: int | None


@dataclass(frozen=True, slots=True)
class Liable:
    """What customers have that ends in a month (None: without an end)."""

    asset: str
    month: str | None
    amount: int
    account_count: int


@dataclass(frozen=True, slots=True)
class AssetLiability:
    """What is owed to customers of one asset, by the month it ends in; and what customers owe."""

    asset: str
    total: int
    owed_by_customers: int
    months: list[Liable]


@dataclass(frozen=True, slots=True)
class Movement:
    """What a kind of transaction gave to customers in a span, below zero: took; `:back` is what took
    it back."""

    kind: str
    amount: int


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A reconciliation: `looked_at` transactions (continuous) or all (full); sound when nothing is
    broken."""

    id: UUID
    kind: Literal["continuous", "full"]
    at: datetime
    upto: datetime
    looked_at: int
    broken: list[Broken]


@dataclass(frozen=True, slots=True)
class Soundness:
    """The latest reconciliations of each kind, and the latest that found something."""

    continuous: Reconciled | None
    full: Reconciled | None
    failures: list[Reconciled]


class NoTransaction(NotFound):
    code = "benefit.no_transaction"
    zh = "账本中没有这笔交易"
    en = "There is no such transaction in the ledger"
