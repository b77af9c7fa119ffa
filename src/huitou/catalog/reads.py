"""What others may ask about products."""

from collections.abc import Collection, Sequence

from huitou.base.db import ReadTx
from huitou.catalog import store
from huitou.catalog.types import Category, Product, ProductCost
from huitou.kernel.page import PAGE_MAX, Page, decode_cursor, encode_cursor


def products_by_sku(tx: ReadTx, skus: Sequence[str]) -> dict[str, Product]:
    """The products among `skus` that are known or were seen."""
    return {product.sku: product for product in store.find_products(tx, skus)}


def category_of(tx: ReadTx, skus: Sequence[str]) -> dict[str, str]:
    """The category code of each of `skus` that has a row."""
    return dict(store.find_categories(tx, skus))


def cheapest_reaching(
    tx: ReadTx,
    amount_fen: int,
    *,
    skus: Sequence[str] = (),
    categories: Sequence[str] = (),
    except_skus: Sequence[str] = (),
    count_max: int = 3,
) -> list[Product]:
    """Products on sale of which enough pieces to come to the amount cost least, the cheapest first.

    Of these SKUs or categories (both empty: of all) but `except_skus`.
    """
    return store.list_reaching(tx, skus, categories, except_skus, max(1, amount_fen), count_max)


def list_categories(tx: ReadTx) -> list[Category]:
    """All categories, by code."""
    return store.list_categories(tx)


def category_names(tx: ReadTx, codes: Collection[str] | None = None) -> dict[str, tuple[str, str]]:
    """Code → name in Chinese and in English, of those of `codes` that are known, or of all."""
    return store.find_category_names(tx, codes)


def list_products(
    tx: ReadTx,
    *,
    q: str | None = None,
    category: str | None = None,
    is_known: bool | None = None,
    cursor: str | None = None,
    limit: int = PAGE_MAX,
) -> Page[Product]:
    """A page by SKU; `q` is a part of the SKU or of the name, any case."""
    limit = min(limit, PAGE_MAX)
    after_sku = decode_cursor(cursor, 1)[0] if cursor else ""
    found = store.list_products(
        tx, q=q, category=category, is_known=is_known, after_sku=after_sku, count_max=limit + 1
    )
    items = found[:limit]
    return Page(items, encode_cursor(items[-1].sku) if len(found) > limit else None)


def list_costs(
    tx: ReadTx, *, cursor: str | None = None, limit: int = PAGE_MAX
) -> Page[ProductCost]:
    """What products cost the merchant and may not be sold below, by SKU."""
    limit = min(limit, PAGE_MAX)
    after_sku = decode_cursor(cursor, 1)[0] if cursor else ""
    found = store.list_costs(tx, skus=None, after_sku=after_sku, count_max=limit + 1)
    items = found[:limit]
    return Page(items, encode_cursor(items[-1].sku) if len(found) > limit else None)


def costs_of(tx: ReadTx, skus: Sequence[str]) -> dict[str, ProductCost]:
    """The same of these SKUs; unknown ones are missing."""
    found = store.list_costs(tx, skus=skus, after_sku="", count_max=len(skus))
    return {cost.sku: cost for cost in found}


def on_sale(tx: ReadTx, count_max: int) -> list[ProductCost]:
    """Listed products with a price, those first whose cost or floor is nearest to it."""
    return store.list_on_sale(tx, count_max)
