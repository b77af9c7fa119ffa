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


def take_permit(
    tx: Tx, carrier: str, identifier_id: int, subject: str, message_id: UUID, until: datetime
) -> bool:
    """Use one up for this message; the one that ends first, none that ends before `until`."""
    return bool(
        tx.run(
            """
            UPDATE reach.permit SET message_id = %(message)s
            WHERE merchant_id = %(merchant)s AND id = (
                SELECT id FROM reach.permit
                WHERE merchant_id = %(merchant)s AND identifier_id = %(identifier)s
                  AND carrier = %(carrier)s AND subject = %(subject)s AND message_id IS NULL
                  AND (until IS NULL OR until > %(until)s)
                ORDER BY until NULLS LAST, given_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            """,
            {
                "carrier": carrier,
                "identifier": identifier_id,
                "subject": subject,
                "message": message_id,
                "until": until,
            },
        )
    )


def release_permit(tx: Tx, message_id: UUID) -> None:
    """The message surely did not go out: what it used up is free again."""
    tx.run(
        "UPDATE reach.permit SET message_id = NULL"
        " WHERE merchant_id = %(merchant)s AND message_id = %(message)s",
        {"message": message_id},
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
