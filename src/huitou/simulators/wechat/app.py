"""The simulator as one ASGI application."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import HTMLResponse
from starlette.routing import Route

from huitou.simulators.wechat.control import control_router
from huitou.simulators.wechat.delivery import Deliverer
from huitou.simulators.wechat.wire import Wire
from huitou.simulators.wechat.world import World

_PAGE = Path(__file__).parent / "index.html"


def create_app(state_path: Path | None = None, now: Callable[[], float] = time.time) -> FastAPI:
    """`state_path` is its SQLite file (None: memory only); `/sim/clock` adds to `now`."""
    world = World(state_path, now)
    deliverer = Deliverer(world)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        deliverer.start()
        yield
        deliverer.stop()
        world.close()

    app = FastAPI(
        title="WeChat simulator (not WeChat)", lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.router.routes.append(Route("/cgi-bin/{path:path}", Wire(world)))
    app.include_router(control_router(world, deliverer))

    @app.get("/", response_class=HTMLResponse)
    def index() -> str:
        return _PAGE.read_text("utf-8")

    return app
