"""HTTP for rooms: one transaction a request, refusals as problem+json, idempotent writes.

A room's `http.py` declares plain functions on a `Router`; what they return (dataclasses) is encoded
by msgspec, with personal values masked. A POST with an `Idempotency-Key` answers the first answer
again, and refuses the key with another body.
"""

import functools
import hashlib
import inspect
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict

from huitou.base.db import Database, ReadTx, Scope, Tx
from huitou.kernel.errors import Conflict, Forbidden, Invalid, Malformed, Refusal
from huitou.kernel.personal import Personal

JSON = "application/json"
PROBLEM = "application/problem+json"
_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_NUMBER = re.compile(r"\s*[-+]?[\d.]+\s*")
_KEY = re.compile(r"[\x21-\x7e]{1,200}")


class Body(BaseModel):
    """Base of request models: strict types, unknown fields refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


def _not_a_number(value: object) -> object:
    """Pydantic takes a bare number for seconds since 1970."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        raise ValueError("a moment is written as in RFC 3339, with an offset")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_not_a_number)]
"""A moment in a query."""


class OtherBody(Conflict):
    code = "idempotency.other_body"
    zh, en = (
        "这个 Idempotency-Key 已用于另一个请求",
        "This Idempotency-Key was used with another request",
    )


class BadKey(Invalid):
    code = "idempotency.bad_key"
    zh, en = "Idempotency-Key 不合法", "The Idempotency-Key is not valid"


class NoKey(Malformed):
    code = "idempotency.no_key"
    zh, en = (
        "请提供 Idempotency-Key，用来识别重复请求",
        "Give an Idempotency-Key, by which a repeated request is known",
    )


class NotPermitted(Forbidden):
    code = "permission.missing"
    zh, en = "没有权限：{permission}", "You lack the permission {permission}"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking."""

    merchant: UUID
    principal: str
    permissions: frozenset[str]
    scope: Scope
    staff_id: UUID | None
    language: str


def language_of(request: Request) -> str:
    """`zh` unless English is asked for first."""
    return "en" if request.headers.get("accept-language", "").lower().startswith("en") else "zh"


def caller(request: Request) -> Caller:
    """Who is asking, or a refusal. Once a request."""
    known: Caller | None = getattr(request.state, "caller", None)
    if known is None:
        known = request.app.state.identify(request)
        request.state.caller = known
    assert known is not None
    return known


def needs(permission: str) -> Any:
    """`dependencies=[needs("segment.edit")]`."""

    def check(asking: Annotated[Caller, Depends(caller)]) -> None:
        if permission not in asking.permissions:
            raise NotPermitted(permission=permission)

    return Depends(check)


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _reading(request: Request, asking: Annotated[Caller, Depends(caller)]) -> Iterator[ReadTx]:
    with _database(request).read(
        asking.merchant, scope=asking.scope, principal=asking.principal
    ) as tx:
        yield tx


def idempotency_key(request: Request, asking: Caller) -> str | None:
    """The key a POST came with, as the caller's own; a malformed one is refused."""
    key = request.headers.get("idempotency-key")
    if key is None or request.method != "POST":
        return None
    if not _KEY.fullmatch(key):
        raise BadKey()
    return f"{asking.principal} {key}"


def _needed_key(request: Request, asking: Annotated[Caller, Depends(caller)]) -> str:
    key = idempotency_key(request, asking)
    if key is None:
        raise NoKey()
    return key


async def request_hash_of(request: Request) -> bytes:
    """What an Idempotency-Key is bound to."""
    digest = hashlib.sha256(f"{request.method} {request.url.path}\n".encode())
    digest.update(await request.body())
    return digest.digest()


RequestHash = Annotated[bytes, Depends(request_hash_of)]


def _writing(
    request: Request,
    asking: Annotated[Caller, Depends(caller)],
    request_hash: RequestHash,
) -> Iterator[Tx]:
    with _database(request).write(
        asking.merchant, scope=asking.scope, principal=asking.principal
    ) as tx:
        key = idempotency_key(request, asking)
        if key is not None:
            tx.request = (key, request_hash)
        yield tx


reading = Depends(_reading, scope="function")
writing = Depends(_writing, scope="function")
Reading = Annotated[ReadTx, reading]
Writing = Annotated[Tx, writing]
Asking = Annotated[Caller, Depends(caller)]
Storing = Annotated[Database, Depends(_database)]
"""For what is a transaction of its own further down."""
NeededKey = Annotated[str, Depends(_needed_key)]
"""The Idempotency-Key of a POST that may not come without."""


class Route(APIRoute):
    """Encodes what the endpoint returns, inside the endpoint's transaction."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if not inspect.iscoroutinefunction(endpoint):
            endpoint = _answering(endpoint, options.get("status_code") or 200)
        super().__init__(path, endpoint, **options)


class Router(APIRouter):
    """A room's endpoints."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=Route, **options)


def encode(value: Any) -> bytes:
    """JSON of dataclasses; personal values masked."""
    return msgspec.json.encode(value, enc_hook=_encode_other)


def problem(refusal: Refusal, language: str) -> Response:
    """A refusal for the outside."""
    body = {
        "code": refusal.code,
        "status": refusal.status,
        "detail": _speakable(refusal.detail(language)),
        "params": {name: _speakable(str(value)) for name, value in refusal.params.items()},
    }
    return Response(encode(body), refusal.status, headers=_HEADERS, media_type=PROBLEM)


def _speakable(text: str) -> str:
    """Without the lone surrogates that JSON lets in and UTF-8 does not let out."""
    return text.encode(errors="replace").decode()


def _answering(endpoint: Callable[..., Any], status: int) -> Callable[..., Any]:
    @functools.wraps(endpoint)
    def answer(**arguments: Any) -> Response:
        tx = next((value for value in arguments.values() if isinstance(value, Tx)), None)
        request = tx.request if tx else None
        if tx is None or request is None:
            return _response(endpoint(**arguments), status)
        stored = claim(tx, *request)
        if stored is not None:
            return stored
        response = _response(endpoint(**arguments), status)
        remember(tx, request[0], response)
        return response

    return answer


def claim(tx: Tx, key: str, request_hash: bytes) -> Response | None:
    """The first answer, if there is one; otherwise the key is ours. Waits for a twin under way."""
    is_first = tx.run(
        "INSERT INTO base.idempotency VALUES (%(merchant)s, %(key)s, %(hash)s, 0, '', %(now)s)"
        " ON CONFLICT DO NOTHING",
        {"key": key, "hash": request_hash},
    )
    if is_first:
        return None
    stored = tx.row(
        dict,
        "SELECT request_hash, status, body FROM base.idempotency"
        " WHERE merchant_id = %(merchant)s AND key = %(key)s",
        {"key": key},
    )
    assert stored is not None
    if bytes(stored["request_hash"]) != request_hash:
        raise OtherBody()
    return Response(tx.keys.open(bytes(stored["body"])), stored["status"], media_type=JSON)


def remember(tx: Tx, key: str, response: Response) -> None:
    """Keep the first answer to a key, sealed, in the transaction of its effect."""
    tx.run(
        "UPDATE base.idempotency SET status = %(status)s, body = %(body)s"
        " WHERE merchant_id = %(merchant)s AND key = %(key)s",
        {
            "key": key,
            "status": response.status_code,
            "body": tx.keys.seal(bytes(response.body).decode()),
        },
    )


def _response(result: Any, status: int) -> Response:
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(status_code=204)
    return Response(encode(result), status, headers=_HEADERS, media_type=JSON)


def _encode_other(value: Any) -> Any:
    if isinstance(value, Personal):
        return value.masked
    if isinstance(value, BaseModel):
        return value.model_dump()
    raise NotImplementedError(f"cannot encode {type(value).__name__}")
