"""Commands that go to the server past the driver, where its own work is most of the cost."""

import select
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from psycopg.pq import DiagnosticField, ExecStatus
from psycopg.pq.abc import PGresult
from psycopg_pool import ConnectionPool


def begin(connection: psycopg.Connection, merchant: UUID, mode: str) -> None:
    """Open a transaction of a merchant: one round trip for what would be two or three."""
    command = (
        f"BEGIN {mode}; SET LOCAL ROLE huitou_app;"
        f" SET LOCAL huitou.merchant = '{UUID(str(merchant))}'"
    )
    _checked(connection.pgconn.exec_(command.encode()))


def call(
    connection: psycopg.Connection, query: str, values: Sequence[str | None]
) -> list[list[str | None]]:
    """A statement with numbered parameters, in text and out. Not prepared: the driver takes back all
    that was (DEALLOCATE ALL) when it rolls back or drops a table."""
    given: Any = [None if value is None else value.encode() for value in values]
    result = _checked(connection.pgconn.exec_params(query.encode(), given))
    return [
        [_text(result.get_value(row, column)) for column in range(result.nfields)]
        for row in range(result.ntuples)
    ]


def check(connection: psycopg.Connection) -> None:
    """A connection at rest whose socket has something to say is asked whether it lives: a server that
    ended has said so, or closed it."""
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    if poll.poll(0):
        ConnectionPool.check_connection(connection)


def _checked(result: PGresult) -> PGresult:
    if result.status in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        return result
    if result.error_field(DiagnosticField.SQLSTATE) is None:
        raise psycopg.OperationalError(result.get_error_message())
    raise psycopg.errors.error_from_result(result)


def _text(value: bytes | None) -> str | None:
    return None if value is None else value.decode()
