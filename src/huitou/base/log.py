"""Logs: one JSON object a line, without personal values."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import psycopg
import structlog
from structlog.typing import ExcInfo

_CHAIN_MAX = 5
_NUMBER = re.compile(r"(?<!\d)(?:\+?86)?1[3-9]\d{9}(?!\d)")


def configure(process: str) -> None:
    """Log as `process` to stderr. Library logs join in from WARNING on."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(traceback_of),
        without_numbers,
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(process=process)


def traceback_of(exc_info: ExcInfo) -> str:
    """Where it went wrong and of which kind it is. Messages of errors quote what they stumbled
    over, a database's whole rows; only an assertion's own words and the names of what the database
    complains about are told."""
    error: BaseException | None = exc_info[1]
    told: list[str] = []
    while error is not None and len(told) < _CHAIN_MAX:
        told.append("".join(traceback.format_tb(error.__traceback__)) + _kind_of(error))
        error = error.__cause__ or error.__context__
    return "\n\n".join(reversed(told))


def _kind_of(error: BaseException) -> str:
    words: list[str | None] = [type(error).__name__]
    if isinstance(error, AssertionError):
        words.append(str(error))
    if isinstance(error, psycopg.Error):
        diag = error.diag
        words += [diag.sqlstate, diag.schema_name, diag.table_name, diag.constraint_name]
    return " ".join(word for word in words if word)


def without_numbers(
    logger: Any, name: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Phone numbers that slipped into a message are taken out."""
    for key, value in event.items():
        if isinstance(value, str):
            event[key] = _NUMBER.sub("1**********", value)
    return event
