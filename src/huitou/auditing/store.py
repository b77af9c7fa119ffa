"""The audit log, searched."""

from datetime import datetime
from uuid import UUID

from huitou.auditing.types import Asked
from huitou.base.db import ReadTx
from huitou.merchant.types import AuditLine


def list_lines(
    tx: ReadTx, asked: Asked, before: tuple[datetime, UUID] | None, count_max: int
) -> list[AuditLine]:
    """The newest first. Whoever is neither of the staff nor a key nor a customer is the system."""
    at, before_id = before or (None, None)
    return tx.rows(
        AuditLine,
        """
        SELECT id, at, principal, verb, subject, detail FROM merchant.audit
        WHERE merchant_id = %(merchant)s
          AND (%(who)s::text IS NULL OR principal = %(who)s
               OR CASE split_part(principal, ':', 1)
                      WHEN 'staff' THEN 'staff' WHEN 'key' THEN 'key'
                      WHEN 'customer' THEN 'customer' ELSE 'system' END = %(who)s)
          AND (%(verbs)s::text[] = '{}' OR verb = ANY(%(verbs)s))
          AND (%(subject)s::text IS NULL OR subject = %(subject)s)
          AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)
          AND (%(until)s::timestamptz IS NULL OR at < %(until)s)
          AND (%(at)s::timestamptz IS NULL OR (at, id) < (%(at)s, %(before)s::uuid))
        ORDER BY at DESC, id DESC LIMIT %(count_max)s
        """,
        {
            "who": asked.who,
            "verbs": list(asked.verbs),
            "subject": asked.subject,
            "since": asked.since,
            "until": asked.until,
            "at": at,
            "before": before_id,
            "count_max": count_max,
        },
    )
