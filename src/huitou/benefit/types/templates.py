"""What a coupon promises: templates, and what people do with them.

Fields follow WeChat's merchant coupons (商家券, `busifavor/stocks`) where they say the same.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from huitou.benefit.types.documents import Part
from huitou.kernel.errors import Conflict, Invalid, NotFound

FEN_MAX = 100_000_000
COUNT_MAX = 1_000_000_000
TEMPLATES_MAX = (1 << 20) - 1
"""Templates of one merchant, and coupons of one template (`COUNT_MAX`): what a code can hold."""
CODES_MAX = 1_000_000

TemplateState = Literal["draft", "published", "paused", "ended"]
SaleChannel = Literal["store", "online"]
RefundPolicy = Literal["return_when_full", "keep_used"]

Fen = Annotated[int, Field(ge=0, le=FEN_MAX)]
FenAboveZero = Annotated[int, Field(ge=1, le=FEN_MAX)]
Count = Annotated[int, Field(ge=1, le=COUNT_MAX)]
Text = Annotated[str, Field(min_length=1, max_length=100)]
Instant = Annotated[AwareDatetime, Field(strict=False)]
Codes = Annotated[tuple[Text, ...], Field(max_length=500, strict=False)]
SomeCodes = Annotated[tuple[Text, ...], Field(min_length=1, max_length=500, strict=False)]


class FullReduction(Part):
    """满减: `off_fen` off what costs at least `threshold_fen` (0: anything)."""

    kind: Literal["full_reduction"]
    threshold_fen: Fen = 0
    off_fen: FenAboveZero


class Discount(Part):
    """折扣: the customer pays `pay_bp` of the price (8,500 is 85 折), at most `cap_fen` off."""

    kind: Literal["discount"]
    pay_bp: Annotated[int, Field(ge=100, le=9_999)]
    cap_fen: FenAboveZero | None = None
    threshold_fen: Fen = 0


class Exchange(Part):
    """兑换: one of `skus` for `pay_fen` (0: for nothing); `worth_fen` is what it is worth."""

    kind: Literal["exchange"]
    skus: SomeCodes
    pay_fen: Fen = 0
    worth_fen: FenAboveZero


class Shipping(Part):
    """运费: `off_fen` off the shipping, None is all of it."""

    kind: Literal["shipping"]
    off_fen: FenAboveZero | None = None
    threshold_fen: Fen = 0


class ProductOff(Part):
    """商品券: `off_fen` off one of `skus`."""

    kind: Literal["product"]
    skus: SomeCodes
    off_fen: FenAboveZero


class Fixed(Part):
    """Valid from a moment up to, not including, another."""

    kind: Literal["fixed"]
    from_at: Instant
    until_at: Instant


class Relative(Part):
    """Valid for `days` calendar days that begin `after_days` days after the day of receipt.

    Without a delay the first day is that of receipt and counts from its moment; the last day counts
    to its end.
    """

    kind: Literal["relative"]
    days: Annotated[int, Field(ge=1, le=3_650)]
    after_days: Annotated[int, Field(ge=0, le=365)] = 0


class Hours(Part):
    """Of the day, in minutes after midnight of the merchant's zone; the end is not included."""

    from_minute: Annotated[int, Field(ge=0, le=1_439)]
    until_minute: Annotated[int, Field(ge=1, le=1_440)]


class Claiming(Part):
    """Customers may take it themselves, from and until a moment (None: from now, for ever)."""

    from_at: Instant | None = None
    until_at: Instant | None = None


class Goods(Part):
    """What it may be used on; nothing named is everything. Categories by code."""

    skus: Codes = ()
    categories: Codes = ()
    except_skus: Codes = ()


class Promise(Part):
    """Everything a template says. Limits left out are none.

    `units` are codes, each with everything below it. `per_customer` and `per_day` (by the merchant's
    days, of the whole template) limit who gets how many, `stock` how many there are at all.
    `on_refund` says whether an order's full refund gives the coupon back, `return_days` how many
    days after that day it then has at least.
    """

    name: Annotated[str, Field(min_length=1, max_length=40)]
    benefit: Annotated[
        FullReduction | Discount | Exchange | Shipping | ProductOff, Field(discriminator="kind")
    ]
    window: Annotated[Fixed | Relative, Field(discriminator="kind")]
    weekdays: Annotated[
        tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(max_length=7, strict=False)
    ] = ()
    """1 is Monday; none named is every day."""
    hours: Hours | None = None
    units: Codes = ()
    channels: Annotated[tuple[SaleChannel, ...], Field(max_length=2, strict=False)] = ()
    goods: Goods = Goods()
    claiming: Claiming | None = None
    per_customer: Count | None = None
    per_day: Count | None = None
    stock: Count | None = None
    is_transferable: bool = False
    is_combinable: bool = False
    """May it be used together with other coupons in one order?"""
    on_refund: RefundPolicy = "return_when_full"
    return_days: Annotated[int, Field(ge=0, le=90)] = 3
    note: Annotated[str, Field(max_length=500)] = ""


@dataclass(frozen=True, slots=True)
class Template:
    """`number` is its short number in codes. What a coupon may do follows the promise of now, which
    after publishing only ever becomes better for customers."""

    id: UUID
    number: int
    state: TemplateState
    promise: Promise
    version: int
    created_at: datetime
    published_at: datetime | None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A promise in words."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Warned:
    """Something about a promise that is allowed and probably not meant."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class TemplatePreview:
    sentence: Sentence
    warnings: list[Warned]


@dataclass(frozen=True, slots=True)
class TemplateShown:
    """A template with its sentence and how many coupons are in which state.

    `left` is what may still be given (None: without end). `coupons` counts by state.
    """

    id: UUID
    number: int
    state: TemplateState
    promise: Promise
    version: int
    created_at: datetime
    published_at: datetime | None
    sentence: Sentence
    warnings: list[Warned]
    issued: int
    left: int | None
    coupons: dict[str, int]


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """What a template promised from `at` on."""

    version: int
    promise: dict[str, Any]
    at: datetime
    by: str


class NoTemplate(NotFound):
    code = "coupon.no_template"
    zh, en = "没有找到这个券模板", "There is no such coupon template"


class BadPromise(Invalid):
    code = "coupon.bad_template"
    zh, en = "券模板不合法：{reason}", "The coupon template is not valid: {reason}"


class Worse(Conflict):
    code = "coupon.worse"
    zh = "已发布的券不能改得对客户更不利：{reason}"
    en = "A published coupon must not become worse for customers: {reason}"


class TemplateChanged(Conflict):
    code = "coupon.template_changed"
    zh, en = "券模板已被他人修改，请刷新", "The template was changed meanwhile; reload it"


class WrongState(Conflict):
    code = "coupon.template_state"
    zh, en = "券模板当前状态不允许这个操作", "The template's state does not allow this"


class TooManyTemplates(Conflict):
    code = "coupon.too_many_templates"
    zh, en = "券模板数量已达上限", "There are too many coupon templates"
