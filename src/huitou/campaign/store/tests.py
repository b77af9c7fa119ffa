"""Tests of campaigns' words that were sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

from huitou.base.db import ReadTx, Tx


def add_test(tx: Tx, test_id: UUID, campaign_id: UUID, channel: str) -> None:
    tx.run(
        """
        INSERT INTO campaign.test (merchant_id, id, campaign_id, channel, sent_by, sent_at)
        VALUES (%(merchant)s, %(id)s, %(campaign)s, %(channel)s, %(by)s, %(now)s)
        """,
        {"id": test_id, "campaign": campaign_id, "channel": channel, "by": tx.principal},
    )


def count_own(tx: ReadTx, since: datetime) -> int:
    """How many the caller has sent after `since`."""
    return int(
        tx.value(
            "SELECT count(*) FROM campaign.test WHERE merchant_id = %(merchant)s"
            " AND sent_by = %(by)s AND sent_at > %(since)s",
            {"by": tx.principal, "since": since},
        )
    )


def list_tests(tx: ReadTx, campaign_id: UUID, count_max: int) -> list[dict[str, Any]]:
    """Latest first."""
    return tx.rows(
        dict,
        """
        SELECT id, channel, sent_by, sent_at FROM campaign.test
        WHERE merchant_id = %(merchant)s AND campaign_id = %(campaign)s
        ORDER BY id DESC LIMIT %(count_max)s
        """,
        {"campaign": campaign_id, "count_max": count_max},
    )
