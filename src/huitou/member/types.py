"""What the member page shows, who is on it, and refusals."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from huitou.benefit.types.coupons import CouponShown
from huitou.benefit.types.games import Prize
from huitou.benefit.types.points import Exchange, MallItem
from huitou.benefit.types.redeeming import Checked
from huitou.benefit.types.stored import StoredPlan
from huitou.benefit.types.templates import TemplateShown
from huitou.kernel.errors import Conflict, Invalid, Limited, NotFound, Unauthenticated, Unavailable
from huitou.kernel.personal import Personal
from huitou.offer.types.shelves import OnShelf, ShelfTier

REVIEW_REASONS: dict[str, tuple[str, str]] = {
    "fresh": ("新鲜品质好", "Fresh and good"),
    "good_value": ("价格实在", "Good value"),
    "easy_to_find": ("陈列清楚", "Easy to find"),
    "kind_service": ("服务热情", "Kind service"),
    "good_advice": ("推荐得好", "Good advice"),
    "fast": ("结账或送货快", "Quick"),
    "not_fresh": ("不新鲜或有瑕疵", "Not fresh, or faulty"),
    "too_dear": ("价格偏高", "Too dear"),
    "out_of_stock": ("想买的缺货", "Out of stock"),
    "unkind_service": ("服务不周到", "Poor service"),
    "pushy": ("推销太多", "Too pushy"),
    "slow": ("排队或送货慢", "Slow"),
}
"""Why a bill was rated so, for people to tick; the first six are praise. Code → (Chinese, English)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says, once its signature holds."""

    merchant: UUID
    subject: UUID
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Rating:
    """How a customer rated a bill: stars 1..5, codes of REVIEW_REASONS."""

    order_id: UUID
    rating: int
    service_rating: int | None
    reasons: list[str]
    staff_id: UUID | None
    rated_at: datetime
    change_count: int


@dataclass(frozen=True, slots=True)
class BillLine:
    """A line of a bill; `count` is as people write it: `2`, `0.35`."""

    name: str
    count: str
    paid_fen: int
    refunded_fen: int
    picture_url: str | None


@dataclass(frozen=True, slots=True)
class MovedOnBill:
    """What a bill earned in points, less what was taken back, and what it was paid with, less what
    was given back: coupons by name, points (worth fen), stored value."""

    points: int
    coupons: list[str]
    points_used: int
    points_used_fen: int
    principal_fen: int
    bonus_fen: int


@dataclass(frozen=True, slots=True)
class Bill:
    """A purchase at any channel; amounts in fen, `refunded_fen` of `paid_fen`."""

    id: UUID
    order_no: str
    where: str
    channel_zh: str
    channel_en: str
    paid_on: date
    paid_at: datetime
    paid_fen: int
    shipping_fen: int
    refunded_fen: int
    lines: list[BillLine]
    moved: MovedOnBill
    rating: Rating | None
    may_rate: bool


@dataclass(frozen=True, slots=True)
class Bills:
    items: list[Bill]
    next: str | None


@dataclass(frozen=True, slots=True)
class Head:
    """Who the page is of. `name` is masked when shown: a phone is looked at by others too."""

    customer_id: UUID
    ordinal: int
    brand: str
    name: Personal | None
    joined_on: date | None
    associate: str
    store: str
    order_count: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A customer stands at a counter: they showed their code to `principal`."""

    id: UUID
    customer_id: UUID
    principal: str
    unit_id: UUID | None
    began_at: datetime


@dataclass(frozen=True, slots=True)
class Door:
    """Somebody asks to come in by a phone number."""

    id: UUID
    phone_blind: bytes
    phone_sealed: bytes
    code_hash: bytes
    unit_id: UUID | None
    wants_sms: bool
    state: str
    attempts: int
    asked_at: datetime
    position: int | None


@dataclass(frozen=True, slots=True)
class AtCounter:
    """A recognised customer as whoever serves them sees it. `visit_id` proves for a quarter of an
    hour that they are here; by `offer` money can be paid in."""

    visit_id: UUID
    customer_id: UUID
    name: Personal | None
    phone: Personal | None
    associate: str
    store: str
    joined_on: date | None
    order_count: int
    paid_fen: int
    tier: str | None
    tier_en: str | None
    points: int | None
    principal_fen: int
    bonus_fen: int
    coupons: list[Checked]
    to_fetch: list[Exchange]
    offer: StoredPlan | None


@dataclass(frozen=True, slots=True)
class Pack:
    """A customer's coupons: to be used, over, and to be taken."""

    usable: list[CouponShown]
    over: list[CouponShown]
    claimable: list[TemplateShown]


@dataclass(frozen=True, slots=True)
class MemberLink:
    """A link for one customer, also as a QR code in SVG to be scanned from a colleague's phone."""

    url: str
    svg: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Purse:
    """Points (None: there are none here) and stored value in fen, as can be used now. `expiring`
    points end at `expires_on`; `pending` are on their way."""

    points: int | None
    pending: int
    owed: int
    expiring: int
    expires_on: date | None
    principal_fen: int
    bonus_fen: int
    bonus_expires_on: date | None
    is_stored: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """A line of a statement; `amount` in points or fen."""

    asset: str
    amount: int
    zh: str
    en: str
    at: datetime
    on: date


@dataclass(frozen=True, slots=True)
class PointsPage:
    purse: Purse
    plan_zh: str
    plan_en: str
    items: list[MallItem]
    exchanges: list[Exchange]
    moved: list[Moved]


@dataclass(frozen=True, slots=True)
class MemberTier:
    """A tier on its card, step `rank` of 0..`top`. `missing` (Chinese, English) says what the next
    one needs, `done_bp` how much of it is done; both empty on the highest. Privileges likewise in
    both languages."""

    zh: str
    en: str
    rank: int
    top: int
    next_zh: str
    next_en: str
    missing: tuple[str, str]
    done_bp: int | None
    valid_until: date | None
    privileges: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Fair:
    """A game that can be played now; `left` is how often, today."""

    id: UUID
    kind: str
    name: str
    left: int
    streak: int


@dataclass(frozen=True, slots=True)
class Slice:
    """A slice of a wheel: its outline, and where and at what angle its label stands."""

    path: str
    x: float
    y: float
    angle: float
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Turned:
    """A turn of the wheel that was made before."""

    id: UUID
    on: date
    prize: Prize
    outcome: str
    handed_at: datetime | None


@dataclass(frozen=True, slots=True)
class WheelShown:
    """A wheel, and what it gave just now (nothing turned: no `won`)."""

    slices: list[Slice]
    stops_at: float
    won: Prize | None
    outcome: str | None
    turns: list[Turned]


@dataclass(frozen=True, slots=True)
class DayShown:
    """A day of a streak's cycle."""

    on: date
    points: int
    is_done: bool
    is_today: bool


class NotTheCustomer(Unauthenticated):
    code = "member.not_signed_in"
    zh, en = "请重新打开会员链接", "Open your member link again"


class NoBill(NotFound):
    code = "member.no_bill"
    zh, en = "没有这张账单", "There is no such bill"


class RatingClosed(Conflict):
    code = "member.rating_closed"
    zh, en = "这张账单已过评价期（{days} 天）", "This bill can no longer be rated ({days} days)"


class BadRating(Invalid):
    code = "member.bad_rating"
    zh, en = "评价为 1 到 5 星，理由从列表里选", "Give 1 to 5 stars, and reasons from the list"


class BadPhone(Invalid):
    code = "member.bad_phone"
    zh, en = "请输入 11 位手机号", "Enter a mobile number of 11 digits"


class TooManyCodes(Limited):
    code = "member.too_many_codes"
    zh, en = "验证码发送太频繁，请稍后再试", "Too many codes were asked for; try again later"


class NoSms(Unavailable):
    code = "member.no_sms"
    zh, en = "商家还没有开通短信登录", "Signing in by SMS is not set up here"


class BadCode(Invalid):
    code = "member.bad_code"
    zh, en = "会员码无效或已过期，请顾客刷新", "The member code is not valid now; show a fresh one"


class VisitOver(Conflict):
    code = "member.visit_over"
    zh, en = "请顾客再出示一次会员码", "Let the customer show the code again"


class CodeUsed(Conflict):
    code = "member.code_used"
    zh, en = "这个会员码刚被别处用过，请顾客刷新", "This code was used elsewhere; show a fresh one"


@dataclass(frozen=True, slots=True)
class AssociatePrice:
    """What one piece costs the customer, and about what its sale earns the associate, if it is credited to
    them and not returned."""

    on_shelf: OnShelf
    commission_fen: int


@dataclass(frozen=True, slots=True)
class AssociatePrices:
    """Products in the order they were asked for, without those that have no price; `rate_bp` is the rate of
    commission that `commission_fen` was worked out with."""

    items: list[AssociatePrice]
    tier: ShelfTier | None
    next_tier: ShelfTier | None
    rate_bp: int
