"""Accounts, lots, postings, holds, and what the ledger answers."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from huitou.kernel.errors import Conflict, Invalid, NotFound

OwnerKind = Literal["staff", "customer", "merchant"]
HoldState = Literal["open", "captured", "voided", "expired"]

COMMISSION = "commission"
"""Staff commission, in fen. May go below zero: a clawback after pay-out is owed."""
POINTS = "points"
PRINCIPAL = "principal"
BONUS = "bonus"
"""Stored value, in fen: what was paid in, and what was given on top."""

SYSTEM = "system"
"""`kind` of what other systems give and take; `ref_id` is the API key's."""

UNBOUNDED = frozenset({COMMISSION})
"""Assets without a floor. Everything else without lots stops at zero for staff and customers."""

LOTTED = frozenset({POINTS, PRINCIPAL, BONUS})
"""Assets that customers have in lots, each with its own beginning and end."""

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""When a lot without an end expires."""


@dataclass(frozen=True, slots=True)
class Terms:
    """From when a lot can be used, and until when (not included)."""

    active_at: datetime
    expires_at: datetime = FOREVER


@dataclass(frozen=True, slots=True)
class Leg:
    """`amount` (signed, in the asset's smallest part) comes to the owner's account.

    Of a customer's asset with lots: what comes makes a lot (`terms`; without: usable from the
    posting's `at`, for ever) or goes back into one (`lot_id`). What goes is taken from the usable
    lots of everybody merged into the customer, soonest to expire first; with `hold_id` from what
    the hold holds; with `lot_id` from that lot first, then from others of this account, and what is
    missing is owed.
    """

    owner_kind: OwnerKind
    owner_id: UUID
    asset: str
    amount: int
    terms: Terms | None = None
    lot_id: UUID | None = None
    hold_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """One transaction to be posted; its legs sum to zero for each asset.

    `at` is when it counts, part of the body: derive it from what is posted, not from the clock.
    `may_overdraw` lets it pass an account's floor, or owe what lots do not have. `request_hash` (32 bytes) is what
    the key is bound to where the same request may become another posting later.
    """

    idempotency_key: str
    kind: str
    ref_kind: str
    ref_id: str
    at: datetime
    legs: tuple[Leg, ...]
    detail: dict[str, Any] = field(default_factory=dict)
    may_overdraw: bool = False
    request_hash: bytes | None = None


@dataclass(frozen=True, slots=True)
class Reversal:
    """Takes back a posted transaction, whole or in part.

    `amount` is a part of the original's size (the sum of what it gave, all in one asset); None is
    whatever is left of it. What returns to a lot that has expired meanwhile becomes a lot of its
    own for `grace_days` from `at`, or expires again if that is 0.
    """

    original_id: UUID
    idempotency_key: str
    at: datetime
    amount: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    grace_days: int = 0


@dataclass(frozen=True, slots=True)
class Posted:
    """The answer to one posting; `is_new` is False for a repeated key."""

    transaction_id: UUID
    is_new: bool


@dataclass(frozen=True, slots=True)
class Holding:
    """Keep `amount` of a customer's usable lots until `expires_at`, to be captured or let go."""

    idempotency_key: str
    customer_id: UUID
    asset: str
    amount: int
    expires_at: datetime
    ref_kind: str
    ref_id: str


@dataclass(frozen=True, slots=True)
class Hold:
    id: UUID
    owner_id: UUID
    asset: str
    quantity: int
    captured: int
    state: HoldState
    ref_kind: str
    ref_id: str
    held_at: datetime
    expires_at: datetime
    resolved_at: datetime | None


@dataclass(frozen=True, slots=True)
class Lot:
    """A part of what a customer has: `remaining` of `quantity`, of which `held` is reserved."""

    id: UUID
    customer_id: UUID
    asset: str
    quantity: int
    remaining: int
    held: int
    active_at: datetime
    expires_at: datetime
    transaction_id: UUID


@dataclass(frozen=True, slots=True)
class Standing:
    """What a customer has of an asset with lots at a moment.

    `available` may be spent now (below zero: what is owed); `pending` becomes usable later; `held`
    is reserved by open holds; `next_expiry_at` is when the soonest usable part ends, of
    `next_expiring`.
    """

    asset: str
    available: int
    pending: int
    held: int
    owed: int
    next_expiry_at: datetime | None
    next_expiring: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of an account's statement."""

    transaction_id: UUID
    seq: int
    asset: str
    amount: int
    at: datetime
    kind: str
    ref_kind: str
    ref_id: str
    reverses: UUID | None
    detail: dict[str, Any]
    lot_id: UUID | None


@dataclass(frozen=True, slots=True)
class Broken:
    """An invariant of the ledger that does not hold, with the first ids concerned."""

    invariant: str
    count: int
    examples: tuple[UUID, ...]


class Unbalanced(Invalid):
    code = "benefit.unbalanced"
    zh = "这笔记账的各方金额之和不为零"
    en = "The legs of the posting do not sum to zero"


class OtherBody(Conflict):
    code = "benefit.other_body"
    zh = "同一幂等键已用于内容不同的记账：{key}"
    en = "The idempotency key was used for another posting: {key}"


class BelowFloor(Conflict):
    code = "benefit.below_floor"
    zh = "余额不足"
    en = "The balance is too low"


class NoOriginal(NotFound):
    code = "benefit.no_original"
    zh = "没有找到要冲正的交易"
    en = "The transaction to be reversed was not found"


class OverReversed(Conflict):
    code = "benefit.over_reversed"
    zh = "冲正金额超过原交易的剩余金额"
    en = "More would be reversed than is left of the original"


class ManyAssets(Invalid):
    code = "benefit.many_assets"
    zh = "含有多种资产的交易只能整笔冲正"
    en = "A transaction of several assets can only be reversed as a whole"


class BadAmount(Invalid):
    code = "benefit.bad_amount"
    zh = "数量必须是 1 到 {most} 之间的整数"
    en = "The amount must be a whole number from 1 to {most}"


class NoHold(NotFound):
    code = "benefit.no_hold"
    zh = "没有找到这笔冻结"
    en = "The hold was not found"


class HoldEnded(Conflict):
    code = "benefit.hold_ended"
    zh = "这笔冻结已经扣减、取消或过期"
    en = "The hold was captured, voided or has expired"


class OverCaptured(Conflict):
    code = "benefit.over_captured"
    zh = "扣减数量超过冻结数量"
    en = "More would be captured than is held"
