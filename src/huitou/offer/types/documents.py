"""Offers as they are written. What they mean, step by step, is told in docs/offers.md."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

FEN_MAX = 100_000_000
"""One million yuan: no price, threshold or discount is more."""

Fen = Annotated[int, Field(ge=0, le=FEN_MAX)]
FenAboveZero = Annotated[int, Field(ge=1, le=FEN_MAX)]
PayBp = Annotated[int, Field(ge=0, le=9_999)]
Count = Annotated[int, Field(ge=1, le=1_000)]
Code = Annotated[str, Field(min_length=1, max_length=100)]
Codes = Annotated[tuple[Code, ...], Field(max_length=500, strict=False)]
Tag = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Tags = Annotated[tuple[Tag, ...], Field(max_length=20, strict=False)]

Measure = Literal["amount", "entry_amount", "list_amount", "count"]
"""What a threshold looks at, of the units that take part: what they cost just before this step; what they
cost when the coupons began; their list prices; how many they are."""


class Part(BaseModel):
    """Strict, closed, and never changed once read."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Goods(Part):
    """Which products; nothing named is every product. Categories by code."""

    skus: Codes = ()
    categories: Codes = ()
    except_skus: Codes = ()


EVERYTHING = Goods()


class Gift(Part):
    """`count` of a SKU, worth `worth_fen` each to who gets it."""

    sku: Code
    count: Count = 1
    worth_fen: Fen = 0


class PriceOffer(Part):
    """单品价: another price for a unit: exactly one of `prices_fen` (by SKU), `pay_bp`, `off_fen`.

    `limit` units of an order at most, over all SKUs.
    """

    kind: Literal["price"]
    sort: Literal["member", "limited", "flash", "group", "channel"] = "limited"
    goods: Goods = EVERYTHING
    prices_fen: Annotated[dict[Code, Fen], Field(max_length=500)] | None = None
    pay_bp: PayBp | None = None
    off_fen: FenAboveZero | None = None
    limit: Count | None = None


class BuyGet(Part):
    """买N赠M, 第N件N折: of each `buy` + `get` units the cheapest `get` pay `pay_bp` of their price.

    With `get_goods` those that are bought come from `goods` and those that are given from there.
    """

    kind: Literal["buy_get"]
    goods: Goods = EVERYTHING
    get_goods: Goods | None = None
    buy: Count
    get: Count = 1
    pay_bp: PayBp = 0
    groups_max: Count | None = None


class Bundle(Part):
    """一口价: any `count` units together for `price_fen`."""

    kind: Literal["bundle"]
    goods: Goods = EVERYTHING
    count: Annotated[int, Field(ge=2, le=1_000)]
    price_fen: Fen
    groups_max: Count | None = None


class AddOn(Part):
    """加价购: who buys `trigger` goods for `threshold_fen` may have `count_max` of `goods` for `price_fen` each."""

    kind: Literal["add_on"]
    goods: Goods
    price_fen: Fen
    count_max: Count = 1
    trigger: Goods = EVERYTHING
    threshold_fen: Fen = 0


class Tier(Part):
    """From `at_least` on: `off_fen` off or `pay_bp` paid (not both), gifts, free shipping."""

    at_least: Fen
    off_fen: FenAboveZero | None = None
    pay_bp: PayBp | None = None
    gifts: Annotated[tuple[Gift, ...], Field(max_length=5, strict=False)] = ()
    free_shipping: bool = False


class Activity(Part):
    """满减, 满折, 满件折, 满赠, 满包邮. With `repeats` (每满, one tier) it counts once for every whole `at_least`,
    `times_max` times at most. `cap_fen` is the most it takes off."""

    kind: Literal["activity"]
    group: Tag = "activity"
    goods: Goods = EVERYTHING
    measure: Measure = "amount"
    tiers: Annotated[tuple[Tier, ...], Field(min_length=1, max_length=8, strict=False)]
    repeats: bool = False
    times_max: Count | None = None
    cap_fen: FenAboveZero | None = None


class OrderOff(Part):
    """A coupon that takes `off_fen`, or all but `pay_bp`, at most `cap_fen`, off what it counts for."""

    kind: Literal["order_off"]
    off_fen: FenAboveZero | None = None
    pay_bp: PayBp | None = None
    cap_fen: FenAboveZero | None = None


class OneOff(Part):
    """A coupon for one unit: `off_fen` off it, or it costs `pay_fen`."""

    kind: Literal["one_off"]
    off_fen: FenAboveZero | None = None
    pay_fen: Fen | None = None


class ShippingOff(Part):
    """A coupon that takes `off_fen`, or all, off the shipping."""

    kind: Literal["shipping_off"]
    off_fen: FenAboveZero | None = None


OfferTerms = Annotated[PriceOffer | BuyGet | Bundle | AddOn | Activity, Field(discriminator="kind")]
OfferKind = Literal["price", "buy_get", "bundle", "add_on", "activity"]
PIECE_KINDS = ("buy_get", "bundle", "add_on")
CouponTerms = Annotated[OrderOff | OneOff | ShippingOff, Field(discriminator="kind")]
