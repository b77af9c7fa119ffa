"""Taking coupons over HTTP when everybody wants one: decode, join a batch, answer after the commit.

One batching writer a template; several processes take turns on the row of the stock. The endpoint
does without what others have (one transaction a request, models, dependencies): that is what lets
thousands a second through.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable, Sequence
from time import monotonic
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import Request, Response
from fastapi.routing import APIRoute

from huitou.base.batch import BatchWriter
from huitou.base.db import Database
from huitou.base.http import JSON, Caller, NotPermitted, Router, encode, idempotency_key
from huitou.benefit.actions import coupons as actions
from huitou.benefit.rules import coupons as rules
from huitou.benefit.types.coupons import Claim, Taken
from huitou.benefit.types.templates import NoTemplate
from huitou.kernel.errors import Malformed

PERMISSION = "benefit.use"
_BATCH_MAX = 2_000
_CALLER_SECONDS = 2.0
"""How long a key that was looked up is taken for good here: a revoked one works that much longer."""


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
_callers: dict[tuple[int, str], tuple[float, Caller]] = {}


def make_claims(database: Database) -> BatchWriter[Claim, Taken]:
    """The batching writer of this process: one transaction a template for whoever is waiting."""

    def write(group: Hashable, claims: Sequence[Claim]) -> list[Taken]:
        assert isinstance(group, tuple)
        merchant, template_id = group
        with database.write(merchant, principal="claim") as tx:
            return actions.take(tx, template_id, claims)

    return BatchWriter(write, weigh=lambda _: 1, size_max=_BATCH_MAX)


async def claim_coupon(request: Request) -> Response:
    """A customer takes a coupon: `issued`, `already_has` (this request was answered before, with
    this coupon), `limit`, `sold_out`, `sold_out_today`, `not_open` or `no_customer`. Never more than
    there are, and who came first gets it first."""
    asking = await _caller(request)
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
    claim = Claim(asked.customer, rules.claim_of(f"claim {key}", asked.customer))
    taken = await request.app.state.claims.add((asking.merchant, template_id), claim)
    return Response(encode(taken), media_type=JSON)


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


async def _caller(request: Request) -> Caller:
    authorization = request.headers.get("authorization")
    known = (id(request.app), authorization or "")
    until, asking = _callers.get(known, (0.0, None))
    if asking is None or until < monotonic():
        asking = await asyncio.to_thread(request.app.state.identify, request)
        assert isinstance(asking, Caller)
        if authorization is not None:
            if len(_callers) > 1_000:
                _callers.clear()
            _callers[known] = monotonic() + _CALLER_SECONDS, asking
    if PERMISSION not in asking.permissions:
        raise NotPermitted(permission=PERMISSION)
    return asking
