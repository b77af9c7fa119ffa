"""What channels tell us of their own accord, and the ports it comes in by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from huitou.base.ports import Port
from huitou.reach.types import Delivered, Failed, SubmitOutcome


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

    def welcome(self, welcome_code: str, text: str) -> SubmitOutcome:
        """Greet a new friend, once."""
        ...

    def unionid_of(self, external_userid: str) -> str | None:
        """The customer's unionid where the channel knows it. Raises when it does not answer."""
        ...


class SmsReceipt(Protocol):
    """What a carrier reported of one message of ours."""

    @property
    def key(self) -> str: ...
    @property
    def message_id(self) -> UUID | None: ...
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

    def accepts(self, secret: str) -> bool:
        """Is `secret`, from the push address, ours?"""
        ...

    def reports(self, body: bytes) -> Sequence[SmsReceipt]:
        """The receipts of a push."""
        ...

    def replies(self, body: bytes) -> Sequence[SmsReply]:
        """The replies of a push."""
        ...


open_friends: Port[Callable[[str], Friends]] = Port("reach.open_friends")
"""Configuration of `wecom` as JSON → adapter, the same one for the same text."""
open_sms_pushes: Port[Callable[[str], SmsPushes]] = Port("reach.open_sms_pushes")
"""Configuration of `sms` as JSON → adapter."""
