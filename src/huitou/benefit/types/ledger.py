"""Accounts, postings and what the ledger answers."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from huitou.kernel.errors import Conflict, Invalid, NotFound

OwnerKind = Literal["staff", "customer", "merchant"]

COMMISSION = "commission"
"""Staff commission, in fen. May go below zero: a clawback after pay-out is owed."""

UNBOUNDED = frozenset({COMMISSION})
"""Assets without a floor. Everything else stops at zero for staff and customers."""


@dataclass(frozen=True, slots=True)
class Leg:
    """`amount` (signed, in the asset's smallest part) comes to the owner's account."""

    owner_kind: OwnerKind
    owner_id: UUID
    asset: str
    amount: int


@dataclass(frozen=True, slots=True)
class Posting:
    """One transaction to be posted; its legs sum to zero for each asset.

    `at` is when it counts, part of the body: derive it from what is posted, not from the clock.
    `may_overdraw` lets it pass an account's floor.
    """

    idempotency_key: str
    kind: str
    ref_kind: str
    ref_id: str
    at: datetime
    legs: tuple[Leg, ...]
    detail: dict[str, Any] = field(default_factory=dict)
    may_overdraw: bool = False


@dataclass(frozen=True, slots=True)
class Reversal:
    """Takes back a posted transaction, whole or in part.

    `amount` is a part of the original's size (the sum of what it gave, all in one asset); None is
    whatever is left of it.
    """

    original_id: UUID
    idempotency_key: str
    at: datetime
    amount: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Posted:
    """The answer to one posting; `is_new` is False for a repeated key."""

    transaction_id: UUID
    is_new: bool


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
