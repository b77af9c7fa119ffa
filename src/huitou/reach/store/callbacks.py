"""Providers' calls by the hour: counts only, nothing of what was said."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from huitou.base.db import ReadTx, Tx
from huitou.kernel.errors import Refusal
from huitou.reach.types.callbacks import CallbackHour


def count_call(
    tx: Tx, carrier: str, *, refusal: Refusal | None, lags: Sequence[timedelta] = ()
) -> None:
    """One call more of this hour; `refusal` is what it was refused with."""
    ms = [max(0, round(lag / timedelta(milliseconds=1))) for lag in lags]
    tx.run(
        """
        INSERT INTO reach.callback_hour AS c (merchant_id, carrier, hour, accepted, refused,
            accepted_at, refused_at, refusal,
            refusal_zh, refusal_en, told, lag_ms, lag_ms_max)
        VALUES (%(merchant)s, %(carrier)s, date_trunc('hour', %(now)s::timestamptz),
            (%(refusal)s::text IS NULL)::int, (%(refusal)s::text IS NOT NULL)::int,
            CASE WHEN %(refusal)s::text IS NULL THEN %(now)s::timestamptz END,
            CASE WHEN %(refusal)s::text IS NOT NULL THEN %(now)s::timestamptz END,
            %(refusal)s, %(zh)s, %(en)s, %(told)s, %(sum)s, %(max)s)
        ON CONFLICT (merchant_id, carrier, hour) DO UPDATE
        SET accepted = c.accepted + excluded.accepted, refused = c.refused + excluded.refused,
            accepted_at = greatest(c.accepted_at, excluded.accepted_at),
            refused_at = greatest(c.refused_at, excluded.refused_at),
            refusal = coalesce(excluded.refusal, c.refusal),
            refusal_zh = coalesce(excluded.refusal_zh, c.refusal_zh),
            refusal_en = coalesce(excluded.refusal_en, c.refusal_en), told = c.told + excluded.told,
            lag_ms = c.lag_ms + excluded.lag_ms,
            lag_ms_max = greatest(c.lag_ms_max, excluded.lag_ms_max)
        """,
        {
            "carrier": carrier,
            "refusal": refusal.code if refusal else None,
            "zh": refusal.detail("zh") if refusal else None,
            "en": refusal.detail("en") if refusal else None,
            "told": len(ms),
            "sum": sum(ms),
            "max": max(ms, default=0),
        },
    )


def list_hours(tx: ReadTx, carrier: str, since: datetime) -> list[CallbackHour]:
    """The hours with calls since, oldest first."""
    return tx.rows(
        CallbackHour,
        "SELECT hour, accepted, refused FROM reach.callback_hour"
        " WHERE merchant_id = %(merchant)s AND carrier = %(carrier)s AND hour > %(since)s"
        " ORDER BY hour",
        {"carrier": carrier, "since": since},
    )


def summed(tx: ReadTx, carrier: str, since: datetime) -> dict[str, Any]:
    """The last calls ever, and what there was since."""
    found = tx.row(
        dict,
        """
        SELECT max(accepted_at) AS accepted_at, max(refused_at) AS refused_at,
               (array_agg(refusal ORDER BY refused_at DESC NULLS LAST))[1] AS refusal,
               (array_agg(refusal_zh ORDER BY refused_at DESC NULLS LAST))[1] AS refusal_zh,
               (array_agg(refusal_en ORDER BY refused_at DESC NULLS LAST))[1] AS refusal_en,
               coalesce(sum(accepted) FILTER (WHERE hour > %(since)s), 0)::bigint AS accepted,
               coalesce(sum(refused) FILTER (WHERE hour > %(since)s), 0)::bigint AS refused,
               (sum(lag_ms) FILTER (WHERE hour > %(since)s)
                / nullif(sum(told) FILTER (WHERE hour > %(since)s), 0) / 1000)::float8
                   AS lag_seconds,
               (max(lag_ms_max) FILTER (WHERE hour > %(since)s AND told > 0) / 1000.0)::float8
                   AS lag_seconds_max
        FROM reach.callback_hour WHERE merchant_id = %(merchant)s AND carrier = %(carrier)s
        """,
        {"carrier": carrier, "since": since},
    )
    assert found is not None
    return found


def missing(
    tx: ReadTx, carrier: str, since: datetime, until: datetime
) -> tuple[int, datetime | None]:
    """Messages handed over in between of which nothing was heard: how many, and when the first was."""
    found = tx.row(
        dict,
        """
        SELECT count(*) AS count, min(submitted_at) AS first FROM reach.message
        WHERE merchant_id = %(merchant)s AND carrier = %(carrier)s
          AND state IN ('submitted', 'unknown')
          AND submitted_at >= %(since)s AND submitted_at < %(until)s
        """,
        {"carrier": carrier, "since": since, "until": until},
    )
    assert found is not None
    return found["count"], found["first"]


def remove_old(tx: Tx, before: datetime) -> None:
    """Hours that nobody looks at any more."""
    tx.run(
        "DELETE FROM reach.callback_hour WHERE merchant_id = %(merchant)s AND hour < %(before)s",
        {"before": before},
    )
