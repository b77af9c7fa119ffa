"""What customers have opened up on platforms that count: one row for each message they allow."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx, Tx


def add_permits(
    tx: Tx,
    ids: Sequence[UUID],
    carrier: str,
    identifier_id: int,
    subject: str,
    until: datetime | None,
) -> None:
    """As many messages as there are ids."""
    tx.run(
        """
        INSERT INTO reach.permit (merchant_id, id, carrier, identifier_id, subject, until, given_at)
        SELECT %(merchant)s, id, %(carrier)s, %(identifier)s, %(subject)s, %(until)s, %(now)s
        FROM unnest(%(ids)s::uuid[]) AS t (id)
        """,
        {
            "ids": list(ids),
            "carrier": carrier,
            "identifier": identifier_id,
            "subject": subject,
            "until": until,
        },
    )


def take_permits(
    tx: Tx, wanted: Sequence[tuple[UUID, str, int, str]], until: datetime
) -> set[UUID]:
    """Use one up for each `(message, carrier, address, subject)`: the one that ends first, none that ends before
    `until`. Returns the messages for which there was one."""
    return set(
        tx.column(
            """
            WITH wanted AS (
                SELECT t.*, row_number() OVER (PARTITION BY carrier, identifier_id, subject
                                               ORDER BY message_id) - 1 AS before
                FROM unnest(%(messages)s::uuid[], %(carriers)s::text[], %(identifiers)s::bigint[],
                            %(subjects)s::text[]) AS t (message_id, carrier, identifier_id, subject)
            ), chosen AS MATERIALIZED (
                SELECT w.message_id, p.id FROM wanted w CROSS JOIN LATERAL (
                    SELECT id FROM reach.permit p
                    WHERE p.merchant_id = %(merchant)s AND p.identifier_id = w.identifier_id
                      AND p.carrier = w.carrier AND p.subject = w.subject AND p.message_id IS NULL
                      AND (p.until IS NULL OR p.until > %(until)s)
                    ORDER BY p.until NULLS LAST, p.given_at, p.id
                    LIMIT 1 OFFSET w.before FOR UPDATE SKIP LOCKED) p)
            UPDATE reach.permit p SET message_id = c.message_id FROM chosen c
            WHERE p.merchant_id = %(merchant)s AND p.id = c.id
            RETURNING p.message_id
            """,
            {
                "messages": [id for id, _, _, _ in wanted],
                "carriers": [carrier for _, carrier, _, _ in wanted],
                "identifiers": [identifier_id for _, _, identifier_id, _ in wanted],
                "subjects": [subject for _, _, _, subject in wanted],
                "until": until,
            },
        )
    )


def release_permits(tx: Tx, message_ids: Sequence[UUID]) -> None:
    """The messages surely did not go out: what they used up is free again."""
    tx.run(
        "UPDATE reach.permit SET message_id = NULL"
        " WHERE merchant_id = %(merchant)s AND message_id = ANY(%(messages)s)",
        {"messages": list(message_ids)},
    )


def remove_permits(tx: Tx, carrier: str, identifier_id: int, subject: str | None) -> int:
    """Nothing is open any more; `subject` None: on the whole account."""
    return tx.run(
        """
        DELETE FROM reach.permit
        WHERE merchant_id = %(merchant)s AND identifier_id = %(identifier)s
          AND carrier = %(carrier)s AND message_id IS NULL
          AND (%(subject)s::text IS NULL OR subject = %(subject)s)
        """,
        {"carrier": carrier, "identifier": identifier_id, "subject": subject},
    )


def count_permits(tx: ReadTx, carrier: str, identifier_id: int, subject: str) -> int:
    """How many messages are open now."""
    return int(
        tx.value(
            """
            SELECT count(*) FROM reach.permit
            WHERE merchant_id = %(merchant)s AND identifier_id = %(identifier)s
              AND carrier = %(carrier)s AND subject = %(subject)s AND message_id IS NULL
              AND (until IS NULL OR until > %(now)s)
            """,
            {"carrier": carrier, "identifier": identifier_id, "subject": subject},
        )
    )
