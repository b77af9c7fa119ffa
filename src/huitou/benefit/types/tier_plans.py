"""Tier plans as they are written."""

from typing import Annotated, Literal

from pydantic import Field

from huitou.benefit.types.documents import Part

GROWTH = "growth"
"""The asset that tiers may be reached by; it is earned and taken back, never spent."""

AMOUNT_MAX = 10**12

Metric = Literal["spend", "growth", "orders"]
Span = Literal["year", "month"]
Way = Literal["on_upgrade", "monthly", "birthday"]
Code = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Days = Annotated[int, Field(ge=1, le=3_660)]
Title = Annotated[str, Field(min_length=1, max_length=40)]
Whole = Annotated[int, Field(ge=0, le=AMOUNT_MAX)]
Count = Annotated[int, Field(ge=1, le=100)]


class Rolling(Part):
    """The last `days` times 24 hours."""

    kind: Literal["rolling"]
    days: Days


class Calendar(Part):
    """The calendar year or month, in the merchant's zone."""

    kind: Literal["calendar"]
    span: Span


class SinceUpgrade(Part):
    """Begins anew with each tier reached, kept or lost."""

    kind: Literal["since_upgrade"]


class ForDays(Part):
    """A tier is sure for so many times 24 hours."""

    kind: Literal["days"]
    days: Days


class ForSpans(Part):
    """A tier is sure until the end of the `count`-th calendar year or month after this one."""

    kind: Literal["spans"]
    span: Span
    count: Annotated[int, Field(ge=1, le=24)]


class MemberPrice(Part):
    """Pays `rate_bp` of the price, or the prices of a named list."""

    kind: Literal["member_price"]
    rate_bp: Annotated[int, Field(ge=1, le=10_000)] | None = None
    price_list: Code | None = None


class PointsMultiplier(Part):
    """Purchases earn `rate_bp` of the usual points: 15,000 is one and a half times."""

    kind: Literal["points_multiplier"]
    rate_bp: Annotated[int, Field(gt=10_000, le=100_000)]


class FreeShipping(Part):
    kind: Literal["free_shipping"]


class PointsGift(Part):
    kind: Literal["points"]
    points: Annotated[int, Field(ge=1, le=1_000_000)]
    way: Way


class CouponGift(Part):
    """`template` is the id of a coupon template."""

    kind: Literal["coupons"]
    template: Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    count: Annotated[int, Field(ge=1, le=20)] = 1
    way: Way


Gift = PointsGift | CouponGift
"""Given out; the other privileges simply hold."""
Privilege = Annotated[
    MemberPrice | PointsMultiplier | FreeShipping | PointsGift | CouponGift,
    Field(discriminator="kind"),
]


class TierRule(Part):
    """`threshold` reaches it, `keep` (the threshold where left out) holds it."""

    code: Code
    zh: Title
    en: Title
    threshold: Whole
    keep: Whole | None = None
    privileges: Annotated[list[Privilege], Field(max_length=20, default_factory=list)]


class GrowthEvent(Part):
    """An event of this type earns growth: each time, or once a day or once ever a customer."""

    type: Annotated[str, Field(min_length=1, max_length=64)]
    growth: Annotated[int, Field(ge=1, le=1_000_000)]
    limit: Literal["each", "daily", "once"] = "each"


class GrowthRules(Part):
    """`per_yuan` is earned for each whole yuan of an order, refunds taken off."""

    per_yuan: Annotated[int, Field(ge=0, le=1_000)] = 0
    events: Annotated[list[GrowthEvent], Field(max_length=20, default_factory=list)]


class PaidTier(Part):
    """A tier that can be bought for some days. The price is recorded; who sells takes the money."""

    code: Code
    tier: Code
    days: Days
    price_fen: Whole


class TierPlan(Part):
    """The ladder, lowest first, and how it is climbed. Reached at once; lost as follows.

    With `validity` a tier is looked at when it ends: the sum of the window just before must reach
    `keep`, or within `grace_days` after. Without, it is lost as soon as the window's sum falls
    below (never, where the window begins with the upgrade). `refund`: `recalc` counts what was
    given back as never bought; `no_downgrade` lowers the sum for the next look only.
    """

    name: Title
    metric: Metric
    window: Annotated[Rolling | Calendar | SinceUpgrade, Field(discriminator="kind")]
    validity: Annotated[ForDays | ForSpans, Field(discriminator="kind")] | None = None
    downgrade: Literal["one", "to_match", "to_base"] = "to_match"
    grace_days: Annotated[int, Field(ge=0, le=365)] = 0
    refund: Literal["recalc", "no_downgrade"] = "recalc"
    min_order_fen: Whole = 1
    growth: GrowthRules | None = None
    paid: Annotated[list[PaidTier], Field(max_length=20, default_factory=list)]
    tiers: Annotated[list[TierRule], Field(min_length=2, max_length=12)]
