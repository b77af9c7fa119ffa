"""What a message is, what a channel must be able to do, and what becomes of a message."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Link:
    """A tracked link as a channel shows it: a card where the channel can, text where it cannot."""

    title: str
    description: str
    url: str
    picture_url: str | None = None


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to one customer, as handed to a channel.

    `message_id` is the idempotency key end to end; `url` of the link holds a token unique to the
    message, by which a channel that keeps no reference of ours can find it again.
    """

    message_id: UUID
    address: str
    """external_userid, phone … of the channel's own kind. Never logged."""
    text: str
    sender: str | None = None
    """The associate's user id in the channel, for channels where a person sends."""
    link: Link | None = None
    template: str | None = None
    params: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submitted:
    """The channel has taken it; `ref` is its own reference."""

    ref: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The channel refused. `code` is the channel's own; a final failure is never tried again."""

    code: str
    detail: str
    is_final: bool = True


@dataclass(frozen=True, slots=True)
class Unknown:
    """We cannot know whether the channel has it: ask or wait, never blindly send again."""

    detail: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """Taken, but not with the customer yet. `on_person`: an associate still has to confirm."""

    ref: str
    on_person: bool = False


@dataclass(frozen=True, slots=True)
class Delivered:
    """With the customer, at `at`."""

    ref: str
    at: datetime


SubmitOutcome = Submitted | Failed | Unknown
AskOutcome = Waiting | Delivered | Failed | Unknown


class Channel(Protocol):
    """An outside channel. Methods speak to the network and are called outside transactions."""

    kind: str

    def submit(self, outgoing: Outgoing) -> SubmitOutcome:
        """Hand the message over, once."""
        ...

    def ask(self, outgoing: Outgoing, ref: str | None) -> AskOutcome:
        """What became of it. `ref` is None after an unknown submit: find it by its token or id.

        `Failed("not_found", …, is_final=False)` says the channel surely never took it.
        """
        ...


class StaffNotifier(Protocol):
    """Tells an employee something in the app they live in."""

    def notify(self, user: str, title: str, text: str, url: str) -> SubmitOutcome:
        """Show a card to the employee with the channel's user id `user`."""
        ...

    def remind(self, ref: str) -> SubmitOutcome:
        """Have the channel urge whoever must still confirm message `ref`."""
        ...
