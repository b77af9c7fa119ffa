"""The simulator as one ASGI application: `POST /<vendor>/messages`, and `/sim/*`."""

import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from huitou.channels.gateway import signing
from huitou.simulators.gateway.world import Reporter, World
from huitou.simulators.trouble import Fault, exchange
from huitou.simulators.world import Json

_WINDOW_SECONDS = 300
_CODES = {-1: "busy", 45009: "limit"}


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class VendorIn(Order):
    name: Annotated[str, Field(pattern="^[a-z]{2,20}$")]
    secret: Annotated[str, Field(min_length=16)]
    callback_url: str = ""
    recognises_id: bool = True
    minute_max: Annotated[int, Field(ge=0)] = 0


class SettingsIn(Order):
    """See `world.DEFAULTS`."""

    finish_s: float | None = None
    is_holding: bool | None = None
    callback_delay_s: float | None = None
    callback_loss: int | None = None


class Finish(Order):
    state: Literal["delivered", "failed"] = "delivered"


class Redeliver(Order):
    id: int
    is_forged: bool = False


class Advance(Order):
    seconds: Annotated[float, Field(ge=0)]


def create_app(state_path: Path | None = None, now: Callable[[], float] = time.time) -> FastAPI:
    """`state_path` is its SQLite file (None: memory only); `/sim/clock` adds to `now`."""
    world = World(state_path, now)
    reporter = Reporter(world)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        reporter.start()
        yield
        reporter.stop()
        world.close()

    app = FastAPI(title="HTTP gateway simulator", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.include_router(_control(world, reporter))
    app.router.routes.append(Route("/{vendor}/messages", Wire(world, now)))
    return app


class Wire:
    """The ASGI application behind `/<vendor>/messages`."""

    def __init__(self, world: World, wall: Callable[[], float]) -> None:
        self._world = world
        self._wall = wall

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        vendor, body = request.path_params["vendor"], await request.body()
        fault = await run_in_threadpool(self._world.take_fault, vendor)
        headers = {name.lower(): value for name, value in request.headers.items()}
        await exchange(
            scope,
            receive,
            send,
            fault,
            refused=lambda code: JSONResponse({"code": _CODES.get(code, str(code))}),
            answered=lambda: self._answer(vendor, headers, body),
        )

    def _answer(self, name: str, headers: dict[str, str], body: bytes) -> Response:
        vendor = self._world.vendor(name)
        if vendor is None:
            return JSONResponse({"code": "no_such_vendor"}, 404)
        stamp, given = headers.get(signing.TIMESTAMP, ""), headers.get(signing.SIGNATURE, "")
        signed = hmac.new(vendor["secret"].encode(), stamp.encode() + b"." + body, "sha256")
        is_late = not stamp.isdecimal() or abs(self._wall() - int(stamp)) > _WINDOW_SECONDS
        if is_late or not hmac.compare_digest(signed.hexdigest(), given):
            return JSONResponse({"code": "bad_signature"}, 401)
        try:
            asked = json.loads(body)
        except ValueError:
            return JSONResponse({"code": "bad_body"}, 400)
        with self._world.change():
            return JSONResponse(self._world.take(vendor, asked))


def _control(world: World, reporter: Reporter) -> APIRouter:
    router = APIRouter(prefix="/sim", tags=["simulator"])

    @router.get("/")
    def about() -> Json:
        return {"what": "A simulator of vendors by HTTP.", "now": world.now()}

    @router.post("/vendor")
    def set_vendor(vendor: VendorIn) -> Json:
        with world.change():
            world.run(
                "INSERT OR REPLACE INTO vendor VALUES (?, ?, ?, ?, ?)",
                vendor.name,
                vendor.secret,
                vendor.callback_url,
                vendor.recognises_id,
                vendor.minute_max,
            )
        return about()

    @router.post("/settings")
    def set_settings(given: SettingsIn) -> Json:
        world.set_settings(given.model_dump(exclude_none=True))
        return about()

    @router.post("/clock")
    def advance_clock(advance: Advance) -> Json:
        offset = world.setting("clock_offset_s") + advance.seconds
        world.set_settings({"clock_offset_s": offset})
        return {"now": world.now()}

    @router.post("/finish")
    def finish(order: Finish) -> Json:
        return {"count": reporter.finish(order.state)}

    @router.get("/messages")
    def messages() -> Json:
        rows = world.rows("SELECT * FROM message ORDER BY id")
        return {"messages": [{**dict(row), "body": json.loads(row["body"])} for row in rows]}

    @router.get("/receipts")
    def receipts() -> Json:
        return {"receipts": [dict(row) for row in world.rows("SELECT * FROM receipt ORDER BY id")]}

    @router.post("/redeliver")
    def redeliver(order: Redeliver) -> Json:
        return {"status": reporter.repeat(order.id, is_forged=order.is_forged)}

    @router.post("/faults")
    def add_fault(fault: Fault) -> Json:
        """`path` is the vendor's name."""
        world.add_fault(fault.path, fault.mode, fault.errcode, fault.seconds, fault.count)
        return {}

    @router.delete("/faults")
    def clear_faults() -> Json:
        with world.change():
            return {"count": world.run("DELETE FROM fault")}

    return router
