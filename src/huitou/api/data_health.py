"""How the data is doing, for people: what came in, how far it is, what could not be taken."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from huitou.base import feed
from huitou.base.db import ReadTx
from huitou.base.feed import Follower
from huitou.base.http import Reading, Router, needs
from huitou.base.warehouse import files
from huitou.base.warehouse.files import Extent
from huitou.event import reads as events
from huitou.event.types import Lag, MinuteCount
from huitou.imports import store as imports
from huitou.kernel.time import day_of, day_start
from huitou.merchant import reads as merchants
from huitou.segment import reads as segments
from huitou.segment.types.answers import Clock

router = Router(prefix="/v1", tags=["health"])
_MINUTES = 60
_REJECTED_DAYS = 7


@dataclass(frozen=True, slots=True)
class Source:
    """A registered source of events; one that never sent anything has no `last_at` within the
    seven days looked at. `title` is None for a source that sends without being registered."""

    name: str
    title: str | None
    today: int
    week: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class Rejected:
    """An import of the last seven days with rows that failed; rehearsals are left out."""

    import_id: UUID
    kind: str
    file_name: str
    failed: int
    total: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DataHealth:
    """`minutes` are the last 60, oldest first. `copy` is what the columnar copy holds by dataset,
    empty where there is none; `followers` are those who follow changed rows, the copy's writer
    ("warehouse") among them. `clock` is how far time has been followed for segments."""

    as_of: datetime
    lag: Lag
    minutes: list[MinuteCount]
    set_aside: int
    sources: list[Source]
    rejected: list[Rejected]
    copy: list[Extent]
    followers: list[Follower]
    clock: Clock | None


@router.get("/health/data", dependencies=[needs("import.write")])
def get_data_health(tx: Reading) -> DataHealth:
    """What came in, how far each consumer is, what could not be taken, how fresh the copy is."""
    return DataHealth(
        as_of=tx.now,
        lag=events.lag(tx),
        minutes=events.count_by_minute(tx, _MINUTES),
        set_aside=events.count_set_aside(tx),
        sources=_sources(tx),
        rejected=_rejected(tx),
        copy=files.list_extents(tx),
        followers=feed.list_followers(tx),
        clock=segments.get_clock(tx),
    )


def _sources(tx: ReadTx) -> list[Source]:
    zone = merchants.get_merchant(tx).zone
    sent = {
        each.source: each
        for each in events.count_by_source(tx, day_start(day_of(tx.now, zone), zone))
    }
    titles = {each.name: each.title for each in merchants.list_connectors(tx)}
    found = []
    for name in sorted({*titles, *sent}):
        each = sent.get(name)
        found.append(
            Source(
                name=name,
                title=titles.get(name),
                today=each.today if each else 0,
                week=each.week if each else 0,
                last_at=each.last_at if each else None,
            )
        )
    return sorted(found, key=lambda source: -source.week)


def _rejected(tx: ReadTx) -> list[Rejected]:
    since = tx.now - timedelta(days=_REJECTED_DAYS)
    return [
        Rejected(each.id, each.kind, each.file_name, each.failed, each.total, each.created_at)
        for each in imports.list_imports(tx)
        if each.failed and not each.is_dry_run and each.created_at >= since
    ]
