"""The points plan: how points are earned, when they can be used, when they end; the points mall."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from huitou.benefit.types.documents import Part
from huitou.benefit.types.ledger import Lot
from huitou.benefit.types.plans import PlanState
from huitou.kernel.errors import Conflict, Forbidden, Invalid, NotFound

Title = Annotated[str, Field(min_length=1, max_length=40)]
Days = Annotated[int, Field(ge=1, le=3_660)]


class OrderRule(Part):
    """`points` for each whole `per_fen` paid for lines of these categories (none: of all others).

    The first rule that fits a line counts it.
    """

    per_fen: Annotated[int, Field(ge=1, le=10_000_000)]
    points: Annotated[int, Field(ge=0, le=10_000)]
    categories: Annotated[list[str], Field(max_length=50, default_factory=list)]


class EventRule(Part):
    """An event of this type earns points: each time, or once a day or once ever a customer."""

    type: Annotated[str, Field(min_length=1, max_length=64)]
    points: Annotated[int, Field(ge=1, le=1_000_000)]
    limit: Literal["each", "daily", "once"] = "daily"


class AtOnce(Part):
    kind: Literal["at_once"]


class AfterDays(Part):
    """So many times 24 hours after payment: when hardly anything is returned any more."""

    kind: Literal["days"]
    days: Days


class Never(Part):
    kind: Literal["never"]


class Lasting(Part):
    """So many times 24 hours from when they can be used."""

    kind: Literal["days"]
    days: Days


class UntilYearEnd(Part):
    """Until the end of the `years`-th calendar year after the one they are earned in."""

    kind: Literal["year_end"]
    years: Annotated[int, Field(ge=0, le=10)]


class PointsPlan(Part):
    """`birthday_rate_bp` is what orders in the customer's month of birth earn of the usual.

    `clawback`: points to be taken back that are spent already are owed, and paid by what is earned
    next (`owe`), or let go (`forgive`).
    """

    name: Title
    orders: Annotated[list[OrderRule], Field(max_length=20, default_factory=list)]
    events: Annotated[list[EventRule], Field(max_length=20, default_factory=list)]
    birthday_rate_bp: Annotated[int, Field(ge=10_000, le=100_000)] = 10_000
    has_tier_rates: bool = True
    pending: Annotated[AtOnce | AfterDays, Field(discriminator="kind")] = AtOnce(kind="at_once")
    expiry: Annotated[Never | Lasting | UntilYearEnd, Field(discriminator="kind")] = UntilYearEnd(
        kind="year_end", years=1
    )
    clawback: Literal["owe", "forgive"] = "owe"


@dataclass(frozen=True, slots=True)
class PointsPlanVersion:
    """A version of the plan; `sentence_*` says what it means. Orders paid from `published_at` on
    earn by it."""

    version: int
    state: PlanState
    revision: int
    document: PointsPlan
    sentence_zh: str
    sentence_en: str
    created_at: datetime
    created_by: str
    published_at: datetime | None
    published_by: str | None


@dataclass(frozen=True, slots=True)
class MallItem:
    """What points are exchanged for: goods of the house, or a coupon. `stock` is what is left, None
    without end; `each_max` is how many a customer may have, None without end."""

    id: UUID
    name: str
    kind: Literal["goods", "coupon"]
    points: int
    template_id: UUID | None
    stock: int | None
    each_max: int | None
    opens_at: datetime
    closes_at: datetime | None
    state: Literal["open", "closed"]
    version: int
    picture_url: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A customer's exchange. Goods wait to be handed over; a coupon is there at once."""

    id: UUID
    item_id: UUID
    item_name: str
    customer_id: UUID
    quantity: int
    points: int
    state: Literal["waiting", "done", "cancelled"]
    at: datetime
    transaction_id: UUID
    unit_id: UUID | None
    done_at: datetime | None
    done_by: str | None


@dataclass(frozen=True, slots=True)
class PointsOf:
    """What a customer has in points: see `Standing`; and the lots that are left, soonest to end first."""

    available: int
    pending: int
    held: int
    owed: int
    next_expiry_at: datetime | None
    next_expiring: int
    lots: list[Lot]


@dataclass(frozen=True, slots=True)
class PointsMoved:
    """What another system moved, as `/v1/ledger/transactions` knows it."""

    transaction_id: UUID


class NoPointsPlan(NotFound):
    code = "points.no_plan"
    zh = "没有这个版本的积分方案"
    en = "There is no such version of the points plan"


class PointsPlanChanged(Conflict):
    code = "points.plan_changed"
    zh = "积分方案已被他人修改，请刷新后再试"
    en = "The points plan was changed by somebody else meanwhile"


class NotADraft(Conflict):
    code = "points.not_a_draft"
    zh = "只有草稿可以修改或发布"
    en = "Only a draft can be changed or published"


class OnlySystems(Forbidden):
    code = "points.only_systems"
    zh = "这个接口只供系统的 API 密钥使用，人工增减请用人工调整"
    en = "This is for the API keys of systems; people give and take by an adjustment"


class BadPointsEnd(Invalid):
    code = "points.bad_end"
    zh = "到期时间须在将来，且只用于增加积分"
    en = "An end lies ahead, and is for points that are given"


class BadPointsPlan(Invalid):
    code = "points.bad_plan"
    zh = "积分方案有误：{reason}"
    en = "The points plan is wrong: {reason}"


class NoMallItem(NotFound):
    code = "points.no_item"
    zh = "没有这个兑换商品"
    en = "There is no such item in the points mall"


class MallItemChanged(Conflict):
    code = "points.item_changed"
    zh = "兑换商品已被他人修改，请刷新后再试"
    en = "The item was changed by somebody else meanwhile"


class MallClosed(Conflict):
    code = "points.item_closed"
    zh = "该商品现在不能兑换"
    en = "The item cannot be had now"


class MallSoldOut(Conflict):
    code = "points.sold_out"
    zh = "库存不足，还剩 {left} 件"
    en = "Not enough in stock: {left} left"


class MallEnough(Conflict):
    code = "points.enough"
    zh = "每人最多兑换 {most} 件"
    en = "At most {most} for each customer"


class NoExchange(NotFound):
    code = "points.no_exchange"
    zh = "没有这笔兑换"
    en = "There is no such exchange"


class ExchangeEnded(Conflict):
    code = "points.exchange_ended"
    zh = "这笔兑换已经领取或取消"
    en = "The exchange was handed over or cancelled"
