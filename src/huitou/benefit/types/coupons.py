"""Coupons: one row each, what happens to them, and what is answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from huitou.benefit.types.templates import Sentence, Template
from huitou.kernel.errors import Conflict, Invalid, NotFound

ASSET_PREFIX = "coupon:"
"""The asset of a template's coupons in the ledger is this and the template's id."""

State = Literal["printed", "issued", "held", "used", "expired", "revoked", "transferred"]
"""`printed` is a code that no customer entered yet, `issued` is a customer's to use. `transferred` is
over: the coupon that took its place is another one."""

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

Arc = Literal["bind", "freeze", "unfreeze", "use", "return", "expire", "revoke", "transfer"]
Outcome = Literal[
    "issued", "already_has", "limit", "sold_out", "sold_out_today", "not_open", "no_customer"
]
"""What became of a claim. `already_has`: this very request was answered before, with this coupon."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A customer wants a coupon; `claim` is the same for a repeated request only."""

    customer_id: UUID
    claim: UUID


@dataclass(frozen=True, slots=True)
class Claimed:
    """What became of a claim; `serial` of the coupon, if there is one."""

    outcome: Outcome
    customer_id: UUID
    serial: int | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """What became of an issue: how many customers now have their coupon, and who does not.

    `new_count` came by this call; the others had theirs by an earlier call with the same key.
    """

    new_count: int
    answers: list[Claimed]


@dataclass(frozen=True, slots=True)
class Had:
    """A customer who was asked about, who answers for them, and one of that person's coupons of the
    template; the last four are None for who has none."""

    asked_id: UUID
    root_id: UUID
    customer_id: UUID | None
    serial: int | None
    nth: int | None
    claim: UUID | None


@dataclass(frozen=True, slots=True)
class Stock:
    """What was given of a template, and today (by the merchant's days)."""

    serial: int
    issued: int
    today: int


@dataclass(frozen=True, slots=True)
class NewCoupon:
    serial: int
    customer_id: UUID
    nth: int
    claim: UUID


@dataclass(frozen=True, slots=True)
class Coupon:
    """One coupon. `active_at` and `expires_at` are None for a code that counts from its receipt and
    was not entered yet. `ref` is the order that holds or used it."""

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
    `waiting` before it is active. `days_left` counts calendar days after today."""

    template_id: UUID
    template_name: str
    kind: str
    code: str
    customer_id: UUID | None
    state: State
    shown_state: Literal[
        "waiting", "available", "held", "used", "expired", "revoked", "transferred"
    ]
    issued_at: datetime
    active_at: datetime | None
    expires_at: datetime | None
    days_left: int | None
    face_fen: int | None
    is_transferable: bool
    is_offline: bool
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Held:
    """A coupon with its template."""

    coupon: Coupon
    template: Template


@dataclass(frozen=True, slots=True)
class Line:
    """Of what is bought; `paid_fen` of the whole line before the coupon."""

    sku: str
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Basket:
    """What a coupon is presented for, as far as it is known.

    `amount_fen` is what is paid before the coupon; with `lines` it is theirs that counts.
    """

    amount_fen: int | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Presented:
    """A coupon presented at a unit. `key` is made by who presents, once for each presentation."""

    text: str
    unit: str
    key: str
    order_no: str | None = None
    basket: Basket = Basket()


@dataclass(frozen=True, slots=True)
class Use:
    """A presentation that was taken. `outcome` is 'used', or why one honoured without a network could
    not be booked."""

    id: UUID
    key: str
    template_id: UUID
    serial: int
    unit_id: UUID
    staff_id: UUID | None
    principal: str
    order_no: str | None
    amount_fen: int | None
    nonce: str | None
    is_offline: bool
    used_at: datetime
    taken_at: datetime
    outcome: str
    returned_at: datetime | None


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The answer to a redemption; `off_fen` when the amount was given. `is_new` is False when this
    very presentation was answered before."""

    use_id: UUID
    is_new: bool
    coupon: CouponShown
    off_fen: int | None


@dataclass(frozen=True, slots=True)
class OfflineUse:
    """A redemption made without a network: the token that was scanned, when and where."""

    key: str
    token: str
    unit: str
    used_at: datetime
    order_no: str | None = None
    amount_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Synced:
    """What became of one. `outcome`: `used` is booked; anything else is in the list of conflicts,
    or (`refused`) nothing was kept because `code` says what is wrong with it."""

    key: str
    outcome: str
    code: str | None = None
    detail: str | None = None
    coupon_code: str | None = None


@dataclass(frozen=True, slots=True)
class Conflicted:
    """A redemption without a network that could not be booked, and the use that came before it."""

    use: Use
    template_name: str
    coupon_code: str
    face_fen: int | None
    first: Use | None


@dataclass(frozen=True, slots=True)
class Tokens:
    """One-time tokens for one coupon, each for one presentation until `not_after`."""

    code: str
    tokens: list[str]
    not_after: datetime
    seconds: int


@dataclass(frozen=True, slots=True)
class OfflineTemplate:
    """What a phone knows of a template without a network."""

    id: UUID
    number: int
    name: str
    kind: str
    face_fen: int | None
    is_offline: bool
    sentence: Sentence
    promise: dict[str, Any]


@dataclass(frozen=True, slots=True)
class OfflineKit:
    """What an associate's phone needs to redeem without a network.

    `key` is the merchant's public key as a JSON Web Key (ECDSA P-256). A token is
    `HT1.<payload>.<signature>`, base64url without padding; the signature is r‖s over the ASCII bytes
    `HT1.<payload>` with SHA-256. The payload is JSON: `c` the coupon's code, `t` the template's
    number, `n` a nonce, `x` not after (Unix seconds), `e` when the coupon ends, `o` whether it may be
    redeemed without a network.
    """

    key: dict[str, str]
    most_fen: int
    token_seconds: int
    skew_seconds: int
    now: datetime
    templates: list[OfflineTemplate]


class NoCoupon(NotFound):
    code = "coupon.unknown"
    zh, en = "没有这张券", "There is no such coupon"


class Mistyped(Invalid):
    code = "coupon.mistyped"
    zh, en = "券码输入有误，请核对", "The coupon's code is mistyped; check it"


class NotAvailable(Conflict):
    code = "coupon.not_available"
    zh, en = "这张券不可用：{state_zh}", "The coupon cannot be used: it is {state}"


class AlreadyUsed(Conflict):
    code = "coupon.used"
    zh, en = "这张券已经使用过", "The coupon has been used"


class Expired(Conflict):
    code = "coupon.expired"
    zh, en = "这张券已过期", "The coupon has expired"


class NotActive(Conflict):
    code = "coupon.not_active"
    zh, en = "这张券还没有到可用时间", "The coupon is not active yet"


class NotReceived(Conflict):
    code = "coupon.not_received"
    zh, en = "这个券码还没有领取", "The code has to be entered by a customer first"


class NotThisHour(Conflict):
    code = "coupon.not_this_hour"
    zh, en = "这张券现在的时段不可用", "The coupon cannot be used at this time of the day or week"


class NotHere(Conflict):
    code = "coupon.not_here"
    zh, en = "这张券不能在这家门店使用", "The coupon cannot be used at this store"


class BelowThreshold(Conflict):
    code = "coupon.below_threshold"
    zh = "未达到使用门槛：满 {threshold} 可用，当前 {amount}"
    en = "Below the threshold: {threshold} is needed, it is {amount}"


class NothingFits(Conflict):
    code = "coupon.nothing_fits"
    zh, en = "订单中没有这张券适用的商品", "Nothing in the order is what the coupon is for"


class HeldElsewhere(Conflict):
    code = "coupon.held"
    zh, en = "这张券已被另一笔订单占用", "Another order holds the coupon"


class AlreadyTaken(Conflict):
    code = "coupon.already_taken"
    zh, en = "这个券码已被领取", "The code has been taken already"


class LimitReached(Conflict):
    code = "coupon.limit"
    zh, en = "已达到每人限领数量", "The customer has as many as may be had"


class SoldOut(Conflict):
    code = "coupon.sold_out"
    zh, en = "券已领完", "None are left"


class NotOpen(Conflict):
    code = "coupon.not_open"
    zh, en = "现在不能领取这张券", "It cannot be taken now"


class NotTransferable(Conflict):
    code = "coupon.not_transferable"
    zh, en = "这张券不能转赠", "The coupon may not be given to somebody else"


class NotUsed(Conflict):
    code = "coupon.not_used"
    zh, en = "这张券没有可撤销的核销", "There is no use of the coupon to take back"


class NotHeld(Conflict):
    code = "coupon.not_held"
    zh, en = "没有这笔订单占用的券", "No coupon is held by that order"


class BadToken(Invalid):
    code = "coupon.bad_token"
    zh, en = "二维码无效：不是本商家签发的", "The code was not signed by this merchant"


class TokenOver(Conflict):
    code = "coupon.token_over"
    zh, en = "二维码已过期，请客户刷新", "The code is over; the customer has to refresh it"


class TokenUsed(Conflict):
    code = "coupon.token_used"
    zh, en = "这个二维码已经使用过", "This code has been presented already"


class BadMoment(Invalid):
    code = "coupon.bad_moment"
    zh, en = "核销时间不合理", "The time of the redemption cannot be true"


class KeyReused(Conflict):
    code = "coupon.key_reused"
    zh, en = "这个核销编号已用于另一张券", "The key was used for another coupon"
