"""What providers told us: each push once, and reports that wait for their message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.reach.types.channels import Failed, Receipt


@dataclass(frozen=True, slots=True)
class Known:
    """A report whose message is known now."""

    message_id: UUID
    ref: str
    failure: str | None
    at: datetime


def add_receipt(tx: Tx, carrier: str, key: str) -> bool:
    """Is this push new?"""
    return bool(
        tx.run(
            "INSERT INTO reach.receipt VALUES (%(merchant)s, %(carrier)s, %(key)s, %(now)s)"
            " ON CONFLICT DO NOTHING",
            {"carrier": carrier, "key": key},
        )
    )


def messages_by_ref(tx: ReadTx, carrier: str, refs: Sequence[str]) -> dict[str, UUID]:
    """Messages not delivered yet, by the provider's own reference."""
    rows = tx.rows(
        dict,
        "SELECT ref, id FROM reach.message WHERE merchant_id = %(merchant)s"
        " AND carrier = %(carrier)s AND ref = ANY(%(refs)s) AND state <> 'delivered'",
        {"carrier": carrier, "refs": list(refs)},
    )
    return {row["ref"]: row["id"] for row in rows}


def add_reports(tx: Tx, carrier: str, receipts: Sequence[Receipt]) -> None:
    """Keep what cannot be told apart from others' messages yet."""
    tx.run(
        """
        INSERT INTO reach.report (merchant_id, carrier, key, ref, failure, at, heard_at)
        SELECT %(merchant)s, %(carrier)s, r.key, r.ref, r.failure, r.at, %(now)s
        FROM unnest(%(keys)s::text[], %(refs)s::text[], %(failures)s::text[],
                    %(times)s::timestamptz[]) AS r (key, ref, failure, at)
        ON CONFLICT DO NOTHING
        """,
        {
            "carrier": carrier,
            "keys": [r.key for r in receipts],
            "refs": [r.ref for r in receipts],
            "failures": [
                r.outcome.code if isinstance(r.outcome, Failed) else None for r in receipts
            ],
            "times": [r.at for r in receipts],
        },
    )


def take_known(tx: Tx) -> list[Known]:
    """Reports whose message is known by its reference now; they wait no longer."""
    return tx.rows(
        Known,
        """
        DELETE FROM reach.report r USING reach.message m
        WHERE r.merchant_id = %(merchant)s AND m.merchant_id = r.merchant_id
          AND m.carrier = r.carrier AND m.ref = r.ref AND m.state <> 'delivered'
        RETURNING m.id AS message_id, r.ref, r.failure, r.at
        """,
    )


def remove_old(tx: Tx, before: datetime) -> None:
    """Reports nobody here waits for."""
    tx.run(
        "DELETE FROM reach.report WHERE merchant_id = %(merchant)s AND heard_at < %(before)s",
        {"before": before},
    )
