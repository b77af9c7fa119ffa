"""What an operator decides about a campaign, what is kept of it, notices and refusals."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from huitou.benefit.types.approvals import ApprovalState
from huitou.kernel.errors import Conflict, Invalid, NotFound
from huitou.opportunity.types import ListName

State = Literal["draft", "waiting", "scheduled", "publishing", "live", "paused", "ended"]
ProductMode = Literal["personal", "fixed", "none"]


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
    {associate}; `holdout_bp` and `salt` decide who is held out. Published, it begins at `starts_at`,
    or at once."""

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
    starts_at: datetime | None = None


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
    starts_at: datetime | None
    approval_id: UUID | None
    approved_count: int | None
    not_started: Any


@dataclass(frozen=True, slots=True)
class Counts:
    """Candidates by what was decided about them; `pending` while publishing."""

    candidates: int
    pending: int
    treated: int
    holdout: int
    excluded: int


@dataclass(frozen=True, slots=True)
class Asked:
    """The word of a second person that a campaign waited for last: about so many candidates."""

    approval_id: UUID
    candidates: int
    state: ApprovalState
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class NotStarted:
    """Why a campaign that was to begin by itself is a draft again."""

    code: str
    zh: str
    en: str


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
    starts_at: datetime | None
    asked: Asked | None
    not_started: NotStarted | None


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


class StartsTooLate(Invalid):
    code = "campaign.starts_too_late"
    zh, en = "开始时间必须早于截止时间", "It must begin before its deadline"


class GrownTooMuch(Conflict):
    code = "campaign.grown"
    zh = "目标客户已增至 {count} 人，超过单人可发布或已批准的 {most} 人，请重新发布并审批"
    en = "There are {count} candidates by now, above the {most} allowed: publish it again for approval"


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
