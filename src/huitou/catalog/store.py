"""Products and categories in PostgreSQL; everything is set-based."""

from collections.abc import Collection, Sequence

from huitou.base.db import ReadTx, Tx
from huitou.catalog.types import UNKNOWN, Category, NewProduct, Product, ProductCost

_PRODUCT = """
    SELECT p.sku, p.name, p.category_code, c.name AS category_name, c.name_en AS category_name_en,
           p.price_fen, p.picture, p.is_listed, p.is_known, p.first_seen_at
    FROM catalog.product p
    JOIN catalog.category c ON c.merchant_id = p.merchant_id AND c.code = p.category_code
    WHERE p.merchant_id = %(merchant)s
"""


def find_products(tx: ReadTx, skus: Sequence[str]) -> list[Product]:
    return tx.rows(Product, _PRODUCT + "AND p.sku = ANY(%(skus)s)", {"skus": list(skus)})


def find_categories(tx: ReadTx, skus: Sequence[str]) -> list[tuple[str, str]]:
    """`(sku, category code)` pairs, without the weight of names and pictures."""
    found = tx.rows(
        dict,
        """
        SELECT sku, category_code FROM catalog.product
        WHERE merchant_id = %(merchant)s AND sku = ANY(%(skus)s)
        """,
        {"skus": list(skus)},
    )
    return [(row["sku"], row["category_code"]) for row in found]


def list_products(
    tx: ReadTx,
    *,
    q: str | None,
    category: str | None,
    is_known: bool | None,
    after_sku: str,
    count_max: int,
) -> list[Product]:
    """In SKU order, after `after_sku`; `q` is a part of the SKU or of the name."""
    return tx.rows(
        Product,
        _PRODUCT
        + """
          AND p.sku > %(after)s
          AND (%(category)s::text IS NULL OR p.category_code = %(category)s)
          AND (%(is_known)s::boolean IS NULL OR p.is_known = %(is_known)s)
          AND (%(q)s::text IS NULL OR position(lower(%(q)s) IN lower(p.sku || ' ' || p.name)) > 0)
        ORDER BY p.sku LIMIT %(count_max)s
        """,
        {
            "after": after_sku,
            "category": category,
            "is_known": is_known,
            "q": q,
            "count_max": count_max,
        },
    )


def list_reaching(
    tx: ReadTx,
    skus: Sequence[str],
    categories: Sequence[str],
    except_skus: Sequence[str],
    amount_fen: int,
    count_max: int,
) -> list[Product]:
    """Listed products, those first of which enough pieces for the amount cost least, then the fewest."""
    return tx.rows(
        Product,
        _PRODUCT
        + """
          AND p.is_listed AND p.is_known AND p.price_fen > 0
          AND p.sku <> ALL(%(except)s::text[])
          AND (%(is_all)s OR p.sku = ANY(%(skus)s::text[])
               OR p.category_code = ANY(%(categories)s::text[]))
        ORDER BY (%(amount)s + p.price_fen - 1) / p.price_fen * p.price_fen, p.price_fen DESC, p.sku
        LIMIT %(count_max)s
        """,
        {
            "skus": list(skus),
            "categories": list(categories),
            "except": list(except_skus),
            "is_all": not skus and not categories,
            "amount": amount_fen,
            "count_max": count_max,
        },
    )


def list_categories(tx: ReadTx) -> list[Category]:
    return tx.rows(
        Category,
        """
        SELECT c.code, c.name, c.name_en, count(p.sku) AS product_count
        FROM catalog.category c
        LEFT JOIN catalog.product p ON p.merchant_id = c.merchant_id AND p.category_code = c.code
        WHERE c.merchant_id = %(merchant)s
        GROUP BY c.code, c.name, c.name_en ORDER BY c.code
        """,
    )


def find_category_names(tx: ReadTx, codes: Collection[str] | None) -> dict[str, tuple[str, str]]:
    """Code → (zh, en), of `codes` or of all."""
    found: list[dict[str, str]] = tx.rows(
        dict,
        "SELECT code, name, name_en FROM catalog.category"
        " WHERE merchant_id = %(merchant)s"
        " AND (%(codes)s::text[] IS NULL OR code = ANY(%(codes)s::text[]))",
        {"codes": None if codes is None else list(codes)},
    )
    return {each["code"]: (each["name"], each["name_en"]) for each in found}


def list_costs(
    tx: ReadTx, *, skus: Sequence[str] | None, after_sku: str, count_max: int
) -> list[ProductCost]:
    """By SKU, after `after_sku`; those of `skus`, or all."""
    return tx.rows(
        ProductCost,
        """
        SELECT sku, name, category_code, price_fen, cost_fen, floor_fen FROM catalog.product
        WHERE merchant_id = %(merchant)s AND sku > %(after)s
          AND (%(skus)s::text[] IS NULL OR sku = ANY(%(skus)s::text[]))
        ORDER BY sku LIMIT %(count_max)s
        """,
        {"skus": None if skus is None else list(skus), "after": after_sku, "count_max": count_max},
    )


def list_on_sale(tx: ReadTx, count_max: int) -> list[ProductCost]:
    """Listed products with a price: first those whose floor or cost is nearest to their price."""
    return tx.rows(
        ProductCost,
        """
        SELECT sku, name, category_code, price_fen, cost_fen, floor_fen FROM catalog.product
        WHERE merchant_id = %(merchant)s AND is_listed AND is_known AND price_fen > 0
        ORDER BY round(greatest(cost_fen, floor_fen)::numeric / price_fen, 2) DESC NULLS LAST, price_fen DESC,
            category_code, sku
        LIMIT %(count_max)s
        """,
        {"count_max": count_max},
    )


def load_products(tx: Tx, products: Sequence[NewProduct]) -> None:
    """Into the temporary table that `set_categories` and `set_products` work from."""
    tx.load(
        "catalog_new",
        {
            "sku": "text",
            "name": "text",
            "category_code": "text",
            "category_name": "text",
            "category_name_en": "text",
            "price_fen": "bigint",
            "picture": "text",
            "is_listed": "boolean",
            "cost_fen": "bigint",
            "floor_fen": "bigint",
        },
        (
            (
                product.sku,
                product.name,
                product.category_code,
                product.category_name,
                product.category_name_en,
                product.price_fen,
                product.picture,
                product.is_listed,
                product.cost_fen,
                product.floor_fen,
            )
            for product in products
        ),
    )


def set_categories(tx: Tx) -> None:
    """The categories the loaded products name; a name given replaces the one known."""
    tx.run(
        """
        INSERT INTO catalog.category (merchant_id, code, name, name_en)
        SELECT %(merchant)s, category_code, coalesce(max(category_name), category_code),
               coalesce(max(category_name_en), max(category_name), category_code)
        FROM pg_temp.catalog_new GROUP BY category_code ORDER BY category_code
        ON CONFLICT (merchant_id, code) DO NOTHING
        """
    )
    tx.run(
        """
        UPDATE catalog.category c
        SET name = coalesce(n.name, c.name), name_en = coalesce(n.name_en, c.name_en)
        FROM (SELECT category_code, max(category_name) AS name, max(category_name_en) AS name_en
              FROM pg_temp.catalog_new GROUP BY category_code) n
        WHERE c.merchant_id = %(merchant)s AND c.code = n.category_code
          AND (coalesce(n.name, c.name), coalesce(n.name_en, c.name_en)) <> (c.name, c.name_en)
        """
    )


def list_moving(tx: Tx) -> list[str]:
    """The SKUs whose category the loaded products change, locked."""
    return tx.column(
        """
        SELECT p.sku FROM catalog.product p JOIN pg_temp.catalog_new n ON n.sku = p.sku
        WHERE p.merchant_id = %(merchant)s AND p.category_code <> n.category_code
        ORDER BY p.sku FOR UPDATE OF p
        """
    )


def set_products(tx: Tx) -> int:
    """Upsert the loaded products; returns how many are new."""
    return len(
        tx.column(
            """
            WITH saved AS (
                INSERT INTO catalog.product AS p (merchant_id, sku, name, category_code, price_fen,
                                                  picture, is_listed, is_known, first_seen_at,
                                                  cost_fen, floor_fen)
                SELECT %(merchant)s, sku, name, category_code, price_fen, picture, is_listed, true,
                       %(now)s, cost_fen, floor_fen
                FROM pg_temp.catalog_new ORDER BY sku
                ON CONFLICT (merchant_id, sku) DO UPDATE SET
                    name = excluded.name, category_code = excluded.category_code,
                    price_fen = coalesce(excluded.price_fen, p.price_fen),
                    picture = coalesce(excluded.picture, p.picture),
                    cost_fen = coalesce(excluded.cost_fen, p.cost_fen),
                    floor_fen = coalesce(excluded.floor_fen, p.floor_fen),
                    is_listed = excluded.is_listed, is_known = true
                RETURNING xmax = 0 AS is_new)
            SELECT is_new FROM saved WHERE is_new
            """
        )
    )


def add_unknown(tx: Tx, skus: Sequence[str]) -> None:
    """Rows for SKUs nobody described, in the category `unknown`."""
    tx.run(
        """
        INSERT INTO catalog.category (merchant_id, code, name, name_en)
        VALUES (%(merchant)s, %(unknown)s, '未知品类', 'Unknown')
        ON CONFLICT DO NOTHING
        """,
        {"unknown": UNKNOWN},
    )
    tx.run(
        """
        INSERT INTO catalog.product (merchant_id, sku, name, category_code, is_listed, is_known,
                                     first_seen_at)
        SELECT %(merchant)s, sku, sku, %(unknown)s, false, false, %(now)s
        FROM (SELECT DISTINCT unnest(%(skus)s::text[]) AS sku ORDER BY 1) seen
        ON CONFLICT DO NOTHING
        """,
        {"unknown": UNKNOWN, "skus": list(skus)},
    )
