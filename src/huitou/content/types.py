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
class Card:
    """A product as the customer sees it. `price` and `buy_url` may be missing."""

    sku: str
    name: str
    picture_url: str
    price: str | None
    reason: str
    buy_url: str | None


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


class NoLink(NotFound):
    code = "content.no_link"
    zh, en = "链接不存在或已失效", "The link does not exist or is over"
