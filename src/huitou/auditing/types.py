"""Lines of the audit log as people read them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Asked:
    """Which lines are looked for; None and empty are any. `who` is a principal, or `key`, `customer` or
    `system` for everyone of that kind; `since` (with it) and `until` (without it) are moments."""

    who: str | None = None
    verbs: tuple[str, ...] = ()
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A value of the detail; `before` where both are known."""

    name: str
    value: str
    before: str | None = None


@dataclass(frozen=True, slots=True)
class AuditShown:
    """Who (`who`) did what (`did`) to what: `thing` says what kind of thing it is, `name` what it is called (a
    customer's masked; None where that is not known any more) and `about` which one it is, empty where there is
    but one. `detail` is as it was written, `facts` as it reads."""

    id: UUID
    at: datetime
    principal: str
    who: str
    verb: str
    did: str
    subject: str
    kind: str
    thing: str
    about: str
    name: str | None
    facts: list[Fact]
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class VerbShown:
    """Something that can have been done, and what it is about."""

    verb: str
    text: str
    group: str
