"""Which kinds of messages there are."""

from huitou.base.db import ReadTx
from huitou.reach.store import categories as store
from huitou.reach.types.categories import CATEGORIES, MessageCategory, NoCategory


def list_categories(tx: ReadTx) -> list[MessageCategory]:
    """Those of the merchant, or else of the product."""
    return store.list_categories(tx) or list(CATEGORIES)


def check_category(tx: ReadTx, code: str) -> str:
    """Refuses `NoCategory`."""
    if code not in {one.code for one in list_categories(tx)}:
        raise NoCategory(category=code)
    return code
