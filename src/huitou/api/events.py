"""Intake of events over HTTP: decode, join a batch, answer after the commit."""

import asyncio
from collections.abc import Hashable, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request, Response

from huitou.base.batch import BatchWriter
from huitou.base.db import Database
from huitou.base.http import (
    JSON,
    Caller,
    Reading,
    Router,
    caller,
    claim,
    encode,
    idempotency_key,
    needs,
    remember,
    request_hash_of,
)
from huitou.event import actions, reads, rules
from huitou.event.types import Decoded, Intake, Lag, SetAside
from huitou.kernel.errors import Unsupported
from huitou.kernel.page import Page

router = Router(prefix="/v1", tags=["events"])

_BATCH_MAX = 4_000


def make_intake(database: Database) -> BatchWriter[Decoded, Intake]:
    """The batching writer of this process: one transaction for whoever is waiting."""

    def write(merchant: Hashable, requests: Sequence[Decoded]) -> list[Intake]:
        assert isinstance(merchant, UUID)
        with database.write(merchant, principal="intake") as tx:
            return actions.accept(tx, requests)

    return BatchWriter(write, weigh=lambda decoded: len(decoded.accepted), size_max=_BATCH_MAX)


@router.post(
    "/events",
    status_code=202,
    response_model=Intake,
    dependencies=[needs("event.write")],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                JSON: {
                    "schema": {
                        "type": "object",
                        "required": ["events"],
                        "properties": {"events": {"type": "array", "maxItems": 1000}},
                    }
                }
            },
        }
    },
)
async def accept_events(request: Request, asking: Annotated[Caller, Depends(caller)]) -> Response:
    """Take in 1–1,000 events: each whole or not at all, each exactly once."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != JSON:
        raise Unsupported()
    database: Database = request.app.state.database
    decoded = rules.decode(await request.body(), database.clock(), asking.language)
    key = idempotency_key(request, asking)
    if key is not None:
        digest = await request_hash_of(request)
        return await asyncio.to_thread(_accept_once, database, asking, decoded, key, digest)
    intake: Intake = await request.app.state.intake.add(asking.merchant, decoded)
    return Response(encode(intake), 202, media_type=JSON)


def _accept_once(
    database: Database, asking: Caller, decoded: Decoded, key: str, digest: bytes
) -> Response:
    """A request with an idempotency key is a batch of its own: its answer is kept with it."""
    with database.write(asking.merchant, principal="intake") as tx:
        stored = claim(tx, key, digest)
        if stored is not None:
            return stored
        [intake] = actions.accept(tx, [decoded])
        response = Response(encode(intake), 202, media_type=JSON)
        remember(tx, key, response)
        return response


@router.get("/lag")
def get_lag(tx: Reading) -> Lag:
    """The head of the log, and how far each consumer has come."""
    return reads.lag(tx)


@router.get("/set-aside", dependencies=[needs("import.write")])
def list_set_aside(tx: Reading) -> Page[SetAside]:
    """Events that a consumer could not take, with the reason; nothing waits for them."""
    return Page(reads.list_set_aside(tx))
