"""Consumers of the log: ranges of positions in micro-batches, cursor and effect in one transaction.

The streams of a merchant run one after the other in the order of the rooms, so that each sees what
the lower ones made of the same events. An event that cannot be taken is set aside, alone, with its
reason: the range is halved until it is found.
"""

from collections.abc import Sequence
from uuid import UUID

import psycopg
import structlog

from huitou.base import feed
from huitou.base.db import Database, Tx
from huitou.base.jobs import STREAMS, Stream
from huitou.event import actions as events
from huitou.event import reads as log

_logger = structlog.get_logger("streams")


class _Rewound(Exception):
    """Somebody let the stream begin anew meanwhile: this pass is over, the next one starts there."""


def consume(database: Database, merchant: UUID, order: Sequence[str]) -> int:
    """One pass over all streams; returns how many batches moved a cursor."""
    moved = 0
    with database.read(merchant) as tx:
        limit = log.head(tx)
        cursors = {
            row["stream"]: row["position"]
            for row in tx.rows(
                dict,
                "SELECT stream, position FROM base.cursor WHERE merchant_id = %(merchant)s",
            )
        }
    for name in order:
        stream = STREAMS.get(name)
        if stream is None:
            continue
        position = cursors.get(name, 0)
        while position < limit:
            upto = min(position + stream.batch, limit)
            moved += 1
            try:
                _take(database, merchant, stream, position, upto)
            except _Rewound:
                return moved
            position = upto
        moved += stream.follows_feed and _follow_feed(database, merchant, stream)
        limit = position
    return moved


def rewind(database: Database, merchant: UUID, name: str, position: int) -> None:
    """Let a stream consume again from `position`; effects are idempotent."""
    assert name in STREAMS, f"there is no stream {name}"
    with database.write(merchant) as tx:
        _move(tx, name, position)


def _follow_feed(database: Database, merchant: UUID, stream: Stream) -> bool:
    """Let the stream see what changed without an event. A failure waits for the next pass."""
    with database.read(merchant) as tx:
        if not feed.is_waiting(tx, stream.name):
            return False
    try:
        with database.write(merchant, principal=f"stream:{stream.name}") as tx:
            position = _locked_cursor(tx, stream.name)
            stream.run(tx, position, position)
    except (psycopg.OperationalError, psycopg.InterfaceError):
        raise
    except Exception:
        _logger.exception("failed", stream=stream.name)
        return False
    return True


def _take(database: Database, merchant: UUID, stream: Stream, after: int, upto: int) -> None:
    try:
        _run(database, merchant, stream, after, upto)
    except (psycopg.OperationalError, psycopg.InterfaceError, _Rewound):
        raise  # not the event's fault: the range is tried again
    except Exception as error:
        if upto - after > 1:
            middle = (after + upto) // 2
            _take(database, merchant, stream, after, middle)
            _take(database, merchant, stream, middle, upto)
            return
        reason = f"{stream.name}.{type(error).__name__}"
        _logger.exception("set_aside", stream=stream.name, position=upto, reason=reason)
        with database.write(merchant, principal=f"stream:{stream.name}") as tx:
            if _cursor_past(tx, stream.name, after) < upto:
                events.set_aside(tx, stream.name, [(upto, reason)])
                _move(tx, stream.name, upto)


def _run(database: Database, merchant: UUID, stream: Stream, after: int, upto: int) -> None:
    with database.write(merchant, principal=f"stream:{stream.name}") as tx:
        current = _cursor_past(tx, stream.name, after)
        if current >= upto:
            return
        events.take_up(tx, stream.name, current, upto)
        stream.run(tx, current, upto)
        _move(tx, stream.name, upto)


def _cursor_past(tx: Tx, name: str, after: int) -> int:
    """The cursor, held. Another worker may have moved it on from `after`."""
    current = _locked_cursor(tx, name)
    if current < after:
        raise _Rewound
    return current


def _locked_cursor(tx: Tx, name: str) -> int:
    tx.run(
        "INSERT INTO base.cursor VALUES (%(merchant)s, %(name)s, 0, %(now)s) ON CONFLICT DO NOTHING",
        {"name": name},
    )
    position: int = tx.value(
        "SELECT position FROM base.cursor"
        " WHERE merchant_id = %(merchant)s AND stream = %(name)s FOR UPDATE",
        {"name": name},
    )
    return position


def _move(tx: Tx, name: str, position: int) -> None:
    tx.run(
        """
        INSERT INTO base.cursor VALUES (%(merchant)s, %(name)s, %(position)s, %(now)s)
        ON CONFLICT (merchant_id, stream) DO UPDATE
        SET position = excluded.position, moved_at = excluded.moved_at
        """,
        {"name": name, "position": position},
    )
