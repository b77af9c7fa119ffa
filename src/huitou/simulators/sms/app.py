"""The simulator as one ASGI application."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fastapi import FastAPI
from starlette.responses import HTMLResponse

from huitou.simulators.sms.control import control_router
from huitou.simulators.sms.gateway import gateway_router
from huitou.simulators.sms.pushes import Pusher
from huitou.simulators.sms.settings import Phone, get_settings
from huitou.simulators.sms.store import Store

_PAGES = Path(__file__).parent


def utc_now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def create_app(database: str = ":memory:", *, now: Callable[[], datetime] = utc_now) -> FastAPI:
    """Gateway, control API and phone pages over the SQLite file `database`."""
    store = Store(database)

    def world_now() -> datetime:
        return now() + timedelta(seconds=get_settings(store).clock_offset_s)

    pusher = Pusher(store, world_now)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        pusher.start()
        yield
        pusher.stop()
        store.close()

    app = FastAPI(title="短信模拟器", lifespan=lifespan, docs_url=None, redoc_url=None)
    app.include_router(gateway_router(store, pusher, world_now, now))
    app.include_router(control_router(store, pusher, world_now))
    _add_pages(app)
    return app


def _add_pages(app: FastAPI) -> None:
    @app.get("/", response_class=HTMLResponse)
    def index() -> str:
        return (_PAGES / "index.html").read_text("utf-8")

    @app.get("/phone/{phone}", response_class=HTMLResponse)
    def phone_page(phone: Phone) -> str:
        return (_PAGES / "phone.html").read_text("utf-8")

    @app.get("/healthz")
    def healthz() -> dict[str, bool]:
        return {"ok": True}
