"""Histories and standings, runs over everybody, and what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from huitou.benefit.types.plans import PlanState
from huitou.benefit.types.tier_plans import Metric, TierPlan
from huitou.kernel.errors import Conflict, Invalid, NotFound


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
class TierEvidence:
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
    evidence: TierEvidence


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
    """Notice: these customers (≤1,000) have another tier now. `by_plan`: because another plan was
    published, not by what they did."""

    customer_ids: tuple[UUID, ...]
    by_plan: bool = False


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
