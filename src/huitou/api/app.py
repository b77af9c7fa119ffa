"""The application: rooms' routers, the edge's own endpoints, refusals, limits, health."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

import psycopg
import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from huitou import __version__, wiring
from huitou.api import claims, data_health, events, health, live, pages, people, setup
from huitou.api.auth import identify
from huitou.api.limits import BodyLimit
from huitou.base.db import Database
from huitou.base.http import language_of, problem
from huitou.kernel.errors import Malformed, NotFound, Refusal, Unavailable

_logger = structlog.get_logger("api")


class BadRequest(Refusal):
    status = 422
    code = "request.invalid"
    zh, en = "请求内容不正确：{reason}", "The request is not valid: {reason}"


class Unstorable(Refusal):
    """A value that no column, no text or no moment of ours can hold: NUL, a lone surrogate, the
    year 10000."""

    status = 422
    code = "request.unstorable"
    zh, en = "请求中有无法保存的内容", "The request holds something that cannot be kept"


class NoMethod(Refusal):
    status = 405
    code = "method_not_allowed"
    zh, en = "不支持的请求方法", "The method is not allowed here"


class Internal(Refusal):
    status = 500
    code = "internal"
    zh, en = "系统内部错误，已记录", "An internal error; it has been logged"


class DatabaseUnavailable(Unavailable):
    """The database is down, coming back, or its disk is full. What was asked may be sent again."""

    code = "database.unavailable"
    zh, en = "数据库暂时不可用，请稍后重试", "The database is not available now; try again later"


class Application(FastAPI):
    """Claims of coupons come by the thousand a second, and go past all that other requests need."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            scope["type"] == "http"
            and scope["method"] == "POST"
            and scope["path"].endswith("/claim")
        ):
            scope["app"] = self
            left = await self.state.claims.serve(scope, receive, send)
            if left is None:
                return
            receive = left
        await super().__call__(scope, receive, send)


def create_app(database: Database) -> FastAPI:
    """The HTTP application over `database`."""
    wiring.wire()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.intake = events.make_intake(database)
        app.state.claims = claims.Desk(database)
        async with live.hub(database) as hub:
            app.state.live = hub
            yield

    app = Application(
        title="Huitou 回头",
        version=__version__,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        routes=_routes(),
    )
    app.state.database = database
    app.state.identify = identify
    app.add_middleware(BodyLimit)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(psycopg.OperationalError, _without_database)
    for kind in (psycopg.DataError, UnicodeEncodeError, OverflowError, RecursionError):
        app.add_exception_handler(kind, _unstorable)
    app.add_exception_handler(Exception, _failed)
    pages.mount(app)
    return app


@cache
def _routes() -> list[BaseRoute]:
    """Of all rooms. They know nothing of the application, and take a second to make on the first
    request: the applications of a process share them."""
    every = APIRouter()
    for own in (claims, health, data_health, events, people, live, setup):
        every.include_router(own.router)
    for router in (*wiring.routers(), *wiring.edge_routers()):
        every.include_router(router)
    return every.routes


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return problem(error, language_of(request))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    faults = error.errors()
    if any(fault["type"] == "json_invalid" for fault in faults):
        return problem(Malformed(), language_of(request))
    reason = "; ".join(
        f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in faults[:5]
    )
    return problem(BadRequest(reason=reason), language_of(request))


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 404:
        return problem(NotFound(), language_of(request))
    if error.status_code == 405:
        return problem(NoMethod(), language_of(request))
    return Response(str(error.detail), error.status_code)


def _without_database(request: Request, error: Exception) -> Response:
    # A pool that gets no connection, a connection lost in the middle, a full disk: all of these.
    _logger.warning("no_database", path=request.url.path, error=type(error).__name__)
    return problem(DatabaseUnavailable(), language_of(request))


def _unstorable(request: Request, error: Exception) -> Response:
    _logger.warning("unstorable", path=request.url.path, error=type(error).__name__, exc_info=error)
    return problem(Unstorable(), language_of(request))


def _failed(request: Request, error: Exception) -> Response:
    _logger.error("failed", path=request.url.path, error=type(error).__name__, exc_info=error)
    return problem(Internal(), language_of(request))
