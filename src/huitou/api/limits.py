"""Bodies have a limit, counted while they arrive."""

from asyncio import timeout
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from huitou.base.http import encode
from huitou.event.types import BODY_MAX_BYTES, BodyTooLarge

_GENERAL_MAX_BYTES = 1024 * 1024
_LIST_MAX_BYTES = 8 * 1024 * 1024
_FILE_MAX_BYTES = 1024 * 1024 * 1024
_DRAIN_SECONDS = 10


def limit_of(path: str) -> int:
    """The most bytes a request to `path` may bring."""
    if path == "/v1/events":
        return BODY_MAX_BYTES
    if path == "/v1/campaigns/lists":
        return _LIST_MAX_BYTES
    if path in ("/v1/imports", "/v1/imports/inspect"):
        return _FILE_MAX_BYTES
    return _GENERAL_MAX_BYTES


class _Exceeded(Exception):
    pass


class BodyLimit:
    """Refuses larger bodies with 413, by their announced or their real length."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = limit_of(scope["path"])
        headers = dict(scope["headers"])
        announced = headers.get(b"content-length", b"0")
        if announced.isdigit() and int(announced) > limit:
            await _refuse(headers, receive, send)
            return
        received = 0
        has_started = False

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                raise _Exceeded
            return message

        async def watched(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self._app(scope, counted, watched)
        except _Exceeded:
            if not has_started:
                await _refuse(headers, receive, send)


async def _drain(receive: Receive) -> None:
    """Let a client finish sending: most read the answer only then. Beyond the limit of files, or
    of patience, the connection is closed on them."""
    drained = 0
    with suppress(TimeoutError):
        async with timeout(_DRAIN_SECONDS):
            while drained < _FILE_MAX_BYTES:
                message = await receive()
                drained += len(message.get("body", b""))
                if not message.get("more_body"):
                    return


async def _refuse(headers: dict[bytes, bytes], receive: Receive, send: Send) -> None:
    await _drain(receive)
    language = "en" if headers.get(b"accept-language", b"").lower().startswith(b"en") else "zh"
    refusal = BodyTooLarge()
    body = encode(
        {
            "code": refusal.code,
            "status": refusal.status,
            "detail": refusal.detail(language),
            "params": {},
        }
    )
    await send(
        {
            "type": "http.response.start",
            "status": refusal.status,
            "headers": [(b"content-type", b"application/problem+json"), (b"connection", b"close")],
        }
    )
    await send({"type": "http.response.body", "body": body})
