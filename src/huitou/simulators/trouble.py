"""Faults on command, the same for every simulator: what `POST /sim/faults` takes, and a cut line."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from starlette.types import Send


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


async def drop(send: Send) -> None:
    """Break the connection: a body is promised and never comes, so the server has to close."""
    headers = [(b"content-length", b"4096"), (b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
