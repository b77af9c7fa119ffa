"""Games as they are written, what comes of a play, and what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from huitou.benefit.types.documents import Part
from huitou.benefit.types.tier_plans import Code, Title
from huitou.kernel.errors import Conflict, Invalid, NotFound

PRIZE_VALUE_MAX_FEN = 5_000_000
"""¥50,000: Anti-Unfair Competition Law, and SAMR order 32 on promotions (in force since 2020-12-01)."""

Moment = Annotated[AwareDatetime, Field(strict=False)]
Text = Annotated[str, Field(max_length=500)]
Points = Annotated[int, Field(ge=1, le=1_000_000)]
Small = Annotated[int, Field(ge=0, le=100)]
Stock = Annotated[int, Field(ge=1, le=10_000_000)]


class StreakBonus(Part):
    """On the `day`-th day in a row, beside what the day gives."""

    day: Annotated[int, Field(ge=2, le=366)]
    points: Points


class CheckInRules(Part):
    """Points for each day, more on certain days of a streak; `cycle_days` begins the count anew."""

    kind: Literal["check_in"]
    name: Title
    starts_at: Moment
    ends_at: Moment
    points_per_day: Points
    bonuses: Annotated[list[StreakBonus], Field(max_length=20, default_factory=list)]
    cycle_days: Annotated[int, Field(ge=2, le=366)] | None = None


class Nothing(Part):
    kind: Literal["nothing"]


class PointsPrize(Part):
    kind: Literal["points"]
    points: Points


class CouponPrize(Part):
    """`template` is the id of a coupon template."""

    kind: Literal["coupon"]
    template: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class GoodsPrize(Part):
    """A thing, handed over by somebody."""

    kind: Literal["goods"]


class Prize(Part):
    """`odds_bp` of 10,000 draws get it, as long as there is `stock` (None: without end).

    `value_fen` is what it costs on the market.
    """

    code: Code
    zh: Title
    en: Title
    what: Annotated[Nothing | PointsPrize | CouponPrize | GoodsPrize, Field(discriminator="kind")]
    odds_bp: Annotated[int, Field(ge=1, le=10_000)]
    value_fen: Annotated[int, Field(ge=0, le=10**12)]
    stock: Stock | None = None


class PlayRules(Part):
    """How many plays come by the day (for that day only), by an order of at least `min_order_fen`,
    and by sharing, of which `shares_a_day` count."""

    per_day: Small = 0
    per_order: Small = 0
    min_order_fen: Annotated[int, Field(ge=0, le=10**9)] = 1
    per_share: Small = 0
    shares_a_day: Small = 1


class Disclosure(Part):
    """What SAMR order 32 wants announced before a lottery begins, beside prizes, quantities and
    odds: empty while drafting."""

    conditions: Text = ""
    draw: Text = ""
    claim: Text = ""
    abandonment: Text = ""
    organiser: Text = ""
    contact: Text = ""


class WheelRules(Part):
    """A lucky wheel. The prize that is `nothing` is what a draw gives whose prize has run out."""

    kind: Literal["wheel"]
    name: Title
    starts_at: Moment
    ends_at: Moment
    prizes: Annotated[list[Prize], Field(min_length=2, max_length=20)]
    plays: PlayRules
    disclosure: Disclosure = Disclosure()


GameRules = Annotated[CheckInRules | WheelRules, Field(discriminator="kind")]

GameState = Literal["draft", "published", "stopped"]
Outcome = Literal["given", "nothing", "out_of_stock", "not_given"]
"""`not_given`: the coupon's template would not have it (its stock, its limits)."""


@dataclass(frozen=True, slots=True)
class Game:
    """`rules_hash` (hex) is SHA-256 of the published rules; `sentence_*` reads them aloud."""

    id: UUID
    kind: Literal["check_in", "wheel"]
    state: GameState
    revision: int
    rules: CheckInRules | WheelRules
    rules_hash: str | None
    starts_at: datetime
    ends_at: datetime
    sentence_zh: str
    sentence_en: str
    created_at: datetime
    created_by: str
    published_at: datetime | None
    published_by: str | None
    stopped_at: datetime | None
    stop_reason: str | None


@dataclass(frozen=True, slots=True)
class Drawn:
    """`roll` is 0..9,999; `prize` is the one whose share of them holds it."""

    roll: int
    prize: str


@dataclass(frozen=True, slots=True)
class Play:
    """What was drawn and what was given. `message` was hashed with the day's seed."""

    id: UUID
    game_id: UUID
    customer_id: UUID
    ref: str
    number: int
    day: date
    message: str
    roll: int
    drawn: str
    given: str
    outcome: Outcome
    at: datetime
    handed_at: datetime | None
    handed_by: str | None


@dataclass(frozen=True, slots=True)
class Played:
    """The answer to a play: the same however often it is asked for."""

    play: Play
    prize_zh: str
    prize_en: str
    plays_left: int
    seed_hash: str


@dataclass(frozen=True, slots=True)
class Seed:
    """A day's secret: the `hash` (hex) from the beginning, the `seed` (hex) when the day is over."""

    day: date
    hash: str
    committed_at: datetime
    reveals_at: datetime
    seed: str | None


@dataclass(frozen=True, slots=True)
class Proof:
    """Everything a draw follows from. `is_right` is what we find; None before the seed is told.

    roll: HMAC-SHA256(seed, message) read as 32-bit big-endian words; the first below 4,294,960,000
    modulo 10,000 (no remainder is likelier than another). Prizes own the numbers in their order.
    """

    play: Play
    seed: Seed
    odds: list[tuple[str, int]]
    is_right: bool | None


@dataclass(frozen=True, slots=True)
class PrizeResult:
    """`left` of the stock by the ledger (None: without end)."""

    code: str
    zh: str
    en: str
    odds_bp: int
    drawn: int
    given: int
    left: int | None


@dataclass(frozen=True, slots=True)
class GameResults:
    plays: int
    players: int
    prizes: list[PrizeResult]


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """A customer's check-in of a day; `is_new` is False when it had been done."""

    day: date
    streak: int
    points: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class ForCustomer:
    """A game as a customer sees it: what is left to play, or the streak, and what comes next."""

    game: Game
    customer_id: UUID
    is_open: bool
    plays_left: int
    seed_hash: str | None
    streak: int
    has_checked_in: bool
    next_points: int
    days: list[date]


@dataclass(frozen=True, slots=True)
class GameFault:
    """What does not hold: a prize of which more was given than there was, a draw that is wrong."""

    game_id: UUID
    invariant: str
    detail: Mapping[str, str]


class NoGame(NotFound):
    code = "game.no_game"
    zh, en = "没有找到这个活动", "There is no such game"


class NoPlay(NotFound):
    code = "game.no_play"
    zh, en = "没有找到这次抽奖", "There is no such play"


class BadGame(Invalid):
    code = "game.bad_game"
    zh, en = "活动不能发布：{reason_zh}", "The game cannot be published: {reason_en}"


class PrizeTooDear(Invalid):
    code = "game.prize_too_dear"
    zh = (
        "奖品“{prize}”价值超过 5 万元：《反不正当竞争法》与《规范促销行为暂行规定》（市场监管总局令第 32 号）"
        "规定，抽奖式有奖销售最高奖不得超过五万元"
    )
    en = (
        "The prize {prize} is worth more than ¥50,000, the most that the Anti-Unfair Competition Law and "
        "SAMR order 32 allow for a lottery"
    )


class NotDisclosed(Invalid):
    code = "game.not_disclosed"
    zh = "发布前须公示：{missing_zh}（《规范促销行为暂行规定》，市场监管总局令第 32 号）"
    en = "Announce before publishing: {missing_en} (SAMR order 32)"


class PublishedAlready(Conflict):
    code = "game.published_already"
    zh, en = "活动已发布，规则不能再改", "The game is published: its rules are not changed"


class GameChanged(Conflict):
    code = "game.changed"
    zh, en = "活动已被别人修改，请刷新", "The game was changed by somebody else; reload"


class NotOpen(Conflict):
    code = "game.not_open"
    zh, en = "活动未开始或已结束", "The game has not begun, or is over"


class NoPlaysLeft(Conflict):
    code = "game.no_plays_left"
    zh, en = "没有剩余的抽奖次数", "There are no plays left"


class NoShares(Conflict):
    code = "game.no_shares"
    zh, en = "今天的分享次数已用完", "No more shares count today"


class OtherKind(Invalid):
    code = "game.other_kind"
    zh, en = "这个活动不是这样玩的", "This game is played otherwise"


class NotStocked(Invalid):
    code = "game.not_stocked"
    zh, en = (
        "奖品 {prize} 没有库存限制，或不存在",
        "The prize {prize} has no stock, or is not there",
    )


class NothingToHand(Conflict):
    code = "game.nothing_to_hand"
    zh, en = "没有待领取的奖品，或已领取", "There is no prize to hand over, or it has been"
