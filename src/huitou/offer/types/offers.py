"""Offers as people make them: a document, its versions, and how they are refused."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from huitou.benefit.types.templates import Hours, SaleChannel, Sentence, Warned
from huitou.kernel.errors import Conflict, Invalid, NotFound
from huitou.offer.types.documents import Code, Codes, OfferTerms, Part, Tags

OFFERS_MAX = 1_000
"""Published at once."""

OfferState = Literal["draft", "published", "paused", "ended"]
RefundPolicy = Literal["as_apportioned", "recompute", "full_only"]
Party = Literal["headquarters", "store", "brand"]

Instant = Annotated[AwareDatetime, Field(strict=False)]
Id = Annotated[UUID, Field(strict=False)]
Limit = Annotated[int, Field(ge=1, le=1_000_000_000)]
Budget = Annotated[int, Field(ge=1, le=100_000_000_000)]


class When(Part):
    """From a moment up to, not including, another; on these days of the week (1 is Monday) and of the month
    (none named is every day; 31 is only in long months), in these hours."""

    from_at: Instant | None = None
    until_at: Instant | None = None
    weekdays: Annotated[
        tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(max_length=7, strict=False)
    ] = ()
    monthdays: Annotated[
        tuple[Annotated[int, Field(ge=1, le=31)], ...], Field(max_length=31, strict=False)
    ] = ()
    hours: Hours | None = None


ALWAYS = When()


class Audience(Part):
    """Who: customers of one of these tiers, in one of these segments, who never bought (`new`) or have
    (`old`); whoever comes through an associate's own link (`by_promoter`). What is left out asks nothing;
    all that is named has to hold."""

    tiers: Annotated[tuple[Code, ...], Field(max_length=20, strict=False)] = ()
    segments: Annotated[tuple[Id, ...], Field(max_length=20, strict=False)] = ()
    bought: Literal["new", "old"] | None = None
    by_promoter: bool = False


EVERYBODY = Audience()


class Limits(Part):
    """How often while the offer lives. Of one customer: pieces (price and piece offers only) and orders;
    of all together: what it takes off with its gifts' worth, and orders."""

    customer_units: Limit | None = None
    customer_orders: Limit | None = None
    budget_fen: Budget | None = None
    budget_orders: Limit | None = None


NO_LIMITS = Limits()


class Funding(Part):
    """Who bears what the offer takes off."""

    party: Party
    share_bp: Annotated[int, Field(ge=1, le=10_000)]


class OfferDocument(Part):
    """Everything an offer says.

    `units` are codes, each with everything below it. `priority` orders offers, lowest first. `tags` and
    `allows` say what it goes together with (docs/offers.md). `refund_policy`: what a returned piece gives
    back is what was paid for it; or what the rest would cost alone is kept; or everything is returned.
    """

    name: Annotated[str, Field(min_length=1, max_length=40)]
    terms: OfferTerms
    when: When = ALWAYS
    units: Codes = ()
    channels: Annotated[tuple[SaleChannel, ...], Field(max_length=2, strict=False)] = ()
    audience: Audience = EVERYBODY
    tags: Tags = ()
    allows: Tags | None = None
    priority: Annotated[int, Field(ge=0, le=10_000)] = 100
    limits: Limits = NO_LIMITS
    funding: Annotated[tuple[Funding, ...], Field(min_length=1, max_length=3, strict=False)] = (
        Funding(party="headquarters", share_bp=10_000),
    )
    refund_policy: RefundPolicy = "as_apportioned"
    note: Annotated[str, Field(max_length=500)] = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """`document` is as it was last written, in `version`; what holds is what was published as version
    `in_force` (None before the first time). They differ while a change waits to be published."""

    id: UUID
    number: int
    state: OfferState
    document: OfferDocument
    version: int
    in_force: int | None
    created_at: datetime
    published_at: datetime | None
    approval_id: UUID | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """`version` waits for another person than `asked_by` to agree that it is published; `why` says why it takes
    two."""

    approval_id: UUID
    version: int
    asked_by: str
    asked_at: datetime
    why: list[Sentence]


@dataclass(frozen=True, slots=True)
class OfferInForce:
    """What a published offer says now."""

    id: UUID
    number: int
    version: int
    document: OfferDocument


@dataclass(frozen=True, slots=True)
class OfferVersion:
    """What an offer said from `at` on."""

    version: int
    document: dict[str, Any]
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a document cannot be meant."""

    field: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What orders took of an offer so far."""

    offer_id: UUID
    orders: int
    cost_fen: int


@dataclass(frozen=True, slots=True)
class OfferTags:
    """Tags that can be allowed: those of kinds, groups of activities in their order, and what other offers
    that are not over carry (groups among them)."""

    kinds: list[str]
    groups: list[str]
    own: list[str]


@dataclass(frozen=True, slots=True)
class OfferPreview:
    sentence: Sentence
    warnings: list[Warned]


@dataclass(frozen=True, slots=True)
class OfferShown:
    """An offer with its sentence, what is probably not meant, and what orders took of it. `waiting`: its publishing
    takes a second person."""

    id: UUID
    number: int
    state: OfferState
    document: OfferDocument
    version: int
    in_force: int | None
    created_at: datetime
    published_at: datetime | None
    sentence: Sentence
    warnings: list[Warned]
    orders: int
    cost_fen: int
    waiting: Waiting | None


class NoOffer(NotFound):
    code = "offer.not_found"
    zh, en = "没有找到这个优惠活动", "There is no such offer"


class BadOffer(Invalid):
    code = "offer.bad_document"
    zh, en = "优惠活动不合法：{zh}", "The offer is not valid: {en}"


class OfferChanged(Conflict):
    code = "offer.changed"
    zh, en = "优惠活动已被他人修改，请刷新", "The offer was changed meanwhile; reload it"


class OfferStateRefused(Conflict):
    code = "offer.state"
    zh, en = "优惠活动当前状态不允许这个操作", "The offer's state does not allow this"


class TooManyOffers(Conflict):
    code = "offer.too_many"
    zh, en = "已发布的优惠活动过多，请先结束一些", "Too many offers are published; end some first"
