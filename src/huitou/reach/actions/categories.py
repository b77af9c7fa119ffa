"""Naming kinds of messages."""

from collections.abc import Sequence

from huitou.base.db import Tx
from huitou.merchant import actions as merchant_actions
from huitou.reach.reads import categories as reads
from huitou.reach.store import categories as store
from huitou.reach.types.categories import DEFAULT, BadCategories, MessageCategory


def set_categories(tx: Tx, categories: Sequence[MessageCategory]) -> list[MessageCategory]:
    """These and no others, in this order; messages that went keep theirs. Refuses `BadCategories`."""
    codes = [one.code for one in categories]
    if DEFAULT not in codes:
        raise BadCategories(zh="缺少 promotion（没有另选类别的消息）", en="promotion is missing")
    if len(set(codes)) < len(codes):
        raise BadCategories(zh="有重复的编码", en="a code is there twice")
    tx.lock("reach.categories")
    store.set_categories(tx, categories)
    merchant_actions.audit(tx, "reach.categories_set", "categories", codes=codes)
    return reads.list_categories(tx)
