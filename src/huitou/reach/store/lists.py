"""Suppression lists and who is on them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.reach.types.lists import Listed, SuppressionList


def add_list(tx: Tx, new: dict[str, Any]) -> UUID | None:
    """None where the same file is there already."""
    found: UUID | None = tx.value(
        """
        INSERT INTO reach.list (merchant_id, id, file_name, file_hash, channel, reason, state, total,
            at, by)
        VALUES (%(merchant)s, %(id)s, %(file_name)s, %(file_hash)s, %(channel)s, %(reason)s, 'running',
            %(total)s, %(now)s, %(by)s)
        ON CONFLICT (merchant_id, file_hash, channel, reason) WHERE state <> 'undone' DO NOTHING
        RETURNING id
        """,
        {**new, "by": tx.principal},
    )
    return found


def find_same(tx: ReadTx, new: dict[str, Any]) -> UUID | None:
    found: UUID | None = tx.value(
        """
        SELECT id FROM reach.list WHERE merchant_id = %(merchant)s AND file_hash = %(file_hash)s
          AND channel = %(channel)s AND reason = %(reason)s AND state <> 'undone'
        """,
        new,
    )
    return found


def add_parts(tx: Tx, list_id: UUID, sealed: Sequence[bytes]) -> None:
    tx.load("new_part", {"part": "int", "sealed": "bytea"}, enumerate(sealed))
    tx.run(
        """
        INSERT INTO reach.list_part (merchant_id, list_id, part, sealed)
        SELECT %(merchant)s, %(list)s, part, sealed FROM new_part
        """,
        {"list": list_id},
    )


def lock_list(tx: Tx, list_id: UUID) -> int | None:
    """The part to take in next, held until the commit; None when nothing is to be done."""
    found: int | None = tx.value(
        """
        SELECT next_part FROM reach.list
        WHERE merchant_id = %(merchant)s AND id = %(id)s AND state = 'running' FOR UPDATE
        """,
        {"id": list_id},
    )
    return found


def find_part(tx: ReadTx, list_id: UUID, part: int) -> bytes | None:
    found: bytes | None = tx.value(
        """
        SELECT sealed FROM reach.list_part
        WHERE merchant_id = %(merchant)s AND list_id = %(list)s AND part = %(part)s
        """,
        {"list": list_id, "part": part},
    )
    return found


def list_parts(tx: ReadTx, list_id: UUID) -> list[bytes]:
    """What is left of the parts that are taken in."""
    return tx.column(
        """
        SELECT p.sealed FROM reach.list_part p
        JOIN reach.list l ON l.merchant_id = p.merchant_id AND l.id = p.list_id
        WHERE p.merchant_id = %(merchant)s AND p.list_id = %(list)s AND p.part < l.next_part
        ORDER BY p.part
        """,
        {"list": list_id},
    )


def set_part(tx: Tx, list_id: UUID, part: int, sealed: bytes | None) -> None:
    """Only what failed stays of a part; nothing at all where all is well."""
    tx.run(
        "DELETE FROM reach.list_part WHERE merchant_id = %(merchant)s AND list_id = %(list)s"
        " AND part = %(part)s",
        {"list": list_id, "part": part},
    )
    if sealed is not None:
        tx.run(
            "INSERT INTO reach.list_part VALUES (%(merchant)s, %(list)s, %(part)s, %(sealed)s)",
            {"list": list_id, "part": part, "sealed": sealed},
        )


def add_listed(tx: Tx, list_id: UUID, blinds: Sequence[tuple[bytes, str]]) -> int:
    """(keyed hash, kind) of who is on it; returns how many were not before."""
    tx.load("new_listed", {"blind": "bytea", "kind": "text"}, blinds)
    return tx.run(
        """
        INSERT INTO reach.listed (merchant_id, blind, list_id, kind, channel, reason, at)
        SELECT DISTINCT ON (n.blind) %(merchant)s, n.blind, l.id, n.kind, l.channel, l.reason, %(now)s
        FROM new_listed n
        JOIN reach.list l ON l.merchant_id = %(merchant)s AND l.id = %(list)s
        ORDER BY n.blind ON CONFLICT DO NOTHING
        """,
        {"list": list_id},
    )


def add_progress(
    tx: Tx, list_id: UUID, *, done: int, added: int, repeated: int, failed: int
) -> None:
    tx.run(
        """
        UPDATE reach.list SET done = done + %(done)s, added = added + %(added)s,
            repeated = repeated + %(repeated)s, failed = failed + %(failed)s, next_part = next_part + 1
        WHERE merchant_id = %(merchant)s AND id = %(id)s
        """,
        {"id": list_id, "done": done, "added": added, "repeated": repeated, "failed": failed},
    )


def set_done(tx: Tx, list_id: UUID) -> None:
    tx.run(
        "UPDATE reach.list SET state = 'done', finished_at = %(now)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": list_id},
    )


def set_undone(tx: Tx, list_id: UUID) -> int:
    """Exactly what it added is gone; other lists keep theirs."""
    gone = tx.run(
        "DELETE FROM reach.listed WHERE merchant_id = %(merchant)s AND list_id = %(id)s",
        {"id": list_id},
    )
    tx.run(
        "DELETE FROM reach.list_part WHERE merchant_id = %(merchant)s AND list_id = %(id)s",
        {"id": list_id},
    )
    tx.run(
        "UPDATE reach.list SET state = 'undone', undone_at = %(now)s, undone_by = %(by)s"
        " WHERE merchant_id = %(merchant)s AND id = %(id)s",
        {"id": list_id, "by": tx.principal},
    )
    return gone


def find_list(tx: ReadTx, list_id: UUID) -> SuppressionList | None:
    return next(iter(list_lists(tx, list_id=list_id, before=None, count_max=1)), None)


def names(tx: ReadTx, list_ids: Sequence[UUID]) -> dict[UUID, str]:
    """File names by id."""
    rows = tx.rows(
        dict,
        """
        SELECT id, file_name FROM reach.list
        WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s::uuid[])
        """,
        {"ids": list(list_ids)},
    )
    return {row["id"]: row["file_name"] for row in rows}


def list_lists(
    tx: ReadTx, *, list_id: UUID | None, before: tuple[datetime, UUID] | None, count_max: int
) -> list[SuppressionList]:
    """The latest first."""
    return tx.rows(
        SuppressionList,
        """
        SELECT id, file_name, channel, reason, state, total, done, added, repeated, failed, at, by,
            finished_at, undone_at, undone_by
        FROM reach.list WHERE merchant_id = %(merchant)s
          AND (%(id)s::uuid IS NULL OR id = %(id)s)
          AND (%(at)s::timestamptz IS NULL OR (at, id) < (%(at)s, %(before)s::uuid))
        ORDER BY at DESC, id DESC LIMIT %(count_max)s
        """,
        {
            "id": list_id,
            "at": before[0] if before else None,
            "before": before[1] if before else None,
            "count_max": count_max,
        },
    )


def find_listed(tx: ReadTx, blinds: Sequence[bytes]) -> list[Listed]:
    """The lists that these are on, the latest first."""
    return tx.rows(
        Listed,
        """
        SELECT DISTINCT d.list_id, l.file_name, d.channel, d.reason, d.at
        FROM reach.listed d
        JOIN reach.list l ON l.merchant_id = d.merchant_id AND l.id = d.list_id
        WHERE d.merchant_id = %(merchant)s AND d.blind = ANY(%(blinds)s::bytea[])
        ORDER BY d.at DESC, d.list_id
        """,
        {"blinds": list(blinds)},
    )


def list_exported(tx: ReadTx, list_id: UUID) -> list[dict[str, Any]]:
    """Who is on it: the value only of who is in the vault."""
    return tx.rows(
        dict,
        """
        SELECT d.kind, encode(d.blind, 'hex') AS hash, d.channel, d.reason, d.at, i.sealed
        FROM reach.listed d
        LEFT JOIN event.identifier i ON i.merchant_id = d.merchant_id AND i.blind = d.blind
        WHERE d.merchant_id = %(merchant)s AND d.list_id = %(list)s ORDER BY d.blind
        """,
        {"list": list_id},
    )


def list_ordinals(tx: ReadTx, channel: str) -> list[int]:
    """Customers who are not to be written to on the channel; of those with a number where nobody is, who has no other."""
    return tx.column(
        """
        SELECT DISTINCT k.ordinal FROM reach.listed d
        JOIN event.identifier i ON i.merchant_id = d.merchant_id AND i.blind = d.blind
        JOIN identity.link l ON l.merchant_id = i.merchant_id AND l.identifier_id = i.id
        JOIN identity.customer c ON c.merchant_id = l.merchant_id AND c.id = l.customer_id
        JOIN identity.customer k ON k.merchant_id = c.merchant_id AND k.id = c.root_id
        WHERE d.merchant_id = %(merchant)s AND d.channel IN ('', %(channel)s) AND k.state = 'live'
          AND (d.reason <> 'hard_bounce' OR NOT EXISTS (
                SELECT FROM identity.customer r
                JOIN identity.link o ON o.merchant_id = r.merchant_id AND o.customer_id = r.id
                WHERE r.merchant_id = k.merchant_id AND r.root_id = k.id AND o.kind = l.kind
                  AND o.identifier_id <> l.identifier_id AND o.quarantine IS NULL))
        """,
        {"channel": channel},
    )


def list_hit(tx: ReadTx, blinds: Sequence[bytes], channel: str) -> list[UUID]:
    """Marketing and service messages on their way, on the channel, to customers who have one of these."""
    return tx.column(
        """
        SELECT DISTINCT m.id FROM event.identifier i
        JOIN identity.link k ON k.merchant_id = i.merchant_id AND k.identifier_id = i.id
        JOIN identity.customer c ON c.merchant_id = k.merchant_id AND c.id = k.customer_id
        JOIN identity.customer f ON f.merchant_id = c.merchant_id AND f.root_id = c.root_id
        JOIN reach.message m ON m.merchant_id = f.merchant_id AND m.first_customer_id = f.id
        WHERE i.merchant_id = %(merchant)s AND i.blind = ANY(%(blinds)s::bytea[])
          AND m.purpose <> 'transactional' AND m.state IN ('planned', 'submitted', 'waiting')
          AND (%(channel)s = '' OR m.channel = %(channel)s)
        """,
        {"blinds": list(blinds), "channel": channel},
    )
