"""Stored value: what customers pay in, what they get on top, and how they get their money back."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from huitou.benefit.types.documents import Part
from huitou.benefit.types.payments import SpendOrder
from huitou.benefit.types.plans import PlanState
from huitou.benefit.types.templates import Sentence, Warned
from huitou.kernel.errors import Conflict, Invalid, NotFound

FEN_MAX = 100_000_000
Card = Literal["named", "bearer"]
TakeBack = Literal["unearned", "all", "nothing"]
RechargeState = Literal["done", "undone"]

Fen = Annotated[int, Field(ge=1, le=FEN_MAX)]
Days = Annotated[int, Field(ge=1, le=36_500)]
Id = Annotated[UUID, Field(strict=False)]


class RechargeStep(Part):
    """Who pays in `pay_fen` gets `bonus_fen` on top, and a coupon of each of `coupons` (templates)."""

    pay_fen: Fen
    bonus_fen: Annotated[int, Field(ge=0, le=FEN_MAX)] = 0
    coupons: Annotated[tuple[Id, ...], Field(max_length=10, strict=False)] = ()


class WithdrawalPolicy(Part):
    """How a customer gets the principal back that is left.

    `take_back` says what of the bonus used is deducted: `unearned` what was used beyond the share of
    the principal spent, `all` of it, or `nothing`. Bonus not used is forfeited. `fee_bp` is of what
    is left then.
    """

    is_allowed: bool = True
    fee_bp: Annotated[int, Field(ge=0, le=10_000)] = 0
    take_back: TakeBack = "unearned"


class StoredPlan(Part):
    """Everything a plan says. Whoever pays in an amount between steps gets what the highest step
    reached gives.

    `valid_days` is how long the card is valid (None: for ever): after it the card is renewed, money
    paid in never ends. Bonus ends `bonus_days` after it was given (None: never). `undo_days` is how
    long a recharge of which nothing was used can be undone in full.
    """

    name: Annotated[str, Field(min_length=1, max_length=40)]
    card: Card = "named"
    steps: Annotated[tuple[RechargeStep, ...], Field(min_length=1, max_length=20, strict=False)]
    is_any_amount: bool = True
    """May other amounts than those of the steps be paid in?"""
    bonus_days: Days | None = None
    valid_days: Days | None = None
    spend_order: SpendOrder = "pro_rata"
    undo_days: Annotated[int, Field(ge=0, le=365)] = 7
    withdrawal: WithdrawalPolicy = WithdrawalPolicy()
    terms: Annotated[str, Field(max_length=2_000)] = ""


@dataclass(frozen=True, slots=True)
class Unlawful:
    """A rule that a plan breaks."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class StoredPlanPreview:
    """A plan in words, the rules it breaks (then it cannot be published), and what is probably not
    meant."""

    sentence: Sentence
    unlawful: list[Unlawful]
    warnings: list[Warned]


@dataclass(frozen=True, slots=True)
class StoredPlanVersion:
    version: int
    state: PlanState
    revision: int
    plan: StoredPlan
    created_at: datetime
    created_by: str
    published_at: datetime | None
    published_by: str | None
    sentence: Sentence
    unlawful: list[Unlawful]
    warnings: list[Warned]


@dataclass(frozen=True, slots=True)
class Recharge:
    """Money that was paid in. `coupons` are those given along, as {template, serial}."""

    id: UUID
    payment_no: str
    customer_id: UUID
    unit_id: UUID
    plan_version: int
    paid_fen: int
    bonus_fen: int
    principal_transaction_id: UUID
    bonus_transaction_id: UUID | None
    coupons: list[dict[str, Any]]
    state: RechargeState
    at: datetime
    by: str
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Balance:
    """A customer's assets now, everybody's who was merged into them; money in fen. Below zero is
    owed."""

    customer_id: UUID
    points: int
    points_pending: int
    points_held: int
    points_next_expiring: int
    points_next_expiry_at: datetime | None
    principal_fen: int
    bonus_fen: int
    stored_fen: int
    stored_held_fen: int
    bonus_next_expiring_fen: int
    bonus_next_expiry_at: datetime | None
    growth: int


@dataclass(frozen=True, slots=True)
class Recharged:
    """The answer to a recharge. `is_new` is False when this payment number was answered before."""

    recharge: Recharge
    is_new: bool
    balance: Balance


@dataclass(frozen=True, slots=True)
class Run:
    """What was paid in since a customer last had nothing (and whatever older is left of): of
    `principal_fen` `left_fen` can still be used, of `bonus_fen` given along `bonus_used_fen` was
    used."""

    principal_fen: int
    left_fen: int
    bonus_fen: int
    bonus_used_fen: int


@dataclass(frozen=True, slots=True)
class Refundable:
    """What a customer gets who gives the card back, and why.

    `payout_fen = principal_fen - taken_back_fen - fee_fen`; `bonus_fen` is forfeited.
    """

    principal_fen: int
    bonus_fen: int
    bonus_used_fen: int
    taken_back_fen: int
    fee_fen: int
    payout_fen: int
    why: Sentence


@dataclass(frozen=True, slots=True)
class Quarter:
    """`balance_fen` is the prepaid money customers had at the quarter's end (of the running one: now);
    what was paid in, used (net of refunds) and paid out in it."""

    name: str
    ends_on: date
    balance_fen: int
    recharged_fen: int
    used_fen: int
    withdrawn_fen: int


@dataclass(frozen=True, slots=True)
class Prepaid:
    """Prepaid money (principal), for the books and for the custody account.

    `custody_fen` is what has to lie in custody for the balance at the end of the last quarter at
    the merchant's `custody_bp` (2,000 large issuers, 3,000 groups, 4,000 brands).
    """

    principal_fen: int
    bonus_fen: int
    accounts: int
    custody_bp: int
    custody_base_fen: int
    custody_fen: int
    quarters: list[Quarter]
    bonus_by_month: list["BonusMonth"]


@dataclass(frozen=True, slots=True)
class BonusMonth:
    """Bonus that ends in a month (None: never)."""

    month: date | None
    bonus_fen: int


class NoStoredPlan(NotFound):
    code = "stored.no_plan"
    zh, en = "没有这个储值方案", "There is no such stored-value plan"


class NotOffered(Conflict):
    code = "stored.not_offered"
    zh, en = "还没有发布储值方案", "No stored-value plan is in force"


class StoredDraftThere(Conflict):
    code = "stored.draft_there"
    zh, en = "已有一个草稿（第 {version} 版）", "There is a draft already (version {version})"


class NotAStoredDraft(Conflict):
    code = "stored.not_a_draft"
    zh, en = "只有草稿可以修改或发布", "Only a draft can be changed or published"


class StoredPlanChanged(Conflict):
    code = "stored.plan_changed"
    zh, en = "方案已被他人修改，请刷新", "The plan was changed meanwhile; reload it"


class UnlawfulPlan(Invalid):
    code = "stored.unlawful"
    zh, en = "方案违反规定：{zh}", "The plan breaks a rule: {en}"


class BadStoredPlan(Invalid):
    code = "stored.bad_plan"
    zh, en = "储值方案不合法：{reason}", "The stored-value plan is not valid: {reason}"


class NotAStep(Invalid):
    code = "stored.not_a_step"
    zh, en = "充值金额须为方案中的档位", "The amount must be one of the plan's steps"


class OverCap(Conflict):
    code = "stored.over_cap"
    zh = "充值后余额超过限额：{zh}，现有 {balance_fen} 分，最多还可充 {left_fen} 分"
    en = "The balance would exceed the cap: {en}; it is {balance_fen} fen, {left_fen} may be added"


class PaymentReused(Conflict):
    code = "stored.payment_reused"
    zh, en = "这个支付单号已用于另一笔充值", "The payment's number was used for another recharge"


class NoRecharge(NotFound):
    code = "stored.no_recharge"
    zh, en = "没有找到这笔充值", "The recharge was not found"


class UndoOver(Conflict):
    code = "stored.undo_over"
    zh = "已过可撤销期（{days} 天），请走退卡"
    en = "It can no longer be undone ({days} days); withdraw instead"


class Used(Conflict):
    code = "stored.used"
    zh, en = "这笔充值已有消费，请走退卡", "Some of it was used already; withdraw instead"


class NothingLeft(Conflict):
    code = "stored.nothing_left"
    zh, en = "没有可退的储值余额", "There is no stored value to give back"
