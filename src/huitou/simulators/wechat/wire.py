"""`/cgi-bin/*` of api.weixin.qq.com: tokens, the envelope, JSON, and faults on command."""

import json
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from huitou.simulators.trouble import exchange
from huitou.simulators.wechat import messages, tokens
from huitou.simulators.wechat.errors import ApiError, envelope
from huitou.simulators.wechat.world import World
from huitou.simulators.world import Json

Operation = Callable[[World, str, Json], Json]

OPERATIONS: dict[str, tuple[str, Operation]] = {
    "message/template/send": ("POST", messages.send_template),
    "message/custom/send": ("POST", messages.send_custom),
    "message/subscribe/send": ("POST", messages.send_subscribe),
    "user/info": ("GET", messages.get_fan),
}


class Wire:
    """The ASGI application behind `/cgi-bin/`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        path = request.path_params["path"]
        raw = await request.body()
        fault = await run_in_threadpool(self._world.take_fault, path)
        await exchange(
            scope,
            receive,
            send,
            fault,
            refused=lambda code: JSONResponse(envelope(code)),
            answered=lambda: self._answer(request, path, raw),
        )

    def _answer(self, request: Request, path: str, raw: bytes) -> Response:
        if path != "stable_token" and path not in OPERATIONS:
            return Response("404 page not found", status_code=404, media_type="text/plain")
        try:
            with self._world.change():
                self._world.count_call(path)
                return JSONResponse(self._run(request, path, raw))
        except ApiError as error:
            return JSONResponse(envelope(error.errcode))

    def _run(self, request: Request, path: str, raw: bytes) -> Json:
        body = _read_json(raw) if request.method == "POST" else dict(request.query_params)
        if path == "stable_token":
            return tokens.get_stable(self._world, body)
        method, operation = OPERATIONS[path]
        if request.method != method:
            raise ApiError(43001 if method == "GET" else 43002)
        app_id = tokens.app_of(self._world, request.query_params.get("access_token"))
        return operation(self._world, app_id, body)


def _read_json(raw: bytes) -> Json:
    try:
        body: Any = json.loads(raw)
    except ValueError:
        raise ApiError(47001) from None
    if not isinstance(body, dict):
        raise ApiError(47001)
    return body
