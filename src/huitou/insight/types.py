"""Figures and funnels. Money in fen, days in the merchant's zone."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from huitou.associate.types import UnitTasks
from huitou.attribution.types import Lift, LiftVerdict
from huitou.kernel.personal import Personal
from huitou.merchant.types import UnitKind

Stage = Literal["tasks", "sent", "delivered", "opened", "bought"]


@dataclass(frozen=True, slots=True)
class Metric:
    """A number's name and what it means; `source` names the rooms it is computed from."""

    code: str
    title_zh: str
    title_en: str
    meaning_zh: str
    meaning_en: str
    source: str


@dataclass(frozen=True, slots=True)
class Sold:
    """Orders paid in a span and who paid them; a new customer's first order lies in the span."""

    orders: int
    customers: int
    new_customers: int


@dataclass(frozen=True, slots=True)
class Work:
    """What one associate (or, with None, the store itself) of a unit did and what came of it."""

    unit_id: UUID | None
    staff_id: UUID | None
    tasks: int = 0
    sent: int = 0
    delivered: int = 0
    opened: int = 0
    bought: int = 0
    orders: int = 0
    amount_fen: int = 0
    commission_fen: int = 0


@dataclass(frozen=True, slots=True)
class ResultRow:
    """A line of the funnel: tasks → sent → delivered → opened → bought → amount → commission.

    `tasks` are those made, `sent`, `delivered` and `opened` count messages, `bought` customers with
    a credited order. `staff_id` None: messages in the store's own name.
    """

    unit_id: UUID | None
    unit_name: str | None
    staff_id: UUID | None
    staff_name: str | None
    tasks: int
    sent: int
    delivered: int
    opened: int
    bought: int
    orders: int
    amount_fen: int
    commission_fen: int


@dataclass(frozen=True, slots=True)
class Incremental:
    """What campaigns really added, together; the interval may be looked at any day.

    None and `unproven` while nothing was measured. `campaigns` is how many were.
    """

    incremental_fen: int | None
    low_fen: int | None
    high_fen: int | None
    verdict: LiftVerdict
    sentence_zh: str
    sentence_en: str
    campaigns: int


@dataclass(frozen=True, slots=True)
class Results:
    """`lift` when one campaign was asked for; `incremental` beside every credited amount."""

    rows: list[ResultRow]
    total: ResultRow
    incremental: Incremental
    lift: Lift | None


@dataclass(frozen=True, slots=True)
class Behind:
    """One customer (and message, task or order) behind a number; the name is masked."""

    customer_id: UUID | None
    ordinal: int | None
    name: Personal | None
    unit_id: UUID | None
    staff_id: UUID | None
    campaign_id: UUID | None
    task_id: UUID | None
    message_id: UUID | None
    order_id: UUID | None
    order_no: str | None
    channel: str | None
    amount_fen: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class BehindRow:
    """The same as stored."""

    id: UUID
    customer_id: UUID | None
    unit_id: UUID | None
    staff_id: UUID | None
    campaign_id: UUID | None
    task_id: UUID | None
    message_id: UUID | None
    order_id: UUID | None
    order_no: str | None
    channel: str | None
    amount_fen: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Figures:
    """A span's numbers. `sales_fen` is what was paid less what was refunded in the span."""

    since: datetime
    until: datetime
    sales_fen: int
    orders: int
    customers: int
    new_customers: int
    tasks: int
    sent: int
    delivered: int
    opened: int
    bought: int
    credited_orders: int
    credited_fen: int
    commission_fen: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the series; days without sales are there with zeros."""

    day: date
    sales_fen: int
    orders: int
    credited_fen: int


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """A store's (or online shop's) last 30 days; `days` are the net sales of each in fen, the
    newest last."""

    unit_id: UUID
    code: str
    name: str
    kind: UnitKind
    sales_fen: int
    orders: int
    tasks: int
    sent: int
    delivered: int
    opened: int
    bought: int
    credited_fen: int
    commission_fen: int
    days: list[int]


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """A campaign published in the last 30 days: what is credited to it, and what it added."""

    campaign_id: UUID
    name: str
    published_at: datetime
    credited_fen: int
    lift: Lift


@dataclass(frozen=True, slots=True)
class Overview:
    """The first page: today, seven and thirty days (each with today), by day, store, campaign."""

    as_of: datetime
    today: Figures
    week: Figures
    month: Figures
    series: list[Day]
    units: list[UnitFigures]
    campaigns: list[CampaignFigures]
    incremental: Incremental


@dataclass(frozen=True, slots=True)
class StaffToday:
    """An associate's day."""

    staff_id: UUID
    name: str
    sent: int
    credited_orders: int
    credited_fen: int
    commission_fen: int


@dataclass(frozen=True, slots=True)
class StoreToday:
    """A manager's page: today's sales, the work by associate, unsent tasks and who is away."""

    unit_id: UUID
    code: str
    name: str
    day: date
    sales_fen: int
    orders: int
    customers: int
    new_customers: int
    credited_fen: int
    commission_fen: int
    tasks: UnitTasks
    staff: list[StaffToday]


@dataclass(frozen=True, slots=True)
class CampaignRef:
    id: UUID
    name: str
    published_at: datetime
