"""SQL of the log: a batch goes in as arrays, each step is one statement."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from huitou.base.arrays import literal, literal_of_lists
from huitou.base.db import ReadTx, Tx
from huitou.event.types import LogEntry, NewEntry, SetAside, SourceCount, StreamLag

Named = tuple[str, str, bytes]
"""`(source, id, hash of the content)` of an event."""


def lock_head(tx: Tx) -> int:
    """The last position given; whoever holds it appends next."""
    tx.run(
        "INSERT INTO event.head VALUES (%(merchant)s, 0) ON CONFLICT DO NOTHING",
    )
    position: int = tx.value(
        "SELECT position FROM event.head WHERE merchant_id = %(merchant)s FOR UPDATE"
    )
    return position


def head(tx: ReadTx) -> int:
    """The last position given, without waiting."""
    return tx.value("SELECT position FROM event.head WHERE merchant_id = %(merchant)s") or 0


def seen_hashes(tx: Tx, named: Sequence[Named]) -> dict[int, bool]:
    """Of the batch, which are known, by place, and whether with the same content."""
    rows: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT i.no - 1 AS no, s.body_hash = i.body_hash AS is_same
        FROM unnest(%(sources)s::text[], %(ids)s::text[], %(hashes)s::bytea[]) WITH ORDINALITY
            AS i (source, id, body_hash, no)
        JOIN event.seen s
          ON s.merchant_id = %(merchant)s AND s.source = i.source AND s.id = i.id
        """,
        _names(named),
    )
    return {row["no"]: row["is_same"] for row in rows}


def vault_ids(tx: ReadTx, blinds: Collection[bytes]) -> dict[bytes, int]:
    """The ids of those identifiers that are in the vault."""
    rows: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT v.blind, v.id FROM unnest(%(blinds)s::bytea[]) AS b (blind)
        JOIN event.identifier v ON v.merchant_id = %(merchant)s AND v.blind = b.blind
        """,
        {"blinds": literal(list(blinds))},
    )
    return {row["blind"]: row["id"] for row in rows}


def add_identifiers(tx: Tx, rows: Sequence[Sequence[Any]]) -> dict[bytes, int]:
    """Put new identifiers into the vault, (kind, scope, blind, sealed, tail) each; their ids."""
    kinds, scopes, blinds, sealed, tails = zip(*rows, strict=True)
    added: list[dict[str, Any]] = tx.rows(
        dict,
        """
        INSERT INTO event.identifier (merchant_id, kind, scope, blind, sealed, tail)
        SELECT %(merchant)s, t.*
        FROM unnest(%(kinds)s::text[], %(scopes)s::text[], %(blinds)s::bytea[],
                    %(sealed)s::bytea[], %(tails)s::text[]) AS t
        RETURNING blind, id
        """,
        {
            "kinds": literal(kinds),
            "scopes": literal(scopes),
            "blinds": literal(blinds),
            "sealed": literal(sealed),
            "tails": literal(tails),
        },
    )
    return {row["blind"]: row["id"] for row in added}


def append(tx: Tx, entries: Sequence[NewEntry], head_position: int) -> int:
    """Give positions to entries, in their order; returns the new head."""
    named = [(each.source, each.id, each.body_hash) for each in entries]
    names = _names(named) | {"head": head_position}
    tx.run(
        """
        INSERT INTO event.seen (merchant_id, source, id, body_hash, position)
        SELECT %(merchant)s, i.source, i.id, i.body_hash, %(head)s + i.no
        FROM unnest(%(sources)s::text[], %(ids)s::text[], %(hashes)s::bytea[]) WITH ORDINALITY
            AS i (source, id, body_hash, no)
        """,
        names,
    )
    tx.run(
        """
        INSERT INTO event.log (merchant_id, position, id, source, type, occurred_at, received_at,
                               unit_id, identifier_ids, verified, properties)
        SELECT %(merchant)s, %(head)s + i.no, i.id, i.source, i.type, i.occurred_at, %(now)s,
               i.unit_id, i.identifier_ids::bigint[], i.verified::boolean[], i.properties
        FROM unnest(%(ids)s::text[], %(sources)s::text[], %(types)s::text[],
                    %(times)s::timestamptz[], %(units)s::uuid[], %(identifier_ids)s::text[],
                    %(verified)s::text[], %(properties)s::jsonb[]) WITH ORDINALITY
            AS i (id, source, type, occurred_at, unit_id, identifier_ids, verified, properties, no)
        """,
        {
            **names,
            "types": literal([each.type for each in entries]),
            "times": literal([each.occurred_at for each in entries]),
            "units": literal([each.unit_id for each in entries]),
            "identifier_ids": literal_of_lists([each.identifier_ids for each in entries]),
            "verified": literal_of_lists([each.verified for each in entries]),
            "properties": literal([each.properties for each in entries]),
        },
    )
    new_head = head_position + len(entries)
    tx.run(
        "UPDATE event.head SET position = %(position)s WHERE merchant_id = %(merchant)s",
        {"position": new_head},
    )
    return new_head


def _names(named: Sequence[Named]) -> dict[str, Any]:
    return {
        "sources": literal([source for source, _, _ in named]),
        "ids": literal([id_ for _, id_, _ in named]),
        "hashes": literal([body_hash for _, _, body_hash in named]),
    }


def log_slice(tx: ReadTx, after: int, upto: int, types: Sequence[str] | None) -> list[LogEntry]:
    """Entries at positions `(after, upto]` in order, of these types or of all."""
    return tx.rows(
        LogEntry,
        """
        SELECT position, id, source, type, occurred_at, received_at, unit_id, identifier_ids,
               verified, properties
        FROM event.log
        WHERE merchant_id = %(merchant)s AND position > %(after)s AND position <= %(upto)s
          AND (%(types)s::text[] IS NULL OR type = ANY(%(types)s))
        ORDER BY position
        """,
        {"after": after, "upto": upto, "types": None if types is None else list(types)},
    )


def remove_identifiers(tx: Tx, identifier_ids: Sequence[int]) -> int:
    """Erase values from the vault."""
    return tx.run(
        "DELETE FROM event.identifier WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s)",
        {"ids": list(identifier_ids)},
    )


def add_set_aside(tx: Tx, stream: str, rows: Sequence[tuple[int, str]]) -> None:
    """Remember `(position, reason)` that a stream could not take."""
    tx.run(
        """
        INSERT INTO event.set_aside (merchant_id, stream, position, reason, at)
        SELECT %(merchant)s, %(stream)s, position, reason, %(now)s
        FROM unnest(%(positions)s::bigint[], %(reasons)s::text[]) AS t (position, reason)
        ON CONFLICT (merchant_id, stream, position) DO UPDATE
        SET reason = excluded.reason, resolved_at = NULL
        """,
        {
            "stream": stream,
            "positions": [position for position, _ in rows],
            "reasons": [reason for _, reason in rows],
        },
    )


def resolve_set_aside(tx: Tx, stream: str, after: int, upto: int) -> None:
    """What the stream set aside at `(after, upto]` is taken up again."""
    tx.run(
        """
        UPDATE event.set_aside SET resolved_at = %(now)s
        WHERE merchant_id = %(merchant)s AND stream = %(stream)s AND resolved_at IS NULL
          AND position > %(after)s AND position <= %(upto)s
        """,
        {"stream": stream, "after": after, "upto": upto},
    )


def list_set_aside(tx: ReadTx, limit: int) -> list[SetAside]:
    """What no stream could take, newest first."""
    return tx.rows(
        SetAside,
        """
        SELECT a.stream, a.position, l.type AS event_type, l.source, l.id AS event_id, a.reason, a.at
        FROM event.set_aside a
        JOIN event.log l ON l.merchant_id = a.merchant_id AND l.position = a.position
        WHERE a.merchant_id = %(merchant)s AND a.resolved_at IS NULL
        ORDER BY a.position DESC LIMIT %(limit)s
        """,
        {"limit": limit},
    )


def count_set_aside(tx: ReadTx) -> int:
    count: int = tx.value(
        "SELECT count(*) FROM event.set_aside"
        " WHERE merchant_id = %(merchant)s AND resolved_at IS NULL"
    )
    return count


def last_before(tx: ReadTx, at: datetime) -> int:
    """The last position that was taken in before `at`.

    Positions are given in the order of taking in, so the moment is found by halving: the log has no
    index by it.
    """
    position: int | None = tx.value(
        """
        WITH RECURSIVE search (low, high) AS (
            SELECT 0::bigint, position + 1 FROM event.head WHERE merchant_id = %(merchant)s
            UNION ALL
            SELECT CASE WHEN s.is_before THEN s.middle ELSE s.low END,
                   CASE WHEN s.is_before THEN s.high ELSE s.middle END
            FROM (SELECT low, high, (low + high) / 2 AS middle,
                         (SELECT l.received_at < %(at)s FROM event.log l
                          WHERE l.merchant_id = %(merchant)s AND l.position >= (low + high) / 2
                          ORDER BY l.position LIMIT 1) AS is_before
                  FROM search WHERE high - low > 1) s)
        SELECT max(low) FROM search
        """,
        {"at": at},
    )
    return position or 0


def count_by_source(tx: ReadTx, after: int, since: datetime, today: datetime) -> list[SourceCount]:
    """Of positions above `after` taken in from `since` on."""
    return tx.rows(
        SourceCount,
        """
        SELECT source, (count(*) FILTER (WHERE received_at >= %(today)s))::int AS today,
               count(*)::int AS week, max(received_at) AS last_at
        FROM event.log
        WHERE merchant_id = %(merchant)s AND position > %(after)s AND received_at >= %(since)s
        GROUP BY source ORDER BY source
        """,
        {"after": after, "since": since, "today": today},
    )


def count_by_minute(tx: ReadTx, after: int, since: datetime) -> dict[datetime, int]:
    """Minutes with events above `after` taken in from `since` on."""
    rows: list[dict[str, Any]] = tx.rows(
        dict,
        """
        SELECT date_trunc('minute', received_at) AS at, count(*)::int AS events FROM event.log
        WHERE merchant_id = %(merchant)s AND position > %(after)s AND received_at >= %(since)s
        GROUP BY 1
        """,
        {"after": after, "since": since},
    )
    return {row["at"]: row["events"] for row in rows}


def lags(tx: ReadTx) -> list[StreamLag]:
    """Every consumer's distance from the head."""
    return tx.rows(
        StreamLag,
        """
        SELECT c.stream AS name, c.position, h.position - c.position AS behind, c.moved_at
        FROM base.cursor c JOIN event.head h ON h.merchant_id = c.merchant_id
        WHERE c.merchant_id = %(merchant)s ORDER BY c.stream
        """,
    )


def sealed_of(tx: ReadTx, identifier_ids: Sequence[int]) -> list[dict[str, Any]]:
    """The vault's rows: id, kind, scope, sealed."""
    return tx.rows(
        dict,
        "SELECT id, kind, scope, sealed, tail FROM event.identifier"
        " WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s)",
        {"ids": list(identifier_ids)},
    )


def positions_of_own(tx: ReadTx, source: str, ids: Sequence[str]) -> set[str]:
    """Which of our own events are in the log already."""
    return set(
        tx.column(
            "SELECT id FROM event.seen WHERE merchant_id = %(merchant)s"
            " AND source = %(source)s AND id = ANY(%(ids)s)",
            {"source": source, "ids": list(ids)},
        )
    )


def find_identifier(tx: ReadTx, blind: bytes) -> int | None:
    """The vault's id of an identifier."""
    found: int | None = tx.value(
        "SELECT id FROM event.identifier WHERE merchant_id = %(merchant)s AND blind = %(blind)s",
        {"blind": blind},
    )
    return found


def by_tail(tx: ReadTx, tail: str) -> list[int]:
    """Identifiers whose last four characters these are."""
    return tx.column(
        "SELECT id FROM event.identifier WHERE merchant_id = %(merchant)s AND tail = %(tail)s"
        " LIMIT 500",
        {"tail": tail},
    )
