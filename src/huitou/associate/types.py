"""Tasks, goals, and what associates and managers see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, get_args
from uuid import UUID

from huitou.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from huitou.kernel.personal import Personal

State = Literal[
    "open",
    "awaiting_confirmation",
    "sent",
    "dismissed",
    "blocked",
    "failed",
    "expired",
    "fallback",
    "closed_by_purchase",
    "cancelled",
]
"""`blocked`: the contact gate said no; `fallback`: another channel took over."""

Verb = Literal[
    "send",
    "block",
    "deliver",
    "reopen",
    "fail",
    "dismiss",
    "expire",
    "fall_back",
    "close_by_purchase",
    "cancel",
]
DismissReason = Literal["contacted_elsewhere", "not_suitable", "customer_declined", "other"]
STATES: tuple[State, ...] = get_args(State)

DISMISS_REASONS: dict[DismissReason, tuple[str, str]] = {
    "contacted_elsewhere": ("已通过其他方式联系", "Contacted in another way"),
    "not_suitable": ("现在不适合打扰", "Not a good moment"),
    "customer_declined": ("客户表示不需要", "The customer does not want it"),
    "other": ("其他原因", "Another reason"),
}


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be made. `reason` is {"zh", "en"}; `copy` is the text, its placeholders filled.

    A purchase in one of `categories` closes the task, or any purchase when there are none.
    """

    customer_id: UUID
    staff_id: UUID
    unit_id: UUID
    title: str
    reason: Mapping[str, str]
    copy: str
    skus: Sequence[str]
    categories: Sequence[str]
    deadline: datetime
    closes_at: datetime
    campaign_id: UUID | None = None
    opportunity_id: UUID | None = None
    category: str = "promotion"
    """What caps count its message under."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task as kept."""

    id: UUID
    campaign_id: UUID | None
    opportunity_id: UUID | None
    customer_id: UUID
    staff_id: UUID
    unit_id: UUID
    state: State
    title: str
    reason: Any
    copy: str
    skus: list[str]
    product_list_id: UUID | None
    message_id: UUID | None
    code: str | None
    deadline: datetime
    closes_at: datetime
    created_at: datetime
    sent_at: datetime | None
    closed_at: datetime | None
    urged_at: datetime | None
    is_paused: bool
    version: int
    category: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with the names lists show, before they are masked."""

    task: Task
    customer_ordinal: int
    name_sealed: bytes | None
    gender: str | None
    staff_name: str
    unit_code: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class CustomerRef:
    """`salutation` is how one speaks to them (王女士); the name itself is masked."""

    id: UUID
    ordinal: int
    name: Personal | None
    salutation: str


@dataclass(frozen=True, slots=True)
class StaffRef:
    id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class UnitRef:
    id: UUID
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ProductRef:
    """A product on a task's list; pictures as the catalogue has them."""

    sku: str
    name: str
    category_name: str
    price_fen: int | None
    picture: str | None


@dataclass(frozen=True, slots=True)
class TaskShown:
    """A task for people. `code` says why it is closed or failed, `code_zh`/`code_en` in words."""

    id: UUID
    state: State
    title: str
    campaign_id: UUID | None
    opportunity_id: UUID | None
    customer: CustomerRef
    associate: StaffRef
    unit: UnitRef
    reason_zh: str
    reason_en: str
    copy: str
    skus: list[str]
    message_id: UUID | None
    code: str | None
    code_zh: str | None
    code_en: str | None
    deadline: datetime
    closes_at: datetime
    created_at: datetime
    sent_at: datetime | None
    closed_at: datetime | None
    urged_at: datetime | None
    is_paused: bool
    version: int
    products: list[ProductRef] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TaskCount:
    """Tasks of an associate by what is to be done about them."""

    open: int
    awaiting: int
    sent: int
    closed: int


@dataclass(frozen=True, slots=True)
class StaffTasks:
    """One associate on the manager's page; `open` are unsent."""

    staff_id: UUID
    name: str
    unit_id: UUID
    is_away: bool
    urged_at: datetime | None
    open: int
    awaiting: int
    sent: int
    closed: int


@dataclass(frozen=True, slots=True)
class UnitTasks:
    """A unit's tasks (those made or open in the last 30 days), by associate."""

    unit: UnitRef
    open: int
    awaiting: int
    sent: int
    away: list[StaffRef]
    associates: list[StaffTasks]


@dataclass(frozen=True, slots=True)
class Colleague:
    """Who could take tasks over, and how many open ones they have."""

    staff_id: UUID
    unit_id: UUID
    open_count: int


@dataclass(frozen=True, slots=True)
class Loose:
    """A task that needs somebody: its store and the customer's WeCom friends."""

    key: UUID
    unit_id: UUID
    friends: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Goal:
    staff_id: UUID
    month: date
    target_fen: int
    is_default: bool


@dataclass(frozen=True, slots=True)
class MonthSales:
    """The month's goal and what the book's customers bought; `gap_fen` is what is missing."""

    target_fen: int
    sales_fen: int
    gap_fen: int
    orders: int
    customers: int


@dataclass(frozen=True, slots=True)
class DaySales:
    sales_fen: int
    orders: int
    customers: int


@dataclass(frozen=True, slots=True)
class Home:
    """An associate's first page."""

    staff: StaffRef
    store: UnitRef
    is_away: bool
    month: MonthSales
    today: DaySales
    tasks: TaskCount


@dataclass(frozen=True, slots=True)
class Reassigned:
    moved: int
    kept: int
    """Tasks nobody present in the store could take."""


@dataclass(frozen=True, slots=True)
class Urged:
    """`urged` associates were told; `skipped` have been told within the hour or have no open task."""

    urged: list[UUID]
    skipped: list[UUID]


@dataclass(frozen=True, slots=True)
class TasksSent:
    """Notice: these tasks' messages (≤1,000) reached their customers."""

    task_ids: tuple[UUID, ...]


class NoSuchTask(NotFound):
    code = "associate.no_task"
    zh, en = "没有找到这个任务", "There is no such task"


class TaskClosed(Conflict):
    code = "associate.task_closed"
    zh, en = "任务已结束（{state}），不能再操作", "The task is over ({state})"


class TaskPaused(Conflict):
    code = "associate.task_paused"
    zh, en = "活动已暂停，暂时不能发送", "The campaign is paused; nothing goes out for now"


class TooLate(Conflict):
    code = "associate.too_late"
    zh, en = "任务已过截止时间", "The task is past its deadline"


class TaskChanged(Conflict):
    code = "version.conflict"


class UnknownSku(Invalid):
    code = "associate.unknown_sku"
    zh, en = "没有这个商品：{sku}", "No such product: {sku}"


class NotAColleague(Invalid):
    code = "associate.not_a_colleague"
    zh = "只能转给同一门店、在岗的导购"
    en = "Tasks go only to an associate of the same store who is present"


class NothingNamed(Invalid):
    code = "associate.nothing_named"
    zh, en = "请指定任务、导购或门店", "Name tasks, a member of staff or a unit"


class NotAnAssociate(Forbidden):
    code = "associate.not_an_associate"
    zh, en = "这个页面属于导购本人", "This page is an associate's own"
