"""The demo's own endpoints: log-in by role, the player's speed, the stage, identity's score."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Annotated, Any

import msgspec
from fastapi import Request, Response
from pydantic import Field

from huitou.api.people import Entered, log_in_as
from huitou.api.simulating import simulator_url
from huitou.base.config import Config
from huitou.base.db import Database
from huitou.base.http import Asking, Body, Reading, Router, language_of, needs
from huitou.base.site import refuse_cross_site
from huitou.demo import scoring
from huitou.demo.load import load_world
from huitou.demo.stage import Stage, StageShown
from huitou.demo.state import Demo, read_control, write_control
from huitou.event import reads as events
from huitou.identity import reads as identity
from huitou.kernel.errors import Conflict, NotFound
from huitou.merchant import reads as merchants
from huitou.merchant.types import Role

router = Router(prefix="/v1/demo", tags=["demo"])
_acting = threading.Lock()


class NoDemo(NotFound):
    code = "demo.not_running"
    zh, en = "这不是演示环境", "This is not the demo"


class StageBusy(Conflict):
    code = "stage.busy"
    zh, en = "上一步还在进行", "The step before is still under way"


class Person(Body):
    login: Annotated[str, Field(min_length=1, max_length=64)]


class Speed(Body):
    speed: Annotated[float, Field(gt=0, le=100)]


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """Somebody one can be; `unit` is the name of theirs."""

    role: Role
    name: str
    unit: str
    code: str
    login: str
    password: str


@dataclass(frozen=True, slots=True)
class DemoShown:
    """`speed` 1 is an event every two and a half seconds."""

    is_demo: bool
    speed: float = 1.0
    is_paused: bool = False
    logins: list[DemoLogin] = field(default_factory=list)
    wecom_url: str | None = None
    """The WeCom simulator, where associates confirm."""


@dataclass(frozen=True, slots=True)
class IdentityQuality:
    """Pairwise shares 0–1 over so many identifiers; see `scoring.Score`."""

    precision: float
    recall: float
    recall_linkable: float
    identifiers: int


def _demo(request: Request) -> tuple[Config, Demo]:
    config: Config | None = getattr(request.app.state, "config", None)
    demo = Demo.read(config.data) if config else None
    if config is None or demo is None:
        raise NoDemo()
    return config, demo


@router.get("")
def get_demo(request: Request) -> DemoShown:
    """Is this the demo, who can one be, and how fast does it play?"""
    try:
        config, demo = _demo(request)
    except NoDemo:
        return DemoShown(is_demo=False)
    speed, is_paused = read_control(config.data, 1.0)
    logins = msgspec.convert(demo.logins, list[DemoLogin])
    return DemoShown(True, speed, is_paused, logins, simulator_url(config, "wecom"))


@router.post("/login", response_model=Entered)
def log_in(request: Request, body: Person) -> Response:
    """Be one of the demo's people, on this surface, without a password."""
    refuse_cross_site(request)
    _, demo = _demo(request)
    code = next(
        (each["code"] for each in demo.logins if body.login in (each["login"], each["role"])), None
    )
    database: Database = request.app.state.database
    for merchant in database.merchants():
        with database.read(merchant) as tx:
            staff = merchants.find_staff_by_code(tx, code) if code else None
            is_demo = merchants.get_merchant(tx).is_demo
        if staff is not None and is_demo:
            return log_in_as(request, merchant, staff.id)
    raise NoDemo()


@router.post("/pause", status_code=204)
def pause(request: Request, asking: Asking) -> None:
    """Hold the player."""
    write_control(_demo(request)[0].data, is_paused=True)


@router.post("/resume", status_code=204)
def resume(request: Request, asking: Asking) -> None:
    """Let it play on."""
    write_control(_demo(request)[0].data, is_paused=False)


@router.post("/speed", status_code=204)
def set_speed(request: Request, asking: Asking, body: Speed) -> None:
    """1 is an event every two and a half seconds."""
    write_control(_demo(request)[0].data, speed=body.speed)


@router.get("/stage")
def get_stage(request: Request) -> StageShown:
    """How far the stage is, and what its three frames show."""
    stage = Stage(*_demo(request))
    return stage.shown(language_of(request), is_busy=_acting.locked())


@router.post("/stage/next")
def next_step(request: Request, asking: Asking) -> StageShown:
    """Do the next step."""
    if not _acting.acquire(blocking=False):
        raise StageBusy()
    try:
        stage = Stage(*_demo(request))
        stage.next()
        return stage.shown(language_of(request), is_busy=False)
    finally:
        _acting.release()


@router.post("/stage/restart")
def restart(request: Request, asking: Asking) -> StageShown:
    """Begin again with another customer."""
    stage = Stage(*_demo(request))
    stage.restart()
    return stage.shown(language_of(request), is_busy=False)


@lru_cache(maxsize=1)
def _truth(data: str) -> tuple[Mapping[str, int], list[dict[str, Any]]]:
    from pathlib import Path

    world = load_world(Demo.read(Path(data)))
    return world.truth(), list(world.history_events())


@router.get("/identity-quality", dependencies=[needs("import.write")])
def identity_quality(request: Request, tx: Reading) -> IdentityQuality:
    """Pairwise precision and recall of identity against the households that truly are."""
    config, _ = _demo(request)
    truth, history = _truth(str(config.data))
    keys = {events.blind_of(tx, *_parts(key)): key for key in truth}
    predicted = {
        keys[each.blind]: str(each.customer_id)
        for each in identity.clusters(tx)
        if each.blind in keys
    }
    score = scoring.score(predicted, truth, scoring.linked(history))
    return IdentityQuality(score.precision, score.recall, score.recall_linkable, len(predicted))


def _parts(key: str) -> tuple[str, str | None, str]:
    kind, _, rest = key.partition(":")
    value, _, scope = rest.partition("@")
    return kind, scope or None, value
