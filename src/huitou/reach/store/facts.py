"""What the gate asks, for any number of candidates in one statement."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.reach.types.channels import ADDRESS_KINDS
from huitou.reach.types.gate import Candidate
from huitou.reach.types.mailings import BUCKET

# The merchant is a column, no constant: of a merchant whose rows are newer than the statistics the planner would think that
# there are none, and go over all of them for each candidate.
_FACTS = """
WITH candidate AS (
    SELECT * FROM unnest(%(no)s::int[], %(customer)s::uuid[], %(channel)s::text[],
                         %(purpose)s::text[], %(content)s::text[], %(staff)s::uuid[],
                         %(kind)s::text[], %(scope)s::text[], %(own)s::uuid[],
                         %(repeated)s::uuid[], %(tenant)s::uuid[])
        AS c (no, customer_id, channel, purpose, content_key, staff_id, kind, scope, own_id,
              repeated_id, merchant_id)
)
SELECT c.no,
    k.id IS NULL OR k.state = 'forgotten' AS is_forgotten,
    coalesce(p.under_14, false) AS is_under_14, p.zone,
    EXISTS (SELECT FROM profile.consent t
            WHERE t.merchant_id = c.merchant_id AND t.customer_id = c.customer_id
              AND t.channel = c.channel AND t.purpose = c.purpose
              AND t.state = 'given') AS has_consent,
    CASE c.purpose WHEN 'marketing' THEN
        EXISTS (SELECT FROM identity.customer r
                JOIN reach.suppression s ON s.merchant_id = r.merchant_id AND s.customer_id = r.id
                WHERE r.merchant_id = c.merchant_id AND r.root_id = c.customer_id
                  AND s.channel = c.channel)
    ELSE EXISTS (SELECT FROM profile.consent t
                 WHERE t.merchant_id = c.merchant_id AND t.customer_id = c.customer_id
                   AND t.channel = c.channel AND t.purpose = c.purpose
                   AND t.state = 'withdrawn') END AS is_opted_out,
    EXISTS (SELECT FROM identity.customer r
            JOIN reach.message m ON m.merchant_id = r.merchant_id AND m.first_customer_id = r.id
            WHERE r.merchant_id = c.merchant_id AND r.root_id = c.customer_id
              AND m.content_key = c.content_key AND m.id IS DISTINCT FROM c.own_id
              AND (c.repeated_id IS NULL OR m.campaign_id IS DISTINCT FROM c.repeated_id)
              AND m.planned_at > %(repeat_since)s
              AND m.state NOT IN ('cancelled', 'failed')) AS has_same_content,
    s.reason AS suppression,
    w.wecom_user IS NOT NULL AND w.is_active AS has_sender,
    f.staff_id IS NOT NULL AS is_friend,
    coalesce(f.identifier_id, a.identifier_id) AS address_id
FROM candidate c
LEFT JOIN identity.customer k ON k.merchant_id = c.merchant_id AND k.id = c.customer_id
LEFT JOIN profile.customer p ON p.merchant_id = c.merchant_id AND p.customer_id = c.customer_id
LEFT JOIN merchant.staff w ON w.merchant_id = c.merchant_id AND w.id = c.staff_id
LEFT JOIN profile.friendship f ON c.channel = 'wecom' AND f.merchant_id = c.merchant_id
    AND f.customer_id = c.customer_id AND f.staff_id = c.staff_id AND f.ended_at IS NULL
LEFT JOIN LATERAL (
    SELECT l.identifier_id
    FROM identity.customer r
    JOIN identity.link l ON l.merchant_id = r.merchant_id AND l.customer_id = r.id
    WHERE r.merchant_id = c.merchant_id AND r.root_id = c.customer_id
      AND l.kind = c.kind AND (c.scope IS NULL OR l.scope = c.scope) AND l.quarantine IS NULL
    ORDER BY l.grade <> 'C' DESC, l.linked_at DESC LIMIT 1
) a ON true
-- Of a customer everything that is on a list counts; of a number where nobody is, only that number.
LEFT JOIN LATERAL (
    SELECT d.reason
    FROM identity.customer r
    JOIN identity.link l ON l.merchant_id = r.merchant_id AND l.customer_id = r.id
    JOIN event.identifier i ON i.merchant_id = l.merchant_id AND i.id = l.identifier_id
    JOIN reach.listed d ON d.merchant_id = i.merchant_id AND d.blind = i.blind
        AND d.channel IN ('', c.channel)
    WHERE (SELECT EXISTS (SELECT FROM reach.listed WHERE merchant_id = %(merchant)s))
      AND r.merchant_id = c.merchant_id AND r.root_id = c.customer_id
      AND (d.reason <> 'hard_bounce' OR i.id = coalesce(f.identifier_id, a.identifier_id))
    ORDER BY d.reason IN ('hard_bounce', 'risk') DESC LIMIT 1
) s ON true
"""


def find_facts(
    tx: ReadTx,
    candidates: Sequence[Candidate],
    *,
    repeat_since: datetime,
    scopes: Mapping[str, str],
    own_ids: Sequence[UUID] | None = None,
) -> list[dict[str, Any]]:
    """A row per candidate, in order. `scopes`: of the addresses, by the channels that have one.

    With `own_ids` (at submission) a candidate's own message does not count against itself. Messages and opt-outs are read through who first got them, so that a merge is followed at once.
    """
    rows = tx.rows(
        dict,
        _FACTS,
        {
            "no": list(range(len(candidates))),
            "customer": [c.customer_id for c in candidates],
            "channel": [c.channel for c in candidates],
            "purpose": [c.purpose for c in candidates],
            "content": [c.content_key for c in candidates],
            "staff": [c.staff_id for c in candidates],
            "kind": [ADDRESS_KINDS.get(c.channel, "") for c in candidates],
            "scope": [scopes.get(c.channel) for c in candidates],
            "tenant": [tx.merchant] * len(candidates),
            "repeated": [c.campaign_id if c.repeats else None for c in candidates],
            "own": [None] * len(candidates) if own_ids is None else list(own_ids),
            "repeat_since": repeat_since,
        },
    )
    return sorted(rows, key=lambda row: int(row["no"]))


def lock_customers(tx: Tx, customer_ids: Sequence[UUID]) -> None:
    """Hold the gate of these customers until the commit, always in the same order: against each other, and against
    mailings, which hold whole buckets (`mailings.try_locks`)."""
    ids = {"ids": sorted(set(customer_ids)), "size": BUCKET}
    tx.run(
        """
        SELECT pg_advisory_xact_lock_shared(hashtextextended(%(merchant)s::text || 'reach' || bucket, 0))
        FROM (SELECT DISTINCT ordinal / %(size)s::int AS bucket FROM identity.customer
              WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s) ORDER BY bucket) AS t
        """,
        ids,
    )
    tx.run(
        "INSERT INTO reach.gate (merchant_id, customer_id)"
        " SELECT %(merchant)s, id FROM unnest(%(ids)s::uuid[]) AS t (id) ORDER BY id"
        " ON CONFLICT DO NOTHING",
        ids,
    )
    tx.column(
        "SELECT customer_id FROM reach.gate"
        " WHERE merchant_id = %(merchant)s AND customer_id = ANY(%(ids)s)"
        " ORDER BY customer_id FOR UPDATE",
        ids,
    )


def reachable(tx: ReadTx, customer_ids: Sequence[UUID], channel: str, kind: str) -> set[UUID]:
    """Who may get marketing on the channel and has an address there (in WeCom: a friend)."""
    return set(
        tx.column(
            """
            SELECT c.customer_id
            FROM unnest(%(ids)s::uuid[]) AS c (customer_id)
            JOIN profile.consent t ON t.merchant_id = %(merchant)s
                AND t.customer_id = c.customer_id AND t.channel = %(channel)s
                AND t.purpose = 'marketing' AND t.state = 'given'
            JOIN profile.customer p ON p.merchant_id = %(merchant)s
                AND p.customer_id = c.customer_id AND NOT p.under_14
            WHERE NOT EXISTS (SELECT FROM identity.customer r
                              JOIN reach.suppression s ON s.merchant_id = r.merchant_id
                                  AND s.customer_id = r.id
                              WHERE r.merchant_id = %(merchant)s AND r.root_id = c.customer_id
                                AND s.channel = %(channel)s)
              AND EXISTS (SELECT FROM identity.customer r
                          JOIN identity.link l ON l.merchant_id = r.merchant_id
                              AND l.customer_id = r.id
                          WHERE r.merchant_id = %(merchant)s AND r.root_id = c.customer_id
                            AND r.state = 'live' AND l.kind = %(kind)s AND l.quarantine IS NULL)
              AND NOT EXISTS (SELECT FROM identity.customer r
                              JOIN identity.link l ON l.merchant_id = r.merchant_id
                                  AND l.customer_id = r.id
                              JOIN event.identifier i ON i.merchant_id = l.merchant_id
                                  AND i.id = l.identifier_id
                              JOIN reach.listed d ON d.merchant_id = i.merchant_id
                                  AND d.blind = i.blind AND d.channel IN ('', %(channel)s)
                              WHERE (SELECT EXISTS (SELECT FROM reach.listed
                                                    WHERE merchant_id = %(merchant)s))
                                AND r.merchant_id = %(merchant)s AND r.root_id = c.customer_id)
              AND (%(channel)s <> 'wecom'
                   OR EXISTS (SELECT FROM profile.friendship f
                              WHERE f.merchant_id = %(merchant)s
                                AND f.customer_id = c.customer_id AND f.ended_at IS NULL))
            """,
            {"ids": list(customer_ids), "channel": channel, "kind": kind},
        )
    )


def add_decisions(tx: Tx, rows: Sequence[Sequence[Any]]) -> None:
    """(id, customer, channel, purpose, content_key, campaign, task, message, code, checks)."""
    tx.load(
        "new_decision",
        {
            "id": "uuid",
            "customer_id": "uuid",
            "channel": "text",
            "purpose": "text",
            "content_key": "text",
            "campaign_id": "uuid",
            "task_id": "uuid",
            "message_id": "uuid",
            "code": "text",
            "checks": "jsonb",
        },
        rows,
    )
    tx.run(
        """
        INSERT INTO reach.decision (merchant_id, id, customer_id, first_customer_id, channel,
            purpose, content_key, campaign_id, task_id, message_id, outcome, code, checks, at)
        SELECT %(merchant)s, id, customer_id, customer_id, channel, purpose, content_key,
            campaign_id, task_id, message_id,
            CASE WHEN code IS NULL THEN 'allowed' ELSE 'blocked' END, code, checks, %(now)s
        FROM new_decision
        """
    )


def list_decisions(
    tx: ReadTx, *, customer_id: UUID | None, message_id: UUID | None, limit: int
) -> list[dict[str, Any]]:
    """The latest decisions about a customer or a message."""
    return tx.rows(
        dict,
        """
        SELECT id, customer_id, channel, purpose, content_key, campaign_id, task_id, message_id,
               outcome, code, checks, at
        FROM reach.decision
        WHERE merchant_id = %(merchant)s
          AND (%(customer)s::uuid IS NULL OR customer_id = %(customer)s)
          AND (%(message)s::uuid IS NULL OR message_id = %(message)s)
        ORDER BY at DESC, id DESC LIMIT %(limit)s
        """,
        {"customer": customer_id, "message": message_id, "limit": limit},
    )
