"""What changes the catalogue."""

from collections.abc import Sequence

from huitou.base.db import Tx
from huitou.catalog import rules, store
from huitou.catalog.types import BadPicture, NewProduct, ProductsMoved, RepeatedSku, Saved

_SUBJECTS_MAX = 1_000


def save_products(tx: Tx, products: Sequence[NewProduct]) -> Saved:
    """Create or update products and the categories they name, all or nothing.

    Refuses: BadPicture, RepeatedSku. Tells: ProductsMoved for SKUs that change their category.
    """
    seen: set[str] = set()
    for product in products:
        if product.sku in seen:
            raise RepeatedSku(sku=product.sku)
        seen.add(product.sku)
        fault = rules.picture_fault(product.picture) if product.picture else None
        if fault is not None:
            raise BadPicture(sku=product.sku, reason=fault)
    store.load_products(tx, products)
    store.set_categories(tx)
    moved = store.list_moving(tx)
    created = store.set_products(tx)
    for start in range(0, len(moved), _SUBJECTS_MAX):
        tx.tell(ProductsMoved(tuple(moved[start : start + _SUBJECTS_MAX])))
    return Saved(created=created, updated=len(products) - created)


def note_skus(tx: Tx, skus: Sequence[str]) -> None:
    """SKUs seen in orders: those nobody described get a row and are listed as unknown."""
    if skus:
        store.add_unknown(tx, skus)
