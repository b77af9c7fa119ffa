"""Products and categories, and how they are refused."""

from dataclasses import dataclass
from datetime import datetime

from huitou.kernel.errors import Invalid

UNKNOWN = "unknown"
"""The category of SKUs seen in an order and described by nobody yet."""


@dataclass(frozen=True, slots=True)
class Category:
    """`product_count` counts listed and unlisted products."""

    code: str
    name: str
    name_en: str
    product_count: int


@dataclass(frozen=True, slots=True)
class Product:
    """One SKU. `price_fen` is the list price; `picture` is an inline SVG or a URL."""

    sku: str
    name: str
    category_code: str
    category_name: str
    category_name_en: str
    price_fen: int | None
    picture: str | None
    is_listed: bool
    is_known: bool
    first_seen_at: datetime


@dataclass(frozen=True, slots=True)
class NewProduct:
    """What a merchant tells of a SKU; a field left None keeps what is known."""

    sku: str
    name: str
    category_code: str
    category_name: str | None = None
    category_name_en: str | None = None
    price_fen: int | None = None
    picture: str | None = None
    is_listed: bool = True
    cost_fen: int | None = None
    floor_fen: int | None = None


@dataclass(frozen=True, slots=True)
class ProductCost:
    """What a piece costs the merchant, and what it is not to be sold below; None: not told."""

    sku: str
    name: str
    category_code: str
    price_fen: int | None
    cost_fen: int | None
    floor_fen: int | None


@dataclass(frozen=True, slots=True)
class Saved:
    """`created` were not known before (an unknown SKU that is now described counts as updated)."""

    created: int
    updated: int


@dataclass(frozen=True, slots=True)
class ProductsMoved:
    """Notice: these SKUs (≤1,000) are in another category now."""

    skus: tuple[str, ...]


class BadPicture(Invalid):
    code = "catalog.bad_picture"
    zh = "商品 {sku} 的图片不可用：{reason}"
    en = "The picture of product {sku} is not acceptable: {reason}"


class RepeatedSku(Invalid):
    code = "catalog.repeated_sku"
    zh, en = "同一批中 SKU 重复：{sku}", "The SKU appears twice in one batch: {sku}"
