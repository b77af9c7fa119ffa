"""What an operator decides about a campaign, what is kept of it, notices and refusals."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from huitou.benefit.types.approvals import ApprovalState
from huitou.kernel.errors import Conflict, Invalid, NotFound
from huitou.opportunity.types import ListName

State = Literal["draft", "waiting", "scheduled", "publishing", "live", "paused", "ended"]
ProductMode = Literal["personal", "fixed", "none"]
StepChannel = Literal["wecom", "sms", "wechat", "mini", "rcs", "phone", "webhook"]
Until = Literal["delivered", "opened", "bought"]
"""When a step has worked. `delivered`: the channel says that the customer has the message. `opened`: the
customer opened the link in it; nothing else tells that a message was read. `bought`: an order of the
customer was paid after the message was delivered, whatever the order is later credited to."""
Copies = Literal["one", "all"]
"""`one`: as soon as one copy has reached a customer, or may still reach them, no other goes out.
`all`: a step that did not work is followed by the next one, whether its copy arrived or not."""
SendTime = Literal["now", "habit"]
"""`habit`: what goes by itself waits, within the window, for the hour in which its customer looks."""
STEPS_MAX = 6


@dataclass(frozen=True, slots=True)
class Source:
    """Whom a campaign is about: exactly one of a saved segment, a rule, an opportunity list (with
    a category if wanted), an uploaded list of customers."""

    segment_id: UUID | None = None
    rule: dict[str, Any] | None = None
    opportunity_kind: ListName | None = None
    category: str | None = None
    list_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One way in which a campaign's message reaches a customer, tried when those before it did not work.

    By `wecom` an associate sends it: the person step, which makes a task. By all other channels it
    goes by itself. `text`, and the values of `params`, may hold {name} {products} {store} {associate}.

    A step lasts `within_minutes` from the moment its message is handed over (quiet hours, a stop and a
    queue do not count); the person step may instead last until `deadline`, a fixed time. Associates who are urged then have
    `grace_minutes` more (None: the merchant's setting).
    """

    channel: StepChannel
    text: str
    until: Until = "delivered"
    within_minutes: int | None = None
    deadline: datetime | None = None
    grace_minutes: int | None = None
    template: str | None = None
    params: dict[str, str] = field(default_factory=dict)

    @property
    def is_person(self) -> bool:
        return self.channel == "wecom"


@dataclass(frozen=True, slots=True)
class Fallback:
    """The simple form of a second step: an SMS after the deadline and `grace_minutes` (None: the
    merchant's setting)."""

    text: str
    channel: Literal["sms"] = "sms"
    template: str | None = None
    grace_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What an operator decides about a campaign. `steps` are tried in order; `holdout_bp` and `salt`
    decide who is held out. Published, it begins at `starts_at`, or at once."""

    name: str
    source: Source
    goal: str
    product_mode: ProductMode
    skus: tuple[str, ...]
    steps: tuple[Step, ...]
    holdout_bp: int
    salt: str
    copies: Copies = "one"
    puts_off: bool = False
    """Where a cap has no room now, messages wait for it, as long as their step lasts."""
    starts_at: datetime | None = None
    category: str = "promotion"
    """What caps count its messages under."""
    send_time: SendTime = "now"
    window_hours: int = 24
    priority: int = 3
    """Where a customer has no room for all: 5 before 1, whatever they are worth."""
    share_bp: int = 100
    """The part of an average order that a message is expected to bring: so many of 10,000 customers buy."""
    budget_fen: int | None = None
    """What its messages may cost."""
    per_hour: int | None = None
    """So many messages go out in an hour at most."""
    holds_ahead: bool = False
    """Its places are held as soon as it is published, though it begins at `starts_at`."""

    @property
    def person(self) -> Step | None:
        """The step that associates do."""
        return self.steps[0] if self.steps[0].is_person else None

    @property
    def is_mailed(self) -> bool:
        """A chain asks the gate at every step, of each customer; a single step can be asked of all at once."""
        return self.person is None and len(self.steps) == 1

    def begins_at(self, now: datetime) -> datetime:
        """From when on messages go that are decided about now."""
        return max(now, self.starts_at) if self.holds_ahead and self.starts_at else now


@dataclass(frozen=True, slots=True)
class Stored:
    """A campaign as kept. `deadline`: of the associates; None in a draft that says it in minutes, and
    without a person step."""

    id: UUID
    name: str
    kind: str
    source: Any
    goal: str
    product_mode: ProductMode
    skus: list[str]
    steps: Any
    copies: Copies
    deadline: datetime | None
    holdout_bp: int
    salt: str
    state: State
    version: int
    created_by: str
    created_at: datetime
    published_at: datetime | None
    ended_at: datetime | None
    urged_at: datetime | None
    starts_at: datetime | None
    approval_id: UUID | None
    approved_count: int | None
    not_started: Any
    category: str
    puts_off: bool
    send_time: SendTime
    window_hours: int
    priority: int
    share_bp: int
    budget_fen: int | None
    per_hour: int | None
    holds_ahead: bool
    next_chunk_at: datetime | None


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
    """A campaign as shown. `copy` and `fallback` are its steps in the simple form: the first one's text,
    and the second where it is an SMS and the last."""

    id: UUID
    name: str
    kind: str
    source: Source
    goal: str
    copy: str
    product_mode: ProductMode
    skus: list[str]
    steps: list[Step]
    copies: Copies
    puts_off: bool
    deadline: datetime | None
    closes_at: datetime | None
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
    send_time: SendTime
    window_hours: int
    asked: Asked | None
    not_started: NotStarted | None
    category: str
    priority: int
    share_bp: int
    budget_fen: int | None
    per_hour: int | None
    holds_ahead: bool


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
    zh = "请在人群、规则、商机、名单中选择一种"
    en = "Choose one of a segment, a rule, an opportunity and a list"


class BadProducts(Invalid):
    code = "campaign.bad_products"
    zh, en = "商品清单不正确：{reason}", "The product list is wrong: {reason}"


class BadSending(Invalid):
    code = "campaign.bad_sending"
    zh, en = "发送设置不正确：{zh}", "What is said about sending is wrong: {en}"


class BadSteps(Invalid):
    code = "campaign.bad_steps"
    zh, en = "触达步骤不正确：{zh}", "The steps are wrong: {en}"
