"""The contact policy, and messages that count for it, in PostgreSQL."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from huitou.base.db import ReadTx, Tx
from huitou.reach.types.messages import State
from huitou.reach.types.policies import Past


@dataclass(frozen=True, slots=True)
class Stored:
    version: int
    document: dict[str, Any]
    at: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Counting:
    """A message that counts, or would be counted once it goes (`planned`)."""

    customer_id: UUID
    id: UUID
    state: State
    at: datetime
    channel: str
    category: str
    campaign_id: UUID | None
    staff_id: UUID | None
    mailing_id: UUID | None = None
    zone: str | None = None

    @property
    def past(self) -> Past:
        return Past(self.at, self.channel, self.category, self.campaign_id, self.staff_id)


def find_policy(tx: ReadTx) -> Stored | None:
    """What holds; None where nobody ever changed it."""
    return tx.row(
        Stored,
        """
        SELECT version, document, at, by FROM reach.policy
        WHERE merchant_id = %(merchant)s ORDER BY version DESC LIMIT 1
        """,
    )


def add_policy(tx: Tx, version: int, document: dict[str, Any]) -> bool:
    """False where that version is there already."""
    return bool(
        tx.run(
            """
            INSERT INTO reach.policy (merchant_id, version, document, at, by)
            VALUES (%(merchant)s, %(version)s, %(document)s, %(now)s, %(by)s)
            ON CONFLICT DO NOTHING
            """,
            {"version": version, "document": Jsonb(document), "by": tx.principal},
        )
    )


def list_counting(
    tx: ReadTx, customer_ids: Sequence[UUID], since: datetime
) -> dict[UUID, list[Counting]]:
    """Marketing messages that reached these customers since then or still may, by who answers now.

    One on its way may come at any moment: it counts now; one that waits for quiet hours counts then. Messages are
    read through who first got them, so that a merge is followed at once.
    """
    whom = list(set(customer_ids))
    rows = tx.rows(
        Counting,
        # The merchant is a column for the planner's sake, as in `facts`.
        """
        SELECT r.root_id AS customer_id, m.id, m.state,
            CASE m.state WHEN 'delivered' THEN m.delivered_at
                         WHEN 'planned' THEN greatest(m.not_before, %(now)s)
                         ELSE %(now)s END AS at,
            m.channel, m.category, m.campaign_id, m.staff_id, m.mailing_id
        FROM unnest(%(customers)s::uuid[], %(tenant)s::uuid[]) AS c (id, merchant_id)
        JOIN identity.customer r ON r.merchant_id = c.merchant_id AND r.root_id = c.id
        JOIN reach.message m ON m.merchant_id = r.merchant_id AND m.first_customer_id = r.id
        WHERE m.purpose = 'marketing'
            AND (m.state IN ('planned', 'in_flight', 'unknown', 'submitted', 'waiting')
                 OR m.state = 'delivered' AND m.delivered_at > %(since)s)
        """,
        {"customers": whom, "tenant": [tx.merchant] * len(whom), "since": since},
    )
    found: dict[UUID, list[Counting]] = defaultdict(list)
    for row in rows:
        found[row.customer_id].append(row)
    return found


def list_delivered(tx: ReadTx, since: datetime, count_max: int) -> dict[UUID, list[Counting]]:
    """Marketing messages delivered since then to so many customers, always the same ones, each list by time."""
    rows = tx.rows(
        Counting,
        """
        WITH chosen AS (
            SELECT customer_id FROM reach.message
            WHERE merchant_id = %(merchant)s AND purpose = 'marketing' AND state = 'delivered'
                AND planned_at > %(since)s AND customer_id IS NOT NULL AND NOT is_test
            GROUP BY customer_id ORDER BY hashtext(customer_id::text), customer_id
            LIMIT %(count_max)s
        )
        SELECT m.customer_id, m.id, m.state, m.delivered_at AS at, m.channel, m.category,
            m.campaign_id, m.staff_id, p.zone
        FROM chosen JOIN reach.message m USING (customer_id)
        LEFT JOIN profile.customer p ON p.merchant_id = m.merchant_id
            AND p.customer_id = m.customer_id
        WHERE m.merchant_id = %(merchant)s AND m.purpose = 'marketing' AND m.state = 'delivered'
            AND m.delivered_at > %(since)s
        ORDER BY m.delivered_at, m.id
        """,
        {"since": since, "count_max": count_max},
    )
    found: dict[UUID, list[Counting]] = defaultdict(list)
    for row in rows:
        found[row.customer_id].append(row)
    return found
