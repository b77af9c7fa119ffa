"""Paying orders with points and stored value."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from huitou.kernel.errors import Conflict, Invalid, NotFound

PaymentState = Literal["held", "paid", "voided", "lapsed"]
SpendOrder = Literal["pro_rata", "principal_first", "bonus_first"]
ORDER = "order"
"""`ref_kind` of everything an order did to the ledger; `ref_id` is `order_ref()` of it."""
PAYMENT = "payment"
"""`kind` of the ledger's transactions that pay an order, and of those that give back."""


@dataclass(frozen=True, slots=True, order=True)
class OrderKey:
    """How an order is known: numbers are a unit's own."""

    unit_id: UUID
    order_no: str

    @property
    def ref(self) -> str:
        return f"{self.unit_id}:{self.order_no}"


@dataclass(frozen=True, slots=True)
class PointsRate:
    """What points are worth as money: how many a yuan, and the most of an order they may pay."""

    per_yuan: int
    share_bp: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be paid how: `points` pieces, and `stored_fen` of stored value, of an order of
    `order_fen`."""

    order_fen: int
    points: int = 0
    stored_fen: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """Of a payment: `amount` of the asset, worth `fen`. `back` was given back by refunds.

    `hold_id` is what a frozen part holds, `transaction_id` what it posted when it was paid.
    """

    payment_id: UUID
    asset: str
    amount: int
    fen: int
    hold_id: UUID | None
    transaction_id: UUID | None
    back: int


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment without its parts. `expires_at` is until when what is held waits for the order."""

    id: UUID
    unit_id: UUID
    order_no: str
    customer_id: UUID | None
    order_fen: int
    points_per_yuan: int
    state: PaymentState
    held_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None
    by: str

    @property
    def key(self) -> OrderKey:
        return OrderKey(self.unit_id, self.order_no)


@dataclass(frozen=True, slots=True)
class Known:
    """An order as the order room has it."""

    order_id: UUID
    unit_id: UUID
    order_no: str
    paid_at: datetime
    paid_fen: int

    @property
    def key(self) -> OrderKey:
        return OrderKey(self.unit_id, self.order_no)


@dataclass(frozen=True, slots=True)
class ToldRefund:
    """A refund of an order, told by an event or asked for here."""

    unit_id: UUID
    order_no: str
    refund_no: str
    refund_fen: int
    is_event: bool

    @property
    def key(self) -> OrderKey:
        return OrderKey(self.unit_id, self.order_no)


@dataclass(frozen=True, slots=True)
class PaymentShown:
    """A payment. Amounts given back are in `…_back`; money in fen, `points` in pieces."""

    id: UUID
    is_new: bool
    state: PaymentState
    unit_id: UUID
    order_no: str
    customer_id: UUID | None
    order_fen: int
    points: int
    points_fen: int
    principal_fen: int
    bonus_fen: int
    stored_fen: int
    points_back: int
    points_back_fen: int
    principal_back_fen: int
    bonus_back_fen: int
    held_at: datetime
    expires_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class PointsQuote:
    """`usable` of the `available` points may pay `usable_fen` of the order, in multiples of `step`."""

    available: int
    usable: int
    usable_fen: int
    per_yuan: int
    step: int
    share_bp: int


@dataclass(frozen=True, slots=True)
class StoredQuote:
    """What stored value there is; `usable_fen` of it may pay what the points leave."""

    principal_fen: int
    bonus_fen: int
    usable_fen: int


@dataclass(frozen=True, slots=True)
class Quote:
    """What of an order may be paid how: all the points that may, then stored value; `rest_fen` is
    left to be paid otherwise."""

    order_fen: int
    points: PointsQuote
    stored: StoredQuote
    rest_fen: int


class NothingToPay(Invalid):
    code = "payment.nothing"
    zh, en = "请填写要使用的积分或储值", "Say how many points or how much stored value to use"


class TooMuch(Invalid):
    code = "payment.too_much"
    zh = "积分和储值合计超过订单金额"
    en = "Points and stored value together exceed the order"


class BadStep(Invalid):
    code = "payment.bad_step"
    zh, en = "积分须为 {step} 的整数倍", "Points are used in multiples of {step}"


class OverShare(Invalid):
    code = "payment.over_share"
    zh = "积分最多抵扣订单的 {percent}%，本单最多 {most} 积分"
    en = "Points may pay at most {percent}% of the order: {most} points of this one"


class PointsOff(Invalid):
    code = "payment.points_off"
    zh, en = "积分抵现未开启", "Points cannot be used as money"


class AlreadyPaid(Conflict):
    code = "payment.other_body"
    zh = "这张订单已有另一笔积分或储值支付"
    en = "This order already has another payment with points or stored value"


class NoPayment(NotFound):
    code = "payment.none"
    zh = "这张订单没有积分或储值支付"
    en = "This order has no payment with points or stored value"


class NoOrder(NotFound):
    code = "payment.no_order"
    zh, en = "没有这张订单", "There is no such order"


class NotHeld(Conflict):
    code = "payment.not_held"
    zh = "这笔支付已取消或已过期，请重新发起"
    en = "This payment was given up or is over; begin a new one"


class IsPaid(Conflict):
    code = "payment.paid"
    zh = "订单已支付，请用退款"
    en = "The order is paid; refund it instead"


class OtherRefund(Conflict):
    code = "payment.refund_reused"
    zh = "同一退款单号已用于另一笔金额"
    en = "The refund's number was used for another amount"


class OverRefunded(Conflict):
    code = "payment.over_refunded"
    zh = "退款合计超过订单金额，最多还可退 {left_fen} 分"
    en = "Refunds would exceed the order: {left_fen} fen are left"
