"""What providers call us with, and how their calls go."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Request
from starlette.background import BackgroundTask
from starlette.responses import PlainTextResponse, Response

from huitou.base.db import Database
from huitou.base.http import Asking, Reading, Router, needs
from huitou.kernel.errors import Forbidden, Refusal
from huitou.reach.jobs import callbacks, greeting, hearing, receipts
from huitou.reach.jobs.greeting import Greeting
from huitou.reach.reads import callbacks as reads
from huitou.reach.store import callbacks as store
from huitou.reach.types.callbacks import CallbackHealth
from huitou.reach.types.channels import FriendAdded, FriendRemoved, Friends, OtherCallback
from huitou.reach.types.messages import NoMessage

router = Router(tags=["reach"])

HeardCarrier = Literal["wechat", "mini", "rcs", "phone", "webhook"]
"""Providers whose callbacks are signed."""


class BadPushSecret(Forbidden):
    code = "reach.bad_push_secret"
    zh, en = "推送地址中的口令不正确", "The secret in the push address is wrong"


@router.get("/v1/channels/{kind}/health", dependencies=[needs("setting.edit")])
def get_health(tx: Reading, asking: Asking, kind: str) -> CallbackHealth:
    """Whether the provider's calls reach us: the last ones, the last 24 hours, and what is missing."""
    return reads.health(tx, kind, asking.language)


async def _raw(request: Request) -> bytes:
    return await request.body()


Raw = Annotated[bytes, Depends(_raw)]


@router.get("/callbacks/wecom/{merchant_id}", tags=["callbacks"], response_class=PlainTextResponse)
def wecom_handshake(
    request: Request,
    merchant_id: UUID,
    msg_signature: str,
    timestamp: str,
    nonce: str,
    echostr: str,
) -> Response:
    """WeCom checks the address; a wrong signature is refused."""
    with _counted(request, merchant_id, "wecom"):
        friends = _friends(request, merchant_id)
        return PlainTextResponse(friends.verify(msg_signature, timestamp, nonce, echostr))


@router.post("/callbacks/wecom/{merchant_id}", tags=["callbacks"], response_class=PlainTextResponse)
def wecom_event(
    request: Request, merchant_id: UUID, msg_signature: str, timestamp: str, nonce: str, body: Raw
) -> Response:
    """WeCom tells of a friend. The greeting goes out right after the answer: its code lives 20 s."""
    claimed = None
    database = _database(request)
    with _counted(request, merchant_id, "wecom") as times:
        friends = _friends(request, merchant_id)
        event = friends.parse(msg_signature, timestamp, nonce, body)
        with database.write(merchant_id, principal="callback:wecom") as tx:
            if isinstance(event, FriendAdded):
                claimed = callbacks.add_friend(tx, friends.corp, event)
            elif isinstance(event, FriendRemoved):
                callbacks.remove_friend(tx, friends.corp, event)
        if not isinstance(event, OtherCallback):
            times.append(event.at)
    task = BackgroundTask(_greet, database, merchant_id, friends, claimed) if claimed else None
    return PlainTextResponse("", background=task)


def _greet(database: Database, merchant: UUID, friends: Friends, claimed: Greeting) -> None:
    outcome = friends.welcome(claimed.welcome_code, claimed.text, claimed.link)
    with database.write(merchant, principal="callback:wecom") as tx:
        greeting.settle(tx, claimed, outcome)


@router.post(
    "/callbacks/{carrier}/{merchant_id}/{secret}/{push}",
    tags=["callbacks"],
    response_class=PlainTextResponse,
)
def sms_push(
    request: Request,
    carrier: Literal["sms", "sms_tencent"],
    merchant_id: UUID,
    secret: str,
    push: Literal["report", "up"],
    body: Raw,
) -> Response:
    """Receipts and replies. All of a push or nothing: the provider pushes again, until it is
    answered as it waits for."""
    database = _database(request)
    with (
        _counted(request, merchant_id, carrier) as times,
        database.write(merchant_id, principal="callback:sms") as tx,
    ):
        pushes = callbacks.sms_pushes_of(tx, carrier)
        if not pushes.accepts(secret):
            raise BadPushSecret()
        if push == "report":
            reports = pushes.reports(body)
            receipts.take(tx, carrier, reports)
            times += [report.at for report in reports]
        else:
            replies = pushes.replies(body)
            callbacks.take_replies(tx, carrier, replies)
            times += [reply.at for reply in replies]
    return Response(json.dumps(pushes.received), media_type="application/json")


@router.get(
    "/callbacks/{carrier}/{merchant_id}", tags=["callbacks"], response_class=PlainTextResponse
)
def handshake(request: Request, carrier: HeardCarrier, merchant_id: UUID) -> Response:
    """A platform checks the address; a wrong signature is refused."""
    database = _database(request)
    with _counted(request, merchant_id, carrier):
        with database.read(merchant_id, principal=f"callback:{carrier}") as tx:
            ears = hearing.ears_of(tx, carrier)
        return PlainTextResponse(ears.verify(request.query_params))


@router.post(
    "/callbacks/{carrier}/{merchant_id}", tags=["callbacks"], response_class=PlainTextResponse
)
def callback(request: Request, carrier: HeardCarrier, merchant_id: UUID, body: Raw) -> Response:
    """A platform tells of messages and of what customers do; told again, it counts once."""
    database = _database(request)
    with (
        _counted(request, merchant_id, carrier) as times,
        database.write(merchant_id, principal=f"callback:{carrier}") as tx,
    ):
        ears = hearing.ears_of(tx, carrier)
        heard = ears.hear(request.query_params, request.headers, body, tx.now)
        hearing.take(tx, carrier, ears.scope, heard)
        times += [one.at for one in heard]
    return PlainTextResponse(ears.answer)


def _friends(request: Request, merchant_id: UUID) -> Friends:
    with _database(request).read(merchant_id, principal="callback:wecom") as tx:
        return callbacks.friends_of(tx)


def _check_merchant(database: Database, merchant_id: UUID) -> None:
    if merchant_id not in database.merchants():
        raise NoMessage()


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


@contextmanager
def _counted(request: Request, merchant: UUID, carrier: str) -> Iterator[list[datetime]]:
    """Counts a call, taken or refused, in a transaction of its own after it: many calls at once wait for the count's row no
    longer than it takes to write. What it tells of has been over since the times that are put into the list."""
    database = _database(request)
    _check_merchant(database, merchant)
    times: list[datetime] = []
    principal = f"callback:{carrier}"
    try:
        yield times
    except Refusal as refusal:
        with database.write(merchant, principal=principal) as tx:
            store.count_call(tx, carrier, refusal=refusal)
        raise
    with database.write(merchant, principal=principal) as tx:
        store.count_call(tx, carrier, refusal=None, lags=[tx.now - at for at in times])
