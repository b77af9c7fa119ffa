"""What products cost one customer, over HTTP: lists, product pages, an associate's sheet."""

from time import monotonic
from typing import Annotated

from pydantic import AwareDatetime, Field

from huitou.base.http import Body, Reading, Router, needs
from huitou.benefit.types.templates import SaleChannel
from huitou.offer.http.carts import Budget, Code, Fen
from huitou.offer.reads import shelves as reads
from huitou.offer.reads.shelves import PRODUCTS_MAX, WantedShelf
from huitou.offer.types.shelves import Shelf

router = Router(prefix="/v1/offers", tags=["offers"])


class ShelfProduct(Body):
    """`list_fen` left out: the catalogue's price."""

    sku: Code
    list_fen: Fen | None = None


class ShelfBody(Body):
    """`skus`, or `products` with prices of one's own, or both, `PRODUCTS_MAX` different ones at most; the rest
    as in a cart."""

    unit: Annotated[str, Field(min_length=1, max_length=64)]
    skus: Annotated[list[Code], Field(max_length=PRODUCTS_MAX, default_factory=list)]
    products: Annotated[list[ShelfProduct], Field(max_length=PRODUCTS_MAX, default_factory=list)]
    customer: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    channel: SaleChannel | None = None
    at: Annotated[AwareDatetime, Field(strict=False)] | None = None
    promoter: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    budget_ms: Budget = 100

    def wanted(self) -> WantedShelf:
        products: dict[str, int | None] = dict.fromkeys(self.skus)
        products |= {each.sku: each.list_fen for each in self.products}
        return WantedShelf(self.unit, products, self.customer, self.channel, self.at, self.promoter)


@router.post("/shelf", dependencies=[needs("offer.read")])
def price_shelf(tx: Reading, body: ShelfBody) -> Shelf:
    """The customer's own best price for one piece of each product, how it comes about, what the next tier
    would make of it, and what is one step away."""
    return reads.shelf(tx, body.wanted(), clock=monotonic, budget_ms=body.budget_ms)
