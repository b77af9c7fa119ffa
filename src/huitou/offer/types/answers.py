"""A priced cart as it is answered."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from huitou.benefit.types.payments import Quote
from huitou.kernel.errors import Conflict, Invalid
from huitou.offer.types.carts import Decision, StepKind
from huitou.offer.types.contexts import Instrument, ReasonCode
from huitou.offer.types.documents import Gift


@dataclass(frozen=True, slots=True)
class PaidLine:
    """A line of the cart: what it lists at and what is paid for it, in fen; `by_piece` in the order of
    pieces, which is how returns give it back."""

    line_no: int
    sku: str
    quantity: int
    list_fen: int
    paid_fen: int
    by_piece: list[int]


@dataclass(frozen=True, slots=True)
class Share:
    """What a step took off a line."""

    line_no: int
    off_fen: int


@dataclass(frozen=True, slots=True)
class ShownStep:
    """What an instrument did, in the order of the arithmetic. `base` is what it looked at: fen, or pieces
    where it counts them."""

    kind: StepKind
    id: str
    name: str
    zh: str
    en: str
    base: int
    times: int
    off_fen: int
    shipping_off_fen: int
    by_line: list[Share]
    gifts: list[Gift]


@dataclass(frozen=True, slots=True)
class Unused:
    """An instrument that is not used, and why: `short_fen` or `short_pieces` is what is missing, `by` what
    excludes it. `about` says what it would give."""

    id: str
    about: Instrument
    code: ReasonCode
    zh: str
    en: str
    short_fen: int | None
    short_pieces: int | None
    by: list[str]


@dataclass(frozen=True, slots=True)
class Priced:
    """What a cart costs, how that comes about, and why the rest was not used.

    `payable_fen` is what the lines and shipping cost. `decision` may be sent back to be priced or placed.
    `proven`: nothing is cheaper; else nothing is cheaper by more than `gap_fen`; both None where the decision
    was given. `payment` is what points and stored value could pay of it.
    """

    payable_fen: int
    list_fen: int
    shipping_fen: int
    saved_fen: int
    lines: list[PaidLine]
    steps: list[ShownStep]
    gifts: list[Gift]
    decision: Decision
    proven: bool | None
    gap_fen: int | None
    unused: list[Unused]
    customer_id: UUID | None
    payment: Quote | None
    rules_hash: str
    at: datetime


class NoPrice(Invalid):
    code = "offer.no_price"
    zh, en = "商品 {sku} 没有标价，请给出 list_fen", "Product {sku} has no price; give list_fen"


class NotUsable(Invalid):
    code = "offer.not_usable"
    zh, en = "「{name}」不能使用：{reason_zh}", "{name} cannot be used: {reason}"


class BudgetUsed(Conflict):
    code = "offer.budget_used"
    zh, en = "「{name}」的预算已不够这一单", "The budget of {name} is not enough for this order"
