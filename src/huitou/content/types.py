"""Product lists, tracked links, the customer's page, and refusals."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from huitou.kernel.errors import Conflict, Invalid, NotFound


@dataclass(frozen=True, slots=True)
class Item:
    """A product on a list. `reason` is a sentence for the customer, or empty."""

    sku: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NewList:
    """A list to be made. `note` is the associate's greeting above it; empty takes the default."""

    title: str
    items: Sequence[Item]
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProductList:
    id: UUID
    title: str
    note: str
    items: list[Item]
    created_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link to be made for one message to one customer."""

    product_list_id: UUID
    customer_id: UUID
    channel: str
    message_id: UUID | None = None
    campaign_id: UUID | None = None
    opportunity_id: UUID | None = None
    task_id: UUID | None = None
    staff_id: UUID | None = None
    unit_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A tracked link. `token` opens the page for whoever has it."""

    id: UUID
    token: str
    product_list_id: UUID
    customer_id: UUID
    message_id: UUID | None
    campaign_id: UUID | None
    opportunity_id: UUID | None
    task_id: UUID | None
    staff_id: UUID | None
    unit_id: UUID | None
    channel: str
    created_at: datetime
    expires_at: datetime
    first_opened_at: datetime | None
    open_count: int
    opted_out_at: datetime | None


@dataclass(frozen=True, slots=True)
class PriceTag:
    """What a product costs this customer, in words: `price`, what it `was` on the list where that is more, up to two
    `chips` that say why, and every sentence of how it comes about and what would make it less."""

    price: str
    was: str | None
    chips: list[str]
    how: list[str]
    hints: list[str]


@dataclass(frozen=True, slots=True)
class Card:
    """A product as the customer sees it. `price` and `buy_url` may be missing; `tag` is None where prices of
    their own could not be worked out."""

    sku: str
    name: str
    picture_url: str
    price: str | None
    reason: str
    buy_url: str | None
    tag: PriceTag | None = None


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """Everything on the page; nothing on it says who the customer is, for links are passed on.

    `member_url` therefore leads to the member page's door, not through it."""

    token: str
    brand: str
    store: str
    associate: str
    title: str
    greeting: str
    cards: list[Card]
    is_opted_out: bool
    member_url: str


@dataclass(frozen=True, slots=True)
class BasketLine:
    """Pieces of a product; `fewer_url` and `more_url` are the same basket with one less or more of it."""

    sku: str
    name: str
    picture_url: str
    pieces: int
    price: str
    was: str | None
    fewer_url: str
    more_url: str


@dataclass(frozen=True, slots=True)
class BasketHint:
    """What a little more would bring; `url` is the basket with it."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Basket:
    """Several products at the best price of all together, without postage. `saved` is None where nothing is;
    `buy_url` where nothing sells them together."""

    token: str
    brand: str
    lines: list[BasketLine]
    steps: list[str]
    gifts: list[str]
    total: str
    was: str
    saved: str | None
    hints: list[BasketHint]
    buy_url: str | None
    pieces: int


@dataclass(frozen=True, slots=True)
class Filling:
    """What the placeholders of a text stand for. `products` are names, best first."""

    name: str = ""
    products: tuple[str, ...] = ()
    store: str = ""
    associate: str = ""


TextChannel = Literal["wecom", "sms"]


class BadTemplate(Invalid):
    code = "content.bad_template"
    zh = "文案里有不认识的占位符：{placeholder}；可用 {{name}} {{products}} {{store}} {{associate}}"
    en = (
        "The text has an unknown placeholder: {placeholder}; there are {{name}} {{products}}"
        " {{store}} {{associate}}"
    )


class TextTooLong(Invalid):
    code = "content.text_too_long"
    zh, en = "文案超过上限（{size}/{limit}）", "The text is too long ({size}/{limit})"


class EmptyText(Invalid):
    code = "content.empty_text"
    zh, en = "文案不能为空", "The text is empty"


class NoList(NotFound):
    code = "content.no_list"
    zh, en = "没有这份商品清单", "There is no such product list"


class BadList(Invalid):
    code = "content.bad_list"
    zh, en = "清单须有 1 到 20 种不同的商品", "A list has 1 to 20 different products"


class ListChanged(Conflict):
    code = "version.conflict"


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether a customer receives messages of a purpose on a channel; since when, and by what (`how`), where they ever
    decided."""

    purpose: str
    is_on: bool
    at: datetime | None
    how: str


@dataclass(frozen=True, slots=True)
class Preference:
    """A channel and what the customer receives there."""

    channel: str
    zh: str
    en: str
    choices: tuple[Choice, ...]


class NoLink(NotFound):
    code = "content.no_link"
    zh, en = "链接不存在或已失效", "The link does not exist or is over"
