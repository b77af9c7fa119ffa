"""Faults on command, the same for every simulator: what `POST /sim/faults` takes, and a cut line."""

import asyncio
from collections.abc import Callable
from sqlite3 import Row
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send


class Fault(BaseModel):
    """The next `count` calls to `path` (or `*`) go wrong.

    `errcode` refuses; `drop_*` breaks the connection; `timeout_*` holds the answer back for
    `seconds` and then breaks it. `*_before` leaves no effect, `*_after` loses the answer only.
    """

    model_config = ConfigDict(extra="forbid")

    path: str = "*"
    mode: Literal["errcode", "drop_before", "drop_after", "timeout_before", "timeout_after"] = (
        "errcode"
    )
    errcode: int = -1
    seconds: float = 30.0
    count: Annotated[int, Field(ge=1)] = 1


async def exchange(
    scope: Scope,
    receive: Receive,
    send: Send,
    fault: Row | None,
    *,
    refused: Callable[[int], Response],
    answered: Callable[[], Response],
) -> None:
    """One call as `fault` (a row of what was asked for, or none) has it go."""
    mode = fault["mode"] if fault else ""
    if fault and mode == "errcode":
        await refused(fault["errcode"])(scope, receive, send)
        return
    response: Response | None = None
    if not mode.endswith("before"):
        response = await run_in_threadpool(answered)
    if response is None or mode.endswith("after"):
        await asyncio.sleep(fault["seconds"] if fault and mode.startswith("timeout") else 0)
        await drop(send)
        return
    await response(scope, receive, send)


async def drop(send: Send) -> None:
    """Break the connection: a body is promised and never comes, so the server has to close."""
    headers = [(b"content-length", b"4096"), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
