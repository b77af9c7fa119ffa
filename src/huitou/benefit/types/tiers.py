"""Tier plans as they are written, histories and standings, and what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from huitou.kernel.errors import Conflict, Invalid, NotFound

GROWTH = "growth"
"""The asset that tiers may be reached by; it is earned and taken back, never spent."""

AMOUNT_MAX = 10**12

Metric = Literal["spend", "growth", "orders"]
Span = Literal["year", "month"]
Way = Literal["on_upgrade", "monthly", "birthday"]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Days = Annotated[int, Field(ge=1, le=3_660)]
Title = Annotated[str, Field(min_length=1, max_length=40)]
Whole = Annotated[int, Field(ge=0, le=AMOUNT_MAX)]
Count = Annotated[int, Field(ge=1, le=100)]


class Part(BaseModel):
    """Strict, closed, and never changed once read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Rolling(Part):
    """The last `days` times 24 hours."""

    kind: Literal["rolling"]
    days: Days


class Calendar(Part):
    """The calendar year or month, in the merchant's zone."""

    kind: Literal["calendar"]
    span: Span


class SinceUpgrade(Part):
    """Begins anew with each tier reached, kept or lost."""

    kind: Literal["since_upgrade"]


class ForDays(Part):
    """A tier is sure for so many times 24 hours."""

    kind: Literal["days"]
    days: Days


class ForSpans(Part):
    """A tier is sure until the end of the `count`-th calendar year or month after this one."""

    kind: Literal["spans"]
    span: Span
    count: Annotated[int, Field(ge=1, le=24)]


class MemberPrice(Part):
    """Pays `rate_bp` of the price, or the prices of a named list."""

    kind: Literal["member_price"]
    rate_bp: Annotated[int, Field(ge=1, le=10_000)] | None = None
    price_list: Code | None = None


class PointsMultiplier(Part):
    """Purchases earn `rate_bp` of the usual points: 15,000 is one and a half times."""

    kind: Literal["points_multiplier"]
    rate_bp: Annotated[int, Field(gt=10_000, le=100_000)]


class FreeShipping(Part):
    kind: Literal["free_shipping"]


class PointsGift(Part):
    kind: Literal["points"]
    points: Annotated[int, Field(ge=1, le=1_000_000)]
    way: Way


class CouponGift(Part):
    """`template` is the id of a coupon template."""

    kind: Literal["coupons"]
    template: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    count: Annotated[int, Field(ge=1, le=20)] = 1
    way: Way


Gift = PointsGift | CouponGift
"""Given out; the other privileges simply hold."""
Privilege = Annotated[
    MemberPrice | PointsMultiplier | FreeShipping | PointsGift | CouponGift,
    Field(discriminator="kind"),
]


class TierRule(Part):
    """`threshold` reaches it, `keep` (the threshold where left out) holds it."""

    code: Code
    zh: Title
    en: Title
    threshold: Whole
    keep: Whole | None = None
    privileges: Annotated[list[Privilege], Field(max_length=20)] = []


class GrowthEvent(Part):
    """An event of this type earns growth: each time, or once a day or once ever a customer."""

    type: Annotated[str, Field(min_length=1, max_length=64)]
    growth: Annotated[int, Field(ge=1, le=1_000_000)]
    limit: Literal["each", "daily", "once"] = "each"


class GrowthRules(Part):
    """`per_yuan` is earned for each whole yuan of an order, refunds taken off."""

    per_yuan: Annotated[int, Field(ge=0, le=1_000)] = 0
    events: Annotated[list[GrowthEvent], Field(max_length=20)] = []


class PaidTier(Part):
    """A tier that can be bought for some days. The price is recorded; who sells takes the money."""

    code: Code
    tier: Code
    days: Days
    price_fen: Whole


class TierPlan(Part):
    """The ladder, lowest first, and how it is climbed. Reached at once; lost as follows.

    With `validity` a tier is looked at when it ends: the sum of the window just before must reach
    `keep`, or within `grace_days` after. Without, it is lost as soon as the window's sum falls
    below (never, where the window begins with the upgrade). `refund`: `recalc` counts what was
    given back as never bought; `no_downgrade` lowers the sum for the next look only.
    """

    name: Title
    metric: Metric
    window: Annotated[Rolling | Calendar | SinceUpgrade, Field(discriminator="kind")]
    validity: Annotated[ForDays | ForSpans, Field(discriminator="kind")] | None = None
    downgrade: Literal["one", "to_match", "to_base"] = "to_match"
    grace_days: Annotated[int, Field(ge=0, le=365)] = 0
    refund: Literal["recalc", "no_downgrade"] = "recalc"
    min_order_fen: Whole = 1
    growth: GrowthRules | None = None
    paid: Annotated[list[PaidTier], Field(max_length=20)] = []
    tiers: Annotated[list[TierRule], Field(min_length=2, max_length=12)]


@dataclass(frozen=True, slots=True)
class TakenBack:
    at: datetime
    amount: int


@dataclass(frozen=True, slots=True)
class Fact:
    """`amount` of the plan's metric came at `at`; parts of it were taken back later."""

    at: datetime
    key: str
    amount: int
    taken_back: tuple[TakenBack, ...] = ()


@dataclass(frozen=True, slots=True)
class Bought:
    """A tier that was paid for, in [since, until)."""

    tier: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class History:
    """Everything a tier follows from."""

    facts: tuple[Fact, ...] = ()
    bought: tuple[Bought, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why: the `sum` of the metric since `window_from` (None: since the tier began, or ever)."""

    metric: Metric
    sum: int
    window_from: datetime | None
    plan_version: int
    why_zh: str
    why_en: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands. `tier` is the higher of what was earned and what was bought.

    `valid_until`: when it is looked at next (None: always, or for ever); in `grace_until` it is
    about to be lost. `due_at`: when the answer may be another without anything happening. `to_next`
    and `to_keep` are what is missing (None without a next tier; 0 where it is kept already).
    """

    tier: str
    earned: str
    since: datetime | None
    valid_until: datetime | None
    grace_until: datetime | None
    due_at: datetime | None
    next_tier: str | None
    to_next: int | None
    to_keep: int
    evidence: Evidence


PlanState = Literal["draft", "published", "retired"]


@dataclass(frozen=True, slots=True)
class PlanVersion:
    """A version of the merchant's plan. One is published; drafts can be edited by `revision`."""

    version: int
    state: PlanState
    revision: int
    plan: TierPlan
    sentence_zh: str
    sentence_en: str
    created_at: datetime
    created_by: str
    published_at: datetime | None
    published_by: str | None


@dataclass(frozen=True, slots=True)
class Membership:
    """The stored standing of a customer."""

    customer_id: UUID
    tier: str
    earned: str
    since: datetime | None
    valid_until: datetime | None
    grace_until: datetime | None
    due_at: datetime | None
    plan_version: int
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TierChange:
    """`at`: when it was found out. `from_tier` is None for the first one."""

    id: UUID
    customer_id: UUID
    from_tier: str | None
    to_tier: str
    at: datetime
    plan_version: int
    evidence: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Purchase:
    """A tier bought by a customer; `ref` is the seller's own number, unique for ever."""

    id: UUID
    customer_id: UUID
    offer: str
    tier: str
    since: datetime
    until: datetime
    price_fen: int
    ref: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class CustomerTier:
    """A customer's page: the standing, its names, and what it brings."""

    customer_id: UUID
    zh: str
    en: str
    standing: Standing
    privileges: list[dict[str, Any]]
    growth: int
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class TierCount:
    """A tier of the plan in force and how many customers have it."""

    code: str
    zh: str
    en: str
    threshold: int
    customers: int
    privileges: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Tiers:
    """The ladder in force; `plan_version` is None before the first was published."""

    plan_version: int | None
    tiers: list[TierCount]
    sentence_zh: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class Moved:
    """One customer a plan would move (or moved)."""

    customer_id: UUID
    from_tier: str | None
    to_tier: str
    why_zh: str
    why_en: str


@dataclass(frozen=True, slots=True)
class Run:
    """A plan looked at with, or applied to, everybody: `done` of `total` customers so far.

    `counts` is customers by tier under the plan; `up` and `down` how many move; ten are shown.
    """

    id: UUID
    kind: Literal["preview", "apply"]
    plan_version: int
    revision: int
    state: Literal["queued", "running", "done", "superseded"]
    done: int
    total: int
    up: int
    down: int
    counts: Mapping[str, int]
    examples: list[Moved]
    sentence_zh: str
    sentence_en: str
    queued_at: datetime
    ended_at: datetime | None
    by: str


@dataclass(frozen=True, slots=True)
class TierFault:
    """A customer whose stored tier is not what their history gives, by the reconciliation."""

    customer_id: UUID
    stored: str | None
    computed: str


@dataclass(frozen=True, slots=True)
class TiersChecked:
    """Of `looked` customers, those whose stored tier is wrong; empty is sound."""

    looked: int
    faults: list[TierFault]
    next: str | None


@dataclass(frozen=True, slots=True)
class TiersChanged:
    """Notice: these customers (≤1,000) have another tier now."""

    customer_ids: tuple[UUID, ...]


class NoTierPlan(NotFound):
    code = "benefit.no_tier_plan"
    zh, en = "没有找到这个等级方案", "There is no such tier plan"


class NoPlanInForce(Conflict):
    code = "benefit.no_plan_in_force"
    zh, en = "还没有发布等级方案", "No tier plan has been published yet"


class BadTierPlan(Invalid):
    code = "benefit.bad_tier_plan"
    zh, en = "等级方案不能成立：{reason_zh}", "The tier plan cannot work: {reason_en}"


class NotADraft(Conflict):
    code = "benefit.tier_plan_not_a_draft"
    zh, en = (
        "已发布的等级方案不能修改，请新建版本",
        "A published tier plan is not changed: make a new one",
    )


class DraftThere(Conflict):
    code = "benefit.tier_plan_draft_there"
    zh, en = "已有一个草稿版本：{version}", "There is a draft already: version {version}"


class TierPlanChanged(Conflict):
    code = "benefit.tier_plan_changed"
    zh, en = "等级方案已被别人修改，请刷新", "The tier plan was changed by somebody else; reload"


class NoTierRun(NotFound):
    code = "benefit.no_tier_run"
    zh, en = "没有找到这次计算", "There is no such run"


class NoPaidTier(Invalid):
    code = "benefit.no_paid_tier"
    zh, en = "现行方案没有付费等级 {code}", "The plan in force does not sell {code}"


class RefReused(Conflict):
    code = "benefit.tier_ref_reused"
    zh, en = "单号 {ref} 已用于另一笔购买", "The number {ref} was used for another purchase"
