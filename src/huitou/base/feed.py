"""Following the feed: which rows changed, as the database noted them itself (`base.change`).

A consumer remembers the snapshot up to which it has looked. What is visible now and was not then is
what it has to look at, however transactions overlapped.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString

from huitou.base.db import Params, ReadTx, Row, Tx


@dataclass(frozen=True, slots=True)
class Follower:
    """A consumer: how many rows changed since it last looked, and when that was."""

    consumer: str
    waiting: int
    moved_at: datetime


def list_followers(tx: ReadTx) -> list[Follower]:
    """Who follows the feed, by name."""
    return tx.rows(Follower, _FOLLOWERS)


def begin(tx: Tx, consumer: str) -> bool:
    """From here on the consumer is told of changes; again does nothing and returns False. It has to
    look at everything once: a restored database has no feed of what came before."""
    count = tx.run(
        """
        INSERT INTO base.feed_cursor (merchant_id, consumer, taken, moved_at)
        VALUES (%(merchant)s, %(consumer)s, pg_current_snapshot(), %(now)s) ON CONFLICT DO NOTHING
        """,
        {"consumer": consumer},
    )
    return count > 0


def take(
    tx: Tx, consumer: str, cls: type[Row], query: LiteralString, params: Params = None
) -> list[Row]:
    """The rows of `query` over `waiting (source, key)`, what changed since the last time; not to
    be told again if the transaction commits. Nothing before `begin`."""
    moved = {**(params or {}), "consumer": consumer}
    return tx.rows(cls, _TAKE + query, moved)


def is_waiting(tx: ReadTx, consumer: str) -> bool:
    """Whether the consumer has not begun, or something changed since it looked."""
    return bool(tx.value(_IS_WAITING, {"consumer": consumer}))


# One statement reads and moves the cursor, so that both are of one snapshot.
_TAKE: LiteralString = """
    WITH before AS MATERIALIZED (
        SELECT taken FROM base.feed_cursor
        WHERE merchant_id = %(merchant)s AND consumer = %(consumer)s),
    waiting AS MATERIALIZED (
        SELECT w.source, w.key FROM before f CROSS JOIN LATERAL base.changed_since(f.taken) w),
    moved AS (
        UPDATE base.feed_cursor SET taken = pg_current_snapshot(), moved_at = %(now)s
        WHERE merchant_id = %(merchant)s AND consumer = %(consumer)s)
"""
_IS_WAITING: LiteralString = """
    SELECT NOT EXISTS (SELECT FROM base.feed_cursor
                       WHERE merchant_id = %(merchant)s AND consumer = %(consumer)s)
        OR EXISTS (SELECT FROM base.feed_cursor f CROSS JOIN LATERAL base.changed_since(f.taken)
                   WHERE f.merchant_id = %(merchant)s AND f.consumer = %(consumer)s)
"""
_FOLLOWERS: LiteralString = """
    SELECT f.consumer, f.moved_at, (SELECT count(*) FROM base.changed_since(f.taken)) AS waiting
    FROM base.feed_cursor f WHERE f.merchant_id = %(merchant)s ORDER BY f.consumer
"""
