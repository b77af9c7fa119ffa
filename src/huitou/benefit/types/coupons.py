"""Coupons: one row each, who gets them, and what becomes of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID

from huitou.benefit.types.templates import Sentence

ASSET_PREFIX = "coupon:"
"""The asset of a template's coupons in the ledger is this and the template's id."""

State = Literal["printed", "issued", "held", "used", "expired", "revoked", "transferred"]
"""`printed` is a code that no customer entered yet, `issued` is a customer's to use. `transferred` is
over: the coupon that took its place is another one."""

ShownState = Literal["waiting", "available", "held", "used", "expired", "revoked", "transferred"]

STATES: tuple[State, ...] = get_args(State)

STATE_NAMES: dict[State, tuple[str, str]] = {
    "printed": ("未领取", "not received"),
    "issued": ("可用", "available"),
    "held": ("占用中", "held"),
    "used": ("已使用", "used"),
    "expired": ("已过期", "expired"),
    "revoked": ("已作废", "revoked"),
    "transferred": ("已转赠", "given away"),
}

Arc = Literal[
    "bind", "freeze", "unfreeze", "use", "use_late", "return", "expire", "revoke", "transfer"
]
Outcome = Literal[
    "issued", "already_has", "limit", "sold_out", "sold_out_today", "not_open", "no_customer"
]
"""What became of a claim. `already_has`: this very request was answered before, with this coupon."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A customer wants a coupon; `claim` (32 hexadecimal digits) is the same for a repeated request
    only."""

    customer_id: UUID
    claim: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """What became of a claim; `serial` of the coupon, if there is one."""

    outcome: Outcome
    customer_id: UUID
    serial: int | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a claim, with the coupon's code, if there is one."""

    outcome: Outcome
    code: str | None


@dataclass(frozen=True, slots=True)
class Issued:
    """What became of an issue: how many customers now have their coupon, and who does not.

    `new_count` came by this call; the others had theirs by an earlier call with the same key.
    """

    new_count: int
    answers: list[Claimed]


@dataclass(frozen=True, slots=True)
class Had:
    """A coupon that a person took from the stock. `customer_id` is which of those merged into
    `root_id` it was given to."""

    root_id: UUID
    customer_id: UUID
    serial: int
    nth: int
    claim: UUID | None


@dataclass(frozen=True, slots=True)
class Known:
    """What is to be known of customers who want coupons of a template: who answers for those who do
    not answer for themselves (None: nobody, there is no such customer), and what they all had."""

    roots: dict[UUID, UUID | None]
    had: list[Had]


@dataclass(frozen=True, slots=True)
class Stock:
    """What was given of a template, and today (by the merchant's days)."""

    serial: int
    issued: int
    today: int


@dataclass(frozen=True, slots=True)
class NewCoupons:
    """Coupons to be made, serials from `first` on, in columns: there may be thousands."""

    first: int
    customer_ids: list[UUID]
    nths: list[int]
    claims: list[str]


@dataclass(frozen=True, slots=True)
class Coupon:
    """One coupon. `active_at` and `expires_at` are None for a code that counts from its receipt and
    was not entered yet. `ref` is the order that holds or used it. `nth` is None for a printed code
    and for one that was handed over, 0 for one whose customer was forgotten."""

    template_id: UUID
    serial: int
    customer_id: UUID | None
    nth: int | None
    state: State
    issued_at: datetime
    active_at: datetime | None
    expires_at: datetime | None
    held_until: datetime | None
    ref: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """An arc of one coupon."""

    seq: int
    arc: Arc
    from_state: State
    to_state: State
    at: datetime
    ref_kind: str
    ref_id: str
    unit_id: UUID | None
    principal: str
    transaction_id: UUID


@dataclass(frozen=True, slots=True)
class CouponShown:
    """A coupon for a page. `shown_state` is `expired` from the moment on, booked or not, and
    `waiting` before it is active. `days_left` counts calendar days after
    today: 0 on the last one."""

    template_id: UUID
    template_name: str
    kind: str
    code: str
    customer_id: UUID | None
    state: State
    shown_state: ShownState
    issued_at: datetime
    active_at: datetime | None
    expires_at: datetime | None
    days_left: int | None
    face_fen: int | None
    is_transferable: bool
    is_offline: bool
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Moved:
    """A coupon as an arc leaves it, for the store: what it was, and what is to be kept of it."""

    before: Coupon
    after: Coupon


@dataclass(frozen=True, slots=True)
class Ref:
    """What an arc was for: an order, a use, a customer's wish, a job. `unit_id` is where."""

    kind: str
    id: str
    unit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CodeBatch:
    """Codes made in one go for printing, serials `first` to `last`."""

    id: UUID
    template_id: UUID
    first: int
    last: int
    made_at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Liability:
    """Coupons of a template that customers have to use, by the month they end in (`2026-12`).

    `face_fen` is the most they can take off; None when that depends on what is bought.
    """

    month: str
    template_id: UUID
    template_name: str
    count: int
    face_fen: int | None


@dataclass(frozen=True, slots=True)
class CouponsUsed:
    """Notice: coupons were used in these orders (≤1,000), by unit and the unit's number; told when it
    may be late."""

    orders: tuple[tuple[UUID, str], ...]
