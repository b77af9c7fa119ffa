"""Is it alive, is it ready, how is it doing."""

from dataclasses import dataclass

from fastapi import APIRouter, Request, Response
from starlette.responses import PlainTextResponse

from huitou.base.db import Database
from huitou.base.http import JSON, encode
from huitou.base.migrate import pending

router = APIRouter(tags=["health"])


@dataclass(frozen=True, slots=True)
class Health:
    """`reason` says what a product that is not ready waits for."""

    status: str
    reason: str | None = None


@router.get("/healthz", response_model=Health)
def healthz() -> Response:
    """Alive."""
    return _told(Health("ok"))


@router.get("/readyz", response_model=Health)
def readyz(request: Request) -> Response:
    """200 when the database answers, every migration is applied and start-up work is done."""
    database: Database = request.app.state.database
    try:
        missing = len(pending(database.dsn))
    except Exception as error:
        return _not_ready(f"database: {type(error).__name__}")
    if missing:
        return _not_ready(f"{missing} migrations are missing")
    is_ready = getattr(request.app.state, "is_ready", None)
    if is_ready is not None and not is_ready():
        return _not_ready("starting")
    return _told(Health("ready"))


def _not_ready(reason: str) -> Response:
    return _told(Health("not ready", reason), 503)


def _told(health: Health, status: int = 200) -> Response:
    return Response(encode(health), status, media_type=JSON)


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(request: Request) -> Response:
    """Prometheus text: events, lag of every stream, waiting and failed jobs."""
    database: Database = request.app.state.database
    lines: list[str] = []
    with database.owner() as owner:
        heads = owner.execute("SELECT merchant_id, position FROM event.head").fetchall()
        cursors = owner.execute("SELECT merchant_id, stream, position FROM base.cursor").fetchall()
        jobs = owner.execute(
            "SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY status"
        ).fetchall()
    head_of = dict(heads)
    lines.append("# TYPE huitou_events_total counter")
    lines += [f'huitou_events_total{{merchant="{m}"}} {position}' for m, position in heads]
    lines.append("# TYPE huitou_stream_lag gauge")
    lines += [
        f'huitou_stream_lag{{merchant="{m}",stream="{stream}"}} {head_of.get(m, 0) - position}'
        for m, stream, position in cursors
    ]
    lines.append("# TYPE huitou_jobs gauge")
    lines += [f'huitou_jobs{{status="{status}"}} {count}' for status, count in jobs]
    return Response("\n".join(lines) + "\n", media_type="text/plain; version=0.0.4")
