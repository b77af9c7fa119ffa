"""Customers one by one: what people ask about them and do to them."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.arrays import literal
from huitou.base.db import ReadTx, Tx
from huitou.identity.types import Clustered, Customer, Given, Member, Merging, Move
from huitou.kernel.ids import new_id


def lock(tx: Tx) -> None:
    """One writer of a merchant's identities at a time."""
    tx.lock("identity")


def find_customers(tx: ReadTx, customer_ids: Iterable[UUID]) -> list[Customer]:
    return tx.rows(
        Customer,
        """
        SELECT id, ordinal, created_at, nullif(root_id, id) AS merged_into, state
        FROM identity.customer WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s)
        """,
        {"ids": list(customer_ids)},
    )


def find_by_ordinal(tx: ReadTx, ordinal: int) -> Customer | None:
    return tx.row(
        Customer,
        """
        SELECT id, ordinal, created_at, nullif(root_id, id) AS merged_into, state
        FROM identity.customer WHERE merchant_id = %(merchant)s AND ordinal = %(ordinal)s
        """,
        {"ordinal": ordinal},
    )


def find_holders(tx: ReadTx, identifier_ids: Sequence[int]) -> list[UUID]:
    """Who answers now for identifiers that speak for somebody."""
    return tx.column(
        """
        SELECT DISTINCT c.root_id
        FROM identity.link l
        JOIN identity.customer c ON c.merchant_id = l.merchant_id AND c.id = l.customer_id
        WHERE l.merchant_id = %(merchant)s AND l.identifier_id = ANY(%(ids)s)
          AND l.quarantine IS NULL
        """,
        {"ids": list(identifier_ids)},
    )


def list_holders(tx: ReadTx, blinds: Sequence[bytes]) -> dict[bytes, UUID]:
    """Keyed hash → who answers now, of identifiers that speak for somebody."""
    found = tx.rows(
        dict,
        """
        SELECT i.blind, c.root_id
        FROM event.identifier i
        JOIN identity.link l ON l.merchant_id = i.merchant_id AND l.identifier_id = i.id
        JOIN identity.customer c ON c.merchant_id = l.merchant_id AND c.id = l.customer_id
        WHERE i.merchant_id = %(merchant)s AND i.blind = ANY(%(blinds)s) AND l.quarantine IS NULL
        """,
        {"blinds": list(blinds)},
    )
    return {bytes(row["blind"]): row["root_id"] for row in found}


def list_standings(tx: ReadTx, blinds: Sequence[bytes]) -> dict[bytes, UUID | None]:
    """Keyed hash → who answers now; None for an identifier that is set aside and speaks for nobody."""
    found = tx.rows(
        dict,
        """
        SELECT i.blind, CASE WHEN l.quarantine IS NULL THEN c.root_id END AS root_id
        FROM event.identifier i
        JOIN identity.link l ON l.merchant_id = i.merchant_id AND l.identifier_id = i.id
        LEFT JOIN identity.customer c ON c.merchant_id = l.merchant_id AND c.id = l.customer_id
        WHERE i.merchant_id = %(merchant)s AND i.blind = ANY(%(blinds)s)
        """,
        {"blinds": list(blinds)},
    )
    return {bytes(row["blind"]): row["root_id"] for row in found}


def list_members(tx: ReadTx, root_id: UUID) -> list[Member]:
    """The root and everyone merged into it, oldest first."""
    return tx.rows(
        Member,
        """
        SELECT id, ordinal, merged_into FROM identity.customer
        WHERE merchant_id = %(merchant)s AND root_id = %(root)s ORDER BY ordinal
        """,
        {"root": root_id},
    )


def list_links(tx: ReadTx, root_ids: Iterable[UUID]) -> list[dict[str, Any]]:
    """Links of customers and of all merged into them, firmest first."""
    return tx.rows(
        dict,
        """
        SELECT c.root_id, l.customer_id, l.identifier_id, l.kind, l.scope, l.grade, l.is_verified,
               l.quarantine, l.source, l.evidence_position AS position, l.linked_at, i.tail
        FROM identity.customer c
        JOIN identity.link l ON l.merchant_id = c.merchant_id AND l.customer_id = c.id
        JOIN event.identifier i ON i.merchant_id = l.merchant_id AND i.id = l.identifier_id
        WHERE c.merchant_id = %(merchant)s AND c.root_id = ANY(%(roots)s)
        ORDER BY l.grade, l.linked_at, l.identifier_id
        """,
        {"roots": list(root_ids)},
    )


def list_mergings(tx: ReadTx, member_ids: Iterable[UUID]) -> list[Merging]:
    return tx.rows(
        Merging,
        """
        SELECT id, winner_id, loser_id, reason, position, identifier_ids, evidence, at, by,
               undone_at
        FROM identity.merging
        WHERE merchant_id = %(merchant)s
          AND (winner_id = ANY(%(members)s) OR loser_id = ANY(%(members)s))
        ORDER BY at, id
        """,
        {"members": list(member_ids)},
    )


def list_moves(tx: ReadTx, member_ids: Iterable[UUID]) -> list[Move]:
    return tx.rows(
        Move,
        """
        SELECT identifier_id, from_id, to_id, reason, position, at FROM identity.move
        WHERE merchant_id = %(merchant)s
          AND (from_id = ANY(%(members)s) OR to_id = ANY(%(members)s))
        ORDER BY id
        """,
        {"members": list(member_ids)},
    )


def list_positions(tx: ReadTx, root_id: UUID) -> list[int]:
    return tx.column(
        """
        SELECT position FROM identity.resolved_now
        WHERE merchant_id = %(merchant)s AND customer_id = %(root)s ORDER BY position
        """,
        {"root": root_id},
    )


def iter_clusters(tx: ReadTx) -> Iterator[Clustered]:
    return tx.iterate(
        Clustered,
        """
        SELECT i.blind, l.kind, l.scope, l.grade, c.root_id AS customer_id
        FROM identity.link l
        JOIN event.identifier i ON i.merchant_id = l.merchant_id AND i.id = l.identifier_id
        JOIN identity.customer c ON c.merchant_id = l.merchant_id AND c.id = l.customer_id
        WHERE l.merchant_id = %(merchant)s AND l.quarantine IS NULL
        """,
    )


def list_given(tx: ReadTx, after: int, upto: int) -> list[Given]:
    return tx.rows(
        Given,
        """
        SELECT position, first_customer_id, customer_id FROM identity.resolved_now
        WHERE merchant_id = %(merchant)s AND position > %(after)s AND position <= %(upto)s
          AND state = 'live'
        """,
        {"after": after, "upto": upto},
    )


def list_customers_of(tx: ReadTx, positions: Sequence[int]) -> dict[int, UUID]:
    if not positions:
        return {}
    found = tx.rows(
        dict,
        """
        SELECT position, customer_id FROM identity.resolved_now
        WHERE merchant_id = %(merchant)s AND position = ANY(%(positions)s::bigint[])
          AND state = 'live'
        """,
        {"positions": literal(positions)},
    )
    return {row["position"]: row["customer_id"] for row in found}


def list_roots(tx: ReadTx, customer_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    found = tx.rows(
        dict,
        """
        SELECT id, root_id FROM identity.customer
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s)
        """,
        {"ids": list(customer_ids)},
    )
    return {row["id"]: row["root_id"] for row in found}


# What people change


def set_merged(tx: Tx, winner_id: UUID, loser_id: UUID) -> None:
    """Hang one root under another, by hand."""
    params = {"winner": winner_id, "loser": loser_id, "id": new_id(), "by": tx.principal}
    tx.run(
        """
        INSERT INTO identity.merging
            (merchant_id, id, winner_id, loser_id, reason, identifier_ids, evidence, at, by)
        VALUES (%(merchant)s, %(id)s, %(winner)s, %(loser)s, 'by_hand', '{}', '{}', %(now)s, %(by)s)
        """,
        params,
    )
    tx.run(
        """
        DELETE FROM identity.apart a
        USING identity.customer c, identity.customer d
        WHERE a.merchant_id = %(merchant)s
          AND c.merchant_id = %(merchant)s AND c.id = a.one_id
          AND d.merchant_id = %(merchant)s AND d.id = a.other_id
          AND ((c.root_id = %(winner)s AND d.root_id = %(loser)s)
            OR (c.root_id = %(loser)s AND d.root_id = %(winner)s))
        """,
        params,
    )
    tx.run(
        """
        UPDATE identity.customer
        SET root_id = %(winner)s,
            merged_into = CASE WHEN id = %(loser)s THEN %(winner)s ELSE merged_into END
        WHERE merchant_id = %(merchant)s AND root_id = %(loser)s
        """,
        params,
    )


def set_unmerged(tx: Tx, loser_id: UUID) -> None:
    """Take a customer, with all that were merged into it, out again."""
    tx.run(
        """
        UPDATE identity.merging SET undone_at = %(now)s
        WHERE merchant_id = %(merchant)s AND loser_id = %(loser)s AND undone_at IS NULL
        """,
        {"loser": loser_id},
    )
    tx.run(
        """
        WITH RECURSIVE below AS (
            SELECT id FROM identity.customer WHERE merchant_id = %(merchant)s AND id = %(loser)s
            UNION ALL
            SELECT c.id FROM below b
            JOIN identity.customer c ON c.merchant_id = %(merchant)s AND c.merged_into = b.id
        )
        UPDATE identity.customer c
        SET root_id = %(loser)s,
            merged_into = CASE WHEN c.id = %(loser)s THEN NULL ELSE c.merged_into END
        FROM below b
        WHERE c.merchant_id = %(merchant)s AND c.id = b.id
        """,
        {"loser": loser_id},
    )


def add_apart(tx: Tx, one_id: UUID, other_id: UUID) -> None:
    tx.run(
        """
        INSERT INTO identity.apart VALUES (%(merchant)s, %(one)s, %(other)s, %(now)s, %(by)s)
        ON CONFLICT DO NOTHING
        """,
        {"one": one_id, "other": other_id, "by": tx.principal},
    )


def remove_apart(tx: Tx, one_id: UUID, other_id: UUID) -> None:
    """Nobody says any more that these two are apart; of others under the same roots it stays."""
    tx.run(
        """
        DELETE FROM identity.apart
        WHERE merchant_id = %(merchant)s
          AND ((one_id = %(one)s AND other_id = %(other)s)
            OR (one_id = %(other)s AND other_id = %(one)s))
        """,
        {"one": one_id, "other": other_id},
    )


def get_id(tx: ReadTx, ordinal: int) -> UUID:
    found = find_by_ordinal(tx, ordinal)
    assert found is not None
    return found.id


def set_holder(tx: Tx, identifier_ids: Sequence[int], customer_id: UUID) -> None:
    """Move links, and the events they decided, to another customer."""
    params = {"ids": list(identifier_ids), "to": customer_id}
    tx.run(
        """
        INSERT INTO identity.move (merchant_id, identifier_id, from_id, to_id, reason, position, at)
        SELECT merchant_id, identifier_id, customer_id, %(to)s, 'split', NULL, %(now)s
        FROM identity.link WHERE merchant_id = %(merchant)s AND identifier_id = ANY(%(ids)s)
        """,
        params,
    )
    tx.run(
        """
        UPDATE identity.resolved r SET customer_id = %(to)s
        FROM identity.link l
        WHERE l.merchant_id = %(merchant)s AND l.identifier_id = ANY(%(ids)s)
          AND r.merchant_id = %(merchant)s AND r.customer_id = l.customer_id
          AND r.via_id = l.identifier_id
        """,
        params,
    )
    tx.run(
        """
        UPDATE identity.link SET customer_id = %(to)s
        WHERE merchant_id = %(merchant)s AND identifier_id = ANY(%(ids)s)
        """,
        params,
    )


def remove_links(tx: Tx, identifier_ids: Sequence[int]) -> None:
    params = {"ids": list(identifier_ids)}
    tx.run(
        """
        DELETE FROM identity.link
        WHERE merchant_id = %(merchant)s AND identifier_id = ANY(%(ids)s)
        """,
        params,
    )
    tx.run(
        """
        DELETE FROM identity.phone_use
        WHERE merchant_id = %(merchant)s
          AND (phone_id = ANY(%(ids)s) OR other_id = ANY(%(ids)s))
        """,
        params,
    )


def set_forgotten(tx: Tx, root_id: UUID) -> None:
    params = {"root": root_id, "by": tx.principal}
    tx.run(
        """
        INSERT INTO identity.forgotten (merchant_id, customer_id, at, by)
        SELECT merchant_id, id, %(now)s, %(by)s FROM identity.customer
        WHERE merchant_id = %(merchant)s AND root_id = %(root)s
        ON CONFLICT DO NOTHING
        """,
        params,
    )
    tx.run(
        """
        UPDATE identity.customer SET state = 'forgotten'
        WHERE merchant_id = %(merchant)s AND root_id = %(root)s
        """,
        params,
    )
    tx.run(
        """
        UPDATE identity.merging SET evidence = %(empty)s
        WHERE merchant_id = %(merchant)s
          AND winner_id IN (SELECT id FROM identity.customer
                            WHERE merchant_id = %(merchant)s AND root_id = %(root)s)
        """,
        {**params, "empty": Jsonb({})},
    )
