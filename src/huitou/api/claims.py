"""Taking coupons over HTTP when everybody wants one: decode, join a batch, answer after the commit.

One batching writer a template; several processes take turns on the row of the stock. What is in order
is answered before the framework (routing, middleware, dependencies) sees it, which costs several times
as much as the claim; anything else goes the ordinary way to the same endpoint.
"""

import asyncio
import re
from collections.abc import Callable, Coroutine, Hashable, Sequence
from time import monotonic
from typing import Annotated, Any
from uuid import UUID

import msgspec
import psycopg
from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Message, Receive, Scope, Send

from huitou.base.batch import BatchWriter
from huitou.base.db import Database
from huitou.base.http import JSON, Caller, NotPermitted, Router, encode, idempotency_key
from huitou.benefit.actions import coupons as actions
from huitou.benefit.rules import coupons as rules
from huitou.benefit.types.coupons import Claim, Taken
from huitou.benefit.types.templates import NoTemplate
from huitou.kernel.errors import Malformed, Refusal

PERMISSION = "benefit.use"
_BATCH_MAX = 2_000
_BODY_MAX_BYTES = 2_000
_CALLER_SECONDS = 2.0
"""How long a key that was looked up is taken for good here: a revoked one works that much longer."""
_KEYS_MAX = 1_000
_PATH = re.compile(r"/v1/coupon-templates/([0-9a-f-]{36})/claim")
_HEADERS = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]


class ClaimRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`key` tells one wish from another; the header Idempotency-Key may stand for it."""

    customer: UUID
    key: Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{1,200}$")] | None = None


class NoKey(Malformed):
    code = "coupon.no_key"
    zh = "请提供 key 或 Idempotency-Key，用来识别重复请求"
    en = "Give a key or an Idempotency-Key, by which a repeated request is known"


class RawRoute(APIRoute):
    """Calls the endpoint with the request and nothing else; described as any other."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        endpoint: Callable[[Request], Coroutine[Any, Any, Response]] = self.endpoint
        return endpoint


router = Router(prefix="/v1", tags=["coupons"])

_decoder = msgspec.json.Decoder(ClaimRequest)


def make_claims(database: Database) -> BatchWriter[Claim, Taken]:
    """The batching writer of this process: one transaction a template for whoever is waiting."""

    def write(group: Hashable, claims: Sequence[Claim]) -> list[Taken]:
        assert isinstance(group, tuple)
        merchant, template_id = group
        with database.write(merchant, principal="claim") as tx:
            return actions.take(tx, template_id, claims)

    return BatchWriter(write, weigh=lambda _: 1, size_max=_BATCH_MAX)


class Desk:
    """Where claims are taken in: the writer, and the keys that were looked up just now."""

    def __init__(self, database: Database) -> None:
        self._writer = make_claims(database)
        self._callers: dict[str, tuple[float, Caller]] = {}
        self._asked: dict[str, asyncio.Task[Caller]] = {}

    def find_caller(self, authorization: str, scope: Scope) -> Caller | None:
        """Whose key it is, if that was looked up just now; looked up again before it is forgotten, so
        that nobody has to wait for it."""
        until, asking = self._callers.get(authorization, (0.0, None))
        left = until - monotonic()
        if asking is None or left <= 0:
            return None
        if left < _CALLER_SECONDS / 2:
            self._ask(authorization, scope)
        return asking

    async def caller(self, request: Request) -> Caller:
        """Who is asking, or a refusal; whoever asks with the same key meanwhile waits along."""
        authorization = request.headers.get("authorization")
        if authorization is None:
            return await asyncio.to_thread(request.app.state.identify, request)
        known = self.find_caller(authorization, request.scope)
        if known is not None:
            return known
        return await asyncio.shield(self._ask(authorization, request.scope))

    def _ask(self, authorization: str, scope: Scope) -> asyncio.Task[Caller]:
        def end(task: asyncio.Task[Caller]) -> None:
            self._asked.pop(authorization, None)
            if not task.cancelled():
                task.exception()  # told to whoever waits; nobody may

        asked = self._asked.get(authorization)
        if asked is None:
            asked = asyncio.create_task(self._look_up(authorization, Request(scope)))
            self._asked[authorization] = asked
            asked.add_done_callback(end)
        return asked

    async def _look_up(self, authorization: str, request: Request) -> Caller:
        try:
            found: Caller = await asyncio.to_thread(request.app.state.identify, request)
        except Exception:
            self._callers.pop(authorization, None)
            raise
        if len(self._callers) >= _KEYS_MAX:
            self._callers.clear()
        self._callers[authorization] = monotonic() + _CALLER_SECONDS, found
        return found

    async def take(self, asking: Caller, template_id: UUID, asked: ClaimRequest, key: str) -> Taken:
        """Join the batch of the template. Refuses `coupon.no_template`."""
        claim = Claim(asked.customer, rules.claim_of(f"claim {key}", asked.customer))
        return await self._writer.add((asking.merchant, template_id), claim)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> Receive | None:
        """Answer a claim that is in order. Otherwise returns what was received, to be read again.

        Asking twice does no harm: the key of a claim is known the second time.
        """
        found = _PATH.fullmatch(scope["path"])
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"")
        authorization = headers.get(b"authorization", b"").decode("latin-1")
        asking = self.find_caller(authorization, scope)
        if (
            found is None
            or asking is None
            or PERMISSION not in asking.permissions
            or not length.isdigit()
            or int(length) > _BODY_MAX_BYTES
        ):
            return receive
        body = await _body(receive)
        if body is None:
            return None
        try:
            asked = _decoder.decode(body)
            if asked.key is None:
                return _again(body)
            taken = await self.take(asking, UUID(found[1]), asked, asked.key)
        except (msgspec.DecodeError, ValueError, Refusal, psycopg.Error):
            return _again(body)
        answer = encode(taken)
        lengths = [(b"content-length", str(len(answer)).encode())]
        start = {"type": "http.response.start", "status": 200, "headers": _HEADERS + lengths}
        await send(start)
        await send({"type": "http.response.body", "body": answer})
        return None


async def claim_coupon(request: Request) -> Response:
    """A customer takes a coupon: `issued`, `already_has` (this request was answered before, with
    this coupon), `limit`, `sold_out`, `sold_out_today`, `not_open` or `no_customer`. Never more than
    there are, and who came first gets it first."""
    desk: Desk = request.app.state.claims
    asking = await desk.caller(request)
    if PERMISSION not in asking.permissions:
        raise NotPermitted(permission=PERMISSION)
    try:
        asked = _decoder.decode(await request.body())
        template_id = UUID(request.path_params["template_id"])
    except msgspec.DecodeError as error:
        raise Malformed() from error
    except ValueError as error:
        raise NoTemplate() from error
    key = asked.key or idempotency_key(request, asking)
    if key is None:
        raise NoKey()
    return Response(encode(await desk.take(asking, template_id, asked, key)), media_type=JSON)


router.add_api_route(
    "/coupon-templates/{template_id}/claim",
    claim_coupon,
    methods=["POST"],
    response_model=Taken,
    route_class_override=RawRoute,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                JSON: {
                    "schema": {
                        "type": "object",
                        "required": ["customer"],
                        "properties": {
                            "customer": {"type": "string", "format": "uuid"},
                            "key": {"type": "string", "minLength": 1, "maxLength": 200},
                        },
                    }
                }
            },
        },
        "parameters": [
            {
                "name": "template_id",
                "in": "path",
                "required": True,
                "schema": {"type": "string", "format": "uuid"},
            }
        ],
    },
)


async def _body(receive: Receive) -> bytes | None:
    """The whole body; None when nobody is there any more."""
    body: bytes = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part: bytes = message.get("body", b"")
        body += part
        if not message.get("more_body"):
            return body


def _again(body: bytes) -> Receive:
    """A body that was received, to be received."""
    messages: list[Message] = [
        {"type": "http.request", "body": body, "more_body": False},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0) if len(messages) > 1 else messages[0]

    return receive
