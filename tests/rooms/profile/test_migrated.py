"""A database from before sources were tags without rows, and lines and hashes were shorter."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from huitou.base.crypto import MasterKey
from huitou.base.db import Database, Tx
from huitou.base.migrate import all_migrations, migrate
from huitou.base.pg import EmbeddedPostgres
from huitou.event import reads as events
from huitou.event import rules
from huitou.identity import reads as identities
from huitou.kernel.ids import new_id
from huitou.merchant import reads as merchants
from huitou.order import reads as orders
from huitou.profile import reads
from tests.conftest import Brand, make_brand
from tests.older import database_before, insert

PHONE = "+8613800000000"
CHANGES = "SELECT count(*) FROM base.change WHERE source = 'profile.tag'"


@pytest.fixture
def old(cluster: EmbeddedPostgres, master: MasterKey) -> Iterator[tuple[Database, str]]:
    with database_before(331, cluster, master) as made:
        yield made


def known(tx: Tx, ordinal: int, sources: list[str], tags: dict[str, str]) -> UUID:
    """A customer of these sources who carries these tags by those who said so."""
    id_ = new_id()
    insert(tx, "identity.customer", id=id_, root_id=id_, ordinal=ordinal, created_at=tx.now)
    seen = {"source_channels": sources, "last_seen_at": tx.now}
    insert(tx, "profile.customer", customer_id=id_, ordinal=ordinal, **seen)
    for hours, source in enumerate(sorted([*sources, "huitou"], reverse=True)):
        at = tx.now - timedelta(hours=hours)
        bought = {"bought_at": at, "bought_unit_id": new_id(), "bought_in_store": source == "pos"}
        insert(tx, "profile.seen", customer_id=id_, source=source, last_seen_at=at, **bought)
    for name, source in tags.items():
        insert(tx, "profile.tag", customer_id=id_, name=name, source=source, at=tx.now)
    return id_


def bought(tx: Tx, brand: Brand, customer_id: UUID) -> UUID:
    """An order of two lines, one of them given back."""
    order_id, unit_id = new_id(), brand.units["store-0401"].id
    insert(
        tx,
        "order.purchase",
        id=order_id,
        unit_id=unit_id,
        order_no="o-1",
        source="pos",
        customer_id=customer_id,
        paid_at=tx.now,
        paid_fen=300,
        shipping_fen=0,
        refunded_fen=100,
        line_count=2,
        position=1,
        content=b"16 bytes of hash",
    )
    for line_no, paid_fen, refunded_fen in ((1, 200, 0), (2, 100, 100)):
        insert(
            tx,
            "order.line",
            order_id=order_id,
            line_no=line_no,
            sku=f"M{line_no}",
            category_code="dairy",
            is_first_of_category=line_no == 1,
            quantity=1000,
            list_fen=250,
            paid_fen=paid_fen,
            refunded_quantity=refunded_fen * 10,
            refunded_fen=refunded_fen,
            customer_id=customer_id,
            unit_id=unit_id,
            source="pos",
            paid_at=tx.now,
        )
    return order_id


def reachable(tx: Tx, brand: Brand, customer_id: UUID) -> None:
    """A phone of the customer's, by the whole hash; one of a store, too."""
    blind = tx.keys.blind(rules.blind_text("phone", None, PHONE))
    vault = {"kind": "phone", "blind": blind, "sealed": tx.keys.seal(PHONE)}
    insert(tx, "event.identifier", **vault)
    link: dict[str, Any] = {"kind": "phone", "scope": "", "customer_id": customer_id, "grade": "B"}
    identifier_id = tx.value("SELECT max(id) FROM event.identifier")
    link |= {"source": "pos", "linked_at": tx.now, "is_verified": True}
    insert(tx, "identity.link", identifier_id=identifier_id, **link)
    tx.run(
        "UPDATE merchant.unit SET phone_blind = %(blind)s WHERE id = %(id)s",
        {"blind": blind, "id": brand.units["store-0401"].id},
    )


def test_nothing_is_lost_when_it_is_said_once(old: tuple[Database, str]) -> None:
    db, dsn = old
    brand = make_brand(db)
    auto = {"source:mall": "auto", "source:pos": "auto"}
    said = {"source:pos": "import", "source:fair": "a-01", "vip": "auto"}
    with db.write(brand.merchant.id, principal="test") as tx:
        one = known(tx, 1, ["mall", "pos"], {**auto, "vip": "a-01"})
        other = known(tx, 2, ["mall"], {"source:mall": "auto", **said})
        order_id = bought(tx, brand, one)
        reachable(tx, brand, one)
        noted = tx.value(CHANGES)
    migrate(dsn, [one for one in all_migrations() if one.number <= 333])
    with db.read(brand.merchant.id) as tx:
        assert tx.value(CHANGES) == noted, "nobody is to be judged again"
    migrate(dsn)
    with db.read(brand.merchant.id) as tx:
        carried = {
            id_: {tag.name: tag.source for tag in found}
            for id_, found in reads.tags(tx, [one, other]).items()
        }
        assert carried == {one: {**auto, "vip": "a-01"}, other: {"source:mall": "auto", **said}}
        assert tx.value("SELECT count(*) FROM profile.tag") == 4
        [order] = orders.orders_by_id(tx, [order_id]).values()
        assert [(line.sku, line.paid_fen, line.refunded_fen) for line in order.lines] == [
            ("M1", 200, 0),
            ("M2", 100, 100),
        ]
        met = tx.row(dict, "SELECT * FROM profile.seen WHERE customer_id = %(id)s", {"id": one})
        assert met is not None
        assert (met["sources"], met["bought_in_store"]) == (["mall", "pos"], True)
        seen = [each.last_seen_at for each in reads.profiles(tx, [one, other]).values()]
        assert seen == [tx.value("SELECT max(last_seen_at) FROM profile.seen")] * 2
        found = identities.find_by_identifier(tx, "phone", PHONE)
        assert found is not None
        assert found.id == one
        blind = events.blind_of(tx, "phone", None, PHONE)
        assert merchants.store_phone_blinds(tx) == {blind}
