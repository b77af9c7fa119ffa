"""Consumers of the log: ranges of positions in micro-batches, cursor and effect in one transaction.

The streams of a merchant form a line in the order of the rooms: each follows the one before it, so
that it sees what the lower ones made of the same events. Several workers share a line: who finds a
stream in other hands goes on to the next. An event that cannot be taken is set aside, alone, with
its reason: the range is halved until it is found.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
import structlog

from huitou.base import feed
from huitou.base.db import Database, Memory, Tx
from huitou.base.jobs import STREAMS, Stream
from huitou.event import actions as events
from huitou.event import reads as log

_logger = structlog.get_logger("streams")


class _Rewound(Exception):
    """Somebody let the stream begin anew meanwhile: this pass is over, the next one starts there."""


class _Busy(Exception):
    """The stream is in another worker's hands."""


@dataclass
class Pass:
    """What a pass over the streams did."""

    moved: int = 0
    """How many batches moved a cursor."""
    busy: int = 0
    """How many streams with something to do were in other hands."""


@dataclass
class Line:
    """One worker's place in the line of a merchant's streams, which are in this order."""

    database: Database
    merchant: UUID
    order: Sequence[str]
    memory: Memory = field(default_factory=Memory)

    def __post_init__(self) -> None:
        self._streams = [STREAMS[name] for name in self.order if name in STREAMS]

    def step(self) -> Pass:
        """Let each stream take one batch of what those before it have passed."""
        done, cursors = Pass(), self._positions()
        self._go_through(range(len(self._streams)), cursors, done)
        return done

    def turn(self) -> Pass:
        """The same of the streams that somebody waits for, up to the last one that follows the feed (memberships), and of
        one of the others: the one that is furthest behind. Whoever has just come in waits for one of these at most, unless
        more of them are a whole batch behind: under full load nobody is left behind for good."""
        done, cursors = Pass(), self._positions()
        first = 1 + max(
            (n for n, each in enumerate(self._streams) if each.follows_feed), default=-1
        )
        if self._go_through(range(first), cursors, done):
            so_far = done.moved
            others = range(first, len(self._streams))
            for place in sorted(others, key=lambda place: cursors[place + 1] - cursors[place]):
                waiting = cursors[place] - cursors[place + 1]
                if done.moved > so_far and waiting < self._streams[place].batch:
                    break
                self._go_through([place], cursors, done)
        return done

    def _go_through(self, places: Iterable[int], cursors: list[int], done: Pass) -> bool:
        """Let the streams at these places take a batch each; False when one of them was rewound."""
        for place in places:
            stream, limit, position = self._streams[place], cursors[place], cursors[place + 1]
            if position < limit:
                upto = min(position + stream.size(limit - position), limit)
                try:
                    self._take(stream, position, upto)
                    cursors[place + 1] = upto
                    done.moved += 1
                except _Busy:
                    done.busy += 1
                except _Rewound:
                    done.moved += 1
                    return False
            elif stream.follows_feed:
                done.moved += self._follow_feed(stream)
        return True

    def _follow_feed(self, stream: Stream) -> bool:
        """Let the stream see what changed without an event. A failure waits for the next pass."""
        with self.database.read(self.merchant) as tx:
            if not feed.is_waiting(tx, stream.name):
                return False
        try:
            with self._write(stream) as tx:
                position = _locked_cursor(tx, stream.name)
                stream.run(tx, position, position)
        except (psycopg.OperationalError, psycopg.InterfaceError):
            raise
        except _Busy:
            return False
        except Exception:
            _logger.exception("failed", stream=stream.name)
            return False
        return True

    def _take(self, stream: Stream, after: int, upto: int) -> None:
        try:
            self._run(stream, after, upto)
        except (psycopg.OperationalError, psycopg.InterfaceError, _Rewound, _Busy):
            raise  # not the event's fault: the range is tried again
        except Exception as error:
            if upto - after > 1:
                middle = (after + upto) // 2
                self._take(stream, after, middle)
                self._take(stream, middle, upto)
                return
            reason = f"{stream.name}.{type(error).__name__}"
            _logger.exception("set_aside", stream=stream.name, position=upto, reason=reason)
            with self._write(stream) as tx:
                if _cursor_past(tx, stream.name, after) < upto:
                    events.set_aside(tx, stream.name, [(upto, reason)])
                    _move(tx, stream.name, upto)

    def _run(self, stream: Stream, after: int, upto: int) -> None:
        with self._write(stream) as tx:
            current = _cursor_past(tx, stream.name, after)
            if current >= upto:
                return
            events.take_up(tx, stream.name, current, upto)
            stream.run(tx, current, upto)
            _move(tx, stream.name, upto)

    def _write(self, stream: Stream) -> AbstractContextManager[Tx]:
        return self.database.write(
            self.merchant, principal=f"stream:{stream.name}", memory=self.memory
        )

    def _positions(self) -> list[int]:
        """The head of the log, and how far each stream has come."""
        with self.database.read(self.merchant) as tx:
            found = tx.rows(
                dict,
                "SELECT stream, position FROM base.cursor WHERE merchant_id = %(merchant)s",
            )
            cursors = {row["stream"]: row["position"] for row in found}
            return [log.head(tx), *(cursors.get(stream.name, 0) for stream in self._streams)]


def consume(database: Database, merchant: UUID, order: Sequence[str]) -> int:
    """One pass over all streams; returns how many batches moved a cursor."""
    return Line(database, merchant, order).step().moved


def rewind(database: Database, merchant: UUID, name: str, position: int) -> None:
    """Let a stream consume again from `position`; effects are idempotent."""
    assert name in STREAMS, f"there is no stream {name}"
    with database.write(merchant) as tx:
        _move(tx, name, position)


def _cursor_past(tx: Tx, name: str, after: int) -> int:
    """The cursor, held. Another worker may have moved it on from `after`."""
    current = _locked_cursor(tx, name)
    if current < after:
        raise _Rewound
    return current


def _locked_cursor(tx: Tx, name: str) -> int:
    position: int | None = tx.value(
        "SELECT position FROM base.cursor"
        " WHERE merchant_id = %(merchant)s AND stream = %(name)s FOR UPDATE SKIP LOCKED",
        {"name": name},
    )
    if position is not None:
        return position
    is_first = tx.run(
        "INSERT INTO base.cursor VALUES (%(merchant)s, %(name)s, 0, %(now)s) ON CONFLICT DO NOTHING",
        {"name": name},
    )
    if not is_first:
        raise _Busy
    return 0


def _move(tx: Tx, name: str, position: int) -> None:
    tx.run(
        """
        INSERT INTO base.cursor VALUES (%(merchant)s, %(name)s, %(position)s, %(now)s)
        ON CONFLICT (merchant_id, stream) DO UPDATE
        SET position = excluded.position, moved_at = excluded.moved_at
        """,
        {"name": name, "position": position},
    )
