"""Greetings of new friends, and what came of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx, Tx


@dataclass(frozen=True, slots=True)
class GreetingCount:
    """How many greetings of a code ended so; `failure` is WeCom's number, or our word."""

    code_id: UUID
    state: str
    failure: str | None
    count: int


def add_greeting(
    tx: Tx, *, key: str, code_id: UUID | None, staff_id: UUID | None, failure: str | None
) -> None:
    """It is being sent or, with a failure, was never to be."""
    tx.run(
        """
        INSERT INTO reach.greeting (merchant_id, key, code_id, staff_id, at, state, failure, settled_at)
        VALUES (%(merchant)s, %(key)s, %(code)s, %(staff)s, %(now)s,
                CASE WHEN %(failure)s::text IS NULL THEN 'sending' ELSE 'failed' END, %(failure)s,
                CASE WHEN %(failure)s::text IS NULL THEN NULL ELSE %(now)s END)
        ON CONFLICT DO NOTHING
        """,
        {"key": key, "code": code_id, "staff": staff_id, "failure": failure},
    )


def set_settled(tx: Tx, key: str, state: str, failure: str | None) -> None:
    """What came of it; the first word stays."""
    tx.run(
        "UPDATE reach.greeting SET state = %(state)s, failure = %(failure)s, settled_at = %(now)s"
        " WHERE merchant_id = %(merchant)s AND key = %(key)s AND state = 'sending'",
        {"key": key, "state": state, "failure": failure},
    )


def set_lost(tx: Tx, before: datetime) -> int:
    """Those still being sent since then."""
    return tx.run(
        "UPDATE reach.greeting SET state = 'unknown', failure = 'lost', settled_at = %(now)s"
        " WHERE merchant_id = %(merchant)s AND state = 'sending' AND at <= %(before)s",
        {"before": before},
    )


def count_greetings(tx: ReadTx, code_ids: Sequence[UUID]) -> list[GreetingCount]:
    """How the greetings of these codes ended."""
    return tx.rows(
        GreetingCount,
        """
        SELECT code_id, state, failure, count(*)::int AS count FROM reach.greeting
        WHERE merchant_id = %(merchant)s AND code_id = ANY(%(ids)s)
        GROUP BY code_id, state, failure ORDER BY code_id, count(*) DESC
        """,
        {"ids": list(code_ids)},
    )
