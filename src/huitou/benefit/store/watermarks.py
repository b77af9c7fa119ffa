"""Up to when periodic work has gone."""

from datetime import datetime

from huitou.base.db import ReadTx, Tx


def find(tx: ReadTx, name: str) -> datetime | None:
    """None before the first time."""
    found: datetime | None = tx.value(
        "SELECT at FROM benefit.watermark WHERE merchant_id = %(merchant)s AND name = %(name)s",
        {"name": name},
    )
    return found


def set_at(tx: Tx, name: str, at: datetime) -> None:
    """Go on to `at`, never back."""
    tx.run(
        """
        INSERT INTO benefit.watermark VALUES (%(merchant)s, %(name)s, %(at)s)
        ON CONFLICT (merchant_id, name) DO UPDATE SET at = greatest(watermark.at, excluded.at)
        """,
        {"name": name, "at": at},
    )
