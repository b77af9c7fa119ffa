"""The simulator as one ASGI application."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from starlette.routing import Route

from huitou.simulators.wecom.control import control_router
from huitou.simulators.wecom.delivery import Deliverer
from huitou.simulators.wecom.pages import page_router
from huitou.simulators.wecom.wire import Wire
from huitou.simulators.wecom.world import World
from huitou.simulators.world import Json


def create_app(
    state_path: Path | None = None,
    now: Callable[[], float] = time.time,
    *,
    corp: Json | None = None,
) -> FastAPI:
    """A WeCom of one corporation. `state_path` is its SQLite file (None: memory only).

    `now` gives Unix seconds; `/sim/clock` adds to it. `corp` sets some of `world.DEFAULTS`.
    """
    world = World(state_path, now)
    world.set_settings(corp or {})
    deliverer = Deliverer(world)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        deliverer.start()
        yield
        deliverer.stop()
        world.close()

    # The stock documentation pages load assets from elsewhere; /openapi.json stays.
    app = FastAPI(
        title="WeCom simulator (not WeCom)", lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.router.routes.append(Route("/cgi-bin/{path:path}", Wire(world)))
    app.include_router(control_router(world, deliverer))
    app.include_router(page_router(world, deliverer))
    return app
