"""Commands that go to the server past the driver, where its own work is most of the cost."""

import select
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from typing import Any
from uuid import UUID

import psycopg
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus, TransactionStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg_pool import ConnectionPool

_numbers = count()
_NOT_PREPARED = b"26000"


class Link(psycopg.Connection):
    """A connection that knows what was prepared on it past the driver."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.prepared: dict[str, bytes] = {}


def is_at_rest(link: Link) -> bool:
    """Is no transaction open?"""
    return link.pgconn.transaction_status == TransactionStatus.IDLE


def begin(link: Link, merchant: UUID, mode: str) -> None:
    """Open a transaction of a merchant: one round trip for what would be two or three."""
    command = (
        f"BEGIN {mode}; SET LOCAL ROLE huitou_app;"
        f" SET LOCAL huitou.merchant = '{UUID(str(merchant))}'"
    )
    _checked(link.pgconn.exec_(command.encode()))


def begin_with(
    link: Link, merchant: UUID, mode: str, query: str, values: Sequence[str | None]
) -> list[list[str | None]]:
    """`begin` and the transaction's first `call` in one round trip, everything prepared."""
    steps = [(f"BEGIN {mode}", []), (_SET, [str(merchant)]), (query, values)]
    try:
        return _rows(_piped(link, steps))
    except psycopg.errors.InvalidSqlStatementName:
        # The driver has taken back all that was prepared (DEALLOCATE ALL, when it rolls back or drops a
        # table). Nothing was done yet.
        link.rollback()
        link.prepared.clear()
        return _rows(_piped(link, steps))


def call(link: Link, query: str, values: Sequence[str | None]) -> list[list[str | None]]:
    """A statement with numbered parameters, in text and out, in an open transaction. Not prepared: a
    name that was taken back would spoil what was done so far."""
    return _rows(_checked(link.pgconn.exec_params(query.encode(), _encoded(values))))


def alone(
    pool: ConnectionPool[Link], query: str, values: Sequence[str | None]
) -> list[list[str | None]]:
    """A prepared statement that is a transaction of its own, in one round trip: the server has committed it
    when it answers, or undone it."""
    given = _encoded(values)
    link = pool.getconn()
    try:
        result = link.pgconn.exec_prepared(_name_of(link, query), given)
        if result.error_field(DiagnosticField.SQLSTATE) == _NOT_PREPARED:
            # As in `begin_with`.
            link.prepared.clear()
            result = link.pgconn.exec_prepared(_name_of(link, query), given)
    finally:
        pool.putconn(link)
    return _rows(_checked(result))


def commit(link: Link) -> None:
    """Make what was begun last. Raises when the server says that it was undone."""
    if is_at_rest(link):
        return
    if _checked(link.pgconn.exec_(b"COMMIT")).command_status == b"ROLLBACK":
        raise psycopg.errors.InFailedSqlTransaction("an error in the transaction was passed over")


def rollback(link: Link) -> None:
    """Undo what was begun. Where the connection is lost, the server does it by itself."""
    with suppress(psycopg.Error):
        link.rollback()


def check(connection: psycopg.Connection) -> None:
    """A connection at rest whose socket has something to say is asked whether it lives: a server that
    ended has said so, or closed it."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        ConnectionPool.check_connection(connection)


_SET = "SELECT set_config('role', 'huitou_app', true), set_config('huitou.merchant', $1, true)"


def _piped(link: Link, steps: Sequence[tuple[str, Sequence[str | None]]]) -> PGresult:
    """The result of the last of prepared statements that are sent together. Raises the first error."""
    named = [(_name_of(link, query), _encoded(values)) for query, values in steps]
    pgconn = link.pgconn
    pgconn.enter_pipeline_mode()
    for name, values in named:
        pgconn.send_query_prepared(name, values)
    pgconn.pipeline_sync()
    results = _results(pgconn)
    pgconn.exit_pipeline_mode()
    for result in results:
        _checked(result)
    return results[-1]


def _name_of(link: Link, query: str) -> bytes:
    name = link.prepared.get(query)
    if name is None:
        name = f"huitou_{next(_numbers)}".encode()
        _checked(link.pgconn.prepare(name, query.encode()))
        link.prepared[query] = name
    return name


def _results(pgconn: PGconn) -> list[PGresult]:
    """Waits at the socket, where other threads can run, and not in the driver, where they cannot."""
    poll = select.poll()
    while pgconn.flush():
        poll.register(pgconn.socket, select.POLLOUT)
        poll.poll()
    poll.register(pgconn.socket, select.POLLIN)
    results: list[PGresult] = []
    while True:
        while pgconn.is_busy():
            poll.poll()
            pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:
            if pgconn.status != ConnStatus.OK:
                raise psycopg.OperationalError(pgconn.get_error_message())
        elif result.status == ExecStatus.PIPELINE_SYNC:
            return results
        else:
            results.append(result)
            pgconn.get_result()  # None, the end of this statement


def _checked(result: PGresult) -> PGresult:
    if result.status in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        return result
    if result.error_field(DiagnosticField.SQLSTATE) is None:
        raise psycopg.OperationalError(result.get_error_message())
    raise psycopg.errors.error_from_result(result)


def _encoded(values: Sequence[str | None]) -> Any:
    return [None if value is None else value.encode() for value in values]


def _rows(result: PGresult) -> list[list[str | None]]:
    return [
        [_text(result.get_value(row, column)) for column in range(result.nfields)]
        for row in range(result.ntuples)
    ]


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()
