"""Notices: what a room tells in the past tense; listeners answer in a job of their own.

A notice is a frozen dataclass of ids (at most 1,000 subjects), written in the transaction that it
tells of. A listener runs in its own transaction, once for each notice.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, is_dataclass
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from huitou.kernel.ids import new_id

Listening = TypeVar("Listening", bound=Callable[..., None])


@dataclass(frozen=True, slots=True)
class Record:
    id: UUID
    kind: str
    body: Any


@dataclass(frozen=True, slots=True)
class Listener:
    name: str
    notice: type
    hear: Callable[..., None]


_LISTENERS: dict[str, Listener] = {}


def listens(notice: type) -> Callable[[Listening], Listening]:
    """`@listens(CustomersMerged)` on `f(tx, notice)` in a room's `jobs.py`."""
    assert is_dataclass(notice)

    def register(hear: Listening) -> Listening:
        name = f"{room_of(hear.__module__)}.{hear.__name__}"
        _LISTENERS[name] = Listener(name, notice, hear)
        return hear

    return register


def listeners_of(notice: type) -> list[Listener]:
    """Everyone who listens to `notice`."""
    return [listener for listener in _LISTENERS.values() if listener.notice is notice]


def listener_named(name: str) -> Listener:
    """The listener a queued job names."""
    return _LISTENERS[name]


def encode(notice: Any) -> Record:
    """How a notice is kept."""
    kind = f"{room_of(type(notice).__module__)}.{type(notice).__name__}"
    return Record(new_id(), kind, plain(notice))


def decode(notice: type, body: Any) -> Any:
    """The notice that was kept."""
    return msgspec.convert(body, notice)


def plain(value: Any) -> Any:
    """The value as JSON's own types."""
    return msgspec.to_builtins(value)


def to_json(value: Mapping[str, Any]) -> str:
    """Compact JSON text."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))


def room_of(module: str) -> str:
    """`huitou.order.jobs` → `order`."""
    return module.removeprefix("huitou.").split(".")[0]
