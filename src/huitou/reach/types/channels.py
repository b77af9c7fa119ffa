"""What an outside channel must be able to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable
from uuid import UUID

from huitou.base.ports import Port

CHANNELS = ("wecom", "sms", "wechat", "mini", "rcs", "phone", "webhook")
ADDRESS_KINDS = {
    "wecom": "external_userid",
    "sms": "phone",
    "wechat": "openid",
    "mini": "openid",
    "rcs": "phone",
    "phone": "phone",
    "webhook": "card",
}
"""Channel → kind of identifier that is its address."""
CARRIERS = {
    "wecom": ("wecom",),
    "sms": ("sms", "sms_tencent"),
    "wechat": ("wechat",),
    "mini": ("mini",),
    "rcs": ("rcs",),
    "phone": ("phone",),
    "webhook": ("webhook",),
}
"""Channel → kinds of settings that can serve it; of those set up, the one saved last sends."""


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
    """The channel refused. `code` is the channel's own; a final failure is never tried again.

    `wait`: for how long the channel takes nothing from us, where a limit of its own is reached.
    """

    code: str
    detail: str
    is_final: bool = True
    wait: timedelta = timedelta(0)


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


@runtime_checkable
class Cancels(Protocol):
    """A channel that can take back what a person has not confirmed yet."""

    def cancel(self, ref: str) -> SubmitOutcome:
        """Take message `ref` back; `Submitted` only if nobody has sent it and nobody can."""
        ...


@runtime_checkable
class Paced(Protocol):
    """A channel whose provider takes so many calls a second."""

    @property
    def per_second(self) -> int:
        """At most; 0: as many as there are."""
        ...


@runtime_checkable
class Priced(Protocol):
    """A channel that costs money by the message."""

    def fen_per_thousand(self, outgoing: Outgoing) -> int:
        """What a thousand messages like this cost, in fen: parts and all, tries that fail not."""
        ...


@dataclass(frozen=True, slots=True)
class FriendAdded:
    """A customer became a member's friend. `welcome_code` answers them within 20 seconds."""

    user: str
    external_userid: str = field(repr=False)
    state: str
    welcome_code: str | None = field(repr=False)
    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class FriendRemoved:
    """The friendship ended."""

    user: str
    external_userid: str = field(repr=False)
    is_by_customer: bool
    at: datetime
    key: str


@dataclass(frozen=True, slots=True)
class OtherCallback:
    """Nothing to us."""

    key: str


FriendEvent = FriendAdded | FriendRemoved | OtherCallback


class Friends(Protocol):
    """A channel of friendships (WeCom): reads its callbacks, greets, looks people up."""

    corp: str
    """The scope of its external_userids."""

    def verify(self, msg_signature: str, timestamp: str, nonce: str, echostr: str) -> str:
        """The answer to the handshake. Refuses a wrong signature with a refusal of its own."""
        ...

    def parse(self, msg_signature: str, timestamp: str, nonce: str, body: bytes) -> FriendEvent:
        """The event of a callback. Refuses a wrong signature and what it cannot read."""
        ...

    def welcome(self, welcome_code: str, text: str, link: Link | None) -> SubmitOutcome:
        """Greet a new friend, once, with a card under the words."""
        ...

    def unionid_of(self, external_userid: str) -> str | None:
        """The customer's unionid where the channel knows it. Raises when it does not answer."""
        ...


class Receipt(Protocol):
    """What a provider reported of one message, told by our id or by its own reference."""

    @property
    def key(self) -> str: ...
    @property
    def message_id(self) -> UUID | None: ...
    @property
    def ref(self) -> str: ...
    @property
    def outcome(self) -> Delivered | Failed: ...
    @property
    def at(self) -> datetime: ...


class SmsReply(Protocol):
    """What a customer wrote back."""

    @property
    def key(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def is_optout(self) -> bool: ...


class SmsPushes(Protocol):
    """Reads what an SMS provider pushes to us."""

    received: dict[str, int | str]
    """What the provider waits for; after anything else it pushes again."""

    def accepts(self, secret: str) -> bool:
        """Is `secret`, from the push address, ours?"""
        ...

    def reports(self, body: bytes) -> Sequence[Receipt]:
        """The receipts of a push."""
        ...

    def replies(self, body: bytes) -> Sequence[SmsReply]:
        """The replies of a push."""
        ...


open_channel: Port[Callable[[str, str], Channel]] = Port("reach.open_channel")
"""(kind, configuration as JSON) → adapter, the same one for the same text."""
open_notifier: Port[Callable[[str, str], StaffNotifier]] = Port("reach.open_notifier")
open_friends: Port[Callable[[str], Friends]] = Port("reach.open_friends")
"""Configuration of `wecom` as JSON → adapter, the same one for the same text."""
open_sms_pushes: Port[Callable[[str, str], SmsPushes]] = Port("reach.open_sms_pushes")
"""(kind, configuration as JSON) → adapter of an SMS provider."""
