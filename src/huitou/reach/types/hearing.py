"""What a provider calls us with, in words of our own, and who reads it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from huitou.base.ports import Port
from huitou.reach.types.channels import Delivered, Failed, Outgoing


@dataclass(frozen=True, slots=True)
class Reported:
    """How a message ended; told by our id, or by the provider's reference."""

    key: str
    ref: str
    outcome: Delivered | Failed
    at: datetime
    message_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Permitted:
    """The customer did something that opens up `count` sends of `subject`, up to a time or without.

    With a time they replace those before; without, they add up.
    """

    key: str
    address: str = field(repr=False)
    subject: str
    count: int
    until: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Forbade:
    """The customer took back what they had opened up; `subject` None: all of it."""

    key: str
    address: str = field(repr=False)
    subject: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Joined:
    """The customer follows the account now; `scene` names the code they scanned, or is empty."""

    key: str
    address: str = field(repr=False)
    scene: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Left:
    """The customer follows it no more."""

    key: str
    address: str = field(repr=False)
    at: datetime


Heard = Reported | Permitted | Forbade | Joined | Left


class Ears(Protocol):
    """Reads what a provider calls us with."""

    scope: str
    """Of the addresses it names, such as an app id; empty where addresses have none."""
    answer: str
    """What the provider waits for."""

    def verify(self, query: Mapping[str, str]) -> str:
        """The answer to a handshake. Refuses a wrong signature."""
        ...

    def hear(
        self, query: Mapping[str, str], headers: Mapping[str, str], body: bytes, now: datetime
    ) -> Sequence[Heard]:
        """What a callback says. Refuses a wrong signature, and what it cannot read.

        `headers` by lower-case names.
        """
        ...


@runtime_checkable
class Permissive(Protocol):
    """A channel whose messages use up something that the customer has opened up."""

    def permission_of(self, outgoing: Outgoing) -> str | None:
        """The subject of the permission a message uses up; None for none."""
        ...

    def is_used_up(self, code: str) -> bool:
        """Whether a refusal says that the provider knows of no permission left."""
        ...


open_ears: Port[Callable[[str, str], Ears]] = Port("reach.open_ears")
"""(kind, configuration as JSON) → adapter, the same one for the same text."""
