"""Coupons presented: at a till, in a checkout, and on a phone without a network."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.benefit.types.coupons import CouponShown
from huitou.benefit.types.templates import Promise, SaleChannel, Sentence
from huitou.kernel.errors import Refusal


@dataclass(frozen=True, slots=True)
class Line:
    """Of what is bought; `paid_fen` of the whole line before the coupon."""

    sku: str
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Place:
    """A unit as a coupon's conditions see it."""

    unit_id: UUID
    path: str
    channel: SaleChannel


@dataclass(frozen=True, slots=True)
class Basket:
    """What a coupon is presented for, as far as it is known.

    `amount_fen` is what is paid before the coupon; with `lines` it is theirs that counts.
    """

    amount_fen: int | None = None
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Presented:
    """A coupon presented at a unit. `key` is made by who presents, once for each presentation; without
    one the order's number tells a repeated one."""

    text: str
    unit: str
    key: str | None
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
class Checked:
    """A coupon, and why it could not be used now, here, for this (None: it could)."""

    coupon: CouponShown
    code: str | None
    detail: str | None
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


@dataclass(frozen=True, slots=True)
class Presentable:
    """A coupon in a customer's pack, and why it could not be used at a place and a moment whatever is
    bought (None: it could)."""

    code: str
    promise: Promise
    sentence: Sentence
    expires_at: datetime | None
    refusal: Refusal | None
