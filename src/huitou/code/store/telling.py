"""What WeCom is told of codes: who stands behind them now, calls under way, and what came of them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from huitou.base.db import ReadTx, Tx
from huitou.code.rules import LEASE, UNKNOWN_PAUSE, Call, Kept, Settled

# Named staff, and of a store's code its associates. Who is away, or has had the day's limit, stands
# back; with nobody left the fallback answers, and without one everybody, so that no scan leads nowhere.
_BEHIND = """
    WITH asked AS (
        SELECT id, kind, unit_id, staff_ids, fallback_staff_id, day_limit FROM code.code
        WHERE merchant_id = %(merchant)s AND stopped_at IS NULL
          AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s))),
    named AS (
        SELECT a.id, a.day_limit, s.id AS staff_id, s.wecom_user, s.is_away
        FROM asked a CROSS JOIN LATERAL unnest(a.staff_ids) AS n (id)
        JOIN merchant.staff s ON s.merchant_id = %(merchant)s AND s.id = n.id
        WHERE s.is_active AND s.wecom_user IS NOT NULL
        UNION
        SELECT a.id, a.day_limit, s.id, s.wecom_user, s.is_away
        FROM asked a JOIN merchant.staff s ON s.merchant_id = %(merchant)s AND s.unit_id = a.unit_id
        WHERE a.kind = 'store' AND s.role = 'associate' AND s.is_active AND s.wecom_user IS NOT NULL),
    today AS (
        SELECT r.code_id, r.staff_id, count(*) AS came FROM code.arrival r
        JOIN asked a ON a.id = r.code_id AND a.day_limit IS NOT NULL
        WHERE r.merchant_id = %(merchant)s AND r.at >= %(midnight)s GROUP BY r.code_id, r.staff_id),
    grouped AS (
        SELECT n.id, array_agg(n.wecom_user ORDER BY n.wecom_user) AS everyone,
            array_agg(n.wecom_user ORDER BY n.wecom_user) FILTER (
                WHERE NOT n.is_away AND coalesce(t.came, 0) < coalesce(n.day_limit, 2147483647)
            ) AS ready
        FROM named n LEFT JOIN today t ON t.code_id = n.id AND t.staff_id = n.staff_id
        GROUP BY n.id)
    SELECT a.id, coalesce(g.ready, array[f.wecom_user], g.everyone) AS users
    FROM asked a
    LEFT JOIN grouped g ON g.id = a.id
    LEFT JOIN merchant.staff f ON f.merchant_id = %(merchant)s AND f.id = a.fallback_staff_id
      AND f.is_active AND f.wecom_user IS NOT NULL
"""


def list_behind(
    tx: ReadTx, midnight: datetime, code_ids: Sequence[UUID] | None = None
) -> dict[UUID, tuple[str, ...]]:
    """The WeCom users who stand behind codes now, of these or of all that are not stopped."""
    rows = tx.rows(
        dict, _BEHIND, {"midnight": midnight, "ids": None if code_ids is None else list(code_ids)}
    )
    return {
        row["id"]: tuple(user for user in row["users"] or () if user is not None) for row in rows
    }


def list_told(tx: ReadTx) -> dict[UUID, tuple[str, ...]]:
    """Whom WeCom knows behind the codes that it knows."""
    rows = tx.rows(
        dict,
        "SELECT id, told FROM code.code WHERE merchant_id = %(merchant)s AND stopped_at IS NULL"
        " AND told IS NOT NULL AND calling IS NULL",
    )
    return {row["id"]: tuple(row["told"]["users"]) for row in rows}


def list_failed(tx: ReadTx, failures: Sequence[str]) -> list[UUID]:
    """Codes of which WeCom could not be told for one of these reasons."""
    return tx.column(
        "SELECT id FROM code.code WHERE merchant_id = %(merchant)s AND stopped_at IS NULL"
        " AND failure = ANY(%(failures)s) AND next_at IS NULL AND calling IS NULL",
        {"failures": list(failures)},
    )


def set_untold(tx: Tx, code_ids: Sequence[UUID]) -> None:
    """WeCom has to be told of others."""
    tx.run(
        "UPDATE code.code SET told = NULL, next_at = %(now)s"
        " WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s)",
        {"ids": list(code_ids)},
    )


def list_due(tx: ReadTx, limit: int, code_ids: Sequence[UUID] | None = None) -> list[UUID]:
    """Codes of which WeCom is to be told something now, and those a dead worker left behind; of these or of all."""
    return tx.column(
        """
        SELECT id FROM code.code WHERE merchant_id = %(merchant)s
          AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s))
          AND CASE WHEN calling IN ('add', 'find', 'change', 'remove')
                   THEN called_at <= %(now)s - %(lease)s
                   ELSE next_at <= %(now)s
                    AND (calling IS NULL OR called_at <= %(now)s - %(pause)s) END
        ORDER BY coalesce(next_at, called_at), id LIMIT %(limit)s
        """,
        {
            "lease": LEASE,
            "pause": UNKNOWN_PAUSE,
            "limit": limit,
            "ids": None if code_ids is None else list(code_ids),
        },
    )


def lock_due(tx: Tx, code_ids: Sequence[UUID]) -> list[Kept]:
    """Those of them that are nobody else's now, locked."""
    return tx.rows(
        Kept,
        """
        SELECT id, state, name, asks_first, stopped_at IS NOT NULL AS is_stopped, config_id, told,
            calling, added_at, attempt, tries
        FROM code.code WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s)
          AND CASE WHEN calling IN ('add', 'find', 'change', 'remove')
                   THEN called_at <= %(now)s - %(lease)s
                   ELSE calling IS NULL
                     OR (next_at <= %(now)s AND called_at <= %(now)s - %(pause)s) END
        ORDER BY id FOR UPDATE SKIP LOCKED
        """,
        {"ids": list(code_ids), "lease": LEASE, "pause": UNKNOWN_PAUSE},
    )


def set_calling(tx: Tx, calls: Sequence[Call]) -> None:
    """The calls are under way. An `add` remembers when, for looking it up."""
    tx.run(
        """
        UPDATE code.code c SET calling = n.verb, called_at = %(now)s, attempt = n.attempt,
            next_at = NULL,
            added_at = CASE WHEN n.verb = 'add' THEN %(now)s ELSE c.added_at END
        FROM unnest(%(ids)s::uuid[], %(verbs)s::text[], %(attempts)s::int[])
             AS n (id, verb, attempt)
        WHERE c.merchant_id = %(merchant)s AND c.id = n.id
        """,
        {
            "ids": [call.code_id for call in calls],
            "verbs": [call.verb for call in calls],
            "attempts": [call.attempt for call in calls],
        },
    )


def set_quiet(tx: Tx, code_ids: Sequence[UUID], failure: str | None) -> None:
    """Nothing is to be said of them; `failure` tells why, where something should be."""
    tx.run(
        "UPDATE code.code SET calling = NULL, next_at = NULL, failure = %(failure)s,"
        " failure_detail = NULL WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s)",
        {"ids": list(code_ids), "failure": failure},
    )


def tries_of(tx: ReadTx, code_ids: Sequence[UUID]) -> dict[UUID, int]:
    """How often in a row each failed."""
    rows = tx.rows(
        dict,
        "SELECT id, tries FROM code.code WHERE merchant_id = %(merchant)s AND id = ANY(%(ids)s)",
        {"ids": list(code_ids)},
    )
    return {row["id"]: row["tries"] for row in rows}


def set_settled(tx: Tx, ends: Sequence[tuple[Call, Settled]]) -> None:
    """What came of calls, unless another one was made since; a change asked for meanwhile stays due.

    `told` is kept only where it is what was asked: an edit in between has to be told again.
    """
    tx.load(
        "settled_code",
        {"id": "uuid", "attempt": "int", "verb": "text", "calling": "text", "config_id": "text"}
        | {"picture_url": "text", "picture": "bytea", "told": "jsonb", "failure": "text"}
        | {"detail": "text", "next_at": "timestamptz"},
        [
            (
                *(call.code_id, call.attempt, call.verb, end.calling, end.config_id),
                *(end.picture_url, end.picture, end.told, end.failure, end.detail, end.next_at),
            )
            for call, end in ends
        ],
    )
    tx.run(
        """
        UPDATE code.code c SET calling = s.calling, config_id = s.config_id,
            picture_url = coalesce(s.picture_url, c.picture_url),
            picture = coalesce(s.picture, c.picture),
            told = CASE WHEN c.next_at IS NULL THEN s.told END,
            failure = s.failure, failure_detail = s.detail,
            tries = CASE WHEN s.failure IS NULL THEN 0 ELSE c.tries + 1 END,
            next_at = coalesce(c.next_at, s.next_at)
        FROM pg_temp.settled_code s
        WHERE c.merchant_id = %(merchant)s AND c.id = s.id AND c.attempt = s.attempt
        """
    )


def known_ids(tx: ReadTx) -> frozenset[str]:
    """What WeCom calls the codes that we know."""
    return frozenset(
        tx.column(
            "SELECT config_id FROM code.code"
            " WHERE merchant_id = %(merchant)s AND config_id IS NOT NULL"
        )
    )
