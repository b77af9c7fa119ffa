"""Background work: jobs, effects on the outside, periodic work, and streams over the event log.

Rooms declare; the worker runs. Registries fill when `wiring` imports the rooms' `jobs.py`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar, overload

from huitou.base.notices import room_of

HEAR = "base.hear"
"""The job that lets one listener hear one notice."""
BACKLOG = 100_000
"""Positions waiting from which on a stream catches up rather than follows."""

Claimed = TypeVar("Claimed")
Answer = TypeVar("Answer")
Work = TypeVar("Work", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Effect(Generic[Claimed, Answer]):
    """Something done outside, in two transactions with the call between.

    `claim(tx, **args)` marks it in flight and returns what the call needs, or None when there is
    nothing (left) to do. `call(claimed)` speaks to the network. `settle(tx, claimed, answer)` keeps
    what came of it. After a crash `claim` runs again and must see that a call may have happened.
    """

    claim: Callable[..., Claimed | None]
    call: Callable[[Claimed], Answer]
    settle: Callable[[Any, Claimed, Answer], None]


@dataclass(frozen=True, slots=True)
class Calls(Generic[Claimed, Answer]):
    """Many things done outside at the same time: the `ids` that the job was given, `at_once` calls in parallel.

    `claim(tx, ids)` marks in flight what there is to do of these, in one transaction. `call(claimed)` is made for each, unless
    `begins_within` has passed since the claim: then it is not made, and its answer is None. `settle(tx, answers)` keeps
    what came of those that have come back, every second at least: a slow call holds no other up. After a crash `claim` may
    get the same ids again and must see that calls may have happened. Ids that cannot be claimed together, because of
    one among them, are claimed each alone.
    """

    claim: Callable[[Any, Sequence[str]], Sequence[Claimed]]
    call: Callable[[Claimed], Answer]
    settle: Callable[[Any, Sequence[tuple[Claimed, Answer | None]]], None]
    at_once: int = 16
    begins_within: timedelta = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    run: Callable[..., Any]
    is_effect: bool


@dataclass(frozen=True, slots=True)
class Periodic:
    name: str
    run: Callable[..., None]
    interval: timedelta


@dataclass(frozen=True, slots=True)
class Stream:
    name: str
    run: Callable[..., None]
    batch: int
    follows_feed: bool
    bulk: int | None = None

    def size(self, behind: int) -> int:
        """How many positions to take at once when so many are waiting."""
        return self.batch if self.bulk is None or behind < BACKLOG else self.bulk


JOBS: dict[str, Job] = {}
PERIODIC: dict[str, Periodic] = {}
STREAMS: dict[str, Stream] = {}


@overload
def job(work: Work) -> Work: ...
@overload
def job(*, kind: str) -> Callable[[Work], Work]: ...
def job(work: Any = None, *, kind: str = "transaction") -> Any:
    """`@job` on `f(tx, **args)`: one transaction. `@job(kind="effect")` on `f() -> Effect | Calls`."""

    def register(function: Work) -> Work:
        name = _name(function)
        JOBS[name] = Job(name, function, kind == "effect")
        return function

    return register if work is None else register(work)


def every(*, seconds: int = 0, minutes: int = 0, hours: int = 0) -> Callable[[Work], Work]:
    """`f(tx)` for each merchant, once an interval however many workers run."""
    interval = timedelta(seconds=seconds, minutes=minutes, hours=hours)
    assert interval > timedelta(0)

    def register(function: Work) -> Work:
        name = _name(function)
        PERIODIC[name] = Periodic(name, function, interval)
        return function

    return register


def stream(
    name: str, *, batch: int = 5_000, bulk: int | None = None, follows_feed: bool = False
) -> Callable[[Work], Work]:
    """`f(tx, after, upto)` consumes the log's positions `(after, upto]`.

    The cursor moves in the same transaction. Streams run in the order of the rooms: all lower ones
    have passed `upto`. The same range may come again (`huitou replay`): effects are idempotent.
    Far behind, it takes `bulk` positions at once. One that `follows_feed` is also run, with an
    empty range, when rows changed otherwise (`base.feed`).
    """

    def register(function: Work) -> Work:
        assert name not in STREAMS or STREAMS[name].run is function
        STREAMS[name] = Stream(name, function, batch, follows_feed, bulk)
        return function

    return register


def name_of(function: Callable[..., Any]) -> str:
    """The name a job was registered under."""
    name = _name(function)
    assert name in JOBS, f"{name} is not a @job"
    return name


def _name(function: Callable[..., Any]) -> str:
    return f"{room_of(function.__module__)}.{function.__name__}"
