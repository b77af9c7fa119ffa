"""Products and categories over HTTP."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from huitou.base.http import Body, Reading, Router, Writing, needs
from huitou.catalog import actions, reads
from huitou.catalog.types import Category, NewProduct, Product, ProductCost, Saved
from huitou.kernel.page import PAGE_MAX, Page

router = Router(prefix="/v1", tags=["catalog"])

Code = Annotated[str, Field(min_length=1, max_length=64)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


class ProductIn(Body):
    """A SKU; `category` is a code, made when new; what is left out keeps what is known."""

    sku: Code
    name: Name
    category: Code
    category_name: Name | None = None
    category_name_en: Name | None = None
    price_fen: Annotated[int, Field(ge=0, le=10**12)] | None = None
    picture: Annotated[str, Field(min_length=1, max_length=64_000)] | None = None
    is_listed: bool = True
    cost_fen: Annotated[int, Field(ge=0, le=10**12)] | None = None
    floor_fen: Annotated[int, Field(ge=0, le=10**12)] | None = None


class ProductsIn(Body):
    products: Annotated[list[ProductIn], Field(min_length=1, max_length=1_000)]


@router.get("/products", dependencies=[needs("customer.read")])
def list_products(
    tx: Reading,
    q: str | None = None,
    category: str | None = None,
    cursor: str | None = None,
    limit: Limit = 50,
) -> Page[Product]:
    """Products by SKU; `q` is a part of the SKU or of the name."""
    return reads.list_products(tx, q=q, category=category, cursor=cursor, limit=limit)


@router.post("/products", dependencies=[needs("setting.edit")])
def save_products(tx: Writing, body: ProductsIn) -> Saved:
    """Create or update up to 1,000 products, all or nothing."""
    return actions.save_products(
        tx,
        [
            NewProduct(
                sku=product.sku,
                name=product.name,
                category_code=product.category,
                category_name=product.category_name,
                category_name_en=product.category_name_en,
                price_fen=product.price_fen,
                picture=product.picture,
                is_listed=product.is_listed,
                cost_fen=product.cost_fen,
                floor_fen=product.floor_fen,
            )
            for product in body.products
        ],
    )


@router.get("/products/unknown", dependencies=[needs("customer.read")])
def list_unknown(tx: Reading, cursor: str | None = None, limit: Limit = 50) -> Page[Product]:
    """SKUs seen in orders that nobody described yet."""
    return reads.list_products(tx, is_known=False, cursor=cursor, limit=limit)


@router.get("/products/costs", dependencies=[needs("offer.edit")])
def list_costs(tx: Reading, cursor: str | None = None, limit: Limit = 50) -> Page[ProductCost]:
    """What a piece of each SKU costs the merchant, and the price it is not to be sold below."""
    return reads.list_costs(tx, cursor=cursor, limit=limit)


@router.get("/categories", dependencies=[needs("customer.read")])
def list_categories(tx: Reading) -> Page[Category]:
    """All categories."""
    return Page(reads.list_categories(tx))
