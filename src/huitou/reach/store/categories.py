"""Message categories as the merchant calls them."""

from collections.abc import Sequence

from huitou.base.db import ReadTx, Tx
from huitou.reach.types.categories import MessageCategory


def list_categories(tx: ReadTx) -> list[MessageCategory]:
    """In the merchant's order; none where nobody ever named any."""
    return tx.rows(
        MessageCategory,
        "SELECT code, zh, en FROM reach.category WHERE merchant_id = %(merchant)s ORDER BY place",
    )


def set_categories(tx: Tx, categories: Sequence[MessageCategory]) -> None:
    """These and no others."""
    tx.run("DELETE FROM reach.category WHERE merchant_id = %(merchant)s")
    tx.run(
        """
        INSERT INTO reach.category (merchant_id, code, zh, en, place)
        SELECT %(merchant)s, code, zh, en, place
        FROM unnest(%(codes)s::text[], %(zh)s::text[], %(en)s::text[])
            WITH ORDINALITY AS t (code, zh, en, place)
        """,
        {
            "codes": [one.code for one in categories],
            "zh": [one.zh for one in categories],
            "en": [one.en for one in categories],
        },
    )
