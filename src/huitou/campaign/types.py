"""Campaigns, candidates, what a preview shows, notices and refusals."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

from huitou.kernel.errors import Conflict, Invalid, NotFound
from huitou.kernel.personal import Personal
from huitou.opportunity.types import ListName

State = Literal["draft", "publishing", "live", "paused", "ended"]
Arm = Literal["pending", "treated", "holdout", "excluded"]
ProductMode = Literal["personal", "fixed", "none"]
ARMS: tuple[Arm, ...] = get_args(Arm)


@dataclass(frozen=True, slots=True)
class Source:
    """Whom a campaign is about: exactly one of a saved segment, a rule, an opportunity list (with
    a category if wanted)."""

    segment_id: UUID | None = None
    rule: dict[str, Any] | None = None
    opportunity_kind: ListName | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Fallback:
    """What takes over after the deadline and `grace_minutes` (None: the merchant's setting)."""

    text: str
    channel: Literal["sms"] = "sms"
    template: str | None = None
    grace_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an operator decides about a campaign. `copy` may hold {name} {products} {store}
    {associate}; `holdout_bp` and `salt` decide who is held out."""

    name: str
    source: Source
    goal: str
    copy: str
    product_mode: ProductMode
    skus: tuple[str, ...]
    deadline: datetime
    fallback: Fallback | None
    holdout_bp: int
    salt: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A campaign as kept."""

    id: UUID
    name: str
    kind: str
    source: Any
    goal: str
    copy: str
    product_mode: ProductMode
    skus: list[str]
    deadline: datetime
    fallback: Any
    holdout_bp: int
    salt: str
    state: State
    version: int
    created_by: str
    created_at: datetime
    published_at: datetime | None
    ended_at: datetime | None
    urged_at: datetime | None
    fell_back_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Candidates by what was decided about them; `pending` while publishing."""

    candidates: int
    pending: int
    treated: int
    holdout: int
    excluded: int


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as shown."""

    id: UUID
    name: str
    kind: str
    source: Source
    goal: str
    copy: str
    product_mode: ProductMode
    skus: list[str]
    deadline: datetime
    closes_at: datetime
    fallback: Fallback | None
    holdout_bp: int
    salt: str
    state: State
    version: int
    created_by: str
    created_at: datetime
    published_at: datetime | None
    ended_at: datetime | None
    counts: Counts


@dataclass(frozen=True, slots=True)
class Person:
    """What is asked about a customer before a decision."""

    customer_id: UUID
    ordinal: int
    is_forgotten: bool
    no_profiling: bool
    under_14: bool
    has_other_task: bool
    owner_id: UUID | None
    unit_id: UUID | None
    is_owner_away: bool


@dataclass(frozen=True, slots=True)
class Routes:
    """What the contact gate says: None for yes, otherwise its code. `sms` is None too when no
    fallback is planned; `has_sms` tells."""

    wecom: str | None
    sms: str | None
    has_sms: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a campaign does about a customer.

    Treated with an associate: a task. Treated without: the fallback only, `reason` says why. Held
    out: nothing, on purpose. Excluded: nothing, because of `reason`.
    """

    customer_id: UUID
    arm: Arm
    reason: str | None = None
    staff_id: UUID | None = None
    unit_id: UUID | None = None
    opportunity_id: UUID | None = None
    is_covered: bool = False
    """The owner is away; `staff_id` is a colleague."""


@dataclass(frozen=True, slots=True)
class ReasonCount:
    reason: str
    title_zh: str
    title_en: str
    count: int


@dataclass(frozen=True, slots=True)
class AssociateLoad:
    staff_id: UUID
    name: str
    tasks: int


@dataclass(frozen=True, slots=True)
class StoreLoad:
    unit_id: UUID
    code: str
    name: str
    tasks: int
    associates: list[AssociateLoad]


@dataclass(frozen=True, slots=True)
class SampleTask:
    """A task as the associate would see it."""

    customer_id: UUID
    name: Personal | None
    associate: str
    store: str
    reason_zh: str
    reason_en: str
    copy: str
    skus: list[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing would do now. `without_associate` are treated by the fallback only, by
    reason; `covered` tasks go to a colleague of an associate who is away."""

    candidates: int
    treated: int
    held_out: int
    holdout_bp: int
    excluded: list[ReasonCount]
    associates: int
    covered: int
    without_associate: int
    fallback_only: list[ReasonCount]
    per_store: list[StoreLoad]
    sample: list[SampleTask]
    salt: str


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """Why a customer did, or did not, get it."""

    customer_id: UUID
    customer_ordinal: int
    name: Personal | None
    arm: Arm
    reason: str | None
    reason_zh: str | None
    reason_en: str | None
    associate_id: UUID | None
    opportunity_id: UUID | None
    task_id: UUID | None
    message_id: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Assignment:
    """Which arm a customer was put in, and when, for measuring."""

    customer_id: UUID
    arm: Literal["treated", "holdout"]
    at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a campaign is. `share` (0-1) is of publishing; `tasks` and `messages` by state."""

    state: State
    share: float
    counts: Counts
    excluded: list[ReasonCount]
    tasks: dict[str, int]
    messages: dict[str, int]
    reached: int
    associates: int
    associates_unsent: int


@dataclass(frozen=True, slots=True)
class Target:
    """A treated customer whom nobody has reached by the deadline."""

    first_customer_id: UUID
    customer_id: UUID
    staff_id: UUID | None
    unit_id: UUID | None
    opportunity_id: UUID | None
    task_id: UUID | None
    skus: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class CampaignPublished:
    """Notice: every candidate's decision is kept, tasks are made."""

    campaign_id: UUID


@dataclass(frozen=True, slots=True)
class CampaignEnded:
    """Notice: nothing more will be done."""

    campaign_id: UUID


class NoSuchCampaign(NotFound):
    code = "campaign.none"
    zh, en = "没有找到这个活动", "There is no such campaign"


class NotDraft(Conflict):
    code = "campaign.not_draft"
    zh, en = "活动已发布，不能再修改", "The campaign is published and can no longer be changed"


class WrongState(Conflict):
    code = "campaign.wrong_state"
    zh, en = "活动当前状态（{state}）不允许这个操作", "Not possible while the campaign is {state}"


class CampaignChanged(Conflict):
    code = "version.conflict"


class DeadlinePast(Invalid):
    code = "campaign.deadline_past"
    zh, en = "截止时间必须晚于现在", "The deadline must lie in the future"


class NoCandidates(Invalid):
    code = "campaign.no_candidates"
    zh, en = "没有符合条件的客户", "Nobody matches"


class BadSource(Invalid):
    code = "campaign.bad_source"
    zh = "请在人群、规则、商机中选择一种"
    en = "Choose one of a segment, a rule and an opportunity"


class BadProducts(Invalid):
    code = "campaign.bad_products"
    zh, en = "商品清单不正确：{reason}", "The product list is wrong: {reason}"
