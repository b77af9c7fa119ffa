"""The feed holds every key that a statement changed, once, however many there are."""

from huitou.base import feed
from huitou.base.db import Database
from tests.conftest import make_brand

COUNT = 20_001
"""Three rows of the feed."""


def test_all_keys_of_a_large_statement_are_noted(db: Database) -> None:
    brand = make_brand(db, "很多")
    with db.write(brand.merchant.id) as tx:
        feed.begin(tx, "test")
    with db.write(brand.merchant.id) as tx:
        tx.run(
            """
            INSERT INTO identity.link (merchant_id, identifier_id, kind, scope, customer_id, grade,
                                       is_verified, source, linked_at)
            SELECT %(merchant)s, n, 'card', 'default', lpad(to_hex(n / 2), 32, '0')::uuid, 'A', true,
                   'pos', %(now)s
            FROM generate_series(0, 2 * %(count)s - 1) AS n
            """,
            {"count": COUNT},
        )
    with db.write(brand.merchant.id) as tx:
        sizes = tx.column(
            "SELECT cardinality(keys) FROM base.change"
            " WHERE merchant_id = %(merchant)s AND source = 'identity.link' ORDER BY 1"
        )
        assert sizes == [1, 10_000, 10_000]
        told = feed.take(tx, "test", dict, "SELECT source, key FROM waiting")
        assert {row["source"] for row in told} == {"identity.link"}
        assert {row["key"].int for row in told} == set(range(COUNT))
        assert not feed.is_waiting(tx, "test")
