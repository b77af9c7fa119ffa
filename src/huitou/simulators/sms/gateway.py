"""The wire of dysmsapi and of Tencent: signature, forced faults, then the action."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from huitou.simulators.sms import tencent
from huitou.simulators.sms.pushes import Pusher
from huitou.simulators.sms.sending import Refusal, details, send
from huitou.simulators.sms.settings import get_settings
from huitou.simulators.sms.signature import denial
from huitou.simulators.sms.store import Fault, Store

VERSION = "2017-05-25"


class Dropped(Response):
    """A connection cut in the middle of the answer: the server closes what was left unfinished."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"content-type", b"application/json"), (b"content-length", b"64")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})


def gateway_router(
    store: Store, pusher: Pusher, now: Callable[[], datetime], wall: Callable[[], datetime]
) -> APIRouter:
    """POST `/`, for every action. Signatures are of `wall`, all else happens at `now`."""
    router = APIRouter()

    @router.post("/")
    async def call(request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(_answer, store, pusher, now, wall, request, body)

    return router


def _answer(
    store: Store,
    pusher: Pusher,
    now: Callable[[], datetime],
    wall: Callable[[], datetime],
    request: Request,
    body: bytes,
) -> Response:
    headers = {name.lower(): value for name, value in request.headers.items()}
    if "x-tc-action" in headers:
        return _tencent(store, pusher, now, wall, headers, body)
    denied = denial(store, headers, request.url.query, body, now=wall())
    if denied is not None:
        return _error(request, denied.status, denied.code, denied.message)
    if headers["x-acs-version"] != VERSION:
        return _error(request, 400, "InvalidVersion", "Specified parameter Version is not valid.")
    action = headers["x-acs-action"]
    if action not in ("SendSms", "QuerySendDetails"):
        return _error(request, 404, "InvalidAction.NotFound", "Specified api is not found.")
    fault = store.take_fault(action)
    if fault is None:
        return _done(store, pusher, action, request, now())
    return _faulty(store, pusher, action, request, now, fault)


def _faulty(
    store: Store,
    pusher: Pusher,
    action: str,
    request: Request,
    now: Callable[[], datetime],
    fault: Fault,
) -> Response:
    """`error` is a business code; `http_error` a status; `drop_*` and `hang_*` lose the answer."""
    if fault.effect == "error":
        return _body({"Code": fault.code, "Message": "模拟的业务错误"})
    if fault.effect == "http_error":
        return _error(request, int(fault.code), "ServiceUnavailable", "模拟的网关错误")
    if fault.effect in ("drop_after", "hang_after"):
        _done(store, pusher, action, request, now())
    if fault.effect.startswith("hang"):
        time.sleep(fault.delay_ms / 1000)
    return Dropped()


def _tencent(
    store: Store,
    pusher: Pusher,
    now: Callable[[], datetime],
    wall: Callable[[], datetime],
    headers: dict[str, str],
    body: bytes,
) -> Response:
    """The same faults as Aliyun's, in Tencent's envelope: HTTP 200 always."""
    try:
        action = tencent.admit(store, headers, body, now=wall())
        fault = store.take_fault(action)
        if fault is not None and fault.effect == "error":
            raise tencent.Denied(fault.code, "模拟的业务错误")
        if fault is not None and fault.effect == "http_error":
            return Response("gateway", int(fault.code))
        response = None
        if fault is None or fault.effect.endswith("_after"):
            response = tencent.done(store, action, body, get_settings(store), now=now())
            pusher.wake()
    except tencent.Denied as denied:
        response, fault = tencent.error(denied.code, denied.message), None
    if fault is not None and fault.effect.startswith("hang"):
        time.sleep(fault.delay_ms / 1000)
    if response is None or fault is not None:
        return Dropped()
    return JSONResponse(tencent.answer(response))


def _done(store: Store, pusher: Pusher, action: str, request: Request, now: datetime) -> Response:
    query = dict(request.query_params)
    try:
        if action == "QuerySendDetails":
            return _body({"Code": "OK", "Message": "OK", **details(store, query, now=now)})
        sent = send(store, query, get_settings(store), now=now)
    except Refusal as refusal:
        return _body({"Code": refusal.code, "Message": refusal.message})
    pusher.wake()
    return _body({"Code": "OK", "Message": "OK", **sent})


def _body(body: dict[str, Any]) -> Response:
    return JSONResponse({**body, "RequestId": str(uuid4()).upper()})


def _error(request: Request, status: int, code: str, message: str) -> Response:
    body = {"Code": code, "Message": message, "RequestId": str(uuid4()).upper()}
    return JSONResponse({**body, "HostId": request.headers.get("host", "")}, status)
